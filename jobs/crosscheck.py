"""Once a day, compare what api.congress.gov told with GovInfo's copy, which may add and never remove."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign.settings import Settings
from jobs import poll_bills
from jobs.outcome import Outcome, Told


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Outcome:
    """Poll every tracked bill from GovInfo; without a key the hourly poll does that already."""
    if not settings.api_key:
        return Told("not needed: GovInfo is what the hourly poll reads")
    return poll_bills.run(engine, settings, now=now, source="govinfo", stopping=stopping)
