"""Tables of the public record. Only this package writes them.

Stored times are aware UTC; Congress's dates are dates. Rows of ``change`` are only ever added: the
database itself refuses to alter or delete them (see the first migration).
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Column, Field, SQLModel

from campaign.congress.titles import title_key

# A ``Cosponsorship.claim`` that a stored withdrawal is no longer listed.
NO_WITHDRAWAL = "none"


class Bill(SQLModel, table=True):
    """A bill as it is known now. A bill that no source has shown yet has no ``observed_at``."""

    id: str = Field(primary_key=True)
    congress: int
    type: str
    number: int
    title: str = ""
    official_title: str | None = None
    # Both titles in comparable form; ``_set_title_keys`` sets them at every insert and update.
    title_key: str = Field(default="", index=True)
    official_key: str = Field(default="", index=True)
    introduced: date | None = None
    sponsor: str | None = Field(default=None, index=True)
    sponsor_name: str = ""
    policy_area: str | None = None
    law: str | None = None
    # The furthest milestone in its actions, whatever the calendar says; empty while it is unread.
    stage: str = ""
    # Whether its actions are final: law, failed, a veto that stands.
    over: bool = False
    # The source's own update time, of the newest reading stored.
    updated: datetime | None = None
    # The newest complete reading, from any source; None while the bill is unread or read in part.
    observed_at: datetime | None = None
    observed_source: str = ""
    # The strongest source with a complete reading (snapshot < govinfo < api): only it, or a stronger one,
    # can show that something is gone; weaker ones may add.
    authority: str = ""
    # Whether a withdrawal or a retraction waits for a second complete reading.
    pending: bool = False
    # The first complete reading: changes up to and including it are baseline.
    first_whole_at: datetime | None = None
    # Why rows may be missing ("co-sponsors: 12 rows where 15 are counted"); empty after a complete reading.
    partial: str = ""

    __table_args__ = (
        sa.Index("ix_bill_number", "type", "number"),
        sa.Index("ix_bill_congress", "congress", "type"),
    )


class ListedBill(SQLModel, table=True):
    """A bill by the lists of new bills, tracked or not: only what tells whether it continues another bill.

    ``updated`` is the source's newest mark of change, ``read_mark`` that mark when sponsor and titles were
    read; None while they are unread.
    """

    id: str = Field(primary_key=True)
    congress: int = Field(index=True)
    title: str = ""
    official_title: str | None = None
    title_key: str = Field(default="", index=True)
    official_key: str = Field(default="", index=True)
    introduced: date | None = None
    sponsor: str | None = None
    sponsor_name: str = ""
    updated: datetime
    read_mark: datetime | None = None
    # The last attempt to read it, and why that failed; empty when it did not.
    tried_at: datetime | None = None
    problem: str = ""


def _set_title_keys(_mapper: Any, _connection: Any, bill: Bill | ListedBill) -> None:
    bill.title_key = title_key(bill.title)
    bill.official_key = title_key(bill.official_title)


for _table in (Bill, ListedBill):
    for _moment in ("before_insert", "before_update"):
        sa.event.listen(_table, _moment, _set_title_keys)


class Cosponsorship(SQLModel, table=True):
    """One joining of one person to one bill, and how it ended."""

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    bioguide: str = Field(primary_key=True)
    joined: date = Field(primary_key=True)
    original: bool = False
    withdrawn: date | None = None
    # The withdrawal in the last complete reading where it differs from ``withdrawn``: an ISO date, or
    # NO_WITHDRAWAL. It takes effect when the next complete reading agrees.
    claim: str | None = None
    # The person as the source named them in this row.
    name: str = ""
    party: str = ""
    state: str = ""
    district: int | None = None
    # Since when complete readings lack this row. Absence alone changes nothing.
    missing_since: datetime | None = None

    __table_args__ = (sa.Index("ix_cosponsorship_bioguide", "bioguide"),)


class Action(SQLModel, table=True):
    """One line of a bill's history; the same line from several systems is one row."""

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    fingerprint: str = Field(primary_key=True)
    acted: date
    text: str = ""
    # Sorted, space-separated: one line may carry several codes and come from several systems.
    codes: str = ""
    kind: str = ""
    systems: str = ""
    committees: str = ""
    # Its place in the newest complete reading, oldest first: the order of lines of one day.
    position: int = 0
    missing_since: datetime | None = None
    retracted: bool = False


class Referral(SQLModel, table=True):
    """A committee that has or had the bill."""

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    committee: str = Field(primary_key=True)
    name: str = ""
    referred: bool = False


class Related(SQLModel, table=True):
    """A bill of the same Congress that the Congressional Research Service relates to this one."""

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    other: str = Field(primary_key=True)
    identical: bool = False


class RecordedVote(SQLModel, table=True):
    """A roll call that a bill's history refers to; ``campaign.votes`` reads it. ``session`` is of the bill's
    Congress. A reference is only ever added: a roll call that was held stays held."""

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    chamber: str = Field(primary_key=True)
    session: int = Field(primary_key=True)
    number: int = Field(primary_key=True)


class Change(SQLModel, table=True):
    """A row of the ledger: what an observation showed that was not known before."""

    __table_args__ = (
        sa.Index("ix_change_bill", "bill", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, primary_key=True)
    bill: str = Field(foreign_key="bill.id")
    kind: str
    bioguide: str | None = None
    # Congress's own date of the event; None where there is none (a new title).
    happened: date | None = None
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))
    source: str = ""
    seen_at: datetime
    baseline: bool = False


class Tracking(SQLModel, table=True):
    """The polling of a bill and its state."""

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    since: datetime
    until: datetime | None = None
    attempted_at: datetime | None = Field(default=None, index=True)
    # The newest complete reading per source, and the problem of the readings since.
    api_read_at: datetime | None = None
    govinfo_read_at: datetime | None = None
    govinfo_modified: str = ""
    problem: str = ""
    problem_since: datetime | None = None


class RawReply(SQLModel, table=True):
    """A source's reply, compressed, stored so that changed rules can parse it again."""

    bill: str = Field(primary_key=True, foreign_key="bill.id")
    source: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    body: bytes
    first_read: datetime
    last_read: datetime


class Member(SQLModel, table=True):
    """A person by Bioguide id. ``standing`` is what the newest list says: ``sitting`` (in the list of current
    legislators), ``departed`` or ``unlisted`` (named on a bill, in no list yet). Terms decide who holds a seat
    at a moment (``terms``)."""

    bioguide: str = Field(primary_key=True)
    # A senator's id in the Senate's own documents (``S354``); empty where it is not known.
    lis: str = ""
    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""
    nickname: str = ""
    official_name: str = ""
    gender: str = ""
    party: str = ""
    standing: str = Field(default="unlisted", index=True)
    # The seat of the newest term listed.
    seat: str | None = Field(default=None, index=True)
    # Where the row comes from: "legislators", "historical" or "bill".
    source: str = ""
    # The day of a bill's row that named somebody no list knows.
    named_on: date | None = None


class Seat(SQLModel, table=True):
    """A place in Congress: ``TX-20``, or ``TX`` for a state's two senators. Vacant when it has fewer
    holders than places."""

    id: str = Field(primary_key=True)
    chamber: str
    state: str
    district: int | None = None
    # representative, delegate, resident_commissioner or senator
    office: str
    places: int = 1


class Tenure(SQLModel, table=True):
    """A person in a seat for a time, under one party: ``starts`` inclusive, ``ends`` exclusive. A term in which
    the person changed party is several rows."""

    bioguide: str = Field(primary_key=True, foreign_key="member.bioguide")
    starts: date = Field(primary_key=True)
    seat: str = Field(index=True)
    chamber: str
    ends: date
    # No source dates the end: ``ends`` is the day on which the person was first missing from the list.
    approximate: bool = False
    party: str = ""
    senate_class: int | None = None
    url: str = ""
    contact_form: str = ""


class Office(SQLModel, table=True):
    """A member's office, in Washington or in the district."""

    id: str = Field(primary_key=True)
    bioguide: str = Field(foreign_key="member.bioguide", index=True)
    # washington or district
    kind: str
    address: str = ""
    suite: str = ""
    building: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    hours: str = ""
    # Coordinates as the source gives them, where they cannot be the office's; it has none then.
    misplaced: str = ""


class Committee(SQLModel, table=True):
    """A committee (``HSFA``) or one of its subcommittees (``HSFA03``)."""

    id: str = Field(primary_key=True)
    name: str
    chamber: str
    parent: str | None = None
    url: str = ""


class CommitteeSeat(SQLModel, table=True):
    """A member's seat on a committee of one Congress, at whose end it ends. ``role`` is ``chair``,
    ``vice_chair``, ``ranking`` or empty."""

    committee: str = Field(primary_key=True, foreign_key="committee.id")
    bioguide: str = Field(primary_key=True, foreign_key="member.bioguide")
    side: str = ""
    rank: int | None = None
    role: str = ""
    congress: int = Field(index=True)


class SourceState(SQLModel, table=True):
    """The age of a whole data set: ``members``, ``offices``, ``committees``, ``zips`` …"""

    name: str = Field(primary_key=True)
    # The day that the facts describe, by the source or the snapshot.
    as_of: date
    checked_at: datetime
    source: str = ""
    problem: str = ""


class RateBudget(SQLModel, table=True):
    """The requests that a host still allows, by its last reply in a poll."""

    host: str = Field(primary_key=True)
    left: int
    seen_at: datetime
