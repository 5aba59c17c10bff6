"""The index by which the reports on a member within an hour are counted: by its moments, too, as a senator of a large
state has thousands a day.

Revision: 0026
Follows: 0025
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_callreceipt_lately", "callreceipt", ["member", "at"])
    op.drop_index("ix_callreceipt_member", "callreceipt")


def downgrade() -> None:
    op.create_index("ix_callreceipt_member", "callreceipt", ["member"])
    op.drop_index("ix_callreceipt_lately", "callreceipt")
