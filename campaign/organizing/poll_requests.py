"""Requests to poll bills now: organizers' pages add them, the worker fulfils them."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.organizing.models import PollRequest


def request(session: Session, bill: str, *, by: str, now: datetime) -> bool:
    """Request a poll of one bill, or of all with an empty ``bill``; False where it is requested already."""
    if session.get(PollRequest, bill) is not None:
        return False
    session.add(PollRequest(bill=bill, asked_by=by, asked_at=now))
    session.flush()
    return True


def pending(session: Session) -> list[PollRequest]:
    """The open requests, oldest first."""
    return list(session.exec(select(PollRequest).order_by(col(PollRequest.asked_at), col(PollRequest.bill))))


def complete(session: Session, bills: Sequence[str]) -> None:
    """Delete requests after they are fulfilled: a worker that is killed before starts over."""
    session.execute(sa.delete(PollRequest).where(col(PollRequest.bill).in_(bills)))
