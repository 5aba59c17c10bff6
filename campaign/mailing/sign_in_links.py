"""The mail that carries an organizer's sign-in link.

A page queues it and no page waits for the relay: who asks cannot tell by the time whether the address is known,
and a relay that is down delays a link instead of losing it. The link's secret is made when the mail is sent.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from campaign.accounts import users
from campaign.accounts.models import User
from campaign.mailing.models import Delivery

KIND: Final = "sign_in"


def queue(
    session: Session,
    user: User,
    *,
    start: str,
    language: str,
    now: datetime,
    lasts: timedelta = users.LINK_LASTS,
) -> None:
    """Queue a link for a user. ``start`` is the address that the organizers' pages lie below, in the language
    of the page that asked; ``lasts`` is how long the link works once the mail leaves."""
    detail = {"user": user.id, "start": start, "language": language, "hours": lasts // timedelta(hours=1)}
    session.add(Delivery(kind=KIND, address=user.email, due=now, detail=detail))


def link(session: Session, detail: dict[str, Any], *, now: datetime) -> str | None:
    """The address of a new link for a queued mail; None where its user is gone or switched off meanwhile."""
    user = session.get(User, detail["user"])
    if user is None or not user.active:
        return None
    secret = users.make_link(session, user, now=now, lasts=timedelta(hours=detail["hours"]))
    return f"{detail['start']}/organize/link/{secret}"
