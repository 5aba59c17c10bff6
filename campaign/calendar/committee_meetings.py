"""Committee meetings by api.congress.gov: the list of a Congress's events, and one event. No I/O.

https://github.com/LibraryOfCongress/api.congress.gov/blob/main/Documentation/CommitteeMeetingEndpoint.md
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaign.calendar import named_bills
from campaign.calendar.parsed import Named, Notice, committee_code, each_once, kind_of
from campaign.congress.bills import TYPES, BillId
from campaign.refusals import SourceError

STATUSES = {"canceled": "cancelled", "cancelled": "cancelled", "postponed": "postponed"}
CHAMBERS = ("house", "senate", "nochamber")


@dataclass(frozen=True)
class Listed:
    """An event of the list and the moment of its last update there."""

    event: str
    chamber: str
    updated: datetime


@dataclass(frozen=True)
class ListPage:
    """``total`` is the list's own count of its rows."""

    rows: tuple[Listed, ...]
    size: int
    total: int


def parse_list(data: Any) -> ListPage:
    """A page of the list; a row that names no event is left out. Raises SourceError for another answer."""
    rows = data.get("committeeMeetings") if isinstance(data, dict) else None
    count = data.get("pagination", {}).get("count") if isinstance(rows, list) else None
    if not isinstance(rows, list) or not isinstance(count, int):
        raise SourceError("no list of committee meetings in the answer")
    found = {row.event: row for row in map(_listed, rows) if row}
    return ListPage(tuple(found.values()), len(rows), count)


def _listed(row: Any) -> Listed | None:
    if not isinstance(row, dict):
        return None
    event, chamber = str(row.get("eventId", "")), str(row.get("chamber", "")).lower()
    updated = _moment(row.get("updateDate"))
    if not event.isdecimal() or chamber not in CHAMBERS or updated is None:
        return None
    return Listed(event, chamber, updated)


def parse_meeting(data: Any, *, event: str) -> Notice:
    """One event. Raises SourceError for an answer about another event, or without its hour."""
    row = data.get("committeeMeeting") if isinstance(data, dict) else None
    if not isinstance(row, dict) or str(row.get("eventId")) != event:
        raise SourceError("no such committee meeting in the answer")
    starts = _moment(row.get("date"))
    congress = row.get("congress")
    if starts is None or not isinstance(congress, int):
        raise SourceError("a committee meeting without its hour")
    title = " ".join(str(row.get("title") or "").split())
    related = list(_related(row.get("relatedItems")))
    texts = [Named(bill, "text") for bill in named_bills.in_text(title, congress)]
    return Notice(
        event=event,
        chamber=_chamber(str(row.get("chamber", "")).lower()),
        kind=kind_of(str(row.get("type") or "")),
        starts_at=starts,
        codes=tuple(sorted(set(_codes(row.get("committees"))))),
        status=STATUSES.get(str(row.get("meetingStatus") or "").lower(), "scheduled"),
        title=title,
        named=each_once([*related, *texts]),
        version=_moment(row.get("updateDate")),
        continued=tuple(_continued(row.get("continuations"))),
        # Most events have no related items, whatever is on their agenda.
        lists_bills=bool(related),
    )


def _chamber(name: str) -> str:
    return name if name in ("house", "senate") else "joint"


def _codes(committees: Any) -> Iterator[str]:
    for committee in _items(committees):
        if code := committee_code(str(committee.get("systemCode") or "")):
            yield code


def _related(items: Any) -> Iterator[Named]:
    """The bills of ``relatedItems``: a list, or an older answer's list inside ``bill`` or ``item``."""
    bills = items.get("bills") if isinstance(items, dict) else None
    for row in _items(bills):
        kind, number, congress = (
            str(row.get("type", "")).lower(),
            str(row.get("number", "")),
            row.get("congress"),
        )
        if kind in TYPES and number.isdecimal() and int(number) and isinstance(congress, int):
            yield Named(BillId(congress, kind, int(number)), "list")


def _continued(rows: Any) -> Iterator[datetime]:
    for row in _items(rows):
        if moment := _moment(row.get("continuationDate")):
            yield moment


def _items(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, dict):
        value = value.get("bill") or value.get("item") or []
    if isinstance(value, dict):
        value = [value]
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _moment(value: Any) -> datetime | None:
    """A moment in UTC, the only form the service writes."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
