"""Whom to ask next about a bill, and why (contract.md, "Worklists").

Every list holds members who sit in the bill's chamber now and are neither its sponsor nor an active
co-sponsor.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import BillId, congress_on
from campaign.congress.legislators import seat_id
from campaign.congress.members import Person
from campaign.congress.models import Bill, Committee, CommitteeSeat
from campaign.organizing.worklist_facts import BillFacts, chamber_of, read_facts
from campaign.outreach import names
from campaign.outreach.bilingual import Text
from campaign.outreach.committees import ReferralSeat
from campaign.refusals import Refused

ASK_AGAIN: Final = "ask_again"
SUCCESSORS: Final = "successors"
SISTER_GAP: Final = "sister_gap"
COMMITTEE: Final = "committee_not_on"
COMPANION: Final = "companion_side"
WITHDREW: Final = "withdrew"
# In the order in which an organizer should read them: former supporters first.
LISTS = (ASK_AGAIN, WITHDREW, SUCCESSORS, SISTER_GAP, COMMITTEE, COMPANION)


@dataclass(frozen=True)
class Entry:
    """One member on one list, with the reason. ``mark`` is chair, vice_chair or ranking for a committee."""

    list: str
    person: Person
    text: Text
    mark: str = ""

    def reason(self, lang: str) -> str:
        return self.text.of(lang)


@dataclass(frozen=True)
class Worklists:
    """All lists of one bill. ``partial`` names earlier bills whose co-sponsors are known in part only: the
    lists that rest on them may lack members."""

    bill: Bill
    entries: dict[str, tuple[Entry, ...]]
    vacancies: tuple[str, ...]
    partial: tuple[Bill, ...]

    def bioguides(self, name: str) -> list[str]:
        return [entry.person.bioguide for entry in self.entries[name]]

    def by_member(self) -> list[tuple[Person, list[Entry]]]:
        """Everybody on any list once: by their strongest reason, then by how many they have, then by name."""
        merged: dict[str, list[Entry]] = {}
        for name in LISTS:
            for entry in self.entries[name]:
                merged.setdefault(entry.person.bioguide, []).append(entry)
        ranked = sorted(merged.values(), key=_urgency)
        return [(entries[0].person, entries) for entries in ranked]


def _urgency(entries: list[Entry]) -> tuple[int, int, str, str]:
    """The sorting key of one member's entries, which are in the order of ``LISTS``."""
    person = entries[0].person
    return LISTS.index(entries[0].list), -len(entries), person.last, person.bioguide


def worklists(session: Session, bill: BillId, *, now: datetime) -> Worklists:
    """Every list for a bill of the sitting Congress.

    Raises Refused: 404 for a bill this record does not hold, 409 for one of another Congress.
    """
    return all_worklists(session, [bill], now=now)[str(bill)]


def all_worklists(session: Session, bills: Sequence[BillId], *, now: datetime) -> dict[str, Worklists]:
    """The lists of several bills by bill, at the cost of one; raises as ``worklists`` does."""
    found = _of_this_congress(session, bills, now)
    vacant = members.vacancies(session, now=now)
    return {facts.bill.id: _listed(facts, vacant) for facts in read_facts(session, found, now=now)}


def _listed(facts: BillFacts, vacant: Sequence[str]) -> Worklists:
    entries = {name: tuple(build(facts)) for name, build in _BUILD.items()}
    here = tuple(seat for seat in vacant if members.chamber_of(seat) == facts.chamber)
    partial = tuple(bill for bill in facts.earlier if bill.partial or bill.observed_at is None)
    return Worklists(facts.bill, entries, here, partial)


def _of_this_congress(session: Session, bills: Sequence[BillId], now: datetime) -> list[Bill]:
    ids = [str(bill) for bill in bills]
    known = {bill.id: bill for bill in session.exec(select(Bill).where(col(Bill.id).in_(ids)))}
    for bill in bills:
        if str(bill) not in known:
            raise Refused(
                f"{bill.named} is not in this record. Track it first.",
                f"{bill.named} no está en este registro. Sígalo primero.",
                status=404,
            )
        if bill.congress != congress_on(now):
            raise Refused(
                f"{bill.named} is not a bill of the sitting Congress, so nobody can be asked to join it.",
                f"{bill.named} no es un proyecto del Congreso actual; a nadie se le puede pedir que se sume.",
                status=409,
            )
    return [known[id] for id in ids]


# --- the lists -------------------------------------------------------------------------------------


def _ask_again(facts: BillFacts) -> Iterator[Entry]:
    """Members who led or joined an earlier bill of the proposal, in either chamber, named by the newest."""
    for person in facts.candidates():
        support = next(filter(None, (_support(facts, person, bill) for bill in facts.earlier)), None)
        if support:
            number = facts.id.short
            text = Text(f"{support.en}, not yet {number}", f"{support.es}, todavía no {number}")
            yield Entry(ASK_AGAIN, person, text)


def _support(facts: BillFacts, person: Person, bill: Bill) -> Text | None:
    """What a member did for an earlier bill; None where they did nothing for it."""
    number = BillId.of(bill.id).short
    if bill.sponsor == person.bioguide:
        when = _introduced(bill)
        return Text(f"led {number} {when.en}", f"encabezó {number} {when.es}")
    if joined := facts.active(bill).get(person.bioguide):
        return Text(f"co-sponsored {number} in {joined.year}", f"copatrocinó {number} en {joined.year}")
    return None


def _introduced(bill: Bill) -> Text:
    """When a bill was introduced, by its Congress where the day is not known."""
    if bill.introduced:
        return Text(f"in {bill.introduced.year}", f"en {bill.introduced.year}")
    congress = Text.of_each(lambda lang: names.ordinal(bill.congress, lang))
    return Text(f"in the {congress.en} Congress", f"en el {congress.es} Congreso")


def _withdrew(facts: BillFacts) -> Iterator[Entry]:
    """Members who left this very bill by a withdrawal that Congress dates, with the last such day."""
    left: dict[str, date] = {}
    for row in facts.people.rows.get(facts.bill.id, []):
        if row.withdrawn:
            left[row.bioguide] = max(row.withdrawn, left.get(row.bioguide, row.withdrawn))
    for person in facts.candidates():
        if day := left.get(person.bioguide):
            number, en, es = facts.id.short, names.day(day, "en"), names.day(day, "es")
            yield Entry(WITHDREW, person, Text(f"left {number} on {en}", f"dejó {number} el {es}"))


def _successors(facts: BillFacts) -> Iterator[Entry]:
    """Holders of the seat of a co-sponsor who left the chamber; one entry a holder, for the newest bill."""
    holders: dict[str | None, list[Person]] = {}
    for person in facts.candidates():
        holders.setdefault(person.seat, []).append(person)
    listed: set[str] = set()
    for bill in [facts.bill, *(earlier for earlier in facts.earlier if chamber_of(earlier) == facts.chamber)]:
        for bioguide, joined in sorted(facts.active(bill).items()):
            if not facts.has_left(bioguide):
                continue
            former = facts.people.sitting.get(bioguide) or facts.people.former[bioguide]
            seat, senate_class = _last_seat(facts, bill, bioguide)
            for holder in holders.get(seat, []) if seat else ():
                if holder.bioguide not in listed and _follows(facts, holder, senate_class, joined):
                    listed.add(holder.bioguide)
                    yield Entry(SUCCESSORS, holder, _succession(holder, former, bill, joined))


def _last_seat(facts: BillFacts, bill: Bill, bioguide: str) -> tuple[str | None, int | None]:
    """The seat a person last held in the bill's chamber, by their terms or else by the bill's own row; with
    the Senate class where it is known."""
    terms = [term for term in facts.people.terms.get(bioguide, []) if term.chamber == facts.chamber]
    if terms:
        last = max(terms, key=lambda term: term.starts)
        return last.seat, last.senate_class
    row = next(row for row in facts.people.rows[bill.id] if row.bioguide == bioguide)
    return (seat_id(facts.chamber, row.state, row.district) if row.state else None), None


def _follows(facts: BillFacts, holder: Person, senate_class: int | None, joined: date) -> bool:
    """Whether a holder came after: a state's other senator, who sat already, is nobody's successor."""
    if facts.chamber == "house":
        return True
    if senate_class is not None:
        return holder.senate_class == senate_class
    return not any(
        term.chamber == "senate" and term.starts <= joined < term.ends
        for term in facts.people.terms.get(holder.bioguide, [])
    )


_MOVED = Text(" (now in the other chamber)", " (ahora en la otra cámara)")


def _succession(holder: Person, former: Person, bill: Bill, joined: date) -> Text:
    number = BillId.of(bill.id).short
    moved = _MOVED if former.sitting else Text("", "")
    return Text(
        f"holds {holder.seat}, the seat of {former.name}{moved.en}, who co-sponsored {number} in {joined.year}",
        f"ocupa {holder.seat}, el escaño de {former.name}{moved.es}, que copatrocinó {number} en {joined.year}",
    )


def _sister_gap(facts: BillFacts) -> Iterator[Entry]:
    """Members who lead or are on another proposal's bill of this chamber in the same campaign."""
    for person in facts.candidates():
        for bill, proposal in facts.sisters:
            if verb := _on_sister(facts, person, bill):
                number = BillId.of(bill.id).short
                text = Text(
                    f"{verb.en} {number} ({proposal.name_en}), not {facts.id.short}",
                    f"{verb.es} {number} ({proposal.name_es}), pero no {facts.id.short}",
                )
                yield Entry(SISTER_GAP, person, text)
                break


def _on_sister(facts: BillFacts, person: Person, bill: Bill) -> Text | None:
    if bill.sponsor == person.bioguide:
        return Text("leads", "encabeza")
    return Text("is on", "copatrocina") if person.bioguide in facts.active(bill) else None


def _committee_not_on(facts: BillFacts) -> Iterator[Entry]:
    """Members of a full committee of referral, each by their weightiest seat: chair and ranking first."""
    seats: dict[str, ReferralSeat] = {}
    for committee, seat in sorted(facts.committees, key=lambda found: _weight(found[1])):
        seats.setdefault(seat.bioguide, (committee, seat))
    for bioguide, (committee, seat) in seats.items():
        person = facts.people.sitting.get(bioguide)
        if person and facts.may_join(person):
            yield Entry(COMMITTEE, person, _seated(facts, committee, seat), mark=seat.role)


_ROLES = {
    "chair": Text("chairs", "preside"),
    "ranking": Text("is the ranking member of", "encabeza la minoría de"),
    "vice_chair": Text("is vice chair of", "ocupa la vicepresidencia de"),
    "": Text("sits on", "integra"),
}


def _weight(seat: CommitteeSeat) -> tuple[int, str, int]:
    """The sorting key of seats: by role, then the majority first, then by rank."""
    return list(_ROLES).index(seat.role), seat.side, seat.rank or 0


def _seated(facts: BillFacts, committee: Committee, seat: CommitteeSeat) -> Text:
    name = Text.of_each(lambda lang: names.committee(committee.id, committee.name, lang))
    role, number = _ROLES[seat.role], facts.id.short
    return Text(
        f"{role.en} {name.en}, which has {number}",
        f"{role.es} {name.es}, que tiene {number}".replace(" de el ", " del "),
    )


def _companion_side(facts: BillFacts) -> Iterator[Entry]:
    """Members whose state's delegation in the other chamber is on the companion bill."""
    supporters: dict[str, list[tuple[Person, Bill]]] = {}
    for bill in facts.companions:
        for bioguide in sorted(facts.supporters(bill)):
            person = facts.people.sitting.get(bioguide)
            if person and person.chamber != facts.chamber:
                supporters.setdefault(person.state, []).append((person, bill))
    for person in facts.candidates():
        if across := supporters.get(person.state):
            yield Entry(COMPANION, person, _across(facts, person.state, across))


def _across(facts: BillFacts, state: str, supporters: Sequence[tuple[Person, Bill]]) -> Text:
    """``Pat Senator (MD) supports the companion S. 3508``; several representatives are counted, not named."""
    number = BillId.of(supporters[0][1].id).short
    people = [person.name for person, _ in supporters]
    who = Text(" and ".join(people), " y ".join(people))
    if len(people) == 1:
        verb = Text("supports", "apoya")
    else:
        verb = Text("support", "apoyan")
        if facts.chamber == "senate":
            who = Text(
                f"{len(people)} of the state's representatives", f"{len(people)} representantes del estado"
            )
    return Text(
        f"{who.en} ({state}) {verb.en} the companion {number}",
        f"{who.es} ({state}) {verb.es} el proyecto gemelo {number}",
    )


_BUILD: dict[str, Callable[[BillFacts], Iterable[Entry]]] = {
    ASK_AGAIN: _ask_again,
    WITHDREW: _withdrew,
    SUCCESSORS: _successors,
    SISTER_GAP: _sister_gap,
    COMMITTEE: _committee_not_on,
    COMPANION: _companion_side,
}
