"""Where readers live as their mail takes it, and asking them again after new districts.

A district is stored without a ZIP code. Where a state has had new districts since the reader told theirs, only
the state is still known: the reader is asked once to tell it again, and mail speaks of the senators until then.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress.bills import congress_on
from campaign.districts import maps, vintages
from campaign.districts.models import ZipSeat
from campaign.mailing.models import Delivery, Subscriber, Suppression
from campaign.proposals import campaigns

KIND = "place"
STATE = sa.func.substr(col(Subscriber.seat), 1, 2)
TOLD_AT = sa.func.coalesce(col(Subscriber.placed_at), col(Subscriber.created))


# --- the place -------------------------------------------------------------------------------------


def place(congress: int) -> sa.ColumnElement[str]:
    """The seat that a reader's mail is about in a Congress: theirs, or the state alone where the reader has to
    tell the district again."""
    return sa.case((unsettled(congress), STATE), else_=col(Subscriber.seat))


def unsettled(congress: int) -> sa.ColumnElement[bool]:
    """Whether a reader told a district of a map that is no longer the map of their state."""
    return sa.and_(sa.func.length(col(Subscriber.seat)) > 2, _before_new_districts(TOLD_AT, congress))


def _before_new_districts(moment: sa.SQLColumnExpression[Any], congress: int) -> sa.ColumnElement[bool]:
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


# --- asking ----------------------------------------------------------------------------------------


def ask(session: Session, *, now: datetime, most: int) -> int:
    """Queue the mail for up to ``most`` readers who are to be asked and whose new map is stored; how many.

    That a reader was asked is noted in the transaction that queues the mail: it is written once, or not at all.
    """
    ready = sorted(_states_with_zips(session, now))
    chosen = (
        sa.select(col(Subscriber.id))
        .where(_to_ask(now), STATE.in_(ready))
        .order_by(col(Subscriber.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    asked = sa.update(Subscriber).where(col(Subscriber.id).in_(chosen)).values(place_asked_at=now)
    ids = session.scalars(asked.returning(col(Subscriber.id))).all()
    session.add_all(Delivery(kind=KIND, subscriber=who, due=now) for who in sorted(filter(None, ids)))
    return len(ids)


def may_ask(session: Session) -> bool:
    """Whether the campaign writes to its readers: only while it is live."""
    found = campaigns.shown(session)
    return found is not None and found[1] == "live"


def _to_ask(now: datetime) -> sa.ColumnElement[bool]:
    """Readers of the list whose district is of an old map and who were not asked since it ended."""
    congress = congress_on(now)
    asked = col(Subscriber.place_asked_at)
    barred = sa.exists().where(col(Suppression.key) == col(Subscriber.key))
    unasked = sa.or_(asked.is_(None), _before_new_districts(asked, congress))
    return sa.and_(col(Subscriber.state) == "confirmed", unsettled(congress), unasked, ~barred)


def _states_with_zips(session: Session, now: datetime) -> set[str]:
    """The states whose ZIP codes lead to the districts of today."""
    known = vintages.stored(session, ZipSeat, congress_on(now))
    return set(known.by_state) - known.missing


def drop_question(session: Session, who: Subscriber, *, now: datetime) -> None:
    """End the mail that asks a reader who has just told their place."""
    waiting = sa.update(Delivery).where(
        col(Delivery.subscriber) == who.id,
        col(Delivery.kind) == KIND,
        col(Delivery.state).in_(("pending", "deferred")),
    )
    session.execute(waiting.values(state="suppressed", ended_at=now, lease=None, owner=""))


# --- in numbers ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asking:
    """How far the asking after the newest change of districts is. ``waiting``: the states whose ZIP table is
    missing, with the number of their readers, who cannot be asked before."""

    to_ask: int = 0
    asked: int = 0
    confirmed: int = 0
    waiting: Sequence[tuple[str, int]] = ()

    def __bool__(self) -> bool:
        return bool(self.to_ask or self.asked)

    @property
    def number_waiting(self) -> int:
        return sum(number for _, number in self.waiting)


def asking(session: Session, *, now: datetime) -> Asking:
    """The readers to be asked, asked, and of these the ones who have told their place since."""
    found = session.execute(sa.select(STATE, sa.func.count()).where(_to_ask(now)).group_by(STATE))
    to_ask = Counter({str(state): int(number) for state, number in found})
    ready = _states_with_zips(session, now) if to_ask else set()
    waiting = sorted((state, number) for state, number in to_ask.items() if state not in ready)
    asked, confirmed = _answers(session, now)
    return Asking(to_ask.total(), asked, confirmed, waiting)


def _answers(session: Session, now: datetime) -> tuple[int, int]:
    """How many readers were asked since the last change of districts, and how many of them have answered."""
    changes = maps.redrawings(congress_on(now))
    if not changes:
        return 0, 0
    asked = select(sa.func.count()).where(col(Subscriber.place_asked_at) >= changes[-1][0])
    answered = asked.where(col(Subscriber.placed_at) >= col(Subscriber.place_asked_at))
    return session.exec(asked).one(), session.exec(answered).one()
