"""What to ask of a member, picked from the record, with the reason for it (contract.md, "Ask codes")."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.calendar import ahead
from campaign.congress import ledger
from campaign.congress.bills import WASHINGTON, BillId, Chamber, congress_on, days_left, ordinal
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Person
from campaign.congress.models import Bill, Cosponsorship
from campaign.congress.stage_names import Stage
from campaign.outreach import ask_kinds, names
from campaign.outreach.ask_kinds import AskKind, CommitteeMembership, EarlierSupport, Situation
from campaign.outreach.bilingual import Text
from campaign.outreach.committees import ReferralSeat, referral_seats
from campaign.proposals import campaigns, lineage, published, returns
from campaign.proposals.models import Proposal
from campaign.proposals.published import Cell
from campaign.proposals.returns import Search
from campaign.votes import standing
from campaign.votes.standing import Stand

TEXTS = ask_kinds.TEXTS
# Which chamber has passed a bill at these stages: the other one acts next.
PASSED = {Stage.passed_house: "house", Stage.passed_senate: "senate"}
# Both chambers are done with a bill at these stages, so nobody can join it.
OUT_OF_CONGRESS = {
    Stage.passed_both,
    Stage.to_president,
    Stage.vetoed,
    Stage.law,
    Stage.agreed_to,
    Stage.to_states,
}


@dataclass(frozen=True)
class ProposalBills:
    """A proposal as the record holds it now: its bills of this Congress (``living``) and of earlier ones.

    ``earlier`` is in reading order, newest Congress first; ``congress`` is the one that sits now. A bill that
    belongs to no proposal is one of its own, with an empty ``slug``.
    """

    slug: str
    campaign: str
    congress: int
    name_en: str
    name_es: str
    living: tuple[BillRecord, ...]
    earlier: tuple[Bill, ...]
    # What organizers published in place of the shipped wordings.
    wordings: Mapping[Cell, str]
    # How far this Congress was searched for a bill that continues the earlier ones.
    search: Search = returns.NEVER
    # Days until this Congress ends, in its last weeks (bills.days_left).
    days_left: int | None = None
    # Kinds of asks by their texts, in the campaign's order for a reader who begins with one.
    order: tuple[str, ...] = ask_kinds.ORDER

    def name(self, lang: str) -> str:
        return self.name_es if lang == "es" else self.name_en

    def named(self, lang: str) -> str:
        """The name as a sentence says it: ``the ARMAS Act``, ``la Ley ARMAS``."""
        return names.with_article(self.name(lang), lang)

    def holds(self, bill: str) -> bool:
        """Whether a bill, by its id, is one of the proposal's, of this Congress or of an earlier one."""
        return bill in {str(record.id) for record in self.living} | {row.id for row in self.earlier}

    def number(self, bill: BillId, lang: str) -> str:
        """A bill's number as it is spoken and written now; one of an ended Congress is named with it."""
        return names.bill(bill, self.congress, lang)

    @property
    def law(self) -> Bill | None:
        """The bill of the newest earlier Congress that became law, where no bill has followed it."""
        return None if self.living else lineage.law_of(self.earlier)

    @property
    def enacted(self) -> bool:
        """Whether a bill of this Congress became law: its companions are as done as it is."""
        return any(record.stage.stage is Stage.law for record in self.living)

    @property
    def history(self) -> bool:
        """Whether nobody brought it back for a whole Congress: nothing is asked about it until then."""
        return not self.living and bool(self.earlier) and self.earlier[0].congress < self.congress - 1

    def bill_for(self, chamber: Chamber | None, *, votes: bool = True) -> BillRecord | None:
        """The bill for a member of ``chamber``: one that the other chamber has passed, else its own.

        Who has no vote (``votes``) can only co-sponsor, and only a bill of their own chamber.
        """
        for record in self.living:
            passed_by = PASSED.get(record.stage.stage)
            if votes and passed_by and passed_by != chamber:
                return record
        return next((record for record in self.living if record.id.chamber == chamber), None)

    def last_for(self, chamber: Chamber | None) -> Bill | None:
        """The newest bill of an earlier Congress, of the member's own chamber where it had one."""
        return max(
            self.earlier,
            key=lambda bill: (BillId.of(bill.id).chamber == chamber, bill.congress, bill.number),
            default=None,
        )


@dataclass(frozen=True)
class Ask:
    """One ask with the reason it was picked.

    ``as_of`` is the day, in Washington, on which the bill was read last. ``sister`` is another bill of the
    campaign that the member has joined, to be thanked for in the same call.
    """

    kind: AskKind
    bill: BillId
    matter: ProposalBills
    situation: Situation
    reasons: Text
    as_of: date | None
    sister: tuple[BillId, ProposalBills] | None = None

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def urgency(self) -> tuple[int, bool]:
        """The sorting key of asks for a reader who begins with one: by kind in the campaign's order, those of a
        member whose committee has the bill first; before all, who is soon to mark it up and does not support it
        yet."""
        if self.situation.markup_near and not self.kind.supports:
            return -1, False
        return self.matter.order.index(self.kind.texts), self.situation.seat is None

    def reason(self, lang: str) -> str:
        return self.reasons.of(lang)


class CampaignAsks:
    """A campaign's proposals as the record holds them at one moment: read once, then asked for many members."""

    def __init__(
        self, session: Session, matters: Iterable[ProposalBills], *, now: datetime | None = None
    ) -> None:
        self.matters = tuple(matters)
        earlier = [bill.id for matter in self.matters for bill in matter.earlier]
        living = [str(record.id) for matter in self.matters for record in matter.living]
        self._joined = _first_joined(session, earlier)
        self._seats: dict[tuple[str, str], list[ReferralSeat]] = {}
        for bill, seats in referral_seats(session, living).items():
            for seat in seats:
                self._seats.setdefault((bill, seat[1].bioguide), []).append(seat)
        self._stands = standing.stands(session, living)
        self._markups = ahead.markups_near(session, living, now=now) if now else {}

    def asks(self, person: Person) -> list[Ask]:
        """One ask a proposal, in the campaign's order, where there is something to ask of this member."""
        found = [self.ask(person, matter) for matter in self.matters]
        return [ask for ask in found if ask is not None]

    def ask(self, person: Person, matter: ProposalBills) -> Ask | None:
        """What to ask of this member about this proposal; None where there is nothing to ask."""
        record = matter.bill_for(person.chamber, votes=person.voting)
        bill = record.bill if record else matter.last_for(person.chamber)
        situation = self._situation(person, matter, record)
        kind = ask_kinds.most_specific(situation)
        if kind is None or bill is None or matter.law or matter.history:
            return None
        return Ask(
            kind=kind,
            bill=BillId.of(bill.id),
            matter=matter,
            situation=situation,
            reasons=Text.of_each(lambda lang: _reason(kind, situation, bill, matter, lang)),
            as_of=bill.observed_at.astimezone(WASHINGTON).date() if record and bill.observed_at else None,
            sister=self._sister(person, matter),
        )

    def stands(self, person: Person) -> list[tuple[ProposalBills, Stand]]:
        """How a member voted on passing bills of this Congress, in the campaign's order."""
        found = [
            (matter, self._stands.get((str(record.id), person.bioguide)))
            for matter in self.matters
            for record in matter.living
        ]
        return [(matter, stand) for matter, stand in found if stand is not None]

    def _situation(self, person: Person, matter: ProposalBills, record: BillRecord | None) -> Situation:
        earlier = self._earlier(person, matter)
        if record is None:
            last = {bill.sponsor for bill in matter.earlier if bill.congress == matter.earlier[0].congress}
            return Situation(
                open=bool(matter.living),
                led_last=person.bioguide in last,
                joinable=False,
                earlier=earlier,
            )
        stage = record.stage.stage
        rows = record.rows.get(person.bioguide, [])
        stand = self._stands.get((str(record.id), person.bioguide))
        goes_on = not matter.enacted
        return Situation(
            joinable=goes_on and PASSED.get(stage) != person.chamber and stage not in OUT_OF_CONGRESS,
            votes=person.voting,
            vote_near=goes_on and self._vote_near(person, stage),
            sponsor=record.sponsor == person.bioguide,
            joined=min((row.joined for row in rows if row.withdrawn is None), default=None),
            left=max((row.withdrawn for row in rows if row.withdrawn), default=None),
            earlier=earlier,
            voted=stand.cast if stand else "",
            voted_on=stand.day if stand else None,
            # Once the chamber has voted, no committee of it has the bill.
            seat=self._seat(person, record) if stand is None else None,
            markup_near=goes_on and self._marks_up(person, record),
        )

    @staticmethod
    def _vote_near(person: Person, stage: Stage) -> bool:
        return stage is Stage.reported or PASSED.get(stage, person.chamber) != person.chamber

    def _earlier(self, person: Person, matter: ProposalBills) -> EarlierSupport | None:
        """The newest earlier bill that this member led or, as far as is known, stayed on."""
        for bill in matter.earlier:
            number = BillId.of(bill.id)
            if bill.sponsor == person.bioguide:
                year = bill.introduced.year if bill.introduced else None
                return EarlierSupport(number, year, sponsored=True, sitting=matter.congress)
            if joined := self._joined.get((bill.id, person.bioguide)):
                return EarlierSupport(number, joined.year, sponsored=False, sitting=matter.congress)
        return None

    def _seat(self, person: Person, record: BillRecord) -> CommitteeMembership | None:
        """The member's seat on a committee of referral: one they chair, else the first."""
        mine = map(_membership, self._seats.get((str(record.id), person.bioguide), []))
        return max(mine, key=lambda seat: seat.chair, default=None)

    def _marks_up(self, person: Person, record: BillRecord) -> bool:
        committees = self._markups.get(str(record.id), set())
        seats = self._seats.get((str(record.id), person.bioguide), [])
        return any(committee.id in committees for committee, _ in seats)

    def _sister(self, person: Person, matter: ProposalBills) -> tuple[BillId, ProposalBills] | None:
        for other in self.matters:
            record = other.bill_for(person.chamber)
            if other is not matter and record and person.bioguide in record.active:
                return record.id, other
        return None


def campaign_asks(session: Session, *, now: datetime, campaign: str | None = None) -> CampaignAsks:
    """All proposals of one campaign; without a name those of all campaigns that ask for something now."""
    proposals = campaigns.campaign_proposals(session, campaign)
    if campaign is None:
        silent = campaigns.silent(session)
        proposals = [proposal for proposal in proposals if proposal.campaign not in silent]
    return CampaignAsks(session, _matters(session, proposals, now), now=now)


def asks_of_bill(session: Session, bill: BillId, *, now: datetime) -> tuple[CampaignAsks, ProposalBills]:
    """The campaign's proposals with the one ``bill`` belongs to; a bill of no proposal stands alone.

    Raises Refused (404) for a bill this record does not hold.
    """
    proposal = lineage.proposal_of(session, str(bill))
    if proposal is None:
        alone = _alone(session, bill, now)
        return CampaignAsks(session, [alone], now=now), alone
    whole = campaign_asks(session, now=now, campaign=proposal.campaign)
    return whole, next(matter for matter in whole.matters if matter.slug == proposal.slug)


def ask_about(session: Session, person: Person, bill: BillId, *, now: datetime) -> Ask | None:
    """What to ask of one member about the proposal of one bill."""
    whole, matter = asks_of_bill(session, bill, now=now)
    return whole.ask(person, matter)


def _matters(session: Session, proposals: Sequence[Proposal], now: datetime) -> list[ProposalBills]:
    sitting, of = congress_on(now), {each.campaign for each in proposals}
    texts = {slug: published.wordings(session, slug) for slug in of}
    order = {slug: ask_kinds.in_order(campaigns.campaign(session, slug).first_asks) for slug in of}
    slugs = [proposal.slug for proposal in proposals]
    bills = {slug: [bill for bill, _ in lineage.bills_of(session, slug)] for slug in slugs}
    searches = returns.searches(session, slugs, now=now)
    living = [bill.id for family in bills.values() for bill in family if bill.congress == sitting]
    records = ledger.records(session, living, now=now)
    return [
        ProposalBills(
            slug=proposal.slug,
            campaign=proposal.campaign,
            congress=sitting,
            name_en=proposal.name_en,
            name_es=proposal.name_es,
            living=tuple(records[bill.id] for bill in bills[proposal.slug] if bill.congress == sitting),
            earlier=tuple(bill for bill in bills[proposal.slug] if bill.congress < sitting),
            wordings=texts[proposal.campaign],
            search=searches[proposal.slug],
            days_left=days_left(now),
            order=order[proposal.campaign],
        )
        for proposal in proposals
    ]


def _alone(session: Session, bill: BillId, now: datetime) -> ProposalBills:
    record = ledger.current(session, str(bill), now=now)
    sitting = congress_on(now)
    sits = bill.congress == sitting
    return ProposalBills(
        slug="",
        campaign="",
        congress=sitting,
        name_en=record.title,
        name_es=record.title,
        living=(record,) if sits else (),
        earlier=() if sits else (record.bill,),
        wordings={},
        days_left=days_left(now),
    )


def _first_joined(session: Session, bills: list[str]) -> dict[tuple[str, str], date]:
    """The first day of each active co-sponsor, by bill and Bioguide id."""
    by_member = col(Cosponsorship.bill), col(Cosponsorship.bioguide)
    first = (
        select(*by_member, sa.func.min(Cosponsorship.joined))
        .where(col(Cosponsorship.bill).in_(bills), col(Cosponsorship.withdrawn).is_(None))
        .group_by(*by_member)
    )
    return {(bill, bioguide): joined for bill, bioguide, joined in session.exec(first)}


def _membership(seat: ReferralSeat) -> CommitteeMembership:
    committee, place = seat
    return CommitteeMembership(committee.id, committee.name, place.role == "chair")


def _reason(kind: AskKind, situation: Situation, bill: Bill, matter: ProposalBills, lang: str) -> str:
    """Why this is asked: a phrase for the page, with the bill and the year or day it rests on."""
    id = BillId.of(bill.id)
    number = matter.number(id, lang)
    words = kind.reason_unread if kind.reason_unread and bill.observed_at is None else kind.reason
    seat, earlier = situation.seat, situation.earlier
    before = names.earlier_bill(earlier.bill, matter.congress, id.chamber, lang) if earlier else ""
    return words.of(lang).format(
        number=number,
        short=id.short,
        search=_search(matter.search).of(lang),
        congress=ordinal(bill.congress, lang),
        seat=seat.of(lang) if seat else "",
        joined=names.day(situation.joined, lang) if situation.joined else "",
        left=names.day(situation.left, lang) if situation.left else "",
        voted=names.day(situation.voted_on, lang) if situation.voted_on else "",
        did=earlier.verb(lang) if earlier else "",
        earlier=before,
    )


def _search(search: Search) -> Text:
    """What can be said of a successor where none is confirmed: only what was seen, and until when."""
    if search.waiting:
        return Text("", "")
    if search.seen_until is None:
        return Text("; we do not know of a successor", "; no conocemos ningún sucesor")
    return Text(
        f"; we have not seen a successor as of {names.day(search.seen_until, 'en')}",
        f"; hasta el {names.day(search.seen_until, 'es')} no hemos visto ningún sucesor",
    )
