"""What visitors and sign-ins do at the same moment, on both databases: a limit holds, a code opens once.

tests/web/organize/test_forms_at_once.py races the forms of organizers; docs/testing.md names all races.
"""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from accounts.visitors import NOW, PASSWORD, VISITOR, stored, with_authenticator
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db
from campaign.accounts import factors, passwords, signin, throttle
from campaign.actions import editing, signatures
from campaign.actions.models import CampaignAction, Signature
from campaign.actions.signatures import Entry
from campaign.congress.models import Member, Office
from campaign.mailing.addresses import Keys
from campaign.mailing.models import Delivery, Subscriber
from campaign.mailing.readers import subscribers
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.outreach import phone_numbers
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.settings import Settings

TIMES = 6
SLUG = "clean-water"
PETITION = {"title_en": "Clean wells", "title_es": "Pozos limpios", "text_en": "We ask.", "text_es": "Pedimos."}


def at_once(engine: Engine, act: Callable[[Session, int], Any], times: int = TIMES) -> Counter[Any]:
    """How often each answer comes of as many transactions that begin together."""
    ready = Barrier(times)

    def run(number: int) -> Any:
        ready.wait()
        with db.writing(engine) as session:
            return act(session, number)

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(run, range(times)))


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A race needs no password to be slow."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def campaign(engine: Engine) -> str:
    with db.writing(engine) as session:
        campaigns.add_campaign(session, SLUG, title_en="Clean water", title_es="Agua limpia")
    return SLUG


def test_s01_a_bucket_takes_no_more_than_it_holds(engine: Engine) -> None:
    limit = throttle.Limit(4, timedelta(hours=1))
    assert at_once(engine, lambda session, _: throttle.allow(session, "who", limit, now=NOW), 9) == {
        True: 4,
        False: 5,
    }


def test_s10_a_code_of_the_authenticator_lets_in_once(engine: Engine) -> None:
    user, app, _ = with_authenticator(engine)
    owed = [signin.with_password(engine, user.email, PASSWORD, VISITOR, now=NOW).token for _ in range(TIMES)]
    code, ready = app.at(NOW), Barrier(TIMES)

    def pay(token: str) -> str:
        ready.wait()
        return signin.with_code(engine, token, code, VISITOR, now=NOW).result

    with ThreadPoolExecutor(TIMES) as pool:
        assert Counter(pool.map(pay, owed)) == {"in": 1, "refused": TIMES - 1}


def test_s10_a_recovery_code_is_used_up_once(engine: Engine) -> None:
    user, _, codes = with_authenticator(engine)

    def pay(session: Session, _: int) -> bool:
        return signin.take_code(session, stored(session, user), codes[0], now=NOW)

    assert at_once(engine, pay) == {True: 1, False: TIMES - 1}
    with db.reading(engine) as session:
        assert factors.recovery_codes_left(session, user) == len(codes) - 1


def test_an_address_signs_up_once_and_gets_one_mail(engine: Engine, campaign: str) -> None:
    keys = Keys(Settings(secret_key=SecretStr("k" * 40)))

    def ask(session: Session, _: int) -> str:
        return subscribers.ask(
            session, keys, campaign, "maria@example.org", Wish(), Asked("/subscribe"), now=NOW
        )

    assert at_once(engine, ask)["confirm"] == 1
    with db.reading(engine) as session:
        assert len(session.exec(select(Subscriber)).all()) == 1
        assert len(session.exec(select(Delivery)).all()) == 1


def test_a_person_signs_once(engine: Engine, campaign: str) -> None:
    with db.writing(engine) as session:
        action = editing.add(session, campaign, "petition", PETITION)

    def sign(session: Session, _: int) -> int | None:
        return signatures.put(session, action, "key", "maria@example.org", Entry("Maria"), now=NOW).id

    assert list(at_once(engine, sign).values()) == [TIMES]
    with db.reading(engine) as session:
        row = session.exec(select(Signature)).one()
    asked = int(row.asked_at.timestamp())
    at_once(engine, lambda session, _: signatures.confirm(session, row.id or 0, asked, now=NOW))
    with db.reading(engine) as session:
        assert signatures.counts(session, [action])[action.id or 0].counted == 1
        assert session.get_one(CampaignAction, action.id).counted == 1


def test_a_text_that_is_being_signed_stays_as_it_was(engine: Engine, campaign: str) -> None:
    """The edit begins while the first signature is confirmed but not committed, and waits for it."""
    with db.writing(engine) as session:
        action = editing.add(session, campaign, "petition", PETITION)
        row = signatures.put(session, action, "key", "maria@example.org", Entry("Maria"), now=NOW)
        session.flush()
    id, asked = row.id or 0, int(row.asked_at.timestamp())

    def change() -> int:
        with db.writing_alone(engine) as session:
            mine = session.get_one(CampaignAction, action.id)
            try:
                editing.edit(session, mine, PETITION | {"text_en": "We demand."})
            except Refused as refused:
                return refused.status
        return 200

    with ThreadPoolExecutor(1) as pool:
        with db.writing(engine) as session:
            assert signatures.confirm(session, id, asked, now=NOW)
            answer = pool.submit(change)
            wait_until_blocked(engine)
        assert answer.result(timeout=30) == 409


def test_who_withdrew_meanwhile_is_not_approved(engine: Engine, campaign: str) -> None:
    """Approval would wait for them, and count them unseen when they sign again."""
    with db.writing(engine) as session:
        action = editing.add(session, campaign, "signon", PETITION)
        entry = Entry("Maria", organization="Wells")
        row = signatures.put(session, action, "key", "maria@example.org", entry, now=NOW)
        session.flush()
        assert signatures.confirm(session, row.id or 0, int(row.asked_at.timestamp()), now=NOW)
    with db.reading(engine) as session:
        seen = session.get_one(Signature, row.id)
    with db.writing(engine) as session:
        signatures.withdraw(session, session.get_one(Signature, row.id), now=NOW)
    with db.writing(engine) as session, pytest.raises(Refused):
        signatures.approve(session, session.merge(seen, load=False), now=NOW)
    with db.reading(engine) as session:
        assert session.get_one(Signature, row.id).approved_at is None


def wait_until_blocked(engine: Engine) -> None:
    """Until another transaction waits for a lock; SQLite does not say, and lets nobody begin."""
    if engine.dialect.name != "postgresql":
        return
    waits = sa.text(
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database OR database IS NULL"
        " WHERE NOT granted AND d.datname = current_database()"
    )
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with engine.connect() as connection:
            if connection.scalar(waits):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_the_report_that_hides_a_number_is_one(engine: Engine) -> None:
    now = datetime(2026, 6, 22, 16, tzinfo=UTC)
    office = Office(
        id="X1:washington",
        bioguide="X1",
        kind="washington",
        city="Washington",
        state="DC",
        phone="202-224-0001",
    )
    with db.writing(engine) as session:
        session.add(Member(bioguide="X1", standing="sitting", seat="TX"))
        session.flush()
        session.add(office)

    def report(session: Session, number: int) -> bool:
        return phone_numbers.report(session, office, f"place-{number}", f"nonce-{number}", now=now)

    assert at_once(engine, report) == {True: 1, False: TIMES - 1}
