"""The days on which each chamber plans to sit."""

from functools import partial

import structlog

from campaign import db
from campaign.calendar import session_calendars, session_days, sources
from campaign.calendar.models import CalendarSource
from campaign.calendar.reading.poll import LARGEST, Poll
from campaign.congress.bills import WASHINGTON
from campaign.refusals import SourceError

log = structlog.get_logger(__name__)

# The Senate publishes the next year's schedule in November.
NEXT_YEAR_FROM = 11


def read_house(poll: Poll, known: CalendarSource | None) -> int:
    """Store the voting days of the House; how many changes. Raises SourceError."""
    days = poll.fetcher.read(
        poll.settings.voting_days_url, lambda reply: session_calendars.house_days(reply.body), limit=LARGEST
    )
    with db.writing(poll.engine) as session:
        sources.note_good(session, "house_days", now=poll.now)
        return session_days.store_house(session, days)


def read_senate(poll: Poll, known: CalendarSource | None) -> int:
    """Store the Senate's schedule; how many changes. Raises SourceError where this year's cannot be read."""
    today = poll.now.astimezone(WASHINGTON).date()
    changes = _senate_year(poll, today.year)
    if today.month >= NEXT_YEAR_FROM:
        try:
            changes += _senate_year(poll, today.year + 1)
        except SourceError as error:
            log.info("no schedule of the next year yet", reason=error.reason)
    with db.writing(poll.engine) as session:
        sources.note_good(session, "senate_days", now=poll.now)
    return changes


def _senate_year(poll: Poll, year: int) -> int:
    address = f"{poll.settings.senate_url}{session_calendars.senate_address(year)}"
    parse = partial(session_calendars.senate_days_out, year=year)
    days = poll.fetcher.read(address, lambda reply: parse(reply.body), limit=LARGEST)
    with db.writing(poll.engine) as session:
        return session_days.store_senate(session, year, days)
