"""Finding a bill by what somebody typed."""

import pytest
from first_campaign import NEXT, NOW, confirm
from sqlmodel import Session

from campaign.proposals import lookup
from campaign.refusals import Refused


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("H.R. 6736", "hr6736-119"),
        ("S 367 (119th)", "s367-119"),
        ("S. 3508", "s3508-119"),
        ("118/hr/8427", "hr8427-118"),
        ("https://www.congress.gov/bill/119th-congress/house-bill/8427", "hr8427-119"),
        ("hr6618-118", "hr6618-118"),
        ("hr9539", "hr9539-117"),
    ],
)
def test_a_bill_is_found_by_every_form_people_use(session: Session, typed: str, meant: str) -> None:
    assert str(lookup.resolve(session, typed)) == meant


def test_a_number_of_several_congresses_is_never_guessed(session: Session) -> None:
    with pytest.raises(Refused) as refusal:
        lookup.resolve(session, "H.R. 8427")
    assert refusal.value.status == 409
    for text in (refusal.value.en, refusal.value.es):
        assert "H.R. 8427 (118th): Stop Arming Cartels Act of 2024" in text
        assert "H.R. 8427 (119th): Congressional Pension Integrity Act of 2026" in text


@pytest.mark.parametrize(
    ("typed", "status"),
    [("H.R. 1", 404), ("hr6736-118", 404), ("", 400), ("the Act of 2025", 400)],
)
def test_what_is_not_held_is_refused_in_both_languages(session: Session, typed: str, status: int) -> None:
    with pytest.raises(Refused) as refusal:
        lookup.resolve(session, typed)
    assert refusal.value.status == status
    assert refusal.value.en != refusal.value.es


def test_a_dead_number_leads_to_its_living_successor(session: Session) -> None:
    confirm(session, "hr8427-118", "s367-119", "hr923-119", slug="stop-arming-cartels-act")
    pension, cartels = lookup.search(session, "H.R. 8427", now=NOW)
    assert (str(pension.bill_id), pension.living, pension.successor) == ("hr8427-119", True, None)
    assert (str(cartels.bill_id), cartels.living) == ("hr8427-118", False)
    assert str(cartels.successor) == "hr923-119"
    assert cartels.proposal == "stop-arming-cartels-act"


def test_after_the_congress_ended_no_number_is_called_living(session: Session) -> None:
    confirm(session, "hr8427-118", "hr923-119", slug="stop-arming-cartels-act")
    for candidate in lookup.search(session, "H.R. 8427", now=NEXT):
        assert not candidate.living
        assert candidate.successor is None
