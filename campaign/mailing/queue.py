"""One row a reader and edition, claimed, marked, sent and recorded, so that no crash loses or doubles one.

A worker claims some rows under a lease, marks one ``sending`` and commits, hands it to the relay with no
transaction open, and records the verdict together with the next mark. A row found ``sending`` after its
lease ran out may or may not have arrived: it becomes ``unknown``, is shown, and is sent again only when
somebody asks for that.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.mailing import notices, relay_limits
from campaign.mailing.models import Delivery, Edition, Pipe, Subscriber, Suppression
from campaign.mailing.policy import policy
from campaign.mailing.transport import Verdict

LEASE = timedelta(seconds=90)
GIVE_UP_AFTER = timedelta(hours=72)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=6)
# Kinds that go only to confirmed readers.
LIST_KINDS = ("digest", "alert")

rows: sa.Table = Delivery.__table__  # type: ignore[attr-defined]
people: sa.Table = Subscriber.__table__  # type: ignore[attr-defined]

# Spelled out so that both planners see that the partial index fits.
OPEN = sa.text("state IN ('pending','deferred','sending')")


class Claimed(NamedTuple):
    """A row that this worker alone may send, with what is known of its reader."""

    id: int
    kind: str
    edition: int | None
    content: int | None
    attempts: int
    first_at: datetime | None
    subscriber: int | None
    email: str
    key: str
    language: str
    detail: dict[str, Any]

    @property
    def listed(self) -> bool:
        return self.kind in LIST_KINDS


@dataclass(frozen=True)
class Batch:
    """What may be sent now; where that is nothing, in how many seconds it is worth asking again (None: only
    when something new is due)."""

    claimed: tuple[Claimed, ...] = ()
    wait: float | None = None


@dataclass(frozen=True)
class Ended:
    """A row and what became of it."""

    claimed: Claimed
    verdict: Verdict
    at: datetime


# --- claiming --------------------------------------------------------------------------------------


def claim(engine: Engine, *, owner: str, now: datetime, most: int) -> Batch:
    """Take up to ``most`` rows that are due: single letters first, then copies of editions being sent."""
    with db.writing(engine) as session:
        wanted, wait = relay_limits.allowed(session, most, now)
        if wanted == 0:
            return Batch(wait=wait)
        ids = _take(session, owner, now, wanted, None)
        for edition in session.exec(
            select(Edition.id).where(Edition.state == "sending").order_by(col(Edition.id))
        ):
            if len(ids) < wanted:
                ids += _take(session, owner, now, wanted - len(ids), edition)
        claimed = _drop_suppressed(session, _read(session, ids), now) if ids else []
        relay_limits.give_back(session, wanted - len(claimed))
    # Where all of these had stopped, others may still wait behind them.
    return Batch(tuple(claimed), wait=0.0 if ids and not claimed else None)


def _take(session: Session, owner: str, now: datetime, most: int, edition: int | None) -> list[int]:
    free = sa.or_(rows.c.lease.is_(None), rows.c.lease < now)
    of_edition = rows.c.edition.is_(None) if edition is None else rows.c.edition == edition
    due = (
        sa.select(rows.c.id)
        .where(OPEN, rows.c.state != "sending")
        .where(of_edition, rows.c.due <= now, free, rows.c.kind != "hook")
        .order_by(rows.c.due, rows.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taken = (
        sa.update(rows).where(rows.c.id.in_(due)).values(owner=owner, lease=now + LEASE).returning(rows.c.id)
    )
    return sorted(session.execute(taken).scalars())


def _read(session: Session, ids: Iterable[int]) -> list[tuple[Claimed, str]]:
    """The claimed rows with their readers and the readers' states, in the order of their numbers."""
    wanted = (
        sa.select(
            rows.c.id,
            rows.c.kind,
            rows.c.edition,
            rows.c.content,
            rows.c.attempts,
            rows.c.first_at,
            rows.c.subscriber,
            sa.func.coalesce(people.c.email, rows.c.address),
            sa.func.coalesce(people.c.key, ""),
            sa.func.coalesce(people.c.language, "en"),
            rows.c.detail,
            sa.func.coalesce(people.c.state, ""),
        )
        .select_from(rows.outerjoin(people, people.c.id == rows.c.subscriber))
        .where(rows.c.id.in_(list(ids)))
        .order_by(rows.c.due, rows.c.id)
    )
    return [(Claimed(*values), state) for *values, state in session.execute(wanted)]


def _drop_suppressed(session: Session, found: list[tuple[Claimed, str]], now: datetime) -> list[Claimed]:
    """Whoever stopped since the edition was published gets nothing; checked here and once more by ``begin``."""
    keys = [one.key for one, _ in found if one.key]
    barred = set(session.exec(select(Suppression.key).where(col(Suppression.key).in_(keys))))
    kept: list[Claimed] = []
    dropped: list[Claimed] = []
    for one, state in found:
        stopped = one.listed and (state != "confirmed" or one.key in barred)
        (dropped if stopped or not one.email else kept).append(one)
    if dropped:
        ended = {"state": "suppressed", "ended_at": now, "lease": None, "owner": ""}
        session.execute(sa.update(rows).where(rows.c.id.in_([one.id for one in dropped])).values(**ended))
    return kept


def release(engine: Engine, claimed: Iterable[Claimed], *, owner: str) -> None:
    """Give back what was claimed and not begun."""
    ids = [one.id for one in claimed]
    if ids:
        with db.writing(engine) as session:
            mine = sa.update(rows).where(rows.c.id.in_(ids), rows.c.owner == owner, rows.c.state != "sending")
            session.execute(mine.values(owner="", lease=None))
            relay_limits.give_back(session, len(ids))


def renew(engine: Engine, *, owner: str, now: datetime) -> None:
    """A worker that lives keeps its leases, however slowly the relay answers."""
    with db.writing(engine) as session:
        # A row that is being recorded this moment is locked and renews itself; waiting for it could deadlock.
        mine = sa.select(rows.c.id).where(OPEN, rows.c.owner == owner).with_for_update(skip_locked=True)
        session.execute(sa.update(rows).where(rows.c.id.in_(mine)).values(lease=now + LEASE))


# --- one message -----------------------------------------------------------------------------------

_MARK = (
    sa.update(rows)
    .where(rows.c.id == sa.bindparam("this"), rows.c.owner == sa.bindparam("mine"))
    .where(sa.text("state IN ('pending','deferred')"))
    .values(
        state="sending",
        lease=sa.bindparam("until"),
        first_at=sa.func.coalesce(rows.c.first_at, sa.bindparam("begun", type_=rows.c.first_at.type)),
    )
)
_END = (
    sa.update(rows)
    .where(rows.c.id == sa.bindparam("this"), rows.c.owner == sa.bindparam("mine"))
    # A row that was given up as unknown while its worker was only slow ends as what it is.
    .where(sa.text("state IN ('sending','unknown')"))
    .values(
        state=sa.bindparam("now_is"),
        reply=sa.bindparam("words"),
        attempts=sa.bindparam("tries"),
        due=sa.bindparam("next"),
        ended_at=sa.bindparam("done"),
        owner="",
        lease=None,
    )
)


def begin(connection: Connection, claimed: Claimed, *, owner: str, now: datetime) -> bool:
    """Mark a row as being sent; False where it is no longer ours or its reader has stopped meanwhile."""
    values = {"this": claimed.id, "mine": owner, "until": now + LEASE, "begun": now}
    return connection.execute(_MARK, values).rowcount == 1


def end(connection: Connection, ended: Ended, *, owner: str) -> None:
    """Record what became of a row; back to waiting where nothing was handed over."""
    connection.execute(_END, {"this": ended.claimed.id, "mine": owner, **_outcome(ended)})


def _outcome(ended: Ended) -> dict[str, Any]:
    row, verdict, now = ended.claimed, ended.verdict, ended.at
    said = {"words": verdict.words, "tries": row.attempts + 1, "next": now, "done": now}
    if verdict.kind in ("sent", "failed", "unknown"):
        return {**said, "now_is": verdict.kind}
    if verdict.kind != "deferred":
        # The relay, not this reader, is in the way: that is no attempt.
        state = "deferred" if row.attempts else "pending"
        return {**said, "now_is": state, "tries": row.attempts, "done": None}
    if now - (row.first_at or now) >= GIVE_UP_AFTER:
        return {**said, "now_is": "failed", "words": f"given up after 72 hours: {verdict.words}"}
    return {**said, "now_is": "deferred", "done": None, "next": now + retry_after(row.attempts)}


def retry_after(attempts: int) -> timedelta:
    """Five minutes, doubled at each attempt up to six hours, give or take a fifth."""
    plain = min(FIRST_RETRY * (1 << min(attempts, 10)), LONGEST_RETRY)
    return plain * random.uniform(0.8, 1.2)  # noqa: S311 -- spreads load, guards nothing


# --- editions and leftovers ------------------------------------------------------------------------


def pause_edition(engine: Engine, edition: int, problem: str, *, now: datetime) -> bool:
    """Stop handing out an edition's rows until somebody resumes it; True for the one who paused it."""
    with db.writing(engine) as session:
        paused = sa.update(Edition).where(col(Edition.id) == edition, col(Edition.state) == "sending")
        result: Any = session.execute(paused.values(state="paused", problem=problem))
        if result.rowcount != 1:
            return False
        take_back(session, edition)
        notices.notify(session, "paused", {"edition": edition, "problem": problem}, now=now)
        return True


def take_back(session: Session, edition: int) -> None:
    """Rows that a worker holds but has not begun are nobody's again: holding an edition holds it at once."""
    held = sa.update(rows).where(OPEN, rows.c.edition == edition, rows.c.state != "sending")
    session.execute(held.where(rows.c.lease.is_not(None)).values(owner="", lease=None))


def sweep(engine: Engine, *, now: datetime) -> int:
    """Give up rows whose worker died while sending, and close editions that have nothing left to send.

    Returns how many rows were given up.
    """
    with db.writing(engine) as session:
        abandoned = _end_abandoned(session, now)
        end_stopped(session, now=now)
        # Locked, so that of two workers one closes an edition and queues the notice of its end.
        for edition in session.exec(select(Edition).where(Edition.state == "sending").with_for_update()).all():
            if not _still_open(session, edition):
                _close(session, edition, now)
    return abandoned


def _end_abandoned(session: Session, now: datetime) -> int:
    left = sa.update(rows).where(OPEN, rows.c.state == "sending", rows.c.lease < now)
    found = 0
    if policy(session).resend_unknown:
        going_on = sa.or_(rows.c.edition.is_(None), rows.c.edition.not_in(_STOPPED))
        again = left.where(going_on).values(state="pending", due=now, owner="", lease=None)
        found += _changed(session, again)
    words = "the worker ended while handing it over"
    return found + _changed(session, left.values(state="unknown", ended_at=now, reply=words))


def _changed(session: Session, statement: sa.Update) -> int:
    """How many rows a statement changed."""
    result: Any = session.execute(statement)
    return int(result.rowcount)


_STOPPED = sa.select(col(Edition.id)).where(col(Edition.state) == "stopped")


def end_stopped(session: Session, *, now: datetime) -> int:
    """End the waiting rows of cancelled editions, one that was in flight and came back included; how many."""
    waiting = sa.update(rows).where(OPEN, rows.c.state != "sending", rows.c.edition.in_(_STOPPED))
    ended = {
        "state": "failed",
        "ended_at": now,
        "reply": "the edition was cancelled",
        "lease": None,
        "owner": "",
    }
    return _changed(session, waiting.values(**ended))


def _close(session: Session, edition: Edition, now: datetime) -> None:
    # An edition that was opened again to resend unknown copies has its totals already.
    first = not edition.totals
    edition.state, edition.finished_at = "done", now
    edition.totals = counts(session, edition)
    if first and edition.kind == "digest":
        none = dict.fromkeys(("sent", "failed", "unknown", "suppressed"), 0)
        notices.notify(session, "done", {"period": edition.period, **none, **edition.totals}, now=now)


def _still_open(session: Session, edition: Edition) -> bool:
    waiting = sa.select(rows.c.id).where(OPEN, rows.c.edition == edition.id)
    return session.execute(waiting.limit(1)).first() is not None


def counts(session: Session, edition: Edition) -> dict[str, int]:
    """An edition's deliveries by state, and ``recipients`` in all."""
    by_state = (
        sa.select(rows.c.state, sa.func.count()).where(rows.c.edition == edition.id).group_by(rows.c.state)
    )
    found = {str(state): int(number) for state, number in session.execute(by_state)}
    if not found and edition.totals:
        return dict(edition.totals)
    return {"recipients": sum(found.values()), **found}


@dataclass(frozen=True)
class Trouble:
    """Something between readers and their mail: what it is about, and what is the matter."""

    about: str
    en: str
    es: str

    def text(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


def troubles(session: Session) -> list[Trouble]:
    """What stands between readers and their mail: a relay in the way, held editions, copies of unknown fate."""
    found = []
    limits = session.get(Pipe, relay_limits.RELAY)
    if limits is not None and limits.trouble:
        en, es = relay_limits.TROUBLES[limits.trouble]
        since = f"{limits.since:%Y-%m-%d %H:%M} UTC"
        words = f": {limits.words}" if limits.words else ""
        found.append(Trouble("relay", f"{en} since {since}{words}", f"{es} desde {since}{words}"))
    for edition in session.exec(select(Edition).where(Edition.state == "paused")):
        why = f": {edition.problem}" if edition.problem else ""
        found.append(Trouble(f"digest {edition.period}", f"is paused{why}", f"está en pausa{why}"))
    query = sa.select(sa.func.count()).where(rows.c.state == "unknown", rows.c.edition.is_not(None))
    if unknown := session.execute(query).scalar_one():
        found.append(
            Trouble(
                "digest",
                f"copies that may or may not have arrived: {unknown}; campaign digest status tells of them",
                f"ejemplares que quizá no llegaron: {unknown}; campaign digest status los detalla",
            )
        )
    return found


def resend_unknown(engine: Engine, edition: int, *, now: datetime) -> int:
    """Send unknown copies once more, at the price that some readers get two; how many.

    A cancelled edition sends nothing more.
    """
    with db.writing(engine) as session:
        row = session.get(Edition, edition, with_for_update=True)
        if row is None or row.state == "stopped":
            return 0
        again = sa.update(rows).where(rows.c.edition == edition, rows.c.state == "unknown")
        waiting = {"state": "pending", "due": now, "owner": "", "lease": None, "ended_at": None, "reply": ""}
        found = _changed(session, again.values(**waiting))
        if found and row.state == "done":
            row.state, row.finished_at = "sending", None
        return found
