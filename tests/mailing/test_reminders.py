"""Reminders to organizers, through a real relay: what is theirs, once a day, and no mail without news."""

import email
from datetime import datetime, timedelta
from email.policy import default
from typing import Any

import pytest
from chambers import add_bill, id_of, legislator, seat_members, term
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.accounts import users
from campaign.congress.models import Change
from campaign.mailing.delivery.sending import Outbox, deliver
from campaign.mailing.models import Delivery, Edition
from campaign.organizing import whip
from campaign.proposals import campaigns
from campaign.settings import Settings
from jobs import remind_organizers

from mondays import MONDAY, Clock  # isort: skip
from smtp_sink import Box  # isort: skip

BILL, A1, A2 = "hr6736-119", id_of("A1"), id_of("A2")
ANA, BO, EYE = "ana@campaign-host.org", "bo@campaign-host.org", "eye@campaign-host.org"
FRIDAY, TUESDAY = MONDAY - timedelta(days=3), MONDAY + timedelta(days=1)
Mail = tuple[str, str, str]


@pytest.fixture
def relay(settings: Settings, box: Box) -> Settings:
    """Settings whose relay is ``box``."""
    return settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{box.port}")})  # type: ignore[attr-defined]


@pytest.fixture
def board(engine: Engine, rules: Any) -> Engine:
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}")) for n in (1, 2)))
    add_bill(engine, BILL, proposal="armas")
    rules(per_second=0)
    with db.writing(engine) as session:
        for address, role in ((ANA, "organizer"), (BO, "organizer"), (EYE, "viewer")):
            users.add(session, address, role, now=FRIDAY)
    return engine


def own(engine: Engine, owner: str, bioguide: str, step: str = "", day: str = "") -> None:
    given = {"owner": owner, "next_step": step, "next_on": day}
    with db.writing(engine) as session:
        whip.save(session, BILL, bioguide, given, version=0, by=owner, now=FRIDAY)


def moved(engine: Engine, bioguide: str, at: datetime, kind: str = "cosponsored", **more: Any) -> None:
    with db.writing(engine) as session:
        session.add(Change(bill=BILL, kind=kind, bioguide=bioguide, happened=at.date(), seen_at=at, **more))


def draft(engine: Engine, state: str = "draft", built: datetime = MONDAY) -> None:
    with db.writing(engine) as session:
        session.add(Edition(campaign="guns", kind="digest", period="2026-W26", state=state, built_at=built))


def switch_off(engine: Engine, address: str, *wanted: str) -> None:
    with db.writing(engine) as session:
        user = users.by_email(session, address)
        assert user is not None
        users.choose_reminders(session, user, wanted)


@pytest.fixture
def morning(board: Engine, relay: Settings, box: Box, clock: Clock) -> Any:
    """Run a morning's job twice and send what it queued; who got which mail, in subject and text."""

    def run(now: datetime = MONDAY) -> list[Mail]:
        clock.at = now
        box.messages.clear()
        for _ in range(2):
            remind_organizers.run(board, relay, now=now)
            deliver(Outbox(board, relay, clock=clock))
        return sorted(_read(recipient, raw) for _, recipient, raw in box.messages)

    return run


def _read(recipient: str, raw: bytes) -> Mail:
    message = email.message_from_bytes(raw, policy=default)
    text = message.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    return recipient, str(message["Subject"]), " ".join(text.split())


def test_each_organizer_gets_what_is_theirs_in_one_mail(board: Engine, morning: Any) -> None:
    own(board, ANA, A1, "call the LD", "2026-06-22")
    own(board, BO, A2, "send the text", "2026-06-23")
    moved(board, A2, MONDAY - timedelta(hours=3))
    ((to_ana, about_ana, ana), (to_bo, about_bo, bo)) = morning()
    assert (to_ana, about_ana) == (ANA, "1 next step is due")
    assert ana.startswith(
        "Lee MemberA1, H.R. 6736: call the LD Open this week: https://campaign.test-host.org/organize/"
    )
    assert (to_bo, about_bo) == (BO, "News of your members")
    assert bo.startswith("Lee MemberA2 joined H.R. 6736. Open this week")
    assert "https://campaign.test-host.org/organize/account#reminders" in bo


def test_in_spanish_where_the_organization_reads_it(board: Engine, morning: Any, rules: Any) -> None:
    rules(notify_language="es")
    own(board, ANA, A1, "llamar", "2026-06-22")
    moved(board, A1, MONDAY - timedelta(hours=3), kind="withdrew")
    draft(board)
    ana = morning()[0]
    assert ana[1] == "Hoy vence 1 próximo paso; novedades de sus miembros; el boletín espera aprobación"
    assert "Lee MemberA1, H.R. 6736: llamar Lee MemberA1 se retiró de H.R. 6736." in ana[2]
    assert "https://campaign.test-host.org/es/organize/account#reminders" in ana[2]


def test_nothing_to_say_is_no_mail(board: Engine, morning: Any) -> None:
    own(board, ANA, A1)
    moved(board, A2, MONDAY - timedelta(hours=3))
    moved(board, A1, MONDAY - timedelta(hours=3), baseline=True)
    moved(board, A1, MONDAY - timedelta(days=2))
    assert morning() == []


def test_monday_tells_what_came_over_the_weekend_and_tuesday_what_is_new(board: Engine, morning: Any) -> None:
    own(board, ANA, A1, "call the LD", "2026-06-20")
    assert morning(FRIDAY) == []
    moved(board, A1, MONDAY - timedelta(days=2))
    ((_to, subject, text),) = morning(MONDAY)
    assert subject == "1 next step is due; news of your members"
    assert "call the LD (due 2026-06-20) Lee MemberA1 joined" in text
    assert morning(TUESDAY) == []


def test_a_draft_waits_for_those_who_may_approve_it(board: Engine, morning: Any) -> None:
    draft(board)
    found = morning()
    assert [(to, subject) for to, subject, _text in found] == [
        (ANA, "The digest waits for approval"),
        (BO, "The digest waits for approval"),
    ]
    assert "Open the digest: https://campaign.test-host.org/organize/digest" in found[0][2]


@pytest.mark.parametrize(("campaigns_of_bo", "told"), [("", True), ("guns", True), ("homes", False)])
def test_a_draft_of_a_campaign_that_is_not_theirs_is_no_news(
    board: Engine, morning: Any, campaigns_of_bo: str, told: bool
) -> None:
    draft(board)
    with db.writing(board) as session:
        bo = users.by_email(session, BO)
        assert bo is not None
        users.set_role(session, bo, "organizer", campaigns=campaigns_of_bo.split(), by=None, now=FRIDAY)
    assert (BO in {mail[0] for mail in morning()}) is told


@pytest.mark.parametrize(("state", "built"), [("done", MONDAY), ("draft", MONDAY - timedelta(days=8))])
def test_a_digest_that_nobody_can_approve_is_no_news(
    board: Engine, morning: Any, state: str, built: datetime
) -> None:
    draft(board, state, built)
    assert morning() == []


@pytest.mark.parametrize(
    ("wanted", "subject"),
    [
        (("due", "news"), "1 next step is due; news of your members"),
        (("news", "draft"), "News of your members; the digest waits for approval"),
        (("due", "draft"), "1 next step is due; the digest waits for approval"),
    ],
)
def test_each_kind_is_switched_off_alone(
    board: Engine, morning: Any, wanted: tuple[str, ...], subject: str
) -> None:
    own(board, ANA, A1, "call the LD", "2026-06-22")
    moved(board, A1, MONDAY - timedelta(hours=3))
    draft(board)
    switch_off(board, ANA, *wanted)
    switch_off(board, BO)
    assert [(to, found) for to, found, _text in morning()] == [(ANA, subject)]


def test_nobody_who_was_switched_off_is_reminded(board: Engine, morning: Any) -> None:
    own(board, ANA, A1, "call the LD", "2026-06-22")
    with db.writing(board) as session:
        ana = users.by_email(session, ANA)
        assert ana is not None
        users.switch(session, ana, False, by=None, now=FRIDAY)
    assert morning() == []


def test_an_archived_campaign_reminds_nobody(board: Engine, morning: Any) -> None:
    own(board, ANA, A1, "call the LD", "2026-06-22")
    with db.writing(board) as session:
        campaigns.set_state(session, "guns", "archived", by="test", now=FRIDAY)
    assert morning() == []


def test_the_day_is_that_of_the_organization(board: Engine, settings: Settings) -> None:
    own(board, ANA, A1, "call the LD", "2026-06-23")
    late = datetime.fromisoformat("2026-06-23T03:00:00+00:00")
    remind_organizers.run(board, settings.model_copy(update={"timezone": "America/New_York"}), now=late)
    with db.reading(board) as session:
        assert session.exec(select(Delivery)).all() == []
    remind_organizers.run(board, settings.model_copy(update={"timezone": "UTC"}), now=late)
    with db.reading(board) as session:
        assert [row.address for row in session.exec(select(Delivery))] == [ANA]
