"""A machine: a worker in a process of its own, on this network or behind a cable.

``python -m benchmarks.cuts.machine URL SECONDS [HOST:PORT]`` leads with a lease of so many seconds when it may,
and prints ``leads`` or ``waits`` at each change. With the address of a relay it also sends mail, and its one
job is due each minute. It ends with its input.
"""

import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from benchmarks.mail import settings_for
from campaign import db, logs
from campaign.settings import Settings
from jobs.deliver_mail import Loop
from jobs.outcome import Summary
from jobs.worker import Job, Schedule, Worker

ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)
# Where the job of each minute writes which process ran it.
TICKS = "CREATE TABLE tick (slot timestamptz NOT NULL, owner integer NOT NULL)"
PATIENCE = 100


def tick(engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool]) -> Summary:
    slot = JOB.schedule.slot(now, settings.zone)
    with engine.begin() as connection:
        row = sa.text("INSERT INTO tick VALUES (:slot, :owner)")
        connection.execute(row, {"slot": slot, "owner": os.getpid()})
    return Summary("ticked")


JOB = Job("tick", Schedule(minute=0, every=1), tick, grace=HOUR, limit=HOUR)


class Machine:
    """A running worker and what it says of itself."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def standing(self) -> str:
        """What it says next: ``leads`` or ``waits``; nothing once it has ended."""
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        assert ready, "the worker says nothing"
        return self.process.stdout.readline().strip()


@contextmanager
def started(url: sa.URL, seconds: int, *, network: str = "", relay: str = "") -> Iterator[Machine]:
    """A machine, in a network where one is named; killed at the end."""
    inside = ["ip", "netns", "exec", network] if network else []
    words = [url.render_as_string(hide_password=False), str(seconds), *filter(None, [relay])]
    process = subprocess.Popen(
        [*inside, sys.executable, "-m", "benchmarks.cuts.machine", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
        cwd=ROOT,
    )
    with process:
        try:
            yield Machine(process)
        finally:
            process.kill()


def main() -> None:
    url, seconds, relay = (*sys.argv[1:], "")[:3]
    # Nobody reads the log; a pipe that is full would hold up the worker.
    logs.set_up("ERROR")
    engine = db.open_engine(url)
    settings = _settings(url, relay) if relay else Settings()
    worker = Worker(engine, settings, jobs=(JOB,) if relay else (), lease_seconds=int(seconds))
    worker.start()
    if relay:
        Loop(engine, settings).start()
    _tell(worker)


def _settings(url: str, relay: str) -> Settings:
    host, _, port = relay.rpartition(":")
    return settings_for(url, int(port)).model_copy(update={"smtp_url": SecretStr(f"smtp://{host}:{port}")})


def _tell(worker: Worker) -> None:
    before, ended = None, threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.wait(0.02):
        held = worker.leader_lock.is_held(db.utcnow())
        if held != before:
            print("leads" if held else "waits", flush=True)
        before = held


if __name__ == "__main__":
    main()
