"""Days as spreadsheets rewrite them: ``12/25/2026`` for 2026-12-25, month or day first as the computer is set.

A day that reads two ways is settled by the other days of its file, or not at all.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from campaign.organizing.exports import Line
from campaign.refusals import Refused

COLUMN = "next_on"
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0+)?)?$")
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
MONTH_FIRST, DAY_FIRST = "month first", "day first"


def readings(text: str) -> dict[str, date]:
    """Every day that a text can mean, by the order it is read in. Empty for what is no day."""
    text = _MIDNIGHT.sub("", text)
    match = _NUMBERS.fullmatch(text)
    if match is None:
        day = _day_of_iso(text)
        return {MONTH_FIRST: day, DAY_FIRST: day} if day else {}
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if year < 100 else 0
    both = {MONTH_FIRST: _day(year, first, second), DAY_FIRST: _day(year, second, first)}
    return {order: day for order, day in both.items() if day}


def day_of(text: str) -> date | None:
    """The one day that a text means; None for an empty one. Raises Refused for none, or for two."""
    if not text:
        return None
    days = sorted(set(readings(text).values()))
    if not days:
        raise Refused(
            f"“{text[:40]}” is not a day; write it as 2026-06-01.",
            f"«{text[:40]}» no es una fecha; escríbala como 2026-06-01.",
        )
    if len(days) > 1:
        raise Refused(
            f"“{text}” can be two days; write it as {days[0]} or as {days[1]}.",
            f"«{text}» puede ser dos fechas; escríbala como {days[0]} o como {days[1]}.",
        )
    return days[0]


def _day_of_iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def settled(lines: Sequence[Line], board: Mapping[str, str]) -> list[Line]:
    """The lines with their days as ISO dates, as far as the file tells in which order it writes them.

    It tells by a day that reads one way alone, and by one that stands on the board (``board``: day by Bioguide
    id). Where it tells both orders or none, days that read two ways stay as they are written.
    """
    orders = {order for line in lines if (order := _order(line, board))}
    order = orders.pop() if len(orders) == 1 else ""
    return [_in_order(line, order) for line in lines]


def _order(line: Line, board: Mapping[str, str]) -> str:
    """The order in which a line writes its day; empty where it does not tell."""
    found = readings(line.cells.get(COLUMN, ""))
    if len(found) == 1:
        return next(iter(found))
    held = board.get(line.cells.get("bioguide", "").upper(), "")
    fitting = [order for order, day in found.items() if day.isoformat() == held]
    return fitting[0] if len(fitting) == 1 else ""


def _in_order(line: Line, order: str) -> Line:
    found = readings(line.cells.get(COLUMN, ""))
    day = found.get(order) or (next(iter(found.values())) if len(set(found.values())) == 1 else None)
    return replace(line, cells={**line.cells, COLUMN: day.isoformat()}) if day else line
