"""What waits to be sent: a message for each change and endpoint, once."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.models import Change
from campaign.outreach.bilingual import Text
from campaign.proposals import campaigns
from campaign.proposals.models import Kinship, Proposal
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.webhooks import payloads
from campaign.webhooks.endpoints import EVENTS
from campaign.webhooks.models import WebhookEndpoint, WebhookMessage

# Of one endpoint in one run; the rest follows in the next.
MOST_CHANGES: Final = 500
ENDED: Final = ("sent", "parked")


def queue_changes(session: Session, settings: Settings, *, now: datetime) -> int:
    """Queue the changes since the last time for each endpoint that is on; how many were queued.

    The place in the ledger moves in the same transaction, so no change is queued twice or missed.
    """
    on = select(WebhookEndpoint).where(WebhookEndpoint.state == "on").order_by(col(WebhookEndpoint.id))
    return sum(_queue(session, settings, endpoint, now=now) for endpoint in session.exec(on.with_for_update()))


def _queue(session: Session, settings: Settings, endpoint: WebhookEndpoint, *, now: datetime) -> int:
    newest = session.exec(select(sa.func.max(Change.seq))).one() or 0
    if newest <= endpoint.seq:
        return 0
    names = _names(session, endpoint.campaign)
    kinds = [kind for event in endpoint.events.split() for kind in EVENTS[event]]
    query = select(Change).where(
        col(Change.seq) > endpoint.seq,
        col(Change.bill).in_(names),
        col(Change.kind).in_(kinds),
        col(Change.baseline).is_(False),
    )
    found = session.exec(query.order_by(col(Change.seq)).limit(MOST_CHANGES)).all()
    people = members.people(session, {change.bioguide for change in found if change.bioguide}, now=now)
    for change in found:
        addresses = _addresses(session, settings, endpoint.campaign, change.bill)
        body = payloads.change_body(endpoint, change, people, name=names[change.bill], addresses=addresses)
        session.add(_message(endpoint, f"change-{change.seq}", body, now=now))
    endpoint.seq = found[-1].seq or 0 if len(found) == MOST_CHANGES else newest
    return len(found)


def _names(session: Session, campaign: str) -> dict[str, Text]:
    """The names of the proposals of a campaign's bills, by bill."""
    query = select(Kinship.bill, Proposal.name_en, Proposal.name_es)
    query = query.join(Proposal, col(Proposal.slug) == col(Kinship.proposal))
    query = query.where(Proposal.campaign == campaign, Kinship.state == "confirmed")
    return {bill: Text(en, es) for bill, en, es in session.exec(query)}


def _addresses(session: Session, settings: Settings, campaign: str, bill: str) -> dict[str, str]:
    start = settings.origin(campaign) + campaigns.prefix(session, campaign)
    pages = {"en": f"{start}/bills/{bill}", "es": f"{start}/es/bills/{bill}"}
    return {lang: pages[lang] for lang in campaigns.offered(session, campaign)}


def queue_test(session: Session, endpoint: WebhookEndpoint, *, now: datetime) -> WebhookMessage:
    """Queue a message that says that it is a test."""
    row = campaigns.campaign(session, endpoint.campaign)
    titles = {lang: str(getattr(row, f"title_{lang}")) for lang in row.offered}
    body = payloads.test_body(endpoint, titles, now=now)
    message = _message(endpoint, f"test-{secrets.token_hex(8)}", body, now=now)
    session.add(message)
    session.flush()
    return message


def _message(endpoint: WebhookEndpoint, event: str, body: str, *, now: datetime) -> WebhookMessage:
    digest = hashlib.sha256(f"{endpoint.salt}\0{event}".encode()).hexdigest()[:24]
    return WebhookMessage(
        endpoint=endpoint.id or 0, event=event, webhook_id=f"msg_{digest}", body=body, due=now, made_at=now
    )


def replay(session: Session, endpoint: WebhookEndpoint, id: int, *, now: datetime) -> WebhookMessage:
    """Queue a message again, with its id and its words. Raises Refused for one that still waits (409) or is not
    there (404)."""
    message = session.get(WebhookMessage, id)
    if message is None or message.endpoint != endpoint.id:
        raise Refused("There is no such message.", "No existe ese mensaje.", status=404)
    if message.state not in ENDED:
        raise Refused("It is still waiting to be sent.", "Todavía espera su envío.", status=409)
    message.state, message.attempts, message.due, message.ended_at = "pending", 0, now, None
    session.add(message)
    return message


def newest(session: Session, endpoint: WebhookEndpoint, *, limit: int) -> Sequence[WebhookMessage]:
    """The newest messages of an endpoint."""
    query = select(WebhookMessage).where(WebhookMessage.endpoint == endpoint.id)
    return session.exec(query.order_by(col(WebhookMessage.id).desc()).limit(limit)).all()


def trim(session: Session, *, before: datetime) -> int:
    """Delete messages that ended before a moment; how many."""
    old = sa.delete(WebhookMessage).where(col(WebhookMessage.ended_at) < before)
    return session.connection().execute(old).rowcount
