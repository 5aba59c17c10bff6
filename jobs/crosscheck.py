"""Once a day, read the tracked bills from GovInfo, too, whose copy may add to the record and never remove."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign.settings import Settings
from jobs import import_congress, poll_bills
from jobs.outcome import Outcome, Summary

# From this many tracked bills of one Congress on, its eight zip files are less work than a file for each bill.
ZIPS_FROM = 2000


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Outcome:
    """Read every tracked bill from GovInfo; without an API key the hourly poll does that already."""
    if not settings.polls_api:
        return Summary("not needed: the hourly poll reads GovInfo")
    due = poll_bills.due(engine)
    number = Counter(bill.congress for bill in due)
    by_zip = [congress for congress in number if number[congress] >= ZIPS_FROM]
    reports = [
        import_congress.run(engine, settings, congress, now=now, track=False, stopping=stopping)
        for congress in by_zip
    ]
    one_by_one = [bill for bill in due if bill.congress not in by_zip]
    reports.append(
        poll_bills.run(engine, settings, now=now, bills=one_by_one, source="govinfo", stopping=stopping)
    )
    summary = "; ".join(report.summary for report in reports if report.polled) or "nothing is tracked"
    return Summary(summary, whole=all(report.whole for report in reports))
