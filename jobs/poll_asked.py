"""Poll what somebody asked for on the system page, soon after they asked."""

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
    """Whether anybody asked."""
    with db.reading(engine) as session:
        return bool(poll_requests.asked(session))


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Report:
    """Poll the bills that were wished for; an empty wish means all that are tracked."""
    with db.reading(engine) as session:
        wished = [one.bill for one in poll_requests.asked(session)]
    bills = None if "" in wished else [BillId.of(bill) for bill in wished]
    report = poll_bills.run(engine, settings, now=now, bills=bills, stopping=stopping)
    with db.writing(engine) as session:
        poll_requests.done(session, wished)
    return report
