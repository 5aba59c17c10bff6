"""What happened on a campaign's bills since its last edition, read once for all its readers.

Only changes that are news count: recorded after the last edition, not at first sight of a bill, and not long
past by Congress's own dates. First sight of a bill that brings a proposal back is news as a whole, and so is
the end of a bill with its Congress. A member who joined or left is named only while the record still says so.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.calendar import ahead
from campaign.congress import ledger, members
from campaign.congress.bills import WASHINGTON, BillId, congress_on, congress_start, days_left
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Elect, Person
from campaign.congress.models import Change
from campaign.congress.stage_names import Stage
from campaign.districts import maps
from campaign.mailing.edition.ended import EndedBill, ended_since
from campaign.mailing.models import Edition
from campaign.organizing import counts
from campaign.organizing.counts import Counts
from campaign.outreach import asks, phone_numbers, week_ahead
from campaign.outreach.asks import CampaignAsks, ProposalBills
from campaign.outreach.week_ahead import Coming
from campaign.proposals import returns
from campaign.proposals.returns import Return

# Older than this by Congress's own date, a change that is only now seen is a filled gap, not news.
NEWS_FOR = timedelta(days=21)
_HEARING = re.compile(r"\b(hearings? (held|scheduled)|mark-?up)", re.IGNORECASE)


@dataclass(frozen=True)
class Move:
    """A member who joined or left a bill, with Congress's day."""

    person: Person
    day: date


@dataclass(frozen=True)
class BillNews:
    """One living bill: its record and counts, and what happened on it."""

    record: BillRecord
    counts: Counts
    joined: tuple[Move, ...] = ()
    left: tuple[Move, ...] = ()
    # The stage it reached since the last edition, if it reached one.
    stage: Stage | None = None
    hearings: tuple[tuple[date, str], ...] = ()
    # The ended bill that it continues, where it was seen first since the last edition.
    continues: BillId | None = None

    @property
    def moved(self) -> bool:
        return bool(self.joined or self.left or self.stage or self.hearings or self.continues)

    @property
    def counted(self) -> bool:
        """Whether its list of co-sponsors was ever read whole; that of a bill just confirmed was not."""
        return self.record.bill.observed_at is not None

    @property
    def difference(self) -> int:
        return len(self.joined) - len(self.left)


@dataclass(frozen=True)
class ProposalNews:
    """A proposal with the news of its living bills, House first, and the bills that ended since the last
    edition."""

    matter: ProposalBills
    bills: tuple[BillNews, ...]
    ended: tuple[EndedBill, ...] = ()

    @property
    def moved(self) -> bool:
        return bool(self.ended) or any(bill.moved for bill in self.bills)

    @property
    def joined(self) -> tuple[Move, ...]:
        return tuple(move for bill in self.bills for move in bill.joined)

    @property
    def left(self) -> tuple[Move, ...]:
        return tuple(move for bill in self.bills for move in bill.left)


# An edition in one of these states has told its news; the next one starts after it.
NEWS_TOLD = ("sending", "paused", "done", "quiet")


@dataclass(frozen=True)
class News:
    """Everything an edition is made of; the same for all its readers."""

    since_seq: int
    upto_seq: int
    today: date
    docket: CampaignAsks
    proposals: tuple[ProposalNews, ...]
    people: dict[str, Person]
    phones: dict[str, str]
    # House seats that exist, and those of them that are known to be vacant.
    seats: frozenset[str]
    vacant: frozenset[str]
    # States that have new districts since the Congress began, with its first day.
    redrawn: dict[str, date]
    # Who is to take a House seat, by seat.
    elects: dict[str, Elect]
    # The day the record of these bills is as of; None while nothing was read.
    as_of: date | None
    # Whether no edition has told any news yet.
    first: bool
    # Days until the Congress ends, in its last weeks (bills.days_left).
    days_left: int | None = None
    # What is planned for each living bill; empty where no calendar is read.
    coming: Mapping[BillId, Coming] = field(default_factory=dict)
    # The committees whose notices named each living bill today, by the bill's id.
    announced: Mapping[str, set[str]] = field(default_factory=dict)

    def followed(self, slugs: Iterable[str]) -> tuple[ProposalNews, ...]:
        """The proposals a reader chose; all of them where none was chosen."""
        chosen = set(slugs)
        found = tuple(proposal for proposal in self.proposals if proposal.matter.slug in chosen)
        return found or self.proposals

    @cached_property
    def by_seat(self) -> dict[str, tuple[Person, ...]]:
        """Sitting members by seat; senators under their state, by class."""
        found: dict[str, list[Person]] = defaultdict(list)
        for person in self.people.values():
            if person.sitting and person.seat:
                found[person.seat].append(person)
        return {
            seat: tuple(sorted(some, key=lambda person: (person.senate_class or 0, person.last)))
            for seat, some in found.items()
        }

    @property
    def moved(self) -> bool:
        return any(proposal.moved for proposal in self.proposals)


def gather(
    session: Session, campaign: str, *, since_seq: int, now: datetime, upto_seq: int | None = None
) -> News:
    """Read a campaign's news after one place in the ledger and up to another, or to its end."""
    upto = last_seq(session) if upto_seq is None else upto_seq
    docket = asks.campaign_asks(session, now=now, campaign=campaign)
    people = members.people(session, now=now)
    today = now.astimezone(WASHINGTON).date()
    returned = returns.returns_since(session, since_seq, upto=upto, now=now)
    proposals = tuple(
        ProposalNews(
            matter,
            tuple(
                _bill_news(session, record, people, (since_seq, upto), now, returned.get(str(record.id)))
                for record in matter.living
            ),
            ended_since(session, matter, (since_seq, upto), now=now),
        )
        for matter in docket.matters
    )
    living = [record.id for matter in docket.matters for record in matter.living]
    read = [bill.record.bill.observed_at for proposal in proposals for bill in proposal.bills]
    return News(
        since_seq=since_seq,
        upto_seq=upto,
        today=today,
        docket=docket,
        proposals=proposals,
        people=people,
        phones=phone_numbers.washington_phones(session),
        seats=frozenset(seat.id for seat in members.seats(session, "house")),
        vacant=frozenset(members.vacancies(session, "house", now=now)),
        redrawn=_redrawn(now),
        elects={elect.seat: elect for elect in members.elects(session, now=now) if "-" in elect.seat},
        as_of=min((at.astimezone(WASHINGTON).date() for at in read if at), default=None),
        first=not _told_any(session, campaign),
        days_left=days_left(now),
        coming=week_ahead.coming(session, living, now=now),
        announced=announced_today(session, list(map(str, living)), now=now),
    )


def announced_today(session: Session, bills: Collection[str], *, now: datetime) -> dict[str, set[str]]:
    """The committees whose notices named each of these bills since midnight in Washington, by the bill's id."""
    midnight = now.astimezone(WASHINGTON).replace(hour=0, minute=0, second=0, microsecond=0)
    return ahead.announced(session, bills, since=midnight, now=now)


def _told_any(session: Session, campaign: str) -> bool:
    told = select(Edition.id).where(Edition.campaign == campaign, col(Edition.state).in_(NEWS_TOLD))
    return session.exec(told.limit(1)).first() is not None


def _redrawn(now: datetime) -> dict[str, date]:
    congress = congress_on(now)
    start = congress_start(congress)
    changes = (states for noon, states in maps.redrawings(congress) if noon == start)
    return {state: start.date() for states in changes for state in states}


def last_seq(session: Session) -> int:
    """The newest place in the ledger; 0 while it is empty."""
    return session.exec(select(sa.func.max(Change.seq))).one() or 0


def first_seq(session: Session, *, now: datetime) -> int:
    """Where the very first edition starts: a week back."""
    before = select(sa.func.max(Change.seq)).where(col(Change.seen_at) < now - timedelta(days=7))
    return session.exec(before).one() or 0


def _bill_news(
    session: Session,
    record: BillRecord,
    people: dict[str, Person],
    span: tuple[int, int],
    now: datetime,
    returned: Return | None,
) -> BillNews:
    today = now.astimezone(WASHINGTON).date()
    changes = [
        change
        for change in ledger.changes_since(session, span[0], bill=str(record.id))
        if not change.baseline and (change.seq or 0) <= span[1] and is_news(change, today)
    ]
    named = {change.bioguide for change in changes if change.bioguide} - people.keys()
    known = {**people, **members.people(session, named, now=now)} if named else people
    return BillNews(
        record=record,
        counts=counts.counts(session, record),
        joined=_moves(changes, ("cosponsored", "withdrawal_retracted"), record.active, known),
        left=_moves(changes, ("withdrew",), record.gone, known),
        stage=_reached(changes, record),
        hearings=_hearings(changes),
        continues=BillId.of(returned.predecessor) if returned else None,
    )


def is_news(change: Change, today: date) -> bool:
    """Whether a change happened lately; one without a date of its own is as new as its observation."""
    return change.happened is None or today - change.happened <= NEWS_FOR


def _moves(
    changes: Iterable[Change], kinds: tuple[str, ...], still: frozenset[str], people: dict[str, Person]
) -> tuple[Move, ...]:
    """Members who moved and of whom the record still says so; once each, with the newest day."""
    found = {
        change.bioguide: Move(people[change.bioguide], change.happened or change.seen_at.date())
        for change in changes
        if change.kind in kinds and change.bioguide in still and change.bioguide in people
    }
    return tuple(sorted(found.values(), key=lambda move: (move.day, move.person.last)))


def _reached(changes: Iterable[Change], record: BillRecord) -> Stage | None:
    """The stage the bill stands at, if it got there in these changes."""
    reached = [str(change.detail.get("to")) for change in changes if change.kind == "stage"]
    return record.stage.stage if reached and record.stage.stage.value == reached[-1] else None


def _hearings(changes: Iterable[Change]) -> tuple[tuple[date, str], ...]:
    """Hearings and mark-ups among the lines of history, in Congress's own words."""
    lines = {
        (change.happened, str(change.detail.get("text", "")))
        for change in changes
        if change.kind == "action" and change.happened and _HEARING.search(str(change.detail.get("text", "")))
    }
    return tuple(sorted((day, text) for day, text in lines if day))
