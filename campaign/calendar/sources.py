"""How the reading of each source goes: when it was read last, and what was wrong since."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from campaign.calendar.models import CalendarSource

# How often each is read; the worker wakes every quarter of an hour.
EVERY = {
    "house_floor": timedelta(minutes=15),
    "house_meetings": timedelta(hours=1),
    "senate_meetings": timedelta(minutes=15),
    "api_meetings": timedelta(minutes=15),
    "house_days": timedelta(hours=3),
    "senate_days": timedelta(days=1),
}
# After a failure all but the hourly pages are read again at the next round.
EARLY = timedelta(minutes=2)
# Operators are told after this many failures in a row, or this long a time.
MOST_FAULTS = 3
LONGEST_FAULT = timedelta(hours=24)


def every(session: Session) -> dict[str, CalendarSource]:
    """What is known of each source, by name; one that was never asked is missing."""
    return {source.name: source for source in session.exec(select(CalendarSource))}


def is_due(source: CalendarSource | None, name: str, *, now: datetime) -> bool:
    """Whether a source is to be read in this round."""
    if source is None:
        return True
    wait = timedelta(0) if source.fault and name != "house_meetings" else EVERY[name]
    return now - source.attempted_at >= wait - EARLY


def read_at(session: Session, name: str) -> datetime | None:
    """When a source was last read well; None while it never was."""
    source = session.get(CalendarSource, name)
    return source.good_at if source else None


def note_good(
    session: Session, name: str, *, now: datetime, modified: str = "", mark: datetime | None = None
) -> CalendarSource:
    source = _source(session, name, now)
    source.attempted_at = source.good_at = now
    source.fault, source.fault_since, source.faults = "", None, 0
    source.modified = modified or source.modified
    source.mark = mark or source.mark
    return source


def note_fault(session: Session, name: str, fault: str, *, now: datetime) -> None:
    source = _source(session, name, now)
    source.attempted_at = now
    source.fault, source.fault_since = fault, source.fault_since or now
    source.faults += 1


def needs_a_person(source: CalendarSource, *, now: datetime) -> bool:
    """Whether a fault has lasted so long that an operator should look."""
    since = source.fault_since
    return since is not None and (source.faults >= MOST_FAULTS or now - since >= LONGEST_FAULT)


def _source(session: Session, name: str, now: datetime) -> CalendarSource:
    source = session.get(CalendarSource, name)
    if source is None:
        source = CalendarSource(name=name, attempted_at=now)
        session.add(source)
    return source
