"""Mail that an ended Congress left unsent: it names dead numbers, so no copy of it leaves after noon."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing import queue
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import building, lifecycle
from campaign.mailing.models import Delivery, Edition
from campaign.outreach.bilingual import Text
from campaign.refusals import Refused
from campaign.settings import Settings
from jobs import build_editions

from mondays import CAMPAIGN, Clock, addresses  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]
# Noon Eastern of the Sunday on which the 119th Congress ends, and the Monday before it.
NOON = datetime(2027, 1, 3, 17, tzinfo=UTC)
BUILT = datetime(2026, 12, 28, 15, tzinfo=UTC)
LAST_WEEK = "2026-W53"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON - timedelta(minutes=1))


def draft(engine: Engine, settings: Settings, now: datetime = BUILT) -> int:
    return building.build(engine, settings, CAMPAIGN, now=now, period=LAST_WEEK).edition


def test_a_draft_of_the_last_congress_cannot_be_approved(
    engine: Engine, settings: Settings, readers: Make, rules: Make, states: Make
) -> None:
    rules(quiet_week="note")
    readers("r1@readers-host.org")
    edition = draft(engine, settings)
    with pytest.raises(Refused, match="119th Congress, which has ended") as refused:
        lifecycle.publish(engine, settings, edition, by="tests", now=NOON)
    assert refused.value.status == 409
    assert "119.º Congreso" in refused.value.es
    assert states() == {}
    assert lifecycle.publish(engine, settings, edition, by="tests", now=NOON - timedelta(seconds=1)) == 1


def test_a_paused_edition_of_the_last_congress_cannot_be_resumed(
    engine: Engine, readers: Make, published: Make
) -> None:
    readers("r1@readers-host.org")
    edition = published(LAST_WEEK, BUILT)
    lifecycle.pause(engine, edition, why=Text("look", "look"))
    with pytest.raises(Refused, match="has ended"):
        lifecycle.resume(engine, edition, now=NOON)
    lifecycle.resume(engine, edition, now=NOON - timedelta(seconds=1))


def test_what_is_waiting_at_noon_stays(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box, clock: Clock
) -> None:
    readers(*addresses(5))
    edition = published(LAST_WEEK, BUILT)

    def pass_noon(_recipient: str) -> None:
        if len(box.messages) == 1:
            clock.at = NOON

    box.on_data = pass_noon  # type: ignore[attr-defined]
    assert deliver(outbox()).counts == {"sent": 2}
    assert deliver(outbox()).counts == {}
    assert queue.claim(engine, owner="x", now=NOON, most=9).claimed == ()
    with db.reading(engine) as session:
        assert session.get_one(Edition, edition).state == "sending"


def test_organizers_hear_once_what_was_stopped(
    engine: Engine, settings: Settings, readers: Make, published: Make, states: Make, rules: Make
) -> None:
    rules(notify_email="desk@campaign-host.org")
    readers(*addresses(3))
    edition = published(LAST_WEEK, BUILT)
    assert lifecycle.retire(engine, now=NOON - timedelta(seconds=1)) == []
    assert [row.period for row in lifecycle.retire(engine, now=NOON)] == [LAST_WEEK]
    assert lifecycle.retire(engine, now=NOON + timedelta(hours=1)) == []
    found = states()
    assert (found.pop("notice"), set(found.values())) == ("pending", {"failed"})
    with db.reading(engine) as session:
        row = session.get_one(Edition, edition)
        notice = session.exec(select(Delivery).where(Delivery.kind == "notice")).one()
    assert (row.state, row.problem) == ("stopped", "the 119th Congress ended before it was sent")
    assert row.problem_es == "el 119.º Congreso terminó antes de que se enviara"
    assert (notice.detail["periods"], notice.detail["number"]) == (LAST_WEEK, 3)


def test_unknown_copies_of_the_last_congress_are_not_sent_again(
    engine: Engine, readers: Make, published: Make
) -> None:
    readers("r1@readers-host.org")
    edition = published(LAST_WEEK, BUILT)
    with db.writing(engine) as session:
        session.exec(select(Delivery)).one().state = "unknown"
        session.get_one(Edition, edition).state = "done"
    assert queue.resend_unknown(engine, edition, now=NOON) == 0
    assert queue.resend_unknown(engine, edition, now=NOON - timedelta(seconds=1)) == 1


def test_this_weeks_draft_is_built_anew(engine: Engine, settings: Settings, readers: Make, rules: Make) -> None:
    """The Congress of 2025 began on a Friday, in the middle of a week."""
    rules(quiet_week="note")
    readers("r1@readers-host.org", confirmed_at=datetime(2024, 12, 1, tzinfo=UTC))
    monday, friday = datetime(2024, 12, 30, 15, tzinfo=UTC), datetime(2025, 1, 3, 17, tzinfo=UTC)
    first = building.build(engine, settings, CAMPAIGN, now=monday)
    assert (first.period, first.state) == ("2025-W01", "draft")
    build_editions.run_retired(engine, settings, now=friday)
    with db.reading(engine) as session:
        rows = session.exec(select(Edition)).all()
    assert [(row.id, row.state, row.congress) for row in rows] == [(first.edition, "draft", 119)]
    assert lifecycle.publish(engine, settings, first.edition, by="tests", now=friday) == 1


def test_an_edition_that_was_partly_sent_is_not_built_anew(
    engine: Engine, settings: Settings, readers: Make, published: Make
) -> None:
    readers("r1@readers-host.org")
    monday, friday = datetime(2024, 12, 30, 15, tzinfo=UTC), datetime(2025, 1, 3, 17, tzinfo=UTC)
    edition = published("2025-W01", monday)
    build_editions.run_retired(engine, settings, now=friday)
    assert building.build(engine, settings, CAMPAIGN, now=friday).edition == edition
    with db.reading(engine) as session:
        assert session.get_one(Edition, edition).state == "stopped"
