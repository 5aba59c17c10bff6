"""Committee meetings of the House: the pages of ten days, and each meeting's XML or page."""

import time
from datetime import date, timedelta
from functools import partial

import structlog
from sqlmodel import col, select

from campaign import db
from campaign.calendar import ahead, house_committees, meetings, sources
from campaign.calendar.models import CalendarSource, Meeting
from campaign.calendar.parsed import Notice
from campaign.calendar.reading.poll import LARGEST, Poll
from campaign.congress import tracking
from campaign.congress.bills import WASHINGTON, BillId, congress_end
from campaign.refusals import SourceError

log = structlog.get_logger(__name__)

DAYS_AHEAD = 10
# Requests for pages of meetings in an hour, beside ten days' pages: 60 in all.
MOST_PAGES = 40
PAGE_AGAIN = timedelta(hours=24)


def read(poll: Poll, known: CalendarSource | None) -> int:
    """Store what the pages say; how many changes. Raises SourceError, after the days that could be read."""
    changed, problem = _days_ahead(poll)
    baseline = not known or known.good_at is None
    left = MOST_PAGES
    for event in _queue(poll, changed):
        if left < 2 or poll.stopping():
            break
        left -= _meeting(poll, event, baseline)
    if problem:
        raise problem
    with db.writing(poll.engine) as session:
        sources.note_good(session, "house_meetings", now=poll.now)
        return meetings.changes_at(session, poll.now)


def _days_ahead(poll: Poll) -> tuple[set[str], SourceError | None]:
    """The meetings to read by the pages of ten days; a day that cannot be read does not hide the others."""
    changed: set[str] = set()
    problem = None
    today = poll.now.astimezone(WASHINGTON).date()
    for after in range(DAYS_AHEAD):
        try:
            changed |= _day(poll, today + timedelta(days=after))
        except SourceError as error:
            if error.permanent:
                raise
            problem = error
    return changed, problem


def _day(poll: Poll, day: date) -> set[str]:
    time.sleep(poll.pause)
    address = f"{poll.settings.house_docs_url}{house_committees.day_address(day)}"
    rows = poll.fetcher.read(
        address, lambda reply: house_committees.parse_day(reply.body, day=day), limit=LARGEST
    )
    with db.writing(poll.engine) as session:
        return meetings.take_day(session, rows, now=poll.now)


def _queue(poll: Poll, changed: set[str]) -> list[str]:
    """Meetings whose pages are read, the most needed first: new and changed ones, those that have to do
    with a tracked bill, those that were not read for a day."""
    with db.reading(poll.engine) as session:
        bills = [BillId.of(row.bill) for row in tracking.tracked(session)]
        living = [bill for bill in bills if poll.now < congress_end(bill.congress)]
        committees = set().union(*ahead.open_committees(session, living).values())
        query = select(Meeting).where(Meeting.chamber == "house", Meeting.starts_at > poll.now)
        found = list(session.exec(query.order_by(col(Meeting.starts_at))))
    ids = {str(bill) for bill in living}
    behind = [row.event for row in found if _is_behind(row)]
    near = [
        row.event
        for row in found
        if ids & {*row.named, *row.dropped} or any(code[:4] in committees for code in row.committees.split())
    ]
    old = [row for row in found if row.page_read_at is None or poll.now - row.page_read_at > PAGE_AGAIN]
    return list(dict.fromkeys([*sorted(changed), *behind, *near, *(row.event for row in old)]))


def _meeting(poll: Poll, event: str, baseline: bool) -> int:
    """Read a meeting's XML, or its page; returns how many requests that took. A page that cannot be read
    leaves what is known, and the next round tries again."""
    with db.reading(poll.engine) as session:
        known = session.get(Meeting, event)
    before = poll.fetcher.requests
    try:
        _store_page(poll, event, known, baseline)
    except SourceError as error:
        if "paused" in error.reason:
            raise
        log.info("meeting not read", number=event, reason=error.reason)
    return poll.fetcher.requests - before


def _store_page(poll: Poll, event: str, known: Meeting | None, baseline: bool) -> None:
    notice, page, modified = None, known.page if known else "", ""
    if known and _is_of_its_day(known):
        notice, modified = _xml(poll, event, known.page, known.page_modified)
    if not modified:
        shown = _page(poll, event)
        notice, page = shown.notice, shown.xml
        better, modified = _xml(poll, event, page, "") if page else (None, "")
        if better and better.starts_at == shown.notice.starts_at:
            notice = better
        else:
            # The file of the day before it was moved, which may still be there.
            modified = ""
    with db.writing(poll.engine) as session:
        if notice:
            meetings.take(session, "house", [notice], now=poll.now, baseline=baseline)
            session.flush()
        row = session.get_one(Meeting, event)
        row.page_read_at, row.page, row.page_modified = poll.now, page if modified else "", modified
        meetings.refold(session, row, now=poll.now)


def _page(poll: Poll, event: str) -> house_committees.EventPage:
    time.sleep(poll.pause)
    address = f"{poll.settings.house_docs_url}{house_committees.event_address(event)}"
    parse = partial(house_committees.parse_event, event=event)
    return poll.fetcher.read(address, lambda reply: parse(reply.body), limit=LARGEST)


def _xml(poll: Poll, event: str, path: str, modified: str) -> tuple[Notice | None, str]:
    """A meeting's XML and its Last-Modified; no notice where it has not changed, neither where it is not
    there or not readable: the page says the same in fewer words."""
    time.sleep(poll.pause)
    parse = partial(house_committees.parse_xml, event=event)
    try:
        reply = poll.get(
            f"{poll.settings.house_docs_url}{path}", modified, check=lambda reply: parse(reply.body)
        )
    except SourceError as error:
        if "paused" in error.reason:
            raise
        return None, ""
    if reply.status == 304:
        return None, reply.modified or modified
    return parse(reply.body), reply.modified


def _is_of_its_day(meeting: Meeting) -> bool:
    """Whether the path of a meeting's XML has the day it is set for now: a moved meeting has another one."""
    return f"/{meeting.starts_at.astimezone(WASHINGTON):%Y%m%d}/" in meeting.page


def _is_behind(meeting: Meeting) -> bool:
    """Whether api.congress.gov has changed a meeting since its page was read."""
    last = meetings.reading_of(meeting, "api")
    read = meeting.page_read_at
    return bool(read is None or (last and last.version and last.version > read))
