"""A campaign as the public sees it now, as a file that can be taken again."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session, col, select

from campaign.actions import editing
from campaign.actions.models import CampaignAction, Target
from campaign.organizing import campaign_parts as parts
from campaign.organizing.campaign_parts import OF_PROPOSALS, CampaignFile
from campaign.organizing.models import BillGoal
from campaign.outreach import ask_kinds
from campaign.proposals import campaigns, lineage, logos, published
from campaign.proposals.models import Campaign, CitedFact, Kinship, Proposal
from campaign.refusals import Refused

Languages = tuple[str, ...]


def written(session: Session, slug: str) -> CampaignFile:
    """The file of a campaign as the public sees it now. Raises Refused (404) for an unknown one."""
    row = campaigns.campaign(session, slug)
    langs = row.offered
    texts = published.wordings(session, slug)
    logo, picture = logos.png(session, slug), logos.picture(session, slug)
    facts = select(CitedFact).where(CitedFact.campaign == slug).order_by(col(CitedFact.position), CitedFact.id)
    return CampaignFile(
        campaign=slug,
        languages=langs,
        title=_words(row, "title", langs),
        summary=_words_or_none(row, "summary", langs),
        organization=_organization(row),
        accent=row.accent,
        logo=parts.logo_text(logo) if logo else "",
        picture=parts.logo_text(picture) if picture else "",
        picture_alt=_words_or_none(row, "picture_alt", langs),
        ask_first=tuple(kind for kind in row.first_asks if kind in ask_kinds.BY_TEXTS),
        proposals=tuple(
            _proposal_entry(session, proposal, texts, langs)
            for proposal in campaigns.campaign_proposals(session, slug)
        ),
        facts=tuple(_fact_entry(fact, langs) for fact in session.exec(facts)),
        texts=tuple(_text_entries(texts, langs)),
        actions=tuple(
            _action_entry(session, action, langs) for action in reversed(editing.of_campaign(session, slug))
        ),
    )


def _organization(row: Campaign) -> parts.Organization | None:
    if not row.organization:
        return None
    return parts.Organization(
        name=row.organization,
        contact=row.contact,
        privacy_contact=row.privacy_contact,
        postal=row.postal_address,
        donate=row.donate_url,
        imprint=_words_or_none(row, "imprint", row.offered),
    )


def _words(row: Any, name: str, langs: Languages) -> parts.Words:
    """Raises Refused where a language is missing: the file could not be taken again."""
    by_lang = {lang: getattr(row, f"{name}_{lang}") for lang in langs}
    if not all(by_lang.values()):
        where = getattr(row, "slug", "") or getattr(row, "id", "") or getattr(row, "bill", "")
        raise Refused(
            f"{where}: “{name}” is written in one language only. Write the other one first.",
            f"{where}: «{name}» está en un solo idioma. Escriba primero el otro.",
        )
    return parts.Words(**by_lang)


def _words_or_none(row: Any, name: str, langs: Languages) -> parts.Words | None:
    return _words(row, name, langs) if any(getattr(row, f"{name}_{lang}") for lang in langs) else None


def _proposal_entry(
    session: Session, proposal: Proposal, texts: Mapping[published.Cell, str], langs: Languages
) -> parts.ProposalEntry:
    kin = lineage.bills_of(session, proposal.slug)
    return parts.ProposalEntry(
        slug=proposal.slug,
        name=_words(proposal, "name", langs),
        summary=_words_or_none(proposal, "summary", langs),
        bills=tuple(_bill_entry(session, each, langs) for _bill, each in kin),
        **{name: _text_of(texts, group, proposal.slug, langs) for name, group in OF_PROPOSALS.items()},
    )


def _bill_entry(session: Session, kin: Kinship, langs: Languages) -> parts.BillEntry:
    goal = session.get(BillGoal, kin.bill)
    return parts.BillEntry(
        bill=kin.bill,
        reason=_words_or_none(kin, "reason", langs),
        goal=goal.target if goal else None,
        goal_by=goal.by if goal else None,
    )


def _text_of(
    texts: Mapping[published.Cell, str], group: str, name: str, langs: Languages
) -> parts.Words | None:
    by_lang = {lang: texts.get((group, name, lang), "") for lang in langs}
    return parts.Words(**by_lang) if all(by_lang.values()) else None


def _fact_entry(fact: CitedFact, langs: Languages) -> parts.FactEntry:
    return parts.FactEntry(
        id=fact.id,
        proposal=fact.proposal,
        period=fact.period,
        recorded=fact.recorded,
        letters=fact.letters,
        text=_words(fact, "text", langs),
        source=_words(fact, "source", langs),
        url=fact.source_url,
    )


def _action_entry(session: Session, action: CampaignAction, langs: Languages) -> parts.ActionEntry:
    return parts.ActionEntry.model_validate(
        {
            "slug": action.slug,
            "kind": action.kind,
            "title": _words(action, "title", langs),
            "text": _words(action, "text", langs),
            "points": _words_or_none(action, "points", langs),
            "goal": action.goal or None,
            "day": action.day,
            "offices": tuple(_office_entry(each, langs) for each in editing.targets(session, action)),
        }
    )


def _office_entry(office: Target, langs: Languages) -> parts.OfficeEntry:
    return parts.OfficeEntry(
        title=_words(office, "title", langs),
        name=office.name,
        salutation=_words(office, "salutation", langs),
        address=office.address,
        phone=office.phone,
        contact_form=office.contact_form,
    )


def _text_entries(texts: Mapping[published.Cell, str], langs: Languages) -> Iterable[parts.TextEntry]:
    for group, name in sorted({(group, name) for group, name, _ in texts}):
        if group not in OF_PROPOSALS.values() and (words := _text_of(texts, group, name, langs)):
            yield parts.TextEntry(text=published.key(group, name), **words.model_dump(exclude_defaults=True))
