"""Copies of the whole record: to a file, back from it, from one database to another.

A backup is always one SQLite file, whatever engine the record lives on: one format to keep, to check and to
restore, on either engine.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlmodel import SQLModel

from campaign import db, runs
from campaign.accounts import models as accounts
from campaign.congress import models as congress
from campaign.districts import models as districts
from campaign.mailing import models as mailing
from campaign.organizing import models as organizing
from campaign.outreach import models as outreach
from campaign.refusals import Refused

# Named so that every room's tables are known here.
ROOMS = (runs, congress, districts, outreach, mailing, accounts, organizing)
ROWS_AT_ONCE = 1000
Counts = dict[str, int]


def backup(engine: Engine, file: Path) -> Counts:
    """Write the record as of now to a new file; rows by table. Others may read and write meanwhile.

    The file takes its name only when it is whole and checked. Raises Refused where it exists already.
    """
    if file.exists():
        raise Refused(
            f"{file} exists already; a backup never overwrites one.",
            f"{file} ya existe; una copia nunca reemplaza a otra.",
        )
    if not file.parent.is_dir():
        raise Refused(f"There is no folder {file.parent}.", f"No existe la carpeta {file.parent}.")
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        if engine.dialect.name == "sqlite":
            _vacuum_into(engine, part)
        else:
            _copy_into_file(engine, part)
        part.chmod(0o600)
        counts = _checked(part)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return counts


def restore(engine: Engine, file: Path, *, replace: bool = False) -> Counts:
    """Put a backup in the place of the record; rows by table.

    All or nothing. Raises Refused where the file is no sound backup, comes from a newer version, or the
    record holds anything and ``replace`` is not said. An older backup is upgraded on the way.
    """
    if not file.is_file():
        raise Refused(f"There is no file {file}.", f"No existe el archivo {file}.")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "restore.db"
        shutil.copyfile(file, copy)
        _checked(copy)
        source = db.open_engine(f"sqlite:///{copy}")
        try:
            _upgrade_copy(source, file)
            db.upgrade(engine)
            _refuse_unless_empty(engine, replace)
            return _replace_all(source, engine)
        finally:
            source.dispose()


def copy(source: Engine, target: Engine) -> Counts:
    """Copy the whole record into another, empty database, of the same or the other engine; rows by table."""
    if not db.is_current(source):
        raise Refused(
            "The source's tables are not at this version; run campaign db upgrade on it first.",
            "Las tablas de origen no son de esta versión; ejecute primero campaign db upgrade.",
        )
    db.upgrade(target)
    _refuse_unless_empty(target, replace=False)
    return _replace_all(source, target)


def count_rows(connection: Connection) -> Counts:
    """Rows by table."""
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in SQLModel.metadata.sorted_tables
    }


def _vacuum_into(engine: Engine, file: Path) -> None:
    # VACUUM cannot run inside the transaction that SQLAlchemy would open.
    with closing(engine.raw_connection()) as connection:
        connection.cursor().execute("VACUUM INTO ?", (str(file),)).close()


def _copy_into_file(engine: Engine, file: Path) -> None:
    target = db.open_engine(f"sqlite:///{file}")
    try:
        copy(engine, target)
        db.tidy(target)
        with closing(target.raw_connection()) as connection:
            # One file, without companions, whoever carries it away.
            connection.cursor().execute("PRAGMA journal_mode=DELETE").close()
    finally:
        target.dispose()


def _checked(file: Path) -> Counts:
    """Rows by table of a sound backup; Refused for anything else."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            sound = connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
            found = {
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            }
            tables = [table.name for table in SQLModel.metadata.sorted_tables if table.name in found]
            counts = {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our names
                for name in tables
            }
    except sqlite3.DatabaseError:
        sound, found, counts = False, set(), {}
    if not sound or "alembic_version" not in found:
        raise Refused(
            f"{file.name} is not a sound backup of this service; nothing was changed.",
            f"{file.name} no es una copia íntegra de este servicio; no se cambió nada.",
        )
    return counts


def _upgrade_copy(source: Engine, file: Path) -> None:
    if not db.is_known(source):
        raise Refused(
            f"{file.name} comes from a newer version of this service; upgrade the service first.",
            f"{file.name} viene de una versión más nueva de este servicio; actualícelo primero.",
        )
    db.upgrade(source)


def _refuse_unless_empty(engine: Engine, replace: bool) -> None:
    with engine.connect() as connection:
        full = [name for name, rows in count_rows(connection).items() if rows]
    if full and not replace:
        raise Refused(
            f"{engine.url.render_as_string()} already holds data ({full[0]} …). Nothing was changed.",
            f"{engine.url.render_as_string()} ya contiene datos ({full[0]} …). No se cambió nada.",
        )


def _replace_all(source: Engine, target: Engine) -> Counts:
    if target.dialect.name == "sqlite" and source.dialect.name == "sqlite":
        return _replace_file(source, target)
    writer = target.execution_options(writes=True)
    with _snapshot(source) as taken, writer.begin() as given:
        if target.dialect.name == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in SQLModel.metadata.sorted_tables)
            given.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        for table in SQLModel.metadata.sorted_tables:
            _copy_table(table, taken, given)
        counts = count_rows(taken)
        if count_rows(given) != counts:
            raise RuntimeError("the copy differs from its source; nothing was kept")
    return counts


def _replace_file(source: Engine, target: Engine) -> Counts:
    # SQLite's own backup puts every page in place in one transaction, the ledger's guards included.
    with closing(source.raw_connection()) as taken, closing(target.raw_connection()) as given:
        taken.driver_connection.backup(given.driver_connection)  # type: ignore[union-attr]
    with target.connect() as connection:
        return count_rows(connection)


def _copy_table(table: sa.Table, taken: Connection, given: Connection) -> None:
    rows = taken.execution_options(yield_per=ROWS_AT_ONCE).execute(sa.select(table)).mappings()
    for part in rows.partitions():
        given.execute(sa.insert(table), [dict(row) for row in part])
    counter = table.autoincrement_column
    if counter is not None and given.dialect.name == "postgresql":
        newest = sa.select(sa.func.max(counter)).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(table.name, counter.name)
        # Nothing in the table: the first number given out will be 1.
        given.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(newest, 1), newest.is_not(None))))


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the record as of one moment, however long the copy takes."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection
