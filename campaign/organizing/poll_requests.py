"""Polls that somebody asked for: the page notes the wish, the worker fulfils it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.organizing.models import PollRequest


def ask(session: Session, bill: str, *, by: str, now: datetime) -> bool:
    """Wish for a poll of one bill, or of all with an empty ``bill``; False where somebody did already."""
    if session.get(PollRequest, bill) is not None:
        return False
    session.add(PollRequest(bill=bill, asked_by=by, asked_at=now))
    session.flush()
    return True


def asked(session: Session) -> list[PollRequest]:
    """Wishes not fulfilled yet, the oldest first."""
    return list(session.exec(select(PollRequest).order_by(col(PollRequest.asked_at), col(PollRequest.bill))))


def done(session: Session, bills: Sequence[str]) -> None:
    """Take wishes away once they are fulfilled, so that a worker killed meanwhile begins again."""
    session.execute(sa.delete(PollRequest).where(col(PollRequest.bill).in_(bills)))
