"""A note can be the log of a contact and keeps its history; users have reminders and API tokens. When a user was
last seen on the first page is no longer kept.

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _moment() -> sqlmodel.sql.sqltypes.UTCDateTime:
    return sqlmodel.sql.sqltypes.UTCDateTime()


def _text(name: str, default: str) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=default)


def upgrade() -> None:
    op.add_column("whipnote", _text("kind", "note"))
    op.add_column("whipnote", sa.Column("day", sa.Date(), nullable=True))
    op.add_column("whipnote", _text("people", ""))
    op.add_column("whipnote", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("whipnote", sa.Column("deleted_at", _moment(), nullable=True))
    _create_note_changes()
    _create_tokens()
    # A batch would copy the table on SQLite, and dropping the old one deletes what refers to it.
    op.execute("ALTER TABLE account DROP COLUMN seen_at")
    op.add_column("account", _text("reminders_off", ""))
    op.add_column("account", sa.Column("reminded_on", sa.Date(), nullable=True))
    op.add_column("account", sa.Column("reminded_seq", sa.Integer(), nullable=False, server_default="0"))


def _create_note_changes() -> None:
    op.create_table(
        "whipnotechange",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("note", sa.Integer(), nullable=False),
        sa.Column("act", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(["note"], ["whipnote.id"], name=op.f("fk_whipnotechange_note_whipnote")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_whipnotechange")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_whipnotechange_note"), "whipnotechange", ["note"])


def _create_tokens() -> None:
    op.create_table(
        "apitoken",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", _moment(), nullable=False),
        sa.Column("last_used", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["account.id"], name=op.f("fk_apitoken_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apitoken")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_apitoken_token_hash")),
    )
    op.create_index(op.f("ix_apitoken_user"), "apitoken", ["user"])


def downgrade() -> None:
    for name in ("reminded_seq", "reminded_on", "reminders_off"):
        op.execute(f"ALTER TABLE account DROP COLUMN {name}")
    op.add_column("account", sa.Column("seen_at", _moment(), nullable=True))
    op.drop_table("apitoken")
    op.drop_table("whipnotechange")
    for name in ("deleted_at", "version", "people", "day", "kind"):
        op.execute(f"ALTER TABLE whipnote DROP COLUMN {name}")
