"""Whom to ask next about a bill, and why (contract.md, "Worklists").

Every list holds members who sit in the bill's chamber now and are neither its sponsor nor an active
co-sponsor. The tables are read once, whatever the number of bills, members and lists.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import BillId, Chamber, congress_on
from campaign.congress.legislators import seat_id
from campaign.congress.members import Person
from campaign.congress.models import Bill, Committee, CommitteeSeat, Cosponsorship, Tenure
from campaign.outreach import names
from campaign.outreach.committees import ReferralSeat, referral_seats
from campaign.proposals.models import Kinship, Proposal
from campaign.refusals import Refused

ASK_AGAIN: Final = "ask_again"
SUCCESSORS: Final = "successors"
SISTER_GAP: Final = "sister_gap"
COMMITTEE: Final = "committee_not_on"
COMPANION: Final = "companion_side"
WITHDREW: Final = "withdrew"
# In the order in which an organizer should read them: who said yes before comes first.
LISTS = (ASK_AGAIN, WITHDREW, SUCCESSORS, SISTER_GAP, COMMITTEE, COMPANION)
# A bill with the proposal it belongs to.
Placed = tuple[Bill, Proposal]


@dataclass(frozen=True)
class Entry:
    """One member on one list, with the reason. ``mark`` is chair, vice_chair or ranking for a committee."""

    list: str
    person: Person
    en: str
    es: str
    mark: str = ""
    # Bills whose rows we know in part only, so that others may belong on the list.
    partial: tuple[str, ...] = ()

    def reason(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


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
        """Everybody on any list once, whoever has the most and the strongest reasons first."""
        merged: dict[str, list[Entry]] = {}
        for name in LISTS:
            for entry in self.entries[name]:
                merged.setdefault(entry.person.bioguide, []).append(entry)
        ranked = sorted(merged.values(), key=_urgency)
        return [(entries[0].person, entries) for entries in ranked]


def _urgency(entries: list[Entry]) -> tuple[int, int, str, str]:
    strongest = min(LISTS.index(entry.list) for entry in entries)
    person = entries[0].person
    return strongest, -len(entries), person.last, person.bioguide


@dataclass
class _Facts:
    """What the record holds about a bill and everything its lists rest on."""

    bill: Bill
    id: BillId
    now_sitting: dict[str, Person]
    earlier: list[Bill]
    companions: list[Bill]
    sisters: list[Placed]
    rows: dict[str, list[Cosponsorship]]
    on: dict[str, dict[str, date]]
    tenures: dict[str, list[Tenure]]
    gone: dict[str, Person]
    committees: list[ReferralSeat]
    taken: set[str] = field(default_factory=set)

    @property
    def chamber(self) -> Chamber:
        return self.id.chamber

    def here(self) -> Iterator[Person]:
        """Who sits in the bill's chamber and could still join."""
        return (one for one in self.now_sitting.values() if self.may_join(one))

    def may_join(self, person: Person | None) -> bool:
        return person is not None and person.chamber == self.chamber and person.bioguide not in self.taken

    def active(self, bill: Bill) -> dict[str, date]:
        """Who is on a bill, with the day they joined."""
        return self.on.get(bill.id, {})

    def has_left(self, bioguide: str) -> bool:
        """Whether somebody sits in the bill's chamber no more; who is not listed yet is taken to sit."""
        if person := self.now_sitting.get(bioguide):
            return person.chamber != self.chamber
        former = self.gone.get(bioguide)
        return former is not None and former.standing == "departed"


def worklists(session: Session, bill: BillId, *, now: datetime) -> Worklists:
    """Every list for a bill of the sitting Congress.

    Raises Refused: 404 for a bill this record does not hold, 409 for one of another Congress.
    """
    return all_worklists(session, [bill], now=now)[str(bill)]


def all_worklists(session: Session, bills: Sequence[BillId], *, now: datetime) -> dict[str, Worklists]:
    """The lists of several bills by bill, at the cost of one: the tables are read once for all of them."""
    found = _current(session, bills, now)
    vacant = members.vacancies(session)
    return {facts.bill.id: _listed(facts, vacant) for facts in _read(session, found)}


def _listed(facts: "_Facts", vacant: Sequence[str]) -> Worklists:
    entries = {name: tuple(build(facts)) for name, build in _BUILD.items()}
    here = tuple(seat for seat in vacant if members.chamber_of(seat) == facts.chamber)
    partial = tuple(one for one in facts.earlier if one.partial or one.observed_at is None)
    return Worklists(facts.bill, entries, here, partial)


def _current(session: Session, bills: Sequence[BillId], now: datetime) -> list[Bill]:
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


def _ask_again(facts: _Facts) -> Iterator[Entry]:
    """Who led or joined an earlier bill of the proposal, in either chamber; the newest bill is told."""
    for person in facts.here():
        done = next(filter(None, (_did(facts, person, bill) for bill in facts.earlier)), None)
        if done:
            yield Entry(
                ASK_AGAIN,
                person,
                f"{done[0]}, not yet {facts.id.short}",
                f"{done[1]}, todavía no {facts.id.short}",
            )


def _did(facts: _Facts, person: Person, bill: Bill) -> tuple[str, str] | None:
    name = BillId.of(bill.id).short
    if bill.sponsor == person.bioguide:
        en, es = _when(bill.introduced, bill)
        return f"led {name} {en}", f"encabezó {name} {es}"
    joined = facts.active(bill).get(person.bioguide)
    if joined is None:
        return None
    en, es = _when(joined, bill)
    return f"co-sponsored {name} {en}", f"copatrocinó {name} {es}"


def _when(day: date | None, bill: Bill) -> tuple[str, str]:
    if day:
        return f"in {day.year}", f"en {day.year}"
    en, es = (names.ordinal(bill.congress, lang) for lang in ("en", "es"))
    return f"in the {en} Congress", f"en el {es} Congreso"


def _withdrew(facts: _Facts) -> Iterator[Entry]:
    """Who left this very bill by a withdrawal that Congress dates."""
    left: dict[str, date] = {}
    for row in facts.rows.get(facts.bill.id, []):
        if row.withdrawn:
            left[row.bioguide] = max(row.withdrawn, left.get(row.bioguide, row.withdrawn))
    for person in facts.here():
        if day := left.get(person.bioguide):
            yield Entry(
                WITHDREW,
                person,
                f"left {facts.id.short} on {names.day(day, 'en')}",
                f"dejó {facts.id.short} el {names.day(day, 'es')}",
            )


def _successors(facts: _Facts) -> Iterator[Entry]:
    """Who holds the seat of a co-sponsor that left the chamber; one entry a holder, for the newest bill."""
    holders: dict[str, list[Person]] = {}
    for person in facts.here():
        holders.setdefault(person.seat or "", []).append(person)
    told: set[str] = set()
    for bill in [facts.bill, *(one for one in facts.earlier if _chamber(one) == facts.chamber)]:
        for bioguide, joined in sorted(facts.active(bill).items()):
            if not facts.has_left(bioguide):
                continue
            former = facts.now_sitting.get(bioguide) or facts.gone[bioguide]
            seat, senate_class = _left_seat(facts, bill, bioguide)
            for heir in holders.get(seat or "", []):
                if heir.bioguide not in told and _follows(facts, heir, senate_class, joined):
                    told.add(heir.bioguide)
                    yield _succession(heir, former, bill, joined)


def _left_seat(facts: _Facts, bill: Bill, bioguide: str) -> tuple[str | None, int | None]:
    """The seat somebody last held in the bill's chamber, by their terms or else by the bill's own row."""
    terms = [one for one in facts.tenures.get(bioguide, []) if one.chamber == facts.chamber]
    if terms:
        last = max(terms, key=lambda one: one.starts)
        return last.seat, last.senate_class
    row = next(row for row in facts.rows[bill.id] if row.bioguide == bioguide)
    return (seat_id(facts.chamber, row.state, row.district) if row.state else None), None


def _follows(facts: _Facts, heir: Person, senate_class: int | None, joined: date) -> bool:
    """Whether a holder came after: a state's other senator sat already, and is nobody's successor."""
    if facts.chamber == "house":
        return True
    if senate_class is not None:
        return heir.senate_class == senate_class
    return not any(
        one.chamber == "senate" and one.starts <= joined < one.ends
        for one in facts.tenures.get(heir.bioguide, [])
    )


def _succession(heir: Person, former: Person, bill: Bill, joined: date) -> Entry:
    number = BillId.of(bill.id).short
    moved = former.sitting
    return Entry(
        SUCCESSORS,
        heir,
        f"holds {heir.seat}, the seat of {former.name}{' (now in the other chamber)' if moved else ''}, "
        f"who co-sponsored {number} in {joined.year}",
        f"ocupa {heir.seat}, el escaño de {former.name}{' (ahora en la otra cámara)' if moved else ''}, "
        f"que copatrocinó {number} en {joined.year}",
    )


def _sister_gap(facts: _Facts) -> Iterator[Entry]:
    """Who leads or is on another proposal's bill of this chamber in the same campaign."""
    for person in facts.here():
        for bill, proposal in facts.sisters:
            said = _on_sister(facts, person, bill)
            if said:
                number = BillId.of(bill.id).short
                yield Entry(
                    SISTER_GAP,
                    person,
                    f"{said[0]} {number} ({proposal.name_en}), not {facts.id.short}",
                    f"{said[1]} {number} ({proposal.name_es}), pero no {facts.id.short}",
                )
                break


def _on_sister(facts: _Facts, person: Person, bill: Bill) -> tuple[str, str] | None:
    if bill.sponsor == person.bioguide:
        return "leads", "encabeza"
    return ("is on", "copatrocina") if person.bioguide in facts.active(bill) else None


def _committee_not_on(facts: _Facts) -> Iterator[Entry]:
    """Who sits on a full committee that the bill was referred to: chair and ranking member first."""
    told: dict[str, tuple[Committee, CommitteeSeat]] = {}
    for committee, place in facts.committees:
        known = told.get(place.bioguide)
        if known is None or _weight(place) < _weight(known[1]):
            told[place.bioguide] = (committee, place)
    for committee, place in sorted(told.values(), key=lambda one: _weight(one[1])):
        person = facts.now_sitting.get(place.bioguide)
        if person and facts.may_join(person):
            yield _seated(facts, person, committee, place)


_MARKS = ("chair", "ranking", "vice_chair")
_SITS_EN = {"chair": "chairs", "ranking": "is the ranking member of", "vice_chair": "is vice chair of"}
_SITS_ES = {
    "chair": "preside",
    "ranking": "encabeza la minoría de",
    "vice_chair": "ocupa la vicepresidencia de",
}


def _weight(place: CommitteeSeat) -> tuple[int, str, int]:
    rank = _MARKS.index(place.role) if place.role in _MARKS else len(_MARKS)
    return rank, place.side, place.rank or 0


def _seated(facts: _Facts, person: Person, committee: Committee, place: CommitteeSeat) -> Entry:
    en, es = (names.committee(committee.id, committee.name, lang) for lang in ("en", "es"))
    sits_es = f"{_SITS_ES.get(place.role, 'integra')} {es}".replace(" de el ", " del ")
    return Entry(
        COMMITTEE,
        person,
        f"{_SITS_EN.get(place.role, 'sits on')} {en}, which has {facts.id.short}",
        f"{sits_es}, que tiene {facts.id.short}",
        mark=place.role,
    )


def _companion_side(facts: _Facts) -> Iterator[Entry]:
    """Whose state's delegation in the other chamber is on the companion, while they are not on this one."""
    theirs: dict[str, list[tuple[Person, Bill]]] = {}
    for bill in facts.companions:
        for bioguide in sorted({*facts.active(bill), bill.sponsor or ""}):
            other = facts.now_sitting.get(bioguide)
            if other and other.chamber != facts.chamber:
                theirs.setdefault(other.state, []).append((other, bill))
    for person in facts.here():
        if supporters := theirs.get(person.state):
            yield _across(facts, person, supporters)


def _across(facts: _Facts, person: Person, supporters: Sequence[tuple[Person, Bill]]) -> Entry:
    number = BillId.of(supporters[0][1].id).short
    if facts.chamber == "house":
        who = [other.name for other, _ in supporters]
        en, es = " and ".join(who), " y ".join(who)
    else:
        count = len(supporters)
        en = f"{count} of the state's representatives" if count > 1 else supporters[0][0].name
        es = f"{count} representantes del estado" if count > 1 else supporters[0][0].name
    plural = len(supporters) > 1
    return Entry(
        COMPANION,
        person,
        f"{en} ({person.state}) {'support' if plural else 'supports'} the companion {number}",
        f"{es} ({person.state}) {'apoyan' if plural else 'apoya'} el proyecto gemelo {number}",
    )


_BUILD: dict[str, Callable[[_Facts], Iterable[Entry]]] = {
    ASK_AGAIN: _ask_again,
    WITHDREW: _withdrew,
    SUCCESSORS: _successors,
    SISTER_GAP: _sister_gap,
    COMMITTEE: _committee_not_on,
    COMPANION: _companion_side,
}


# --- reading ---------------------------------------------------------------------------------------


def _read(session: Session, bills: Sequence[Bill]) -> list[_Facts]:
    families = _families(session, bills)
    kin = {bill.id: _kin(bill, families) for bill in bills}
    related = [one for mine, sisters in kin.values() for one in (*mine, *(sister for sister, _ in sisters))]
    rows = _rows(session, [*bills, *related])
    sitting = members.people(session)
    named = {row.bioguide for some in rows.values() for row in some}
    gone = members.people(session, named - sitting.keys())
    tenures = _tenures(session, named, sitting, {_chamber(bill) for bill in bills})
    seats = referral_seats(session, [bill.id for bill in bills])
    on = {bill: _on(some) for bill, some in rows.items()}
    return [_facts(bill, kin[bill.id], rows, on, sitting, gone, tenures, seats) for bill in bills]


def _on(rows: Iterable[Cosponsorship]) -> dict[str, date]:
    """Who is on a bill with these rows, with the first day they are on it since."""
    joined: dict[str, date] = {}
    for row in rows:
        if row.withdrawn is None:
            joined[row.bioguide] = min(row.joined, joined.get(row.bioguide, row.joined))
    return joined


def _facts(
    bill: Bill,
    kin: tuple[list[Bill], list[Placed]],
    rows: dict[str, list[Cosponsorship]],
    on: dict[str, dict[str, date]],
    sitting: dict[str, Person],
    gone: dict[str, Person],
    tenures: dict[str, list[Tenure]],
    seats: dict[str, list[ReferralSeat]],
) -> _Facts:
    facts = _Facts(
        bill=bill,
        id=BillId.of(bill.id),
        now_sitting=sitting,
        earlier=[one for one in kin[0] if one.congress < bill.congress],
        companions=[one for one in kin[0] if one.congress == bill.congress and _chamber(one) != _chamber(bill)],
        sisters=kin[1],
        rows=rows,
        on=on,
        tenures=tenures,
        gone=gone,
        committees=seats.get(bill.id, []),
    )
    facts.taken = {*facts.active(bill), bill.sponsor or ""}
    return facts


def _chamber(bill: Bill) -> Chamber:
    return BillId.of(bill.id).chamber


def _families(session: Session, bills: Sequence[Bill]) -> list[Placed]:
    """Every confirmed bill of the campaigns these bills belong to, newest first."""
    homes = (
        select(Proposal.campaign)
        .join(Kinship, col(Kinship.proposal) == col(Proposal.slug))
        .where(col(Kinship.bill).in_([bill.id for bill in bills]), Kinship.state == "confirmed")
    )
    query: Any = (
        select(Bill, Proposal)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .join(Proposal, col(Kinship.proposal) == col(Proposal.slug))
        .where(Kinship.state == "confirmed", col(Proposal.campaign).in_(homes))
        .order_by(col(Bill.congress).desc(), col(Proposal.position), col(Bill.type), col(Bill.number))
    )
    return list(session.exec(query))


def _kin(bill: Bill, families: Sequence[tuple[Bill, Proposal]]) -> tuple[list[Bill], list[Placed]]:
    """The other bills of this bill's proposal; and the bills of the campaign's other proposals in this
    Congress and chamber."""
    mine = {proposal.slug: proposal.campaign for one, proposal in families if one.id == bill.id}
    kin = [one for one, proposal in families if proposal.slug in mine and one.id != bill.id]
    sisters = [
        (one, proposal)
        for one, proposal in families
        if proposal.slug not in mine
        and proposal.campaign in mine.values()
        and (one.congress, _chamber(one)) == (bill.congress, _chamber(bill))
    ]
    return kin, sisters


def _rows(session: Session, bills: Iterable[Bill]) -> dict[str, list[Cosponsorship]]:
    found: dict[str, list[Cosponsorship]] = {}
    ids = {bill.id for bill in bills}
    for row in session.exec(select(Cosponsorship).where(col(Cosponsorship.bill).in_(ids))):
        found.setdefault(row.bill, []).append(row)
    return found


def _tenures(
    session: Session, named: set[str], sitting: dict[str, Person], chambers: set[Chamber]
) -> dict[str, list[Tenure]]:
    """Terms of those whom a bill names and who left a chamber; for the Senate those of all who sit, too."""
    asked = {one for one in named if one not in sitting or chambers - {sitting[one].chamber}}
    if "senate" in chambers:
        asked |= {one.bioguide for one in sitting.values() if one.chamber == "senate"}
    found: dict[str, list[Tenure]] = {}
    for tenure in session.exec(select(Tenure).where(col(Tenure.bioguide).in_(asked))):
        found.setdefault(tenure.bioguide, []).append(tenure)
    return found
