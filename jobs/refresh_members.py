"""Read members, seats, offices and committees again from congress-legislators."""

from collections.abc import Callable
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
    """One refresh; a source that cannot be read leaves everything as it was."""
    try:
        if fetcher is not None:
            counts = roster.refresh(fetcher, settings, engine, now=now)
        else:
            with open_fetcher(settings) as door:
                counts = roster.refresh(door, settings, engine, now=now)
    except Unread as error:
        return Told(error.reason, whole=False)
    return Told(", ".join(f"{count} {name}" for name, count in counts.items()))
