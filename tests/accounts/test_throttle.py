"""Leaky buckets: how many attempts pass, how fast a bucket drains, and that each is on its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from visitors import NOW, later

from campaign import db
from campaign.accounts import throttle
from campaign.accounts.throttle import Limit

FIVE = Limit(5, timedelta(hours=1))


def attempts(engine: Engine, count: int, limit: Limit = FIVE, key: str = "k", **after: float) -> list[bool]:
    """The answers to ``count`` attempts at one moment, each in a transaction of its own."""
    found = []
    for _ in range(count):
        with db.writing(engine) as session:
            found.append(throttle.allow(session, key, limit, now=later(**after)))
    return found


@pytest.mark.parametrize(
    ("limit", "capacity"),
    [
        (throttle.ACCOUNT, 10),
        (throttle.ADDRESS, 20),
        (throttle.OVERALL, 600),
        (throttle.LINKS, 4),
        (throttle.CODES, 10),
        (throttle.PROGRAM, 200),
    ],
    ids=["account", "address", "overall", "links", "codes", "program"],
)
def test_s01_each_limit_takes_so_many_at_once_and_as_many_an_hour(
    sqlite_engine: Engine, limit: Limit, capacity: int
) -> None:
    a_share = timedelta(hours=1) / capacity
    with db.writing(sqlite_engine) as session:
        assert [throttle.allow(session, "k", limit, now=NOW) for _ in range(capacity)] == [True] * capacity
        assert not throttle.allow(session, "k", limit, now=NOW + a_share * 0.99)
        assert throttle.allow(session, "k", limit, now=NOW + a_share)
        assert not throttle.allow(session, "k", limit, now=NOW + a_share * 1.99)
        assert throttle.allow(session, "k", limit, now=NOW + a_share * 2)


def test_a_bucket_that_was_left_alone_takes_no_more_than_its_capacity(engine: Engine) -> None:
    assert attempts(engine, 5) == [True] * 5
    assert attempts(engine, 7, days=3) == [True] * 5 + [False] * 2


def test_a_refused_attempt_is_not_counted(engine: Engine) -> None:
    """Who keeps trying waits no longer than who does not."""
    attempts(engine, 5)
    assert attempts(engine, 50, minutes=6) == [False] * 50
    assert attempts(engine, 2, minutes=12) == [True, False]


def test_nothing_drains_at_one_moment(engine: Engine) -> None:
    assert attempts(engine, 3, Limit(1, timedelta(seconds=1))) == [True, False, False]


def test_a_clock_that_is_set_back_neither_fills_nor_drains_a_bucket(engine: Engine) -> None:
    attempts(engine, 3, hours=2)
    assert attempts(engine, 3, hours=1) == [True, True, False]
    assert attempts(engine, 1, hours=2) == [False]
    assert attempts(engine, 2, hours=2, minutes=12) == [True, False]


def test_a_clock_that_was_ahead_for_days_locks_nobody_out(engine: Engine) -> None:
    assert attempts(engine, 6, hours=72)[-1] is False
    assert attempts(engine, 1) == [False]
    assert attempts(engine, 1, minutes=59) == [True]


def test_buckets_are_filled_and_emptied_one_by_one(engine: Engine) -> None:
    attempts(engine, 5, key="a")
    assert attempts(engine, 6, key="b") == [True] * 5 + [False]
    with db.writing(engine) as session:
        throttle.forget(session, "a")
    assert attempts(engine, 6, key="a") == [True] * 5 + [False]
    assert attempts(engine, 1, key="b") == [False]


def test_a_bucket_is_emptied_in_the_transaction_that_filled_it(engine: Engine) -> None:
    with db.writing(engine) as session:
        for _ in range(5):
            throttle.allow(session, "k", FIVE, now=NOW)
        throttle.forget(session, "k")
        assert throttle.allow(session, "k", FIVE, now=NOW)
    assert attempts(engine, 5) == [True] * 4 + [False]


def test_old_buckets_are_trimmed(engine: Engine) -> None:
    attempts(engine, 1, key="old")
    attempts(engine, 5, key="young", hours=1)
    with db.writing(engine) as session:
        assert throttle.trim(session, before=later(hours=1)) == 1
        assert throttle.trim(session, before=later(hours=1)) == 0
    assert attempts(engine, 1, key="young", hours=1) == [False]


def test_s01_two_processes_share_one_bucket(engine: Engine) -> None:
    def attempt(_: int) -> bool:
        with db.writing(engine) as session:
            return throttle.allow(session, "shared", FIVE, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(12))) == 5


@settings(max_examples=cases(30))
@given(gaps=st.lists(st.integers(0, 1200), min_size=1, max_size=40))
def test_s01_no_hour_lets_through_more_than_twice_the_limit(sqlite_engine: Engine, gaps: list[int]) -> None:
    at, taken = NOW, []
    with db.writing(sqlite_engine) as session:
        throttle.forget(session, "k")
        for gap in gaps:
            at += timedelta(seconds=gap)
            if throttle.allow(session, "k", FIVE, now=at):
                taken.append(at)
    for first in taken:
        assert sum(first <= one < first + timedelta(hours=1) for one in taken) <= 2 * FIVE.capacity
