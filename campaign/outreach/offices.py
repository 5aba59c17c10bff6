"""Which of a member's offices to call now: the nearest that is open by its local time.

A caller's place is the point of their ZIP code (districts/zip_codes.py), or else the middle of their district.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from campaign.congress.bills import congress_on
from campaign.congress.models import Office
from campaign.districts import zip_codes
from campaign.outreach import phone_numbers
from campaign.outreach.time_zones import zone_at

OPENS, CLOSES = time(9), time(17)
REMINDER = time(10)
MONDAY, THURSDAY, SATURDAY = 0, 3, 5
MILES_A_DEGREE = 69.1
# In an office's own words on its hours: it answers by appointment only, or on a few days a month.
SELDOM = re.compile(
    r"appointment|appt|call|cita"
    r"|\b(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|last)\b|every other|alternate|bi-?weekly|month|mes\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Point:
    """Degrees north and east."""

    latitude: float
    longitude: float

    def miles_to(self, other: "Point") -> float:
        """The distance on a flat Earth, within one percent inside a state."""
        north = other.latitude - self.latitude
        east = (other.longitude - self.longitude) * math.cos(math.radians((self.latitude + other.latitude) / 2))
        return MILES_A_DEGREE * math.hypot(north, east)


def point_of(office: Office) -> Point | None:
    if office.latitude is None or office.longitude is None:
        return None
    return Point(office.latitude, office.longitude)


def zone_of(office: Office, place: Point | None = None) -> ZoneInfo:
    """An office's time zone; ``place`` is where it stands if the record has no coordinates of it."""
    place = point_of(office) or place
    return zone_at(office.state, (place.latitude, place.longitude) if place else None)


# --- hours -----------------------------------------------------------------------------------------


def holidays(year: int) -> set[date]:
    """Federal holidays of a year (5 U.S.C. 6103), as observed: moved to a weekday."""
    fixed = [(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)]
    days = {_observed(date(year, month, day)) for month, day in fixed}
    days |= {_nth(year, month, MONDAY, nth) for month, nth in ((1, 3), (2, 3), (9, 1), (10, 2))}
    last_of_may = date(year, 5, 31)
    memorial = last_of_may - timedelta(days=last_of_may.weekday())
    return days | {memorial, _nth(year, 11, THURSDAY, 4), _observed(date(year + 1, 1, 1))}


def _observed(day: date) -> date:
    return day + timedelta(days={SATURDAY: -1, SATURDAY + 1: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def works_on(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in holidays(day.year)


@dataclass(frozen=True)
class OfficeNow:
    """An office with its place, time zone and state now: open, closed, or ask (it has hours of its own).
    ``miles`` is the distance from the caller's ZIP code, None where that or the office's place is not known."""

    office: Office
    at: Point | None
    zone: ZoneInfo
    state: str
    miles: float | None = None

    @property
    def is_washington(self) -> bool:
        return self.office.kind == "washington"

    @property
    def answers(self) -> bool:
        """Whether somebody is likely to answer now: open, or hours of its own that do not say seldom."""
        return self.state != "closed" and not self.is_seldom_open

    @property
    def is_seldom_open(self) -> bool:
        return bool(SELDOM.search(self.office.hours))


def office_now(office: Office, at: Point | None, *, now: datetime) -> OfficeNow:
    zone = zone_of(office, at)
    here = now.astimezone(zone)
    in_hours = works_on(here.date()) and OPENS <= here.time() < CLOSES
    if not in_hours:
        return OfficeNow(office, at, zone, "closed")
    return OfficeNow(office, at, zone, "ask" if office.hours else "open")


def next_morning(place: OfficeNow, *, now: datetime) -> datetime:
    """Ten o'clock local time on the office's next working day after today."""
    day = now.astimezone(place.zone).date() + timedelta(days=1)
    while not works_on(day):
        day += timedelta(days=1)
    return datetime.combine(day, REMINDER, place.zone)


# --- order -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offices:
    """A member's offices that have a telephone: Washington's, then the district's, nearest first. ``hidden``
    are those of which no number is shown, because people reported it.

    ``at_home``: the member's chamber is out, so a district office that answers comes first.
    """

    washington: OfficeNow | None
    local: tuple[OfficeNow, ...]
    hidden: tuple[OfficeNow, ...] = ()
    at_home: bool = False

    @property
    def every(self) -> tuple[OfficeNow, ...]:
        return ((self.washington,) if self.washington else ()) + self.local

    @property
    def nearest_open(self) -> OfficeNow | None:
        """The nearest district office that answers now; one with hours of its own if no other is open."""
        return min((place for place in self.local if place.answers), key=_own_hours, default=None)

    @property
    def first(self) -> OfficeNow | None:
        """The office to call now: Washington's while it is open, else the nearest open one, else Washington's
        voicemail, else that of the nearest with weekly hours; while the chamber is out the nearest open one
        before Washington's. None where only offices are left that are seldom open: the Capitol's switchboard
        reaches more."""
        if self.at_home and self.nearest_open:
            return self.nearest_open
        if self.washington and self.washington.state == "open":
            return self.washington
        usual = (place for place in self.local if not place.is_seldom_open)
        return self.nearest_open or self.washington or next(usual, None)

    def after(self, tried: str) -> OfficeNow | None:
        """The office to try next when ``tried`` (an office's id) did not answer: one that answers now, those
        behind it in the order first; None where no other does."""
        ids = [place.office.id for place in self.every]
        start = ids.index(tried) + 1 if tried in ids else 0
        others = [*self.every[start:], *self.every[:start]]
        likely = (place for place in others if place.answers and place.office.id != tried)
        return min(likely, key=_own_hours, default=None)

    def instead_of(self, id: str) -> OfficeNow | None:
        """The office to call now where that of ``id`` cannot be called."""
        washington = None if self.washington and self.washington.office.id == id else self.washington
        return Offices(washington, tuple(place for place in self.local if place.office.id != id)).first

    def by_id(self, id: str) -> OfficeNow | None:
        return next((place for place in self.every if place.office.id == id), None)

    def known(self, id: str) -> OfficeNow | None:
        """An office by its id, with its number shown or hidden."""
        return next((place for place in (*self.every, *self.hidden) if place.office.id == id), None)


def _own_hours(place: OfficeNow) -> bool:
    """The sorting key of offices that answer: those that are open come before those with hours of their own."""
    return place.state != "open"


def offices_now(session: Session, bioguide: str, *, now: datetime) -> tuple[OfficeNow, ...]:
    """A member's offices with a telephone, as they are in this hour; Washington first."""
    found = phone_numbers.callable_offices(session, bioguide)
    return tuple(office_now(office, _where(session, office), now=now) for office in found)


def arranged(
    every: Sequence[OfficeNow], near: Point | None, *, from_caller: bool = False, at_home: bool = False
) -> Offices:
    """A member's offices, those in the district sorted by distance from ``near`` if given; ``from_caller`` says
    that this is where the caller is, so that the distance in miles means something; ``at_home`` that the
    member's chamber is out."""
    places = [place for place in every if place.office.phone]
    local = [place for place in places if not place.is_washington]
    if near is not None:
        local = [replace(place, miles=near.miles_to(place.at) if place.at else None) for place in local]
        local.sort(key=lambda place: math.inf if place.miles is None else place.miles)
    if not from_caller:
        local = [replace(place, miles=None) for place in local]
    washington = next((place for place in places if place.is_washington), None)
    hidden = tuple(place for place in every if not place.office.phone)
    return Offices(washington, tuple(local), hidden, at_home)


def _where(session: Session, office: Office) -> Point | None:
    """Where an office is. One in fifty is listed without coordinates: then its ZIP code tells."""
    if office.kind == "washington":
        return None
    return point_of(office) or (centre_of_zip(session, office.zip[:5]) if office.zip else None)


# --- where a caller is -----------------------------------------------------------------------------


def centre_of_zip(session: Session, zip: str) -> Point | None:
    """A point in a ZIP code of five digits (``finder.zip_of`` makes them from user input); None where none is
    known."""
    return _point(zip_codes.point_of_zip(session, zip))


def centre_of_seat(session: Session, seat: str, *, now: datetime) -> Point | None:
    """The middle of a House seat's ZIP codes on the map that serves at ``now``; None for a senator's seat: a
    state has no one middle."""
    if "-" not in seat:
        return None
    return _point(zip_codes.middle_of_seat(session, seat, congress=congress_on(now)))


def _point(place: zip_codes.Coordinates | None) -> Point | None:
    return Point(*place) if place else None
