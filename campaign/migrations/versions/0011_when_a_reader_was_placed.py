"""A reader's district is one of the map of the day on which they told it: keep that day, and when they were asked
again.

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sqlmodel.sql.sqltypes.UTCDateTime
    for name in ("placed_at", "place_asked_at"):
        op.add_column("subscriber", sa.Column(name, moment(), nullable=True))
    readers = sa.table("subscriber", sa.column("id", sa.Integer()), sa.column("placed_at", moment()))
    told = sa.table(
        "consent",
        sa.column("subscriber", sa.Integer()),
        sa.column("kind", sa.String()),
        sa.column("at", moment()),
    )
    last = sa.select(sa.func.max(told.c.at)).where(
        told.c.subscriber == readers.c.id, told.c.kind.in_(("confirmed", "attested", "changed"))
    )
    op.execute(readers.update().values(placed_at=last.scalar_subquery()))


def downgrade() -> None:
    for name in ("place_asked_at", "placed_at"):
        op.drop_column("subscriber", name)
