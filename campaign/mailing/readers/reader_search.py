"""A campaign's readers as its administrators see them: in numbers, and found by address or domain."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.models import Subscriber
from campaign.refusals import Refused

ROWS = 50
STATES = ("confirmed", "pending", "stopped", "undeliverable")


@dataclass(frozen=True)
class Found:
    """One page of readers, newest first. ``page`` counts from 1."""

    rows: Sequence[Subscriber]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // ROWS))


def counts(session: Session, campaign: str) -> dict[str, dict[str, int]]:
    """How many readers of a campaign are in each state, by language."""
    state, language = col(Subscriber.state), col(Subscriber.language)
    query = sa.select(state, language, sa.func.count()).where(col(Subscriber.campaign) == campaign)
    found: dict[str, dict[str, int]] = {}
    for name, code, number in session.execute(query.group_by(state, language)):
        found.setdefault(str(name), {})[str(code)] = int(number)
    return found


def search(session: Session, keys: Keys, campaign: str, text: str, page: int = 1) -> Found:
    """The readers with an address, however it is spelled, or with ``@domain.org``; all of them for no text.

    Raises Refused for a text that is neither.
    """
    meant = sa.and_(col(Subscriber.campaign) == campaign, _meant(keys, campaign, text.strip()))
    total = session.scalar(sa.select(sa.func.count()).select_from(Subscriber).where(meant)) or 0
    page = max(1, min(page, -(-total // ROWS)))
    rows = select(Subscriber).where(meant).order_by(col(Subscriber.id).desc())
    return Found(session.exec(rows.offset((page - 1) * ROWS).limit(ROWS)).all(), total, page)


def _meant(keys: Keys, campaign: str, text: str) -> sa.ColumnElement[bool]:
    if not text:
        return sa.true()
    if found := re.fullmatch(r"@?([^@\s]+\.[^@\s]+)", text):
        return sa.func.lower(col(Subscriber.email)).endswith(f"@{found[1].lower()}", autoescape=True)
    try:
        return col(Subscriber.key).in_(keys.all_of(read_address(text), campaign))
    except Refused:
        raise Refused(
            "Enter a whole address, such as maria@example.org, or a domain, such as @example.org.",
            "Escriba una dirección completa, como maria@example.org, o un dominio, como @example.org.",
        ) from None


def reader(session: Session, campaign: str, id: int) -> Subscriber:
    """A reader of a campaign by number. Raises Refused (404) for another campaign's, too."""
    found = session.get(Subscriber, id)
    if found is None or found.campaign != campaign:
        raise Refused("There is no such reader any more.", "Ese lector ya no existe.", status=404)
    return found


def since(reader: Subscriber) -> datetime:
    """When a reader came into the state they are in."""
    moments = {
        "confirmed": reader.confirmed_at,
        "stopped": reader.stopped_at,
        "undeliverable": reader.stopped_at,
    }
    return moments.get(reader.state) or reader.created
