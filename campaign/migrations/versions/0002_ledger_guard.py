"""The ledger only grows: the database refuses to alter or delete a change.

Revision: 0002
Follows: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE_GUARD = """
CREATE TRIGGER change_is_kept_{event} BEFORE {event} ON change
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END
"""
POSTGRES_REFUSAL = """
CREATE FUNCTION refuse_ledger_edit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$
"""
POSTGRES_GUARD = """
CREATE TRIGGER change_is_kept BEFORE UPDATE OR DELETE ON change
FOR EACH ROW EXECUTE FUNCTION refuse_ledger_edit()
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_REFUSAL)
        op.execute(POSTGRES_GUARD)
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(SQLITE_GUARD.format(event=event))
