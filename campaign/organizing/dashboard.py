"""Where each of a campaign's bills stands, in numbers that say what they count.

Pace and projection are arithmetic on what has been, and are called so wherever they are shown.
"""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
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
from campaign.organizing.counts import Counts, has_left, tally
from campaign.organizing.models import BillGoal
from campaign.outreach.committees import ReferralSeat, referral_seats
from campaign.proposals.models import Kinship, Proposal
from campaign.refusals import Refused, Unread

SEATS = {"house": 435, "senate": 100}
WEEK = timedelta(days=7)
# Long enough that a recess does not look like an end, short enough to notice one.
PACE_WEEKS = 12
NEWS = ("cosponsored", "withdrew", "withdrawal_retracted", "stage")


@dataclass(frozen=True)
class Share:
    """How many of a committee of referral are on the bill, its sponsor among them."""

    committee: Committee
    on: int
    seats: int


@dataclass(frozen=True)
class Pace:
    """Net joinings a week over the last ``weeks`` weeks, and when the goal would be met if that went on."""

    weeks: int
    net: int
    reached_on: date | None
    too_late: bool

    @property
    def a_week(self) -> float:
        return self.net / self.weeks


@dataclass(frozen=True)
class Strip:
    """One bill for the Monday page. ``votes`` counts those who sit and vote: co-sponsors and the sponsor."""

    record: BillRecord
    proposal: Proposal | None
    counts: Counts
    sponsor: Person | None
    votes: int
    voting_now: int
    committees: tuple[Share, ...]
    parties: tuple[tuple[str, int], ...]
    states: tuple[tuple[str, int], ...]
    joined: tuple[Person, ...]
    left: tuple[Person, ...]
    goal: int
    goal_by: date | None
    goal_set: bool
    pace: Pace
    tracking: Tracking | None
    sources: tuple[tuple[str, int, datetime], ...]

    @property
    def majority(self) -> int:
        return SEATS[self.record.id.chamber] // 2 + 1

    @property
    def disagree(self) -> bool:
        """Whether the sources' newest readings list different numbers of co-sponsors."""
        return len({count for _, count, _ in self.sources}) > 1

    @property
    def id(self) -> str:
        return self.record.bill.id


def campaign_bills(session: Session, congress: int, campaign: str | None = None) -> list[tuple[Bill, Proposal]]:
    """The bills of the proposals in one Congress, in the campaign's order, the House's first."""
    query: Any = (
        select(Bill, Proposal)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .join(Proposal, col(Kinship.proposal) == col(Proposal.slug))
        .where(Kinship.state == "confirmed")
        .order_by(Proposal.campaign, col(Proposal.position), col(Bill.type), col(Bill.number))
    )
    if campaign is not None:
        query = query.where(Proposal.campaign == campaign)
    # Sorted out here: asked for a Congress, SQLite would walk all its bills to find these few.
    return [(bill, proposal) for bill, proposal in session.exec(query) if bill.congress == congress]


def strips(session: Session, *, now: datetime, campaign: str | None = None) -> list[Strip]:
    """All bills of the campaign in the sitting Congress, read with a fixed number of questions."""
    return _strips(session, campaign_bills(session, congress_on(now), campaign), now)


def strip(session: Session, bill_id: str, *, now: datetime) -> Strip:
    """One bill. Raises Refused (404) for one this record does not hold."""
    bill = session.get(Bill, bill_id)
    if bill is None:
        raise Refused(f"{bill_id} is not in this record.", f"{bill_id} no está en este registro.", status=404)
    home = select(Proposal).join(Kinship, col(Kinship.proposal) == col(Proposal.slug))
    proposal = session.exec(home.where(Kinship.bill == bill_id, Kinship.state == "confirmed")).first()
    return _strips(session, [(bill, proposal)], now)[0]


def _strips(session: Session, bills: Sequence[tuple[Bill, Proposal | None]], now: datetime) -> list[Strip]:
    found = ledger.records(session, [bill.id for bill, _ in bills], now=now)
    sitting = members.people(session)
    named = {one for record in found.values() for one in (record.active | record.gone | {record.sponsor or ""})}
    people = {**members.people(session, named - sitting.keys()), **sitting}
    ids = list(found)
    goals = {one.bill: one for one in session.exec(select(BillGoal).where(col(BillGoal.bill).in_(ids)))}
    watched = {one.bill: one for one in session.exec(select(Tracking).where(col(Tracking.bill).in_(ids)))}
    seats = referral_seats(session, ids)
    said = source_counts(session, ids)
    return [
        _strip(found[bill.id], proposal, people, seats.get(bill.id, []), goals.get(bill.id),
               watched.get(bill.id), said.get(bill.id, ()), now)
        for bill, proposal in bills
    ]  # fmt: skip


def _strip(
    record: BillRecord,
    proposal: Proposal | None,
    people: Mapping[str, Person],
    seats: Sequence[ReferralSeat],
    goal: BillGoal | None,
    tracking: Tracking | None,
    sources: tuple[tuple[str, int, datetime], ...],
    now: datetime,
) -> Strip:
    numbers = tally(record, people)
    sponsor = people.get(record.sponsor or "")
    leads = sponsor is not None and sponsor.voting and not has_left(sponsor, record)
    here = [people[one] for one in record.active if one in people and not has_left(people[one], record)]
    today = now.astimezone(WASHINGTON).date()
    votes = numbers.sitting_voting + leads
    target = goal.target if goal else SEATS[record.id.chamber] // 2 + 1
    voting = [one for one in people.values() if one.sitting and one.voting and one.chamber == record.id.chamber]
    return Strip(
        record=record,
        proposal=proposal,
        counts=numbers,
        sponsor=sponsor,
        votes=votes,
        voting_now=len(voting),
        committees=_shares(record, seats),
        parties=_ranked(one.party for one in here),
        states=_ranked(one.state for one in here),
        joined=_moved(record, people, "joined", today - WEEK),
        left=_moved(record, people, "withdrawn", today - WEEK),
        goal=target,
        goal_by=goal.by if goal else None,
        goal_set=goal is not None,
        pace=pace(record, target - votes, today=_known_until(record, today)),
        tracking=tracking,
        sources=sources,
    )


def _known_until(record: BillRecord, today: date) -> date:
    """The last day the record speaks for: silence after it is no lull."""
    read = record.bill.observed_at
    return min(today, read.astimezone(WASHINGTON).date()) if read else today


def _ranked(values: Any) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _shares(record: BillRecord, seats: Sequence[ReferralSeat]) -> tuple[Share, ...]:
    on = record.active | {record.sponsor}
    committees = {committee.id: committee for committee, _ in seats}
    return tuple(
        Share(
            committee,
            sum(place.bioguide in on for one, place in seats if one.id == code),
            sum(one.id == code for one, _ in seats),
        )
        for code, committee in committees.items()
    )


def _moved(record: BillRecord, people: Mapping[str, Person], field: str, since: date) -> tuple[Person, ...]:
    who = [row.bioguide for row in record.cosponsors if (getattr(row, field) or date.min) > since]
    if field == "joined":
        who = [one for one in who if one in record.active]
    else:
        who = [one for one in who if one in record.gone]
    return tuple(people[one] for one in dict.fromkeys(who) if one in people)


def pace(record: BillRecord, missing: int, *, today: date, weeks: int = PACE_WEEKS) -> Pace:
    """Net joinings over the last weeks, without the day of introduction, and what would follow from them.

    A younger bill is measured over the weeks it has had.
    """
    introduced = record.bill.introduced
    lived = (today - introduced).days // 7 if introduced else weeks
    span = max(1, min(weeks, lived))
    since = today - span * WEEK
    came = sum(since < row.joined <= today and not row.original for row in record.cosponsors)
    went = sum(since < (row.withdrawn or date.min) <= today for row in record.cosponsors)
    net = came - went
    if missing <= 0:
        return Pace(span, net, today, False)
    if net <= 0:
        return Pace(span, net, None, True)
    days = missing * span * 7 / net
    end = congress_end(record.bill.congress).date()
    # Far beyond any Congress the day itself says nothing, and may be no date at all.
    if days > (end - today).days:
        return Pace(span, net, None, True)
    return Pace(span, net, today + timedelta(days=round(days)), False)


def source_counts(session: Session, ids: Sequence[str]) -> dict[str, tuple[tuple[str, int, datetime], ...]]:
    """What each live source's newest reading says of the number of co-sponsors: source, count, when.

    The counts are those of the kept observations; a source that was never read is left out.
    """
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
    found: dict[str, dict[str, tuple[int, datetime]]] = {}
    for reply in session.exec(select(RawReply).join(newest, same)):
        count = _listed_in(reply)
        if count is not None:
            found.setdefault(reply.bill, {})[reply.source] = (count, reply.last_read)
    return {
        bill: tuple((source, count, at) for source, (count, at) in sorted(by_source.items()))
        for bill, by_source in found.items()
    }


def _listed_in(reply: RawReply) -> int | None:
    """How many persons a kept reading lists; None for one that can no longer be read."""
    parse = congress_gov.parse if reply.source == "api" else govinfo.parse
    try:
        seen = parse(zlib.decompress(reply.body), now=reply.last_read)
    except Unread:
        return None
    return len({row.bioguide for row in seen.cosponsors or () if row.withdrawn is None})


def changes_seen(session: Session, ids: Sequence[str], *, after: int, limit: int = 60) -> list[Change]:
    """News of these bills after a change that somebody has seen, newest first; baselines are no news."""
    query = select(Change).where(
        col(Change.bill).in_(ids),
        col(Change.seq) > after,
        col(Change.baseline).is_(False),
        col(Change.kind).in_(NEWS),
    )
    return list(session.exec(query.order_by(col(Change.seq).desc()).limit(limit)))


def newest_seq(session: Session) -> int:
    return session.scalar(sa.select(sa.func.max(col(Change.seq)))) or 0


def set_goal(
    session: Session, bill: str, target: int, by_day: date | None, *, by: str, now: datetime
) -> BillGoal:
    """Say how many voting members the campaign wants on a bill. Raises Refused beyond the chamber's size."""
    most = SEATS[BillId.of(bill).chamber]
    if not 1 <= target <= most:
        raise Refused(f"A goal lies between 1 and {most}.", f"La meta debe estar entre 1 y {most}.")
    if session.get(Bill, bill) is None:
        raise Refused("There is no such bill.", "No existe ese proyecto.", status=404)
    goal = session.get(BillGoal, bill) or BillGoal(bill=bill, target=target, set_at=now)
    goal.target, goal.by, goal.set_by, goal.set_at = target, by_day, by, now
    session.add(goal)
    session.flush()
    return goal
