"""Tables of what supporters report and do, as counts; none is about a supporter."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class CallCount(SQLModel, table=True):
    """How many calls of one day had the same outcome. No row is about a caller."""

    # The bill's id; a campaign's slug where one call covered all of its bills.
    about: str = Field(primary_key=True)
    member: str = Field(primary_key=True, foreign_key="member.bioguide")
    # washington or district
    office: str = Field(primary_key=True)
    day: date = Field(primary_key=True, index=True)
    # talked, voicemail, not_reached; told where a call about all bills brought an answer about this one, which
    # is no call of its own; skip in rows of version 0.1
    outcome: str = Field(primary_key=True)
    # What the office answered: will_join, undecided, will_not, would_not_say; empty where it took the message
    # only, and unless outcome is talked or told
    said: str = Field(primary_key=True, default="")
    count: int = 0


class CallTotal(SQLModel, table=True):
    """The counts of all days and both kinds of offices in one row, kept beside them: what a page shows is read
    from a few rows, however long a campaign goes on."""

    about: str = Field(primary_key=True)
    member: str = Field(primary_key=True, foreign_key="member.bioguide")
    outcome: str = Field(primary_key=True)
    said: str = Field(primary_key=True, default="")
    count: int = 0


class CallReceipt(SQLModel, table=True):
    """One report, so that it counts once and can be undone for an hour. Deleted within a day.

    ``nonce`` is random and made for one form: it identifies nobody. What was told of one bill in a call about
    all has the bill behind it (``NONCE@s367-119``).
    """

    __table_args__ = (sa.Index("ix_callreceipt_lately", "member", "at"),)

    nonce: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    about: str
    member: str = Field(foreign_key="member.bioguide")
    office: str
    day: date
    outcome: str
    said: str = ""
    undone: bool = False


class PhoneReport(SQLModel, table=True):
    """One report that a telephone number of an office does not work. Deleted after a week.

    ``place`` is a short piece of a keyed hash of the internet address, made for this number alone: a place
    counts once and cannot be told from thousands of others. ``nonce`` is that of the form, to undo it.
    """

    office: str = Field(primary_key=True)
    # Its digits.
    phone: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    nonce: str = Field(index=True)
    at: datetime


class OfficePhone(SQLModel, table=True):
    """What applies to the number of an office, by the office's id: no refresh of the record changes it.

    Who calls is given ``replacement``, or the record's own number where that is empty; and no number while it
    is the one that is hidden.
    """

    office: str = Field(primary_key=True)
    # The digits of the number that is not shown, because enough people reported it; empty: none.
    hidden: str = ""
    replacement: str = ""
    # The organizer who decided last; empty where nobody has.
    by: str = ""
    at: datetime


class StepCount(SQLModel, table=True):
    """How often visitors took one step on one day (``steps.STEPS``). No row is about a visitor."""

    day: date = Field(primary_key=True)
    step: str = Field(primary_key=True)
    # A campaign's slug.
    campaign: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    count: int = 0
