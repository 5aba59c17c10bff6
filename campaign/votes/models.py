"""Tables of roll calls. Only this package writes them. Stored times are aware UTC."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Column, Field, SQLModel

# What a member's vote is stored as; Aye and No count as yea and nay.
YEA, NAY, PRESENT, ABSENT = "yea", "nay", "present", "not_voting"


class RollCall(SQLModel, table=True):
    """A roll call, and how its reading goes. Until ``read_at`` is set only its number is known.

    ``id`` is ``house-119-2-314``: chamber, Congress, session, number. The counts are those that the chamber
    states; None where it states none.
    """

    id: str = Field(primary_key=True)
    chamber: str
    congress: int
    session: int
    number: int
    # In the chamber's own words: what was voted on, and how it came out.
    question: str = ""
    title: str = ""
    result: str = ""
    # The measure that the document names, where it names one, and the amendment to it that was voted on.
    measure: str | None = Field(default=None, index=True)
    amendment: str = ""
    voted_at: datetime | None = None
    yeas: int | None = None
    nays: int | None = None
    present: int | None = None
    absent: int | None = None
    # Votes whose member could not be told for certain: [{"name", "party", "state", "cast"}].
    unknown: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(sa.JSON, nullable=False))
    read_at: datetime | None = None
    attempted_at: datetime | None = None
    # Why the last reading gave nothing, and how many such there were in a row.
    fault: str = ""
    faults: int = 0


class MemberVote(SQLModel, table=True):
    """How one member voted, named as the document names them."""

    roll: str = Field(primary_key=True, foreign_key="rollcall.id")
    bioguide: str = Field(primary_key=True, index=True)
    cast: str
    name: str = ""
    party: str = ""
    state: str = ""
