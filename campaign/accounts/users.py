"""Users and what each role may do."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign import mailbox
from campaign.accounts import audit, sessions
from campaign.accounts.audit import plain
from campaign.accounts.models import ApiToken, Passkey, SignInLink, User
from campaign.accounts.tokens import fingerprint, kept, new_token
from campaign.refusals import Refused

# Each may do what those after it may.
ROLES: Final = ("admin", "organizer", "viewer")
INVITATION_LASTS = timedelta(hours=48)
LINK_LASTS = timedelta(hours=1)
LONGEST_NAME = 80
# Next steps that are due, news of one's own members, a digest that waits for approval.
REMINDERS: Final = ("due", "news", "draft")


def may(user: User | None, role: str) -> bool:
    """Whether a user's role reaches ``role``. The one place that compares roles."""
    return user is not None and user.active and ROLES.index(user.role) <= ROLES.index(role)


def may_enter(user: User, campaign: str) -> bool:
    """Whether a user's role is one in this campaign."""
    return not user.campaigns or campaign in user.campaigns.split()


def normal(email: str) -> str:
    """An address as it is kept. Raises Refused for what no mail could reach."""
    text = email.strip().lower()
    strange = any(c.isspace() for c in text) or len(text) > mailbox.LONGEST
    if strange or not (mailbox.PLAIN.fullmatch(text) or mailbox.read(text)):
        shown = email.strip()[:60]
        raise Refused(f"“{shown}” is not an email address.", f"«{shown}» no es un correo electrónico.")
    return text


def add(
    session: Session, email: str, role: str, *, now: datetime, by: User | None = None, actor: str = ""
) -> tuple[User, str]:
    """Invite somebody; the user and the token of a one-time link. Who is a user already gets a new link,
    and their role stays. Raises Refused for a bad address or role, or where the user was switched off."""
    _check_role(role)
    user = by_email(session, email)
    address = user.email if user else normal(email)
    if user is None:
        user = User(email=address, role=role, created_at=now)
        session.add(user)
        session.flush()
        audit.note(session, by, "user added", address, now=now, actor=actor, after={"role": role})
    elif not user.active:
        raise Refused(
            f"{address} was switched off; switch the user on again first.",
            f"{address} está desactivado; actívelo primero.",
            status=409,
        )
    else:
        audit.note(session, by, "link made", address, now=now, actor=actor)
    return user, make_link(session, user, now=now, lasts=INVITATION_LASTS)


def by_email(session: Session, email: str) -> User | None:
    return session.exec(select(User).where(User.email == email.strip().lower())).first()


def find(session: Session, id: int) -> User:
    """A user by number. Raises Refused (404)."""
    if found := session.get(User, id):
        return found
    raise Refused("There is no such user.", "No existe ese usuario.", status=404)


def lock(session: Session, user: User) -> None:
    """Read a user's row anew and hold it until the transaction ends."""
    session.refresh(user, with_for_update=True)


def everybody(session: Session) -> list[User]:
    return list(session.exec(select(User).order_by(col(User.email))))


def set_role(
    session: Session, user: User, role: str, *, campaigns: Iterable[str] = (), by: User | None, now: datetime
) -> None:
    """Change a role, and in which campaigns it is one (none named: in all); running sessions end, so that no
    page was opened under the old one.

    Raises Refused for an administrator of some campaigns only: users and mail are the installation's; and (409)
    where nobody would be left to administer.
    """
    _check_role(role)
    slugs = " ".join(sorted(set(campaigns)))
    if role != "admin":
        _keep_an_admin(session, user)
    elif slugs:
        raise Refused(
            "An administrator is one of all campaigns. Choose no campaign, or another role.",
            "Quien administra lo hace en todas las campañas. No elija ninguna, o elija otro papel.",
        )
    before = f"{user.role} {user.campaigns}".strip()
    user.role, user.campaigns = role, slugs
    session.add(user)
    sessions.end_all(session, user)
    audit.note(
        session,
        by,
        "role changed",
        user.email,
        now=now,
        before=before,
        after=f"{role} {slugs}".strip(),
        to=role,
    )


def switch(session: Session, user: User, active: bool, *, by: User | None, now: datetime) -> None:
    """Switch a user off, which ends their sessions, links and tokens, or on again. Raises Refused (409)."""
    if not active:
        _keep_an_admin(session, user)
        sessions.end_all(session, user)
        session.execute(sa.delete(SignInLink).where(col(SignInLink.user) == user.id))
        session.execute(sa.delete(ApiToken).where(col(ApiToken.user) == user.id))
    user.active = active
    session.add(user)
    audit.note(session, by, "user switched on" if active else "user switched off", user.email, now=now)


def reset_factor(session: Session, user: User, *, by: User | None, now: datetime) -> None:
    """Take a lost authenticator off, and the passkeys that may have been lost with it; their sessions end."""
    user.totp_secret, user.totp_step = "", 0
    session.add(user)
    session.execute(sa.delete(Passkey).where(col(Passkey.user) == user.id))
    sessions.end_all(session, user)
    audit.note(session, by, "authenticator removed", user.email, now=now)


def rename(session: Session, user: User, name: str, *, now: datetime) -> None:
    """Change what others call a user. Raises Refused for a name that is too long."""
    name = plain(" ".join(name.split()))
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"A name has at most {LONGEST_NAME} characters.",
            f"Un nombre tiene como máximo {LONGEST_NAME} caracteres.",
        )
    if name != user.name:
        audit.note(session, user, "name changed", user.email, now=now, before=user.name, after=name)
        user.name = name
        session.add(user)


def _keep_an_admin(session: Session, user: User) -> None:
    # All of them locked, in one order: of two who demote each other, the second sees what the first did.
    admins = select(User).where(User.role == "admin", col(User.active)).order_by(col(User.id))
    held = session.exec(admins.with_for_update().execution_options(populate_existing=True)).all()
    if user.role == "admin" and not any(other.id != user.id for other in held):
        raise Refused(
            "This is the only administrator. Make someone else one first.",
            "Es la única persona que administra. Nombre primero a otra.",
            status=409,
        )


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Refused(f"A role is one of {', '.join(ROLES)}.", f"El papel es uno de estos: {', '.join(ROLES)}.")


# --- reminders ---


def wants(user: User, kind: str) -> bool:
    """Whether a user gets a kind of reminder: one of ``REMINDERS``, all of which are on at first."""
    return kind not in user.reminders_off.split()


def choose_reminders(session: Session, user: User, wanted: Collection[str]) -> None:
    """Switch on the kinds of reminders that are named, and the others off."""
    user.reminders_off = " ".join(kind for kind in REMINDERS if kind not in wanted)
    session.add(user)


def to_remind(session: Session, day: date) -> list[User]:
    """The users whose reminder of a day is still to be made, locked until the transaction ends."""
    open_now = sa.or_(col(User.reminded_on).is_(None), col(User.reminded_on) < day)
    query = select(User).where(col(User.active), open_now).order_by(col(User.email))
    return list(session.exec(query.with_for_update()))


def reminded(session: Session, user: User, day: date, seq: int) -> None:
    """The reminder of a day is made; it told the user's news up to a change of the ledger."""
    user.reminded_on, user.reminded_seq = day, seq
    session.add(user)


# --- one-time links ---


def make_link(session: Session, user: User, *, now: datetime, lasts: timedelta = LINK_LASTS) -> str:
    """The token of a link that lets its user in once."""
    token = new_token()
    session.add(
        SignInLink(
            token_hash=kept(token),
            user=user.id or 0,
            made_at=now,
            ends_at=now + lasts,
            credentials=_credentials(user),
        )
    )
    session.flush()
    return token


def is_open(session: Session, token: str, *, now: datetime) -> bool:
    """Whether a link would let somebody in; using it up is ``use_link``'s."""
    return _open_link(session, token, now) is not None


def use_link(session: Session, token: str, *, now: datetime) -> User | None:
    """Whom a link lets in, using it up; None for one that is unknown, used, old, or made before the
    password changed."""
    found = _open_link(session, token, now)
    if found is None:
        return None
    user, link = found
    mine = sa.and_(col(SignInLink.token_hash) == link.token_hash, col(SignInLink.used_at).is_(None))
    # Of two that come at once, one changes the row.
    used = session.execute(sa.update(SignInLink).where(mine).values(used_at=now))
    return user if used.rowcount == 1 else None  # type: ignore[attr-defined]


def _open_link(session: Session, token: str, now: datetime) -> tuple[User, SignInLink] | None:
    query = select(User, SignInLink).join(SignInLink, col(SignInLink.user) == col(User.id))
    found = session.exec(query.where(SignInLink.token_hash == kept(token))).first()
    if found is None:
        return None
    user, link = found
    good = link.used_at is None and now < link.ends_at and link.credentials == _credentials(user)
    return (user, link) if good and user.active else None


def _credentials(user: User) -> str:
    return fingerprint([user.email, user.password_hash])


def trim_links(session: Session, *, before: datetime) -> int:
    """Forget links that ended; how many."""
    old = sa.delete(SignInLink).where(col(SignInLink.ends_at) < before)
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]
