"""The record as JSON: shapes, refusals, and who may read it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from campaign.outreach.outcomes import ConnectionLimits


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
        ("/bills/hr6736-119?on=2031-01-01", 404),
        ("/changes?since=-1", 400),
        ("/changes?since=99999999999999999999", 400),
        ("/find?zip=letters", 400),
        ("/find", 400),
        ("/find?zip=78207&zip4=1", 400),
        ("/changes?since=many", 400),
        ("/scripts?bill=hr923-119", 400),
        ("/scripts?bill=s3508-119&member=C001098&kind=shout", 400),
        ("/scripts?bill=s3508-119&member=X000000", 404),
        ("/members/nobody", 404),
        ("/calls?bill=nonsense", 400),
        ("/proposals/none", 404),
        ("/none", 404),
    ],
)
def test_refusals_are_one_shape(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == status
    assert answer.json["error"].keys() == {"status", "message", "request"}


def test_any_origin_may_read_what_anybody_may_and_asks_again_cheaply(client: FlaskClient) -> None:
    answer = client.get("/api/v1/bills")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    again = client.get("/api/v1/bills", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    asked = client.options("/api/v1/bills", headers={"Origin": "https://press.example"})
    assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]
    for path in ("/organize/notes", "/organize/bills/hr923-119/board"):
        assert "Access-Control-Allow-Origin" not in client.get(f"/api/v1{path}").headers


def test_readers_are_limited_by_the_hour(app: Flask, client: FlaskClient) -> None:
    app.extensions["readers"] = ConnectionLimits(2)
    statuses = [client.get("/api/v1/campaigns").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get("/act/TX-20").status_code == 200


def test_a_member_is_shown_with_what_there_is_to_ask(client: FlaskClient) -> None:
    found = client.get("/api/v1/members/C001098").json
    assert (found["name"], found["seat"], found["chamber"]) == ("Ted Cruz", "TX", "senate")
    assert {each["bill"]: each["ask"] for each in found["standings"]} == {
        "s3508-119": "committee",
        "s367-119": "cosponsor",
    }


def test_a_script_is_the_object_of_the_command_line(client: FlaskClient) -> None:
    found = client.get("/api/v1/scripts?bill=S.+3508+(119th)&member=C001098&lang=es").json
    assert found.keys() == {"ask", "text", "salutation", "phones", "reason"}
    assert "Le" in found["text"] or "pedirle" in found["text"]
    assert "202-224-5922" in found["phones"]
