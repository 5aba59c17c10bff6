"""Fixtures for every room.

A database of the test's own: ``engine`` (empty) and ``loaded_engine`` (the campaign of fixtures/) run on SQLite
and on PostgreSQL, ``sqlite_engine`` and ``snapshot_copy`` on SQLite only. ``snapshot_engine`` is shared by all
tests that only read the campaign.
"""

import functools
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import CodeType

import collecting
import copies
import hypothesis
import jinja2
import pytest
import sqlalchemy as sa
from babel import support
from connections import open_shared
from fuzzing import cases
from jinja2.bccache import Bucket
from one_map import OneMap
from playwright.sync_api import Browser, sync_playwright
from restored import keep, restored
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from campaign import db, snapshot

# Emptying row by row takes a hundredth of a TRUNCATE's time where few rows are; it needs the guards of the
# append-only tables off, and numbers from one again.
EMPTYING = (
    "SET LOCAL session_replication_role = replica",
    "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
)
BROWSERS = "chromium-headless-shell", "chromium", "chromium-browser"
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
PLAIN_HOST = "campaign-host.test"
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Without it a process is started ahead for each window, and most are never used.
    "--renderer-process-limit=1",
    # No pixel is judged: what composes them needs no process, and the engine no helping threads.
    "--in-process-gpu",
    "--js-flags=--single-threaded",
    # Over plain http a browser trusts localhost alone.
    f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1",
]
NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
# Each process that runs tests has one database on PostgreSQL that its tests empty in turn.
WORKER = f"process_{os.getpid()}"


# A loaded machine is no fault of the code: no test is timed, neither its runs nor the making of their input.
hypothesis.settings.register_profile(
    "suite",
    max_examples=cases(100),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


def pytest_configure() -> None:
    copies.start_run()
    _share_statements()


def _share_statements() -> None:
    """Let all engines of a kind use one cache of compiled statements: each would compile its own anew."""
    open_engine = db.open_engine
    first: dict[str, Engine] = {}

    def opened(url: str, **options: int) -> Engine:
        engine = open_engine(url, **options)
        model = first.setdefault(engine.dialect.name, engine)
        # A dialect knows its server once it has connected: no other engine needs to ask it.
        if model.dialect.server_version_info:
            engine.dialect.initialize = lambda connection: None
            engine.dialect, engine._compiled_cache = model.dialect, model._compiled_cache
        else:
            first[engine.dialect.name] = engine
            engine._compiled_cache.capacity = 3000
        return engine

    db.open_engine = opened


def pytest_unconfigure() -> None:
    copies.end_run()


def pytest_xdist_auto_num_workers() -> int:
    """One more than processors: a test waits a quarter of its time for a database, mail or a browser."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    collecting.leave_out_what_stays()


@pytest.fixture
def now() -> datetime:
    """A Saturday in June 2026: the 119th Congress sits, the snapshot is three weeks old."""
    return NOW


# --- made once per run -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated, empty database file; each test works on a copy."""
    return copies.once("empty.db", copies.migrate)


@pytest.fixture(scope="session")
def snapshot_template(sqlite_template: Path) -> Path:
    """A database file with the campaign of fixtures/; each test works on a copy."""
    return copies.once("snapshot.db", lambda path: _load(path, sqlite_template))


@pytest.fixture(scope="session")
def record_template(sqlite_template: Path) -> Path:
    """A database file with the record of fixtures/ and no campaign; each test works on a copy."""
    return copies.once("record.db", lambda path: _load(path, sqlite_template, example=False))


def _load(path: Path, template: Path, *, example: bool = True) -> None:
    shutil.copyfile(template, path)
    engine = db.open_engine(f"sqlite:///{path}")
    snapshot.load(engine, now=NOW, example=example)
    db.tidy(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """The name of a migrated, empty database on the server; skips where there is no server."""
    try:
        return copies.postgres_template("empty", db.upgrade)
    except sa.exc.OperationalError:
        pytest.skip("no PostgreSQL server")


@pytest.fixture(scope="session")
def postgres_snapshot_template(postgres_template: str) -> str:
    """The name of a database on the server with the campaign of fixtures/, to be copied and restored."""

    def load(engine: Engine) -> None:
        snapshot.load(engine, now=NOW)
        keep(engine)

    return copies.postgres_template("snapshot", load, postgres_template)


@pytest.fixture(scope="session")
def postgres_url(postgres_template: str) -> str:
    """This worker's database on the server."""
    return copies.make_database(WORKER, postgres_template)


@pytest.fixture(scope="session")
def postgres_snapshot_url(postgres_snapshot_template: str) -> str:
    """This worker's database with the campaign of fixtures/."""
    return copies.make_database(f"{WORKER}_snapshot", postgres_snapshot_template)


class CompiledTemplates(jinja2.FileSystemBytecodeCache):
    """Compiled templates in the run's folder; a process reads each once."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._read: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._read.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            super().load_bytecode(bucket)
            self._read[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> None:
    """Share compiled templates, routes and catalogs between the apps of all tests: each would make its own."""
    if flask := sys.modules.get("flask"):
        cache = CompiledTemplates(os.environ[copies.RUN])
        flask.Flask.jinja_options = {**flask.Flask.jinja_options, "bytecode_cache": cache}
        flask.Flask.url_map_class = OneMap
        _parse_catalogs_once()


def _parse_catalogs_once() -> None:
    load = functools.cache(support.Translations.load)
    support.Translations.load = lambda folder, locales, domain: load(folder, tuple(map(str, locales)), domain)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The worker's browser. Playwright runs once in a process: a second start beside the first one fails."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def plain_host() -> str:
    """A name of this machine that the browser trusts no more than any other site's."""
    return PLAIN_HOST


# --- one for each test -----------------------------------------------------------------------------


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "campaign.db"
    shutil.copyfile(sqlite_template, path)
    engine = db.open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@functools.cache
def _which_are_filled() -> sa.TextClause:
    """A query for the names of the tables that have rows: most have none."""
    tables = SQLModel.metadata.tables.items()
    parts = [sa.select(sa.literal(name)).where(sa.exists().select_from(table)) for name, table in tables]
    query = sa.union_all(*parts).compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    return sa.text(str(query))


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_shared(postgres_url)
    yield engine
    with engine.begin() as connection:
        for statement in EMPTYING:
            connection.execute(sa.text(statement))
        filled = connection.scalars(_which_are_filled()).all()
        deletions = [str(SQLModel.metadata.tables[name].delete()) for name in filled]
        connection.execute(sa.text("; ".join(deletions) or "SELECT 1"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty database at the newest revision."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture
def snapshot_copy(snapshot_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """The campaign of fixtures/ in a SQLite database of the test's own."""
    with copies.copy_of(snapshot_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def postgres_snapshot_copy(postgres_snapshot_url: str) -> Iterator[Engine]:
    """The campaign of fixtures/ in a PostgreSQL database that the test has alone."""
    with restored(postgres_snapshot_url) as engine:
        yield engine


LOADED = ["snapshot_copy", pytest.param("postgres_snapshot_copy", marks=pytest.mark.postgres)]


@pytest.fixture(params=LOADED, ids=["sqlite", "postgres"])
def loaded_engine(request: pytest.FixtureRequest) -> Engine:
    """The campaign of fixtures/ in a database of the test's own."""
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def snapshot_engine(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The campaign of fixtures/, one for all tests that only read it."""
    with copies.copy_of(snapshot_template, tmp_path_factory.mktemp("snapshot")) as engine:
        yield engine


# --- the report ------------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count aloud what this machine could not test; a quiet skip reads like a pass."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for missing, what in (("no PostgreSQL", "against PostgreSQL"), ("no Chromium", "in a browser")):
        if count := sum(missing in reason for reason in reasons):
            words = f"{count} tests {what} were SKIPPED: {missing}"
            terminalreporter.write_sep("!", words, yellow=True, bold=True)
