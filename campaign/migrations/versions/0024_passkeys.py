"""Passkeys of users, and the challenges that were answered.

Revision: 0024
Follows: 0021
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False) for name in names]


def _moment(name: str) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=False),
        *_texts("credential", "public_key"),
        sa.Column("used", sa.Integer(), nullable=False),
        *_texts("host", "name"),
        _moment("made_at"),
        sa.Column("last_used", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["account.id"], name=op.f("fk_passkey_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    op.create_index(op.f("ix_passkey_user"), "passkey", ["user"])
    op.create_table(
        "passkeychallenge",
        *_texts("hash"),
        _moment("ends_at"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_passkeychallenge")),
    )
