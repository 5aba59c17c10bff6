"""Check a ZIP table against the map: the district in which a ZIP code's own point lies is among its seats."""

from collections.abc import Iterable, Mapping, Sequence

from campaign.districts import boundaries
from campaign.districts.census import ZipRow
from campaign.districts.models import DistrictShape
from campaign.districts.zip_codes import Coordinates


def missing_seats(
    rows: Iterable[ZipRow], points: Mapping[str, Coordinates], shapes: Sequence[DistrictShape]
) -> list[ZipRow]:
    """The rows that a ZIP table lacks, sorted: its ZIP codes whose point lies in a district, more than
    ``boundaries.TOLERANCE`` from every line, that is not among their seats.

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
