"""The steps on a bill's page: which there are for a type of measure, and how each stands."""

from datetime import datetime

import pytest
from histories import (
    AFTER,
    BOTH,
    HOUSE_PASSED,
    IN_HOUSE,
    IN_SENATE,
    LAW,
    PATH,
    PRESENTED,
    SENATE_CHANGED,
    SENATE_PASSED,
    TO_COMMITTEE,
    TO_STATES,
    VETOED,
    Line,
    line,
    read,
    senate_failed,
)

from campaign.congress.bills import BillId
from campaign.congress.stage_line import Step, stage_line


def steps(
    bill: str, *lines: Line, law: str | None = None, title: str = "", today: datetime | None = None
) -> list[Step]:
    return stage_line(BillId.of(bill), read(bill, *lines, law=law, title=title, today=today))


def states(bill: str, *lines: Line, title: str = "", today: datetime | None = None) -> dict[str, str]:
    return {step.stage.value: step.state for step in steps(bill, *lines, title=title, today=today)}


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


def test_steps_done_are_those_with_a_day_and_the_furthest() -> None:
    found = steps("hr192-119", *PATH)
    assert [(step.stage.value, str(step.day), step.done) for step in found] == [
        ("introduced", "2025-01-10", True),
        ("in_committee", "2025-01-10", True),
        ("reported", "2025-02-20", True),
        ("passed_house", "2025-03-04", True),
        ("passed_both", "None", False),
        ("to_president", "None", False),
        ("law", "None", False),
    ]


def test_the_stage_line_says_what_was_skipped_and_what_is_closed() -> None:
    skipped = line("2025-12-16", "Introduced in the Senate, read twice, considered, and passed.", "17000 10000")
    assert states("s3490-119", skipped)["in_committee"] == "skipped"
    dead = states("hr6736-119", IN_HOUSE, TO_COMMITTEE, today=AFTER)
    assert (dead["in_committee"], dead["law"]) == ("now", "closed")


def test_a_law_whose_day_is_not_known_is_done_all_the_same() -> None:
    last = steps("hr192-119", *BOTH, law="119-15")[-1]
    assert (last.stage.value, last.state, last.day, last.done) == ("law", "now", None, True)


def test_a_number_without_a_bill_has_taken_no_step() -> None:
    assert set(states("hr9-119", title="Reserved for the Speaker.").values()) == {"ahead"}
    assert set(states("hr9-118", title="ARMAS Act", today=AFTER).values()) == {"ahead"}


SUBMITTED = line("2025-09-16", "Submitted in House", "1025")
REJECTED = line("2025-09-17", "On agreeing to the resolution Failed by recorded vote: 197-228.", "9000 H37100")


@pytest.mark.parametrize(
    ("bill", "lines", "title", "after_reported"),
    [
        ("hr1-119", (IN_HOUSE,), "", ["passed_house", "passed_both", "to_president", "law"]),
        ("s1-119", (IN_SENATE,), "", ["passed_senate", "passed_both", "to_president", "law"]),
        ("sjres1-119", (IN_SENATE,), "", ["passed_senate", "passed_both", "to_president", "law"]),
        ("hjres1-119", (IN_HOUSE,), TO_STATES, ["passed_house", "passed_both", "to_states"]),
        ("hconres1-119", (IN_HOUSE,), "", ["passed_house", "agreed_to"]),
        ("sconres1-119", (IN_SENATE,), "", ["passed_senate", "agreed_to"]),
        # Two forms of a concurrent resolution have still to become one.
        ("hconres1-119", (HOUSE_PASSED, SENATE_CHANGED), "", ["passed_house", "passed_both", "agreed_to"]),
        ("hconres1-119", (HOUSE_PASSED, SENATE_PASSED), "", ["passed_house", "agreed_to"]),
        ("hres1-119", (SUBMITTED,), "", ["agreed_to"]),
        ("sres1-119", (IN_SENATE,), "", ["agreed_to"]),
        ("hres1-119", (SUBMITTED, REJECTED), "", ["failed"]),
        # A failed vote ends no bill.
        ("hr1-119", (*PATH, senate_failed("2025-09-19")), "",
         ["passed_house", "passed_both", "to_president", "law"]),
        ("hr1-119", (*BOTH, PRESENTED, VETOED), "", ["passed_house", "passed_both", "to_president", "vetoed"]),
        ("hr1-119", (*BOTH, PRESENTED, LAW), "", ["passed_house", "passed_both", "to_president", "law"]),
        # The line of the first passage is missing: the one that is known is shown.
        ("hr1-119", (IN_HOUSE, SENATE_PASSED), "", ["passed_senate", "passed_both", "to_president", "law"]),
    ],
)  # fmt: skip
def test_the_steps_are_those_of_the_type_of_measure(
    bill: str, lines: tuple[Line, ...], title: str, after_reported: list[str]
) -> None:
    first = ["introduced", "in_committee", "reported"]
    assert list(states(bill, *lines, title=title)) == [*first, *after_reported]


@pytest.mark.parametrize(
    ("bill", "first", "second"),
    [
        ("s367-119", "Passed the Senate", "Passed the House"),
        ("hr923-119", "Passed the House", "Passed the Senate"),
    ],
)
def test_the_second_passage_is_named_after_its_chamber(bill: str, first: str, second: str) -> None:
    found = steps(bill, IN_SENATE if bill.startswith("s") else IN_HOUSE)
    assert [step.label("en") for step in found][3:5] == [first, second]


def test_steps_are_named_in_both_languages() -> None:
    found = steps("s367-119", IN_SENATE)
    assert [step.label("es") for step in found][2:5] == [
        "Salió del comité",
        "Aprobado por el Senado",
        "Aprobado por la Cámara de Representantes",
    ]
