"""A seat on a committee is one of a Congress: the one in whose time the list that names it was read.

Revision: 0009
Follows: 0008
"""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("committeeseat", sa.Column("congress", sa.Integer(), nullable=True))
    state = sa.table("sourcestate", sa.column("name", sa.String()), sa.column("as_of", sa.Date()))
    read = op.get_bind().scalar(sa.select(state.c.as_of).where(state.c.name == "memberships"))
    seats = sa.table("committeeseat", sa.column("congress", sa.Integer()))
    op.execute(seats.update().values(congress=_congress(read) if read else 0))
    with op.batch_alter_table("committeeseat") as table:
        table.alter_column("congress", existing_type=sa.Integer(), nullable=False)
        table.create_index("ix_committeeseat_congress", ["congress"])


def _congress(day: date) -> int:
    """The Congress of a day; one begins on 3 January of odd years."""
    year = day.year - 1 if (day.month, day.day) < (1, 3) else day.year
    return (year - 1789) // 2 + 1


def downgrade() -> None:
    with op.batch_alter_table("committeeseat") as table:
        table.drop_index("ix_committeeseat_congress")
        table.drop_column("congress")
