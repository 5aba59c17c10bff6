"""Rows of a source's list of bills, and the few facts that tell what a bill continues. No I/O."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from campaign.congress import rows
from campaign.congress.bills import BillId
from campaign.congress.observation import Observation


@dataclass(frozen=True)
class Listed:
    """A row of a source's list: a bill, the source's mark of its last change, a title if the list has it."""

    bill: BillId
    updated: datetime
    title: str = ""


@dataclass(frozen=True)
class Page:
    """Some rows of a list. ``problem`` says why rows are missing from it; empty when none are."""

    rows: tuple[Listed, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class BillHead:
    """What a bill is called, and by whom and when it was introduced."""

    bill: BillId
    title: str = ""
    official_title: str | None = None
    introduced: date | None = None
    sponsor: str | None = None
    sponsor_name: str = ""


@dataclass
class Faults:
    """Rows of one list that could not be read, by their number; their content is never repeated."""

    count: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, reason: str) -> None:
        self.count += 1
        if reason not in self.reasons:
            self.reasons.append(reason)

    def __str__(self) -> str:
        return f"{self.count} rows cannot be read ({', '.join(self.reasons)})" if self.count else ""


def mark(value: str) -> datetime | None:
    """A source's mark of change: a day, or a moment to the second or finer; None for other text."""
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def head_of(observation: Observation) -> BillHead:
    """The head of a bill that was read whole from either source."""
    sponsor = observation.sponsor
    return BillHead(
        bill=observation.bill_id,
        title=observation.title or "",
        official_title=observation.official_title,
        introduced=observation.introduced,
        sponsor=sponsor.bioguide if sponsor else None,
        sponsor_name=sponsor.full_name if sponsor else "",
    )


def official_title_in(titles: object) -> str | None:
    """The official title as introduced in a list of titles; a later one, of the other chamber, would not match
    a predecessor's."""
    for title in rows.items(titles):
        if rows.text_of(title, "titleType").lower().startswith("official title as introduced"):
            return rows.text_of(title, "title") or None
    return None
