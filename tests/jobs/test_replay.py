"""A Congress lived through against a server that lies: the ledger ends equal to the record.

The long form of this, week by week on hundreds of real bills, is ``make replay`` (benchmarks/replay.py).
"""

import json
import os
import random
import subprocess
import sys
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


def lie(world: World, chance: random.Random) -> None:
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


def told_of(engine: Engine, bill: str) -> Counter[tuple[str, str | None, str]]:
    with db.reading(engine) as session:
        changes = ledger.changes_since(session, bill=bill)
    return Counter((c.kind, c.bioguide, str(c.happened)) for c in changes if c.kind in WATCHED)


def assert_equal_to_the_record(engine: Engine, world: World) -> None:
    for record in world.bills.values():
        assert told_of(engine, record.id) == truth_of(record), record.id
        with db.reading(engine) as session:
            kept = ledger.current(session, record.id, now=datetime(2026, 6, 2, tzinfo=UTC))
            lines = [c for c in ledger.changes_since(session, bill=record.id) if c.kind == "action"]
        events = {_event(line) for line in record.actions}
        assert len(kept.actions) == len(lines) == len(events), record.id
        assert kept.bill.pending is False


def _event(line: dict[str, Any]) -> tuple[str, str]:
    """What makes a line of history one event: its day and words, its code where it has no words."""
    words = " ".join(line.get("text", "").split()).casefold()
    return line["actionDate"], words or line.get("actionCode", "")


@pytest.mark.parametrize("source", ["api", "govinfo"])
def test_replayed_week_by_week_with_faults(engine: Engine, standin: Standin, source: str) -> None:
    chance, now = random.Random(119), datetime(2025, 1, 3, 14, tzinfo=UTC)
    with impatient() as fetcher:
        for day in days_apart(7):
            track_visible(engine, standin.world, day, now)
            lie(standin.world, chance)
            poll_bills.run(engine, standin.settings(), now=now, source=source, fetcher=fetcher, pause=0)
            now += timedelta(days=7)
        standin.world.asof = ""
        _poll_until_whole(engine, standin, fetcher, now, source)
    assert standin.world.happened.total() > 200
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
    chance, now = random.Random(9), datetime(2025, 1, 3, 14, tzinfo=UTC)
    settings = standin.settings()
    environment = {
        **os.environ,
        "CAMPAIGN_DATABASE_URL": sqlite_engine.url.render_as_string(),
        "CAMPAIGN_CONGRESS_API_URL": settings.congress_api_url,
        "CAMPAIGN_CONGRESS_API_KEY": settings.api_key,
        "CAMPAIGN_GOVINFO_URL": settings.govinfo_url,
    }
    killed = 0
    for day in days_apart(128):
        track_visible(sqlite_engine, standin.world, day, now)
        for _ in range(3):
            killed += _poll_and_kill(environment, chance.uniform(0.4, 2.0))
    standin.world.asof = ""
    reports = [_poll(environment), _poll(environment), _poll(environment)]
    assert killed > 0
    assert reports[-1]["changes"] == 0
    assert_equal_to_the_record(sqlite_engine, standin.world)


def _poll(environment: dict[str, str]) -> dict[str, int]:
    command = [CAMPAIGN, "poll", "--source", "api", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    report: dict[str, int] = json.loads(done.stdout)
    return report


def _poll_and_kill(environment: dict[str, str], seconds: float) -> bool:
    """Start a poll and kill it as a power cut would; True when it was still at work."""
    command = [CAMPAIGN, "poll", "--source", "api", "--json"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        running.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
        return True
    return False
