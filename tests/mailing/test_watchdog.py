"""Mail waits and nothing leaves: said within minutes, whatever the cause, and never because of a slow rate."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db, doctor
from campaign.mailing import queue, watchdog
from campaign.mailing.models import Delivery, Edition, RelayLimits
from campaign.settings import Settings
from jobs import deliver_mail

from mondays import MONDAY  # isort: skip

Make = Callable[..., Any]
LATE = MONDAY + timedelta(minutes=6)


def waiting(engine: Engine, **values: Any) -> None:
    with db.writing(engine) as session:
        session.add(Delivery(**{"kind": "notice", "address": "desk@host.org", "due": MONDAY, **values}))


def with_limits(engine: Engine, **values: Any) -> None:
    with db.writing(engine) as session:
        session.add(RelayLimits(name="relay", **values))


def found(engine: Engine, now: datetime) -> watchdog.Stuck | None:
    with db.reading(engine) as session:
        return watchdog.stuck(session, now=now)


@pytest.mark.parametrize(
    ("row", "limits", "minutes", "stuck"),
    [
        ({}, None, 4, False),
        ({}, None, 6, True),
        ({"state": "deferred"}, None, 6, True),
        ({"state": "sent"}, None, 6, False),
        # The chat is posted to by the same worker, and is no mail.
        ({"kind": "hook"}, None, 6, False),
        ({"due": MONDAY + timedelta(hours=1)}, None, 6, False),
        # A worker has it in hand, or had: its lease has run out.
        ({"lease": LATE + timedelta(seconds=30)}, None, 6, False),
        ({"lease": LATE - timedelta(seconds=30)}, None, 6, True),
        # A worker asks for the rate again and again; one that asked an hour ago is gone.
        ({}, {"filled_at": LATE - timedelta(seconds=20)}, 6, False),
        ({}, {"filled_at": LATE - timedelta(hours=1)}, 6, True),
        # The relay's own trouble is said by itself.
        ({}, {"trouble": "down"}, 6, False),
    ],
)
def test_what_waits_while_nobody_sends_is_stuck(
    engine: Engine, row: dict[str, Any], limits: dict[str, Any] | None, minutes: int, stuck: bool
) -> None:
    waiting(engine, **row)
    if limits:
        with_limits(engine, **limits)
    assert (found(engine, MONDAY + timedelta(minutes=minutes)) is not None) is stuck


@pytest.mark.parametrize(("state", "stuck"), [("sending", True), ("paused", False), ("draft", False)])
def test_copies_of_an_edition_count_while_it_is_being_sent(engine: Engine, state: str, stuck: bool) -> None:
    with db.writing(engine) as session:
        session.add(Edition(period="2026-W26", state=state, built_at=MONDAY))
        session.flush()
        session.add(Delivery(edition=1, address="a@host.org", due=MONDAY))
    assert (found(engine, LATE) is not None) is stuck


def test_it_is_said_everywhere_and_organizers_are_told_once(
    engine: Engine, settings: Settings, rules: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that ends every run: the notice is queued, and posted to the chat, all the same."""
    rules(notify_email="desk@host.org", notify_webhook="https://127.0.0.1:9/hook")
    waiting(engine)

    def fail(*_rest: Any, **_more: Any) -> None:
        raise RuntimeError("every run ends here")

    monkeypatch.setattr(deliver_mail, "deliver", fail)
    runs = deliver_mail.Runs(engine, settings)
    for minutes in (6, 8, 10):
        with pytest.raises(RuntimeError):
            runs.run(MONDAY + timedelta(minutes=minutes))
    with db.reading(engine) as session:
        told = session.exec(select(Delivery.kind).where(Delivery.id != 1)).all()
        (trouble,) = watchdog.troubles(session, now=LATE)
        assert queue.troubles(session) == []
    assert sorted(told) == ["hook", "notice"]
    assert "mail waits since" in trouble.text("en")
    assert "hay correo en espera" in trouble.text("es")
    texts = [finding.text for finding in doctor.examine(engine, settings, now=LATE)]
    assert any("mail waits since" in text for text in texts)
    with db.writing(engine) as session:
        session.get_one(Delivery, 1).state = "sent"
        for row in session.exec(select(Delivery).where(Delivery.kind == "notice", Delivery.id != 1)):
            row.state = "sent"
    watchdog.watch(engine, now=LATE + timedelta(minutes=20))
    with db.reading(engine) as session:
        assert not session.get_one(RelayLimits, "relay").notified
