"""Roll calls and the scorecard as JSON."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from chambers import add_bill, legislator, on, seat_members, term
from roll_calls import refer, vote
from sqlalchemy.engine import Engine

from campaign.app import create_app
from campaign.settings import Settings

NOW = datetime(2026, 6, 20, 15, tzinfo=UTC)


@pytest.fixture
def congress(engine: Engine) -> Engine:
    seat_members(engine, *(legislator(f"A{number}", term(f"NY-{number}")) for number in (1, 2, 3)))
    add_bill(engine, "hr1-119", on("A2"), sponsor="A1", proposal="armas")
    vote(engine, {"A1": "yea", "A2": "nay", "?Example": "present"})
    refer(engine, "hr1-119", 10)
    return engine


def get(engine: Engine, path: str) -> Any:
    app = create_app(Settings(secret_key="k" * 40, geocoder_url=""), engine=engine)
    with time_machine.travel(NOW, tick=False):
        answer = app.test_client().get(f"/api/v1{path}")
    assert answer.status_code == 200
    return answer.json


def test_votes_on_a_bill_with_how_each_member_voted(congress: Engine) -> None:
    unread, read = get(congress, "/bills/hr1-119/votes")["votes"]
    assert unread == {
        "roll": "house-119-2-10", "source": "https://clerk.house.gov/evs/2026/roll010.xml", "date": None,
        "question": None, "result": None, "on_passage": False, "yeas": None, "nays": None, "present": None,
        "not_voting": None, "members": [],
    }  # fmt: skip
    assert (read["roll"], read["date"], read["question"]) == ("house-119-2-9", "2026-05-01", "On Passage")
    counts = [read[name] for name in ("yeas", "nays", "present", "not_voting")]
    assert (counts, read["on_passage"]) == ([220, 200, 0, 5], True)
    assert [(row["bioguide"], row["name"], row["vote"]) for row in read["members"]] == [
        ("A000001", "A1", "yea"), ("A000002", "A2", "nay"), (None, "Example", "present"),
    ]  # fmt: skip


def test_the_scorecard_in_numbers(congress: Engine) -> None:
    found = get(congress, "/scorecard")["members"]
    assert [(row["bioguide"], row["for_it"], row["of"]) for row in found] == [
        ("A000001", 2, 2), ("A000002", 1, 2), ("A000003", 0, 1),
    ]  # fmt: skip
    assert found[1]["details"] == [
        {"bill": "hr1-119", "date": "2026-01-10", "did": "cosponsor"},
        {"bill": "hr1-119", "date": "2026-05-01", "did": "nay"},
    ]
