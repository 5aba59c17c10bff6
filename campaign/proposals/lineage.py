"""The lineage of a proposal: the bills that carried it, over chambers, numbers and Congresses.

There is no official link between bills of different Congresses. A rule may suggest one, with its reason;
only a person makes it lineage. Everything here but ``waiting`` reads what persons confirmed.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from campaign.congress import ledger, tracking
from campaign.congress.bill_input import BillNumber, parse_bill
from campaign.congress.bills import BillId, congress_end
from campaign.congress.models import Bill, Change
from campaign.congress.stage_names import Stage
from campaign.proposals import campaigns
from campaign.proposals.kinship import Pair
from campaign.proposals.models import Kinship, Proposal
from campaign.refusals import Refused

BY_HAND = "by_hand"
# The kind of the change that places a confirmation in the ledger.
CONFIRMED = "confirmed"


def not_held(number: BillNumber) -> Refused:
    """The refusal (404) of a bill that is not in the record."""
    if number.congress is None:
        return Refused(
            f"We don’t follow any {number.short}. If you mean another Congress, write it like "
            f"{number.short} (119th).",
            f"No seguimos ningún {number.short}. Si es de otro Congreso, escríbalo así: "
            f"{number.short} (119th).",
            status=404,
        )
    named = BillId(number.congress, number.type, number.number).named
    return Refused(
        f"We don’t follow {named}. Check the number.",
        f"No seguimos {named}. Revise el número.",
        status=404,
    )


# --- what persons confirmed ---


def living(bill: Bill, now: datetime) -> bool:
    """Whether a bill can still go on: its Congress sits and its actions are not final."""
    return now < congress_end(bill.congress) and not bill.over


def proposal_of(session: Session, bill_id: str) -> Proposal | None:
    """The proposal to which a bill is confirmed to belong."""
    query = (
        select(Proposal)
        .join(Kinship, col(Kinship.proposal) == col(Proposal.slug))
        .where(Kinship.bill == bill_id, Kinship.state == "confirmed")
    )
    return session.exec(query).first()


def bills_of_others(campaign: str) -> SelectOfScalar[str]:
    """The ids of the bills that belong to other campaigns: what is noted on them is theirs."""
    query = select(Kinship.bill).join(Proposal, col(Proposal.slug) == col(Kinship.proposal))
    return query.where(Kinship.state == "confirmed", Proposal.campaign != campaign)


def bills_of(session: Session, slug: str) -> list[tuple[Bill, Kinship]]:
    """The confirmed bills of a proposal in reading order."""
    query = (
        select(Bill, Kinship)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .where(Kinship.proposal == slug, Kinship.state == "confirmed")
    )
    return sorted(session.exec(query), key=lambda row: reading_order(row[0]))


def reading_order(bill: Bill) -> tuple[int, str, int]:
    """A sort key: the newest Congress first, in each the House before the Senate, then by number."""
    return -bill.congress, BillId.of(bill.id).chamber, bill.number


def law_of(bills: Sequence[Bill]) -> Bill | None:
    """The bill that became law among those of the newest Congress, of bills in reading order: nothing is to be
    introduced again."""
    newest = [bill for bill in bills if bill.congress == bills[0].congress]
    return next((bill for bill in newest if bill.stage == Stage.law), None)


def family(session: Session, bill_id: str) -> list[Bill]:
    """All confirmed bills of this bill's proposal, itself included, in reading order; empty where it
    belongs to none."""
    own = select(Kinship.proposal).where(Kinship.bill == bill_id, Kinship.state == "confirmed")
    query = (
        select(Bill)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .where(col(Kinship.proposal).in_(own), Kinship.state == "confirmed")
    )
    return sorted(session.exec(query), key=reading_order)


def companion(session: Session, bill_id: str) -> Bill | None:
    """The proposal's bill in the other chamber of the same Congress; of several, one with the same official
    title first, then the lowest number."""
    bill, kin = _bill_and_kin(session, bill_id)
    companions = [other for other in kin if bill and Pair(bill, other).companions]
    return min(
        companions,
        key=lambda other: (not (bill and Pair(bill, other).same_official), other.number),
        default=None,
    )


def successor(session: Session, bill_id: str, now: datetime) -> Bill | None:
    """The living bill that continues an ended one, of the same chamber where there is one; None where the bill
    itself lives, or none does."""
    bill, kin = _bill_and_kin(session, bill_id)
    if bill is None or living(bill, now):
        return None
    heirs = [other for other in kin if other.congress > bill.congress and living(other, now)]
    return min(heirs, key=lambda heir: (not Pair(bill, heir).same_chamber, reading_order(heir)), default=None)


def _bill_and_kin(session: Session, bill_id: str) -> tuple[Bill | None, list[Bill]]:
    everyone = family(session, bill_id)
    bill = next((bill for bill in everyone if bill.id == bill_id), None)
    return bill, [other for other in everyone if other.id != bill_id]


# --- deciding ---


def waiting(session: Session, slug: str | None = None) -> list[tuple[Bill, Kinship]]:
    """Undecided suggestions, for a proposal or for all, the likeliest first."""
    query = (
        select(Bill, Kinship)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .where(Kinship.state == "suggested")
        .order_by(col(Kinship.score).desc(), col(Kinship.bill))
    )
    if slug is not None:
        query = query.where(Kinship.proposal == slug)
    return list(session.exec(query))


def confirm(session: Session, proposal: str, bill: str, *, by: str, now: datetime) -> Kinship:
    """Make a bill part of a proposal, as a person decided; a suggestion keeps its reason. A bill that can still
    go on is polled from now on.

    Raises Refused: 404 for an unknown proposal or bill, 409 where the bill belongs to another proposal.
    """
    row = _kinship(session, proposal, bill)
    refuse_of_others(session, proposal, bill)
    held = session.get_one(Bill, bill)
    if living(held, now):
        tracking.track(session, BillId.of(bill), now=now)
    if held.observed_at is not None and row.state != "confirmed":
        _place_in_ledger(session, bill, now)
    return _decide(session, row, "confirmed", by, now)


def refuse_of_others(session: Session, proposal: str, bill: str) -> None:
    """Raise Refused (409) where a bill belongs to another proposal than this."""
    home = proposal_of(session, bill)
    if home is not None and home.slug != proposal:
        name = BillId.of(bill).named
        raise Refused(
            f"{name} already belongs to “{home.name_en}”. Remove it there first.",
            f"{name} ya pertenece a «{home.name_es}». Quítelo primero de ahí.",
            status=409,
        )


def _place_in_ledger(session: Session, bill: str, now: datetime) -> None:
    """Note when a bill that was read before became part of a proposal: its first reading, which a mail may have
    passed over, becomes news only now (``returns``). Nothing happened in Congress, so the row is baseline."""
    ledger.lock_on_postgresql(session)
    session.add(Change(bill=bill, kind=CONFIRMED, source="person", seen_at=now, baseline=True))


def reject(session: Session, proposal: str, bill: str, *, by: str, now: datetime) -> Kinship:
    """Keep a bill out of a proposal, or remove it; it is not suggested there again.

    Raises Refused (404) for an unknown proposal or bill.
    """
    return _decide(session, _kinship(session, proposal, bill), "rejected", by, now)


def _kinship(session: Session, proposal: str, bill: str) -> Kinship:
    campaigns.proposal(session, proposal)
    if session.get(Bill, bill) is None:
        raise not_held(parse_bill(bill))
    return session.get(Kinship, (proposal, bill)) or Kinship(proposal=proposal, bill=bill, rule=BY_HAND)


def _decide(session: Session, row: Kinship, state: str, by: str, now: datetime) -> Kinship:
    row.state, row.decided_by, row.decided_at = state, by, now
    session.add(row)
    session.flush()
    return row
