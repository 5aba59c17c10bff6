"""From a ZIP code, an address or a point to the seats that represent the place."""

import json
import logging
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, select
from werkzeug import Request, Response

from campaign import db, snapshot
from campaign.congress.models import Member, Office, SourceState, Tenure
from campaign.districts import boundaries, finder, zip_table
from campaign.districts.census import ZipRow, replace_zips
from campaign.districts.finder import FindResult
from campaign.fetch import Fetcher
from campaign.refusals import Refused
from campaign.settings import Settings


@pytest.fixture
def loaded(loaded_engine: Engine) -> Engine:
    return loaded_engine


# Noon in Washington on the day that the 120th Congress begins.
TURN = datetime(2027, 1, 3, 17, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def by_zip(engine: Engine, text: str, now: datetime) -> FindResult:
    with db.reading(engine) as session:
        return finder.by_zip(session, text, now=now)


def seats(found: FindResult) -> list[str]:
    return [hit.seat for hit in found.seats]


# --- ZIP codes of June 2026 ---

ZIPS = {
    "78205": ("split", ["TX-20", "TX-28", "TX-35"]),
    "78205-1234": ("split", ["TX-20", "TX-28", "TX-35"]),
    " 782051234 ": ("split", ["TX-20", "TX-28", "TX-35"]),
    "10001": ("split", ["NY-10", "NY-12"]),
    "90210": ("split", ["CA-30", "CA-32", "CA-36"]),
    "20001": ("found", ["DC-0"]),
    "00901": ("found", ["PR-0"]),
    "82001": ("found", ["WY-0"]),
    "00802": ("found", ["VI-0"]),
    "96799": ("found", ["AS-0"]),
    "96913": ("found", ["GU-0"]),
    "96950": ("found", ["MP-0"]),
    "78840": ("found", ["TX-23"]),
    "42223": ("split", ["KY-1", "TN-7"]),
    "00501": ("unknown", []),
    "73301": ("unknown", []),
    "00000": ("unknown", []),
}


def test_zips_of_june_2026(snapshot_engine: Engine, now: datetime) -> None:
    results = {text: by_zip(snapshot_engine, text, now) for text in ZIPS}
    assert {text: (found.result, seats(found)) for text, found in results.items()} == ZIPS
    assert {found.congress for found in results.values()} == {119}


def test_members_of_a_zip(snapshot_engine: Engine, now: datetime) -> None:
    castro = by_zip(snapshot_engine, "78205", now)
    assert castro.json() == {
        "result": "split",
        "congress": 119,
        "seats": [
            {"seat": "TX-20", "member": "C001091", "vacant": False},
            {"seat": "TX-28", "member": "C001063", "vacant": False},
            {"seat": "TX-35", "member": "C001131", "vacant": False},
        ],
        "senators": ["C001098", "C001056"],
        "note": "",
    }


def test_a_vacant_seat_still_shows_the_senators(snapshot_engine: Engine, now: datetime) -> None:
    found = by_zip(snapshot_engine, "78840", now)
    assert [(hit.member, hit.vacant) for hit in found.seats] == [(None, True)]
    assert found.senators == ("C001098", "C001056")


@pytest.mark.parametrize("text", ["20001", "00901", "96913"])
def test_delegates_have_no_senators_beside_them(snapshot_engine: Engine, now: datetime, text: str) -> None:
    found = by_zip(snapshot_engine, text, now)
    assert found.senators == ()
    assert [hit.vacant for hit in found.seats] == [False]


def test_a_zip_over_a_state_line_lists_the_senators_of_both(snapshot_engine: Engine, now: datetime) -> None:
    found = by_zip(snapshot_engine, "42223", now)
    assert found.senators == ("M000355", "P000603", "B001243", "H000601")
    assert found.note is not None
    assert "KY, TN" in found.note.en
    assert "KY, TN" in found.note.es
    assert found.json()["note"] == found.note.en


def test_an_unknown_zip_is_not_called_invalid(snapshot_engine: Engine, now: datetime) -> None:
    note = by_zip(snapshot_engine, "00501", now).note
    assert note is not None
    assert "street address" in note.text("en")
    assert "dirección" in note.text("es")
    assert "valid" not in note.en + note.es


@pytest.mark.parametrize(
    "text", ["", "7820", "782051", "78205-12", "7820A", "abcde", "٧٨٢٠٥", "78205;DROP", "TX-20", "-78205"]
)
def test_what_cannot_be_a_zip_is_refused_in_both_languages(
    sqlite_engine: Engine, now: datetime, text: str
) -> None:
    with pytest.raises(Refused) as refused:
        by_zip(sqlite_engine, text, now)
    assert "five-digit" in refused.value.text("en")
    assert "cinco dígitos" in refused.value.text("es")


# --- which map ---


def put_map(
    engine: Engine, congress: int, rows: Iterable[tuple[str, str, float | None]], now: datetime
) -> None:
    with db.writing(engine) as session:
        replace_zips(session, [ZipRow(*row) for row in rows], congress)
        note_change(session, f"zips-{congress}", now)


def note_change(session: Session, name: str, now: datetime) -> None:
    session.merge(SourceState(name=name, as_of=date(2026, 6, 15), checked_at=now))


def test_the_map_changes_at_noon_with_the_congress_and_not_with_the_newest_file(
    engine: Engine, now: datetime
) -> None:
    put_map(engine, 119, [("78701", "TX-37", None)], now)
    put_map(engine, 120, [("78701", "TX-10", None)], now)
    answers = [by_zip(engine, "78701", moment) for moment in (now, TURN - SECOND, TURN, TURN + SECOND)]
    assert [(found.congress, seats(found)) for found in answers] == [
        (119, ["TX-37"]),
        (119, ["TX-37"]),
        (120, ["TX-10"]),
        (120, ["TX-10"]),
    ]


def test_a_coming_map_is_never_used_early(engine: Engine, now: datetime) -> None:
    put_map(engine, 120, [("78701", "TX-10", None)], now)
    found = by_zip(engine, "78701", now)
    assert (found.result, found.congress) == ("unknown", 119)


def test_most_land_first_where_shares_are_known(engine: Engine, now: datetime) -> None:
    rows = [("78205", "TX-9", 0.2), ("78205", "TX-10", 0.7), ("78205", "TX-20", 0.1), ("10001", "NY-12", None)]
    put_map(engine, 119, [*rows, ("10001", "NY-2", None)], now)
    assert seats(by_zip(engine, "78205", now)) == ["TX-10", "TX-9", "TX-20"]
    assert seats(by_zip(engine, "10001", now)) == ["NY-2", "NY-12"]


def test_a_district_of_unknown_share_comes_last(engine: Engine, now: datetime) -> None:
    put_map(engine, 119, [("78205", "TX-1", None), ("78205", "TX-2", 0.2)], now)
    assert seats(by_zip(engine, "78205", now)) == ["TX-2", "TX-1"]


def test_without_a_list_of_members_no_seat_is_called_vacant(engine: Engine, now: datetime) -> None:
    put_map(engine, 119, [("78205", "TX-20", None)], now)
    assert [(hit.member, hit.vacant) for hit in by_zip(engine, "78205", now).seats] == [(None, False)]


# --- the index in memory ---


def sit(
    engine: Engine, bioguide: str, seat: str, now: datetime, *, last: str = "", terms: Iterable[int] = ()
) -> None:
    """A sitting member; ``terms`` are the Senate classes of successive terms, the last of this Congress."""
    with db.writing(engine) as session:
        session.add(Member(bioguide=bioguide, standing="sitting", seat=seat, last=last))
        session.flush()
        classes: list[int | None] = [*terms] or [None]
        for before, senate_class in enumerate(reversed(classes)):
            session.add(
                Tenure(
                    bioguide=bioguide,
                    starts=date(2025 - 2 * before, 1, 3),
                    ends=date(2027 - 2 * before, 1, 3),
                    seat=seat,
                    chamber="house" if "-" in seat else "senate",
                    senate_class=senate_class,
                )
            )
        note_change(session, "members", now)


def test_changed_tables_are_seen_after_five_seconds(engine: Engine, now: datetime) -> None:
    put_map(engine, 119, [("78205", "TX-20", None)], now)
    sit(engine, "A000001", "TX-1", now)
    assert by_zip(engine, "78205", now).seats[0].vacant
    sit(engine, "C001091", "TX-20", now + SECOND)
    assert by_zip(engine, "78205", now + 4 * SECOND).seats[0].vacant
    assert by_zip(engine, "78205", now + 5 * SECOND).seats[0].member == "C001091"
    put_map(engine, 119, [("78205", "TX-35", None)], now + 9 * SECOND)
    assert seats(by_zip(engine, "78205", now + 10 * SECOND)) == ["TX-35"]


def listen(engine: Engine) -> list[str]:
    """The queries sent to a database from now on."""
    queries: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != "BEGIN":
            queries.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    return queries


def test_unchanged_tables_are_not_read_again(engine: Engine, now: datetime) -> None:
    """The query after five seconds finds nothing new; for the next five seconds there is none."""
    put_map(engine, 119, [("78205", "TX-20", None)], now)
    by_zip(engine, "78205", now)
    queries = listen(engine)
    by_zip(engine, "78205", now + 5 * SECOND)
    by_zip(engine, "78205", now + 9 * SECOND)
    assert len(queries) == 1


def test_a_clock_set_back_does_not_keep_old_tables(engine: Engine, now: datetime) -> None:
    put_map(engine, 119, [("78205", "TX-20", None)], now)
    by_zip(engine, "78205", now)
    put_map(engine, 119, [("78205", "TX-35", None)], now + SECOND)
    assert seats(by_zip(engine, "78205", now - SECOND)) == ["TX-35"]


def test_a_departed_member_holds_no_seat(engine: Engine, now: datetime) -> None:
    put_map(engine, 119, [("78205", "TX-20", None)], now)
    sit(engine, "C001091", "TX-20", now)
    with db.writing(engine) as session:
        session.get_one(Member, "C001091").standing = "departed"
        session.get_one(Tenure, ("C001091", date(2025, 1, 3))).ends = date(2026, 5, 1)
    sit(engine, "A000001", "TX-1", now)
    assert [(hit.member, hit.vacant) for hit in by_zip(engine, "78205", now).seats] == [(None, True)]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([("A", [1]), ("B", [2])], "AB"),
        ([("A", [3]), ("B", [2])], "BA"),
        # The class of the newest term counts.
        ([("A", [1, 3]), ("B", [2])], "BA"),
        ([("A", [3, 1]), ("B", [2])], "AB"),
        # A member without a known class comes first, as everywhere else.
        ([("A", [1]), ("B", [])], "BA"),
        ([("B", []), ("A", [])], "AB"),
    ],
)
def test_senators_are_named_in_the_order_of_their_class(
    engine: Engine, now: datetime, terms: list[tuple[str, list[int]]], expected: str
) -> None:
    put_map(engine, 119, [("78205", "TX-20", None)], now)
    for name, classes in terms:
        sit(engine, f"{name}000001", "TX", now, last=name, terms=classes)
    assert "".join(senator[0] for senator in by_zip(engine, "78205", now).senators) == expected


def test_a_lookup_in_memory_sends_no_query(engine: Engine, now: datetime) -> None:
    put_map(engine, 119, [("78205", "TX-20", None), ("10001", "NY-12", None)], now)
    by_zip(engine, "78205", now)
    queries = listen(engine)
    assert seats(by_zip(engine, "10001", now)) == ["NY-12"]
    assert queries == []


# --- addresses and points ---

ONE_LINE = "/geocoder/geographies/onelineaddress"
ADDRESS = "727 E. Cesar E. Chavez Blvd, San Antonio, TX 78206"


def layer(congress: int, *geoids: str) -> dict[str, Any]:
    rows = [{"GEOID": geoid, "STATE": geoid[:2], "CDSESSN": str(congress)} for geoid in geoids]
    return {"States": [{"GEOID": "48"}], f"{congress}th Congressional Districts": rows}


def matches(*geographies: dict[str, Any]) -> dict[str, Any]:
    return {"result": {"input": {}, "addressMatches": [{"geographies": layers} for layers in geographies]}}


ANSWERS: list[tuple[str, Any, str, list[str], str]] = [
    ("one match", matches(layer(119, "4820")), "found", ["TX-20"], ""),
    ("two addresses", matches(layer(119, "4820"), layer(119, "4835")), "split", ["TX-20", "TX-35"], ""),
    ("the same match twice", matches(layer(119, "4820"), layer(119, "4820")), "found", ["TX-20"], ""),
    ("both maps", matches({**layer(120, "4810"), **layer(119, "4820")}), "found", ["TX-20"], ""),
    ("at large", matches(layer(119, "5600")), "unknown", [], "found another place"),
    ("delegate", matches(layer(119, "1198")), "unknown", [], "found another place"),
    ("water", matches(layer(119, "36ZZ")), "unknown", [], "no U.S. congressional district"),
    ("no match", matches(), "unknown", [], "could not find this address"),
    ("next Congress", matches(layer(120, "4810")), "unknown", [], "districts of the 120th"),
    ("no layer", matches({"States": [{"GEOID": "48"}]}), "unknown", [], "no U.S. congressional district"),
    ("error envelope", {"errors": ["bad"], "status": "400"}, "unknown", [], "is not answering"),
    ("list", [], "unknown", [], "is not answering"),
    ("nonsense", {"result": {"addressMatches": ["?", {"geographies": []}]}}, "unknown", [], ""),
]


def always_answer(httpserver: HTTPServer, path: str, answer: Any) -> list[Any]:
    """Always send this answer; returns the parameters of the requests."""
    requests: list[Any] = []

    def respond(request: Request) -> Response:
        requests.append(request.args)
        return Response(json.dumps(answer), content_type="application/json", status=200 if answer else 500)

    httpserver.expect_request(path).respond_with_handler(respond)
    return requests


@pytest.fixture
def settings(httpserver: HTTPServer) -> Settings:
    return Settings(geocoder_url=httpserver.url_for("/geocoder"))


def by_address(
    engine: Engine, settings: Settings, now: datetime, text: str = ADDRESS, seconds: float = 30
) -> FindResult:
    with Fetcher(user_agent="test", attempts=1, read_timeout=seconds) as fetcher, db.reading(engine) as session:
        return finder.by_address(fetcher, settings, session, text, now=now)


def by_point(engine: Engine, now: datetime, text: str) -> FindResult:
    with db.reading(engine) as session:
        return finder.by_point(session, text, now=now)


@pytest.mark.parametrize(
    ("answer", "result", "expected", "reason"), [row[1:] for row in ANSWERS], ids=[a[0] for a in ANSWERS]
)
def test_answers_of_the_geocoder(
    sqlite_engine: Engine,
    settings: Settings,
    now: datetime,
    httpserver: HTTPServer,
    answer: Any,
    result: str,
    expected: list[str],
    reason: str,
) -> None:
    httpserver.expect_request(ONE_LINE).respond_with_json(answer)
    found = by_address(sqlite_engine, settings, now)
    assert (found.result, seats(found), found.congress) == (result, expected, 119)
    assert reason in (found.note.en if found.note else "")


def test_the_vintage_is_pinned_to_the_sitting_congress(
    sqlite_engine: Engine, settings: Settings, now: datetime, httpserver: HTTPServer
) -> None:
    requests = always_answer(httpserver, ONE_LINE, matches())
    for moment in (now, TURN):
        by_address(sqlite_engine, settings, moment)
    assert [args["vintage"] for args in requests] == ["ACS2025_Current", "ACS2026_Current"]


FAILURES = {
    "page": Response("<html>", content_type="text/html"),
    "unavailable": Response("", status=503),
    "cut": Response('{"result": {"addr', content_type="application/json"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_geocoder_that_fails_is_unknown_with_the_reason(
    sqlite_engine: Engine, settings: Settings, now: datetime, httpserver: HTTPServer, failure: str
) -> None:
    httpserver.expect_request(ONE_LINE).respond_with_response(FAILURES[failure])
    found = by_address(sqlite_engine, settings, now)
    assert found.result == "unknown"
    assert found.note is not None
    assert "is not answering" in found.note.en
    assert "no responde" in found.note.es


def test_a_geocoder_that_never_answers_is_unknown(sqlite_engine: Engine, now: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = Settings(geocoder_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        found = by_address(sqlite_engine, settings, now, seconds=0.1)
    assert found.result == "unknown"


def test_a_dead_geocoder_is_unknown(sqlite_engine: Engine, now: datetime) -> None:
    found = by_address(sqlite_engine, Settings(geocoder_url="http://127.0.0.1:9"), now)
    assert found.result == "unknown"


def test_a_switched_off_geocoder_is_unknown_and_gets_no_request(sqlite_engine: Engine, now: datetime) -> None:
    found = by_address(sqlite_engine, Settings(geocoder_url=""), now)
    assert found.result == "unknown"
    assert found.note is not None
    assert "search is off" in found.note.en


def test_members_of_an_address(
    snapshot_engine: Engine, settings: Settings, now: datetime, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(ONE_LINE).respond_with_json(matches(layer(119, "4820")))
    found = by_address(snapshot_engine, settings, now)
    assert found.seats[0].member == "C001091"
    assert found.senators == ("C001098", "C001056")


@pytest.mark.parametrize("failure", [False, True])
def test_an_address_is_neither_stored_nor_logged(
    engine: Engine,
    settings: Settings,
    now: datetime,
    httpserver: HTTPServer,
    caplog: pytest.LogCaptureFixture,
    failure: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("werkzeug").disabled = True
    requests = always_answer(httpserver, ONE_LINE, None if failure else matches(layer(119, "4820")))
    found = by_address(engine, settings, now)
    with db.reading(engine) as session:
        stored = [repr(session.execute(sa.select(t)).all()) for t in SQLModel.metadata.tables.values()]
    assert "Chavez" not in caplog.text + "".join(stored) + repr(found)
    assert [args["address"] for args in requests] == [ADDRESS]


@pytest.mark.parametrize(("length", "taken"), [(4, False), (5, True), (200, True), (201, False)])
def test_an_address_has_5_to_200_characters(
    sqlite_engine: Engine, now: datetime, length: int, taken: bool
) -> None:
    text = "1 " + "M" * (length - 2)
    if taken:
        assert by_address(sqlite_engine, Settings(geocoder_url=""), now, f"  {text}  ").result == "unknown"
    else:
        with pytest.raises(Refused):
            by_address(sqlite_engine, Settings(geocoder_url=""), now, text)


@pytest.mark.parametrize("text", ["", "here", "123456", "     "])
def test_what_cannot_be_an_address_is_refused(sqlite_engine: Engine, now: datetime, text: str) -> None:
    with pytest.raises(Refused):
        by_address(sqlite_engine, Settings(geocoder_url=""), now, text)


# --- points ---


# The districts of well-known places in the 119th Congress, by the map that ships.
PLACES = {
    "Times Square": ("40.7580, -73.9855", ["NY-12"]),
    "San Antonio's city hall, beyond the district of its west side": ("29.4241,-98.4936", ["TX-35"]),
    "the White House": ("38.8977,-77.0365", ["DC-0"]),
    "Cheyenne": ("41.1400,-104.8202", ["WY-0"]),
    "Anchorage": ("61.2181,-149.9003", ["AK-0"]),
    "Attu, beyond the antimeridian": ("52.9,173.1", ["AK-0"]),
    "Adak, before it": ("51.85,-176.64", ["AK-0"]),
    "Honolulu": ("21.3069,-157.8583", ["HI-1"]),
    "Key West": ("24.5551,-81.78", ["FL-28"]),
    "Ponce": ("18.0111,-66.6141", ["PR-0"]),
    "Old San Juan, a small island off the map's shore": ("18.4655,-66.1057", ["PR-0"]),
    "Charlotte Amalie": ("18.3419,-64.9307", ["VI-0"]),
    "Hagåtña": ("13.4757,144.7489", ["GU-0"]),
    "Saipan": ("15.19,145.75", ["MP-0"]),
    "Pago Pago": ("-14.2756,-170.7020", ["AS-0"]),
    "the end of Santa Monica's pier": ("34.0077,-118.4995", ["CA-36"]),
    "Great Salt Lake": ("41.1,-112.5", ["UT-1"]),
    "El Paso": ("31.77,-106.50", ["TX-16"]),
    "Detroit": ("42.3314,-83.0458", ["MI-13"]),
    "State Line Road in Kansas City": ("39.05,-94.6077", ["KS-3", "MO-5"]),
    "Four Corners": ("36.9990,-109.0452", ["AZ-2", "UT-3", "NM-3", "CO-3"]),
    "Lake Michigan": ("43.5,-87.0", []),
    "the Gulf": ("28,-90", []),
    "the sea three miles off Miami": ("25.79,-80.07", []),
    "Ciudad Juárez": ("31.7390,-106.4870", []),
    "Tijuana": ("32.5331,-117.0192", []),
    "Nogales, Sonora": ("31.3189,-110.9458", []),
    "Nuevo Laredo": ("27.4763,-99.5164", []),
    "Windsor, Ontario": ("42.3149,-83.0364", []),
    "Niagara Falls, Ontario": ("43.0896,-79.0849", []),
    "Stewart, British Columbia": ("55.9361,-129.9862", []),
    "Tortola": ("18.4286,-64.6185", []),
    "Apia": ("-13.8333,-171.7667", []),
    "Havana": ("23.1136,-82.3666", []),
    "the pole": ("90,0", []),
    "the antimeridian": ("0,180", []),
    "the middle of the map": ("0,0", []),
}


@pytest.mark.parametrize("name", PLACES)
def test_where_places_lie(snapshot_engine: Engine, now: datetime, name: str) -> None:
    text, expected = PLACES[name]
    found = by_point(snapshot_engine, now, text)
    assert seats(found) == expected
    assert found.result == ("unknown", "found", "split")[min(len(expected), 2)]
    assert found.congress == 119
    assert (found.note is None) == (len(expected) == 1)


def test_members_of_a_point(snapshot_engine: Engine, now: datetime) -> None:
    found = by_point(snapshot_engine, now, "39.05,-94.6077")
    assert [hit.member for hit in found.seats] == ["D000629", "C001061"]
    assert len(found.senators) == 4
    assert found.note is not None
    assert "ZIP" not in found.note.en
    assert "1 km" in found.note.text("en")
    assert "1 km" in found.note.text("es")


@pytest.mark.parametrize(
    ("point", "geographies", "expected", "requests"),
    [
        ("29.4176275,-98.4847181", layer(119, "4820"), ["TX-20"], 1),
        ("29.4176275,-98.4847181", layer(120, "4810"), ["TX-35", "TX-28"], 1),
        ("19.43,-99.13", {}, [], 1),
        ("29.45,-98.60", layer(119, "4835"), ["TX-20"], 0),
    ],
    ids=["near a line", "another Congress", "abroad", "clear of every line"],
)
def test_an_operator_may_have_the_geocoder_settle_a_point(
    snapshot_engine: Engine,
    settings: Settings,
    now: datetime,
    httpserver: HTTPServer,
    point: str,
    geographies: dict[str, Any],
    expected: list[str],
    requests: int,
) -> None:
    points: list[str] = []
    open_meanwhile: list[bool] = []
    with Fetcher(user_agent="test", attempts=1) as fetcher, db.reading(snapshot_engine) as session:

        def respond(request: Request) -> Response:
            points.append(f"{request.args['y']},{request.args['x']}")
            open_meanwhile.append(session.in_transaction())
            answer = {"result": {"geographies": geographies}}
            return Response(json.dumps(answer), content_type="application/json")

        httpserver.expect_request("/geocoder/geographies/coordinates").respond_with_handler(respond)
        assert seats(finder.settle_point(fetcher, settings, session, point, now=now)) == expected
    assert points == [point] * requests
    assert not any(open_meanwhile)


@pytest.mark.parametrize(
    ("moment", "point", "reason"),
    [
        (TURN - SECOND, "19.43,-99.13", "shores and borders"),
        (TURN, "19.43,-99.13", "shores and borders"),
        (TURN, "30.27,-97.74", "new districts in Texas"),
    ],
)
def test_a_point_without_a_district_gets_advice(
    snapshot_engine: Engine, moment: datetime, point: str, reason: str
) -> None:
    """Abroad, and where a state has new districts that are not stored."""
    found = by_point(snapshot_engine, moment, point)
    assert found.result == "unknown"
    assert found.note is not None
    assert reason in found.note.en
    assert "street address" in found.note.en
    assert "dirección" in found.note.es


def test_without_boundaries_every_point_is_unknown(engine: Engine, now: datetime) -> None:
    found = by_point(engine, now, "29.5,-98.5")
    assert found.result == "unknown"
    assert found.note is not None
    assert "119th" in found.note.en


def test_offices_in_a_zip_with_one_district_lie_in_it(snapshot_engine: Engine, now: datetime) -> None:
    """The record's coordinates, every twentieth, against the ZIP table."""
    with db.reading(snapshot_engine) as session:
        offices = session.exec(select(Office).where(col(Office.latitude).is_not(None))).all()
        by_zip = {
            office.id: seats(finder.by_zip(session, office.zip, now=now)) for office in offices if office.zip
        }
        sure = [office for office in offices if len(by_zip.get(office.id, [])) == 1][::20]
        there = {
            office.id: boundaries.seats_at(session, 119, office.latitude or 0, office.longitude or 0)
            for office in sure
        }
    assert len(sure) > 40
    assert [office.city for office in sure if by_zip[office.id][0] not in there[office.id]] == []


def test_an_imported_map_replaces_that_of_the_snapshot(
    snapshot_copy: Engine, now: datetime, tmp_path: Path
) -> None:
    engine = snapshot_copy
    square = [[[-99, 29], [-98, 29], [-98, 30], [-99, 30], [-99, 29]]]
    feature = {"properties": {"GEOID": "4820"}, "geometry": {"type": "Polygon", "coordinates": square}}
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    boundaries.import_boundaries(engine, path, 119, now=now)
    snapshot.load(engine, now=now + timedelta(days=400))
    assert seats(by_point(engine, now, "29.4241,-98.4936")) == ["TX-20"]
    assert by_point(engine, now, "30.27,-97.74").result == "unknown"
    assert seats(by_point(engine, now, "40.758,-73.9855")) == ["NY-12"]


def test_missouri_is_asked_for_by_the_map_that_it_kept(
    snapshot_engine: Engine, settings: Settings, httpserver: HTTPServer
) -> None:
    """The geocoder's districts of the 120th are void there, and not in Kansas across the street."""
    vintages: list[str] = []
    answers = {"ACS2026_Current": layer(120, "2904"), "ACS2025_Current": layer(119, "2905")}

    def respond(request: Request) -> Response:
        vintages.append(request.args["vintage"])
        return Response(json.dumps(matches(answers[vintages[-1]])), content_type="application/json")

    httpserver.expect_request(ONE_LINE).respond_with_handler(respond)
    found = by_address(snapshot_engine, settings, TURN, "4001 Main St, Kansas City, MO 64111")
    assert (found.result, found.congress, seats(found)) == ("found", 119, ["MO-5"])
    answers["ACS2026_Current"] = layer(120, "2003")
    found = by_address(snapshot_engine, settings, TURN, "1 State Line Rd, Kansas City, KS")
    assert (found.congress, seats(found)) == (120, ["KS-3"])
    assert vintages == ["ACS2026_Current", "ACS2025_Current", "ACS2026_Current"]


@pytest.mark.parametrize("text", ["", "29.4", "29.4,", "north,south", "91,0", "0,181", "1e3,2", "nan,nan"])
def test_what_cannot_be_a_point_is_refused(sqlite_engine: Engine, now: datetime, text: str) -> None:
    with pytest.raises(Refused):
        by_point(sqlite_engine, now, text)


@pytest.mark.parametrize(
    "pumped", ["1" + "+" * 64_900 + "x", "1" + " " * 64_900 + "x", "1" * 64_900, " " * 64_900]
)
def test_a_long_text_is_no_point_and_is_not_searched(pumped: str) -> None:
    """A pattern that tries each of 60,000 blanks anew froze the process for half a minute."""
    with pytest.raises(Refused, match="latitude and longitude"):
        finder.point_of(pumped)


@pytest.mark.parametrize("text", ["29.42,-98.49", "29.42, -98.49", " 29.42 ; -98.49 ", "29.42  -98.49"])
def test_a_point_is_read_as_people_write_it(text: str) -> None:
    assert finder.point_of(text) == (29.42, -98.49)


@pytest.mark.parametrize(("module", "name"), [(finder, "_read_index"), (zip_table, "_seats")])
def test_of_those_that_come_at_once_one_reads(
    snapshot_engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    began, reads, read = Barrier(3), [], getattr(module, name)

    def reading(*given: Any) -> Any:
        reads.append(1)
        return read(*given)

    def ask(_number: int) -> FindResult:
        with db.reading(snapshot_engine) as session:
            began.wait(timeout=30)
            return finder.by_zip(session, "78205", now=now)

    monkeypatch.setattr(module, name, reading)
    monkeypatch.setattr(finder, "_indexes", {})
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(ask, range(3)))
    assert len(reads) == 1
    assert found[0] == found[1] == found[2]
