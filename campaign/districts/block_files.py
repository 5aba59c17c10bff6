"""Files of the Census Bureau with a line for each of eight million blocks, read as streams.

- Block equivalency (``NationalCD120.txt``, ``CD120_SS.txt``, or the ``cd120.zip`` that holds them): commas,
  columns GEOID (block of 2020, 15 digits) and CDFP: two digits, 00 at large, 98 delegate, ZZ none.
- Blocks of ZIP Code Tabulation Areas (``tab20_zcta520_tabblock20_natl.txt``): bars, columns GEOID_ZCTA5_20
  (empty: none), GEOID_TABBLOCK_20 and, where given, AREALAND_PART or AREALAND_TABBLOCK_20.
- People (PL 94-171): commas or bars, a column of ``BLOCK_COLUMNS`` and one of ``PEOPLE_COLUMNS``.

https://www.census.gov/geographies/mapping-files/2027/dec/rdo/120-congressional-district-bef.html
"""

import io
import re
import zipfile
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO, cast

from campaign.congress.bills import ordinal
from campaign.districts import maps
from campaign.districts.census import STATES, seat_of
from campaign.refusals import Refused

Progress = Callable[[str], None]
BLOCK_COLUMNS = (b"GEOID", b"GEOID20", b"GEOID_TABBLOCK_20", b"GEOCODE", b"GEO_ID")
PEOPLE_COLUMNS = (b"POP100", b"POP20", b"P0010001", b"P1_001N", b"POPULATION")
LAND_COLUMNS = (b"AREALAND_PART", b"AREALAND_TABBLOCK_20")
# A block and the number of its seat share 64 bits: blocks need 50, seats 9.
SEAT_BITS = 9
SEAT_MASK = (1 << SEAT_BITS) - 1
LINES_PER_REPORT = 1_000_000


def refused_line(path: Path, number: int, en: str, es: str) -> Refused:
    """The refusal of a file for one of its lines."""
    return Refused(f"{path.name}, line {number}: {en}", f"{path.name}, línea {number}: {es}")


# --- district of each block ------------------------------------------------------------------------


@dataclass
class BlockDistricts:
    """The seat of each block: ``packed`` is sorted, each a block and the position of its seat in ``seats``.
    Position 0 is no seat. 8 bytes a block."""

    packed: "array[int]" = field(default_factory=lambda: array("Q"))
    seats: list[str] = field(default_factory=lambda: [""])
    _next: int = 0

    def place(self, block: int) -> int | None:
        """The position of a block in ``packed``; None for one that the file lacks. Most are asked for in their
        order, so the one after the last is tried first."""
        at, packed = self._next, self.packed
        if at >= len(packed) or packed[at] >> SEAT_BITS != block:
            at = bisect_left(packed, block << SEAT_BITS)
            if at == len(packed) or packed[at] >> SEAT_BITS != block:
                return None
        self._next = at + 1
        return at

    def seat_number(self, place: int) -> int:
        return self.packed[place] & SEAT_MASK

    @property
    def states(self) -> set[str]:
        return {seat[:2] for seat in self.seats if seat}


def read_districts(path: Path, congress: int, progress: Progress) -> BlockDistricts:
    """The districts of a block equivalency file.

    Raises Refused for a file that is not whole, of another Congress or state, or that has a block in two
    districts, with the line where there is one.
    """
    _require_name(path.name, congress)
    blocks, numbers = BlockDistricts(), dict[bytes, int]()
    with open_lines(path, rf"NationalCD{congress}\.txt") as lines:
        width = _require_header(path, next(lines, b""), congress)
        for number, line in enumerate(lines, 2):
            fields = line.rstrip(b"\r\n").split(b",")
            if len(fields) != width or len(fields[0]) != 15 or len(fields[1]) != 2:
                raise refused_line(path, number, "not a whole line.", "la línea no está completa.")
            key = fields[0][:2] + fields[1]
            if key not in numbers:
                numbers[key] = _number_seat(path, number, key, blocks.seats)
            if not fields[0].isdigit():
                raise refused_line(path, number, "not the number of a block.", "no es el número de un bloque.")
            blocks.packed.append(int(fields[0]) << SEAT_BITS | numbers[key])
            if number % LINES_PER_REPORT == 0:
                _report(progress, path, number)
    _sort(blocks)
    _require_one_district(path, congress, blocks)
    _require_states(path, congress, blocks)
    return blocks


def _require_name(name: str, congress: int) -> None:
    """Raises Refused for a file whose name is of another Congress: nothing in it tells."""
    named = re.search(r"CD(\d{3})(?!\d)", name, re.IGNORECASE)
    if named and int(named[1]) != congress:
        raise _other_congress(int(named[1]), congress)


def _other_congress(named: int, congress: int) -> Refused:
    return Refused(
        f"The file is of the {ordinal(named)} Congress, not of the {ordinal(congress)}.",
        f"El archivo es del Congreso n.º {named}, no del {congress}.",
    )


def _require_header(path: Path, line: bytes, congress: int) -> int:
    """The number of columns. Raises Refused for a file that is no block equivalency file of the Congress."""
    columns = line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n").upper().split(b",")
    named = re.fullmatch(rb"CD(\d{3})?(FP)?", columns[1]) if len(columns) > 1 else None
    if columns[0] not in BLOCK_COLUMNS or named is None:
        raise Refused(
            f"{path.name} is not a block equivalency file: expected the header GEOID,CDFP.",
            f"{path.name} no es un archivo de equivalencia de bloques: se esperaba el encabezado GEOID,CDFP.",
        )
    if named[1] and int(named[1]) != congress:
        raise _other_congress(int(named[1]), congress)
    return len(columns)


def _number_seat(path: Path, number: int, key: bytes, seats: list[str]) -> int:
    """The position of a seat in ``seats``, where it is added. ``key`` is a state's FIPS code and CDFP."""
    state, district = key[:2].decode("latin-1"), key[2:].decode("latin-1")
    if state not in STATES:
        raise refused_line(path, number, f"no state {state!a}.", f"no hay un estado {state!a}.")
    if district == "ZZ":
        return 0
    seat = seat_of(state + district)
    known = maps.districts_of(STATES[state])
    if seat is None or int(seat[3:]) not in known or (district == "00" and known != {0}):
        raise refused_line(
            path,
            number,
            f"{STATES[state]} has no district {district!a}.",
            f"{STATES[state]} no tiene un distrito {district!a}.",
        )
    if seat not in seats:
        seats.append(seat)
    return seats.index(seat)


def _sort(blocks: BlockDistricts) -> None:
    """The Bureau's files are sorted, so this mostly costs one pass."""
    packed = blocks.packed
    if any(before > after for before, after in pairwise(packed)):
        blocks.packed = array("Q", sorted(packed))


def _require_one_district(path: Path, congress: int, blocks: BlockDistricts) -> None:
    for before, value in pairwise(blocks.packed):
        if before >> SEAT_BITS == value >> SEAT_BITS and before != value:
            block = f"{value >> SEAT_BITS:015d}"
            number = _last_line_of(path, congress, block)
            raise refused_line(
                path,
                number,
                f"block {block} is in two districts.",
                f"el bloque {block} está en dos distritos.",
            )


def _last_line_of(path: Path, congress: int, block: str) -> int:
    with open_lines(path, rf"NationalCD{congress}\.txt") as lines:
        return max(number for number, line in enumerate(lines, 1) if line.startswith(block.encode()))


def _require_states(path: Path, congress: int, blocks: BlockDistricts) -> None:
    """All districts of all states, or of the one state that the file is of."""
    if not blocks.packed:
        raise Refused(f"{path.name} has no rows.", f"{path.name} no tiene filas.")
    states = blocks.states
    _require_own_state(path.name, states)
    wanted = {*maps.DISTRICTS, "DC"} if len(states) > 1 else states
    if lacking := sorted(wanted - states):
        names = ", ".join(lacking)
        raise Refused(
            f"{path.name} is not whole: nothing of {names}.",
            f"{path.name} no está completo: no hay nada de {names}.",
        )
    maps.require_whole((seat for seat in blocks.seats if seat), congress)


def _require_own_state(name: str, states: set[str]) -> None:
    """Raises Refused for a file such as ``CD120_48.txt`` that holds another state's blocks."""
    named = re.search(r"CD\d{3}_(\d\d|[A-Z]{2})\b", name)
    if named and states != {own := STATES.get(named[1], named[1])}:
        found = ", ".join(sorted(states))
        raise Refused(
            f"{name} should be of {own} alone, but it holds {found or 'nothing'}.",
            f"{name} debería ser solo de {own}, pero contiene {found or 'nada'}.",
        )


# --- people and ZIP codes --------------------------------------------------------------------------


def read_people(path: Path, blocks: BlockDistricts, progress: Progress) -> "array[int]":
    """The people of each block, by its place in ``blocks.packed``; 0 for one that the file lacks. Raises
    Refused for a file without the columns, with a broken line or with nobody in these blocks."""
    people = array("I", bytes(4 * len(blocks.packed)))
    for number, block, (count,) in _rows(path, BLOCK_COLUMNS, [PEOPLE_COLUMNS], progress):
        # The Bureau's tables may say 1000000US before the block.
        block = block[-15:]
        if not count.isdigit() or len(block) != 15 or not block.isdigit():
            raise refused_line(path, number, "not a whole line.", "la línea no está completa.")
        place = blocks.place(int(block))
        if place is not None:
            people[place] = int(count)
    if not any(people):
        raise Refused(
            f"{path.name} has no people in these blocks.", f"{path.name} no tiene habitantes en estos bloques."
        )
    return people


def read_zctas(path: Path, progress: Progress) -> Iterator[tuple[int, str, int, int | None]]:
    """Line number, ZIP code (empty: none), block and its land in square metres (None: not given). Raises
    Refused for a file without the columns or with a broken line."""
    for number, block, (zcta, land) in _rows(
        path, (b"GEOID_TABBLOCK_20",), [(b"GEOID_ZCTA5_20",), LAND_COLUMNS], progress
    ):
        if not block:
            continue
        if len(block) != 15 or not block.isdigit() or (zcta and (len(zcta) != 5 or not zcta.isdigit())):
            raise refused_line(path, number, "not a whole line.", "la línea no está completa.")
        yield number, zcta.decode("ascii"), int(block), int(land) if land.isdigit() else None


def _rows(
    path: Path, key: tuple[bytes, ...], wanted: list[tuple[bytes, ...]], progress: Progress
) -> Iterator[tuple[int, bytes, list[bytes]]]:
    """Line number, key and wanted fields of a table with a header; LAND_COLUMNS may be lacking (empty)."""
    with open_lines(path) as lines:
        head = next(lines, b"").removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
        mark = b"|" if b"|" in head else b","
        columns = [name.strip(b'" ').upper() for name in head.split(mark)]
        key_at, width = _column(path, columns, key) or 0, len(columns)
        places = [_column(path, columns, names) for names in wanted]
        for number, line in enumerate(lines, 2):
            fields = line.replace(b'"', b"").rstrip(b"\r\n").split(mark)
            if len(fields) != width:
                raise refused_line(path, number, "not a whole line.", "la línea no está completa.")
            yield number, fields[key_at], [b"" if at is None else fields[at] for at in places]
            if number % LINES_PER_REPORT == 0:
                _report(progress, path, number)


def _column(path: Path, columns: list[bytes], names: tuple[bytes, ...]) -> int | None:
    for name in names:
        if name in columns:
            return columns.index(name)
    if names is LAND_COLUMNS:
        return None
    wanted = " / ".join(name.decode() for name in names)
    raise Refused(f"{path.name} lacks a column: {wanted}.", f"A {path.name} le falta una columna: {wanted}.")


# --- streams ---------------------------------------------------------------------------------------


@contextmanager
def open_lines(path: Path, member: str = r".*\.(?:txt|csv)") -> Iterator[Iterator[bytes]]:
    """The lines of a file, or of the member of a zip file whose name matches. Raises Refused for a file that
    cannot be read and a zip file that is damaged or lacks the member."""
    try:
        with path.open("rb") as file:
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as archive, _member(archive, path, member) as inner:
                    yield iter(io.BufferedReader(cast(io.RawIOBase, inner), 2**20))
            elif path.suffix.lower() == ".zip":
                raise Refused(f"{path.name} is a damaged zip file.", f"{path.name} es un zip dañado.")
            else:
                file.seek(0)
                yield iter(file)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}", f"{path}: no se puede leer el archivo") from None
    except (zipfile.BadZipFile, EOFError, zlib.error):
        raise Refused(f"{path.name} is a damaged zip file.", f"{path.name} es un zip dañado.") from None


def _member(archive: zipfile.ZipFile, path: Path, pattern: str) -> IO[bytes]:
    for name in archive.namelist():
        if re.fullmatch(pattern, name.rpartition("/")[2], re.IGNORECASE):
            return archive.open(name)
    held = ", ".join(archive.namelist()[:5])
    raise Refused(
        f"{path.name} lacks the file that is wanted; it holds {held}.",
        f"A {path.name} le falta el archivo buscado; contiene {held}.",
    )


def _report(progress: Progress, path: Path, number: int) -> None:
    progress(f"{path.name}: {number // LINES_PER_REPORT} million lines")
