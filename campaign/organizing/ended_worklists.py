"""The worklists of a bill whose Congress is over: who was on it and still sits, who has gone, who is new."""

from collections.abc import Iterator, Mapping
from typing import Final

from campaign.congress.bills import congress_end
from campaign.congress.members import Person
from campaign.organizing.worklist_entries import GONE, JOINED, LED, NEW, NOT_LISTED, WAS_ON, Entry, did
from campaign.organizing.worklist_facts import BillFacts
from campaign.outreach import names
from campaign.outreach.bilingual import Text


def was_on(facts: BillFacts) -> Iterator[Entry]:
    """Supporters of the bill who sit now, the sponsor first; some in the other chamber."""
    for person in _supporters(facts, facts.people.sitting):
        moved = Text("", "") if person.chamber == facts.chamber else _NOW_IN[person.chamber or facts.chamber]
        deed = _own_deed(facts, person)
        yield Entry(WAS_ON, person, Text(f"{deed.en}{moved.en}", f"{deed.es}{moved.es}"))


_NOW_IN: Final = {
    "house": Text(" (now in the House)", " (ahora en la Cámara)"),
    "senate": Text(" (now in the Senate)", " (ahora en el Senado)"),
}


def gone(facts: BillFacts) -> Iterator[Entry]:
    """Supporters of the bill who have left Congress."""
    for person in _supporters(facts, facts.people.former):
        if person.standing == "departed":
            deed = _own_deed(facts, person)
            yield Entry(
                GONE,
                person,
                Text(f"{deed.en}, is no longer in Congress", f"{deed.es}, ya no está en el Congreso"),
            )


def not_listed(facts: BillFacts) -> Iterator[Entry]:
    """Supporters whose term ended with the Congress: no list says yet whether they sit in this one."""
    for person in _supporters(facts, facts.people.former):
        if person.standing == "waiting":
            deed = _own_deed(facts, person)
            text = Text(
                f"{deed.en}, not listed yet in this Congress",
                f"{deed.es}, aún no aparece en la lista de este Congreso",
            )
            yield Entry(NOT_LISTED, person, text)


def new_members(facts: BillFacts) -> Iterator[Entry]:
    """Members of the chamber who sat in neither chamber before the bill's Congress ended."""
    end = congress_end(facts.bill.congress).date()
    for person in facts.candidates():
        terms = facts.people.terms.get(person.bioguide, [])
        if terms and all(term.starts >= end for term in terms):
            first = min(term.starts for term in terms)
            en, es = names.day(first, "en"), names.day(first, "es")
            yield Entry(NEW, person, Text(f"new in Congress since {en}", f"está en el Congreso desde el {es}"))


def _supporters(facts: BillFacts, people: Mapping[str, Person]) -> list[Person]:
    """The bill's sponsor and co-sponsors among these people, the sponsor first, then by name."""
    found = [people[id] for id in facts.on_bill if id in people]
    return sorted(found, key=lambda who: (who.bioguide != facts.bill.sponsor, who.last, who.bioguide))


def _own_deed(facts: BillFacts, person: Person) -> Text:
    return did(facts, facts.bill, LED if person.bioguide == facts.bill.sponsor else JOINED)
