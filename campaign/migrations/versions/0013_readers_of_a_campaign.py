"""Readers and editions belong to a campaign, which has a postal address of its own; those of the one list there was
go to the campaign whose proposals a reader chose, else to the one on the public pages. A role can be one in some
campaigns only.

Revision: 0013
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

CAMPAIGN = sa.table("campaign", sa.column("slug", sa.String()), sa.column("position", sa.Integer()))
STATE = sa.table("campaignstate", sa.column("campaign", sa.String()), sa.column("state", sa.String()))
PROPOSAL = sa.table("proposal", sa.column("slug", sa.String()), sa.column("campaign", sa.String()))
READER = sa.table(
    "subscriber",
    sa.column("campaign", sa.String()),
    sa.column("key", sa.String()),
    sa.column("proposals", sa.String()),
)
BARRED = sa.table("suppression", sa.column("campaign", sa.String()), sa.column("key", sa.String()))
EDITION = sa.table("edition", sa.column("campaign", sa.String()))
SHOWN_FIRST = ("live", "won", "paused", "archived", "draft")
GROUP = ["state", "language", "seat", "proposals"]


def upgrade() -> None:
    op.add_column("campaign", sa.Column("postal_address", sa.String(), nullable=False, server_default=""))
    op.add_column("account", sa.Column("campaigns", sa.String(), nullable=False, server_default=""))
    for name in ("subscriber", "suppression", "edition"):
        op.add_column(name, sa.Column("campaign", sa.String(), nullable=False, server_default=""))
    _fill(op.get_bind())
    op.drop_index("ix_subscriber_group", "subscriber")
    op.create_index("ix_subscriber_group", "subscriber", ["campaign", *GROUP])
    with op.batch_alter_table("edition", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint("uq_edition_kind", type_="unique")
        table.create_unique_constraint("uq_edition_campaign", ["campaign", "kind", "period"])


def _fill(connection: sa.Connection) -> None:
    shown = _shown(connection)
    for table in (READER, BARRED, EDITION):
        connection.execute(table.update().values(campaign=shown))
    homes = {row.slug: row.campaign for row in connection.execute(sa.select(PROPOSAL))}
    for chosen in connection.scalars(sa.select(READER.c.proposals).distinct()).all():
        campaigns = {homes[slug] for slug in chosen.split() if slug in homes}
        if campaigns and shown not in campaigns:
            of_others = READER.update().where(READER.c.proposals == chosen)
            connection.execute(of_others.values(campaign=min(campaigns)))
    known = sa.select(READER.c.campaign).where(READER.c.key == BARRED.c.key)
    connection.execute(
        BARRED.update().values(campaign=sa.func.coalesce(known.scalar_subquery(), BARRED.c.campaign))
    )


def _shown(connection: sa.Connection) -> str:
    """The campaign of addresses that name none; empty where there is none."""
    states = {row.campaign: row.state for row in connection.execute(sa.select(STATE))}
    slugs = connection.scalars(sa.select(CAMPAIGN.c.slug).order_by(CAMPAIGN.c.position, CAMPAIGN.c.slug)).all()
    return min(slugs, key=lambda slug: SHOWN_FIRST.index(states.get(slug, "live")), default="")


def downgrade() -> None:
    with op.batch_alter_table("edition", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint("uq_edition_campaign", type_="unique")
        table.create_unique_constraint("uq_edition_kind", ["kind", "period"])
        table.drop_column("campaign")
    op.drop_index("ix_subscriber_group", "subscriber")
    op.create_index("ix_subscriber_group", "subscriber", GROUP)
    for name, column in (
        ("suppression", "campaign"),
        ("subscriber", "campaign"),
        ("campaign", "postal_address"),
    ):
        op.drop_column(name, column)
