"""Outcomes of calls as counts, without any record of the callers.

A report increments a count of its day and leaves a receipt, so that it counts once and can be undone for an
hour. The receipt is a random number made for one form: it identifies nobody and is deleted within a day.
Connections are told apart in memory only (``Connections``). docs/decisions/0004-counts-not-callers.md says why.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db, group_commit
from campaign.outreach.models import CallCount, CallReceipt, CallTotal
from campaign.refusals import Refused

ANSWERS = ("will_join", "undecided", "will_not", "would_not_say")
OUTCOMES = ("talked", "voicemail", "not_reached")
OFFICES = ("washington", "district")
# The outcomes of calls that reached an office, in person or by voicemail.
MADE = ("talked", "voicemail")
# What the office said of one bill in a call about all: an answer, which is no call of its own.
TOLD = "told"

FORM_FOR = timedelta(hours=12)
UNDO_FOR = timedelta(hours=1)
# Longer than FORM_FOR, so that no form counts twice.
RECEIPTS_KEPT = timedelta(hours=24)
HOUR = timedelta(hours=1)
# What a mention on TV can bring to one member: 40,000 people in two hours.
MEMBER_AN_HOUR = 20_000
CONNECTION_AN_HOUR = 120
# Fewer than this are not published: the caller could be guessed.
LEAST_PUBLISHED = 5
_INSERT: dict[str, Callable[[Any], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True)
class Report:
    """The outcome of one call. ``about`` is a bill's id, or a campaign's slug for all of its bills."""

    about: str
    member: str
    office: str
    outcome: str
    said: str = ""


def read_report(about: str, member: str, office: str, result: str) -> Report:
    """A report from a form; ``about`` and ``member`` are known to exist.

    Raises Refused for a ``result`` that is none of ``OUTCOMES`` or an unknown kind of office.
    """
    if result not in OUTCOMES or office not in OFFICES:
        raise Refused(
            "Please choose how the call went. Nothing was counted.",
            "Elija cómo le fue en la llamada, por favor. No se contó nada.",
        )
    return Report(about, member, office, result)


# --- forms that count once -------------------------------------------------------------------------


class FormTokens:
    """Signed tokens: one makes a form count once, the other undoes that report."""

    def __init__(self, key: str, retired: Sequence[str] = ()) -> None:
        self._form = URLSafeSerializer([*retired, key], salt="call form")
        self._undo = URLSafeSerializer([*retired, key], salt="call undo")

    def form(self, *, now: datetime) -> str:
        """A new token for one form."""
        return _signed(self._form, secrets.token_urlsafe(12), now)

    def read_form(self, token: str, *, now: datetime) -> str:
        """The nonce of a form's token. Raises Refused for one that is expired or forged."""
        nonce = _read(self._form, token, FORM_FOR, now)
        if nonce is None:
            raise Refused(
                "This form has expired and nothing was counted. Open the page again and tell us once more.",
                "Este formulario venció y no se contó nada. Abra la página de nuevo y cuéntenos otra vez.",
            )
        return nonce

    def undo(self, nonce: str, *, now: datetime) -> str:
        return _signed(self._undo, nonce, now)

    def read_undo(self, token: str, *, now: datetime) -> str:
        """The nonce of the report to undo. Raises Refused (410) for a token that is expired or forged."""
        nonce = _read(self._undo, token, UNDO_FOR, now)
        if nonce is None:
            raise cannot_undo()
        return nonce


def _signed(signer: URLSafeSerializer, nonce: str, now: datetime) -> str:
    token = signer.dumps([nonce, int(now.timestamp())])
    return token if isinstance(token, str) else token.decode()


def _read(signer: URLSafeSerializer, token: str, lives: timedelta, now: datetime) -> str | None:
    try:
        nonce, made = signer.loads(token)
    except (BadData, ValueError, TypeError):
        return None
    age = now.timestamp() - made
    return str(nonce) if -60 <= age <= lives.total_seconds() else None


def cannot_undo() -> Refused:
    return Refused(
        "You can undo a report once, within an hour. That time has passed.",
        "Un registro se puede deshacer una vez, en la primera hora. Ese tiempo ya pasó.",
        status=410,
    )


# --- counting --------------------------------------------------------------------------------------


def take(engine: Engine, report: Report, nonce: str, *, now: datetime, today: date) -> bool:
    """Count one report; False where this form was counted before.

    Raises Refused (429) where a member has had implausibly many reports within an hour, but for those that are
    taken at this moment. All that only reads comes before the write transaction, for which others wait.
    """
    before = now - RECEIPTS_KEPT
    with db.reading(engine) as session:
        if _lately(session, report.member, now) >= MEMBER_AN_HOUR and session.get(CallReceipt, nonce) is None:
            raise too_many()
        outdated = session.exec(select(CallReceipt.nonce).where(CallReceipt.at < before).limit(1)).first()

    def count(session: Session) -> bool:
        if outdated is not None:
            trim(session, before=before)
        return record(session, report, nonce, now=now, today=today)

    return group_commit.run(engine, count)


def record(session: Session, report: Report, nonce: str, *, now: datetime, today: date) -> bool:
    """Count one report in the caller's write transaction; False where this form was counted before."""
    receipt = {"nonce": nonce, "at": now, "day": today, "undone": False, **vars(report)}
    if session.execute(_new_receipt(session.get_bind().dialect.name), receipt).first() is None:
        return False
    add(session, report, today)
    return True


def receipts(session: Session, nonce: str) -> list[CallReceipt]:
    """The receipts of one form: of the call, then one of each bill that was told of; none after a day."""
    return list(session.exec(select(CallReceipt).where(_of_form(nonce)).order_by(CallReceipt.nonce)))


def answer(session: Session, nonce: str, bill: str, said: str, *, bills: Sequence[str], now: datetime) -> None:
    """Add what the office said of a bill to the report of a talk, in the caller's write transaction; a second
    answer about the bill replaces the first.

    A call about all ``bills`` of a campaign stays one call under the campaign; its answers are counted beside
    it, under their bills (``TOLD``). Raises Refused where the answer does not fit the report, or (410) for one
    that was undone or is older than an hour.
    """
    _lock(session, nonce)
    rows = [row for row in receipts(session, nonce) if not row.undone and row.at > now - UNDO_FOR]
    if not rows:
        raise cannot_undo()
    if rows[0].outcome != "talked" or said not in ANSWERS or bill not in bills:
        raise Refused(
            "Please choose what the office said. Your call is counted.",
            "Elija qué le dijeron, por favor. Su llamada ya se contó.",
        )
    row = next((row for row in rows if row.about == bill), None)
    if row is not None:
        _lower(session, row)
    elif rows[0].about in bills:
        raise cannot_undo()
    else:
        of_bill = {"nonce": f"{rows[0].nonce}@{bill}", "about": bill, "outcome": TOLD}
        row = CallReceipt(**{**rows[0].model_dump(), **of_bill})
    row.said = said
    session.add(row)
    session.flush()
    add(session, _report(row), row.day)


def undo(session: Session, nonce: str, *, now: datetime) -> None:
    """Undo the report of one form in the caller's write transaction. Raises Refused (410) the second time."""
    _lock(session, nonce)
    mine = sa.and_(_of_form(nonce), ~col(CallReceipt.undone), col(CallReceipt.at) > now - UNDO_FOR)
    if not _changed(session.execute(sa.update(CallReceipt).where(mine).values(undone=True))):
        raise cannot_undo()
    for row in receipts(session, nonce):
        _lower(session, row)


def _lock(session: Session, nonce: str) -> None:
    """Let writers change the receipts of a form one after the other; those of its answers are read after it."""
    session.execute(select(CallReceipt.nonce).where(CallReceipt.nonce == nonce).with_for_update())


def _of_form(nonce: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        col(CallReceipt.nonce) == nonce, col(CallReceipt.nonce).startswith(f"{nonce}@", autoescape=True)
    )


def _report(row: CallReceipt) -> Report:
    return Report(row.about, row.member, row.office, row.outcome, row.said)


def _lower(session: Session, row: CallReceipt) -> None:
    less = sa.update(CallCount).where(*_cell(_report(row), row.day), col(CallCount.count) > 0)
    if _changed(session.execute(less.values(count=CallCount.count - 1))):
        _add_to_total(session, _report(row), -1)


def trim(session: Session, *, before: datetime) -> int:
    """Delete the receipts from before a moment; returns how many. The daily housekeeping calls it, too."""
    return _changed(session.execute(sa.delete(CallReceipt).where(col(CallReceipt.at) < before)))


def too_many() -> Refused:
    return Refused(
        "We got an unusual number of reports at once, so we did not count this one. Your call still counts "
        "at the office. Please keep calling.",
        "Llegaron demasiados registros a la vez y este no se sumó. Su llamada sí cuenta en la oficina. "
        "Siga llamando, por favor.",
        status=429,
    )


def _lately(session: Session, member: str, now: datetime) -> int:
    mine = sa.and_(col(CallReceipt.member) == member, col(CallReceipt.at) > now - HOUR)
    return session.exec(select(sa.func.count()).select_from(CallReceipt).where(mine)).one()


def add(session: Session, report: Report, day: date, number: int = 1) -> None:
    """Add calls with the same outcome to the count of their day and to the total."""
    _add_to(session, CallCount, {"day": day, **vars(report)}, number)
    _add_to_total(session, report, number)


def _add_to_total(session: Session, report: Report, number: int) -> None:
    values = {name: value for name, value in vars(report).items() if name != "office"}
    _add_to(session, CallTotal, values, number)


def _add_to(session: Session, table: type[CallCount | CallTotal], values: dict[str, Any], number: int) -> None:
    session.execute(_adding(session.get_bind().dialect.name, table), {"count": number, **values})


def _cell(report: Report, day: date) -> list[sa.ColumnElement[bool]]:
    values = {**vars(report), "day": day}
    return [getattr(CallCount, name) == value for name, value in values.items()]


# Made once: a statement takes longer to put together than to run, and others wait for the database meanwhile.


@cache
def _new_receipt(dialect: str) -> Any:
    """Adds a receipt, and returns its nonce unless there is one of it."""
    row = _INSERT[dialect](CallReceipt).on_conflict_do_nothing(index_elements=["nonce"])
    return row.returning(CallReceipt.nonce)


@cache
def _adding(dialect: str, table: type[CallCount | CallTotal]) -> Any:
    """Adds a row, or its ``count`` to that of the row with its key."""
    row = _INSERT[dialect](table)
    keys = [column.name for column in sa.inspect(table).primary_key]
    more = {"count": table.count + row.excluded["count"]}
    return row.on_conflict_do_update(index_elements=keys, set_=more)


def _changed(result: Any) -> int:
    return int(result.rowcount)


# --- reading the counts ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """How many reports on one member and bill (or campaign) have one outcome. Only organizers see it."""

    about: str
    member: str
    outcome: str
    said: str
    count: int


def tallies(
    session: Session, *, about: Collection[str] | None = None, member: str | None = None
) -> list[Tally]:
    """The totals by bill, member and outcome; without those undone to nothing."""
    keys = [col(CallTotal.about), col(CallTotal.member), col(CallTotal.outcome), col(CallTotal.said)]
    rows = sa.select(*keys, col(CallTotal.count)).where(col(CallTotal.count) > 0).order_by(*keys)
    return [Tally(*row) for row in session.execute(_narrowed(rows, about, member))]


def published(
    session: Session, *, about: Collection[str] | None = None, member: str | None = None
) -> int | None:
    """How many calls reached an office, each once; None below ``LEAST_PUBLISHED``.

    What offices answered is never published: the parts of a small number reveal the rest.
    """
    rows = sa.select(sa.func.coalesce(sa.func.sum(CallTotal.count), 0)).where(col(CallTotal.outcome).in_(MADE))
    found = int(session.execute(_narrowed(rows, about, member)).scalar_one())
    return found if found >= LEAST_PUBLISHED else None


def _narrowed(rows: Any, about: Collection[str] | None, member: str | None) -> Any:
    if about is not None:
        rows = rows.where(col(CallTotal.about).in_(about))
    return rows if member is None else rows.where(CallTotal.member == member)


# --- connections -----------------------------------------------------------------------------------


class ConnectionLimits:
    """A rate limit for each network address: leaky buckets in the memory of this process.

    Addresses are held as keyed hashes only. The key is random, never stored, and replaced every day together
    with all buckets. Each server process counts by itself; the limit for a member holds across processes.
    """

    MOST = 20_000

    def __init__(self, most: int = CONNECTION_AN_HOUR, over: timedelta = HOUR) -> None:
        self._most = most
        self._leaks = most / over.total_seconds()
        self._lock = threading.Lock()
        self._day = date.min
        self._key = b""
        self._buckets: dict[bytes, tuple[float, datetime]] = {}

    def allow(self, address: str, *, now: datetime) -> bool:
        """Count one report from an address; False (and not counted) where its bucket is full."""
        with self._lock:
            self._start_day(now.date())
            name = hmac.new(self._key, address.encode(), hashlib.sha256).digest()
            level, moved = self._buckets.pop(name, (0.0, now))
            level = max(0.0, level - max(0.0, (now - moved).total_seconds()) * self._leaks)
            full = level + 1 > self._most
            self._buckets[name] = (level if full else level + 1, now)
            if len(self._buckets) > self.MOST:
                self._buckets.pop(next(iter(self._buckets)))
            return not full

    def _start_day(self, day: date) -> None:
        if day != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
            self._buckets.clear()
