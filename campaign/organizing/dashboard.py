"""The bills of a campaign in numbers: votes, goal, committees, parties, pace.

Pace and projection are arithmetic on the past; pages that show them say so.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import congress_gov, govinfo, ledger, members
from campaign.congress.bills import WASHINGTON, BillId, congress_end, congress_on
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Person
from campaign.congress.models import (
    Bill,
    Change,
    Committee,
    RawReply,
    Tracking,
)
from campaign.organizing.counts import Counts, has_left, tally, undated
from campaign.organizing.models import BillGoal
from campaign.outreach.committees import ReferralSeat, referral_seats
from campaign.proposals import lineage
from campaign.proposals.models import Kinship, Proposal
from campaign.refusals import Refused, SourceError

SEATS = {"house": 435, "senate": 100}
WEEK = timedelta(days=7)
# Long enough to bridge a recess, short enough to notice that nobody joins any more.
PACE_WEEKS = 12
# A source's name, how many co-sponsors its newest reply lists, and when that reply was first and last read.
Source = tuple[str, int, datetime, datetime]
NEWS = ("cosponsored", "withdrew", "withdrawal_retracted", "stage")


@dataclass(frozen=True)
class Share:
    """How many of a committee of referral are on the bill, its sponsor among them."""

    committee: Committee
    on: int
    seats: int


@dataclass(frozen=True)
class Pace:
    """Net new co-sponsors over the last ``weeks`` weeks.

    ``reached_on`` is the day on which the goal would be met at this pace; None if not in this Congress.
    """

    weeks: int
    net: int
    reached_on: date | None

    @property
    def a_week(self) -> float:
        return self.net / self.weeks


@dataclass(frozen=True)
class BillSummary:
    """One bill for the organizers' dashboard.

    ``votes`` counts the sponsor and co-sponsors who sit and vote, as do ``parties`` and ``states``;
    ``delegates`` says where those without a vote are from; ``voting_now`` counts everybody who votes in the
    chamber.
    """

    record: BillRecord
    proposal: Proposal | None
    counts: Counts
    # counts.undated
    undated: int
    sponsor: Person | None
    votes: int
    voting_now: int
    committees: tuple[Share, ...]
    parties: tuple[tuple[str, int], ...]
    states: tuple[tuple[str, int], ...]
    delegates: tuple[tuple[str, int], ...]
    joined: tuple[Person, ...]
    left: tuple[Person, ...]
    goal: int
    goal_by: date | None
    goal_set: bool
    pace: Pace
    tracking: Tracking | None
    sources: tuple[Source, ...]

    @property
    def majority(self) -> int:
        return SEATS[self.record.id.chamber] // 2 + 1

    @property
    def disagree(self) -> bool:
        """Whether the sources' newest replies list different numbers of co-sponsors.

        Each has to be read after the other appeared and after the last change: before, it cannot show it yet.
        """
        if len({count for _, count, _, _ in self.sources}) < 2:
            return False
        oldest = min(last for _, _, _, last in self.sources)
        if oldest < max(first for _, _, first, _ in self.sources):
            return False
        rows = self.record.cosponsors
        newest = max((day for row in rows for day in (row.joined, row.withdrawn) if day), default=date.min)
        return oldest.astimezone(WASHINGTON).date() > newest

    @property
    def id(self) -> str:
        return self.record.bill.id


def campaign_bills(session: Session, congress: int, campaign: str | None = None) -> list[tuple[Bill, Proposal]]:
    """The proposals' bills of one Congress, in the campaign's order, the House's before the Senate's."""
    # Filtered in Python: with a condition on the Congress SQLite would scan all bills of it.
    return [pair for pair in _confirmed(session, campaign) if pair[0].congress == congress]


def _confirmed(session: Session, campaign: str | None) -> list[tuple[Bill, Proposal]]:
    query: Any = (
        select(Bill, Proposal)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .join(Proposal, col(Kinship.proposal) == col(Proposal.slug))
        .where(Kinship.state == "confirmed")
        .order_by(Proposal.campaign, col(Proposal.position), col(Bill.type), col(Bill.number))
    )
    if campaign is not None:
        query = query.where(Proposal.campaign == campaign)
    return list(session.exec(query))


def working_bills(
    session: Session, *, now: datetime, campaign: str | None = None
) -> list[tuple[Bill, Proposal]]:
    """The bills that organizers work on, in the order of ``campaign_bills``: those of the sitting Congress, and
    of a proposal that has none there its last ones."""
    every = _confirmed(session, campaign)
    newest: dict[str, int] = {}
    for bill, proposal in every:
        if bill.congress <= congress_on(now):
            newest[proposal.slug] = max(bill.congress, newest.get(proposal.slug, 0))
    return [(bill, proposal) for bill, proposal in every if bill.congress == newest.get(proposal.slug)]


def bill_summaries(session: Session, *, now: datetime, campaign: str | None = None) -> list[BillSummary]:
    """All bills that organizers work on, with a fixed number of queries."""
    return _strips(session, working_bills(session, now=now, campaign=campaign), now)


def bill_summary(session: Session, bill_id: str, *, now: datetime) -> BillSummary:
    """One bill. Raises Refused (404) for one that is not in the record."""
    bill = session.get(Bill, bill_id)
    if bill is None:
        raise Refused(f"{bill_id} is not in this record.", f"{bill_id} no está en este registro.", status=404)
    return _strips(session, [(bill, lineage.proposal_of(session, bill_id))], now)[0]


@dataclass(frozen=True)
class _Facts:
    """What the bills at hand rest on; lists and rows by bill, ``people`` by Bioguide id."""

    people: dict[str, Person]
    seats: dict[str, list[ReferralSeat]]
    goals: dict[str, BillGoal]
    tracked: dict[str, Tracking]
    sources: dict[str, tuple[Source, ...]]
    today: date


def _strips(
    session: Session, bills: Sequence[tuple[Bill, Proposal | None]], now: datetime
) -> list[BillSummary]:
    records = ledger.records(session, [bill.id for bill, _ in bills], now=now)
    moments = [record.moment for record in records.values()]
    if bills and max(moments) < now:
        # All have ended: who sat in the chamber then is what their votes are told of.
        now = max(moments)
    sitting = members.people(session, now=now)
    named = {id for record in records.values() for id in (record.active | record.gone | {record.sponsor or ""})}
    ids = list(records)
    goals = session.exec(select(BillGoal).where(col(BillGoal.bill).in_(ids)))
    tracked = session.exec(select(Tracking).where(col(Tracking.bill).in_(ids)))
    facts = _Facts(
        people={**members.people(session, named - sitting.keys(), now=now), **sitting},
        seats=referral_seats(session, ids),
        goals={goal.bill: goal for goal in goals},
        tracked={row.bill: row for row in tracked},
        sources=source_counts(session, ids),
        today=now.astimezone(WASHINGTON).date(),
    )
    return [_strip(records[bill.id], proposal, facts) for bill, proposal in bills]


def _strip(record: BillRecord, proposal: Proposal | None, facts: _Facts) -> BillSummary:
    people, bill = facts.people, record.bill.id
    numbers = tally(record, people)
    sponsor = people.get(record.sponsor or "")
    leads = sponsor is not None and sponsor.voting and not has_left(sponsor, record)
    votes = numbers.sitting_voting + leads
    on = record.active - {record.sponsor}
    here = [people[id] for id in on if id in people and not has_left(people[id], record)]
    voting = [person for person in here if person.voting] + ([sponsor] if sponsor and leads else [])
    goal = facts.goals.get(bill)
    target = goal.target if goal else SEATS[record.id.chamber] // 2 + 1
    chamber = [person for person in people.values() if person.sitting and person.chamber == record.id.chamber]
    return BillSummary(
        record=record,
        proposal=proposal,
        counts=numbers,
        undated=undated(record, people),
        sponsor=sponsor,
        votes=votes,
        voting_now=sum(person.voting for person in chamber),
        committees=_shares(record, facts.seats.get(bill, [])),
        parties=_ranked(person.party for person in voting),
        states=_ranked(person.state for person in voting),
        delegates=_ranked(person.state for person in here if not person.voting),
        joined=_moved(record, people, "joined", facts.today - WEEK),
        left=_moved(record, people, "withdrawn", facts.today - WEEK),
        goal=target,
        goal_by=goal.by if goal else None,
        goal_set=goal is not None,
        pace=pace(record, target - votes, today=_observed_until(record, facts.today)),
        tracking=facts.tracked.get(bill),
        sources=facts.sources.get(bill, ()),
    )


def _observed_until(record: BillRecord, today: date) -> date:
    """The last day that the record covers: that nobody joined after it is not known."""
    observed = record.bill.observed_at
    return min(today, observed.astimezone(WASHINGTON).date()) if observed else today


def _ranked(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _shares(record: BillRecord, seats: Sequence[ReferralSeat]) -> tuple[Share, ...]:
    on = record.active | {record.sponsor}
    committees = {committee.id: committee for committee, _ in seats}
    members_of = {id: [seat.bioguide for committee, seat in seats if committee.id == id] for id in committees}
    return tuple(
        Share(committee, sum(member in on for member in members_of[id]), len(members_of[id]))
        for id, committee in committees.items()
    )


def _moved(record: BillRecord, people: Mapping[str, Person], field: str, since: date) -> tuple[Person, ...]:
    """Who is on the bill and joined after ``since``, or is off it and withdrew after it, by ``field``."""
    still = record.active if field == "joined" else record.gone
    moved = [row.bioguide for row in record.cosponsors if (getattr(row, field) or date.min) > since]
    return tuple(people[id] for id in dict.fromkeys(moved) if id in still and id in people)


def pace(record: BillRecord, missing: int, *, today: date, weeks: int = PACE_WEEKS) -> Pace:
    """The pace of a bill that lacks ``missing`` votes, without its original co-sponsors.

    A bill younger than ``weeks`` is measured from its introduction.
    """
    introduced = record.bill.introduced
    age = (today - introduced).days // 7 if introduced else weeks
    span = max(1, min(weeks, age))
    since = today - span * WEEK
    joined = sum(since < row.joined <= today and not row.original for row in record.cosponsors)
    withdrew = sum(since < (row.withdrawn or date.min) <= today for row in record.cosponsors)
    net = joined - withdrew
    if missing <= 0:
        return Pace(span, net, today)
    days_left = (congress_end(record.bill.congress).date() - today).days
    if net <= 0 or missing * span * 7 / net > days_left:
        return Pace(span, net, None)
    return Pace(span, net, today + timedelta(days=round(missing * span * 7 / net)))


def source_counts(session: Session, ids: Sequence[str]) -> dict[str, tuple[Source, ...]]:
    """Each live source's newest reading, by bill; a source that was never read is left out."""
    which = col(RawReply.bill), col(RawReply.source)
    newest = (
        sa.select(*which, sa.func.max(col(RawReply.last_read)).label("last"))
        .where(col(RawReply.bill).in_(ids), col(RawReply.source).in_(("api", "govinfo")))
        .group_by(*which)
        .subquery()
    )
    same = sa.and_(
        col(RawReply.bill) == newest.c.bill,
        col(RawReply.source) == newest.c.source,
        col(RawReply.last_read) == newest.c.last,
    )
    found: dict[str, dict[str, tuple[int, datetime, datetime]]] = {}
    for reply in session.exec(select(RawReply).join(newest, same)):
        count = _listed_in(reply)
        if count is not None:
            found.setdefault(reply.bill, {})[reply.source] = (count, reply.first_read, reply.last_read)
    return {
        bill: tuple((source, *read) for source, read in sorted(by_source.items()))
        for bill, by_source in found.items()
    }


def _listed_in(reply: RawReply) -> int | None:
    """How many active co-sponsors a stored reply lists; None for one that can no longer be parsed."""
    parse = congress_gov.parse if reply.source == "api" else govinfo.parse
    try:
        observation = parse(zlib.decompress(reply.body), now=reply.last_read)
    except SourceError:
        return None
    return len({row.bioguide for row in observation.cosponsors or () if row.withdrawn is None})


def newest_changes(session: Session, ids: Sequence[str], *, limit: int = 90) -> list[Change]:
    """The newest changes of these bills that are news, newest first; baseline changes are not."""
    query = select(Change).where(
        col(Change.bill).in_(ids),
        col(Change.baseline).is_(False),
        col(Change.kind).in_(NEWS),
    )
    return list(session.exec(query.order_by(col(Change.seq).desc()).limit(limit)))


def newest_seq(session: Session) -> int:
    return session.scalar(sa.select(sa.func.max(col(Change.seq)))) or 0


def set_goal(
    session: Session, bill: str, target: int, by_day: date | None, *, by: str, now: datetime
) -> BillGoal:
    """Set how many voting members the campaign wants on a bill.

    Raises Refused for a number beyond the chamber's size, (404) for an unknown bill, and (409) for one whose
    Congress is over.
    """
    most = SEATS[BillId.of(bill).chamber]
    if not 1 <= target <= most:
        raise Refused(f"A goal is between 1 and {most}.", f"La meta debe estar entre 1 y {most}.")
    if session.get(Bill, bill) is None:
        raise Refused("There is no such bill.", "No existe ese proyecto.", status=404)
    if BillId.of(bill).congress < congress_on(now):
        raise Refused(
            "This bill expired with its Congress. A goal is for a bill that members can still co-sponsor.",
            "Este proyecto venció con su Congreso. Una meta es para un proyecto que todavía se puede "
            "copatrocinar.",
            status=409,
        )
    goal = session.get(BillGoal, bill) or BillGoal(bill=bill, target=target, set_at=now)
    goal.target, goal.by, goal.set_by, goal.set_at = target, by_day, by, now
    session.add(goal)
    session.flush()
    return goal
