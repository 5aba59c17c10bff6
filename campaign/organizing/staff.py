"""The people in members' offices whom organizers talk to."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.organizing.models import StaffContact
from campaign.refusals import Refused

FIELDS = ("name", "role", "email", "phone")
LONGEST = 120


def add(session: Session, bioguide: str, given: Mapping[str, str], *, by: str, now: datetime) -> StaffContact:
    """Add a member's staffer. Raises Refused for a missing name, a field too long, or an unknown member."""
    fields = {name: " ".join(given.get(name, "").split()) for name in FIELDS}
    if not fields["name"] or any(len(value) > LONGEST for value in fields.values()):
        raise Refused(
            "A contact needs a name, and short fields.", "Un contacto necesita nombre y campos cortos."
        )
    if not members.is_known(session, bioguide):
        raise Refused("There is no such member.", "No existe ese miembro.", status=404)
    contact = StaffContact.model_validate({**fields, "bioguide": bioguide, "by": by, "at": now})
    session.add(contact)
    session.flush()
    return contact


def end(session: Session, id: int, *, now: datetime) -> None:
    """Mark a staffer as gone; the row stays."""
    running = sa.and_(col(StaffContact.id) == id, col(StaffContact.ended_at).is_(None))
    session.execute(sa.update(StaffContact).where(running).values(ended_at=now))


def current(session: Session, bioguide: str) -> list[StaffContact]:
    """A member's staffers by name, without those who left."""
    query = select(StaffContact).where(StaffContact.bioguide == bioguide, col(StaffContact.ended_at).is_(None))
    return list(session.exec(query.order_by(StaffContact.name)))
