"""Read the tracked bills from their sources and record what they say.

A bill is read outside any transaction and recorded, with the note of how it went, in one; so the job may be
killed at any line and run again. One bad bill never stops the rest. A few bills are read side by side.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.congress import congress_gov, govinfo, tracking
from campaign.congress.bills import BillId
from campaign.congress.observation import Observation
from campaign.fetch import Fetcher, open_fetcher
from campaign.proposals import lineage
from campaign.refusals import Refused, Unread
from campaign.settings import Settings

log = structlog.get_logger(__name__)

Source = Literal["api", "govinfo"]
Choice = Literal["api", "govinfo", "both"]
Progress = Callable[[int, int], None]
SOURCES: tuple[Source, ...] = ("api", "govinfo")
# Bill, co-sponsors, actions; longer lists need more.
REQUESTS_A_BILL = 3
# Sources answer slowly (0.3 to 0.7 s a call), so a few bills are read side by side; one writer records them.
READERS = 8
READ_AHEAD = 80


@dataclass
class Report:
    """How a poll went. ``note`` says what stopped a part of it; empty when nothing did."""

    polled: int = 0
    complete: int = 0
    incomplete: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    changes: int = 0
    requests: int = 0
    note: str = ""
    # Requests left by the hosts' own last word.
    budgets: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return not (self.incomplete or self.failed or self.note)

    @property
    def summary(self) -> str:
        parts = [f"{self.polled} polled", f"{self.complete} complete", f"{self.changes} changes"]
        if self.incomplete:
            parts.append(f"{len(self.incomplete)} incomplete")
        if self.failed:
            parts.append(f"{len(self.failed)} failed: {next(iter(self.failed.values()))}")
        return "; ".join([*parts, self.note] if self.note else parts)

    def as_dict(self) -> dict[str, Any]:
        """The answer of ``campaign poll --json``."""
        answer: dict[str, Any] = {
            "polled": self.polled,
            "complete": self.complete,
            "incomplete": self.incomplete,
            "failed": self.failed,
            "changes": self.changes,
            "requests": self.requests,
        }
        return {**answer, "note": self.note} if self.note else answer


def run(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    bills: Iterable[BillId] | None = None,
    source: Choice | None = None,
    fetcher: Fetcher | None = None,
    progress: Progress | None = None,
    stopping: Callable[[], bool] = lambda: False,
    pause: float = congress_gov.PAUSE,
) -> Report:
    """Poll ``bills``, or all that are tracked: the campaigns' own first, then the one asked longest ago.

    Without a ``source`` api.congress.gov is read where there is a key of our own, with GovInfo in its place
    for a bill it does not give; without one GovInfo alone. ``both`` reads both for every bill. ``pause`` is
    how many seconds a doubtful list is given before its second reading. Raises Refused when api.congress.gov
    is asked for without a key.
    """
    if source == "api" and not settings.api_key:
        raise Refused(
            "There is no key for api.congress.gov; set CAMPAIGN_CONGRESS_API_KEY or use --source govinfo.",
            "No hay clave para api.congress.gov; defina CAMPAIGN_CONGRESS_API_KEY o use --source govinfo.",
        )
    with ExitStack() as stack:
        # One door a source: a source given up never closes the other, wherever both may live.
        doors = {name: fetcher or stack.enter_context(open_fetcher(settings)) for name in SOURCES}
        before = _requests(doors)
        polling = _Polling(engine, settings, doors, now, source, pause)
        queue = list(dict.fromkeys(bills)) if bills is not None else due(engine)
        readers = stack.enter_context(ThreadPoolExecutor(READERS, thread_name_prefix="reader"))
        for place, finding in enumerate(_findings(polling, queue, readers), start=1):
            polling.take(finding)
            if progress:
                progress(place, len(queue))
            if place < len(queue) and stopping():
                polling.report.note = f"stopped with {len(queue) - place} bills left for the next time"
                break
        polling.report.requests = _requests(doors) - before
        polling.report.budgets = _budgets(doors, settings)
    _keep_budgets(engine, polling.report.budgets, now)
    return polling.report


def _findings(
    polling: "_Polling", queue: Sequence[BillId], readers: ThreadPoolExecutor
) -> Iterator["_Finding"]:
    """Readings in the order of the queue; leaving off early cancels what was not begun."""
    for start in range(0, len(queue), READ_AHEAD):
        yield from readers.map(polling.read, queue[start : start + READ_AHEAD])


def _requests(doors: dict[Source, Fetcher]) -> int:
    return sum(door.requests for door in set(doors.values()))


def _budgets(doors: dict[Source, Fetcher], settings: Settings) -> dict[str, int]:
    addresses: dict[Source, str] = {"api": settings.congress_api_url, "govinfo": settings.govinfo_url}
    hosts = {source: urlsplit(address).netloc for source, address in addresses.items()}
    found = {hosts[source]: doors[source].budget(hosts[source]) for source in reversed(SOURCES)}
    return {host: left for host, left in found.items() if left is not None}


def _keep_budgets(engine: Engine, budgets: dict[str, int], now: datetime) -> None:
    """Keep what the hosts said last; a poll that got this far does not fail for it."""
    if not budgets:
        return
    try:
        with db.writing(engine) as session:
            tracking.keep_budgets(session, budgets, now=now)
    except sa.exc.DBAPIError as error:
        log.warning("budgets not kept", cause=str(error.orig))


def due(engine: Engine) -> list[BillId]:
    """Tracked bills in the order to ask for them."""
    with db.reading(engine) as session:
        waiting = tracking.tracked(session)
        ours = {
            bill.id
            for proposal in lineage.campaign_proposals(session)
            for bill, _ in lineage.bills_of(session, proposal.slug)
        }
    # A whole Congress may be tracked beside a campaign's few bills; those few never wait for it.
    return [BillId.of(row.bill) for row in sorted(waiting, key=lambda row: row.bill not in ours)]


@dataclass
class _Finding:
    """What the sources said of one bill in this run, and why some said nothing."""

    bill: BillId
    readings: list[govinfo.Reading] = field(default_factory=list)
    problems: dict[str, Unread] = field(default_factory=dict)
    asked: bool = False


@dataclass
class _Polling:
    """One run of the poll: where it reads, what it found, which source it has given up."""

    engine: Engine
    settings: Settings
    doors: dict[Source, Fetcher]
    now: datetime
    choice: Choice | None
    pause: float
    report: Report = field(default_factory=Report)
    api_closed: str = ""

    def read(self, bill: BillId) -> _Finding:
        """Ask the sources about one bill; called by several threads, it writes nothing."""
        finding = _Finding(bill)
        try:
            for source in self._sources():
                self._read(finding, source)
            if self.choice is None and "api" in finding.problems:
                self._read(finding, "govinfo")
        except Exception as error:  # a bug in reading one bill must not cost the others their poll
            log.exception("reading failed", bill=str(bill))
            finding.problems["here"] = Unread(f"unexpected {type(error).__name__}")
        return finding

    def take(self, finding: _Finding) -> None:
        """Record what was found of one bill; whatever goes wrong is this bill's alone."""
        self.report.polled += 1
        try:
            self._record(finding)
        except sa.exc.DBAPIError as error:
            finding.problems["database"] = Unread(str(error.orig))
        bill, reasons = str(finding.bill), [problem.reason for problem in finding.problems.values()]
        if reasons:
            self.report.failed[bill] = "; ".join(reasons)
            log.debug("bill not read", bill=bill, reason=self.report.failed[bill])
        elif bill not in self.report.incomplete:
            self.report.complete += 1

    def _sources(self) -> Sequence[Source]:
        if self.choice == "both" and self.settings.api_key:
            return ("api", "govinfo")
        if self.choice == "api" or (self.choice is None and self.settings.polls_api and not self.api_closed):
            return ("api",)
        return ("govinfo",)

    def _read(self, finding: _Finding, source: Source) -> None:
        read = self._read_api if source == "api" else self._read_govinfo
        try:
            finding.readings.append(read(finding.bill))
        except Unread as error:
            finding.problems[source] = error
            # A bill that a closed source was not asked for still has its turn to come.
            finding.asked = finding.asked or source != "api" or not self.api_closed
            if source == "api" and error.credential:
                self._close_api(error.reason)

    def _read_api(self, bill: BillId) -> govinfo.Reading:
        left = self.doors["api"].budget(urlsplit(self.settings.congress_api_url).netloc)
        if not self.api_closed and left is not None and left < REQUESTS_A_BILL:
            self._close_api("api.congress.gov: this hour's requests are used up")
        if self.api_closed:
            raise Unread(self.api_closed)
        door = self.doors["api"]
        seen = congress_gov.read_bill(door, self.settings, bill, now=self.now, pause=self.pause)
        return govinfo.Reading(seen, "")

    def _read_govinfo(self, bill: BillId) -> govinfo.Reading:
        with db.reading(self.engine) as session:
            mine = tracking.tracking_of(session, bill)
            modified = mine.govinfo_modified if mine else ""
        return govinfo.read_bill(self.doors["govinfo"], self.settings, bill, now=self.now, modified=modified)

    def _record(self, finding: _Finding) -> None:
        with db.writing(self.engine) as session:
            for reading in finding.readings:
                if reading.observation is None:
                    tracking.not_modified(session, finding.bill, now=self.now)
                else:
                    self._take(session, reading.observation, reading.modified)
            for problem in finding.problems.values() if finding.asked else ():
                tracking.failed(session, finding.bill, problem.reason, now=self.now)

    def _take(self, session: Session, observation: Observation, modified: str) -> None:
        recorded = tracking.take(session, observation, now=self.now, modified=modified)
        self.report.changes += recorded.changes
        if not observation.complete and observation.bill not in self.report.incomplete:
            self.report.incomplete.append(observation.bill)
            log.info("bill incomplete", bill=observation.bill, reason=observation.problem)

    def _close_api(self, reason: str) -> None:
        if not self.api_closed:
            self.api_closed = self.report.note = reason
            log.error("source given up for this run", source="api", reason=reason)
