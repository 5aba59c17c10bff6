"""Stage: single lines of real histories, whole histories, and the end of a Congress."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from action_lines import LINES
from histories import (
    AFTER,
    BEFORE,
    BOTH,
    HISTORIES,
    HOUSE_PASSED,
    IN_HOUSE,
    IN_SENATE,
    LAW,
    PATH,
    PRESENTED,
    SENATE_CHANGED,
    SENATE_PASSED,
    SIGNED,
    TO_COMMITTEE,
    TO_STATES,
    VETOED,
    Line,
    line,
    read,
    senate_failed,
)
from hypothesis import given
from hypothesis import strategies as st

from campaign.congress.bills import TYPES, BillId
from campaign.congress.stage_line import stage_line
from campaign.congress.stage_names import Stage
from campaign.congress.stage_rules import signals_of
from campaign.congress.stages import apply_calendar


@pytest.mark.parametrize(("bill", "lines", "stage", "since", "flags"), HISTORIES)
def test_stage_of_a_history(bill: str, lines: tuple[Line, ...], stage: str, since: str, flags: str) -> None:
    reading = read(bill, *lines)
    assert (reading.stage.value, str(reading.since), reading.flags) == (stage, since, set(flags.split()))
    assert reading.reached is reading.stage


JUDICIARY = "Committee on the Judiciary"
WAYS_AND_MEANS = "Committee on Ways and Means"
# H.R. 923: two committees have it. A source gives one line with both codes, two with one each, or no code.
TWO = (
    f"Referred to the {JUDICIARY}, and in addition to the {WAYS_AND_MEANS}, for a period to be subsequently "
    "determined by the Speaker, in each case for consideration of such provisions as fall within the "
    "jurisdiction of the committee concerned."
)
TO_TWO = {
    "both codes": (line("2025-02-04", TWO, "H11100", "HSJU HSWM"),),
    "a code each": (line("2025-02-04", TWO, "H11100", "HSJU"), line("2025-02-04", TWO, "H11100", "HSWM")),
    "one code": (line("2025-02-04", TWO, "H11100", "HSJU"),),
    "words": (line("2025-02-04", TWO, "H11100"),),
}
SUBCOMMITTEE = line("2025-02-10", "Referred to the Subcommittee on Crime.", "", "HSJU08")
ORDERED_ONLY = line("2025-03-01", "Ordered to be Reported by the Yeas and Nays: 20 - 18.", "", "HSJU")
ONE_REPORTED = line("2025-03-10", f"Reported by the {JUDICIARY}. H. Rept. 119-20, Part I.", "5000", "HSJU")
OTHER_DISCHARGED = line("2025-03-20", f"{WAYS_AND_MEANS} discharged.", "5500", "HSWM")
OTHER_REPORTED = line(
    "2025-03-20", f"Reported (Amended) by the {WAYS_AND_MEANS}. H. Rept. 119-20, Part II.", "5000"
)
UNION_CALENDAR = line("2025-03-25", "Placed on the Union Calendar, Calendar No. 9.", "H12410")
SEQUENTIAL = line(
    "2025-03-12",
    "Referred sequentially to the House Committee on Energy and Commerce for a period ending not later than "
    "April 1, 2025.",
    "H11100",
    "HSIF",
)


@pytest.mark.parametrize("told", TO_TWO)
@pytest.mark.parametrize(
    ("after", "stage", "since"),
    [
        ((), Stage.in_committee, "2025-02-04"),
        ((SUBCOMMITTEE,), Stage.in_committee, "2025-02-04"),
        ((ORDERED_ONLY,), Stage.in_committee, "2025-02-04"),
        ((ONE_REPORTED,), Stage.in_committee, "2025-02-04"),
        ((OTHER_DISCHARGED,), Stage.in_committee, "2025-02-04"),
        ((SUBCOMMITTEE, ONE_REPORTED, ORDERED_ONLY), Stage.in_committee, "2025-02-04"),
        ((ONE_REPORTED, OTHER_DISCHARGED), Stage.reported, "2025-03-20"),
        ((OTHER_DISCHARGED, ONE_REPORTED), Stage.reported, "2025-03-10"),
        ((ONE_REPORTED, OTHER_REPORTED), Stage.reported, "2025-03-20"),
        ((ONE_REPORTED, UNION_CALENDAR), Stage.reported, "2025-03-25"),
        ((ONE_REPORTED, OTHER_DISCHARGED, SEQUENTIAL), Stage.in_committee, "2025-02-04"),
    ],
)
def test_of_several_committees_all_have_to_let_go(
    told: str, after: tuple[Line, ...], stage: Stage, since: str
) -> None:
    reading = read("hr923-119", IN_HOUSE, *TO_TWO[told], *after)
    assert (reading.stage, str(reading.since)) == (stage, since)
    partly = stage is Stage.in_committee and {ONE_REPORTED, OTHER_DISCHARGED} & set(after)
    assert ("partly_reported" in reading.flags) == bool(partly)


def test_a_bill_that_one_of_two_committees_cleared_says_so_in_both_languages() -> None:
    reading = read("hr923-119", IN_HOUSE, *TO_TWO["words"], ONE_REPORTED)
    assert reading.label("en") == "In committee; one committee has cleared it"
    assert reading.label("es") == "En comité; un comité ya lo aprobó"
    passed = read("hr923-119", IN_HOUSE, *TO_TWO["words"], ONE_REPORTED, HOUSE_PASSED)
    assert "partly_reported" not in passed.flags


def test_committees_with_commas_in_their_names_are_told_by_code() -> None:
    text = (
        "Referred to the Committee on Agriculture, and in addition to the Committees on Energy and Commerce, "
        "and Ways and Means, for a period to be subsequently determined by the Speaker."
    )
    to_three = line("2025-02-04", text, "H11100", "HSAG HSIF HSWM")
    released = [
        line("2025-03-01", "Reported by the Committee on Agriculture. H. Rept. 119-1, Part I.", "5000", "HSAG"),
        line("2025-03-02", "Committee on Energy and Commerce discharged.", "5500", "HSIF"),
        line("2025-03-03", "Committee on Ways and Means discharged.", "5500", "HSWM"),
    ]
    stages = [read("hr1-119", IN_HOUSE, to_three, *released[:n]).stage for n in range(4)]
    assert stages == [Stage.in_committee] * 3 + [Stage.reported]


def test_the_other_chamber_reports_when_all_its_committees_did() -> None:
    passed = (IN_SENATE, line("2025-02-01", "Passed Senate without amendment.", "17000"))
    reading = read("s367-119", *passed, *TO_TWO["both codes"], ONE_REPORTED)
    assert "reported_onward" not in reading.flags
    reading = read("s367-119", *passed, *TO_TWO["both codes"], ONE_REPORTED, OTHER_DISCHARGED)
    assert "reported_onward" in reading.flags


def test_a_law_is_known_from_the_sources_own_element_too() -> None:
    reading = read("hr192-119", *BOTH, law="119-15")
    assert (reading.stage, reading.since) == (Stage.law, None)
    assert read("hr192-119", law="119-15").stage is Stage.law


def test_q20_one_event_told_by_two_systems_is_one() -> None:
    twice = read("hr192-119", *BOTH, SENATE_PASSED, PRESENTED, PRESENTED, SIGNED, LAW)
    assert twice == read("hr192-119", *BOTH, PRESENTED, SIGNED, LAW)


def test_q19_a_line_removed_takes_the_stage_back() -> None:
    assert read("hr192-119", *PATH).stage is Stage.passed_house
    assert read("hr192-119", *PATH[:-1]).stage is Stage.reported


def test_the_failed_vote_is_dated() -> None:
    reading = read("hr5371-119", *PATH, senate_failed("2025-09-19"), senate_failed("2025-09-30"))
    assert reading.failed_on == date(2025, 9, 30)


def test_lines_of_one_day_may_come_in_any_order() -> None:
    day = "2025-12-16"
    lines = [
        line(day, "Introduced in House", "1000"),
        line(day, "Referred to the House Committee on Foreign Affairs.", "H11100"),
        line(day, "Reported by the Committee on Foreign Affairs. H. Rept. 119-1.", "5000"),
    ]
    assert {read("hr6736-119", *order).stage for order in permutations(lines)} == {Stage.reported}


@pytest.mark.parametrize(
    ("bill", "title", "stage"),
    [
        ("hjres54-119", TO_STATES, Stage.to_states),
        ("sjres54-119", "A joint resolution p" + TO_STATES[1:], Stage.to_states),
        ("hjres87-119", "Providing congressional disapproval of a rule.", Stage.passed_both),
        ("hr54-119", TO_STATES, Stage.passed_both),
    ],
)
def test_an_amendment_to_the_constitution_goes_to_the_states(bill: str, title: str, stage: Stage) -> None:
    assert read(bill, HOUSE_PASSED, SENATE_PASSED, title=title).stage is stage


def test_no_resolution_ever_reaches_the_president() -> None:
    for bill, title in (("hconres1-119", ""), ("hres1-119", ""), ("hjres1-119", TO_STATES)):
        assert read(bill, HOUSE_PASSED, SENATE_PASSED, PRESENTED, LAW, title=title).stage not in (
            Stage.to_president,
            Stage.law,
        )


KNOWN = [line("2025-02-01", text, codes) for _, text, codes, _ in LINES]


@given(type=st.sampled_from(TYPES), lines=st.lists(st.sampled_from(KNOWN), min_size=1, max_size=12))
def test_whatever_the_lines_law_and_presentation_come_from_their_own_lines(
    type: str, lines: list[Line]
) -> None:
    reading = read(f"{type}1-119", *lines)
    signals = {signal.value for each in lines for signal in signals_of(each.text, each.codes)}
    if reading.stage is Stage.to_president:
        assert "presented" in signals
    if reading.stage is Stage.law:
        assert "law" in signals or {"override_house", "override_senate"} <= signals
    if reading.stage in (Stage.passed_both, Stage.to_states):
        assert {"passed_house", "passed_senate"} <= signals
    steps = stage_line(BillId(119, type, 1), reading)
    assert [step.stage for step in steps if step.state == "now"] == [reading.stage]


# --- the end of a Congress: noon Eastern on 3 January ---

MID_JANUARY = datetime(2027, 1, 14, 12, 0, tzinfo=UTC)
LATER = datetime(2027, 1, 21, 12, 0, tzinfo=UTC)


def test_a_bill_dies_at_noon_and_not_a_minute_before() -> None:
    assert read("hr6736-119", IN_HOUSE, TO_COMMITTEE, today=BEFORE).stage is Stage.in_committee
    dead = read("hr6736-119", IN_HOUSE, TO_COMMITTEE, today=AFTER)
    assert (dead.stage, dead.since, dead.reached) == (Stage.died, date(2027, 1, 3), Stage.in_committee)


@pytest.mark.parametrize(
    ("bill", "lines", "in_january", "afterwards"),
    [
        ("hr1-119", (*BOTH, PRESENTED), "to_president", "died"),
        ("hr1-119", BOTH, "passed_both", "died"),
        ("hr1-119", (*PATH, SENATE_CHANGED), "died", "died"),
        ("hr1-119", PATH, "died", "died"),
        ("hr1-119", (*BOTH, PRESENTED, LAW), "law", "law"),
        ("hr1-119", (*BOTH, PRESENTED, VETOED), "vetoed", "vetoed"),
        ("hres1-119", (IN_HOUSE, HOUSE_PASSED), "agreed_to", "agreed_to"),
    ],
)
def test_q42_what_can_still_become_law_in_january(
    bill: str, lines: tuple[Line, ...], in_january: str, afterwards: str
) -> None:
    assert read(bill, *lines, today=MID_JANUARY).stage.value == in_january
    assert read(bill, *lines, today=LATER).stage.value == afterwards


@pytest.mark.parametrize("lines", [(*BOTH, PRESENTED), BOTH])
def test_what_waits_for_the_president_dies_at_noon_of_20_january(lines: tuple[Line, ...]) -> None:
    last, noon = (datetime(2027, 1, 20, hour, minute, tzinfo=UTC) for hour, minute in ((16, 59), (17, 0)))
    waiting, dead = (read("hr1-119", *lines, today=moment) for moment in (last, noon))
    assert waiting.stage is waiting.reached
    assert (dead.stage, dead.since, dead.reached) == (Stage.died, date(2027, 1, 3), waiting.reached)
    assert dict(dead.days) == {**dict(waiting.days), Stage.died: date(2027, 1, 3)}


def test_q29_a_reserved_number_is_no_bill_yet() -> None:
    for title in ("Reserved for the Speaker.", "Reserved for the Minority Leader."):
        assert read("hr9-119", title=title).stage is Stage.reserved
    assert read("hr9-119", title="Reserved for the Speaker.", today=LATER).stage is Stage.reserved
    assert read("hr9-119", IN_HOUSE, title="Reserved for the Speaker.").stage is Stage.introduced


def test_what_became_of_an_unread_bill_is_not_claimed() -> None:
    while_it_sits = read("s4647-119", title="ARMAS Act of 2024", today=BEFORE)
    ended = read("s4647-119", title="ARMAS Act of 2024", today=AFTER)
    assert (while_it_sits.stage, while_it_sits.reached) == (Stage.introduced, Stage.introduced)
    assert (ended.stage, ended.reached, ended.since) == (Stage.unknown, Stage.unknown, None)
    assert while_it_sits.flags == ended.flags == {"no_actions"}
    assert read("s4647-119", title="ARMAS Act of 2024").stage is Stage.introduced


def test_the_calendar_leaves_a_living_bill_as_it_is() -> None:
    reading = read("hr6736-119", IN_HOUSE)
    assert apply_calendar(BillId.of("hr6736-119"), reading, BEFORE) is reading


# --- words ---


def test_every_stage_speaks_both_languages() -> None:
    for stage in Stage:
        for words in (stage.label, stage.explain, stage.next_step):
            assert words("en")
            assert words("es")
            assert words("en") != words("es")


def test_differing_texts_are_not_called_passed() -> None:
    differing = read("hr452-119", *PATH, SENATE_CHANGED)
    assert differing.label("en") == "Passed both chambers, in different forms"
    assert read("hr192-119", *BOTH).label("es") == "Aprobado por ambas cámaras"


@pytest.mark.parametrize(
    ("lines", "stage", "final"),
    [
        ((*BOTH, PRESENTED, VETOED), Stage.vetoed, False),
        ((*BOTH, PRESENTED, VETOED, line("2026-01-08", "Failed.", "33000")), Stage.vetoed, True),
        ((*BOTH, PRESENTED, line("2026-01-08", "Pocket Vetoed by President.", "31000")), Stage.vetoed, True),
        (
            (*BOTH, PRESENTED, VETOED, line("2026-01-08", "Passed House over veto.", "32000")),
            Stage.vetoed,
            False,
        ),
        ((*BOTH, PRESENTED, LAW), Stage.law, True),
        # The veto itself is missing among the lines: what came of it is not claimed.
        ((*BOTH, PRESENTED, line("2026-01-08", "Failed.", "33000")), Stage.to_president, False),
    ],
)
def test_a_veto_is_the_end_once_an_override_failed_or_in_the_pocket(
    lines: tuple[Line, ...], stage: Stage, final: bool
) -> None:
    reading = read("hr504-119", *lines)
    assert (reading.stage, reading.final) == (stage, final)
