"""Campaigns and their proposals: adding and editing them, the state of a campaign, copying one."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from campaign.proposals.models import Campaign, CampaignState, Proposal
from campaign.refusals import Refused

STATES: Final = ("draft", "live", "won", "paused", "archived")
# As people call them.
STATE_NAMES: Final = {
    "en": dict(zip(STATES, STATES, strict=True)),
    "es": dict(zip(STATES, ("borrador", "activa", "ganada", "en pausa", "archivada"), strict=True)),
}
# Nothing is asked of anybody for a campaign in one of these: in a draft its organizers see what will be asked.
RESTING: Final = ("paused", "archived")
SILENT: Final = ("draft", *RESTING)
# Of several campaigns, addresses that name none show the first by this order.
FIRST_SHOWN: Final = ("live", "won", "paused", "archived", "draft")
# What a campaign may offer, as ``Campaign.languages`` has it.
LANGUAGES: Final = ("en es", "en", "es")
# A copy of a copy of a campaign has each time its slug behind those of the proposals and figures.
LONGEST_SLUG: Final = 200
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


# --- campaigns ---


def campaigns(session: Session) -> list[tuple[Campaign, str]]:
    """All campaigns with their state, in the order in which they were added."""
    theirs = col(CampaignState.campaign) == col(Campaign.slug)
    rows = select(Campaign, CampaignState.state).join(CampaignState, theirs, isouter=True)
    found = session.exec(rows.order_by(col(Campaign.position), Campaign.slug))
    return [(campaign, state or "live") for campaign, state in found]


def first(session: Session) -> Campaign | None:
    """The campaign of addresses that name none; None before a campaign has been set up."""
    found = min(campaigns(session), key=lambda row: FIRST_SHOWN.index(row[1]), default=None)
    return found[0] if found else None


def live(session: Session) -> list[Campaign]:
    """The campaigns that ask for something now, in the order in which they were added."""
    return [campaign for campaign, state in campaigns(session) if state == "live"]


def speaking(session: Session) -> list[Campaign]:
    """The campaigns that write to their readers, in the order in which they were added."""
    return [campaign for campaign, state in campaigns(session) if state not in SILENT]


def prefix(session: Session, slug: str) -> str:
    """What a campaign's addresses that are sent out begin with: nothing while it is the only one."""
    alone = session.exec(select(func.count()).select_from(Campaign)).one() < 2
    return "" if alone else f"/c/{slug}"


def campaign(session: Session, slug: str) -> Campaign:
    """A campaign by its slug. Raises Refused (404) for an unknown one."""
    if found := session.get(Campaign, slug):
        return found
    raise Refused("There is no such campaign.", "No existe esa campaña.", status=404)


def add_campaign(
    session: Session, slug: str, *, title_en: str, title_es: str, summary_en: str = "", summary_es: str = ""
) -> Campaign:
    """Add a campaign, or change the words of an existing one. The slug is part of addresses and never changes.

    Raises Refused for a slug that cannot stand in an address.
    """
    check_slug(slug)
    row = session.get(Campaign, slug)
    if row is None:
        last = session.exec(select(func.max(Campaign.position))).one()
        row = Campaign(slug=slug, title_en=title_en, title_es=title_es, position=(last or 0) + 1)
    row.title_en, row.title_es = title_en, title_es
    row.summary_en, row.summary_es = summary_en, summary_es
    session.add(row)
    session.flush()
    return row


# --- its languages ---


def offered(session: Session, slug: str) -> tuple[str, ...]:
    """The languages that a campaign offers; both for one that is gone."""
    row = session.get(Campaign, slug)
    return row.offered if row else ("en", "es")


def spoken(session: Session, slug: str, lang: str) -> str:
    """The language in which a campaign speaks to who reads ``lang``: that one, or the only one it offers."""
    languages = offered(session, slug)
    return lang if lang in languages else languages[0]


def in_both(languages: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """The fields of a text, ``<name>_en`` and ``<name>_es``. Where a campaign offers one language, its words
    stand in the other's fields, too: whatever reads them finds no blank."""
    if len(languages) > 1:
        return dict(given)
    mine, other = (f"_{languages[0]}", "_es" if languages[0] == "en" else "_en")
    copies = {name[:-3] + other: text for name, text in given.items() if name.endswith(mine)}
    return {**given, **copies}


# --- the state of a campaign ---


def state(session: Session, slug: str) -> str:
    row = session.get(CampaignState, slug)
    return row.state if row else "live"


def silent(session: Session) -> set[str]:
    """Campaigns for which nothing is asked now: drafts, paused and archived ones."""
    rows = select(CampaignState.campaign).where(col(CampaignState.state).in_(SILENT))
    return set(session.exec(rows))


def check_state(state: str) -> None:
    """Raises Refused for what is no state."""
    if state not in STATES:
        raise Refused(f"A state is one of {', '.join(STATES)}.", f"El estado es uno de {', '.join(STATES)}.")


def set_state(session: Session, slug: str, state: str, *, by: str, now: datetime) -> None:
    """Set the state of a campaign. Raises Refused for an unknown campaign or state."""
    campaign(session, slug)
    check_state(state)
    row = session.get(CampaignState, slug) or CampaignState(campaign=slug, set_at=now)
    row.state, row.set_by, row.set_at = state, by, now
    session.add(row)
    session.flush()


# --- proposals ---


def proposal(session: Session, slug: str, campaign: str | None = None) -> Proposal:
    """A proposal by its slug. Raises Refused (404) for an unknown one, or for one of another campaign."""
    found = session.get(Proposal, slug)
    if found is not None and campaign in (None, found.campaign):
        return found
    raise Refused(f"There is no proposal “{slug}”.", f"No existe la propuesta «{slug}».", status=404)


def campaign_proposals(session: Session, campaign: str | None = None) -> list[Proposal]:
    """The proposals of a campaign, or of all campaigns, in the organizers' order."""
    query = select(Proposal).order_by(col(Proposal.campaign), col(Proposal.position), col(Proposal.slug))
    if campaign is not None:
        query = query.where(Proposal.campaign == campaign)
    return list(session.exec(query))


def add_proposal(
    session: Session,
    slug: str,
    *,
    campaign: str,
    name_en: str,
    name_es: str,
    summary_en: str = "",
    summary_es: str = "",
    position: int = 0,
) -> Proposal:
    """Add a proposal to a campaign, or change the words and place of an existing one.

    Raises Refused for a slug that cannot stand in an address, or an unknown campaign (404).
    """
    check_slug(slug)
    if session.get(Campaign, campaign) is None:
        raise Refused(f"There is no campaign “{campaign}”.", f"No existe la campaña «{campaign}».", status=404)
    known = session.get(Proposal, slug)
    row = known or Proposal(slug=slug, campaign=campaign, name_en=name_en, name_es=name_es)
    row.campaign, row.name_en, row.name_es = campaign, name_en, name_es
    row.summary_en, row.summary_es, row.position = summary_en, summary_es, position
    session.add(row)
    session.flush()
    return row


def check_slug(slug: str) -> None:
    """Raises Refused for a slug that cannot stand in an address, or is too long for a campaign's file."""
    if len(slug) > LONGEST_SLUG:
        raise Refused("Choose a shorter address.", "Elija una dirección más corta.")
    if not _SLUG.fullmatch(slug):
        raise Refused(
            f"“{slug}” cannot stand in an address. Use small letters, digits and hyphens, like clean-water.",
            f"«{slug}» no puede ir en una dirección. Use minúsculas, números y guiones, como agua-limpia.",
        )
