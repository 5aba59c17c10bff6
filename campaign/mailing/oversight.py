"""What an organizer sees of the mail, and how the organization wants it: results in numbers, and the policy.

No answer of this module holds a reader's address.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.mailing.addresses import read_address
from campaign.mailing.models import Content, Delivery, Edition, MailPolicy, Subscriber, Suppression
from campaign.mailing.subscribers import policy
from campaign.refusals import Refused

# States whose reason somebody may want to know; what a relay says of a copy it took is a number of its own.
TOLD_WHY = ("failed", "deferred", "unknown")
MOST_REASONS = 20
MOST_ROWS = 50
CHOICES = {
    "approve": ("by_hand", "automatic"),
    "quiet_week": ("nothing", "note"),
    "notify_language": ("en", "es"),
}
# The least and the most of each number; a rate of zero is no limit.
BOUNDS = {
    "send_hour": (0, 23),
    "per_second": (0, 1000),
    "per_hour": (0, 1_000_000),
    "breaker_after": (1, 1000),
}
WHOLE = ("send_hour", "breaker_after")
YES_OR_NO = ("resend_unknown", "keep_ip")
LONGEST_WEBHOOK = 500


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


def editions_of(session: Session, *, most: int = 12) -> list[Edition]:
    """The weekly digests, newest first."""
    query = select(Edition).where(Edition.kind == "digest").order_by(col(Edition.id).desc())
    return list(session.exec(query.limit(most)))


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


def readers_by_state(session: Session) -> dict[str, int]:
    """How many readers are pending, confirmed, stopped and undeliverable."""
    query = sa.select(col(Subscriber.state), sa.func.count()).group_by(col(Subscriber.state))
    return {str(state): int(number) for state, number in session.execute(query)}


def left_alone(session: Session) -> dict[str, int]:
    """How many addresses get no list mail, by reason: unsubscribed, erased, complaint, bounced, organizer."""
    query = sa.select(col(Suppression.reason), sa.func.count()).group_by(col(Suppression.reason))
    return {str(reason): int(number) for reason, number in session.execute(query)}


# --- the policy ------------------------------------------------------------------------------------


def choose(session: Session, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Take the organization's choices from a form; the names of those that changed.

    Raises Refused for a value that cannot be meant; then nothing is changed.
    """
    chosen: dict[str, Any] = {
        **{name: _one_of(name, wanted.get(name, "")) for name in CHOICES},
        **{name: _number(name, wanted.get(name, "")) for name in BOUNDS},
        **{name: name in wanted for name in YES_OR_NO},
        "notify_email": _address(wanted.get("notify_email", "")),
        "reply_to": _address(wanted.get("reply_to", "")),
        "notify_webhook": _webhook(wanted.get("notify_webhook", "")),
    }
    before = policy(session).model_dump()
    changed = tuple(name for name, value in chosen.items() if before[name] != value)
    if changed:
        session.merge(MailPolicy(**{**before, **chosen}))
    return changed


def _one_of(name: str, value: str) -> str:
    if value in CHOICES[name]:
        return value
    known = ", ".join(CHOICES[name])
    raise Refused(f"{name} is one of {known}.", f"{name} es uno de {known}.")


def _number(name: str, text: str) -> float:
    least, most = BOUNDS[name]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most or (name in WHOLE and value != int(value)):
        raise Refused(
            f"{name} is a number from {least} to {most}.", f"{name} es un número del {least} al {most}."
        )
    return int(value) if name in WHOLE else value


def _address(text: str) -> str:
    return read_address(text).typed if text.strip() else ""


def _webhook(text: str) -> str:
    address = text.strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        good = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    if not good or len(address) > LONGEST_WEBHOOK or not address.isprintable() or " " in address:
        raise Refused(
            "The chat's address begins with https:// and names a host.",
            "La dirección del chat empieza con https:// y nombra un servidor.",
        )
    return address
