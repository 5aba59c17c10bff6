"""What the first mail after a Congress tells of its bills: how far each came, its count, and what comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import ledger
from campaign.congress.bills import BillId, ordinal
from campaign.congress.endings import CALENDAR
from campaign.congress.ledger import BillRecord
from campaign.congress.models import Change
from campaign.congress.stage_names import Stage
from campaign.organizing import counts
from campaign.organizing.counts import Counts
from campaign.outreach import names
from campaign.outreach.asks import ProposalBills
from campaign.outreach.bilingual import Text


@dataclass(frozen=True)
class EndedBill:
    """A bill that ended with its Congress since the last edition, with its counts on its last day."""

    record: BillRecord
    counts: Counts


def ended_since(
    session: Session, matter: ProposalBills, span: tuple[int, int], *, now: datetime
) -> tuple[EndedBill, ...]:
    """A proposal's bills whose end lies in the ledger after ``span[0]`` and up to ``span[1]``.

    The end of a bill that was first read after it is baseline, and no news.
    """
    ids = [bill.id for bill in matter.earlier]
    query = select(Change.bill).where(
        col(Change.bill).in_(ids),
        Change.kind == "stage",
        Change.source == CALENDAR,
        col(Change.baseline).is_(sa.false()),
        col(Change.seq) > span[0],
        col(Change.seq) <= span[1],
    )
    ended = set(session.exec(query))
    records = ledger.records(session, [id for id in ids if id in ended], now=now).values()
    return tuple(EndedBill(record, counts.counts(session, record)) for record in records)


SUBJECT: Final = Text(
    "The {congress} Congress has ended: what was reached, and what comes next",
    "El {congress} Congreso terminó: hasta dónde se llegó y qué sigue",
)
_ENDED: Final = Text(
    "{bill} expired with the {congress} Congress on {day}.",
    "{bill} venció con el {congress} Congreso el {day}.",
)
_REACHED: Final = Text("How far it came: {stage}.", "Hasta dónde llegó: {stage}.")
_NONE: Final = Text("none", "ninguno")
_NOBODY: Final = Text("It had no co-sponsors.", "Nadie lo había copatrocinado.")
_COUNT: Final = Text("On its last day it had {number}.", "El último día tenía {number}.")
_VOTING: Final = Text(
    "On its last day it had {number}; {voting} of them had a vote.",
    "El último día tenía {number}; con voto, {voting}.",
)
_COSPONSORS: Final = {
    True: Text("1 co-sponsor", "1 copatrocinador"),
    False: Text("{number} co-sponsors", "{number} copatrocinadores"),
}
_NEXT: Final = Text(
    "What comes next: someone in Congress has to introduce the bill again. It gets a new number, and every "
    "co-sponsor must sign on again. We will write to you when it is back.",
    "Qué sigue: alguien en el Congreso tiene que presentar el proyecto de nuevo. Recibirá otro número y habrá "
    "que volver a pedir cada firma. Le escribiremos cuando vuelva.",
)


_LAW: Final = Text(
    "It became law as {bill}. It does not have to be introduced again.",
    "Ya es ley, como {bill}. No hay que presentarlo de nuevo.",
)


def subject(bills: Sequence[EndedBill], lang: str) -> str:
    return SUBJECT.of(lang).format(congress=ordinal(bills[0].record.id.congress, lang))


def lines(bills: Sequence[EndedBill], matter: ProposalBills, lang: str) -> list[str]:
    """One line a bill, and what comes next where no new bill is there yet."""
    told = [_line(bill, lang) for bill in bills]
    if not told or matter.living:
        return told
    if law := matter.law:
        return [*told, _LAW.of(lang).format(bill=matter.number(BillId.of(law.id), lang))]
    return [*told, _NEXT.of(lang)]


def _line(bill: EndedBill, lang: str) -> str:
    reading = bill.record.stage
    sentences = [
        _ENDED.of(lang).format(
            bill=bill.record.id.short,
            congress=ordinal(bill.record.id.congress, lang),
            day=names.day(bill.record.moment.date(), lang),
        )
    ]
    if reading.reached is not Stage.unknown:
        label = reading.reached.label(lang)
        sentences.append(_REACHED.of(lang).format(stage=label[:1].lower() + label[1:]))
    return " ".join([*sentences, _count(bill.counts, lang)])


def _count(counts: Counts, lang: str) -> str:
    """How many were on it; how many of them had a vote, where that says more."""
    if not counts.listed:
        return _NOBODY.of(lang)
    number = _COSPONSORS[counts.listed == 1].of(lang).format(number=counts.listed)
    words = _COUNT if counts.sitting_voting == counts.listed else _VOTING
    return words.of(lang).format(number=number, voting=counts.sitting_voting or _NONE.of(lang))
