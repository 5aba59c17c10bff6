"""The record of scheduled work: who leads, which slot ran, how it ended.

A slot is the moment a job was meant to run at. Its row is unique, so a slot runs once however many workers
try; leading only saves the others the work.
"""

import threading
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Field, Session, SQLModel, col, select

from campaign import db

# Two numbers name the lock among all advisory locks of a PostgreSQL database: ours, and the worker's.
LEADER_LOCK = (741_119, 1)
LEASE_SECONDS = 60


class JobRun(SQLModel, table=True):
    """One run of one job in one slot; the pair is unique, so a slot runs once however many workers try."""

    job: str = Field(primary_key=True)
    slot: datetime = Field(primary_key=True)
    # running, done, partly, failed or skipped
    status: str = "running"
    owner: str = ""
    started: datetime
    finished: datetime | None = None
    summary: str = ""


class Lease(SQLModel, table=True):
    """Who leads, on a database without advisory locks; ends by itself unless renewed."""

    name: str = Field(primary_key=True)
    owner: str
    ends: datetime


def claim(engine: Engine, job: str, slot: datetime, *, owner: str, now: datetime) -> bool:
    """Take a slot for oneself before working; False when anybody has or had it."""
    run = JobRun(job=job, slot=slot, owner=owner, started=now)
    try:
        with db.writing(engine) as session:
            session.add(run)
    except sa.exc.IntegrityError:
        return False
    return True


def finish(engine: Engine, job: str, slot: datetime, *, status: str, summary: str, now: datetime) -> None:
    """Say how a claimed slot ended."""
    with db.writing(engine) as session:
        if run := session.get(JobRun, (job, slot)):
            run.status, run.summary, run.finished = status, summary, now


def skip(engine: Engine, job: str, slot: datetime, *, owner: str, now: datetime) -> None:
    """Note that a slot was missed and is too old to be made up for."""
    if claim(engine, job, slot, owner=owner, now=now):
        finish(engine, job, slot, status="skipped", summary="missed, too late to make up for", now=now)


def abandon(engine: Engine, *, now: datetime) -> list[JobRun]:
    """Close the runs that other workers left open; for the leader alone, who knows that the others ended.

    Their slots may be claimed again: the rows go, the caller logs them.
    """
    with db.writing(engine) as session:
        left = list(session.exec(select(JobRun).where(JobRun.status == "running", JobRun.started < now)))
        for run in left:
            session.delete(run)
    return left


def last_run(session: Session, job: str, *, statuses: tuple[str, ...] = ("done", "partly")) -> JobRun | None:
    """The newest run of a job that ended in one of these ways."""
    query = select(JobRun).where(JobRun.job == job, col(JobRun.status).in_(statuses))
    return session.exec(query.order_by(col(JobRun.slot).desc()).limit(1)).first()


def trim(session: Session, *, before: datetime) -> int:
    """Forget runs that ended long ago; how many."""
    old = sa.delete(JobRun).where(col(JobRun.finished) < before)
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]


class Lead:
    """Leadership among workers on one database: held by at most one ``owner`` at a time.

    On PostgreSQL it is an advisory lock on a connection of its own, gone the moment that connection is. On
    SQLite it is a lease row that ends by itself. ``hold`` takes or renews it and must be called more often
    than every third of a lease.
    """

    def __init__(self, engine: Engine, owner: str, *, seconds: int = LEASE_SECONDS) -> None:
        self.engine = engine
        self.owner = owner
        self.length = timedelta(seconds=seconds)
        self._ends: datetime | None = None
        self._connection: Connection | None = None
        self._changing = threading.Lock()
        self._released = False

    def hold(self, now: datetime) -> bool:
        """Take leadership, or renew it; whether it is ours now. Always False after ``release``."""
        with self._changing:
            mine = not self._released and self._take_or_renew(now)
        if self._released:
            # ``release`` came in the middle and left it to this call to let go.
            self.release()
            return False
        return mine

    def held(self, now: datetime) -> bool:
        """Whether leadership was ours at the last ``hold`` and has not ended since."""
        if self.engine.dialect.name == "postgresql":
            return self._connection is not None
        return self._ends is not None and now < self._ends

    def release(self) -> None:
        """Let go for good, so that another worker need not wait. Does not wait for a ``hold`` in flight in
        another thread: that one lets go when it ends."""
        self._released = True
        if self._changing.acquire(blocking=False):
            try:
                self._let_go()
            finally:
                self._changing.release()

    def _let_go(self) -> None:
        self._unlock()
        if self._ends is not None:
            self._ends = None
            with db.writing(self.engine) as session:
                session.execute(
                    sa.delete(Lease).where(col(Lease.name) == "worker", col(Lease.owner) == self.owner)
                )

    def _take_or_renew(self, now: datetime) -> bool:
        if self.engine.dialect.name == "postgresql":
            return self._hold_lock()
        return self._hold_lease(now)

    def _hold_lease(self, now: datetime) -> bool:
        with db.writing(self.engine) as session:
            lease = session.get(Lease, "worker")
            if lease is None:
                lease = Lease(name="worker", owner=self.owner, ends=now)
                session.add(lease)
            mine = lease.owner == self.owner or lease.ends <= now
            if mine:
                lease.owner, lease.ends = self.owner, now + self.length
        self._ends = now + self.length if mine else None
        return mine

    def _hold_lock(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(sa.text("SELECT 1"))
                return True
            return self._try_lock()
        except sa.exc.OperationalError:
            # The server ended the connection, and the lock with it.
            self._drop_connection()
            return False

    def _try_lock(self) -> bool:
        query = sa.text("SELECT pg_try_advisory_lock(:ours, :worker)")
        ours, worker = LEADER_LOCK
        with ExitStack() as until_refused:
            connection = until_refused.enter_context(self.engine.connect())
            connection.execution_options(isolation_level="AUTOCOMMIT")
            if not connection.execute(query, {"ours": ours, "worker": worker}).scalar_one():
                return False
            until_refused.pop_all()
        self._connection = connection
        return True

    def _unlock(self) -> None:
        """Unlock and close; closing alone frees the lock only when the server has noticed."""
        if self._connection is not None:
            ours, worker = LEADER_LOCK
            unlock = sa.text("SELECT pg_advisory_unlock(:ours, :worker)")
            with suppress(sa.exc.OperationalError):
                self._connection.execute(unlock, {"ours": ours, "worker": worker})
            self._drop_connection()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Closing would hand the session, lock and all, back to the pool.
            connection.invalidate()
            connection.close()
