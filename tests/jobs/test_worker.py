"""Who leads, which slot runs, and what is made up for: on both engines."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db, runs
from campaign.runs import JobRun, Lead
from campaign.settings import Settings
from jobs.outcome import Told
from jobs.worker import Job, Schedule, Worker

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

    def __init__(self, outcome: Told | Exception | None = None) -> None:
        self.runs: list[datetime] = []
        self.outcome = outcome or Told("counted")

    def __call__(self, _engine: Engine, _settings: Settings, *, now: datetime, **_rest: Any) -> Told:
        self.runs.append(now)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def job(work: Any, lateness: timedelta = HOUR) -> Job:
    return Job("count", Schedule(minute=7), work, lateness=lateness, deadline=HOUR)


def worker(engine: Engine, clock: Clock, *jobs: Job) -> Worker:
    return Worker(engine, Settings(timezone="UTC"), jobs=jobs, clock=clock)


def all_runs(engine: Engine) -> list[JobRun]:
    with Session(engine) as session:
        return list(session.exec(select(JobRun).order_by(JobRun.job, JobRun.slot)))


@pytest.fixture
def leads(engine: Engine) -> Iterator[list[Lead]]:
    """Leads that are let go at the end, so that no connection outlives the test."""
    made: list[Lead] = []
    yield made
    for lead in made:
        lead.release()


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
    both = [worker(engine, clock, job(counting)) for _ in range(2)]
    for one in both:
        one.lead.held = lambda _now: True  # type: ignore[method-assign]
    ran = [one.fire(one.jobs[0]) for _ in range(3) for one in both]
    assert ran.count(True) == 1
    assert len(counting.runs) == 1
    clock.now += HOUR
    assert [one.fire(one.jobs[0]) for one in both] == [True, False]


def test_a_run_is_noted_from_start_to_end(engine: Engine, leads: list[Lead]) -> None:
    clock, seen = Clock(), []

    def work(_engine: Engine, _settings: Settings, **_rest: Any) -> Told:
        seen.extend(run.status for run in all_runs(engine))
        return Told("two of three", whole=False)

    one = worker(engine, clock, job(work))
    leads.append(one.lead)
    assert one.lead.hold(clock.now)
    assert one.fire(one.jobs[0])
    (run,) = all_runs(engine)
    assert seen == ["running"]
    assert (run.slot, run.status, run.summary) == (SLOT, "partly", "two of three")
    assert run.started == run.finished == NOON


def test_a_job_that_breaks_breaks_nothing_else(engine: Engine, leads: list[Lead]) -> None:
    clock = Clock()
    one = worker(engine, clock, job(Count(ValueError("secret words"))))
    leads.append(one.lead)
    one.lead.hold(clock.now)
    assert one.fire(one.jobs[0])
    (run,) = all_runs(engine)
    assert run.status == "failed"
    assert run.summary == "ValueError: see the log"


def test_who_does_not_lead_runs_nothing(engine: Engine) -> None:
    counting = Count()
    one = worker(engine, Clock(), job(counting))
    assert not one.fire(one.jobs[0])
    assert counting.runs == []
    assert all_runs(engine) == []


def test_a_slot_missed_for_too_long_is_skipped_once(engine: Engine, leads: list[Lead]) -> None:
    counting, clock = Count(), Clock(SLOT + timedelta(minutes=30))
    one = worker(engine, clock, job(counting, lateness=timedelta(minutes=20)))
    leads.append(one.lead)
    one.lead.hold(clock.now)
    assert not one.fire(one.jobs[0])
    assert not one.fire(one.jobs[0])
    assert counting.runs == []
    assert [(run.slot, run.status) for run in all_runs(engine)] == [(SLOT, "skipped")]


def test_a_job_is_told_when_to_stop(engine: Engine, leads: list[Lead]) -> None:
    clock, told = Clock(), []

    def work(_engine: Engine, _settings: Settings, *, stopping: Any, **_rest: Any) -> Told:
        told.append(stopping())
        clock.now += 2 * HOUR
        told.append(stopping())
        return Told("late")

    one = worker(engine, clock, job(work))
    leads.append(one.lead)
    one.lead.hold(clock.now)
    one.fire(one.jobs[0])
    assert told == [False, True]


# --- leading ---


def test_one_leads_and_the_other_waits(engine: Engine, leads: list[Lead]) -> None:
    first, second = Lead(engine, "first"), Lead(engine, "second")
    leads += [first, second]
    assert first.hold(NOON)
    assert not second.hold(NOON)
    assert first.hold(NOON + timedelta(seconds=20))
    assert not second.hold(NOON + timedelta(seconds=70))
    assert (first.held(NOON), second.held(NOON)) == (True, False)


def test_a_leader_that_lets_go_is_replaced_at_once(engine: Engine, leads: list[Lead]) -> None:
    first, second = Lead(engine, "first"), Lead(engine, "second")
    leads += [first, second]
    assert first.hold(NOON)
    first.release()
    assert not first.held(NOON)
    assert second.hold(NOON)


def test_a_leader_that_dies_is_replaced(engine: Engine, leads: list[Lead]) -> None:
    """On PostgreSQL its connection ends with it, on SQLite its lease runs out."""
    dead, heir = Lead(engine, "dead"), Lead(engine, "heir")
    leads.append(heir)
    assert dead.hold(NOON)
    later = NOON + timedelta(seconds=runs.LEASE_SECONDS)
    if engine.dialect.name == "postgresql":
        _cut_connections(engine)
        assert not dead.hold(later)
    assert heir.hold(later)
    assert not dead.held(later)


def _cut_connections(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE locktype = 'advisory' AND pid <> pg_backend_pid() AND database = "
                "(SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )


def test_a_lock_released_while_it_is_being_taken_is_not_kept(engine: Engine, leads: list[Lead]) -> None:
    """``release`` in the middle of ``hold``: the lease row or the advisory lock must go."""
    first, second = Lead(engine, "first"), Lead(engine, "second")
    leads.append(second)
    statements: list[str] = []

    def release(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)
        if len(statements) == 1:
            first.release()

    sa.event.listen(engine, "before_cursor_execute", release)
    assert not first.hold(NOON)
    sa.event.remove(engine, "before_cursor_execute", release)
    assert statements
    assert not first.held(NOON)
    assert second.hold(NOON)


def test_a_released_lock_is_not_taken_again(engine: Engine, leads: list[Lead]) -> None:
    first, second = Lead(engine, "first"), Lead(engine, "second")
    leads += [first, second]
    first.release()
    assert not first.hold(NOON)
    assert second.hold(NOON)


def test_many_candidates_at_once_make_one_leader(engine: Engine, leads: list[Lead]) -> None:
    leads += [Lead(engine, str(number)) for number in range(8)]
    barrier = threading.Barrier(8)

    def stand(lead: Lead) -> bool:
        barrier.wait()
        return lead.hold(NOON)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(stand, leads)).count(True) == 1


# --- taking over, for real ---


def _until(condition: Any, seconds: float = 20.0) -> None:
    done = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        done.wait(0.02)
    raise AssertionError("it never came to that")


def test_a_new_leader_runs_what_was_missed_and_what_a_dead_one_left(engine: Engine) -> None:
    counting = Count()
    clock = Clock(db.utcnow())
    slot = Schedule(minute=7).slot(clock.now, Settings(timezone="UTC").zone)
    runs.claim(engine, "count", slot, owner="dead", now=slot)
    one = worker(engine, clock, job(counting))
    one.start()
    _until(lambda: [run.status for run in all_runs(engine)] == ["done"])
    assert one.stop()
    (run,) = all_runs(engine)
    assert (run.slot, run.owner, len(counting.runs)) == (slot, one.owner, 1)


def test_two_running_workers_share_one_catch_up(engine: Engine) -> None:
    counting, clock = Count(), Clock(db.utcnow())
    both = [worker(engine, clock, job(counting)) for _ in range(2)]
    for one in both:
        one.start()
    _until(lambda: [run.status for run in all_runs(engine)] == ["done"])
    for one in both:
        assert one.stop()
    assert len(counting.runs) == 1


class SlowBeat:
    """A worker whose first heartbeat waits, in flight, until ``go`` is set."""

    def __init__(self, engine: Engine) -> None:
        self.in_flight, self.go = threading.Event(), threading.Event()
        self.worker = worker(engine, Clock(db.utcnow()), job(Count()))
        self._hold = self.worker.lead.hold
        self.worker.lead.hold = self._slow  # type: ignore[method-assign]

    def _slow(self, now: datetime) -> bool:
        self.in_flight.set()
        assert self.go.wait(20)
        return self._hold(now)


def test_stopping_waits_for_a_heartbeat_in_flight(engine: Engine, leads: list[Lead]) -> None:
    slow = SlowBeat(engine)
    slow.go = slow.worker._stopping
    slow.worker.start()
    assert slow.in_flight.wait(20)
    assert slow.worker.stop()
    leads.append(Lead(engine, "next"))
    assert leads[0].hold(db.utcnow())


def test_a_heartbeat_that_outlasts_stopping_leaves_no_leader(engine: Engine, leads: list[Lead]) -> None:
    slow = SlowBeat(engine)
    slow.worker.start()
    assert slow.in_flight.wait(20)
    assert not slow.worker.stop(seconds=0)
    slow.go.set()
    leads.append(Lead(engine, "next"))
    _until(lambda: leads[0].hold(db.utcnow()))


def test_a_stopped_worker_begins_nothing(engine: Engine) -> None:
    one = worker(engine, Clock(db.utcnow()), job(Count()))
    one.start()
    assert one.stop()
    one.lead.held = lambda _now: True  # type: ignore[method-assign]
    one.beat()
    assert not one.fire(one.jobs[0])
    assert not one.answer()


def test_stopping_waits_for_the_unit_in_hand(engine: Engine) -> None:
    begun, clock = threading.Event(), Clock(db.utcnow())

    def work(_engine: Engine, _settings: Settings, *, stopping: Any, **_rest: Any) -> Told:
        begun.set()
        _until(stopping)
        return Told("left off", whole=False)

    one = worker(engine, clock, job(work))
    one.start()
    assert begun.wait(20)
    assert one.stop()
    assert [run.summary for run in all_runs(engine)] == ["left off"]


def test_stopping_does_not_wait_for_ever(engine: Engine) -> None:
    begun, freed, clock = threading.Event(), threading.Event(), Clock(db.utcnow())

    def work(_engine: Engine, _settings: Settings, **_rest: Any) -> Told:
        begun.set()
        freed.wait(20)
        return Told("at last")

    one = worker(engine, clock, job(work))
    one.start()
    assert begun.wait(20)
    assert not one.stop(seconds=0.05)
    freed.set()
    _until(lambda: [run.status for run in all_runs(engine)] == ["done"])
