"""Leaking buckets in the database: the same limits whatever the number of processes.

Nobody is locked out for good: a full bucket leaks, so a stranger can slow somebody down but not shut them out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from campaign.accounts.models import Throttle


@dataclass(frozen=True)
class Limit:
    """``most`` attempts at once, which leak away evenly over ``over``."""

    most: int
    over: timedelta


# Healthchecks' figures, which have held for years: 20 an address and 10 an account in an hour.
ACCOUNT = Limit(10, timedelta(hours=1))
ADDRESS = Limit(20, timedelta(hours=1))
OVERALL = Limit(600, timedelta(hours=1))
LINKS = Limit(4, timedelta(hours=1))
CODES = Limit(10, timedelta(hours=1))


def allow(session: Session, key: str, limit: Limit, *, now: datetime) -> bool:
    """Count one attempt; False, and uncounted, where the bucket is full."""
    _ensure(session, key, now)
    row = session.exec(select(Throttle).where(Throttle.key == key).with_for_update()).one()
    passed = max(0.0, (now - row.moved_at).total_seconds())
    level = max(0.0, row.level - passed * limit.most / limit.over.total_seconds())
    full = level + 1 > limit.most
    row.level, row.moved_at = (level if full else level + 1), max(now, row.moved_at)
    session.add(row)
    session.flush()
    return not full


def forget(session: Session, key: str) -> None:
    """Empty a bucket: whoever got in was no stranger."""
    session.execute(sa.delete(Throttle).where(col(Throttle.key) == key))


def trim(session: Session, *, before: datetime) -> int:
    """Drop buckets that have long been empty; how many."""
    old = sa.delete(Throttle).where(col(Throttle.moved_at) < before)
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]


def _ensure(session: Session, key: str, now: datetime) -> None:
    # Two processes may meet here: the second one's row is the first one's.
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Throttle).values(key=key, level=0.0, moved_at=now)
    session.execute(row.on_conflict_do_nothing(index_elements=["key"]))
