"""Who holds the seat of a supporter who left, and which seats are gone with their map."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from campaign.congress import members
from campaign.congress.bills import congress_start
from campaign.congress.legislators import seat_id
from campaign.congress.members import Person
from campaign.congress.models import Bill
from campaign.districts.maps import same_district
from campaign.organizing.worklist_entries import JOINED, LED, SUCCESSORS, Entry, did
from campaign.organizing.worklist_facts import BillFacts, chamber_of
from campaign.outreach.bilingual import Text


@dataclass(frozen=True)
class _Departure:
    """A supporter who left the chamber: what they did for which bill, and the seat they held last.

    ``until`` is the last day on which they are known to have held it. ``senate_class`` is None where no list
    of members gives it.
    """

    former: Person
    bill: Bill
    verb: Text
    seat: str
    senate_class: int | None
    until: date


def successors(facts: BillFacts) -> Iterator[Entry]:
    """Holders of the seat of a supporter who left the chamber; one entry a holder, for the newest bill."""
    holders: dict[str | None, list[Person]] = {}
    for person in facts.candidates():
        holders.setdefault(person.seat, []).append(person)
    listed: set[str] = set()
    for departure in _departures(facts):
        if not _on_this_map(facts, departure):
            continue
        for holder in holders.get(departure.seat, []):
            if holder.bioguide not in listed and _follows(facts, holder, departure):
                listed.add(holder.bioguide)
                yield Entry(SUCCESSORS, holder, _succession(facts, holder, departure))


def new_maps(facts: BillFacts) -> Iterator[Text]:
    """Who left a district that has been redrawn since; one text a person, for the newest bill."""
    told: set[str] = set()
    for departure in _departures(facts):
        if departure.former.bioguide in told or _on_this_map(facts, departure):
            continue
        told.add(departure.former.bioguide)
        former, seat = departure.former.name, departure.seat
        deed = did(facts, departure.bill, departure.verb)
        yield Text(
            f"{seat}, the seat of {former}, who {deed.en}: new map, no successor",
            f"{seat}, el escaño de {former}, que {deed.es}: mapa nuevo, sin sucesión",
        )


def _departures(facts: BillFacts) -> Iterator[_Departure]:
    """The sponsor and co-sponsors of this bill, and of earlier ones of its chamber, who have left it."""
    for bill in [facts.bill, *(earlier for earlier in facts.earlier if chamber_of(earlier) == facts.chamber)]:
        joined = facts.active(bill)
        for bioguide in dict.fromkeys((*([bill.sponsor] if bill.sponsor else []), *sorted(joined))):
            if not facts.has_left(bioguide):
                continue
            since = joined.get(bioguide) or bill.introduced or congress_start(bill.congress).date()
            if found := _departure(facts, bill, bioguide, since):
                yield found


def _departure(facts: BillFacts, bill: Bill, bioguide: str, since: date) -> _Departure | None:
    """The last seat of a person in the bill's chamber, by their terms, else by the bill's row or their own;
    None where no source names one. ``since`` is a day on which they held it."""
    former = facts.people.sitting.get(bioguide) or facts.people.former[bioguide]
    verb = LED if bioguide == bill.sponsor else JOINED
    terms = [term for term in facts.people.terms.get(bioguide, []) if term.chamber == facts.chamber]
    if terms:
        last = max(terms, key=lambda term: term.starts)
        until = min(last.ends - timedelta(days=1), facts.today)
        return _Departure(former, bill, verb, last.seat, last.senate_class, until)
    row = next((row for row in facts.people.rows.get(bill.id, []) if row.bioguide == bioguide), None)
    seat = seat_id(facts.chamber, row.state, row.district) if row and row.state else former.seat
    if seat is None or members.chamber_of(seat) != facts.chamber:
        return None
    return _Departure(former, bill, verb, seat, None, since)


def _on_this_map(facts: BillFacts, departure: _Departure) -> bool:
    """Whether the seat is still the same: a senator's is its state's, a district lasts as long as its map."""
    return facts.chamber == "senate" or same_district(departure.seat, departure.until, facts.today)


def _follows(facts: BillFacts, holder: Person, departure: _Departure) -> bool:
    """Whether a holder came after: a state's other senator, who sat already, is nobody's successor."""
    if facts.chamber == "house":
        return True
    if departure.senate_class is not None:
        return holder.senate_class == departure.senate_class
    return not any(
        term.chamber == "senate" and term.starts <= departure.until < term.ends
        for term in facts.people.terms.get(holder.bioguide, [])
    )


_MOVED = Text(" (now in the other chamber)", " (ahora en la otra cámara)")


def _succession(facts: BillFacts, holder: Person, departure: _Departure) -> Text:
    former = departure.former.name
    moved = _MOVED if departure.former.sitting else Text("", "")
    deed = did(facts, departure.bill, departure.verb)
    return Text(
        f"holds {holder.seat}, the seat of {former}{moved.en}, who {deed.en}",
        f"ocupa {holder.seat}, el escaño de {former}{moved.es}, que {deed.es}",
    )
