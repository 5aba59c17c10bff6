"""Committee meetings of both chambers as api.congress.gov lists them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlmodel import select

from campaign import db
from campaign.calendar import committee_meetings, meetings, sources
from campaign.calendar.committee_meetings import Listed
from campaign.calendar.models import CalendarSource, Meeting
from campaign.calendar.parsed import Notice
from campaign.calendar.reading.poll import LARGEST, Poll
from campaign.congress.bills import congress_on
from campaign.fetch import json_of
from campaign.refusals import SourceError

log = structlog.get_logger(__name__)

# How far back the first look goes, and how much each later one overlaps the one before.
FIRST_LOOK, OVERLAP = timedelta(days=30), timedelta(days=2)
LIST_SIZE, MOST_LISTS, MOST_DETAILS = 250, 20, 150
T = TypeVar("T")


def read(poll: Poll, known: CalendarSource | None) -> int:
    """Store the meetings that are new or were changed; how many changes. Raises SourceError where the list is
    not readable.

    A meeting that cannot be read is left for the next time.
    """
    since = known.mark - OVERLAP if known and known.mark else poll.now - FIRST_LOOK
    rows, whole = _rows(poll, since)
    todo = _unread(poll, rows)
    notices: dict[str, Notice] = {}
    problem = "" if whole else "the list of meetings is shorter than its count"
    for row in todo[:MOST_DETAILS]:
        if poll.stopping():
            break
        try:
            notices[row.event] = _meeting(poll, row)
        except SourceError as error:
            if error.credential or "paused" in error.reason:
                raise
            problem = error.reason
    left = [row for row in todo if row.event not in notices]
    with db.writing(poll.engine) as session:
        baseline = not known or known.good_at is None
        changes = meetings.take(session, "api", notices.values(), now=poll.now, baseline=baseline)
        meetings.pair_twins(session, now=poll.now)
        mark = _mark(rows, left, since, poll.now) if whole else None
        sources.note_good(session, "api_meetings", now=poll.now, mark=mark)
    if problem:
        log.info("meetings left out", reason=problem)
    return changes


def _rows(poll: Poll, since: datetime) -> tuple[list[Listed], bool]:
    """The list since a moment, the least recently updated first, and whether it fits its own count."""
    found: dict[str, Listed] = {}
    read, total = 0, 1
    for page in range(MOST_LISTS):
        answer = _get(
            poll,
            str(congress_on(poll.now)),
            committee_meetings.parse_list,
            fromDateTime=f"{since:%Y-%m-%dT%H:%M:%SZ}",
            limit=LIST_SIZE,
            offset=page * LIST_SIZE,
        )
        found |= {row.event: row for row in answer.rows}
        read, total = read + answer.size, answer.total
        if answer.size == 0 or (page + 1) * LIST_SIZE >= total:
            break
    return sorted(found.values(), key=lambda row: (row.updated, row.event)), len(found) >= total


def _unread(poll: Poll, rows: Iterable[Listed]) -> list[Listed]:
    with db.reading(poll.engine) as session:
        versions = {row.event: meetings.reading_of(row, "api") for row in session.exec(select(Meeting))}
    return [
        row
        for row in rows
        if (last := versions.get(row.event)) is None or last.version is None or last.version < row.updated
    ]


def _meeting(poll: Poll, row: Listed) -> Notice:
    path = f"{congress_on(poll.now)}/{row.chamber}/{row.event}"
    return _get(poll, path, partial(committee_meetings.parse_meeting, event=row.event))


def _mark(rows: list[Listed], left: list[Listed], since: datetime, now: datetime) -> datetime:
    """Up to where the list has been read. The next look begins with the first meeting that was left, for as
    long as the very first one goes back."""
    if left:
        return max(left[0].updated, now - FIRST_LOOK)
    return rows[-1].updated if rows else since + OVERLAP


def _get(poll: Poll, path: str, parse: Callable[[Any], T], **params: str | int) -> T:
    return poll.fetcher.read(
        f"{poll.settings.congress_api_url}/committee-meeting/{path}",
        lambda reply: parse(json_of(reply)),
        params={"format": "json", **params},
        secret_headers={"X-Api-Key": poll.settings.api_key},
        limit=LARGEST,
    )
