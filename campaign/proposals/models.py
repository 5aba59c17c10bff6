"""Tables of campaigns and proposals, the bills that carry them, and the texts about them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Column, Field, SQLModel


class Campaign(SQLModel, table=True):
    """Proposals that are promoted together, under one name."""

    slug: str = Field(primary_key=True)
    title_en: str
    title_es: str
    summary_en: str = ""
    summary_es: str = ""
    # The order in which campaigns were added: addresses that name none lead to the first that is live.
    position: int = 0
    # Who runs it: a name, e-mail addresses for questions and for those of privacy, an address where one can
    # give, and what the law asks a publisher to say.
    organization: str = ""
    contact: str = ""
    privacy_contact: str = ""
    # Stands under its mail; empty for the installation's own (CAMPAIGN_POSTAL_ADDRESS).
    postal_address: str = ""
    donate_url: str = ""
    imprint_en: str = ""
    imprint_es: str = ""
    # Its color as #rrggbb; empty for the program's own.
    accent: str = ""
    # The languages it offers, as ``offered`` reads them.
    languages: str = "en es"
    # The fingerprint of its logo, which ``CampaignLogo`` holds, and its size in pixels; empty: it has none.
    logo: str = ""
    logo_width: int = 0
    logo_height: int = 0
    # The same of the picture on its first page (``CampaignPicture``), and what that shows, in words.
    picture: str = ""
    picture_width: int = 0
    picture_height: int = 0
    picture_alt_en: str = ""
    picture_alt_es: str = ""
    # The kinds of asks that readers begin with, as ``first_asks`` reads them; empty: the program's order.
    ask_order: str = ""

    @property
    def first_asks(self) -> tuple[str, ...]:
        """Kinds of asks by their texts, before all others."""
        return tuple(self.ask_order.split())

    @property
    def offered(self) -> tuple[str, ...]:
        """The languages of its public pages and its mail, in the program's order."""
        return tuple(self.languages.split())


class CampaignLogo(SQLModel, table=True):
    """A campaign's logo as a PNG, apart from the campaign: the page cache reads that table whole."""

    campaign: str = Field(primary_key=True, foreign_key="campaign.slug")
    png: bytes


class CampaignPicture(SQLModel, table=True):
    """The picture on a campaign's first page as WebP, apart from the campaign as its logo is."""

    campaign: str = Field(primary_key=True, foreign_key="campaign.slug")
    webp: bytes


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
    """A bill's link to a proposal: ``suggested`` by a rule, then ``confirmed`` or ``rejected`` by a
    person."""

    proposal: str = Field(primary_key=True, foreign_key="proposal.slug")
    bill: str = Field(primary_key=True, foreign_key="bill.id", index=True)
    state: str = "suggested"
    rule: str = ""
    score: float = 0
    reason_en: str = ""
    reason_es: str = ""
    # When organizers were mailed that this suggestion waits.
    told_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None


class CampaignState(SQLModel, table=True):
    """The state of a campaign: draft, live, won, paused or archived. A campaign without a row is live."""

    campaign: str = Field(primary_key=True, foreign_key="campaign.slug")
    state: str = "live"
    set_by: str = ""
    set_at: datetime


class TextVersion(SQLModel, table=True):
    """A version of a campaign's text in both languages; rows are only added. ``kind`` is wording, fact,
    proposal or campaign; ``key`` identifies it. The public sees the newest row with ``published_at``."""

    __table_args__ = (sa.Index("ix_textversion_text", "campaign", "kind", "key", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    campaign: str
    kind: str
    key: str
    content: dict[str, str] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))
    by: str
    at: datetime
    published_at: datetime | None = None
    published_by: str = ""


class CitedFact(SQLModel, table=True):
    """A figure with its source in both languages; one without a source is not shown.

    ``proposal`` is the one that the figure fits, None for all of the campaign. With ``letters`` off it stands
    on pages only: a definition, a pointer to data, or a figure too old to argue with.
    """

    id: str = Field(primary_key=True)
    campaign: str = Field(foreign_key="campaign.slug")
    proposal: str | None = Field(default=None, foreign_key="proposal.slug")
    text_en: str
    text_es: str
    source_en: str
    source_es: str
    source_url: str = ""
    # The years that the figure describes, as shown: "2014–2018".
    period: str = ""
    letters: bool = True
    recorded: date
    position: int = 0
