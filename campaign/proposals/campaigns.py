"""How far a campaign is, and starting a new one from an old one."""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from campaign.proposals import lineage
from campaign.proposals.models import Campaign, CampaignState, CitedFact, Kinship
from campaign.refusals import Refused

STATES: Final = ("draft", "live", "won", "paused", "archived")
# Nothing is asked of anybody for a campaign in one of these.
SILENT: Final = ("draft", "paused", "archived")
# Which of several campaigns the public pages are about: the first that runs.
FIRST_SHOWN: Final = ("live", "won", "paused", "archived", "draft")


def campaigns(session: Session) -> list[tuple[Campaign, str]]:
    """All campaigns with how far each is."""
    states = {one.campaign: one.state for one in session.exec(select(CampaignState))}
    found = session.exec(select(Campaign).order_by(Campaign.slug))
    return [(one, states.get(one.slug, "live")) for one in found]


def shown(session: Session) -> tuple[Campaign, str] | None:
    """The campaign that the public pages are about, and its state; None before one has been set up."""
    return min(campaigns(session), key=lambda one: (FIRST_SHOWN.index(one[1]), one[0].slug), default=None)


def current(session: Session) -> Campaign | None:
    """The campaign that the public pages are about; None before one has been set up."""
    found = shown(session)
    return found[0] if found else None


def state(session: Session, slug: str) -> str:
    row = session.get(CampaignState, slug)
    return row.state if row else "live"


def silent(session: Session) -> set[str]:
    """Campaigns for which nothing is asked now: drafts, paused and archived ones."""
    rows = select(CampaignState.campaign).where(col(CampaignState.state).in_(SILENT))
    return set(session.exec(rows))


def campaign(session: Session, slug: str) -> Campaign:
    if found := session.get(Campaign, slug):
        return found
    raise Refused("There is no such campaign.", "No existe esa campaña.", status=404)


def set_state(session: Session, slug: str, state: str, *, by: str, now: datetime) -> None:
    """Say how far a campaign is. Raises Refused for an unknown campaign or state."""
    campaign(session, slug)
    if state not in STATES:
        raise Refused(f"A state is one of {', '.join(STATES)}.", f"El estado es uno de {', '.join(STATES)}.")
    row = session.get(CampaignState, slug) or CampaignState(campaign=slug, set_at=now)
    row.state, row.set_by, row.set_at = state, by, now
    session.add(row)
    session.flush()


def duplicate(session: Session, slug: str, new: str, *, by: str, now: datetime) -> Campaign:
    """A draft with the words, proposals and figures of a campaign, and none of its bills' decisions.

    Proposals get slugs of their own; the bills are suggested to them, for a person to confirm. Raises Refused
    for an address that is taken or cannot be one.
    """
    old = campaign(session, slug)
    if session.get(Campaign, new):
        raise Refused(f"“{new}” is taken.", f"«{new}» ya existe.", status=409)
    words = {"title_en": old.title_en, "title_es": old.title_es}
    made = lineage.add_campaign(session, new, **words, summary_en=old.summary_en, summary_es=old.summary_es)
    for proposal in lineage.campaign_proposals(session, slug):
        copy = f"{proposal.slug}-{new}"
        lineage.add_proposal(
            session,
            copy,
            campaign=new,
            name_en=proposal.name_en,
            name_es=proposal.name_es,
            summary_en=proposal.summary_en,
            summary_es=proposal.summary_es,
            position=proposal.position,
        )
        for kin in session.exec(select(Kinship).where(Kinship.proposal == proposal.slug)).all():
            session.add(Kinship(proposal=copy, bill=kin.bill, rule="copied", score=kin.score,
                                reason_en=kin.reason_en, reason_es=kin.reason_es))  # fmt: skip
        _copy_facts(session, proposal.slug, copy, new)
    set_state(session, new, "draft", by=by, now=now)
    return made


def _copy_facts(session: Session, proposal: str, copy: str, campaign: str) -> None:
    facts = session.exec(select(CitedFact).where(CitedFact.proposal == proposal).order_by(col(CitedFact.id)))
    for fact in facts.all():
        said = {**fact.model_dump(), "id": f"{fact.id}-{campaign}", "campaign": campaign, "proposal": copy}
        session.add(CitedFact(**said))
