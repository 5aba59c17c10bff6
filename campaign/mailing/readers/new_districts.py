"""Asking readers in states with new districts for theirs: whom, once, and how many have answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from campaign.congress.bills import congress_on
from campaign.districts import maps, vintages
from campaign.districts.models import ZipSeat
from campaign.mailing.models import Delivery, Subscriber, Suppression
from campaign.mailing.places import STATE, before_new_districts, unsettled
from campaign.proposals.models import CampaignState

KIND = "place"


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


def _to_ask(now: datetime) -> sa.ColumnElement[bool]:
    """Readers of a live campaign whose district is of an old map and who were not asked since it ended."""
    congress = congress_on(now)
    asked = col(Subscriber.place_asked_at)
    barred = sa.exists().where(col(Suppression.key) == col(Subscriber.key))
    unasked = sa.or_(asked.is_(None), before_new_districts(asked, congress))
    listed = sa.and_(col(Subscriber.state) == "confirmed", ~barred, _of_a_live_campaign())
    return sa.and_(unsettled(congress), unasked, listed)


def _of_a_live_campaign() -> sa.ColumnElement[bool]:
    closed = sa.select(col(CampaignState.campaign)).where(col(CampaignState.state) != "live")
    return col(Subscriber.campaign).not_in(closed)


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
    asked = _asked_lately(now)
    answered = sa.and_(asked, col(Subscriber.placed_at) >= col(Subscriber.place_asked_at))
    numbers = (sa.func.sum(sa.case((which, 1), else_=0)) for which in (_to_ask(now), asked, answered))
    query = sa.select(STATE, *numbers).where(sa.or_(_to_ask(now), asked)).group_by(STATE).order_by(STATE)
    rows = session.execute(query).all()
    to_ask = [(str(state), int(number)) for state, number, _, _ in rows if number]
    ready = _states_with_zips(session, now) if to_ask else set()
    return Asking(
        to_ask=sum(number for _, number in to_ask),
        asked=sum(int(row[2]) for row in rows),
        confirmed=sum(int(row[3]) for row in rows),
        waiting=[(state, number) for state, number in to_ask if state not in ready],
    )


def _asked_lately(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a reader was asked since districts changed last."""
    changes = maps.redrawings(congress_on(now))
    return col(Subscriber.place_asked_at) >= changes[-1][0] if changes else sa.false()
