"""Check a ZIP table against the map: the district in which a ZIP code's own point lies is among its seats."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import db
from campaign.districts import boundaries
from campaign.districts.census import ZipRow
from campaign.districts.models import DistrictShape, ZipCode
from campaign.districts.zip_codes import Coordinates, coordinates


def missing_seats(
    rows: Iterable[ZipRow], points: Mapping[str, Coordinates], shapes: Sequence[DistrictShape]
) -> list[ZipRow]:
    """The rows that a ZIP table lacks, sorted: its ZIP codes whose point lies in a district that is not among
    their seats, more than ``boundaries.TOLERANCE`` from any other.

    A table made of census tracts names only a neighbor state for some ZIP codes at a state line (57430 and
    81137 are examples in the one that ships).
    """
    seats: dict[str, set[str]] = {}
    for row in rows:
        seats.setdefault(row.zip, set()).add(row.seat)
    missing = []
    for zip_code in sorted(seats.keys() & points.keys()):
        latitude, longitude = points[zip_code]
        nearby = boundaries.near(shapes, latitude, longitude)
        at_point = boundaries.seats_in(nearby, latitude, longitude)
        if len(at_point) == 1 and at_point[0] not in seats[zip_code]:
            missing.append(ZipRow(zip_code, at_point[0], None))
    return missing


def missing_on_map(engine: Engine, congress: int, rows: Iterable[ZipRow]) -> list[ZipRow]:
    """``missing_seats`` by the stored boundaries of a Congress and the stored points; none where there are no
    boundaries of that Congress."""
    with db.reading(engine) as session:
        shapes = session.exec(select(DistrictShape).where(DistrictShape.congress == congress)).all()
        places = session.exec(select(ZipCode).where(col(ZipCode.latitude).is_not(None))).all()
    points = {place.zip: point for place in places if (point := coordinates(place))}
    known = list(rows)
    states = {row.seat[:2] for row in known}
    # A row of another state would replace all that is stored of it.
    return [row for row in missing_seats(known, points, shapes) if row.seat[:2] in states]
