"""Tokens by which programs of a user read the organizers' JSON; they open nothing else, and change nothing."""

from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, select

from campaign.accounts import audit
from campaign.accounts.models import ApiToken, User
from campaign.accounts.tokens import kept, new_token
from campaign.refusals import Refused

# So that whoever finds one in a file knows what it is.
PREFIX: Final = "campaign_"
MOST = 10
LONGEST_NAME = 60


def make(session: Session, user: User, name: str, *, now: datetime, request: str = "") -> str:
    """A new token, the only copy there is. Raises Refused for a bad name, or where there are too many."""
    name = audit.plain(" ".join(name.split()))
    if not name or len(name) > LONGEST_NAME:
        raise Refused(
            f"Give the token a name of at most {LONGEST_NAME} characters: what it is for.",
            f"Dé al token un nombre de {LONGEST_NAME} caracteres como máximo: para qué sirve.",
        )
    if len(of_user(session, user)) >= MOST:
        raise Refused(
            f"There are {MOST} tokens already; revoke one first.", f"Ya hay {MOST} tokens; revoque uno antes."
        )
    token = PREFIX + new_token()
    session.add(ApiToken(token_hash=kept(token), user=user.id or 0, name=name, made_at=now))
    audit.note(session, user, "token made", name, now=now, request=request)
    session.flush()
    return token


def revoke(session: Session, user: User, id: int, *, now: datetime, request: str = "") -> None:
    """End one of a user's own tokens. Raises Refused (404)."""
    row = session.get(ApiToken, id)
    if row is None or row.user != user.id:
        raise Refused("There is no such token.", "No existe ese token.", status=404)
    session.delete(row)
    audit.note(session, user, "token revoked", row.name, now=now, request=request)


def of_user(session: Session, user: User) -> list[ApiToken]:
    """A user's tokens, the newest first."""
    query = select(ApiToken).where(ApiToken.user == user.id)
    return list(session.exec(query.order_by(col(ApiToken.id).desc())))


def find(session: Session, token: str) -> tuple[User, ApiToken] | None:
    """Whose token this is; None for one that is unknown or revoked, or whose user is switched off."""
    query = select(User, ApiToken).join(ApiToken, col(ApiToken.user) == col(User.id))
    found = session.exec(query.where(ApiToken.token_hash == kept(token))).first()
    return found if found and found[0].active else None


def used(session: Session, token: str, day: date) -> None:
    """Keep the last day on which a token was used."""
    row = session.exec(select(ApiToken).where(ApiToken.token_hash == kept(token))).first()
    if row is not None and row.last_used != day:
        row.last_used = day
        session.add(row)
