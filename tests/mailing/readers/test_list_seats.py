"""Seats and ZIP codes in imported lists: matched to the table of seats, or rejected with their line."""

from datetime import datetime

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing.addresses import Keys
from campaign.mailing.models import Subscriber
from campaign.mailing.readers import csv_lists, imports
from campaign.mailing.readers.imports import Imported, Row, Terms
from campaign.mailing.readers.subscribers import Wish

from mondays import CAMPAIGN  # isort: skip


def read(engine: Engine, text: str, now: datetime) -> tuple[list[str], dict[int, str]]:
    """The seats of the rows that were read, and the rejects."""
    done = Imported()
    with db.reading(engine) as session:
        rows = list(csv_lists.read(session, CAMPAIGN, text, done, now=now))
    return [row.wish.seat for row in rows], done.rejects


def test_a_seat_is_stored_as_the_table_has_it(snapshot_engine: Engine, now: datetime) -> None:
    typed = ["AK-1", "WY-AL", "DC-98", "TX-020", "tx-20", "TX", ""]
    lines = [f"reader{place}@example.org,{seat}" for place, seat in enumerate(typed)]
    seats, rejects = read(snapshot_engine, "\n".join(["email,seat", *lines]), now)
    assert seats == ["AK-0", "WY-0", "DC-0", "TX-20", "TX-20", "TX", ""]
    assert rejects == {}


def test_a_seat_that_does_not_exist_is_a_rejected_line(snapshot_engine: Engine, now: datetime) -> None:
    text = "email,seat\na@example.org,TX-99\nb@example.org,TX-20\nc@example.org,ZZ-1\n"
    seats, rejects = read(snapshot_engine, text, now)
    assert seats == ["TX-20"]
    assert rejects == {
        2: "There is no district TX-99. Texas has districts 1 to 38.",
        4: "There is no district “ZZ-1”. Find your members by ZIP code, address or state.",
    }


@pytest.mark.parametrize(
    ("typed", "stored"), [("AK-1", "AK-0"), ("DC-98", "DC-0"), ("TX-99", ""), ("TX", "TX")]
)
def test_no_reader_is_stored_with_a_seat_that_does_not_exist(
    snapshot_copy: Engine, keys: Keys, now: datetime, typed: str, stored: str
) -> None:
    rows = [Row(2, "a@readers-host.org", Wish(seat=typed))]
    imports.take_list(snapshot_copy, keys, rows, Terms(CAMPAIGN, "x", now), Imported())
    with db.reading(snapshot_copy) as session:
        assert session.exec(select(Subscriber.seat)).one() == stored


@pytest.mark.parametrize(
    ("zip", "seat"),
    [
        ("10301", "NY-11"),
        ("2138", "MA"),
        ("601", "PR-0"),
        ("TX 78205", "TX"),
        # P.O. boxes: the district is likely or open, the state is not.
        ("77210", "TX"),
        ("00501", "NY"),
        ("09012", ""),
        ("00000", ""),
    ],
)
def test_a_zip_code_gives_no_more_than_is_certain(
    snapshot_engine: Engine, now: datetime, zip: str, seat: str
) -> None:
    assert read(snapshot_engine, f"email,zip\na@example.org,{zip}\n", now) == ([seat], {})
