"""The Senate's list of committee meetings."""

from campaign import db
from campaign.calendar import meetings, senate_hearings, sources
from campaign.calendar.models import CalendarSource
from campaign.calendar.reading.poll import Poll


def read(poll: Poll, known: CalendarSource | None) -> int:
    """Store what the list says; how many changes. Raises SourceError."""
    address = f"{poll.settings.senate_url}{senate_hearings.ADDRESS}"
    reply = poll.get(
        address,
        known.modified if known else "",
        check=lambda reply: senate_hearings.parse(reply.body),
    )
    with db.writing(poll.engine) as session:
        first = not known or known.good_at is None
        source = sources.note_good(session, "senate_meetings", now=poll.now, modified=reply.modified)
        session.flush()
        if reply.status == 304:
            source.doubted_since = meetings.confirm_senate_list(
                session, doubted_since=source.doubted_since, now=poll.now
            )
            return 0
        source.doubted_since = meetings.take_senate_list(
            session,
            senate_hearings.parse(reply.body),
            doubted_since=source.doubted_since,
            now=poll.now,
            baseline=first,
        )
        meetings.pair_twins(session, now=poll.now)
        return meetings.changes_at(session, poll.now)
