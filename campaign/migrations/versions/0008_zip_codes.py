"""All ZIP codes with their states, kinds and points.

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zipcode",
        sa.Column("zip", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("zip", name=op.f("pk_zipcode")),
    )
    op.create_index(op.f("ix_zipseat_seat"), "zipseat", ["seat"])


def downgrade() -> None:
    op.drop_index(op.f("ix_zipseat_seat"), "zipseat")
    op.drop_table("zipcode")
