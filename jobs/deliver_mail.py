"""Empty the outbox: once for a command, or again and again beside the schedules of a worker.

Every worker sends, not only the one that leads: rows are claimed one worker at a time, so more workers are
faster and never double.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Engine

from campaign import __version__, db
from campaign.actions import signatures
from campaign.fetch import Fetcher
from campaign.mailing import watchdog
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery import chat_notices
from campaign.mailing.delivery.sending import Outbox, Report, deliver
from campaign.mailing.edition import mending, retention
from campaign.mailing.readers import subscribers
from campaign.mailing.returned import bounces
from campaign.refusals import SourceError
from campaign.settings import Settings
from jobs.outcome import Summary

log = structlog.get_logger(__name__)

# Seconds between two looks into an outbox that has nothing to send.
LOOK_EVERY = 2.0
# A worker's run ends after so many seconds at the latest, so that notices leave and a run is reported while a
# long edition is being sent.
RUN_SECONDS = 60.0
MEND_EVERY = timedelta(minutes=10)
WATCH_EVERY = timedelta(minutes=1)
REPORT_EVERY = timedelta(minutes=1)
# A killed worker leaves at most so many copies in doubt. For a higher rate run a second worker.
CONNECTIONS = 1


def run(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    stopping: Callable[[], bool] = lambda: False,
    connections: int = CONNECTIONS,
    patience: float = 0.0,
) -> Report:
    """Send everything that is due, once."""
    return Runs(engine, settings).run(now, stopping=stopping, connections=connections, patience=patience)


class Runs:
    """Runs of the mail job, one after the other, each reported to the dead-man check if one is set."""

    def __init__(
        self, engine: Engine, settings: Settings, *, clock: Callable[[], datetime] = db.utcnow
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.clock = clock
        self._heartbeat = Heartbeat(settings.heartbeat_url)
        self._mended: datetime | None = None
        self._ran: datetime | None = None
        self._watched: datetime | None = None

    def run(
        self,
        now: datetime,
        *,
        stopping: Callable[[], bool] = lambda: False,
        connections: int = CONNECTIONS,
        patience: float = 0.0,
    ) -> Report:
        """Send everything that is due and post the notices for the chat, also that nothing can be sent."""
        self._heartbeat.start(now)
        try:
            self._watch(now)
            self._mend(now)
            outbox = Outbox(self.engine, self.settings, clock=self.clock, stopping=stopping, patience=patience)
            report = deliver(outbox, connections=connections)
            chat_notices.post(self.engine, self.settings, now=now)
        except Exception:
            self._heartbeat.end("/fail", now)
            raise
        self._heartbeat.end("/fail" if report.trouble else "", now)
        return report

    def _watch(self, now: datetime) -> None:
        """Before anything is sent: a fault that ends every run must not keep the notice of it from the chat.
        A worker that did not run lately sends first: what waits for it waits for nothing else."""
        ran, self._ran = self._ran, now
        if ran is None or now - ran >= watchdog.WAITS_TOO_LONG:
            return
        if self._watched is None or now - self._watched >= WATCH_EVERY:
            self._watched = now
            watchdog.watch(self.engine, now=now)
            chat_notices.post(self.engine, self.settings, now=now)

    def _mend(self, now: datetime) -> None:
        if self._mended is None or now - self._mended >= MEND_EVERY:
            mending.mend(self.engine, now=now)
            self._mended = now


class Heartbeat:
    """Reports runs to a dead-man check, by the addresses of healthchecks.io: URL/start, URL, URL/fail.

    A worker looks into the outbox every two seconds. It reports one run a minute, and at once a run whose
    result is another than the last one reported.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._reported_at: datetime | None = None
        self._result = ""

    def start(self, now: datetime) -> None:
        if self._due(now):
            self._ping("/start")

    def end(self, result: str, now: datetime) -> None:
        """``result`` is the path to report: empty for success, else ``/fail``."""
        if self._due(now) or result != self._result:
            self._ping(result)
            self._reported_at, self._result = now, result

    def _due(self, now: datetime) -> bool:
        return self._reported_at is None or now - self._reported_at >= REPORT_EVERY

    def _ping(self, path: str) -> None:
        """A check that cannot be reached stops no mail."""
        if not self.url:
            return
        try:
            with Fetcher(user_agent=f"campaign/{__version__}", attempts=1) as fetcher:
                fetcher.get(self.url + path)
        except SourceError as error:
            log.warning("the dead-man check was not reached", reason=error.reason)


def read_bounces(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Read the mailbox that returned mail comes to."""
    url = settings.bounce_mailbox_url.get_secret_value()
    if not url:
        return Summary("no mailbox for returned mail is set")
    try:
        number = bounces.read_mailbox(url, lambda raw: take_report(engine, settings, raw, now=now))
    except OSError as error:
        return Summary(f"the mailbox for returned mail was not reached: {type(error).__name__}", whole=False)
    return Summary(f"{number} messages read")


def take_report(engine: Engine, settings: Settings, raw: bytes, *, now: datetime) -> str:
    """Take one returned message over; what kind of report it was, or why it was none."""
    finding = bounces.read_report(raw, Keys(settings))
    if finding is None or not finding.known:
        return "no report of ours"
    with db.writing(engine) as session:
        fresh = bounces.record(session, finding, bounces.event_of(raw), now=now)
    return finding.kind if fresh else "known"


def tidy(engine: Engine, *, now: datetime) -> str:
    """Keep mail's tables within bounds."""
    with db.writing(engine) as session:
        forgotten = subscribers.tidy(session, now=now)
        forgotten["signatures"] = signatures.tidy(session, now=now)
    forgotten |= retention.delete_old(engine, now=now)
    return ", ".join(f"{number} {name}" for name, number in forgotten.items() if number)


class Loop:
    """Looks into the outbox again and again, in a thread of its own, from ``start`` to ``stop``."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="mail", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Begin no further message."""
        self._ending.set()

    def stop(self, seconds: float) -> bool:
        """Let the message in flight end; whether it did in time."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        runs = Runs(self.engine, self.settings)
        while not self._ending.is_set():
            sent = 0
            try:
                report = runs.run(db.utcnow(), stopping=self._stop_signal(), patience=LOOK_EVERY)
                sent = report.counts["sent"]
                if report.counts:
                    log.info("mail", **report.counts)
            except Exception:  # the worker outlives a database that is away for a while
                log.exception("mail failed; it goes on by itself")
            if not sent:
                self._ending.wait(LOOK_EVERY)

    def _stop_signal(self) -> Callable[[], bool]:
        until = time.monotonic() + RUN_SECONDS
        return lambda: self._ending.is_set() or time.monotonic() > until
