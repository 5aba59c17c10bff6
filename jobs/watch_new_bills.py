"""Look once a day at the sitting Congress's new bills, tracked or not, for those that continue a proposal.

The list comes from api.congress.gov where a key is set, else, or where that fails, from GovInfo's sitemaps. Of
each new bill its titles, sponsor and day are read once, outside of any transaction, and stored some at a time:
the job may be killed at any line, and goes on where it was.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar
from urllib.parse import urlsplit

import structlog
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import congress_gov, govinfo, new_bills
from campaign.congress.bills import TYPES, BillId, congress_on
from campaign.congress.listing import BillHead, Page, head_of
from campaign.fetch import Fetcher, open_fetcher
from campaign.refusals import SourceError
from campaign.settings import Settings
from jobs import suggest_successors

log = structlog.get_logger(__name__)

# From this many unread bills on GovInfo's zip files are less work: one request for all bills of a type.
ZIPS_FROM = 500
# The most bills read one by one at a time; the rest follow on the next day.
MOST_READ = 2000
FEW_FAILING = 20
STORED_AT_ONCE = 50
# Requests of an hour's rate limit that are left to the hourly poll.
LEFT_TO_POLL = 500
Stopping = Callable[[], bool]
Row = TypeVar("Row")


@dataclass
class Report:
    """The result of a look. ``problem`` says why it does not count as a whole one; empty when it does."""

    congress: int
    listed: int = 0
    read: int = 0
    left: int = 0
    failed: dict[BillId, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    suggested: str = ""

    @property
    def problem(self) -> str:
        waiting = [f"{self.left} bills are still to be read"] if self.left else []
        return "; ".join(dict.fromkeys([*self.problems, *waiting]))

    @property
    def whole(self) -> bool:
        return not (self.problem or self.failed)

    @property
    def summary(self) -> str:
        parts = [f"{self.listed} new or renamed bills of Congress {self.congress}", f"{self.read} read"]
        if self.failed:
            parts.append(f"{len(self.failed)} could not be read: {next(iter(self.failed.values()))}")
        return "; ".join(part for part in (*parts, self.problem, self.suggested) if part)


def run(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    fetcher: Fetcher | None = None,
    stopping: Stopping = lambda: False,
) -> Report:
    """Read the list, then the bills that are new in it, then suggest what they continue."""
    with ExitStack() as stack:
        # A client for each source: the circuit breaker of one never closes the other.
        api, other = (
            fetcher or stack.enter_context(open_fetcher(settings, stopping=stopping)) for _ in range(2)
        )
        look = _Look(engine, settings, api, other, now, stopping, Report(congress_on(now)))
        look.read_list()
        look.read_bills()
        look.note()
    if look.report.listed or look.report.read:
        look.report.suggested = suggest_successors.run(engine, settings, now=now, stopping=stopping).summary
    return look.report


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


@dataclass
class _Look:
    """One look: its clients, and why api.congress.gov is not read any more, if so."""

    engine: Engine
    settings: Settings
    api: Fetcher
    govinfo: Fetcher
    now: datetime
    stopping: Stopping
    report: Report
    source: str = ""

    # --- the list ---

    def read_list(self) -> None:
        """Store the list's rows page by page."""
        if self.settings.polls_api and self._listed_by("api", self._api_pages()):
            return
        self._listed_by("govinfo", self._govinfo_pages())

    def _listed_by(self, source: str, pages: Iterable[Page]) -> bool:
        """Whether a source gave its list to the end, if with rows missing."""
        self.source, self.report.problems = source, []
        try:
            for page in pages:
                self._store_page(page)
                if self.stopping():
                    self.report.problems.append("stopped before the end of the list")
                    return True
        except SourceError as error:
            log.warning("list of new bills not read", source=source, reason=error.reason)
            self.report.problems.append(error.reason)
            return False
        return True

    def _api_pages(self) -> Iterator[Page]:
        with db.reading(self.engine) as session:
            since = new_bills.changed_since(session, self.report.congress)
        yield from congress_gov.list_bills(self.api, self.settings, self.report.congress, since=since)

    def _govinfo_pages(self) -> Iterator[Page]:
        with db.reading(self.engine) as session:
            known = new_bills.known_types(session, self.report.congress)
        for bill_type in TYPES:
            page = govinfo.list_bills(self.govinfo, self.settings, self.report.congress, bill_type)
            if not page.rows and bill_type in known:
                page = Page(problem=f"{bill_type}: no bills where some are known")
            yield page

    def _store_page(self, page: Page) -> None:
        if page.problem:
            self.report.problems.append(page.problem)
        for rows in _batches(page.rows, STORED_AT_ONCE * 10):
            with db.writing(self.engine) as session:
                self.report.listed += new_bills.note_listed(session, rows)

    # --- the bills ---

    def read_bills(self) -> None:
        """Read the bills that are due: from zip files where they are many, the rest one by one."""
        if self.stopping():
            self.report.left = len(self._due())
            return
        due = self._due()
        with db.reading(self.engine) as session:
            failed_before = new_bills.failing(session, self.report.congress)
        if len(due) >= ZIPS_FROM:
            self._read_zips(due)
            due = self._due()
        self._store(self._heads(due[:MOST_READ]))
        left = self._due()
        # A few bills that fail day after day must not make every look a failed one; many are an outage.
        few = len(left) <= FEW_FAILING
        self.report.left = sum(not few or bill not in failed_before for bill in left)

    def _due(self) -> list[BillId]:
        with db.reading(self.engine) as session:
            return new_bills.due(session, self.report.congress, now=self.now)

    def _read_zips(self, due: Iterable[BillId]) -> None:
        wanted = set(due)
        for bill_type in sorted({bill.type for bill in wanted}):
            if not self.stopping():
                self._store(self._heads_of_zip(bill_type, wanted))

    def _heads_of_zip(self, bill_type: str, wanted: set[BillId]) -> Iterator[BillHead | None]:
        try:
            for bill, xml in govinfo.read_zip(self.govinfo, self.settings, self.report.congress, bill_type):
                if bill in wanted:
                    yield self._parsed(bill, xml)
        except SourceError as error:
            # The bills of this type are read one by one instead.
            log.info("zip not read", type=bill_type, reason=error.reason)

    def _parsed(self, bill: BillId, xml: bytes) -> BillHead | None:
        try:
            head = head_of(govinfo.parse(xml, now=self.now))
        except SourceError:
            return None
        return head if head.bill == bill else None

    def _heads(self, bills: Iterable[BillId]) -> Iterator[BillHead | None]:
        for bill in bills:
            if self.stopping() or self._used_up():
                return
            yield self._head(bill)

    def _used_up(self) -> bool:
        left = self.api.budget(urlsplit(self.settings.congress_api_url).netloc)
        return self.source == "api" and left is not None and left < LEFT_TO_POLL

    def _head(self, bill: BillId) -> BillHead | None:
        """The head of a bill; None, with the reason in the report, where it cannot be read."""
        try:
            if self.source == "api":
                return congress_gov.read_head(self.api, self.settings, bill)
            observation = govinfo.read_bill(self.govinfo, self.settings, bill, now=self.now).observation
            return head_of(observation) if observation else None
        except SourceError as error:
            self.report.failed[bill] = error.reason
        except Exception as error:  # a bug in reading one bill must not stop the others
            log.exception("reading failed", bill=str(bill))
            self.report.failed[bill] = f"unexpected {type(error).__name__}"
        return None

    def _store(self, heads: Iterable[BillHead | None]) -> None:
        for some in _batches(heads, STORED_AT_ONCE):
            found = [head for head in some if head]
            with db.writing(self.engine) as session:
                new_bills.store_heads(session, found, now=self.now)
                new_bills.note_failed(session, self.report.failed, now=self.now)
            self.report.read += len(found)

    # --- the end ---

    def note(self) -> None:
        """Note the look: only one that has seen every new bill counts as the newest."""
        report = self.report
        with db.writing(self.engine) as session:
            new_bills.forget(session, sitting=report.congress)
            if report.problem:
                new_bills.note_problem(session, report.congress, report.problem, now=self.now)
            else:
                new_bills.note_look(session, report.congress, source=self.source, now=self.now)
