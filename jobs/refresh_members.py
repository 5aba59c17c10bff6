"""Refresh members, seats, offices and committees from congress-legislators."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign.congress import roster
from campaign.fetch import Fetcher, open_fetcher
from campaign.refusals import Unread
from campaign.settings import Settings
from jobs.outcome import Told


def run(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    fetcher: Fetcher | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Told:
    """Refresh once; where a source cannot be read, its tables stay as they are."""
    try:
        with nullcontext(fetcher) if fetcher else open_fetcher(settings) as client:
            counts = roster.refresh(client, settings, engine, now=now)
    except Unread as error:
        return Told(error.reason, whole=False)
    return Told(", ".join(f"{count} {name}" for name, count in counts.items()))
