"""How old the record is: for the foot of every page, for monitors, and for whoever starts the service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Response, jsonify
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress import members, tracking
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
    """The age of the record, from what the poller wrote down."""
    watched = tracking.tracked(session)
    bills = session.exec(select(Bill).where(col(Bill.id).in_([tracking.bill for tracking in watched]))).all()
    read = [bill for bill in bills if bill.observed_at]
    oldest = min(read, key=lambda bill: bill.observed_at or now, default=None)
    state = members.data_state(session, "members")
    whole = _whole_since(watched)
    return RecordAge(
        as_of=oldest.observed_at.astimezone(WASHINGTON).date() if oldest and oldest.observed_at else None,
        snapshot=oldest is not None and oldest.observed_source == "snapshot",
        checked=max((tracking.attempted_at for tracking in watched if tracking.attempted_at), default=None),
        whole_since=whole,
        members_as_of=state.as_of if state else None,
        stale=whole is None or now - whole > STALE_AFTER,
    )


def _whole_since(watched: Sequence[Tracking]) -> datetime | None:
    never = datetime.min.replace(tzinfo=UTC)
    newest = [max(tracking.api_read_at or never, tracking.govinfo_read_at or never) for tracking in watched]
    oldest = min(newest, default=never)
    return None if oldest == never else oldest


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
