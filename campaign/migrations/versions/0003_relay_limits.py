"""The relay's limits get their name, and remember since when no mail has left and who knows of it.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("pipe", "relaylimits")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_pipe RENAME TO pk_relaylimits")
    op.add_column("relaylimits", sa.Column("failing_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column("relaylimits", sa.Column("notified", sa.Boolean(), nullable=False, server_default=sa.false()))
