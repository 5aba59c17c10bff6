"""The coordinates that a source gives an office though they cannot be its own.

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("office") as office:
        office.add_column(sa.Column("misplaced", sa.String(), nullable=False, server_default=""))
