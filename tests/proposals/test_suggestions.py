"""Suggested kin, on the first campaign's own bills and on real pairs."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from first_campaign import ARMAS, CARDIN, CASTRO, HOUSE_LINE, MURPHY, NOW, confirm, put, senate
from sqlmodel import Session

from campaign.congress.models import Bill, Cosponsorship, Member, Related
from campaign.proposals import lineage, suggestions
from campaign.proposals.suggestions import Suggestion


def only(suggestions: list[Suggestion], bill: str) -> Suggestion:
    [found] = [each for each in suggestions if each.bill == bill]
    return found


def test_cardins_bill_known_by_name_only_is_suggested_for_the_proposal(session: Session) -> None:
    confirm(session, *HOUSE_LINE)
    found = only(suggestions.suggest(session, "s4647-118"), "s4647-118")
    assert (found.proposal, found.other, found.kind) == ("armas-act", "hr6618-118", "companion")
    assert found.rule == "line"
    assert "H.R. 6618 (118th)" in found.reason_en
    assert "have not been read" in found.reason_en
    assert "H.R. 6618 (118th)" in found.reason_es
    assert found.reason_es != found.reason_en


def test_the_proposals_living_bill_finds_cardins_too(session: Session) -> None:
    confirm(session, *HOUSE_LINE, "s3508-119")
    found = only(suggestions.suggest(session, "s3508-119"), "s4647-118")
    assert found.proposal == "armas-act"
    assert found.score >= suggestions.WORTH_SUGGESTING


def test_companions_that_the_researchers_did_not_link_are_suggested(session: Session) -> None:
    found = only(suggestions.suggest(session, "hr6736-119"), "s3508-119")
    assert (found.kind, found.rule, found.proposal) == ("companion", "sister_both_titles", None)
    assert found.score >= 0.9


def test_saving_twice_adds_nothing_and_a_rejection_stays(session: Session) -> None:
    confirm(session, *HOUSE_LINE, "s3508-119")
    suggestions.save_suggestions(session, suggestions.suggest(session, "s3508-119"))
    assert suggestions.save_suggestions(session, suggestions.suggest(session, "s3508-119")) == 0
    lineage.reject(session, "armas-act", "s4647-118", by="ana@example.org", now=NOW)
    assert suggestions.suggest(session, "s3508-119") == []
    assert [each for each in suggestions.suggest(session, "s4647-118") if each.proposal] == []
    assert suggestions.save_suggestions(session, suggestions.suggest(session, "hr6736-119")) == 0
    assert lineage.waiting(session) == []


def test_the_same_number_of_another_congress_is_not_kin(session: Session) -> None:
    confirm(session, "hr6618-118")
    assert suggestions.suggest(session, "hr6618-119") == []


# --- the other rules, each on a real pair ---


def test_the_researchers_word_counts_within_a_congress_only(session: Session) -> None:
    session.add(Related(bill="hr923-119", other="s367-119", identical=True))
    session.add(Related(bill="hr923-119", other="hr6618-118", identical=True))
    session.flush()
    found = suggestions.suggest(session, "s367-119")
    assert only(found, "hr923-119").rule == "crs_identical"
    assert "hr6618-118" not in {each.bill for each in suggestions.suggest(session, "hr923-119")}


def test_same_sponsor_and_official_title_over_two_congresses(session: Session) -> None:
    found = only(suggestions.suggest(session, "hr923-119"), "hr8427-118")
    assert (found.rule, found.kind) == ("sponsor_official", "predecessor")


def test_a_former_cosponsor_took_over(session: Session) -> None:
    put(session, "s4700-118", "Other words", senate(ARMAS), CARDIN, date(2024, 7, 10))
    assert only(suggestions.suggest(session, "s3508-119"), "s4700-118").rule == "official"
    session.add(Cosponsorship(bill="s4700-118", bioguide=MURPHY, joined=date(2024, 7, 10)))
    session.flush()
    found = only(suggestions.suggest(session, "s3508-119"), "s4700-118")
    assert found.rule == "took_over"
    assert "former co-sponsor" in found.reason_en


def test_a_sponsor_who_left_makes_an_equal_official_title_likelier(session: Session) -> None:
    put(session, "s4700-118", "Other words", senate(ARMAS), CARDIN, date(2024, 7, 10))
    session.add(Member(bioguide=CARDIN, first="Benjamin", last="Cardin", standing="departed"))
    session.flush()
    assert only(suggestions.suggest(session, "s3508-119"), "s4700-118").rule == "sponsor_left"


def test_a_short_title_alone_is_not_worth_a_suggestion(session: Session) -> None:
    put(session, "hr100-119", "FAIR Act", "To provide for fair elections in the several States.", "A000001")
    put(session, "hr200-118", "FAIR Act of 2023", "To reform how the Government seizes things.", "B000002")
    assert suggestions.suggest(session, "hr100-119") == []
    [weak] = suggestions.suggest(session, "hr100-119", least=0.1)
    assert weak.rule == "short_title"


@pytest.mark.parametrize(
    "title",
    [
        "Reserved for the Speaker.",
        "Electing Members to certain standing committees of the House of Representatives.",
        "Expressing support for the designation of May as a month of something.",
        "Providing for congressional disapproval under chapter 8 of title 5 of a rule.",
        "A joint resolution providing for congressional disapproval under chapter 8 of title 5 of a rule.",
    ],
)
def test_titles_that_name_no_idea_make_no_kin(session: Session, title: str) -> None:
    put(session, "hres9001-119", title, title, CASTRO)
    put(session, "hres9002-118", title, title, CASTRO)
    assert suggestions.suggest(session, "hres9001-119", least=0) == []


def test_private_relief_is_kin_only_for_the_same_person(session: Session) -> None:
    put(session, "hr7194-119", "For the relief of Rebecca Trimble.", "For the relief of Rebecca Trimble.", "B1")
    put(session, "hr680-118", "For the relief of Rebecca Trimble.", "For the relief of Rebecca Trimble.", "B1")
    put(session, "hr681-118", "For the relief of Another Person.", "For the relief of Another Person.", "B1")
    assert [each.bill for each in suggestions.suggest(session, "hr7194-119")] == ["hr680-118"]


def test_one_bill_may_have_several_successors(session: Session) -> None:
    put(session, "hr9000-119", "ARMAS Act of 2026", ARMAS, CASTRO, date(2026, 6, 1))
    found = {each.bill: each.kind for each in suggestions.suggest(session, "hr6618-118")}
    assert found["hr6736-119"] == found["hr9000-119"] == "successor"
    assert {each.bill: each.kind for each in suggestions.suggest(session, "hr6736-119")}[
        "hr9000-119"
    ] == "redraft"


def test_a_new_title_makes_new_kin(session: Session) -> None:
    put(session, "hr9000-119", "Reserved for the Speaker.")
    assert suggestions.suggest(session, "hr9000-119") == []
    bill = session.get_one(Bill, "hr9000-119")
    bill.title, bill.official_title, bill.sponsor = "The ARMAS Act of 2026", ARMAS, CASTRO
    session.flush()
    assert only(suggestions.suggest(session, "hr9000-119"), "hr6736-119").rule == "redraft"


def test_a_suggestion_reads_few_rows_of_a_large_table(session: Session) -> None:
    confirm(session, *HOUSE_LINE)
    for number in range(1, 300):
        put(
            session,
            f"hr{10000 + number}-119",
            f"Other idea {number} Act",
            f"To do the thing of number {number}.",
        )
    session.expunge_all()
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    assert suggestions.suggest(session, "hr6736-119")
    sa.event.remove(engine, "before_cursor_execute", note)
    assert len([text for text in statements if text.startswith("SELECT")]) <= 8
    assert sum(1 for each in session.identity_map.values() if isinstance(each, Bill)) < 20
