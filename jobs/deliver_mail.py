"""Empty the outbox: once for a command, or again and again beside the schedules of a worker.

Every worker sends, not only the one that leads: rows are claimed one worker at a time, so more workers are
faster and never double.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from campaign import __version__, db
from campaign.fetch import Fetcher
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery import chat_notices
from campaign.mailing.delivery.sending import Office, Report, deliver
from campaign.mailing.edition import editions
from campaign.mailing.readers import subscribers
from campaign.mailing.returned import bounces
from campaign.refusals import Unread
from campaign.settings import Settings
from jobs.outcome import Told

log = structlog.get_logger(__name__)

LOOK_EVERY = 2.0
MEND_EVERY = 600.0
# A relay takes tens of milliseconds for a message, so two connections carry more than the rate of 20 a second
# that is set at first. Many relays refuse more at a time, and a killed worker leaves at most so many copies in
# doubt.
CONNECTIONS = 2


def run(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    stopping: Callable[[], bool] = lambda: False,
    connections: int = CONNECTIONS,
    patience: float = 0.0,
) -> Report:
    """Send everything that is due; tells a dead-man check, if one is set, that it ran and how it ended."""
    editions.mend(engine, now=now)
    heartbeat(settings, "/start")
    try:
        office = Office(engine, settings, stopping=stopping, patience=patience)
        report = deliver(office, connections=connections)
        chat_notices.post(engine, settings, now=now)
    except Exception:
        heartbeat(settings, "/fail")
        raise
    heartbeat(settings, "" if not report.blocked else "/fail")
    return report


def heartbeat(settings: Settings, path: str) -> None:
    """Report to the address of a dead-man check; that it cannot be reached stops no mail."""
    if not settings.heartbeat_url:
        return
    try:
        with Fetcher(user_agent=f"campaign/{__version__}", attempts=1) as fetcher:
            fetcher.get(settings.heartbeat_url + path)
    except Unread as error:
        log.warning("the dead-man check was not reached", reason=error.reason)


def read_bounces(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Told:
    """Read the mailbox that returned mail comes to."""
    url = settings.bounce_mailbox_url.get_secret_value()
    if not url:
        return Told("no mailbox for returned mail is set")
    try:
        number = bounces.read_mailbox(url, lambda raw: take_report(engine, settings, raw, now=now))
    except OSError as error:
        return Told(f"the mailbox for returned mail was not reached: {type(error).__name__}", whole=False)
    return Told(f"{number} messages read")


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
    forgotten |= editions.tidy(engine, now=now)
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
        office = Office(self.engine, self.settings, stopping=self._ending.is_set, patience=LOOK_EVERY)
        mended = 0.0
        while not self._ending.is_set():
            try:
                if time.monotonic() - mended > MEND_EVERY or not mended:
                    editions.mend(self.engine, now=db.utcnow())
                    mended = time.monotonic()
                report = deliver(office, connections=CONNECTIONS)
                chat_notices.post(self.engine, self.settings, now=db.utcnow())
                if report.counts:
                    log.info("mail", **report.counts)
            except Exception:  # the worker outlives a database that is away for a while
                log.exception("mail failed; it goes on by itself")
            self._ending.wait(LOOK_EVERY)
