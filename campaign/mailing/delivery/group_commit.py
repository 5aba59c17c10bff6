"""Commits shared by the connections of one process, because the way to the disk is what a message waits for.

A connection's turn records the message it has sent and marks the next. Turns that come while a commit is on its
way to the disk wait, and then go together in the one after; each holds for itself, as if it were alone. A
commit costs more than the rows in it, so it is worth a moment's wait for all who are at work.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy.engine import Connection, Engine

from campaign.mailing import queue
from campaign.mailing.queue import Claimed, Ended

Found = TypeVar("Found")
# A commit waits for another turn this long: little beside what a relay takes.
GATHERING_SECONDS = 0.002


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(eq=False)
class Turn(Generic[Found]):
    """What one connection wants written: the end of its last message, the mark of its next, or both.

    Where the mark holds, ``prepare`` is called in the same transaction and ``found`` is what it returned.
    """

    now: datetime
    last: Ended | None = None
    row: Claimed | None = None
    prepare: Callable[[Connection], Found] | None = None
    found: Found | None = None
    error: Exception | None = None
    done: bool = False
    # Held until somebody has written this turn or lets it lead.
    held: threading.Lock = field(default_factory=_held)


class Turns:
    """The one way by which the connections of a process write; ``alone`` keeps all turns out meanwhile.

    Two threads that both wanted SQLite's lock would sleep for it; here they queue.
    """

    def __init__(self, engine: Engine, owner: str) -> None:
        self.owner = owner
        self.alone = threading.Lock()
        self._writes = engine.execution_options(writes=True)
        self._queue = threading.Condition()
        self._company = 0
        self._waiting: list[Turn[object]] = []
        self._led = False

    @contextmanager
    def company(self) -> Iterator[None]:
        """Somebody is taking turns, so that commits wait a moment for theirs."""
        with self._queue:
            self._company += 1
        try:
            yield
        finally:
            with self._queue:
                self._company -= 1
                self._queue.notify()

    def take(self, turn: Turn[Found]) -> Found | None:
        """Return once the turn is on disk: what was prepared for its row, None where that may not be sent."""
        with self._queue:
            self._waiting.append(turn)  # type: ignore[arg-type]
            leads, self._led = not self._led, True
            if self._enough():
                self._queue.notify()
        if not leads:
            turn.held.acquire()
        if not turn.done:
            self._lead()
        if turn.error is not None:
            raise turn.error
        return turn.found

    def _lead(self) -> None:
        """Write all turns that wait, then let one that came meanwhile lead."""
        written: list[Turn[object]] = []
        try:
            with self.alone:
                with self._queue:
                    self._gather()
                    written, self._waiting = self._waiting, []
                self._write(written)
        finally:
            with self._queue:
                follower = self._waiting[0] if self._waiting else None
                self._led = follower is not None
            for turn in written:
                turn.done = True
                turn.held.release()
            if follower is not None:
                follower.held.release()

    def _gather(self) -> None:
        """Wait for all who are at work, as long as they come one soon after the other."""
        before = 0
        while before < len(self._waiting) and not self._enough():
            before = len(self._waiting)
            self._queue.wait(GATHERING_SECONDS)

    def _enough(self) -> bool:
        return len(self._waiting) >= self._company

    def _write(self, turns: list[Turn[object]]) -> None:
        try:
            self._commit(turns)
        except Exception as error:
            if len(turns) == 1:
                turns[0].error = error
                return
            # One of them must not cost the others theirs. Where the failed commit did reach the disk, an end
            # finds its row ended, and a mark finds it marked for us, who have not sent it yet.
            for turn in turns:
                self._write([turn])

    def _commit(self, turns: list[Turn[object]]) -> None:
        # In the order of their numbers, so that two processes cannot wait for each other's rows.
        ends = sorted((turn.last for turn in turns if turn.last), key=lambda one: one.claimed.id)
        marks = sorted((turn.row for turn in turns if turn.row), key=lambda row: row.id)
        now = max(turn.now for turn in turns)
        with self._writes.begin() as connection:
            queue.end_all(connection, ends, owner=self.owner)
            marked = queue.begin_all(connection, marks, owner=self.owner, now=now)
            for turn in turns:
                turn.found = None
                if turn.prepare is not None and turn.row is not None and turn.row.id in marked:
                    turn.found = turn.prepare(connection)
