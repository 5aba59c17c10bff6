"""The ledger: what each observation showed that was not known before. Rows are only ever added.

``record`` stores one observation in the caller's transaction: new state and changes together, or neither.
docs/data.md lists what it guards against: absence proves nothing, a withdrawal needs Congress's own date in
two complete readings, an action is retracted only when two complete readings lack it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from sqlmodel import Session, col, select

from campaign import db
from campaign.congress.actions import Line, line_of, stage_of_bill
from campaign.congress.bills import WASHINGTON, BillId, congress_end, day_in_words
from campaign.congress.intake import Intake
from campaign.congress.models import Action, Bill, Change, Cosponsorship, Referral
from campaign.congress.observation import Observation
from campaign.congress.stages import StageReading
from campaign.refusals import Refused


@dataclass(frozen=True)
class Recorded:
    """The result of ``record``: the number of changes, whether the bill waits for a second complete
    reading, and whether the observation was too old to count at all."""

    changes: int
    pending: bool
    stale: bool = False


@dataclass(frozen=True)
class BillRecord:
    """A bill as it is known now, or as it stood at the end of ``day`` by Congress's own dates.

    ``title`` and ``sponsor`` are those of that day; ``bill`` is always the current row. ``moment`` is when
    its members are looked at: the moment asked, or the end of ``day``, but no later than the last second of
    its Congress, so that the count of an ended bill stays as it was. ``ended``: its Congress had ended then.
    """

    bill: Bill
    title: str
    sponsor: str | None
    stage: StageReading
    cosponsors: tuple[Cosponsorship, ...]
    actions: tuple[Line, ...]
    referrals: tuple[Referral, ...]
    day: date | None
    moment: datetime
    ended: bool = False

    @cached_property
    def id(self) -> BillId:
        return BillId.of(self.bill.id)

    @cached_property
    def rows(self) -> Mapping[str, Sequence[Cosponsorship]]:
        """The co-sponsors' rows by Bioguide id."""
        found: dict[str, list[Cosponsorship]] = {}
        for row in self.cosponsors:
            found.setdefault(row.bioguide, []).append(row)
        return found

    @cached_property
    def active(self) -> frozenset[str]:
        """Bioguide ids with at least one row that is not withdrawn, as Congress counts."""
        return frozenset(row.bioguide for row in self.cosponsors if row.withdrawn is None)

    @cached_property
    def gone(self) -> frozenset[str]:
        """Bioguide ids all of whose rows are withdrawn."""
        return frozenset(row.bioguide for row in self.cosponsors) - self.active


def record(session: Session, observation: Observation, *, sighting: bool = True) -> Recorded:
    """Store one observation: new state and changes in the caller's write transaction.

    Recording the same observation twice adds nothing. ``sighting=False`` is for a stored reply that is
    parsed again: it may correct what older rules made of it, but never counts as a second reading.
    """
    lock_on_postgresql(session)
    intake = Intake(session, observation, sighting)
    if intake.stale:
        return Recorded(changes=0, pending=intake.bill.pending, stale=True)
    intake.apply()
    return Recorded(changes=len(intake.changes), pending=intake.bill.pending)


def changes_since(
    session: Session, seq: int = 0, *, bill: str | None = None, limit: int | None = None
) -> list[Change]:
    """Changes after ``seq``, oldest first."""
    query = select(Change).where(col(Change.seq) > seq).order_by(col(Change.seq))
    if bill is not None:
        query = query.where(Change.bill == bill)
    return list(session.exec(query.limit(limit)))


def current(session: Session, bill_id: str, *, now: datetime) -> BillRecord:
    """A bill as it is known now. Raises Refused (404) for a bill that is not in the record."""
    bill = _held(session.get(Bill, bill_id), bill_id)
    return _rebuild(session, [bill], day=None, moment=now)[bill_id]


def records(session: Session, bill_ids: Sequence[str], *, now: datetime) -> dict[str, BillRecord]:
    """The current record of each bill, by id in the order given, with a fixed number of queries.

    Raises Refused (404) for a bill that is not in the record.
    """
    found = {bill.id: bill for bill in session.exec(select(Bill).where(col(Bill.id).in_(bill_ids)))}
    bills = [_held(found.get(bill_id), bill_id) for bill_id in bill_ids]
    return _rebuild(session, bills, day=None, moment=now)


def as_of(session: Session, bill_id: str, day: date, *, now: datetime) -> BillRecord:
    """A bill as it stood at the end of ``day``, by Congress's own dates and all that is known now.

    Raises Refused (404) for an unknown bill, a day to come, or a day before the bill was introduced.
    """
    bill = _held(session.get(Bill, bill_id), bill_id)
    if day > now.astimezone(WASHINGTON).date():
        raise Refused(
            f"{day_in_words(day, 'en')} is in the future.",
            f"El {day_in_words(day, 'es')} está en el futuro.",
            status=404,
        )
    if bill.introduced and day < bill.introduced:
        number = BillId.of(bill_id).short
        raise Refused(
            f"{number} was introduced on {day_in_words(bill.introduced, 'en')}. Choose that day or a later "
            "one.",
            f"{number} se presentó el {day_in_words(bill.introduced, 'es')}. Elija ese día u otro posterior.",
            status=404,
        )
    end_of_day = datetime.combine(day, time(23, 59, 59), WASHINGTON)
    return _rebuild(session, [bill], day=day, moment=end_of_day)[bill_id]


def known_until(bill: Bill, today: date) -> date:
    """The last day that a bill's record covers: ``today``, its newest complete reading or the end of its
    Congress, whichever comes first. That nothing is recorded after it proves nothing."""
    last = min(today, congress_end(bill.congress).date())
    return min(last, bill.observed_at.astimezone(WASHINGTON).date()) if bill.observed_at else last


def lock_on_postgresql(session: Session) -> None:
    """Let one transaction at a time write to the ledger; on SQLite a writer holds that lock already.

    PostgreSQL draws sequence numbers before commit: with two writers, a reader that remembers the highest
    ``seq`` could miss a lower one that is committed later.
    """
    db.lock(session, "ledger")


def _held(bill: Bill | None, bill_id: str) -> Bill:
    if bill is None:
        raise Refused(
            f"{bill_id} is not in this record. Track it first: campaign track {bill_id}",
            f"{bill_id} no está en este registro.",
            status=404,
        )
    return bill


def _rebuild(
    session: Session, bills: Sequence[Bill], *, day: date | None, moment: datetime
) -> dict[str, BillRecord]:
    ids = [bill.id for bill in bills]
    lines = _lines(session, ids, day)
    cosponsors = _cosponsors(session, ids, day)
    referrals = _referrals(session, ids)
    built = {}
    for bill in bills:
        title, sponsor = (bill.title, bill.sponsor) if day is None else _names_then(session, bill, moment)
        # The source gives a law's number without the day it became law; the actions of a past day tell that.
        law = bill.law if day is None else None
        reading = stage_of_bill(bill, lines[bill.id], title=title, law=law, today=moment)
        end = congress_end(bill.congress)
        built[bill.id] = BillRecord(
            bill, title, sponsor, reading, tuple(cosponsors[bill.id]), tuple(lines[bill.id]),
            tuple(referrals[bill.id]), day, min(moment, end - timedelta(seconds=1)), moment >= end,
        )  # fmt: skip
    return built


def _lines(session: Session, ids: Sequence[str], day: date | None) -> dict[str, list[Line]]:
    query = (
        select(Action)
        .where(col(Action.bill).in_(ids), col(Action.retracted).is_(False))
        .order_by(col(Action.acted), col(Action.position))
    )
    lines: dict[str, list[Line]] = {id: [] for id in ids}
    for row in session.exec(query):
        if day is None or row.acted <= day:
            lines[row.bill].append(line_of(row))
    return lines


def _cosponsors(session: Session, ids: Sequence[str], day: date | None) -> dict[str, list[Cosponsorship]]:
    query = (
        select(Cosponsorship)
        .where(col(Cosponsorship.bill).in_(ids))
        .order_by(col(Cosponsorship.joined), col(Cosponsorship.bioguide))
    )
    rows: dict[str, list[Cosponsorship]] = {id: [] for id in ids}
    for row in session.exec(query):
        if day is None or row.joined <= day:
            rows[row.bill].append(_as_it_stood(row, day))
    return rows


def _referrals(session: Session, ids: Sequence[str]) -> dict[str, list[Referral]]:
    referrals: dict[str, list[Referral]] = {id: [] for id in ids}
    for row in session.exec(select(Referral).where(col(Referral.bill).in_(ids)).order_by(Referral.committee)):
        referrals[row.bill].append(row)
    return referrals


def _as_it_stood(row: Cosponsorship, day: date | None) -> Cosponsorship:
    if day is None or row.withdrawn is None or row.withdrawn <= day:
        return row
    return Cosponsorship(**{**row.model_dump(), "withdrawn": None, "claim": None})


def _names_then(session: Session, bill: Bill, moment: datetime) -> tuple[str, str | None]:
    """Title and sponsor before the changes seen after ``moment``; a baseline is no change."""
    later = session.exec(
        select(Change)
        .where(
            Change.bill == bill.id,
            col(Change.kind).in_(("title", "sponsor")),
            col(Change.baseline).is_(False),
            col(Change.seen_at) > moment.astimezone(UTC),
        )
        .order_by(col(Change.seq).desc())
    )
    # The oldest of them comes last and says what stood before all of them.
    before = {change.kind: change.detail["from"] for change in later}
    return before.get("title", bill.title) or "", before.get("sponsor", bill.sponsor)
