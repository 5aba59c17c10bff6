"""Remind each organizer on weekday mornings of what is theirs."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.mailing import reminders
from campaign.settings import Settings
from jobs.outcome import Summary


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Queue today's reminders; again on the same day it queues none."""
    with db.writing(engine) as session:
        number = reminders.queue(session, day=now.astimezone(settings.zone).date(), now=now)
    return Summary(f"{number} reminders queued")
