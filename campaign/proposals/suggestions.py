"""Suggestions of bills that belong to one proposal. A rule suggests, with a reason; a person confirms."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress.bill_input import BillNumber
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, Cosponsorship, ListedBill, Member, Related
from campaign.congress.new_bills import as_bill
from campaign.congress.titles import names_an_idea
from campaign.proposals.kinship import GOOD, KinRule, Pair, judge
from campaign.proposals.lineage import bills_of, not_held, reading_order
from campaign.proposals.models import Kinship

WORTH_SUGGESTING = 0.3
# The most bills to compare with one bill: 18 bills of a single Congress are named "FAIR Act".
MOST_CANDIDATES = 100


@dataclass(frozen=True)
class Suggestion:
    """``bill`` is probably kin of ``other``: its companion, predecessor, successor or redraft.

    With a ``proposal``, ``bill`` probably belongs to it, as ``other`` does; without, neither belongs to one.
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
    """Facts between the bills that are compared: related pairs, co-sponsors (bill, person), departed people."""

    identical: frozenset[tuple[str, str]]
    joined: frozenset[tuple[str, str]]
    departed: frozenset[str]
    # What bills of one chamber and Congress have in common, where several have it.
    series: frozenset[tuple[int, str, str, str]] = frozenset()

    def pair(self, a: Bill, b: Bill) -> Pair:
        older, newer = sorted((a, b), key=lambda bill: -reading_order(bill)[0])
        return Pair(
            older,
            newer,
            identical=(a.id, b.id) in self.identical or (b.id, a.id) in self.identical,
            took_over=(older.id, newer.sponsor) in self.joined,
            sponsor_left=older.sponsor in self.departed,
            series=not self.series.isdisjoint((series_key(older), series_key(newer))),
        )


def series_key(bill: Bill) -> tuple[int, str, str, str]:
    """What the bills of a series have in common: Congress, chamber and both titles."""
    return bill.congress, BillId.of(bill.id).chamber, bill.title_key, bill.official_key


def suggest(session: Session, bill_id: str, *, least: float = WORTH_SUGGESTING) -> list[Suggestion]:
    """Unconfirmed kin of a bill, in the record and among the new bills that sources list, the likeliest first.

    For a bill of a proposal: other bills that probably belong to it. For a bill of none: the proposals to
    which it probably belongs, and other bills of none. A rejected link is not suggested again. Raises
    Refused (404) for a bill that is not in the record.
    """
    bill = session.get(Bill, bill_id)
    if bill is None:
        number = BillId.of(bill_id)
        raise not_held(BillNumber(number.type, number.number, number.congress))
    alike = _alike(session, bill)
    homes, rejected = _decided(session, [bill.id, *(other.id for other in alike)])
    families = {slug: [row for row, _ in bills_of(session, slug)] for slug in sorted(set(homes.values()))}
    known = _known_between(session, [bill, *alike, *(kin for family in families.values() for kin in family)])
    strangers = [other for other in alike if other.id not in homes]
    if home := homes.get(bill.id):
        candidates = [other for other in strangers if (home, other.id) not in rejected]
        found = [_belongs(known, other, home, families[home]) for other in candidates]
    else:
        slugs = [slug for slug in families if (slug, bill.id) not in rejected]
        found = [_belongs(known, bill, slug, families[slug]) for slug in slugs]
        found += [_compare(known, other, bill, None) for other in strangers]
    likely = [suggestion for suggestion in found if suggestion and suggestion.score >= least]
    return sorted(likely, key=lambda suggestion: (-suggestion.score, suggestion.bill, suggestion.other))


def _alike(session: Session, bill: Bill) -> list[Bill]:
    """Bills with a title of this bill, or that the Congressional Research Service calls identical to it."""
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
    found = list(session.exec(query.order_by(*newest_first).limit(MOST_CANDIDATES)))
    return found + _listed_alike(session, bill)


def _listed_alike(session: Session, bill: Bill) -> list[Bill]:
    """Bills with a title of this bill that only the sources' lists have. They are not in the session: most of
    them never get into the record."""
    reasons: list[sa.ColumnElement[bool]] = []
    if names_an_idea(bill.title, bill.official_title):
        if bill.title_key:
            reasons.append(col(ListedBill.title_key) == bill.title_key)
        if bill.official_key:
            reasons.append(col(ListedBill.official_key) == bill.official_key)
    if not reasons:
        return []
    in_record = sa.exists().where(col(Bill.id) == col(ListedBill.id))
    query = select(ListedBill).where(ListedBill.id != bill.id, sa.or_(*reasons), ~in_record)
    newest_first = (col(ListedBill.congress).desc(), col(ListedBill.id))
    return [as_bill(row) for row in session.exec(query.order_by(*newest_first).limit(MOST_CANDIDATES))]


def _decided(session: Session, ids: Sequence[str]) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """The proposal in which each bill is confirmed, and the (proposal, bill) pairs that were rejected."""
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
    # By the list: who left without the clock having told does not change whom a bill resembles.
    left = sa.select(col(Member.bioguide)).where(
        col(Member.bioguide).in_(sponsors), col(Member.standing) == "departed"
    )
    shared = Counter(series_key(bill) for bill in {bill.id: bill for bill in bills}.values())
    return _Known(
        series=frozenset(key for key, count in shared.items() if count > 1),
        identical=frozenset((bill, other) for bill, other in session.execute(related)),
        joined=frozenset((bill, person) for bill, person in session.execute(joined)),
        departed=frozenset(session.scalars(left)),
    )


def _belongs(known: _Known, bill: Bill, slug: str, kin: Sequence[Bill]) -> Suggestion | None:
    """The strongest reason why a bill belongs to a proposal with these bills."""
    line = sum(1 for other in kin if other.title_key == bill.title_key != "") > 1
    reasons = [_compare(known, bill, other, slug, line=line) for other in kin if other.id != bill.id]
    return max((reason for reason in reasons if reason), key=lambda reason: reason.score, default=None)


def _compare(
    known: _Known, bill: Bill, other: Bill, slug: str | None, *, line: bool = False
) -> Suggestion | None:
    rule = judge(known.pair(bill, other), line=line)
    if rule is None:
        return None
    en, es = _reasons(rule, bill, other)
    return Suggestion(bill.id, other.id, _kind(bill, other), slug, rule.name, rule.score, en, es)


def _kind(bill: Bill, other: Bill) -> str:
    """The relation of ``bill`` to ``other``."""
    if bill.congress != other.congress:
        return "predecessor" if bill.congress < other.congress else "successor"
    return "companion" if Pair(bill, other).companions else "redraft"


def _reasons(rule: KinRule, bill: Bill, other: Bill) -> tuple[str, str]:
    name = BillId.of(other.id).named
    en, es = rule.en.format(other=name), rule.es.format(other=name)
    if bill.official_title is None and bill.observed_at is None and not bill.partial:
        en += " Its text and official title have not been read."
        es += " Su texto y su título oficial no se han leído."
    return en, es


def save_suggestions(session: Session, suggestions: Iterable[Suggestion]) -> int:
    """Store the suggestions that name a proposal, for a person to decide; returns how many are new. Decided
    links stay as they are. A bill that only a source's list has gets into the record, not tracked."""
    new = 0
    for each in suggestions:
        if each.proposal is None:
            continue
        _add_to_record(session, each.bill)
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


def refresh_unread(session: Session) -> int:
    """Give bills of the record that no source has shown whole yet what the sources' lists say of them by now;
    returns how many changed."""
    query = (
        select(Bill, ListedBill)
        .join(ListedBill, col(ListedBill.id) == col(Bill.id))
        .where(
            col(Bill.observed_at).is_(None),
            Bill.stage == "",
            sa.or_(
                col(Bill.title_key) != col(ListedBill.title_key),
                col(Bill.official_key) != col(ListedBill.official_key),
                col(Bill.sponsor).is_distinct_from(col(ListedBill.sponsor)),
            ),
        )
    )
    found = session.exec(query).all()
    for bill, listed in found:
        for name in ("title", "official_title", "introduced", "sponsor", "sponsor_name"):
            setattr(bill, name, getattr(listed, name) or getattr(bill, name))
    session.flush()
    return len(found)


def _add_to_record(session: Session, bill_id: str) -> None:
    if session.get(Bill, bill_id) is None:
        session.add(as_bill(session.get_one(ListedBill, bill_id)))
        session.flush()


def untold(session: Session, *, congress: int) -> list[tuple[Bill, Kinship]]:
    """Suggestions of this Congress's bills that are good, undecided, and not yet told to organizers."""
    query = (
        select(Bill, Kinship)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .where(
            Bill.congress == congress,
            Kinship.state == "suggested",
            Kinship.score >= GOOD,
            col(Kinship.told_at).is_(None),
        )
        .order_by(col(Kinship.score).desc(), col(Kinship.bill))
    )
    return list(session.exec(query))
