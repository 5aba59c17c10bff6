"""Mail: how fast one worker sends, in how much memory, and what a second worker adds. Part of ``make bench``.

Everything leaves for a bare SMTP server on loopback (smtp_sink.py). Each copy's mark has reached the disk
before the copy leaves, so the rate depends on how long the disk takes for a flush. A loop of smtplib and
sqlite3 with one commit a message, measured in the same run, shows what that costs the simplest program.
"""

import argparse
import multiprocessing
import os
import random
import re
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from benchmarks.figures import Figure
from campaign import db, snapshot
from campaign.congress.models import Seat
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.delivery.sending import Outbox, deliver
from campaign.mailing.edition import building, lifecycle
from campaign.mailing.models import Content, Delivery, Edition, MailPolicy, Subscriber
from campaign.settings import Settings

NOW = datetime(2026, 6, 22, 23, 0, tzinfo=UTC)
POSTGRES_SERVER = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["campaign.mailing.delivery.sending", "campaign.snapshot", "jobs.deliver_mail"]
)
ROUNDS, RATED = 5, 2000
CAMPAIGN = "us-guns-abroad"
CHOICES = ("", "armas-act", "stop-arming-cartels-act")
# How large a list is promised to work.
READERS = 100_000
# A message as large as a digest.
SAMPLE = b"From: news@bench-host.org\r\nSubject: sample\r\n\r\n" + (b"x" * 74 + b"\r\n") * 240


def settings_for(url: str, port: int) -> Settings:
    return Settings(
        secret_key=SecretStr("b" * 40),
        database_url=url,
        base_url="https://campaign.bench-host.org",
        mail_from="Campaign <news@bench-host.org>",
        postal_address="P.O. Box 123, Austin, TX 78701",
        smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"),
    )


@contextmanager
def sink(folder: Path, *, seconds: float = 0) -> Iterator[tuple[int, Path]]:
    """A sink in its own process: its port, and the log of who got mail."""
    log = folder / f"sink-{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", "benchmarks.smtp_sink", "0", str(log), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline().split()[1]), log
    finally:
        process.kill()
        process.communicate()


def fill(engine: Engine, settings: Settings, readers: int, *, places: int = 0) -> None:
    """Confirmed readers over seats, both languages and choices of proposals: over so many ``places``, else as
    many to a group as 100,000 have over all seats of the House."""
    keys, chance = Keys(settings), random.Random(1)  # noqa: S311 -- invented readers
    with db.reading(engine) as session:
        seats = list(session.exec(select(Seat.id).where(Seat.chamber == "house").order_by(Seat.id)))
    chance.shuffle(seats)
    seats = seats[: places or max(4, len(seats) * readers // READERS)]
    with db.writing(engine) as session:
        session.merge(MailPolicy(quiet_week="note", per_second=0))
        for first in range(0, readers, 5000):
            rows = []
            for number in range(first, min(first + 5000, readers)):
                address = read_address(f"reader{number}@readers-host.org")
                rows.append(
                    {
                        "campaign": CAMPAIGN,
                        "email": address.typed,
                        "key": keys.of(address, CAMPAIGN),
                        "language": "es" if chance.random() < 0.3 else "en",
                        "seat": chance.choice(seats),
                        "proposals": chance.choice(CHOICES),
                        "state": "confirmed",
                        "alerts": False,
                        "created": NOW,
                        "confirmed_at": NOW,
                        "score": 0.0,
                        "why_stopped": "",
                    }
                )
            session.execute(sa.insert(Subscriber), rows)


def publish(engine: Engine, settings: Settings) -> tuple[int, float]:
    """Build and publish an edition; its number and the seconds that took."""
    began = time.perf_counter()
    built = building.build(engine, settings, CAMPAIGN, now=NOW, period="2026-W26")
    lifecycle.publish(engine, settings, built.edition, by="bench", now=NOW)
    return built.edition, time.perf_counter() - began


def bare_rate(port: int, messages: int, mark: Callable[[int], None] = lambda _number: None) -> float:
    """Messages a second of a plain smtplib loop that marks each before it sends it."""
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for number in range(messages):
            mark(number)
            connection.sendmail("news@bench-host.org", [f"bare{number}@readers-host.org"], SAMPLE)
    return messages / (time.perf_counter() - began)


@contextmanager
def bare_mark(folder: Path) -> Iterator[Callable[[int], None]]:
    """The least a durable mark can be: one row and one flush in SQLite."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE IF NOT EXISTS mark (number INTEGER PRIMARY KEY, state TEXT)",
    ):
        database.execute(statement)
    yield lambda number: database.execute("REPLACE INTO mark VALUES (?, 'sending')", (number,)) and None
    database.close()


def send_rate(engine: Engine, settings: Settings, messages: int) -> float:
    """Messages a second over one connection, from row to recorded verdict; all rows then wait again."""
    began = time.perf_counter()
    report = deliver(Outbox(engine, settings, clock=lambda: NOW))
    seconds = time.perf_counter() - began
    assert report.counts["sent"] == messages, report.summary
    with db.writing(engine) as session:
        session.execute(sa.update(Delivery).values(state="pending", ended_at=None, attempts=0))
        session.execute(sa.update(Edition).values(state="sending", finished_at=None))
    return messages / seconds


# --- processes -------------------------------------------------------------------------------------


class Worker:
    """A worker in its own process, forked from a server that has the program loaded: a start costs a second."""

    def __init__(self, url: str, port: int) -> None:
        self._told, there = PROCESSES.Pipe(duplex=False)
        self.process = PROCESSES.Process(target=_work, args=(url, port, there))
        self.process.start()
        there.close()

    def wait(self) -> int:
        """Its peak memory in MB, once it has ended; 0 where it was killed."""
        self.process.join()
        try:
            return int(self._told.recv())
        except EOFError:
            return 0


def _work(url: str, port: int, told: Connection) -> None:
    deliver(Outbox(db.open_engine(url), settings_for(url, port), clock=late, patience=1.0))
    told.send(_peak_megabytes())


def _peak_megabytes() -> int:
    """The largest this process was since it began (getrusage would also count who started it)."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) // 1024


def late() -> datetime:
    """The true pace of time on the edition's day."""
    return NOW + (db.utcnow() - _STARTED)


_STARTED = db.utcnow()


def run_workers(url: str, port: int, number: int) -> tuple[float, int]:
    """Seconds until so many workers have emptied the outbox, and the largest of their memories in MB."""
    began = time.perf_counter()
    workers = [Worker(url, port) for _ in range(number)]
    memories = [worker.wait() for worker in workers]
    return time.perf_counter() - began, max(memories)


@contextmanager
def postgres() -> Iterator[str]:
    """A database of our own on the server, gone at the end."""
    server = sa.create_engine(POSTGRES_SERVER, isolation_level="AUTOCOMMIT")
    name = f"campaign_bench_{os.getpid()}_{time.monotonic_ns() % 10**6}"
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield sa.make_url(POSTGRES_SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def prepared(url: str, port: int, readers: int) -> tuple[Engine, Settings]:
    engine, settings = db.open_engine(url), settings_for(url, port)
    db.upgrade(engine)
    snapshot.load(engine, now=NOW)
    fill(engine, settings, readers)
    return engine, settings


def measure(share: float = 1.0) -> list[Figure]:
    """What mail costs, over ``share`` of 100,000 readers."""
    readers = max(500, int(READERS * share))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*_rate(folder), *_one_worker(folder, readers), *_two_workers(folder, min(readers, 4000))]


def _rate(folder: Path) -> Iterator[Figure]:
    """In turns in one process, because the machine's pace changes; the median round counts."""
    rounds = []
    with sink(folder) as (port, _), bare_mark(folder) as mark:
        engine, settings = prepared(f"sqlite:///{folder}/rate.db", port, RATED)
        publish(engine, settings)
        for _ in range(ROUNDS):
            bare = bare_rate(port, RATED)
            marked = bare_rate(port, RATED, mark)
            rounds.append((send_rate(engine, settings, RATED), marked, bare))
        engine.dispose()
    ours, marked, bare = sorted(rounds)[ROUNDS // 2]
    told = (
        f"{ours:.0f}/s; bare loop {bare:.0f}/s, with a commit a message {marked:.0f}/s = {ours / marked:.2f} ×"
    )
    yield Figure("one worker, one connection, a durable mark each", told, "≥ 400/s", ours >= 400)


def _one_worker(folder: Path, readers: int) -> Iterator[Figure]:
    with sink(folder) as (port, log):
        url = f"sqlite:///{folder}/mail.db"
        engine, settings = prepared(url, port, readers)
        before = time.process_time()
        edition, seconds = publish(engine, settings)
        busy = time.process_time() - before
        with db.reading(engine) as session:
            groups = len(session.exec(select(Content.id).where(Content.edition == edition)).all())
        engine.dispose()
        name = f"edition for {readers:,} readers in {groups:,} groups"
        told = f"{seconds:.1f} s, {busy:.1f} s of processor time"
        yield Figure(name, told, "< 30 s", seconds < 30)
        _, memory = run_workers(url, port, 1)
        got = Counter(line for line in log.read_text().split() if line.startswith("reader"))
        whole = len(got) == readers and max(got.values()) == 1
        yield Figure("messages, one copy each", f"{len(got):,} of {readers:,}", "all", whole)
        yield Figure("memory of the worker", f"{memory} MB", "< 120 MB", memory < 120)


def _two_workers(folder: Path, readers: int) -> Iterator[Figure]:
    """A relay that takes 5 ms a message, as one in the same city does."""
    rates = {}
    for number in (1, 2):
        with sink(folder, seconds=0.005) as (port, _), postgres() as url:
            engine, settings = prepared(url, port, readers)
            publish(engine, settings)
            engine.dispose()
            rates[number] = readers / run_workers(url, port, number)[0]
    ratio = rates[2] / rates[1]
    told = f"{rates[2]:.0f}/s against {rates[1]:.0f}/s = {ratio:.2f} ×"
    yield Figure("two workers on PostgreSQL against one", told, "≥ 1.7 ×", ratio >= 1.7)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--share", type=float, default=1.0)
    chosen = arguments.parse_args()
    figures = measure(chosen.share)
    for figure in figures:
        print(
            f"{figure.name}: {figure.measured} (limit {figure.limit}) {'holds' if figure.holds else 'MISSED'}"
        )
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
