"""Maps of several Congresses side by side: each state on its newest one that applies."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.models import SourceState
from campaign.districts import boundaries, finder, vintages
from campaign.districts.answers import FindResult
from campaign.districts.census import ZipRow, replace_zips, set_zips_state
from campaign.districts.models import ZipSeat

TURN = datetime(2027, 1, 3, 17, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 5, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def by_zip(engine: Engine, text: str, now: datetime) -> FindResult:
    with db.reading(engine) as session:
        return finder.by_zip(session, text, now=now)


def by_point(engine: Engine, text: str, now: datetime) -> FindResult:
    with db.reading(engine) as session:
        return finder.by_point(session, text, now=now)


def seats(found: FindResult) -> list[str]:
    return [hit.seat for hit in found.seats]


def put(engine: Engine, congress: int, rows: Iterable[tuple[str, str]], now: datetime) -> None:
    with db.writing(engine) as session:
        replace_zips(session, [ZipRow(zip, seat, None) for zip, seat in rows], congress)
        set_zips_state(session, congress, now, "test")


def outline(engine: Engine, congress: int, seat: str, west: float) -> None:
    corners = [(west, 35.0), (west + 1, 35.0), (west + 1, 36.0), (west, 36.0), (west, 35.0)]
    with db.writing(engine) as session:
        boundaries.replace_boundaries(session, congress, boundaries.rows_of(congress, {seat: [[corners]]}))


# Every kind of state: redrawn, kept, whole, a territory, two states.
LOOKUPS = {
    "78701": ("unknown", 119, []),
    "60640": ("split", 119, ["IL-5", "IL-9"]),
    "20001": ("found", 119, ["DC-0"]),
    "82001": ("found", 119, ["WY-0"]),
    "64111": ("found", 119, ["MO-5"]),
    "42223": ("unknown", 119, []),
}


def test_unchanged_states_go_on_and_changed_ones_ask_for_the_street(snapshot_engine: Engine) -> None:
    found = {zip: by_zip(snapshot_engine, zip, TURN) for zip in LOOKUPS}
    assert {zip: (one.result, one.congress, seats(one)) for zip, one in found.items()} == LOOKUPS
    for zip in ("60640", "20001", "82001"):
        other = found[zip].note
        assert "new districts" not in (other.en if other else "")
    note = found["78701"].note
    assert note is not None
    assert "new districts in Texas" in note.en
    assert "78701 was in TX-37 until then" in note.en
    assert "street address" in note.en
    assert "distritos nuevos en Texas" in note.es
    assert found["78701"].state == "TX"


def test_a_new_district_has_no_holder_of_the_old_one(snapshot_copy: Engine) -> None:
    """Before the members of the new Congress are listed: nobody, and not called vacant either."""
    put(snapshot_copy, 120, [("78701", "TX-10")], TURN)
    (hit,) = by_zip(snapshot_copy, "78701", TURN + MINUTE).seats
    assert (hit.seat, hit.member, hit.vacant) == ("TX-10", None, False)


def test_one_states_table_touches_that_state_alone(snapshot_copy: Engine) -> None:
    before = {zip: by_zip(snapshot_copy, zip, TURN) for zip in ("60640", "10001", "90210")}
    put(snapshot_copy, 120, [("78701", "TX-10"), ("78205", "TX-20"), ("78205", "TX-35")], TURN)
    later = TURN + MINUTE
    assert [seats(by_zip(snapshot_copy, zip, later)) for zip in ("78701", "78205")] == [
        ["TX-10"],
        ["TX-20", "TX-35"],
    ]
    assert by_zip(snapshot_copy, "78701", later).congress == 120
    assert {zip: by_zip(snapshot_copy, zip, later) for zip in before} == before
    put(snapshot_copy, 120, [("84101", "UT-1")], later)
    assert seats(by_zip(snapshot_copy, "78701", later + MINUTE)) == ["TX-10"]
    assert by_zip(snapshot_copy, "78701", TURN - MINUTE).congress == 119


def test_a_zip_over_a_line_has_each_states_own_map(engine: Engine, now: datetime) -> None:
    put(engine, 119, [("42223", "KY-1"), ("42223", "TN-7")], now)
    asked = by_zip(engine, "42223", TURN)
    assert (asked.result, asked.state, asked.sure_place) == ("unknown", "", "")
    put(engine, 120, [("42223", "TN-6")], now + MINUTE)
    found = by_zip(engine, "42223", TURN + MINUTE)
    assert (seats(found), found.congress) == (["KY-1", "TN-6"], 119)


def test_from_december_on_the_next_seat_is_told_apart(engine: Engine, now: datetime) -> None:
    put(engine, 119, [("78701", "TX-37"), ("78205", "TX-20"), ("60640", "IL-9")], now)
    put(engine, 120, [("78701", "TX-10"), ("78205", "TX-20")], now)
    assert by_zip(engine, "78701", now).note is None
    found = by_zip(engine, "78701", DECEMBER)
    assert seats(found) == ["TX-37"]
    assert found.note is not None
    assert "From noon Eastern time on January 3, 2027 it is in TX-10." in found.note.en
    assert found.note.code == "from-TX-10"
    assert [by_zip(engine, zip, DECEMBER).note for zip in ("78205", "60640")] == [None, None]
    assert by_zip(engine, "78701", TURN).note is None


def test_points_go_by_the_newest_boundaries_of_each_state(engine: Engine) -> None:
    outline(engine, 119, "TX-37", -100)
    outline(engine, 119, "KS-1", -98)
    assert seats(by_point(engine, "35.5,-99.5", DECEMBER)) == ["TX-37"]
    gone, stays = by_point(engine, "35.5,-99.5", TURN), by_point(engine, "35.5,-97.5", TURN)
    assert (gone.result, gone.state, seats(gone)) == ("unknown", "TX", [])
    assert (seats(stays), stays.congress) == (["KS-1"], 119)
    outline(engine, 120, "TX-10", -100)
    assert seats(by_point(engine, "35.5,-99.5", TURN)) == ["TX-10"]
    assert seats(by_point(engine, "35.5,-97.5", TURN)) == ["KS-1"]
    assert seats(by_point(engine, "35.5,-99.5", DECEMBER)) == ["TX-37"]


@pytest.mark.parametrize(
    ("moment", "congress", "states"),
    [
        (DECEMBER - timedelta(days=10), 119, ""),
        (DECEMBER, 120, "AL CA FL LA NC OH TN TX UT"),
        (TURN, 120, "AL CA FL LA NC OH TN TX UT"),
    ],
)
def test_missing_maps_are_named_from_december_on(
    snapshot_engine: Engine, moment: datetime, congress: int, states: str
) -> None:
    with db.reading(snapshot_engine) as session:
        missing = vintages.missing_maps(session, now=moment)
    assert missing == vintages.MissingMaps(congress, tuple(states.split()), tuple(states.split()))
    assert bool(missing) is bool(states)


def test_a_map_that_is_here_is_not_missing(engine: Engine, now: datetime) -> None:
    put(engine, 119, [("78701", "TX-37"), ("84101", "UT-3"), ("64111", "MO-5")], now)
    put(engine, 120, [("78701", "TX-10")], now)
    with db.reading(engine) as session:
        assert vintages.missing_maps(session, now=DECEMBER).zips == ("UT",)
        assert vintages.stored(session, ZipSeat, 119).missing == frozenset()
        assert session.get(SourceState, "zips-120") is not None
