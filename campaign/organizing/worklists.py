"""Whom to ask next about a bill, and why (contract.md, "Worklists").

Every list holds members who sit in the bill's chamber now and are neither its sponsor nor an active
co-sponsor. A bill whose Congress is over has other lists (ended_worklists.py).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.congress.models import Bill, Committee, CommitteeSeat
from campaign.organizing import ended_worklists, successions
from campaign.organizing.worklist_entries import (
    ASK_AGAIN,
    COMMITTEE,
    COMPANION,
    ENDED_LISTS,
    GONE,
    HISTORY_LISTS,
    JOINED,
    LED,
    LISTS,
    NEW,
    NOT_LISTED,
    OPEN_LISTS,
    SISTER_GAP,
    SUCCESSORS,
    WAS_ON,
    WITHDREW,
    Entry,
    did,
)
from campaign.organizing.worklist_facts import BillFacts, read_facts
from campaign.outreach import names
from campaign.outreach.bilingual import Text
from campaign.outreach.committees import ReferralSeat
from campaign.refusals import Refused


@dataclass(frozen=True)
class Worklists:
    """All lists of one bill. ``partial`` names earlier bills whose co-sponsors are known in part only: the
    lists that rest on them may lack members. ``new_maps`` says which supporters left a district that has been
    redrawn since, so that nobody holds their seat."""

    bill: Bill
    entries: dict[str, tuple[Entry, ...]]
    vacancies: tuple[str, ...]
    partial: tuple[Bill, ...]
    new_maps: tuple[Text, ...]

    def bioguides(self, name: str) -> list[str]:
        return [entry.person.bioguide for entry in self.entries.get(name, ())]

    def by_member(self) -> list[tuple[Person, list[Entry]]]:
        """Everybody on any list once: by their strongest reason, then by how many they have, then by name."""
        merged: dict[str, list[Entry]] = {}
        for name in LISTS:
            for entry in self.entries.get(name, ()):
                merged.setdefault(entry.person.bioguide, []).append(entry)
        ranked = sorted(merged.values(), key=_urgency)
        return [(entries[0].person, entries) for entries in ranked]


def merged(lists: Iterable[Worklists]) -> list[tuple[Person, dict[str, list[Entry]]]]:
    """Everybody who sits and is on a list of some bill once, with their entries by bill: by their strongest
    reason, then by how many they have, then by name."""
    found: dict[str, dict[str, list[Entry]]] = {}
    for each in lists:
        for person, entries in each.by_member():
            if person.sitting:
                found.setdefault(person.bioguide, {})[each.bill.id] = entries
    everybody = ((_all_of(by_bill), by_bill) for by_bill in found.values())
    ranked = sorted(everybody, key=lambda row: _urgency(row[0]))
    return [(entries[0].person, by_bill) for entries, by_bill in ranked]


def _all_of(by_bill: Mapping[str, list[Entry]]) -> list[Entry]:
    every = [entry for entries in by_bill.values() for entry in entries]
    return sorted(every, key=lambda entry: LISTS.index(entry.list))


def _urgency(entries: list[Entry]) -> tuple[int, int, str, str]:
    """The sorting key of one member's entries, which are in the order of ``LISTS``."""
    person = entries[0].person
    return LISTS.index(entries[0].list), -len(entries), person.last, person.bioguide


def worklists(session: Session, bill: BillId, *, now: datetime) -> Worklists:
    """Every list for a bill of the sitting Congress, or of one that has ended; none once it is law.

    Raises Refused (404) for a bill this record does not hold.
    """
    return all_worklists(session, [bill], now=now)[str(bill)]


def all_worklists(session: Session, bills: Sequence[BillId], *, now: datetime) -> dict[str, Worklists]:
    """The lists of several bills by bill, at the cost of one; raises as ``worklists`` does."""
    found = _known(session, bills)
    vacant = members.vacancies(session, now=now)
    return {facts.bill.id: _listed(facts, vacant) for facts in read_facts(session, found, now=now)}


def _listed(facts: BillFacts, vacant: Sequence[str]) -> Worklists:
    lists = OPEN_LISTS if not facts.ended else () if facts.is_law else ENDED_LISTS
    history = facts.bill.congress < facts.sitting - 1
    entries = {
        name: () if history and name not in HISTORY_LISTS else tuple(_BUILD[name](facts)) for name in lists
    }
    here = tuple(seat for seat in vacant if members.chamber_of(seat) == facts.chamber)
    partial = tuple(bill for bill in facts.earlier if bill.partial or bill.observed_at is None)
    return Worklists(facts.bill, entries, here, partial, tuple(successions.new_maps(facts)))


def _known(session: Session, bills: Sequence[BillId]) -> list[Bill]:
    ids = [str(bill) for bill in bills]
    known = {bill.id: bill for bill in session.exec(select(Bill).where(col(Bill.id).in_(ids)))}
    for bill in bills:
        if str(bill) not in known:
            raise Refused(
                f"We don’t follow {bill.named}. Add it first.",
                f"No seguimos {bill.named}. Agréguelo primero.",
                status=404,
            )
    return [known[id] for id in ids]


# --- the lists -------------------------------------------------------------------------------------


def _ask_again(facts: BillFacts) -> Iterator[Entry]:
    """Members who led or joined an earlier bill of the proposal, in either chamber, named by the newest."""
    for person in facts.candidates():
        support = next(filter(None, (_support(facts, person, bill) for bill in facts.earlier)), None)
        if support:
            number = facts.id.short
            text = Text(f"{support.en}, not on {number} yet", f"{support.es}, aún no copatrocina {number}")
            yield Entry(ASK_AGAIN, person, text)


def _support(facts: BillFacts, person: Person, bill: Bill) -> Text | None:
    """What a member did for an earlier bill; None where they did nothing for it."""
    if bill.sponsor == person.bioguide:
        return did(facts, bill, LED)
    return did(facts, bill, JOINED) if person.bioguide in facts.active(bill) else None


def _withdrew(facts: BillFacts) -> Iterator[Entry]:
    """Members who left this very bill by a withdrawal that Congress dates, with the last such day."""
    left: dict[str, date] = {}
    for row in facts.people.rows.get(facts.bill.id, []):
        if row.withdrawn:
            left[row.bioguide] = max(row.withdrawn, left.get(row.bioguide, row.withdrawn))
    for person in facts.candidates():
        if day := left.get(person.bioguide):
            number, en, es = facts.id.short, names.day(day, "en"), names.day(day, "es")
            yield Entry(
                WITHDREW,
                person,
                Text(f"withdrew from {number} on {en}", f"retiró su firma de {number} el {es}"),
            )


def _sister_gap(facts: BillFacts) -> Iterator[Entry]:
    """Members who lead or are on another proposal's bill of this chamber in the same campaign."""
    for person in facts.candidates():
        for bill, proposal in facts.sisters:
            if verb := _on_sister(facts, person, bill):
                number = BillId.of(bill.id).short
                text = Text(
                    f"{verb.en} {number} ({proposal.name_en}), not on {facts.id.short} yet",
                    f"{verb.es} {number} ({proposal.name_es}), aún no copatrocina {facts.id.short}",
                )
                yield Entry(SISTER_GAP, person, text)
                break


def _on_sister(facts: BillFacts, person: Person, bill: Bill) -> Text | None:
    if bill.sponsor == person.bioguide:
        return Text("introduced", "presentó")
    return Text("co-sponsors", "copatrocina") if person.bioguide in facts.active(bill) else None


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
    "": Text("sits on", "está en"),
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
        f"{who.es} ({state}) {verb.es} el proyecto de la otra cámara, {number}",
    )


_BUILD: dict[str, Callable[[BillFacts], Iterable[Entry]]] = {
    WAS_ON: ended_worklists.was_on,
    NEW: ended_worklists.new_members,
    NOT_LISTED: ended_worklists.not_listed,
    GONE: ended_worklists.gone,
    ASK_AGAIN: _ask_again,
    WITHDREW: _withdrew,
    SUCCESSORS: successions.successors,
    SISTER_GAP: _sister_gap,
    COMMITTEE: _committee_not_on,
    COMPANION: _companion_side,
}
