"""Indexes and kept counts, so that no page of the public and nothing that sends mail grows slower with its tables.

Revision: 0025
Follows: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None

OPEN = "state IN ('pending','deferred','sending')"
SINGLE = f"edition IS NULL AND {OPEN}"
# Of the few rows that fit a condition: table, columns, condition.
PARTIAL = {
    "ix_delivery_single": ("delivery", ["due", "id"], SINGLE),
    "ix_delivery_answer": (
        "delivery",
        ["due", "id"],
        f"{SINGLE} AND kind NOT IN ('digest','alert','place','hook')",
    ),
    "ix_delivery_leased": ("delivery", ["state", "owner"], f"lease IS NOT NULL AND {OPEN}"),
    "ix_delivery_hook": ("delivery", ["id"], "kind = 'hook' AND state = 'pending'"),
    "ix_delivery_unknown": ("delivery", ["edition"], "state = 'unknown'"),
    "ix_webhookmessage_open": ("webhookmessage", ["endpoint", "id"], "state IN ('pending','sending')"),
    "ix_subscriber_pending": ("subscriber", ["created"], "state = 'pending'"),
    "ix_signature_unconfirmed": ("signature", ["asked_at"], "confirmed_at IS NULL AND withdrawn_at IS NULL"),
}
PLAIN = {
    "ix_delivery_content": ("delivery", ["content"]),
    "ix_edition_state": ("edition", ["state"]),
    "ix_mailtoken_used_at": ("mailtoken", ["used_at"]),
    "ix_attempt_at": ("attempt", ["at"]),
    "ix_signature_shown": ("signature", ["action", "show_name", "confirmed_at"]),
    "ix_webhookmessage_ended_at": ("webhookmessage", ["ended_at"]),
    "ix_jobrun_finished": ("jobrun", ["finished"]),
}


def upgrade() -> None:
    for name, (table, columns, where) in PARTIAL.items():
        few = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=few, postgresql_where=few)
    for name, (table, columns) in PLAIN.items():
        op.create_index(name, table, columns)
    _keep_call_totals()
    _keep_counted_signatures()


def _keep_call_totals() -> None:
    op.create_table(
        "calltotal",
        sa.Column("about", sa.String(), primary_key=True),
        sa.Column("member", sa.String(), sa.ForeignKey("member.bioguide"), primary_key=True),
        sa.Column("outcome", sa.String(), primary_key=True),
        sa.Column("said", sa.String(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.execute(
        "INSERT INTO calltotal (about, member, outcome, said, count)"
        " SELECT about, member, outcome, said, sum(count) FROM callcount GROUP BY about, member, outcome, said"
    )


def _keep_counted_signatures() -> None:
    op.add_column("campaignaction", sa.Column("counted", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE campaignaction SET counted = (SELECT count(*) FROM signature"
        " WHERE signature.action = campaignaction.id AND confirmed_at IS NOT NULL"
        " AND (campaignaction.kind <> 'signon' OR approved_at IS NOT NULL))"
    )


def downgrade() -> None:
    op.drop_column("campaignaction", "counted")
    op.drop_table("calltotal")
    for name, (table, *_) in {**PARTIAL, **PLAIN}.items():
        op.drop_index(name, table)
