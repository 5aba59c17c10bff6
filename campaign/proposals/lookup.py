"""Finding a bill of the record by what somebody typed: a number in any form, or words of a title."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress.bill_input import BillNumber, bare_number, not_a_bill, parse_bill
from campaign.congress.bills import BillId
from campaign.congress.models import Bill
from campaign.congress.stage_names import Stage
from campaign.congress.titles import title_key
from campaign.proposals.lineage import living, not_held, proposal_of, reading_order, successor
from campaign.proposals.models import Kinship, Proposal
from campaign.refusals import Refused

# More bills than this share a number or a word by chance; nobody reads a longer list.
MOST_FOUND = 20
# Words that stand in every title, in both languages; what is left names the bill.
_COMMON = {
    "a", "act", "and", "bill", "de", "del", "el", "en", "for", "in", "la", "las", "ley", "los", "of", "on",
    "para", "por", "proyecto", "the", "to", "y",
}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """One of the bills that were meant. ``successor`` is the living bill of the same proposal, where this one
    can go no further; ``ending`` the stage that ended it, None where it lives or expired."""

    bill_id: BillId
    title: str
    congress: int
    living: bool
    successor: BillId | None
    proposal: str | None
    ending: Stage | None = None


def resolve(session: Session, text: str) -> BillId:
    """The one bill that was typed: a number in any form ``parse_bill`` reads, or a title.

    Raises Refused: 400 for what is no bill, 404 for a bill this record does not hold, 409 where several bills
    fit; it names them and never guesses.
    """
    found = _matching(session, text)
    if len(found) > 1:
        raise _several(text, found)
    return BillId.of(found[0].id)


def search(session: Session, text: str, *, now: datetime) -> list[Candidate]:
    """Every bill held that fits what was typed, newest Congress first; never empty.

    Reads what ``resolve`` reads, and a bare number: ``923`` is each bill of that number. Raises Refused: 400
    for what is no bill, 404 for a number that this record does not hold.
    """
    number = bare_number(text)
    found = _of_number(session, number) if number else _matching(session, text)
    if not found:
        raise not_a_bill(text)
    return [_candidate(session, bill, now) for bill in found]


def _matching(session: Session, text: str) -> list[Bill]:
    try:
        number = parse_bill(text)
    except Refused:
        if found := _titled(session, text):
            return found
        raise
    found = _numbered(session, number)
    if not found:
        raise _with_namesakes(not_held(number), _of_number(session, number.number))
    return _narrowed(number, found)


def _narrowed(number: BillNumber, found: list[Bill]) -> list[Bill]:
    """Of the bills that share a number, the one whose title was typed with it. A title that fits none of them
    speaks of another bill: then nothing is chosen, not even an only one."""
    if number.congress is not None or not number.title:
        return found
    key = title_key(number.title)
    named = [bill for bill in found if key in (bill.title_key, bill.official_key)]
    if len(named) == 1:
        return named
    raise _several(number.short, found)


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
        ending=Stage(bill.stage) if bill.over else None,
    )


# --- by number -------------------------------------------------------------------------------------


def _numbered(session: Session, number: BillNumber) -> list[Bill]:
    query = select(Bill).where(Bill.type == number.type, Bill.number == number.number)
    if number.congress is not None:
        query = query.where(Bill.congress == number.congress)
    return list(session.exec(query.order_by(col(Bill.congress).desc())))


def _of_number(session: Session, number: int) -> list[Bill]:
    """Bills of every type with this number, the campaign's first."""
    query = select(Bill).where(Bill.number == number).order_by(col(Bill.congress).desc()).limit(5 * MOST_FOUND)
    return _own_first(session, session.exec(query).all())


def _own_first(session: Session, found: Sequence[Bill]) -> list[Bill]:
    own = set(session.exec(select(Kinship.bill).where(Kinship.state == "confirmed")))
    return sorted(found, key=lambda bill: (bill.id not in own, reading_order(bill)))[:MOST_FOUND]


# --- by title --------------------------------------------------------------------------------------


def words_of(text: str) -> list[str]:
    """What names a bill in some words: no case, accents, punctuation or years, no words of every title."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return [word for word in re.findall(r"[^\W_]+", letters) if word not in _COMMON and not _is_year(word)]


def _is_year(word: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d", word) is not None


def _titled(session: Session, text: str) -> list[Bill]:
    """Bills whose title, or whose proposal's name in either language, holds all the words that were typed."""
    words = words_of(text)
    if not words or not any(word.isalpha() and len(word) > 2 for word in words):
        return []
    return _of_proposals(session, words) or _of_titles(session, words)


def _of_proposals(session: Session, words: list[str]) -> list[Bill]:
    slugs = [
        proposal.slug
        for proposal in session.exec(select(Proposal))
        if any(set(words) <= set(words_of(name)) for name in (proposal.name_en, proposal.name_es))
    ]
    query = (
        select(Bill)
        .join(Kinship, col(Kinship.bill) == col(Bill.id))
        .where(col(Kinship.proposal).in_(slugs), Kinship.state == "confirmed")
    )
    return sorted(session.exec(query), key=reading_order)


def _of_titles(session: Session, words: list[str]) -> list[Bill]:
    holds = [col(Bill.title_key).contains(word, autoescape=True) for word in words]
    query = select(Bill).where(sa.and_(*holds)).order_by(col(Bill.congress).desc(), col(Bill.id))
    found = [
        bill for bill in session.exec(query.limit(5 * MOST_FOUND)) if set(words) <= set(words_of(bill.title))
    ]
    return _own_first(session, found)


# --- refusing --------------------------------------------------------------------------------------


def _several(text: str, found: Sequence[Bill]) -> Refused:
    shown = " ".join(text.split())[:60]
    en = "; ".join(f"{BillId.of(bill.id).named}: {bill.title or 'title not known'}" for bill in found)
    es = "; ".join(f"{BillId.of(bill.id).named}: {bill.title or 'título desconocido'}" for bill in found)
    return Refused(
        f"“{shown}” can mean more than one bill; numbers start again in each Congress. Say which one: {en}.",
        f"«{shown}» puede ser más de un proyecto; los números empiezan de nuevo en cada Congreso. "
        f"Diga cuál: {es}.",
        status=409,
    )


def _with_namesakes(refusal: Refused, namesakes: Sequence[Bill]) -> Refused:
    """The refusal with the bills of the same number and another type: HR and H.Res. are often mixed up."""
    if not namesakes:
        return refusal
    named = "; ".join(f"{BillId.of(bill.id).named}: {bill.title}" for bill in namesakes[:3])
    return Refused(
        f"{refusal.en} With this number it has: {named}.",
        f"{refusal.es} Con este número tiene: {named}.",
        status=refusal.status,
    )
