"""Coming in, staying in, and being put out (research ids S01-S12 in each name)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.engine import Engine
from sqlmodel import select
from visitors import (
    NOW,
    PASSWORD,
    REAL,
    VISITOR,
    ask_for_link,
    invited,
    later,
    stored,
    with_authenticator,
    with_password,
)

from campaign import db
from campaign.accounts import audit, factors, passwords, sessions, signin, throttle, users
from campaign.accounts.models import AuditEntry, RecoveryCode, SignInLink, Throttle, User, UserSession
from campaign.accounts.tokens import keyed
from campaign.refusals import Refused


def tries(engine: Engine, count: int, **more: str) -> list[str]:
    visitor = signin.Visitor(**{**vars(VISITOR), **more})
    return [
        signin.with_password(engine, "ana@example.org", "wrong", visitor, now=later(seconds=n)).result
        for n in range(count)
    ]


# --- S01: throttled per account, per address and overall; nobody locked out for good ---


def test_s01_one_account_is_slowed_whatever_the_addresses(engine: Engine) -> None:
    with_password(engine)
    found = [tries(engine, 1, address=f"198.51.100.{n}")[0] for n in range(12)]
    assert found == ["refused"] * 10 + ["slow"] * 2


def test_s01_one_address_is_slowed_whatever_the_accounts(engine: Engine) -> None:
    results = [
        signin.with_password(engine, f"who{n}@example.org", "wrong", VISITOR, now=NOW).result for n in range(22)
    ]
    assert results == ["refused"] * 20 + ["slow"] * 2


def test_s01_everybody_together_is_slowed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "OVERALL", throttle.Limit(5, timedelta(hours=1)))
    results = []
    for n in range(7):
        visitor = signin.Visitor(f"203.0.113.{n}", "", VISITOR.secret)
        results.append(signin.with_password(engine, f"u{n}@example.org", "wrong", visitor, now=NOW).result)
    assert results == ["refused"] * 5 + ["slow"] * 2


def test_s01_the_right_password_waits_too_and_works_again_after_a_while(engine: Engine) -> None:
    with_password(engine)
    assert tries(engine, 11)[-1] == "slow"
    assert (
        signin.with_password(engine, "ana@example.org", PASSWORD, VISITOR, now=later(seconds=20)).result
        == "slow"
    )
    assert (
        signin.with_password(engine, "ana@example.org", PASSWORD, VISITOR, now=later(minutes=7)).result == "in"
    )


def test_s01_getting_in_empties_the_accounts_bucket(engine: Engine) -> None:
    with_password(engine)
    tries(engine, 9)
    assert (
        signin.with_password(engine, "ana@example.org", PASSWORD, VISITOR, now=later(seconds=9)).result == "in"
    )
    assert set(tries(engine, 9)) == {"refused"}


def test_s01_no_address_and_no_account_stands_in_a_bucket(engine: Engine) -> None:
    tries(engine, 1)
    with db.reading(engine) as session:
        keys = set(session.exec(select(Throttle.key)))
    assert keys == {
        keyed(VISITOR.secret, "account", "ana@example.org"),
        keyed(VISITOR.secret, "address", VISITOR.address),
        keyed(VISITOR.secret, "overall"),
    }


# --- S02, S03: passwords ---


def test_s02_passwords_are_kept_as_argon2id_stronger_than_owasps_minimum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "_hasher", REAL)
    kept = passwords.hashed(PASSWORD)
    _, kind, _, costs, *_ = kept.split("$")
    memory, rounds, _ = (int(part.split("=")[1]) for part in costs.split(","))
    assert kind == "argon2id"
    assert memory >= 19 * 1024
    assert rounds >= 2
    assert passwords.matches(PASSWORD, kept)
    assert not passwords.matches(PASSWORD + " ", kept)


def test_s02_an_old_hash_is_made_anew_at_sign_in(engine: Engine) -> None:
    user = with_password(engine)
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with db.writing(engine) as session:
        mine = stored(session, user)
        mine.password_hash = old
        session.add(mine)
    assert signin.with_password(engine, user.email, PASSWORD, VISITOR, now=NOW).result == "in"
    with db.reading(engine) as session:
        assert stored(session, user).password_hash != old
        assert not passwords.outdated(stored(session, user).password_hash)


def test_s02_hashing_takes_turns() -> None:
    held = [passwords._hashing_slot.acquire(blocking=False) for _ in range(passwords.HASHES_AT_ONCE + 1)]
    for _ in filter(None, held):
        passwords._hashing_slot.release()
    assert held == [True] * passwords.HASHES_AT_ONCE + [False]


@pytest.mark.parametrize(
    "password",
    [
        "short one",
        "password1234",
        "qwertyuiop123",
        "111111111111111",
        "armasact2026!",
        "Congress2026",
        "ana@example.org",
        "organizearmas1",
        "x" * 201,
    ],
)
def test_s03_poor_passwords_are_refused_with_advice(password: str) -> None:
    with pytest.raises(Refused) as refused:
        passwords.check(password, email="ana@example.org", words=("ARMAS", "Act"))
    assert refused.value.en
    assert refused.value.es


@pytest.mark.parametrize(
    "password", [PASSWORD, "ñandú volador azul 7", "馬 鹿 山 川 火 水 木 金 土 日 月 星", "k" + "9 Tz~" * 30]
)
def test_s03_long_passwords_of_any_characters_are_taken(password: str) -> None:
    passwords.check(password, email="ana@example.org")
    assert passwords.matches(password, passwords.hashed(password))


# --- S05: sessions live here and end here ---


def opened(engine: Engine) -> tuple[str, str]:
    user = with_password(engine)
    first = signin.with_password(engine, user.email, PASSWORD, VISITOR, now=NOW).token
    return first, signin.with_password(engine, user.email, PASSWORD, VISITOR, now=NOW).token


def alive(engine: Engine, token: str, **time: float) -> bool:
    with db.reading(engine) as session:
        return sessions.find(session, token, now=later(**time)) is not None


def test_s05_only_the_hash_of_a_token_is_kept(engine: Engine) -> None:
    token, _ = opened(engine)
    with db.reading(engine) as session:
        assert token not in set(session.exec(select(UserSession.token_hash)))
    assert len(token) >= 43


def test_s05_a_session_ends_when_idle_and_at_last_even_when_used(engine: Engine) -> None:
    token, _ = opened(engine)
    assert alive(engine, token, hours=7.9)
    assert not alive(engine, token, hours=8)
    for hour in range(0, 168, 4):
        with db.writing(engine) as session:
            sessions.seen(session, token, now=later(hours=hour))
    assert alive(engine, token, hours=167.9)
    assert not alive(engine, token, hours=168)


def test_s05_signing_out_ends_one_session_and_everywhere_ends_all(engine: Engine) -> None:
    one, two = opened(engine)
    with db.writing(engine) as session:
        sessions.end(session, one)
    assert (alive(engine, one), alive(engine, two)) == (False, True)
    with db.writing(engine) as session:
        user = users.by_email(session, "ana@example.org")
        assert user
        assert sessions.end_all(session, user) == 1
    assert not alive(engine, two)


@pytest.mark.parametrize("act", ["password", "role", "off", "authenticator off"])
def test_s05_what_changes_a_persons_standing_ends_their_sessions(engine: Engine, act: str) -> None:
    one, two = opened(engine)
    boss = with_password(engine, "boss@example.org", "admin")
    with db.reading(engine) as session:
        user = users.by_email(session, "ana@example.org")
    assert user
    if act == "password":
        signin.change_password(engine, user, one, "granite walrus thirteen moons", now=NOW)
    else:
        with db.writing(engine) as session:
            mine = stored(session, user)
            if act == "role":
                users.set_role(session, mine, "viewer", by=boss, now=NOW)
            elif act == "off":
                users.switch(session, mine, False, by=boss, now=NOW)
            else:
                users.reset_factor(session, mine, by=boss, now=NOW)
    assert alive(engine, one) == (act == "password")
    assert not alive(engine, two)


def test_s05_one_cannot_end_anothers_session_by_its_name(engine: Engine) -> None:
    token, _ = opened(engine)
    stranger = with_password(engine, "eve@example.org")
    with db.writing(engine) as session:
        for row in session.exec(select(UserSession)):
            sessions.end_by_hash(session, stranger, row.token_hash)
    assert alive(engine, token)


# --- S09: one-time links ---


def test_s09_a_link_lets_in_once(engine: Engine) -> None:
    _, token = invited(engine)
    first = signin.with_link(engine, token, VISITOR, now=later(hours=47))
    assert first.result == "in"
    assert alive(engine, first.token, hours=47)
    assert signin.with_link(engine, token, VISITOR, now=later(hours=47)).result == "refused"


def test_s09_of_two_that_use_a_link_at_once_one_gets_in(engine: Engine) -> None:
    _, token = invited(engine)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: signin.with_link(engine, token, VISITOR, now=NOW).result, range(4)))
    assert sorted(results) == ["in", "refused", "refused", "refused"]


def test_s09_looking_at_a_link_does_not_use_it(engine: Engine) -> None:
    _, token = invited(engine)
    with db.reading(engine) as session:
        assert users.is_open(session, token, now=NOW)
        assert users.is_open(session, token, now=NOW)
    assert signin.with_link(engine, token, VISITOR, now=NOW).result == "in"


def test_s09_a_link_is_kept_as_a_hash_and_ends_after_an_hour(engine: Engine) -> None:
    with_password(engine)
    asked = ask_for_link(engine, "Ana@Example.org ", VISITOR, now=NOW)
    assert asked
    with db.reading(engine) as session:
        assert asked[1] not in set(session.exec(select(SignInLink.token_hash)))
    assert signin.with_link(engine, asked[1], VISITOR, now=later(minutes=60)).result == "refused"


def test_s09_a_new_password_ends_the_links_made_before(engine: Engine) -> None:
    user = with_password(engine)
    asked = ask_for_link(engine, user.email, VISITOR, now=NOW)
    assert asked
    signin.change_password(engine, user, "", "granite walrus thirteen moons", now=NOW)
    assert signin.with_link(engine, asked[1], VISITOR, now=NOW).result == "refused"


def test_s09_a_link_does_not_pass_the_authenticator(engine: Engine) -> None:
    user, totp, _ = with_authenticator(engine)
    asked = ask_for_link(engine, user.email, VISITOR, now=NOW)
    assert asked
    owed = signin.with_link(engine, asked[1], VISITOR, now=NOW)
    assert owed.result == "code"
    assert not alive(engine, owed.token)
    paid = signin.with_code(engine, owed.token, totp.at(NOW), VISITOR, now=NOW)
    assert paid.result == "in"
    assert alive(engine, paid.token)
    assert paid.token != owed.token


def test_s09_links_are_not_sent_without_end_nor_to_strangers_or_the_switched_off(engine: Engine) -> None:
    user = with_password(engine)
    with_password(engine, "boss@example.org", "admin")
    asked = [ask_for_link(engine, user.email, VISITOR, now=NOW) is not None for _ in range(6)]
    assert asked == [True] * 4 + [False] * 2
    assert ask_for_link(engine, "stranger@example.org", VISITOR, now=NOW) is None
    with db.writing(engine) as session:
        users.switch(session, stored(session, user), False, by=None, now=NOW)
    assert ask_for_link(engine, user.email, VISITOR, now=later(hours=5)) is None
    assert signin.with_password(engine, user.email, PASSWORD, VISITOR, now=later(hours=5)).result == "refused"


# --- S10: the second factor ---


def test_s10_a_code_is_good_once_and_within_a_step_of_now(engine: Engine) -> None:
    user, totp, _ = with_authenticator(engine)

    def pay(code: str, **time: float) -> str:
        owed = signin.with_password(engine, user.email, PASSWORD, VISITOR, now=later(**time)).token
        return signin.with_code(engine, owed, code, VISITOR, now=later(**time)).result

    assert pay(totp.at(later(seconds=-61))) == "refused"
    assert pay(totp.at(later(seconds=61))) == "refused"
    assert pay(totp.at(NOW)) == "in"
    assert pay(totp.at(NOW), seconds=10) == "refused"
    assert pay(totp.at(later(seconds=-30)), seconds=20) == "refused"
    assert pay(totp.at(later(seconds=30)), seconds=25) == "in"


def test_s10_codes_are_throttled(engine: Engine) -> None:
    user, totp, _ = with_authenticator(engine)
    owed = signin.with_password(engine, user.email, PASSWORD, VISITOR, now=NOW).token
    results = [signin.with_code(engine, owed, "000000", VISITOR, now=NOW).result for _ in range(11)]
    assert results == ["refused"] * 10 + ["slow"]
    assert signin.with_code(engine, owed, totp.at(NOW), VISITOR, now=NOW).result == "slow"


def test_s10_ten_recovery_codes_each_once_and_only_as_hashes(engine: Engine) -> None:
    user, _, codes = with_authenticator(engine)
    assert len(set(codes)) == 10
    with db.reading(engine) as session:
        assert not set(codes) & set(session.exec(select(RecoveryCode.code_hash)))
    for result in ("in", "refused"):
        owed = signin.with_password(engine, user.email, PASSWORD, VISITOR, now=NOW).token
        assert (
            signin.with_code(engine, owed, codes[0].upper().replace("-", " "), VISITOR, now=NOW).result
            == result
        )
    with db.reading(engine) as session:
        assert factors.recovery_codes_left(session, user) == 9


def test_s10_anothers_recovery_code_is_worth_nothing(engine: Engine) -> None:
    user, _, _ = with_authenticator(engine)
    _, _, others = with_authenticator(engine, "eve@example.org")
    owed = signin.with_password(engine, user.email, PASSWORD, VISITOR, now=NOW).token
    assert signin.with_code(engine, owed, others[0], VISITOR, now=NOW).result == "refused"


def test_s10_the_page_for_the_code_closes_after_ten_minutes(engine: Engine) -> None:
    user, totp, _ = with_authenticator(engine)
    owed = signin.with_password(engine, user.email, PASSWORD, VISITOR, now=NOW).token
    late = later(minutes=10)
    assert signin.with_code(engine, owed, totp.at(late), VISITOR, now=late).result == "refused"


def test_s10_an_authenticator_counts_from_its_first_code(engine: Engine) -> None:
    token, other = opened(engine)
    with db.writing(engine) as session:
        user = users.by_email(session, "ana@example.org")
        assert user
        secret = signin.begin_authenticator(session, token, user)
        assert signin.begin_authenticator(session, token, user) == secret
        with pytest.raises(Refused):
            signin.confirm_authenticator(session, user, token, "000000", now=NOW)
        code = factors.pyotp.TOTP(secret).at(NOW)
        assert len(signin.confirm_authenticator(session, user, token, code, now=NOW)) == 10
    assert alive(engine, token)
    assert not alive(engine, other)
    assert signin.with_password(engine, "ana@example.org", PASSWORD, VISITOR, now=NOW).result == "code"


def test_s10_stepping_up_lasts_fifteen_minutes_and_takes_password_or_code(engine: Engine) -> None:
    user, totp, _ = with_authenticator(engine)
    owed = signin.with_password(engine, user.email, PASSWORD, VISITOR, now=NOW).token
    token = signin.with_code(engine, owed, totp.at(NOW), VISITOR, now=NOW).token

    def proven(**time: float) -> bool:
        with db.reading(engine) as session:
            found = sessions.find(session, token, now=later(**time))
            return found is not None and sessions.is_proven(found[1], now=later(**time))

    assert proven(minutes=14)
    assert not proven(minutes=15)
    at = later(minutes=16)
    assert signin.prove_again(engine, user, token, "wrong", VISITOR, now=at) == "refused"
    assert not proven(minutes=16)
    assert signin.prove_again(engine, user, token, totp.at(at), VISITOR, now=at) == "in"
    assert proven(minutes=30)
    assert signin.prove_again(engine, user, token, PASSWORD, VISITOR, now=later(minutes=40)) == "in"
    assert proven(minutes=50)


# --- S11: roles ---


def test_s11_each_role_may_do_what_those_below_it_may(engine: Engine) -> None:
    found = {role: with_password(engine, f"{role}@example.org", role) for role in users.ROLES}
    may = {role: [users.may(user, wanted) for wanted in users.ROLES] for role, user in found.items()}
    assert may == {
        "admin": [True, True, True],
        "organizer": [False, True, True],
        "viewer": [False, False, True],
    }
    found["admin"].active = False
    assert not users.may(found["admin"], "viewer")
    assert not users.may(None, "viewer")


@pytest.mark.parametrize("act", ["lower", "off"])
def test_s11_the_last_administrator_stays(engine: Engine, act: str) -> None:
    boss = with_password(engine, "boss@example.org", "admin")
    with db.writing(engine) as session:
        mine = stored(session, boss)
        lower = partial(users.switch, session, mine, False) if act == "off" else None
        lower = lower or partial(users.set_role, session, mine, "viewer")
        with pytest.raises(Refused) as refused:
            lower(by=boss, now=NOW)
    assert refused.value.status == 409
    with db.reading(engine) as session:
        assert (stored(session, boss).role, stored(session, boss).active) == ("admin", True)


NO_ADDRESSES = ["", "ana", "@x.org", "ana@", "ana@localhost", "a na@x.org", "a" * 250 + "@x.org"]
# What readers' sign-ups refuse, too; no letter could be put together for it.
NO_MAILBOXES = [
    "ana@example.org,",
    "<ana@example.org>",
    "Ana <ana@example.org>",
    "ana@example..org",
    "ana@example.org.",
    ".ana@example.org",
    "ana@bo@example.org",
    '"a na"@example.org',
]


@pytest.mark.parametrize("email", [*NO_ADDRESSES, *NO_MAILBOXES])
def test_what_is_no_address_is_refused(engine: Engine, email: str) -> None:
    with pytest.raises(Refused) as refused, db.writing(engine) as session:
        users.add(session, email, "viewer", now=NOW)
    assert email.strip()[:60] in refused.value.en
    assert email.strip()[:60] in refused.value.es


UNUSUAL = (
    "ana+desk@example.org",
    "o'hara@example.org",
    "ana@münchen.de",
    "é@x.org",
    # Of an organization's own network.
    "ana@office.local",
)


@pytest.mark.parametrize("email", UNUSUAL)
def test_unusual_addresses_are_addresses(engine: Engine, email: str) -> None:
    with db.writing(engine) as session:
        assert users.add(session, email, "viewer", now=NOW)[0].email == email


def test_who_is_a_user_with_what_would_be_no_address_today_still_gets_a_link(engine: Engine) -> None:
    with db.writing(engine) as session:
        session.add(User(email="ana@example.org.", role="viewer", created_at=NOW))
        session.flush()
        user, token = users.add(session, "ANA@example.org.", "viewer", now=NOW)
    assert (user.email, bool(token)) == ("ana@example.org.", True)


def test_inviting_again_makes_a_new_link_and_keeps_the_role(engine: Engine) -> None:
    user, _ = invited(engine, role="organizer")
    again, token = invited(engine, " ANA@example.org", role="admin")
    assert (again.id, again.role) == (user.id, "organizer")
    assert signin.with_link(engine, token, VISITOR, now=NOW).result == "in"


# --- S12: the log ---


def test_s12_what_happens_to_accounts_is_logged_with_who_and_what(engine: Engine) -> None:
    token, _ = opened(engine)
    boss = with_password(engine, "boss@example.org", "admin")
    with db.writing(engine) as session:
        user = users.by_email(session, "ana@example.org")
        assert user
        users.set_role(session, user, "viewer", by=boss, now=NOW)
    tries(engine, 1)
    with db.reading(engine) as session:
        log = audit.entries(session)
    assert [entry.act for entry in log] == [
        "sign-in refused",
        "role changed",
        "user added",
        "signed in",
        "signed in",
        "user added",
    ]
    changed = log[1]
    assert (changed.actor, changed.object, changed.detail) == (
        "boss@example.org",
        "ana@example.org",
        {"to": "viewer"},
    )
    assert changed.before != changed.after
    assert token not in str([entry.model_dump() for entry in log])


@pytest.mark.parametrize("change", ["UPDATE auditentry SET act='nothing'", "DELETE FROM auditentry"])
def test_s12_the_database_refuses_to_alter_the_log(engine: Engine, change: str) -> None:
    invited(engine)
    with pytest.raises(sa.exc.DatabaseError, match="only grows"), engine.begin() as connection:
        connection.execute(sa.text(change))
    with db.reading(engine) as session:
        assert len(audit.entries(session)) == 1


def test_s12_the_same_number_is_never_given_out_twice(engine: Engine) -> None:
    for n in range(3):
        invited(engine, f"u{n}@example.org")
    with db.reading(engine) as session:
        assert list(session.exec(select(AuditEntry.seq).order_by(AuditEntry.seq))) == [1, 2, 3]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            "ana@x.org\n2026-06-20 admin signed in",
            "ana@x.org\N{REPLACEMENT CHARACTER}2026-06-20 admin signed in",
        ),
        ("a\x1b[31mred", "a\N{REPLACEMENT CHARACTER}[31mred"),
        ("\u202egro.x@ana", "\N{REPLACEMENT CHARACTER}gro.x@ana"),
        ("é" * 400, "é" * 300),
    ],
    ids=["line break", "terminal colour", "turned around", "long"],
)
def test_s12_nothing_typed_can_pass_for_an_entry(engine: Engine, typed: str, kept: str) -> None:
    signin.with_password(engine, typed, "wrong", VISITOR, now=NOW)
    with db.reading(engine) as session:
        (entry,) = audit.entries(session)
    assert entry.actor == kept


def test_what_is_over_is_forgotten(engine: Engine) -> None:
    opened(engine)
    with db.writing(engine) as session:
        assert sessions.trim(session, now=later(days=8)) == 2
        assert users.trim_links(session, before=later(days=8)) == 1
        assert throttle.trim(session, before=later(days=8)) >= 2
