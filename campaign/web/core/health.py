"""How old the record is: for the foot of every page, for monitors, and for whoever starts the service."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask import Response, jsonify
from sqlmodel import Session, col, func, select

from campaign import db
from campaign.congress import members
from campaign.congress.bills import WASHINGTON
from campaign.congress.models import Bill, Tracking
from campaign.web.core import database
from campaign.web.core.routing import Room

room = Room("health")
# Bills are polled every hour; after a day without one complete round the record is called old.
STALE_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class RecordAge:
    """``as_of``: the day the oldest tracked bill was last read whole. ``checked``: when we last asked.

    ``whole_since``: every tracked bill has been read whole from a live source since then; None while one
    has not. ``members_as_of``: the day the list of members describes.
    """

    as_of: date | None
    snapshot: bool
    checked: datetime | None
    whole_since: datetime | None
    members_as_of: date | None
    stale: bool


def line(session: Session, *, now: datetime) -> RecordAge:
    """The age of the record, from what the poller wrote down; in questions that take a Congress of bills in
    milliseconds."""
    polled = col(Tracking.until).is_(None)
    read = select(Bill.observed_at, Bill.observed_source).join(Tracking, col(Tracking.bill) == Bill.id)
    oldest = session.exec(
        read.where(polled, col(Bill.observed_at).is_not(None)).order_by(col(Bill.observed_at)).limit(1)
    ).first()
    api, govinfo = col(Tracking.api_read_at), col(Tracking.govinfo_read_at)
    newest = sa.case((api > govinfo, api), else_=func.coalesce(govinfo, api))
    rows = select(func.count(), func.count(newest), func.min(newest), func.max(Tracking.attempted_at))
    tracked, whole, since, checked = session.exec(rows.where(polled)).one()
    since = since if tracked == whole else None
    state = members.data_state(session, "members")
    return RecordAge(
        as_of=oldest[0].astimezone(WASHINGTON).date() if oldest and oldest[0] else None,
        snapshot=oldest is not None and oldest[1] == "snapshot",
        checked=checked,
        whole_since=since,
        members_as_of=state.as_of if state else None,
        stale=since is None or now - since > STALE_AFTER,
    )


@room.route("/healthz")
def process() -> Response:
    """The process answers; nothing else is asked."""
    return _uncached(jsonify(status="ok"))


@room.route("/readyz")
def ready() -> Response:
    """Whether the database can be read, and the age of the last complete poll.

    An old record is said, not refused: the pages show it with its date. 503 where the database fails.
    """
    now = db.utcnow()
    try:
        age = line(database.session(), now=now)
    except db.UNREADABLE as error:
        response = _uncached(jsonify(status="unavailable", database="unreachable", reason=type(error).__name__))
        response.status_code = 503
        return response
    seconds = None if age.whole_since is None else int((now - age.whole_since).total_seconds())
    return _uncached(
        jsonify(
            status="ok",
            database="ok",
            last_complete_poll=age.whole_since.isoformat() if age.whole_since else None,
            last_complete_poll_age_seconds=seconds,
            record_as_of=age.as_of.isoformat() if age.as_of else None,
            record_from_snapshot=age.snapshot,
            members_as_of=age.members_as_of.isoformat() if age.members_as_of else None,
            stale=age.stale,
        )
    )


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
