"""Read every bill of a Congress from GovInfo's zip files, and track it.

Batches are parsed outside of any transaction and recorded in one transaction each. A file that equals the one
recorded last is not parsed.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import islice

from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import govinfo, replies, tracking
from campaign.congress.bills import TYPES, BillId
from campaign.congress.observation import Observation
from campaign.fetch import Fetcher, open_fetcher
from campaign.refusals import SourceError
from campaign.settings import Settings
from jobs.poll_bills import Report

BILLS_AT_ONCE = 100
Batch = list[tuple[BillId, bytes]]
# Called with a bill type and the number of its bills just recorded.
Progress = Callable[[str, int], None]


def run(
    engine: Engine,
    settings: Settings,
    congress: int,
    *,
    now: datetime,
    track: bool = True,
    fetcher: Fetcher | None = None,
    progress: Progress = lambda kind, done: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Report:
    """Read the zip files of the eight bill types; with ``track`` every bill in them is polled from now on.

    A zip file that cannot be read is in ``Report.failed`` under its type (``hr-119``); the others are read.
    """
    with ExitStack() as stack:
        client = fetcher or stack.enter_context(open_fetcher(settings, stopping=stopping))
        before = client.requests
        importer = _Importer(engine, now, track)
        for kind in TYPES:
            try:
                for batch in _batches(govinfo.read_zip(client, settings, congress, kind)):
                    importer.record(batch)
                    progress(kind, len(batch))
                    if stopping():
                        importer.report.note = "stopped before the end"
                        return importer.report
            except SourceError as error:
                importer.report.failed[f"{kind}-{congress}"] = error.reason
        importer.report.requests = client.requests - before
    return importer.report


def _batches(bills: Iterable[tuple[BillId, bytes]]) -> Iterator[Batch]:
    source = iter(bills)
    while batch := list(islice(source, BILLS_AT_ONCE)):
        yield batch


class _Importer:
    """Records batches and counts them."""

    def __init__(self, engine: Engine, now: datetime, track: bool) -> None:
        self.engine = engine
        self.now = now
        self.track = track
        self.report = Report()

    def record(self, batch: Batch) -> None:
        self.report.polled += len(batch)
        digests = {str(bill): hashlib.sha256(xml).hexdigest() for bill, xml in batch}
        with db.reading(self.engine) as session:
            unchanged = replies.unchanged(session, "govinfo", digests)
        observations = list(self._parsed((bill, xml) for bill, xml in batch if str(bill) not in unchanged))
        with db.writing(self.engine) as session:
            replies.note_unchanged(session, "govinfo", sorted(unchanged), read_at=self.now)
            self.report.changes += tracking.record_readings(session, observations, now=self.now)
            if self.track:
                tracking.track_all(session, [bill for bill, _ in batch], now=self.now)
        self._count(observations, unchanged)

    def _parsed(self, files: Iterable[tuple[BillId, bytes]]) -> Iterator[Observation]:
        for bill, xml in files:
            try:
                observation = govinfo.parse(xml, now=self.now)
            except SourceError as error:
                self.report.failed[str(bill)] = error.reason
                continue
            if observation.bill == str(bill):
                yield observation
            else:
                self.report.failed[str(bill)] = f"its file is about {observation.bill}"

    def _count(self, observations: list[Observation], unchanged: set[str]) -> None:
        incomplete = [observation.bill for observation in observations if not observation.complete]
        self.report.complete += len(observations) - len(incomplete) + len(unchanged)
        self.report.incomplete += incomplete
