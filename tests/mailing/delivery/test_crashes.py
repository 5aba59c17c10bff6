"""Workers that are killed or told to stop at any point (E03, E12)."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import forked
import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from benchmarks import mail as bench
from benchmarks.kills import digest
from benchmarks.kills.mail import kill_loop
from campaign import db
from campaign.mailing import queue
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.models import Delivery, Edition
from campaign.settings import Settings

from mondays import MONDAY, addresses, environment, let_leases_end  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]


POINTS = {
    "before the claim": "campaign.mailing.queue.claim",
    "after the claim": "campaign.mailing.queue.begin",
    "before DATA": "campaign.mailing.transport.Smtp._announce",
    "after DATA, before the record": "campaign.mailing.queue.end",
    "after the record": "campaign.mailing.transport.Simulating.send",
}


WORKER = """
import sys
import forked
from campaign import db
from campaign.mailing.delivery.sending import Outbox, deliver
from campaign.settings import read_settings
settings = read_settings()
forked.kill_at(sys.argv[1], int(sys.argv[2]))
deliver(Outbox(db.open_engine(settings.database_url), settings, batch=10))
"""


@pytest.mark.parametrize("point", POINTS)
def test_e03_kill_at_five_points_loses_nobody_and_doubles_nobody(
    engine: Engine, settings: Settings, box: Box, readers: Make, published: Make, outbox: Make, point: str
) -> None:
    names = addresses(12)
    readers(*names)
    edition = published()
    port = box.port  # type: ignore[attr-defined]
    nth = "2" if "claim" in point else "4"
    ended, failure = forked.run(WORKER, POINTS[point], nth, env=environment(engine, settings, port))
    assert ended == -signal.SIGKILL, failure
    let_leases_end(engine)
    deliver(outbox())
    with db.reading(engine) as session:
        counts = queue.counts(session, session.get_one(Edition, edition))
    got = box.got
    # Whoever is not shown as unknown has exactly one copy, and at most one row a killed worker is unknown.
    assert counts.get("unknown", 0) <= 1
    assert counts["sent"] + counts.get("unknown", 0) == 12
    assert max(got.values()) == 1
    assert counts["sent"] <= len(got) <= 12
    queue.resend_unknown(engine, edition, now=MONDAY)
    deliver(outbox())
    assert set(box.got) == set(names)
    assert sum(box.got.values()) <= 13


def test_e12_sigterm_finishes_the_message_in_flight_and_gives_the_rest_back(
    engine: Engine, settings: Settings, readers: Make, published: Make, box: Box, states: Make
) -> None:
    readers(*addresses(40))
    published()
    port = box.port  # type: ignore[attr-defined]
    script = """
import signal, threading
from campaign import db
from campaign.mailing.delivery.sending import Outbox, deliver
from campaign.settings import read_settings
settings = read_settings(); stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
outbox = Outbox(db.open_engine(settings.database_url), settings, stopping=stop.is_set)
deliver(outbox)
"""
    worker = forked.Forked(script, env=environment(engine, settings, port))
    reached = threading.Event()
    box.on_data = lambda _recipient: reached.set() if len(box.messages) >= 3 else None
    assert reached.wait(30)
    worker.send_signal(signal.SIGTERM)
    ended, failure = worker.end(10)
    assert ended == 0, failure
    found = states()
    assert set(found.values()) <= {"sent", "pending"}
    assert sorted(box.got) == sorted(name for name, state in found.items() if state == "sent")
    with db.reading(engine) as session:
        assert session.exec(select(Delivery).where(col(Delivery.lease).is_not(None))).all() == []


def test_e03_a_loop_of_kills_loses_nobody_and_doubles_nobody(
    engine: Engine, readers: Make, published: Make, tmp_path: Path
) -> None:
    """The long loop, at random moments: ``make kills``."""
    names = addresses(80)
    readers(*names)
    edition = published()
    with bench.sink(tmp_path, seconds=0.002) as (port, log):
        found = kill_loop(engine, port, log, edition, names, kills=1, seed=11)
    assert found["lost"] == found["extra"] == found["lost_at_last"] == 0
    assert found["unknown"] <= found["kills"]
    assert found["extra_at_last"] <= found["kills"]


def test_e03_an_edition_killed_while_it_is_built_and_sent_is_whole(
    snapshot_copy: Engine, tmp_path: Path
) -> None:
    """The long loop, on both databases: ``make kills``."""
    bench.fill(snapshot_copy, bench.settings_for(digest.address(snapshot_copy), 25), 60, places=2)
    with bench.sink(tmp_path, seconds=0.002) as (port, log):
        found = digest.kill_loop(digest.Press(snapshot_copy, port, log), kills=2, seed=17)
    assert (found.kills, found.lost, found.excess) == (2, 0, 0), found
