"""Track every bill of a Congress, read from GovInfo's zips.

Batches are read and parsed outside any transaction and recorded in one each. A bill whose file is the one
recorded last time is not even parsed.
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
from campaign.refusals import Unread
from campaign.settings import Settings
from jobs.poll_bills import Report

BILLS_AT_ONCE = 100
Batch = list[tuple[BillId, bytes]]
# Bill type in hand, bills done of it.
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
    """Read the eight zips; with ``track`` every bill in them is polled from now on.

    A zip that cannot be read is named in the report under its type; the others are read all the same.
    """
    with ExitStack() as stack:
        door = fetcher or stack.enter_context(open_fetcher(settings))
        before = door.requests
        intake = _Intake(engine, now, track)
        for kind in TYPES:
            try:
                for batch in _batches(govinfo.read_zip(door, settings, congress, kind)):
                    intake.take(batch)
                    progress(kind, len(batch))
                    if stopping():
                        intake.report.note = "stopped before the end"
                        return intake.report
            except Unread as error:
                intake.report.failed[f"{kind}-{congress}"] = error.reason
        intake.report.requests = door.requests - before
    return intake.report


def _batches(bills: Iterable[tuple[BillId, bytes]]) -> Iterator[Batch]:
    source = iter(bills)
    while batch := list(islice(source, BILLS_AT_ONCE)):
        yield batch


class _Intake:
    """Takes batches over and counts."""

    def __init__(self, engine: Engine, now: datetime, track: bool) -> None:
        self.engine = engine
        self.now = now
        self.track = track
        self.report = Report()

    def take(self, batch: Batch) -> None:
        self.report.polled += len(batch)
        digests = {str(bill): hashlib.sha256(xml).hexdigest() for bill, xml in batch}
        with db.reading(self.engine) as session:
            same = replies.unchanged(session, "govinfo", digests)
        found = list(self._parsed((bill, xml) for bill, xml in batch if str(bill) not in same))
        with db.writing(self.engine) as session:
            replies.seen_again(session, "govinfo", sorted(same), read_at=self.now)
            self.report.changes += tracking.take_all(session, found, now=self.now)
            if self.track:
                tracking.track_all(session, [bill for bill, _ in batch], now=self.now)
        self._count(found, same)

    def _parsed(self, files: Iterable[tuple[BillId, bytes]]) -> Iterator[Observation]:
        for bill, xml in files:
            try:
                observation = govinfo.parse(xml, now=self.now)
            except Unread as error:
                self.report.failed[str(bill)] = error.reason
                continue
            if observation.bill == str(bill):
                yield observation
            else:
                self.report.failed[str(bill)] = f"its file is about {observation.bill}"

    def _count(self, found: list[Observation], same: set[str]) -> None:
        whole = [observation for observation in found if observation.complete]
        self.report.complete += len(whole) + len(same)
        self.report.incomplete += [one.bill for one in found if not one.complete]
