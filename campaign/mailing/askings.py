"""Limits on what strangers may ask mail for: by network place, by everybody together, and by name."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.mailing.addresses import Keys
from campaign.mailing.models import Attempt
from campaign.refusals import Refused

# A rally shares one connection; so does a mobile network.
ASKS_A_PLACE_AN_HOUR = 100
ASKS_AN_HOUR = 3000


def too_often(session: Session, keys: Keys, ip: str, now: datetime) -> bool:
    """Whether a network place or everybody together asks too often; else this asking is counted. One that is
    refused counts for nobody: it would keep the others out."""
    hour = now - timedelta(hours=1)
    places = [(f"place:{keys.of_place(ip)}", ASKS_A_PLACE_AN_HOUR)] if ip else []
    places.append(("everybody", ASKS_AN_HOUR))
    if any(asked_since(session, who, hour) >= most for who, most in places):
        return True
    session.add_all(Attempt(who=who, at=now) for who, _ in places)
    return False


def asked_since(session: Session, who: str, since: datetime) -> int:
    """How often somebody asked since a moment."""
    query = select(sa.func.count()).where(Attempt.who == who, col(Attempt.at) > since)
    return session.exec(query).one()


def slow() -> Refused:
    """What somebody is told whose connection asked too often: nothing of it depends on the address typed."""
    return Refused(
        "We got too many requests from your connection, so this one did not go through. Try again in an hour.",
        "Llegaron demasiadas solicitudes desde su conexión y esta no se procesó. Intente de nuevo en una hora.",
        status=429,
    )
