"""Notices for organizers in their chat: one short message, in the shape that Slack takes, to one address."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import __version__, db
from campaign.fetch import Fetcher
from campaign.mailing import notices, policy
from campaign.mailing.models import HOOK, Delivery
from campaign.refusals import SourceError
from campaign.settings import Settings

log = structlog.get_logger(__name__)

GIVE_UP_AFTER = timedelta(days=1)


def post(engine: Engine, settings: Settings, *, now: datetime) -> int:
    """Post what waits; what cannot be posted within a day is given up. How many were posted."""
    with db.reading(engine) as session:
        query = select(Delivery).where(sa.text(HOOK))
        waiting = session.exec(query.order_by(col(Delivery.id)).limit(20)).all()
        language = policy.policy(session).notify_language
    posted = 0
    for row in waiting:
        if not _take(engine, row, now):
            continue
        subject, text = notices.text(row.detail, language)
        message = {"text": f"*{subject}*\n{text}"}
        # While nothing is public yet, the chat may be on this machine.
        state, words = _send(row.address, message, public=settings.env == "production")
        if state != "sent" and now - row.due < GIVE_UP_AFTER:
            state = "pending"
        posted += state == "sent"
        _end(engine, row, state, words, now)
    return posted


def _take(engine: Engine, row: Delivery, now: datetime) -> bool:
    with db.writing(engine) as session:
        mine = sa.update(Delivery).where(col(Delivery.id) == row.id, col(Delivery.state) == "pending")
        result: Any = session.execute(mine.values(state="sending", lease=now + timedelta(minutes=2)))
        return bool(result.rowcount == 1)


def _end(engine: Engine, row: Delivery, state: str, words: str, now: datetime) -> None:
    ended = now if state != "pending" else None
    with db.writing(engine) as session:
        mine = sa.update(Delivery).where(col(Delivery.id) == row.id)
        session.execute(mine.values(state=state, reply=words, ended_at=ended, lease=None))


def _send(address: str, message: dict[str, str], *, public: bool) -> tuple[str, str]:
    try:
        with Fetcher(user_agent=f"campaign/{__version__}", attempts=2) as fetcher:
            reply = fetcher.post(address, message, public=public)
    except SourceError as error:
        return "failed", error.reason[:200]
    return ("sent", "") if reply.status < 300 else ("failed", f"answered {reply.status}")
