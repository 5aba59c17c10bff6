"""Hand-made block files in the shape of the Census Bureau's: two blocks for each district, and any others."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaign.districts import maps
from campaign.districts.census import STATES

CODES = {state: code for code, state in STATES.items()}
ZCTA_HEAD = "OID_ZCTA5_20|GEOID_ZCTA5_20|AREALAND_ZCTA5_20|GEOID_TABBLOCK_20|AREALAND_PART"
# The ten places of the 120th, and Missouri's own.
PLACES = (
    ("78701", "TX-10"), ("90210", "CA-36"), ("27601", "NC-2"), ("43215", "OH-15"), ("84101", "UT-1"),
    ("37203", "TN-6"), ("70112", "LA-2"), ("35203", "AL-7"), ("33130", "FL-27"), ("10001", "NY-12"),
    ("64111", "MO-5"),
)  # fmt: skip


@dataclass
class Block:
    """A block; ``land`` is in square metres."""

    id: str
    cd: str
    zip: str
    land: int = 1000
    people: int = 10


@dataclass
class Sample:
    """Blocks that may be written as the files of a Congress."""

    blocks: list[Block] = field(default_factory=list)

    def add(self, zip: str, seat: str, *, land: int = 1000, people: int = 10) -> None:
        id = f"{CODES[seat[:2]]}999{len(self.blocks):06d}1000"
        self.blocks.append(Block(id, cd_of(seat), zip, land, people))

    def without(self, *states: str) -> "Sample":
        codes = {CODES[state] for state in states}
        return Sample([block for block in self.blocks if block.id[:2] not in codes])

    def district_lines(self) -> list[str]:
        rows = sorted(f"{block.id},{block.cd}" for block in self.blocks)
        return ["GEOID,CDFP", *rows]

    def zcta_lines(self) -> list[str]:
        rows = (f"1|{block.zip}|5|{block.id}|{block.land}" for block in self.blocks)
        return [f"\ufeff{ZCTA_HEAD}", *rows]

    def people_lines(self) -> list[str]:
        return ["GEOID20,NAME,POP100", *(f"{block.id},Block,{block.people}" for block in self.blocks)]


def cd_of(seat: str) -> str:
    """``CDFP`` of a seat: 98 for a delegate."""
    return "98" if seat[:2] in maps.TERRITORIES else f"{int(seat[3:]):02d}"


def seats_of(states: Iterable[str]) -> Iterator[str]:
    for state in states:
        for number in sorted(maps.districts_of(state)):
            yield f"{state}-{number}"


def zip_of(seat: str) -> str:
    """The made-up ZIP code of a seat: the state's code and the number of the district."""
    return f"{CODES[seat[:2]]}{int(seat[3:]):03d}"


def sample(
    states: Iterable[str] = (*maps.DISTRICTS, "DC", "PR"), places: Iterable[tuple[str, str]] = ()
) -> Sample:
    """Each district of the states with two blocks, one of them without a ZIP code, and the places."""
    made = Sample()
    for seat in seats_of(states):
        code = f"{CODES[seat[:2]]}001{int(seat[3:]):06d}"
        made.blocks.append(Block(f"{code}1000", cd_of(seat), zip_of(seat)))
        made.blocks.append(Block(f"{code}1001", cd_of(seat), ""))
    for zip, seat in places:
        made.add(zip, seat)
    return made


def write(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def write_zip(path: Path, lines: Iterable[str], congress: int = 120) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("CD_BlockSplits.pdf", b"%PDF-1.4")
        archive.writestr(f"NationalCD{congress}.txt", "".join(f"{line}\n" for line in lines))
    return path


def outlines(states: Iterable[str], congress: int = 120) -> dict[str, Any]:
    """GeoJSON as TIGERweb answers it: a square for each district of the states, side by side."""
    features = []
    for number, seat in enumerate(seats_of(states)):
        west, south = -120 + number % 50, 25 + number // 50
        ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]
        properties = {"GEOID": CODES[seat[:2]] + cd_of(seat), f"CD{congress}": cd_of(seat)}
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def outlines_text(states: Iterable[str], congress: int = 120) -> str:
    return json.dumps(outlines(states, congress))
