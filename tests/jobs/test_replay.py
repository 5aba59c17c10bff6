"""Two years of a Congress polled from a faulty server, and polls killed at work: the ledger equals the record.

The suite runs a short form; ``LONG=1`` (``make replay``) polls every week and kills fifteen times. On hundreds
of real bills benchmarks/replay.py does the same.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from standin import FAULTS, Record, Standin, World, serve

from campaign import db
from campaign.congress import ledger, tracking
from campaign.congress.bills import BillId
from campaign.fetch import Fetcher
from jobs import poll_bills

CAMPAIGN = Path(sys.executable).with_name("campaign")
LONG = bool(os.environ.get("LONG"))
DAYS_BETWEEN_POLLS = 7 if LONG else 42
KILLS = 15 if LONG else 3
LIST_FAULTS = ("shortpage", "emptylist", "phantom", "duprow")
FIRST_DAY, LAST_DAY = date(2025, 1, 3), date(2026, 6, 1)
WATCHED = ("cosponsored", "withdrew", "withdrawal_retracted", "action_retracted")


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


def track_visible(engine: Engine, world: World, day: date, now: datetime) -> None:
    world.asof = day.isoformat()
    with db.writing(engine) as session:
        for record in world.bills.values():
            if record.introduced <= world.asof:
                tracking.track(session, BillId.of(record.id), now=now)


def truth_of(record: Record) -> Counter[tuple[str, str | None, str]]:
    """Every change of a co-sponsor that Congress's record holds, once."""
    joined = {("cosponsored", row["bioguideId"], row["sponsorshipDate"]) for row in record.cosponsors}
    left = {
        ("withdrew", row["bioguideId"], row["sponsorshipWithdrawnDate"])
        for row in record.cosponsors
        if "sponsorshipWithdrawnDate" in row
    }
    return Counter(dict.fromkeys(joined | left, 1))


def recorded_changes(engine: Engine, bill: str) -> Counter[tuple[str, str | None, str]]:
    with db.reading(engine) as session:
        changes = ledger.changes_since(session, bill=bill)
    return Counter((c.kind, c.bioguide, str(c.happened)) for c in changes if c.kind in WATCHED)


def assert_equal_to_the_record(engine: Engine, world: World) -> None:
    for record in world.bills.values():
        assert recorded_changes(engine, record.id) == truth_of(record), record.id
        with db.reading(engine) as session:
            record_now = ledger.current(session, record.id, now=datetime(2026, 6, 2, tzinfo=UTC))
            lines = [c for c in ledger.changes_since(session, bill=record.id) if c.kind == "action"]
        events = {_event(line) for line in record.actions}
        assert len(record_now.actions) == len(lines) == len(events), record.id
        assert record_now.bill.pending is False


def _event(line: dict[str, Any]) -> tuple[str, str]:
    """The identity of an event: its day and text, or its code where it has no text."""
    words = " ".join(line.get("text", "").split()).casefold()
    return line["actionDate"], words or line.get("actionCode", "")


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
    # The killed command reads the real clock, so what comes after it must be later.
    chance, now, killed = random.Random(9), db.utcnow(), 0
    for day in sorted(chance.sample(days_apart(30), KILLS)):
        track_visible(sqlite_engine, standin.world, day, now)
        killed += _poll_and_kill(sqlite_engine, standin, chance)
    track_visible(sqlite_engine, standin.world, LAST_DAY, now)
    standin.world.asof = ""
    with impatient() as fetcher:
        reports = [
            poll_bills.run(
                sqlite_engine, standin.settings(), now=now + hours, source="api", fetcher=fetcher, pause=0
            )
            for hours in (timedelta(hours=1), timedelta(hours=2), timedelta(hours=3))
        ]
    assert killed > 0
    assert reports[-1].changes == 0
    assert_equal_to_the_record(sqlite_engine, standin.world)


def _poll_and_kill(engine: Engine, standin: Standin, chance: random.Random) -> bool:
    """Start ``campaign poll`` and kill it, as a power cut would, after some requests; True when it was at work.

    A poll sends three requests or more for each bill, so that at most two thirds of them are answered.
    """
    with db.reading(engine) as session:
        bills = len(tracking.tracked(session))
    settings = standin.settings()
    environment = {
        **os.environ,
        "CAMPAIGN_DATABASE_URL": engine.url.render_as_string(),
        "CAMPAIGN_CONGRESS_API_URL": settings.congress_api_url,
        "CAMPAIGN_CONGRESS_API_KEY": settings.api_key,
        "CAMPAIGN_GOVINFO_URL": settings.govinfo_url,
    }
    last = len(standin.world.log) + chance.randint(1, 2 * bills)
    running = subprocess.Popen(
        [CAMPAIGN, "poll", "--source", "api"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    pause = threading.Event()
    while len(standin.world.log) < last and running.poll() is None:
        pause.wait(0.005)
    running.kill()
    return running.wait() == -signal.SIGKILL
