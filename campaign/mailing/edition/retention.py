"""How long editions are kept: bodies for a month after the end, rows for three, totals always."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.mailing import queue
from campaign.mailing.models import Content, Delivery, Edition

BODIES_KEPT = timedelta(days=30)
ROWS_KEPT = timedelta(days=90)


def delete_old(engine: Engine, *, now: datetime) -> dict[str, int]:
    """Delete what is kept no longer; how many bodies, rows and single mails."""
    with db.writing(engine) as session:
        bodies = sum(_delete_bodies(session, edition) for edition in _ended(session, now - BODIES_KEPT))
        rows = sum(_delete_rows(session, edition) for edition in _ended(session, now - ROWS_KEPT))
        single_mails = sa.delete(Delivery).where(
            col(Delivery.edition).is_(None), col(Delivery.ended_at) < now - BODIES_KEPT
        )
        return {"bodies": bodies, "rows": rows, "single mails": _changed(session, single_mails)}


def _ended(session: Session, before: datetime) -> list[Edition]:
    """Editions that ended before a moment and of which something is kept: each is deleted from once."""
    ended = (col(Edition.state).in_(("done", "stopped")), col(Edition.finished_at) < before)
    kept = sa.exists().where(col(Content.edition) == col(Edition.id))
    return list(session.exec(select(Edition).where(*ended, kept)))


def _delete_bodies(session: Session, edition: Edition) -> int:
    full = sa.update(Content).where(col(Content.edition) == edition.id, sa.func.length(Content.body) > 0)
    return _changed(session, full.values(body=b"", head=b""))


def _delete_rows(session: Session, edition: Edition) -> int:
    edition.totals = queue.counts(session, edition)
    deleted = _changed(session, sa.delete(Delivery).where(col(Delivery.edition) == edition.id))
    session.execute(sa.delete(Content).where(col(Content.edition) == edition.id))
    return deleted


def _changed(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement)
    return int(result.rowcount)
