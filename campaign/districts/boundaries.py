"""District boundaries and which of them contain a point; no service is asked.

The boundaries come with the snapshot or from a file that the operator imports: GeoJSON (RFC 7946) or TopoJSON
(https://github.com/topojson/topojson-specification) in longitude and latitude, such as the Census Bureau's
cartographic boundary files.
"""

import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress.bills import WASHINGTON
from campaign.congress.models import SourceState
from campaign.districts import maps, vintages
from campaign.districts.census import seat_of
from campaign.districts.models import DistrictShape
from campaign.refusals import Refused

# Published boundaries are simplified: within this many metres of a line, the districts on both sides are named.
# Chosen for the map that ships (docs/decisions/0008-snapshot-and-places.md).
TOLERANCE = 1000.0
METRES_PER_DEGREE = 111_195.0
# Boundaries are stored in ten-thousandths of a degree, 11 m.
UNITS_PER_DEGREE = 10_000
# Degrees beyond which a point outside of all districts may lie in Windsor or Tijuana and not just on a pier.
SOUTHERNMOST_CANADA = 41.6
NORTHERNMOST_MEXICO, TIJUANA, MATAMOROS = 32.8, -117.3, -97.1
LARGEST_FILE = 256 * 2**20

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]


def import_boundaries(
    engine: Engine,
    path: Path,
    congress: int,
    *,
    now: datetime,
    whole: bool = False,
    states: Collection[str] = (),
    without: Collection[str] = (),
) -> int:
    """Replace one Congress's boundaries of the states in a file; returns the number of districts.

    Raises Refused for a file that is no boundary file, is of another Congress, has a district twice or is not
    in degrees; and with ``whole`` for one that lacks a district of a state in it or one of ``states``.
    The states in ``without`` are left out of what is stored.
    """
    shapes = read_shapes(path, congress)
    if whole:
        maps.require_whole(shapes, congress, states=states)
    shapes = {seat: polygons for seat, polygons in shapes.items() if seat[:2] not in without}
    if not shapes:
        raise Refused(
            "The file has only districts that are not to be taken.",
            "El archivo solo tiene distritos que no se deben tomar.",
        )
    today = now.astimezone(WASHINGTON).date()
    state = SourceState(name=f"boundaries-{congress}", as_of=today, checked_at=now, source=path.name)
    with db.writing(engine) as session:
        replace_boundaries(session, congress, rows_of(congress, shapes))
        session.merge(state)
    return len(shapes)


def replace_boundaries(session: Session, congress: int, rows: Sequence[dict[str, Any]]) -> None:
    """Replace one Congress's boundaries of the states in rows as ``rows_of`` makes them."""
    states = {row["seat"][:2] for row in rows}
    of_states = sa.func.substr(col(DistrictShape.seat), 1, 2).in_(states)
    session.execute(sa.delete(DistrictShape).where(col(DistrictShape.congress) == congress, of_states))
    db.insert(session, DistrictShape, rows)


# --- queries ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Located:
    """The seats at a point on the newest stored maps, with the Congress of the map used. ``redrawn`` are the
    states among them that have new districts which are not stored: there the seats are of the last map."""

    seats: tuple[str, ...]
    congress: int
    redrawn: tuple[str, ...] = ()


def seats_at(session: Session, congress: int, latitude: float, longitude: float) -> list[str]:
    """The seat whose district contains the point, then those whose line is within ``TOLERANCE``, nearest first.

    Empty abroad and far off the shore: where no district contains the point, one within ``TOLERANCE`` is named
    only if its line can only be a shore. Empty also where a state has new districts that are not stored.
    """
    located = locate(session, congress, latitude, longitude)
    return [] if located.redrawn else list(located.seats)


def locate(session: Session, congress: int, latitude: float, longitude: float) -> Located:
    """As ``seats_at``, on each state's newest map up to a Congress, also where that applies no longer."""
    vintage = vintages.stored(session, DistrictShape, congress)
    nearby = _nearby(session, set(vintage.by_state.values()), latitude, longitude)
    shapes = [shape for shape in nearby if vintage.uses(shape.congress, shape.seat)]
    seats = seats_in(shapes, latitude, longitude)
    states = list(dict.fromkeys(seat[:2] for seat in seats))
    redrawn = tuple(state for state in states if state in vintage.missing)
    return Located(tuple(seats), vintage.used(states), redrawn)


def _nearby(
    session: Session, congresses: Collection[int], latitude: float, longitude: float
) -> Iterable[DistrictShape]:
    """The stored districts whose box is within ``TOLERANCE`` of a point."""
    north, east = _reach(latitude)
    nearby = select(DistrictShape).where(
        col(DistrictShape.congress).in_(congresses),
        DistrictShape.west <= longitude + east,
        DistrictShape.east >= longitude - east,
        DistrictShape.south <= latitude + north,
        DistrictShape.north >= latitude - north,
    )
    return session.exec(nearby)


def seats_in(shapes: Iterable[DistrictShape], latitude: float, longitude: float) -> list[str]:
    """The answer of ``seats_at`` from these districts, which may leave out any that are far away."""
    located = {shape.seat: _locate(shape.geometry, (longitude, latitude)) for shape in shapes}
    if not any(inside for inside, _ in located.values()) and _may_be_abroad(latitude, longitude):
        return []
    named = [
        (not inside, metres, seat)
        for seat, (inside, metres) in located.items()
        if inside or metres <= TOLERANCE
    ]
    return [seat for _, _, seat in sorted(named)]


def near(shapes: Iterable[DistrictShape], latitude: float, longitude: float) -> Iterator[DistrictShape]:
    """Those of the districts in memory whose box is within ``TOLERANCE`` of a point."""
    north, east = _reach(latitude)
    for shape in shapes:
        in_width = shape.west <= longitude + east and shape.east >= longitude - east
        if in_width and shape.south <= latitude + north and shape.north >= latitude - north:
            yield shape


def _reach(latitude: float) -> tuple[float, float]:
    """``TOLERANCE`` in degrees north and east."""
    north = TOLERANCE / METRES_PER_DEGREE
    return north, north / _east_scale(latitude)


def _may_be_abroad(latitude: float, longitude: float) -> bool:
    """Whether Canada or Mexico may begin where a district ends; elsewhere only water does."""
    return latitude > SOUTHERNMOST_CANADA or (
        latitude < NORTHERNMOST_MEXICO and TIJUANA < longitude < MATAMOROS
    )


def _east_scale(latitude: float) -> float:
    """The length of a degree east over that of a degree north."""
    return max(math.cos(math.radians(latitude)), 0.01)


def _locate(geometry: bytes, point: Point) -> tuple[bool, float]:
    """Whether the district contains the point, and the distance to its line in metres (infinite where that is
    more than ``TOLERANCE``)."""
    rings = [_cross_ring(ring, point) for polygon in json.loads(geometry) for ring in polygon]
    crossings, nearest = sum(count for count, _ in rings), min(squared for _, squared in rings)
    return crossings % 2 == 1, math.sqrt(nearest) * METRES_PER_DEGREE / UNITS_PER_DEGREE


def _cross_ring(ring: Sequence[int], point: Point) -> tuple[int, float]:
    """How often a ray eastward from the point crosses the ring (an odd sum over all rings means inside), and
    the square of the distance to it in units. Distances use a flat projection about the point."""
    reach = TOLERANCE / METRES_PER_DEGREE * UNITS_PER_DEGREE
    scale = _east_scale(point[1])
    x2, y2 = (ring[0] - point[0] * UNITS_PER_DEGREE) * scale, ring[1] - point[1] * UNITS_PER_DEGREE
    count, nearest = 0, math.inf
    for east, north in zip(ring[2::2], ring[3::2], strict=True):
        x1, y1 = x2, y2
        x2, y2 = x1 + east * scale, y1 + north
        if min(y1, y2) > reach or max(y1, y2) < -reach:
            continue
        if (y1 > 0) != (y2 > 0) and x1 - y1 * (x2 - x1) / (y2 - y1) > 0:
            count += 1
        nearest = min(nearest, _squared_distance(x1, y1, east * scale, north))
    return count, nearest


def _squared_distance(x: float, y: float, east: float, north: float) -> float:
    """The square of the distance from the origin to the line from (x, y) to (x + east, y + north)."""
    length = east * east + north * north
    along = min(1.0, max(0.0, -(x * east + y * north) / length)) if length else 0.0
    return (x + along * east) ** 2 + (y + along * north) ** 2


# --- reading the file ------------------------------------------------------------------------------


def read_shapes(path: Path, congress: int) -> dict[str, list[Polygon]]:
    """Polygons by seat from a GeoJSON or TopoJSON file; a polygon is a list of its outer ring and its holes.

    Raises Refused as ``import_boundaries``, but for what ``whole`` checks.
    """
    shapes: dict[str, list[Polygon]] = {}
    for properties, polygons in _features(_load(path)):
        _require_congress(properties, congress)
        seat = seat_of(_geoid(properties))
        if seat and any(ring for polygon in polygons for ring in polygon):
            if seat in shapes:
                raise Refused(f"The file has {seat} twice.", f"El archivo contiene {seat} dos veces.")
            shapes[seat] = polygons
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
    fault = data.get("error") if isinstance(data, dict) else None
    if isinstance(fault, dict):
        message = str(fault.get("message") or fault.get("code") or "")[:200]
        raise Refused(
            f"The file holds an error of the map service instead of boundaries: {message}",
            f"El archivo contiene un error del servicio de mapas en lugar de límites: {message}",
        )
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
    for member in data["objects"].values():
        for geometry in member.get("geometries", [member]):
            rings = _rings(geometry.get("type"), geometry.get("arcs"), arcs)
            yield geometry.get("properties") or {}, _polygons(geometry.get("type"), rings)


def _absolute(arc: list[list[float]], transform: dict[str, list[float]] | None) -> Ring:
    """An arc's points in degrees; a quantized topology stores the differences between them."""
    if transform is None:
        return [(point[0], point[1]) for point in arc]
    (scale_x, scale_y), (x0, y0) = transform["scale"], transform["translate"]
    x = y = 0.0
    points = []
    for step in arc:
        x, y = x + step[0], y + step[1]
        points.append((round(x * scale_x + x0, 6), round(y * scale_y + y0, 6)))
    return points


def _rings(kind: str | None, indices: Any, arcs: list[Ring]) -> Any:
    def ring(numbers: list[int]) -> Ring:
        # ``~3`` is arc 3 reversed; consecutive arcs share a point.
        parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
        return [point for part in parts for point in part[:-1]] + [parts[-1][-1]]

    if kind == "Polygon":
        return [ring(numbers) for numbers in indices]
    if kind == "MultiPolygon":
        return [[ring(numbers) for numbers in polygon] for polygon in indices]
    return []


def _polygons(kind: str | None, coordinates: Any) -> list[Polygon]:
    polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    return [[[_degrees(point) for point in ring] for ring in polygon] for polygon in polygons]


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
    """Raises Refused for a file that names another Congress."""
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
    """Rows of ``DistrictShape`` as dictionaries, sorted by seat."""
    return [_row(congress, seat, polygons) for seat, polygons in sorted(shapes.items())]


def _row(congress: int, seat: str, polygons: list[Polygon]) -> dict[str, Any]:
    points = [point for rings in polygons for ring in rings for point in ring]
    coordinates = [[_steps(ring) for ring in rings if ring] for rings in polygons]
    return {
        "congress": congress,
        "seat": seat,
        "west": min(x for x, _ in points),
        "south": min(y for _, y in points),
        "east": max(x for x, _ in points),
        "north": max(y for _, y in points),
        "geometry": json.dumps(coordinates, separators=(",", ":")).encode(),
    }


def _steps(ring: Ring) -> list[int]:
    """A closed ring in units, as pairs of differences (east, north), the first from 0, 0; no pair is 0, 0."""
    steps: list[int] = []
    x1 = y1 = 0
    for east, north in [*ring, *ring[:1]]:
        x2, y2 = round(east * UNITS_PER_DEGREE), round(north * UNITS_PER_DEGREE)
        if not steps or (x2, y2) != (x1, y1):
            steps += [x2 - x1, y2 - y1]
        x1, y1 = x2, y2
    return steps


def _not_boundaries() -> Refused:
    return Refused(
        "This is not a boundary file: expected GeoJSON or TopoJSON of congressional districts with GEOID.",
        "Este no es un archivo de límites: se esperaba GeoJSON o TopoJSON de distritos del Congreso con GEOID.",
    )
