"""Read the tracked bills from their sources and record the observations.

A bill is read outside of any transaction; its observation and its tracking state are recorded in one, so the
job may be killed at any line and run again. A bill that fails never stops the others. Several bills are read in
parallel.
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
from campaign.proposals import campaigns, lineage
from campaign.refusals import Refused, SourceError
from campaign.settings import Settings

log = structlog.get_logger(__name__)

Source = Literal["api", "govinfo"]
Choice = Literal["api", "govinfo", "both"]
Progress = Callable[[int, int], None]
SOURCES: tuple[Source, ...] = ("api", "govinfo")
# The bill, its co-sponsors and its actions; longer lists need more requests.
REQUESTS_PER_BILL = 3
# A request takes 0.3 to 0.7 s, so several bills are read in parallel; one thread records them.
READERS = 8
READ_AHEAD = 80


@dataclass
class Report:
    """The result of a poll. ``note`` says why a part of it was not done; else it is empty."""

    polled: int = 0
    complete: int = 0
    incomplete: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    changes: int = 0
    requests: int = 0
    note: str = ""
    # By host: the requests left in its rate limit, from the header of its last reply.
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
        """The object that ``campaign poll --json`` prints."""
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
    """Poll ``bills``, or all tracked ones: those of campaigns first, then those polled longest ago.

    Without a ``source`` api.congress.gov is read where a key is set, and GovInfo for bills that it does not
    give; without a key GovInfo alone. ``both`` reads both for every bill. ``pause`` is the number of seconds
    before an incomplete list is read again. Raises Refused for the source ``api`` without a key.
    """
    if source == "api" and not settings.api_key:
        raise Refused(
            "There is no key for api.congress.gov; set CAMPAIGN_CONGRESS_API_KEY or use --source govinfo.",
            "No hay clave para api.congress.gov; defina CAMPAIGN_CONGRESS_API_KEY o use --source govinfo.",
        )
    with ExitStack() as stack:
        # A client for each source: the circuit breaker of one never closes the other, even on the same host.
        clients = {
            name: fetcher or stack.enter_context(open_fetcher(settings, stopping=stopping)) for name in SOURCES
        }
        before = _requests(clients)
        polling = _Polling(engine, settings, clients, now, source, pause)
        queue = list(dict.fromkeys(bills)) if bills is not None else due(engine)
        readers = stack.enter_context(ThreadPoolExecutor(READERS, thread_name_prefix="reader"))
        for done, result in enumerate(_results(polling, queue, readers), start=1):
            polling.record(result)
            if progress:
                progress(done, len(queue))
            if done < len(queue) and stopping():
                polling.report.note = f"stopped with {len(queue) - done} bills left for the next time"
                break
        polling.report.requests = _requests(clients) - before
        polling.report.budgets = _budgets(clients, settings)
    _store_budgets(engine, polling.report.budgets, now)
    return polling.report


def _results(
    polling: "_Polling", queue: Sequence[BillId], readers: ThreadPoolExecutor
) -> Iterator["_BillResult"]:
    """Results in the order of the queue; a break in the caller's loop cancels those not begun."""
    for start in range(0, len(queue), READ_AHEAD):
        yield from readers.map(polling.read, queue[start : start + READ_AHEAD])


def _requests(clients: dict[Source, Fetcher]) -> int:
    return sum(client.requests for client in set(clients.values()))


def _budgets(clients: dict[Source, Fetcher], settings: Settings) -> dict[str, int]:
    addresses: dict[Source, str] = {"api": settings.congress_api_url, "govinfo": settings.govinfo_url}
    hosts = {source: urlsplit(address).netloc for source, address in addresses.items()}
    found = {hosts[source]: clients[source].budget(hosts[source]) for source in reversed(SOURCES)}
    return {host: left for host, left in found.items() if left is not None}


def _store_budgets(engine: Engine, budgets: dict[str, int], now: datetime) -> None:
    """Store the rate limits of the hosts; a failure here does not fail the poll."""
    if not budgets:
        return
    try:
        with db.writing(engine) as session:
            tracking.store_budgets(session, budgets, now=now)
    except sa.exc.DBAPIError as error:
        log.warning("rate limits not stored", cause=str(error.orig))


def due(engine: Engine) -> list[BillId]:
    """The tracked bills in the order to poll them."""
    with db.reading(engine) as session:
        tracked = tracking.tracked(session)
        of_campaigns = campaign_bills(session)
    # A whole Congress may be tracked besides a campaign's few bills, which must not wait for it.
    return [BillId.of(row.bill) for row in sorted(tracked, key=lambda row: row.bill not in of_campaigns)]


def campaign_bills(session: Session) -> set[str]:
    """Ids of all bills of all campaigns' proposals."""
    return {
        bill.id
        for proposal in campaigns.campaign_proposals(session)
        for bill, _ in lineage.bills_of(session, proposal.slug)
    }


@dataclass
class _BillResult:
    """One bill's readings from the sources in this run, and the failures by source."""

    bill: BillId
    readings: list[govinfo.Reading] = field(default_factory=list)
    failures: dict[str, SourceError] = field(default_factory=dict)
    requested: bool = False


@dataclass
class _Polling:
    """One run: its clients, its report, and why api.congress.gov is no longer read, if so."""

    engine: Engine
    settings: Settings
    clients: dict[Source, Fetcher]
    now: datetime
    choice: Choice | None
    pause: float
    report: Report = field(default_factory=Report)
    api_closed: str = ""

    def read(self, bill: BillId) -> _BillResult:
        """Read one bill from the sources. Called by several threads; writes nothing."""
        result = _BillResult(bill)
        try:
            for source in self._sources():
                self._read(result, source)
            if self.choice is None and "api" in result.failures:
                self._read(result, "govinfo")
        except Exception as error:  # a bug in reading one bill must not stop the others
            log.exception("reading failed", bill=str(bill))
            result.failures["internal"] = SourceError(f"unexpected {type(error).__name__}")
        return result

    def record(self, result: _BillResult) -> None:
        """Record one bill's readings; a failure affects this bill only."""
        self.report.polled += 1
        try:
            self._record_all(result)
        except sa.exc.DBAPIError as error:
            result.failures["database"] = SourceError(str(error.orig))
        bill, reasons = str(result.bill), [failure.reason for failure in result.failures.values()]
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

    def _read(self, result: _BillResult, source: Source) -> None:
        read = self._read_api if source == "api" else self._read_govinfo
        try:
            result.readings.append(read(result.bill))
        except SourceError as error:
            result.failures[source] = error
            # No request is sent to a source that is no longer read; that is no failure of the bill.
            result.requested = result.requested or source != "api" or not self.api_closed
            if source == "api" and error.credential:
                self._close_api(error.reason)

    def _read_api(self, bill: BillId) -> govinfo.Reading:
        left = self.clients["api"].budget(urlsplit(self.settings.congress_api_url).netloc)
        if not self.api_closed and left is not None and left < REQUESTS_PER_BILL:
            self._close_api("api.congress.gov: this hour's requests are used up")
        if self.api_closed:
            raise SourceError(self.api_closed)
        client = self.clients["api"]
        observation = congress_gov.read_bill(client, self.settings, bill, now=self.now, pause=self.pause)
        return govinfo.Reading(observation, "")

    def _read_govinfo(self, bill: BillId) -> govinfo.Reading:
        with db.reading(self.engine) as session:
            state = tracking.tracking_of(session, bill)
            modified = state.govinfo_modified if state else ""
        return govinfo.read_bill(self.clients["govinfo"], self.settings, bill, now=self.now, modified=modified)

    def _record_all(self, result: _BillResult) -> None:
        with db.writing(self.engine) as session:
            for reading in result.readings:
                if reading.observation is None:
                    tracking.not_modified(session, result.bill, now=self.now)
                else:
                    self._record_observation(session, reading.observation, reading.modified)
            for failure in result.failures.values() if result.requested else ():
                tracking.failed(session, result.bill, failure.reason, now=self.now)

    def _record_observation(self, session: Session, observation: Observation, modified: str) -> None:
        recorded = tracking.record_reading(session, observation, now=self.now, modified=modified)
        self.report.changes += recorded.changes
        if not observation.complete and observation.bill not in self.report.incomplete:
            self.report.incomplete.append(observation.bill)
            log.info("bill incomplete", bill=observation.bill, reason=observation.problem)

    def _close_api(self, reason: str) -> None:
        if not self.api_closed:
            self.api_closed = self.report.note = reason
            log.error("source not read any more in this run", source="api", reason=reason)
