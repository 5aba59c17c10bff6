"""Stages of measures that go between the chambers: amendments, conferences, and what the second one does."""

import pytest
from histories import (
    BOTH,
    CALENDAR,
    HOUSE_ACCEPTED,
    HOUSE_CHANGED_AGAIN,
    HOUSE_PASSED,
    IN_HOUSE,
    IN_SENATE,
    IN_SENATE_COMMITTEE,
    ORDERED,
    PATH,
    PRESENTED,
    REPORTED,
    SENATE_CHANGED,
    SENATE_COMMITTEE,
    SENATE_PASSED,
    TO_COMMITTEE,
    TO_STATES,
    Line,
    line,
    read,
    suspension_failed,
)

from campaign.congress.stage_names import Stage

# H.R. 4310 of the 112th Congress (defense authorization for 2013).
DEFENSE = (
    line("2012-03-29", "Introduced in House", "1000"),
    line("2012-05-18", "Passed/agreed to in House: On passage Passed by recorded vote: 299 - 120.", "8000"),
    line(
        "2012-12-12",
        "Passed/agreed to in Senate: Passed Senate with an amendment by Unanimous Consent.",
        "17000",
    ),
    line("2012-12-12", "Senate insists on its amendment, requests a conference, appoints conferees."),
    line("2012-12-18", "Conference report H. Rept. 112-705 filed."),
)
HOUSE_AGREED = line(
    "2012-12-20", "On agreeing to the conference report Agreed to by the Yeas and Nays: 315 - 107.", "H37100"
)
SENATE_AGREED = line("2012-12-21", "Senate agreed to conference report by Yea-Nay Vote. 81 - 14.")
BOTH_AGREED = (HOUSE_AGREED, SENATE_AGREED)
SENATE_CHANGED_AGAIN = line(
    "2025-06-20",
    "Resolving differences -- Senate actions: Senate concurred in the House amendment to the Senate amendment "
    "with an amendment by Yea-Nay Vote. 64 - 33.",
    "20500",
)


HOUSE_REFUSED = line(
    "2025-06-03",
    "On motion that the House agree to the Senate amendment Failed by the Yeas and Nays: 200 - 217.",
)
HOUSE_PASSED_AMENDED = line(
    "2025-03-04",
    "On motion to suspend the rules and pass the bill, as amended Agreed to by voice vote.",
    "H37300",
)
HOUSE_PASSED_LATER = line(
    "2025-07-17", "Passed/agreed to in House: On passage Passed by the Yeas and Nays: 308 - 122.", "8000"
)
SENATE_REPORTED = line("2025-07-01", "Committee on Finance. Reported by Senator Crapo.", "14000")
SENATE_DISCHARGED = line("2025-07-01", "Senate Committee on Finance discharged by Unanimous Consent.", "14500")
SENATE_PASSED_LATER = line("2025-07-08", "Passed Senate without amendment by Unanimous Consent.", "17000")
SECOND_REPORT = line(
    "2025-04-02", "Supplemental report filed by the Committee on Energy, H. Rept. 119-270, Part III.", "5000"
)
HOUSE_DISCHARGED = line("2025-02-28", "Committee on Agriculture discharged.", "5500 H12300")
RESOLVED_IN_SENATE = line("2025-04-05", "Passed Senate by Yea-Nay Vote. 51 - 48.", "17000")
RESOLVED_IN_HOUSE = line("2025-04-10", "On agreeing to the resolution Agreed to by voice vote.", "8000")
SUBMITTED = line("2025-09-16", "Submitted in House", "H11100")
OVERRIDES = (
    line("2008-07-15", "Passed House over veto.", "32000"),
    line("2008-07-16", "Passed Senate over veto.", "34000"),
)
OVERRIDES_TURNED = (
    line("2008-07-15", "Passed Senate over veto.", "34000"),
    line("2008-07-16", "Passed House over veto.", "32000"),
)
NOT_TWO_THIRDS = suspension_failed("2025-09-17")
DIFFER = "amended differences"
ONWARD = "referred_onward reported_onward"


@pytest.mark.parametrize(
    ("bill", "lines", "stage", "since", "flags"),
    [
        # A conference report settles the text once both chambers agreed to it, on the later day.
        ("hr4310-112", DEFENSE, "passed_both", "2012-12-12", f"{DIFFER} conference"),
        ("hr4310-112", (*DEFENSE, HOUSE_AGREED), "passed_both", "2012-12-12", f"{DIFFER} conference"),
        ("hr4310-112", (*DEFENSE, SENATE_AGREED), "passed_both", "2012-12-12", f"{DIFFER} conference"),
        (
            "hr4310-112",
            (*DEFENSE, HOUSE_AGREED, SENATE_AGREED),
            "passed_both",
            "2012-12-21",
            "amended conference",
        ),
        # The words of the second passage do not tell of its change; those of the answer do.
        ("hr6644-119", (*BOTH, HOUSE_CHANGED_AGAIN), "passed_both", "2025-05-22", DIFFER),
        # Agreed to, and then changed once more.
        (
            "hr6644-119",
            (*PATH, SENATE_CHANGED, HOUSE_ACCEPTED, SENATE_CHANGED_AGAIN),
            "passed_both",
            "2025-05-22",
            DIFFER,
        ),
        # A failed motion to agree settles nothing.
        ("hr6644-119", (*PATH, SENATE_CHANGED, HOUSE_REFUSED), "passed_both", "2025-05-22", DIFFER),
        # The first chamber's own amendments are no difference between the two.
        ("hr183-119", (IN_HOUSE, HOUSE_PASSED_AMENDED, SENATE_PASSED), "passed_both", "2025-05-22", ""),
        # H.R. 197: in the second chamber it goes through a committee again.
        ("hr197-119", (*PATH, IN_SENATE_COMMITTEE, SENATE_REPORTED), "passed_house", "2025-03-04", ONWARD),
        (
            "hr197-119",
            (*PATH, IN_SENATE_COMMITTEE, SENATE_DISCHARGED),
            "passed_house",
            "2025-03-04",
            f"{ONWARD} discharged",
        ),
        (
            "hr197-119",
            (*PATH, IN_SENATE_COMMITTEE, SENATE_REPORTED, SENATE_PASSED_LATER),
            "passed_both",
            "2025-07-08",
            "",
        ),
        # Cleared by one committee, later by another: since the first day.
        (
            "hr4312-119",
            (IN_HOUSE, TO_COMMITTEE, ORDERED, REPORTED, SECOND_REPORT),
            "reported",
            "2025-02-20",
            "ordered_reported",
        ),
        (
            "hr183-119",
            (IN_HOUSE, TO_COMMITTEE, REPORTED, HOUSE_DISCHARGED, CALENDAR),
            "reported",
            "2025-02-20",
            "discharged on_calendar",
        ),
        # A Senate bill, passed at home only; then by the House without a change.
        ("s1582-119", (IN_SENATE, SENATE_COMMITTEE, SENATE_PASSED), "passed_senate", "2025-05-22", ""),
        ("s1582-119", (IN_SENATE, SENATE_PASSED, HOUSE_PASSED_LATER), "passed_both", "2025-07-17", ""),
        # Concurrent resolutions of either chamber end with the second vote.
        ("sconres7-119", (RESOLVED_IN_SENATE,), "passed_senate", "2025-04-05", ""),
        ("sconres7-119", (RESOLVED_IN_SENATE, RESOLVED_IN_HOUSE), "agreed_to", "2025-04-10", ""),
        ("hconres14-119", (RESOLVED_IN_SENATE, RESOLVED_IN_HOUSE), "agreed_to", "2025-04-10", ""),
        # Two thirds were missed: even a simple resolution is not rejected for good by that.
        (
            "hres713-119",
            (SUBMITTED, suspension_failed("2025-09-17")),
            "introduced",
            "2025-09-16",
            "failed_once",
        ),
        # An override is known although the lines before it are missing.
        ("hr6331-110", OVERRIDES, "law", "2008-07-16", "override_house override_senate"),
        ("hr6331-110", OVERRIDES_TURNED, "law", "2008-07-16", "override_house override_senate"),
    ],
)
def test_stage_of_a_history(bill: str, lines: tuple[Line, ...], stage: str, since: str, flags: str) -> None:
    reading = read(bill, *lines)
    assert (reading.stage.value, str(reading.since), reading.flags) == (stage, since, set(flags.split()))


def test_an_amendment_in_two_forms_does_not_go_to_the_states_yet() -> None:
    differing = read("hjres54-119", HOUSE_PASSED, SENATE_CHANGED, title=TO_STATES)
    assert differing.stage is Stage.passed_both
    settled = read("hjres54-119", HOUSE_PASSED, SENATE_CHANGED, HOUSE_ACCEPTED, title=TO_STATES)
    assert (settled.stage, str(settled.since)) == (Stage.to_states, "2025-06-03")


def test_an_amendment_never_was_with_the_president() -> None:
    reading = read("hjres54-119", HOUSE_PASSED, PRESENTED, title=TO_STATES)
    assert [stage for stage, _ in reading.days] == [Stage.passed_house]
    assert "constitutional" in reading.flags


def test_every_milestone_is_listed_with_its_own_day() -> None:
    reading = read("hr192-119", *BOTH, PRESENTED, law="119-15")
    assert {stage.value: str(day) for stage, day in reading.days} == {
        "introduced": "2025-01-10",
        "in_committee": "2025-01-10",
        "reported": "2025-02-20",
        "passed_house": "2025-03-04",
        "passed_senate": "2025-05-22",
        "passed_both": "2025-05-22",
        "to_president": "2025-06-06",
    }


def test_differing_texts_qualify_the_passage_only() -> None:
    """The line that settled the texts is missing, and the bill is already with the President."""
    reading = read("hr452-119", *PATH, SENATE_CHANGED, PRESENTED)
    assert "differences" in reading.flags
    assert reading.label("en") == "Sent to the President"
