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


def add(
    session: Session, campaign: str, bioguide: str, given: Mapping[str, str], *, by: str, now: datetime
) -> StaffContact:
    """Add a member's staffer. Raises Refused for a missing name, a field too long, or an unknown member."""
    fields = {name: " ".join(given.get(name, "").split()) for name in FIELDS}
    if not fields["name"] or any(len(value) > LONGEST for value in fields.values()):
        raise Refused(
            "A contact needs a name, and short fields.", "Un contacto necesita nombre y campos cortos."
        )
    if not members.is_known(session, bioguide):
        raise Refused("There is no such member.", "No existe ese miembro.", status=404)
    contact = StaffContact.model_validate(
        {**fields, "campaign": campaign, "bioguide": bioguide, "by": by, "at": now}
    )
    session.add(contact)
    session.flush()
    return contact


def end(session: Session, campaign: str, id: int, *, now: datetime) -> None:
    """Mark a campaign's staffer as gone; the row stays."""
    mine = sa.and_(col(StaffContact.id) == id, col(StaffContact.campaign) == campaign)
    running = sa.and_(mine, col(StaffContact.ended_at).is_(None))
    session.execute(sa.update(StaffContact).where(running).values(ended_at=now))


def current(session: Session, campaign: str, bioguide: str) -> list[StaffContact]:
    """A member's staffers by name whom a campaign knows, without those who left."""
    query = select(StaffContact).where(StaffContact.campaign == campaign, StaffContact.bioguide == bioguide)
    query = query.where(col(StaffContact.ended_at).is_(None))
    return list(session.exec(query.order_by(StaffContact.name)))
