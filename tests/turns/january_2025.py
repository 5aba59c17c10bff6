"""The real January of 2025: who sat by the members' source at each of thirteen moments, and the real bills.

``january-2025.json.gz`` holds the people of some states and all whom the campaign's bills name
(tools/january_2025.py). The bills are the snapshot's, as far as they had come by a day.
"""

import gzip
import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from standin import Legislator, Record, World

from campaign.congress.observation import CosponsorRow, Observation, PersonRow
from campaign.congress.roster import FILES

Rows = dict[str, Any]
# The bills that the campaign had.
BEFORE = ("hr6618-118", "s4647-118", "hr9539-117", "hr8427-118", "s2926-118")


@cache
def moments() -> list[tuple[datetime, dict[str, Any]]]:
    """Each moment with the files as the source gave them from then on."""
    recorded = json.loads(gzip.decompress(Path(__file__).with_name("january-2025.json.gz").read_bytes()))
    state: dict[str, Rows] = {}
    found = []
    for change in recorded:
        moment = datetime.fromisoformat(change.pop("at"))
        state = {name: _changed(state.get(name, {}), rows) for name, rows in change.items()}
        found.append((moment, {name: _file(name, rows) for name, rows in state.items()}))
    return found


def _changed(before: Rows, change: Rows) -> Rows:
    return {key: row for key, row in (before | change).items() if row is not None}


def _file(name: str, rows: Rows) -> Any:
    return rows if name == "memberships" else list(rows.values())


def files_at(moment: datetime) -> dict[str, Any]:
    """The files of the newest moment up to then."""
    return [files for since, files in moments() if since <= moment][-1]


def serve_files(world: World, files: dict[str, Any]) -> None:
    """Let a stand-in give these as the files of congress-legislators."""
    for name, rows in files.items():
        body = json.dumps(rows).encode()
        world.fixed[f"/congress-legislators/{FILES[name]}"] = (200, "application/json", body)


def record(observation: Observation) -> Record:
    """A bill of the snapshot as a source serves it."""
    bill = observation.bill_id
    assert observation.sponsor is not None
    return Record(
        bill.congress,
        bill.type,
        bill.number,
        observation.title or "",
        str(observation.introduced),
        _person(observation.sponsor, bill.chamber),
        observation.official_title or "",
        cosponsors=[_cosponsor(row, bill.chamber) for row in observation.cosponsors or ()],
        actions=[
            {
                "actionDate": str(action.acted),
                "text": action.text,
                "actionCode": action.code,
                "type": "IntroReferral",
                "sourceSystem": {"name": action.system},
            }
            for action in observation.actions or ()
        ],
    )


def _person(row: PersonRow, chamber: str) -> Legislator:
    district = row.district if chamber == "house" else None
    office = "rep" if chamber == "house" else "sen"
    return Legislator(row.bioguide, row.last_name, row.first_name, row.party, row.state, district, office)


def _cosponsor(row: CosponsorRow, chamber: str) -> Rows:
    found = {
        **_person(row, chamber).row(),
        "isOriginalCosponsor": str(row.original),
        "sponsorshipDate": str(row.joined),
    }
    return {**found, "sponsorshipWithdrawnDate": str(row.withdrawn)} if row.withdrawn else found
