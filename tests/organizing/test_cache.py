"""Results computed from the record are cached until the record changes, and not longer."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from copies import copy_of
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db
from campaign.congress.models import Bill, Change, SourceState, Tracking
from campaign.organizing import cache, dashboard
from campaign.organizing.cache import ResultCache, record_version
from campaign.proposals.models import Kinship, Proposal

BILL = "hr6736-119"


@pytest.fixture
def own(snapshot_engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        yield engine


def version_now(engine: Engine, now: datetime) -> object:
    with db.reading(engine) as session:
        return record_version(session, now=now)


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
def test_every_change_changes_the_version(
    own: Engine, now: datetime, move: Callable[[Session, datetime], None]
) -> None:
    before = version_now(own, now)
    assert version_now(own, now) == before
    with db.writing(own) as session:
        move(session, now)
    assert version_now(own, now) != before


def test_the_version_changes_every_hour(own: Engine, now: datetime) -> None:
    assert version_now(own, now) != version_now(own, now + timedelta(hours=1))


def test_a_bill_of_no_proposal_changes_nothing_unless_it_is_named(own: Engine, now: datetime) -> None:
    with db.writing(own) as session:
        session.add(Bill(id="hr1-119", congress=119, type="hr", number=1, title="Another"))
    before = version_now(own, now)
    with db.reading(own) as session:
        before_its_reading = record_version(session, "hr1-119", now=now)
    with db.writing(own) as session:
        session.get_one(Bill, "hr1-119").observed_at = now
    assert version_now(own, now) == before
    with db.reading(own) as session:
        assert record_version(session, "hr1-119", now=now) != before_its_reading


def test_a_result_is_computed_once_a_version_and_the_least_recently_used_is_evicted(own: Engine) -> None:
    made: list[int] = []

    def make(_session: Session) -> int:
        made.append(len(made))
        return made[-1]

    results = ResultCache(own)
    assert [results.get("a", at, make) for at in (1, 1, 2, 2)] == [0, 0, 1, 1]
    for name in range(cache.MOST - 1):
        results.get(name, 0, make)
    assert results.get("a", 2, make) == 1
    results.get("one more", 0, make)
    assert results.get("a", 2, make) == 1
    assert results.get(0, 0, make) == len(made) - 1


def test_of_those_that_ask_at_once_one_computes_and_the_others_wait(own: Engine) -> None:
    results, began, computed = ResultCache(own), Barrier(3), []

    def compute(_session: Session) -> int:
        computed.append(len(computed))
        # Long enough for the others to come in, if anything lets them.
        threading.Event().wait(0.2)
        return computed[-1]

    def ask(_number: int) -> int:
        began.wait(timeout=30)
        return results.get("a", 1, compute)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(ask, range(3))) == [0, 0, 0]
