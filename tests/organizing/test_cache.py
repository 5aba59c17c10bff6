"""What is reckoned from the record is kept while the record stands still, and not a moment longer."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from copies import copy_of
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db
from campaign.congress.models import Bill, Change, SourceState, Tracking
from campaign.organizing import cache, dashboard
from campaign.organizing.cache import Reckoned, stamp
from campaign.proposals.models import Kinship, Proposal

BILL = "hr6736-119"


@pytest.fixture
def own(snapshot_engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        yield engine


def stamp_now(engine: Engine, now: datetime) -> object:
    with db.reading(engine) as session:
        return stamp(session, now=now)


def read_again(session: Session, now: datetime) -> None:
    session.get_one(Bill, BILL).observed_at = now + timedelta(minutes=5)


def tried(session: Session, now: datetime) -> None:
    session.get_one(Tracking, BILL).problem = "co-sponsors: 20 rows where 29 are announced"


def changed(session: Session, now: datetime) -> None:
    session.add(Change(bill=BILL, kind="cosponsored", bioguide="J000305", seen_at=now))


def members_read(session: Session, now: datetime) -> None:
    for state in session.exec(select(SourceState)):
        state.checked_at = now + timedelta(minutes=5)


def kin_decided(session: Session, now: datetime) -> None:
    session.exec(select(Kinship).where(Kinship.bill == BILL)).one().state = "rejected"


def renamed(session: Session, now: datetime) -> None:
    for proposal in session.exec(select(Proposal)):
        proposal.name_es = "Otro nombre"


def goal_set(session: Session, now: datetime) -> None:
    dashboard.set_goal(session, BILL, 40, date(2026, 12, 1), by="ana", now=now)


@pytest.mark.parametrize(
    "move",
    [read_again, tried, changed, members_read, kin_decided, renamed, goal_set],
    ids=lambda one: one.__name__,
)
def test_whatever_moves_moves_the_stamp(
    own: Engine, now: datetime, move: Callable[[Session, datetime], None]
) -> None:
    before = stamp_now(own, now)
    assert stamp_now(own, now) == before
    with db.writing(own) as session:
        move(session, now)
    assert stamp_now(own, now) != before


def test_the_stamp_moves_with_the_hour(own: Engine, now: datetime) -> None:
    assert stamp_now(own, now) != stamp_now(own, now + timedelta(hours=1))


def test_another_bill_of_the_congress_moves_nothing_unless_it_is_asked_for(own: Engine, now: datetime) -> None:
    with db.writing(own) as session:
        session.add(Bill(id="hr1-119", congress=119, type="hr", number=1, title="Another"))
    before = stamp_now(own, now)
    with db.reading(own) as session:
        asked = stamp(session, "hr1-119", now=now)
    with db.writing(own) as session:
        session.get_one(Bill, "hr1-119").observed_at = now
    assert stamp_now(own, now) == before
    with db.reading(own) as session:
        assert stamp(session, "hr1-119", now=now) != asked


def test_a_result_is_made_once_a_stamp_and_the_least_used_is_let_go(own: Engine) -> None:
    made: list[int] = []

    def make(_session: Session) -> int:
        made.append(len(made))
        return made[-1]

    kept = Reckoned(own)
    assert [kept.get("a", at, make) for at in (1, 1, 2, 2)] == [0, 0, 1, 1]
    for name in range(cache.MOST - 1):
        kept.get(name, 0, make)
    assert kept.get("a", 2, make) == 1
    kept.get("one more", 0, make)
    assert kept.get("a", 2, make) == 1
    assert kept.get(0, 0, make) == len(made) - 1
