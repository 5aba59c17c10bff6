"""Rate limits as leaky buckets in the database, so that all processes share them.

A full bucket drains, so a stranger can slow somebody down but cannot lock them out for good.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from campaign.accounts.models import Throttle


@dataclass(frozen=True)
class Limit:
    """A bucket takes ``capacity`` attempts at once; a full one drains evenly, in ``drains_in``."""

    capacity: int
    drains_in: timedelta


# Healthchecks' figures, which have held for years: 20 an address and 10 an account in an hour.
ACCOUNT = Limit(10, timedelta(hours=1))
ADDRESS = Limit(20, timedelta(hours=1))
OVERALL = Limit(600, timedelta(hours=1))
LINKS = Limit(4, timedelta(hours=1))
CODES = Limit(10, timedelta(hours=1))
# What a program that is up to date every minute asks for, three times over.
PROGRAM = Limit(200, timedelta(hours=1))


def allow(session: Session, key: str, limit: Limit, *, now: datetime) -> bool:
    """Count one attempt; False, and not counted, where the bucket is full.

    Locks the bucket until the caller's transaction ends. A clock that was set back drains nothing; after one
    that was ahead for twice as long as a bucket takes to drain, time goes on from now.
    """
    _create(session, key, now)
    bucket = session.exec(select(Throttle).where(Throttle.key == key).with_for_update()).one()
    passed = max(0.0, (now - bucket.moved_at).total_seconds())
    level = max(0.0, bucket.level - passed * limit.capacity / limit.drains_in.total_seconds())
    full = level + 1 > limit.capacity
    ahead = bucket.moved_at if bucket.moved_at - now <= 2 * limit.drains_in else now
    bucket.level, bucket.moved_at = (level if full else level + 1), max(now, ahead)
    return not full


def forget(session: Session, key: str) -> None:
    """Empty a bucket, after somebody has proven who they are."""
    session.execute(sa.delete(Throttle).where(col(Throttle.key) == key))


def trim(session: Session, *, before: datetime) -> int:
    """Delete buckets that were last counted before a moment; how many."""
    old = sa.delete(Throttle).where(col(Throttle.moved_at) < before)
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]


def _create(session: Session, key: str, now: datetime) -> None:
    # Two processes may do this at once: both then count in the one row.
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Throttle).values(key=key, level=0.0, moved_at=now)
    session.execute(row.on_conflict_do_nothing(index_elements=["key"]))
