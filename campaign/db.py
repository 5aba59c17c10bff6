"""Engines, sessions and upgrades, for SQLite and PostgreSQL alike."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, SQLModel

from campaign import write_lock
from campaign.refusals import Refused

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 15_000
WRITE_LOCK_SECONDS = BUSY_MILLISECONDS / 1000
# Connections of one process that stay open; as many more are opened while they are needed. Each thread of the
# web server may hold one for reading and one for writing.
POOLED = 12
# Nothing of PostgreSQL is waited for without end. A server that went silently (a cut cable, no power) is
# noticed by unanswered keepalives or unacknowledged data within half a minute; the kernel's own figure is two
# hours.
POSTGRES = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
LOCK_MILLISECONDS = 15_000
# A transaction that was left open would hold its locks for ever.
IDLE_MILLISECONDS = 600_000
# The longest statement of a page, and of a job or command: a digest for 10^6 readers is one INSERT.
PAGE_STATEMENT_MILLISECONDS = 15_000
STATEMENT_MILLISECONDS = 600_000
# So many new rows are worth a count.
MANY_ROWS = 1_000
# Exceptions of a database that cannot be read. The first statements on a new SQLite connection raise the
# driver's own error, which SQLAlchemy does not wrap.
UNREADABLE = (sa.exc.DBAPIError, sa.exc.TimeoutError, sqlite3.DatabaseError)

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# How far ahead of the real time the clock runs: a drill looks at a day to come.
_ahead: ContextVar[timedelta] = ContextVar("ahead", default=timedelta(0))


def utcnow() -> datetime:
    """The current time, aware, in UTC. The only clock: functions that decide take ``now`` as an argument."""
    return datetime.now(UTC) + _ahead.get()


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let ``utcnow`` go on from another moment, in this context alone."""
    before = _ahead.set(moment - datetime.now(UTC))
    try:
        yield
    finally:
        _ahead.reset(before)


def open_engine(url: str, *, statement_milliseconds: int = STATEMENT_MILLISECONDS) -> Engine:
    """An engine for ``sqlite:///…`` or ``postgresql+psycopg://…``; creates the folder of a SQLite file.

    On PostgreSQL every wait has an end: for a connection, a lock, a statement and a server that is gone.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _open_postgres(parsed, statement_milliseconds)
    if parsed.database and parsed.database != ":memory:":
        _make_file(Path(parsed.database))
    # Parameters of a statement may be personal data and must not reach a log in an error message.
    engine = sa.create_engine(parsed, hide_parameters=True, pool_size=POOLED, max_overflow=POOLED)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_file(file: Path) -> None:
    """The file of a database, for its owner alone: it holds readers' addresses and secrets of authenticators.

    Raises Refused where it cannot be made, and says why; SQLite does not.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)
    except OSError as error:
        raise Refused(
            f"The database file {file} cannot be made: {error.strerror}.",
            f"No se puede crear el archivo de la base de datos {file}: {error.strerror}.",
        ) from None


def _open_postgres(url: sa.URL, statement_milliseconds: int) -> Engine:
    limits = {
        "lock_timeout": LOCK_MILLISECONDS,
        "statement_timeout": statement_milliseconds,
        "idle_in_transaction_session_timeout": IDLE_MILLISECONDS,
        # The same at the server's end: a host that went must not keep its locks.
        "tcp_keepalives_idle": POSTGRES["keepalives_idle"],
        "tcp_keepalives_interval": POSTGRES["keepalives_interval"],
        "tcp_keepalives_count": POSTGRES["keepalives_count"],
        "tcp_user_timeout": POSTGRES["tcp_user_timeout"],
    }
    # What the operator's own address says goes before.
    given: dict[str, Any] = {name: value for name, value in POSTGRES.items() if name not in url.query}
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    given["options"] = f"{options} {url.query.get('options', '')}".strip()
    return sa.create_engine(
        url.difference_update_query(["options"]),
        connect_args=given,
        pool_pre_ping=True,
        pool_size=POOLED,
        max_overflow=POOLED,
        pool_timeout=10,
        hide_parameters=True,
    )


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins transactions late and breaks SAVEPOINT and transactional
    # DDL; SQLAlchemy documents this way of switching it off.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another writer committed in between,
    # whatever the busy timeout; a writing session therefore takes the lock at BEGIN.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for reading; it never waits for a writer."""
    with Session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session with one writing transaction: committed at the end, rolled back on any exception."""
    writer = engine.execution_options(writes=True)
    with _write_lock_held(engine), Session(writer, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def writing_connection(engine: Engine) -> Iterator[Connection]:
    """As ``writing``, without a session."""
    with _write_lock_held(engine), engine.execution_options(writes=True).begin() as connection:
        yield connection


def _write_lock_held(engine: Engine) -> AbstractContextManager[None]:
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        return nullcontext()
    return write_lock.held(file, WRITE_LOCK_SECONDS)


@contextmanager
def writing_alone(engine: Engine) -> Iterator[Session]:
    """A writing transaction of somebody's own hand: one after another, so that what a form was checked against
    still holds when it is written. What the service writes by itself does not wait for it."""
    with writing(engine) as session:
        lock(session, "edits")
        yield session


def lock(session: Session, name: str) -> None:
    """Wait until no other transaction holds the lock of this name, and hold it until this one ends.

    For PostgreSQL: on SQLite a writing transaction holds the whole database already.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = {"name": f"campaign.{name}"}
        session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:name))"), key)


def insert(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one set of columns without the ORM, which doubles the time of a hundred thousand."""
    if rows:
        session.connection().execute(sa.insert(sa.inspect(table).local_table), rows)


def upgrade(engine: Engine) -> None:
    """Migrate the schema to the newest revision. Several processes may call it at once.

    Raises Refused for a database of a newer version.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _restructuring(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Another process may be upgrading, and a large table takes as long as it takes.
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('campaign.upgrade'))"))
        config.attributes["connection"] = connection
        before = _revision_at(connection)
        _refuse_newer(before)
        command.upgrade(config, "head")
        if connection.dialect.name == "sqlite" and _revision_at(connection) != before:
            _check_references(connection)


@contextmanager
def _restructuring(engine: Engine) -> Iterator[Connection]:
    """A transaction in which a table can be replaced that others refer to.

    SQLite changes a constraint by copying the table and dropping the old one, which takes the rows along that
    refer to it. Its documentation (lang_altertable, section 7) has foreign keys off meanwhile, and checked at
    the end.
    """
    with engine.execution_options(writes=True).connect() as connection:
        driver = connection.connection.driver_connection if engine.dialect.name == "sqlite" else None
        if driver is None:
            with connection.begin():
                yield connection
            return
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError(f"the upgrade would leave {broken[0]} without rows that it refers to")


def is_current(engine: Engine) -> bool:
    """Whether the schema is at the newest revision."""
    return _revision(engine) == revisions()[-1]


def require_current(engine: Engine) -> None:
    """Raises Refused unless the schema is at the newest revision."""
    refuse_newer(engine)
    if not is_current(engine):
        raise Refused(
            "The database has no tables of this version yet; run campaign db upgrade first.",
            "La base de datos no tiene las tablas de esta versión; ejecute primero campaign db upgrade.",
        )


def refuse_newer(engine: Engine) -> None:
    """Raises Refused where the schema is one of a later version, which this one cannot read."""
    _refuse_newer(_revision(engine))


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in revisions():
        raise Refused(
            "The database comes from a newer version of this service; upgrade the service first.",
            "La base de datos viene de una versión más nueva de este servicio; actualícelo primero.",
        )


def is_known(engine: Engine) -> bool:
    """Whether the schema's revision is one of this version's migrations, so that it can be upgraded."""
    return _revision(engine) in revisions()


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _revision_at(connection)


def _revision_at(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def revisions() -> list[str]:
    """This version's migrations by number, of which the last is the newest. Alembic would load all of them to
    tell, at every start."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def rows_were_added(engine: Engine, table: str, number: int) -> None:
    """Let PostgreSQL's planner know of many new rows.

    It counts by itself once a tenth of the table is new. Until then it takes them for one or two, and sorts all
    of them for the first few. SQLite chooses the index by its columns.
    """
    if number >= MANY_ROWS and engine.dialect.name == "postgresql":
        # Somebody else may be counting this moment; nothing but speed hangs on it.
        with suppress(sa.exc.OperationalError), engine.begin() as connection:
            connection.execute(sa.text(f"ANALYZE {table}"))


def tidy(engine: Engine) -> None:
    """Checkpoint SQLite's write-ahead log into the file and update the planner's statistics.

    PostgreSQL does both by itself.
    """
    if engine.dialect.name == "sqlite":
        # A checkpoint cannot run inside a transaction, and SQLAlchemy always begins one.
        connection = engine.raw_connection()
        try:
            # Statistics that are read first and written later fail at once beside another writer.
            for statement in (
                "BEGIN IMMEDIATE",
                "PRAGMA optimize",
                "COMMIT",
                "PRAGMA wal_checkpoint(TRUNCATE)",
            ):
                connection.cursor().execute(statement).close()
        finally:
            connection.close()
