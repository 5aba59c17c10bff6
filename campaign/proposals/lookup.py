"""Finding a bill of the record by what somebody typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.congress.bills import BillId, BillNumber, parse_bill
from campaign.congress.models import Bill
from campaign.proposals.lineage import living, not_held, proposal_of, successor
from campaign.refusals import Refused


@dataclass(frozen=True)
class Candidate:
    """One of the bills that share a number. ``successor`` is the living bill of the same proposal, where this
    one has ended."""

    bill_id: BillId
    title: str
    congress: int
    living: bool
    successor: BillId | None
    proposal: str | None


def resolve(session: Session, text: str) -> BillId:
    """The bill that was typed, in any form that ``parse_bill`` accepts.

    Raises Refused: 400 for other text, 404 for a bill that is not in the record, 409 where several Congresses
    have the number and the text names none.
    """
    number = parse_bill(text)
    found = _numbered(session, number)
    if not found:
        raise not_held(number)
    if len(found) > 1:
        raise _several(number, found)
    return BillId.of(found[0].id)


def candidates(session: Session, text: str, *, now: datetime) -> list[Candidate]:
    """Every bill of the record with the number that was typed, newest Congress first.

    Raises Refused (400) for text that is no bill.
    """
    return [_candidate(session, bill, now) for bill in _numbered(session, parse_bill(text))]


def _candidate(session: Session, bill: Bill, now: datetime) -> Candidate:
    proposal = proposal_of(session, bill.id)
    alive = living(bill, now)
    heir = None if alive else successor(session, bill.id, now)
    return Candidate(
        bill_id=BillId.of(bill.id),
        title=bill.title,
        congress=bill.congress,
        living=alive,
        successor=BillId.of(heir.id) if heir else None,
        proposal=proposal.slug if proposal else None,
    )


def _numbered(session: Session, number: BillNumber) -> list[Bill]:
    query = select(Bill).where(Bill.type == number.type, Bill.number == number.number)
    if number.congress is not None:
        query = query.where(Bill.congress == number.congress)
    return list(session.exec(query.order_by(col(Bill.congress).desc())))


def _several(number: BillNumber, found: Sequence[Bill]) -> Refused:
    en = "; ".join(f"{BillId.of(bill.id).named}: {bill.title or 'title not known'}" for bill in found)
    es = "; ".join(f"{BillId.of(bill.id).named}: {bill.title or 'título desconocido'}" for bill in found)
    return Refused(
        f"{number.short} is a different bill in each Congress. Say which one you mean: {en}.",
        f"{number.short} es un proyecto distinto en cada Congreso. Diga a cuál se refiere: {es}.",
        status=409,
    )
