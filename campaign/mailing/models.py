"""Tables of mail. Only this room writes them.

An address stands in one place, ``subscriber.email``, or ``signature.email`` of who takes part in an action;
everywhere else a person is a number or ``key``, the keyed hash of the address. What a whole group of readers
gets is stored once (``content``); a delivery holds only what differs.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Column, Field, SQLModel

from campaign.congress.bills import congress_on

# Kinds of mail that go to confirmed readers alone; everything else answers something a person did.
LIST_KINDS = ("digest", "alert", "place")
STATES = ("pending", "sending", "sent", "deferred", "failed", "unknown", "suppressed")
# Conditions of partial indexes, spelled out in queries too, so that both planners see that the index fits.
OPEN = "state IN ('pending','deferred','sending')"
SINGLE = f"edition IS NULL AND {OPEN}"
ANSWER = "kind NOT IN ('digest','alert','place','hook')"
LEASED = f"lease IS NOT NULL AND {OPEN}"
HOOK = "kind = 'hook' AND state = 'pending'"
UNKNOWN = "state = 'unknown'"
PENDING = "state = 'pending'"


def _partial(name: str, *columns: str, where: str) -> sa.Index:
    """An index of the few rows that fit a condition: as long as these are few, however long the table is."""
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


class Subscriber(SQLModel, table=True):
    """Somebody who asked for the digest. ``state`` is pending, confirmed, stopped or undeliverable."""

    __table_args__ = (
        sa.Index("ix_subscriber_group", "campaign", "state", "language", "seat", "proposals"),
        _partial("ix_subscriber_pending", "created", where=PENDING),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    # The slug of the campaign whose digest it is; somebody who reads two has a row for each.
    campaign: str = ""
    # The address as it was typed: mail goes there, and nowhere is it written again.
    email: str
    # Keyed hash of campaign and normalised address; one person, one row, however they spell themselves.
    key: str = Field(unique=True)
    language: str = "en"
    # A House seat, or the state alone where the district is not known; empty where neither is.
    seat: str = ""
    # Slugs of the campaign's proposals in order, separated by spaces; empty means all of them.
    proposals: str = ""
    state: str = "pending"
    alerts: bool = False
    # Of a sign-up that is not confirmed: when it was last asked for.
    created: datetime
    confirmed_at: datetime | None = None
    # When the reader last said where they live; empty: at ``created``.
    placed_at: datetime | None = None
    # When the reader was last asked, because of new districts, to say it again.
    place_asked_at: datetime | None = None
    stopped_at: datetime | None = None
    # Returned mail: the score as of ``score_at``; it decays (bounces.py).
    score: float = 0
    score_at: datetime | None = None
    why_stopped: str = ""


class Suppression(SQLModel, table=True):
    """An address that gets no list mail of a campaign, kept as its hash alone; outlives the subscriber."""

    key: str = Field(primary_key=True)
    # Empty where a link was used whose reader is gone.
    campaign: str = ""
    # unsubscribed, erased, complaint, bounced or organizer
    reason: str
    since: datetime


class Consent(SQLModel, table=True):
    """What somebody agreed to, when, on which page and in which words; or that they took it back."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    subscriber: int = Field(foreign_key="subscriber.id", ondelete="CASCADE", index=True)
    # asked, confirmed, imported, attested, changed or stopped
    kind: str
    at: datetime
    page: str = ""
    wording: str = ""
    # Kept only where the organization turned it on.
    ip: str = ""
    by: str = ""


class MailToken(SQLModel, table=True):
    """A link that proves a mailbox, as the hash of its secret part."""

    digest: str = Field(primary_key=True)
    subscriber: int = Field(foreign_key="subscriber.id", ondelete="CASCADE", index=True)
    # confirm or manage
    purpose: str
    expires: datetime = Field(index=True)
    used_at: datetime | None = Field(default=None, index=True)
    # The confirmation of a sign-up that asked for other things than before takes these over.
    wish: dict[str, Any] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))


class Attempt(SQLModel, table=True):
    """One asking that caps are counted by: of an address, of a network place, or of everybody; hashed."""

    __table_args__ = (sa.Index("ix_attempt_who", "who", "at"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    who: str
    at: datetime = Field(index=True)


class Edition(SQLModel, table=True):
    """A campaign's digest of a week, or alert of a day. ``state`` is draft, approved, sending, paused, done,
    stopped or quiet (nothing happened and nothing is sent)."""

    __table_args__ = (sa.UniqueConstraint("campaign", "kind", "period"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    campaign: str = ""
    # digest or alert
    kind: str = "digest"
    # 2026-W26, or 2026-06-20 for an alert
    period: str
    state: str = Field(default="draft", index=True)
    # Changes of the ledger in (since_seq, upto_seq] were weighed for it.
    since_seq: int = 0
    upto_seq: int = 0
    built_at: datetime
    quiet: bool = False
    note_en: str = ""
    note_es: str = ""
    approved_by: str = ""
    published_at: datetime | None = None
    finished_at: datetime | None = None
    # Why it is paused or stopped, for the organizer; in Spanish, too, since version 0.2.
    problem: str = ""
    problem_es: str = ""
    # Counts by state once its deliveries are forgotten.
    totals: dict[str, int] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))

    @property
    def congress(self) -> int:
        """The Congress whose bills and members its mail names; after its end no copy may leave."""
        return congress_on(self.built_at)


class Content(SQLModel, table=True):
    """What one group of readers gets: the same for one language, seat and choice of proposals.

    ``head`` and ``body`` are the finished bytes of the message but for the reader's own headers; where the
    reader's link belongs, ``body`` holds a mark of the same length (message.py).
    """

    __table_args__ = (
        sa.UniqueConstraint("edition", "language", "seat", "proposals"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    edition: int = Field(foreign_key="edition.id", ondelete="CASCADE")
    language: str
    seat: str
    proposals: str
    subject: str
    head: bytes
    body: bytes
    # The readers' own morning; no copy leaves before it.
    due: datetime


class Delivery(SQLModel, table=True):
    """One message to one reader, with its state; the pair of edition and subscriber is unique.

    A single letter (confirm, manage, export …) has no edition, its words are put together when it is sent.
    """

    __table_args__ = (
        sa.UniqueConstraint("edition", "subscriber"),
        _partial("ix_delivery_open", "edition", "due", "id", where=OPEN),
        # PostgreSQL takes no order from an index whose first column is asked to be empty.
        _partial("ix_delivery_single", "due", "id", where=SINGLE),
        _partial("ix_delivery_answer", "due", "id", where=f"{SINGLE} AND {ANSWER}"),
        _partial("ix_delivery_leased", "state", "owner", where=LEASED),
        _partial("ix_delivery_hook", "id", where=HOOK),
        _partial("ix_delivery_unknown", "edition", where=UNKNOWN),
        sa.Index("ix_delivery_state", "edition", "state"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    # digest, alert, place (asks for the place after new districts), or the kind of a single letter
    kind: str = "digest"
    edition: int | None = Field(default=None, foreign_key="edition.id", ondelete="CASCADE")
    # Empty once the subscriber is erased; the row still counts.
    subscriber: int | None = Field(default=None, foreign_key="subscriber.id", ondelete="SET NULL", index=True)
    # The number of who takes part in an action. Numbers are never given twice, so the row may be gone: then
    # nothing is sent.
    signature: int | None = None
    # Indexed because the database looks for rows of each content that is deleted.
    content: int | None = Field(default=None, foreign_key="content.id", index=True)
    # Only a letter to the organization's own people names its address here.
    address: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))
    state: str = "pending"
    due: datetime
    attempts: int = 0
    # First attempt: three days later it is given up.
    first_at: datetime | None = None
    owner: str = ""
    lease: datetime | None = None
    ended_at: datetime | None = None
    # The relay's last words, without addresses.
    reply: str = ""


class RelayLimits(SQLModel, table=True):
    """Limits of the relay, shared by all workers: a pause after trouble, and token buckets for its rate.

    The buckets refill with time (a second's, an hour's); a rate of zero is no limit.
    """

    __tablename__ = "relaylimits"

    name: str = Field(primary_key=True)
    # No worker uses the relay before this moment.
    blocked_until: datetime | None = None
    # down, throttled or refused; empty while all is well
    trouble: str = ""
    # The relay's last words on it.
    words: str = ""
    since: datetime | None = None
    # How often in a row the relay failed; each time it is left alone for longer.
    strikes: int = 0
    # Since when no message has left, whatever the trouble; None while all is well.
    failing_since: datetime | None = None
    # Whether organizers have been notified of it.
    notified: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    # A relay that throttled us gets less: the share of the rate that is used now, 0 to 1.
    pace: float = 1.0
    paced_at: datetime | None = None
    second_tokens: float = 0
    hour_tokens: float = 0
    filled_at: datetime | None = None


class MailPolicy(SQLModel, table=True):
    """How the organization wants its mail; one row."""

    id: int = Field(default=1, primary_key=True)
    # What a week without news sends: nothing, or a short note.
    quiet_week: str = "nothing"
    # by_hand, or automatic at the send time
    approve: str = "by_hand"
    send_hour: int = 8
    resend_unknown: bool = False
    per_second: float = 20
    per_hour: float = 0
    # This many refusals in a row pause the edition.
    breaker_after: int = 20
    keep_ip: bool = False
    # Where organizers are told: an address, and an address of a chat that takes Slack's messages.
    notify_email: str = ""
    notify_webhook: str = ""
    notify_language: str = "en"
    reply_to: str = ""


class MailEvent(SQLModel, table=True):
    """A report from a mail provider or a mailbox, by its own id, so that it counts once."""

    id: str = Field(primary_key=True)
    seen_at: datetime = Field(index=True)
    kind: str
