"""Which seats speak for a place: found, split or unknown, never a guess and never "invalid".

The map is the one of the Congress that sits, not the newest: new boundaries count from noon on 3 January
(research notes: the maps of 2026 are drawn for the 120th). Addresses and points are neither stored nor
logged.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from weakref import WeakKeyDictionary

from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import congress_on, ordinal_suffix
from campaign.congress.models import SourceState
from campaign.congress.terms import term_day
from campaign.districts import boundaries, census
from campaign.districts.models import ZipSeat
from campaign.fetch import Fetcher
from campaign.refusals import Refused
from campaign.settings import Settings

Result = Literal["found", "split", "unknown"]
# How long the index in memory may be older than the tables.
RECHECK = timedelta(seconds=5)
ZIP = re.compile(r"([0-9]{5})(?:[-–—\s]?[0-9]{4})?")
POINT = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)", re.ASCII)
LONGEST_ADDRESS = 200


@dataclass(frozen=True)
class Note:
    """What must be said beside an answer, in both languages."""

    en: str
    es: str

    def text(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


@dataclass(frozen=True, slots=True)
class SeatHit:
    """A House seat that may speak for the place. ``share`` is its part of the ZIP's land, 0 to 1."""

    seat: str
    member: str | None
    vacant: bool
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An answer. ``congress`` is the Congress whose map gave it; ``senators`` are Bioguide ids, of every
    state the place touches."""

    result: Result
    congress: int
    seats: tuple[SeatHit, ...] = ()
    senators: tuple[str, ...] = ()
    note: Note | None = None

    def json(self) -> dict[str, Any]:
        """The object of ``campaign find --json`` (contract.md)."""
        return {
            "result": self.result,
            "congress": self.congress,
            "seats": [{"seat": hit.seat, "member": hit.member, "vacant": hit.vacant} for hit in self.seats],
            "senators": list(self.senators),
            "note": self.note.en if self.note else "",
        }


# --- ZIP -------------------------------------------------------------------------------------------


def zip_of(text: str) -> str:
    """The five digits of what somebody typed. Raises Refused for what cannot be a ZIP code."""
    if found := ZIP.fullmatch(text.strip()):
        return found[1]
    raise Refused(
        "A ZIP code has five digits, such as 78205 or 78205-1234.",
        "Un código postal (ZIP) tiene cinco dígitos, por ejemplo 78205 o 78205-1234.",
    )


def by_zip(session: Session, text: str, *, now: datetime) -> Found:
    """The seats a ZIP code touches, the one with most of its land first where that is known.

    Raises Refused for input that cannot be a ZIP code. A ZIP nobody knows is ``unknown``.
    """
    return index(session, now=now).find(zip_of(text))


@dataclass
class Index:
    """All ZIP codes of one Congress's map with who holds their seats, in memory."""

    congress: int
    sitting: int
    zips: dict[str, tuple[tuple[str, float | None], ...]]
    holders: "Holders"
    state: tuple[Any, ...] = ()
    checked: datetime | None = None
    old_map: Note | None = field(init=False)

    def __post_init__(self) -> None:
        self.old_map = _old_map_note(self.congress, self.sitting) if self.congress != self.sitting else None

    def find(self, zip: str) -> Found:
        pairs = self.zips.get(zip)
        if pairs is None:
            return Found("unknown", self.congress, note=_unknown_zip_note(zip))
        return self.holders.answer(self.congress, pairs, note=self.old_map)


@dataclass(frozen=True)
class Holders:
    """Who holds which seat: Bioguide ids by seat, senators senior class first. ``known`` tells whether members
    of the sitting Congress are listed: only then is a seat without a holder vacant."""

    by_seat: dict[str, tuple[str, ...]]
    known: bool

    def answer(
        self, congress: int, pairs: Sequence[tuple[str, float | None]], note: Note | None = None
    ) -> Found:
        seats = tuple(self._hit(seat, share) for seat, share in pairs)
        states = dict.fromkeys(hit.seat[:2] for hit in seats)
        senators = tuple(one for state in states for one in self.by_seat.get(state, ()))
        if note is None and len(states) > 1:
            note = _several_states_note(list(states))
        return Found("found" if len(seats) == 1 else "split", congress, seats, senators, note)

    def _hit(self, seat: str, share: float | None) -> SeatHit:
        held = self.by_seat.get(seat)
        return SeatHit(seat, held[0] if held else None, self.known and not held, share)


_indexes: "WeakKeyDictionary[Any, Index]" = WeakKeyDictionary()


def index(session: Session, *, now: datetime) -> Index:
    """The index of this database for the Congress that sits at ``now``; read anew when the tables have
    changed, at most ``RECHECK`` late."""
    # An engine with other options shares the pool: it is what stands for one database.
    database = session.get_bind().engine.pool
    known, sitting = _indexes.get(database), congress_on(now)
    if known and known.sitting == sitting and known.checked and timedelta(0) <= now - known.checked < RECHECK:
        return known
    # Terms begin and end by the day, whatever the tables say.
    state = (term_day(now), *_state(session))
    if known is None or known.sitting != sitting or known.state != state:
        known = _read_index(session, sitting, now)
    known.state, known.checked = state, now
    _indexes[database] = known
    return known


def forget(session: Session) -> None:
    """Read the index of this database anew at the next question, however soon that comes."""
    _indexes.pop(session.get_bind().engine.pool, None)


def _state(session: Session) -> tuple[Any, ...]:
    rows = session.exec(select(SourceState.name, SourceState.checked_at).order_by(SourceState.name))
    return tuple(row for row in rows if row[0] == "members" or row[0].startswith("zips"))


def _read_index(session: Session, sitting: int, now: datetime) -> Index:
    maps = session.exec(select(ZipSeat.congress).where(col(ZipSeat.congress) <= sitting).distinct())
    congress = max(maps, default=sitting)
    rows = session.exec(
        select(ZipSeat.zip, ZipSeat.seat, ZipSeat.share).where(col(ZipSeat.congress) == congress)
    )
    grouped: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    for zip, seat, share in rows:
        grouped[zip].append((seat, share))
    zips = {zip: tuple(sorted(pairs, key=_most_land_first)) for zip, pairs in grouped.items()}
    return Index(congress, sitting, zips, read_holders(session, now=now))


def _most_land_first(pair: tuple[str, float | None]) -> tuple[float, str, int]:
    state, _, district = pair[0].partition("-")
    return (-(pair[1] or 0.0), state, int(district))


def read_holders(session: Session, *, now: datetime) -> Holders:
    """Everyone who sits at ``now``, by seat."""
    held: dict[str, list[members.Person]] = defaultdict(list)
    for person in members.people(session, now=now).values():
        held[person.seat or ""].append(person)
    by_seat = {
        seat: tuple(one.bioguide for one in sorted(some, key=lambda one: (one.senate_class or 0, one.bioguide)))
        for seat, some in held.items()
    }
    return Holders(by_seat, members.is_current(session, now=now))


# --- address and point -----------------------------------------------------------------------------


def by_address(fetcher: Fetcher, settings: Settings, session: Session, text: str, *, now: datetime) -> Found:
    """The seats of a street address, asked of the Census geocoder; the address goes nowhere else.

    Raises Refused for what cannot be an address. Whatever the service fails to say is ``unknown``, with
    the reason in ``note``.
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


def by_point(session: Session, text: str, *, now: datetime) -> Found:
    """The seat at ``LAT,LON`` (decimal degrees) by our own boundaries of the sitting Congress; the point goes
    nowhere. Near a line it is ``split``, where no district holds it ``unknown``, without such boundaries,
    too. Raises Refused for what cannot be a point."""
    latitude, longitude = point_of(text)
    congress = congress_on(now)
    seats = boundaries.seats_at(session, congress, latitude, longitude)
    if seats:
        note = NEAR_A_LINE if len(seats) > 1 else None
        return read_holders(session, now=now).answer(congress, [(seat, None) for seat in seats], note)
    return Found(
        "unknown", congress, note=NOWHERE if has_boundaries(session, now=now) else _no_map_note(congress)
    )


def settle_point(fetcher: Fetcher, settings: Settings, session: Session, text: str, *, now: datetime) -> Found:
    """As ``by_point``, and where our map cannot tell, what the Census geocoder says: it is told the point, so
    this is for operators and never for a visitor's position."""
    found = by_point(session, text, now=now)
    if found.result != "found" and settings.geocoder_url:
        # No network call inside a transaction, not even a reading one.
        session.rollback()
        exact = _geocoded(session, census.ask_point(fetcher, settings, *point_of(text), congress_on(now)), now)
        return exact if exact.seats else found
    return found


def has_boundaries(session: Session, *, now: datetime) -> bool:
    """Whether points can be looked up: the boundaries of the sitting Congress are at hand."""
    return session.get(SourceState, f"boundaries-{congress_on(now)}") is not None


def point_of(text: str) -> tuple[float, float]:
    """``(latitude, longitude)``; raises Refused."""
    found = POINT.fullmatch(text.strip())
    if found:
        latitude, longitude = float(found[1]), float(found[2])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    raise Refused(
        "A point is latitude and longitude in degrees, such as 29.42,-98.49.",
        "Un punto es latitud y longitud en grados, por ejemplo 29.42,-98.49.",
    )


def _geocoded(session: Session, answer: census.Answer, now: datetime) -> Found:
    congress = congress_on(now)
    if answer.seats:
        return read_holders(session, now=now).answer(congress, [(seat, None) for seat in answer.seats])
    return Found("unknown", congress, note=Note(*answer.reason))


# --- what must be said -----------------------------------------------------------------------------


def _unknown_zip_note(zip: str) -> Note:
    return Note(
        f"Our table has no district for ZIP {zip}. Many P.O. box and business ZIP codes are not in it. "
        "Give your street address, or choose your state and district.",
        f"Nuestra tabla no tiene un distrito para el código postal {zip}. Muchos códigos de apartados "
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
NOWHERE = Note(
    "Our map shows no congressional district at this position; it is coarse along shores and borders. "
    "Give your street address, or choose your state and district.",
    "Nuestro mapa no muestra un distrito del Congreso en esta ubicación; no es muy fino en las costas y "
    "fronteras. Escriba su dirección o elija su estado y distrito.",
)


def _no_map_note(congress: int) -> Note:
    return Note(
        f"We do not have the district lines of the {_ordinal(congress)} Congress, so a position cannot "
        "be looked up here. Give your street address, or choose your state and district.",
        f"No tenemos los límites de los distritos del Congreso n.º {congress}; por eso aquí no se puede buscar "
        "por ubicación. Escriba su dirección o elija su estado y distrito.",
    )


def _old_map_note(congress: int, sitting: int) -> Note:
    old, new = _ordinal(congress), _ordinal(sitting)
    return Note(
        f"These are the districts of the {old} Congress; we do not have the map of the {new} yet.",
        f"Estos son los distritos del Congreso n.º {congress}; todavía no tenemos el mapa del "
        f"Congreso n.º {sitting}.",
    )


def _ordinal(number: int) -> str:
    return f"{number}{ordinal_suffix(number)}"
