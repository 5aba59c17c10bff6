"""Notices that mail waits and nothing leaves, whatever the cause: no worker, a worker that fails, a relay.

The relay's own troubles are known (``relay_limits``). This looks at the outbox itself: something is due for
minutes, no worker holds any of it, and it is not the rate that makes it wait.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db
from campaign.mailing import notices, relay_limits
from campaign.mailing.models import Delivery, Edition, RelayLimits
from campaign.mailing.policy import policy
from campaign.mailing.queue import OPEN, Trouble

WAITS_TOO_LONG = timedelta(minutes=5)
# A worker that waits for the rate asks for it far more often than this.
ASKED_LATELY = timedelta(minutes=2)
# Workers take what is due first, so the rows that they hold are among the first.
FIRST_ROWS = 200
_rows: sa.Table = Delivery.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Stuck:
    """Mail that does not leave: since when the oldest of it is due, and the notice's words for why."""

    since: datetime
    en: str = "it is due, and no worker sends it; see whether campaign worker runs, and its log"
    es: str = "ya debía salir y ningún proceso lo envía; vea si campaign worker está en marcha, y su registro"


def stuck(session: Session, *, now: datetime) -> Stuck | None:
    """What keeps waiting while nobody sends; None where all is well, or where the relay's trouble says why."""
    limits = session.get(RelayLimits, relay_limits.RELAY)
    if limits is not None and limits.trouble:
        return None
    sending = session.exec(select(Edition.id).where(Edition.state == "sending")).all()
    first = [row for edition in (None, *sending) for row in _first_due(session, edition, now)]
    if any(lease is not None and lease >= now for _due, lease in first):
        return None
    oldest = min((due for due, _lease in first), default=now)
    if now - oldest < WAITS_TOO_LONG or _waits_for_the_rate(session, limits, now):
        return None
    return Stuck(oldest)


def _first_due(session: Session, edition: int | None, now: datetime) -> list[tuple[datetime, datetime | None]]:
    """Moment and lease of the rows that are due first: of single mails, or of an edition."""
    of_edition = _rows.c.edition.is_(None) if edition is None else _rows.c.edition == edition
    due = sa.select(_rows.c.due, _rows.c.lease).where(
        OPEN, of_edition, _rows.c.kind != "hook", _rows.c.due <= now
    )
    found = session.execute(due.order_by(_rows.c.due, _rows.c.id).limit(FIRST_ROWS))
    return [(row.due, row.lease) for row in found]


def _waits_for_the_rate(session: Session, limits: RelayLimits | None, now: datetime) -> bool:
    rules = policy(session)
    limited = rules.per_second > 0 or rules.per_hour > 0
    return bool(limited and limits and limits.filled_at and now - limits.filled_at < ASKED_LATELY)


def troubles(session: Session, *, now: datetime) -> list[Trouble]:
    """The same as one of the troubles that doctor and organizers' pages list."""
    if (found := stuck(session, now=now)) is None:
        return []
    since = f"{found.since:%Y-%m-%d %H:%M} UTC"
    return [
        Trouble(
            "outbox", f"mail waits since {since}: {found.en}", f"hay correo en espera desde {since}: {found.es}"
        )
    ]


def watch(engine: Engine, *, now: datetime) -> None:
    """Notify organizers once that mail is stuck; ready to do so again when it is not."""
    with db.writing(engine) as session:
        found = stuck(session, now=now)
        limits = session.get(RelayLimits, relay_limits.RELAY)
        if found is None and (limits is None or limits.trouble or not limits.notified):
            return
        limits = relay_limits.state(session)
        if found and not limits.notified:
            since = f"{found.since:%Y-%m-%d %H:%M} UTC"
            notices.notify(
                session, "stuck", {"since": since, "problem_en": found.en, "problem_es": found.es}, now=now
            )
        limits.notified = found is not None
