"""A week's digest: built from the changes since the last one, looked at, approved, sent, paused or cancelled.

Publishing writes one row a reader in one transaction, or none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress.bills import congress_on, ordinal
from campaign.mailing import languages, notices, places, queue, senders
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.edition import contents, news
from campaign.mailing.edition.digest import Group
from campaign.mailing.edition.news import News
from campaign.mailing.edition.render import Renderer
from campaign.mailing.edition.send_times import monday_of, period_of
from campaign.mailing.message import Sealed, Sender, copy_of
from campaign.mailing.models import Content, Delivery, Edition, Subscriber, Suppression
from campaign.mailing.policy import policy
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.settings import Settings

SAMPLE = "reader@example.org"
# States of a copy, as ``status`` counts them.
COPY_STATES = ("sent", "deferred", "failed", "unknown", "suppressed", "pending", "sending")

NO_STATUS: Final = {"edition": "", "state": "", **dict.fromkeys(("recipients", *COPY_STATES), 0), "problem": ""}


@dataclass(frozen=True)
class Built:
    """An edition and how many groups and readers it is for."""

    edition: int
    period: str
    state: str
    groups: int
    recipients: int


# --- building --------------------------------------------------------------------------------------


def build(engine: Engine, settings: Settings, campaign: str, *, now: datetime, period: str = "") -> Built:
    """Make the draft of a campaign's digest of a week; a week that has one keeps it, unless its Congress ended
    first.

    A week without news is ``quiet`` and sends nothing, unless the mail policy wants a short note. Raises
    Refused where no list mail can be sent (message.sender_of), for a week that has not begun, and for a
    campaign that asks for nothing now (409).
    """
    period = period or period_of(now, settings)
    if monday_of(period) > now.date() + timedelta(days=7):
        raise Refused(f"{period} has not begun.", f"{period} no ha empezado.")
    with db.reading(engine) as session:
        sender = senders.of_list(session, settings, campaign)
        known = of_period(session, campaign, "digest", period)
        if known and not _starts_over(known, now):
            return _built(session, known)
        _require_speaking(session, campaign)
        since = next_since(session, campaign, "digest", period, now)
        found = news.gather(session, campaign, since_seq=since, now=now)
        quiet = not found.moved and policy(session).quiet_week == "nothing"
    edition = open_row(engine, campaign, "digest", period, found, now)
    if not quiet:
        contents.add_missing(engine, settings, edition, Renderer(found, sender), now)
    with db.writing(engine) as session:
        draft = session.get_one(Edition, edition)
        draft.state, draft.quiet = ("quiet" if quiet else "draft"), not found.moved
        if quiet:
            draft.finished_at = now
        return _built(session, draft)


def _starts_over(known: Edition, now: datetime) -> bool:
    """Whether an edition is built anew: a crash left it half-built, or its Congress ended before it left."""
    return known.state == "building" or (known.published_at is None and known.congress < congress_on(now))


def _require_speaking(session: Session, campaign: str) -> None:
    if campaign in campaigns.silent(session):
        state = campaigns.state(session, campaign)
        raise Refused(
            f"The campaign “{campaign}” is {state}: its readers get no mail.",
            f"La campaña «{campaign}» está en estado {state}: sus lectores no reciben correo.",
            status=409,
        )


def of_period(session: Session, campaign: str, kind: str, period: str) -> Edition | None:
    """A campaign's edition of a week, or alert of a day."""
    query = select(Edition).where(Edition.campaign == campaign, Edition.kind == kind, Edition.period == period)
    return session.exec(query).first()


def next_since(session: Session, campaign: str, kind: str, period: str, now: datetime) -> int:
    """The place in the ledger (``seq``) after which an edition's news begins: where the campaign's last edition
    ended."""
    told = select(sa.func.max(Edition.upto_seq)).where(
        Edition.campaign == campaign,
        col(Edition.state).in_(news.NEWS_TOLD),
        col(Edition.kind).in_(("digest", kind)),
        Edition.period != period,
    )
    last = session.exec(told).one()
    if last is not None:
        return int(last)
    # The news of drafts that never left is still to be told.
    drafts = select(sa.func.min(Edition.since_seq)).where(
        Edition.campaign == campaign, Edition.kind == kind, Edition.period != period
    )
    first = session.exec(drafts).one()
    return news.first_seq(session, now=now) if first is None else int(first)


def open_row(engine: Engine, campaign: str, kind: str, period: str, found: News, now: datetime) -> int:
    """The row of an edition being built; one that starts over keeps its row."""
    fresh = Edition(
        campaign=campaign,
        kind=kind,
        period=period,
        state="building",
        since_seq=found.since_seq,
        upto_seq=found.upto_seq,
        built_at=now,
    )
    with db.writing(engine) as session:
        known = of_period(session, campaign, kind, period)
        if known is None:
            session.add(fresh)
            session.flush()
        elif _starts_over(known, now):
            session.execute(sa.delete(Content).where(col(Content.edition) == known.id))
            known.since_seq, known.upto_seq, known.built_at = fresh.since_seq, fresh.upto_seq, now
            known.state, known.problem, known.finished_at = "building", "", None
        return (known or fresh).id or 0


def _built(session: Session, edition: Edition) -> Built:
    groups = select(sa.func.count()).where(Content.edition == edition.id)
    return Built(
        edition.id or 0,
        edition.period,
        edition.state,
        session.exec(groups).one(),
        recipients(session, edition),
    )


def recipients(session: Session, edition: Edition) -> int:
    """How many readers get it: its rows once published, before that whoever would get one now."""
    if edition.published_at or edition.state == "quiet":
        return queue.counts(session, edition)["recipients"]
    readers = sa.select(sa.func.count()).select_from(_readers(session, edition).order_by(None).subquery())
    return int(session.execute(readers).scalar_one())


def set_note(engine: Engine, settings: Settings, edition: int, en: str, es: str, *, now: datetime) -> None:
    """The organizer's own words, in all languages that the campaign offers or none; every group is rendered
    anew.

    Raises Refused for words in one of two languages, for an edition that is no draft (409), and for a mail over
    the size budget.
    """
    with db.reading(engine) as session:
        row = _draft(session, edition)
        offered = campaigns.offered(session, row.campaign)
        groups = list(contents.groups(session, row))
        due = contents.due_times(session, settings, row, now)
    note = campaigns.in_both(offered, {"note_en": en.strip(), "note_es": es.strip()})
    if bool(note["note_en"]) != bool(note["note_es"]):
        raise Refused("Write the note in both languages.", "Escriba la nota en ambos idiomas.")
    row.note_en, row.note_es = note["note_en"], note["note_es"]
    renderer = contents.renderer(engine, settings, row)
    # All of it before anything is written: one group that is refused leaves the draft as it was.
    rendered = [contents.rendered_for(renderer, edition, group, due) for group in groups]
    with db.writing(engine) as session:
        draft = _draft(session, edition)
        draft.note_en, draft.note_es = row.note_en, row.note_es
        session.execute(sa.delete(Content).where(col(Content.edition) == edition))
        session.add_all(rendered)


def _draft(session: Session, edition: int) -> Edition:
    row = get(session, edition)
    if row.state != "draft":
        raise Refused(
            f"Edition {row.period} is {row.state}; only a draft can be changed.",
            f"La edición {row.period} está en estado {row.state}; solo se puede cambiar un borrador.",
            status=409,
        )
    return row


def get(session: Session, edition: int) -> Edition:
    """Raises Refused (404) for an edition that does not exist."""
    if row := session.get(Edition, edition):
        return row
    raise Refused(f"There is no edition {edition}.", f"No existe la edición {edition}.", status=404)


def of_week(session: Session, campaign: str, period: str = "") -> Edition | None:
    """A campaign's digest of a week, or without one its newest. Raises Refused for what is no week."""
    query = select(Edition).where(Edition.campaign == campaign, Edition.kind == "digest")
    if period:
        monday_of(period)
        query = query.where(Edition.period == period)
    return session.exec(query.order_by(col(Edition.id).desc())).first()


def latest(session: Session, campaign: str, *, period: str = "") -> Edition:
    """As ``of_week``. Raises Refused (404) where there is none, too."""
    if row := of_week(session, campaign, period):
        return row
    raise Refused(
        "There is no edition yet; build one with: campaign digest build",
        "Todavía no hay ninguna edición; prepárela con: campaign digest build",
        status=404,
    )


# --- publishing ------------------------------------------------------------------------------------


def publish(engine: Engine, settings: Settings, edition: int, *, by: str, now: datetime) -> int:
    """Approve a draft: one row for each reader, all in one transaction; how many. Twice adds nothing.

    Raises Refused (409) for a draft of a Congress that has ended, and for one whose news a later one tells.
    """
    with db.reading(engine) as session:
        draft = get(session, edition)
        if draft.state != "draft":
            return 0
        _require_sitting(draft, now)
        _require_newest(session, draft)
    contents.add_missing(engine, settings, edition, contents.renderer(engine, settings, draft), now)
    with db.writing(engine) as session:
        opened = sa.update(Edition).where(col(Edition.id) == edition, col(Edition.state) == "draft")
        result: Any = session.execute(
            opened.values(state="sending", published_at=now, approved_by=by, problem="")
        )
        if result.rowcount != 1:
            return 0
        session.expire_all()
        added = add_rows(session, session.get_one(Edition, edition))
    db.rows_were_added(engine, "delivery", added)
    return added


def _readers(session: Session, edition: Edition) -> sa.Select[Any]:
    """The confirmed, unsuppressed readers of an edition with what they get, those of one content together."""
    barred = sa.exists().where(col(Suppression.key) == col(Subscriber.key))
    same = sa.and_(
        col(Content.language) == languages.language(session, edition.campaign),
        col(Content.seat) == places.place(edition.congress),
        col(Content.proposals) == col(Subscriber.proposals),
    )
    query = (
        sa.select(
            sa.literal(edition.kind),
            col(Content.edition),
            col(Subscriber.id),
            col(Content.id),
            sa.literal(""),
            sa.literal({}, type_=sa.JSON),
            sa.literal("pending"),
            col(Content.due),
            sa.literal(0),
            sa.literal(""),
            sa.literal(""),
        )
        .join(Content, same)
        .where(col(Content.edition) == edition.id, col(Subscriber.campaign) == edition.campaign)
        .where(col(Subscriber.state) == "confirmed", ~barred)
        .order_by(col(Content.due), col(Content.id), col(Subscriber.id))
    )
    if edition.kind == "alert":
        query = query.where(col(Subscriber.alerts).is_(True))
    if edition.published_at and edition.kind == "digest":
        query = query.where(col(Subscriber.confirmed_at) <= edition.published_at)
    return query


def add_rows(session: Session, edition: Edition, *, lacking: bool = False) -> int:
    """Queue a copy for each reader of an edition who has none; how many.

    ``lacking``: nearly all have one and are passed over, because each row that is tried uses up a number.
    """
    names = ["kind", "edition", "subscriber", "content", "address", "detail", "state", "due", "attempts"]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    readers, rows_there = _readers(session, edition), queue.rows.c
    if lacking:
        here = sa.and_(rows_there.edition == edition.id, rows_there.subscriber == col(Subscriber.id))
        readers = readers.where(~sa.exists().where(here).correlate(Subscriber))
    rows: Any = insert(queue.rows).from_select([*names, "owner", "reply"], readers)
    session.flush()
    counted = {"preserve_rowcount": True}
    result: Any = session.connection().execute(rows.on_conflict_do_nothing(), execution_options=counted)
    return int(result.rowcount)


def pause(engine: Engine, edition: int, *, why: str) -> None:
    """Hold what has not left yet. Raises Refused (409) for an edition that is not being sent."""
    with db.writing(engine) as session:
        _move(session, edition, ("sending",), "paused", why)
        queue.take_back(session, edition)


def resume(engine: Engine, edition: int, *, now: datetime) -> None:
    """Go on sending. Raises Refused (409) for an edition that is not paused or whose Congress has ended."""
    with db.writing(engine) as session:
        _require_sitting(get(session, edition), now)
        _move(session, edition, ("paused",), "sending", "")


def cancel(engine: Engine, edition: int, *, why: str, now: datetime) -> int:
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


def _move(session: Session, edition: int, before: tuple[str, ...], after: str, why: str) -> Edition:
    row = session.get(Edition, edition, with_for_update=True) or get(session, edition)
    if row.state not in before:
        raise Refused(
            f"Edition {row.period} is {row.state}.",
            f"La edición {row.period} está en estado {row.state}.",
            status=409,
        )
    row.state, row.problem = after, why
    return row


# --- looking ---------------------------------------------------------------------------------------


def preview(
    engine: Engine, settings: Settings, group: Group, *, edition: int, now: datetime, to: str = SAMPLE
) -> bytes:
    """The very bytes a reader of this group gets, but for the reader's own address, number and link."""
    sealed, sender = sealed_for(engine, settings, group, edition=edition)
    keys = Keys(settings)
    token = keys.stop_token(keys.of(read_address(SAMPLE), sender.campaign))
    return copy_of(sealed, sender, keys, to=to, number=0, now=now, token=token)


def sealed_for(engine: Engine, settings: Settings, group: Group, *, edition: int) -> tuple[Sealed, Sender]:
    """What a group gets: as it is kept, or for a group without readers as it would be; in a language that its
    campaign offers."""
    with db.reading(engine) as session:
        row = get(session, edition)
        group = replace(group, language=campaigns.spoken(session, row.campaign, group.language))
        sender = senders.of_list(session, settings, row.campaign)
        kept = session.exec(
            select(Content).where(
                Content.edition == edition,
                Content.language == group.language,
                Content.seat == group.seat,
                Content.proposals == " ".join(group.proposals),
            )
        ).first()
    if kept is not None and kept.body:
        return Sealed(kept.head, kept.body), sender
    return contents.renderer(engine, settings, row).mail(group)[1], sender


def send_test(engine: Engine, edition: int, group: Group, address: str, *, now: datetime) -> None:
    """Send one copy to an organizer's own address."""
    to = read_address(address)
    chosen = {"language": group.language, "seat": group.seat, "proposals": list(group.proposals)}
    with db.writing(engine) as session:
        get(session, edition)
        session.add(
            Delivery(kind="test", address=to.typed, due=now, detail={"edition": edition, "group": chosen})
        )


def status(session: Session, edition: Edition) -> dict[str, Any]:
    """The object of ``campaign digest status --json`` (contract.md)."""
    found = queue.counts(session, edition)
    if not edition.published_at:
        found = {"recipients": recipients(session, edition)}
    return {
        "edition": edition.period,
        "state": edition.state,
        "recipients": found.get("recipients", 0),
        **{state: found.get(state, 0) for state in COPY_STATES},
        "problem": edition.problem,
    }


def newest_status(session: Session, campaign: str) -> dict[str, Any]:
    """The status of a campaign's newest digest; all zeros while there is none."""
    found = of_week(session, campaign)
    if found is not None:
        return status(session, found)
    return dict(NO_STATUS)
