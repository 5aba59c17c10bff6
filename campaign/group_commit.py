"""Group commit: short writes that wait for SQLite at one moment share a transaction, and its wait for the disk.

The more wait, the more are written at once, so a crowd does not queue. PostgreSQL does this by itself.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db

T = TypeVar("T")
Work = Callable[[Session], Any]
_Waiting = tuple[Work, Future[Any]]


def run(engine: Engine, work: Callable[[Session], T]) -> T:
    """Call ``work`` with the session of a write transaction; returns what it returns, once that is committed.

    Raises what it raises, and then nothing of it is written. It may be called twice: where one of several
    fails, each has a transaction of its own.
    """
    if engine.dialect.name != "sqlite":
        with db.writing(engine) as session:
            return work(session)
    return _group(str(engine.url)).run(engine, work)


class _Group:
    """The writes of this process's threads on one database."""

    def __init__(self) -> None:
        self._writing = Lock()
        self._waiting: deque[_Waiting] = deque()

    def run(self, engine: Engine, work: Callable[[Session], T]) -> T:
        ended: Future[T] = Future()
        self._waiting.append((work, ended))
        if self._writing.acquire(timeout=db.WRITE_LOCK_SECONDS):
            try:
                if not ended.done():
                    self._write_all(engine)
            finally:
                self._writing.release()
        elif self._left((work, ended)):
            _write_alone(engine, work, ended)
        return ended.result()

    def _left(self, mine: _Waiting) -> bool:
        """Leave the group, whose writer hangs; False where it is writing this one just now."""
        try:
            self._waiting.remove(mine)
        except ValueError:
            return False
        return True

    def _write_all(self, engine: Engine) -> None:
        """Write what waits by the time that the database is free."""
        found: list[_Waiting] = []
        try:
            with db.writing(engine) as session:
                found = self._taken()
                results = [work(session) for work, _ in found]
        except Exception:  # whoever's it is gets it from a transaction of its own
            for work, ended in found or self._taken():
                _write_alone(engine, work, ended)
        else:
            for (_, ended), result in zip(found, results, strict=True):
                ended.set_result(result)

    def _taken(self) -> list[_Waiting]:
        return [self._waiting.popleft() for _ in range(len(self._waiting))]


def _write_alone(engine: Engine, work: Work, ended: Future[Any]) -> None:
    try:
        with db.writing(engine) as session:
            result = work(session)
    except Exception as error:
        ended.set_exception(error)
    else:
        ended.set_result(result)


@cache
def _group(_url: str) -> _Group:
    return _Group()
