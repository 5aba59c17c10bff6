"""An edition on its way: approved, paused, resumed, cancelled, or retired with its Congress.

Publishing writes one row a reader in one transaction, or none.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress.bills import congress_on, ordinal
from campaign.mailing import notices, queue
from campaign.mailing.edition import contents, editions, news, recipients
from campaign.mailing.models import Edition
from campaign.outreach.bilingual import Text
from campaign.refusals import Refused
from campaign.settings import Settings

NOTHING = Text("", "")


def publish(engine: Engine, settings: Settings, edition: int, *, by: str, now: datetime) -> int:
    """Approve a draft: one row for each reader, all in one transaction; how many. Twice adds nothing.

    Raises Refused (409) for a draft of a Congress that has ended, and for one whose news a later one tells.
    """
    with db.reading(engine) as session:
        draft = editions.get(session, edition)
        if draft.state != "draft":
            return 0
        _require_sitting(draft, now)
        _require_newest(session, draft)
    contents.add_missing(engine, settings, edition, contents.renderer(engine, settings, draft), now)
    with db.writing(engine) as session:
        opened = sa.update(Edition).where(col(Edition.id) == edition, col(Edition.state) == "draft")
        result: Any = session.execute(
            opened.values(state="sending", published_at=now, approved_by=by, problem="", problem_es="")
        )
        if result.rowcount != 1:
            return 0
        session.expire_all()
        added = recipients.add_rows(session, session.get_one(Edition, edition))
    db.rows_were_added(engine, "delivery", added)
    return added


def pause(engine: Engine, edition: int, *, why: Text) -> None:
    """Hold what has not left yet. Raises Refused (409) for an edition that is not being sent."""
    with db.writing(engine) as session:
        _move(session, edition, ("sending",), "paused", why)
        queue.take_back(session, edition)


def resume(engine: Engine, edition: int, *, now: datetime) -> None:
    """Go on sending. Raises Refused (409) for an edition that is not paused or whose Congress has ended."""
    with db.writing(engine) as session:
        _require_sitting(editions.get(session, edition), now)
        _move(session, edition, ("paused",), "sending", NOTHING)


def cancel(engine: Engine, edition: int, *, why: Text, now: datetime) -> int:
    """End an edition for the readers who have not got it yet: state ``stopped``, and no row is left waiting.

    Returns how many copies will not be sent. The next edition tells its news. Raises Refused (409) for an
    edition that is neither being sent nor paused.
    """
    with db.writing(engine) as session:
        row = _move(session, edition, ("sending", "paused"), "stopped", why)
        row.finished_at = now
        session.flush()
        return queue.end_stopped(session, now=now)


def retire(engine: Engine, *, now: datetime) -> list[Edition]:
    """Stop what an ended Congress left unsent, alerts included, and notify organizers; the editions stopped.

    Its news is told by the next edition.
    """
    open_states = ("building", "draft", "sending", "paused")
    with db.writing(engine) as session:
        query = select(Edition).where(col(Edition.state).in_(open_states)).order_by(col(Edition.id))
        ended = [row for row in session.exec(query.with_for_update()) if row.congress < congress_on(now)]
        for row in ended:
            row.state, row.finished_at = "stopped", now
            row.problem = f"the {ordinal(row.congress)} Congress ended before it was sent"
            row.problem_es = f"el {ordinal(row.congress, 'es')} Congreso terminó antes de que se enviara"
        session.flush()
        if ended:
            left = queue.end_stopped(session, now=now)
            detail = {"congress": ended[0].congress, "number": left, "periods": _listed(ended)}
            notices.notify(session, "retired", detail, now=now)
        return ended


def _listed(found: Iterable[Edition]) -> str:
    return ", ".join(row.period for row in found)


def _require_sitting(edition: Edition, now: datetime) -> None:
    """Raises Refused (409) where the Congress of an edition has ended: its numbers are dead."""
    number = edition.congress
    if number < congress_on(now):
        raise Refused(
            f"Edition {edition.period} is about bills of the {ordinal(number)} Congress, which has ended. "
            "It can’t be sent anymore. Build a new one.",
            f"La edición {edition.period} trata de proyectos del {ordinal(number, 'es')} Congreso, que ya "
            "terminó. Ya no se puede enviar. Prepare una nueva.",
            status=409,
        )


def _require_newest(session: Session, draft: Edition) -> None:
    """Raises Refused (409) where a later edition tells the news of a draft, too: readers would get it twice."""
    later = select(Edition).where(
        Edition.campaign == draft.campaign,
        Edition.kind == draft.kind,
        Edition.period > draft.period,
        Edition.since_seq <= draft.since_seq,
        col(Edition.state).in_(("draft", *news.NEWS_TOLD)),
    )
    if other := session.exec(later.order_by(col(Edition.period).desc())).first():
        raise Refused(
            f"Edition {other.period} tells what {draft.period} does, and what came after. Approve that one.",
            f"La edición {other.period} cuenta lo mismo que la {draft.period} y lo que vino después. "
            "Apruebe esa.",
            status=409,
        )


def _move(session: Session, edition: int, before: tuple[str, ...], after: str, why: Text) -> Edition:
    row = session.get(Edition, edition, with_for_update=True) or editions.get(session, edition)
    if row.state not in before:
        es = editions.STATE_NAMES["es"][row.state]
        raise Refused(
            f"Edition {row.period} is {row.state}.",
            f"El estado de la edición {row.period} es «{es}».",
            status=409,
        )
    row.state, row.problem, row.problem_es = after, why.en, why.es
    return row
