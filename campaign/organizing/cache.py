"""What was reckoned from the record, kept while the record stands still.

Counts and lists rest on thousands of rows; whether one of them moved is a handful of small questions. So a page
asks for the stamp first, and reckons anew only when it moved.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from campaign import db
from campaign.congress.models import Bill, Change, SourceState, Tracking
from campaign.organizing.models import BillGoal
from campaign.proposals.models import Kinship, Proposal

MOST = 64
T = TypeVar("T")


class Reckoned:
    """Results by name, each with the stamp it was reckoned at; the least lately used go first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()

    def get(self, name: Hashable, stamp: Hashable, make: Callable[[Session], T]) -> T:
        """What ``make`` gave when the stamp was last this one. Nobody may change what is kept here.

        It reads in a session of its own: its rows outlive the request that asked first.
        """
        with self._lock:
            held = self._held.get(name)
            if held is not None and held[0] == stamp:
                self._held.move_to_end(name)
                found: T = held[1]
                return found
        with db.reading(self._engine) as session:
            made = make(session)
        with self._lock:
            self._held[name] = stamp, made
            self._held.move_to_end(name)
            while len(self._held) > MOST:
                self._held.popitem(last=False)
        return made

    def forget(self) -> None:
        """Reckon everything anew when it is asked for next."""
        with self._lock:
            self._held.clear()


def stamp(session: Session, *bills: str, now: datetime) -> Hashable:
    """Moves whenever something moves that counts and lists rest on, and with the hour.

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
        tuple(session.execute(sa.select(*_READ).where(col(Tracking.bill).in_(ids)).order_by(_READ[0])).all()),
        _all(session, SourceState.name, SourceState.as_of, SourceState.checked_at),
        _all(session, Proposal.slug, Proposal.campaign, Proposal.position, Proposal.name_en, Proposal.name_es),
        _all(session, BillGoal.bill, BillGoal.target, BillGoal.by),
    )


_READ: tuple[Any, ...] = (
    Tracking.bill, Tracking.until, Tracking.attempted_at, Tracking.api_read_at, Tracking.govinfo_read_at,
    Tracking.problem,
)  # fmt: skip


def _all(session: Session, *columns: Any) -> tuple[Any, ...]:
    return tuple(session.execute(sa.select(*columns).order_by(*columns)).all())
