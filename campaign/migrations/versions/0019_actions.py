"""Actions of a campaign, who takes part in them, and the offices they are addressed to.

Revision: 0019
Follows: 0017
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def _moment() -> sqlmodel.sql.sqltypes.UTCDateTime:
    return sqlmodel.sql.sqltypes.UTCDateTime()


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False) for name in names]


def upgrade() -> None:
    _create_actions()
    _create_signatures()
    _create_targets()
    op.add_column("delivery", sa.Column("signature", sa.Integer(), nullable=True))


def _create_actions() -> None:
    op.create_table(
        "campaignaction",
        sa.Column("id", sa.Integer(), nullable=False),
        *_texts("campaign", "slug", "kind", "title_en", "title_es", "text_en", "text_es"),
        *_texts("points_en", "points_es"),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        *_texts("state"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign"], ["campaign.slug"], name=op.f("fk_campaignaction_campaign_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaignaction")),
        sa.UniqueConstraint("campaign", "slug", name=op.f("uq_campaignaction_campaign")),
        sqlite_autoincrement=True,
    )


def _create_signatures() -> None:
    moments = ("confirmed_at", "approved_at", "withdrawn_at", "reminded_at")
    op.create_table(
        "signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Integer(), nullable=False),
        *_texts("key", "email", "language", "name", "town", "organization", "role"),
        sa.Column("show_name", sa.Boolean(), nullable=False),
        sa.Column("asked_at", _moment(), nullable=False),
        *(sa.Column(name, _moment(), nullable=True) for name in moments),
        sa.ForeignKeyConstraint(
            ["action"],
            ["campaignaction.id"],
            name=op.f("fk_signature_action_campaignaction"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("action", "key", name=op.f("uq_signature_action")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_signature_key"), "signature", ["key"])


def _create_targets() -> None:
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *_texts("title_en", "title_es", "name", "salutation_en", "salutation_es", "address", "phone"),
        *_texts("contact_form"),
        sa.ForeignKeyConstraint(
            ["action"], ["campaignaction.id"], name=op.f("fk_target_action_campaignaction"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_target_action"), "target", ["action"])


def downgrade() -> None:
    op.execute("ALTER TABLE delivery DROP COLUMN signature")
    for name in ("target", "signature", "campaignaction"):
        op.drop_table(name)
