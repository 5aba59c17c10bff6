"""Stores what the sources say of meetings, and each change of a meeting together with its state."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.calendar import folding, sources
from campaign.calendar.folding import Folded, Reading
from campaign.calendar.house_committees import DayRow
from campaign.calendar.models import AHEAD, CANCELLED, POSTPONED, UNCONFIRMED, UNLISTED, Meeting, MeetingChange
from campaign.calendar.parsed import Notice
from campaign.congress.bills import congress_on

OWN = {"house": "house", "senate": "senate", "joint": "senate"}
# When more of the Senate's list than this is gone at once, a second reading this much later has to confirm it.
MOST_GONE = 0.5
SECOND_READING = timedelta(hours=1)


class Difference(NamedTuple):
    """A change as it is recorded: its kind, the bill it is about, and the hours before and after."""

    kind: str
    bill: str | None = None
    detail: Mapping[str, str] = {}


def take(
    session: Session, source: str, notices: Iterable[Notice], *, now: datetime, baseline: bool = False
) -> int:
    """Store what a source (``house``, ``senate``, ``api``) says of some meetings; returns how many changes."""
    found = {notice.event: notice for notice in notices}
    known = {row.event: row for row in session.exec(select(Meeting).where(col(Meeting.event).in_(found)))}
    changes = 0
    for event, notice in found.items():
        meeting = known.get(event)
        before = reading_of(meeting, source) if meeting else None
        newest = folding.reading(notice, before, now=now)
        if meeting is None:
            meeting = _added(session, notice, now)
        meeting.readings = {**meeting.readings, source: newest.stored()}
        changes += refold(session, meeting, now=now, baseline=baseline)
    return changes


def take_senate_list(
    session: Session,
    notices: Iterable[Notice],
    *,
    doubted_since: datetime | None,
    now: datetime,
    baseline: bool,
) -> datetime | None:
    """Store the Senate's whole list; a meeting ahead that has left it is no longer listed.

    Where most of the meetings ahead are gone at once, that is doubted until a second reading; a list without
    any of several is doubted until it has some again. Returns since when the list is doubted.
    """
    found = list(notices)
    present = {notice.event for notice in found}
    ahead = on_senate_list(session, now=now)
    gone = [meeting for meeting in ahead if meeting.event not in present]
    take(session, "senate", found, now=now, baseline=baseline)
    doubted = len(gone) > MOST_GONE * len(ahead)
    empty = not any(notice.starts_at > now for notice in found) and len(ahead) > 1
    since = (doubted_since or now) if doubted else None
    settled = since is None or (now - since >= SECOND_READING and not empty)
    for meeting in gone:
        last = reading_of(meeting, "senate")
        if last:
            _set_reading(meeting, "senate", replace(last, listed=not settled, doubted=not settled))
            refold(session, meeting, now=now)
    return None if settled else since


def confirm_senate_list(session: Session, *, doubted_since: datetime | None, now: datetime) -> datetime | None:
    """The Senate's list is as it was: its second reading, where meetings that left it are doubted."""
    rows = [
        (meeting, last)
        for meeting in on_senate_list(session, now=now)
        if (last := reading_of(meeting, "senate"))
    ]
    doubted = [(meeting, last) for meeting, last in rows if last.doubted]
    waits = doubted_since is None or now - doubted_since < SECOND_READING
    if waits or (len(doubted) == len(rows) and len(rows) > 1):
        return doubted_since
    for meeting, last in doubted:
        _set_reading(meeting, "senate", replace(last, listed=False, doubted=False))
        refold(session, meeting, now=now)
    return None


def take_day(session: Session, rows: Iterable[DayRow], *, now: datetime) -> set[str]:
    """Store the hours and statuses that a day's page of the House has otherwise than the meetings' own pages.

    Returns the events whose own pages are to be read: these, and new ones.
    """
    found = {row.event: row for row in rows}
    known = {row.event: row for row in session.exec(select(Meeting).where(col(Meeting.event).in_(found)))}
    unread = set()
    for event, row in found.items():
        meeting = known.get(event)
        last = reading_of(meeting, "house") if meeting else None
        if meeting is None or last is None:
            unread.add(event)
        elif (last.starts_at, last.status) != (row.starts_at, row.status):
            newest = replace(last, starts_at=row.starts_at, status=row.status, confirmed=now)
            _set_reading(meeting, "house", newest)
            refold(session, meeting, now=now)
            unread.add(event)
    return unread


def on_senate_list(session: Session, *, now: datetime) -> list[Meeting]:
    """The meetings ahead that the Senate's list had when it was read last, doubted ones among them."""
    query = select(Meeting).where(Meeting.chamber != "house")
    return [
        meeting
        for meeting in session.exec(query)
        if (last := reading_of(meeting, "senate")) and last.listed and last.starts_at > now
    ]


def reading_of(meeting: Meeting, source: str) -> Reading | None:
    row = meeting.readings.get(source)
    return folding.of_stored(row) if row else None


def _set_reading(meeting: Meeting, source: str, reading: Reading) -> None:
    meeting.readings = {**meeting.readings, source: reading.stored()}


def _added(session: Session, notice: Notice, now: datetime) -> Meeting:
    meeting = Meeting(
        event=notice.event,
        congress=congress_on(notice.starts_at),
        chamber=notice.chamber,
        kind="",
        starts_at=notice.starts_at,
        state="",
        first_seen=now,
        changed_at=now,
    )
    session.add(meeting)
    return meeting


def refold(session: Session, meeting: Meeting, *, now: datetime, baseline: bool = False) -> int:
    """Set a meeting to what its readings say together, and record what is different; returns how much is."""
    own, api = reading_of(meeting, OWN[meeting.chamber]), reading_of(meeting, "api")
    if own and own.listed and not own.doubted:
        # A page or list that has not changed confirms what it said.
        again = (
            meeting.page_read_at if meeting.chamber == "house" else sources.read_at(session, "senate_meetings")
        )
        own = replace(own, confirmed=max(own.confirmed, again or own.confirmed))
    folded = folding.fold(own, api, now=now)
    is_past = meeting.starts_at <= now and folded.starts_at <= now
    found = [] if meeting.state and is_past else list(differences(meeting, folded))
    _set(meeting, folded)
    for difference in found:
        session.add(
            MeetingChange(
                event=meeting.event,
                kind=difference.kind,
                bill=difference.bill,
                detail=dict(difference.detail),
                seen_at=now,
                baseline=baseline,
            )
        )
    if found:
        meeting.changed_at = now
        meeting.sequence += 1
    return len(found)


def differences(meeting: Meeting, folded: Folded) -> Iterator[Difference]:
    """How a meeting differs from what is known of it now; of a new one, that it is set and what it names."""
    if not meeting.state:
        yield Difference("set")
    elif folded.starts_at != meeting.starts_at:
        hours = {"before": meeting.starts_at.isoformat(), "after": folded.starts_at.isoformat()}
        yield Difference("continued" if folded.continues else "moved", None, hours)
    if meeting.state and folded.state != meeting.state:
        if folded.state in (POSTPONED, CANCELLED, UNLISTED):
            yield Difference(folded.state)
        elif folded.state == AHEAD and meeting.state != UNCONFIRMED:
            yield Difference("restored")
    for bill in folded.named.keys() - meeting.named.keys():
        yield Difference("named", bill)
    for bill in meeting.named.keys() - folded.named.keys():
        yield Difference("dropped", bill)


def _set(meeting: Meeting, folded: Folded) -> None:
    if meeting.state and folded.starts_at != meeting.starts_at:
        meeting.moved_from = None if folded.continues else meeting.starts_at
    dropped = {*meeting.dropped, *meeting.named} - folded.named.keys()
    meeting.dropped = sorted(dropped)
    meeting.starts_at, meeting.kind, meeting.title = folded.starts_at, folded.kind, folded.title
    meeting.state, meeting.named = folded.state, dict(folded.named)
    meeting.committees = " ".join(folded.codes)


def pair_twins(session: Session, *, now: datetime) -> None:
    """Of meetings ahead that are identical in committee, hour, kind and agenda one stands for the others: the
    first that takes place. So the end of a row that stood there twice is no news."""
    groups: dict[tuple[object, ...], list[Meeting]] = {}
    for meeting in session.exec(select(Meeting).where(Meeting.starts_at > now, Meeting.chamber != "house")):
        key = meeting.committees, meeting.starts_at, meeting.kind, meeting.title
        groups.setdefault(key, []).append(meeting)
    for group in groups.values():
        first = min(group, key=lambda meeting: (meeting.state != AHEAD, meeting.event))
        for meeting in group:
            meeting.twin_of = None if meeting is first else first.event


def changes_at(session: Session, now: datetime) -> int:
    """How many changes a round has recorded."""
    query = sa.select(sa.func.count()).select_from(MeetingChange).where(col(MeetingChange.seen_at) == now)
    return session.scalar(query) or 0
