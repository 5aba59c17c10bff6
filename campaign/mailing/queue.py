"""The outbox: a row for each message, claimed, marked, sent and recorded so that no crash loses or doubles one.

A worker claims some due rows under a lease. It marks one ``sending`` and commits, hands the message to the
relay with no transaction open, and records the verdict together with the next mark. A row that is still
``sending`` when its lease has run out may or may not have arrived: it becomes ``unknown``, is shown to
organizers, and is sent again only when somebody asks for that.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.actions.models import CampaignAction, Signature
from campaign.congress.bills import congress_on, congress_start
from campaign.mailing import models, notices, relay_limits
from campaign.mailing.models import LIST_KINDS, Delivery, Edition, RelayLimits, Subscriber, Suppression
from campaign.mailing.policy import policy
from campaign.mailing.transport import Verdict

LEASE = timedelta(seconds=90)
GIVE_UP_AFTER = timedelta(hours=72)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=6)

rows: sa.Table = Delivery.__table__  # type: ignore[attr-defined]
readers: sa.Table = Subscriber.__table__  # type: ignore[attr-defined]
signatures: sa.Table = Signature.__table__  # type: ignore[attr-defined]
actions: sa.Table = CampaignAction.__table__  # type: ignore[attr-defined]

OPEN, ANSWER, UNKNOWN = sa.text(models.OPEN), sa.text(models.ANSWER), sa.text(models.UNKNOWN)
# Values of a row that no worker holds.
FREE = {"owner": "", "lease": None}
_STOPPED = sa.select(col(Edition.id)).where(col(Edition.state) == "stopped")


class Claimed(NamedTuple):
    """A row that this worker alone may send, with what is known of its reader, or of who takes part in an
    action."""

    id: int
    kind: str
    edition: int | None
    content: int | None
    attempts: int
    first_at: datetime | None
    subscriber: int | None
    email: str
    key: str
    campaign: str
    detail: dict[str, Any]
    signature: int | None = None

    @property
    def listed(self) -> bool:
        return self.kind in LIST_KINDS


@dataclass(frozen=True)
class Batch:
    """Rows to send now; where there are none, ``wait`` is after how many seconds to ask again (None: only when
    something new is due)."""

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
    """Lease up to ``most`` due rows, as far as the relay's limits allow: single mails first, then the copies of
    editions that are being sent."""
    with db.writing(engine) as session:
        granted, wait = relay_limits.take(session, most, now)
        if granted == 0:
            return Batch(wait=wait)
        # Mail that was built before the sitting Congress began names dead numbers and people who left.
        current = col(Edition.built_at) >= congress_start(congress_on(now)).astimezone(UTC)
        sending = select(Edition.id).where(Edition.state == "sending", current).order_by(col(Edition.id))
        leased: list[int] = []
        for rows_of in (*_SINGLES, *((rows.c.edition == edition,) for edition in session.exec(sending))):
            if len(leased) < granted:
                leased += _lease(session, owner, now, granted - len(leased), rows_of)
        claimed = _drop_suppressed(session, _read(session, leased), now) if leased else []
        relay_limits.give_back(session, granted - len(claimed))
    # Where all of these were suppressed, others may still wait behind them.
    return Batch(tuple(claimed), wait=0.0 if leased and not claimed else None)


# Somebody waits for an answer to what they did; no crowd that is asked for its place comes before them.
_SINGLES: tuple[tuple[Any, ...], ...] = (
    (rows.c.edition.is_(None), ANSWER),
    (rows.c.edition.is_(None), rows.c.kind.in_(LIST_KINDS)),
)


def _lease(session: Session, owner: str, now: datetime, most: int, rows_of: tuple[Any, ...]) -> list[int]:
    """Lease due rows that fit these conditions, the longest due first; their ids."""
    # A lease that ends later than any can was written by a clock that was ahead.
    unheld = sa.or_(rows.c.lease.is_(None), rows.c.lease < now, rows.c.lease > now + 4 * LEASE)
    due = (
        sa.select(rows.c.id)
        .where(OPEN, rows.c.state != "sending")
        .where(*rows_of, rows.c.due <= now, unheld)
        .order_by(rows.c.due, rows.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    leased = sa.update(rows).where(rows.c.id.in_(due)).values(owner=owner, lease=now + LEASE)
    return list(session.execute(leased.returning(rows.c.id)).scalars())


def _read(session: Session, ids: Iterable[int]) -> list[tuple[Claimed, str]]:
    """The leased rows with their readers and the readers' states, the longest due first."""
    wanted = (
        sa.select(
            rows.c.id,
            rows.c.kind,
            rows.c.edition,
            rows.c.content,
            rows.c.attempts,
            rows.c.first_at,
            rows.c.subscriber,
            sa.func.coalesce(readers.c.email, signatures.c.email, rows.c.address),
            sa.func.coalesce(readers.c.key, signatures.c.key, ""),
            sa.func.coalesce(readers.c.campaign, actions.c.campaign, ""),
            rows.c.detail,
            rows.c.signature,
            sa.func.coalesce(readers.c.state, ""),
        )
        .select_from(
            rows.outerjoin(readers, readers.c.id == rows.c.subscriber)
            .outerjoin(signatures, signatures.c.id == rows.c.signature)
            .outerjoin(actions, actions.c.id == signatures.c.action)
        )
        .where(rows.c.id.in_(list(ids)))
        .order_by(rows.c.due, rows.c.id)
    )
    return [(Claimed(*values), state) for *values, state in session.execute(wanted)]


def _drop_suppressed(session: Session, leased: list[tuple[Claimed, str]], now: datetime) -> list[Claimed]:
    """The rows without those whose reader has stopped since the edition was published."""
    keys = [row.key for row, _ in leased if row.key]
    suppressed = set(session.exec(select(Suppression.key).where(col(Suppression.key).in_(keys))))
    kept: list[Claimed] = []
    dropped: list[int] = []
    for row, state in leased:
        if not row.email or (row.listed and (state != "confirmed" or row.key in suppressed)):
            dropped.append(row.id)
        else:
            kept.append(row)
    ended = sa.update(rows).where(rows.c.id.in_(dropped))
    session.execute(ended.values(state="suppressed", ended_at=now, **FREE))
    return kept


def release(engine: Engine, claimed: Iterable[Claimed], *, owner: str) -> None:
    """Give back rows that were claimed and not begun, and their share of the rate."""
    ids = [row.id for row in claimed]
    if ids:
        with db.writing(engine) as session:
            mine = sa.update(rows).where(rows.c.id.in_(ids), rows.c.owner == owner, rows.c.state != "sending")
            relay_limits.give_back(session, _changed(session, mine.values(**FREE)))


def renew(engine: Engine, *, owner: str, now: datetime) -> None:
    """Prolong a worker's leases, so that it keeps its rows however slowly the relay answers."""
    with db.writing(engine) as session:
        # A row that is being recorded this moment is locked and needs no lease; waiting for it could deadlock.
        mine = sa.select(rows.c.id).where(OPEN, rows.c.lease.is_not(None), rows.c.owner == owner)
        mine = mine.with_for_update(skip_locked=True)
        session.execute(sa.update(rows).where(rows.c.id.in_(mine)).values(lease=now + LEASE))


def _changed(session: Session, statement: sa.Update) -> int:
    """Run an UPDATE; how many rows it changed."""
    result: Any = session.execute(statement)
    return int(result.rowcount)


# --- one message -----------------------------------------------------------------------------------

_MARK = (
    sa.update(rows)
    .where(rows.c.id == sa.bindparam("row"), rows.c.owner == sa.bindparam("holder"))
    .where(sa.text("state IN ('pending','deferred')"))
    .values(
        state="sending",
        lease=sa.bindparam("until"),
        first_at=sa.func.coalesce(rows.c.first_at, sa.bindparam("now", type_=rows.c.first_at.type)),
    )
)
_RECORD = (
    sa.update(rows)
    .where(rows.c.id == sa.bindparam("row"), rows.c.owner == sa.bindparam("holder"))
    # A row that was given up as unknown while its worker was only slow ends as what it is.
    .where(sa.text("state IN ('sending','unknown')"))
    .values(
        state=sa.bindparam("new_state"),
        reply=sa.bindparam("new_reply"),
        attempts=sa.bindparam("new_attempts"),
        due=sa.bindparam("new_due"),
        ended_at=sa.bindparam("new_end"),
        **FREE,
    )
)


def begin(connection: Connection, claimed: Claimed, *, owner: str, now: datetime) -> bool:
    """Mark a row as being sent; False where it is no longer the owner's or its reader has stopped meanwhile."""
    values = {"row": claimed.id, "holder": owner, "until": now + LEASE, "now": now}
    return connection.execute(_MARK, values).rowcount == 1


def end(connection: Connection, ended: Ended, *, owner: str) -> None:
    """Record what became of a row; it waits again where nothing was handed over or the relay deferred it."""
    connection.execute(_RECORD, {"row": ended.claimed.id, "holder": owner, **_outcome(ended)})


def _outcome(ended: Ended) -> dict[str, Any]:
    row, verdict, now = ended.claimed, ended.verdict, ended.at
    values = {"new_reply": verdict.words, "new_attempts": row.attempts + 1, "new_due": now, "new_end": now}
    if verdict.kind in ("sent", "failed", "unknown"):
        return {**values, "new_state": verdict.kind}
    if verdict.kind != "deferred":
        # The relay, not this reader, is in the way: that is no attempt.
        state = "deferred" if row.attempts else "pending"
        return {**values, "new_state": state, "new_attempts": row.attempts, "new_end": None}
    if now - (row.first_at or now) >= GIVE_UP_AFTER:
        return {**values, "new_state": "failed", "new_reply": f"given up after 72 hours: {verdict.words}"}
    return {**values, "new_state": "deferred", "new_due": now + retry_after(row.attempts), "new_end": None}


def retry_after(attempts: int) -> timedelta:
    """Five minutes, doubled at each attempt up to six hours, give or take a fifth."""
    plain = min(FIRST_RETRY * (1 << min(attempts, 10)), LONGEST_RETRY)
    return plain * random.uniform(0.8, 1.2)  # noqa: S311 -- spreads load, guards nothing


# --- editions and leftovers ------------------------------------------------------------------------


def pause_edition(engine: Engine, edition: int, en: str, es: str, *, now: datetime) -> None:
    """Stop sending an edition until somebody resumes it, and notify organizers why, in their language; once, of
    many workers."""
    with db.writing(engine) as session:
        paused = sa.update(Edition).where(col(Edition.id) == edition, col(Edition.state) == "sending")
        if _changed(session, paused.values(state="paused", problem=en, problem_es=es)):
            take_back(session, edition)
            row = session.get_one(Edition, edition)
            detail = {"campaign": row.campaign, "edition": edition, "problem_en": en, "problem_es": es}
            if row.kind == "alert":
                notices.notify(session, "paused_alert", {**detail, "period": row.period}, now=now)
            else:
                notices.notify(session, "paused", detail, now=now)


def take_back(session: Session, edition: int) -> None:
    """End the leases on an edition's rows that are not begun, so that a pause holds at once."""
    waiting = sa.update(rows).where(OPEN, rows.c.edition == edition, rows.c.state != "sending")
    session.execute(waiting.where(rows.c.lease.is_not(None)).values(**FREE))


def sweep(engine: Engine, *, now: datetime) -> int:
    """Give up rows whose worker died while sending, and close editions that have nothing left to send.

    Returns how many rows were given up.
    """
    with db.writing(engine) as session:
        abandoned = _end_abandoned(session, now)
        end_stopped(session, now=now)
        # Locked, so that of two workers one closes an edition and queues the notice of its end.
        sending = select(Edition).where(Edition.state == "sending").with_for_update()
        for edition in session.exec(sending).all():
            if not _still_open(session, edition):
                _close(session, edition, now)
    return abandoned


def _end_abandoned(session: Session, now: datetime) -> int:
    ended = sa.or_(rows.c.lease < now, rows.c.lease > now + 4 * LEASE)
    left = sa.update(rows).where(OPEN, rows.c.lease.is_not(None), rows.c.state == "sending", ended)
    found = 0
    if policy(session).resend_unknown:
        going_on = sa.or_(rows.c.edition.is_(None), rows.c.edition.not_in(_STOPPED))
        found += _changed(session, left.where(going_on).values(state="pending", due=now, **FREE))
    # The owner stays: a worker that was only slow still records the truth.
    reply = "the worker ended while handing it over"
    return found + _changed(session, left.values(state="unknown", ended_at=now, reply=reply))


def end_stopped(session: Session, *, now: datetime) -> int:
    """End the waiting rows of editions that were stopped, one that was in flight and came back included; how
    many."""
    waiting = sa.update(rows).where(OPEN, rows.c.state != "sending", rows.c.edition.in_(_STOPPED))
    ended = {"state": "failed", "ended_at": now, "reply": "the edition was stopped", **FREE}
    return _changed(session, waiting.values(**ended))


def _still_open(session: Session, edition: Edition) -> bool:
    waiting = sa.select(rows.c.id).where(OPEN, rows.c.edition == edition.id)
    return session.execute(waiting.limit(1)).first() is not None


def _close(session: Session, edition: Edition, now: datetime) -> None:
    # An edition that was opened again to resend unknown copies has its totals already.
    announced = bool(edition.totals)
    edition.state, edition.finished_at = "done", now
    edition.totals = counts(session, edition)
    if edition.kind == "digest" and not announced:
        none = dict.fromkeys(("sent", "failed", "unknown", "suppressed"), 0)
        notices.notify(
            session,
            "done",
            {"campaign": edition.campaign, "period": edition.period, **none, **edition.totals},
            now=now,
        )


def counts(session: Session, edition: Edition) -> dict[str, int]:
    """An edition's deliveries by state, and ``recipients`` in all; its totals once its rows are deleted."""
    by_state = (
        sa.select(rows.c.state, sa.func.count()).where(rows.c.edition == edition.id).group_by(rows.c.state)
    )
    found = {str(state): int(number) for state, number in session.execute(by_state)}
    if not found and edition.totals:
        return dict(edition.totals)
    return {"recipients": sum(found.values()), **found}


def resend_unknown(engine: Engine, edition: int, *, now: datetime) -> int:
    """Send unknown copies once more, at the price that some readers get two; how many.

    An edition that was stopped, or is of an ended Congress, sends nothing more.
    """
    with db.writing(engine) as session:
        row = session.get(Edition, edition, with_for_update=True)
        if row is None or row.state == "stopped" or row.congress < congress_on(now):
            return 0
        again = sa.update(rows).where(rows.c.edition == edition, rows.c.state == "unknown")
        found = _changed(session, again.values(state="pending", due=now, ended_at=None, reply="", **FREE))
        if found and row.state == "done":
            row.state, row.finished_at = "sending", None
        return found


# --- what is in the way ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Trouble:
    """Something that keeps mail from readers: what it is about, and what is the matter; of a paused edition its
    number, and whose it is."""

    about: str
    en: str
    es: str
    edition: int | None = None
    campaign: str = ""

    def text(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


def troubles(session: Session) -> list[Trouble]:
    """What keeps mail from readers: a failing relay, paused editions, copies of unknown fate."""
    found = []
    limits = session.get(RelayLimits, relay_limits.RELAY)
    if limits is not None and limits.trouble:
        en, es = relay_limits.TROUBLES[limits.trouble]
        since = f"{limits.since:%Y-%m-%d %H:%M} UTC"
        words = f": {limits.words}" if limits.words else ""
        found.append(Trouble("relay", f"{en} since {since}{words}", f"{es} desde {since}{words}"))
    for edition in session.exec(select(Edition).where(Edition.state == "paused")):
        why = f": {edition.problem}" if edition.problem else ""
        why_es = f": {edition.problem_es}" if edition.problem_es else why
        about, whose = f"{edition.kind} {edition.period}", (edition.id, edition.campaign)
        found.append(Trouble(about, f"is paused{why}", f"está en pausa{why_es}", *whose))
    query = sa.select(sa.func.count()).where(UNKNOWN, rows.c.edition.is_not(None))
    if unknown := session.execute(query).scalar_one():
        found.append(
            Trouble(
                "digest",
                f"copies that may or may not have arrived: {unknown}; campaign digest status tells of them",
                f"ejemplares que quizá no llegaron: {unknown}; campaign digest status los detalla",
            )
        )
    return found
