"""Leader election, schedule slots, missed slots and stopping: on both engines."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import forked
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db, runs
from campaign.runs import JobRun, LeaderLock, Lease
from campaign.settings import Settings
from jobs.outcome import Summary
from jobs.worker import NICE, Job, Schedule, Worker

NOON = datetime(2026, 6, 20, 12, 7, 30, tzinfo=UTC)
SLOT = datetime(2026, 6, 20, 12, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    """A clock the test moves."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Count:
    """A job that counts its runs and may do something else first."""

    def __init__(self, outcome: Summary | Exception | None = None) -> None:
        self.runs: list[datetime] = []
        self.outcome = outcome or Summary("counted")

    def __call__(self, _engine: Engine, _settings: Settings, *, now: datetime, **_rest: Any) -> Summary:
        self.runs.append(now)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def make_job(work: Any, grace: timedelta = HOUR) -> Job:
    return Job("count", Schedule(minute=7), work, grace=grace, limit=HOUR)


def make_worker(engine: Engine, clock: Clock, *jobs: Job) -> Worker:
    return Worker(engine, Settings(timezone="UTC"), jobs=jobs, clock=clock)


def all_runs(engine: Engine) -> list[JobRun]:
    with Session(engine) as session:
        return list(session.exec(select(JobRun).order_by(JobRun.job, JobRun.slot)))


@pytest.fixture
def locks(engine: Engine) -> Iterator[list[LeaderLock]]:
    """Locks that are released at the end, so that no connection outlives the test."""
    made: list[LeaderLock] = []
    yield made
    for lock in made:
        lock.release()


# --- slots ---


def test_a_slot_is_claimed_once(engine: Engine) -> None:
    assert runs.claim(engine, "poll", SLOT, owner="a", now=NOON)
    assert not runs.claim(engine, "poll", SLOT, owner="b", now=NOON)
    assert runs.claim(engine, "poll", SLOT + HOUR, owner="b", now=NOON + HOUR)
    assert [run.owner for run in all_runs(engine)] == ["a", "b"]


def test_of_many_claims_at_once_one_wins(engine: Engine) -> None:
    barrier = threading.Barrier(8)

    def claim(number: int) -> int:
        barrier.wait()
        won = [
            runs.claim(engine, "poll", SLOT + hours * HOUR, owner=str(number), now=NOON) for hours in range(10)
        ]
        return sum(won)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 10


def test_two_workers_never_run_a_slot_twice(engine: Engine) -> None:
    """Even with two leaders at once, which the lease cannot rule out while a process sleeps."""
    counting, clock = Count(), Clock()
    both = [make_worker(engine, clock, make_job(counting)) for _ in range(2)]
    for worker in both:
        worker.leader_lock.is_held = lambda _now: True  # type: ignore[method-assign]
    ran = [worker.run_slot(worker.jobs[0]) for _ in range(3) for worker in both]
    assert ran.count(True) == 1
    assert len(counting.runs) == 1
    clock.now += HOUR
    assert [worker.run_slot(worker.jobs[0]) for worker in both] == [True, False]


def test_a_run_is_recorded_from_start_to_end(engine: Engine, locks: list[LeaderLock]) -> None:
    clock, seen = Clock(), []

    def work(_engine: Engine, _settings: Settings, **_rest: Any) -> Summary:
        seen.extend(run.status for run in all_runs(engine))
        return Summary("two of three", whole=False)

    worker = make_worker(engine, clock, make_job(work))
    locks.append(worker.leader_lock)
    assert worker.leader_lock.acquire(clock.now)
    assert worker.run_slot(worker.jobs[0])
    (run,) = all_runs(engine)
    assert seen == ["running"]
    assert (run.slot, run.status, run.summary) == (SLOT, "partly", "two of three")
    assert run.started == run.finished == NOON


def test_a_job_that_raises_is_recorded_as_failed(engine: Engine, locks: list[LeaderLock]) -> None:
    clock = Clock()
    worker = make_worker(engine, clock, make_job(Count(ValueError("secret words"))))
    locks.append(worker.leader_lock)
    worker.leader_lock.acquire(clock.now)
    assert worker.run_slot(worker.jobs[0])
    (run,) = all_runs(engine)
    assert run.status == "failed"
    assert run.summary == "ValueError: see the log"


def test_a_worker_that_is_not_the_leader_runs_nothing(engine: Engine) -> None:
    counting = Count()
    worker = make_worker(engine, Clock(), make_job(counting))
    assert not worker.run_slot(worker.jobs[0])
    assert counting.runs == []
    assert all_runs(engine) == []


def test_a_slot_missed_for_too_long_is_skipped_once(engine: Engine, locks: list[LeaderLock]) -> None:
    counting, clock = Count(), Clock(SLOT + timedelta(minutes=30))
    worker = make_worker(engine, clock, make_job(counting, grace=timedelta(minutes=20)))
    locks.append(worker.leader_lock)
    worker.leader_lock.acquire(clock.now)
    assert not worker.run_slot(worker.jobs[0])
    assert not worker.run_slot(worker.jobs[0])
    assert counting.runs == []
    assert [(run.slot, run.status) for run in all_runs(engine)] == [(SLOT, "skipped")]


def test_a_job_must_stop_after_its_time_limit(engine: Engine, locks: list[LeaderLock]) -> None:
    clock, answers = Clock(), []

    def work(_engine: Engine, _settings: Settings, *, stopping: Any, **_rest: Any) -> Summary:
        answers.append(stopping())
        clock.now += 2 * HOUR
        answers.append(stopping())
        return Summary("late")

    worker = make_worker(engine, clock, make_job(work))
    locks.append(worker.leader_lock)
    worker.leader_lock.acquire(clock.now)
    worker.run_slot(worker.jobs[0])
    assert answers == [False, True]


# --- leader election ---


def test_one_worker_is_the_leader(engine: Engine, locks: list[LeaderLock]) -> None:
    first, second = LeaderLock(engine, "first"), LeaderLock(engine, "second")
    locks += [first, second]
    assert first.acquire(NOON)
    assert not second.acquire(NOON)
    assert first.acquire(NOON + timedelta(seconds=20))
    assert not second.acquire(NOON + timedelta(seconds=20 + runs.LEASE_SECONDS - 1))
    assert (first.is_held(NOON), second.is_held(NOON)) == (True, False)


def test_a_released_lock_is_free_at_once(engine: Engine, locks: list[LeaderLock]) -> None:
    first, second = LeaderLock(engine, "first"), LeaderLock(engine, "second")
    locks += [first, second]
    assert first.acquire(NOON)
    first.release()
    assert not first.is_held(NOON)
    assert second.acquire(NOON)


def test_a_leader_that_dies_is_replaced(engine: Engine, locks: list[LeaderLock]) -> None:
    """Its lease runs out on the database's clock, and it knows so by its own: dead, cut off or slow."""
    dead, heir = LeaderLock(engine, "dead"), LeaderLock(engine, "heir")
    locks.append(heir)
    assert dead.acquire(NOON)
    assert not heir.acquire(NOON)
    move_lease(engine, -timedelta(seconds=runs.LEASE_SECONDS))
    assert heir.acquire(NOON)
    assert not dead.is_held(NOON + timedelta(seconds=runs.LEASE_SECONDS))
    assert not dead.acquire(NOON)
    assert heir.is_held(NOON)


def move_lease(engine: Engine, by: timedelta) -> None:
    """Let time pass for the lease in the database, whatever clock that has."""
    with db.writing(engine) as session:
        lease = session.get_one(Lease, runs.WORKERS)
        lease.ends += by


def test_a_clock_that_was_ahead_at_a_crash_keeps_nobody_from_leading(engine: Engine) -> None:
    """A lease that ends later than any can, and slots that are still to come, are of no clock that counts."""
    crashed, heir = LeaderLock(engine, "crashed"), LeaderLock(engine, "heir")
    assert crashed.acquire(NOON)
    move_lease(engine, timedelta(days=3))
    runs.claim(engine, "poll_bills", SLOT + timedelta(hours=2), owner="crashed", now=NOON + timedelta(hours=2))
    assert heir.acquire(NOON)
    runs.discard_unfinished(engine, now=NOON)
    assert all_runs(engine) == []
    heir.release()


def test_a_leader_keeps_its_lease_while_the_database_is_away_and_no_longer(
    engine: Engine, locks: list[LeaderLock], monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = LeaderLock(engine, "leader")
    locks.append(lock)
    assert lock.acquire(NOON)

    def away(*_rest: Any) -> None:
        raise sa.exc.OperationalError("", None, Exception("gone"))

    sa.event.listen(engine, "before_cursor_execute", away)
    late = NOON + timedelta(seconds=runs.LEASE_SECONDS)
    assert [lock.acquire(NOON), lock.acquire(late), lock.is_held(late)] == [True, False, False]
    sa.event.remove(engine, "before_cursor_execute", away)
    ended = time.monotonic() + runs.LEASE_SECONDS
    monkeypatch.setattr(runs.time, "monotonic", lambda: ended)
    # The machine's clock was set back: the clock that nobody sets still ends it.
    assert not lock.is_held(NOON - HOUR)


def test_a_lock_released_while_it_is_being_taken_is_not_kept(engine: Engine, locks: list[LeaderLock]) -> None:
    """``release`` in the middle of ``acquire``: the lease row must go."""
    first, second = LeaderLock(engine, "first"), LeaderLock(engine, "second")
    locks.append(second)
    statements: list[str] = []

    def release(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)
        if len(statements) == 1:
            first.release()

    sa.event.listen(engine, "before_cursor_execute", release)
    assert not first.acquire(NOON)
    sa.event.remove(engine, "before_cursor_execute", release)
    assert statements
    assert not first.is_held(NOON)
    assert second.acquire(NOON)


def test_a_released_lock_is_not_taken_again(engine: Engine, locks: list[LeaderLock]) -> None:
    first, second = LeaderLock(engine, "first"), LeaderLock(engine, "second")
    locks += [first, second]
    first.release()
    assert not first.acquire(NOON)
    assert second.acquire(NOON)


def test_of_many_workers_at_once_one_becomes_the_leader(engine: Engine, locks: list[LeaderLock]) -> None:
    locks += [LeaderLock(engine, str(number)) for number in range(8)]
    barrier = threading.Barrier(8)

    def acquire(lock: LeaderLock) -> bool:
        barrier.wait()
        return lock.acquire(NOON)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(acquire, locks)).count(True) == 1


# --- with a running scheduler ---


def _until(condition: Any, seconds: float = 20.0) -> None:
    done = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        done.wait(0.02)
    raise AssertionError("it never came to that")


def test_a_new_leader_runs_missed_and_unfinished_slots(engine: Engine) -> None:
    counting = Count()
    clock = Clock(db.utcnow())
    slot = Schedule(minute=7).slot(clock.now, Settings(timezone="UTC").zone)
    runs.claim(engine, "count", slot, owner="dead", now=slot)
    worker = make_worker(engine, clock, make_job(counting))
    worker.start()
    _until(lambda: [run.status for run in all_runs(engine)] == ["done"])
    assert worker.stop()
    (run,) = all_runs(engine)
    assert (run.slot, run.owner, len(counting.runs)) == (slot, worker.owner, 1)


def test_two_running_workers_run_a_missed_slot_once(engine: Engine) -> None:
    counting, clock = Count(), Clock(db.utcnow())
    both = [make_worker(engine, clock, make_job(counting)) for _ in range(2)]
    for worker in both:
        worker.start()
    _until(lambda: [run.status for run in all_runs(engine)] == ["done"])
    for worker in both:
        assert worker.stop()
    assert len(counting.runs) == 1


class SlowHeartbeat:
    """A worker whose heartbeat waits, in flight, until ``go`` is set."""

    def __init__(self, engine: Engine) -> None:
        self.in_flight, self.go = threading.Event(), threading.Event()
        self.worker = make_worker(engine, Clock(db.utcnow()), make_job(Count()))
        self._acquire = self.worker.leader_lock.acquire
        self.worker.leader_lock.acquire = self._slow  # type: ignore[method-assign]

    def _slow(self, now: datetime) -> bool:
        self.in_flight.set()
        assert self.go.wait(20)
        return self._acquire(now)


def test_stopping_waits_for_a_heartbeat_in_flight(engine: Engine, locks: list[LeaderLock]) -> None:
    slow = SlowHeartbeat(engine)
    slow.go = slow.worker._stopping
    slow.worker.start()
    assert slow.in_flight.wait(20)
    assert slow.worker.stop()
    locks.append(LeaderLock(engine, "next"))
    assert locks[0].acquire(db.utcnow())


def test_a_heartbeat_that_ends_after_stop_leaves_no_leader(engine: Engine, locks: list[LeaderLock]) -> None:
    slow = SlowHeartbeat(engine)
    slow.worker.start()
    assert slow.in_flight.wait(20)
    assert not slow.worker.stop(seconds=0)
    slow.go.set()
    locks.append(LeaderLock(engine, "next"))
    _until(lambda: locks[0].acquire(db.utcnow()))


def test_a_stopped_worker_begins_nothing(engine: Engine) -> None:
    worker = make_worker(engine, Clock(db.utcnow()), make_job(Count()))
    worker.start()
    assert worker.stop()
    worker.leader_lock.is_held = lambda _now: True  # type: ignore[method-assign]
    worker.heartbeat()
    assert not worker.run_slot(worker.jobs[0])
    assert not worker.run_requested()


def test_stopping_waits_for_the_unit_of_work(engine: Engine) -> None:
    begun, clock = threading.Event(), Clock(db.utcnow())

    def work(_engine: Engine, _settings: Settings, *, stopping: Any, **_rest: Any) -> Summary:
        begun.set()
        _until(stopping)
        return Summary("left off", whole=False)

    worker = make_worker(engine, clock, make_job(work))
    worker.start()
    assert begun.wait(20)
    assert worker.stop()
    assert [run.summary for run in all_runs(engine)] == ["left off"]


def test_stopping_ends_after_its_time_limit(engine: Engine) -> None:
    begun, freed, clock = threading.Event(), threading.Event(), Clock(db.utcnow())

    def work(_engine: Engine, _settings: Settings, **_rest: Any) -> Summary:
        begun.set()
        freed.wait(20)
        return Summary("at last")

    worker = make_worker(engine, clock, make_job(work))
    worker.start()
    assert begun.wait(20)
    assert not worker.stop(seconds=0.05)
    freed.set()
    _until(lambda: [run.status for run in all_runs(engine)] == ["done"])


# What a library may do before the worker starts: a thread of its own, which the signal reaches.
TOLD_IN_A_THREAD = """
import signal, sys, threading, time
from campaign import db, logs
from campaign.settings import Settings
from jobs import worker

thread = threading.Thread(target=threading.Event().wait, daemon=True)
thread.start()

def tell():
    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        time.sleep(0.05)
    signal.pthread_kill(thread.ident, signal.SIGTERM)

threading.Thread(target=tell, daemon=True).start()
sys.stderr = open(sys.argv[2], "w", buffering=1)
logs.set_up("INFO")
engine = db.open_engine(f"sqlite:///{sys.argv[1]}")
db.upgrade(engine)
worker.work(engine, Settings(secret_key="k" * 40))
"""


def test_a_signal_that_reaches_another_thread_ends_the_worker_in_order(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code, failure = forked.run(TOLD_IN_A_THREAD, str(tmp_path / "record.db"), str(log), env=os.environ)
    assert (code, "worker stopped" in log.read_text()) == (0, True), failure


# As a service it leads a session of its own.
YIELDS = """
import os, sys
from pathlib import Path
from jobs.worker import yield_to_pages

if sys.argv[1] == "service":
    os.setsid()
group = Path("/proc/self/autogroup").read_text
before, was = os.nice(0), group()
yield_to_pages()
Path(sys.argv[2]).write_text(f"{os.nice(0) - before} {os.nice(0)} {group() == was} {group()}")
"""


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="only Linux has sessions' shares")
@pytest.mark.parametrize("run_as", ["service", "command"])
def test_a_worker_takes_what_the_pages_leave(run_as: str, tmp_path: Path) -> None:
    """As a service it steps back with its session; in a terminal others of the session keep their share."""
    told = tmp_path / "told"
    code, failure = forked.run(YIELDS, run_as, str(told), env=os.environ)
    assert code == 0, failure
    by, now, unchanged, *share = told.read_text().split()
    assert int(by) == NICE or int(now) == 19
    if run_as == "command":
        assert unchanged == "True"
    elif share:  # a container has a share of its own in place of its sessions': their files are empty
        assert share[-2:] == ["nice", str(NICE)]
