"""Which seats represent a place: ``found``, ``split`` or ``unknown``; never a guess and never "invalid".

The map is that of the sitting Congress, not the newest one: maps drawn in 2026 are for the 120th Congress and
apply from noon on 3 January 2027. It is chosen state by state (``vintages``). Addresses and points are neither
stored nor logged.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import congress_on
from campaign.congress.models import SourceState
from campaign.congress.terms import term_day
from campaign.districts import boundaries, census, maps, notes, typed_places, vintages, zip_codes
from campaign.districts.answers import (
    FindResult,
    Holders,
    Share,
    for_territory,
    in_order,
    read_holders,
)
from campaign.districts.census import Match
from campaign.districts.models import DistrictShape, ZipCode, ZipSeat
from campaign.districts.notes import Note
from campaign.districts.typed_places import TypedPlace
from campaign.districts.vintages import Vintages
from campaign.districts.zip_table import ZipTable
from campaign.fetch import Fetcher
from campaign.refusals import Refused
from campaign.settings import Settings

Version = tuple[Any, ...]
# How long the index in memory may be older than the tables; a check is one small query.
RECHECK = timedelta(seconds=5)
POINT = re.compile(r"(-?\d{1,2}(?:\.\d+)?)(?: ?[,;] ?| )(-?\d{1,3}(?:\.\d+)?)", re.ASCII)
LONGEST_POINT = 60
LONGEST_ADDRESS = 200


# --- ZIP -------------------------------------------------------------------------------------------


def zip_of(text: str) -> str:
    """The five digits of a ZIP code (``typed_places.read_zip``). Raises Refused for text that holds none."""
    return typed_places.read_zip(text).zip


def by_zip(session: Session, text: str, *, now: datetime) -> FindResult:
    """The seats of a ZIP code: of its own state first, with most of its land first where the shares are known.

    The senators are named wherever the state is known. The seat of a ZIP code without land of its own, such as
    one for P.O. boxes, is ``likely`` or ``unknown``. Raises Refused for text that cannot be a ZIP code.
    """
    typed = typed_places.read_zip(text)
    current = index(session, now=now)
    shares, place = _look_up(session, current, typed.zip)
    if typed.completed and place is None and not shares:
        raise typed_places.no_zip()
    found = _find_zip(session, current, typed.zip, shares, place)
    states = _states_in(found)
    if typed.state and states and typed.state not in states:
        return FindResult("unknown", found.congress, notes=(notes.other_state(typed.zip, states, typed.state),))
    if typed.state and place is None and found.result == "unknown":
        found = current.holders.without_seat(found.congress, typed.state, *found.notes)
    found = found.noted(*_coming(session, typed.zip, found, now))
    return found.noted(notes.completed(typed.zip)) if typed.completed else found


def _coming(session: Session, zip_code: str, found: FindResult, now: datetime) -> Iterator[Note]:
    """From 1 December on: the seats of a ZIP code with the next Congress, where its table is stored and they
    change. A state that the table lacks keeps its seats."""
    congress = maps.coming_congress(now)
    if congress == congress_on(now) or not found.seats:
        return
    rows = session.exec(select(ZipSeat.seat).where(ZipSeat.congress == congress, ZipSeat.zip == zip_code))
    later, seats = set(rows), {hit.seat for hit in found.seats}
    states = {seat[:2] for seat in later}
    later |= {seat for seat in seats if seat[:2] not in states}
    if states and later != seats:
        yield notes.coming_seats(sorted(later, key=in_order), congress)


def _look_up(session: Session, current: "Index", zip_code: str) -> tuple[tuple[Share, ...], ZipCode | None]:
    """A ZIP code's seats; for one that the ZIP table lacks, its row in the table of all ZIP codes."""
    shares = current.zips.shares(session, zip_code)
    return shares, None if shares else zip_codes.zip_code(session, zip_code)


def _find_zip(
    session: Session, current: "Index", zip_code: str, shares: Sequence[Share], place: ZipCode | None
) -> FindResult:
    point = zip_codes.coordinates(place)
    at_point = (
        boundaries.seats_at(session, current.sitting, *point) if point and current.asks_map(place) else ()
    )
    return current.find(zip_code, shares, place, at_point)


@dataclass(frozen=True)
class Index:
    """In memory: which maps are used, the holders of all seats, and the ZIP table once somebody asked for it.

    ``vintages`` tells where the maps are of the last Congress, and where they apply no longer. ``only_seats``
    are the House seats of states and territories with one. ``version`` changes when a table is imported;
    ``checked`` is when it was last compared.
    """

    sitting: int
    vintages: Vintages
    zips: ZipTable
    only_seats: dict[str, str]
    holders: Holders
    version: Version
    checked: datetime

    def asks_map(self, place: ZipCode | None) -> bool:
        """Whether the seat of a ZIP code outside of the ZIP table depends on where its point lies."""
        return bool(place and place.state and place.state not in self.only_seats and _has_seats(place))

    def find(
        self, zip_code: str, shares: Sequence[Share], place: ZipCode | None = None, at_point: Sequence[str] = ()
    ) -> FindResult:
        """The answer for a ZIP code with its seats. For one that the ZIP table lacks, ``place`` is its row in
        the table of all ZIP codes, and ``at_point`` are the seats at or near its point."""
        if shares:
            found = self._of_shares(zip_code, shares)
        elif place is None:
            found = self.holders.without_seat(self.sitting, "", notes.unknown_zip(zip_code))
        else:
            found = self._find_place(place, at_point)
        return for_territory(found)

    def _of_shares(self, zip_code: str, shares: Sequence[Share]) -> FindResult:
        """The answer by the ZIP table: no seat where a state of them has new districts that are not stored."""
        states = list(dict.fromkeys(share.seat[:2] for share in shares))
        congress = self.vintages.used(states)
        redrawn = [share.seat for share in shares if share.seat[:2] in self.vintages.missing]
        if redrawn:
            note = notes.new_districts(zip_code, redrawn, self.sitting)
            state = states[0] if len(states) == 1 else ""
            found = self.holders.without_seat(congress, state, note)
            return replace(found, senators=self.holders.senators(states))
        return self.holders.answer(congress, shares, list(self._notes(shares)))

    def _notes(self, shares: Sequence[Share]) -> Iterator[Note]:
        if any(share.part == "other_state" for share in shares):
            yield notes.over_the_line(dict.fromkeys(share.seat[:2] for share in shares))

    def _find_place(self, place: ZipCode, at_point: Sequence[str]) -> FindResult:
        if not _has_seats(place):
            return self.holders.without_seat(self.sitting, "", _why_none(place))
        congress = self.vintages.used([place.state])
        if only := self.only_seats.get(place.state):
            return self.holders.answer(congress, [Share(only)])
        # A seat of another state contradicts the table: then the point is not to be trusted.
        if len(at_point) == 1 and at_point[0][:2] == place.state:
            shares = [Share(at_point[0])]
            found = self.holders.answer(congress, shares, [notes.LIKELY, *self._notes(shares)])
            return replace(found, likely=True)
        unsure = notes.unsure_zip(place.zip, place.state)
        if place.state in self.vintages.missing:
            unsure = notes.new_districts_at_point([place.state], self.sitting)
        return self.holders.without_seat(congress, place.state, unsure)


def _has_seats(place: ZipCode) -> bool:
    """Whether people are elected to Congress where a ZIP code lies."""
    return bool(place.state) and place.kind != "military" and place.state not in notes.ASSOCIATED


def _why_none(place: ZipCode) -> Note:
    if place.kind == "military":
        return notes.military_mail(place.zip)
    if place.state:
        return notes.not_in_congress(place.zip, place.state)
    return notes.stateless_zip(place.zip)


# One index for each database. An engine with other options shares the connection pool of its database.
_indexes: "WeakKeyDictionary[Any, Index]" = WeakKeyDictionary()
_reading = threading.Lock()


def index(session: Session, *, now: datetime) -> Index:
    """The index of this database for the Congress that sits at ``now``, cached. Changed tables show in it
    after at most ``RECHECK``."""
    database, sitting = session.get_bind().engine.pool, congress_on(now)
    if found := _checked_lately(database, sitting, now):
        return found
    # Whoever comes meanwhile waits for it, and does not read, too.
    with _reading:
        found = _checked_lately(database, sitting, now) or _read_if_changed(session, database, sitting, now)
        _indexes[database] = found
        return found


def _checked_lately(database: Any, sitting: int, now: datetime) -> Index | None:
    cached = _indexes.get(database)
    lately = cached and cached.sitting == sitting and timedelta(0) <= now - cached.checked < RECHECK
    return cached if lately else None


def _read_if_changed(session: Session, database: Any, sitting: int, now: datetime) -> Index:
    cached, version = _indexes.get(database), _version(session, now)
    if cached and cached.sitting == sitting and cached.version == version:
        return replace(cached, checked=now)
    return _read_index(session, sitting, version, now)


def _version(session: Session, now: datetime) -> Version:
    """When each table that the index holds was imported last, and the day: terms begin and end by it."""
    rows = session.exec(select(SourceState.name, SourceState.checked_at).order_by(SourceState.name))
    return term_day(now), *(row for row in rows if row[0] == "members" or row[0].startswith("zip"))


def _read_index(session: Session, sitting: int, version: Version, now: datetime) -> Index:
    vintage = vintages.stored(session, ZipSeat, sitting)
    holders = read_holders(session, now=now)
    return Index(sitting, vintage, ZipTable(vintage), _only_seats(session), holders, version, now)


def _only_seats(session: Session) -> dict[str, str]:
    by_state: dict[str, list[str]] = defaultdict(list)
    for seat in members.seats(session, "house"):
        by_state[seat.state].append(seat.id)
    return {state: ids[0] for state, ids in by_state.items() if len(ids) == 1}


# --- address and point -----------------------------------------------------------------------------


def by_address(
    fetcher: Fetcher, settings: Settings, session: Session, text: str, *, now: datetime
) -> FindResult:
    """The seats of a street address by the Census geocoder; the address is sent nowhere else.

    A ZIP code alone is looked up as one. An address that the geocoder cannot place, or places elsewhere than
    its state and ZIP code say, is ``unknown``, with the reason in ``note``, unless its ZIP code or state has
    one seat; so is every address while the geocoder fails. Raises Refused for text that cannot be an address.
    """
    address = " ".join(text.split())
    if _is_zip(address):
        return by_zip(session, address, now=now)
    if not 5 <= len(address) <= LONGEST_ADDRESS or not re.search(r"[^\W\d_]", address):
        raise Refused(
            "Enter a street address with city and state or ZIP code, like 100 Main St, San Antonio TX 78205.",
            "Escriba una dirección con ciudad y estado o código postal, por ejemplo "
            "100 Main St, San Antonio TX 78205.",
        )
    answer = census.ask_address(fetcher, settings, address, congress_on(now))
    return _matched(session, answer, typed_places.read_place(address), now)


def _is_zip(text: str) -> bool:
    try:
        return bool(typed_places.read_zip(text).zip)
    except Refused:
        return False


def _matched(session: Session, answer: census.Answer, typed: TypedPlace, now: datetime) -> FindResult:
    """The answer for the matches that agree with the typed state and ZIP code."""
    current, congress = index(session, now=now), congress_on(now)
    by_zip_alone = _by_typed_zip(session, current, typed)
    states = {typed.state} if typed.state else _states_in(by_zip_alone)
    fitting = [match for match in answer.matches if _agrees(match, typed, states)]
    if fitting:
        seats = census.Answer(tuple(fitting)).seats
        return _of_seats(current, census.map_used(congress, seats), seats)
    if answer.matches:
        elsewhere = notes.matched_elsewhere("; ".join(dict.fromkeys(map(_shown, answer.matches))))
        return current.holders.without_seat(congress, states.pop() if len(states) == 1 else "", elsewhere)
    return _unmatched(current, congress, answer, typed, by_zip_alone)


def _unmatched(
    current: Index, congress: int, answer: census.Answer, typed: TypedPlace, by_zip_alone: FindResult | None
) -> FindResult:
    states = {typed.state} if typed.state else _states_in(by_zip_alone)
    state = states.pop() if len(states) == 1 else ""
    if answer.reason != census.NO_DISTRICT:
        if by_zip_alone and by_zip_alone.result == "found" and by_zip_alone.state == (state or None):
            return by_zip_alone.noted(notes.BY_ZIP)
        if only := current.only_seats.get(state):
            return for_territory(current.holders.answer(congress, [Share(only)], [notes.BY_STATE]))
    silent = answer.reason in (census.NO_ANSWER, census.SWITCHED_OFF)
    if silent and by_zip_alone and by_zip_alone.result == "split" and states <= _states_in(by_zip_alone):
        return by_zip_alone.noted(notes.BY_ZIP)
    return current.holders.without_seat(congress, state, Note(*answer.reason))


def _by_typed_zip(session: Session, current: Index, typed: TypedPlace) -> FindResult | None:
    if not typed.zip:
        return None
    return _find_zip(session, current, typed.zip, *_look_up(session, current, typed.zip))


def _states_in(found: FindResult | None) -> set[str]:
    if found is None:
        return set()
    return {found.state, *(hit.seat[:2] for hit in found.seats)} - {""}


def _agrees(match: Match, typed: TypedPlace, states: set[str]) -> bool:
    """Whether a match lies in a state that was typed and near the ZIP code: codes that share their first three
    digits are served by one sorting center (USPS Publication 65)."""
    if states and not states & {seat[:2] for seat in match.seats}:
        return False
    return not (typed.zip and match.zip) or typed.zip[:3] == match.zip[:3]


def _shown(match: Match) -> str:
    return match.address or ", ".join(match.seats)


def _of_seats(current: Index, congress: int, seats: Sequence[str], note: Note | None = None) -> FindResult:
    return current.holders.answer(congress, [Share(seat) for seat in seats], [note] if note else [])


def by_point(session: Session, text: str, *, now: datetime) -> FindResult:
    """The seat at ``LAT,LON`` (decimal degrees) by the stored boundaries that apply now; the point is sent
    nowhere.

    ``split`` near a district line; ``unknown`` outside of all districts, where no boundaries are stored and
    where a state has new ones that are not. Raises Refused for text that cannot be a point.
    """
    latitude, longitude = point_of(text)
    congress = congress_on(now)
    located = boundaries.locate(session, congress, latitude, longitude)
    states = list(dict.fromkeys(seat[:2] for seat in located.seats))
    current = index(session, now=now)
    if located.redrawn:
        note = notes.new_districts_at_point(located.redrawn, congress)
        found = current.holders.without_seat(located.congress, states[0] if len(states) == 1 else "", note)
        return replace(found, senators=current.holders.senators(states))
    if located.seats:
        near_a_line = notes.NEAR_A_LINE if len(located.seats) > 1 else None
        return _of_seats(current, located.congress, located.seats, near_a_line)
    note = notes.OUTSIDE_OF_DISTRICTS if has_boundaries(session, now=now) else notes.no_map(congress)
    return FindResult("unknown", congress, notes=(note,))


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
    answer = census.ask_point(fetcher, settings, *point_of(text), congress_on(now))
    if not answer.seats:
        return by_map
    congress = census.map_used(congress_on(now), answer.seats)
    return _of_seats(index(session, now=now), congress, answer.seats)


def has_boundaries(session: Session, *, now: datetime) -> bool:
    """Whether points can be looked up: boundaries up to the sitting Congress are stored."""
    known = sa.select(col(DistrictShape.seat)).where(col(DistrictShape.congress) <= congress_on(now))
    return session.scalar(known.limit(1)) is not None


def point_of(text: str) -> tuple[float, float]:
    """``(latitude, longitude)`` in degrees. Raises Refused for text that cannot be a point."""
    # Blanks are folded and the length is bounded first, so that no pattern can be made to search for long.
    if len(text) <= LONGEST_POINT and (match := POINT.fullmatch(" ".join(text.split()))):
        latitude, longitude = float(match[1]), float(match[2])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    raise Refused(
        "A point is latitude and longitude in degrees, such as 29.42,-98.49.",
        "Un punto es latitud y longitud en grados, por ejemplo 29.42,-98.49.",
    )
