"""Actions of a bill's history: how one is identified, merged over systems, and what stage they show."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from campaign.congress.bills import BillId
from campaign.congress.models import Action, Bill
from campaign.congress.observation import ActionRow
from campaign.congress.stages import StageReading, stage_of


@dataclass(frozen=True)
class Line:
    """One line of a bill's history, merged over the systems that report it.

    ``position`` is its place among all lines, oldest first; it orders the lines of one day.
    """

    acted: date
    text: str
    codes: frozenset[str]
    kind: str
    systems: frozenset[str]
    committees: frozenset[str]
    fingerprint: str
    position: int


def line_of(row: Action) -> Line:
    """The line in a stored row."""
    return Line(
        acted=row.acted,
        text=row.text,
        codes=frozenset(row.codes.split()),
        kind=row.kind,
        systems=frozenset(row.systems.split()),
        committees=frozenset(row.committees.split()),
        fingerprint=row.fingerprint,
        position=row.position,
    )


def fingerprint(row: ActionRow) -> str:
    """The identity of a line: a hash of its date and words, or of its date and code where it has no words.

    Sources give lines no id, and report one event twice, from two systems.
    """
    words = " ".join(row.text.casefold().split()) or f"code {row.code}"
    return hashlib.blake2b(f"{row.acted} {words}".encode(), digest_size=12).hexdigest()


def merge_lines(rows: Sequence[ActionRow]) -> dict[str, Line]:
    """The lines of an observation by fingerprint, oldest first; rows of one event become one line.

    ``rows`` are newest first, as sources give them.
    """
    merged: dict[str, Line] = {}
    oldest_first = rows[::-1]
    for row in sorted(oldest_first, key=lambda row: row.acted):
        key = fingerprint(row)
        line = Line(
            acted=row.acted,
            text=row.text,
            codes=frozenset({row.code} - {""}),
            kind=row.kind,
            systems=frozenset({row.system} - {""}),
            committees=frozenset(row.committees),
            fingerprint=key,
            position=len(merged),
        )
        merged[key] = _union(merged[key], line) if key in merged else line
    return merged


def _union(first: Line, second: Line) -> Line:
    return replace(
        first,
        codes=first.codes | second.codes,
        systems=first.systems | second.systems,
        committees=first.committees | second.committees,
    )


def stage_of_bill(
    bill: Bill, lines: Sequence[Line], *, title: str, law: str | None, today: datetime | None
) -> StageReading:
    """``stages.stage_of`` for a stored bill: the only place that chooses what the rules read of it.

    The official title counts beside ``title``: what a resolution proposes may be named there alone.
    """
    titles = f"{title} {bill.official_title or ''}".strip()
    return stage_of(BillId.of(bill.id), lines, law=law, title=titles, today=today)
