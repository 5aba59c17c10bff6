"""Finding a bill of the shipped record by number, title or both."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.proposals import lookup
from campaign.refusals import Refused


@pytest.fixture
def record(snapshot_engine: Engine) -> Iterator[Session]:
    with db.reading(snapshot_engine) as session:
        yield session


def ids(record: Session, typed: str, now: datetime) -> set[str]:
    return {str(found.bill_id) for found in lookup.search(record, typed, now=now)}


CARTELS = {"hr923-119", "s367-119", "hr8427-118", "s2926-118"}
ARMAS = {"hr6736-119", "s3508-119", "hr6618-118", "s4647-118", "hr9539-117"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Stop arming cartels", CARTELS),
        ("stop arming cartels act of 2025", CARTELS),
        ("Ley ARMAS", ARMAS),
        ("la ley armas", ARMAS),
        ("ARMAS Act", ARMAS),
        ("Ley alto al armamento de carteles", CARTELS),
        ("Wildfire Aerial Response", {"hr6618-119"}),
        ("923", {"hr923-119"}),
        ("6618", {"hr6618-118", "hr6618-119"}),
        ("H.R. 6618", {"hr6618-118", "hr6618-119"}),
        ("H.R. 6618 in 2023", {"hr6618-118"}),
        ("H.R. 6618: Wildfire Aerial Response Safety Act", {"hr6618-119"}),
    ],
)
def test_search_finds_by_number_and_by_words(
    record: Session, now: datetime, typed: str, found: set[str]
) -> None:
    assert ids(record, typed, now) == found


@pytest.mark.parametrize(
    ("typed", "bill"),
    [
        ("HB 923", "hr923-119"),
        ("SB367", "s367-119"),
        ("H.R. 923: Stop Arming Cartels Act of 2025", "hr923-119"),
        ("Stop Arming Cartels Act of 2024 (H.R. 8427)", "hr8427-118"),
        ("Wildfire Aerial Response Safety Act", "hr6618-119"),
        ("https://legiscan.com/US/bill/SB367/2025", "s367-119"),
    ],
)
def test_resolve_takes_what_can_mean_one_bill_only(record: Session, typed: str, bill: str) -> None:
    assert str(lookup.resolve(record, typed)) == bill


@pytest.mark.parametrize("typed", ["ARMAS Act", "H.R. 6618", "H.R. 8427: Some Other Act"])
def test_resolve_names_the_choice_and_takes_none(record: Session, typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        lookup.resolve(record, typed)
    assert refusal.value.status == 409
    assert "(118th)" in refusal.value.en
    assert "(119th)" in refusal.value.en


def test_a_title_of_another_bill_does_not_become_the_only_one_of_its_number(record: Session) -> None:
    with pytest.raises(Refused) as refusal:
        lookup.resolve(record, "H.R. 6736: Wildfire Aerial Response Safety Act")
    assert refusal.value.status == 409
    assert "H.R. 6736 (119th)" in refusal.value.en


def test_another_kind_of_measure_with_the_number_is_offered(record: Session) -> None:
    with pytest.raises(Refused) as refusal:
        lookup.resolve(record, "House Resolution 923")
    assert refusal.value.status == 404
    assert "H.Res. 923" in refusal.value.en
    assert "H.R. 923 (119th): Stop Arming Cartels Act of 2025" in refusal.value.text("es")


@pytest.mark.parametrize("typed", ["the act", "ley", "2025", "a b c", "%", "_____", "pizza"])
def test_words_that_name_nothing_are_no_bill(record: Session, typed: str, now: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        lookup.search(record, typed, now=now)
    assert refusal.value.status in (400, 404)
