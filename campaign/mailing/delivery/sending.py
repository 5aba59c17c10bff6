"""Empties the outbox: claim rows that are due, then mark, hand over and record one after the other.

One commit lies between two messages: it records the verdict on the one before and marks the next. It has
reached the disk before the next message leaves, so a killed worker leaves one copy in doubt at most. While a
message is on its way no transaction is open and no database connection is held.
"""

import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.congress.bills import congress_on
from campaign.mailing import queue, relay_limits, senders
from campaign.mailing.addresses import Keys, masked, wire
from campaign.mailing.delivery import single_mails
from campaign.mailing.edition import previews
from campaign.mailing.edition.digest import Group
from campaign.mailing.message import Envelope, NoSender, Sealed, Sender, copy_of, return_path
from campaign.mailing.models import Content, RelayLimits
from campaign.mailing.policy import policy
from campaign.mailing.queue import Claimed, Ended
from campaign.mailing.transport import Transport, Verdict, open_transport
from campaign.refusals import Refused
from campaign.settings import Settings

log = structlog.get_logger(__name__)

BATCH = 50
# Verdicts that speak of the relay, not of one reader.
RELAY_VERDICTS = ("throttled", "down", "refused")
LONGEST_NAP = 1.0
# What holds up mail when it is not the relay.
THE_RATE = "the rate"


@dataclass
class Report:
    """What a run of the outbox did, by state; ``blocked`` says what is in the way, if anything is."""

    counts: Counter[str] = field(default_factory=Counter)
    abandoned: int = 0
    blocked: str = ""

    @property
    def summary(self) -> str:
        parts = [f"{number} {state}" for state, number in sorted(self.counts.items())]
        if self.abandoned:
            parts.append(f"{self.abandoned} left by a worker that ended")
        if self.blocked:
            parts.append(f"held up: {self.blocked}")
        return ", ".join(parts) or "nothing was due"

    @property
    def trouble(self) -> bool:
        """Whether the relay is in the way; a rate that is used up is no trouble."""
        return self.blocked not in ("", THE_RATE)

    @property
    def whole(self) -> bool:
        return not (self.blocked or self.abandoned or self.counts["failed"])


@dataclass(frozen=True)
class Outbox:
    """Where mail waits and how it leaves. ``patience`` is how many seconds to wait for a rate or a relay."""

    engine: Engine
    settings: Settings
    clock: Callable[[], datetime] = db.utcnow
    sleep: Callable[[float], None] = time.sleep
    stopping: Callable[[], bool] = lambda: False
    transport: Callable[[Settings], Transport] = open_transport
    batch: int = BATCH
    patience: float = 0.0


def deliver(outbox: Outbox, *, connections: int = 1) -> Report:
    """Send what is due until nothing is or the relay stays blocked, over so many connections side by side."""
    report = Report(abandoned=queue.sweep(outbox.engine, now=outbox.clock()))
    with ThreadPoolExecutor(connections) as pool:
        mailers = list(pool.map(_run, [outbox] * connections))
    for mailer in mailers:
        report.counts.update(mailer.counts)
        report.blocked = report.blocked or mailer.blocked
    queue.sweep(outbox.engine, now=outbox.clock())
    return report


def _run(outbox: Outbox) -> "Mailer":
    mailer = Mailer(outbox)
    mailer.run()
    return mailer


class Mailer:
    """One connection to the relay, and the rows claimed for it."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.counts: Counter[str] = Counter()
        self.blocked = ""
        self._keys = Keys(outbox.settings)
        self._owner = secrets.token_hex(8)
        self._transport = outbox.transport(outbox.settings)
        self._rows: deque[Claimed] = deque()
        # The message before, until the next commit records it.
        self._last: Ended | None = None
        self._refused_in_a_row = 0
        self._troubled = relay_limits.in_trouble(outbox.engine)
        self._congress = congress_on(outbox.clock())
        # The content of the group at hand: readers of one group come one after another.
        self._content: tuple[int, Sealed] | None = None
        self._list_senders: dict[str, Sender] = {}

    def run(self) -> None:
        """Send until nothing is due, the relay is blocked beyond patience, or we are asked to stop."""
        try:
            with self._leases_renewed():
                while self._claimed():
                    self._send(self._rows.popleft())
        finally:
            self._record()
            self._release()
            self._transport.close()

    @contextmanager
    def _leases_renewed(self) -> Iterator[None]:
        """However slowly the relay answers, a row of a worker that lives stays its own."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(queue.LEASE.total_seconds() / 3):
                queue.renew(self.outbox.engine, owner=self._owner, now=self.outbox.clock())

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _claimed(self) -> bool:
        """Whether there is a row to send; claims more, and waits for them as long as patience allows."""
        outbox = self.outbox
        while not outbox.stopping():
            self._drop_rows_of_an_ended_congress()
            if self._rows:
                return True
            found = queue.claim(outbox.engine, owner=self._owner, now=outbox.clock(), most=outbox.batch)
            self._rows.extend(found.claimed)
            if found.claimed:
                continue
            self._record()
            if found.wait is None:
                return False
            if found.wait > outbox.patience:
                self.blocked = self._obstacle()
                return False
            self._nap(found.wait)
        return False

    def _drop_rows_of_an_ended_congress(self) -> None:
        """Give back what was claimed before noon of 3 January: whether it may still leave is asked anew."""
        sitting = congress_on(self.outbox.clock())
        if sitting != self._congress:
            self._release()
        self._congress = sitting

    def _obstacle(self) -> str:
        with db.reading(self.outbox.engine) as session:
            limits = session.get(RelayLimits, relay_limits.RELAY)
            return f"{limits.trouble}: {limits.words}" if limits and limits.trouble else THE_RATE

    def _nap(self, seconds: float) -> None:
        """Wait in short steps, so that a request to stop is heard."""
        while seconds > 0 and not self.outbox.stopping():
            step = min(seconds, LONGEST_NAP)
            self.outbox.sleep(step)
            seconds -= step

    # --- one message ---

    def _send(self, row: Claimed) -> None:
        now = self.outbox.clock()
        message = self._message(row, now)
        if not self._mark(row, now):
            return
        verdict = message if isinstance(message, Verdict) else self._transport.send(message)
        self._last = Ended(row, verdict, self.outbox.clock())
        self._weigh(self._last)

    def _mark(self, row: Claimed, now: datetime) -> bool:
        """In one commit record the message before and mark this one; False where it may no longer be sent."""
        with db.writing_connection(self.outbox.engine) as connection:
            if self._last is not None:
                queue.end(connection, self._last, owner=self._owner)
            marked = queue.begin(connection, row, owner=self._owner, now=now)
        self._last = None
        return marked

    def _record(self) -> None:
        if self._last is not None:
            with db.writing_connection(self.outbox.engine) as connection:
                queue.end(connection, self._last, owner=self._owner)
            self._last = None

    def _release(self) -> None:
        """Let others have what is not begun."""
        queue.release(self.outbox.engine, self._rows, owner=self._owner)
        self._rows.clear()

    def _weigh(self, ended: Ended) -> None:
        """Note what a verdict means for the rows that follow."""
        row, verdict = ended.claimed, ended.verdict
        self.counts[verdict.kind] += 1
        if verdict.kind == "sent":
            self._refused_in_a_row = 0
            if self._troubled:
                relay_limits.clear(self.outbox.engine)
                self._troubled = False
            return
        log.warning("message not sent", delivery=row.id, verdict=verdict.kind, words=verdict.words)
        if verdict.kind in RELAY_VERDICTS:
            self._troubled = True
            relay_limits.block(self.outbox.engine, verdict, now=ended.at)
            self._release()
        elif row.edition is not None and verdict.kind != "unknown":
            self._count_refusal(row.edition, ended)

    def _count_refusal(self, edition: int, ended: Ended) -> None:
        """Many refusals in a row are no accident: pause the edition and notify organizers, once."""
        self._refused_in_a_row += 1
        with db.reading(self.outbox.engine) as session:
            most = policy(session).breaker_after
        if self._refused_in_a_row < most:
            return
        self._refused_in_a_row = 0
        en = f"{most} messages in a row were not taken; the last answer was: {ended.verdict.words}"
        es = f"No se aceptaron {most} mensajes seguidos; la última respuesta fue: {ended.verdict.words}"
        queue.pause_edition(self.outbox.engine, edition, en, es, now=ended.at)
        self._release()

    # --- putting a message together ---

    def _message(self, row: Claimed, now: datetime) -> Envelope | Verdict:
        """The message for a row, or the verdict on a row that no message can be made for.

        Only a missing sender speaks of every message; anything else is the fault of this row.
        """
        try:
            return self._envelope(row, now) or Verdict(
                "failed", "nothing to send: its words or its reader are gone"
            )
        except NoSender as refusal:
            return Verdict("refused", refusal.en)
        except Refused as refusal:
            return Verdict("failed", masked(refusal.en))
        except Exception as error:  # one message that cannot be made must not stop the others
            log.exception("message could not be put together", delivery=row.id)
            return Verdict("failed", f"could not be put together: {type(error).__name__}")

    def _envelope(self, row: Claimed, now: datetime) -> Envelope | None:
        token = self._keys.stop_token(row.key) if row.listed else None
        if row.edition is not None:
            found = self._group_content(row.content), self._list_sender(row.campaign)
        elif row.kind == "test":
            found = self._test(row)
            token = self._keys.stop_token("0" * 32)
        else:
            found = self._single(row, now)
        sealed, sender = found
        if sealed is None:
            return None
        to = wire(row.email)
        raw = copy_of(sealed, sender, self._keys, to=to, number=row.id, now=now, token=token)
        return Envelope(return_path(sender, self._keys, row.id), to, raw)

    def _group_content(self, number: int | None) -> Sealed | None:
        if self._content is None or self._content[0] != number:
            with db.reading(self.outbox.engine) as session:
                found = session.exec(select(Content.head, Content.body).where(Content.id == number)).first()
            if found is None or not found[1]:
                return None
            self._content = (number or 0, Sealed(*found))
        return self._content[1]

    def _list_sender(self, campaign: str) -> Sender:
        if campaign not in self._list_senders:
            with db.reading(self.outbox.engine) as session:
                self._list_senders[campaign] = senders.of_list(session, self.outbox.settings, campaign)
        return self._list_senders[campaign]

    def _test(self, row: Claimed) -> tuple[Sealed, Sender]:
        chosen = row.detail["group"]
        group = Group(chosen["language"], chosen["seat"], tuple(chosen["proposals"]))
        outbox = self.outbox
        return previews.sealed_for(outbox.engine, outbox.settings, group, edition=row.detail["edition"])

    def _single(self, row: Claimed, now: datetime) -> tuple[Sealed | None, Sender]:
        settings = self.outbox.settings
        with db.writing(self.outbox.engine) as session:
            of = senders.of_list if row.listed else senders.of_answers
            sender = of(session, settings, row.campaign)
            mail = single_mails.prepare(
                session,
                self._keys,
                sender,
                row.kind,
                row.subscriber,
                row.detail,
                signature=row.signature,
                now=now,
            )
        return (single_mails.sealed(sender, mail) if mail else None), sender
