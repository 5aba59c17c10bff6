"""Roll calls: which a bill's history refers to, how each member voted, and senators' ids in the Senate's documents.

Revision: 0022
Follows: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0022"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("lis", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "recordedvote",
        sa.Column("bill", sa.String(), sa.ForeignKey("bill.id"), primary_key=True),
        sa.Column("chamber", sa.String(), primary_key=True),
        sa.Column("session", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
    )
    op.create_table(
        "rollcall",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("chamber", sa.String(), nullable=False),
        sa.Column("congress", sa.Integer(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column("amendment", sa.String(), nullable=False),
        sa.Column("voted_at", UTCDateTime(), nullable=True),
        sa.Column("yeas", sa.Integer(), nullable=True),
        sa.Column("nays", sa.Integer(), nullable=True),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("absent", sa.Integer(), nullable=True),
        sa.Column("unknown", sa.JSON(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.Column("attempted_at", UTCDateTime(), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
    )
    op.create_index("ix_rollcall_measure", "rollcall", ["measure"])
    op.create_table(
        "membervote",
        sa.Column("roll", sa.String(), sa.ForeignKey("rollcall.id"), primary_key=True),
        sa.Column("bioguide", sa.String(), primary_key=True),
        sa.Column("cast", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
    )
    op.create_index("ix_membervote_bioguide", "membervote", ["bioguide"])


def downgrade() -> None:
    for table in ("membervote", "rollcall", "recordedvote"):
        op.drop_table(table)
    op.drop_column("member", "lis")
