"""Webhooks: endpoints of campaigns, and the messages to them.

Revision: 0023
Follows: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0023"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhookendpoint",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("campaign", AutoString(), nullable=False),
        sa.Column("url", AutoString(), nullable=False),
        sa.Column("shape", AutoString(), nullable=False),
        sa.Column("language", AutoString(), nullable=False),
        sa.Column("events", AutoString(), nullable=False),
        sa.Column("salt", AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("failing_since", UTCDateTime(), nullable=True),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhookendpoint_campaign", "webhookendpoint", ["campaign"])
    op.create_table(
        "webhookmessage",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "endpoint", sa.Integer(), sa.ForeignKey("webhookendpoint.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("event", AutoString(), nullable=False),
        sa.Column("webhook_id", AutoString(), nullable=False),
        sa.Column("body", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", UTCDateTime(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", AutoString(), nullable=False),
        sa.UniqueConstraint("endpoint", "event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhookmessage_due", "webhookmessage", ["state", "due"])


def downgrade() -> None:
    op.drop_table("webhookmessage")
    op.drop_table("webhookendpoint")
