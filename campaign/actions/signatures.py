"""Who takes part in an action: one row for each person or organization, counted once it is confirmed.

A person is known by the keyed hash of their address (mailing/addresses.py), which callers pass in.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.actions import editing
from campaign.actions.models import UNCONFIRMED, CampaignAction, Signature
from campaign.refusals import Refused

LONGEST: Final = {"name": 80, "town": 80, "organization": 120, "role": 80}
# How long the link in a confirmation mail holds, and how long one that was never used is kept.
CONFIRM_FOR: Final = timedelta(days=7)
UNCONFIRMED_KEPT: Final = timedelta(days=30)
# Names on a public page.
SHOWN: Final = 200
ROWS: Final = 50
_COUNTED: Final = sa.and_(
    col(Signature.confirmed_at).is_not(None),
    sa.or_(col(CampaignAction.kind) != "signon", col(Signature.approved_at).is_not(None)),
)
_OF_ITS_ACTION: Final = col(CampaignAction.id) == col(Signature.action)
_NOTHING: Final = {
    "email": "",
    "name": "",
    "town": "",
    "organization": "",
    "role": "",
    "show_name": False,
    "confirmed_at": None,
    "approved_at": None,
}


@dataclass(frozen=True)
class Entry:
    """What somebody wrote into the form."""

    name: str
    town: str = ""
    organization: str = ""
    role: str = ""
    show_name: bool = False
    language: str = "en"

    def checked(self, kind: str) -> "Entry":
        """Raises Refused for what is missing or too long."""
        if kind == "signon" and not self.organization:
            raise Refused("Write the name of your organization.", "Escriba el nombre de su organización.")
        if not self.name:
            raise Refused("Write your name.", "Escriba su nombre.")
        if any(len(getattr(self, field)) > most for field, most in LONGEST.items()):
            raise Refused("One of your answers is too long.", "Una de sus respuestas es demasiado larga.")
        return self


# --- taking part -----------------------------------------------------------------------------------


def find(session: Session, action: CampaignAction, keys: Sequence[str]) -> Signature | None:
    """Whoever takes part in an action with one of these hashes."""
    known = col(Signature.key).in_(keys)
    return session.exec(select(Signature).where(Signature.action == action.id, known)).first()


def key_of(session: Session, campaign: str, keys: Sequence[str]) -> str | None:
    """The one of these hashes by which somebody takes part in an action of a campaign."""
    actions = select(CampaignAction.id).where(CampaignAction.campaign == campaign)
    known = col(Signature.key).in_(keys), col(Signature.action).in_(actions)
    return session.exec(select(Signature.key).where(*known)).first()


def put(
    session: Session, action: CampaignAction, key: str, email: str, entry: Entry, *, now: datetime
) -> Signature:
    """Write down what somebody wants to sign, not confirmed yet; of two requests at once the first stays."""
    known = find(session, action, [key])
    row = known or Signature(action=editing.number(action), key=key, asked_at=now)
    try:
        with session.begin_nested():
            _fill(row, email, entry, now)
            session.add(row)
    except sa.exc.IntegrityError:
        return session.exec(select(Signature).where(Signature.action == action.id, Signature.key == key)).one()
    return row


def _fill(row: Signature, email: str, entry: Entry, now: datetime) -> None:
    row.email, row.language, row.asked_at = email, entry.language, now
    row.name, row.town, row.organization, row.role = entry.name, entry.town, entry.organization, entry.role
    row.show_name, row.withdrawn_at = entry.show_name, None


def confirm(session: Session, id: int, asked: int, *, now: datetime) -> bool:
    """The holder of the mailbox pressed the button, on the link of the asking at this second; whether that link
    holds. Doing it twice is doing it once."""
    # Locked, so that of two requests at once one counts it.
    row = session.get(Signature, id, with_for_update=True, populate_existing=True)
    if row is None or int(row.asked_at.timestamp()) != asked or row.withdrawn_at is not None:
        return False
    if row.confirmed_at is None:
        if now - row.asked_at >= CONFIRM_FOR:
            return False
        with _changing(session, row):
            row.confirmed_at = now
    return True


@contextmanager
def _changing(session: Session, row: Signature) -> Iterator[None]:
    """Change a row that nobody else changes meanwhile, and how many its action counts."""
    session.refresh(row, with_for_update=True)
    action = session.get_one(CampaignAction, row.action)
    before = _counts(row, action)
    yield
    session.add(row)
    editing.note_change(session, action, counted=_counts(row, action) - before)


def _counts(row: Signature, action: CampaignAction) -> bool:
    """Whether a row counts publicly, as ``_COUNTED`` says it of many."""
    return row.confirmed_at is not None and (action.kind != "signon" or row.approved_at is not None)


def withdraw(session: Session, row: Signature, *, now: datetime) -> None:
    """Take somebody out of an action; nothing but the hash stays, so that they can take part again."""
    with _changing(session, row):
        if row.withdrawn_at is None:
            for name, value in {**_NOTHING, "withdrawn_at": now}.items():
                setattr(row, name, value)


def approve(session: Session, row: Signature, *, now: datetime) -> None:
    """Put an organization that has confirmed on the list. Raises Refused for one that has not, or has withdrawn
    meanwhile."""
    with _changing(session, row):
        if row.confirmed_at is None:
            raise Refused(
                "This organization has not confirmed yet.",
                "Esta organización todavía no ha confirmado.",
                status=409,
            )
        row.approved_at = row.approved_at or now


def of_action(session: Session, action: CampaignAction, id: int) -> Signature:
    """Whoever takes part in an action, by number. Raises Refused (404) for another action's, too."""
    found = session.get(Signature, id)
    if found is None or found.action != action.id or found.withdrawn_at is not None:
        raise Refused("It is not on the list any more.", "Ya no está en la lista.", status=404)
    return found


# --- one person's data -----------------------------------------------------------------------------


def kept_of(session: Session, key: str) -> list[dict[str, Any]]:
    """Everything that is kept of a person, by the hash of the address."""
    mine = select(Signature).where(Signature.key == key).order_by(col(Signature.id))
    return [row.model_dump(mode="json") for row in session.exec(mine)]


def erase(session: Session, key: str) -> None:
    """Delete a person's rows in every action of their campaign."""
    for row in session.exec(select(Signature).where(Signature.key == key)).all():
        with _changing(session, row):
            row.confirmed_at = None
        session.delete(row)
    session.flush()


def tidy(session: Session, *, now: datetime) -> int:
    """Delete those that were never confirmed, a month after they were asked; how many."""
    old = sa.delete(Signature).where(UNCONFIRMED, col(Signature.asked_at) < now - UNCONFIRMED_KEPT)
    return int(getattr(session.execute(old), "rowcount", 0))


# --- numbers and names -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """How many take part: ``counted`` publicly; ``unapproved`` organizations that have confirmed;
    ``unconfirmed`` that have not; ``withdrawn`` that were counted or waited once."""

    counted: int = 0
    unapproved: int = 0
    unconfirmed: int = 0
    withdrawn: int = 0


def counts(session: Session, actions: Sequence[CampaignAction]) -> Mapping[int, Counts]:
    """The numbers of each of these actions, by id."""
    if not actions:
        return {}
    withdrawn = col(Signature.withdrawn_at).is_not(None)
    unconfirmed = sa.and_(col(Signature.confirmed_at).is_(None), ~withdrawn)
    confirmed = col(Signature.confirmed_at).is_not(None)

    def total(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

    query = (
        sa.select(
            col(Signature.action),
            total(_COUNTED),
            total(sa.and_(confirmed, ~_COUNTED)),
            total(unconfirmed),
            total(withdrawn),
        )
        .join(CampaignAction, _OF_ITS_ACTION)
        .where(col(Signature.action).in_([each.id for each in actions]))
        .group_by(col(Signature.action))
    )
    found = {row[0]: Counts(*(int(value) for value in row[1:])) for row in session.execute(query)}
    return {editing.number(each): found.get(each.id or 0, Counts()) for each in actions}


def counted(session: Session, action: CampaignAction) -> Sequence[Signature]:
    """Everybody who counts, organizations by name, people in the order in which they confirmed."""
    mine = select(Signature).join(CampaignAction, _OF_ITS_ACTION).where(_COUNTED, Signature.action == action.id)
    by = sa.func.lower(Signature.organization) if action.kind == "signon" else col(Signature.confirmed_at)
    return session.exec(mine.order_by(by, col(Signature.id))).all()


def shown(session: Session, action: CampaignAction) -> Sequence[Signature]:
    """Those whose names the public sees: every organization, the newest people who agreed to it."""
    if action.kind == "signon":
        return counted(session, action)
    agreed = select(Signature).where(
        Signature.action == action.id,
        col(Signature.confirmed_at).is_not(None),
        col(Signature.show_name).is_(True),
    )
    return session.exec(agreed.order_by(col(Signature.confirmed_at).desc()).limit(SHOWN)).all()


@dataclass(frozen=True)
class Found:
    """One page of a list, newest first. ``page`` counts from 1."""

    rows: Sequence[Signature]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // ROWS))


def search(session: Session, action: CampaignAction, text: str, keys: Sequence[str], page: int = 1) -> Found:
    """Those who take part and have a text in their name, town or organization, or one of these hashes; all of
    them for no text. Organizations that wait for approval come first."""
    meant = sa.and_(col(Signature.action) == action.id, col(Signature.withdrawn_at).is_(None))
    if text:
        fields = (Signature.name, Signature.town, Signature.organization)
        said = [sa.func.lower(field).contains(text.lower(), autoescape=True) for field in fields]
        meant = sa.and_(meant, sa.or_(*said, col(Signature.key).in_(keys)))
    total = session.scalar(sa.select(sa.func.count()).select_from(Signature).where(meant)) or 0
    page = max(1, min(page, -(-total // ROWS)))
    unapproved = sa.case((sa.and_(col(Signature.confirmed_at).is_not(None), _unapproved()), 0), else_=1)
    rows = select(Signature).join(CampaignAction, _OF_ITS_ACTION).where(meant)
    rows = rows.order_by(unapproved, col(Signature.id).desc())
    return Found(session.exec(rows.offset((page - 1) * ROWS).limit(ROWS)).all(), total, page)


def _unapproved() -> sa.ColumnElement[bool]:
    return sa.and_(col(CampaignAction.kind) == "signon", col(Signature.approved_at).is_(None))


def alike(session: Session, action: CampaignAction) -> set[str]:
    """Names of organizations that stand on the list more than once, folded to small letters: perhaps one
    organization by two people."""
    name = sa.func.lower(Signature.organization)
    several = (
        sa.select(name)
        .where(col(Signature.action) == action.id, col(Signature.confirmed_at).is_not(None))
        .group_by(name)
        .having(sa.func.count() > 1)
    )
    return set(session.execute(several).scalars())
