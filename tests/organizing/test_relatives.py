"""The facts that worklists rest on: which bills are related to a bill, in which order, and who is on them."""

from datetime import date

import pytest
from chambers import NOW, add_bill, id_of, legislator, on, seat_members, term
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db
from campaign.congress.models import Bill
from campaign.organizing.worklist_facts import BillFacts, read_facts
from campaign.proposals import lineage
from campaign.proposals.models import Proposal


def facts_of(engine: Engine, bill: str) -> BillFacts:
    with db.reading(engine) as session:
        (found,) = read_facts(session, [session.get_one(Bill, bill)], now=NOW)
        session.expunge_all()
    return found


def sisters(engine: Engine, bill: str) -> list[str]:
    return [sister.id for sister, _ in facts_of(engine, bill).sisters]


def set_position(session: Session, slug: str, position: int) -> None:
    session.exec(select(Proposal).where(Proposal.slug == slug)).one().position = position


def test_sisters_are_of_the_same_campaign_and_another_proposal(engine: Engine) -> None:
    add_bill(engine, "hr6736-119", proposal="armas")
    add_bill(engine, "hr6737-119", proposal="armas")
    add_bill(engine, "hr923-119", proposal="cartels")
    add_bill(engine, "hr500-119", proposal="homes", campaign="housing")
    add_bill(engine, "hr501-119")
    assert sisters(engine, "hr6736-119") == ["hr923-119"]
    assert sisters(engine, "hr500-119") == sisters(engine, "hr501-119") == []


def test_two_campaigns_side_by_side_do_not_mix(engine: Engine) -> None:
    for bill, proposal, campaign in (
        ("hr1-119", "a", "guns"), ("hr2-119", "b", "guns"),
        ("hr3-119", "c", "housing"), ("hr4-119", "d", "housing"),
    ):  # fmt: skip
        add_bill(engine, bill, proposal=proposal, campaign=campaign)
    with db.reading(engine) as session:
        bills = [session.get_one(Bill, id) for id in ("hr1-119", "hr3-119")]
        found = [[sister.id for sister, _ in facts.sisters] for facts in read_facts(session, bills, now=NOW)]
    assert found == [["hr2-119"], ["hr4-119"]]


def test_only_confirmed_bills_are_related(engine: Engine) -> None:
    for bill, proposal in (("hr6736-119", "armas"), ("hr6618-118", "armas"), ("hr923-119", "cartels")):
        add_bill(engine, bill, proposal=proposal)
    with db.writing(engine) as session:
        lineage.reject(session, "armas", "hr6618-118", by="test", now=NOW)
        lineage.reject(session, "cartels", "hr923-119", by="test", now=NOW)
    found = facts_of(engine, "hr6736-119")
    assert (found.earlier, found.sisters) == ([], [])


def test_sisters_stand_in_the_order_of_their_proposals_then_of_their_numbers(engine: Engine) -> None:
    add_bill(engine, "hr6736-119", proposal="armas")
    for bill, proposal in (
        ("hr30-119", "first"), ("hjres7-119", "first"), ("hr4-119", "first"), ("hr2-119", "second"),
    ):  # fmt: skip
        add_bill(engine, bill, proposal=proposal)
    with db.writing(engine) as session:
        set_position(session, "first", 1)
        set_position(session, "second", 0)
    assert sisters(engine, "hr6736-119") == ["hr2-119", "hjres7-119", "hr4-119", "hr30-119"]


def test_earlier_bills_stand_newest_first(engine: Engine) -> None:
    add_bill(engine, "hr6736-119", proposal="armas")
    for bill in ("hr9539-117", "s4647-118", "hr6618-118"):
        add_bill(engine, bill, proposal="armas")
    earlier = [bill.id for bill in facts_of(engine, "hr6736-119").earlier]
    assert earlier == ["hr6618-118", "s4647-118", "hr9539-117"]


def test_a_member_who_came_back_counts_from_the_first_day_that_still_counts(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1")), legislator("A2", term("NY-2")))
    add_bill(engine, "hr6736-119", proposal="armas")
    add_bill(
        engine, "hr923-119", on("A1", "2026-03-01"), on("A1", "2026-02-01"),
        on("A2", "2026-01-01", withdrawn="2026-01-20"), on("A2", "2026-04-01"), proposal="cartels",
    )  # fmt: skip
    found = facts_of(engine, "hr6736-119")
    ((sister, _),) = found.sisters
    assert found.active(sister) == {id_of("A1"): date(2026, 2, 1), id_of("A2"): date(2026, 4, 1)}


@pytest.mark.parametrize(("seat", "left"), [("NY-1", False), ("NY", True)])
def test_who_moved_to_the_other_chamber_has_left_this_one(engine: Engine, seat: str, left: bool) -> None:
    seat_members(engine, legislator("A1", term("NY-1", 118), term(seat)))
    add_bill(engine, "hr6736-119", proposal="armas")
    add_bill(engine, "hr6618-118", on("A1", "2024-01-10"), proposal="armas")
    found = facts_of(engine, "hr6736-119")
    assert found.has_left(id_of("A1")) is left
    assert (id_of("A1") in found.people.terms) is left
