"""Tables of a campaign's actions: the action, who takes part in it, and the offices it is addressed to."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

# Spelled out in queries, too, so that both planners see that the partial index fits.
UNCONFIRMED = sa.text("confirmed_at IS NULL AND withdrawn_at IS NULL")


class CampaignAction(SQLModel, table=True):
    """Something a campaign asks people to do. ``kind`` is petition, signon, pledge or letter; ``state`` is
    draft, open or closed."""

    __table_args__ = (sa.UniqueConstraint("campaign", "slug"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    campaign: str = Field(foreign_key="campaign.slug")
    # Part of its address; it never changes.
    slug: str
    kind: str
    title_en: str
    title_es: str
    # What is signed or pledged; of a letter, what it asks for.
    text_en: str
    text_es: str
    # Of a letter: what its writer chooses from, written as the points of a proposal are.
    points_en: str = ""
    points_es: str = ""
    # How many the campaign wants; 0: it names no number.
    goal: int = 0
    # The last day to take part; of a pledge, the day of the call. In the organization's time zone.
    day: date | None = None
    state: str = "draft"
    # Counts the changes of what the public sees of it: the page cache goes by it.
    revision: int = 0
    # How many signatures count publicly, kept with each change of one: a page needs no count over all of them.
    counted: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class Signature(SQLModel, table=True):
    """One person or organization in one action. It counts once ``confirmed_at`` is set, an organization once
    ``approved_at`` is set, too; a row with ``withdrawn_at`` has lost everything but ``key``."""

    __table_args__ = (
        sa.UniqueConstraint("action", "key"),
        sa.Index("ix_signature_shown", "action", "show_name", "confirmed_at"),
        sa.Index(
            "ix_signature_unconfirmed", "asked_at", sqlite_where=UNCONFIRMED, postgresql_where=UNCONFIRMED
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    action: int = Field(foreign_key="campaignaction.id", ondelete="CASCADE")
    # Keyed hash of campaign and address, as that of a reader: the same person takes part once.
    key: str = Field(index=True)
    email: str = ""
    language: str = "en"
    name: str = ""
    # Town or ZIP code, as it was typed; empty where it was not given.
    town: str = ""
    # Of a sign-on: the organization, and what ``name`` is there.
    organization: str = ""
    role: str = ""
    # Whether the name may be published and handed over.
    show_name: bool = False
    # When the newest confirmation was asked for; its link holds for a while.
    asked_at: datetime
    confirmed_at: datetime | None = None
    approved_at: datetime | None = None
    withdrawn_at: datetime | None = None
    # When the reminder of a pledge was queued.
    reminded_at: datetime | None = None


class Target(SQLModel, table=True):
    """An office that an action is addressed to; ``salutation`` is how a letter to it begins."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    action: int = Field(foreign_key="campaignaction.id", ondelete="CASCADE", index=True)
    position: int
    title_en: str
    title_es: str
    # Who holds the office; empty where the office itself is written to.
    name: str = ""
    salutation_en: str
    salutation_es: str
    address: str = ""
    phone: str = ""
    contact_form: str = ""
