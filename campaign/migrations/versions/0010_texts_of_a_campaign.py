"""A text belongs to a campaign; those that shipped for one campaign become texts of that campaign.

Revision: 0010
Follows: 0009
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CAMPAIGN = sa.table("campaign", sa.column("slug", sa.String()))
STATE = sa.table("campaignstate", sa.column("campaign", sa.String()), sa.column("state", sa.String()))
PROPOSAL = sa.table("proposal", sa.column("slug", sa.String()), sa.column("campaign", sa.String()))
FACT = sa.table("citedfact", sa.column("id", sa.String()), sa.column("campaign", sa.String()))
TEXT = sa.table(
    "textversion",
    sa.column("campaign", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("key", sa.String()),
    sa.column("content", sa.JSON()),
    sa.column("by", sa.String()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("published_at", sa.DateTime(timezone=True)),
    sa.column("published_by", sa.String()),
)
# What version 0.1.0 shipped for one campaign: by key, the text in each language.
SHIPPED = Path(__file__).parents[1] / "texts_before_0010.json"
SHOWN_FIRST = ("live", "won", "paused", "archived", "draft")
AT = datetime(2026, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    with op.batch_alter_table("campaign") as table:
        table.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("textversion") as table:
        table.add_column(sa.Column("campaign", sa.String(), nullable=True))
    _fill(op.get_bind())
    with op.batch_alter_table("textversion") as table:
        table.alter_column("campaign", existing_type=sa.String(), nullable=False)
        table.drop_index("ix_textversion_text")
        table.create_index("ix_textversion_text", ["campaign", "kind", "key", "id"])


def _fill(connection: sa.Connection) -> None:
    of_key = {"campaign": sa.select(CAMPAIGN.c.slug).where(CAMPAIGN.c.slug == TEXT.c.key)}
    of_key["proposal"] = sa.select(PROPOSAL.c.campaign).where(PROPOSAL.c.slug == TEXT.c.key)
    of_key["fact"] = sa.select(FACT.c.campaign).where(FACT.c.id == TEXT.c.key)
    for kind, campaign in of_key.items():
        connection.execute(TEXT.update().where(TEXT.c.kind == kind).values(campaign=campaign.scalar_subquery()))
    shown = _shown(connection)
    # A version of a text that was never published has no row yet to tell its campaign.
    connection.execute(TEXT.update().where(TEXT.c.campaign.is_(None)).values(campaign=shown))
    _add_shipped(connection)


def _shown(connection: sa.Connection) -> str:
    """The campaign on the public pages, to which every text belonged; empty where there is none."""
    states = {row.campaign: row.state for row in connection.execute(sa.select(STATE))}
    slugs = connection.scalars(sa.select(CAMPAIGN.c.slug)).all()
    return min(slugs, key=lambda slug: (SHOWN_FIRST.index(states.get(slug, "live")), slug), default="")


def _add_shipped(connection: sa.Connection) -> None:
    homes = {row.slug: row.campaign for row in connection.execute(sa.select(PROPOSAL))}
    own = set(connection.scalars(sa.select(TEXT.c.key).where(TEXT.c.kind == "wording")))
    for key, content in json.loads(SHIPPED.read_text(encoding="utf-8")).items():
        group, _dash, name = key.partition("-")
        campaign = homes.get("armas-act" if group == "letters" else name)
        if campaign and key not in own:
            row = {"campaign": campaign, "kind": "wording", "key": key, "content": content, "by": "snapshot"}
            connection.execute(TEXT.insert().values(**row, at=AT, published_at=AT, published_by="snapshot"))


def downgrade() -> None:
    with op.batch_alter_table("textversion") as table:
        table.drop_index("ix_textversion_text")
        table.create_index("ix_textversion_text", ["kind", "key", "id"])
        table.drop_column("campaign")
    with op.batch_alter_table("campaign") as table:
        table.drop_column("position")
