"""Who gets an edition: its confirmed readers that are not suppressed, and a queued copy for each.

Nobody has two copies: the table has one row an edition and reader.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from campaign.mailing import languages, places, queue
from campaign.mailing.models import Content, Edition, Subscriber, Suppression


def count(session: Session, edition: Edition) -> int:
    """How many readers get it: its rows once published, before that whoever would get one now."""
    if edition.published_at or edition.state == "quiet":
        return queue.counts(session, edition)["recipients"]
    readers = sa.select(sa.func.count()).select_from(_readers(session, edition).order_by(None).subquery())
    return int(session.execute(readers).scalar_one())


def add_rows(session: Session, edition: Edition, *, lacking: bool = False) -> int:
    """Queue a copy for each reader of an edition who has none; how many.

    ``lacking``: nearly all have one and are passed over, because each row that is tried uses up a number.
    """
    names = ["kind", "edition", "subscriber", "content", "address", "detail", "state", "due", "attempts"]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    readers, rows_there = _readers(session, edition), queue.rows.c
    if lacking:
        here = sa.and_(rows_there.edition == edition.id, rows_there.subscriber == col(Subscriber.id))
        readers = readers.where(~sa.exists().where(here).correlate(Subscriber))
    rows: Any = insert(queue.rows).from_select([*names, "owner", "reply"], readers)
    session.flush()
    counted = {"preserve_rowcount": True}
    result: Any = session.connection().execute(rows.on_conflict_do_nothing(), execution_options=counted)
    return int(result.rowcount)


def _readers(session: Session, edition: Edition) -> sa.Select[Any]:
    """The confirmed, unsuppressed readers of an edition with what they get, those of one content together."""
    barred = sa.exists().where(col(Suppression.key) == col(Subscriber.key))
    same = sa.and_(
        col(Content.language) == languages.language(session, edition.campaign),
        col(Content.seat) == places.place(edition.congress),
        col(Content.proposals) == col(Subscriber.proposals),
    )
    query = (
        sa.select(
            sa.literal(edition.kind),
            col(Content.edition),
            col(Subscriber.id),
            col(Content.id),
            sa.literal(""),
            sa.literal({}, type_=sa.JSON),
            sa.literal("pending"),
            col(Content.due),
            sa.literal(0),
            sa.literal(""),
            sa.literal(""),
        )
        .join(Content, same)
        .where(col(Content.edition) == edition.id, col(Subscriber.campaign) == edition.campaign)
        .where(col(Subscriber.state) == "confirmed", ~barred)
        .order_by(col(Content.due), col(Content.id), col(Subscriber.id))
    )
    if edition.kind == "alert":
        query = query.where(col(Subscriber.alerts).is_(True))
    if edition.published_at and edition.kind == "digest":
        query = query.where(col(Subscriber.confirmed_at) <= edition.published_at)
    return query
