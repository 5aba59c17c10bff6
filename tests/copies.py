"""Databases that begin as a copy of another."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Engine

from campaign import db


@contextmanager
def copy_of(source: Engine, folder: Path) -> Iterator[Engine]:
    """A copy, in ``folder``, of the SQLite database that ``source`` opened; its engine ends with the block."""
    path = folder / "copy.db"
    with source.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(str(source.url.database), path)
    engine = db.open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()
