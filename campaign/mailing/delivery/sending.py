"""The loop that empties the outbox: some connections at work side by side, until nothing is due.

While a message is on its way no transaction and no database connection is held for it. One commit lies between
two messages of a connection: it records the one before and marks the next.
"""

import secrets
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from campaign import db
from campaign.mailing import queue, relay_limits
from campaign.mailing.addresses import Keys, masked, wire
from campaign.mailing.delivery import single_mails
from campaign.mailing.delivery.group_commit import Turn, Turns
from campaign.mailing.edition import editions
from campaign.mailing.edition.digest import Group
from campaign.mailing.message import Envelope, Sealed, Sender, copy_of, return_path, sender_of
from campaign.mailing.models import Content
from campaign.mailing.policy import policy
from campaign.mailing.queue import Claimed, Ended
from campaign.mailing.transport import Transport, Verdict, open_transport
from campaign.refusals import Refused
from campaign.settings import Settings

log = structlog.get_logger(__name__)

BATCH = 200
CONTENTS_KEPT = 32
# Verdicts that speak about the relay, not about one reader.
IN_THE_WAY = ("throttled", "down", "refused")
LONGEST_NAP = 1.0
# What holds up mail when it is not the relay.
THE_RATE = "the rate"
_CONTENT = sa.select(col(Content.head), col(Content.body)).where(col(Content.id) == sa.bindparam("number"))


@dataclass
class Report:
    """What a run of the outbox did, by state; ``blocked`` says what is in the way, if anything is."""

    counts: Counter[str] = field(default_factory=Counter)
    unknown_found: int = 0
    blocked: str = ""

    @property
    def summary(self) -> str:
        told = [f"{number} {state}" for state, number in sorted(self.counts.items())]
        if self.unknown_found:
            told.append(f"{self.unknown_found} left by a worker that ended")
        if self.blocked:
            told.append(f"held up: {self.blocked}")
        return ", ".join(told) or "nothing was due"

    @property
    def trouble(self) -> bool:
        """Whether the relay is in the way; a rate that is used up is no trouble."""
        return self.blocked not in ("", THE_RATE)

    @property
    def whole(self) -> bool:
        return not (self.blocked or self.unknown_found or self.counts["failed"])


class Office:
    """What all connections of a process share: settings, keys, and how long to be patient."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = db.utcnow,
        sleep: Callable[[float], None] = time.sleep,
        stopping: Callable[[], bool] = lambda: False,
        transport: Callable[[Settings], Transport] = open_transport,
        batch: int = BATCH,
        patience: float = 0.0,
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.keys = Keys(settings)
        self.clock = clock
        self.sleep = sleep
        self.stopping = stopping
        self.open = transport
        self.batch = batch
        self.patience = patience

    def nap(self, seconds: float) -> None:
        """Wait in short steps, so that a request to stop is heard."""
        while seconds > 0 and not self.stopping():
            step = min(seconds, LONGEST_NAP)
            self.sleep(step)
            seconds -= step


def deliver(office: Office, *, connections: int = 1) -> Report:
    """Send what is due over this many connections, until nothing is or the way stays blocked."""
    abandoned = queue.sweep(office.engine, now=office.clock())
    stock = Stock(office, most=office.batch * max(1, connections))
    senders = [Connection(office, stock) for _ in range(max(1, connections))]
    ending = threading.Event()
    beat = threading.Thread(target=_keep_leases, args=(office, stock.owner, ending), daemon=True)
    beat.start()
    try:
        _side_by_side(senders)
    finally:
        stock.give_back()
        ending.set()
        beat.join()
    report = Report(unknown_found=abandoned)
    for sender in senders:
        report.counts.update(sender.counts)
        report.blocked = report.blocked or sender.blocked
    queue.sweep(office.engine, now=office.clock())
    return report


def _side_by_side(senders: Sequence["Connection"]) -> None:
    if len(senders) == 1:
        senders[0].run()
        return
    errors: list[BaseException] = []

    def work(sender: Connection) -> None:
        try:
            sender.run()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _keep_leases(office: Office, owner: str, ending: threading.Event) -> None:
    """However slowly a relay answers, a row of a worker that lives stays its own."""
    while not ending.wait(queue.LEASE.total_seconds() / 3):
        queue.renew(office.engine, owner=owner, now=office.clock())


class Stock:
    """The rows that this process has claimed; its connections take them one by one and so end together."""

    def __init__(self, office: Office, *, most: int) -> None:
        self.owner = secrets.token_hex(8)
        self.turns = Turns(office.engine, self.owner)
        self._office = office
        self._most = most
        self._rows: deque[Claimed] = deque()
        self._lock = threading.Lock()
        self._contents: OrderedDict[int, Sealed] = OrderedDict()

    def next(self) -> Claimed | float | None:
        """A row to send; else in how many seconds to ask again, and None where nothing is due."""
        with self._lock:
            if self._rows:
                return self._rows.popleft()
            found = self._claim()
            self._rows.extend(found.claimed)
            return self._rows.popleft() if self._rows else found.wait

    def _claim(self) -> queue.Batch:
        office = self._office
        with self.turns.alone:
            return queue.claim(office.engine, owner=self.owner, now=office.clock(), most=self._most)

    def give_back(self) -> None:
        """Let others have what is not begun."""
        with self._lock:
            left = list(self._rows)
            self._rows.clear()
            with self.turns.alone:
                queue.release(self._office.engine, left, owner=self.owner)

    def content(self, connection: sa.Connection, number: int | None) -> Sealed | None:
        """The shared bytes of a group; some are kept at hand, readers of one group come one after another.

        Called within turns alone, of which there is one at a time.
        """
        if number is None:
            return None
        if number not in self._contents:
            kept = connection.execute(_CONTENT, {"number": number}).first()
            if kept is None or not kept.body:
                return None
            self._contents[number] = Sealed(bytes(kept.head), bytes(kept.body))
            if len(self._contents) > CONTENTS_KEPT:
                self._contents.popitem(last=False)
        return self._contents[number]


class Connection:
    """One connection to the relay."""

    def __init__(self, office: Office, stock: Stock) -> None:
        self.office = office
        self.stock = stock
        self.counts: Counter[str] = Counter()
        self.blocked = ""
        self._transport = office.open(office.settings)
        # What became of the message before; the next turn, or the end, records it.
        self._last: Ended | None = None
        self._in_a_row = 0
        self._troubled = relay_limits.troubled(office.engine)
        self._sender: Sender | None = None

    def run(self) -> None:
        """Send until nothing is due, the way is blocked beyond patience, or we are asked to stop."""
        try:
            with self.stock.turns.company():
                self._work()
        finally:
            self._record()
            self._transport.close()

    def _work(self) -> None:
        while not self.office.stopping():
            found = self.stock.next()
            if isinstance(found, Claimed):
                self._send_one(found)
                continue
            self._record()
            if found is None or found > self.office.patience:
                self.blocked = self._what_blocks() if found is not None else ""
                return
            self.office.nap(found)

    def _what_blocks(self) -> str:
        with db.reading(self.office.engine) as session:
            way = relay_limits.state(session)
            return f"{way.trouble}: {way.words}" if way.trouble else THE_RATE

    def _send_one(self, row: Claimed) -> None:
        begun = self._turn_to(row)
        if begun is None:
            return
        self._last = Ended(row, self._send(row, begun), self.office.clock())
        if self._weigh(self._last):
            self.stock.give_back()

    def _turn_to(self, row: Claimed) -> "_Begun | None":
        """In one commit: record the message before, mark this one as being sent. None where it may not be."""
        now = self.office.clock()
        begun = self.stock.turns.take(
            Turn(now, self._last, row, prepare=lambda connection: self._begin(connection, row, now))
        )
        self._last = None
        return begun

    def _begin(self, connection: sa.Connection, row: Claimed, now: datetime) -> "_Begun":
        if row.listed:
            return _Begun(now, sealed=self.stock.content(connection, row.content))
        if row.kind == "test":
            return _Begun(now)
        settings = self.office.settings
        with Session(connection) as session:
            try:
                letter = single_mails.prepare(session, settings, row.kind, row.subscriber, row.detail, now=now)
            except Refused as refusal:
                return _Begun(now, problem=refusal.en)
            session.flush()
        return _Begun(now, letter=letter)

    def _send(self, row: Claimed, begun: "_Begun") -> Verdict:
        """Put one copy together and hand it over; no database is touched from here on."""
        try:
            envelope = self._envelope(row, begun)
        except Refused as refusal:
            return Verdict("refused", refusal.en)
        except ValueError as error:
            return Verdict("failed", masked(str(error)))
        if envelope is None:
            return Verdict("failed", "nothing to send: its words or its reader are gone")
        return self._transport.send(envelope)

    def _envelope(self, row: Claimed, begun: "_Begun") -> Envelope | None:
        keys, settings, token = self.office.keys, self.office.settings, None
        sealed, sender = begun.sealed, None
        if begun.problem:
            raise Refused(begun.problem, begun.problem)
        if begun.letter is not None:
            sealed, sender = single_mails.sealed(settings, begun.letter)
        elif row.kind == "test":
            sealed, sender = self._test(row)
            token = keys.stop_token("0" * 32)
        elif row.listed:
            sender = self._list_sender()
            token = keys.stop_token(row.key)
        if sealed is None or sender is None:
            return None
        to = wire(row.email)
        raw = copy_of(sealed, sender, keys, to=to, number=row.id, now=begun.at, token=token)
        return Envelope(return_path(sender, keys, row.id), to, raw)

    def _list_sender(self) -> Sender:
        if self._sender is None:
            with db.reading(self.office.engine) as session:
                reply_to = policy(session).reply_to
            self._sender = sender_of(self.office.settings, reply_to)
        return self._sender

    def _test(self, row: Claimed) -> tuple[Sealed, Sender]:
        chosen: dict[str, Any] = row.detail["group"]
        group = Group(chosen["language"], chosen["seat"], tuple(chosen["proposals"]))
        office = self.office
        return editions.sealed_for(office.engine, office.settings, group, edition=row.detail["edition"])

    def _weigh(self, ended: Ended) -> bool:
        """Note what a verdict means for the rest; True where the batch must not go on."""
        verdict, row = ended.verdict, ended.claimed
        self.counts[verdict.kind] += 1
        if verdict.kind == "sent":
            self._in_a_row = 0
            if self._troubled:
                relay_limits.well_again(self.office.engine)
                self._troubled = False
            return False
        log.warning("message not sent", delivery=row.id, verdict=verdict.kind, words=verdict.words)
        if verdict.kind in IN_THE_WAY:
            self._troubled = True
            relay_limits.block(self.office.engine, verdict, now=ended.at)
            return True
        return self._breaks(row, verdict, ended.at)

    def _breaks(self, row: Claimed, verdict: Verdict, now: datetime) -> bool:
        """Many refusals in a row are no accident: hold the edition and tell somebody, once."""
        if row.edition is None or verdict.kind == "unknown":
            return False
        self._in_a_row += 1
        with db.reading(self.office.engine) as session:
            most = policy(session).breaker_after
        if self._in_a_row < most:
            return False
        self._in_a_row = 0
        problem = f"{most} messages in a row were not taken; the last answer was: {verdict.words}"
        return queue.pause_edition(self.office.engine, row.edition, problem, now=now)

    def _record(self) -> None:
        if self._last is not None:
            self.stock.turns.take(Turn[object](self._last.at, self._last))
            self._last = None


@dataclass(frozen=True)
class _Begun:
    """A row that is marked, with what its copy is made of."""

    at: datetime
    sealed: Sealed | None = None
    letter: single_mails.Letter | None = None
    problem: str = ""
