"""Sending what waits: signed, with retries over about a day, each endpoint apart from the others.

At least once: who is killed between sending and writing leaves a lease, and after it the message goes again
with the same id. Read ``run`` first.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import __version__, db
from campaign.fetch import Fetcher
from campaign.mailing import notices
from campaign.refusals import SourceError
from campaign.settings import Settings
from campaign.webhooks import queue, signing
from campaign.webhooks.models import OPEN, WebhookEndpoint, WebhookMessage

log = structlog.get_logger(__name__)
FIRST_WAIT: Final = timedelta(minutes=5)
# 5, 10, 20 … 640 minutes: the last attempt comes some 21 to 27 hours after the first.
ATTEMPTS: Final = 9
JITTER: Final = 0.25
LEASE: Final = timedelta(minutes=2)
SECONDS: Final = 15.0
# Endpoints that are told at once, and messages of one in one run.
AT_ONCE: Final = 8
MOST_A_RUN: Final = 50
GONE: Final = 410
# Why there was no answer: the name leads into a private network, or it was not reached in time.
PROBLEMS: Final = ("inside", "unreachable")


@dataclass(frozen=True)
class Result:
    """How an attempt ended: the answer's status, or one of ``PROBLEMS``."""

    status: int | None = None
    problem: str = ""

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Counts:
    queued: int
    sent: int
    failed: int


def run(engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool]) -> Counts:
    """Queue what is new and send what is due. An endpoint that fails is left for its next time, and delays no
    other one."""
    with db.writing(engine) as session:
        queued = queue.queue_changes(session, settings, now=now)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = list(
            pool.map(
                lambda id: _send_due(engine, settings, id, now=now, stopping=stopping), _due(engine, now=now)
            )
        )
    return Counts(queued, sum(sent for sent, _ in ended), sum(failed for _, failed in ended))


def _waits(now: datetime) -> sa.ColumnElement[bool]:
    """Messages that are due, and those whose sender is gone."""
    pending = (col(WebhookMessage.state) == "pending") & (col(WebhookMessage.due) <= now)
    left = (col(WebhookMessage.state) == "sending") & (col(WebhookMessage.lease) < now)
    return sa.and_(OPEN, sa.or_(pending, left))


def _due(engine: Engine, *, now: datetime) -> list[int]:
    """The endpoints that have something to send; who answered last time comes first."""
    query = select(WebhookEndpoint.id).where(WebhookEndpoint.state == "on")
    query = query.where(sa.exists().where(col(WebhookMessage.endpoint) == col(WebhookEndpoint.id), _waits(now)))
    failing = col(WebhookEndpoint.failing_since).is_not(None)
    with db.reading(engine) as session:
        return [id or 0 for id in session.exec(query.order_by(failing, col(WebhookEndpoint.id)))]


def _send_due(
    engine: Engine, settings: Settings, endpoint: int, *, now: datetime, stopping: Callable[[], bool]
) -> tuple[int, int]:
    """Send what is due to one endpoint, oldest first, until one fails; how many were sent, and failed."""
    for sent in range(MOST_A_RUN):
        message = None if stopping() else _next(engine, endpoint, now=now)
        if message is None:
            return sent, 0
        result = send(engine, settings, message, now=now)
        if result is not None and not result.good:
            return sent, 1
    return MOST_A_RUN, 0


def _next(engine: Engine, endpoint: int, *, now: datetime) -> int | None:
    query = select(WebhookMessage.id).where(WebhookMessage.endpoint == endpoint, _waits(now))
    with db.reading(engine) as session:
        return session.exec(query.order_by(col(WebhookMessage.id)).limit(1)).first()


def send(engine: Engine, settings: Settings, message: int, *, now: datetime) -> Result | None:
    """Send one message that is due; None where somebody else is sending it. What the network does is in the
    result, never raised."""
    if not _claim(engine, message, now=now):
        return None
    with db.reading(engine) as session:
        row = session.get_one(WebhookMessage, message)
        endpoint = session.get_one(WebhookEndpoint, row.endpoint)
    result = _post(settings, endpoint, row, now=now)
    _end(engine, message, result, now=now)
    return result


def _claim(engine: Engine, message: int, *, now: datetime) -> bool:
    mine = sa.update(WebhookMessage).where(col(WebhookMessage.id) == message, _waits(now))
    with db.writing(engine) as session:
        result: Any = session.execute(mine.values(state="sending", lease=now + LEASE))
        return bool(result.rowcount == 1)


def _post(settings: Settings, endpoint: WebhookEndpoint, row: WebhookMessage, *, now: datetime) -> Result:
    signed = signing.headers(signing.keys(settings), endpoint.salt, row.webhook_id, now, row.body)
    try:
        with Fetcher(user_agent=f"campaign/{__version__}", read_timeout=SECONDS) as fetcher:
            reply = fetcher.post(endpoint.url, row.body.encode(), headers=signed, public=True, seconds=SECONDS)
    except SourceError as error:
        log.info("webhook not delivered", endpoint=endpoint.id, reason=error.reason)
        return Result(problem="inside" if error.permanent else "unreachable")
    return Result(reply.status)


# --- how it ended ----------------------------------------------------------------------------------


def wait(webhook_id: str, attempts: int) -> timedelta:
    """How long to wait after so many attempts. The jitter is the message's own, so that messages that failed
    together do not come back together."""
    digest = hashlib.sha256(f"{webhook_id}\0{attempts}".encode()).digest()
    jitter = 1 + JITTER * int.from_bytes(digest[:4], "big") / 2**32
    return FIRST_WAIT * (2.0 ** (attempts - 1) * jitter)


def _end(engine: Engine, message: int, result: Result, *, now: datetime) -> None:
    with db.writing(engine) as session:
        row = session.get(WebhookMessage, message, with_for_update=True)
        endpoint = session.get(WebhookEndpoint, row.endpoint, with_for_update=True) if row else None
        if row is None or endpoint is None:
            # Removed while it was sent.
            return
        row.attempts, row.lease, row.status, row.problem = row.attempts + 1, None, result.status, result.problem
        if result.good:
            row.state, row.ended_at, endpoint.failing_since = "sent", now, None
        else:
            endpoint.failing_since = endpoint.failing_since or now
            _failed(session, row, endpoint, now=now)
        session.add(row)
        session.add(endpoint)


def _failed(session: Session, row: WebhookMessage, endpoint: WebhookEndpoint, *, now: datetime) -> None:
    if row.status == GONE:
        # The receiver says that it wants no more: what waits for it is parked, too.
        endpoint.state = "gone"
        waiting = col(WebhookMessage.state).in_(("pending", "sending"))
        rest = sa.update(WebhookMessage).where(col(WebhookMessage.endpoint) == endpoint.id, waiting)
        session.execute(rest.values(state="parked", ended_at=now, lease=None))
        row.state, row.ended_at = "parked", now
        _tell(session, endpoint, "webhook_gone", now=now)
    elif row.attempts >= ATTEMPTS:
        if not _parked_any(session, endpoint):
            _tell(session, endpoint, "webhook_parked", now=now)
        row.state, row.ended_at = "parked", now
    else:
        row.state, row.due = "pending", now + wait(row.webhook_id, row.attempts)


def _parked_any(session: Session, endpoint: WebhookEndpoint) -> bool:
    """Whether a message was parked since the endpoint began to fail: then organizers know of it."""
    parked = select(WebhookMessage.id).where(
        WebhookMessage.endpoint == endpoint.id,
        WebhookMessage.state == "parked",
        col(WebhookMessage.ended_at) >= endpoint.failing_since,
    )
    return session.exec(parked.limit(1)).first() is not None


def _tell(session: Session, endpoint: WebhookEndpoint, kind: str, *, now: datetime) -> None:
    """Tell the organizers, of the host alone."""
    notices.notify(session, kind, {"campaign": endpoint.campaign, "host": endpoint.host}, now=now)
