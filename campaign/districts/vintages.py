"""Which stored map is used for each state: the newest up to a Congress, and whether its districts still apply.

A state whose districts did not change goes on with the table of an earlier Congress; a state that has new ones
does not, until its own new table is imported.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from campaign.congress.bills import congress_start
from campaign.districts import maps
from campaign.districts.models import DistrictShape, ZipSeat

Table = type[ZipSeat] | type[DistrictShape]


@dataclass(frozen=True)
class Vintages:
    """The Congress of the newest stored map of each state up to ``congress``. ``missing`` are the states whose
    districts changed since: their stored map applies no longer."""

    congress: int
    by_state: Mapping[str, int] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    def used(self, states: Iterable[str]) -> int:
        """The Congress whose map is used for these states: the oldest of theirs."""
        return min((self.by_state.get(state, self.congress) for state in states), default=self.congress)

    def uses(self, congress: int, seat: str) -> bool:
        """Whether a row of a Congress is of the newest map of its seat's state."""
        return self.by_state.get(seat[:2]) == congress


def stored(session: Session, table: Table, congress: int) -> Vintages:
    """The vintages of the ZIP table or of the boundaries for a Congress."""
    rows = session.execute(_states(table, congress)).all()
    return _chosen([(state, known) for _name, state, known in rows], congress)


def _states(table: Table, congress: int) -> sa.Select[tuple[str, str, int]]:
    """The name of the table with each state and Congress of which it has rows."""
    number, state = col(table.congress), sa.func.substr(col(table.seat), 1, 2)
    name = sa.literal(str(table.__tablename__))
    return sa.select(name, state, number).where(number <= congress).distinct()


def _chosen(rows: Iterable[tuple[str, int]], congress: int) -> Vintages:
    newest: dict[str, int] = {}
    for code, known in rows:
        newest[code] = max(known, newest.get(code, 0))
    missing = (code for code, known in newest.items() if not maps.applies(code, known, congress))
    return Vintages(congress, newest, frozenset(missing))


@dataclass(frozen=True)
class MissingMaps:
    """The states whose new districts of a Congress are stored neither as a ZIP table nor as boundaries, by
    code and sorted."""

    congress: int
    zips: tuple[str, ...] = ()
    boundaries: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.zips or self.boundaries)

    @property
    def first_day(self) -> date:
        """The day on whose noon the new districts begin to count."""
        return congress_start(self.congress).date()

    @property
    def keep(self) -> list[tuple[str, int]]:
        """The states that ``campaign districts fetch`` is to keep, each with the Congress of its map."""
        return [
            (state, maps.VOID_AT_CENSUS[self.congress, state])
            for state in sorted(maps.void_states(self.congress))
        ]

    @property
    def command(self) -> str:
        kept = "".join(f" --keep {state}={before}" for state, before in self.keep)
        return f"campaign districts fetch --congress {self.congress}{kept}"


def missing_maps(session: Session, *, now: datetime) -> MissingMaps:
    """What is missing for the Congress that sits, or from 1 December on for the one that comes."""
    congress = maps.coming_congress(now)
    both = _states(ZipSeat, congress).union_all(_states(DistrictShape, congress))
    rows = session.execute(both).all()
    zips, shapes = (
        _chosen(
            [(state, known) for name, state, known in rows if name == table.__tablename__], congress
        ).missing
        for table in (ZipSeat, DistrictShape)
    )
    return MissingMaps(congress, tuple(sorted(zips)), tuple(sorted(shapes)))
