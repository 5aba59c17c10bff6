"""Writes ``tests/turns/january-2025.json.gz``: the members' source as it was around 3 January 2025, in small.

    python -m tools.january_2025 FOLDER

FOLDER has one folder for each moment (``2025-01-03T2221``: the commit's time, five hours behind UTC) with the
files of unitedstates/congress-legislators (CC0) as they stood then, as ``NAME.json`` or ``NAME.json.gz``. Kept
are the people of some states and those whom the campaign's bills name, the fields that the service reads, and
of each moment after the first what differs from the one before.
"""

import gzip
import json
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from campaign.settings import shipped
from campaign.snapshot import files

OUT = Path(__file__).resolve().parents[1] / "tests/turns/january-2025.json.gz"
WASHINGTON = timezone(timedelta(hours=-5))
NAMES = {
    "current": "legislators-current",
    "historical": "legislators-historical",
    "committees": "committees-current",
    "memberships": "committee-membership-current",
    "offices": "legislators-district-offices",
}
# Seats that changed hands late, by appointment or by a move to the Senate, and states where few do.
STATES = ("TX", "NJ", "WV", "IN", "OH", "FL", "AZ", "CT", "DC", "PR", "ND", "MT", "WY", "NC")
TERM = (
    "type", "start", "end", "state", "district", "class", "party", "party_affiliations", "url", "contact_form",
    "address", "office", "phone",
)  # fmt: skip
PLACE = ("id", "city", "state", "latitude", "longitude", "phone")
FIRST_TERM = "2021"
Rows = dict[str, Any]


def moments(folder: Path) -> list[tuple[datetime, Path]]:
    """The folders of the moments, oldest first."""
    found = [path for path in folder.iterdir() if path.is_dir()]
    return sorted((_moment(path.name), path) for path in found)


def _moment(name: str) -> datetime:
    form = "%Y-%m-%dT%H%M" if "T" in name else "%Y-%m-%d"
    return datetime.strptime(name, form).replace(tzinfo=WASHINGTON)


def read(folder: Path, name: str) -> Any:
    path = folder / f"{NAMES[name]}.json"
    if path.exists():
        return json.loads(path.read_bytes())
    return json.loads(gzip.decompress(path.with_suffix(".json.gz").read_bytes()))


def _named_on_bills() -> set[str]:
    bills = list(files.read_bills(shipped("fixtures")))
    named = {row.bioguide for bill in bills for row in bill.cosponsors or ()}
    return named | {bill.sponsor.bioguide for bill in bills if bill.sponsor}


def _wanted(folder: Path, named: set[str]) -> set[str]:
    people = [*read(folder, "current"), *read(folder, "historical")]
    ids = {person["id"]["bioguide"]: person["terms"][-1]["state"] for person in people}
    return {bioguide for bioguide, state in ids.items() if state in STATES or bioguide in named}


def _person(row: Any) -> Any:
    terms = [{name: term[name] for name in TERM if name in term} for term in row["terms"]]
    kept = ("first", "middle", "last", "suffix", "nickname", "official_full")
    return {
        "id": {"bioguide": row["id"]["bioguide"]},
        "name": {name: row["name"][name] for name in kept if name in row["name"]},
        "bio": {"gender": row["bio"]["gender"]},
        "terms": [term for term in terms if term["end"] > FIRST_TERM],
    }


def _offices(row: Any) -> Any:
    places = [{name: place[name] for name in PLACE if name in place} for place in row.get("offices", ())]
    return {"id": {"bioguide": row["id"]["bioguide"]}, "offices": places}


def _committee(row: Any) -> Any:
    return {name: row[name] for name in ("type", "name", "thomas_id")}


def small(folder: Path, named: set[str]) -> dict[str, Rows]:
    """The files of a moment as rows by key: people by id, committees by code."""
    wanted = _wanted(folder, named)

    def people(name: str) -> Iterable[Any]:
        return (row for row in read(folder, name) if row["id"]["bioguide"] in wanted)

    seats = {
        code: [
            {name: seat[name] for name in ("bioguide", "party", "rank", "title") if name in seat}
            for seat in rows
            if seat["bioguide"] in wanted
        ]
        for code, rows in read(folder, "memberships").items()
        if len(code) == len("HSFA")
    }
    return {
        "current": {row["id"]["bioguide"]: _person(row) for row in people("current")},
        "historical": {row["id"]["bioguide"]: _person(row) for row in people("historical")},
        "committees": {row["thomas_id"]: _committee(row) for row in read(folder, "committees")},
        "memberships": {code: rows for code, rows in seats.items() if rows},
        "offices": {row["id"]["bioguide"]: _offices(row) for row in people("offices")},
    }


def difference(before: Rows, after: Rows) -> Rows:
    """The rows that are new or other, and None for those that are gone."""
    changed = {key: row for key, row in after.items() if before.get(key) != row}
    return changed | dict.fromkeys(before.keys() - after.keys())


def main(folder: Path) -> None:
    before: dict[str, Rows] = {name: {} for name in NAMES}
    named, found = _named_on_bills(), []
    for moment, path in moments(folder):
        now = small(path, named)
        found.append(
            {"at": moment.isoformat(), **{name: difference(before[name], now[name]) for name in NAMES}}
        )
        before = now
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    OUT.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(found)} moments, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
