"""The coordinates that a source gives an office though they cannot be its own.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("office") as office:
        office.add_column(sa.Column("misplaced", sa.String(), nullable=False, server_default=""))
