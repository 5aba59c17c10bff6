"""From block files to the seats of each ZIP code, with the share of its people or land in each."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress.bills import ordinal
from campaign.congress.state_names import state_name
from campaign.districts import block_files, maps
from campaign.districts.block_files import BlockDistricts, Progress
from campaign.districts.census import SLIVER, STATES, ZipRow, replace_zips, set_zips_state
from campaign.districts.models import ZipSeat
from campaign.refusals import Refused

Weight = Literal["people", "land", "blocks"]
# ZIP codes checked by hand on the map of the 120th Congress: one seat that each has.
SAMPLES = {
    120: {
        "78701": "TX-10", "90210": "CA-36", "27601": "NC-2", "43215": "OH-15", "84101": "UT-1",
        "37203": "TN-6", "70112": "LA-2", "35203": "AL-7", "33130": "FL-27", "10001": "NY-12",
    }
}  # fmt: skip
# The sample that tells Missouri's own map from the void one.
KEPT_SAMPLES = {"MO": ("64111", "MO-5")}
# Two tables of one map differ at the edges: at most this share of the ZIP codes with a single seat.
EDGES = 0.02
# At most this share of the blocks with a ZIP code may lack a district.
GAPS = 0.001
# At least this share of a state's blocks is in a whole file of ZIP codes; land without one may be left out.
LISTED = 0.5


@dataclass(frozen=True)
class BlockSource:
    """The files to build from. ``keep`` names states that go on with the stored map of a Congress;
    ``as_published`` are states whose void map (``maps.VOID_AT_CENSUS``) is taken all the same."""

    districts: Path
    zctas: Path
    population: Path | None = None
    keep: Mapping[str, int] = field(default_factory=dict)
    as_published: Collection[str] = ()


@dataclass(frozen=True)
class Built:
    """A built table. ``weight`` is of what the shares are."""

    rows: list[ZipRow]
    weight: Weight
    kept: Mapping[str, int] = field(default_factory=dict)

    @property
    def states(self) -> set[str]:
        return {row.seat[:2] for row in self.rows}

    def counts(self) -> dict[str, object]:
        """What the commands print."""
        return {
            "zips": len({row.zip for row in self.rows}),
            "rows": len(self.rows),
            "districts": len({row.seat for row in self.rows}),
            "states": len(self.states),
            "shares": self.weight,
            "kept": dict(self.kept),
        }


def import_blocks(
    engine: Engine, source: BlockSource, congress: int, *, now: datetime, progress: Progress
) -> Built:
    """Replace one Congress's ZIP table of the states in the files, in one transaction.

    Raises Refused before anything is changed: for files that are not whole, for a void map that is neither
    kept nor asked for, and for a table that contradicts the samples of that Congress.
    """
    with db.reading(engine) as session:
        kept = _kept_rows(session, source.keep)
    built = build(source, congress, progress)
    require_valid_maps(engine, built.rows, congress, but={*source.keep, *source.as_published})
    rows = [row for row in built.rows if row.seat[:2] not in source.keep]
    whole = Built(sorted([*rows, *kept]), built.weight, source.keep)
    _require_samples(whole.rows, congress)
    with db.writing(engine) as session:
        replace_zips(session, whole.rows, congress)
        set_zips_state(session, congress, now, f"{source.districts.name} ({built.weight})")
    return whole


def build(source: BlockSource, congress: int, progress: Progress) -> Built:
    """The table of the files alone. 12 bytes a block are held; the rest is streamed. Raises Refused."""
    blocks = block_files.read_districts(source.districts, congress, progress)
    people = block_files.read_people(source.population, blocks, progress) if source.population else None
    totals = _add_up(source.zctas, blocks, people, progress)
    rows = sorted(_shares(totals, blocks.seats))
    maps.require_whole((row.seat for row in rows), congress, states=blocks.states)
    return Built(rows, _weight(totals, people))


@dataclass
class _Part:
    """What a ZIP code and a seat share."""

    people: int = 0
    land: int = 0
    blocks: int = 0


Totals = dict[str, dict[int, _Part]]


def _add_up(path: Path, blocks: BlockDistricts, people: "array[int] | None", progress: Progress) -> Totals:
    """The parts by ZIP code and number of the seat."""
    totals: Totals = defaultdict(lambda: defaultdict(_Part))
    codes = _codes(blocks)
    listed: dict[int, int] = defaultdict(int)
    gaps, first, lines = 0, 0, 0
    for number, zip, block, land in block_files.read_zctas(path, progress):
        state = block // 10**13
        if state not in codes:
            continue
        place = blocks.place(block)
        listed[state] += place is not None
        if not zip:
            continue
        lines += 1
        if place is None:
            gaps, first = gaps + 1, first or number
        elif seat := blocks.seat_number(place):
            part = totals[zip][seat]
            part.people += people[place] if people else 0
            part.land += land or 0
            part.blocks += 1
    _require_no_gaps(path, gaps, first, lines)
    _require_listed(path, listed, codes)
    return totals


def _codes(blocks: BlockDistricts) -> dict[int, int]:
    """The blocks of each state by its FIPS code."""
    counts: dict[int, int] = defaultdict(int)
    for value in blocks.packed:
        counts[(value >> block_files.SEAT_BITS) // 10**13] += 1
    return counts


def _require_no_gaps(path: Path, gaps: int, first: int, lines: int) -> None:
    if gaps > GAPS * lines:
        raise block_files.refused_line(
            path,
            first,
            f"the first of {gaps} blocks that have a ZIP code and no district.",
            f"el primero de {gaps} bloques que tienen código postal y no tienen distrito.",
        )


def _require_listed(path: Path, listed: Mapping[int, int], codes: Mapping[int, int]) -> None:
    for code, count in codes.items():
        if listed.get(code, 0) < LISTED * count:
            state = STATES[f"{code:02d}"]
            raise Refused(
                f"{path.name} is not whole: it has {listed.get(code, 0)} of the {count} blocks of {state}.",
                f"{path.name} no está completo: tiene {listed.get(code, 0)} de los {count} bloques de {state}.",
            )


def _shares(totals: Totals, seats: list[str]) -> Iterable[ZipRow]:
    for zip_code, parts in totals.items():
        weights = _weights(parts.values())
        whole, least = sum(weights), _least(parts.values())
        for number, weight in zip(parts, weights, strict=True):
            if weight and weight >= least * whole:
                yield ZipRow(zip_code, seats[number], max(round(weight / whole, 4), 0.0001))


def _weights(parts: Collection[_Part]) -> list[int]:
    """People where a ZIP code has any; else land; else the number of blocks."""
    for weights in ([part.people for part in parts], [part.land for part in parts]):
        if any(weights):
            return weights
    return [part.blocks for part in parts]


def _least(parts: Collection[_Part]) -> float:
    """The smallest share that is kept. People count, however few; slivers of land do not."""
    return 0.0 if any(part.people for part in parts) else SLIVER


def _weight(totals: Totals, people: "array[int] | None") -> Weight:
    if people is not None:
        return "people"
    land = any(part.land for parts in totals.values() for part in parts.values())
    return "land" if land else "blocks"


# --- states that keep their map --------------------------------------------------------------------


def _kept_rows(session: Session, keep: Mapping[str, int]) -> list[ZipRow]:
    rows: list[ZipRow] = []
    for state, congress in keep.items():
        found = _stored(session, congress, state)
        if not found:
            raise Refused(
                f"No table of the {ordinal(congress)} Congress is stored for {state}, so it cannot be kept.",
                f"No hay una tabla del Congreso n.º {congress} guardada para {state}; no se puede conservar.",
            )
        rows += found
    return rows


def _stored(session: Session, congress: int, state: str) -> list[ZipRow]:
    own = sa.func.substr(col(ZipSeat.seat), 1, 2) == state
    rows = session.exec(select(ZipSeat).where(ZipSeat.congress == congress, own))
    return [ZipRow(row.zip, row.seat, row.share) for row in rows]


def require_valid_maps(
    engine: Engine, rows: Collection[ZipRow], congress: int, *, but: Collection[str] = ()
) -> None:
    """Raises Refused where rows hold a map that courts set aside (``maps.VOID_AT_CENSUS``), in any state but
    ``but``."""
    for state in maps.void_states(congress) - {*but}:
        with db.reading(engine) as session:
            stored = _stored(session, maps.VOID_AT_CENSUS[congress, state], state)
        _require_valid_map(state, stored, [row for row in rows if row.seat[:2] == state], congress)


def _require_valid_map(state: str, stored: Iterable[ZipRow], built: Collection[ZipRow], congress: int) -> None:
    """Raises Refused where a file's map of a state is not the one that the state kept."""
    known = _single(stored)
    if state in KEPT_SAMPLES:
        known.setdefault(*KEPT_SAMPLES[state])
    leading: dict[str, ZipRow] = {}
    for row in built:
        if row.zip not in leading or (row.share or 0) > (leading[row.zip].share or 0):
            leading[row.zip] = row
    both = [zip for zip in known if zip in leading]
    moved = [zip for zip in both if leading[zip].seat != known[zip]]
    if len(moved) > EDGES * len(both):
        before = maps.VOID_AT_CENSUS[congress, state]
        name, es = state_name(state, "en"), state_name(state, "es")
        raise Refused(
            f"The file holds the map of {name} that the courts set aside: ZIP {moved[0]} lies in "
            f"{leading[moved[0]].seat} there and in {known[moved[0]]} in truth. Add --keep {state}={before} to "
            f"go on with the districts of the {ordinal(before)} Congress, or --as-published {state}.",
            f"El archivo contiene el mapa de {es} que los tribunales anularon: el código postal {moved[0]} "
            f"está ahí en {leading[moved[0]].seat} y en realidad en {known[moved[0]]}. Agregue --keep "
            f"{state}={before} para seguir con los distritos del Congreso n.º {before}, o --as-published "
            f"{state}.",
        )


def _single(rows: Iterable[ZipRow]) -> dict[str, str]:
    """The seat of each ZIP code that has one alone."""
    seats: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        seats[row.zip].add(row.seat)
    return {zip: next(iter(found)) for zip, found in seats.items() if len(found) == 1}


def _require_samples(rows: Iterable[ZipRow], congress: int) -> None:
    """Raises Refused where a ZIP code that was checked by hand is in the table, without its seat."""
    samples = SAMPLES.get(congress, {})
    seats: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.zip in samples:
            seats[row.zip].add(row.seat)
    for zip, found in seats.items():
        if samples[zip] not in found:
            names = ", ".join(sorted(found))
            raise Refused(
                f"This is not the map of the {ordinal(congress)} Congress: ZIP {zip} lies in {samples[zip]}, "
                f"and the file says {names}.",
                f"Este no es el mapa del Congreso n.º {congress}: el código postal {zip} está en "
                f"{samples[zip]}, y el archivo dice {names}.",
            )
