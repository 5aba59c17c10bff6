"""Bills that bring a proposal back in a new Congress: how far they were looked for, which are confirmed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import new_bills
from campaign.congress.bills import WASHINGTON, congress_on
from campaign.congress.models import Bill, Change
from campaign.proposals import lineage
from campaign.proposals.kinship import GOOD
from campaign.proposals.models import Kinship

# Introduced longer ago than this, a confirmed bill is known to readers from elsewhere: lists name a bill within
# days, its short title within weeks, and a person decides.
NEWS_FOR = timedelta(days=60)


@dataclass(frozen=True)
class Search:
    """How far the sitting Congress was searched for a bill of a proposal that has none there.

    ``seen_until`` is the day up to which all its new bills were seen, None where none ever were. ``waiting``: a
    likely bill waits for a person's decision, so that nothing can be said of there being none.
    """

    seen_until: date | None = None
    waiting: bool = False


NEVER = Search()


def searches(session: Session, slugs: Iterable[str], *, now: datetime) -> dict[str, Search]:
    """The search for each proposal."""
    sitting = congress_on(now)
    day = new_bills.looked_on(session, sitting)
    query = (
        select(Kinship.proposal)
        .join(Bill, col(Bill.id) == col(Kinship.bill))
        .where(Bill.congress == sitting, Kinship.state == "suggested", Kinship.score >= GOOD)
    )
    waiting = set(session.exec(query))
    return {slug: Search(day, slug in waiting) for slug in slugs}


@dataclass(frozen=True)
class Return:
    """A confirmed bill of the sitting Congress, and the newest bill of an earlier one that it continues."""

    bill: str
    predecessor: str
    proposal: str


def returns_since(session: Session, seq: int, *, upto: int, now: datetime) -> dict[str, Return]:
    """The returns that became known in the ledger after ``seq`` and up to ``upto``, by bill: at the first
    reading, or at the confirmation of a bill that was read before.

    A first reading is baseline and no news by itself; that the proposal is back is. What a snapshot brought was
    not seen to happen, and a bill introduced longer ago than ``NEWS_FOR`` is no news.
    """
    read = sa.func.min(Change.seq).filter(col(Change.kind) != lineage.CONFIRMED)
    decided = sa.func.min(Change.seq).filter(col(Change.kind) == lineage.CONFIRMED)
    # Greatest of the two on both engines: a bill without a row of its confirmation was confirmed unread.
    known = sa.case((decided > read, decided), else_=read)
    first = (
        sa.select(col(Change.bill))
        .where(col(Change.baseline), col(Change.source) != "snapshot")
        .group_by(col(Change.bill))
        .having(known > seq, known <= upto)
    )
    confirmed = select(Bill, Kinship.proposal).join(Kinship, col(Kinship.bill) == col(Bill.id))
    query = confirmed.where(
        Kinship.state == "confirmed",
        Bill.congress == congress_on(now),
        col(Bill.introduced) >= now.astimezone(WASHINGTON).date() - NEWS_FOR,
        col(Bill.id).in_(first),
    )
    found = list(session.exec(query))
    if not found:
        return {}
    before = _predecessors(session, {slug for _, slug in found}, congress_on(now))
    return {bill.id: Return(bill.id, before[slug], slug) for bill, slug in found if slug in before}


def _predecessors(session: Session, slugs: Collection[str], sitting: int) -> dict[str, str]:
    """The newest confirmed bill of an earlier Congress, by proposal."""
    query = (
        select(Kinship.proposal, Bill.id)
        .join(Bill, col(Bill.id) == col(Kinship.bill))
        .where(col(Kinship.proposal).in_(slugs), Kinship.state == "confirmed", Bill.congress < sitting)
        .order_by(col(Bill.congress), col(Bill.introduced), Bill.id)
    )
    return dict(session.exec(query).all())
