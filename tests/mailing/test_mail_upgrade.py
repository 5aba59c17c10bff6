"""A database of version 0.1.0 goes on sending where it stopped."""

import os
from collections.abc import Iterator

import copies
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

from campaign import db
from campaign.mailing import places, queue, relay_limits

from mondays import MONDAY  # isort: skip

# The newest revision that 0.1.0 knows.
OLD = "0002"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database as 0.1.0 left it, with readers and a relay in trouble, upgraded."""
    if request.param == "sqlite":
        engine = _made(f"sqlite:///{tmp_path_factory.mktemp('old')}/old.db")
    else:
        request.getfixturevalue("postgres_template")
        engine = _made(copies.make_database(f"old_mail_{os.getpid()}"))
    with engine.begin() as connection:
        _add_readers(connection)
        _add_trouble(connection)
    db.upgrade(engine)
    yield engine
    engine.dispose()


def _made(url: str) -> Engine:
    engine = db.open_engine(url)
    config = Config()
    config.set_main_option("script_location", str(db.MIGRATIONS))
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, OLD)
    return engine


def _add_readers(connection: sa.Connection) -> None:
    """Three, by what they told and when."""
    told = {
        1: ["confirmed 2026-06-01", "changed 2027-01-05"],
        2: ["confirmed 2026-06-01", "stopped 2027-01-05"],
        3: [],
    }
    reader = sa.text(
        "INSERT INTO subscriber (id, email, key, language, seat, proposals, state, alerts, created, score, "
        "why_stopped) VALUES (:who, 'a@example.org', :key, 'en', 'TX-37', '', 'confirmed', false, "
        "'2026-06-01 00:00:00+00:00', 0, '')"
    )
    consent = sa.text(
        'INSERT INTO consent (subscriber, kind, at, page, wording, ip, "by") '
        "VALUES (:who, :kind, :at, '', '', '', '')"
    )
    for who, events in told.items():
        connection.execute(reader, {"who": who, "key": f"k{who}"})
        for kind, day in (event.split() for event in events):
            connection.execute(consent, {"who": who, "kind": kind, "at": f"{day} 00:00:00+00:00"})


def _add_trouble(connection: sa.Connection) -> None:
    connection.exec_driver_sql(
        "INSERT INTO pipe (name, blocked_until, trouble, words, since, strikes, pace, second_tokens, "
        "hour_tokens) VALUES ('relay', '2026-06-22 16:10:00+00:00', 'down', 'no relay', "
        "'2026-06-22 15:00:00+00:00', "
        "3, 0.5, 1.5, 2.5)"
    )


def test_a_place_is_of_the_last_day_on_which_it_was_told(upgraded: Engine) -> None:
    """By the consents of before: who chose again in January is not asked again."""
    with db.reading(upgraded) as session:
        found = session.execute(sa.select(places.place(120)).order_by(sa.text("id"))).scalars().all()
    assert found == ["TX-37", "TX", "TX"]


def test_a_relay_that_was_in_trouble_still_is_after_the_upgrade(upgraded: Engine) -> None:
    assert db.is_current(upgraded)
    assert "pipe" not in sa.inspect(upgraded).get_table_names()
    with db.reading(upgraded) as session:
        limits = relay_limits.state(session)
        (trouble,) = queue.troubles(session)
    assert (limits.trouble, limits.strikes, limits.pace, limits.second_tokens) == ("down", 3, 0.5, 1.5)
    assert (limits.failing_since, limits.notified) == (None, False)
    assert trouble.en == "the relay cannot be reached since 2026-06-22 15:00 UTC: no relay"
    assert queue.claim(upgraded, owner="x", now=MONDAY, most=1).wait == 600
