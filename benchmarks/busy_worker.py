"""What a worker does beside the pages: a poll every few seconds and a digest, in a process of its own."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
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


@contextmanager
def busy(url: str, folder: Path, readers: int) -> Iterator[Callable[[], tuple[int, int]]]:
    """A worker that has built a digest for so many readers, sends it, and polls until the end.

    Yields what counts the polls that ended and the mails that left until now.
    """
    with sink(folder) as (port, log):
        engine = db.open_engine(url)
        fill(engine, settings_for(url, port), readers)
        engine.dispose()
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=_work, args=(url, port, theirs))
        process.start()
        theirs.close()
        polls = int(ours.recv())

        def done() -> tuple[int, int]:
            nonlocal polls
            while ours.poll():
                polls += ours.recv()
            return polls, len(log.read_text().split())

        try:
            yield done
        finally:
            process.kill()
            process.join()


def _work(url: str, port: int, told: Connection) -> None:
    worker.yield_to_pages()
    engine, settings = db.open_engine(url), settings_for(url, port)
    with serve() as standin:
        bills = [BillId.of(name) for name in standin.world.bills]
        # What the first poll finds is all new, as on no other day.
        _poll(engine, standin, bills)
        publish(engine, settings)
        told.send(0)
        threading.Thread(target=deliver, args=(Outbox(engine, settings, clock=late),), daemon=True).start()
        while True:
            _poll(engine, standin, bills)
            told.send(1)
            threading.Event().wait(POLL_EVERY)


def _poll(engine: Engine, standin: Standin, bills: list[BillId]) -> None:
    """The bills of the tests' small Congress, which answers at once."""
    poll_bills.run(engine, standin.settings(), now=db.utcnow(), bills=bills, source="api")
