"""What the readers of one pass over the calendars share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign.fetch import Fetcher, Reply
from campaign.settings import Settings

# Bytes of one answer.
LARGEST = 2 * 2**20


@dataclass(frozen=True)
class Poll:
    """One pass. ``pause``: seconds before each request to docs.house.gov, which shuts out fast readers."""

    engine: Engine
    settings: Settings
    fetcher: Fetcher
    now: datetime
    stopping: Callable[[], bool]
    pause: float

    def get(self, address: str, modified: str, check: Callable[[Reply], object]) -> Reply:
        """Ask conditionally; raises as ``Fetcher.get``."""
        headers = {"If-Modified-Since": modified} if modified else None
        return self.fetcher.get(address, headers=headers, check=check, limit=LARGEST)
