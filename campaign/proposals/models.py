"""Tables of campaigns and proposals: what they ask for, which bills carry it, what is written about it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Column, Field, SQLModel


class Campaign(SQLModel, table=True):
    """Proposals that are asked for together."""

    slug: str = Field(primary_key=True)
    title_en: str
    title_es: str
    summary_en: str = ""
    summary_es: str = ""


class Proposal(SQLModel, table=True):
    """The idea that outlives bill numbers."""

    slug: str = Field(primary_key=True)
    campaign: str = Field(foreign_key="campaign.slug")
    name_en: str
    name_es: str
    summary_en: str = ""
    summary_es: str = ""
    position: int = 0


class Kinship(SQLModel, table=True):
    """That a bill belongs to a proposal: ``suggested`` by a rule, then ``confirmed`` or ``rejected`` by
    a person."""

    proposal: str = Field(primary_key=True, foreign_key="proposal.slug")
    bill: str = Field(primary_key=True, foreign_key="bill.id", index=True)
    state: str = "suggested"
    rule: str = ""
    score: float = 0
    reason_en: str = ""
    reason_es: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None


class CampaignState(SQLModel, table=True):
    """How far a campaign is: draft, live, won, paused or archived. One without a row is live."""

    campaign: str = Field(primary_key=True, foreign_key="campaign.slug")
    state: str = "live"
    set_by: str = ""
    set_at: datetime


class TextVersion(SQLModel, table=True):
    """What somebody wrote for the campaign, in both languages; only ever added. ``what`` is wording, fact,
    proposal or campaign; ``key`` says which one. The newest with ``published_at`` is what the public sees."""

    __table_args__ = (sa.Index("ix_textversion_text", "what", "key", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    what: str
    key: str
    content: dict[str, str] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))
    by: str
    at: datetime
    published_at: datetime | None = None
    published_by: str = ""


class CitedFact(SQLModel, table=True):
    """A figure a script or letter may cite. A fact without a source may not be shown."""

    id: str = Field(primary_key=True)
    campaign: str = Field(foreign_key="campaign.slug")
    proposal: str | None = Field(default=None, foreign_key="proposal.slug")
    text_en: str
    text_es: str
    source: str
    source_url: str = ""
    # The years the figure describes, as people read them ("2014–2018").
    period: str = ""
    recorded: date
    position: int = 0
