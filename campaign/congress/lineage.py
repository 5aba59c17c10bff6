"""Proposals and the bills that carried them: over chambers, numbers and Congresses.

There is no official link between the bills of different Congresses. A rule may suggest one, with its
reason; only a person makes it lineage. Everything here but ``suggest`` and ``waiting`` reads what persons
confirmed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import BillId, BillNumber, congress_end, parse_bill
from campaign.congress.kinship import KinRule, Pair, judge
from campaign.congress.models import Bill, Campaign, Cosponsorship, Kinship, Proposal, Related
from campaign.congress.titles import names_an_idea
from campaign.refusals import Refused

WORTH_SUGGESTING = 0.3
# "FAIR Act" alone names 18 bills of one Congress; more kin than this is no kin.
MOST_CANDIDATES = 100
BY_HAND = "by_hand"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


# --- finding a bill ---


@dataclass(frozen=True)
class Candidate:
    """One of the bills that share a number. ``successor`` is the living bill of the same proposal, where
    this one can go no further."""

    bill_id: BillId
    title: str
    congress: int
    living: bool
    successor: BillId | None
    proposal: str | None


def resolve(session: Session, text: str) -> BillId:
    """The bill that was typed, in any form ``parse_bill`` reads.

    Raises Refused: 400 for what is no bill, 404 for a bill this record does not hold, 409 where several
    Congresses have the number and none was named.
    """
    number = parse_bill(text)
    found = _numbered(session, number)
    if not found:
        raise _not_held(number)
    if len(found) > 1:
        raise _several(number, found)
    return BillId.of(found[0].id)


def candidates(session: Session, text: str, *, now: datetime) -> list[Candidate]:
    """Every bill held of the number that was typed, newest Congress first; empty where none is.

    Raises Refused (400) for what is no bill.
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


def _not_held(number: BillNumber) -> Refused:
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


def _several(number: BillNumber, found: Sequence[Bill]) -> Refused:
    en = "; ".join(f"{BillId.of(bill.id).named}: {bill.title or 'title not known'}" for bill in found)
    es = "; ".join(f"{BillId.of(bill.id).named}: {bill.title or 'título desconocido'}" for bill in found)
    return Refused(
        f"{number.short} is a different bill in each Congress. Say which one you mean: {en}.",
        f"{number.short} es un proyecto distinto en cada Congreso. Diga a cuál se refiere: {es}.",
        status=409,
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
    return sorted(session.exec(query), key=lambda row: _reading_order(row[0]))


def _reading_order(bill: Bill) -> tuple[int, str, int]:
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
    return sorted(session.exec(query), key=_reading_order)


def companion(session: Session, bill_id: str) -> Bill | None:
    """The proposal's bill in the other chamber of the same Congress; of several the one whose official
    title is the same, then the lowest number."""
    me, kin = _me_and_kin(session, bill_id)
    sisters = [bill for bill in kin if me and Pair(me, bill).sisters]
    return min(sisters, key=lambda b: (not (me and Pair(me, b).same_official), b.number), default=None)


def predecessors(session: Session, bill_id: str) -> list[Bill]:
    """The proposal's bills of earlier Congresses, in either chamber, newest first."""
    me, kin = _me_and_kin(session, bill_id)
    return [bill for bill in kin if me and bill.congress < me.congress]


def successor(session: Session, bill_id: str, now: datetime) -> Bill | None:
    """The living bill a dead number leads to, of the same chamber where there is one; None where the bill
    still lives, or nothing does."""
    me, kin = _me_and_kin(session, bill_id)
    if me is None or living(me, now):
        return None
    heirs = [bill for bill in kin if bill.congress > me.congress and living(bill, now)]
    return min(heirs, key=lambda bill: (not Pair(me, bill).same_chamber, _reading_order(bill)), default=None)


def current_bills(session: Session, slug: str, congress: int) -> list[Bill]:
    """The proposal's bills in one Congress, the House's first."""
    return [bill for bill, _ in bills_of(session, slug) if bill.congress == congress]


def _me_and_kin(session: Session, bill_id: str) -> tuple[Bill | None, list[Bill]]:
    everyone = family(session, bill_id)
    me = next((bill for bill in everyone if bill.id == bill_id), None)
    return me, [bill for bill in everyone if bill.id != bill_id]


# --- suggesting ---


@dataclass(frozen=True)
class Suggestion:
    """That ``bill`` is probably kin of ``other``: its companion, predecessor, successor or redraft.

    With a ``proposal``, that ``bill`` belongs to it, as ``other`` does; without one, neither is in any.
    """

    bill: str
    other: str
    kind: str
    proposal: str | None
    rule: str
    score: float
    reason_en: str
    reason_es: str


@dataclass(frozen=True)
class _Known:
    """What the record says between the bills that are weighed against each other."""

    identical: frozenset[tuple[str, str]]
    joined: frozenset[tuple[str, str]]
    departed: frozenset[str]

    def pair(self, a: Bill, b: Bill) -> Pair:
        older, newer = sorted((a, b), key=lambda bill: -_reading_order(bill)[0])
        return Pair(
            older,
            newer,
            identical=(a.id, b.id) in self.identical or (b.id, a.id) in self.identical,
            took_over=(older.id, newer.sponsor) in self.joined,
            sponsor_left=older.sponsor in self.departed,
        )


def suggest(session: Session, bill_id: str, *, least: float = WORTH_SUGGESTING) -> list[Suggestion]:
    """Kin of a bill that nobody has confirmed yet, the likeliest first.

    For a bill of a proposal: other bills that belong there. For a bill of none: the proposals it belongs
    to, and other bills of none. What was rejected is not suggested again. Raises Refused (404) for a bill
    this record does not hold.
    """
    bill = session.get(Bill, bill_id)
    if bill is None:
        number = BillId.of(bill_id)
        raise _not_held(BillNumber(number.type, number.number, number.congress))
    alike = _alike(session, bill)
    homes, rejected = _decided(session, [bill.id, *(other.id for other in alike)])
    families = {slug: [b for b, _ in bills_of(session, slug)] for slug in sorted(set(homes.values()))}
    known = _known_between(session, [bill, *alike, *(b for kin in families.values() for b in kin)])
    found: list[Suggestion | None] = []
    if mine := homes.get(bill.id):
        strangers = [other for other in alike if other.id not in homes and (mine, other.id) not in rejected]
        found += [_belongs(known, other, mine, families[mine]) for other in strangers]
    else:
        slugs = [slug for slug in families if (slug, bill.id) not in rejected]
        found += [_belongs(known, bill, slug, families[slug]) for slug in slugs]
        found += [_told(known, other, bill, None) for other in alike if other.id not in homes]
    worthy = [each for each in found if each and each.score >= least]
    return sorted(worthy, key=lambda each: (-each.score, each.bill, each.other))


def _alike(session: Session, bill: Bill) -> list[Bill]:
    """Bills that share a title with this one, or that Congress's researchers call identical to it."""
    identical = sa.union(
        sa.select(col(Related.other)).where(col(Related.bill) == bill.id, col(Related.identical)),
        sa.select(col(Related.bill)).where(col(Related.other) == bill.id, col(Related.identical)),
    )
    reasons: list[sa.ColumnElement[bool]] = [col(Bill.id).in_(identical)]
    if names_an_idea(bill.title, bill.official_title):
        if bill.title_key:
            reasons.append(col(Bill.title_key) == bill.title_key)
        if bill.official_key:
            reasons.append(col(Bill.official_key) == bill.official_key)
    query = select(Bill).where(Bill.id != bill.id, sa.or_(*reasons))
    newest_first = (col(Bill.congress).desc(), col(Bill.id))
    return list(session.exec(query.order_by(*newest_first).limit(MOST_CANDIDATES)))


def _decided(session: Session, ids: Sequence[str]) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Which proposal each bill is confirmed in, and the (proposal, bill) pairs a person turned down."""
    query = select(Kinship).where(col(Kinship.bill).in_(ids), Kinship.state != "suggested")
    rows = list(session.exec(query))
    homes = {row.bill: row.proposal for row in rows if row.state == "confirmed"}
    return homes, {(row.proposal, row.bill) for row in rows if row.state == "rejected"}


def _known_between(session: Session, bills: Sequence[Bill]) -> _Known:
    ids = {bill.id for bill in bills}
    sponsors = {bill.sponsor for bill in bills if bill.sponsor}
    related = sa.select(col(Related.bill), col(Related.other)).where(
        col(Related.bill).in_(ids), col(Related.other).in_(ids), col(Related.identical)
    )
    joined = sa.select(col(Cosponsorship.bill), col(Cosponsorship.bioguide)).where(
        col(Cosponsorship.bill).in_(ids),
        col(Cosponsorship.bioguide).in_(sponsors),
        col(Cosponsorship.withdrawn).is_(None),
    )
    people = members.people(session, sponsors)
    return _Known(
        identical=frozenset((one, other) for one, other in session.execute(related)),
        joined=frozenset((bill, person) for bill, person in session.execute(joined)),
        departed=frozenset(id for id, person in people.items() if person.standing == "departed"),
    )


def _belongs(known: _Known, bill: Bill, slug: str, kin: Sequence[Bill]) -> Suggestion | None:
    """The strongest reason why a bill belongs to a proposal with these bills."""
    line = sum(1 for other in kin if other.title_key == bill.title_key != "") > 1
    told = [_told(known, bill, other, slug, line=line) for other in kin if other.id != bill.id]
    return max((each for each in told if each), key=lambda each: each.score, default=None)


def _told(known: _Known, bill: Bill, other: Bill, slug: str | None, *, line: bool = False) -> Suggestion | None:
    rule = judge(known.pair(bill, other), line=line)
    if rule is None:
        return None
    en, es = _reasons(rule, bill, other)
    return Suggestion(bill.id, other.id, _kind(bill, other), slug, rule.name, rule.score, en, es)


def _kind(bill: Bill, other: Bill) -> str:
    """What ``bill`` would be to ``other``."""
    if bill.congress != other.congress:
        return "predecessor" if bill.congress < other.congress else "successor"
    return "companion" if Pair(bill, other).sisters else "redraft"


def _reasons(rule: KinRule, bill: Bill, other: Bill) -> tuple[str, str]:
    name = BillId.of(other.id).named
    en, es = rule.en.format(other=name), rule.es.format(other=name)
    if bill.observed_at is None and not bill.partial:
        en += " Its text and official title have not been read."
        es += " Su texto y su título oficial no se han leído."
    return en, es


# --- deciding ---


def save_suggestions(session: Session, suggestions: Iterable[Suggestion]) -> int:
    """Keep suggestions that name a proposal for a person to decide on; how many are new. What a person
    has decided stays as decided."""
    new = 0
    for each in suggestions:
        if each.proposal is None:
            continue
        row = session.get(Kinship, (each.proposal, each.bill))
        if row is None:
            row = Kinship(proposal=each.proposal, bill=each.bill)
            session.add(row)
            new += 1
        if row.state == "suggested" and each.score >= row.score:
            row.rule, row.score = each.rule, each.score
            row.reason_en, row.reason_es = each.reason_en, each.reason_es
    session.flush()
    return new


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
        raise _not_held(parse_bill(bill))
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
