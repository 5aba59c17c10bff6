"""A database that a function fills once and that is put back as it was for each test that begins with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from campaign import db

_files: dict[Callable[[Engine], object], bytes] = {}
_rows: dict[Callable[[Engine], object], list[tuple[sa.Executable, Any]]] = {}


def filled_by(fill: Callable[[Engine], object], engine: Engine) -> Engine:
    """An empty database as ``fill`` leaves it: what it writes is kept for the next one of the same kind."""
    (_in_file if engine.dialect.name == "sqlite" else _in_rows)(fill, engine)
    return engine


def _in_file(fill: Callable[[Engine], object], engine: Engine) -> None:
    file = Path(str(engine.url.database))
    if fill in _files:
        engine.dispose()
        file.write_bytes(_files[fill])
    else:
        fill(engine)
        db.tidy(engine)
        engine.dispose()
        _files[fill] = file.read_bytes()


def _in_rows(fill: Callable[[Engine], object], engine: Engine) -> None:
    """Rows are put in without the checks that would need them in order, and numbers go on behind theirs."""
    if fill in _rows:
        with engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            for statement, values in _rows[fill]:
                connection.execute(statement, values)
        return
    fill(engine)
    with engine.connect() as connection:
        found = [
            (table, connection.execute(table.select()).mappings().all())
            for table in SQLModel.metadata.sorted_tables
        ]
        numbers = connection.execute(
            sa.text("SELECT sequencename AS name, last_value AS last FROM pg_sequences")
        )
        used = [row for row in numbers.mappings() if row["last"]]
    numbering = sa.text("SELECT setval(CAST(:name AS regclass), :last)")
    kept = [*((table.insert(), rows) for table, rows in found), (numbering, used)]
    _rows[fill] = [(statement, list(map(dict, rows))) for statement, rows in kept if rows]
