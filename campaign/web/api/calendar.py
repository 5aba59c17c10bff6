"""What is planned for the campaign's bills, as JSON."""

from collections.abc import Iterator

from campaign.calendar import ahead
from campaign.calendar.ahead import Plan
from campaign.congress.bills import BillId
from campaign.db import utcnow
from campaign.outreach import week_ahead
from campaign.outreach.asks import campaign_asks
from campaign.proposals import lookup
from campaign.web.api import schemas
from campaign.web.api.routes import room
from campaign.web.core import served
from campaign.web.core.database import session
from campaign.web.core.operations import operation


@operation(
    room, "/calendar", query=schemas.CalendarQuery, answer=schemas.Calendar, example="/calendar?bill={bill}"
)
def calendar(query: schemas.CalendarQuery) -> schemas.Calendar:
    """Meetings that name the campaign's bills or are held by their committees, and the House's floor list."""
    now = utcnow()
    if query.bill is not None:
        bills = [lookup.resolve(session(), query.bill)]
    else:
        matters = campaign_asks(session(), now=now, campaign=served.slug()).matters
        bills = [record.id for matter in matters for record in matter.living]
    plans = ahead.plans(session(), bills, now=now)
    meetings = sorted(_meetings(plans), key=lambda found: (found.starts_at, found.event, found.bill))
    floor = [found for bill, plan in plans.items() for found in _floor(bill, plan)]
    unread = ahead.unread(session(), now=now)
    gaps = [schemas.UnreadSource(source=name, read_at=moment) for name, moment in unread.items()]
    return schemas.Calendar(meetings=meetings, floor=floor, unread=gaps)


def _meetings(plans: dict[BillId, Plan]) -> Iterator[schemas.PlannedMeeting]:
    committees = week_ahead.committee_names(session(), plans.values())
    for planned in (planned for plan in plans.values() for planned in plan.meetings):
        meeting = planned.meeting
        yield schemas.PlannedMeeting(
            bill=str(planned.bill),
            event=meeting.event,
            relation=planned.relation,
            chamber=meeting.chamber,
            kind=meeting.kind,
            state=meeting.state,
            starts_at=meeting.starts_at,
            moved_from=meeting.moved_from,
            committees=meeting.committees.split(),
            text={lang: week_ahead.meeting_sentence(planned, committees, lang) for lang in served.offered()},
        )


def _floor(bill: BillId, plan: Plan) -> Iterator[schemas.FloorListing]:
    for row in plan.floor:
        yield schemas.FloorListing(
            bill=row.bill,
            week=row.week,
            relation=row.relation,
            removed_at=row.removed_at,
            text={lang: week_ahead.floor_sentence(row, bill, lang) for lang in served.offered()},
        )
