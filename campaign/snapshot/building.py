"""Build a snapshot from source files or from the public addresses.

The data goes through the service's own imports into a temporary database and from there into files, so a
snapshot holds facts in our own tables and no copy of a source's file.
"""

import gzip
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from campaign import __version__, db
from campaign.congress import govinfo, ledger, legislators, members, roster
from campaign.congress.bills import BillId, congress_start
from campaign.congress.legislators import MemberFiles
from campaign.congress.observation import Observation
from campaign.districts import boundaries, census
from campaign.districts.census import ZipRow
from campaign.fetch import Fetcher, json_of
from campaign.refusals import Refused, Unread
from campaign.settings import Settings, read_settings, shipped
from campaign.snapshot import files
from campaign.snapshot.files import TABLES, Manifest, Texts, read_manifest, write_manifest

ZIP_TABLE = "https://www2.census.gov/geo/docs/maps-data/data/rel2020/cd-sld/tab20_cd11920_zcta520_natl.txt"
AS_INTRODUCED = "co-sponsors as introduced only"
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
    """The data of the sources: decoded member files, ZIP rows, boundaries and observations, with their
    dates."""

    members: MemberFiles
    zips: list[ZipRow]
    bills: dict[str, Observation]
    congress: int
    dates: dict[str, date]
    digests: dict[str, str] = field(default_factory=dict)
    boundaries: list[dict[str, Any]] = field(default_factory=list)


def build(source: str, into: Path, *, now: datetime, dates: Mapping[str, date] | None = None) -> dict[str, int]:
    """Write a snapshot into a folder; returns the number of rows by table.

    ``source`` is a folder (fixtures/README.md describes its files), ``public``, or three addresses separated by
    commas: congress-legislators, GovInfo and the Census ZIP table. ``dates`` (members, bills) are the dates of
    a folder's files; the default is those of the last snapshot from the same files, else today. Raises Refused
    for a folder without the files, Unread when a public source fails.
    """
    into.mkdir(parents=True, exist_ok=True)
    if not (into / files.BY_HAND).exists():
        shutil.copyfile(shipped("fixtures") / files.BY_HAND, into / files.BY_HAND)
    texts = files.read_texts(into)
    if Path(source).is_dir():
        material = _from_folder(Path(source), texts, _last_manifest(into), now, dates or {})
    else:
        material = _from_addresses(source, texts, now)
        _replace_boundaries(material, into)
    with _scratch() as engine:
        _fill(engine, material, texts)
        rows = _write_tables(engine, into)
    rows["bills"] = files.write_bills(into, (material.bills[id] for id in sorted(material.bills)))
    manifest = Manifest(
        congress=material.congress,
        bills=material.dates["bills"],
        members=material.dates["members"],
        zips=material.dates["zips"],
        boundaries=material.dates.get("boundaries"),
        sources=material.digests,
        rows=rows,
    )
    write_manifest(into, manifest)
    return rows


def _last_manifest(into: Path) -> Manifest | None:
    for folder in (into, shipped("fixtures")):
        if (folder / files.MANIFEST).exists():
            return read_manifest(folder)
    return None


def _wanted(texts: Texts) -> set[str]:
    """The campaign's bills, and for those of earlier Congresses the bill of the same number in the newest
    one."""
    bills = [BillId.of(id) for id in texts.bills]
    newest = max(bill.congress for bill in bills)
    renumbered = {str(BillId(newest, bill.type, bill.number)) for bill in bills if bill.congress < newest}
    return {str(bill) for bill in bills} | renumbered


# --- from a folder ---------------------------------------------------------------------------------


def _from_folder(
    source: Path, texts: Texts, last: Manifest | None, now: datetime, dates: Mapping[str, date]
) -> Material:
    member_paths = {
        name: path
        for name, file in legislators.FILES.items()
        if (path := source / "congress-legislators" / file).exists()
    }
    bill_paths, zip_paths = sorted(source.glob("bills*.jsonl.gz")), sorted(source.glob("*cd[0-9][0-9][0-9]*.*"))
    zip_paths = [path for path in zip_paths if path.suffix in {".csv", ".txt"}]
    if "current" not in member_paths or not bill_paths or not zip_paths:
        raise Refused(
            f"{source} lacks congress-legislators/*.json, bills*.jsonl.gz or a ZIP table.",
            f"En {source} faltan congress-legislators/*.json, bills*.jsonl.gz o una tabla de códigos postales.",
        )
    congress = int(re.findall(r"cd(\d{3})", zip_paths[0].name)[0])
    digests = {
        "members": _digest(member_paths.values()),
        "bills": _digest(bill_paths),
        "zips": _digest(zip_paths[:1]),
    }
    # Boundaries of the same Congress's map, where the folder has them.
    map_paths = sorted(source.glob(f"*cd{congress}*.*json"))[:1]
    if map_paths:
        digests["boundaries"] = _digest(map_paths)
    days = {name: _day(name, digests, last, now, dates) for name in digests}
    days |= dict.fromkeys({"zips", "boundaries"} & digests.keys(), congress_start(congress).date())
    return Material(
        MemberFiles(**{name: json.loads(path.read_bytes()) for name, path in member_paths.items()}),
        census.read_zips(zip_paths[0].read_bytes(), congress),
        _mirrored_bills(bill_paths, _wanted(texts), days["bills"]),
        congress,
        days,
        digests,
        _boundaries(map_paths, congress),
    )


def _boundaries(paths: list[Path], congress: int) -> list[dict[str, Any]]:
    return [
        row for path in paths for row in boundaries.rows_of(congress, boundaries.read_shapes(path, congress))
    ]


def _digest(paths: Any) -> str:
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _day(
    name: str, digests: Mapping[str, str], last: Manifest | None, now: datetime, dates: Mapping[str, date]
) -> date:
    if name in dates:
        return dates[name]
    if last is not None and last.sources.get(name) == digests[name]:
        known: date = getattr(last, name)
        return known
    return now.date()


def _mirrored_bills(paths: list[Path], wanted: set[str], day: date) -> dict[str, Observation]:
    found: dict[str, Observation] = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                seen = govinfo.observe(govinfo.flatten_mirror(record), now=_noon(day), raw=b"")
                if seen.bill in wanted:
                    found[seen.bill] = _as_snapshot(seen, note=str(record.get("_note", "")))
    return found


def _as_snapshot(seen: Observation, *, note: str = "") -> Observation:
    problem = AS_INTRODUCED if AS_INTRODUCED in note else seen.problem
    return seen.model_copy(update={"source": "snapshot", "raw": b"", "problem": problem})


def _noon(day: date) -> datetime:
    # Noon UTC has the same date in Washington and everywhere west of it.
    return datetime.combine(day, time(12), UTC)


# --- from addresses --------------------------------------------------------------------------------


def _from_addresses(source: str, texts: Texts, now: datetime) -> Material:
    settings = read_settings()
    zip_table = ZIP_TABLE
    if source != "public":
        settings, zip_table = _addresses(source, settings)
    today = now.date()
    hosts = {urlsplit(url).netloc for url in (settings.legislators_url, settings.govinfo_url, zip_table)}
    with Fetcher(user_agent=f"campaign/{__version__} (+{settings.base_url})", hosts=hosts) as fetcher:
        zips = fetcher.get(zip_table).body
        congress = int(re.findall(r"cd(\d{3})", zip_table)[0])
        return Material(
            _fetch_members(fetcher, settings),
            census.read_zips(zips, congress),
            dict(_fetch_bills(fetcher, settings, _wanted(texts), now)),
            congress,
            {"bills": today, "members": today, "zips": congress_start(congress).date()},
            {"zips": hashlib.sha256(zips).hexdigest()},
        )


def _replace_boundaries(material: Material, into: Path) -> None:
    """No public address has boundaries in a form that is read here: those of the last snapshot stay."""
    last = read_manifest(into) if (into / files.MANIFEST).exists() else None
    if last is not None and last.boundaries and last.congress == material.congress:
        material.boundaries = files.read_table(into, "boundaries")
        material.dates["boundaries"] = last.boundaries
        material.digests["boundaries"] = last.sources["boundaries"]


def _addresses(source: str, settings: Settings) -> tuple[Settings, str]:
    parts = [part.strip() for part in source.split(",")]
    if len(parts) != 3 or not all(part.startswith(("http://", "https://")) for part in parts):
        raise Refused(
            f"{source}: neither a folder, nor `public`, nor three addresses separated by commas.",
            f"{source}: no es una carpeta, ni `public`, ni tres direcciones separadas por comas.",
        )
    chosen = {"legislators_url": parts[0].rstrip("/"), "govinfo_url": parts[1].rstrip("/")}
    return settings.model_copy(update=chosen), parts[2]


def _fetch_members(fetcher: Fetcher, settings: Settings) -> MemberFiles:
    found: dict[str, Any] = {}
    for name, file in legislators.FILES.items():
        found[name] = fetcher.read(f"{settings.legislators_url}/{file}", json_of)
    return MemberFiles(**found)


def _fetch_bills(
    fetcher: Fetcher, settings: Settings, wanted: set[str], now: datetime
) -> Iterator[tuple[str, Observation]]:
    """The bills that GovInfo has; numbers unknown to it are left out."""
    for id in sorted(wanted):
        try:
            seen = govinfo.read_bill(fetcher, settings, BillId.of(id), now=now).observation
        except Unread as error:
            if not error.permanent:
                raise
            continue
        if seen is not None:
            yield id, _as_snapshot(seen)


# --- through the database into files ---------------------------------------------------------------


@contextmanager
def _scratch() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = db.open_engine(f"sqlite:///{folder}/build.db")
        db.upgrade(engine)
        yield engine
        engine.dispose()


def _fill(engine: Engine, material: Material, texts: Texts) -> None:
    moment = _noon(material.dates["members"])
    named = {bill.bill: bill for bill in texts.named}
    with db.writing(engine) as session:
        roster.import_members(session, material.members, as_of=material.dates["members"], now=moment)
        for seen in material.bills.values():
            ledger.record(session, seen)
        for id, bill in named.items():
            members.keep_named(session, [bill.sponsor], bill=BillId.of(id), now=moment)
        if material.members.historical is not None:
            # After the bills, because former members are imported only if they left lately or a bill names
            # them.
            roster.import_members(
                session,
                MemberFiles(historical=material.members.historical),
                as_of=material.dates["members"],
                now=moment,
            )
        zips = _with_islands(material.zips)
        census.replace_zips(session, zips, material.congress)
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


def _write_tables(engine: Engine, into: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    with db.reading(engine) as session:
        for name, table in TABLES.items():
            columns = list(sa.inspect(table).columns)
            keys = sa.inspect(table).primary_key
            rows = session.execute(sa.select(*columns).order_by(*keys)).all()
            counts[name] = files.write_table(into, name, [tuple(row) for row in rows])
    return counts
