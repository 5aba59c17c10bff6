"""Runs the jobs on their schedules: the only place that knows APScheduler.

Schedules live in this table, not in the database. Before a job works it claims its slot -- the moment it was
meant to run at -- as a row that can exist once, so restarts, clock changes and a second worker never run
anything twice. One worker leads; the others wait.
"""

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
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
    build_editions,
    crosscheck,
    deliver_mail,
    housekeeping,
    poll_asked,
    poll_bills,
    refresh_members,
    suggest_successors,
)
from jobs.outcome import Outcome

log = structlog.get_logger(__name__)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SECONDS_TO_FINISH = 8.0


@dataclass(frozen=True)
class Schedule:
    """At ``minute`` past every hour, or at ``hour:minute`` every day or every ``weekday`` (``mon`` … ``sun``),
    by the operator's wall clock.

    Hours from one to three in the morning are best left alone: on two days a year they come twice or not at
    all. A time that comes twice means its first coming, a time that is skipped the moment of the jump.
    """

    minute: int
    hour: int | None = None
    weekday: str | None = None

    def trigger(self, zone: ZoneInfo) -> CronTrigger:
        return CronTrigger(
            day_of_week=self.weekday,
            hour="*" if self.hour is None else self.hour,
            minute=self.minute,
            timezone=zone,
        )

    def slot(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The newest moment at or before ``now`` that this schedule means, in UTC."""
        if self.hour is None:
            past = timedelta(minutes=(now.astimezone(zone).minute - self.minute) % 60)
            # Subtracting on a wall clock would forget which of two equal hours this is.
            return (now.astimezone(UTC) - past).replace(second=0, microsecond=0)
        day = now.astimezone(zone).date()
        while True:
            slot = datetime.combine(day, time(self.hour, self.minute), zone).astimezone(UTC)
            if slot <= now and self.weekday in (None, DAYS[day.weekday()]):
                return slot
            day -= timedelta(days=1)


Work = Callable[..., Outcome]


@dataclass(frozen=True)
class Job:
    """What runs when. A slot missed by more than ``lateness`` is skipped; a run is asked to stop, at its next
    unit of work, after ``deadline``."""

    name: str
    schedule: Schedule
    work: Work
    lateness: timedelta
    deadline: timedelta


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JOBS = (
    Job("poll_bills", Schedule(minute=7), poll_bills.run, lateness=HOUR, deadline=timedelta(minutes=55)),
    Job("refresh_members", Schedule(minute=20, hour=5), refresh_members.run, lateness=DAY, deadline=HOUR),
    Job("crosscheck", Schedule(minute=40, hour=6), crosscheck.run, lateness=DAY, deadline=3 * HOUR),
    Job("suggest_successors", Schedule(minute=40, hour=7), suggest_successors.run, lateness=DAY, deadline=HOUR),
    Job(
        "build_editions",
        Schedule(10, 4, "mon"),
        build_editions.run,
        lateness=DAY,
        deadline=HOUR,
    ),
    Job("build_alerts", Schedule(minute=25), build_editions.run_alerts, lateness=HOUR, deadline=HOUR),
    Job("read_bounces", Schedule(minute=50), deliver_mail.read_bounces, lateness=HOUR, deadline=HOUR),
    Job("housekeeping", Schedule(minute=35, hour=4), housekeeping.run, lateness=DAY, deadline=HOUR),
)

# What somebody asked for by hand has no schedule of its own: it is looked for this often.
ASKED_EVERY = timedelta(seconds=20)
ASKED = Job("poll_asked", Schedule(minute=0), poll_asked.run, lateness=HOUR, deadline=timedelta(minutes=55))


class Worker:
    """One process's share of the scheduled work."""

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
        self.lead = runs.Lead(engine, self.owner, seconds=lease_seconds)
        self._leads = False
        self._stopping = threading.Event()
        self._at_work = 0
        self._idle = threading.Condition()
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
            scheduler.add_job(self.fire, trigger, args=[job], id=job.name, name=job.name)
        beat = IntervalTrigger(seconds=lease_seconds / 3, timezone=UTC)
        scheduler.add_job(self.beat, beat, id="lead", next_run_time=self.clock())
        asked = IntervalTrigger(seconds=int(ASKED_EVERY.total_seconds()), timezone=UTC)
        scheduler.add_job(self.answer, asked, id=ASKED.name, name=ASKED.name)
        faults = events.EVENT_JOB_MISSED | events.EVENT_JOB_ERROR | events.EVENT_JOB_MAX_INSTANCES
        scheduler.add_listener(_log_fault, faults)
        return scheduler

    def start(self) -> None:
        """Begin to lead or to wait; returns at once."""
        log.info("worker starts", owner=self.owner, jobs=len(self.jobs), zone=self.settings.timezone)
        self._scheduler.start()

    def stop(self, seconds: float = SECONDS_TO_FINISH) -> bool:
        """Start nothing more, let running jobs finish the unit in hand; whether they did in time.

        A heartbeat in flight is waited for like a job: it must not renew what is released here.
        """
        with self._idle:
            self._stopping.set()
            finished = self._idle.wait_for(lambda: self._at_work == 0, timeout=seconds)
        self._scheduler.shutdown(wait=False)
        self.lead.release()
        log.info("worker stopped", finished=finished)
        return finished

    def beat(self) -> None:
        """Take or renew leadership; who has just become leader makes up for missed slots."""
        with self._working() as may_work:
            if may_work:
                self._renew()

    def _renew(self) -> None:
        leads = self.lead.hold(self.clock())
        if leads and not self._leads:
            log.info("worker leads", owner=self.owner)
            self._take_over()
        elif self._leads and not leads:
            log.warning("worker leads no longer", owner=self.owner)
        self._leads = leads

    def _take_over(self) -> None:
        for run in runs.abandon(self.engine, now=self.clock()):
            log.warning("run was left open", job=run.job, slot=run.slot.isoformat(), owner=run.owner)
        for job in self.jobs:
            # Its slot is claimed or skipped like any other, so waking a job that has run does nothing.
            self._scheduler.modify_job(job.name, next_run_time=self.clock())

    def fire(self, job: Job) -> bool:
        """Run the newest slot of a job if it is nobody's yet; whether this worker ran it."""
        with self._working() as may_work:
            now = self.clock()
            if not may_work or not self.lead.held(now):
                return False
            slot = job.schedule.slot(now, self.settings.zone)
            if now - slot > job.lateness:
                runs.skip(self.engine, job.name, slot, owner=self.owner, now=now)
                return False
            return self._claim_and_run(job, slot, now)

    def answer(self) -> bool:
        """Do what somebody asked for on the system page; whether anybody had."""
        with self._working() as may_work:
            now = self.clock()
            if not may_work or not self.lead.held(now) or not poll_asked.waiting(self.engine):
                return False
            return self._claim_and_run(ASKED, now, now)

    def _claim_and_run(self, job: Job, slot: datetime, now: datetime) -> bool:
        if not runs.claim(self.engine, job.name, slot, owner=self.owner, now=now):
            return False
        with logs.marked(job=job.name, slot=slot.isoformat()):
            self._run(job, slot, now)
        return True

    def _run(self, job: Job, slot: datetime, now: datetime) -> None:
        log.info("job starts")
        try:
            outcome = job.work(self.engine, self.settings, now=now, stopping=self._stop_signal(job, now))
            status, summary = "done" if outcome.whole else "partly", outcome.summary
        except Exception as error:  # the schedule outlives any job
            log.exception("job failed")
            status, summary = "failed", f"{type(error).__name__}: see the log"
        runs.finish(self.engine, job.name, slot, status=status, summary=summary, now=self.clock())
        log.info("job ended", status=status, summary=summary)

    def _stop_signal(self, job: Job, started: datetime) -> Callable[[], bool]:
        def stopping() -> bool:
            now = self.clock()
            return self._stopping.is_set() or not self.lead.held(now) or now - started > job.deadline

        return stopping

    @contextmanager
    def _working(self) -> Iterator[bool]:
        """Counts what runs, so that stopping can wait for it; gives False where stopping has begun."""
        with self._idle:
            may_work = not self._stopping.is_set()
            self._at_work += may_work
        try:
            yield may_work
        finally:
            with self._idle:
                self._at_work -= may_work
                self._idle.notify_all()


def _log_fault(event: events.JobEvent) -> None:
    """What APScheduler would only whisper: a job that was missed, failed outside itself, or still runs."""
    kinds = {
        events.EVENT_JOB_MISSED: "slot missed",
        events.EVENT_JOB_ERROR: "job raised",
        events.EVENT_JOB_MAX_INSTANCES: "job still runs, slot passed over",
    }
    log.error(kinds[event.code], job=event.job_id, error=str(getattr(event, "exception", "") or ""))


def work(engine: Engine, settings: Settings) -> None:
    """Be a worker until SIGTERM or Ctrl-C; then finish the unit in hand and end within ten seconds."""
    ends = {signal.SIGTERM, signal.SIGINT}
    # Waited for, not handled: a handler may run while this very thread holds a lock that it wants. Threads
    # started from here on inherit that they leave these signals alone.
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    worker, mail = Worker(engine, settings), deliver_mail.Loop(engine, settings)
    worker.start()
    mail.start()
    signal.sigwait(ends)
    mail.ask_to_stop()
    if not (worker.stop() and mail.stop(1.0)):
        # A thread still waits for a source or a relay. A source is read again; a message that was being
        # handed over is shown as unknown.
        os._exit(0)
