"""How fast the relay is used, and when it is left alone (E10)."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing import queue, relay_limits
from campaign.mailing.models import Delivery, RelayLimits
from campaign.mailing.transport import Kind, Verdict

from mondays import MONDAY, Clock, addresses  # isort: skip

Make = Callable[..., Any]
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def take(engine: Engine, clock: Clock) -> Callable[[int], tuple[int, float | None]]:
    """Take tokens now, as a worker does that claims rows."""

    def taken(most: int) -> tuple[int, float | None]:
        with db.writing(engine) as session:
            return relay_limits.take(session, most, clock())

    return taken


@pytest.fixture
def block(engine: Engine, clock: Clock) -> Callable[..., RelayLimits]:
    """Report a failure of the relay, when it is asked again the next time; the state afterwards."""

    def blocked(kind: Kind = "down", words: str = "", *, at: datetime | None = None) -> RelayLimits:
        if at is None:
            clock.at = max(clock.at, limits(engine).blocked_until or clock.at)
        relay_limits.block(engine, Verdict(kind, words), now=at or clock())
        return limits(engine)

    return blocked


def test_an_hourly_limit_that_is_turned_on_later_begins_with_a_full_bucket(
    take: Make, rules: Make, clock: Clock
) -> None:
    """Its tokens had fallen by one a message while it was no limit: mail stopped for hours."""
    rules(per_second=100, per_hour=0)
    for _ in range(90):
        take(100)
        clock.sleep(1)
    rules(per_second=0, per_hour=3600)
    assert take(100)[0] > 0
    clock.sleep(60)
    assert take(1000)[0] == 60


def limits(engine: Engine) -> RelayLimits:
    with db.writing(engine) as session:
        return relay_limits.state(session)


def tokens(engine: Engine) -> tuple[float, float]:
    found = limits(engine)
    return round(found.second_tokens, 6), round(found.hour_tokens, 6)


def give_back(engine: Engine, unused: int) -> None:
    with db.writing(engine) as session:
        relay_limits.give_back(session, unused)


# --- the rate ---


# A step between two looks is worth no whole number of messages, and five percent of all are one at least.
@pytest.mark.parametrize(
    ("per_second", "per_hour", "step", "turns"),
    [(10, 0, 0.75, 20), (0, 1800, 7, 20), (100, 3600, 2.5, 20), (0.5, 0, 1, 40)],
)
def test_e10_the_rate_holds_over_workers_within_five_percent(
    engine: Engine,
    readers: Make,
    published: Make,
    clock: Clock,
    per_second: float,
    per_hour: float,
    step: float,
    turns: int,
) -> None:
    seconds = turns * step
    limit = min(per_second or 1e9, (per_hour or 1e9) / 3600)
    readers(*addresses(int(limit * seconds) + 150))
    published(per_second=per_second, per_hour=per_hour)
    # What was saved up at the start is spent before measuring.
    while queue.claim(engine, owner="warm-up", now=clock(), most=50).claimed:
        pass
    claimed = 0
    for turn in range(turns):
        clock.sleep(step)
        claimed += len(queue.claim(engine, owner=f"worker {turn % 3}", now=clock(), most=50).claimed)
    assert abs(claimed - limit * seconds) <= max(1.0, 0.05 * limit * seconds)


def test_without_a_rate_all_that_is_asked_for_is_granted(engine: Engine, rules: Make, take: Make) -> None:
    rules(per_second=0, per_hour=0)
    assert take(5000) == (5000, None)
    give_back(engine, 3)
    assert tokens(engine) == (0, 0)


def test_a_seconds_share_is_granted_at_once_and_refilled_with_time(
    engine: Engine, rules: Make, take: Make, clock: Clock
) -> None:
    rules(per_second=4)
    assert take(3) == (3, None)
    assert take(3) == (1, None)
    assert take(3) == (0, 0.25)
    clock.sleep(0.125)
    assert take(3) == (0, 0.125)
    clock.sleep(0.625)
    assert take(9) == (3, None)
    clock.sleep(60)
    assert take(9) == (4, None)


def test_an_hours_share_can_be_saved_up_for_a_minute(rules: Make, take: Make, clock: Clock) -> None:
    rules(per_second=0, per_hour=360)
    assert take(9) == (6, None)
    assert take(9) == (0, 10)
    clock.sleep(25)
    assert take(9) == (2, None)
    assert take(9) == (0, 5)
    clock.sleep(3600)
    assert take(9) == (6, None)


def test_of_two_rates_the_lower_holds(engine: Engine, rules: Make, take: Make) -> None:
    rules(per_second=4, per_hour=120)
    assert take(9) == (2, None)
    assert tokens(engine) == (2, 0)
    assert take(9) == (0, 30)
    rules(per_second=4, per_hour=120 * 60)
    assert take(1) == (0, 0.5)


def test_a_rate_below_one_a_second_grants_one_at_a_time(rules: Make, take: Make, clock: Clock) -> None:
    rules(per_second=0.5, per_hour=6)
    assert take(9) == (1, None)
    assert take(9) == (0, 600)
    clock.sleep(600)
    assert take(9) == (1, None)
    rules(per_second=0.5, per_hour=0)
    assert take(9) == (0, 2)
    rules(per_second=0, per_hour=0.5)
    clock.sleep(7200)
    assert take(9) == (1, None)
    assert take(9) == (0, 7200)


def test_a_worker_that_waits_for_a_token_does_not_spin(rules: Make, take: Make, clock: Clock) -> None:
    rules(per_second=1000)
    assert take(1000) == (1000, None)
    assert take(1) == (0, 0.02)


def test_what_is_given_back_may_be_taken_again(engine: Engine, rules: Make, take: Make) -> None:
    rules(per_second=4, per_hour=240)
    assert take(4) == (4, None)
    give_back(engine, 3)
    assert tokens(engine) == (3, 3)
    assert take(9) == (3, None)


def test_a_clock_that_is_set_back_grants_nothing_twice(
    engine: Engine, rules: Make, take: Make, clock: Clock
) -> None:
    rules(per_second=4)
    assert take(4) == (4, None)
    clock.sleep(-10)
    assert take(4) == (0, 0.25)
    clock.sleep(10)
    assert take(4) == (0, 0.25)


def test_a_clock_that_was_ahead_for_days_holds_up_no_mail(
    engine: Engine, rules: Make, take: Make, clock: Clock
) -> None:
    """Neither the bucket that was filled then, nor the pause after trouble of then."""
    rules(per_second=4)
    clock.sleep(3 * 86_400)
    assert take(4) == (4, None)
    with db.writing(engine) as session:
        session.get_one(RelayLimits, "relay").blocked_until = clock() + timedelta(minutes=5)
    clock.sleep(-3 * 86_400)
    assert take(9) == (4, None)
    clock.sleep(1)
    assert take(9) == (4, None)


# --- trouble ---


@pytest.mark.parametrize(
    ("kind", "pauses"),
    [
        ("down", [5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300, 300, 300]),
        ("throttled", [30, 60, 120, 240, 300, 300]),
        ("refused", [600, 600, 600]),
    ],
)
def test_the_relay_is_left_alone_for_longer_each_time(
    block: Make, clock: Clock, kind: Kind, pauses: Any
) -> None:
    for number, pause in enumerate(pauses, start=1):
        found = block(kind)
        assert found.strikes == number
        assert 0.8 * pause <= (found.blocked_until - clock()).total_seconds() <= 1.2 * pause


@pytest.mark.parametrize(("kind", "pause"), [("down", 5), ("throttled", 30), ("refused", 600)])
def test_pauses_are_spread_by_a_fifth_so_that_workers_do_not_come_together(
    engine: Engine, block: Make, clock: Clock, kind: Kind, pause: int
) -> None:
    # Ten numbers of this seed come near both ends.
    random.seed(15)
    pauses = []
    for _ in range(10):
        pauses.append((block(kind).blocked_until - clock()).total_seconds() / pause)
        relay_limits.clear(engine)
    assert 0.8 <= min(pauses) < 0.81
    assert 1.19 < max(pauses) <= 1.2


def test_while_it_is_left_alone_nothing_is_granted_and_a_second_failure_counts_nothing(
    engine: Engine, rules: Make, take: Make, block: Make, clock: Clock
) -> None:
    rules(per_second=0)
    until = block("down", "first").blocked_until
    again = block("down", "second", at=until - SECOND)
    assert (again.strikes, again.words, again.blocked_until) == (1, "first", until)
    clock.at = until - SECOND
    assert take(5) == (0, 1.0)
    clock.at = until
    assert take(5) == (5, None)
    assert block("down", "third").strikes == 2


def test_what_the_trouble_is_and_since_when(engine: Engine, block: Make, clock: Clock) -> None:
    assert not relay_limits.in_trouble(engine)
    # The row that 0.1.0 made has this name.
    assert limits(engine).name == "relay"
    first = block("down", "no relay")
    assert (first.trouble, first.words, first.since, first.failing_since) == (
        "down",
        "no relay",
        MONDAY,
        MONDAY,
    )
    second = block("down", "no relay there")
    assert (second.words, second.since) == ("no relay there", MONDAY)
    third = block("refused", "554 no")
    assert (third.trouble, third.since, third.failing_since) == ("refused", clock(), MONDAY)
    assert relay_limits.in_trouble(engine)
    relay_limits.clear(engine)
    assert not relay_limits.in_trouble(engine)
    found = limits(engine)
    assert (found.trouble, found.words, found.since, found.failing_since) == ("", "", None, None)
    assert (found.strikes, found.blocked_until, found.notified) == (0, None, False)


def test_throttling_halves_the_rate_and_it_recovers_by_itself(
    engine: Engine, rules: Make, take: Make, block: Make, clock: Clock
) -> None:
    rules(per_second=8)
    paces = [block("throttled").pace for _ in range(6)]
    assert paces == [0.5, 0.25, 0.125, 0.0625, 0.0625, 0.0625]
    relay_limits.clear(engine)
    assert limits(engine).pace == 0.0625
    halved = clock()
    assert take(9) == (1, None)
    assert take(9) == (0, 2)
    clock.at = halved + timedelta(minutes=10) - SECOND
    take(9)
    assert limits(engine).pace == 0.0625
    for pace, granted in ((0.125, 1), (0.25, 2), (0.5, 4), (1.0, 8), (1.0, 8)):
        clock.at = halved = halved + timedelta(minutes=10)
        assert take(9)[0] == granted
        assert limits(engine).pace == pace


@pytest.mark.parametrize("kind", ["down", "refused"])
def test_other_trouble_leaves_the_rate_as_it_is(block: Make, kind: Kind) -> None:
    assert block(kind).pace == 1


def test_organizers_are_notified_once_when_nothing_has_left_for_five_minutes(
    engine: Engine, rules: Make, block: Make
) -> None:
    rules(notify_email="desk@campaign-host.org")
    block("throttled", "454 slow")
    early = MONDAY + relay_limits.STUCK_AFTER - SECOND
    with db.writing(engine) as session:
        relay_limits.state(session).blocked_until = None
    assert not block("down", "no relay", at=early).notified
    with db.writing(engine) as session:
        relay_limits.state(session).blocked_until = None
    assert block("down", "no relay", at=early + SECOND).notified
    for _ in range(3):
        block("down", "no relay")
    with db.reading(engine) as session:
        (row,) = session.exec(select(Delivery)).all()
    assert row.detail == {
        "what": "was_stuck",
        "since": "2026-06-22 16:00 UTC",
        "problem_en": "the relay cannot be reached (no relay)",
        "problem_es": "no se puede llegar al servidor de correo (no relay)",
    }


def test_a_failure_without_words_is_told_without_brackets(engine: Engine, rules: Make, block: Make) -> None:
    rules(notify_webhook="https://chat.example.org/")
    for _ in range(2):
        block("refused")
    with db.reading(engine) as session:
        detail = session.exec(select(Delivery.detail)).one()
    assert (detail["what"], detail["problem_en"]) == ("stuck", "the relay refuses us")
