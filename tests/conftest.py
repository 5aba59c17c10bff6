"""Fixtures for every room. A test that takes ``engine`` runs on SQLite and on PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from campaign import db, snapshot

POSTGRES_SERVER = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
# Emptying row by row takes a hundredth of a TRUNCATE's time where few rows are; it needs the guards of the
# append-only tables off, and numbers from one again.
EMPTYING = (
    "SET LOCAL session_replication_role = replica",
    "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
)
NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """A Saturday in June 2026: the 119th Congress sits, the snapshot is three weeks old."""
    return NOW


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file; each test works on a copy."""
    path = tmp_path_factory.mktemp("template") / "campaign.db"
    engine = db.open_engine(f"sqlite:///{path}")
    db.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of our own on the server, migrated once and dropped at the end."""
    server = sa.create_engine(POSTGRES_SERVER, isolation_level="AUTOCOMMIT")
    name = f"campaign_test_{os.getpid()}"
    try:
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
    except sa.exc.OperationalError:
        pytest.skip("no PostgreSQL server")
    url = sa.make_url(POSTGRES_SERVER).set(database=name).render_as_string(hide_password=False)
    engine = db.open_engine(url)
    db.upgrade(engine)
    engine.dispose()
    yield url
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "campaign.db"
    shutil.copyfile(sqlite_template, path)
    engine = db.open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = db.open_engine(postgres_url)
    yield engine
    with engine.begin() as connection:
        for statement in EMPTYING:
            connection.execute(sa.text(statement))
        deletions = [str(table.delete()) for table in SQLModel.metadata.sorted_tables]
        connection.execute(sa.text("; ".join(deletions)))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty database at the newest revision."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture(scope="session")
def snapshot_engine(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The campaign of fixtures/, loaded once: for tests that only read it."""
    path = tmp_path_factory.mktemp("snapshot") / "campaign.db"
    shutil.copyfile(sqlite_template, path)
    engine = db.open_engine(f"sqlite:///{path}")
    snapshot.load(engine, now=NOW)
    yield engine
    engine.dispose()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count aloud what this machine could not test; a quiet skip reads like a pass."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for missing, what in (("no PostgreSQL", "against PostgreSQL"), ("no Chromium", "in a browser")):
        if count := sum(missing in reason for reason in reasons):
            words = f"{count} tests {what} were SKIPPED: {missing}"
            terminalreporter.write_sep("!", words, yellow=True, bold=True)
