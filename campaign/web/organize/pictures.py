"""Pictures of a bill as numbers, for SVG templates to draw: growth, seats by state, a committee's seating.

Every mark has a shape of its own, so that none depends on colour; beside each picture stands its table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from campaign.congress import ledger
from campaign.congress.bills import BillId
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Person
from campaign.congress.models import Bill, Committee, CommitteeSeat, Cosponsorship, Seat
from campaign.organizing import labels
from campaign.organizing.counts import over_time
from campaign.web.core.tiles import TILES

WIDTH, HEIGHT, MARGIN = 720, 320, 40
LABEL_ROOM, LABEL_GAP = 176, 18
CELL, SQUARE, IN_ROW = 74, 9, 7


# --- growth ---


@dataclass(frozen=True)
class Line:
    """One bill's co-sponsors by days since its introduction; ``known`` is false for as-introduced only."""

    bill: BillId
    title: str
    path: str
    end_x: float
    end_y: float
    label_y: float
    last: int
    days: int
    dash: str
    known: bool
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Growth:
    lines: tuple[Line, ...]
    ticks_x: tuple[tuple[int, float], ...]
    ticks_y: tuple[tuple[int, float], ...]
    width: int = WIDTH
    height: int = HEIGHT
    margin: int = MARGIN


# Solid for the newest, then ever more broken: told apart without colour.
DASHES = ("", "8 4", "2 4", "12 4 2 4", "1 6")


def growth(bills: Sequence[tuple[Bill, Sequence[Cosponsorship]]], *, today: date) -> Growth | None:
    """The bills of a proposal on one axis of days since introduction; None where none can be drawn."""
    series = []
    for bill, rows in bills:
        if bill.introduced is None or not rows:
            continue
        steps = [(max(0, (day - bill.introduced).days), count) for day, count in over_time(rows)]
        last_day = max(steps[-1][0], (_known_until(bill, today) - bill.introduced).days)
        series.append((bill, steps, last_day))
    if not series:
        return None
    longest = max(last for _, _, last in series) or 1
    highest = max(count for _, steps, _ in series for _, count in steps) or 1

    def x(days: int) -> float:
        return round(MARGIN + days / longest * (WIDTH - MARGIN - LABEL_ROOM), 1)

    def y(count: float) -> float:
        return round(HEIGHT - MARGIN - count / (highest * 1.1) * (HEIGHT - 2 * MARGIN), 1)

    label_ys = labels.spread([y(steps[-1][1]) for _, steps, _ in series], LABEL_GAP)
    lines = []
    for number, (bill, steps, last_day) in enumerate(series):
        drawn = "".join(f"H{x(days)}V{y(count)}" for days, count in steps)
        end_x, end_y = x(last_day), y(steps[-1][1])
        lines.append(
            Line(
                bill=BillId.of(bill.id),
                title=bill.title,
                path=f"M{x(0)} {y(0)}{drawn}H{end_x}",
                end_x=end_x,
                end_y=end_y,
                label_y=round(label_ys[number], 1),
                last=steps[-1][1],
                days=last_day,
                dash=DASHES[number % len(DASHES)],
                known=not bill.partial,
                points=tuple(steps),
            )
        )
    ticks_x = tuple((days, x(days)) for days in _rounds(longest))
    # The newest Congress first.
    lines.sort(key=lambda line: (-line.bill.congress, line.bill.type))
    return Growth(tuple(lines), ticks_x, tuple((count, y(count)) for count in _rounds(highest)))


def _known_until(bill: Bill, today: date) -> date:
    """The last day the record speaks for: of a bill that was never read whole, its first."""
    if bill.partial or bill.observed_at is None:
        return bill.introduced or today
    return ledger.known_until(bill, today)


def _rounds(most: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if most / s <= 5)
    return list(range(0, most + 1, step))


# --- seats by state ---


@dataclass(frozen=True)
class Mark:
    """One seat: where it stands in the picture, whose it is and how it stands to the bill."""

    x: float
    y: float
    seat: str
    name: str
    standing: str


@dataclass(frozen=True)
class Tile:
    state: str
    x: float
    y: float
    marks: tuple[Mark, ...]

    def count(self, standing: str) -> int:
        return sum(mark.standing == standing for mark in self.marks)


@dataclass(frozen=True)
class TileMap:
    tiles: tuple[Tile, ...]
    square: int = SQUARE
    width: int = 12 * CELL
    height: int = 8 * CELL + 8
    cell: int = CELL


STANDINGS = ("sponsor", "on", "was", "committee", "vacant", "none")


def tile_map(
    record: BillRecord, seats: Iterable[Seat], sitting: Iterable[Person], was: set[str], committee: set[str]
) -> TileMap:
    """One square a seat of the bill's chamber. ``was``: former supporters; ``committee``: seats on a
    committee of referral."""
    holders: dict[str, list[Person]] = {}
    for person in sitting:
        if person.chamber == record.id.chamber:
            holders.setdefault(person.seat or "", []).append(person)
    tiles: dict[str, list[tuple[str, str, str]]] = {}
    for seat in seats:
        if seat.chamber != record.id.chamber:
            continue
        here, people = tiles.setdefault(seat.state, []), holders.get(seat.id, [])
        here += [(seat.id, person.name, _standing(person, record, was, committee)) for person in people]
        here += [(seat.id, "", "vacant")] * (seat.places - len(people))
    return TileMap(tuple(_tile(state, marks) for state, marks in sorted(tiles.items()) if state in TILES))


def _standing(person: Person, record: BillRecord, was: set[str], committee: set[str]) -> str:
    if person.bioguide == record.sponsor:
        return "sponsor"
    if person.bioguide in record.active:
        return "on"
    if person.bioguide in was:
        return "was"
    return "committee" if person.bioguide in committee else "none"


def _tile(state: str, marks: Sequence[tuple[str, str, str]]) -> Tile:
    column, row = TILES[state]
    left, top = column * CELL, row * CELL
    shown = sorted(marks, key=lambda mark: STANDINGS.index(mark[2]))
    return Tile(
        state,
        left,
        top,
        tuple(
            Mark(left + 2 + (n % IN_ROW) * SQUARE, top + 16 + (n // IN_ROW) * SQUARE, seat, name, standing)
            for n, (seat, name, standing) in enumerate(shown)
        ),
    )


# --- a committee's seating ---


@dataclass(frozen=True)
class Chair:
    """A member's square in a committee's seating."""

    x: float
    y: float
    person: Person
    on: bool
    role: str
    side: str


@dataclass(frozen=True)
class Seating:
    committee: Committee
    chairs: tuple[Chair, ...]
    width: int
    height: int
    box: int = 56


def seating(
    record: BillRecord,
    committee: Committee,
    places: Sequence[tuple[Person, CommitteeSeat]],
    *,
    across: int = 12,
) -> Seating:
    """The committee by side and rank, majority above: who is on the bill is filled."""
    on = record.active | {record.sponsor}
    box, chairs, top = 56, [], 24
    for side in sorted({place.side for _, place in places}):
        mine = sorted((pair for pair in places if pair[1].side == side), key=lambda pair: pair[1].rank or 99)
        for n, (person, place) in enumerate(mine):
            spot = (n % across) * (box + 4), top + (n // across) * (box + 4)
            chairs.append(Chair(*spot, person, person.bioguide in on, place.role, side))
        top += ((len(mine) + across - 1) // across) * (box + 4) + 30
    return Seating(committee, tuple(chairs), across * (box + 4), top, box)
