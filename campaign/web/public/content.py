"""What the pages of a bill, of a seat and of the sources show; plain values, no HTML."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from campaign.congress import ledger, members
from campaign.congress.bills import WASHINGTON, congress_end
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Elect, Person
from campaign.congress.models import Bill, Change, Committee, Cosponsorship, Seat, SourceState, Tracking
from campaign.districts import notes
from campaign.districts.notes import Note
from campaign.organizing import counts, progress
from campaign.organizing.counts import Counts
from campaign.outreach import names, voted, week_ahead, wordings
from campaign.outreach.asks import Ask, CampaignAsks
from campaign.outreach.bilingual import Text
from campaign.outreach.committees import referral_seats
from campaign.outreach.week_ahead import Coming
from campaign.proposals import lineage
from campaign.proposals.models import Proposal
from campaign.refusals import Refused
from campaign.web.core import charts, history
from campaign.web.core.charts import Steps
from campaign.web.core.history import Event
from campaign.web.public import votes
from campaign.web.public.overview import Card, card, proposal_carried

HISTORY = 60
# What ``Cosponsorship.claim`` says when a withdrawal is no longer listed.
NO_WITHDRAWAL = "none"


# --- one bill --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One person on a bill, or gone from it. ``person`` is as on the page's day; what waits for a second
    reading belongs to a page that shows ``now``."""

    row: Cosponsorship
    person: Person | None
    left_chamber: bool
    now: bool

    @property
    def bioguide(self) -> str:
        return self.row.bioguide

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.row.name or self.row.bioguide

    @property
    def party(self) -> str:
        return self.person.party if self.person else self.row.party

    @property
    def state(self) -> str:
        return self.person.state if self.person else self.row.state

    @property
    def leaving(self) -> date | None:
        """A withdrawal that Congress lists and that a second reading has still to confirm."""
        claim = self.row.claim
        return date.fromisoformat(claim) if self.now and claim and claim != NO_WITHDRAWAL else None

    @property
    def missing(self) -> date | None:
        """Since when Congress's list lacks this person, without a withdrawal; absence alone proves nothing."""
        since = self.row.missing_since
        return since.astimezone(WASHINGTON).date() if self.now and since else None

    @property
    def returning(self) -> bool:
        """A withdrawal that Congress no longer lists, which a second reading has still to confirm."""
        return self.now and self.row.claim == NO_WITHDRAWAL


@dataclass(frozen=True)
class BillPage:
    card: Card
    proposal: Proposal | None
    on: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    sort: str
    chart: Steps | None
    history: tuple[Event, ...]
    history_left: int
    family: tuple[Bill, ...]
    successor: Bill | None
    companion: Bill | None
    committees: tuple[Text, ...]
    # Whether anybody is known to sit on them; a new Congress takes weeks to name them.
    seated: bool
    awaits_vote: bool
    # What is planned for it; None on the page of a past day, and where no calendar is read.
    coming: Coming | None
    votes: tuple[votes.Shown, ...]
    tracking: Tracking | None
    today: date
    # The last day of its Congress.
    ends: date

    @property
    def record(self) -> BillRecord:
        return self.card.record

    @property
    def row(self) -> Bill:
        return self.card.record.bill

    @property
    def counts(self) -> Counts:
        return self.card.counts


SORTS = {
    "date": lambda entry: (entry.row.joined, entry.name),
    "name": lambda entry: entry.person.last if entry.person else entry.name,
    "state": lambda entry: (entry.state, entry.name),
}


def bill(session: Session, record: BillRecord, *, sort: str, now: datetime) -> BillPage:
    """Everything the page of one bill says, for now or for the record's day."""
    today = record.day or now.astimezone(WASHINGTON).date()
    changes = _changes(session, record)
    ids = (
        record.active
        | record.gone
        | {change.bioguide for change in changes if change.bioguide}
        | {record.sponsor or ""}
    )
    people = members.people(session, ids, now=record.moment)
    order = sort if sort in SORTS else "date"
    told = history.events(changes, people)
    key = str(record.id)
    family = lineage.family(session, key)
    relatives = ledger.records(session, [each.id for each in family], now=now)
    return BillPage(
        card=card(session, record, relatives.values(), progress.goals(session, [key]).get(key)),
        proposal=proposal_carried(session, key),
        on=tuple(sorted(_entries(record, people, record.active), key=SORTS[order])),
        gone=tuple(_entries(record, people, record.gone)),
        sort=order,
        chart=chart(record, now=now),
        history=tuple(told[:HISTORY]),
        history_left=max(0, len(told) - HISTORY),
        family=tuple(each for each in family if each.id != key),
        successor=lineage.successor(session, key, now),
        companion=lineage.companion(session, key),
        committees=tuple(_committees(session, record)),
        seated=bool(referral_seats(session, [key])),
        awaits_vote=counts.awaits_vote(record, now=now),
        coming=week_ahead.coming(session, [record.id], now=now).get(record.id) if record.day is None else None,
        votes=votes.on_bill(session, key, until=record.day),
        tracking=session.get(Tracking, key),
        today=today,
        ends=congress_end(record.bill.congress).date(),
    )


def chart(record: BillRecord, *, now: datetime) -> Steps | None:
    """How many were on a bill day by day; None where that is not known, or less than two days are."""
    today = record.day or now.astimezone(WASHINGTON).date()
    end = min(today, _last_day(record))
    return None if record.bill.partial else charts.steps(counts.over_time(record.cosponsors), end)


def _changes(session: Session, record: BillRecord) -> list[Change]:
    """The bill's changes; for a past day those that Congress dates up to it."""
    rows = ledger.changes_since(session, bill=str(record.id))
    day = record.day
    return (
        rows
        if day is None
        else [change for change in rows if change.happened is not None and change.happened <= day]
    )


def _last_day(record: BillRecord) -> date:
    """A chart ends where knowledge ends: at the last whole reading, or with the bill's Congress."""
    read = record.bill.observed_at
    end = congress_end(record.bill.congress).date()
    return min(end, read.astimezone(WASHINGTON).date()) if read else end


def _entries(record: BillRecord, people: Mapping[str, Person], who: frozenset[str]) -> list[Entry]:
    """One entry a person: the row they are on by, or the last one they left by."""
    rows: dict[str, Cosponsorship] = {}
    for row in record.cosponsors:
        if row.bioguide in who and (row.bioguide not in record.active or row.withdrawn is None):
            rows[row.bioguide] = row
    found = [
        Entry(row, people.get(key), _has_left(people.get(key), record), record.day is None)
        for key, row in rows.items()
    ]
    return sorted(found, key=lambda entry: (entry.row.withdrawn or entry.row.joined, entry.name))


def _has_left(person: Person | None, record: BillRecord) -> bool:
    known = person is not None and (person.dated or not record.ended)
    return known and counts.has_left(person, record)


def _committees(session: Session, record: BillRecord) -> list[Text]:
    """The committees' names; the Spanish one is empty where the table has none."""
    found = []
    for referral in record.referrals:
        known = session.get(Committee, referral.committee)
        if known is None or known.parent is None:
            spanish = names.COMMITTEES_ES.get(referral.committee, "").removeprefix("el ")
            found.append(Text(known.name if known else referral.name, spanish))
    return found


# --- acting ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Speaker:
    """Somebody who speaks for a reader, with what to ask of them."""

    person: Person
    asks: tuple[Ask, ...]
    # How they voted on passing the campaign's bills.
    voted: tuple[Text, ...] = ()

    @property
    def first(self) -> Ask | None:
        """The ask to begin with: what they can still do, before thanks for what they did."""
        return min(self.asks, key=lambda ask: ask.urgency, default=None)


@dataclass(frozen=True)
class Delegation:
    """All who speak for a seat's people, whose answer matters most first.

    ``vacant`` seats are named, and ``unlisted`` ones, whose last holder's term ended with its Congress while no
    list says who sits now; a territory has no senators to miss. ``elected`` are to take one of the seats; of a
    seat that waits for somebody no vacancy is said.
    """

    seat: Seat
    speakers: tuple[Speaker, ...]
    vacant: tuple[str, ...]
    unlisted: tuple[str, ...]
    vacant_since: date | None
    has_senators: bool
    elected: tuple[Elect, ...] = ()

    @property
    def no_senators(self) -> Note:
        return notes.no_senators(self.seat.state)

    @property
    def start(self) -> Speaker | None:
        """Whom to call first; None where nothing is asked of anybody."""
        return next((speaker for speaker in self.speakers if speaker.asks), None)


def delegation(session: Session, seat: Seat, docket: CampaignAsks, *, now: datetime) -> Delegation:
    senate = members.seat(session, seat.state)
    own = members.holders(session, seat.id, now=now) if seat.chamber == "house" else []
    upper = members.senators(session, seat.state, now=now)
    people = [*own, *upper]
    empty = [seat.id] if seat.chamber == "house" and not own else []
    empty += [seat.state] * (senate.places - len(upper) if senate else 0)
    known = members.is_current(session, now=now)
    vacant = empty if known else []
    elected = members.elects(session, [seat.id, seat.state], now=now)
    waiting = {elect.seat for elect in elected}
    return Delegation(
        seat,
        _in_order(_speaker(person, docket) for person in people),
        tuple(place for place in vacant if place not in waiting),
        () if known else tuple(place for place in empty if place not in waiting),
        members.vacant_since(session, seat.id, now=now) if seat.id in vacant else None,
        senate is not None,
        tuple(elected),
    )


def _speaker(person: Person, docket: CampaignAsks) -> Speaker:
    asks = tuple(docket.asks(person))
    return Speaker(person, asks, voted.lines(docket, person, asks))


def _in_order(speakers: Iterable[Speaker]) -> tuple[Speaker, ...]:
    """By their most urgent ask, then by the next; last who has none. Equals keep their order, the House before
    the Senate."""

    def key(speaker: Speaker) -> list[tuple[float, bool]]:
        return [*sorted(ask.urgency for ask in speaker.asks), (math.inf, True)]

    return tuple(sorted(speakers, key=key))


def timely(session: Session, speakers: Sequence[Speaker], *, now: datetime) -> dict[str, Text]:
    """What makes a call to each of them timely, by Bioguide id; most have nothing."""
    asked = {speaker.person: [ask.bill for ask in speaker.asks] for speaker in speakers if speaker.asks}
    return week_ahead.reasons_now(session, asked, now=now)


def chosen(people: Delegation, bioguide: str, bill: str) -> tuple[Speaker, Ask]:
    """The person and the ask about the proposal of the bill in the address, whose number may have died since.

    Raises Refused (404) where they do not fit this seat.
    """
    speaker = next((speaker for speaker in people.speakers if speaker.person.bioguide == bioguide), None)
    if speaker is None:
        raise Refused(
            f"That person does not represent {people.seat.id} now. See who does.",
            f"Esa persona no representa ahora a {people.seat.id}. Vea quién lo hace.",
            status=404,
        )
    ask = next((ask for ask in speaker.asks if ask.matter.holds(bill)), None) or speaker.first
    if ask is None:
        raise wordings.nothing_to_ask(speaker.person, bill)
    return speaker, ask


# --- sources ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sources:
    states: tuple[SourceState, ...]
    tracked: tuple[tuple[Tracking, Bill], ...]


def sources(session: Session) -> Sources:
    """Every data set with its day, every tracked bill with how its polling goes."""
    rows = (
        select(Tracking, Bill)
        .where(Tracking.bill == Bill.id, col(Tracking.until).is_(None))
        .order_by(Tracking.bill)
    )
    states = session.exec(select(SourceState).order_by(SourceState.name))
    return Sources(tuple(states), tuple((tracking, known) for tracking, known in session.exec(rows)))
