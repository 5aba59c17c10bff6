"""What a vote was on: a yea is for a bill only where the question is to pass this very bill."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from vote_documents import clerk_roll, senate_vote

from campaign import db
from campaign.votes import questions, standing
from campaign.votes.models import RollCall

BILL = "s2403-119"


def roll(question: str, **more: Any) -> RollCall:
    values = {"id": "x", "chamber": "house", "congress": 119, "session": 2, "number": 1, "measure": BILL}
    return RollCall(**{**values, "question": question, **more})


@pytest.mark.parametrize(
    "question",
    [
        "On Passage",
        "On Motion to Suspend the Rules and Pass",
        "On Motion to Suspend the Rules and Pass, as Amended",
        "On Motion to Suspend the Rules and Agree, as Amended",
        "On Agreeing to the Resolution",
        "On Agreeing to the Resolution, as Amended",
        "On Motion to Concur in the Senate Amendment",
        "On Motion to Suspend the Rules and Concur in the Senate Amendments",
        "On Passage of the Bill",
        "On the Joint Resolution",
        "On the Resolution",
        "On  passage  of the bill",
    ],
)
def test_a_yea_on_passage_is_for_the_bill(question: str) -> None:
    assert questions.is_passage(roll(question), BILL)


@pytest.mark.parametrize(
    "question",
    [
        "On Motion to Recommit",
        "On the Cloture Motion",
        "On Cloture on the Motion to Proceed",
        "On the Motion to Proceed",
        "On Ordering the Previous Question",
        "On Agreeing to the Amendment",
        "On the Amendment",
        "On Motion to Table",
        "On Motion to Concur in the Senate Amendment with an Amendment",
        "On Overriding the Veto",
        "On the Motion",
        "On Passage of something else",
        "",
    ],
)
def test_of_any_other_question_nothing_is_said(question: str) -> None:
    assert not questions.is_passage(roll(question), BILL)


def test_a_vote_on_another_measure_or_an_amendment_is_not_for_the_bill() -> None:
    assert not questions.is_passage(roll("On Passage", measure="hres9-119"), BILL)
    assert not questions.is_passage(roll("On Passage", measure=None), BILL)
    assert not questions.is_passage(roll("On the Resolution", amendment="S.Amdt. 1"), BILL)


@pytest.mark.parametrize(
    ("title", "passage"),
    [
        ("Motion to Concur in the House Amendment to S. 2403", True),
        ("Motion to Concur in the House Amendments to S. 2403.", True),
        ("Motion to Concur in the House Amendment to S. 2403 with an Amendment (S.Amdt. 5)", False),
        ("Motion to Concur in the House Amendment to S. 2403 with Amendment No. 5", False),
        ("Motion to Table the House Amendment to S. 2403", False),
    ],
)
def test_the_senate_concurs_by_a_motion_that_its_title_names(title: str, passage: bool) -> None:
    assert questions.is_passage(roll("On the Motion", title=title), BILL) is passage


def test_questions_and_results_are_said_in_both_languages_where_they_are_known() -> None:
    known = roll("On Motion to Suspend the Rules and Pass, as Amended", result="Passed")
    assert [questions.question(known, lang) for lang in ("en", "es")] == [
        "On Motion to Suspend the Rules and Pass, as Amended", "Sobre suspender las reglas y aprobarlo",
    ]  # fmt: skip
    assert [questions.result(known, lang) for lang in ("en", "es")] == ["Passed", "Aprobado"]
    odd = roll("On the Point of Order", result="Point of Order Well Taken")
    assert [questions.question(odd, lang) for lang in ("en", "es")] == ["On the Point of Order", ""]
    assert [questions.result(odd, lang) for lang in ("en", "es")] == ["Point of Order Well Taken", ""]


def read_three(reading: Any, chambers: Any) -> Engine:
    """Passed by the House in two votes, with a motion between them, and by the Senate."""
    house = "/clerk/evs/2026/roll"
    senate = "/senate/legislative/LIS/roll_call_votes/vote1192/vote_119_2_00007.xml"
    both = (("A000370", "Adams", "D", "NC"), ("B001317", "Brecheen", "R", "OK"))
    first = [(*both[0], "Nay"), (*both[1], "Yea")]
    last = [(*both[0], "Yea"), (*both[1], "Present")]
    chambers.pages[f"{house}100.xml"] = clerk_roll(100, question="On Passage", day="03-Mar-2026", rows=first)
    chambers.pages[f"{house}101.xml"] = clerk_roll(101, question="On Motion to Recommit", rows=first)
    concur = "On Motion to Concur in the Senate Amendment"
    chambers.pages[f"{house}102.xml"] = clerk_roll(102, question=concur, day="01-May-2026", rows=last)
    chambers.pages[senate] = senate_vote(
        7, ("S.", "2403"), "On Passage of the Bill", congress=119, date="April 2, 2026,  01:00 PM",
        rows=[("S354", "Baldwin", "D", "WI", "Yea")],
    )  # fmt: skip
    for number in (100, 101, 102, 103):
        reading.refer(BILL, "house", 2, number)
    reading.refer(BILL, "senate", 2, 7)
    reading.at("2026-09-17T01:00:00Z")
    engine: Engine = reading.engine
    return engine


def test_votes_are_told_newest_first_and_unread_ones_before_all(reading: Any, chambers: Any) -> None:
    engine = read_three(reading, chambers)
    with db.reading(engine) as session:
        found = standing.votes_on(session, {BILL, "hr1-119"})
    assert list(found) == [BILL]
    assert [(vote.id.number, vote.passage, vote.roll is None) for vote in found[BILL]] == [
        (103, False, True), (101, False, False), (102, True, False), (7, True, False), (100, True, False),
    ]  # fmt: skip


def test_a_member_stands_where_the_last_passage_of_their_chamber_put_them(reading: Any, chambers: Any) -> None:
    engine = read_three(reading, chambers)
    with db.reading(engine) as session:
        found = standing.stands(session, {BILL})
        one = standing.stands(session, {BILL}, ["A000370"])
    told = {key: (stand.cast, stand.day.isoformat()) for key, stand in found.items()}
    assert told == {
        (BILL, "A000370"): ("yea", "2026-05-01"), (BILL, "B001317"): ("present", "2026-05-01"),
    }  # fmt: skip
    assert list(one) == [(BILL, "A000370")]


def test_who_changed_chambers_stands_by_the_later_vote(reading: Any, chambers: Any) -> None:
    engine = read_three(reading, chambers)
    with db.writing(engine) as session:
        session.add(standing.MemberVote(roll="senate-119-2-7", bioguide="A000370", cast="nay"))
    with db.reading(engine) as session:
        assert standing.stands(session, {BILL}, ["A000370"])[BILL, "A000370"].cast == "yea"


def test_a_day_is_washingtons(engine: Engine) -> None:
    at = datetime(2026, 5, 2, 1, 30, tzinfo=UTC)
    vote = standing.BillVote(
        standing.BillId.of(BILL), standing.RollId("house", 119, 2, 1), roll("On Passage", voted_at=at), True
    )
    assert str(vote.day) == "2026-05-01"
