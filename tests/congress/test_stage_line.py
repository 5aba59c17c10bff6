"""The steps on a bill's page."""

from datetime import datetime

import pytest
from histories import AFTER, IN_HOUSE, IN_SENATE, TO_COMMITTEE, TO_STATES, Line, line, read

from campaign.congress.bills import BillId
from campaign.congress.stage_line import stage_line


def states(bill: str, *lines: Line, title: str = "", today: datetime | None = None) -> dict[str, str]:
    reading = read(bill, *lines, title=title, today=today)
    return {step.stage.value: step.state for step in stage_line(BillId.of(bill), reading)}


def test_the_stage_line_of_a_bill() -> None:
    assert states("hr6736-119", IN_HOUSE, TO_COMMITTEE) == {
        "introduced": "done",
        "in_committee": "now",
        "reported": "ahead",
        "passed_house": "ahead",
        "passed_both": "ahead",
        "to_president": "ahead",
        "law": "ahead",
    }


def test_the_stage_line_says_what_was_skipped_and_what_is_closed() -> None:
    skipped = line("2025-12-16", "Introduced in the Senate, read twice, considered, and passed.", "17000 10000")
    assert states("s3490-119", skipped)["in_committee"] == "skipped"
    dead = states("hr6736-119", IN_HOUSE, TO_COMMITTEE, today=AFTER)
    assert (dead["in_committee"], dead["law"]) == ("now", "closed")


@pytest.mark.parametrize(
    ("bill", "title", "last"),
    [("hres1-119", "", "agreed_to"), ("sconres1-119", "", "agreed_to"), ("hjres1-119", TO_STATES, "to_states")],
)
def test_the_stage_line_ends_where_its_type_ends(bill: str, title: str, last: str) -> None:
    assert list(states(bill, IN_HOUSE, title=title))[-1] == last


def test_the_second_passage_is_named_after_its_chamber() -> None:
    steps = stage_line(BillId.of("s367-119"), read("s367-119", IN_SENATE))
    assert [step.label("en") for step in steps][3:5] == ["Passed the Senate", "Passed the House"]
    assert [step.label("es") for step in steps][3] == "Aprobado por el Senado"
