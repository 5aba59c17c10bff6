"""Two years of a Congress polled from a faulty server, and polls killed at work: the ledger equals the record.

The suite runs a short form; with ``LONG=1`` it polls every week and kills fifteen times. On hundreds of real
bills ``make replay`` does the same.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine
from standin import FAULTS, Standin, World, serve
from standin.truth import FIRST_DAY, LAST_DAY, missing_and_false, track_visible

from benchmarks.kills.poll import kill_loop
from campaign.congress.bills import BillId
from campaign.fetch import Fetcher
from jobs import poll_bills

LONG = bool(os.environ.get("LONG"))
DAYS_BETWEEN_POLLS = 7 if LONG else 42
KILLS = 15 if LONG else 3
LIST_FAULTS = ("shortpage", "emptylist", "phantom", "duprow")


def impatient() -> Fetcher:
    """Retries as in earnest, without the waiting."""
    return Fetcher(user_agent="campaign tests", wait_initial=0.001, wait_max=0.002, wait_jitter=0.001)


@pytest.fixture
def standin() -> Iterator[Standin]:
    with serve() as running:
        yield running


def days_apart(step: int) -> list[date]:
    return [FIRST_DAY + timedelta(days=days) for days in range(0, (LAST_DAY - FIRST_DAY).days + step, step)]


def switch_faults_on(world: World, chance: random.Random) -> None:
    world.faults = {kind: chance.uniform(0.03, 0.10) for kind in (*FAULTS, *LIST_FAULTS)}


def assert_equal_to_the_record(engine: Engine, world: World) -> None:
    missing, false = missing_and_false(engine, world)
    assert (dict(missing), dict(false)) == ({}, {})


@pytest.mark.parametrize("source", ["api", "govinfo"])
def test_replayed_week_by_week_with_faults(sqlite_engine: Engine, standin: Standin, source: str) -> None:
    _replay(sqlite_engine, standin, source)


@pytest.mark.postgres
def test_replayed_on_postgresql(postgres_engine: Engine, standin: Standin) -> None:
    _replay(postgres_engine, standin, "api")


def _replay(engine: Engine, standin: Standin, source: str) -> None:
    chance, now = random.Random(119), datetime(2025, 1, 3, 14, tzinfo=UTC)
    with impatient() as fetcher:
        for day in days_apart(DAYS_BETWEEN_POLLS):
            track_visible(engine, standin.world, day, now)
            switch_faults_on(standin.world, chance)
            poll_bills.run(engine, standin.settings(), now=now, source=source, fetcher=fetcher, pause=0)
            now += timedelta(days=DAYS_BETWEEN_POLLS)
        standin.world.asof = ""
        _poll_until_whole(engine, standin, fetcher, now, source)
    assert standin.world.happened.total() > (200 if LONG else 30)
    assert_equal_to_the_record(engine, standin.world)


def _poll_until_whole(engine: Engine, standin: Standin, fetcher: Fetcher, now: datetime, source: str) -> None:
    """Go on, faults still on, until every bill was read whole twice on the last day."""
    left = Counter(dict.fromkeys(standin.world.bills, 2))
    for _ in range(30):
        bills = [BillId.of(bill) for bill in left]
        if not bills:
            return
        report = poll_bills.run(
            engine, standin.settings(), now=now, bills=bills, source=source, fetcher=fetcher, pause=0
        )
        left -= Counter(bill for bill in left if bill not in {*report.incomplete, *report.failed})
        now += timedelta(hours=1)
    raise AssertionError(f"never read whole: {left}")


def test_killed_at_any_moment_and_run_again(sqlite_engine: Engine, standin: Standin) -> None:
    """The long loop, on both databases: ``make kills``."""
    found = kill_loop(sqlite_engine, standin, kills=KILLS, seed=9)
    assert (found.kills, found.lost, found.excess) == (KILLS, 0, 0)
    assert_equal_to_the_record(sqlite_engine, standin.world)
