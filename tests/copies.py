"""Databases made once per run of the suite and copied by whoever needs one of its own.

All xdist workers of a run share one folder (``run_folder``). The first worker that needs a template makes it
there under a lock; SQLite files are copied as files, PostgreSQL databases with CREATE DATABASE … TEMPLATE.
"""

import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from campaign import db

POSTGRES_SERVER = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
# The environment variable that tells the workers the run's folder.
RUN = "CAMPAIGN_TEST_RUN"
# Every commit waits for its disk; a folder in memory saves a third of the run. It needs room for copies.
MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 2 * 1024**3


_numbers = itertools.count()
# Each DROP waits for a checkpoint of the server; no test waits for it.
_behind = ThreadPoolExecutor(1)
# The process that began the run; one that it forks must not end it.
_beginner: list[int] = []


def start_run() -> None:
    """Make the run's folder and choose where temporary files lie; a worker finds both made."""
    if RUN in os.environ:
        return
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_IN_MEMORY:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None
    os.environ[RUN] = tempfile.mkdtemp(prefix="campaign_test_")
    _beginner.append(os.getpid())


def end_run() -> None:
    """Drop the databases of the run and its folder, in the process that began it."""
    if os.getpid() not in _beginner:
        return
    folder = Path(os.environ.pop(RUN))
    if (folder / "postgres").exists():
        _drop_all(folder.name)
    shutil.rmtree(folder)


def _drop_all(prefix: str) -> None:
    with _server() as connection:
        query = sa.text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")
        for name in connection.scalars(query, {"prefix": prefix}).all():
            connection.execute(_dropping(name))


def _drop(name: str) -> None:
    with _server() as connection:
        connection.execute(_dropping(name))


def _dropping(name: str) -> sa.TextClause:
    return sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def once(name: str, make: Callable[[Path], None]) -> Path:
    """The file ``name`` of the run's folder, made by the first worker that asks; the others wait for it."""
    path = Path(os.environ[RUN]) / name
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            part = path.with_suffix(".part")
            make(part)
            part.rename(path)
    return path


def migrate(path: Path) -> None:
    """Make an empty SQLite database of the newest revision."""
    with _opened(f"sqlite:///{path}") as engine:
        db.upgrade(engine)


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = db.open_engine(url)
    try:
        yield engine
        db.tidy(engine)
    finally:
        engine.dispose()


@contextmanager
def copy_of(source: Engine | Path, folder: Path) -> Iterator[Engine]:
    """A copy, in ``folder``, of a SQLite database; its engine ends with the block."""
    path = folder / "copy.db"
    if isinstance(source, Engine):
        db.tidy(source)
        source = Path(str(source.url.database))
    shutil.copyfile(source, path)
    engine = db.open_engine(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


# --- PostgreSQL ------------------------------------------------------------------------------------


@contextmanager
def _server() -> Iterator[sa.Connection]:
    engine = sa.create_engine(POSTGRES_SERVER, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def postgres_url(name: str) -> str:
    """The address of a database of this run."""
    found = sa.make_url(POSTGRES_SERVER).set(database=database_name(name))
    return found.render_as_string(hide_password=False)


def database_name(name: str) -> str:
    return f"{Path(os.environ[RUN]).name}_{name}"


@contextmanager
def postgres_copy_of(template: str) -> Iterator[Engine]:
    """A copy of a template on the server; it ends with the block."""
    name = f"{template}_{os.getpid()}_{next(_numbers)}"
    engine = db.open_engine(make_database(name, template))
    try:
        yield engine
    finally:
        engine.dispose()
        _behind.submit(_drop, database_name(name))


def make_database(name: str, template: str = "") -> str:
    """Create the database ``name`` of this run, empty or as a copy; returns its address.

    ``end_run`` drops it. Raises sqlalchemy.exc.OperationalError where no server answers.
    """
    copied = f'TEMPLATE "{database_name(template)}"' if template else ""
    with _server() as connection:
        (Path(os.environ[RUN]) / "postgres").touch()
        connection.execute(sa.text(f'CREATE DATABASE "{database_name(name)}" {copied}'))
        # No test ends the server, so no test needs its commits on the disk.
        connection.execute(sa.text(f'ALTER DATABASE "{database_name(name)}" SET synchronous_commit = off'))
    return postgres_url(name)


def postgres_template(name: str, fill: Callable[[Engine], None], template: str = "") -> str:
    """The database ``name`` of this run, filled by the first worker that asks; returns the name.

    Raises sqlalchemy.exc.OperationalError where no server answers.
    """

    def make(mark: Path) -> None:
        engine = db.open_engine(make_database(name, template))
        try:
            fill(engine)
        finally:
            engine.dispose()
        mark.touch()

    once(f"{name}.postgres", make)
    return name
