"""What changed, as an Atom feed (RFC 4287), and what is planned, as calendars; in the address's language."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from flask import make_response, render_template, request
from sqlmodel import col, select
from werkzeug.wrappers import Response

from campaign.calendar import ahead
from campaign.congress import members
from campaign.congress.bills import WASHINGTON, BillId
from campaign.congress.models import Change
from campaign.db import utcnow
from campaign.outreach import calendar_feed, week_ahead
from campaign.proposals import lookup
from campaign.web.core import history, served
from campaign.web.core.database import session
from campaign.web.core.history import Event
from campaign.web.core.languages import _, current
from campaign.web.core.render import site_name
from campaign.web.core.routing import place
from campaign.web.public import content
from campaign.web.public.room import route

NEWEST = 50


@route("/feeds/changes.atom")
def changes() -> Response:
    """The newest joinings, leavings and steps on the campaign's bills; ended bills stay, so that a feed whose
    Congress ends does not go empty."""
    now = utcnow()
    front = content.front(session(), served.campaign(), now=now)
    bills = [str(card.record.id) for chapter in front.chapters for card in chapter.cards]
    rows = select(Change).where(col(Change.bill).in_(bills), col(Change.kind).in_(content.NEWS))
    newest = (
        session().exec(rows.order_by(col(Change.happened).desc(), col(Change.seq).desc()).limit(NEWEST)).all()
    )
    people = members.people(session(), {change.bioguide for change in newest if change.bioguide}, now=now)
    events = history.events(newest, people, actions=False)
    updated = max((change.seen_at for change in newest), default=datetime(2025, 1, 1, tzinfo=UTC))
    base = served.origin()
    body = render_template(
        "public/changes.atom", shown=front, events=events, updated=updated, base=base, rfc3339=rfc3339
    )
    response = make_response(body)
    response.mimetype = "application/atom+xml"
    response.headers["Cache-Control"] = "public, no-cache"
    return response


@route("/feeds/calendar.ics")
def campaign_calendar() -> Response:
    """Committee meetings that name one of the campaign's bills."""
    now = utcnow()
    front = content.front(session(), served.campaign(), now=now)
    bills = [card.record.id for chapter in front.chapters for card in chapter.now]
    return _calendar(_("%(name)s: what comes", name=site_name()), bills, now)


@route("/feeds/bills/<text>/calendar.ics")
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


def rfc3339(event: Event) -> str:
    """The day of an event as the moment Atom asks for: noon in Washington."""
    return datetime.combine(event.day, time(12), WASHINGTON).isoformat()
