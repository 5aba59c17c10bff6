"""The rules of kinship: which reason two bills have to be one idea, and which reason is the stronger one."""

from dataclasses import dataclass
from typing import Any

import pytest

from campaign.congress.bills import BillId
from campaign.congress.models import Bill
from campaign.congress.titles import names_an_idea, title_key
from campaign.proposals.kinship import HIGH, LINE, RULES, Pair, judge
from campaign.proposals.suggestions import WORTH_SUGGESTING

CASTRO, DURBIN = "C001091", "D000563"
# Two and three words count as a short and a long title, seven and eight as a short and a long official one.
SHORT, LONG = "Fair Elections Act of 2025", "Stop Arming Cartels Act of 2025"
BRIEF = "To end the sale of fifty caliber rifles."
FULL = "To end the sale of fifty caliber rifles abroad."


def bill(
    id: str,
    title: str = "",
    official: str | None = None,
    sponsor: str | None = None,
    policy: str | None = None,
) -> Bill:
    number = BillId.of(id)
    return Bill(
        id=id,
        congress=number.congress,
        type=number.type,
        number=number.number,
        title=title,
        official_title=official,
        title_key=title_key(title),
        official_key=title_key(official),
        sponsor=sponsor,
        policy_area=policy,
    )


@dataclass(frozen=True)
class Case:
    """Two bills and the rule that should be given for them; None where they are no kin."""

    rule: str | None
    older: Bill
    newer: Bill
    known: dict[str, bool]


def case(rule: str | None, older: tuple[Any, ...], newer: tuple[Any, ...], **known: bool) -> Case:
    return Case(rule, bill(*older), bill(*newer), known)


# Ids say how the two stand to each other: companions, one chamber over two Congresses, both different, or two
# bills of one chamber and Congress.
HOUSE, SENATE = "hr923-119", "s367-119"
HOUSE_BEFORE, SENATE_BEFORE = "hr8427-118", "s2926-118"
HOUSE_TWIN = "hr924-119"

CASES = [
    # Nothing in common, or only that nothing is known of either.
    case(None, (HOUSE_BEFORE,), (HOUSE,)),
    case(None, (SENATE,), (HOUSE,), took_over=True, sponsor_left=True),
    case(None, (HOUSE_BEFORE, LONG, FULL, CASTRO, "Crime"), (HOUSE, SHORT, BRIEF, CASTRO, "Crime")),
    case(None, (HOUSE_BEFORE, LONG, FULL, CASTRO), (HOUSE,), took_over=True, sponsor_left=True),
    # Congress's researchers compare bills of one Congress.
    case("crs_identical", (SENATE, SHORT), (HOUSE, LONG), identical=True),
    case("crs_identical", (HOUSE_TWIN, LONG, FULL, CASTRO), (HOUSE, LONG, FULL, CASTRO), identical=True),
    case(None, (HOUSE_BEFORE, SHORT), (HOUSE, LONG), identical=True),
    # Companions by both titles, however short.
    case("sister_both_titles", (SENATE, SHORT, BRIEF, DURBIN), (HOUSE, SHORT, BRIEF, CASTRO)),
    case("sister_both_titles", (SENATE, SHORT, BRIEF, CASTRO), (HOUSE, SHORT, BRIEF, CASTRO)),
    # One sponsor.
    case("sponsor_official", (HOUSE_BEFORE, LONG, BRIEF, CASTRO), (HOUSE, SHORT, BRIEF, CASTRO)),
    case("sponsor_official", (HOUSE_BEFORE, LONG, FULL, CASTRO), (HOUSE, LONG, FULL, CASTRO)),
    case("sponsor_title", (HOUSE_BEFORE, LONG, BRIEF, CASTRO), (HOUSE, LONG, FULL, CASTRO)),
    case("sponsor_title", (SENATE_BEFORE, LONG, None, CASTRO), (HOUSE, LONG, FULL, CASTRO)),
    case("sponsor_short_title", (HOUSE_BEFORE, SHORT, FULL, CASTRO), (HOUSE, SHORT, BRIEF, CASTRO)),
    # One sponsor twice in one Congress: a redraft, or a name used again.
    case("redraft", (HOUSE_TWIN, LONG, FULL, CASTRO), (HOUSE, SHORT, FULL, CASTRO)),
    case("redraft", (HOUSE_TWIN, SHORT, BRIEF, CASTRO), (HOUSE, SHORT, BRIEF, CASTRO)),
    case("title", (HOUSE_TWIN, LONG, BRIEF, CASTRO), (HOUSE, LONG, FULL, CASTRO)),
    case("short_title", (HOUSE_TWIN, SHORT, BRIEF, CASTRO), (HOUSE, SHORT, FULL, CASTRO)),
    # No short title yet: the title is the official one.
    case("sister_untitled", (SENATE, FULL, FULL, DURBIN), (HOUSE, SHORT, FULL, CASTRO)),
    case("official", (SENATE, FULL, FULL, DURBIN), (HOUSE, SHORT, FULL, CASTRO), series=True),
    case(None, (SENATE, BRIEF, BRIEF, DURBIN), (HOUSE, SHORT, BRIEF, CASTRO)),
    case("official", (SENATE_BEFORE, FULL, FULL, DURBIN), (HOUSE, SHORT, FULL, CASTRO)),
    # Several bills of one chamber share the titles: which of them is the companion is not said.
    case("official", (SENATE, LONG, FULL, DURBIN), (HOUSE, LONG, FULL, CASTRO), series=True),
    case("official", (SENATE_BEFORE, LONG, FULL, DURBIN), (HOUSE, LONG, FULL, CASTRO), series=True),
    case("sister_title", (SENATE, LONG, BRIEF, DURBIN), (HOUSE, LONG, BRIEF, CASTRO), series=True),
    case("short_title", (SENATE, SHORT, BRIEF, DURBIN), (HOUSE, SHORT, BRIEF, CASTRO), series=True),
    case("sponsor_official", (HOUSE_BEFORE, LONG, FULL, CASTRO), (HOUSE, LONG, FULL, CASTRO), series=True),
    # A former co-sponsor leads it now.
    case("took_over", (HOUSE_BEFORE, LONG, FULL, DURBIN), (HOUSE, SHORT, FULL, CASTRO), took_over=True),
    case("took_over", (HOUSE_BEFORE, LONG, FULL, DURBIN), (HOUSE, LONG, FULL, CASTRO), took_over=True),
    case("title_took_over", (HOUSE_BEFORE, LONG, FULL, DURBIN), (HOUSE, LONG, None, CASTRO), took_over=True),
    # An acronym alone is no reason, whoever left or took over.
    case("short_title", (HOUSE_BEFORE, SHORT, FULL, DURBIN), (HOUSE, SHORT, None, CASTRO), took_over=True),
    case("short_title", (HOUSE_BEFORE, SHORT, BRIEF), (HOUSE, SHORT, BRIEF), took_over=True),
    case(None, (HOUSE_BEFORE, LONG, BRIEF), (HOUSE, SHORT, BRIEF), took_over=True),
    # Both titles, and nobody in common.
    case("both_titles", (SENATE_BEFORE, SHORT, FULL, DURBIN), (HOUSE, SHORT, FULL, CASTRO)),
    case("both_titles", (HOUSE_BEFORE, SHORT, FULL), (HOUSE, SHORT, FULL)),
    case("short_title", (HOUSE_BEFORE, SHORT, BRIEF), (HOUSE, SHORT, BRIEF)),
    # The earlier sponsor has left Congress.
    case("sponsor_left", (HOUSE_BEFORE, LONG, FULL, DURBIN), (HOUSE, SHORT, FULL, CASTRO), sponsor_left=True),
    case("short_title", (HOUSE_BEFORE, SHORT, BRIEF), (HOUSE, SHORT, BRIEF), sponsor_left=True),
    case("title_sponsor_left", (HOUSE_BEFORE, LONG, BRIEF), (HOUSE, LONG, FULL), sponsor_left=True),
    case(None, (HOUSE_BEFORE, LONG, BRIEF), (HOUSE, SHORT, BRIEF), sponsor_left=True),
    # Titles alone.
    case("sister_title", (SENATE, LONG, FULL), (HOUSE, LONG, BRIEF)),
    case("short_title", (SENATE, SHORT, FULL), (HOUSE, SHORT, BRIEF)),
    case("title_policy", (HOUSE_BEFORE, LONG, None, None, "Crime"), (HOUSE, LONG, None, None, "Crime")),
    case("title", (SENATE_BEFORE, LONG, None, None, "Crime"), (HOUSE, LONG, None, None, "Crime")),
    case("title", (HOUSE_BEFORE, LONG, None, None, "Crime"), (HOUSE, LONG, None, None, "Taxation")),
    case("title", (HOUSE_BEFORE, LONG), (HOUSE, LONG)),
    case("short_title", (HOUSE_BEFORE, SHORT, None, None, "Crime"), (HOUSE, SHORT, None, None, "Crime")),
    case(None, (HOUSE_BEFORE, LONG, None, None, "Crime"), (HOUSE, SHORT, None, None, "Crime")),
    case("official", (HOUSE_BEFORE, LONG, FULL), (HOUSE, SHORT, FULL)),
    case("official", (SENATE, LONG, FULL), (HOUSE, SHORT, FULL)),
    case(None, (SENATE, LONG, BRIEF), (HOUSE, SHORT, BRIEF)),
    case("short_title", (HOUSE_TWIN, SHORT, BRIEF), (HOUSE, SHORT, BRIEF)),
    case("title", (HOUSE_TWIN, LONG, BRIEF), (HOUSE, LONG, BRIEF)),
]


@pytest.mark.parametrize("case", CASES)
def test_the_strongest_reason_is_given(case: Case) -> None:
    rule = judge(Pair(case.older, case.newer, **case.known))
    assert (rule.name if rule else None) == case.rule


def test_every_rule_is_given_for_some_pair() -> None:
    assert {case.rule for case in CASES if case.rule} == {rule.name for rule in RULES if rule is not LINE}


def test_stronger_rules_have_higher_scores() -> None:
    scores = [rule.score for rule in RULES]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] < 1
    assert scores[-1] > 0


def test_only_a_shared_short_title_is_not_worth_a_suggestion() -> None:
    assert [rule.name for rule in RULES if rule.score < WORTH_SUGGESTING] == ["short_title"]


def test_no_reason_without_the_official_title_or_the_sponsor_is_a_strong_one() -> None:
    """Titles alone are shared by chance: S. 77 (119th) is another "Stop Arming Cartels Act" than H.R. 923."""
    strong = {rule.name for rule in RULES if rule.score >= HIGH}
    assert strong == {"crs_identical", "sister_both_titles", "sponsor_official", "sponsor_title"}


RECURRING = [
    ("Making appropriations for the Department of State for the fiscal year ending September 30, 2027.", False),
    ("An Act making continuing appropriations for fiscal year 2027.", False),
    ("A resolution to authorize testimony and representation in United States v. Doe.", False),
    ("Amending the Rules of the House of Representatives to require a vote.", False),
    ("To authorize appropriations for the Coast Guard for fiscal year 2027.", True),
    ("To award a Congressional Gold Medal to the Harlem Hellfighters.", True),
]


@pytest.mark.parametrize(("title", "idea"), RECURRING)
def test_yearly_funding_and_the_business_of_a_chamber_name_no_idea(title: str, idea: bool) -> None:
    assert names_an_idea(title) is idea


def test_a_long_official_title_weighs_more_than_a_long_title() -> None:
    """In Congress's own pairs equal official titles mean one idea far more often than equal short ones."""
    score = {rule.name: rule.score for rule in RULES}
    assert score["official"] > score["title"]
    assert score["took_over"] > score["title_took_over"]
    assert score["sponsor_left"] > score["title_sponsor_left"]


@pytest.mark.parametrize(
    ("older", "newer", "rule"),
    [
        ((SENATE, SHORT), (HOUSE, SHORT), "line"),
        ((SENATE, LONG), (HOUSE, LONG), "line"),
        ((SENATE, SHORT, FULL), (HOUSE, SHORT), "line"),
        ((SENATE, SHORT, FULL), (HOUSE, SHORT, BRIEF), "short_title"),
        ((SENATE, SHORT), (HOUSE, LONG), None),
        ((SENATE_BEFORE, SHORT), (HOUSE, SHORT), "short_title"),
        ((HOUSE_TWIN, SHORT), (HOUSE, SHORT), "short_title"),
    ],
)
def test_a_line_of_bills_with_the_title_strengthens_a_companion_only(
    older: tuple[str, ...], newer: tuple[str, ...], rule: str | None
) -> None:
    found = judge(Pair(bill(*older), bill(*newer)), line=True)
    assert (found.name if found else None) == rule


DISAPPROVAL = "Providing for congressional disapproval of a rule."


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ((SENATE, DISAPPROVAL, FULL), (HOUSE, LONG, FULL)),
        ((SENATE, LONG, DISAPPROVAL), (HOUSE, LONG, FULL)),
        ((SENATE, LONG, FULL), (HOUSE, DISAPPROVAL, FULL)),
        ((SENATE, LONG, FULL), (HOUSE, LONG, DISAPPROVAL)),
    ],
)
def test_one_procedural_title_of_the_two_makes_titles_count_for_nothing(
    older: tuple[str, str, str], newer: tuple[str, str, str]
) -> None:
    assert judge(Pair(bill(*older), bill(*newer))) is None
    identical = judge(Pair(bill(*older), bill(*newer), identical=True))
    assert identical is not None
    assert identical.name == "crs_identical"


def test_procedural_titles_of_two_congresses_are_no_kin_even_if_called_identical() -> None:
    pair = Pair(bill(HOUSE_BEFORE, DISAPPROVAL), bill(HOUSE, DISAPPROVAL), identical=True)
    assert judge(pair) is None


def test_reasons_name_the_other_bill_in_both_languages() -> None:
    for rule in RULES:
        assert rule.en != rule.es
        for words in (rule.en, rule.es):
            assert words.count("{other}") == 1
