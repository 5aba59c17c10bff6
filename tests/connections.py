"""Connections to PostgreSQL that outlive the engine of one test: a new one first reads what each table is made
of, which takes the server longer than most tests."""

from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import QueuePool

from campaign import db

_idle: dict[str, list[DBAPIConnection]] = {}


class SharedPool(QueuePool):
    """Begins with the connections that the pool of the last test has left; what caches by pool begins anew."""

    idle: list[DBAPIConnection]

    def _close_connection(self, connection: DBAPIConnection, *, terminate: bool = False) -> None:
        if terminate or connection.closed:
            super()._close_connection(connection, terminate=terminate)
        else:
            self.idle.append(connection)


def open_shared(url: str) -> Engine:
    """An engine whose connections stay open for the next one of this address."""
    idle = _idle.setdefault(url, [])
    engine = db.open_engine(url)
    own = engine.pool
    pool = SharedPool(
        lambda: idle.pop() if idle else own._creator(),
        pool_size=db.POOLED,
        max_overflow=db.POOLED,
        pre_ping=True,
        dialect=engine.dialect,
        _dispatch=own.dispatch,
    )
    pool.idle, engine.pool = idle, pool
    return engine
