"""Refresh members, seats, offices and committees from congress-legislators."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign.congress import roster
from campaign.fetch import Fetcher, open_fetcher
from campaign.refusals import SourceError
from campaign.settings import Settings
from jobs.outcome import Summary


def run(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    fetcher: Fetcher | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Summary:
    """Refresh once; where a source cannot be read, its tables stay as they are."""
    try:
        with nullcontext(fetcher) if fetcher else open_fetcher(settings, stopping=stopping) as client:
            counts = roster.refresh(client, settings, engine, now=now)
    except SourceError as error:
        return Summary(error.reason, whole=False)
    return Summary(", ".join(f"{count} {name}" for name, count in counts.items()))
