"""Where a reader lives as their mail takes it.

A district is stored without a ZIP code. Where a state has had new districts since the reader told theirs, only
the state is still known, and mail speaks of its senators alone.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from campaign.congress.bills import congress_on
from campaign.districts import maps
from campaign.mailing.models import Subscriber

STATE = sa.func.substr(col(Subscriber.seat), 1, 2)
TOLD_AT = sa.func.coalesce(col(Subscriber.placed_at), col(Subscriber.created))


def place(congress: int) -> sa.ColumnElement[str]:
    """The seat that a reader's mail is about in a Congress: theirs, or the state alone where the reader has to
    tell the district again."""
    return sa.case((unsettled(congress), STATE), else_=col(Subscriber.seat))


def unsettled(congress: int) -> sa.ColumnElement[bool]:
    """Whether a reader told a district of a map that is no longer the map of their state."""
    return sa.and_(sa.func.length(col(Subscriber.seat)) > 2, before_new_districts(TOLD_AT, congress))


def before_new_districts(moment: sa.SQLColumnExpression[Any], congress: int) -> sa.ColumnElement[bool]:
    """Whether the reader's state has had new districts since a moment, up to the start of a Congress."""
    changes = maps.redrawings(congress)
    since = (sa.and_(moment < noon, STATE.in_(sorted(states))) for noon, states in changes)
    return sa.or_(sa.false(), *since)


def place_of(session: Session, who: Subscriber, *, now: datetime) -> str:
    """The place of one reader, as ``place`` says it."""
    session.flush()
    return session.scalars(sa.select(place(congress_on(now))).where(col(Subscriber.id) == who.id)).one()


def is_unsettled(session: Session, who: Subscriber, *, now: datetime) -> bool:
    return place_of(session, who, now=now) != who.seat
