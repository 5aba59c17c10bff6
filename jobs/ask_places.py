"""Ask readers whose state has new districts to tell theirs, once."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.mailing.message import sender_of
from campaign.mailing.readers import new_districts
from campaign.refusals import Refused
from campaign.settings import Settings
from jobs.outcome import Summary

# Readers asked in one transaction.
BATCH = 500


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Queue the mail for all who are to be asked; what a stop leaves over, the next run takes up."""
    try:
        sender_of(settings)
    except Refused as refusal:
        return Summary(f"nobody is asked: {refusal.en}")
    asked = 0
    while not stopping():
        with db.writing(engine) as session:
            found = new_districts.ask(session, now=now, most=BATCH)
        asked += found
        if found < BATCH:
            break
    with db.reading(engine) as session:
        waiting = new_districts.asking(session, now=now).number_waiting
    return Summary(f"{asked} readers asked for their place, {waiting} wait for a map")
