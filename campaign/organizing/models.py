"""Tables of what organizers decide. Only this package writes them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Column, Field, SQLModel


class BillGoal(SQLModel, table=True):
    """How many sitting, voting members the campaign wants on a bill."""

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    target: int
    by: date | None = None
    set_by: str = ""
    set_at: datetime


class WhipEntry(SQLModel, table=True):
    """What organizers know and plan about one member and one bill. Each edit increments ``version``."""

    __table_args__ = (sa.Index("ix_whipentry_due", "next_on"),)

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    bioguide: str = Field(primary_key=True, foreign_key="member.bioguide")
    # for, likely, unknown, unlikely or against
    lean: str = "unknown"
    # E-mail address of the user responsible for this member.
    owner: str = ""
    next_step: str = ""
    next_on: date | None = None
    # Lower-case words, sorted, separated by single spaces.
    tags: str = ""
    version: int = 1


class WhipChange(SQLModel, table=True):
    """One changed field of one entry, before and after. Rows are only ever added."""

    __table_args__ = (
        sa.Index("ix_whipchange_entry", "bill", "bioguide", "version"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, primary_key=True)
    bill: str = Field(foreign_key="bill.id")
    bioguide: str = Field(foreign_key="member.bioguide")
    version: int
    field: str
    before: str
    after: str
    by: str
    at: datetime


class WhipNote(SQLModel, table=True):
    """A note about a member, or the log of a contact with the member's office: about one bill, or about all of
    its campaign where ``bill`` is empty. Each edit increments ``version``; a deleted note stays for its
    history."""

    id: int | None = Field(default=None, primary_key=True)
    campaign: str = ""
    bioguide: str = Field(foreign_key="member.bioguide", index=True)
    bill: str = ""
    # note, meeting, call, email or event
    kind: str = Field(default="note", sa_column_kwargs={"server_default": "note"})
    # The day of the contact; a note has none.
    day: date | None = None
    # Whom the organizer talked or wrote to.
    people: str = Field(default="", sa_column_kwargs={"server_default": ""})
    text: str
    by: str
    at: datetime
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    deleted_at: datetime | None = None


class WhipNoteChange(SQLModel, table=True):
    """What one edit, deletion or return of a note replaced: the note as it was before, who did it and when.

    Rows are only ever added. ``act`` is edited, deleted or restored.
    """

    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: int | None = Field(default=None, primary_key=True)
    note: int = Field(foreign_key="whipnote.id", index=True)
    act: str
    before: dict[str, Any] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))
    by: str
    at: datetime


class StaffContact(SQLModel, table=True):
    """A member's staffer whom a campaign's organizers talk to."""

    id: int | None = Field(default=None, primary_key=True)
    campaign: str = ""
    bioguide: str = Field(foreign_key="member.bioguide", index=True)
    name: str
    role: str = ""
    email: str = ""
    phone: str = ""
    by: str
    at: datetime
    # When an organizer noted that this person no longer works there.
    ended_at: datetime | None = None


class SavedView(SQLModel, table=True):
    """A user's filters of a page, under a name."""

    id: int | None = Field(default=None, primary_key=True)
    owner: str = Field(index=True)
    page: str
    name: str
    query: str


class PendingImport(SQLModel, table=True):
    """An uploaded table between its preview and its confirmation."""

    id: str = Field(primary_key=True)
    owner: str
    bill: str
    made_at: datetime
    # Fingerprint of the preview that was shown; only the same preview can be confirmed.
    shown: str
    rows: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(sa.JSON, nullable=False))


class PollRequest(SQLModel, table=True):
    """A request to poll a bill now, or all bills where ``bill`` is empty. Deleted when it is done."""

    bill: str = Field(primary_key=True)
    asked_by: str
    asked_at: datetime


class CallReview(SQLModel, table=True):
    """A user's review of callers' reports on a member and a bill: how many there were then."""

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    bioguide: str = Field(primary_key=True, foreign_key="member.bioguide")
    reports: int
    by: str
    at: datetime
