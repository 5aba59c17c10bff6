"""District boundaries: reading files, and the districts at a point."""

import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon
from sqlalchemy.engine import Engine

from campaign import db
from campaign.districts.boundaries import METRES_PER_DEGREE, TOLERANCE, import_boundaries, seats_at
from campaign.refusals import Refused


def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(geoid: str, coordinates: list[Any], kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"GEOID": geoid, **properties},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


# TX-20 has a hole in which TX-35 lies; HI-0 is two islands.
GEOJSON = collection(
    feature("4820", [ring(0, 0, 10, 10), ring(4, 4, 6, 6)]),
    feature("4835", [ring(4, 4, 6, 6)]),
    feature("1500", [[ring(20, 0, 21, 1)], [ring(23, 0, 24, 1)]], "MultiPolygon"),
    feature("15ZZ", [ring(21, 0, 23, 1)]),
)
# Two squares that share the line x = 1: arc 0 is the line, upward; scale 0.5, shifted by (0, 0).
TOPOJSON = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [0, 0]},
    "arcs": [[[2, 0], [0, 2]], [[2, 2], [-2, 0], [0, -2], [2, 0]], [[2, 0], [2, 0], [0, 2], [-2, 0]]],
    "objects": {
        "districts": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"GEOID": "4820", "CD119FP": "20"}},
                {
                    "type": "MultiPolygon",
                    "arcs": [[[2, -1]]],
                    "properties": {"GEOID": "4821", "CDSESSN": "119"},
                },
            ],
        }
    },
}


def taken(engine: Engine, tmp_path: Path, data: Any, now: datetime, congress: int = 119) -> int:
    path = tmp_path / "map.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return import_boundaries(engine, path, congress, now=now)


def at(engine: Engine, longitude: float, latitude: float, congress: int = 119) -> list[str]:
    with db.reading(engine) as session:
        return seats_at(session, congress, latitude, longitude)


@pytest.mark.parametrize(
    ("point", "seats"),
    [
        ((1, 1), ["TX-20"]),
        ((5, 5), ["TX-35"]),
        ((20.5, 0.5), ["HI-0"]),
        ((23.5, 0.5), ["HI-0"]),
        ((22, 0.5), []),
        ((-1, 5), []),
        # Within a kilometre of a line both sides are named, the likelier first; off the coast, the shore is.
        ((4.008, 5), ["TX-35", "TX-20"]),
        ((3.992, 5), ["TX-20", "TX-35"]),
        ((4.01, 5), ["TX-35"]),
        ((-0.008, 5), ["TX-20"]),
        ((-0.01, 5), []),
    ],
)
def test_points_in_geojson(
    sqlite_engine: Engine, tmp_path: Path, now: datetime, point: Any, seats: Any
) -> None:
    assert taken(sqlite_engine, tmp_path, GEOJSON, now) == 3
    assert at(sqlite_engine, *point) == seats


def test_points_in_topojson(engine: Engine, tmp_path: Path, now: datetime) -> None:
    assert taken(engine, tmp_path, TOPOJSON, now) == 2
    assert at(engine, 0.5, 0.5) == ["TX-20"]
    assert at(engine, 1.5, 0.5) == ["TX-21"]
    assert at(engine, 2.5, 0.5) == []


def test_each_congress_has_its_own_map_and_importing_replaces_it(
    engine: Engine, tmp_path: Path, now: datetime
) -> None:
    taken(engine, tmp_path, GEOJSON, now)
    taken(engine, tmp_path, collection(feature("4810", [ring(0, 0, 10, 10)])), now, congress=120)
    taken(engine, tmp_path, collection(feature("4821", [ring(0, 0, 10, 10)])), now)
    assert at(engine, 5, 5) == ["TX-21"]
    assert at(engine, 5, 5, congress=120) == ["TX-10"]
    assert at(engine, 20.5, 0.5) == ["HI-0"]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "[]",
        "state_abbr,zcta,cd\n",
        {"type": "FeatureCollection", "features": []},
        {"type": "FeatureCollection", "features": [{"properties": {}}]},
        {
            "type": "Topology",
            "arcs": [],
            "objects": {"x": {"geometries": [{"type": "Polygon", "arcs": [[7]]}]}},
        },
        collection(feature("4820", [ring(1_600_000, 400_000, 1_600_100, 400_100)])),
        collection(feature("4820", [ring(0, 0, 1, 1)], CD120FP="20")),
        collection(feature("4820", [ring(0, 0, 1, 1)], CDSESSN="118")),
        collection(feature("99ZZ", [ring(0, 0, 1, 1)])),
        collection(feature("4820", [])),
        collection(feature("4820", [ring(0, 0, 1, 1)]), feature("4820", [ring(0, 0, 1, 1)])),
        {"error": {"code": 400, "message": "Failed to execute query.", "details": []}},
    ],
)
def test_what_is_no_map_of_this_congress_changes_nothing(
    sqlite_engine: Engine, tmp_path: Path, now: datetime, data: Any
) -> None:
    taken(sqlite_engine, tmp_path, GEOJSON, now)
    with pytest.raises(Refused):
        taken(sqlite_engine, tmp_path, data, now)
    assert at(sqlite_engine, 1, 1) == ["TX-20"]


def test_a_file_that_is_not_there_is_refused(sqlite_engine: Engine, tmp_path: Path, now: datetime) -> None:
    with pytest.raises(Refused):
        import_boundaries(sqlite_engine, tmp_path / "none.json", 119, now=now)


@settings(max_examples=cases(60))
@given(
    radii=st.lists(st.integers(10, 400), min_size=5, max_size=40),
    points=st.lists(st.tuples(st.integers(-400, 400), st.integers(-400, 400)), min_size=5, max_size=30),
)
def test_any_star_of_a_district_is_read_as_shapely_reads_it(
    sqlite_engine: Engine, tmp_path: Path, now: datetime, radii: list[int], points: list[tuple[int, int]]
) -> None:
    angles = [2 * math.pi * place / len(radii) for place in range(len(radii))]
    corners = [
        [radius / 100 * math.cos(angle), radius / 100 * math.sin(angle)]
        for radius, angle in zip(radii, angles, strict=True)
    ]
    hole = [[x / 3, y / 3] for x, y in corners]
    star, outer = Polygon(corners, [hole]), [*corners, corners[0]]
    inner = [*hole, hole[0]]
    shapes = [feature("4820", [outer, inner]), feature("4835", [ring(-5, -5, 5, 5), outer])]
    taken(sqlite_engine, tmp_path, collection(*shapes, feature("4828", [inner])), now)
    for x, y in points:
        place = Point(x / 100, y / 100)
        # So near the equator a degree is as long east as north; our points are rounded to 11 m.
        away = star.boundary.distance(place) * METRES_PER_DEGREE
        if away > TOLERANCE * 1.03:
            assert len(at(sqlite_engine, place.x, place.y)) == 1
        if away > 20:
            first = at(sqlite_engine, place.x, place.y)[0]
            assert (first == "TX-20") == star.contains(place)
        if away < TOLERANCE * 0.97:
            assert "TX-20" in at(sqlite_engine, place.x, place.y)
            assert len(at(sqlite_engine, place.x, place.y)) > 1
