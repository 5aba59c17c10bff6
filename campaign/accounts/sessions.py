"""Sessions kept here, not in the cookie: what is kept here can be ended here."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.accounts.models import User, UserSession
from campaign.accounts.tokens import kept, new_token

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
CODE_OWED = timedelta(minutes=10)
# Exports, sending, users and keys ask for a proof no older than this.
PROOF_LASTS = timedelta(minutes=15)
# ``seen_at`` is written no more often than this: reading a page should not cost a write.
SEEN_EVERY = timedelta(minutes=5)


def begin(session: Session, user: User, *, now: datetime, device: str = "", owes_code: bool = False) -> str:
    """Open a session and return its token, the only copy there is."""
    token = new_token()
    length = CODE_OWED if owes_code else LONGEST
    session.add(
        UserSession(
            token_hash=kept(token),
            user=user.id or 0,
            stage="code" if owes_code else "in",
            began_at=now,
            seen_at=now,
            ends_at=now + length,
            proven_at=now,
            device=device,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, *, now: datetime, stage: str = "in") -> tuple[User, UserSession] | None:
    """Whose session a token opens; None when it ended, timed out, or its user may not come in any more."""
    if not token:
        return None
    query = (
        select(User, UserSession)
        .join(UserSession, col(UserSession.user) == col(User.id))
        .where(UserSession.token_hash == kept(token), UserSession.stage == stage)
    )
    found = session.exec(query).first()
    if found is None:
        return None
    user, row = found
    alive = now < row.ends_at and now - row.seen_at < IDLE
    return (user, row) if alive and user.active else None


def is_proven(row: UserSession, *, now: datetime) -> bool:
    """Whether the person proved lately enough who they are for what matters most."""
    return now - row.proven_at < PROOF_LASTS


def seen(session: Session, token: str, *, now: datetime) -> None:
    if row := session.get(UserSession, kept(token)):
        row.seen_at = now
        session.add(row)


def prove(session: Session, token: str, *, now: datetime) -> None:
    if row := session.get(UserSession, kept(token)):
        row.proven_at = now
        session.add(row)


def end(session: Session, token: str) -> None:
    session.execute(sa.delete(UserSession).where(col(UserSession.token_hash) == kept(token)))


def end_by_hash(session: Session, user: User, token_hash: str) -> None:
    """End one of a user's own sessions, as their list names it."""
    mine = sa.and_(col(UserSession.user) == user.id, col(UserSession.token_hash) == token_hash)
    session.execute(sa.delete(UserSession).where(mine))


def end_all(session: Session, user: User, *, but: str = "") -> int:
    """End every session of a user, save that of the token ``but``; how many."""
    theirs = sa.delete(UserSession).where(col(UserSession.user) == user.id)
    if but:
        theirs = theirs.where(col(UserSession.token_hash) != kept(but))
    return session.execute(theirs).rowcount  # type: ignore[attr-defined, no-any-return]


def of_user(session: Session, user: User, *, now: datetime) -> list[UserSession]:
    """A user's running sessions, the newest first."""
    query = select(UserSession).where(
        UserSession.user == user.id,
        UserSession.stage == "in",
        UserSession.ends_at > now,
        UserSession.seen_at > now - IDLE,
    )
    return list(session.exec(query.order_by(col(UserSession.seen_at).desc())))


def trim(session: Session, *, now: datetime) -> int:
    """Forget sessions that are over; how many."""
    over = sa.or_(col(UserSession.ends_at) < now, col(UserSession.seen_at) < now - IDLE)
    return session.execute(sa.delete(UserSession).where(over)).rowcount  # type: ignore[attr-defined, no-any-return]
