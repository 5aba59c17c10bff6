"""Once a day, compare what api.congress.gov told with GovInfo's copy, which may add and never remove."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign.congress.bills import BillId
from campaign.settings import Settings
from jobs import import_congress, poll_bills
from jobs.outcome import Outcome, Told

# From so many tracked bills of one Congress on, its eight zips cost GovInfo less than a file each.
WORTH_THE_ZIPS = 2000


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Outcome:
    """Read every tracked bill from GovInfo; without a key the hourly poll does that already."""
    if not settings.polls_api:
        return Told("not needed: GovInfo is what the hourly poll reads")
    waiting = poll_bills.due(engine)
    whole = [congress for congress, bills in count_by_congress(waiting).items() if bills >= WORTH_THE_ZIPS]
    reports = [
        import_congress.run(engine, settings, congress, now=now, track=False, stopping=stopping)
        for congress in whole
    ]
    few = [bill for bill in waiting if bill.congress not in whole]
    reports.append(poll_bills.run(engine, settings, now=now, bills=few, source="govinfo", stopping=stopping))
    summary = "; ".join(report.summary for report in reports if report.polled) or "nothing is tracked"
    return Told(summary, whole=all(report.whole for report in reports))


def count_by_congress(bills: list[BillId]) -> Counter[int]:
    """How many tracked bills each Congress has."""
    return Counter(bill.congress for bill in bills)
