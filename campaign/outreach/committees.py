"""Who sits on the committees that have a bill."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from campaign.congress.models import Committee, CommitteeSeat, Referral

ReferralSeat = tuple[Committee, CommitteeSeat]


def referral_seats(session: Session, bills: Sequence[str]) -> dict[str, list[ReferralSeat]]:
    """The seats on each bill's full committees of referral, by bill; in the order of committee, side and rank.

    Left out are subcommittees, and committees that did something with the bill but were not referred it.
    """
    query: Any = (
        select(Referral.bill, Committee, CommitteeSeat)
        .join(Committee, col(Referral.committee) == col(Committee.id))
        .join(CommitteeSeat, col(CommitteeSeat.committee) == col(Committee.id))
        .where(col(Referral.bill).in_(bills), col(Referral.referred), col(Committee.parent).is_(None))
        .order_by(Committee.id, col(CommitteeSeat.side), col(CommitteeSeat.rank))
    )
    found: dict[str, list[ReferralSeat]] = defaultdict(list)
    for bill, committee, seat in session.exec(query):
        found[bill].append((committee, seat))
    return found
