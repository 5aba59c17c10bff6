"""Look for bills that belong to a campaign's proposals; a person confirms or rejects each."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.congress.bills import BillId, congress_on
from campaign.congress.models import Bill
from campaign.mailing import notices
from campaign.proposals import campaigns, suggestions
from campaign.proposals.models import Kinship
from campaign.settings import Settings
from jobs.outcome import Summary
from jobs.poll_bills import campaign_bills

NOT_LISTED = {"en": "not given yet", "es": "aún no consta"}


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Apply the rules of kinship to every confirmed bill, store new suggestions, and tell organizers of good
    ones, once each."""
    with db.writing(engine) as session:
        suggestions.refresh_unread(session)
        bills = campaign_bills(session)
    new = 0
    for bill_id in sorted(bills):
        if stopping():
            break
        with db.writing(engine) as session:
            new += suggestions.save_suggestions(session, suggestions.suggest(session, bill_id))
    with db.writing(engine) as session:
        untold = suggestions.untold(session, congress=congress_on(now))
        for bill, kin in untold:
            _tell(session, bill, kin, now)
    mailed = f"; organizers told of {len(untold)}" if untold else ""
    return Summary(f"{new} new suggestions from {len(bills)} bills{mailed}")


def _tell(session: Session, bill: Bill, kin: Kinship, now: datetime) -> None:
    """Queue a notice, in the transaction that remembers it."""
    proposal = campaigns.proposal(session, kin.proposal)
    detail = {
        "bill": BillId.of(bill.id).named,
        "title": bill.title,
        **{f"sponsor_{lang}": bill.sponsor_name or unknown for lang, unknown in NOT_LISTED.items()},
        **{f"introduced_{lang}": str(bill.introduced or unknown) for lang, unknown in NOT_LISTED.items()},
        "proposal_en": proposal.name_en,
        "proposal_es": proposal.name_es,
        "reason_en": kin.reason_en,
        "reason_es": kin.reason_es,
    }
    notices.notify(session, "suggested", detail, now=now)
    kin.told_at = now
