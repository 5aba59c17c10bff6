"""Copies that are lacking: whoever should have had one when an edition was published gets it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing.edition import recipients
from campaign.mailing.models import Edition


def mend(engine: Engine, *, now: datetime) -> int:
    """Give a row to whoever should have had one when an edition was published and has none."""
    added = 0
    with db.writing(engine) as session:
        # Locked, so that an edition which is cancelled meanwhile gets no more rows.
        sending = session.exec(select(Edition).where(Edition.state == "sending").with_for_update()).all()
        if session.get_bind().dialect.name == "postgresql":
            # Its planner knows nothing yet of copies that were just published, takes them for one or two, and
            # would look through all of them for each reader.
            session.execute(sa.text("SET LOCAL enable_nestloop = off"))
        for edition in sending:
            added += recipients.add_rows(session, edition, lacking=True)
    return added
