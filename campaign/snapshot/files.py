"""The files of a snapshot: tables as gzipped JSON lines, one campaign written by hand, and a manifest."""

import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlmodel import SQLModel

from campaign.congress.models import Committee, CommitteeSeat, Member, Office, Seat, Tenure
from campaign.congress.observation import Observation
from campaign.districts.models import DistrictShape, ZipCode, ZipSeat
from campaign.organizing import campaign_file
from campaign.organizing.campaign_parts import CampaignFile

Row = dict[str, Any]
TABLES: dict[str, type[SQLModel]] = {
    "members": Member,
    "tenures": Tenure,
    "seats": Seat,
    "offices": Office,
    "committees": Committee,
    "memberships": CommitteeSeat,
    "zips": ZipSeat,
    "zipcodes": ZipCode,
    "boundaries": DistrictShape,
}
EXAMPLE = "campaign.yaml"
MANIFEST = "manifest.json"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceFile(Strict):
    """A file that facts were taken from: the SHA-256 of its bytes, in hex, and the day it describes."""

    sha256: str
    as_of: date


class Manifest(Strict):
    """What a snapshot was made of. ``sources`` holds every file read, by its name in the source folder;
    ``tables`` names the sources of each table, ``rows`` counts its rows. The dates are the days the sets
    describe."""

    congress: int
    bills: date
    members: date
    zips: date
    zipcodes: date | None = None
    boundaries: date | None = None
    sources: dict[str, SourceFile]
    tables: dict[str, list[str]]
    rows: dict[str, int]


def read_example(folder: Path) -> CampaignFile:
    """The campaign that a new installation may begin with."""
    return campaign_file.read((folder / EXAMPLE).read_bytes())


def read_manifest(folder: Path) -> Manifest:
    return Manifest.model_validate_json((folder / MANIFEST).read_bytes())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")


def write_table(folder: Path, name: str, rows: Iterable[Sequence[Any]]) -> int:
    """Write a table: a line of column names, then the rows in the order given; returns the number of rows."""
    columns = [column.name for column in sa.inspect(TABLES[name]).columns]
    lines = [_line(columns), *(_line(row) for row in rows)]
    _write(folder / f"{name}.jsonl.gz", lines)
    return len(lines) - 1


def read_table(folder: Path, name: str) -> list[Row]:
    """The rows of a table as dictionaries, with dates and bytes decoded; columns missing from the file are
    absent."""
    # A list of all lines is read in half of the time that they take one by one.
    columns, *values = json.loads(f"[{','.join(_read(folder / f'{name}.jsonl.gz'))}]")
    rows = [dict(zip(columns, line, strict=True)) for line in values]
    for column in sa.inspect(TABLES[name]).columns:
        if column.name in columns and (read := _reader(column.type)):
            for row in rows:
                row[column.name] = row[column.name] and read(row[column.name])
    return rows


def _reader(kind: sa.types.TypeEngine[Any]) -> Callable[[str], Any] | None:
    """The function that decodes a column's JSON text; None where JSON holds the value itself."""
    if isinstance(kind, sa.Date):
        return date.fromisoformat
    return str.encode if isinstance(kind, sa.LargeBinary) else None


def write_bills(folder: Path, observations: Iterable[Observation]) -> int:
    """Write observations without their raw replies; returns the number."""
    lines = [
        _line(observation.model_dump(mode="json", exclude={"raw"}, exclude_defaults=True))
        for observation in observations
    ]
    _write(folder / "bills.jsonl.gz", lines)
    return len(lines)


def read_bills(folder: Path) -> list[Observation]:
    return [Observation.model_validate_json(line) for line in _read(folder / "bills.jsonl.gz")]


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_text)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _write(path: Path, lines: Iterable[str]) -> None:
    """Equal lines give equal bytes: the gzip header gets neither a file name nor a time."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())


def _read(path: Path) -> Iterator[str]:
    with gzip.open(path) as file:
        yield from io.TextIOWrapper(file, encoding="utf-8")
