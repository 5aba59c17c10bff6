"""District boundaries from a file the operator brings: points are then looked up without asking anybody.

Takes GeoJSON (RFC 7946) and TopoJSON (https://github.com/topojson/topojson-specification) in longitude and
latitude, such as the Census Bureau's cartographic boundary files.
"""

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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

# Published boundaries are simplified; within this many degrees (about 200 m) of a line both sides count.
DOUBT = 0.002
LARGEST_FILE = 256 * 2**20

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]


def import_boundaries(engine: Engine, path: Path, congress: int, *, now: datetime) -> int:
    """Replace the boundaries of one Congress by those of a file; returns how many districts it has.

    Raises Refused for a file that is not of this kind, of another Congress, or not in degrees.
    """
    shapes = read_shapes(path, congress)
    rows = [_row(congress, seat, polygons) for seat, polygons in sorted(shapes.items())]
    today = now.astimezone(WASHINGTON).date()
    state = SourceState(name=f"boundaries-{congress}", as_of=today, checked_at=now, source=path.name)
    with db.writing(engine) as session:
        session.execute(sa.delete(DistrictShape).where(col(DistrictShape.congress) == congress))
        session.execute(sa.insert(DistrictShape), rows)
        session.merge(state)
    return len(rows)


def seats_at(session: Session, congress: int, latitude: float, longitude: float) -> list[str]:
    """Seats whose imported boundary holds the point, the likeliest first; several where it lies so close
    to a line that the file cannot tell. Empty where no boundary of this Congress does."""
    near = select(DistrictShape).where(
        DistrictShape.congress == congress,
        DistrictShape.west <= longitude + DOUBT,
        DistrictShape.east >= longitude - DOUBT,
        DistrictShape.south <= latitude + DOUBT,
        DistrictShape.north >= latitude - DOUBT,
    )
    points = [
        (longitude + east, latitude + north)
        for east, north in ((0.0, 0.0), (DOUBT, 0.0), (-DOUBT, 0.0), (0.0, DOUBT), (0.0, -DOUBT))
    ]
    hits: dict[str, int] = {}
    for shape in session.exec(near):
        polygons = json.loads(zlib.decompress(shape.geometry))
        inside = [place for place, point in enumerate(points) if _holds(polygons, point)]
        if inside:
            hits[shape.seat] = inside[0]
    return sorted(hits, key=lambda seat: (hits[seat], seat))


def _holds(polygons: Iterable[Sequence[Sequence[Sequence[float]]]], point: Point) -> bool:
    return any(sum(_crossings(ring, point) for ring in rings) % 2 for rings in polygons)


def _crossings(ring: Sequence[Sequence[float]], point: Point) -> int:
    """How often a ray eastward from the point crosses the ring; odd over all rings means inside."""
    x, y = point
    count = 0
    x1, y1 = ring[-1] if ring else point
    for x2, y2 in ring:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            count += 1
        x1, y1 = x2, y2
    return count


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


def _row(congress: int, seat: str, polygons: list[Polygon]) -> dict[str, Any]:
    points = [point for rings in polygons for ring in rings for point in ring]
    return {
        "congress": congress,
        "seat": seat,
        "west": min(x for x, _ in points),
        "south": min(y for _, y in points),
        "east": max(x for x, _ in points),
        "north": max(y for _, y in points),
        "geometry": zlib.compress(json.dumps(polygons, separators=(",", ":")).encode()),
    }


def _not_boundaries() -> Refused:
    return Refused(
        "This is not a boundary file: expected GeoJSON or TopoJSON of congressional districts with GEOID.",
        "Este no es un archivo de límites: se esperaba GeoJSON o TopoJSON de distritos del Congreso con GEOID.",
    )
