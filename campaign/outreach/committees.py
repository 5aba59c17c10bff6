"""Who sits on the committees that have a bill."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from campaign.congress.models import Bill, Committee, CommitteeSeat, Referral

ReferralSeat = tuple[Committee, CommitteeSeat]


def referral_seats(session: Session, bills: Sequence[str]) -> dict[str, list[ReferralSeat]]:
    """The seats on each bill's full committees of referral, by bill; in the order of committee, side and rank.

    Left out are subcommittees, committees that did something with the bill but were not referred it, and the
    seats of another Congress than the bill's: until a new one has named its committees, nobody sits on them.
    """
    query: Any = (
        select(Referral.bill, Committee, CommitteeSeat)
        .join(Bill, col(Bill.id) == col(Referral.bill))
        .join(Committee, col(Referral.committee) == col(Committee.id))
        .join(CommitteeSeat, col(CommitteeSeat.committee) == col(Committee.id))
        .where(col(Referral.bill).in_(bills), col(Referral.referred), col(Committee.parent).is_(None))
        .where(col(CommitteeSeat.congress) == col(Bill.congress))
        .order_by(Committee.id, col(CommitteeSeat.side), col(CommitteeSeat.rank))
    )
    found: dict[str, list[ReferralSeat]] = defaultdict(list)
    for bill, committee, seat in session.exec(query):
        found[bill].append((committee, seat))
    return found
