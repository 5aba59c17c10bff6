"""A campaign may have a picture on its first page, with words for who does not see it.

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WORDS = ("picture", "picture_alt_en", "picture_alt_es")
SIZES = ("picture_width", "picture_height")


def upgrade() -> None:
    for name in WORDS:
        op.add_column("campaign", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name in SIZES:
        op.add_column("campaign", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "campaignpicture",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("webp", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.slug"]),
        sa.PrimaryKeyConstraint("campaign"),
    )


def downgrade() -> None:
    op.drop_table("campaignpicture")
    for name in (*SIZES, *WORDS):
        op.drop_column("campaign", name)
