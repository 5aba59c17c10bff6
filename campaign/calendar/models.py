"""Tables of the calendars. Only this package writes them. Stored times are aware UTC; days are Washington's."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Column, Field, SQLModel

# States of a meeting. That it is past, the clock decides.
AHEAD, POSTPONED, CANCELLED = "ahead", "postponed", "cancelled"
# Gone from the Senate's list, which does not say why.
UNLISTED = "unlisted"
# Sources disagree on whether it takes place, or so many meetings are gone at once that the list may be wrong.
UNCONFIRMED = "unconfirmed"


class Meeting(SQLModel, table=True):
    """A committee meeting as it is planned now, folded from what each source said last (``readings``).

    ``event`` is the number that docs.house.gov, hearings.xml and api.congress.gov share.
    """

    event: str = Field(primary_key=True)
    congress: int
    # house, senate or joint
    chamber: str
    # hearing, closed_hearing, markup, business (a Senate meeting that may mark up bills) or meeting
    kind: str
    starts_at: datetime = Field(index=True)
    # The hour it had before it was moved.
    moved_from: datetime | None = None
    state: str = AHEAD
    title: str = ""
    # Codes of committees and subcommittees, sorted, space-separated.
    committees: str = ""
    # Bills by id: {"hr6736-119": "list"}, or "text" where only the notice's words name it; and those that an
    # earlier notice named.
    named: dict[str, str] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))
    dropped: list[str] = Field(default_factory=list, sa_column=Column(sa.JSON, nullable=False))
    # An identical meeting that stands for this one.
    twin_of: str | None = None
    # How often it changed, as calendars count (RFC 5545, SEQUENCE).
    sequence: int = 0
    readings: dict[str, Any] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))
    first_seen: datetime
    changed_at: datetime
    # The last attempt at its page of docs.house.gov, the path of its XML, and that file's Last-Modified.
    page_read_at: datetime | None = None
    page: str = ""
    page_modified: str = ""


class MeetingChange(SQLModel, table=True):
    """A change of a meeting: set, moved, continued, postponed, cancelled, unlisted, restored, named, dropped.

    ``baseline``: found by the first reading of its source.
    """

    seq: int | None = Field(default=None, primary_key=True)
    event: str = Field(foreign_key="meeting.event", index=True)
    kind: str
    bill: str | None = None
    # The hour before and after, in ISO form, where it changed.
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))
    seen_at: datetime
    baseline: bool = False


class FloorWeek(SQLModel, table=True):
    """A week of the House for which a list was posted. ``week`` is its Monday."""

    week: date = Field(primary_key=True)
    congress: int
    version: datetime
    modified: str = ""
    read_at: datetime


class FloorBill(SQLModel, table=True):
    """A measure on the House's list of a week: as ``bill``, by ``amendments``, or as what a ``rule`` is for."""

    week: date = Field(primary_key=True, foreign_key="floorweek.week")
    bill: str = Field(primary_key=True)
    relation: str = Field(primary_key=True)
    label: str = ""
    category: int = 0
    first_seen: datetime
    removed_at: datetime | None = None


class SessionDay(SQLModel, table=True):
    """A day of a chamber: ``votes``, ``cancelled`` (a voting day called off), ``pro_forma`` or ``out``."""

    chamber: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    kind: str


class CalendarSource(SQLModel, table=True):
    """How the reading of a source goes."""

    name: str = Field(primary_key=True)
    attempted_at: datetime
    good_at: datetime | None = None
    fault: str = ""
    fault_since: datetime | None = None
    # Failed readings in a row.
    faults: int = 0
    # Last-Modified of what was read last, for the next conditional request.
    modified: str = ""
    # The newest update read of api.congress.gov's list.
    mark: datetime | None = None
    # Since when the Senate's list lacks so many meetings that it may be wrong.
    doubted_since: datetime | None = None
