"""Lineage that persons confirmed, on the first campaign's own bills."""

import pytest
from first_campaign import CASTRO, HOUSE_LINE, NOW, confirm, put
from sqlmodel import Session

from campaign.proposals import lineage, lookup, suggestions
from campaign.refusals import Refused


def test_a_suggestion_is_no_lineage_until_a_person_confirms_it(session: Session) -> None:
    confirm(session, *HOUSE_LINE, "s3508-119")
    assert suggestions.save_suggestions(session, suggestions.suggest(session, "s3508-119")) == 1
    assert lineage.proposal_of(session, "s4647-118") is None
    assert "s4647-118" not in {bill.id for bill, _ in lineage.bills_of(session, "armas-act")}
    [(bill, waiting)] = lineage.waiting(session, "armas-act")
    assert (bill.id, waiting.state) == ("s4647-118", "suggested")

    lineage.confirm(session, "armas-act", "s4647-118", by="ana@example.org", now=NOW)
    home = lineage.proposal_of(session, "s4647-118")
    assert home is not None
    assert home.slug == "armas-act"
    assert "s4647-118" in {bill.id for bill in lineage.family(session, "s3508-119")}
    assert lineage.waiting(session) == []
    row = {b.id: k for b, k in lineage.bills_of(session, "armas-act")}["s4647-118"]
    assert (row.decided_by, row.decided_at, row.rule) == ("ana@example.org", NOW, waiting.rule)


def test_the_whole_family_in_reading_order(session: Session) -> None:
    confirm(session, "s4647-118", "s3508-119", *HOUSE_LINE)
    assert [bill.id for bill, _ in lineage.bills_of(session, "armas-act")] == [
        "hr6736-119",
        "s3508-119",
        "hr6618-118",
        "s4647-118",
        "hr9539-117",
    ]
    companion = lineage.companion(session, "hr6736-119")
    assert companion is not None
    assert companion.id == "s3508-119"
    heir = lineage.successor(session, "s4647-118", NOW)
    assert heir is not None
    assert heir.id == "s3508-119"
    assert lineage.successor(session, "hr6736-119", NOW) is None
    assert lineage.companion(session, "hr8427-119") is None


def test_a_bill_belongs_to_one_proposal(session: Session) -> None:
    confirm(session, "hr923-119", slug="stop-arming-cartels-act")
    with pytest.raises(Refused) as refusal:
        confirm(session, "hr923-119")
    assert refusal.value.status == 409
    lineage.reject(session, "stop-arming-cartels-act", "hr923-119", by="ana@example.org", now=NOW)
    confirm(session, "hr923-119")
    home = lineage.proposal_of(session, "hr923-119")
    assert home is not None
    assert home.slug == "armas-act"


@pytest.mark.parametrize(("slug", "bill"), [("no-such", "hr923-119"), ("armas-act", "hr1-119")])
def test_nothing_unknown_is_confirmed(session: Session, slug: str, bill: str) -> None:
    with pytest.raises(Refused) as refusal:
        lineage.confirm(session, slug, bill, by="ana@example.org", now=NOW)
    assert refusal.value.status == 404


def test_a_bill_whose_course_is_over_is_no_longer_living(session: Session) -> None:
    put(session, "hr9000-119", "Some Act", "To do it at last.", CASTRO, over=True)
    [one] = lookup.search(session, "hr9000", now=NOW)
    assert not one.living
