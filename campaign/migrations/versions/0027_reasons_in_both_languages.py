"""Why an edition is held or was ended, in Spanish, too.

Revision: 0027
Follows: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edition", sa.Column("problem_es", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("edition", "problem_es")
