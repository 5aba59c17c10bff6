"""Read the calendars of Congress: the House's floor list, committee meetings of both chambers, days in session.

One request at a time for each host, conditional where the host can. A source that fails leaves what it said
before, and the moment it was read last.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from campaign import db
from campaign.calendar import sources
from campaign.calendar.models import CalendarSource
from campaign.calendar.reading import (
    api_meetings,
    days_in_session,
    floor_lists,
    house_meetings,
    senate_meetings,
)
from campaign.calendar.reading.poll import Poll
from campaign.congress.bills import WASHINGTON
from campaign.fetch import Fetcher, open_fetcher
from campaign.refusals import SourceError
from campaign.settings import Settings

log = structlog.get_logger(__name__)

# Between these hours of Washington sources are read every quarter of an hour, else once an hour.
FIRST_HOUR, LAST_HOUR = 7, 22
PAUSE = 0.5

Reader = Callable[[Poll, CalendarSource | None], int]


@dataclass
class Report:
    """The result of a round: the changes by source, and why a source was not read."""

    changes: dict[str, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    requests: int = 0

    @property
    def whole(self) -> bool:
        return not self.faults

    @property
    def summary(self) -> str:
        read = ", ".join(f"{name}: {count} changes" for name, count in self.changes.items())
        failed = "; ".join(f"{name}: {fault}" for name, fault in self.faults.items())
        return "; ".join(part for part in (read or "nothing was due", failed) if part)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def run(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    fetcher: Fetcher | None = None,
    stopping: Callable[[], bool] = lambda: False,
    pause: float = PAUSE,
    all_sources: bool = False,
) -> Report:
    """Read the sources that are due, or ``all_sources``; at night once an hour."""
    hour = now.astimezone(WASHINGTON)
    report = Report()
    if not all_sources and not FIRST_HOUR <= hour.hour < LAST_HOUR and hour.minute >= 15:
        return report
    # Two attempts are enough: the next round is a quarter of an hour away.
    client = fetcher or open_fetcher(settings, attempts=2, read_timeout=10.0, patience=25.0, stopping=stopping)
    with client:
        _read_due(Poll(engine, settings, client, now, stopping, pause), report, all_sources)
        report.requests = client.requests
    return report


def _read_due(poll: Poll, report: Report, all_sources: bool) -> None:
    with db.reading(poll.engine) as session:
        known = sources.every(session)
    for name, reader in _readers(poll.settings).items():
        due = all_sources or sources.is_due(known.get(name), name, now=poll.now)
        if due and not poll.stopping():
            _read(poll, name, reader, known.get(name), report)


def _readers(settings: Settings) -> dict[str, Reader]:
    """The reader of each source that is switched on. The chambers' own come before the API."""
    found: dict[str, Reader] = {}
    if settings.house_docs_url:
        found["house_floor"] = floor_lists.read
    if settings.senate_url:
        found["senate_meetings"] = senate_meetings.read
    if settings.polls_api:
        found["api_meetings"] = api_meetings.read
    if settings.house_docs_url:
        found["house_meetings"] = house_meetings.read
    if settings.voting_days_url:
        found["house_days"] = days_in_session.read_house
    if settings.senate_url:
        found["senate_days"] = days_in_session.read_senate
    return found


def _read(poll: Poll, name: str, reader: Reader, known: CalendarSource | None, report: Report) -> None:
    try:
        report.changes[name] = reader(poll, known)
        return
    except SourceError as error:
        fault = error.reason
    except Exception as error:  # a bug in reading one source must not stop the others
        log.exception("calendar not read", source=name)
        fault = f"unexpected {type(error).__name__}"
    report.faults[name] = fault
    with db.writing(poll.engine) as session:
        sources.note_fault(session, name, fault, now=poll.now)
