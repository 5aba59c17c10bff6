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
from campaign.mailing.edition import building, lifecycle, recipients
from campaign.mailing.models import Delivery, Edition, Subscriber, Suppression
from campaign.refusals import Refused
from campaign.settings import Settings

from mondays import CAMPAIGN, MONDAY, addresses  # isort: skip
from week import SUNDAY, prepare, see  # isort: skip

Make = Callable[..., Any]


def test_e01_one_row_per_confirmed_unsuppressed_reader(
    engine: Engine, keys: Keys, readers: Make, built: Make, states: Make
) -> None:
    readers("a@readers-host.org", "b@readers-host.org", seat="TX-20")
    readers("waiting@readers-host.org", state="pending")
    readers("gone@readers-host.org", state="stopped")
    (barred,) = readers("barred@readers-host.org")
    with db.writing(engine) as session:
        key = session.get_one(Subscriber, barred).key
        session.add(Suppression(key=key, reason="organizer", since=MONDAY))
    built()
    assert states() == {"a@readers-host.org": "pending", "b@readers-host.org": "pending"}


def test_e01_a_failure_while_publishing_creates_no_row(
    engine: Engine, settings: Settings, readers: Make, rules: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers(*addresses(5))
    rules(quiet_week="note")
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY, period="2026-W26")
    whole = recipients.add_rows

    def breaks(*given: Any) -> int:
        whole(*given)
        raise RuntimeError("the power went out")

    monkeypatch.setattr(recipients, "add_rows", breaks)
    with pytest.raises(RuntimeError):
        lifecycle.publish(engine, settings, built.edition, by="tests", now=MONDAY)
    with db.reading(engine) as session:
        assert session.exec(select(Delivery)).all() == []
        assert session.get_one(Edition, built.edition).state == "draft"


def test_e02_publishing_twice_or_at_once_adds_nothing(
    engine: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    readers(*addresses(20))
    rules(quiet_week="note")
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY, period="2026-W26")
    added: list[int] = []

    def publish() -> None:
        added.append(lifecycle.publish(engine, settings, built.edition, by="tests", now=MONDAY))

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
    first = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    assert building.build(engine, settings, CAMPAIGN, now=MONDAY + timedelta(hours=1)) == first


def test_a_draft_whose_news_a_later_one_tells_is_not_sent_too(
    small: Engine, settings: Settings, readers: Make, rules: Make, states: Make
) -> None:
    """After New Year two drafts may wait, the older built anew when its Congress ended."""
    rules(quiet_week="note")
    readers("a@readers-host.org")
    older, newer = (
        building.build(small, settings, CAMPAIGN, now=MONDAY + timedelta(days=days)) for days in (0, 7)
    )
    with pytest.raises(Refused, match="2026-W27 tells what 2026-W26 does") as refused:
        lifecycle.publish(small, settings, older.edition, by="tests", now=MONDAY + timedelta(days=7))
    assert (refused.value.status, "2026-W27 cuenta lo mismo" in refused.value.es) == (409, True)
    assert states() == {}
    assert lifecycle.publish(small, settings, newer.edition, by="tests", now=MONDAY + timedelta(days=7)) == 1


def test_a_draft_may_be_sent_after_an_edition_that_tells_later_news(
    small: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    rules(quiet_week="note")
    readers("a@readers-host.org")
    older = building.build(small, settings, CAMPAIGN, now=MONDAY)
    with db.writing(small) as session:
        ends = session.get_one(Edition, older.edition).upto_seq
        session.add(
            Edition(
                campaign=CAMPAIGN,
                kind="digest",
                period="2026-W27",
                state="draft",
                since_seq=ends,
                upto_seq=ends,
                built_at=MONDAY,
            )
        )
        session.add(
            Edition(
                campaign=CAMPAIGN,
                kind="alert",
                period="2026-06-23",
                state="done",
                since_seq=0,
                upto_seq=ends,
                built_at=MONDAY,
            )
        )
        session.add(
            Edition(
                campaign=CAMPAIGN,
                kind="digest",
                period="2026-W28",
                state="stopped",
                since_seq=0,
                upto_seq=ends,
                built_at=MONDAY,
            )
        )
    assert lifecycle.publish(small, settings, older.edition, by="tests", now=MONDAY) == 1


@pytest.fixture
def small(engine: Engine) -> Engine:
    """A bill that a member joined on the day before."""
    prepare(engine)
    see(engine, joined={"R000001": SUNDAY.date()})
    return engine
