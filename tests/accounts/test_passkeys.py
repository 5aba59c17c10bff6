"""Passkeys, with a device in software: what lets in, and what does not (S32)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from accounts.device import Device
from accounts.visitors import NOW, VISITOR, later, stored, with_password
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.accounts import passkeys, sessions, signin, throttle, users
from campaign.accounts.models import AuditEntry, Passkey, PasskeyChallenge, User
from campaign.accounts.passkeys import Site
from campaign.refusals import Refused

SITE = Site("campaign.test-host.org", "https://campaign.test-host.org", "Campaign", "k" * 40)


def made(engine: Engine, user: User, device: Device, site: Site = SITE) -> Passkey:
    with db.writing(engine) as session:
        mine = stored(session, user)
        answer = device.make(passkeys.options_to_make(session, mine, site, now=NOW))
        return passkeys.add(session, mine, site, answer, " My  phone ", now=NOW)


def asked(site: Site = SITE) -> str:
    return passkeys.options_to_use(site, now=NOW)


def comes_in(engine: Engine, answer: str, site: Site = SITE, **time: float) -> str:
    return signin.with_passkey(engine, site, answer, VISITOR, now=later(**time)).result


@pytest.fixture
def user(engine: Engine) -> User:
    return with_password(engine)


@pytest.fixture
def device(engine: Engine, user: User) -> Device:
    found = Device(SITE.origin)
    assert made(engine, user, found).name == "My phone"
    return found


def test_a_use_in_the_evening_is_dated_with_the_organizations_day(engine: Engine, device: Device) -> None:
    site = replace(SITE, zone=ZoneInfo("America/Los_Angeles"))
    evening = datetime(2026, 6, 21, 1, 30, tzinfo=UTC)
    answer = device.use(passkeys.options_to_use(site, now=evening))
    assert signin.with_passkey(engine, site, answer, VISITOR, now=evening).result == "in"
    with db.reading(engine) as session:
        assert session.exec(select(Passkey)).one().last_used == date(2026, 6, 20)


def test_s32_a_passkey_opens_a_session_that_owes_no_code(engine: Engine, user: User, device: Device) -> None:
    with db.writing(engine) as session:
        stored(session, user).totp_secret = "JBSWY3DPEHPK3PXP"
    outcome = signin.with_passkey(engine, SITE, device.use(asked()), VISITOR, now=NOW)
    assert outcome.result == "in"
    with db.reading(engine) as session:
        found = sessions.find(session, outcome.token, now=NOW)
        assert found
        assert found[0].email == user.email
        row = session.exec(select(Passkey)).one()
        assert (row.used, row.last_used) == (1, NOW.date())
        assert (
            session.exec(select(AuditEntry).where(AuditEntry.act == "signed in")).one().detail["way"]
            == "passkey"
        )


def test_s32_an_answer_is_good_once(engine: Engine, device: Device) -> None:
    answer = device.use(asked())
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: comes_in(engine, answer), range(4)))
    assert sorted(results) == ["in", "refused", "refused", "refused"]


@pytest.mark.parametrize(("minutes", "result"), [(4, "in"), (5, "refused"), (-1, "refused")])
def test_s32_a_challenge_holds_for_minutes(engine: Engine, device: Device, minutes: int, result: str) -> None:
    assert comes_in(engine, device.use(asked()), minutes=minutes) == result


def test_s32_a_challenge_of_somebody_else_is_none(engine: Engine, device: Device) -> None:
    forged = replace(SITE, key="another key, as long as the right one")
    assert comes_in(engine, device.use(asked(forged))) == "refused"


def test_s32_a_passkey_of_another_host_opens_nothing_here(engine: Engine, user: User, device: Device) -> None:
    other = replace(SITE, host="campaign.other-host.org", origin="https://campaign.other-host.org")
    assert comes_in(engine, device.use(asked(other)), other) == "refused"
    assert comes_in(engine, device.use(asked())) == "in"


def test_s32_what_was_signed_on_another_page_is_refused(engine: Engine, device: Device) -> None:
    device.origin = "https://campaign.test-host.org.evil-host.org"
    assert comes_in(engine, device.use(asked())) == "refused"


def test_s32_a_device_that_asks_nobody_is_refused(engine: Engine, user: User) -> None:
    careless = Device(SITE.origin, verifies=False)
    with pytest.raises(Refused, match="could not be stored"):
        made(engine, user, careless)
    device = Device(SITE.origin)
    made(engine, user, device)
    device.verifies = False
    assert comes_in(engine, device.use(asked())) == "refused"


def test_s32_another_key_under_the_same_name_is_refused(engine: Engine, device: Device) -> None:
    thief = Device(SITE.origin, id=device.id)
    assert comes_in(engine, thief.use(asked())) == "refused"


def test_s32_a_count_that_goes_back_tells_a_copied_key(engine: Engine, device: Device) -> None:
    device.count = 7
    assert comes_in(engine, device.use(asked())) == "in"
    device.count = 3
    assert comes_in(engine, device.use(asked())) == "refused"


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "null", "[]", '{"id":"a"}', '{"id":"a","rawId":"a","type":"public-key","response":{}}', "\x00"],
)
def test_s32_nonsense_is_refused_in_words(engine: Engine, user: User, answer: str) -> None:
    assert comes_in(engine, answer) == "refused"
    with db.writing(engine) as session, pytest.raises(Refused, match="Try again"):
        passkeys.add(session, stored(session, user), SITE, answer, "", now=NOW)


def test_s32_who_is_switched_off_stays_out(engine: Engine, user: User, device: Device) -> None:
    with db.writing(engine) as session:
        users.add(session, "boss@example.org", "admin", now=NOW, actor="test")
        users.switch(session, stored(session, user), False, by=None, now=NOW)
    assert comes_in(engine, device.use(asked())) == "refused"


def test_s32_a_lost_phone_takes_its_passkeys_with_it(engine: Engine, user: User, device: Device) -> None:
    with db.writing(engine) as session:
        users.reset_factor(session, stored(session, user), by=None, now=NOW)
    assert comes_in(engine, device.use(asked())) == "refused"


def test_s32_one_removes_ones_own_alone(engine: Engine, user: User, device: Device) -> None:
    other = with_password(engine, "bo@example.org")
    with db.writing(engine) as session:
        (row,) = passkeys.of_user(session, user)
        with pytest.raises(Refused, match="no such passkey"):
            passkeys.remove(session, other, row.id or 0, now=NOW)
        passkeys.remove(session, user, row.id or 0, now=NOW)
    assert comes_in(engine, device.use(asked())) == "refused"


def test_s32_nobody_who_guesses_passwords_is_in_the_way(engine: Engine, user: User, device: Device) -> None:
    """Not of the account, and not of the address that the guesser shares with its owner."""
    results = [
        signin.with_password(engine, user.email, "wrong", VISITOR, now=NOW).result
        for _ in range(throttle.ADDRESS.capacity + 1)
    ]
    assert results[-1] == "slow"
    assert comes_in(engine, device.use(asked())) == "in"


def test_s32_answers_from_one_address_are_limited(engine: Engine) -> None:
    results = [comes_in(engine, "{}") for _ in range(throttle.ADDRESS.capacity + 1)]
    assert (results[0], results[-1]) == ("refused", "slow")


def test_s32_one_proves_it_with_ones_own(engine: Engine, user: User, device: Device) -> None:
    other = with_password(engine, "bo@example.org")
    theirs = Device(SITE.origin)
    made(engine, other, theirs)
    with db.writing(engine) as session:
        token = sessions.begin(session, stored(session, user), now=NOW - timedelta(hours=1))
    for found, good in ((theirs, False), (device, True)):
        answer = found.use(asked())
        assert signin.prove_with_passkey(engine, user, token, SITE, answer, now=NOW) is good
        with db.reading(engine) as session:
            row = sessions.find(session, token, now=NOW)
            assert row
            assert sessions.is_proven(row[1], now=NOW) is good


def test_s32_a_device_makes_one_passkey_and_a_user_so_many(engine: Engine, user: User, device: Device) -> None:
    with db.reading(engine) as session:
        options = passkeys.options_to_make(session, user, SITE, now=NOW)
        assert passkeys.of_user(session, user)[0].credential in options
    for _ in range(passkeys.MOST - 1):
        made(engine, user, Device(SITE.origin))
    with pytest.raises(Refused, match="Remove one first"):
        made(engine, user, Device(SITE.origin))


def test_answered_challenges_are_forgotten_once_they_are_old(engine: Engine, device: Device) -> None:
    comes_in(engine, device.use(asked()))
    with db.writing(engine) as session:
        assert passkeys.trim(session, now=later(minutes=4)) == 0
        assert passkeys.trim(session, now=later(minutes=6)) == 2
        assert session.exec(select(PasskeyChallenge)).all() == []
