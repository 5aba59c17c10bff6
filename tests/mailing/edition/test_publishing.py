"""Publishing an edition: one row for each confirmed reader, all or none, once (E01, E02)."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing.addresses import Keys
from campaign.mailing.edition import editions
from campaign.mailing.models import Delivery, Edition, Subscriber, Suppression
from campaign.settings import Settings

from mondays import MONDAY, addresses  # isort: skip

Make = Callable[..., Any]


def test_e01_one_row_per_confirmed_unsuppressed_reader(
    engine: Engine, keys: Keys, readers: Make, published: Make, states: Make
) -> None:
    readers("a@readers-host.org", "b@readers-host.org", seat="TX-20")
    readers("waiting@readers-host.org", state="pending")
    readers("gone@readers-host.org", state="stopped")
    (barred,) = readers("barred@readers-host.org")
    with db.writing(engine) as session:
        key = session.get_one(Subscriber, barred).key
        session.add(Suppression(key=key, reason="organizer", since=MONDAY))
    published()
    assert states() == {"a@readers-host.org": "pending", "b@readers-host.org": "pending"}


def test_e01_a_failure_while_publishing_creates_no_row(
    engine: Engine, settings: Settings, readers: Make, rules: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers(*addresses(5))
    rules(quiet_week="note")
    built = editions.build(engine, settings, now=MONDAY, period="2026-W26")
    whole = editions.add_rows

    def breaks(*given: Any) -> int:
        whole(*given)
        raise RuntimeError("the power went out")

    monkeypatch.setattr(editions, "add_rows", breaks)
    with pytest.raises(RuntimeError):
        editions.publish(engine, settings, built.edition, by="tests", now=MONDAY)
    with db.reading(engine) as session:
        assert session.exec(select(Delivery)).all() == []
        assert session.get_one(Edition, built.edition).state == "draft"


def test_e02_publishing_twice_or_at_once_adds_nothing(
    engine: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    readers(*addresses(20))
    rules(quiet_week="note")
    built = editions.build(engine, settings, now=MONDAY, period="2026-W26")
    added: list[int] = []

    def publish() -> None:
        added.append(editions.publish(engine, settings, built.edition, by="tests", now=MONDAY))

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publish()
    assert sorted(added) == [0, 0, 0, 0, 20]


def test_e02_the_database_itself_refuses_a_second_row(engine: Engine, readers: Make, published: Make) -> None:
    readers("a@readers-host.org")
    edition = published()
    with db.reading(engine) as session:
        row = session.exec(select(Delivery)).one()
    twin = sa.insert(Delivery).values({**row.model_dump(exclude={"id"}), "edition": edition})
    with pytest.raises(sa.exc.IntegrityError), engine.execution_options(writes=True).connect() as connection:
        connection.execute(twin)


def test_e02_building_a_week_again_keeps_its_edition(
    engine: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    readers("a@readers-host.org")
    rules(quiet_week="note")
    first = editions.build(engine, settings, now=MONDAY)
    assert editions.build(engine, settings, now=MONDAY + timedelta(hours=1)) == first
