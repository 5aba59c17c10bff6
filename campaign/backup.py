"""Backup, restore, and copies from one database to another.

A backup is one SQLite file, whatever the engine: one format to store, check and restore.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from campaign import db, tables
from campaign.refusals import Refused

ROWS_AT_ONCE = 1000
# Ends the name of a backup that is being written.
PART = ".campaign.part"
# SQLite's own files beside one that it has open hold rows of it, too.
BESIDE = ("", "-journal", "-wal", "-shm")
Counts = dict[str, int]


def backup(engine: Engine, file: Path) -> Counts:
    """Write the database to a new file; returns the number of rows by table. The service may run meanwhile.

    The file gets its name only when it is complete and checked. Raises Refused where it exists already.
    """
    if file.exists():
        raise Refused(
            f"{file} exists already; a backup never overwrites one.",
            f"{file} ya existe; una copia nunca reemplaza a otra.",
        )
    if not file.parent.is_dir():
        raise Refused(f"There is no folder {file.parent}.", f"No existe la carpeta {file.parent}.")
    _clear_abandoned(file.parent)
    part = file.with_name(f".{file.name}{PART}")
    _remove(part)
    try:
        # SQLite gives the files beside it the same mode.
        part.touch(mode=0o600)
        if engine.dialect.name == "sqlite":
            _vacuum_into(engine, part)
        else:
            _copy_into_file(engine, part)
        counts = _checked(part)
        part.rename(file)
    except (OSError, sqlite3.OperationalError, sa.exc.OperationalError) as error:
        if isinstance(error, sa.exc.OperationalError) and engine.dialect.name != "sqlite":
            raise
        reason = getattr(error, "strerror", None) or str(getattr(error, "orig", error))
        raise Refused(
            f"The backup could not be written to {file.parent}: {reason}.",
            f"No se pudo escribir la copia en {file.parent}: {reason}.",
        ) from None
    finally:
        _remove(part)
    return counts


def restore(engine: Engine, file: Path, *, replace: bool = False) -> Counts:
    """Replace the database by a backup, in one transaction; returns the number of rows by table.

    A backup of an older version is upgraded first. Raises Refused where the file is damaged, is no backup or is
    of a newer version, and where the database holds data and ``replace`` is false. A SQLite database may be of
    any version, or damaged as far as it can be opened: nothing of it stays.
    """
    if not file.is_file():
        raise Refused(f"There is no file {file}.", f"No existe el archivo {file}.")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "restore.db"
        _copy_whole(file, copy)
        _checked(copy)
        source = db.open_engine(f"sqlite:///{copy}")
        try:
            _upgrade_copy(source, file)
            _refuse_unless_empty(engine, replace)
            return _replace_all(source, engine)
        finally:
            source.dispose()


def copy(source: Engine, target: Engine) -> Counts:
    """Copy a database into an empty one of either engine; returns the number of rows by table.

    Raises Refused where the source's tables are not at this version or the target holds data.
    """
    db.refuse_newer(source)
    if not db.is_current(source):
        raise Refused(
            "The source's tables are not at this version; run campaign db upgrade on it first.",
            "Las tablas de origen no son de esta versión; ejecute primero campaign db upgrade.",
        )
    _refuse_unless_empty(target, replace=False)
    return _replace_all(source, target)


def _copy_whole(file: Path, copy: Path) -> None:
    """Copy a SQLite file with what it has not taken over yet from the log beside it. A backup has no log; a
    database that was saved from a disk may."""
    for ending in ("", "-wal"):
        if (part := file.with_name(f"{file.name}{ending}")).is_file():
            shutil.copyfile(part, copy.with_name(f"{copy.name}{ending}"))


def count_rows(connection: Connection) -> Counts:
    """The number of rows by table."""
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in tables.metadata().sorted_tables
    }


def _clear_abandoned(folder: Path) -> None:
    """Delete what killed backups left: by their dates, two of them never have the same name."""
    yesterday = (db.utcnow() - timedelta(days=1)).timestamp()
    for ending in BESIDE:
        for file in folder.glob(f".*{PART}{ending}"):
            if file.stat().st_mtime < yesterday:
                file.unlink(missing_ok=True)


def _remove(part: Path) -> None:
    for ending in BESIDE:
        part.with_name(f"{part.name}{ending}").unlink(missing_ok=True)


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
            # A single file, without -wal and -shm files next to it.
            connection.cursor().execute("PRAGMA journal_mode=DELETE").close()
    finally:
        target.dispose()


def _checked(file: Path) -> Counts:
    """The number of rows by table of an undamaged backup. Raises Refused for any other file."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            sound = connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
            found = {
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            }
            names = [table.name for table in tables.metadata().sorted_tables if table.name in found]
            counts = {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our names
                for name in names
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
    """The tables may be of any version, or missing; what is to be replaced may be damaged, and is not read."""
    if replace:
        return
    with engine.connect() as connection:
        found = set(sa.inspect(connection).get_table_names())
        ours = [table for table in tables.metadata().sorted_tables if table.name in found]
        full = [table.name for table in ours if connection.scalar(sa.select(sa.select(table).exists()))]
    if full:
        raise Refused(
            f"{engine.url.render_as_string()} already holds data ({full[0]} …). Nothing was changed.",
            f"{engine.url.render_as_string()} ya contiene datos ({full[0]} …). No se cambió nada.",
        )


def _replace_all(source: Engine, target: Engine) -> Counts:
    if target.dialect.name == "sqlite" and source.dialect.name == "sqlite":
        return _replace_file(source, target)
    db.upgrade(target)
    target = target.execution_options(writes=True)
    with _snapshot(source) as reader, target.begin() as writer:
        if target.dialect.name == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in tables.metadata().sorted_tables)
            writer.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        for table in tables.metadata().sorted_tables:
            _copy_table(table, reader, writer)
        counts = count_rows(reader)
        if count_rows(writer) != counts:
            raise RuntimeError("the copy differs from its source; nothing was copied")
    return counts


def _replace_file(source: Engine, target: Engine) -> Counts:
    # SQLite's backup API replaces every page in one transaction, including the append-only triggers.
    try:
        with closing(source.raw_connection()) as reader, closing(target.raw_connection()) as writer:
            reader.driver_connection.backup(writer.driver_connection)  # type: ignore[union-attr]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        file = target.url.database
        raise Refused(
            f"{file} is damaged and cannot be opened. Move it away, with its -wal and -shm, and restore again.",
            f"{file} está dañado y no se puede abrir. Muévalo con su -wal y su -shm, y restaure otra vez.",
        ) from None
    with target.connect() as connection:
        return count_rows(connection)


def _copy_table(table: sa.Table, reader: Connection, writer: Connection) -> None:
    rows = reader.execution_options(yield_per=ROWS_AT_ONCE).execute(sa.select(table)).mappings()
    for part in rows.partitions():
        writer.execute(sa.insert(table), [_storable(dict(row)) for row in part])
    counter = table.autoincrement_column
    if counter is not None and writer.dialect.name == "postgresql":
        newest = sa.select(sa.func.max(counter)).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(table.name, counter.name)
        # For an empty table, setval with is_called = false makes 1 the first number.
        writer.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(newest, 1), newest.is_not(None))))


def _storable(row: dict[str, Any]) -> dict[str, Any]:
    """A row that PostgreSQL stores, too: NUL characters, which releases before 0.2.0 let in, are left out."""
    return {name: _without_nul(value) for name, value in row.items()}


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(inner) for name, inner in value.items()}
    return [_without_nul(inner) for inner in value] if isinstance(value, list) else value


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as of one moment, however long the copy takes."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection
