"""What a worker does beside the pages: a poll every few seconds and a digest, in a process of its own."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event, Lock
from pathlib import Path

from sqlalchemy.engine import Engine

from benchmarks.mail import PROCESSES, fill, late, publish, settings_for, sink
from campaign import db
from campaign.congress.bills import BillId
from campaign.mailing.delivery.sending import Outbox, deliver
from jobs import poll_bills, worker

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from standin import Standin, serve

# Far more often than the hourly poll, so that every phase of a measurement meets several.
POLL_EVERY = 5.0


class Busy:
    """A worker in a process of its own, which works while it is told to."""

    def __init__(self, url: str, port: int, mails: Path) -> None:
        self._mails, self._polls = mails, PROCESSES.Value("i", -1)
        # Whether it may work, and what it holds while it polls.
        self._may, self._polling = PROCESSES.Event(), PROCESSES.Lock()
        given = url, port, self._may, self._polling, self._polls
        self._process = PROCESSES.Process(target=_work, args=given, daemon=True)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let it work meanwhile; it leaves no transaction open."""
        self._may.set()
        yield
        self._may.clear()
        with self._polling:
            pass

    @property
    def done(self) -> tuple[int, int]:
        """The polls that ended and the mails that left."""
        return self._polls.value, len(self._mails.read_text().split())

    def start(self) -> None:
        """Returns when the digest waits to be sent. Raises RuntimeError where the worker ended before."""
        self._process.start()
        while self._polls.value < 0:
            self._process.join(0.1)
            if self._process.exitcode is not None:
                raise RuntimeError(f"the worker ended with {self._process.exitcode}")

    def end(self) -> None:
        self._process.kill()
        self._process.join()


@contextmanager
def busy(url: str, folder: Path, readers: int) -> Iterator[Busy]:
    """A worker that has built a digest for so many readers; at work, it sends it and polls."""
    with sink(folder) as (port, log):
        engine = db.open_engine(url)
        fill(engine, settings_for(url, port), readers)
        engine.dispose()
        worker = Busy(url, port, log)
        worker.start()
        try:
            yield worker
        finally:
            worker.end()


def _work(url: str, port: int, may: Event, polling: Lock, polls: Synchronized) -> None:
    worker.yield_to_pages()
    engine, settings = db.open_engine(url), settings_for(url, port)
    with serve() as standin:
        bills = [BillId.of(name) for name in standin.world.bills]
        # What the first poll finds is all new, as on no other day.
        _poll(engine, standin, bills)
        publish(engine, settings)
        polls.value = 0
        # Asked before each message.
        outbox = Outbox(engine, settings, clock=late, stopping=lambda: not may.wait())
        threading.Thread(target=deliver, args=(outbox,), daemon=True).start()
        while may.wait():
            with polling:
                _poll(engine, standin, bills)
                polls.value += 1
            threading.Event().wait(POLL_EVERY)


def _poll(engine: Engine, standin: Standin, bills: list[BillId]) -> None:
    """The bills of the tests' small Congress, which answers at once."""
    poll_bills.run(engine, standin.settings(), now=db.utcnow(), bills=bills, source="api")
