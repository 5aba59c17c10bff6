"""What is planned for some bills: meetings that name them, meetings of the committees that have them, and the
House's list. Read only; words are elsewhere."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from campaign.calendar import floor, sources
from campaign.calendar.models import (
    AHEAD,
    POSTPONED,
    UNCONFIRMED,
    CalendarSource,
    FloorBill,
    Meeting,
    MeetingChange,
)
from campaign.congress.bills import BillId, congress_end
from campaign.congress.models import Bill, Referral
from campaign.congress.stage_names import Stage

# How long ahead a meeting of a committee is told that does not name the bill; one that does is told at once.
SOON = timedelta(days=10)
# How long a postponed meeting without a new hour is still told, after the hour it had.
POSTPONED_FOR = timedelta(days=14)
# A markup this near puts the committee's members first.
NEAR = timedelta(days=7)
# A source that was not read for longer says nothing about what is missing from it.
OLDEST = dict.fromkeys(("house_floor", "house_meetings", "senate_meetings"), timedelta(hours=6))
MARKUPS = {"markup", "business"}
_IN_COMMITTEE = {"", Stage.introduced, Stage.in_committee}
_OTHER_CHAMBER: dict[str, str] = {Stage.passed_house: "S", Stage.passed_senate: "H"}


@dataclass(frozen=True)
class PlannedMeeting:
    """A meeting with what it has to do with a bill.

    ``relation``: ``list`` or ``text`` (the notice names the bill there), ``dropped`` (a notice did), ``holds``
    (one of its committees has the bill). ``committee`` is the full committee that meets, and
    ``by_subcommittee`` whether only a part of it.
    """

    meeting: Meeting
    bill: BillId
    relation: str
    committee: str
    by_subcommittee: bool

    @property
    def names(self) -> bool:
        return self.relation in ("list", "text")


@dataclass(frozen=True)
class Plan:
    """What is planned for a bill. ``unread`` are the sources that say nothing now, each with the moment of its
    last good reading (None: never); ``read_at`` is the oldest last reading of the others."""

    meetings: tuple[PlannedMeeting, ...] = ()
    floor: tuple[FloorBill, ...] = ()
    read_at: datetime | None = None
    unread: Mapping[str, datetime | None] = field(default_factory=dict)


def plans(session: Session, bills: Sequence[BillId], *, now: datetime) -> dict[BillId, Plan]:
    """What is planned for each bill of the sitting Congress; ended ones are left out, as is everything when no
    calendar has ever been read."""
    known = sources.every(session)
    living = [bill for bill in bills if now < congress_end(bill.congress)]
    if not any(source.good_at for source in known.values()) or not living:
        return {}
    meetings = _meetings(session, now)
    committees = open_committees(session, living)
    on_lists = floor.on_lists(session, [str(bill) for bill in living], now=now)
    gaps = _unread(known, now)
    moments = [moment for name in OLDEST if name not in gaps and (moment := _good_at(known, name))]
    return {
        bill: Plan(
            tuple(_planned(meetings, bill, committees[bill], now)),
            tuple(row for row in on_lists if row.bill == str(bill)),
            min(moments, default=None),
            gaps,
        )
        for bill in living
    }


def unread(session: Session, *, now: datetime) -> dict[str, datetime | None]:
    """The sources that say nothing now, each with the moment of its last good reading (None: never)."""
    return _unread(sources.every(session), now)


def _unread(known: Mapping[str, CalendarSource], now: datetime) -> dict[str, datetime | None]:
    return {name: _good_at(known, name) for name in OLDEST if _is_old(known, name, now)}


def _good_at(known: Mapping[str, CalendarSource], name: str) -> datetime | None:
    """The last good reading; of House meetings those of api.congress.gov count as well."""
    names = (name, "api_meetings") if name == "house_meetings" else (name,)
    found = [source.good_at for each in names if (source := known.get(each)) and source.good_at]
    return max(found, default=None)


def _is_old(known: Mapping[str, CalendarSource], name: str, now: datetime) -> bool:
    moment = _good_at(known, name)
    return moment is None or now - moment > OLDEST[name]


def _meetings(session: Session, now: datetime) -> list[Meeting]:
    query = select(Meeting).where(Meeting.starts_at > now - POSTPONED_FOR, col(Meeting.twin_of).is_(None))
    return [
        meeting
        for meeting in session.exec(query.order_by(col(Meeting.starts_at), Meeting.event))
        if meeting.starts_at > now or meeting.state == POSTPONED
    ]


def open_committees(session: Session, bills: Sequence[BillId]) -> dict[BillId, set[str]]:
    """The full committees that have each bill: of its own chamber until it is out of committee, of the other
    one once it has passed."""
    ids = {str(bill): bill for bill in bills}
    stages = {row.id: row.stage for row in session.exec(select(Bill).where(col(Bill.id).in_(ids)))}
    found: dict[BillId, set[str]] = {bill: set() for bill in bills}
    query = select(Referral).where(col(Referral.bill).in_(ids), col(Referral.referred))
    for row in session.exec(query):
        bill = ids[row.bill]
        if len(row.committee) == 4 and row.committee[0] == _chamber_now(bill, stages.get(row.bill, "")):
            found[bill].add(row.committee)
    return found


def _chamber_now(bill: BillId, stage: str) -> str:
    """The first letter of the committees that can take a bill up: H, S, or none."""
    if stage in _IN_COMMITTEE:
        return bill.chamber[0].upper()
    return _OTHER_CHAMBER.get(stage, "-")


def _planned(
    meetings: Sequence[Meeting], bill: BillId, committees: Collection[str], now: datetime
) -> Iterator[PlannedMeeting]:
    for meeting in meetings:
        codes = meeting.committees.split()
        mine = sorted(code for code in codes if code[:4] in committees) or codes
        relation = _relation(meeting, bill, committees, now)
        if relation and mine and meeting.starts_at < congress_end(bill.congress):
            yield PlannedMeeting(meeting, bill, relation, mine[0][:4], all(len(code) > 4 for code in mine))


def _relation(meeting: Meeting, bill: BillId, committees: Collection[str], now: datetime) -> str:
    if evidence := meeting.named.get(str(bill)):
        return evidence
    if str(bill) in meeting.dropped:
        return "dropped" if meeting.state == AHEAD else ""
    holds = any(code[:4] in committees for code in meeting.committees.split())
    soon = meeting.state in (AHEAD, UNCONFIRMED) and now < meeting.starts_at < now + SOON
    return "holds" if holds and soon and meeting.chamber != "joint" else ""


def announced(
    session: Session, bills: Collection[str], *, since: datetime, now: datetime
) -> dict[str, set[str]]:
    """The committees whose notice of a meeting named each bill since a moment, by the bill's id, while the
    meeting is still ahead. What a first reading of a source found is no news."""
    fresh = select(MeetingChange.event, MeetingChange.bill).where(
        MeetingChange.seen_at >= since,
        col(MeetingChange.kind).in_(("set", "named")),
        col(MeetingChange.baseline).is_(False),
    )
    # A new meeting (no bill) announces all that it names; an agenda that grew, only what was added.
    news = set(session.exec(fresh).all())
    query = select(Meeting).where(
        col(Meeting.event).in_({event for event, _ in news}),
        Meeting.starts_at > now,
        Meeting.state == AHEAD,
        col(Meeting.twin_of).is_(None),
    )
    found: dict[str, set[str]] = {}
    for meeting in session.exec(query):
        for bill in set(bills) & meeting.named.keys():
            if not news.isdisjoint({(meeting.event, None), (meeting.event, bill)}):
                found.setdefault(bill, set()).update(code[:4] for code in meeting.committees.split())
    return found


def markups_near(session: Session, bills: Collection[str], *, now: datetime) -> dict[str, set[str]]:
    """The committees that are soon to mark up each bill by name, by the bill's id; others are left out."""
    query = select(Meeting).where(
        Meeting.starts_at > now,
        Meeting.starts_at < now + NEAR,
        Meeting.state == AHEAD,
        col(Meeting.kind).in_(MARKUPS),
        col(Meeting.twin_of).is_(None),
    )
    found: dict[str, set[str]] = {}
    for meeting in session.exec(query):
        for bill in set(bills) & meeting.named.keys():
            found.setdefault(bill, set()).update(code[:4] for code in meeting.committees.split())
    return found
