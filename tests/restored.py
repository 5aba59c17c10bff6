"""A PostgreSQL database that a process copies once and brings back after each test: a tenth of the work of a
copy for each."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from connections import open_shared
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

KEEP = 'CREATE TABLE kept."{0}" AS TABLE "{0}"'
KEEP_NUMBERS = (
    "CREATE TABLE kept.numbers AS SELECT format('%I', sequencename)::regclass AS name, last_value AS last"
    " FROM pg_sequences WHERE schemaname = 'public'"
)
ROWS = "SELECT '{0}' AS name, count(*) AS number FROM \"{0}\""
# A table has changed when it has another number of rows, or one that a later transaction wrote.
CHANGED = (
    "SELECT '{0}' AS name FROM \"{0}\" HAVING min(age(xmin)) < age(CAST(:begun AS xid))"
    " OR count(*) <> (SELECT number FROM kept.rows WHERE name = '{0}')"
)
# The guards of append-only tables and foreign keys would refuse.
UNGUARDED = "SET LOCAL session_replication_role = replica"
RESTORE = 'DELETE FROM "{0}"; INSERT INTO "{0}" TABLE kept."{0}"'
RESTORE_NUMBERS = "SELECT setval(name, coalesce(last, 1), last IS NOT NULL) FROM kept.numbers"


def keep(engine: Engine) -> None:
    """Keep, in a schema of its own, every table, how many rows it has, and the numbers that come next."""
    kept = map(KEEP.format, SQLModel.metadata.tables)
    with engine.begin() as connection:
        for statement in (
            "CREATE SCHEMA kept",
            *kept,
            f"CREATE TABLE kept.rows AS {_each(ROWS)}",
            KEEP_NUMBERS,
        ):
            connection.execute(sa.text(statement))


@contextmanager
def restored(url: str) -> Iterator[Engine]:
    """An engine on a database of ``keep``; what the block changes is undone at its end."""
    engine = open_shared(url)
    with engine.begin() as connection:
        begun = connection.scalar(sa.text("SELECT CAST(pg_current_xact_id() AS text)"))
    yield engine
    with engine.begin() as connection:
        connection.execute(sa.text(UNGUARDED))
        for name in connection.scalars(sa.text(_each(CHANGED)), {"begun": begun}).all():
            connection.execute(sa.text(RESTORE.format(name)))
        connection.execute(sa.text(RESTORE_NUMBERS))
    engine.dispose()


def _each(query: str) -> str:
    """The query for every table, all answers in one."""
    return " UNION ALL ".join(map(query.format, SQLModel.metadata.tables))
