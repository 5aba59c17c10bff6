"""The log of who did what: written in the transaction of the act itself, never altered."""

import unicodedata
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from campaign.accounts.models import AuditEntry, User
from campaign.accounts.tokens import fingerprint

LONGEST = 300


def note(
    session: Session,
    by: User | None,
    act: str,
    object: str = "",
    *,
    now: datetime,
    actor: str = "",
    before: Any = None,
    after: Any = None,
    request: str = "",
    **detail: Any,
) -> None:
    """Add an entry in the caller's transaction: no act without its entry, no entry without its act.

    ``before`` and ``after`` are kept as fingerprints only. ``actor`` names who acts where nobody is signed in.
    """
    session.add(
        AuditEntry(
            at=now,
            user=by.id if by else None,
            actor=plain(by.email if by else actor or "nobody"),
            act=act,
            object=plain(object),
            before=fingerprint(before),
            after=fingerprint(after),
            detail={name: plain(value) if isinstance(value, str) else value for name, value in detail.items()},
            request=request,
        )
    )


def plain(text: str) -> str:
    """Text on one line: nothing somebody typed can pass for an entry of its own, or turn the reading
    direction around."""
    visible = ("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c)[0] == "C" else c for c in text)
    return "".join(visible)[:LONGEST]


def entries(
    session: Session, *, before: int | None = None, limit: int = 100, act: str = "", user: int | None = None
) -> list[AuditEntry]:
    """Entries newest first, those older than ``before``."""
    query = select(AuditEntry).order_by(col(AuditEntry.seq).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AuditEntry.seq) < before)
    if act:
        query = query.where(AuditEntry.act == act)
    if user is not None:
        query = query.where(AuditEntry.user == user)
    return list(session.exec(query))
