"""Which seats represent a place: ``found``, ``split`` or ``unknown``; never a guess and never "invalid".

The map is that of the sitting Congress, not the newest one: maps drawn in 2026 are for the 120th Congress and
apply from noon on 3 January 2027. Addresses and points are neither stored nor logged.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import congress_on, ordinal
from campaign.congress.members import Person
from campaign.congress.models import SourceState
from campaign.congress.terms import term_day
from campaign.districts import boundaries, census
from campaign.districts.models import ZipSeat
from campaign.fetch import Fetcher
from campaign.refusals import Refused
from campaign.settings import Settings

Result = Literal["found", "split", "unknown"]
Version = tuple[Any, ...]
# How long the index in memory may be older than the tables; a check is one small query.
RECHECK = timedelta(seconds=5)
ZIP = re.compile(r"([0-9]{5})(?:[-–—\s]?[0-9]{4})?")
POINT = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)", re.ASCII)
LONGEST_ADDRESS = 200


@dataclass(frozen=True)
class Note:
    """A note to show with an answer, in both languages."""

    en: str
    es: str

    def text(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


@dataclass(frozen=True, slots=True)
class SeatHit:
    """A House seat that may represent the place. ``share`` is its part of the ZIP code's land, 0 to 1."""

    seat: str
    member: str | None
    vacant: bool
    share: float | None = None


@dataclass(frozen=True, slots=True)
class FindResult:
    """An answer. ``congress`` is the Congress of the map used; ``senators`` are Bioguide ids, of every state
    in which a seat lies."""

    result: Result
    congress: int
    seats: tuple[SeatHit, ...] = ()
    senators: tuple[str, ...] = ()
    note: Note | None = None

    def json(self) -> dict[str, Any]:
        """The object that ``campaign find --json`` prints."""
        return {
            "result": self.result,
            "congress": self.congress,
            "seats": [{"seat": hit.seat, "member": hit.member, "vacant": hit.vacant} for hit in self.seats],
            "senators": list(self.senators),
            "note": self.note.en if self.note else "",
        }


# --- ZIP -------------------------------------------------------------------------------------------


def zip_of(text: str) -> str:
    """The five digits of a ZIP or ZIP+4 code. Raises Refused for any other text."""
    if match := ZIP.fullmatch(text.strip()):
        return match[1]
    raise Refused(
        "A ZIP code has five digits, such as 78205 or 78205-1234.",
        "Un código postal (ZIP) tiene cinco dígitos, por ejemplo 78205 o 78205-1234.",
    )


def by_zip(session: Session, text: str, *, now: datetime) -> FindResult:
    """The seats of a ZIP code, the one with most of its land first where the shares are known.

    A ZIP code that is not in the table is ``unknown``. Raises Refused for text that cannot be a ZIP code.
    """
    return index(session, now=now).find(zip_of(text))


@dataclass(frozen=True)
class Holders:
    """The sitting members of each seat as Bioguide ids; a state's senators in the order of their class.

    ``known`` tells whether members of the sitting Congress are listed: only then is a seat without one vacant.
    """

    by_seat: dict[str, tuple[str, ...]]
    known: bool

    def answer(
        self, congress: int, shares: Sequence[tuple[str, float | None]], note: Note | None = None
    ) -> FindResult:
        """The answer for seats with their shares of the land. Without a ``note`` of its own, an answer over
        several states gets one."""
        seats = tuple(self._hit(seat, share) for seat, share in shares)
        states = dict.fromkeys(hit.seat[:2] for hit in seats)
        senators = tuple(senator for state in states for senator in self.by_seat.get(state, ()))
        if note is None and len(states) > 1:
            note = _several_states_note(states)
        return FindResult("found" if len(seats) == 1 else "split", congress, seats, senators, note)

    def _hit(self, seat: str, share: float | None) -> SeatHit:
        members = self.by_seat.get(seat)
        return SeatHit(seat, members[0] if members else None, self.known and not members, share)


@dataclass(frozen=True)
class Index:
    """In memory: the ZIP table of the newest map up to the sitting Congress, and the holders of all seats.

    ``version`` changes when a table is imported; ``checked`` is when it was last compared.
    """

    congress: int
    sitting: int
    zips: dict[str, tuple[tuple[str, float | None], ...]]
    holders: Holders
    version: Version
    checked: datetime

    def find(self, zip_code: str) -> FindResult:
        shares = self.zips.get(zip_code)
        if shares is None:
            return FindResult("unknown", self.congress, note=_unknown_zip_note(zip_code))
        old_map = _old_map_note(self.congress, self.sitting) if self.congress != self.sitting else None
        return self.holders.answer(self.congress, shares, note=old_map)


# One index for each database. An engine with other options shares the connection pool of its database.
_indexes: "WeakKeyDictionary[Any, Index]" = WeakKeyDictionary()


def index(session: Session, *, now: datetime) -> Index:
    """The index of this database for the Congress that sits at ``now``, cached. Changed tables show in it
    after at most ``RECHECK``."""
    database, sitting = session.get_bind().engine.pool, congress_on(now)
    cached = _indexes.get(database)
    if cached and cached.sitting == sitting and timedelta(0) <= now - cached.checked < RECHECK:
        return cached
    version = _version(session, now)
    if cached and cached.sitting == sitting and cached.version == version:
        fresh = replace(cached, checked=now)
    else:
        fresh = _read_index(session, sitting, version, now)
    _indexes[database] = fresh
    return fresh


def _version(session: Session, now: datetime) -> Version:
    """When each table that the index holds was imported last, and the day: terms begin and end by it."""
    rows = session.exec(select(SourceState.name, SourceState.checked_at).order_by(SourceState.name))
    return term_day(now), *(row for row in rows if row[0] == "members" or row[0].startswith("zips"))


def _read_index(session: Session, sitting: int, version: Version, now: datetime) -> Index:
    newest = sa.select(sa.func.max(ZipSeat.congress)).where(col(ZipSeat.congress) <= sitting)
    congress = session.scalar(newest) or sitting
    rows = session.exec(
        select(ZipSeat.zip, ZipSeat.seat, ZipSeat.share).where(col(ZipSeat.congress) == congress)
    )
    shares: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    for zip_code, seat, share in rows:
        shares[zip_code].append((seat, share))
    zips = {zip_code: tuple(sorted(seats, key=_most_land_first)) for zip_code, seats in shares.items()}
    return Index(congress, sitting, zips, read_holders(session, now=now), version, now)


def _most_land_first(seat_and_share: tuple[str, float | None]) -> tuple[float, str, int]:
    seat, share = seat_and_share
    state, _, district = seat.partition("-")
    return (-(share or 0.0), state, int(district))


def read_holders(session: Session, *, now: datetime) -> Holders:
    """The members of all seats who sit at ``now``."""
    held: dict[str, list[Person]] = defaultdict(list)
    for person in members.people(session, now=now).values():
        if person.seat:
            held[person.seat].append(person)
    by_seat = {seat: _ids_by_class(people) for seat, people in held.items()}
    return Holders(by_seat, members.is_current(session, now=now))


def _ids_by_class(people: Iterable[Person]) -> tuple[str, ...]:
    return tuple(person.bioguide for person in sorted(people, key=lambda person: person.senate_class or 0))


# --- address and point -----------------------------------------------------------------------------


def by_address(
    fetcher: Fetcher, settings: Settings, session: Session, text: str, *, now: datetime
) -> FindResult:
    """The seats of a street address by the Census geocoder; the address is sent nowhere else.

    An address that the geocoder cannot place is ``unknown``, with the reason in ``note``; so is every address
    while the geocoder fails. Raises Refused for text that cannot be an address.
    """
    address = " ".join(text.split())
    if not 5 <= len(address) <= LONGEST_ADDRESS or not re.search(r"[^\W\d_]", address):
        raise Refused(
            "Write a street address with city and state or ZIP, such as 100 Main St, San Antonio TX 78205.",
            "Escriba una dirección con ciudad y estado o código postal, por ejemplo "
            "100 Main St, San Antonio TX 78205.",
        )
    answer = census.ask_address(fetcher, settings, address, congress_on(now))
    return _geocoded(session, answer, now)


def by_point(session: Session, text: str, *, now: datetime) -> FindResult:
    """The seat at ``LAT,LON`` (decimal degrees) by the stored boundaries of the sitting Congress; the point is
    sent nowhere.

    ``split`` near a district line; ``unknown`` outside of all districts and where no boundaries are stored.
    Raises Refused for text that cannot be a point.
    """
    latitude, longitude = point_of(text)
    congress = congress_on(now)
    seats = boundaries.seats_at(session, congress, latitude, longitude)
    if seats:
        note = NEAR_A_LINE if len(seats) > 1 else None
        return index(session, now=now).holders.answer(congress, [(seat, None) for seat in seats], note)
    note = OUTSIDE_OF_DISTRICTS if has_boundaries(session, now=now) else _no_map_note(congress)
    return FindResult("unknown", congress, note=note)


def settle_point(
    fetcher: Fetcher, settings: Settings, session: Session, text: str, *, now: datetime
) -> FindResult:
    """As ``by_point``; where the stored map cannot tell, the Census geocoder decides.

    The geocoder gets the point, so this is for operators and never for a visitor's position.
    """
    by_map = by_point(session, text, now=now)
    if by_map.result == "found":
        return by_map
    # No network call inside a transaction, not even a reading one.
    session.rollback()
    exact = _geocoded(session, census.ask_point(fetcher, settings, *point_of(text), congress_on(now)), now)
    return exact if exact.seats else by_map


def has_boundaries(session: Session, *, now: datetime) -> bool:
    """Whether points can be looked up: the boundaries of the sitting Congress are stored."""
    return session.get(SourceState, f"boundaries-{congress_on(now)}") is not None


def point_of(text: str) -> tuple[float, float]:
    """``(latitude, longitude)`` in degrees. Raises Refused for text that cannot be a point."""
    if match := POINT.fullmatch(text.strip()):
        latitude, longitude = float(match[1]), float(match[2])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    raise Refused(
        "A point is latitude and longitude in degrees, such as 29.42,-98.49.",
        "Un punto es latitud y longitud en grados, por ejemplo 29.42,-98.49.",
    )


def _geocoded(session: Session, answer: census.Answer, now: datetime) -> FindResult:
    congress = congress_on(now)
    if answer.seats:
        return index(session, now=now).holders.answer(congress, [(seat, None) for seat in answer.seats])
    return FindResult("unknown", congress, note=Note(*answer.reason))


# --- notes -----------------------------------------------------------------------------------------


def _unknown_zip_note(zip_code: str) -> Note:
    return Note(
        f"Our table has no district for ZIP {zip_code}. Many P.O. box and business ZIP codes are not in it. "
        "Give your street address, or choose your state and district.",
        f"Nuestra tabla no tiene un distrito para el código postal {zip_code}. Muchos códigos de apartados "
        "postales y empresas no están en ella. Escriba su dirección o elija su estado y distrito.",
    )


def _several_states_note(states: Iterable[str]) -> Note:
    names = ", ".join(states)
    return Note(
        f"This place may lie in several states ({names}); the senators of each are listed.",
        f"Este lugar puede estar en varios estados ({names}); se muestran los senadores de cada uno.",
    )


NEAR_A_LINE = Note(
    "The line between these districts passes less than 1 km (0.6 miles) from this position, and our map is not "
    "fine enough to say on which side it lies. Choose yours, or give your street address.",
    "El límite entre estos distritos pasa a menos de 1 km (0.6 millas) de esta ubicación, y nuestro mapa no es "
    "tan fino como para decir de qué lado está. Elija el suyo o escriba su dirección.",
)
OUTSIDE_OF_DISTRICTS = Note(
    "Our map shows no congressional district at this position; it is coarse along shores and borders. "
    "Give your street address, or choose your state and district.",
    "Nuestro mapa no muestra un distrito del Congreso en esta ubicación; no es muy fino en las costas y "
    "fronteras. Escriba su dirección o elija su estado y distrito.",
)


def _no_map_note(congress: int) -> Note:
    return Note(
        f"We do not have the district lines of the {ordinal(congress)} Congress, so a position cannot "
        "be looked up here. Give your street address, or choose your state and district.",
        f"No tenemos los límites de los distritos del Congreso n.º {congress}; por eso aquí no se puede buscar "
        "por ubicación. Escriba su dirección o elija su estado y distrito.",
    )


def _old_map_note(congress: int, sitting: int) -> Note:
    old, new = ordinal(congress), ordinal(sitting)
    return Note(
        f"These are the districts of the {old} Congress; we do not have the map of the {new} yet.",
        f"Estos son los distritos del Congreso n.º {congress}; todavía no tenemos el mapa del "
        f"Congreso n.º {sitting}.",
    )
