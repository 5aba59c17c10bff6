"""People report numbers that do not work, organizers set others; a campaign may have its own order of asks.

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _moment() -> sqlmodel.sql.sqltypes.UTCDateTime:
    return sqlmodel.sql.sqltypes.UTCDateTime()


def upgrade() -> None:
    op.create_table(
        "phonereport",
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("office", "phone", "place", name=op.f("pk_phonereport")),
    )
    op.create_index(op.f("ix_phonereport_nonce"), "phonereport", ["nonce"])
    op.create_table(
        "officephone",
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("hidden", sa.String(), nullable=False),
        sa.Column("replacement", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("office", name=op.f("pk_officephone")),
    )
    op.add_column("campaign", sa.Column("ask_order", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("campaign", "ask_order")
    op.drop_table("officephone")
    op.drop_index(op.f("ix_phonereport_nonce"), table_name="phonereport")
    op.drop_table("phonereport")
