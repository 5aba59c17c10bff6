"""Sorting tables of members by any column, as the address asks: ``?sort=lean``, ``?sort=-lean`` downwards."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from campaign.congress.members import Person
from campaign.organizing import whip
from campaign.organizing.member_filter import folded
from campaign.web.organize.shared import by_name


class MemberRow(Protocol):
    """A row of the board or of the worklists."""

    @property
    def person(self) -> Person: ...

    @property
    def values(self) -> dict[str, str]: ...


Row = TypeVar("Row", bound=MemberRow)
Key = Callable[[Any], Any]


def _step(row: MemberRow) -> tuple[str, str] | None:
    """Steps with a day before those without."""
    day, step = row.values["next_on"], row.values["next_step"]
    return (day or "9", step) if day or step else None


# Columns that the board and the worklists share. A key is falsy where the row says nothing in its column.
SHARED: Final[Mapping[str, Key]] = {
    "name": lambda row: (folded(row.person.last), folded(row.person.first)),
    "seat": lambda row: (row.person.state, row.person.district or 0),
    "party": lambda row: row.person.party,
    "lean": lambda row: (whip.LEANS.index(row.values["lean"]),),
    "owner": lambda row: folded(by_name(row.values["owner"])),
    "step": _step,
    "tags": lambda row: row.values["tags"],
}


def sorted_by(rows: Sequence[Row], sort: str, more: Mapping[str, Key]) -> list[Row]:
    """The rows by a column, those that say nothing in it last both ways: nobody looks for blanks.

    A name that is no column's leaves the order as it is.
    """
    key = {**SHARED, **more}.get(sort.removeprefix("-"))
    if key is None:
        return list(rows)
    told = sorted((row for row in rows if key(row)), key=key, reverse=sort.startswith("-"))
    return told + [row for row in rows if not key(row)]
