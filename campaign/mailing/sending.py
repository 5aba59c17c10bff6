"""The loop that empties the outbox: some connections at work side by side, until nothing is due.

While a message is on its way no transaction and no database connection is held for it. One commit lies between
two messages of a connection: it records the one before and marks the next.
"""

import secrets
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from campaign import db
from campaign.mailing import deliveries, editions, letters, pipe
from campaign.mailing.addresses import Keys, masked, wire
from campaign.mailing.deliveries import Claimed, Ended
from campaign.mailing.digest import Group
from campaign.mailing.message import Envelope, Sealed, Sender, copy_of, return_path, sender_of
from campaign.mailing.models import Content
from campaign.mailing.subscribers import policy
from campaign.mailing.transport import Transport, Verdict, open_transport
from campaign.mailing.turns import Turn, Turns
from campaign.refusals import Refused
from campaign.settings import Settings

log = structlog.get_logger(__name__)

BATCH = 200
CONTENTS_KEPT = 32
# Verdicts that speak about the relay, not about one reader.
IN_THE_WAY = ("throttled", "down", "refused")
LONGEST_NAP = 1.0
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
    swept = deliveries.sweep(office.engine, now=office.clock())
    turns = Turns(office.engine)
    senders = [Connection(office, turns) for _ in range(max(1, connections))]
    ending = threading.Event()
    beat = threading.Thread(target=_keep_leases, args=(office, senders, ending), daemon=True)
    beat.start()
    try:
        _side_by_side(senders)
    finally:
        ending.set()
        beat.join()
    report = Report(unknown_found=swept.unknown)
    for sender in senders:
        report.counts.update(sender.counts)
        report.blocked = report.blocked or sender.blocked
    deliveries.sweep(office.engine, now=office.clock())
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


def _keep_leases(office: Office, senders: Sequence["Connection"], ending: threading.Event) -> None:
    """However slowly a relay answers, a row of a worker that lives stays its own."""
    while not ending.wait(deliveries.LEASE.total_seconds() / 3):
        for sender in senders:
            deliveries.renew(office.engine, owner=sender.owner, now=office.clock())


class Connection:
    """One connection to the relay and the rows it has claimed."""

    def __init__(self, office: Office, turns: Turns) -> None:
        self.office = office
        self.turns = turns
        self.owner = secrets.token_hex(8)
        self.counts: Counter[str] = Counter()
        self.blocked = ""
        self._transport = office.open(office.settings)
        self._contents: OrderedDict[int, Sealed] = OrderedDict()
        self._in_a_row = 0
        self._troubled = pipe.troubled(office.engine)
        self._sender: Sender | None = None

    def run(self) -> None:
        """Claim and send until nothing is due, the way is blocked beyond patience, or we are asked to stop."""
        try:
            while not self.office.stopping():
                found = self._claim()
                if found.claimed:
                    self._send_all(found.claimed)
                elif found.wait is None or found.wait > self.office.patience:
                    self.blocked = self._what_blocks() if found.wait is not None else ""
                    return
                else:
                    self.office.nap(found.wait)
        finally:
            self._transport.close()

    def _claim(self) -> deliveries.Batch:
        office = self.office
        with self.turns.alone:
            return deliveries.claim(office.engine, owner=self.owner, now=office.clock(), most=office.batch)

    def _what_blocks(self) -> str:
        with db.reading(self.office.engine) as session:
            way = pipe.state(session)
            return f"{way.trouble}: {way.words}" if way.trouble else "the rate"

    def _send_all(self, claimed: Sequence[Claimed]) -> None:
        """Send a batch; whatever stops it, the last verdict is recorded and the rest is given back."""
        last: Ended | None = None
        done = 0
        try:
            for row in claimed:
                if self.office.stopping():
                    break
                done += 1
                last, begun = None, self._turn_to(row, last)
                if begun is None:
                    continue
                last = Ended(row, self._send(row, begun), self.office.clock())
                if self._weigh(last):
                    break
        finally:
            if last is not None:
                self._record(last)
            with self.turns.alone:
                deliveries.release(self.office.engine, claimed[done:], owner=self.owner)

    def _turn_to(self, row: Claimed, last: Ended | None) -> "_Begun | None":
        """In one commit: record the message before, mark this one as being sent. None where it may not be."""
        now = self.office.clock()
        return self.turns.take(
            Turn(self.owner, now, last, row, prepare=lambda connection: self._begin(connection, row, now))
        )

    def _begin(self, connection: sa.Connection, row: Claimed, now: datetime) -> "_Begun":
        if row.listed:
            return _Begun(now, sealed=self._content(connection, row.content))
        if row.kind == "test":
            return _Begun(now)
        settings = self.office.settings
        with Session(connection) as session:
            try:
                letter = letters.prepare(session, settings, row.kind, row.subscriber, row.detail, now=now)
            except Refused as refusal:
                return _Begun(now, problem=refusal.en)
            session.flush()
        return _Begun(now, letter=letter)

    def _content(self, connection: sa.Connection, number: int | None) -> Sealed | None:
        """The shared bytes of a group; some are kept at hand, readers of one group come one after another."""
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
            sealed, sender = letters.sealed(settings, begun.letter)
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
                pipe.well_again(self.office.engine)
                self._troubled = False
            return False
        log.warning("message not sent", delivery=row.id, verdict=verdict.kind, words=verdict.words)
        if verdict.kind in IN_THE_WAY:
            self._troubled = True
            pipe.block(self.office.engine, verdict, now=ended.at)
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
        return deliveries.pause_edition(self.office.engine, row.edition, problem, now=now)

    def _record(self, ended: Ended) -> None:
        self.turns.take(Turn[object](self.owner, ended.at, ended))


@dataclass(frozen=True)
class _Begun:
    """A row that is marked, with what its copy is made of."""

    at: datetime
    sealed: Sealed | None = None
    letter: letters.Letter | None = None
    problem: str = ""
