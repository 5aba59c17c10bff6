"""Suggesting which bills belong to one proposal. A rule suggests with a reason; only a person confirms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bill_input import BillNumber
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, Cosponsorship, Related
from campaign.congress.titles import names_an_idea
from campaign.proposals.kinship import KinRule, Pair, judge
from campaign.proposals.lineage import bills_of, not_held, reading_order
from campaign.proposals.models import Kinship

WORTH_SUGGESTING = 0.3
# "FAIR Act" alone names 18 bills of one Congress; more kin than this is no kin.
MOST_CANDIDATES = 100


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
        older, newer = sorted((a, b), key=lambda bill: -reading_order(bill)[0])
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
        raise not_held(BillNumber(number.type, number.number, number.congress))
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
