"""The House's floor list of this week and of the next."""

from datetime import date, timedelta

from campaign import db
from campaign.calendar import floor, house_floor, sources
from campaign.calendar.models import CalendarSource, FloorWeek
from campaign.calendar.reading.poll import Poll
from campaign.fetch import NotFound


def read(poll: Poll, known: CalendarSource | None) -> int:
    """Store what the lists say; how many changes. Raises SourceError."""
    monday = floor.week_of(poll.now)
    changes = sum(_week(poll, week) for week in (monday, monday + timedelta(days=7)))
    with db.writing(poll.engine) as session:
        sources.note_good(session, "house_floor", now=poll.now)
    return changes


def _week(poll: Poll, week: date) -> int:
    with db.reading(poll.engine) as session:
        stored = session.get(FloorWeek, week)
    address = f"{poll.settings.house_docs_url}{house_floor.address(week)}"
    try:
        reply = poll.get(
            address,
            stored.modified if stored else "",
            check=lambda reply: house_floor.parse(reply.body, week=week),
        )
    except NotFound:
        # No list is posted: normal in a recess. One that was posted stays known.
        return 0
    with db.writing(poll.engine) as session:
        if reply.status == 304:
            floor.confirm(session, week, now=poll.now)
            return 0
        found = house_floor.parse(reply.body, week=week)
        return floor.take(session, found, modified=reply.modified, now=poll.now)
