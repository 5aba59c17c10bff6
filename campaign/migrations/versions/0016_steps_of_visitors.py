"""How far visitors come, as counts of a day.

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stepcount",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "step", "campaign", "language", name=op.f("pk_stepcount")),
    )


def downgrade() -> None:
    op.drop_table("stepcount")
