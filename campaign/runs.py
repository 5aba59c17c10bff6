"""The record of scheduled jobs, and leader election among workers.

A schedule slot is the moment a job is due. Its row is unique, so a slot runs once however many workers try;
leader election only saves the other workers from trying.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Field, Session, SQLModel, col, select

from campaign import db

# A leader that is gone is replaced within this time and a third of it.
LEASE_SECONDS = 36
# Clocks of two machines differ by less than this.
CLOCKS_DIFFER = timedelta(minutes=5)
# The name of the one lease.
WORKERS = "worker"


class JobRun(SQLModel, table=True):
    """One run of a job in a schedule slot; the pair is unique, so a slot runs once however many workers try."""

    job: str = Field(primary_key=True)
    slot: datetime = Field(primary_key=True)
    # running, done, partly, failed or skipped
    status: str = "running"
    owner: str = ""
    started: datetime
    finished: datetime | None = Field(default=None, index=True)
    summary: str = ""


class Lease(SQLModel, table=True):
    """The leader; ends by itself unless renewed."""

    name: str = Field(primary_key=True)
    owner: str
    ends: datetime


leases: sa.Table = Lease.__table__  # type: ignore[attr-defined]


def claim(engine: Engine, job: str, slot: datetime, *, owner: str, now: datetime) -> bool:
    """Claim a slot before running the job; False when the slot was claimed before."""
    run = JobRun(job=job, slot=slot, owner=owner, started=now)
    try:
        with db.writing(engine) as session:
            session.add(run)
    except sa.exc.IntegrityError:
        return False
    return True


def finish(engine: Engine, job: str, slot: datetime, *, status: str, summary: str, now: datetime) -> None:
    """Record how the run of a claimed slot ended."""
    with db.writing(engine) as session:
        if run := session.get(JobRun, (job, slot)):
            run.status, run.summary, run.finished = status, summary, now


def skip(engine: Engine, job: str, slot: datetime, *, owner: str, now: datetime) -> None:
    """Record a slot as missed and too old to run, unless it was claimed before."""
    if claim(engine, job, slot, owner=owner, now=now):
        finish(engine, job, slot, status="skipped", summary="missed, too old to run", now=now)


def discard_unfinished(engine: Engine, *, now: datetime) -> list[JobRun]:
    """Delete the rows of runs that never finished, so that their slots can be claimed again; returns them.

    Only for a worker that has just become leader: the workers before it have ended. A slot that is still to
    come was claimed by a clock that was ahead, and goes, too.
    """
    unfinished = sa.and_(col(JobRun.status) == "running", col(JobRun.started) < now)
    wanted = sa.or_(unfinished, col(JobRun.slot) > now + CLOCKS_DIFFER)
    with db.writing(engine) as session:
        left = list(session.exec(select(JobRun).where(wanted)))
        for run in left:
            session.delete(run)
    return left


def last_run(session: Session, job: str) -> JobRun | None:
    """The newest run of a job that ended as ``done`` or ``partly``."""
    query = select(JobRun).where(JobRun.job == job, col(JobRun.status).in_(["done", "partly"]))
    return session.exec(query.order_by(col(JobRun.slot).desc()).limit(1)).first()


def trim(session: Session, *, before: datetime) -> int:
    """Delete runs that finished before a moment; returns how many."""
    old = sa.delete(JobRun).where(col(JobRun.finished) < before)
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]


class LeaderLock:
    """A lease that at most one ``owner`` on one database holds: the leader among the workers.

    It is a row that ends by itself, on the database's clock, so ``acquire`` must be called at least every
    third of a lease. No connection stands for it: whether a leader was killed, cut off or is only slow, its
    lease runs out, and it knows so by its own clocks. Several threads may use it.
    """

    def __init__(self, engine: Engine, owner: str, *, seconds: int = LEASE_SECONDS) -> None:
        self.engine = engine
        self.owner = owner
        self.length = timedelta(seconds=seconds)
        self._ends: datetime | None = None
        # The end by the clock that nobody sets.
        self._monotonic_end = 0.0
        self._changing = threading.Lock()
        self._released = False

    def acquire(self, now: datetime) -> bool:
        """Take or renew the lease; whether it is held now. Always False after ``release``.

        A database that cannot be reached ends no lease before its time.
        """
        with self._changing:
            held = not self._released and self._take_or_renew(now)
        if self._released:
            # ``release`` was called in the middle and left the lease to this call.
            self.release()
            return False
        return held

    def is_held(self, now: datetime) -> bool:
        """Whether the last ``acquire`` succeeded and the lease has not ended since."""
        return self._ends is not None and now < self._ends and time.monotonic() < self._monotonic_end

    def release(self) -> None:
        """Give up the lease for good, so that another worker can take it at once.

        Does not wait for an ``acquire`` in another thread; that call gives the lease up when it ends.
        """
        self._released = True
        if self._changing.acquire(blocking=False):
            try:
                self._delete()
            finally:
                self._changing.release()

    def _take_or_renew(self, now: datetime) -> bool:
        # Both ends are counted from before the question, so they come before the end in the database.
        began = time.monotonic()
        try:
            with self._committing() as connection:
                held = connection.execute(self._statement(now)).first() is not None
        except sa.exc.OperationalError:
            return self.is_held(now)
        self._ends = now + self.length if held else None
        self._monotonic_end = began + self.length.total_seconds()
        return held

    def _statement(self, now: datetime) -> Any:
        """One statement takes the lease where it is free, ours, or has ended. One that ends later than any can
        was left behind by a clock that was ahead when its machine stopped; it is free, too."""
        insert, clock = _upsert_and_clock(self.engine, now)
        ends = clock(self.length)
        free = sa.or_(
            leases.c.owner == self.owner,
            leases.c.ends <= clock(timedelta(0)),
            leases.c.ends > clock(2 * self.length),
        )
        taken = insert(Lease).values(name=WORKERS, owner=self.owner, ends=ends)
        owned = {"owner": self.owner, "ends": ends}
        return taken.on_conflict_do_update(index_elements=["name"], set_=owned, where=free).returning(
            leases.c.owner
        )

    def _delete(self) -> None:
        if self._ends is not None:
            self._ends = None
            mine = sa.delete(Lease).where(leases.c.name == WORKERS, leases.c.owner == self.owner)
            # Where the database is away, the lease runs out by itself.
            with suppress(sa.exc.OperationalError), self._committing() as connection:
                connection.execute(mine)

    @contextmanager
    def _committing(self) -> Iterator[Connection]:
        """A connection that commits each statement by itself: a leader that is cut off between a statement and
        its commit would leave the row locked for its heirs."""
        if self.engine.dialect.name == "postgresql":
            with self.engine.connect() as connection:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")
        else:
            with db.writing_connection(self.engine) as connection:
                yield connection


def _upsert_and_clock(engine: Engine, now: datetime) -> tuple[Any, Callable[[timedelta], Any]]:
    """The engine's own INSERT, and its clock some time from now: PostgreSQL's server, which several machines
    share; on SQLite the one machine's."""
    if engine.dialect.name == "postgresql":
        return postgresql.insert, lambda ahead: sa.func.clock_timestamp(type_=leases.c.ends.type) + ahead
    return sqlite.insert, lambda ahead: sa.literal(now + ahead, leases.c.ends.type)
