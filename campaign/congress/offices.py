"""Offices of members: import from a list of members (Washington) and from the file of district offices.

What a file lacks while it is known stays: after a change of Congress the source has no telephone of nine
members in ten for a day.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import data_sets, legislators
from campaign.congress.data_sets import Row
from campaign.congress.legislators import Legislator
from campaign.congress.models import Office

LOCAL = col(Office.kind) == "district"
WASHINGTON = col(Office.kind) == "washington"


def replace_washington(session: Session, found: Sequence[Legislator]) -> int:
    """Store the Washington offices of those listed; returns how many lack a telephone or an office that is
    known, and keep it."""
    theirs = sa.and_(WASHINGTON, col(Office.bioguide).in_([row.bioguide for row in found]))
    known = {office.bioguide: office for office in session.exec(select(Office).where(theirs))}
    rows = [_washington_row(row) for row in found]
    kept = sum(_fill(row, known.get(row["bioguide"]), ("phone", "address")) for row in rows)
    store_offices(session, rows, theirs)
    return kept


def _fill(row: Row, known: Office | None, fields: Iterable[str]) -> bool:
    """Fill empty fields of a row with what is known; returns whether anything was."""
    lacking = [name for name in fields if known is not None and not row[name] and getattr(known, name)]
    row.update({name: getattr(known, name) for name in lacking})
    return bool(lacking)


def _washington_row(row: Legislator) -> Row:
    term = row.latest
    return {
        # "-washington" would meet the district office of Washington, Pennsylvania.
        "id": f"{row.bioguide}:washington",
        "bioguide": row.bioguide,
        "kind": "washington",
        "address": term.office or term.address,
        "suite": "",
        "building": "",
        "city": "Washington",
        "state": "DC",
        "zip": "20515" if term.chamber == "house" else "20510",
        "latitude": None,
        "longitude": None,
        "phone": term.phone,
        "hours": "",
        "misplaced": "",
    }


def import_offices(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    found = list(legislators.read_offices(rows))
    if not data_sets.is_plausible(session, "offices", len(found), data_sets.count(session, Office, LOCAL), now):
        return 0
    places = {office.id: _local_row(bioguide, office) for bioguide, office in found}
    kept = _keep_offices(session, places)
    stored = store_offices(session, list(places.values()), LOCAL)
    data_sets.note_kept(session, "offices", kept, "members without an office or telephone", as_of, now)
    return stored


def _local_row(bioguide: str, office: legislators.LocalOffice) -> Row:
    row = {"bioguide": bioguide, "kind": "district", **office.model_dump(), "misplaced": office.misplaced}
    return {**row, "latitude": None, "longitude": None} if office.misplaced else row


def _keep_offices(session: Session, places: dict[str, Row]) -> int:
    """Add known district offices of members of whom the file has none, and known telephones of offices that
    come without; returns of how many members."""
    served = {row["bioguide"] for row in places.values()}
    kept: set[str] = set()
    for office in session.exec(
        select(Office).where(LOCAL, col(Office.bioguide).in_(data_sets.listed(session)))
    ):
        row = places.get(office.id)
        if office.bioguide not in served:
            places[office.id] = office.model_dump()
        elif row is None or row["bioguide"] != office.bioguide or not _fill(row, office, ["phone"]):
            continue
        kept.add(office.bioguide)
    return len(kept)


def store_offices(session: Session, rows: Sequence[Row], which: sa.ColumnElement[bool]) -> int:
    """Replace the offices that match ``which``; offices of people who do not sit are left out."""
    sitting = data_sets.listed(session)
    current = [row for row in rows if row["bioguide"] in sitting]
    session.execute(sa.delete(Office).where(which))
    data_sets.put(session, Office, current, fresh=True)
    return len(current)
