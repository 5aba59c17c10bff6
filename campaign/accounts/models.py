"""Tables of people who organize. Only this room writes them.

Whatever opens a door is kept as a hash. Rows of ``auditentry`` are only ever added: the database itself
refuses to alter or delete them (see the migration that guards them).
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Column, Field, SQLModel


class User(SQLModel, table=True):
    """An invited person. ``role`` is admin, organizer or viewer."""

    __tablename__ = "account"
    __table_args__ = (sa.CheckConstraint("role IN ('admin', 'organizer', 'viewer')", name="role"),)

    id: int | None = Field(default=None, primary_key=True)
    # As mail reaches it, in small letters.
    email: str = Field(unique=True)
    name: str = ""
    role: str = "viewer"
    # Slugs of the campaigns the role is for, separated by spaces; empty means all of them.
    campaigns: str = ""
    active: bool = True
    # Argon2id; empty while the person signs in by links alone.
    password_hash: str = ""
    # Base32; empty while no authenticator is set up.
    totp_secret: str = ""
    # The newest time step a code was accepted for: no code is good twice.
    totp_step: int = 0
    created_at: datetime
    # Newest change of the ledger this person has seen on the Monday page.
    seen_seq: int = 0
    # Kinds of reminders this person switched off, in order, separated by spaces.
    reminders_off: str = Field(default="", sa_column_kwargs={"server_default": ""})
    # The day of the last reminder, or of having had nothing to be reminded of; news up to which change it told.
    reminded_on: date | None = None
    reminded_seq: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class RecoveryCode(SQLModel, table=True):
    """A way in for somebody whose authenticator is lost; each works once."""

    user: int = Field(primary_key=True, foreign_key="account.id")
    code_hash: str = Field(primary_key=True)
    used_at: datetime | None = None


class SignInLink(SQLModel, table=True):
    """A one-time link. It ends when used, when old, or when the password it was made beside changes."""

    token_hash: str = Field(primary_key=True)
    user: int = Field(foreign_key="account.id", index=True)
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None = None
    # Fingerprint of the user's credentials when the link was made.
    credentials: str


class UserSession(SQLModel, table=True):
    """Somebody signed in on one device. ``stage`` is ``code`` while a second factor is owed, then ``in``."""

    token_hash: str = Field(primary_key=True)
    user: int = Field(foreign_key="account.id", index=True)
    stage: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    # When the person last proved who they are; what matters most asks for it anew.
    proven_at: datetime
    # The browser as people know it ("Firefox on Android"), never an address.
    device: str = ""
    # An authenticator being set up, until its first code proves it.
    new_secret: str = ""


class Passkey(SQLModel, table=True):
    """A WebAuthn credential of a user. What stands here is public: the device keeps the secret."""

    id: int | None = Field(default=None, primary_key=True)
    user: int = Field(foreign_key="account.id", index=True)
    # Its id and its public key, in base64url.
    credential: str = Field(unique=True)
    public_key: str
    # How often the device says that it was used; 0 for one that does not count.
    used: int = 0
    # The host it was made on, where alone it works.
    host: str
    # What its user calls it.
    name: str = ""
    made_at: datetime
    last_used: date | None = None


class PasskeyChallenge(SQLModel, table=True):
    """A challenge that was answered, until it is too old to be answered again."""

    hash: str = Field(primary_key=True)
    ends_at: datetime


class ApiToken(SQLModel, table=True):
    """A user's token by which a program of theirs reads the organizers' JSON. Revoking deletes the row."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    user: int = Field(foreign_key="account.id", index=True)
    # What its user calls it.
    name: str
    made_at: datetime
    last_used: date | None = None


class Throttle(SQLModel, table=True):
    """A leaky bucket: its level, and when it had that level. The key is a keyed hash."""

    key: str = Field(primary_key=True)
    level: float = 0
    moved_at: datetime


class AuditEntry(SQLModel, table=True):
    """Who did what to which object; only ever added."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    # None for the command line and for somebody who did not get in.
    user: int | None = Field(default=None, foreign_key="account.id", index=True)
    actor: str
    act: str = Field(index=True)
    object: str = ""
    # Fingerprints of the object before and after; empty where there was none.
    before: str = ""
    after: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))
    request: str = ""
