"""When the districts of the House were redrawn: a seat is the same seat only on the same map."""

from datetime import date
from typing import Final, NamedTuple


class MapChange(NamedTuple):
    """The first day of new districts. ``states`` is None where all states redrew theirs."""

    day: date
    states: frozenset[str] | None
    source: str


MAP_CHANGES: Final = (
    MapChange(date(2023, 1, 3), None, "reapportionment after the census of 2020 (2 U.S.C. 2a)"),
    MapChange(
        date(2025, 1, 3),
        frozenset({"AL", "GA", "LA", "NC", "NY"}),
        "Census, block equivalency files of the 119th Congress, corrected for these states",
    ),
    MapChange(
        date(2027, 1, 3),
        frozenset({"AL", "CA", "FL", "LA", "NC", "OH", "TN", "TX", "UT"}),
        "state laws and court orders of 2025 and 2026; Missouri keeps its districts (U.S. 26A388)",
    ),
)


def same_map(state: str, then: date, now: date) -> bool:
    """Whether a state has the same House districts on two days, in either order.

    Days before 2023 are known to be on another map than days after, not to be on one map among themselves.
    """
    first, last = sorted((then, now))
    changes = (change for change in MAP_CHANGES if first < change.day <= last)
    return not any(change.states is None or state in change.states for change in changes)


def same_district(seat: str, then: date, now: date) -> bool:
    """Whether a House seat (``TX-20``) is the same district on two days; a whole state (``AK-0``) stays one."""
    state, _, district = seat.partition("-")
    return district == "0" or same_map(state, then, now)
