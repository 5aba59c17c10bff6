"""Stores the days in session, and says whether a chamber is out.

Both calendars are plans: an ordinary weekday is "expected in session", not more.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.calendar.models import SessionDay
from campaign.congress.bills import WASHINGTON

# So many weekdays in a row without a sitting are a recess; a long weekend is none.
WEEKDAYS_OUT = 5
# How far the calendars are looked through, before and after today.
BEHIND, AHEAD = timedelta(days=21), timedelta(days=120)


def store_house(session: Session, days: Mapping[date, str]) -> int:
    """Replace the House's days; returns how many differ."""
    return _replace(session, "house", days)


def store_senate(session: Session, year: int, days: Iterable[date]) -> int:
    """Replace the Senate's days out of one year; returns how many differ."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return _replace(session, "senate", dict.fromkeys(days, "out"), first, last)


def _replace(
    session: Session,
    chamber: str,
    days: Mapping[date, str],
    first: date = date.min,
    last: date = date.max,
) -> int:
    query = select(SessionDay).where(
        SessionDay.chamber == chamber, SessionDay.day >= first, SessionDay.day <= last
    )
    known = {row.day: row.kind for row in session.exec(query)}
    wanted = {day: kind for day, kind in days.items() if first <= day <= last}
    if known == wanted:
        return 0
    changed = [day for day in {*known, *wanted} if known.get(day) != wanted.get(day)]
    session.execute(
        sa.delete(SessionDay).where(col(SessionDay.chamber) == chamber, col(SessionDay.day).in_(changed))
    )
    for day in changed:
        if day in wanted:
            session.add(SessionDay(chamber=chamber, day=day, kind=wanted[day]))
    return len(changed)


@dataclass(frozen=True)
class Recess:
    """A chamber that is out today. ``back`` is its next planned day in session; None: no plan reaches it."""

    chamber: str
    back: date | None


def recess(session: Session, chamber: str, *, now: datetime) -> Recess | None:
    """Whether a chamber is out today: for at least a week, or because the day's votes were called off; None
    where it is not, and where no calendar tells.

    A pro forma sitting has no business: members are at home.
    """
    today = now.astimezone(WASHINGTON).date()
    kinds = _kinds(session, chamber, today)
    if not any(day >= today for day in kinds) or _meets(chamber, today, kinds):
        return None
    back = next((day for day in _days(today, _last_known(chamber, today)) if _meets(chamber, day, kinds)), None)
    before = today - timedelta(days=1)
    while before > today - BEHIND and not _meets(chamber, before, kinds):
        before -= timedelta(days=1)
    missed = sum(day.weekday() < 5 for day in _days(before + timedelta(days=1), back or today + AHEAD))
    called_off = kinds.get(today) == "cancelled"
    return Recess(chamber, back) if missed >= WEEKDAYS_OUT or called_off else None


def _days(first: date, end: date) -> Iterator[date]:
    while first < end:
        yield first
        first += timedelta(days=1)


def _last_known(chamber: str, today: date) -> date:
    """The Senate's schedule lists the days out of one year: of the next year nothing is known."""
    return today + AHEAD if chamber == "house" else min(today + AHEAD, date(today.year + 1, 1, 1))


def _kinds(session: Session, chamber: str, today: date) -> dict[date, str]:
    query = select(SessionDay).where(
        SessionDay.chamber == chamber, SessionDay.day > today - BEHIND, SessionDay.day < today + AHEAD
    )
    return {row.day: row.kind for row in session.exec(query)}


def _meets(chamber: str, day: date, kinds: Mapping[date, str]) -> bool:
    if chamber == "house":
        return kinds.get(day) == "votes"
    return day.weekday() < 5 and kinds.get(day) != "out"
