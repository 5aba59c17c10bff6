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
from campaign.congress import tracking
from campaign.congress.bills import BillId
from campaign.mailing.delivery.sending import Outbox, deliver
from jobs import poll_bills, worker

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from standin import serve

# Far more often than the hourly poll, so that every phase of a measurement meets several.
POLL_EVERY = 5.0


@contextmanager
def busy(url: str, folder: Path, readers: int) -> Iterator[Callable[[], tuple[int, int]]]:
    """A worker that builds a digest for so many readers, sends it, and polls until the end. Yields what counts
    the polls that ended and the mails that left until now."""
    with sink(folder) as (port, log):
        engine = db.open_engine(url)
        fill(engine, settings_for(url, port), readers)
        engine.dispose()
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=_work, args=(url, port, theirs))
        process.start()
        theirs.close()
        polls = 0

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
    threading.Thread(target=_poll, args=(engine, told), daemon=True).start()
    publish(engine, settings)
    deliver(Outbox(engine, settings, clock=late))
    threading.Event().wait()


def _poll(engine: Engine, told: Connection) -> None:
    """The bills of the tests' small Congress, which answers at once."""
    with serve() as standin:
        with db.writing(engine) as session:
            for name in standin.world.bills:
                tracking.track(session, BillId.of(name), now=db.utcnow())
        bills = [BillId.of(name) for name in standin.world.bills]
        while True:
            poll_bills.run(engine, standin.settings(), now=db.utcnow(), bills=bills, source="api")
            told.send(1)
            threading.Event().wait(POLL_EVERY)
