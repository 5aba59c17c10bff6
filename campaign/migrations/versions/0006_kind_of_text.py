"""The kind of an organizer's text is called that.

Revision: 0006
Follows: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not by batch: rows of this table are only added, and a copy of it would lose its guards.
    op.execute("ALTER TABLE textversion RENAME COLUMN what TO kind")


def downgrade() -> None:
    op.execute("ALTER TABLE textversion RENAME COLUMN kind TO what")
