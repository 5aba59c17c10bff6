"""Builders for tests of signing in."""

from datetime import UTC, datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.accounts import factors, passwords, signin, users
from campaign.accounts.models import User
from campaign.accounts.signin import Visitor

NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
CHEAP = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
REAL = passwords._hasher
PASSWORD = "otter lantern gravel seventeen"
VISITOR = Visitor(address="192.0.2.7", device="Firefox on Linux", secret="s" * 40)


def later(**time: float) -> datetime:
    return NOW + timedelta(**time)


def invited(engine: Engine, email: str = "ana@example.org", role: str = "organizer") -> tuple[User, str]:
    """A user and the token of their invitation."""
    with db.writing(engine) as session:
        return users.add(session, email, role, now=NOW, actor="test")


def with_password(engine: Engine, email: str = "ana@example.org", role: str = "organizer") -> User:
    user, _ = invited(engine, email, role)
    with db.writing(engine) as session:
        mine = users.find(session, user.id or 0)
        mine.password_hash = passwords.hashed(PASSWORD)
        session.add(mine)
    return mine


def with_authenticator(engine: Engine, email: str = "ana@example.org") -> tuple[User, pyotp.TOTP, list[str]]:
    user = with_password(engine, email)
    with db.writing(engine) as session:
        mine = users.find(session, user.id or 0)
        mine.totp_secret = factors.new_secret()
        session.add(mine)
        codes = factors.new_recovery_codes(session, mine)
    return mine, pyotp.TOTP(mine.totp_secret), codes


def ask_for_link(engine: Engine, email: str, visitor: Visitor, *, now: datetime) -> tuple[User, str] | None:
    """A link as its mail carries it, with its user; None where none is sent."""
    return signin.ask_for_link(
        engine,
        email,
        visitor,
        now=now,
        queue=lambda session, user: (user, users.make_link(session, user, now=now)),
    )


def stored(session: Session, user: User) -> User:
    return users.find(session, user.id or 0)
