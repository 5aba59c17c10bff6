"""What the sources really said: kept compressed, once each, and bounded, so that rules can be re-run."""

import zlib
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from campaign.congress.models import Bill, RawReply
from campaign.congress.observation import Observation

RAW_REPLIES_KEPT = 12


def keep_raw(session: Session, seen: Observation, *, first: bool) -> None:
    key = (seen.bill, seen.source, seen.digest)
    kept = None if first else session.get(RawReply, key)
    if kept is not None:
        kept.last_read = max(kept.last_read, seen.read_at)
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


def trim_raw(session: Session, *, keep: int = RAW_REPLIES_KEPT) -> int:
    """Forget all but the newest ``keep`` raw replies of each bill and source; how many were forgotten."""
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
    """Of bills by the digest just read, those whose reading from this source is the kept one, whole, with
    nothing waiting for a second sighting: they need no second look."""
    later = aliased(RawReply)
    outdone = sa.exists().where(
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
            # Only the newest reply of this source says what stands; an older one may have been undone.
            ~outdone,
        )
    )
    return {bill for bill, digest in session.exec(query) if digests[bill] == digest}


def seen_again(session: Session, source: str, bills: Iterable[str], *, read_at: datetime) -> None:
    """Note that unchanged bills were read whole once more."""
    ids = list(bills)
    newest = sa.update(Bill).where(col(Bill.id).in_(ids), col(Bill.observed_at) < read_at)
    session.execute(newest.values(observed_at=read_at, observed_source=source))
    kept = (
        select(RawReply.bill, sa.func.max(RawReply.last_read))
        .where(RawReply.source == source, col(RawReply.bill).in_(ids))
        .group_by(col(RawReply.bill))
    )
    pairs = sa.tuple_(col(RawReply.bill), col(RawReply.last_read))
    raws = sa.update(RawReply).where(col(RawReply.source) == source, pairs.in_(kept))
    session.execute(raws.values(last_read=read_at))
