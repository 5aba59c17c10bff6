"""Who tries to keep organizers out, or to get in twice: what each limit protects, and what it must not do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.engine import Engine
from visitors import NOW, PASSWORD, VISITOR, ask_for_link, later, stored, with_authenticator, with_password

from campaign import db
from campaign.accounts import signin, throttle, users
from campaign.accounts.signin import Visitor
from campaign.refusals import Refused

STRANGER = Visitor("203.0.113.66", "", VISITOR.secret)
OWNER = Visitor("198.51.100.7", "", VISITOR.secret)


def together(many: int, act: Callable[[int], object]) -> list[object]:
    """Run an act in threads that all begin at the same moment."""
    ready = Barrier(many)

    def begin(place: int) -> object:
        ready.wait()
        return act(place)

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(begin, range(many)))


def test_one_stranger_does_not_use_up_what_everybody_shares(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """640 tries from one address had kept all organizers out; a smaller bucket shows it as well."""
    monkeypatch.setattr(throttle, "OVERALL", throttle.Limit(30, throttle.OVERALL.drains_in))
    with_password(engine)
    for number in range(throttle.OVERALL.capacity + 15):
        signin.with_password(engine, f"u{number}@example.org", "wrong", STRANGER, now=NOW)
    assert signin.with_password(engine, "ana@example.org", PASSWORD, OWNER, now=NOW).result == "in"


def test_who_guesses_a_password_does_not_keep_its_owner_from_a_link(engine: Engine) -> None:
    with_password(engine)
    for number in range(throttle.ACCOUNT.capacity + 5):
        visitor = Visitor(f"203.0.113.{number}", "", VISITOR.secret)
        signin.with_password(engine, "ana@example.org", "wrong", visitor, now=NOW)
    assert signin.with_password(engine, "ana@example.org", PASSWORD, OWNER, now=NOW).result == "slow"
    made = ask_for_link(engine, "ana@example.org", OWNER, now=NOW)
    assert made is not None
    assert signin.with_link(engine, made[1], OWNER, now=NOW).result == "in"


def test_links_of_an_account_are_still_capped(engine: Engine) -> None:
    with_password(engine)
    made = [
        ask_for_link(engine, "ana@example.org", Visitor(f"203.0.113.{n}", "", VISITOR.secret), now=NOW)
        for n in range(8)
    ]
    assert sum(link is not None for link in made) == throttle.LINKS.capacity


def test_one_code_lets_one_in(engine: Engine) -> None:
    """Several sign-ins that owe a code sent the same one together; on PostgreSQL more than one got in."""
    user, codes, _ = with_authenticator(engine)
    owed = [signin.with_password(engine, user.email, PASSWORD, OWNER, now=NOW).token for _ in range(6)]
    code = codes.at(NOW)
    found = together(6, lambda place: signin.with_code(engine, owed[place], code, OWNER, now=NOW).result)
    assert sorted(map(str, found)) == ["in"] + ["refused"] * 5


def test_two_administrators_who_demote_each_other_leave_one(engine: Engine) -> None:
    two = [with_password(engine, f"{name}@example.org", "admin") for name in ("ana", "ben")]

    def demote(place: int) -> str:
        try:
            with db.writing(engine) as session:
                other = stored(session, two[1 - place])
                users.set_role(session, other, "viewer", by=stored(session, two[place]), now=later(seconds=1))
        except Refused:
            return "refused"
        return "done"

    for _ in range(3):
        together(2, demote)
        with db.writing(engine) as session:
            assert [user.role for user in users.everybody(session)].count("admin") >= 1
            for user in users.everybody(session):
                user.role = "admin"
