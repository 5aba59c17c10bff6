"""A database made by version 0.1.0 upgrades, and everything in it goes on.

``tools/old_database.py`` made it with that version's code, on both engines.
"""

import gzip
import itertools
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import copies
import pytest
import sqlalchemy as sa
import time_machine
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from click.testing import CliRunner
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from campaign import db
from campaign.app import create_app
from campaign.cli import main
from campaign.settings import Settings

HERE = Path(__file__).parent
SECRET = "k" * 40
# Half an hour after everything was made: every link still holds.
NOW = datetime(2026, 6, 20, 15, 30, tzinfo=UTC)
# Tables that a later version keeps under another name, and those it no longer needs.
RENAMED: dict[str, str] = {"pipe": "relaylimits"}
DROPPED: set[str] = set()
Rows = dict[str, list[dict[str, Any]]]


def dump(name: str) -> str:
    return gzip.decompress((HERE / f"0.1.0.{name}.sql.gz").read_bytes()).decode()


def make_old_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump("sqlite"))


def make_upgraded_sqlite(path: Path) -> None:
    make_old_sqlite(path)
    copies.migrate(path)


def fill_old_postgres(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.connection.cursor().execute(dump("postgres"))
        # The dump leaves its connection without a schema to look in.
        connection.detach()


Maker = Callable[..., Engine]
# A worker may make the module's fixture more than once: each copy has a name of its own.
_numbers = itertools.count()
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module", params=ENGINES)
def copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """Makes copies of the database as 0.1.0 left it, or after ``campaign db upgrade``."""
    opened = []

    def sqlite(upgraded: bool) -> str:
        path = tmp_path_factory.mktemp("old") / "campaign.db"
        template = ("upgraded.db", make_upgraded_sqlite) if upgraded else ("old.db", make_old_sqlite)
        shutil.copyfile(copies.once(*template), path)
        return f"sqlite:///{path}"

    def postgres(upgraded: bool) -> str:
        request.getfixturevalue("postgres_template")
        template = copies.postgres_template("old", fill_old_postgres)
        if upgraded:
            template = copies.postgres_template("upgraded", db.upgrade, template)
        return copies.make_database(f"{template}_{os.getpid()}_{next(_numbers)}", template)

    def make(*, upgraded: bool) -> Engine:
        opened.append(db.open_engine({"sqlite": sqlite, "postgres": postgres}[request.param](upgraded)))
        return opened[-1]

    yield make
    for engine in opened:
        engine.dispose()


@pytest.fixture
def old(copy: Maker) -> Engine:
    """The database as 0.1.0 left it."""
    return copy(upgraded=False)


@pytest.fixture(scope="module")
def upgraded(copy: Maker) -> Engine:
    """The database after ``campaign db upgrade``, one for all tests that only read it."""
    return copy(upgraded=True)


@pytest.fixture
def own(copy: Maker) -> Engine:
    """The same for a test that writes."""
    return copy(upgraded=True)


@pytest.fixture
def links(upgraded: Engine) -> dict[str, str]:
    """The secret parts of the links that 0.1.0 mailed, by the page that they open."""
    engine = "sqlite" if upgraded.dialect.name == "sqlite" else "postgres"
    found: dict[str, str] = json.loads((HERE / "0.1.0.links.json").read_text())[engine]
    return found


@pytest.fixture
def client(upgraded: Engine) -> Iterator[FlaskClient]:
    with time_machine.travel(NOW, tick=False):
        yield client_of(upgraded)


def client_of(engine: Engine) -> FlaskClient:
    return create_app(Settings(secret_key=SecretStr(SECRET), geocoder_url=""), engine=engine).test_client()


def rows_of(engine: Engine) -> Rows:
    names = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
    with engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings()]  # noqa: S608 - our names
            for name in names
        }


def column(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.text(query)))


def test_the_tables_become_todays(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_every_row_is_still_there(old: Engine) -> None:
    """Each old row with each old column that still exists; nothing more, but for the texts that shipped."""
    before = rows_of(old)
    assert {"subscriber", "delivery", "account", "change", "whipentry", "callcount"} <= before.keys()
    assert [name for name in ("subscriber", "delivery", "account", "change") if not before[name]] == []
    db.upgrade(old)
    after = rows_of(old)
    for name in before.keys() - DROPPED:
        found = [
            row for row in after[RENAMED.get(name, name)] if name != "textversion" or row["by"] != "snapshot"
        ]
        shared = before[name][0].keys() & found[0].keys() if before[name] else set()
        assert texts(found, shared) == texts(before[name], shared), name


def texts(rows: list[dict[str, Any]], columns: set[str]) -> list[str]:
    return sorted(repr([row[column] for column in sorted(columns)]) for row in rows)


def test_upgrading_twice_changes_nothing(upgraded: Engine) -> None:
    before = rows_of(upgraded)
    db.upgrade(upgraded)
    assert rows_of(upgraded) == before


def test_what_only_grew_still_only_grows(upgraded: Engine) -> None:
    for statement in ("UPDATE change SET kind = 'x'", "DELETE FROM change", "DELETE FROM auditentry"):
        with pytest.raises(sa.exc.DBAPIError), upgraded.begin() as connection:
            connection.execute(sa.text(statement))


@pytest.mark.parametrize(
    "path", ["/", "/es/", "/bills/hr6736-119", "/act/TX-20", "/proposals/armas-act", "/find", "/readyz"]
)
def test_public_pages_answer(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_ledger_goes_on_where_it_stood(upgraded: Engine, client: FlaskClient) -> None:
    newest = column(upgraded, "SELECT max(seq) FROM change")[0]
    answer = client.get(f"/api/v1/changes?since={newest - 1}").json
    assert answer is not None
    assert [change["seq"] for change in answer["changes"]] == [newest]


@pytest.mark.parametrize("path", ["confirm", "unsubscribe", "preferences", "organize/link"])
def test_a_mailed_link_still_opens(client: FlaskClient, links: dict[str, str], path: str) -> None:
    assert client.get(f"/{path}/{links[path]}").status_code == 200


def test_a_mailed_link_still_ends_a_subscription(own: Engine, links: dict[str, str]) -> None:
    with time_machine.travel(NOW, tick=False):
        assert client_of(own).post(f"/unsubscribe/{links['unsubscribe']}").status_code == 200
    stopped = "SELECT email FROM subscriber WHERE state = 'stopped' ORDER BY email"
    assert column(own, stopped) == ["ben@example.org", "dora@example.org"]


def test_the_digest_goes_on_and_nobody_gets_two(own: Engine, tmp_path: Path) -> None:
    """One copy had been sent and one was in flight when a worker was killed: neither is sent again."""
    environment = {
        "CAMPAIGN_DATABASE_URL": own.url.render_as_string(hide_password=False),
        "CAMPAIGN_SECRET_KEY": SECRET,
        "CAMPAIGN_MAIL_FROM": "Campaña <news@campaign-host.org>",
        "CAMPAIGN_POSTAL_ADDRESS": "P.O. Box 123, Austin, TX 78701",
        "CAMPAIGN_SMTP_URL": f"file:{tmp_path}/outbox",
    }
    before = column(own, "SELECT state FROM delivery WHERE edition IS NOT NULL ORDER BY id")
    assert before == ["sent", "sending", "pending"]
    with time_machine.travel(datetime(2026, 6, 22, 19, tzinfo=UTC)):
        done = CliRunner().invoke(main, ["digest", "send", "--json"], env=environment)
    assert done.exit_code in (0, 1), done.output
    after = column(own, "SELECT state FROM delivery WHERE edition IS NOT NULL ORDER BY id")
    assert after == ["sent", "unknown", "sent"]
    written = [path.read_text() for path in (tmp_path / "outbox").glob("*.eml")]
    assert sum("Subject: " in text and "cleo@example.org" in text for text in written) == 1
    assert not any("To: ana@" in text or "To: ben@" in text for text in written)


def test_what_organizers_wrote_is_there(upgraded: Engine, client: FlaskClient) -> None:
    assert column(upgraded, "SELECT lean || ' ' || tags FROM whipentry") == ["likely visit"]
    known = ["admin@example.org", "organizer@example.org"]
    assert column(upgraded, "SELECT email FROM account ORDER BY id") == known
    assert sum(column(upgraded, "SELECT count FROM callcount")) == 3
    script = client.get("/act/TX-20?member=C001098&kind=call&bill=s367-119")
    assert "Thank you for your time." in script.text
