"""A clock that other work on the machine hardly moves: seconds on a processor, the database's own included, at
the pace of a quiet one.
"""

from pathlib import Path
from time import perf_counter, process_time

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

_OURS = sa.text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


class Clock:
    """Seconds on a processor between two looks: of this process, and of PostgreSQL's that work for it.

    A processor that others use is slower: a fixed piece of work beside each look says by how much.
    A PostgreSQL whose processes cannot be seen, on another machine, is measured by the clock on the wall.
    """

    def __init__(self, engine: Engine) -> None:
        self._aside: Connection | None = None
        if engine.dialect.name == "postgresql":
            self._aside = sa.create_engine(engine.url, isolation_level="AUTOCOMMIT").connect()
        self._sees_all = self._aside is None or _on_processor(self._own_pid()) is not None
        self._began: dict[int, float] = {}
        self._here = 0.0
        self._quiet = min(_pace() for _ in range(200))
        self._pace = self._quiet

    def start(self) -> None:
        self._pace = _pace()
        self._began = self._database() if self._sees_all else {}
        self._here = process_time() if self._sees_all else perf_counter()

    def stop(self) -> float:
        """Seconds since ``start``."""
        took = perf_counter() if not self._sees_all else process_time()
        took -= self._here
        if self._sees_all:
            took += sum(now - self._began.get(pid, 0.0) for pid, now in self._database().items())
        return took * 2 * self._quiet / (self._pace + _pace())

    def _own_pid(self) -> int:
        return int(self._aside.execute(sa.text("SELECT pg_backend_pid()")).scalar() or 0) if self._aside else 0

    def _database(self) -> dict[int, float]:
        if self._aside is None:
            return {}
        found = {pid: _on_processor(pid) for pid in self._aside.execute(_OURS).scalars()}
        return {pid: seconds for pid, seconds in found.items() if seconds is not None}


def _pace() -> float:
    """Seconds that a fixed piece of work takes now."""
    began = process_time()
    sum(map(len, map(str, range(20_000))))
    return process_time() - began


def _on_processor(pid: int) -> float | None:
    """Seconds that a process has had a processor so far; None where it has ended or is elsewhere."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return None
