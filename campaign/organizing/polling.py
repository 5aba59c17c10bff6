"""Polls that somebody asked for: the page notes the wish, the worker fulfils it."""

from datetime import datetime

from sqlmodel import Session, select

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
    return list(session.exec(select(PollRequest).order_by(PollRequest.asked_at, PollRequest.bill)))  # type: ignore[arg-type]


def take(session: Session) -> list[str]:
    """The bills wished for, taking the wishes away: a poll that fails is told on the system page."""
    found = asked(session)
    for one in found:
        session.delete(one)
    return [one.bill for one in found]
