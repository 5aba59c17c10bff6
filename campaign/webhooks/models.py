"""Tables of webhooks. Only this room writes them."""

from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

# Spelled out in queries, too, so that both planners see that the partial index fits.
OPEN = sa.text("state IN ('pending','sending')")


class WebhookEndpoint(SQLModel, table=True):
    """An address that is told what happens on a campaign's bills. ``state`` is on, paused or gone.

    Its secret is stored nowhere: it is computed from ``salt`` and the service's secret key.
    """

    __tablename__ = "webhookendpoint"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    campaign: str = Field(index=True)
    url: str
    # json, slack, discord or mattermost
    shape: str
    # The language of a chat's texts; JSON has every language of the campaign.
    language: str = "en"
    # Keys of ``endpoints.EVENTS``, in their order, separated by spaces.
    events: str
    salt: str
    # The newest change of the ledger that was queued or passed over.
    seq: int
    state: str = "on"
    # Since when nothing has arrived; empty while all is well.
    failing_since: datetime | None = None
    made_by: str
    made_at: datetime

    @property
    def host(self) -> str:
        """What may be shown of the address: the rest of a chat's is a secret."""
        return urlsplit(self.url).netloc


class WebhookMessage(SQLModel, table=True):
    """One message to one endpoint. ``state`` is pending, sending, sent or parked (given up, can be sent again).

    ``body`` is what was first sent, so that a retry and a replay are the same to the byte.
    """

    __tablename__ = "webhookmessage"
    __table_args__ = (
        sa.UniqueConstraint("endpoint", "event"),
        sa.Index("ix_webhookmessage_due", "state", "due"),
        sa.Index("ix_webhookmessage_open", "endpoint", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    endpoint: int = Field(foreign_key="webhookendpoint.id", ondelete="CASCADE")
    # change-SEQ, or test-NUMBER: what it tells of; with the endpoint it makes ``webhook_id``.
    event: str
    # The webhook-id header: the receiver knows a message again by it.
    webhook_id: str
    body: str
    state: str = "pending"
    due: datetime
    attempts: int = 0
    lease: datetime | None = None
    made_at: datetime
    ended_at: datetime | None = Field(default=None, index=True)
    # The newest answer's status; empty where there was none, then ``problem`` says why (delivery.PROBLEMS).
    status: int | None = None
    problem: str = ""
