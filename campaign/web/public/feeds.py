"""What changed, as an Atom feed (RFC 4287), in the language of its address."""

from datetime import UTC, datetime, time

from flask import make_response, render_template
from sqlmodel import col, select
from werkzeug.wrappers import Response

from campaign.congress import members
from campaign.congress.bills import WASHINGTON
from campaign.congress.models import Change
from campaign.db import utcnow
from campaign.web.core import history, served
from campaign.web.core.database import session
from campaign.web.core.history import Event
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


def rfc3339(event: Event) -> str:
    """The day of an event as the moment Atom asks for: noon in Washington."""
    return datetime.combine(event.day, time(12), WASHINGTON).isoformat()
