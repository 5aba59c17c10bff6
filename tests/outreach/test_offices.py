"""Which office to call: the nearest that is open by its local time."""

from datetime import UTC, date, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress import members
from campaign.congress.models import Office
from campaign.outreach import offices
from campaign.outreach.offices import OfficeNow, Offices, Point
from campaign.outreach.time_zones import BOXES, STATE_ZONES, zone_at

MONDAY_NOON = datetime(2026, 6, 22, 16, 0, tzinfo=UTC)
AUSTIN, EL_PASO = Point(30.27, -97.74), Point(31.76, -106.49)


def arranged(session: Session, bioguide: str, near: Point | None, *, from_caller: bool = False) -> Offices:
    every = offices.offices_now(session, bioguide, now=MONDAY_NOON)
    return offices.arranged(every, near, from_caller=from_caller)


@pytest.mark.parametrize(
    ("state", "town", "zone"),
    [
        ("TX", "El Paso", "America/Denver"),
        ("TX", "San Antonio", "America/Chicago"),
        ("FL", "Pensacola", "America/Chicago"),
        ("FL", "Tallahassee", "America/New_York"),
        ("TN", "Knoxville", "America/New_York"),
        ("TN", "Chattanooga", "America/New_York"),
        ("TN", "Cookeville", "America/Chicago"),
        ("KY", "Bowling Green", "America/Chicago"),
        ("KY", "Louisville", "America/New_York"),
        ("KY", "Somerset", "America/New_York"),
        ("IN", "Evansville", "America/Chicago"),
        ("IN", "Merrillville", "America/Chicago"),
        ("IN", "Indianapolis", "America/New_York"),
        ("IN", "Jasper", "America/New_York"),
        ("MI", "Marquette", "America/New_York"),
        ("ID", "Lewiston", "America/Los_Angeles"),
        ("ID", "Boise", "America/Denver"),
        ("OR", "Ontario", "America/Boise"),
        ("SD", "Rapid City", "America/Denver"),
        ("SD", "Pierre", "America/Chicago"),
        ("ND", "Bismarck", "America/Chicago"),
        ("NE", "Scottsbluff", "America/Denver"),
        ("KS", "Garden City", "America/Chicago"),
        ("AZ", "Phoenix", "America/Phoenix"),
    ],
)
def test_every_town_keeps_its_own_clock(snapshot_engine: Engine, state: str, town: str, zone: str) -> None:
    with db.reading(snapshot_engine) as session:
        found = session.exec(
            select(Office).where(Office.state == state, Office.city == town, col(Office.latitude).is_not(None))
        ).all()
    assert found
    assert {offices.zone_of(one).key for one in found} == {zone}


def test_an_office_without_coordinates_is_placed_by_its_zip_code(snapshot_engine: Engine) -> None:
    """Coeur d'Alene is listed three times, once without coordinates: all three are in Pacific time."""
    with db.reading(snapshot_engine) as session:
        rows = session.exec(select(Office).where(Office.city == "Coeur d'Alene")).all()
        assert any(row.latitude is None for row in rows)
        zones = {
            place.zone.key
            for row in rows
            for place in arranged(session, row.bioguide, None).local
            if place.office.id == row.id
        }
    assert zones == {"America/Los_Angeles"}


def test_every_state_with_a_seat_has_a_zone(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        states = {seat.state for seat in members.seats(session)}
    assert states <= STATE_ZONES.keys()


def test_a_territory_has_the_zone_that_the_tz_database_lists_for_it() -> None:
    """Territories have country codes of their own in zone.tab; states share the one of the United States."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines()
    zones = {row.split("\t")[0]: row.split("\t")[2] for row in table if not row.startswith("#")}
    territories = ("AS", "GU", "MP", "PR", "VI")
    assert {code: STATE_ZONES[code].key for code in territories} == {code: zones[code] for code in territories}
    listed = {row.split("\t")[2] for row in table if row.startswith("US\t")}
    assert {zone.key for code, zone in STATE_ZONES.items() if code not in territories} <= listed
    assert {box.zone.key for boxes in BOXES.values() for box in boxes} <= listed


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ((30.0, -85.2), "America/Chicago"),
        ((30.0, -85.1), "America/New_York"),
        (None, "America/New_York"),
    ],
)
def test_a_box_ends_before_its_eastern_edge(place: tuple[float, float] | None, zone: str) -> None:
    assert zone_at("FL", place).key == zone


def test_an_unknown_state_keeps_washingtons_time() -> None:
    assert zone_at("XX", (30.0, -97.0)).key == "America/New_York"


def office(hours: str = "", kind: str = "district") -> Office:
    return Office(
        id="X-here", bioguide="X", kind=kind, city="Austin", state="TX", phone="512-555-0100", hours=hours
    )


@pytest.mark.parametrize(
    ("moment", "hours", "state"),
    [
        ("2026-06-22T13:59Z", "", "closed"),
        ("2026-06-22T14:00Z", "", "open"),
        ("2026-06-22T21:59Z", "", "open"),
        ("2026-06-22T22:00Z", "", "closed"),
        ("2026-06-22T15:00Z", "Wednesday 10AM to 4PM", "ask"),
        ("2026-06-20T15:00Z", "", "closed"),
        ("2026-07-03T15:00Z", "", "closed"),
        ("2026-11-26T15:00Z", "", "closed"),
        # An hour later by the world's clock once summer time has ended.
        ("2026-11-23T14:30Z", "", "closed"),
        ("2026-11-23T15:00Z", "", "open"),
    ],
)
def test_an_office_is_open_by_its_own_clock(moment: str, hours: str, state: str) -> None:
    assert offices.office_now(office(hours), AUSTIN, now=datetime.fromisoformat(moment)).state == state


@pytest.mark.parametrize(
    ("year", "closed"),
    [
        (2026, ["2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03",
                "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25"]),
        (2027, ["2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-06-18", "2027-07-05",
                "2027-09-06", "2027-10-11", "2027-11-11", "2027-11-25", "2027-12-24", "2027-12-31"]),
    ],
)  # fmt: skip
def test_federal_holidays(year: int, closed: list[str]) -> None:
    """As the Office of Personnel Management lists them; New Year's Day of 2028 is observed in 2027."""
    assert sorted(day.isoformat() for day in offices.holidays(year) if day.year == year) == closed


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-06-19T20:00Z", "2026-06-22T10:00-05:00"),
        ("2026-06-22T02:00Z", "2026-06-22T10:00-05:00"),
        ("2026-06-22T20:00Z", "2026-06-23T10:00-05:00"),
        ("2026-11-25T20:00Z", "2026-11-27T10:00-06:00"),
        ("2026-12-31T20:00Z", "2027-01-04T10:00-06:00"),
    ],
)
def test_the_next_morning_is_a_working_day_there(now: str, morning: str) -> None:
    moment = datetime.fromisoformat(now)
    place = offices.office_now(office(), AUSTIN, now=moment)
    assert offices.next_morning(place, now=moment) == datetime.fromisoformat(morning)


@pytest.mark.parametrize(
    ("zip", "nearest"),
    [("79901", "El Paso"), ("78701", "Austin"), ("78205", "San Antonio"), ("75201", "Dallas")],
)
def test_a_senators_nearest_office_goes_by_the_zip_code(
    snapshot_engine: Engine, zip: str, nearest: str
) -> None:
    with db.reading(snapshot_engine) as session:
        texans = [one.bioguide for one in members.senators(session, "TX", now=MONDAY_NOON)]
        near = offices.centre_of_zip(session, zip)
        towns = {
            bioguide: [place.office.city for place in arranged(session, bioguide, near).local]
            for bioguide in texans
        }
    for found in towns.values():
        assert found[0] == nearest or nearest not in found


def test_zip_codes_lie_where_their_offices_do(snapshot_engine: Engine) -> None:
    """The record's coordinates of offices: half within 3 miles of their ZIP code's point, nine in ten within
    10; the source has a few wrong by far."""
    with db.reading(snapshot_engine) as session:
        located = select(Office).where(Office.kind == "district", col(Office.latitude).is_not(None))
        known = [
            (offices.point_of(one), offices.centre_of_zip(session, one.zip[:5]))
            for one in session.exec(located)
        ]
    misses = sorted(office.miles_to(zip) for office, zip in known if office and zip)
    assert len(misses) > 1200
    assert misses[len(misses) // 2] < 3
    assert misses[len(misses) * 9 // 10] < 10


def test_the_distance_is_told_from_a_zip_code_alone(snapshot_engine: Engine) -> None:
    """Odessa lies between Midland and El Paso; the middle of a district is nobody's place."""
    with db.reading(snapshot_engine) as session:
        here = offices.centre_of_zip(session, "78701")
        told = arranged(session, "C001098", here, from_caller=True)
        middle = offices.centre_of_seat(session, "TX-20", now=MONDAY_NOON)
        untold = arranged(session, "C001098", middle)
    miles = [place.miles for place in told.local if place.miles is not None]
    assert told.local[0].office.city == "Austin"
    assert miles[0] < 2
    assert miles == sorted(miles)
    assert {place.miles for place in untold.every} == {None}
    assert untold.local[0].office.city == "San Antonio"


@pytest.mark.parametrize("zip", ["99999", "00000", "34001"])
def test_a_zip_code_nobody_knows_puts_offices_in_order_of_their_towns(
    snapshot_engine: Engine, zip: str
) -> None:
    with db.reading(snapshot_engine) as session:
        near = offices.centre_of_zip(session, zip)
        towns = [one.office.city for one in arranged(session, "C001098", near).local]
    assert sorted(towns) == sorted(set(towns))
    assert towns


def test_a_vacant_seat_has_a_centre_too(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        assert members.holders(session, "TX-23", now=MONDAY_NOON) == []
        near = offices.centre_of_seat(session, "TX-23", now=MONDAY_NOON)
    assert near is not None
    assert near.miles_to(Point(29.36, -100.9)) < 200


def place(id: str, state: str, *, kind: str = "district", hours: str = "") -> OfficeNow:
    found = office(hours, kind)
    found.id = id
    return OfficeNow(found, None, ZoneInfo("America/Chicago"), state)


@pytest.mark.parametrize(
    ("washington", "local", "first"),
    [
        ("open", ["open"], "dc"),
        ("closed", ["open", "open"], "0"),
        ("closed", ["closed", "open"], "1"),
        ("closed", ["ask", "open"], "1"),
        ("closed", ["ask", "closed"], "0"),
        ("closed", ["closed"], "dc"),
    ],
)
def test_whom_to_call_first(washington: str, local: list[str], first: str) -> None:
    found = offices.Offices(
        place("dc", washington, kind="washington"),
        tuple(place(str(i), state, hours="M-F 9-5" if state == "ask" else "") for i, state in enumerate(local)),
    )
    assert found.first is not None
    assert found.first.office.id == first


def test_an_office_that_sees_people_by_appointment_is_not_the_one_to_try() -> None:
    found = offices.Offices(None, (place("0", "ask", hours="By appointment only"), place("1", "open")))
    assert found.nearest_open is not None
    assert found.nearest_open.office.id == "1"


def test_after_an_office_that_did_not_answer_comes_one_that_is_open() -> None:
    found = offices.Offices(
        place("dc", "open", kind="washington"), (place("0", "closed"), place("1", "open"), place("2", "open"))
    )
    tried = {id: after.office.id for id in ("dc", "0", "1", "2", "forged") if (after := found.after(id))}
    assert tried == {"dc": "1", "0": "1", "1": "2", "2": "dc", "forged": "dc"}


@pytest.mark.parametrize(
    ("washington", "local", "after"),
    [
        ("closed", ["closed", "closed", "open"], "2"),
        ("closed", ["ask", "open"], "1"),
        ("closed", ["ask", "closed"], "0"),
        ("closed", ["closed"], None),
        ("open", [], None),
    ],
    ids=["after Washington has closed", "open before own hours", "own hours", "all closed", "one office"],
)
def test_after_washington_comes_an_office_that_answers_or_none(
    washington: str, local: list[str], after: str | None
) -> None:
    found = offices.Offices(
        place("dc", washington, kind="washington"),
        tuple(place(str(i), state, hours="M-F 9-5" if state == "ask" else "") for i, state in enumerate(local)),
    )
    other = found.after("dc")
    assert (other.office.id if other else None) == after


@pytest.mark.parametrize(
    "hours",
    [
        "By appointment only",
        "3rd Wednesday of each month 11:30AM-2:30PM by appointment only",
        "First Tuesday 10AM-12PM",
        "Every other Thursday 9-12",
        "Last Friday of the month",
        "Una vez al mes",
    ],
)
def test_an_office_that_is_seldom_open_is_never_offered(hours: str) -> None:
    found = offices.Offices(place("dc", "closed", kind="washington"), (place("0", "ask", hours=hours),))
    assert found.after("dc") is None
    assert found.nearest_open is None
    # Not even where it is the only one whose number is shown: the page then names the Capitol's switchboard.
    assert offices.Offices(None, found.local).first is None
    assert found.instead_of("dc") is None


@pytest.mark.parametrize("hours", ["M-F 9-5", "Monday-Thursday 8AM-4PM", "Lunes a viernes, de 9 a 17"])
def test_an_office_with_weekly_hours_is_offered(hours: str) -> None:
    found = offices.Offices(place("dc", "closed", kind="washington"), (place("0", "ask", hours=hours),))
    assert found.after("dc") is not None


def test_distances_are_those_of_the_map() -> None:
    assert AUSTIN.miles_to(EL_PASO) == pytest.approx(528, rel=0.02)
    assert AUSTIN.miles_to(AUSTIN) == 0


def test_no_holiday_falls_on_a_weekend() -> None:
    for year in range(2025, 2045):
        assert all(day.weekday() < 5 for day in offices.holidays(year))
        assert date(year, 11, 22) <= min(d for d in offices.holidays(year) if d >= date(year, 11, 22))
