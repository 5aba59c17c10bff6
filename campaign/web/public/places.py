"""From what a reader says about where they live to the seats that speak for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from campaign import __version__
from campaign.congress import members
from campaign.congress.members import Person
from campaign.congress.models import Seat
from campaign.districts import finder
from campaign.districts.finder import FindResult, SeatHit
from campaign.fetch import Fetcher
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web.core import states

SEAT = re.compile(r"[A-Z]{2}(-([0-9]{1,3}|AL))?", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """One district of several that a ZIP code touches, with what helps to tell it from the others."""

    hit: SeatHit
    person: Person | None
    towns: tuple[str, ...]
    vacant_since: date | None


@dataclass(frozen=True)
class Answer:
    """Where a place lies. ``choices`` is empty unless several districts share it."""

    found: FindResult
    choices: tuple[Choice, ...]

    @property
    def only_seat(self) -> str | None:
        return self.found.seats[0].seat if self.found.result == "found" else None


def by_zip(session: Session, typed: str, *, now: datetime) -> Answer:
    return _answer(session, finder.by_zip(session, typed, now=now), now)


def by_address(settings: Settings, session: Session, form: Mapping[str, str], *, now: datetime) -> Answer:
    """Ask for a street address once, quickly; the reader waits."""
    parts = (form.get("street", ""), form.get("city", ""))
    typed = ", ".join(part.strip() for part in parts if part.strip())
    quick = Fetcher(user_agent=f"campaign/{__version__}", attempts=2, read_timeout=8, patience=12)
    with quick as fetcher:
        return _answer(session, finder.by_address(fetcher, settings, session, typed, now=now), now)


def by_point(session: Session, typed: str, *, now: datetime) -> Answer:
    """A position that a browser gave, looked up on our own map."""
    return _answer(session, finder.by_point(session, typed, now=now), now)


def _answer(session: Session, found: FindResult, now: datetime) -> Answer:
    if found.result != "split":
        return Answer(found, ())
    people = members.people(session, [hit.member for hit in found.seats if hit.member], now=now)
    choices = tuple(
        Choice(
            hit,
            people.get(hit.member or ""),
            _towns(session, hit.member),
            members.vacant_since(session, hit.seat, now=now) if hit.vacant else None,
        )
        for hit in found.seats
    )
    return Answer(found, choices)


def _towns(session: Session, bioguide: str | None) -> tuple[str, ...]:
    """Towns with one of the member's offices: people know which of them is theirs."""
    if bioguide is None:
        return ()
    local = [office for office in members.offices(session, bioguide) if office.kind == "district"]
    return tuple(dict.fromkeys(office.city for office in local if office.city))[:3]


def chosen_seat(session: Session, choice: Mapping[str, str]) -> str:
    """The seat of a state and district chosen by hand; a state with one district needs no number."""
    state, district = choice.get("state", "").upper(), choice.get("district", "").strip()
    own = [seat for seat in members.seats(session, "house") if seat.state == state]
    if len(own) == 1:
        return own[0].id
    if not district:
        raise Refused(
            f"{states.name(state, 'en')} has {len(own)} districts: write the number of yours.",
            f"{states.name(state, 'es')} tiene {len(own)} distritos: escriba el número del suyo.",
        )
    return seat(session, f"{state}-{district}").id


def seat(session: Session, text: str) -> Seat:
    """The seat of an address such as ``TX-20``, ``tx-20``, ``WY-AL`` or ``TX``.

    Raises Refused (404) that says what there is.
    """
    state, _, district = text.upper().partition("-")
    if not SEAT.fullmatch(text.upper()):
        raise _no_seat(session, text, "")
    wanted = state if not district else f"{state}-{_number(session, state, district)}"
    if known := members.seat(session, wanted):
        return known
    raise _no_seat(session, text, state)


def _number(session: Session, state: str, district: str) -> str:
    # At-large seats are also written WY-1, WY-01 and WY-AL; Census writes the delegates' as DC-98.
    if district.isdecimal() and members.seat(session, f"{state}-{int(district)}"):
        return str(int(district))
    return "0" if district in ("AL", "1", "01", "00", "98") else district


def _no_seat(session: Session, text: str, state: str) -> Refused:
    shown = text[:20]
    own = [seat.district or 0 for seat in members.seats(session, "house") if seat.state == state]
    if not own:
        return Refused(
            f"There is no seat {shown} in Congress. Find your members by ZIP code, address or state.",
            f"No hay un escaño {shown} en el Congreso. Encuentre a sus representantes por código postal, "
            "dirección o estado.",
            status=404,
        )
    en, es = states.name(state, "en"), states.name(state, "es")
    if len(own) == 1:
        return Refused(
            f"There is no seat {shown}: {en} has one district, {state}-0.",
            f"No hay un escaño {shown}: {es} tiene un solo distrito, {state}-0.",
            status=404,
        )
    return Refused(
        f"There is no seat {shown}: the districts of {en} run from {state}-{min(own)} to {state}-{max(own)}.",
        f"No hay un escaño {shown}: los distritos de {es} van de {state}-{min(own)} a {state}-{max(own)}.",
        status=404,
    )
