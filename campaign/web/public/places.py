"""From what a reader says about where they live to the seats that speak for it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from campaign.congress import members, seats
from campaign.congress.bills import congress_on, congress_start
from campaign.congress.members import Elect, Person
from campaign.congress.models import Seat
from campaign.congress.state_names import ENGLISH, state_name
from campaign.districts import finder, maps, notes, zip_codes
from campaign.districts.answers import FindResult, SeatHit
from campaign.districts.notes import Note
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web.core.geocoder import geocoder

COMING_SEAT = re.compile(rf"{notes.COMING}[A-Z]{{2}}-\d{{1,2}}", re.ASCII)
# How long the page of a district says that it is a new one.
NEW = timedelta(days=180)


@dataclass(frozen=True)
class Choice:
    """One district of several that a ZIP code touches, with what helps to tell it from the others."""

    hit: SeatHit
    person: Person | None
    towns: tuple[str, ...]
    vacant_since: date | None
    # Who is to take the seat, where nobody holds it.
    elect: Elect | None = None


@dataclass(frozen=True)
class Answer:
    """Where a place lies. ``choices`` is empty unless several districts share it. ``senators`` are those to
    call meanwhile, where the seat is not found. ``likely_state`` is that of the ZIP codes with the same first
    digits, where no table has the ZIP code itself."""

    found: FindResult
    choices: tuple[Choice, ...]
    senators: tuple[Person, ...] = ()
    likely_state: str = ""

    @property
    def only_seat(self) -> str | None:
        return self.found.seats[0].seat if self.found.result == "found" else None

    @property
    def note_codes(self) -> str:
        """The notes to repeat on the page of the seat, by their codes."""
        return ".".join(note.code for note in self.found.notes if note.code)


def by_zip(session: Session, typed: str, *, now: datetime) -> Answer:
    answer = _answer(session, finder.by_zip(session, typed, now=now), now)
    zip = finder.zip_of(typed)
    if answer.found.state or answer.choices or answer.only_seat or zip_codes.zip_code(session, zip):
        return answer
    likely = zip_codes.state_near(session, zip)
    if likely not in ENGLISH:
        return answer
    return replace(answer, senators=in_state(session, likely, now=now).senators, likely_state=likely)


def by_address(settings: Settings, session: Session, form: Mapping[str, str], *, now: datetime) -> Answer:
    """Ask for a street address once, quickly; the reader waits."""
    parts = (form.get("street", ""), form.get("city", ""))
    typed = ", ".join(part.strip() for part in parts if part.strip())
    return _answer(session, finder.by_address(geocoder(), settings, session, typed, now=now), now)


def by_point(session: Session, typed: str, *, now: datetime) -> Answer:
    """A position that a browser gave, looked up on our own map."""
    return _answer(session, finder.by_point(session, typed, now=now), now)


def _answer(session: Session, found: FindResult, now: datetime) -> Answer:
    if found.result == "found":
        return Answer(found, ())
    holders = [hit.member for hit in found.seats if hit.member]
    people = members.people(session, [*holders, *found.senators], now=now)
    senators = tuple(people[senator] for senator in found.senators if senator in people)
    towns = _telling_towns({hit.seat: _towns(session, hit.member) for hit in found.seats})
    open_seats = [hit.seat for hit in found.seats if hit.member is None]
    elected = {elect.seat: elect for elect in members.elects(session, open_seats, now=now)}
    choices = tuple(
        Choice(
            hit,
            people.get(hit.member or ""),
            towns[hit.seat],
            members.vacant_since(session, hit.seat, now=now) if hit.vacant else None,
            elected.get(hit.seat),
        )
        for hit in found.seats
    )
    return Answer(found, choices, senators)


def _towns(session: Session, bioguide: str | None) -> list[str]:
    """Towns with one of the member's offices: people know which of them is theirs."""
    if bioguide is None:
        return []
    local = [office for office in members.offices(session, bioguide) if office.kind == "district"]
    return list(dict.fromkeys(office.city for office in local if office.city))


def _telling_towns(towns: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Up to three towns of each seat, without those that several of the seats have."""
    times = Counter(town for found in towns.values() for town in found)
    return {seat: tuple(town for town in found if times[town] == 1)[:3] for seat, found in towns.items()}


def chosen_seat(session: Session, choice: Mapping[str, str]) -> str:
    """The seat of a state and district chosen by hand; a state with one district needs no number. Raises
    Refused where a number is lacking or there is no such seat."""
    state, district = choice.get("state", "").upper(), choice.get("district", "").strip()
    own = seats.house_seats(session, state)
    if len(own) == 1:
        return own[0].id
    if not district and own:
        raise Refused(
            f"{state_name(state, 'en')} has {len(own)} districts. Enter the number of yours.",
            f"{state_name(state, 'es')} tiene {len(own)} distritos. Escriba el número del suyo.",
        )
    return seats.read_seat(session, f"{state}-{district}").id


def in_state(session: Session, state: str, *, now: datetime) -> Answer:
    """The answer for a place of which the state alone is known."""
    current = finder.index(session, now=now)
    known = state.upper() if state.upper() in ENGLISH else ""
    congress = current.vintages.used([known]) if known else current.sitting
    return _answer(session, current.holders.without_seat(congress, known), now)


def carried_note(codes: str, *, now: datetime) -> Note | None:
    """The note that an answer left on the way to the page of its seat; ``codes`` are separated by dots."""
    found = list(dict.fromkeys(codes.split(".")))
    carried = [notes.CARRIED[code] for code in found if code in notes.CARRIED]
    seats = [code.removeprefix(notes.COMING) for code in found if COMING_SEAT.fullmatch(code)]
    coming = maps.coming_congress(now)
    if seats and coming != congress_on(now):
        carried.append(notes.coming_seats(seats, coming))
    return notes.joined(carried)


def map_note(session: Session, seat: Seat, *, now: datetime) -> Note | None:
    """What the page of a seat says of its district where the state's districts change or have just changed."""
    sitting, coming = congress_on(now), maps.coming_congress(now)
    if not seat.district:
        return None
    if seat.state in finder.index(session, now=now).vintages.missing:
        return notes.new_seat(seat.id, sitting, stored=False)
    if not maps.applies(seat.state, sitting, coming):
        return notes.now_and_then(seat.id, coming)
    if now - congress_start(sitting) < NEW and not maps.applies(seat.state, sitting - 1, sitting):
        return notes.new_seat(seat.id, sitting, stored=True)
    return None


def without_map(session: Session, *, now: datetime) -> list[str]:
    """The states, sorted, whose new districts count but are not stored."""
    return sorted(finder.index(session, now=now).vintages.missing)
