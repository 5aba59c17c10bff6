"""Tell programs elsewhere what happened on a campaign's bills."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign.settings import Settings
from campaign.webhooks import delivery
from jobs.outcome import Summary


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Queue what is new since the last time and send what is due."""
    counts = delivery.run(engine, settings, now=now, stopping=stopping)
    return Summary(f"{counts.queued} messages queued, {counts.sent} sent, {counts.failed} to be tried again")
