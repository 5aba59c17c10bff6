"""A clock that other work on the machine does not move: seconds on a processor, the database's own included."""

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

    A PostgreSQL whose processes cannot be seen, on another machine, is measured by the clock on the wall.
    """

    def __init__(self, engine: Engine) -> None:
        self._aside: Connection | None = None
        if engine.dialect.name == "postgresql":
            self._aside = sa.create_engine(engine.url, isolation_level="AUTOCOMMIT").connect()
        self._sees_all = self._aside is None or bool(self._database())
        self._began: dict[int, float] = {}
        self._here = 0.0

    def start(self) -> None:
        self._began = self._database() if self._sees_all else {}
        self._here = process_time() if self._sees_all else perf_counter()

    def stop(self) -> float:
        """Seconds since ``start``."""
        if not self._sees_all:
            return perf_counter() - self._here
        here = process_time() - self._here
        return here + sum(now - self._began.get(pid, 0.0) for pid, now in self._database().items())

    def _database(self) -> dict[int, float]:
        if self._aside is None:
            return {}
        found = {pid: _on_processor(pid) for pid in self._aside.execute(_OURS).scalars()}
        return {pid: seconds for pid, seconds in found.items() if seconds is not None}


def _on_processor(pid: int) -> float | None:
    """Seconds that a process has had a processor so far; None where it has ended or is elsewhere."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return None
