"""What the documents of both chambers say, and which of them are refused (quirk W53)."""

import pytest
from vote_documents import CLERK_ERROR, clerk_roll, senate_vote

from campaign.refusals import SourceError
from campaign.votes import clerk, senate
from campaign.votes.parsed import Counted, NotPosted, ParsedRoll, RollId, measure_named

HOUSE = RollId("house", 119, 2, 314)
SENATE = RollId("senate", 116, 2, 292)


def test_a_house_roll_call_is_read_whole() -> None:
    found = clerk.parse(clerk_roll(), HOUSE)
    assert (found.question, found.result) == ("On Motion to Suspend the Rules and Pass", "Passed")
    assert (str(found.measure), found.amendment) == ("s2403-119", "")
    assert found.voted_at.isoformat() == "2026-09-16T23:05:00+00:00"
    assert found.counted == Counted(401, 14, 0, 18)
    assert [tuple(ballot) for ballot in found.ballots] == [
        ("A000370", "Adams", "D", "NC", "yea"),
        ("A000369", "Amodei", "R", "NV", "yea"),
        ("B001300", "Barragán", "D", "CA", "yea"),
        ("B001317", "Brecheen", "R", "OK", "nay"),
        ("C001131", "Casar", "D", "TX", "not_voting"),
    ]


def test_a_senate_roll_call_is_read_whole() -> None:
    found = senate.parse(senate_vote(), SENATE)
    assert (found.question, found.result) == ("On Overriding the Veto", "Veto Overridden")
    assert str(found.measure) == "hr6395-116"
    assert [(ballot.id, ballot.cast) for ballot in found.ballots] == [
        ("S354", "yea"), ("S370", "nay"), ("S307", "yea"), ("S377", "not_voting"),
    ]  # fmt: skip


def test_w53_the_error_document_with_status_200_means_not_posted() -> None:
    with pytest.raises(NotPosted):
        clerk.parse(CLERK_ERROR, HOUSE)
    with pytest.raises(NotPosted):
        clerk.parse(b'<?xml version="1.0"?>\n' + CLERK_ERROR, HOUSE)


def test_w53_a_date_with_two_spaces_is_the_start_in_eastern_time() -> None:
    assert senate.parse(senate_vote(), SENATE).voted_at.isoformat() == "2021-01-01T18:38:00+00:00"


@pytest.mark.parametrize(
    ("count", "counted"),
    [
        (("81", "13", "", "6"), Counted(81, 13, 0, 6)),
        (("", "", "", ""), Counted(None, None, None, None)),
        (("0", "0", "", ""), Counted(0, 0, 0, 0)),
    ],
)
def test_w53_an_empty_tally_is_no_number(count: tuple[str, str, str, str], counted: Counted) -> None:
    assert senate.parse(senate_vote(count=count), SENATE).counted == counted


def test_w53_an_empty_total_of_the_house_is_no_number() -> None:
    assert clerk.parse(clerk_roll(totals=("", "", "", "")), HOUSE).counted == Counted(None, None, None, None)


@pytest.mark.parametrize(
    ("text", "bill"),
    [
        ("S 2403", "s2403-119"), ("H R 6395", "hr6395-119"), ("H.R. 10326", "hr10326-119"),
        ("H CON RES 3", "hconres3-119"), ("H J RES 139", "hjres139-119"), ("S J RES 5", "sjres5-119"),
        ("H RES 99", "hres99-119"), ("S.Con.Res. 7", "sconres7-119"),
        ("QUORUM", "None"), ("JOURNAL", "None"), ("MOTION", "None"), ("", "None"), ("PN 373", "None"),
        ("Treaty Doc. 1", "None"), ("H R", "None"), ("2403", "None"),
    ],
)  # fmt: skip
def test_w53_blanks_stand_for_dots_and_no_number_is_guessed(text: str, bill: str) -> None:
    assert str(measure_named(text, 119)) == bill


def test_w53_a_vote_en_bloc_names_no_measure() -> None:
    assert senate.parse(senate_vote(document=None), SENATE).measure is None
    assert senate.parse(senate_vote(document=("PN", "373")), SENATE).measure is None


def test_w53_numbers_padded_or_not_are_one_number() -> None:
    assert HOUSE.path == "/evs/2026/roll314.xml"
    assert RollId("house", 119, 1, 7).path == "/evs/2025/roll007.xml"
    assert RollId("house", 112, 2, 1659).path == "/evs/2012/roll1659.xml"
    assert SENATE.path == "/legislative/LIS/roll_call_votes/vote1162/vote_116_2_00292.xml"
    assert senate.parse(senate_vote(number="00292"), SENATE).id == SENATE  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "cast"),
    [
        ("Yea", "yea"), ("Aye", "yea"), ("Nay", "nay"), ("No", "nay"), ("Present", "present"),
        ("Not Voting", "not_voting"),
    ],
)  # fmt: skip
def test_every_word_for_a_vote_is_known(word: str, cast: str) -> None:
    found = clerk.parse(clerk_roll(rows=[("A000370", "Adams", "D", "NC", word)]), HOUSE)
    assert found.ballots[0].cast == cast


def test_a_live_pair_counts_for_neither_side() -> None:
    rows = [("S354", "Baldwin", "D", "WI", "Present, Giving Live Pair")]
    assert senate.parse(senate_vote(rows=rows), SENATE).ballots[0].cast == "present"


def parse(body: bytes, wanted: RollId) -> ParsedRoll:
    return (clerk if wanted.chamber == "house" else senate).parse(body, wanted)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (clerk_roll(number=313), HOUSE),
        (clerk_roll(session="1st"), HOUSE),
        (clerk_roll(congress=118), HOUSE),
        (clerk_roll(rows=[]), HOUSE),
        (clerk_roll(rows=[("J000299", "Johnson", "R", "LA", "Jeffries")]), HOUSE),
        (clerk_roll(day="sometime"), HOUSE),
        (clerk_roll()[:-200], HOUSE),
        (b"<html><body>Access Denied</body></html>", HOUSE),
        (b"", HOUSE),
        (senate_vote(number=291), SENATE),
        (senate_vote(session=1), SENATE),
        (senate_vote(rows=[]), SENATE),
        (senate_vote(date="January 1, 2021"), SENATE),
        (senate_vote(rows=[("S354", "Baldwin", "D", "WI", "Guilty")]), SENATE),
        (senate_vote()[:300], SENATE),
        (clerk_roll(), SENATE),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + senate_vote(), SENATE),
    ],
)  # fmt: skip
def test_a_document_that_is_another_or_not_whole_is_refused(body: bytes, wanted: RollId) -> None:
    with pytest.raises(SourceError) as refused:
        parse(body, wanted)
    assert not isinstance(refused.value, NotPosted)
