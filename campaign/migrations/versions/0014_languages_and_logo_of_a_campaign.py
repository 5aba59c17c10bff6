"""A campaign offers both languages or one of them, and may have a logo.

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SIZES = ("logo_width", "logo_height")


def upgrade() -> None:
    op.add_column("campaign", sa.Column("languages", sa.String(), nullable=False, server_default="en es"))
    op.add_column("campaign", sa.Column("logo", sa.String(), nullable=False, server_default=""))
    for name in SIZES:
        op.add_column("campaign", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "campaignlogo",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.slug"]),
        sa.PrimaryKeyConstraint("campaign"),
    )


def downgrade() -> None:
    op.drop_table("campaignlogo")
    for name in (*SIZES, "logo", "languages"):
        op.drop_column("campaign", name)
