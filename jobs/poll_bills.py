"""Read the tracked bills from their sources and record what they say.

A bill is read outside any transaction and recorded, with the note of how it went, in one; so the job may be
killed at any line and run again. One bad bill never stops the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import congress_gov, govinfo, lineage, tracking
from campaign.congress.bills import BillId
from campaign.congress.observation import Observation
from campaign.fetch import Fetcher, open_fetcher
from campaign.refusals import Refused, Unread
from campaign.settings import Settings

log = structlog.get_logger(__name__)

Source = Literal["api", "govinfo"]
Choice = Literal["api", "govinfo", "both"]
Progress = Callable[[int, int], None]
NAMES: dict[Source, str] = {"api": "api.congress.gov", "govinfo": "GovInfo"}
# Bill, co-sponsors, actions; longer lists need more.
REQUESTS_A_BILL = 3


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
) -> Report:
    """Poll ``bills``, or all that are tracked: the campaigns' own first, then the one asked longest ago.

    Without a ``source`` api.congress.gov is read where there is a key, with GovInfo in its place for a bill
    it does not give; without a key GovInfo alone. ``both`` reads both for every bill. Raises Refused when
    api.congress.gov is asked for without a key.
    """
    if source == "api" and not settings.api_key:
        raise Refused(
            "There is no key for api.congress.gov; set CAMPAIGN_CONGRESS_API_KEY or use --source govinfo.",
            "No hay clave para api.congress.gov; defina CAMPAIGN_CONGRESS_API_KEY o use --source govinfo.",
        )
    with ExitStack() as stack:
        door = fetcher or stack.enter_context(open_fetcher(settings))
        before = door.requests
        polling = _Polling(engine, settings, door, now, source)
        queue = list(dict.fromkeys(bills)) if bills is not None else due(engine)
        for place, bill in enumerate(queue):
            if stopping():
                polling.report.note = f"stopped with {len(queue) - place} bills left for the next time"
                break
            polling.poll(bill)
            if progress:
                progress(place + 1, len(queue))
        polling.report.requests = door.requests - before
    return polling.report


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
class _Polling:
    """One run of the poll: where it reads, what it found, which source it has given up."""

    engine: Engine
    settings: Settings
    fetcher: Fetcher
    now: datetime
    choice: Choice | None
    report: Report = field(default_factory=Report)
    api_closed: str = ""

    def poll(self, bill: BillId) -> None:
        """Read one bill and record it; whatever goes wrong is this bill's alone."""
        self.report.polled += 1
        try:
            problems = self._read_all(bill)
        except sa.exc.DBAPIError as error:
            problems = {"database": str(error.orig)}
        except Exception as error:  # a bug in reading one bill must not cost the others their poll
            log.exception("poll failed", bill=str(bill))
            problems = {"here": f"unexpected {type(error).__name__}"}
        if problems:
            self.report.failed[str(bill)] = "; ".join(problems.values())
            log.debug("bill not read", bill=str(bill), reason=self.report.failed[str(bill)])
        elif str(bill) not in self.report.incomplete:
            self.report.complete += 1

    def _read_all(self, bill: BillId) -> dict[str, str]:
        problems: dict[str, str] = {}
        for source in self._sources():
            try:
                self._read(bill, source)
            except Unread as error:
                problems[source] = error.reason
                self._note(bill, source, error)
        if self.choice is None and "api" in problems:
            self._read_instead(bill, problems)
        return problems

    def _sources(self) -> Sequence[Source]:
        if self.choice == "govinfo" or not self.settings.api_key:
            return ("govinfo",)
        if self.choice == "both":
            return ("api", "govinfo")
        if self.choice is None and self.api_closed:
            return ("govinfo",)
        return ("api",)

    def _read_instead(self, bill: BillId, problems: dict[str, str]) -> None:
        try:
            self._read(bill, "govinfo")
        except Unread as error:
            problems["govinfo"] = error.reason

    def _read(self, bill: BillId, source: Source) -> None:
        if source == "api":
            self._read_api(bill)
        else:
            self._read_govinfo(bill)

    def _read_api(self, bill: BillId) -> None:
        left = self.fetcher.budget(urlsplit(self.settings.congress_api_url).netloc)
        if not self.api_closed and left is not None and left < REQUESTS_A_BILL:
            self._close_api("api.congress.gov: this hour's requests are used up")
        if self.api_closed:
            raise Unread(self.api_closed)
        observation = congress_gov.read_bill(self.fetcher, self.settings, bill, now=self.now)
        self._take(observation)

    def _read_govinfo(self, bill: BillId) -> None:
        with db.reading(self.engine) as session:
            mine = tracking.tracking_of(session, bill)
            modified = mine.govinfo_modified if mine else ""
        reading = govinfo.read_bill(self.fetcher, self.settings, bill, now=self.now, modified=modified)
        if reading.observation is None:
            with db.writing(self.engine) as session:
                tracking.not_modified(session, bill, now=self.now)
        else:
            self._take(reading.observation, reading.modified)

    def _take(self, observation: Observation, modified: str = "") -> None:
        with db.writing(self.engine) as session:
            recorded = tracking.take(session, observation, now=self.now, modified=modified)
        self.report.changes += recorded.changes
        if not observation.complete and observation.bill not in self.report.incomplete:
            self.report.incomplete.append(observation.bill)
            log.info("bill incomplete", bill=observation.bill, reason=observation.problem)

    def _note(self, bill: BillId, source: Source, error: Unread) -> None:
        if source == "api" and self.api_closed:
            # Not asked, so its turn is still to come.
            return
        if source == "api" and error.credential:
            self._close_api(error.reason)
        with db.writing(self.engine) as session:
            tracking.failed(session, bill, error.reason, now=self.now)

    def _close_api(self, reason: str) -> None:
        if not self.api_closed:
            self.api_closed = self.report.note = reason
            log.error("source given up for this run", source="api", reason=reason)
