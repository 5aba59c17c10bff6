"""What to ask of a member, picked from the record, with the reason for it (contract.md, "Ask codes")."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from campaign.congress import ledger
from campaign.congress.bills import BillId, Chamber, congress_on
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Person
from campaign.congress.models import Bill, Committee, CommitteeSeat, Cosponsorship, Referral
from campaign.congress.stage_names import Stage
from campaign.outreach import names
from campaign.proposals import campaigns, lineage, published
from campaign.proposals.models import Proposal
from campaign.proposals.published import Cell

PASSED = {Stage.passed_house: "house", Stage.passed_senate: "senate"}
OUT_OF_CONGRESS = {
    Stage.passed_both,
    Stage.to_president,
    Stage.vetoed,
    Stage.law,
    Stage.agreed_to,
    Stage.to_states,
}


@dataclass(frozen=True)
class Seat:
    """A seat on a committee that has the bill."""

    committee: str
    name: str
    chair: bool


@dataclass(frozen=True)
class Earlier:
    """What a member did on an earlier bill of the same proposal."""

    bill: BillId
    year: int
    sponsored: bool


@dataclass(frozen=True)
class Situation:
    """All that bears on one ask: one member, one bill."""

    living: bool = True
    votes: bool = True
    vote_near: bool = False
    passed_here: bool = False
    sponsor: bool = False
    joined: date | None = None
    left: date | None = None
    earlier: Earlier | None = None
    seat: Seat | None = None

    @property
    def may_join(self) -> bool:
        return self.living and not (self.sponsor or self.joined or self.passed_here)


# Most specific first: what only this member did, then what few can do, then what all may.
FITS: tuple[tuple[str, Callable[[Situation], bool]], ...] = (
    ("next_congress", lambda it: not it.living),
    ("sponsor", lambda it: it.living and it.sponsor),
    ("floor", lambda it: it.living and it.vote_near and it.votes),
    ("withdrew", lambda it: it.may_join and it.left is not None),
    ("thank", lambda it: it.living and it.joined is not None),
    ("rejoin", lambda it: it.may_join and it.earlier is not None),
    ("committee_chair", lambda it: it.may_join and it.seat is not None and it.seat.chair),
    ("delegate", lambda it: it.may_join and not it.votes),
    ("committee", lambda it: it.may_join and it.seat is not None and not it.seat.chair),
    ("cosponsor", lambda it: it.may_join),
)
CODES = tuple(code for code, _ in FITS)


def fitting(situation: Situation) -> list[str]:
    """Every ask code that fits, the most specific first; empty where nothing is left to ask."""
    return [code for code, fits in FITS if fits(situation)]


@dataclass(frozen=True)
class Matter:
    """A proposal as a supporter asks for it: its bills of this Congress, and what went before.

    A bill that belongs to no proposal is a matter of its own, with an empty ``slug``.
    """

    slug: str
    campaign: str
    name_en: str
    name_es: str
    living: tuple[BillRecord, ...]
    earlier: tuple[Bill, ...]
    congress: int
    # What organizers published in place of the shipped wordings.
    wordings: Mapping[Cell, str] = field(default_factory=dict, compare=False)

    def name(self, lang: str) -> str:
        return self.name_es if lang == "es" else self.name_en

    def bill_for(self, chamber: Chamber | None) -> BillRecord | None:
        """The bill for a member of ``chamber``: one that the other chamber has passed, else its own."""
        for record in self.living:
            passed_by = PASSED.get(record.stage.stage)
            if passed_by and passed_by != chamber:
                return record
        return next((one for one in self.living if one.id.chamber == chamber), None)

    def last_for(self, chamber: Chamber | None) -> Bill | None:
        """The newest bill of an earlier Congress, of the member's own chamber where it had one."""
        newest = sorted(
            self.earlier, key=lambda bill: (bill.type.startswith("h") == (chamber == "house"), bill.congress)
        )
        return newest[-1] if newest else None


@dataclass(frozen=True)
class Ask:
    """One ask with the reason it was picked; ``others`` are further codes that fit, most specific first."""

    code: str
    bill: BillId
    matter: Matter
    situation: Situation
    reason_en: str
    reason_es: str
    others: tuple[str, ...]
    as_of: date | None
    sister: tuple[BillId, Matter] | None = None

    def reason(self, lang: str) -> str:
        return self.reason_es if lang == "es" else self.reason_en


class Docket:
    """The campaign's matters as the record holds them at one moment, read once and asked for many members."""

    def __init__(self, session: Session, matters: Iterable[Matter]) -> None:
        self.matters = tuple(matters)
        earlier = [bill.id for matter in self.matters for bill in matter.earlier]
        living = [str(record.id) for matter in self.matters for record in matter.living]
        self._past = _by_person(session, earlier)
        self._seats = _seats(session, living)

    def asks(self, person: Person) -> list[Ask]:
        """One ask a matter, in the campaign's order, where there is something to ask of this member."""
        found = [self.ask(person, matter) for matter in self.matters]
        return [ask for ask in found if ask is not None]

    def ask(self, person: Person, matter: Matter) -> Ask | None:
        """What to ask of this member about this matter; None where there is nothing to ask."""
        record = matter.bill_for(person.chamber)
        situation = self._situation(person, matter, record)
        codes = fitting(situation)
        bill = record.id if record else _id(matter.last_for(person.chamber))
        if not codes or bill is None:
            return None
        en, es = (_reason(codes[0], situation, bill, record, lang) for lang in ("en", "es"))
        day = record.bill.observed_at.date() if record and record.bill.observed_at else None
        ask = Ask(codes[0], bill, matter, situation, en, es, tuple(codes[1:]), day)
        return replace(ask, sister=self._sister(person, matter))

    def _situation(self, person: Person, matter: Matter, record: BillRecord | None) -> Situation:
        past = self._earlier(person, matter)
        if record is None:
            return Situation(living=bool(matter.living), passed_here=True, votes=person.voting, earlier=past)
        stage = record.stage.stage
        active = [row for row in record.cosponsors if row.bioguide == person.bioguide and row.withdrawn is None]
        left = [row.withdrawn for row in record.cosponsors if row.bioguide == person.bioguide and row.withdrawn]
        return Situation(
            votes=person.voting,
            vote_near=stage is Stage.reported or PASSED.get(stage, person.chamber) != person.chamber,
            passed_here=PASSED.get(stage) == person.chamber or stage in OUT_OF_CONGRESS,
            sponsor=record.sponsor == person.bioguide,
            joined=min((row.joined for row in active), default=None),
            left=max(left, default=None),
            earlier=past,
            seat=self._seat(person, record),
        )

    def _earlier(self, person: Person, matter: Matter) -> Earlier | None:
        """The newest earlier bill that this member led or, as far as is known, stayed on."""
        mine = self._past.get(person.bioguide, {})
        for bill in sorted(matter.earlier, key=lambda one: one.congress, reverse=True):
            if bill.sponsor == person.bioguide and bill.introduced:
                return Earlier(BillId.of(bill.id), bill.introduced.year, True)
            if bill.id in mine:
                return Earlier(BillId.of(bill.id), mine[bill.id].year, False)
        return None

    def _seat(self, person: Person, record: BillRecord) -> Seat | None:
        mine = self._seats.get(str(record.id), {}).get(person.bioguide, [])
        return min(mine, key=lambda seat: not seat.chair, default=None)

    def _sister(self, person: Person, matter: Matter) -> tuple[BillId, Matter] | None:
        """Another bill of the campaign that this member is on: worth a word of thanks in the same call."""
        for other in self.matters:
            record = other.bill_for(person.chamber)
            if other is not matter and record and person.bioguide in record.active:
                return record.id, other
        return None


def docket(session: Session, *, now: datetime, campaign: str | None = None) -> Docket:
    """All matters of one campaign; without a name those of all campaigns that ask for something now."""
    proposals = lineage.campaign_proposals(session, campaign)
    if campaign is None:
        silent = campaigns.silent(session)
        proposals = [one for one in proposals if one.campaign not in silent]
    said = published.wordings(session)
    return Docket(session, [_matter(session, proposal, now, said) for proposal in proposals])


def docket_of(session: Session, bill: BillId, *, now: datetime) -> tuple[Docket, Matter]:
    """The campaign's matters with the one ``bill`` belongs to; a bill of no proposal stands alone."""
    proposal = lineage.proposal_of(session, str(bill))
    if proposal is None:
        record = ledger.current(session, str(bill), now=now)
        living = (record,) if bill.congress == congress_on(now) else ()
        alone = Matter(
            "",
            "",
            record.title,
            record.title,
            living,
            () if living else (record.bill,),
            bill.congress,
            published.wordings(session),
        )
        return Docket(session, [alone]), alone
    all_matters = docket(session, now=now, campaign=proposal.campaign)
    return all_matters, next(one for one in all_matters.matters if one.slug == proposal.slug)


def pick(session: Session, person: Person, bill: BillId, *, now: datetime) -> Ask | None:
    """What to ask of one member about the matter of one bill."""
    matters, matter = docket_of(session, bill, now=now)
    return matters.ask(person, matter)


def _matter(session: Session, proposal: Proposal, now: datetime, said: Mapping[Cell, str]) -> Matter:
    sitting = congress_on(now)
    bills = [bill for bill, _ in lineage.bills_of(session, proposal.slug)]
    living = [ledger.current(session, bill.id, now=now) for bill in bills if bill.congress == sitting]
    earlier = tuple(bill for bill in bills if bill.congress < sitting)
    called = proposal.name_en, proposal.name_es
    return Matter(proposal.slug, proposal.campaign, *called, tuple(living), earlier, sitting, said)


def _by_person(session: Session, bills: list[str]) -> dict[str, dict[str, date]]:
    """Per person the bills they are on, with the day they joined; who withdrew is left out."""
    rows = session.exec(
        select(Cosponsorship).where(col(Cosponsorship.bill).in_(bills), col(Cosponsorship.withdrawn).is_(None))
    )
    found: dict[str, dict[str, date]] = {}
    for row in rows:
        found.setdefault(row.bioguide, {})[row.bill] = row.joined
    return found


def _seats(session: Session, bills: list[str]) -> dict[str, dict[str, list[Seat]]]:
    """Per bill and person their seats on the full committees that the bill was referred to."""
    rows: Any = session.exec(
        select(Referral, CommitteeSeat, Committee).where(
            col(Referral.bill).in_(bills),
            col(Referral.referred),
            Referral.committee == CommitteeSeat.committee,
            Committee.id == CommitteeSeat.committee,
            col(Committee.parent).is_(None),
        )
    )
    found: dict[str, dict[str, list[Seat]]] = {}
    for referral, place, committee in rows:
        seat = Seat(committee.id, committee.name, place.role == "chair")
        found.setdefault(referral.bill, {}).setdefault(place.bioguide, []).append(seat)
    return found


def _id(bill: Bill | None) -> BillId | None:
    return BillId.of(bill.id) if bill else None


def _reason(code: str, it: Situation, bill: BillId, record: BillRecord | None, lang: str) -> str:
    """Why this ask: a phrase for the page, with the bill and the year or day it rests on."""
    opened = record.bill.introduced.year if record and record.bill.introduced else None
    year = f" ({opened})" if opened else ""
    number = f"{bill.short}{year}"
    seat = names.committee(it.seat.committee, it.seat.name, lang) if it.seat else ""
    words = _REASONS_ES if lang == "es" else _REASONS_EN
    if record and record.bill.observed_at is None:
        # Absence from a list that was never read whole says nothing about a member.
        words = {**words, **(_UNREAD_ES if lang == "es" else _UNREAD_EN)}
    verbs = {"en": ("sponsored", "co-sponsored"), "es": ("presentó", "copatrocinó")}[lang]
    return words[code].format(
        number=number,
        bill=bill.short,
        congress=names.ordinal(bill.congress, lang),
        seat=seat,
        joined=names.day(it.joined, lang) if it.joined else "",
        left=names.day(it.left, lang) if it.left else "",
        did=verbs[0 if it.earlier.sponsored else 1] if it.earlier else "",
        earlier=it.earlier.bill.short if it.earlier else "",
        year=it.earlier.year if it.earlier else "",
    )


_REASONS_EN = {
    "next_congress": "{bill} ended with the {congress} Congress and has no successor yet",
    "sponsor": "leads {number}",
    "floor": "a vote on {number} is the next step",
    "withdrew": "left {number} on {left}",
    "thank": "on {number} since {joined}",
    "rejoin": "{did} {earlier} in {year}, not yet {bill}",
    "committee_chair": "chairs {seat}, which has {number}",
    "delegate": "no vote on final passage, but may co-sponsor {number}",
    "committee": "sits on {seat}, which has {number}",
    "cosponsor": "not yet on {number}",
}
_REASONS_ES = {
    "next_congress": "{bill} terminó con el {congress} Congreso y aún no tiene sucesor",
    "sponsor": "encabeza {number}",
    "floor": "el siguiente paso de {number} es una votación",
    "withdrew": "dejó {number} el {left}",
    "thank": "copatrocina {number} desde el {joined}",
    "rejoin": "{did} {earlier} en {year}, aún no {bill}",
    "committee_chair": "preside {seat}, que tiene {number}",
    "delegate": "no vota en la aprobación final, pero puede copatrocinar {number}",
    "committee": "integra {seat}, que tiene {number}",
    "cosponsor": "aún no copatrocina {number}",
}
_UNREAD_EN = {
    "rejoin": "{did} {earlier} in {year}; whether they are on {bill} is not known yet",
    "cosponsor": "whether they are on {number} is not known yet",
}
_UNREAD_ES = {
    "rejoin": "{did} {earlier} en {year}; aún no se sabe si copatrocina {bill}",
    "cosponsor": "aún no se sabe si copatrocina {number}",
}
