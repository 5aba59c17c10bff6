"""Look for bills that belong to a campaign's proposals; a person confirms or rejects each."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.proposals import lineage, suggestions
from campaign.settings import Settings
from jobs.outcome import Told


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Told:
    """Ask the rules about every confirmed bill and keep what they newly suggest."""
    with db.reading(engine) as session:
        known = {
            bill.id
            for proposal in lineage.campaign_proposals(session)
            for bill, _ in lineage.bills_of(session, proposal.slug)
        }
    kept = 0
    for bill_id in sorted(known):
        if stopping():
            break
        with db.writing(engine) as session:
            kept += suggestions.save_suggestions(session, suggestions.suggest(session, bill_id))
    return Told(f"{kept} new suggestions from {len(known)} bills")
