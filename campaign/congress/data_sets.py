"""Data sets of members, offices and committees: how rows of a file replace known ones, and how old they are."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from campaign.congress.members import data_state
from campaign.congress.models import Member, SourceState

logger = logging.getLogger(__name__)

# The least share of the known rows in a file that replaces them; less is January's gap or a truncated file.
PLAUSIBLE_SHARE = {"members": 0.9, "offices": 0.5, "committees": 0.5, "memberships": 0.9}

Row = dict[str, Any]


def listed(session: Session) -> set[str]:
    """Ids of those whom the newest list of current legislators names."""
    return set(session.exec(select(Member.bioguide).where(Member.standing == "sitting")))


def count(session: Session, table: type[SQLModel], *which: sa.ColumnElement[bool]) -> int:
    """The number of rows of a table that match."""
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(*which)) or 0


def put(session: Session, table: type[SQLModel], rows: Sequence[Row], *, fresh: bool = False) -> int:
    """Insert rows, or update those whose key exists; returns how many. ``fresh``: none exists yet."""
    keys = sa.inspect(table).primary_key
    known = set() if fresh else {tuple(row) for row in session.execute(sa.select(*keys))}
    missing: list[Row] = []
    existing: list[Row] = []
    for row in rows:
        (existing if tuple(row[key.name] for key in keys) in known else missing).append(row)
    if missing:
        session.execute(sa.insert(table), missing)
    if existing:
        session.execute(sa.update(table), existing)
    return len(rows)


def is_plausible(session: Session, name: str, found: int, known: int, now: datetime) -> bool:
    """Whether a file is complete enough to replace the known rows; if not, the reason is noted beside them."""
    if found and found >= known * PLAUSIBLE_SHARE[name]:
        return True
    note_problem(session, name, f"not yet published: {found} rows where {known} are known", now)
    return False


def note_kept(session: Session, name: str, kept: int, label: str, as_of: date, now: datetime) -> None:
    """Note a file's day with its data set; where something older is kept, the day of that, and what it is."""
    before = data_state(session, name)
    if not kept or before is None:
        set_state(session, name, as_of, now)
    else:
        note_problem(session, name, f"{kept} {label}; what was known on {before.as_of} is kept", now)


def set_state(session: Session, name: str, as_of: date, now: datetime, source: str = "legislators") -> None:
    session.merge(SourceState(name=name, as_of=as_of, checked_at=now, source=source, problem=""))


def note_problem(session: Session, name: str, problem: str, now: datetime) -> None:
    """Note with a data set why it is not newer; a data set that was never read has no place for the note."""
    logger.warning("%s: %s", name, problem)
    if state := session.get(SourceState, name):
        state.checked_at, state.problem = now, problem
