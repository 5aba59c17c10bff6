"""Seats as people write them."""

import pytest
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.seats import read_seat
from campaign.refusals import Refused

SEATS = {
    "TX-20": "TX-20",
    "tx-20": "TX-20",
    " TX-020 ": "TX-20",
    "TX\u201120": "TX-20",
    "AK-1": "AK-0",
    "AK-AL": "AK-0",
    "wy-01": "WY-0",
    "WY-00": "WY-0",
    "DC-98": "DC-0",
    "PR-1": "PR-0",
    "TX": "TX",
}


@pytest.mark.parametrize("text", SEATS)
def test_a_seat_is_the_one_in_the_table(snapshot_engine: Engine, text: str) -> None:
    with db.reading(snapshot_engine) as session:
        assert read_seat(session, text).id == SEATS[text]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("TX-99", "has districts 1 to 38"),
        ("TX-0", "has districts 1 to 38"),
        ("AK-2", "Alaska has one district, AK-0"),
        ("DC", "District of Columbia has one district, DC-0"),
        ("ZZ-1", "There is no district “ZZ-1”"),
        ("", "There is no district"),
        ("TX-20-1", "There is no district “TX-20-1”"),
        ("TX-٢", "There is no district"),
    ],
)
def test_a_seat_that_does_not_exist_is_refused_with_those_that_do(
    snapshot_engine: Engine, text: str, says: str
) -> None:
    with db.reading(snapshot_engine) as session, pytest.raises(Refused) as refused:
        read_seat(session, text)
    assert says in refused.value.en
    assert refused.value.status == 404
    assert "distrito" in refused.value.es
