"""Tables of the outcomes of calls that supporters report."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel


class CallCount(SQLModel, table=True):
    """How many calls of one day had the same outcome. No row is about a caller."""

    # The bill's id; a campaign's slug where one call covered all of its bills.
    about: str = Field(primary_key=True)
    member: str = Field(primary_key=True, foreign_key="member.bioguide")
    # washington or district
    office: str = Field(primary_key=True)
    day: date = Field(primary_key=True, index=True)
    # talked, voicemail, not_reached; skip in rows of version 0.1
    outcome: str = Field(primary_key=True)
    # What the office answered: will_join, undecided, will_not, would_not_say; empty where it took the message
    # only, and unless outcome is talked
    said: str = Field(primary_key=True, default="")
    count: int = 0


class CallReceipt(SQLModel, table=True):
    """One report, so that it counts once and can be undone for an hour. Deleted within a day.

    ``nonce`` is random and made for one form: it identifies nobody. Of a call that was told bill by bill, each
    but the first has the bill behind it (``NONCE@s367-119``).
    """

    nonce: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    about: str
    member: str = Field(foreign_key="member.bioguide", index=True)
    office: str
    day: date
    outcome: str
    said: str = ""
    undone: bool = False
