"""The states as equal squares, each near where it lies. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Columns and rows of the common tile map of the states (after NPR's of 2015).
TILES: Final = {
    "AK": (0, 0), "ME": (11, 0), "VT": (10, 1), "NH": (11, 1), "WA": (1, 2), "ID": (2, 2), "MT": (3, 2),
    "ND": (4, 2), "MN": (5, 2), "IL": (6, 2), "WI": (6, 1), "MI": (8, 2), "NY": (9, 2), "RI": (11, 2),
    "MA": (10, 2), "OR": (1, 3), "NV": (2, 3), "WY": (3, 3), "SD": (4, 3), "IA": (5, 3), "IN": (6, 3),
    "OH": (7, 3), "PA": (8, 3), "NJ": (9, 3), "CT": (10, 3), "CA": (1, 4), "UT": (2, 4), "CO": (3, 4),
    "NE": (4, 4), "MO": (5, 4), "KY": (6, 4), "WV": (7, 4), "VA": (8, 4), "MD": (9, 4), "DE": (10, 4),
    "AZ": (2, 5), "NM": (3, 5), "KS": (4, 5), "AR": (5, 5), "TN": (6, 5), "NC": (7, 5), "SC": (8, 5),
    "DC": (9, 5), "OK": (4, 6), "LA": (5, 6), "MS": (6, 6), "AL": (7, 6), "GA": (8, 6), "HI": (0, 7),
    "TX": (4, 7), "FL": (9, 7), "GU": (0, 5), "AS": (0, 6), "MP": (0, 4), "PR": (11, 7), "VI": (11, 6),
}  # fmt: skip
# Units of a tile with its gap, and without.
CELL, SIDE = 10, 9


@dataclass(frozen=True)
class StateTile:
    """A state's square with how many of its members are on the bills; ``own`` is the reader's state."""

    state: str
    x: int
    y: int
    count: int
    own: bool

    @property
    def square(self) -> str:
        """Its outline as an SVG path."""
        return f"M{self.x} {self.y}h{SIDE}v{SIDE}h-{SIDE}z"


@dataclass(frozen=True)
class StateMap:
    tiles: tuple[StateTile, ...]
    width: int = 12 * CELL
    height: int = 8 * CELL

    @property
    def on(self) -> tuple[StateTile, ...]:
        """The states with a member on the bills, by name of their code."""
        return tuple(tile for tile in self.tiles if tile.count)

    @property
    def off(self) -> tuple[StateTile, ...]:
        return tuple(tile for tile in self.tiles if not tile.count)

    @property
    def own(self) -> StateTile | None:
        return next((tile for tile in self.tiles if tile.own), None)


def state_map(counts: Mapping[str, int], own: str = "") -> StateMap:
    """The map of ``counts``, how many are on by state."""
    placed = sorted(TILES.items())
    return StateMap(
        tuple(
            StateTile(state, column * CELL, row * CELL, counts.get(state, 0), state == own)
            for state, (column, row) in placed
        )
    )
