"""District boundaries, the snapshot's or those of a file the operator brings, and which of them hold a point.
Nobody else is asked.

Takes GeoJSON (RFC 7946) and TopoJSON (https://github.com/topojson/topojson-specification) in longitude and
latitude, such as the Census Bureau's cartographic boundary files.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress.bills import WASHINGTON
from campaign.congress.models import SourceState
from campaign.districts.census import seat_of
from campaign.districts.models import DistrictShape
from campaign.refusals import Refused

# Published boundaries are simplified; within this many metres of a line both sides are named. Chosen for the
# map that ships (docs/decisions/0008-snapshot-and-places.md).
DOUBT = 1000.0
METRES_A_DEGREE = 111_195.0
# Boundaries are kept in ten-thousandths of a degree, 11 m.
STEPS = 10_000
# Degrees beyond which, off every district, somebody may stand in Windsor or Tijuana and not just on a pier.
SOUTHERNMOST_CANADA = 41.6
NORTHERNMOST_MEXICO, TIJUANA, MATAMOROS = 32.8, -117.3, -97.1
LARGEST_FILE = 256 * 2**20

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]


def import_boundaries(engine: Engine, path: Path, congress: int, *, now: datetime) -> int:
    """Replace the boundaries of one Congress by those of a file; returns how many districts it has.

    Raises Refused for a file that is not of this kind, of another Congress, or not in degrees.
    """
    shapes = read_shapes(path, congress)
    today = now.astimezone(WASHINGTON).date()
    state = SourceState(name=f"boundaries-{congress}", as_of=today, checked_at=now, source=path.name)
    with db.writing(engine) as session:
        keep_boundaries(session, congress, rows_of(congress, shapes))
        session.merge(state)
    return len(shapes)


def keep_boundaries(session: Session, congress: int, rows: Sequence[dict[str, Any]]) -> None:
    """Replace the boundaries of one Congress by these rows of the table."""
    session.execute(sa.delete(DistrictShape).where(col(DistrictShape.congress) == congress))
    if rows:
        session.execute(sa.insert(DistrictShape), rows)


# --- asking ----------------------------------------------------------------------------------------


def seats_at(session: Session, congress: int, latitude: float, longitude: float) -> list[str]:
    """The seat whose district holds the point, and after it those whose line passes within ``DOUBT``, the
    nearest first. Empty abroad and far off the shore: where no district holds the point, one within ``DOUBT``
    is named only if nothing but water can lie beyond it."""
    north = DOUBT / METRES_A_DEGREE
    east = north / _narrowing(latitude)
    near = select(DistrictShape).where(
        DistrictShape.congress == congress,
        DistrictShape.west <= longitude + east,
        DistrictShape.east >= longitude - east,
        DistrictShape.south <= latitude + north,
        DistrictShape.north >= latitude - north,
    )
    places = {shape.seat: _where(shape.geometry, (longitude, latitude)) for shape in session.exec(near)}
    if not any(holds for holds, _ in places.values()) and _may_be_abroad(latitude, longitude):
        return []
    told = [(not holds, metres, seat) for seat, (holds, metres) in places.items() if holds or metres <= DOUBT]
    return [seat for _, _, seat in sorted(told)]


def _may_be_abroad(latitude: float, longitude: float) -> bool:
    """Whether Canada or Mexico may begin where a district ends; elsewhere only water does."""
    return latitude > SOUTHERNMOST_CANADA or (
        latitude < NORTHERNMOST_MEXICO and TIJUANA < longitude < MATAMOROS
    )


def _narrowing(latitude: float) -> float:
    """A degree east over a degree north."""
    return max(math.cos(math.radians(latitude)), 0.01)


def _where(geometry: bytes, point: Point) -> tuple[bool, float]:
    """Whether the district holds the point, and how many metres away its line is (infinitely many where that
    is far beyond doubt)."""
    places = [_in_ring(steps, point) for polygon in json.loads(geometry) for steps in polygon]
    count, nearest = sum(count for count, _ in places), min(squared for _, squared in places)
    return count % 2 == 1, math.sqrt(nearest) * METRES_A_DEGREE / STEPS


def _in_ring(steps: Sequence[int], point: Point) -> tuple[int, float]:
    """How often a ray eastward from the point crosses the ring (odd over all rings means inside), and the
    square of the distance to it in steps. The map is flat about the point: right within sight of it."""
    reach = DOUBT / METRES_A_DEGREE * STEPS
    wide = _narrowing(point[1])
    x2, y2 = (steps[0] - point[0] * STEPS) * wide, steps[1] - point[1] * STEPS
    count, nearest = 0, math.inf
    for east, north in zip(steps[2::2], steps[3::2], strict=True):
        x1, y1 = x2, y2
        x2, y2 = x1 + east * wide, y1 + north
        if min(y1, y2) > reach or max(y1, y2) < -reach:
            continue
        if (y1 > 0) != (y2 > 0) and x1 - y1 * (x2 - x1) / (y2 - y1) > 0:
            count += 1
        nearest = min(nearest, _squared_distance(x1, y1, east * wide, north))
    return count, nearest


def _squared_distance(x: float, y: float, east: float, north: float) -> float:
    """From the origin to the line that leads from (x, y) by these steps."""
    length = east * east + north * north
    along = min(1.0, max(0.0, -(x * east + y * north) / length)) if length else 0.0
    return (x + along * east) ** 2 + (y + along * north) ** 2


# --- reading the file ------------------------------------------------------------------------------


def read_shapes(path: Path, congress: int) -> dict[str, list[Polygon]]:
    """Polygons by seat; a polygon is its outer ring and its holes."""
    shapes: dict[str, list[Polygon]] = defaultdict(list)
    for properties, polygons in _features(_load(path)):
        _require_congress(properties, congress)
        seat = seat_of(_geoid(properties))
        if seat and any(ring for polygon in polygons for ring in polygon):
            shapes[seat].extend(polygons)
    if not shapes:
        raise _not_boundaries()
    return shapes


def _load(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _not_boundaries()
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}", f"{path}: no se puede leer el archivo") from None
    except (ValueError, RecursionError):
        raise _not_boundaries() from None
    return data if isinstance(data, dict) else {}


def _features(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[Polygon]]]:
    try:
        if data.get("type") == "Topology":
            yield from _topology(data)
        elif data.get("type") == "FeatureCollection":
            for feature in data["features"]:
                geometry = feature["geometry"] or {}
                yield feature["properties"] or {}, _polygons(geometry.get("type"), geometry.get("coordinates"))
    except (KeyError, TypeError, IndexError, ValueError):
        raise _not_boundaries() from None


def _topology(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[Polygon]]]:
    arcs = [_absolute(arc, data.get("transform")) for arc in data["arcs"]]
    for thing in data["objects"].values():
        for geometry in thing.get("geometries", [thing]):
            rings = _stitched(geometry.get("type"), geometry.get("arcs"), arcs)
            yield geometry.get("properties") or {}, _polygons(geometry.get("type"), rings)


def _absolute(arc: list[list[float]], transform: dict[str, list[float]] | None) -> Ring:
    """An arc's points as they are, from the steps in which a quantized topology writes them."""
    if transform is None:
        return [(point[0], point[1]) for point in arc]
    (scale_x, scale_y), (x0, y0) = transform["scale"], transform["translate"]
    x = y = 0.0
    points = []
    for step in arc:
        x, y = x + step[0], y + step[1]
        points.append((round(x * scale_x + x0, 6), round(y * scale_y + y0, 6)))
    return points


def _stitched(kind: str | None, indices: Any, arcs: list[Ring]) -> Any:
    def ring(numbers: list[int]) -> Ring:
        # ``~3`` is arc 3 backwards; neighbours share their meeting point.
        parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
        return [point for part in parts for point in part[:-1]] + [parts[-1][-1]]

    if kind == "Polygon":
        return [ring(numbers) for numbers in indices]
    if kind == "MultiPolygon":
        return [[ring(numbers) for numbers in polygon] for polygon in indices]
    return []


def _polygons(kind: str | None, coordinates: Any) -> list[Polygon]:
    many = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    return [[[_degrees(point) for point in ring] for ring in polygon] for polygon in many]


def _degrees(point: Sequence[float]) -> Point:
    x, y = float(point[0]), float(point[1])
    if abs(x) > 180.001 or abs(y) > 90:
        raise Refused(
            "The file is not in longitude and latitude (EPSG:4326 or NAD83).",
            "El archivo no está en longitud y latitud (EPSG:4326 o NAD83).",
        )
    return x, y


def _geoid(properties: dict[str, Any]) -> str:
    for name, value in properties.items():
        if re.fullmatch(r"GEOID(\d\d)?", name):
            return str(value)
    return ""


def _require_congress(properties: dict[str, Any], congress: int) -> None:
    """A file that names its Congress must name the one asked for."""
    named = str(properties.get("CDSESSN", congress))
    for name in properties:
        if found := re.fullmatch(r"CD(\d{3})(FP)?", name):
            named = found[1]
    if named != str(congress):
        raise Refused(
            f"The file holds districts of Congress {named}, not {congress}.",
            f"El archivo contiene distritos del Congreso n.º {named}, no del {congress}.",
        )


def rows_of(congress: int, shapes: Mapping[str, list[Polygon]]) -> list[dict[str, Any]]:
    """Rows of the table, by seat."""
    return [_row(congress, seat, polygons) for seat, polygons in sorted(shapes.items())]


def _row(congress: int, seat: str, polygons: list[Polygon]) -> dict[str, Any]:
    points = [point for rings in polygons for ring in rings for point in ring]
    steps = [[_steps(ring) for ring in rings if ring] for rings in polygons]
    return {
        "congress": congress,
        "seat": seat,
        "west": min(x for x, _ in points),
        "south": min(y for _, y in points),
        "east": max(x for x, _ in points),
        "north": max(y for _, y in points),
        "geometry": json.dumps(steps, separators=(",", ":")).encode(),
    }


def _steps(ring: Ring) -> list[int]:
    """A ring as steps east and north, the first from 0, 0; closed, and without standing still."""
    steps: list[int] = []
    x1 = y1 = 0
    for east, north in [*ring, *ring[:1]]:
        x2, y2 = round(east * STEPS), round(north * STEPS)
        if not steps or (x2, y2) != (x1, y1):
            steps += [x2 - x1, y2 - y1]
        x1, y1 = x2, y2
    return steps


def _not_boundaries() -> Refused:
    return Refused(
        "This is not a boundary file: expected GeoJSON or TopoJSON of congressional districts with GEOID.",
        "Este no es un archivo de límites: se esperaba GeoJSON o TopoJSON de distritos del Congreso con GEOID.",
    )
