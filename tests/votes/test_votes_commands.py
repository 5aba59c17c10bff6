"""The commands for roll calls: one JSON object each, and what failed by name."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from vote_documents import clerk_roll

from campaign.cli import main

AT_CLERK = "/clerk/evs/2026/roll314.xml"


@pytest.fixture
def run(reading: Any, chambers: Any) -> Any:
    env = {
        "CAMPAIGN_DATABASE_URL": reading.engine.url.render_as_string(hide_password=False),
        "CAMPAIGN_SECRET_KEY": "x" * 40,
        "CAMPAIGN_CLERK_URL": f"{chambers.base}/clerk",
        "CAMPAIGN_SENATE_URL": "",
        "LC_ALL": None,
        "LC_MESSAGES": None,
    }

    def command(*words: str) -> Result:
        return CliRunner().invoke(main, ["votes", *words], env=env)

    return command


def test_votes_are_read_and_listed(run: Any, reading: Any, chambers: Any) -> None:
    chambers.pages[AT_CLERK] = clerk_roll()
    for number in (314, 315):
        reading.refer("s2403-119", "house", 2, number)
    read = run("read", "--json")
    assert (read.exit_code, json.loads(read.stdout)) == (
        0, {"read": ["house-119-2-314"], "not_posted": ["house-119-2-315"], "faults": {}, "left": 0},
    )  # fmt: skip
    listed = json.loads(run("list", "--json").stdout)["votes"]
    assert [(row["roll"], row["day"], row["yeas"], row["on_passage"]) for row in listed] == [
        ("house-119-2-315", None, None, False), ("house-119-2-314", "2026-09-16", 401, True),
    ]  # fmt: skip
    assert listed[1]["source"] == "https://clerk.house.gov/evs/2026/roll314.xml"
    said = run("list").stdout
    assert "On Motion to Suspend the Rules and Pass: Passed, 401-14" in said


def test_what_failed_is_named(run: Any, reading: Any, chambers: Any) -> None:
    chambers.pages[AT_CLERK] = clerk_roll(number=9)
    reading.refer("s2403-119", "house", 2, 314)
    read = run("read")
    assert (read.exit_code, "house-119-2-314: a document of another roll call" in read.stderr) == (1, True)
