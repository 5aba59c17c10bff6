"""Runs the jobs on their schedules; the only module that imports APScheduler.

Schedules stand in the table ``JOBS``, not in the database. Before a job runs, its slot (the moment it is due)
is claimed as a unique row, so restarts, clock changes and a second worker never run a slot twice. One worker
is the leader and runs the jobs; the others wait to take over.
"""

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from apscheduler import events
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.engine import Engine

from campaign import db, logs, runs
from campaign.settings import Settings
from jobs import (
    ask_places,
    build_editions,
    close_bills,
    crosscheck,
    deliver_mail,
    deliver_webhooks,
    housekeeping,
    poll_bills,
    poll_requested,
    read_calendars,
    read_votes,
    refresh_members,
    remind_organizers,
    remind_pledges,
    suggest_successors,
    watch_new_bills,
)
from jobs.outcome import Outcome

log = structlog.get_logger(__name__)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SECONDS_TO_FINISH = 8.0
# How far a worker steps back behind the pages, from 0 to 19. Not farther: on SQLite reports of calls wait while
# a worker that holds the write lock waits for the processor.
NICE = 4


@dataclass(frozen=True)
class Schedule:
    """At ``minute`` past every hour, or at ``hour:minute`` on some ``weekdays``, every day unless given, in the
    operator's time zone. Without an hour also every further ``every`` minutes, a divisor of 60.

    Avoid the hours from one to three in the morning: when daylight saving time begins or ends they do not exist
    or repeat. A time that repeats means its first occurrence, one that does not exist the moment of the change.
    """

    minute: int
    hour: int | None = None
    weekdays: tuple[str, ...] = DAYS
    every: int = 60

    def trigger(self, zone: ZoneInfo) -> CronTrigger:
        return CronTrigger(
            day_of_week=",".join(self.weekdays),
            hour="*" if self.hour is None else self.hour,
            minute=self.minute if self.every == 60 else f"{self.minute}/{self.every}",
            timezone=zone,
        )

    def slot(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The newest due moment at or before ``now``, in UTC."""
        if self.hour is None:
            past = timedelta(minutes=(now.astimezone(zone).minute - self.minute) % self.every)
            # Local-time subtraction would lose which of two equal hours this is.
            return (now.astimezone(UTC) - past).replace(second=0, microsecond=0)
        day = now.astimezone(zone).date()
        while True:
            slot = datetime.combine(day, time(self.hour, self.minute), zone).astimezone(UTC)
            if slot <= now and DAYS[day.weekday()] in self.weekdays:
                return slot
            day -= timedelta(days=1)


@dataclass(frozen=True)
class Job:
    """A job and its schedule. A slot missed by more than ``grace`` is skipped; a run that takes longer than
    ``limit`` is told to stop at its next unit of work."""

    name: str
    schedule: Schedule
    run: Callable[..., Outcome]
    grace: timedelta
    limit: timedelta


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JOBS = (
    Job("poll_bills", Schedule(minute=7), poll_bills.run, grace=HOUR, limit=timedelta(minutes=55)),
    Job("close_bills", Schedule(minute=2), close_bills.run, grace=HOUR, limit=HOUR),
    Job("read_calendars", Schedule(minute=6, every=15), read_calendars.run, grace=HOUR, limit=HOUR),
    Job("read_votes", Schedule(minute=33), read_votes.run, grace=HOUR, limit=timedelta(minutes=55)),
    Job("deliver_webhooks", Schedule(minute=3, every=5), deliver_webhooks.run, grace=HOUR, limit=HOUR),
    Job("refresh_members", Schedule(minute=20, hour=5), refresh_members.run, grace=DAY, limit=HOUR),
    Job("crosscheck", Schedule(minute=40, hour=6), crosscheck.run, grace=DAY, limit=3 * HOUR),
    Job("watch_new_bills", Schedule(minute=15, hour=7), watch_new_bills.run, grace=DAY, limit=2 * HOUR),
    Job("suggest_successors", Schedule(minute=40, hour=7), suggest_successors.run, grace=DAY, limit=HOUR),
    Job("build_editions", Schedule(10, 4, ("mon",)), build_editions.run, grace=DAY, limit=HOUR),
    Job("retire_editions", Schedule(minute=4), build_editions.run_retired, grace=HOUR, limit=HOUR),
    Job("build_alerts", Schedule(minute=25), build_editions.run_alerts, grace=HOUR, limit=HOUR),
    Job("remind_organizers", Schedule(45, 7, DAYS[:5]), remind_organizers.run, grace=6 * HOUR, limit=HOUR),
    Job("remind_pledges", Schedule(minute=0, hour=8), remind_pledges.run, grace=6 * HOUR, limit=HOUR),
    Job("ask_places", Schedule(minute=30, hour=8), ask_places.run, grace=DAY, limit=HOUR),
    Job("read_bounces", Schedule(minute=50), deliver_mail.read_bounces, grace=HOUR, limit=HOUR),
    Job("housekeeping", Schedule(minute=35, hour=4), housekeeping.run, grace=DAY, limit=HOUR),
)

# Polls that organizers request have no schedule; the leader looks for them at this interval.
REQUESTS_EVERY = timedelta(seconds=20)
REQUESTED = Job(
    "poll_requested", Schedule(minute=0), poll_requested.run, grace=HOUR, limit=timedelta(minutes=55)
)


class Worker:
    """Runs the scheduled jobs of one process while it is the leader."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        jobs: tuple[Job, ...] = JOBS,
        clock: Callable[[], datetime] = db.utcnow,
        lease_seconds: int = runs.LEASE_SECONDS,
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.jobs = jobs
        self.clock = clock
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.leader_lock = runs.LeaderLock(engine, self.owner, seconds=lease_seconds)
        self._is_leader = False
        self._stopping = threading.Event()
        self._active = 0
        self._activity = threading.Condition()
        self._scheduler = self._build_scheduler(lease_seconds)

    def _build_scheduler(self, lease_seconds: int) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=self.settings.zone,
            executors={"default": ThreadPoolExecutor(max_workers=len(self.jobs) + 2)},
            # As keywords of the scheduler itself these would be ignored; the default grace is one second.
            job_defaults={"misfire_grace_time": 3600, "coalesce": True, "max_instances": 1},
        )
        for job in self.jobs:
            trigger = job.schedule.trigger(self.settings.zone)
            scheduler.add_job(self.run_slot, trigger, args=[job], id=job.name, name=job.name)
        heartbeat = IntervalTrigger(seconds=lease_seconds / 3, timezone=UTC)
        scheduler.add_job(self.heartbeat, heartbeat, id="heartbeat", next_run_time=self.clock())
        requests = IntervalTrigger(seconds=int(REQUESTS_EVERY.total_seconds()), timezone=UTC)
        scheduler.add_job(self.run_requested, requests, id=REQUESTED.name, name=REQUESTED.name)
        faults = events.EVENT_JOB_MISSED | events.EVENT_JOB_ERROR | events.EVENT_JOB_MAX_INSTANCES
        scheduler.add_listener(_log_fault, faults)
        return scheduler

    def start(self) -> None:
        """Start the scheduler; returns at once."""
        log.info("worker starts", owner=self.owner, jobs=len(self.jobs), zone=self.settings.timezone)
        self._scheduler.start()

    def stop(self, seconds: float = SECONDS_TO_FINISH) -> bool:
        """Start nothing more, wait for running jobs to finish their unit of work; whether they did in time.

        Waits for a heartbeat, too: it must not take the lock again after it is released here.
        """
        with self._activity:
            self._stopping.set()
            finished = self._activity.wait_for(lambda: self._active == 0, timeout=seconds)
        self._scheduler.shutdown(wait=False)
        self.leader_lock.release()
        log.info("worker stopped", finished=finished)
        return finished

    def heartbeat(self) -> None:
        """Take or renew the leader lock; a worker that has just become leader runs the missed slots."""
        with self._running() as may_run:
            if may_run:
                self._renew_lock()

    def _renew_lock(self) -> None:
        held = self.leader_lock.acquire(self.clock())
        if held and not self._is_leader:
            log.info("worker is the leader", owner=self.owner)
            self._take_over()
        elif self._is_leader and not held:
            log.warning("worker is no longer the leader", owner=self.owner)
        self._is_leader = held

    def _take_over(self) -> None:
        for run in runs.discard_unfinished(self.engine, now=self.clock()):
            log.warning("run never finished", job=run.job, slot=run.slot.isoformat(), owner=run.owner)
        for job in self.jobs:
            # A slot is claimed before it runs, so waking a job that has run does nothing.
            self._scheduler.modify_job(job.name, next_run_time=self.clock())

    def run_slot(self, job: Job) -> bool:
        """Run the newest slot of a job unless it was claimed before; whether this worker ran it."""
        with self._running() as may_run:
            now = self.clock()
            if not may_run or not self.leader_lock.is_held(now):
                return False
            slot = job.schedule.slot(now, self.settings.zone)
            if now - slot > job.grace:
                runs.skip(self.engine, job.name, slot, owner=self.owner, now=now)
                return False
            return self._claim_and_run(job, slot, now)

    def run_requested(self) -> bool:
        """Run the polls that organizers requested on the system page; whether there were any."""
        with self._running() as may_run:
            now = self.clock()
            if not may_run or not self.leader_lock.is_held(now) or not poll_requested.waiting(self.engine):
                return False
            return self._claim_and_run(REQUESTED, now, now)

    def _claim_and_run(self, job: Job, slot: datetime, now: datetime) -> bool:
        if not runs.claim(self.engine, job.name, slot, owner=self.owner, now=now):
            return False
        with logs.log_context(job=job.name, slot=slot.isoformat()):
            self._run(job, slot, now)
        return True

    def _run(self, job: Job, slot: datetime, now: datetime) -> None:
        log.info("job starts")
        try:
            outcome = job.run(self.engine, self.settings, now=now, stopping=self._stop_signal(job, now))
            status, summary = "done" if outcome.whole else "partly", outcome.summary
        except Exception as error:  # a failing job must not end the scheduler
            log.exception("job failed")
            status, summary = "failed", f"{type(error).__name__}: see the log"
        runs.finish(self.engine, job.name, slot, status=status, summary=summary, now=self.clock())
        log.info("job ended", status=status, summary=summary)

    def _stop_signal(self, job: Job, started: datetime) -> Callable[[], bool]:
        def stopping() -> bool:
            now = self.clock()
            return self._stopping.is_set() or not self.leader_lock.is_held(now) or now - started > job.limit

        return stopping

    @contextmanager
    def _running(self) -> Iterator[bool]:
        """Counts what runs, so that ``stop`` can wait for it; yields False once ``stop`` was called."""
        with self._activity:
            may_run = not self._stopping.is_set()
            self._active += may_run
        try:
            yield may_run
        finally:
            with self._activity:
                self._active -= may_run
                self._activity.notify_all()


def _log_fault(event: events.JobEvent) -> None:
    """Log as errors what APScheduler logs as warnings: a job that was missed, raised or still runs."""
    kinds = {
        events.EVENT_JOB_MISSED: "slot missed",
        events.EVENT_JOB_ERROR: "job raised",
        events.EVENT_JOB_MAX_INSTANCES: "job still runs, slot skipped",
    }
    log.error(kinds[event.code], job=event.job_id, error=str(getattr(event, "exception", "") or ""))


def _until(*ends: signal.Signals) -> Callable[[], bytes]:
    """What waits until one of these signals has come, from now on, to whichever thread.

    Blocking them in this thread is not enough: a library may have threads already, and a signal that reaches
    one of those would end the process. The handler itself does nothing, so it needs no lock that its thread may
    hold.
    """
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    for each in ends:
        signal.signal(each, lambda _signal, _frame: None)
    signal.set_wakeup_fd(wakes)
    return lambda: os.read(woken, 1)


def yield_to_pages() -> None:
    """Take what the pages leave of the processor: people wait for a page, nobody waits for a poll.

    Linux shares the processor among sessions first (sched(7), autogroup), each with a nice value of its own; a
    service begins one, and a command in a terminal belongs to one with others.
    """
    os.nice(NICE)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(NICE))


def work(engine: Engine, settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT; then finish the unit of work and return within ten seconds."""
    until_told = _until(signal.SIGTERM, signal.SIGINT)
    worker, mail = Worker(engine, settings), deliver_mail.Loop(engine, settings)
    worker.start()
    mail.start()
    until_told()
    mail.ask_to_stop()
    if not (worker.stop() and mail.stop(1.0)):
        # A thread still waits for a source or a relay. The source is polled again at the next run; the message
        # in flight gets the state unknown.
        os._exit(0)
