"""Coming in: by a one-time link or a password, then a code where one is set up.

Every answer to a stranger is the same whether the address is known or not, and takes as long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.accounts import audit, factors, passkeys, passwords, sessions, throttle, users
from campaign.accounts.models import User, UserSession
from campaign.accounts.passkeys import Site
from campaign.accounts.tokens import kept, keyed
from campaign.refusals import Refused

T = TypeVar("T")
Result = Literal["in", "code", "refused", "slow"]


@dataclass(frozen=True)
class Visitor:
    """From where somebody comes: the address is only ever kept as a keyed hash."""

    address: str
    device: str
    secret: str
    request: str = ""

    def bucket(self, *parts: str) -> str:
        return keyed(self.secret, *parts)


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended; ``token`` opens the session, or the page that asks for the code."""

    result: Result
    token: str = ""


def with_password(engine: Engine, email: str, password: str, visitor: Visitor, *, now: datetime) -> Outcome:
    """Try an address and a password."""
    address = email.strip().lower()
    with db.writing(engine) as session:
        if not _may_try(session, address, visitor, now):
            audit.note(session, None, "sign-in slowed", now=now, actor=address, request=visitor.request)
            return Outcome("slow")
        user = users.by_email(session, address)
        known = user.password_hash if user and user.active else ""
    # Hashing takes long; no transaction waits for it.
    if not passwords.matches(password, known) or user is None:
        with db.writing(engine) as session:
            audit.note(session, None, "sign-in refused", now=now, actor=address, request=visitor.request)
        return Outcome("refused")
    renewed = passwords.hashed(password) if passwords.outdated(known) else ""
    with db.writing(engine) as session:
        user = users.find(session, user.id or 0)
        if user.password_hash != known or not user.active:
            return Outcome("refused")
        if renewed:
            user.password_hash = renewed
        return _let_in(session, user, visitor, now, "password")


def with_link(engine: Engine, token: str, visitor: Visitor, *, now: datetime) -> Outcome:
    """Use up a one-time link."""
    with db.writing(engine) as session:
        if not throttle.allow(session, visitor.bucket("address", visitor.address), throttle.ADDRESS, now=now):
            return Outcome("slow")
        user = users.use_link(session, token, now=now)
        if user is None:
            audit.note(session, None, "link refused", now=now, request=visitor.request)
            return Outcome("refused")
        return _let_in(session, user, visitor, now, "link")


def with_passkey(engine: Engine, site: Site, answer: str, visitor: Visitor, *, now: datetime) -> Outcome:
    """Come in with a passkey, which stands for both factors. Its limit is not that of passwords: no guesser can
    use it up."""
    with db.writing(engine) as session:
        if not throttle.allow(session, visitor.bucket("passkey", visitor.address), throttle.ADDRESS, now=now):
            return Outcome("slow")
        user = passkeys.use(session, site, answer, now=now)
        if user is None:
            audit.note(session, None, "passkey refused", now=now, request=visitor.request)
            return Outcome("refused")
        return _open(session, user, visitor, now, "passkey")


def with_code(engine: Engine, owed: str, code: str, visitor: Visitor, *, now: datetime) -> Outcome:
    """Pay the code that a session of stage ``code`` owes: the authenticator's, or a recovery code."""
    with db.writing(engine) as session:
        found = sessions.find(session, owed, now=now, stage="code")
        if found is None:
            return Outcome("refused")
        user, _ = found
        if not throttle.allow(session, visitor.bucket("code", str(user.id)), throttle.CODES, now=now):
            audit.note(session, user, "code slowed", now=now, request=visitor.request)
            return Outcome("slow")
        if not take_code(session, user, code, now=now, request=visitor.request):
            audit.note(session, user, "code refused", now=now, request=visitor.request)
            return Outcome("refused")
        sessions.end(session, owed)
        throttle.forget(session, visitor.bucket("code", str(user.id)))
        return _open(session, user, visitor, now, "code")


def take_code(session: Session, user: User, code: str, *, now: datetime, request: str = "") -> bool:
    """Whether a code is good for its user; using one up is part of the answer. Of two who send the same code at
    once, the row's lock lets one in."""
    users.lock(session, user)
    if factors.use_code(user, code, now=now):
        session.add(user)
        return True
    if factors.use_recovery_code(session, user, code, now=now):
        audit.note(session, user, "recovery code used", now=now, request=request)
        return True
    return False


def ask_for_link(
    engine: Engine, email: str, visitor: Visitor, *, now: datetime, queue: Callable[[Session, User], T]
) -> T | None:
    """Have a link queued for a known, active user; None for anybody else, or too often. The caller says the
    same either way. What ``queue`` does for the user and the record of it are one transaction."""
    address = email.strip().lower()
    with db.writing(engine) as session:
        # Not by the account's bucket: who guesses its password must not keep its owner from a link.
        place, asked = visitor.bucket("address", visitor.address), visitor.bucket("link", address)
        allowed = throttle.allow(session, place, throttle.ADDRESS, now=now) and throttle.allow(
            session, asked, throttle.LINKS, now=now
        )
        user = users.by_email(session, address)
        if user is None or not user.active or not allowed:
            audit.note(session, None, "link not sent", now=now, actor=address, request=visitor.request)
            return None
        audit.note(session, None, "link sent", now=now, actor=address, request=visitor.request)
        return queue(session, user)


def prove_again(
    engine: Engine, user: User, token: str, answer: str, visitor: Visitor, *, now: datetime
) -> Result:
    """Step up: the password, or the authenticator's code, once more."""
    with db.writing(engine) as session:
        bucket = visitor.bucket("prove", str(user.id))
        if not throttle.allow(session, bucket, throttle.CODES, now=now):
            return "slow"
        mine = users.find(session, user.id or 0)
        good = take_code(session, mine, answer, now=now, request=visitor.request)
        known = mine.password_hash
    if not good and not passwords.matches(answer, known):
        with db.writing(engine) as session:
            audit.note(session, user, "proof refused", now=now, request=visitor.request)
        return "refused"
    with db.writing(engine) as session:
        sessions.prove(session, token, now=now)
        throttle.forget(session, bucket)
        audit.note(session, user, "proved again", now=now, request=visitor.request)
    return "in"


def prove_with_passkey(
    engine: Engine, user: User, token: str, site: Site, answer: str, *, now: datetime
) -> bool:
    """Step up with one of the user's own passkeys."""
    with db.writing(engine) as session:
        found = passkeys.use(session, site, answer, now=now)
        good = found is not None and found.id == user.id
        if good:
            sessions.prove(session, token, now=now)
        audit.note(session, user, "proved again" if good else "proof refused", now=now)
    return good


def change_password(
    engine: Engine,
    user: User,
    token: str,
    new: str,
    *,
    now: datetime,
    words: tuple[str, ...] = (),
    request: str = "",
) -> None:
    """Set a password: other sessions and open links end. Raises Refused for a poor one, such as one made of
    the campaign's ``words``."""
    passwords.check(new, email=user.email, words=words)
    kept_hash = passwords.hashed(new)
    with db.writing(engine) as session:
        mine = users.find(session, user.id or 0)
        mine.password_hash = kept_hash
        session.add(mine)
        sessions.end_all(session, mine, but=token)
        audit.note(session, mine, "password changed", mine.email, now=now, request=request)


def begin_authenticator(session: Session, token: str, user: User) -> str:
    """A secret to set up, kept with the session until a first code proves it."""
    row = session.get(UserSession, kept(token))
    if row is None:
        raise Refused("Please sign in again.", "Vuelva a entrar, por favor.", status=403)
    if not row.new_secret:
        row.new_secret = factors.new_secret()
        session.add(row)
        session.flush()
    return row.new_secret


def confirm_authenticator(
    session: Session, user: User, token: str, code: str, *, now: datetime, request: str = ""
) -> list[str]:
    """Switch the authenticator on with its first code; the recovery codes, shown this once.

    Other sessions end. Raises Refused for a wrong code.
    """
    row = session.get(UserSession, kept(token))
    step = factors.step_of(row.new_secret, code, now=now) if row and row.new_secret else None
    if row is None or step is None:
        raise Refused(
            "That code does not fit. Check the clock of the phone and enter the newest code.",
            "Ese código no coincide. Revise la hora del teléfono y escriba el código más reciente.",
        )
    mine = users.find(session, user.id or 0)
    mine.totp_secret, mine.totp_step, row.new_secret = row.new_secret, step, ""
    session.add_all((mine, row))
    sessions.end_all(session, mine, but=token)
    audit.note(session, mine, "authenticator set up", mine.email, now=now, request=request)
    return factors.new_recovery_codes(session, mine)


def _may_try(session: Session, address: str, visitor: Visitor, now: datetime) -> bool:
    """Count one attempt against the address, the account and everybody together, in this order: who is refused
    at one fills none that others share."""
    return (
        throttle.allow(session, visitor.bucket("address", visitor.address), throttle.ADDRESS, now=now)
        and throttle.allow(session, visitor.bucket("account", address), throttle.ACCOUNT, now=now)
        and throttle.allow(session, visitor.bucket("overall"), throttle.OVERALL, now=now)
    )


def _let_in(session: Session, user: User, visitor: Visitor, now: datetime, way: str) -> Outcome:
    session.add(user)
    throttle.forget(session, visitor.bucket("account", user.email))
    if user.totp_secret:
        token = sessions.begin(session, user, now=now, device=visitor.device, owes_code=True)
        return Outcome("code", token)
    return _open(session, user, visitor, now, way)


def _open(session: Session, user: User, visitor: Visitor, now: datetime, way: str) -> Outcome:
    token = sessions.begin(session, user, now=now, device=visitor.device)
    audit.note(session, user, "signed in", user.email, now=now, request=visitor.request, way=way)
    return Outcome("in", token)
