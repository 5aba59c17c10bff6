"""The record as JSON: shapes, refusals, and the description held against the routes."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient


def test_a_bill_is_the_object_of_the_command_line_and_more(client: FlaskClient) -> None:
    found = client.get("/api/v1/bills/hr923-119").json
    assert found["counts"] == {
        "listed": 26,
        "sitting_voting": 23,
        "delegates": 1,
        "departed": 2,
        "withdrawn": 0,
    }
    assert (found["bill"], found["stage"], found["congress"]) == ("hr923-119", "in_committee", 119)
    assert (found["sponsor"], found["introduced"]) == ("C001091", "2025-02-04")
    assert found["proposal"] == "stop-arming-cartels-act"
    assert len(found["cosponsors"]) == 26
    assert {"bioguide", "date", "original", "withdrawn"} <= found["cosponsors"][0].keys()


def test_a_bill_as_of_a_day(client: FlaskClient) -> None:
    then = client.get("/api/v1/bills/hr6736-119?on=2026-01-10").json
    assert then["as_of"] == "2026-01-10"
    assert then["counts"]["listed"] < 29


def test_every_bill_of_the_snapshot_is_whole(client: FlaskClient) -> None:
    bills = client.get("/api/v1/bills").json["bills"]
    assert [one["partial"] for one in bills] == [False] * 9


def test_changes_can_be_followed_to_the_end(client: FlaskClient) -> None:
    seen: list[int] = []
    at = 0
    while rows := client.get(f"/api/v1/changes?since={at}&bill=hr923-119").json["changes"]:
        seen += [row["seq"] for row in rows]
        at = rows[-1]["seq"]
    assert len(seen) == len(set(seen)) > 26
    assert seen == sorted(seen)


def test_find_is_the_object_of_the_command_line(client: FlaskClient) -> None:
    found = client.get("/api/v1/find?zip=78207").json
    assert found["result"] == "split"
    assert found["congress"] == 119
    assert {"seat": "TX-20", "member": "C001091", "vacant": False} in found["seats"]
    assert set(found["senators"]) == {"C001056", "C001098"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/bills/hr99999-119", 404),
        ("/bills/H.R. 8427", 409),
        ("/bills/nonsense", 400),
        ("/bills/hr6736-119?on=tomorrow", 400),
        ("/bills/hr6736-119?on=2031-01-01", 400),
        ("/changes?since=-1", 400),
        ("/changes?since=99999999999999999999", 400),
        ("/find?zip=letters", 400),
        ("/find", 400),
        ("/proposals/none", 404),
        ("/none", 404),
    ],
)
def test_refusals_are_one_shape(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == status
    assert answer.json["error"].keys() == {"status", "message", "request"}


def test_the_description_matches_the_routes(app: Flask, client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").json
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")]
    routes = {re.sub(r"<(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1") for rule in rules}
    assert described["paths"].keys() == routes
    for path, operations in described["paths"].items():
        named = {one["name"] for one in operations["get"]["parameters"] if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))
