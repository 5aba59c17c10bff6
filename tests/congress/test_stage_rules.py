"""What single actions of real histories tell of: by code, by words, and where the two disagree."""

import pytest
from action_lines import LINES

from campaign.congress.stage_rules import RULES, Signal, signals_of


def signals(text: str, codes: str) -> set[str]:
    return {signal.value for signal in signals_of(text, frozenset(codes.split()))}


@pytest.mark.parametrize(("bill", "text", "codes", "expected"), LINES)
def test_q22_what_one_line_says(bill: str, text: str, codes: str, expected: str) -> None:
    assert signals(text, codes) == set(expected.split())


# Codes that mean one thing whatever the words are, and where there are none (quirk 21).
CODES = [
    ("1000 10000 Intro-H Intro-S 1025 10025", "introduced"),
    ("H11100", "referred"),
    ("5000 14000 H12200", "reported"),
    ("5500 H12300 14500", "discharged"),
    ("H17000", "discharge_petition"),
    ("H12410 H12420", "on_calendar"),
    ("H15000", "at_desk"),
    ("8000", "passed_house"),
    ("17000", "passed_senate"),
    ("9000", "failed_house"),
    ("18000", "failed_senate"),
    ("28000 E20000", "presented"),
    ("36000 41000 E40000", "law"),
    ("32000", "override_house"),
    ("34000", "override_senate"),
    ("33000 35000", "override_failed"),
    # These are on several events: without words they mean nothing.
    ("1010 H12100 H37100 H37300 H36510 E30000 31000", ""),
]


@pytest.mark.parametrize(
    ("code", "expected"), [(code, expected) for codes, expected in CODES for code in codes.split()]
)
def test_q21_what_a_code_says_without_words(code: str, expected: str) -> None:
    assert signals("", code) == set(expected.split())


@pytest.mark.parametrize(
    ("text", "codes", "expected"),
    [
        ("Motion to discharge Senate Committee on Foreign Relations rejected.", "14500", ""),
        ("On motion to discharge Agreed to; motion to discharge postponed.", "H12300 5500", ""),
        ("Failed of passage in House", "8000", ""),
        ("Failed of passage in Senate by Yea-Nay Vote. 49 - 49.", "17000", "failed_senate"),
        ("Vetoed by President.", "36000", "vetoed"),
        ("Pocket Vetoed by President.", "36000 E40000", "vetoed pocket"),
        ("Vetoed by President.", "E30000", "vetoed"),
        ("Signed by President.", "E30000", "law"),
        ("Passed Senate over veto by Yea-Nay Vote. 70 - 26.", "", ""),
        ("On passage, the objections of the President to the contrary notwithstanding Passed by the Yeas and "
         "Nays: (2/3 required): 383 - 41 (Roll no. 1).", "H37100", ""),
        ("On motion that the House agree to the Senate amendment Agreed to by voice vote.",
         "H37100", "settled"),
        ("On motion that the House agree with an amendment to the Senate amendment Rejected.", "", ""),
        ("Submitted in House", "H11100", "introduced"),
    ],
)  # fmt: skip
def test_words_overrule_a_code_and_a_question_is_not_a_passage(text: str, codes: str, expected: str) -> None:
    assert signals(text, codes) == set(expected.split())


@pytest.mark.parametrize(
    "text", ["became public law", "RECEIVED IN THE SENATE AND READ TWICE AND REFERRED TO X"]
)
def test_case_does_not_matter_and_codes_are_whole_words(text: str) -> None:
    assert signals(text, "360001 H111000") == signals(text.lower(), "") == signals(text.title(), "")


def test_no_rule_is_idle() -> None:
    """Without any one rule, some action of a real history or some code would mean less."""
    known = [(text, codes) for _, text, codes, _ in LINES]
    known += [("", code) for codes, _ in CODES for code in codes.split()]

    def without(left_out: int, text: str, codes: frozenset[str]) -> set[Signal]:
        return {rule.signal for i, rule in enumerate(RULES) if i != left_out and rule.holds(text, codes)}

    idle = [
        rule
        for i, rule in enumerate(RULES)
        if all(
            without(i, text, frozenset(codes.split())) == set(signals_of(text, frozenset(codes.split())))
            for text, codes in known
        )
    ]
    assert idle == []
