"""The record of scheduled work: who leads, which slot ran, how it ended."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class JobRun(SQLModel, table=True):
    """One run of one job in one slot; the pair is unique, so a slot runs once however many workers try."""

    job: str = Field(primary_key=True)
    slot: datetime = Field(primary_key=True)
    # running, done, partly, failed or skipped
    status: str = "running"
    owner: str = ""
    started: datetime
    finished: datetime | None = None
    summary: str = ""


class Lease(SQLModel, table=True):
    """Who leads, on a database without advisory locks; ends by itself unless renewed."""

    name: str = Field(primary_key=True)
    owner: str
    ends: datetime
