"""How old the record is called."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.congress.models import Bill, Tracking
from campaign.web.core import health

HOUR = timedelta(hours=1)
Readings = list[tuple[int | None, int | None]]


@pytest.mark.parametrize(
    ("readings", "since"),
    [
        ([], None),
        ([(None, None)], None),
        ([(3, None)], 3),
        ([(None, 4)], 4),
        ([(3, 5)], 3),
        ([(6, 5)], 5),
        ([(3, 9), (None, 7), (8, None)], 8),
        ([(3, 9), (None, None)], None),
    ],
)
def test_the_record_is_whole_since_the_bill_that_was_read_longest_ago(
    engine: Engine, now: datetime, readings: Readings, since: int | None
) -> None:
    """Hours since the last complete reading of each bill by both sources."""
    with db.writing(engine) as session:
        for number, hours in enumerate(readings, 1):
            bill = Bill(id=f"hr{number}-119", congress=119, type="hr", number=number)
            session.add(bill)
            session.flush()
            api, govinfo = (None if each is None else now - each * HOUR for each in hours)
            session.add(Tracking(bill=bill.id, since=now, api_read_at=api, govinfo_read_at=govinfo))
        session.add(Bill(id="s1-119", congress=119, type="s", number=1))
        session.flush()
        session.add(Tracking(bill="s1-119", since=now, until=now))
    with db.reading(engine) as session:
        age = health.line(session, now=now)
    assert age.whole_since == (None if since is None else now - since * HOUR)
    assert age.stale == (since is None)


@pytest.mark.parametrize(("hours", "stale"), [(24, False), (25, True)])
def test_after_a_day_the_record_is_old(snapshot_copy: Engine, now: datetime, hours: int, stale: bool) -> None:
    with db.writing(snapshot_copy) as session:
        for row in session.exec(select(Tracking)):
            row.api_read_at = now
        first = session.exec(select(Tracking)).first()
        assert first
        first.api_read_at = now - hours * HOUR
    with db.reading(snapshot_copy) as session:
        assert health.line(session, now=now).stale is stale
        assert health.line(session, now=now).snapshot is True
