"""Read the calendars of Congress: the House's floor list, committee meetings of both chambers, days in session.

One request at a time for each host, conditional where the host can, few enough for docs.house.gov, which shuts
out fast readers. A source that fails leaves what it said before, and the moment it was read last.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import db
from campaign.calendar import (
    ahead,
    committee_meetings,
    floor,
    house_committees,
    house_floor,
    meetings,
    senate_hearings,
    session_calendars,
    session_days,
    sources,
)
from campaign.calendar.committee_meetings import Listed
from campaign.calendar.models import CalendarSource, FloorWeek, Meeting
from campaign.calendar.parsed import Notice
from campaign.congress import tracking
from campaign.congress.bills import WASHINGTON, BillId, congress_end, congress_on
from campaign.fetch import Fetcher, NotFound, Reply, json_of, open_fetcher
from campaign.refusals import SourceError
from campaign.settings import Settings

log = structlog.get_logger(__name__)

# Between these hours of Washington sources are read every quarter of an hour, else once an hour.
FIRST_HOUR, LAST_HOUR = 7, 22
LARGEST = 2 * 2**20
DAYS_AHEAD = 10
# Requests for pages of House meetings in an hour, beside ten days' pages: 60 in all.
MOST_PAGES = 40
PAGE_AGAIN = timedelta(hours=24)
PAUSE = 0.5
# How far back the first look goes, and how much each later one overlaps the one before.
FIRST_LOOK, OVERLAP = timedelta(days=30), timedelta(days=2)
LIST_SIZE, MOST_LISTS, MOST_DETAILS = 250, 20, 150
# The Senate publishes the next year's schedule in November.
NEXT_YEAR_FROM = 11

Reader = Callable[[CalendarSource | None], int]
T = TypeVar("T")


@dataclass
class Report:
    """The result of a round: the changes by source, and why a source was not read."""

    changes: dict[str, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    requests: int = 0

    @property
    def whole(self) -> bool:
        return not self.faults

    @property
    def summary(self) -> str:
        read = ", ".join(f"{name}: {count} changes" for name, count in self.changes.items())
        failed = "; ".join(f"{name}: {fault}" for name, fault in self.faults.items())
        return "; ".join(part for part in (read or "nothing was due", failed) if part)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def run(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    fetcher: Fetcher | None = None,
    stopping: Callable[[], bool] = lambda: False,
    pause: float = PAUSE,
    all_sources: bool = False,
) -> Report:
    """Read the sources that are due, or ``all_sources``; at night once an hour."""
    hour = now.astimezone(WASHINGTON)
    report = Report()
    if not all_sources and not FIRST_HOUR <= hour.hour < LAST_HOUR and hour.minute >= 15:
        return report
    # Two attempts are enough: the next round is a quarter of an hour away.
    client = fetcher or open_fetcher(settings, attempts=2, read_timeout=10.0, patience=25.0)
    with client:
        _Round(engine, settings, client, now, stopping, pause, report).read(all_sources)
        report.requests = client.requests
    return report


@dataclass
class _Round:
    engine: Engine
    settings: Settings
    fetcher: Fetcher
    now: datetime
    stopping: Callable[[], bool]
    pause: float
    report: Report

    def read(self, all_sources: bool) -> None:
        with db.reading(self.engine) as session:
            known = sources.every(session)
        for name, reader in self._readers().items():
            due = all_sources or sources.is_due(known.get(name), name, now=self.now)
            if due and not self.stopping():
                self._read(name, reader, known.get(name))

    def _readers(self) -> dict[str, Reader]:
        """The reader of each source that is switched on. The chambers' own come before the API."""
        settings = self.settings
        found: dict[str, Reader] = {}
        if settings.house_docs_url:
            found["house_floor"] = self._floor
        if settings.senate_url:
            found["senate_meetings"] = self._senate
        if settings.polls_api:
            found["api_meetings"] = self._api
        if settings.house_docs_url:
            found["house_meetings"] = self._house
        if settings.voting_days_url:
            found["house_days"] = self._house_days
        if settings.senate_url:
            found["senate_days"] = self._senate_days
        return found

    def _read(self, name: str, reader: Reader, known: CalendarSource | None) -> None:
        try:
            self.report.changes[name] = reader(known)
            return
        except SourceError as error:
            fault = error.reason
        except Exception as error:  # a bug in reading one source must not stop the others
            log.exception("calendar not read", source=name)
            fault = f"unexpected {type(error).__name__}"
        self.report.faults[name] = fault
        with db.writing(self.engine) as session:
            sources.note_fault(session, name, fault, now=self.now)

    def _get(self, address: str, modified: str, check: Callable[[Reply], object]) -> Reply:
        headers = {"If-Modified-Since": modified} if modified else None
        return self.fetcher.get(address, headers=headers, check=check, limit=LARGEST)

    # --- the House's list ---

    def _floor(self, known: CalendarSource | None) -> int:
        monday = floor.week_of(self.now)
        changes = sum(map(self._floor_week, (monday, monday + timedelta(days=7))))
        with db.writing(self.engine) as session:
            sources.note_good(session, "house_floor", now=self.now)
        return changes

    def _floor_week(self, week: date) -> int:
        with db.reading(self.engine) as session:
            stored = session.get(FloorWeek, week)
        address = f"{self.settings.house_docs_url}{house_floor.address(week)}"
        try:
            reply = self._get(
                address,
                stored.modified if stored else "",
                check=lambda reply: house_floor.parse(reply.body, week=week),
            )
        except NotFound:
            # No list is posted: normal in a recess. One that was posted stays known.
            return 0
        with db.writing(self.engine) as session:
            if reply.status == 304:
                floor.confirm(session, week, now=self.now)
                return 0
            found = house_floor.parse(reply.body, week=week)
            return floor.take(session, found, modified=reply.modified, now=self.now)

    # --- the Senate's meetings ---

    def _senate(self, known: CalendarSource | None) -> int:
        address = f"{self.settings.senate_url}{senate_hearings.ADDRESS}"
        reply = self._get(
            address,
            known.modified if known else "",
            check=lambda reply: senate_hearings.parse(reply.body),
        )
        with db.writing(self.engine) as session:
            first = not known or known.good_at is None
            source = sources.note_good(session, "senate_meetings", now=self.now, modified=reply.modified)
            session.flush()
            if reply.status == 304:
                source.doubted_since = meetings.confirm_senate_list(
                    session, doubted_since=source.doubted_since, now=self.now
                )
                return 0
            source.doubted_since = meetings.take_senate_list(
                session,
                senate_hearings.parse(reply.body),
                doubted_since=source.doubted_since,
                now=self.now,
                baseline=first,
            )
            meetings.pair_twins(session, now=self.now)
            return meetings.changes_at(session, self.now)

    # --- the meetings of api.congress.gov ---

    def _api(self, known: CalendarSource | None) -> int:
        since = known.mark - OVERLAP if known and known.mark else self.now - FIRST_LOOK
        rows, whole = self._api_rows(since)
        todo = self._unread(rows)
        notices: list[Notice] = []
        problem = "" if whole else "the list of meetings is shorter than its count"
        for row in todo[:MOST_DETAILS]:
            if self.stopping():
                break
            try:
                notices.append(self._api_meeting(row))
            except SourceError as error:
                if error.credential or "paused" in error.reason:
                    raise
                problem = error.reason
        with db.writing(self.engine) as session:
            baseline = not known or known.good_at is None
            changes = meetings.take(session, "api", notices, now=self.now, baseline=baseline)
            meetings.pair_twins(session, now=self.now)
            mark = self._mark(rows, todo, since) if whole else None
            sources.note_good(session, "api_meetings", now=self.now, mark=mark)
        if problem:
            log.info("meetings left out", reason=problem)
        return changes

    def _api_get(self, path: str, parse: Callable[[Any], T], **params: str | int) -> T:
        return self.fetcher.read(
            f"{self.settings.congress_api_url}/committee-meeting/{path}",
            lambda reply: parse(json_of(reply)),
            params={"format": "json", **params},
            secret_headers={"X-Api-Key": self.settings.api_key},
            limit=LARGEST,
        )

    def _api_rows(self, since: datetime) -> tuple[list[Listed], bool]:
        """The list since a moment, the least recently updated first, and whether it fits its own count."""
        found: dict[str, Listed] = {}
        read, total = 0, 1
        for page in range(MOST_LISTS):
            answer = self._api_get(
                str(congress_on(self.now)),
                committee_meetings.parse_list,
                fromDateTime=f"{since:%Y-%m-%dT%H:%M:%SZ}",
                limit=LIST_SIZE,
                offset=page * LIST_SIZE,
            )
            found |= {row.event: row for row in answer.rows}
            read, total = read + answer.size, answer.total
            if answer.size == 0 or (page + 1) * LIST_SIZE >= total:
                break
        return sorted(found.values(), key=lambda row: (row.updated, row.event)), len(found) >= total

    def _unread(self, rows: Iterable[Listed]) -> list[Listed]:
        with db.reading(self.engine) as session:
            versions = {row.event: meetings.reading_of(row, "api") for row in session.exec(select(Meeting))}
        return [
            row
            for row in rows
            if (last := versions.get(row.event)) is None or last.version is None or last.version < row.updated
        ]

    def _api_meeting(self, row: Listed) -> Notice:
        path = f"{congress_on(self.now)}/{row.chamber}/{row.event}"
        return self._api_get(path, partial(committee_meetings.parse_meeting, event=row.event))

    def _mark(self, rows: list[Listed], todo: list[Listed], since: datetime) -> datetime:
        """Up to where the list has been read; what is left of it is listed again the next time."""
        left = todo[MOST_DETAILS:]
        if left:
            return left[0].updated
        return rows[-1].updated if rows else since + OVERLAP

    # --- House meetings ---

    def _house(self, known: CalendarSource | None) -> int:
        changed, problem = self._house_days_ahead()
        baseline = not known or known.good_at is None
        left = MOST_PAGES
        for event in self._house_queue(changed):
            if left < 2 or self.stopping():
                break
            left -= self._house_meeting(event, baseline)
        if problem:
            raise problem
        with db.writing(self.engine) as session:
            sources.note_good(session, "house_meetings", now=self.now)
            return meetings.changes_at(session, self.now)

    def _house_days_ahead(self) -> tuple[set[str], SourceError | None]:
        """The meetings to read by the pages of ten days; a day that cannot be read does not hide the others."""
        changed: set[str] = set()
        problem = None
        today = self.now.astimezone(WASHINGTON).date()
        for after in range(DAYS_AHEAD):
            try:
                changed |= self._house_day(today + timedelta(days=after))
            except SourceError as error:
                if error.permanent:
                    raise
                problem = error
        return changed, problem

    def _house_day(self, day: date) -> set[str]:
        time.sleep(self.pause)
        address = f"{self.settings.house_docs_url}{house_committees.day_address(day)}"
        rows = self.fetcher.read(
            address, lambda reply: house_committees.parse_day(reply.body, day=day), limit=LARGEST
        )
        with db.writing(self.engine) as session:
            return meetings.take_day(session, rows, now=self.now)

    def _house_queue(self, changed: set[str]) -> list[str]:
        """Meetings whose pages are read, the most needed first: new and changed ones, those that have to do
        with a tracked bill, those that were not read for a day."""
        with db.reading(self.engine) as session:
            bills = [BillId.of(row.bill) for row in tracking.tracked(session)]
            living = [bill for bill in bills if self.now < congress_end(bill.congress)]
            committees = set().union(*ahead.open_committees(session, living).values())
            query = select(Meeting).where(Meeting.chamber == "house", Meeting.starts_at > self.now)
            found = list(session.exec(query.order_by(col(Meeting.starts_at))))
        ids = {str(bill) for bill in living}
        behind = [row.event for row in found if _is_behind(row)]
        near = [
            row.event
            for row in found
            if ids & {*row.named, *row.dropped}
            or any(code[:4] in committees for code in row.committees.split())
        ]
        old = [row for row in found if row.page_read_at is None or self.now - row.page_read_at > PAGE_AGAIN]
        return list(dict.fromkeys([*sorted(changed), *behind, *near, *(row.event for row in old)]))

    def _house_meeting(self, event: str, baseline: bool) -> int:
        """Read a meeting's XML, or its page; returns how many requests that took. A page that cannot be read
        leaves what is known, and the next round tries again."""
        with db.reading(self.engine) as session:
            known = session.get(Meeting, event)
        before = self.fetcher.requests
        try:
            self._store_page(event, known, baseline)
        except SourceError as error:
            if "paused" in error.reason:
                raise
            log.info("meeting not read", number=event, reason=error.reason)
        return self.fetcher.requests - before

    def _store_page(self, event: str, known: Meeting | None, baseline: bool) -> None:
        notice, page, modified = None, known.page if known else "", ""
        if known and _is_of_its_day(known):
            notice, modified = self._house_xml(event, known.page, known.page_modified)
        if not modified:
            shown = self._house_page(event)
            notice, page = shown.notice, shown.xml
            better, modified = self._house_xml(event, page, "") if page else (None, "")
            if better and better.starts_at == shown.notice.starts_at:
                notice = better
            else:
                # The file of the day before it was moved, which may still be there.
                modified = ""
        with db.writing(self.engine) as session:
            if notice:
                meetings.take(session, "house", [notice], now=self.now, baseline=baseline)
                session.flush()
            row = session.get_one(Meeting, event)
            row.page_read_at, row.page, row.page_modified = self.now, page if modified else "", modified
            meetings.refold(session, row, now=self.now)

    def _house_page(self, event: str) -> house_committees.EventPage:
        time.sleep(self.pause)
        address = f"{self.settings.house_docs_url}{house_committees.event_address(event)}"
        parse = partial(house_committees.parse_event, event=event)
        return self.fetcher.read(address, lambda reply: parse(reply.body), limit=LARGEST)

    def _house_xml(self, event: str, path: str, modified: str) -> tuple[Notice | None, str]:
        """A meeting's XML and its Last-Modified; no notice where it has not changed, neither where it is not
        there or not readable: the page says the same in fewer words."""
        time.sleep(self.pause)
        parse = partial(house_committees.parse_xml, event=event)
        try:
            reply = self._get(
                f"{self.settings.house_docs_url}{path}", modified, check=lambda reply: parse(reply.body)
            )
        except SourceError as error:
            if "paused" in error.reason:
                raise
            return None, ""
        if reply.status == 304:
            return None, reply.modified or modified
        return parse(reply.body), reply.modified

    # --- days in session ---

    def _house_days(self, known: CalendarSource | None) -> int:
        days = self.fetcher.read(
            self.settings.voting_days_url, lambda reply: session_calendars.house_days(reply.body), limit=LARGEST
        )
        with db.writing(self.engine) as session:
            sources.note_good(session, "house_days", now=self.now)
            return session_days.store_house(session, days)

    def _senate_days(self, known: CalendarSource | None) -> int:
        today = self.now.astimezone(WASHINGTON).date()
        changes = self._senate_year(today.year)
        if today.month >= NEXT_YEAR_FROM:
            try:
                changes += self._senate_year(today.year + 1)
            except SourceError as error:
                log.info("no schedule of the next year yet", reason=error.reason)
        with db.writing(self.engine) as session:
            sources.note_good(session, "senate_days", now=self.now)
        return changes

    def _senate_year(self, year: int) -> int:
        address = f"{self.settings.senate_url}{session_calendars.senate_address(year)}"
        parse = partial(session_calendars.senate_days_out, year=year)
        days = self.fetcher.read(address, lambda reply: parse(reply.body), limit=LARGEST)
        with db.writing(self.engine) as session:
            return session_days.store_senate(session, year, days)


def _is_of_its_day(meeting: Meeting) -> bool:
    """Whether the path of a meeting's XML has the day it is set for now: a moved meeting has another one."""
    return f"/{meeting.starts_at.astimezone(WASHINGTON):%Y%m%d}/" in meeting.page


def _is_behind(meeting: Meeting) -> bool:
    """Whether api.congress.gov has changed a meeting since its page was read."""
    last = meetings.reading_of(meeting, "api")
    read = meeting.page_read_at
    return bool(read is None or (last and last.version and last.version > read))
