"""Run the polls that organizers request on the system page."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.bills import BillId
from campaign.organizing import poll_requests
from campaign.settings import Settings
from jobs import poll_bills
from jobs.poll_bills import Report


def waiting(engine: Engine) -> bool:
    """Whether any request waits."""
    with db.reading(engine) as session:
        return bool(poll_requests.pending(session))


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Report:
    """Poll the requested bills, then delete the requests; a request without a bill means all tracked bills.

    Requests outlive a poll that is told to stop: nobody knows which of their bills it reached.
    """
    with db.reading(engine) as session:
        requested = [request.bill for request in poll_requests.pending(session)]
    bills = None if "" in requested else [BillId.of(bill) for bill in requested]
    report = poll_bills.run(engine, settings, now=now, bills=bills, stopping=stopping)
    if not stopping():
        with db.writing(engine) as session:
            poll_requests.complete(session, requested)
    return report
