"""Washington's wall time in the sources, and the moments it stands for. No I/O.

Every source but api.congress.gov writes Eastern time without a zone.
"""

import re
from datetime import UTC, date, datetime, time

from campaign.congress.bills import WASHINGTON
from campaign.refusals import SourceError

_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?\s*([AP])\.?M\.?", re.IGNORECASE)


def moment(wall: datetime) -> datetime:
    """The moment, in UTC, of an Eastern wall time."""
    return wall.replace(tzinfo=WASHINGTON).astimezone(UTC)


def at(day: str, clock: str) -> datetime:
    """The moment of an ISO day and a clock of 24 hours, ``2026-03-05`` and ``10:00:00``. Raises SourceError."""
    try:
        return moment(datetime.combine(date.fromisoformat(day.strip()), time.fromisoformat(clock.strip())))
    except ValueError:
        raise SourceError("a meeting without a day and an hour") from None


def version(text: str) -> datetime | None:
    """The moment of a stamp such as ``2026-09-15T11:20:08.180``; None for anything else."""
    try:
        return moment(datetime.fromisoformat(text.strip()).replace(tzinfo=None))
    except ValueError:
        return None


def clock_of(text: str) -> time | None:
    """``10:00 AM`` anywhere in a text."""
    if not (found := _CLOCK.search(text)):
        return None
    hour = int(found[1]) % 12 + (12 if found[3].upper() == "P" else 0)
    return time(hour, int(found[2])) if int(found[2]) < 60 else None
