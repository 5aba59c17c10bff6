"""Whom to ask next about a bill, and why (contract.md, "Worklists").

Every list holds members who sit in the bill's chamber now and are neither its sponsor nor an active
co-sponsor. A bill whose Congress is over has other lists (``ENDED_LISTS``): who was on it and still sits, who
has gone, who follows them, who is new.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import BillId, congress_end, congress_start
from campaign.congress.legislators import seat_id
from campaign.congress.members import Person
from campaign.congress.models import Bill, Committee, CommitteeSeat
from campaign.districts.maps import same_district
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
WAS_ON: Final = "was_on"
NEW: Final = "new_members"
NOT_LISTED: Final = "not_listed_yet"
GONE: Final = "gone"
# In the order in which an organizer should read them: former supporters first.
OPEN_LISTS = (ASK_AGAIN, WITHDREW, SUCCESSORS, SISTER_GAP, COMMITTEE, COMPANION)
ENDED_LISTS = (WAS_ON, SUCCESSORS, NEW, NOT_LISTED, GONE)
# Of a bill of a Congress before the last one most members are new, and seats have changed hands more than once.
HISTORY_LISTS = (WAS_ON, GONE)
LISTS = (WAS_ON, *OPEN_LISTS, NEW, NOT_LISTED, GONE)


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
    return Worklists(facts.bill, entries, here, partial, tuple(_new_maps(facts)))


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
        return _did(facts, bill, _LED)
    return _did(facts, bill, _JOINED) if person.bioguide in facts.active(bill) else None


_LED: Final = Text("introduced", "presentó")
_JOINED: Final = Text("co-sponsored", "copatrocinó")


def _did(facts: BillFacts, bill: Bill, verb: Text) -> Text:
    """``introduced last Congress's S. 4647, the Senate twin``."""
    number = BillId.of(bill.id)
    en, es = (names.earlier_bill(number, facts.sitting, facts.chamber, lang) for lang in ("en", "es"))
    return Text(f"{verb.en} {en}", f"{verb.es} {es}")


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


def _successors(facts: BillFacts) -> Iterator[Entry]:
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
    verb = _LED if bioguide == bill.sponsor else _JOINED
    terms = [term for term in facts.people.terms.get(bioguide, []) if term.chamber == facts.chamber]
    if terms:
        last = max(terms, key=lambda term: term.starts)
        until = min(last.ends - timedelta(days=1), facts.today)
        return _Departure(former, bill, verb, last.seat, last.senate_class, until)
    row = next((row for row in facts.people.rows.get(bill.id, []) if row.bioguide == bioguide), None)
    seat = seat_id(facts.chamber, row.state, row.district) if row and row.state else former.seat
    here = seat is not None and members.chamber_of(seat) == facts.chamber
    return _Departure(former, bill, verb, seat, None, since) if seat and here else None


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
    did = _did(facts, departure.bill, departure.verb)
    return Text(
        f"holds {holder.seat}, the seat of {former}{moved.en}, who {did.en}",
        f"ocupa {holder.seat}, el escaño de {former}{moved.es}, que {did.es}",
    )


def _new_maps(facts: BillFacts) -> Iterator[Text]:
    """Who left a district that has been redrawn since; one text a person, for the newest bill."""
    told: set[str] = set()
    for departure in _departures(facts):
        if departure.former.bioguide in told or _on_this_map(facts, departure):
            continue
        told.add(departure.former.bioguide)
        former, seat, did = departure.former.name, departure.seat, _did(facts, departure.bill, departure.verb)
        yield Text(
            f"{seat}, the seat of {former}, who {did.en}: new map, no successor",
            f"{seat}, el escaño de {former}, que {did.es}: mapa nuevo, sin sucesión",
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


# --- the lists of a bill that has ended ------------------------------------------------------------


def _was_on(facts: BillFacts) -> Iterator[Entry]:
    """Supporters of the bill who sit now, the sponsor first; some in the other chamber."""
    for person in _supporters(facts, facts.people.sitting):
        moved = Text("", "") if person.chamber == facts.chamber else _NOW_IN[person.chamber or facts.chamber]
        did = _own_deed(facts, person)
        yield Entry(WAS_ON, person, Text(f"{did.en}{moved.en}", f"{did.es}{moved.es}"))


_NOW_IN: Final = {
    "house": Text(" (now in the House)", " (ahora en la Cámara)"),
    "senate": Text(" (now in the Senate)", " (ahora en el Senado)"),
}


def _supporters(facts: BillFacts, people: Mapping[str, Person]) -> list[Person]:
    """The bill's sponsor and co-sponsors among these people, the sponsor first, then by name."""
    found = [people[id] for id in facts.on_bill if id in people]
    return sorted(found, key=lambda who: (who.bioguide != facts.bill.sponsor, who.last, who.bioguide))


def _own_deed(facts: BillFacts, person: Person) -> Text:
    return _did(facts, facts.bill, _LED if person.bioguide == facts.bill.sponsor else _JOINED)


def _gone(facts: BillFacts) -> Iterator[Entry]:
    """Supporters of the bill who have left Congress."""
    for person in _supporters(facts, facts.people.former):
        if person.standing == "departed":
            did = _own_deed(facts, person)
            yield Entry(
                GONE,
                person,
                Text(f"{did.en}, is no longer in Congress", f"{did.es}, ya no está en el Congreso"),
            )


def _not_listed(facts: BillFacts) -> Iterator[Entry]:
    """Supporters whose term ended with the Congress: no list says yet whether they sit in this one."""
    for person in _supporters(facts, facts.people.former):
        if person.standing == "waiting":
            did = _own_deed(facts, person)
            text = Text(
                f"{did.en}, not listed yet in this Congress",
                f"{did.es}, aún no aparece en la lista de este Congreso",
            )
            yield Entry(NOT_LISTED, person, text)


def _new_members(facts: BillFacts) -> Iterator[Entry]:
    """Members of the chamber who sat in neither chamber before the bill's Congress ended."""
    end = congress_end(facts.bill.congress).date()
    for person in facts.candidates():
        terms = facts.people.terms.get(person.bioguide, [])
        if terms and all(term.starts >= end for term in terms):
            first = min(term.starts for term in terms)
            en, es = names.day(first, "en"), names.day(first, "es")
            yield Entry(NEW, person, Text(f"new in Congress since {en}", f"está en el Congreso desde el {es}"))


_BUILD: dict[str, Callable[[BillFacts], Iterable[Entry]]] = {
    WAS_ON: _was_on,
    NEW: _new_members,
    NOT_LISTED: _not_listed,
    GONE: _gone,
    ASK_AGAIN: _ask_again,
    WITHDREW: _withdrew,
    SUCCESSORS: _successors,
    SISTER_GAP: _sister_gap,
    COMMITTEE: _committee_not_on,
    COMPANION: _companion_side,
}
