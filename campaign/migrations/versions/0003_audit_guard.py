"""The log of who did what only grows: the database refuses to alter or delete an entry.

Revision: 0003
Follows: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQLITE_GUARD = """
CREATE TRIGGER auditentry_is_kept_{event} BEFORE {event} ON auditentry
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END
"""
POSTGRES_REFUSAL = """
CREATE FUNCTION refuse_audit_edit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$
"""
POSTGRES_GUARD = """
CREATE TRIGGER auditentry_is_kept BEFORE UPDATE OR DELETE ON auditentry
FOR EACH ROW EXECUTE FUNCTION refuse_audit_edit()
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_REFUSAL)
        op.execute(POSTGRES_GUARD)
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(SQLITE_GUARD.format(event=event))
