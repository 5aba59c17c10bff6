"""The table of all ZIP codes: each is answered with its senators, or says why there are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from copies import copy_of
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.congress import members
from campaign.districts import boundaries, census, finder, zip_check, zip_codes
from campaign.districts.answers import FindResult, shares_of
from campaign.districts.census import ZipRow
from campaign.districts.models import DistrictShape, ZipCode, ZipSeat
from campaign.refusals import Refused
from campaign.settings import shipped
from campaign.snapshot.files import read_table

JUNE = datetime(2026, 6, 20, 15, tzinfo=UTC)
TURN = datetime(2027, 1, 3, 17, 0, tzinfo=UTC)


def by_zip(engine: Engine, text: str, now: datetime) -> FindResult:
    with db.reading(engine) as session:
        return finder.by_zip(session, text, now=now)


def seats(found: FindResult) -> list[str]:
    return [hit.seat for hit in found.seats]


@dataclass(frozen=True)
class Walk:
    """Every row of the table, its answer, and the senators of each state."""

    places: Sequence[Any]
    answers: dict[str, FindResult]
    senators: dict[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def walk(snapshot_engine: Engine) -> Walk:
    with db.reading(snapshot_engine) as session:
        index = finder.index(session, now=JUNE)
        # Rows have the attributes of ZipCode and are read in a tenth of the time.
        places = session.execute(sa.select(*sa.inspect(ZipCode).columns)).all()
        shares = {place.zip: index.zips.shares(session, place.zip) for place in places}
    answers = {place.zip: index.find(place.zip, shares[place.zip], cast(ZipCode, place)) for place in places}
    return Walk(places, answers, index.holders.by_seat)


def test_every_zip_code_has_its_senators_or_says_why_there_are_none(walk: Walk) -> None:
    silent = [zip for zip, answer in walk.answers.items() if not answer.senators and answer.note is None]
    others = [
        place.zip
        for place in walk.places
        if place.state in walk.senators
        and place.kind != "military"
        and walk.answers[place.zip].senators[:2] != walk.senators[place.state]
    ]
    assert (len(walk.answers), silent, others) == (41_994, [], [])


def test_no_zip_code_names_members_of_other_states_alone(walk: Walk) -> None:
    states = {zip: {hit.seat[:2] for hit in answer.seats} for zip, answer in walk.answers.items()}
    assert [
        place.zip for place in walk.places if states[place.zip] - {place.state} == states[place.zip] != set()
    ] == []


def test_only_territories_places_abroad_and_unknown_ones_have_no_senators(walk: Walk) -> None:
    without = {
        place.state
        for place in walk.places
        if place.kind != "military" and not walk.answers[place.zip].senators
    }
    assert without == {*members.DELEGATIONS, "FM", "MH", "PW", ""}
    assert [place.zip for place in walk.places if not place.state] == ["88888", "96365"]


def test_likely_seats_are_in_the_zip_codes_state(snapshot_engine: Engine, walk: Walk) -> None:
    """Every sixtieth ZIP code whose seat depends on the map: most have a likely one."""
    boxes = [
        place for place in walk.places if walk.answers[place.zip].state and not walk.answers[place.zip].seats
    ]
    found = {place.zip: by_zip(snapshot_engine, place.zip, JUNE) for place in boxes[::60]}
    likely = [answer for answer in found.values() if answer.likely]
    assert len(found) > 100
    assert len(likely) > len(found) / 2
    assert [zip for zip, answer in found.items() if len(answer.senators) != 2] == []
    assert [
        zip for zip, answer in found.items() if {hit.seat[:2] for hit in answer.seats} - {answer.state}
    ] == []


WITHOUT_LAND = {
    # P.O. boxes well inside a district, near a line, in a state with one seat; a single organization.
    "77210": ("found", "TX-18", True),
    "00501": ("unknown", "", False),
    "73301": ("unknown", "", False),
    "82003": ("found", "WY-0", False),
    "00605": ("found", "PR-0", False),
}


@pytest.mark.parametrize("zip", WITHOUT_LAND)
def test_a_zip_code_without_land_of_its_own(snapshot_engine: Engine, now: datetime, zip: str) -> None:
    result, seat, likely = WITHOUT_LAND[zip]
    found = by_zip(snapshot_engine, zip, now)
    assert (found.result, "".join(seats(found)), found.likely) == (result, seat, likely)
    assert len(found.senators) == (0 if found.state == "PR" else 2)


def test_a_likely_seat_is_called_likely_and_the_street_is_offered(
    snapshot_engine: Engine, now: datetime
) -> None:
    found = by_zip(snapshot_engine, "77210", now)
    assert found.note is not None
    assert found.note.en.startswith("This is likely your district, but not certain")
    assert "street address" in found.note.en
    assert found.note.es.startswith("Probablemente este es su distrito, pero no es seguro")
    assert found.sure_place == "TX"
    assert by_zip(snapshot_engine, "20001", now).sure_place == "DC-0"


def test_where_the_seat_is_open_the_senators_are_named_and_the_street_is_asked(
    snapshot_engine: Engine, now: datetime
) -> None:
    found = by_zip(snapshot_engine, "00501", now)
    assert found.senators == ("G000555", "S000148")
    assert found.note is not None
    assert "New York, but we can’t tell which district" in found.note.en
    assert "street address" in found.note.en
    assert "su dirección" in found.note.es
    assert found.json().keys() == {"result", "congress", "seats", "senators", "note"}


REASONS = {
    "09012": ("your home state", "estado en Estados Unidos"),
    "34001": ("your home state", "estado en Estados Unidos"),
    "96365": ("your home state", "estado en Estados Unidos"),
    "96940": ("Palau", "Palaos"),
    "96941": ("Micronesia", "Micronesia"),
    "96960": (
        "Marshall Islands",
        "Islas Marshall, que son un Estado asociado a los Estados Unidos, pero no eligen",
    ),
    "88888": ("does not say in which state", "no dice en qué estado"),
    "00605": ("Puerto Rico has no senators", "Puerto Rico no tiene senadores"),
    "20001": ("District of Columbia has no senators", "El Distrito de Columbia no tiene senadores"),
    "96910": ("Guam has no senators", "Guam no tiene senadores"),
    "00802": ("The U.S. Virgin Islands has no senators", "Las Islas Vírgenes de EE. UU. no tienen senadores"),
}


@pytest.mark.parametrize("zip", REASONS)
def test_a_zip_code_without_senators_says_why(snapshot_engine: Engine, now: datetime, zip: str) -> None:
    found = by_zip(snapshot_engine, zip, now)
    english, spanish = REASONS[zip]
    assert found.senators == ()
    assert found.note is not None
    assert english in found.note.en
    assert spanish in found.note.es


BORDER = {
    "57430": ["SD-0", "ND-0"],
    "57638": ["SD-0", "ND-0"],
    "57717": ["SD-0", "MT-2", "WY-0"],
    "81137": ["CO-3", "NM-3"],
    "89421": ["NV-2", "OR-2"],
    "83414": ["WY-0"],
    "42223": ["KY-1", "TN-7"],
}


@pytest.mark.parametrize("zip", BORDER)
def test_at_a_state_line_the_zip_codes_own_state_comes_first(
    snapshot_engine: Engine, now: datetime, zip: str
) -> None:
    found = by_zip(snapshot_engine, zip, now)
    assert seats(found) == BORDER[zip]
    own = found.seats[0].seat[:2]
    assert [hit.part for hit in found.seats] == [
        "" if hit.seat[:2] == own else "other_state" for hit in found.seats
    ]
    with db.reading(snapshot_engine) as session:
        assert found.senators[:2] == tuple(one.bioguide for one in members.senators(session, own, now=now))


def test_small_parts_come_last_whatever_their_number() -> None:
    rows = [("TX-1", 0.01), ("TX-9", 0.9), ("OK-2", 0.09)]
    assert [(share.seat, share.part) for share in shares_of(rows, "TX")] == [
        ("TX-9", ""),
        ("TX-1", "small"),
        ("OK-2", "other_state"),
    ]


def test_no_seat_of_the_last_map_is_likely(snapshot_engine: Engine) -> None:
    found = by_zip(snapshot_engine, "77210", TURN)
    assert (found.result, seats(found), found.state, found.likely) == ("unknown", [], "TX", False)
    assert [note.code for note in found.notes] == ["new-districts"]


@pytest.mark.parametrize(
    ("text", "result", "says"),
    [
        ("2138", "split", "We read the four digits as 02138"),
        ("501", "refused", ""),
        ("1234", "refused", ""),
        ("TX 33576", "unknown", "ZIP code 33576 is in Florida, not in Texas"),
        ("FL 33576", "split", ""),
        ("KY 42223", "split", "belongs to Kentucky"),
    ],
)
def test_what_is_typed_with_a_zip_code_is_held_against_it(
    snapshot_engine: Engine, now: datetime, text: str, result: str, says: str
) -> None:
    try:
        found = by_zip(snapshot_engine, text, now)
    except Refused:
        assert result == "refused"
    else:
        assert found.result == result
        assert says in (found.note.en if found.note else "")


def test_a_point_in_another_state_is_not_trusted(snapshot_copy: Engine, now: datetime) -> None:
    with db.writing(snapshot_copy) as session:
        box = session.get_one(ZipCode, "77210")
        box.latitude, box.longitude = 40.0, -89.0
    found = by_zip(snapshot_copy, "77210", now)
    assert (found.result, found.state, len(found.senators)) == ("unknown", "TX", 2)


# --- the check of the ZIP table against the map ---


# What the source of the ZIP table lacked.
LACKED = {
    "15641": "PA-15", "57255": "SD-0", "57430": "SD-0", "57638": "SD-0", "57641": "SD-0", "57642": "SD-0",
    "57645": "SD-0", "57648": "SD-0", "57660": "SD-0", "57717": "SD-0", "81120": "CO-3", "81137": "CO-3",
    "81324": "CO-3", "84034": "UT-2", "89421": "OR-2",
}  # fmt: skip


def test_no_zip_code_lacks_the_seat_of_its_own_point(snapshot_engine: Engine) -> None:
    """The fifteen that the source lacked, and every five-hundredth of the others."""
    with db.reading(snapshot_engine) as session:
        rows = session.exec(select(ZipSeat).where(ZipSeat.congress == 119)).all()
        found = session.exec(select(ZipCode.zip, ZipCode.latitude, ZipCode.longitude))
        points = {zip: (north, east) for zip, north, east in found if north is not None and east is not None}
        shapes = session.exec(select(DistrictShape)).all()
    chosen = {*LACKED, *sorted({row.zip for row in rows})[::500]}
    known = {zip: point for zip in chosen if (point := points.get(zip))}
    table = [ZipRow(row.zip, row.seat, row.share) for row in rows if row.zip in chosen]
    assert len(known) > 75
    assert zip_check.missing_seats(table, known, shapes) == []
    lacking = [row for row in table if LACKED.get(row.zip) != row.seat]
    added = zip_check.missing_seats(lacking, known, shapes)
    assert {row.zip: row.seat for row in added} == LACKED


def square(west: float, south: float) -> list[list[list[tuple[float, float]]]]:
    corners = [(west, south), (west + 1, south), (west + 1, south + 1), (west, south + 1), (west, south)]
    return [[corners]]


def test_an_imported_table_gets_the_seats_it_lacks(engine: Engine, now: datetime) -> None:
    """Of three ZIP codes one lies inside a district, one near the line of two, one in none."""
    shapes = {"TX-20": square(-99, 29), "TX-21": square(-99, 30)}
    with db.writing(engine) as session:
        boundaries.replace_boundaries(session, 119, boundaries.rows_of(119, shapes))
        session.add_all(
            ZipCode(zip=zip, state="TX", latitude=north, longitude=-98.5)
            for zip, north in (("78205", 29.5), ("78206", 29.995), ("78207", 35.0))
        )
    table = b"state_abbr,zcta,cd\nTX,78205,35\nTX,78206,35\nTX,78207,35\n"
    for congress, rows in ((119, 4), (120, 3)):
        lacking = partial(zip_check.missing_on_map, engine, congress)
        assert census.import_zips(engine, table, congress, now=now, lacking=lacking) == rows
    assert seats(by_zip(engine, "78205", now)) == ["TX-20", "TX-35"]
    assert seats(by_zip(engine, "78206", now)) == ["TX-35"]


# --- reading the sources ---

TABLE = (
    "zip,state,primary_city,lat,lon,zip_type\n"
    "78205,TX,San Antonio,29.5,-98.5,Standard\n"
    "78299,,San Antonio,29.4,-98.4,PO_Box\n"
    "96941,,,,,PO_Box\n"
    "09012,AE,APO AE,49.4,7.6,Military\n"
    "88888,,,,,PO_Box\n"
)


def test_the_gazetteers_points_come_first_and_a_lacking_state_is_that_of_the_neighbors() -> None:
    centres = zip_codes.read_centres(b"GEOID,LAT,LONG\n78205,29.42394521,-98.48642\n")
    rows = {row["zip"]: row for row in zip_codes.read_zip_codes(TABLE.encode(), centres)}
    assert rows["78205"] == {
        "zip": "78205",
        "state": "TX",
        "kind": "standard",
        "city": "San Antonio",
        "latitude": 29.4239,
        "longitude": -98.4864,
    }
    assert {zip: (row["state"], row["kind"]) for zip, row in rows.items()} == {
        "78205": ("TX", "standard"),
        "78299": ("TX", "po_box"),
        "96941": ("FM", "po_box"),
        "09012": ("AE", "military"),
        "88888": ("", "po_box"),
    }


@pytest.mark.parametrize("source", [b"", b"zip,state\n78205,TX\n", b"\xff\xfe\x00"])
def test_another_file_is_refused(source: bytes) -> None:
    with pytest.raises(Refused, match="not a table of ZIP codes"):
        zip_codes.read_zip_codes(source, {})
    with pytest.raises(Refused, match="GEOID, LAT, LONG"):
        zip_codes.read_centres(source)


def test_the_shipped_table_names_every_kind() -> None:
    kinds = [row["kind"] for row in read_table(shipped("fixtures"), "zipcodes")]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "standard": 32164,
        "po_box": 7669,
        "unique": 1377,
        "military": 784,
    }


def test_the_middle_of_a_seat_is_among_its_zip_codes(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        castro, none = (zip_codes.middle_of_seat(session, seat, congress=119) for seat in ("TX-20", "TX-99"))
    assert castro is not None
    assert castro == (pytest.approx(29.5, abs=0.3), pytest.approx(-98.6, abs=0.3))
    assert none is None


@pytest.mark.parametrize(("congress", "north"), [(119, 29.5), (120, 47.0)])
def test_the_middle_of_a_seat_is_on_the_map_that_serves(
    snapshot_engine: Engine, tmp_path: Path, congress: int, north: float
) -> None:
    """In December the next map is stored beside the one that still counts."""
    with copy_of(snapshot_engine, tmp_path) as engine, db.writing(engine) as session:
        session.add(ZipCode(zip="00001", state="TX", latitude=47.0, longitude=-98.6))
        session.flush()
        session.add(ZipSeat(congress=120, zip="00001", seat="TX-20"))
        session.flush()
        middle = zip_codes.middle_of_seat(session, "TX-20", congress=congress)
    assert middle is not None
    assert middle[0] == pytest.approx(north, abs=0.3)


def test_a_state_typed_with_a_zip_code_that_no_table_has_names_its_senators(
    snapshot_engine: Engine, now: datetime
) -> None:
    with db.reading(snapshot_engine) as session:
        alone = finder.by_zip(session, "00001", now=now)
        with_state = finder.by_zip(session, "TX 00001", now=now)
        known = finder.by_zip(session, "TX 78205", now=now)
    assert (alone.result, alone.senators) == ("unknown", ())
    assert (with_state.result, with_state.seats, len(with_state.senators)) == ("unknown", (), 2)
    assert known.result == "split"


def test_a_zip_code_without_a_point_asks_for_the_street(snapshot_copy: Engine, now: datetime) -> None:
    with db.writing(snapshot_copy) as session:
        session.add(ZipCode(zip="00002", state="TX", kind="po_box", city="Nowhere", lat=None, lon=None))
    with db.reading(snapshot_copy) as session:
        found = finder.by_zip(session, "00002", now=now)
    assert (found.result, found.seats, len(found.senators)) == ("unknown", (), 2)


def test_boundaries_of_a_coming_congress_alone_are_none_of_now(sqlite_engine: Engine, now: datetime) -> None:
    shape = {"seat": "TX-20", "west": 0, "south": 0, "east": 1, "north": 1, "geometry": b"[]"}
    with db.writing(sqlite_engine) as session:
        session.add(DistrictShape(congress=120, **shape))
    with db.reading(sqlite_engine) as session:
        assert not finder.has_boundaries(session, now=now)
    with db.writing(sqlite_engine) as session:
        session.add(DistrictShape(congress=119, **shape))
    with db.reading(sqlite_engine) as session:
        assert finder.has_boundaries(session, now=now)
