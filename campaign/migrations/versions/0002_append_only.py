"""The ledger and the log of who did what only grow: the database refuses to alter or delete a row of them.

Revision: 0002
Follows: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A table, and what somebody who tries to alter it is told.
GUARDED = {"change": "the ledger only grows", "auditentry": "the audit log only grows"}
SQLITE_GUARD = """
CREATE TRIGGER {table}_is_kept_{event} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, '{words}'); END
"""
POSTGRES_REFUSAL = """
CREATE FUNCTION refuse_{table}_edit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{words}'; END $$
"""
POSTGRES_GUARD = """
CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_{table}_edit()
"""


def upgrade() -> None:
    for table, words in GUARDED.items():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(POSTGRES_REFUSAL.format(table=table, words=words))
            op.execute(POSTGRES_GUARD.format(table=table))
        else:
            for event in ("UPDATE", "DELETE"):
                op.execute(SQLITE_GUARD.format(table=table, event=event, words=words))
