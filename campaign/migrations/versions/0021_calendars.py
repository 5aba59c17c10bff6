"""The calendars of Congress: meetings and their changes, floor lists, days in session, how sources are read.

Revision: 0021
Follows: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("calendarsource", "sessionday", "floorbill", "floorweek", "meetingchange", "meeting")


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("event", sa.String(), primary_key=True),
        sa.Column("congress", sa.Integer(), nullable=False),
        sa.Column("chamber", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("moved_from", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("committees", sa.String(), nullable=False),
        sa.Column("named", sa.JSON(), nullable=False),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.Column("twin_of", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("readings", sa.JSON(), nullable=False),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("page_read_at", UTCDateTime(), nullable=True),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("page_modified", sa.String(), nullable=False),
    )
    op.create_index("ix_meeting_starts_at", "meeting", ["starts_at"])
    op.create_table(
        "meetingchange",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("event", sa.String(), sa.ForeignKey("meeting.event"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("bill", sa.String(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_meetingchange_event", "meetingchange", ["event"])
    op.create_table(
        "floorweek",
        sa.Column("week", sa.Date(), primary_key=True),
        sa.Column("congress", sa.Integer(), nullable=False),
        sa.Column("version", UTCDateTime(), nullable=False),
        sa.Column("modified", sa.String(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
    )
    op.create_table(
        "floorbill",
        sa.Column("week", sa.Date(), sa.ForeignKey("floorweek.week"), primary_key=True),
        sa.Column("bill", sa.String(), primary_key=True),
        sa.Column("relation", sa.String(), primary_key=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("category", sa.Integer(), nullable=False),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
    )
    op.create_table(
        "sessionday",
        sa.Column("chamber", sa.String(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
    )
    op.create_table(
        "calendarsource",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("attempted_at", UTCDateTime(), nullable=False),
        sa.Column("good_at", UTCDateTime(), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("fault_since", UTCDateTime(), nullable=True),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("modified", sa.String(), nullable=False),
        sa.Column("mark", UTCDateTime(), nullable=True),
        sa.Column("doubted_since", UTCDateTime(), nullable=True),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
