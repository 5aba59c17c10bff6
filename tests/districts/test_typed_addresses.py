"""A typed street address is held against the place that the geocoder finds; without one it may still tell."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine

from campaign import db
from campaign.districts import finder
from campaign.districts.answers import FindResult
from campaign.fetch import Fetcher
from campaign.settings import Settings

Lookup = Callable[..., FindResult]


def match(geoid: str, address: str = "", zip: str = "") -> dict[str, Any]:
    districts = [{"GEOID": geoid, "STATE": geoid[:2], "CDSESSN": "119"}]
    return {
        "matchedAddress": address,
        "addressComponents": {"zip": zip} if zip else {},
        "geographies": {"119th Congressional Districts": districts},
    }


@pytest.fixture
def look_up(snapshot_engine: Engine, httpserver: HTTPServer, now: datetime) -> Lookup:
    """Look an address up, for which the geocoder answers with these matches."""
    settings = Settings(geocoder_url=httpserver.url_for("/geocoder"))

    def ask(text: str, *matches: dict[str, Any]) -> FindResult:
        answer = json.dumps({"result": {"addressMatches": matches}})
        path = "/geocoder/geographies/onelineaddress"
        httpserver.expect_request(path).respond_with_data(answer, content_type="application/json")
        with Fetcher(user_agent="test", attempts=1) as fetcher, db.reading(snapshot_engine) as session:
            return finder.by_address(fetcher, settings, session, text, now=now)

    return ask


def seats(found: FindResult) -> list[str]:
    return [hit.seat for hit in found.seats]


FLORIDA = match("1212", "1 MAIN ST, SAN ANTONIO, FL, 33576", "33576")
TEXAS = match("4820", "1 MAIN ST, SAN ANTONIO, TX, 78207", "78207")
DALLAS = match("4830", "1 MAIN ST, DALLAS, TX, 75202", "75202")
ELSEWHERE = [
    ("1 Main St, San Antonio TX 78205", [FLORIDA], "1 MAIN ST, SAN ANTONIO, FL, 33576"),
    ("1 Main St, San Antonio 78205", [FLORIDA], "1 MAIN ST, SAN ANTONIO, FL, 33576"),
    ("1 Main St, San Antonio, Texas", [FLORIDA], "1 MAIN ST, SAN ANTONIO, FL, 33576"),
    ("1 Main St, San Antonio TX 78205", [DALLAS], "1 MAIN ST, DALLAS, TX, 75202"),
    ("1 Main St, San Antonio TX 78205", [match("1212")], "FL-12"),
]


@pytest.mark.parametrize(("text", "matches", "shown"), ELSEWHERE)
def test_a_match_elsewhere_is_unknown_and_says_what_was_matched(
    look_up: Lookup, text: str, matches: list[dict[str, Any]], shown: str
) -> None:
    found = look_up(text, *matches)
    assert (found.result, seats(found), found.state) == ("unknown", [], "TX")
    assert found.senators == ("C001098", "C001056")
    assert found.note is not None
    assert shown in found.note.en
    assert shown in found.note.es


@pytest.mark.parametrize(
    ("text", "matches", "expected"),
    [
        ("1 Main St, San Antonio TX 78205", [TEXAS], ["TX-20"]),
        ("1 Main St, San Antonio TX 78205", [FLORIDA, TEXAS], ["TX-20"]),
        ("1 Main St, San Antonio", [FLORIDA, TEXAS], ["FL-12", "TX-20"]),
        ("1 Main St, San Antonio FL 33576", [FLORIDA], ["FL-12"]),
        # A ZIP code over a state line, without a state.
        ("1 Main St, Fort Campbell 42223", [match("4707", zip="42223")], ["TN-7"]),
        # The postal state differs from the prefix's.
        ("1 Ski Hill Rd, Alta WY 83414", [match("5600", zip="83414")], ["WY-0"]),
    ],
)
def test_matches_that_agree_with_the_address_are_taken(
    look_up: Lookup, text: str, matches: list[dict[str, Any]], expected: list[str]
) -> None:
    assert seats(look_up(text, *matches)) == expected


@pytest.mark.parametrize(
    ("text", "expected", "codes"),
    [
        ("HC 1 Box 1234, Utuado PR 00641", ["PR-0"], ["by-zip", ""]),
        ("RR 2, Cheyenne, Wyoming", ["WY-0"], ["by-state"]),
        ("12 Nowhere Rd, Anchorage AK 99999", ["AK-0"], ["by-state"]),
        ("PO Box 12, Staten Island NY 10301", ["NY-11"], ["by-zip"]),
        ("PO Box 4321, Houston TX 77210", ["TX-18"], ["by-zip", "likely"]),
    ],
)
def test_without_a_match_a_zip_code_or_state_with_one_seat_decides(
    look_up: Lookup, text: str, expected: list[str], codes: list[str]
) -> None:
    found = look_up(text)
    assert (found.result, seats(found)) == ("found", expected)
    assert [note.code for note in found.notes] == codes
    assert found.note is not None
    assert "couldn’t look up" in found.note.en


@pytest.mark.parametrize(
    ("text", "senators"),
    [
        ("1 Main St, San Antonio TX 78205", 2),
        ("1 Main St, San Antonio TX 33576", 2),
        ("1 Main St, San Antonio", 0),
        ("1 Main St, Wyoming, Michigan", 2),
    ],
)
def test_without_a_match_and_with_several_seats_the_senators_are_offered(
    look_up: Lookup, text: str, senators: int
) -> None:
    found = look_up(text)
    assert (found.result, seats(found), len(found.senators)) == ("unknown", [], senators)
    assert found.note is not None
    assert "could not find this address" in found.note.en


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10301", ["NY-11"]),
        ("NY 10301", ["NY-11"]),
        ("Staten Island, NY 10301", ["NY-11"]),
        ("78205-1234", ["TX-20", "TX-28", "TX-35"]),
    ],
)
def test_a_zip_code_in_the_address_box_is_a_zip_code(
    look_up: Lookup, httpserver: HTTPServer, text: str, expected: list[str]
) -> None:
    assert seats(look_up(text)) == expected
    assert httpserver.log == []


def test_a_match_elsewhere_for_a_zip_code_over_a_state_line_names_no_state(look_up: Lookup) -> None:
    found = look_up("1 Main St, Britton 57430", FLORIDA)
    assert (found.result, found.state, found.senators) == ("unknown", "", ())
    found = look_up("1 Main St, San Antonio 78205", FLORIDA)
    assert (found.state, len(found.senators)) == ("TX", 2)


def test_a_plain_match_needs_no_note(look_up: Lookup) -> None:
    assert look_up("1 Main St, San Antonio TX 78207", TEXAS).notes == ()
