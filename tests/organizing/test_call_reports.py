"""Callers' reports as organizers see them."""

from datetime import date

import pytest
from chambers import NOW, add_bill, id_of, legislator, seat_members, term
from filled import filled_by
from sqlalchemy.engine import Engine

from campaign import db
from campaign.organizing import calls, whip
from campaign.outreach import outcomes
from campaign.outreach.outcomes import Report

BILL, A1, A2 = "hr6736-119", id_of("A1"), id_of("A2")


def call(engine: Engine) -> None:
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}")) for n in (1, 2, 3)))
    add_bill(engine, BILL, proposal="armas", campaign="guns")
    add_bill(engine, "hr923-119", proposal="cartels", campaign="other")
    rows = [
        (BILL, A1, "talked", "will_join", 2, "washington", date(2026, 6, 1)),
        ("guns", A1, "talked", "will_join", 1, "district", date(2026, 6, 19)),
        (BILL, A1, "talked", "undecided", 1, "washington", date(2026, 6, 19)),
        (BILL, A1, "skip", "", 9, "washington", date(2026, 6, 19)),
        (BILL, A2, "voicemail", "", 5, "washington", date(2026, 6, 19)),
        ("hr923-119", A1, "talked", "will_not", 7, "washington", date(2026, 6, 19)),
        ("other", A1, "talked", "will_not", 7, "washington", date(2026, 6, 19)),
    ]
    with db.writing(engine) as session:
        for about, member, outcome, said, count, office, day in rows:
            outcomes.add(session, Report(about, member, office, outcome, said), day, count)


@pytest.fixture
def called(engine: Engine) -> Engine:
    return filled_by(call, engine)


def test_calls_about_the_bill_or_its_own_campaign_count_and_skips_do_not(called: Engine) -> None:
    with db.reading(called) as session:
        assert calls.by_member(session, BILL, {A1, A2}, since=date(2026, 1, 1)) == {A1: 4, A2: 5}
        assert calls.by_member(session, BILL, {A1}, since=date(2026, 6, 13)) == {A1: 2}
        assert calls.ever_called(session, BILL) == {A1, A2}
        found = calls.reports(session, BILL, A1)
    assert (found.answers, found.made, found.fresh) == ((("will_join", 3), ("undecided", 1)), 4, 4)
    assert found.worth_a_look


def test_reports_are_looked_at_by_a_person_and_never_change_a_lean(called: Engine) -> None:
    with db.writing(called) as session:
        calls.review(session, BILL, A1, by="ana@example.org", now=NOW)
    with db.reading(called) as session:
        assert calls.reports(session, BILL, A1).fresh == 0
        assert not calls.reports(session, BILL, A1).worth_a_look
        assert whip.entry_of(session, BILL, A1) is None


def test_a_single_report_is_not_worth_a_look(called: Engine) -> None:
    with db.reading(called) as session:
        assert not calls.reports(session, "hr923-119", A2).worth_a_look
        assert calls.reports(session, BILL, A2).answers == ()


def test_the_week_and_the_table_by_office(called: Engine) -> None:
    with db.reading(called) as session:
        totals = calls.totals_by_outcome(session, [BILL, "guns"], since=date(2026, 6, 13))
        assert totals == {"skip": 9, "talked": 2, "voicemail": 5}
        table = calls.by_office(session, "guns")
    assert [BILL, A1, "washington", "talked", "will_join", 2] in table
    assert ["guns", A1, "district", "talked", "will_join", 1] in table


def waiting(engine: Engine, campaign: str, *bills: str) -> list[calls.Waiting]:
    with db.reading(engine) as session:
        return calls.to_review(session, campaign, bills, calls.answers(session, [*bills, campaign]))


def test_one_queue_holds_every_member_whose_reports_nobody_has_looked_at(called: Engine) -> None:
    """Three said one thing of A1, one only of A2; a call about the whole campaign is told once."""
    with db.writing(called) as session:
        day = date(2026, 6, 19)
        outcomes.add(session, Report(BILL, A2, "district", "talked", "will_not"), day, 2)
    expected = calls.Waiting(A1, (("will_join", 3), ("undecided", 1)), 4)
    assert waiting(called, "guns", BILL) == [expected]
    with db.writing(called) as session:
        calls.review(session, BILL, A1, by="ana@example.org", now=NOW)
    assert waiting(called, "guns", BILL) == []
    assert [row.bioguide for row in waiting(called, "other", "hr923-119")] == [A1]


def test_the_queue_begins_with_who_has_the_most_new_reports(called: Engine) -> None:
    with db.writing(called) as session:
        day = date(2026, 6, 19)
        outcomes.add(session, Report("guns", A2, "district", "talked", "will_not"), day, 6)
    assert [(row.bioguide, row.fresh) for row in waiting(called, "guns", BILL)] == [(A2, 6), (A1, 4)]


def test_answers_of_all_days_and_offices_add_up(called: Engine) -> None:
    with db.writing(called) as session:
        outcomes.add(session, Report(BILL, A1, "district", "talked", "will_join"), date(2026, 6, 20), 4)
    with db.reading(called) as session:
        assert calls.answers(session, [BILL, "guns"]) == {
            (BILL, A1, "will_join"): 6,
            (BILL, A1, "undecided"): 1,
            ("guns", A1, "will_join"): 1,
        }


def test_what_is_told_of_a_call_about_all_bills_is_an_answer_and_no_call(called: Engine) -> None:
    day = date(2026, 6, 20)
    with db.writing(called) as session:
        outcomes.add(session, Report("guns", A2, "washington", "talked"), day, 4)
        outcomes.add(session, Report(BILL, A2, "washington", "told", "will_join"), day, 3)
        outcomes.add(session, Report(BILL, A2, "washington", "talked", "will_join"), day, 1)
    with db.reading(called) as session:
        found = calls.reports(session, BILL, A2)
        assert (found.answers, found.made) == ((("will_join", 4),), 10)
        assert calls.answers(session, [BILL])[BILL, A2, "will_join"] == 4
        assert calls.by_member(session, BILL, {A2}, since=date(2026, 1, 1)) == {A2: 10}
        totals = calls.totals_by_outcome(session, [BILL, "guns"], since=day)
        assert (totals["talked"], totals["voicemail"]) == (5, 0)


def test_an_answer_alone_is_no_call(called: Engine) -> None:
    with db.writing(called) as session:
        outcomes.add(session, Report(BILL, id_of("A3"), "washington", "told", "will_join"), date(2026, 6, 20))
    with db.reading(called) as session:
        assert calls.ever_called(session, BILL) == {A1, A2}
