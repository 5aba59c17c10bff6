"""What is planned for the campaign's bills, as calendars to subscribe to, in the language of the address."""

from collections.abc import Sequence
from datetime import datetime

from flask import make_response, request
from werkzeug.wrappers import Response

from campaign.calendar import ahead
from campaign.congress.bills import BillId
from campaign.db import utcnow
from campaign.outreach import calendar_feed, week_ahead
from campaign.outreach.asks import campaign_asks
from campaign.proposals import lookup
from campaign.web.core import served
from campaign.web.core.database import session
from campaign.web.core.languages import _, current
from campaign.web.core.render import site_name
from campaign.web.core.routing import place
from campaign.web.public.room import route


@route("/feeds/calendar.ics")
def campaign_calendar() -> Response:
    """Committee meetings that name one of the campaign's bills."""
    now = utcnow()
    matters = campaign_asks(session(), now=now, campaign=served.slug()).matters
    bills = [record.id for matter in matters for record in matter.living]
    served.campaign()
    return _calendar(_("%(name)s: what comes", name=site_name()), bills, now)


@route("/feeds/bills/<text>.ics")
def bill_calendar(text: str) -> Response:
    """Committee meetings that name a bill."""
    bill = lookup.resolve(session(), text)
    return _calendar(_("%(name)s: what comes", name=bill.short), [bill], utcnow())


def _calendar(title: str, bills: Sequence[BillId], now: datetime) -> Response:
    plans = ahead.plans(session(), bills, now=now)
    meetings = sorted(
        (planned for plan in plans.values() for planned in plan.meetings),
        key=lambda planned: (planned.meeting.starts_at, planned.meeting.event, str(planned.bill)),
    )
    base = served.origin()
    body = calendar_feed.feed(
        title,
        meetings,
        week_ahead.committee_names(session(), plans.values()),
        current(),
        host=request.host.partition(":")[0],
        address={str(bill): base + place("bill", text=str(bill)) for bill in bills},
    )
    response = make_response(body)
    response.mimetype = "text/calendar"
    response.headers["Cache-Control"] = "public, no-cache"
    return response
