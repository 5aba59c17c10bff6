"""Tables of what supporters say."""

from datetime import date

from sqlmodel import Field, SQLModel


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
