"""The record of scheduled jobs, and leader election among workers.

A schedule slot is the moment a job is due. Its row is unique, so a slot runs once however many workers try;
leader election only saves the other workers from trying.
"""

import threading
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Field, Session, SQLModel, col, select

from campaign import db

# The two integers of a PostgreSQL advisory lock: the first stands for this service, the second for its workers.
ADVISORY_LOCK = {"service": 741_119, "lock": 1}
LEASE_SECONDS = 60


class JobRun(SQLModel, table=True):
    """One run of a job in a schedule slot; the pair is unique, so a slot runs once however many workers try."""

    job: str = Field(primary_key=True)
    slot: datetime = Field(primary_key=True)
    # running, done, partly, failed or skipped
    status: str = "running"
    owner: str = ""
    started: datetime
    finished: datetime | None = None
    summary: str = ""


class Lease(SQLModel, table=True):
    """The leader, on a database without advisory locks; ends by itself unless renewed."""

    name: str = Field(primary_key=True)
    owner: str
    ends: datetime


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

    Only for a worker that has just become leader: the workers before it have ended.
    """
    with db.writing(engine) as session:
        left = list(session.exec(select(JobRun).where(JobRun.status == "running", JobRun.started < now)))
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
    """A lock that at most one ``owner`` on one database holds: the leader among the workers.

    On PostgreSQL it is an advisory lock on a connection of its own and ends with that connection. On SQLite it
    is a lease row that ends by itself, so ``acquire`` must be called at least every third of a lease. Several
    threads may use it.
    """

    def __init__(self, engine: Engine, owner: str, *, seconds: int = LEASE_SECONDS) -> None:
        self.engine = engine
        self.owner = owner
        self.length = timedelta(seconds=seconds)
        self._ends: datetime | None = None
        self._connection: Connection | None = None
        self._changing = threading.Lock()
        self._released = False

    def acquire(self, now: datetime) -> bool:
        """Take or renew the lock without waiting; whether it is held now. Always False after ``release``."""
        with self._changing:
            held = not self._released and self._take_or_renew(now)
        if self._released:
            # ``release`` was called in the middle and left the lock to this call.
            self.release()
            return False
        return held

    def is_held(self, now: datetime) -> bool:
        """Whether the last ``acquire`` succeeded and the lock has not ended since."""
        if self.engine.dialect.name == "postgresql":
            return self._connection is not None
        return self._ends is not None and now < self._ends

    def release(self) -> None:
        """Give up the lock for good, so that another worker can take it at once.

        Does not wait for an ``acquire`` in another thread; that call gives the lock up when it ends.
        """
        self._released = True
        if self._changing.acquire(blocking=False):
            try:
                self._unlock()
                self._delete_lease()
            finally:
                self._changing.release()

    def _take_or_renew(self, now: datetime) -> bool:
        if self.engine.dialect.name == "postgresql":
            return self._lock_or_check()
        return self._take_or_renew_lease(now)

    # --- SQLite: a lease row ---

    def _take_or_renew_lease(self, now: datetime) -> bool:
        with db.writing(self.engine) as session:
            lease = session.get(Lease, "worker")
            if lease is None:
                lease = Lease(name="worker", owner=self.owner, ends=now)
                session.add(lease)
            held = lease.owner == self.owner or lease.ends <= now
            if held:
                lease.owner, lease.ends = self.owner, now + self.length
        self._ends = now + self.length if held else None
        return held

    def _delete_lease(self) -> None:
        if self._ends is not None:
            self._ends = None
            with db.writing(self.engine) as session:
                session.execute(
                    sa.delete(Lease).where(col(Lease.name) == "worker", col(Lease.owner) == self.owner)
                )

    # --- PostgreSQL: an advisory lock ---

    def _lock_or_check(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(sa.text("SELECT 1"))
                return True
            return self._lock()
        except sa.exc.OperationalError:
            # The server ended the connection, and the lock with it.
            self._drop_connection()
            return False

    def _lock(self) -> bool:
        query = sa.text("SELECT pg_try_advisory_lock(:service, :lock)")
        with ExitStack() as unless_locked:
            connection = unless_locked.enter_context(self.engine.connect())
            connection.execution_options(isolation_level="AUTOCOMMIT")
            if not connection.execute(query, ADVISORY_LOCK).scalar_one():
                return False
            unless_locked.pop_all()
        self._connection = connection
        return True

    def _unlock(self) -> None:
        """Unlock and close the connection; closing alone unlocks only when the server has noticed."""
        if self._connection is not None:
            with suppress(sa.exc.OperationalError):
                self._connection.execute(sa.text("SELECT pg_advisory_unlock(:service, :lock)"), ADVISORY_LOCK)
            self._drop_connection()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Without ``invalidate`` the pool would keep the session, and the lock with it.
            connection.invalidate()
            connection.close()
