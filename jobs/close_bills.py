"""Write the end of the bills that their Congress left unfinished into the ledger."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import endings
from campaign.settings import Settings
from jobs.outcome import Summary

# A whole Congress of 16,000 bills is closed in batches, so that no transaction holds up a poll.
BATCH = 500


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Close all of them; what a stop leaves over, the next run takes up."""
    with db.reading(engine) as session:
        waiting = endings.unclosed(session, now=now)
    ended = 0
    for start in range(0, len(waiting), BATCH):
        if stopping():
            break
        with db.writing(engine) as session:
            ended += endings.close(session, waiting[start : start + BATCH], now=now)
    return Summary(f"{ended} bills ended with their Congress")
