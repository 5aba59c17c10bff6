"""The sources' raw replies: stored compressed, each once, a bounded number, so that rules can run again."""

import zlib
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from campaign.congress.models import Bill, RawReply
from campaign.congress.observation import Observation

MOST_REPLIES = 12


def store_reply(session: Session, seen: Observation, *, first: bool) -> None:
    """Store an observation's raw reply, or note that the stored one was read again.

    ``first`` says that no reply of this bill is stored yet.
    """
    key = (seen.bill, seen.source, seen.digest)
    stored = None if first else session.get(RawReply, key)
    if stored is not None:
        stored.last_read = max(stored.last_read, seen.read_at)
        return
    bill, source, digest = key
    session.add(
        RawReply(
            bill=bill,
            source=source,
            digest=digest,
            body=zlib.compress(seen.raw),
            first_read=seen.read_at,
            last_read=seen.read_at,
        )
    )


def trim_raw(session: Session, *, keep: int = MOST_REPLIES) -> int:
    """Delete all but the newest ``keep`` raw replies of each bill and source; returns how many were deleted."""
    place = sa.func.row_number().over(
        partition_by=(col(RawReply.bill), col(RawReply.source)), order_by=col(RawReply.last_read).desc()
    )
    ranked = sa.select(
        col(RawReply.bill), col(RawReply.source), col(RawReply.digest), place.label("place")
    ).subquery()
    old = sa.select(ranked.c.bill, ranked.c.source, ranked.c.digest).where(ranked.c.place > keep)
    key = sa.tuple_(col(RawReply.bill), col(RawReply.source), col(RawReply.digest))
    return session.execute(sa.delete(RawReply).where(key.in_(old))).rowcount  # type: ignore[attr-defined, no-any-return]


def unchanged(session: Session, source: str, digests: dict[str, str]) -> set[str]:
    """The bills that need no processing, of ``digests``: those of the replies just read, by bill.

    The newest stored reply of this source has the same digest, this source is the bill's authority, and
    nothing waits for a second complete reading.
    """
    later = aliased(RawReply)
    superseded = sa.exists().where(
        col(later.bill) == col(RawReply.bill),
        col(later.source) == source,
        col(later.last_read) > col(RawReply.last_read),
    )
    query = (
        select(RawReply.bill, RawReply.digest)
        .join(Bill, col(Bill.id) == col(RawReply.bill))
        .where(
            RawReply.source == source,
            col(RawReply.bill).in_(digests),
            col(Bill.pending).is_(False),
            col(Bill.first_whole_at).is_not(None),
            col(Bill.authority) == source,
            # An older reply of this source may have been undone by a later one.
            ~superseded,
        )
    )
    return {bill for bill, digest in session.exec(query) if digests[bill] == digest}


def note_unchanged(session: Session, source: str, bills: Iterable[str], *, read_at: datetime) -> None:
    """Note a further complete reading of bills that ``unchanged`` named."""
    ids = list(bills)
    newest = sa.update(Bill).where(col(Bill.id).in_(ids), col(Bill.observed_at) < read_at)
    session.execute(newest.values(observed_at=read_at, observed_source=source))
    newest_replies = (
        select(RawReply.bill, sa.func.max(RawReply.last_read))
        .where(RawReply.source == source, col(RawReply.bill).in_(ids))
        .group_by(col(RawReply.bill))
    )
    pairs = sa.tuple_(col(RawReply.bill), col(RawReply.last_read))
    raws = sa.update(RawReply).where(col(RawReply.source) == source, pairs.in_(newest_replies))
    session.execute(raws.values(last_read=read_at))
