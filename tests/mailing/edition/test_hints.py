"""What the digest says where it cannot name all three members: vacant only of a seat that exists and is."""

from datetime import datetime

import pytest
from sqlalchemy.engine import Engine

from campaign import db
from campaign.mailing.edition import digest, news
from campaign.mailing.edition.digest import Group

from mondays import CAMPAIGN  # isort: skip

LATER = datetime.fromisoformat("2027-01-05T15:00:00+00:00")


def hint(engine: Engine, seat: str, now: datetime) -> str:
    with db.reading(engine) as session:
        gathered = news.gather(session, CAMPAIGN, since_seq=0, now=now)
    return digest.page(gathered, Group("en", seat), base_url="https://campaign.example.org").members_hint


@pytest.mark.parametrize(
    ("seat", "says"),
    [
        ("TX-20", ""),
        ("TX-23", "The House seat TX-23 is vacant."),
        ("AK-1", "Add your ZIP code"),
        ("DC-98", "Add your ZIP code"),
        ("", "Add your ZIP code"),
        ("TX", "Your ZIP code is in more than one district"),
    ],
)
def test_a_seat_is_called_vacant_only_where_the_record_says_so(
    snapshot_engine: Engine, now: datetime, seat: str, says: str
) -> None:
    found = hint(snapshot_engine, seat, now)
    assert found.startswith(says)
    assert bool(found) == bool(says)


def test_a_seat_whose_holder_is_not_listed_yet_is_not_called_vacant(snapshot_engine: Engine) -> None:
    assert hint(snapshot_engine, "TX-20", LATER) == ""
