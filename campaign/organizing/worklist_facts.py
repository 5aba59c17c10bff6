"""What the worklists of a bill rest on, read from the record with a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import WASHINGTON, BillId, Chamber, congress_on
from campaign.congress.members import Person
from campaign.congress.models import Bill, Cosponsorship, Tenure
from campaign.congress.stage_names import Stage
from campaign.outreach.committees import ReferralSeat, referral_seats
from campaign.proposals.models import Kinship, Proposal

# A bill with the proposal it belongs to.
ProposalBill = tuple[Bill, Proposal]


@dataclass(frozen=True)
class People:
    """Members and co-sponsorships that the bills of a campaign share.

    ``sitting`` and ``former`` are persons by Bioguide id, ``former`` those named by a bill who sit no more;
    ``rows`` are co-sponsorships by bill; ``terms`` by person, of those whose seat has to be known.
    """

    sitting: dict[str, Person]
    former: dict[str, Person]
    rows: dict[str, list[Cosponsorship]]
    terms: dict[str, list[Tenure]]

    @cached_property
    def active(self) -> dict[str, dict[str, date]]:
        """By bill its active co-sponsors, each with the first day on it that still counts."""
        found: dict[str, dict[str, date]] = {}
        for bill, rows in self.rows.items():
            joined = found[bill] = {}
            for row in rows:
                if row.withdrawn is None:
                    joined[row.bioguide] = min(row.joined, joined.get(row.bioguide, row.joined))
        return found


class Relatives(NamedTuple):
    """Bills related to a bill: the proposal's bills of earlier Congresses, newest first; those of this Congress
    in the other chamber; and the bills of the campaign's other proposals in this Congress and chamber."""

    earlier: list[Bill]
    companions: list[Bill]
    sisters: list[ProposalBill]

    @property
    def bills(self) -> list[Bill]:
        return [*self.earlier, *self.companions, *(bill for bill, _ in self.sisters)]


@dataclass(frozen=True)
class BillFacts:
    """A bill, its relatives (see ``Relatives``), and who sits on its committees of referral ``today``.

    ``sitting`` is the Congress that sits then.
    """

    bill: Bill
    earlier: list[Bill]
    companions: list[Bill]
    sisters: list[ProposalBill]
    committees: list[ReferralSeat]
    people: People
    today: date
    sitting: int

    @property
    def ended(self) -> bool:
        """Whether the bill's Congress is over, so that nobody can join it any more."""
        return self.bill.congress < self.sitting

    @property
    def is_law(self) -> bool:
        """Whether the bill or its companion became law, so that nothing is left to ask for."""
        return any(bill.stage == Stage.law for bill in (self.bill, *self.companions))

    @cached_property
    def id(self) -> BillId:
        return BillId.of(self.bill.id)

    @property
    def chamber(self) -> Chamber:
        return self.id.chamber

    @cached_property
    def on_bill(self) -> set[str]:
        return self.supporters(self.bill)

    def candidates(self) -> Iterator[Person]:
        """Everybody who may join the bill."""
        return (person for person in self.people.sitting.values() if self.may_join(person))

    def may_join(self, person: Person) -> bool:
        """Whether a sitting member is of the bill's chamber and not on it."""
        return person.chamber == self.chamber and person.bioguide not in self.on_bill

    def active(self, bill: Bill) -> dict[str, date]:
        """The active co-sponsors of a related bill, with the day they joined."""
        return self.people.active.get(bill.id, {})

    def supporters(self, bill: Bill) -> set[str]:
        """The sponsor, if there is one, and the active co-sponsors of a related bill."""
        return {*self.active(bill), *([bill.sponsor] if bill.sponsor else [])}

    def has_left(self, bioguide: str) -> bool:
        """Whether a person no longer sits in the bill's chamber; one whom no list knows is taken to sit."""
        if person := self.people.sitting.get(bioguide):
            return person.chamber != self.chamber
        former = self.people.former.get(bioguide)
        return former is not None and not former.may_act


def chamber_of(bill: Bill) -> Chamber:
    return BillId.of(bill.id).chamber


def read_facts(session: Session, bills: Sequence[Bill], *, now: datetime) -> list[BillFacts]:
    """The facts of several bills at the cost of one, in the order given."""
    today = now.astimezone(WASHINGTON).date()
    confirmed = _confirmed(session, bills)
    relatives = {bill.id: _relatives(bill, confirmed) for bill in bills}
    shown = [*bills, *(other for found in relatives.values() for other in found.bills)]
    everybody = any(bill.congress < congress_on(now) for bill in bills)
    people = _people(session, shown, {chamber_of(bill) for bill in bills}, now, everybody=everybody)
    seats = referral_seats(session, list(relatives))
    sitting = congress_on(now)
    return [
        BillFacts(bill, *relatives[bill.id], seats.get(bill.id, []), people, today, sitting) for bill in bills
    ]


def _relatives(bill: Bill, confirmed: Sequence[ProposalBill]) -> Relatives:
    """A bill's relatives among the confirmed bills of the campaigns at hand."""
    mine = {proposal.slug: proposal.campaign for other, proposal in confirmed if other.id == bill.id}
    family = [other for other, proposal in confirmed if proposal.slug in mine]
    others = [pair for pair in confirmed if pair[1].slug not in mine and pair[1].campaign in mine.values()]
    here = (bill.congress, chamber_of(bill))
    return Relatives(
        earlier=[other for other in family if other.congress < bill.congress],
        companions=[
            other for other in family if other.congress == bill.congress and chamber_of(other) != here[1]
        ],
        sisters=[pair for pair in others if (pair[0].congress, chamber_of(pair[0])) == here],
    )


def _confirmed(session: Session, bills: Sequence[Bill]) -> list[ProposalBill]:
    """Every confirmed bill of the campaigns these bills belong to, newest Congress first."""
    campaigns = (
        select(Proposal.campaign)
        .join(Kinship, col(Kinship.proposal) == col(Proposal.slug))
        .where(col(Kinship.bill).in_([bill.id for bill in bills]), Kinship.state == "confirmed")
    )
    query: Any = (
        select(Bill, Proposal)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .join(Proposal, col(Kinship.proposal) == col(Proposal.slug))
        .where(Kinship.state == "confirmed", col(Proposal.campaign).in_(campaigns))
        .order_by(col(Bill.congress).desc(), col(Proposal.position), col(Bill.type), col(Bill.number))
    )
    return list(session.exec(query))


def _people(
    session: Session, bills: Iterable[Bill], chambers: set[Chamber], now: datetime, *, everybody: bool
) -> People:
    """``everybody``: the terms of all sitting members are needed, to tell who is new."""
    rows: dict[str, list[Cosponsorship]] = defaultdict(list)
    known = {bill.id: bill.sponsor for bill in bills}
    for row in session.exec(select(Cosponsorship).where(col(Cosponsorship.bill).in_(known))):
        rows[row.bill].append(row)
    named = {row.bioguide for some in rows.values() for row in some} | set(filter(None, known.values()))
    sitting = members.people(session, now=now)
    former = members.people(session, named - sitting.keys(), now=now)
    more = set(sitting) if everybody else set()
    return People(sitting, former, rows, _terms(session, named, sitting, chambers, more))


def _terms(
    session: Session, named: set[str], sitting: dict[str, Person], chambers: set[Chamber], more: set[str]
) -> dict[str, list[Tenure]]:
    """The terms of supporters who left one of these chambers, for the Senate those of its members, too, and of
    ``more``."""
    wanted = more | {id for id in named if id not in sitting or chambers - {sitting[id].chamber}}
    if "senate" in chambers:
        wanted |= {person.bioguide for person in sitting.values() if person.chamber == "senate"}
    found: dict[str, list[Tenure]] = defaultdict(list)
    for term in session.exec(select(Tenure).where(col(Tenure.bioguide).in_(wanted))):
        found[term.bioguide].append(term)
    return found
