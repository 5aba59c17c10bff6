"""What an organizer sees of the mail, and how the organization wants it: results in numbers, and the policy.

No answer of this module holds a reader's address.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.mailing.models import Content, Delivery, Edition, Subscriber, Suppression

# States whose reason somebody may want to know; what a relay says of a copy it took is a number of its own.
TOLD_WHY = ("failed", "deferred", "unknown")
MOST_REASONS = 20
MOST_ROWS = 50


@dataclass(frozen=True)
class Reason:
    """Copies that ended, or wait, with the same words of the relay."""

    state: str
    words: str
    copies: int


@dataclass(frozen=True)
class Doubt:
    """A copy that may or may not have arrived."""

    number: int
    language: str
    seat: str
    begun: datetime | None
    words: str


def editions_of(session: Session, campaign: str, *, most: int = 12) -> list[Edition]:
    """A campaign's weekly digests, newest first."""
    query = select(Edition).where(Edition.campaign == campaign, Edition.kind == "digest")
    return list(session.exec(query.order_by(col(Edition.id).desc()).limit(most)))


def groups(session: Session, edition: int) -> list[tuple[str, str]]:
    """The languages and seats an edition was written for."""
    query = select(Content.language, Content.seat).where(Content.edition == edition).distinct()
    return [(language, seat) for language, seat in session.exec(query.order_by("language", "seat"))]


def first_due(session: Session, edition: Edition) -> datetime | None:
    """When the first copy may leave: the earliest morning among its readers. None while it has none."""
    return session.exec(select(sa.func.min(col(Content.due))).where(Content.edition == edition.id)).one()


def reasons(session: Session, edition: int) -> list[Reason]:
    """The relay's last words on what did not simply leave, the most frequent first."""
    number = sa.func.count()
    query = (
        sa.select(col(Delivery.state), col(Delivery.reply), number)
        .where(col(Delivery.edition) == edition, col(Delivery.state).in_(TOLD_WHY))
        .group_by(col(Delivery.state), col(Delivery.reply))
        .order_by(number.desc(), col(Delivery.state), col(Delivery.reply))
        .limit(MOST_REASONS)
    )
    return [Reason(*row) for row in session.execute(query)]


def doubts(session: Session, edition: int) -> list[Doubt]:
    """Copies of unknown fate, oldest first; by number, group and moment, never by address."""
    query = (
        sa.select(
            col(Delivery.id),
            sa.func.coalesce(col(Content.language), ""),
            sa.func.coalesce(col(Content.seat), ""),
            col(Delivery.first_at),
            col(Delivery.reply),
        )
        .select_from(sa.outerjoin(_table(Delivery), _table(Content), col(Content.id) == col(Delivery.content)))
        .where(col(Delivery.edition) == edition, col(Delivery.state) == "unknown")
        .order_by(col(Delivery.id))
        .limit(MOST_ROWS)
    )
    return [Doubt(*row) for row in session.execute(query)]


def _table(model: Any) -> sa.Table:
    found: sa.Table = model.__table__
    return found


def readers_by_state(session: Session, campaign: str) -> dict[str, int]:
    """How many readers of a campaign are pending, confirmed, stopped and undeliverable."""
    query = sa.select(col(Subscriber.state), sa.func.count()).where(col(Subscriber.campaign) == campaign)
    query = query.group_by(col(Subscriber.state))
    return {str(state): int(number) for state, number in session.execute(query)}


def left_alone(session: Session, campaign: str) -> dict[str, int]:
    """How many addresses get no list mail of a campaign, by reason (Suppression)."""
    query = sa.select(col(Suppression.reason), sa.func.count()).where(col(Suppression.campaign) == campaign)
    query = query.group_by(col(Suppression.reason))
    return {str(reason): int(number) for reason, number in session.execute(query)}
