"""Cached results computed from the record, valid while the record does not change.

Counts and lists rest on thousands of rows; whether one of them changed takes a few small queries. So a page
asks for the version of the record first and computes again only when it changed.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from campaign import db
from campaign.congress.models import Bill, Change, SourceState, Tracking
from campaign.organizing.models import BillGoal
from campaign.proposals.models import Kinship, Proposal

MOST = 64
# Locks that keys share.
GATES = 32
T = TypeVar("T")


class ResultCache:
    """An LRU cache of results by key, each with the version of the record that it was computed from.

    Safe to share between threads: of those that miss at once one computes, and the others wait for it.
    """

    def __init__(self, engine: Engine, most: int = MOST) -> None:
        self._engine, self._most = engine, most
        self._lock = threading.Lock()
        self._computing = [threading.Lock() for _ in range(GATES)]
        self._results: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()

    def get(self, key: Hashable, version: Hashable, compute: Callable[[Session], T]) -> T:
        """The cached result of this version, else a new one. Callers must not change what they get.

        ``compute`` reads in a session of its own, because its rows outlive the request, and does not ask this
        cache for anything.
        """
        if (found := self._find(key, version)) is not None:
            return cast(T, found[1])
        with self._computing[hash(key) % GATES]:
            if (found := self._find(key, version)) is None:
                with db.reading(self._engine) as session:
                    found = version, compute(session)
                self._put(key, found)
        return cast(T, found[1])

    def _find(self, key: Hashable, version: Hashable) -> tuple[Hashable, Any] | None:
        with self._lock:
            cached = self._results.get(key)
            if cached is None or cached[0] != version:
                return None
            self._results.move_to_end(key)
            return cached

    def _put(self, key: Hashable, result: tuple[Hashable, Any]) -> None:
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > self._most:
                self._results.popitem(last=False)


def record_version(session: Session, *bills: str, now: datetime) -> Hashable:
    """A version that differs whenever something changed that counts and lists rest on, and every hour.

    That is: readings and changes of the campaigns' bills and of ``bills``, the lists of members and
    committees, which bill belongs to which proposal, and goals.
    """
    kin = _all(session, Kinship.proposal, Kinship.bill, Kinship.state)
    ids = sorted({bill for _, bill, _ in kin} | set(bills))
    newest = sa.select(sa.func.max(col(Change.seq))).where(col(Change.bill).in_(ids))
    observed = sa.select(col(Bill.id), col(Bill.observed_at)).where(col(Bill.id).in_(ids))
    return (
        now.replace(minute=0, second=0, microsecond=0),
        kin,
        session.scalar(newest),
        tuple(session.execute(observed.order_by(col(Bill.id))).all()),
        tuple(
            session.execute(
                sa.select(*_READINGS).where(col(Tracking.bill).in_(ids)).order_by(_READINGS[0])
            ).all()
        ),
        _all(session, SourceState.name, SourceState.as_of, SourceState.checked_at),
        _all(session, Proposal.slug, Proposal.campaign, Proposal.position, Proposal.name_en, Proposal.name_es),
        _all(session, BillGoal.bill, BillGoal.target, BillGoal.by),
    )


_READINGS: tuple[Any, ...] = (
    Tracking.bill, Tracking.until, Tracking.attempted_at, Tracking.api_read_at, Tracking.govinfo_read_at,
    Tracking.problem,
)  # fmt: skip


def _all(session: Session, *columns: Any) -> tuple[Any, ...]:
    return tuple(session.execute(sa.select(*columns).order_by(*columns)).all())
