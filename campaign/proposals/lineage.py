"""Proposals and the bills that carried them: over chambers, numbers and Congresses.

There is no official link between the bills of different Congresses. A rule may suggest one, with its
reason; only a person makes it lineage. Everything here but ``waiting`` reads what persons confirmed.
"""

import re
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.congress.bill_input import BillNumber, parse_bill
from campaign.congress.bills import BillId, congress_end
from campaign.congress.models import Bill
from campaign.proposals.kinship import Pair
from campaign.proposals.models import Campaign, Kinship, Proposal
from campaign.refusals import Refused

BY_HAND = "by_hand"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def not_held(number: BillNumber) -> Refused:
    if number.congress is None:
        return Refused(
            f"No {number.short} of any Congress is in this record. Say which Congress you mean, as in "
            f"{number.short} (119th), and ask the organizer to follow it.",
            f"Ningún {number.short} está en este registro. Diga de qué Congreso, por ejemplo "
            f"{number.short} (119th), y pida al organizador que lo siga.",
            status=404,
        )
    named = BillId(number.congress, number.type, number.number).named
    return Refused(
        f"{named} is not in this record. Check the number, or ask the organizer to follow this bill.",
        f"{named} no está en este registro. Revise el número o pida al organizador que lo siga.",
        status=404,
    )


# --- what persons confirmed ---


def living(bill: Bill, now: datetime) -> bool:
    """Whether a bill can still go on: its Congress sits and its actions do not show its end."""
    return now < congress_end(bill.congress) and not bill.over


def proposal_of(session: Session, bill_id: str) -> Proposal | None:
    """The proposal a bill is confirmed to belong to."""
    query = (
        select(Proposal)
        .join(Kinship, col(Kinship.proposal) == col(Proposal.slug))
        .where(Kinship.bill == bill_id, Kinship.state == "confirmed")
    )
    return session.exec(query).first()


def bills_of(session: Session, slug: str) -> list[tuple[Bill, Kinship]]:
    """The confirmed bills of a proposal, newest Congress first, in each the House before the Senate."""
    query = (
        select(Bill, Kinship)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .where(Kinship.proposal == slug, Kinship.state == "confirmed")
    )
    return sorted(session.exec(query), key=lambda row: reading_order(row[0]))


def reading_order(bill: Bill) -> tuple[int, str, int]:
    return -bill.congress, BillId.of(bill.id).chamber, bill.number


def family(session: Session, bill_id: str) -> list[Bill]:
    """All confirmed bills of this bill's proposal, itself included, in reading order; empty where it
    belongs to none."""
    mine = select(Kinship.proposal).where(Kinship.bill == bill_id, Kinship.state == "confirmed")
    query = (
        select(Bill)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .where(col(Kinship.proposal).in_(mine), Kinship.state == "confirmed")
    )
    return sorted(session.exec(query), key=reading_order)


def companion(session: Session, bill_id: str) -> Bill | None:
    """The proposal's bill in the other chamber of the same Congress; of several the one whose official
    title is the same, then the lowest number."""
    me, kin = _me_and_kin(session, bill_id)
    sisters = [bill for bill in kin if me and Pair(me, bill).sisters]
    return min(sisters, key=lambda b: (not (me and Pair(me, b).same_official), b.number), default=None)


def successor(session: Session, bill_id: str, now: datetime) -> Bill | None:
    """The living bill a dead number leads to, of the same chamber where there is one; None where the bill
    still lives, or nothing does."""
    me, kin = _me_and_kin(session, bill_id)
    if me is None or living(me, now):
        return None
    heirs = [bill for bill in kin if bill.congress > me.congress and living(bill, now)]
    return min(heirs, key=lambda bill: (not Pair(me, bill).same_chamber, reading_order(bill)), default=None)


def _me_and_kin(session: Session, bill_id: str) -> tuple[Bill | None, list[Bill]]:
    everyone = family(session, bill_id)
    me = next((bill for bill in everyone if bill.id == bill_id), None)
    return me, [bill for bill in everyone if bill.id != bill_id]


# --- deciding ---


def waiting(session: Session, slug: str | None = None) -> list[tuple[Bill, Kinship]]:
    """Suggestions nobody has decided on, the likeliest first."""
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
    """Make a bill one of a proposal's, as a person decided; what was suggested keeps its reason.

    Raises Refused: 404 for an unknown proposal or bill, 409 where the bill belongs to another proposal.
    """
    row = _kinship(session, proposal, bill)
    home = proposal_of(session, bill)
    if home is not None and home.slug != proposal:
        name = BillId.of(bill).named
        raise Refused(
            f"{name} already belongs to “{home.name_en}”. Take it out there first.",
            f"{name} ya pertenece a «{home.name_es}». Sáquelo primero de ahí.",
            status=409,
        )
    return _decide(session, row, "confirmed", by, now)


def reject(session: Session, proposal: str, bill: str, *, by: str, now: datetime) -> Kinship:
    """Keep a bill out of a proposal, or take it out again; it is not suggested there any more.

    Raises Refused (404) for an unknown proposal or bill.
    """
    return _decide(session, _kinship(session, proposal, bill), "rejected", by, now)


def _kinship(session: Session, proposal: str, bill: str) -> Kinship:
    if session.get(Proposal, proposal) is None:
        raise _no_proposal(proposal)
    if session.get(Bill, bill) is None:
        raise not_held(parse_bill(bill))
    return session.get(Kinship, (proposal, bill)) or Kinship(proposal=proposal, bill=bill, rule=BY_HAND)


def _decide(session: Session, row: Kinship, state: str, by: str, now: datetime) -> Kinship:
    row.state, row.decided_by, row.decided_at = state, by, now
    session.add(row)
    session.flush()
    return row


# --- campaigns and proposals ---


def add_campaign(
    session: Session, slug: str, *, title_en: str, title_es: str, summary_en: str = "", summary_es: str = ""
) -> Campaign:
    """Add a campaign, or rewrite the words of one; the slug stays, it stands in addresses."""
    _check_slug(slug)
    row = session.get(Campaign, slug) or Campaign(slug=slug, title_en=title_en, title_es=title_es)
    row.title_en, row.title_es = title_en, title_es
    row.summary_en, row.summary_es = summary_en, summary_es
    session.add(row)
    session.flush()
    return row


def add_proposal(
    session: Session,
    slug: str,
    *,
    campaign: str,
    name_en: str,
    name_es: str,
    summary_en: str = "",
    summary_es: str = "",
    position: int = 0,
) -> Proposal:
    """Add a proposal to a campaign, or rewrite the words of one. Raises Refused (404) for an unknown
    campaign."""
    _check_slug(slug)
    if session.get(Campaign, campaign) is None:
        raise Refused(f"There is no campaign “{campaign}”.", f"No existe la campaña «{campaign}».", status=404)
    known = session.get(Proposal, slug)
    row = known or Proposal(slug=slug, campaign=campaign, name_en=name_en, name_es=name_es)
    row.campaign, row.name_en, row.name_es = campaign, name_en, name_es
    row.summary_en, row.summary_es, row.position = summary_en, summary_es, position
    session.add(row)
    session.flush()
    return row


def campaign_proposals(session: Session, campaign: str | None = None) -> list[Proposal]:
    """The proposals of a campaign, or of all, in the order organizers gave them."""
    query = select(Proposal).order_by(col(Proposal.campaign), col(Proposal.position), col(Proposal.slug))
    if campaign is not None:
        query = query.where(Proposal.campaign == campaign)
    return list(session.exec(query))


def proposal(session: Session, slug: str) -> Proposal:
    """A proposal by its slug. Raises Refused (404) for one that does not exist."""
    if (found := session.get(Proposal, slug)) is None:
        raise _no_proposal(slug)
    return found


def _no_proposal(slug: str) -> Refused:
    return Refused(f"There is no proposal “{slug}”.", f"No existe la propuesta «{slug}».", status=404)


def _check_slug(slug: str) -> None:
    if not _SLUG.fullmatch(slug):
        raise Refused(
            f"“{slug}” cannot stand in an address. Use small letters, digits and hyphens, like armas-act.",
            f"«{slug}» no puede ir en una dirección. Use minúsculas, números y guiones, como armas-act.",
        )
