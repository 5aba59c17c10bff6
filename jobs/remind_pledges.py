"""Remind those who pledged to call on this day."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.mailing import signing
from campaign.settings import Settings
from jobs.outcome import Summary


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Queue the reminders of today's pledges; again on the same day it queues none."""
    with db.writing(engine) as session:
        number = signing.queue_reminders(session, day=now.astimezone(settings.zone).date(), now=now)
    return Summary(f"{number} reminders of pledges queued")
