"""Removing a campaign with everything that is its own. What Congress did with its bills stays recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.actions.models import CampaignAction, Signature, Target
from campaign.mailing.models import Edition, Subscriber
from campaign.organizing.models import StaffContact, WhipNote, WhipNoteChange
from campaign.outreach.models import StepCount
from campaign.proposals import campaigns
from campaign.proposals.models import (
    Campaign,
    CampaignLogo,
    CampaignPicture,
    CampaignState,
    CitedFact,
    Kinship,
    Proposal,
    TextVersion,
)
from campaign.webhooks.models import WebhookEndpoint, WebhookMessage

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Removal:
    """How many rows of each kind go with a campaign. ``bills``: those confirmed for its proposals."""

    proposals: int
    bills: int
    facts: int
    texts: int
    readers: int
    editions: int
    notes: int
    actions: int
    signatures: int


def of(session: Session, slug: str) -> Removal:
    """What goes with a campaign. Raises Refused (404) for an unknown one."""
    campaigns.campaign(session, slug)
    own = dict(_own(slug))
    confirmed = own[Kinship] & (col(Kinship.state) == "confirmed")

    def count(table: type[Any], condition: Condition | None = None) -> int:
        found = (
            sa.select(sa.func.count()).select_from(table).where(own[table] if condition is None else condition)
        )
        return session.scalar(found) or 0

    return Removal(
        proposals=count(Proposal),
        bills=count(Kinship, confirmed),
        facts=count(CitedFact),
        texts=count(TextVersion),
        readers=count(Subscriber),
        editions=count(Edition),
        notes=count(WhipNote),
        actions=count(CampaignAction),
        signatures=count(Signature),
    )


def remove(session: Session, slug: str) -> Removal:
    """Remove a campaign. Raises Refused (404) for an unknown one.

    An address that stopped its mail stays on the list of those that get none: a campaign of the same name finds
    it there.
    """
    gone = of(session, slug)
    for table, condition in _own(slug):
        session.execute(sa.delete(table).where(condition))
    return gone


def _own(slug: str) -> Iterator[tuple[type[Any], Condition]]:
    """The rows of a campaign, in the order in which they can be deleted."""
    proposals = select(Proposal.slug).where(Proposal.campaign == slug)
    actions = select(CampaignAction.id).where(CampaignAction.campaign == slug)
    notes = select(WhipNote.id).where(WhipNote.campaign == slug)
    endpoints = select(WebhookEndpoint.id).where(WebhookEndpoint.campaign == slug)
    yield WebhookMessage, col(WebhookMessage.endpoint).in_(endpoints)
    yield WebhookEndpoint, col(WebhookEndpoint.campaign) == slug
    yield WhipNoteChange, col(WhipNoteChange.note).in_(notes)
    yield WhipNote, col(WhipNote.campaign) == slug
    yield StaffContact, col(StaffContact.campaign) == slug
    yield Edition, col(Edition.campaign) == slug
    yield Subscriber, col(Subscriber.campaign) == slug
    yield Signature, col(Signature.action).in_(actions)
    yield Target, col(Target.action).in_(actions)
    yield CampaignAction, col(CampaignAction.campaign) == slug
    yield StepCount, col(StepCount.campaign) == slug
    yield TextVersion, col(TextVersion.campaign) == slug
    yield CitedFact, col(CitedFact.campaign) == slug
    yield Kinship, col(Kinship.proposal).in_(proposals)
    yield Proposal, col(Proposal.campaign) == slug
    yield CampaignLogo, col(CampaignLogo.campaign) == slug
    yield CampaignPicture, col(CampaignPicture.campaign) == slug
    yield CampaignState, col(CampaignState.campaign) == slug
    yield Campaign, col(Campaign.slug) == slug
