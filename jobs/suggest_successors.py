"""Look for bills that belong to a campaign's proposals; a person confirms or rejects each."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.proposals import suggestions
from campaign.settings import Settings
from jobs.outcome import Summary
from jobs.poll_bills import campaign_bills


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Apply the rules of kinship to every confirmed bill and store new suggestions."""
    with db.reading(engine) as session:
        bills = campaign_bills(session)
    new = 0
    for bill_id in sorted(bills):
        if stopping():
            break
        with db.writing(engine) as session:
            new += suggestions.save_suggestions(session, suggestions.suggest(session, bill_id))
    return Summary(f"{new} new suggestions from {len(bills)} bills")
