"""New bills by the sources' lists, for suggestions; which suggestions organizers were told of.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listedbill",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("congress", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("official_title", sa.String(), nullable=True),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("official_key", sa.String(), nullable=False),
        sa.Column("introduced", sa.Date(), nullable=True),
        sa.Column("sponsor", sa.String(), nullable=True),
        sa.Column("sponsor_name", sa.String(), nullable=False),
        sa.Column("updated", UTCDateTime(), nullable=False),
        sa.Column("read_mark", UTCDateTime(), nullable=True),
        sa.Column("tried_at", UTCDateTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
    )
    for column in ("congress", "title_key", "official_key"):
        op.create_index(f"ix_listedbill_{column}", "listedbill", [column])
    with op.batch_alter_table("kinship") as table:
        table.add_column(sa.Column("told_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("kinship") as table:
        table.drop_column("told_at")
    op.drop_table("listedbill")
