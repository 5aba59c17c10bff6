"""Adding a campaign: from its file, empty, or as a copy of another."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from campaign.actions import editing
from campaign.actions.models import CampaignAction, Target
from campaign.congress import tracking
from campaign.congress.bills import BillId
from campaign.organizing import campaign_export
from campaign.organizing import campaign_parts as parts
from campaign.organizing.campaign_parts import OF_PROPOSALS, CampaignFile
from campaign.organizing.models import BillGoal
from campaign.outreach import ask_kinds, office_letters, phrases
from campaign.outreach.wordings import KINDS, LANGUAGES
from campaign.proposals import campaigns, lineage, logos, published
from campaign.proposals.models import Campaign, CitedFact, Kinship, Proposal, TextVersion
from campaign.refusals import Refused


@dataclass(frozen=True)
class Taken:
    """How many rows of each kind a file brought."""

    proposals: int
    bills: int
    facts: int
    texts: int
    actions: int


def take(session: Session, found: CampaignFile, *, by: str, now: datetime, state: str = "draft") -> Taken:
    """Add a campaign with everything in its file, in the caller's transaction; its bills are polled from now
    on. Raises Refused as ``check`` does.
    """
    check(session, found)
    campaigns.add_campaign(
        session, found.campaign, **_both("title", found.title), **_both("summary", found.summary)
    )
    _identify(session, session.get_one(Campaign, found.campaign), found)
    campaigns.set_state(session, found.campaign, state, by=by, now=now)
    for place, proposal in enumerate(found.proposals):
        _take_proposal(session, found.campaign, place, proposal, by, now)
    session.add_all(_fact(found.campaign, place, fact) for place, fact in enumerate(found.facts))
    texts = dict(_texts(found))
    for key, words in texts.items():
        _publish(session, found.campaign, key, words, by, now)
    session.flush()
    for action in found.actions:
        _take_action(session, found.campaign, action)
    bills = sum(len(proposal.bills) for proposal in found.proposals)
    return Taken(len(found.proposals), bills, len(found.facts), len(texts), len(found.actions))


def add_empty(
    session: Session, slug: str, *, by: str, now: datetime, languages: str = campaigns.LANGUAGES[0]
) -> Taken:
    """Add a draft that has only a title, made of its slug. Raises Refused where that is taken (409)."""
    campaigns.check_slug(slug)
    title = slug.replace("-", " ").capitalize()
    words = parts.Words(en=title, es=title)
    found = CampaignFile.model_validate({"campaign": slug, "languages": languages.split(), "title": words})
    return take(session, found, by=by, now=now)


def check(session: Session, found: CampaignFile) -> None:
    """Raise Refused where the slug of a campaign, a proposal or a figure, or a bill, is taken (409), or a text
    has no place."""
    campaigns.check_slug(found.campaign)
    _refuse_taken(session, found)
    for bill in found.bills:
        lineage.refuse_of_others(session, "", bill)
    for text in found.texts:
        _refuse_unknown_text(text.text)
    for action in found.actions:
        if action.points:
            office_letters.check_points({lang: action.points.of(lang) for lang in found.languages})


def _refuse_taken(session: Session, found: CampaignFile) -> None:
    wanted: list[tuple[type[Any], list[str]]] = [
        (Campaign, [found.campaign]),
        (Proposal, [proposal.slug for proposal in found.proposals]),
        (CitedFact, [fact.id for fact in found.facts]),
    ]
    taken = [name for table, names in wanted for name in names if session.get(table, name)]
    if taken:
        names = ", ".join(f"“{name}”" for name in taken)
        raise Refused(f"Nothing was taken. In use already: {names}.",
                      f"No se tomó nada. Ya están en uso: {names}.", status=409)  # fmt: skip


def _refuse_unknown_text(key: str) -> None:
    group, name = published.cell(key)
    if name not in (KINDS if group in ask_kinds.TEXTS else phrases.NAMES.get(group, ())):
        raise Refused(
            f"Nothing was taken. There is no text “{key}”.",
            f"No se tomó nada. No hay un texto «{key}».",
            status=404,
        )


def _both(name: str, words: parts.Words | None) -> dict[str, Any]:
    return {f"{name}_{lang}": words.of(lang) if words else "" for lang in LANGUAGES}


def _identify(session: Session, row: Campaign, found: CampaignFile) -> None:
    row.accent, row.languages = found.accent, " ".join(found.languages)
    row.ask_order = " ".join(found.ask_first)
    if found.logo:
        logos.keep(session, row, base64.b64decode(found.logo))
    if found.picture:
        logos.keep_picture(session, row, base64.b64decode(found.picture))
    row.picture_alt_en, row.picture_alt_es = _both("alt", found.picture_alt).values()
    if of := found.organization:
        row.organization, row.contact, row.privacy_contact = of.name, of.contact, of.privacy_contact
        row.postal_address, row.donate_url = of.postal, of.donate
        row.imprint_en, row.imprint_es = _both("imprint", of.imprint).values()


def _take_proposal(
    session: Session, campaign: str, place: int, proposal: parts.ProposalEntry, by: str, now: datetime
) -> None:
    words = {**_both("name", proposal.name), **_both("summary", proposal.summary)}
    campaigns.add_proposal(session, proposal.slug, campaign=campaign, position=place, **words)
    for entry in proposal.bills:
        tracking.track(session, BillId.of(entry.bill), now=now)
        session.add(
            Kinship(
                proposal=proposal.slug,
                bill=entry.bill,
                state="confirmed",
                rule=lineage.BY_HAND,
                score=1.0,
                **_both("reason", entry.reason),
                decided_by=by,
                decided_at=now,
            )
        )
        if entry.goal is not None:
            goal = BillGoal(bill=entry.bill, target=entry.goal, by=entry.goal_by, set_by=by, set_at=now)
            session.merge(goal)


def _fact(campaign: str, place: int, fact: parts.FactEntry) -> CitedFact:
    return CitedFact(
        id=fact.id,
        campaign=campaign,
        proposal=fact.proposal,
        **_both("text", fact.text),
        **_both("source", fact.source),
        source_url=fact.url,
        period=fact.period,
        letters=fact.letters,
        recorded=fact.recorded,
        position=place,
    )


def _take_action(session: Session, campaign: str, action: parts.ActionEntry) -> None:
    texts = {**_both("title", action.title), **_both("text", action.text), **_both("points", action.points)}
    row = CampaignAction(
        campaign=campaign,
        slug=action.slug,
        kind=action.kind,
        **texts,
        goal=action.goal or 0,
        day=action.day,
    )
    session.add(row)
    session.flush()
    offices = [
        Target(
            action=editing.number(row),
            position=place,
            **_both("title", office.title),
            **_both("salutation", office.salutation),
            name=office.name,
            address=office.address,
            phone=office.phone,
            contact_form=office.contact_form,
        )
        for place, office in enumerate(action.offices)
    ]
    session.add_all(offices)


def _texts(found: CampaignFile) -> Iterable[tuple[str, parts.Words]]:
    """The texts of a file by their keys in the editor."""
    for proposal in found.proposals:
        for name, group in OF_PROPOSALS.items():
            if words := getattr(proposal, name):
                yield published.key(group, proposal.slug), words
    for text in found.texts:
        yield text.text, parts.Words(**{lang: said for lang in LANGUAGES if (said := getattr(text, lang))})


def _publish(session: Session, campaign: str, key: str, words: parts.Words, by: str, now: datetime) -> None:
    session.add(
        TextVersion(
            campaign=campaign,
            kind=published.WORDING,
            key=key,
            content=_content(key, words),
            by=by,
            at=now,
            published_at=now,
            published_by=by,
        )
    )


def _content(key: str, words: parts.Words) -> dict[str, str]:
    """A text as its version has it: one that replaces a shipped text only in the languages it is written in."""
    if published.cell(key)[0] in phrases.OF_PROPOSALS:
        return _both("text", words)
    return {"text_en": words.en, "text_es": words.es}


def duplicate(session: Session, slug: str, new: str, *, by: str, now: datetime) -> None:
    """Add a draft with the words, proposals and figures of a campaign, and none of the decisions on its bills.

    Proposals and figures get slugs of their own; bills become suggestions, for a person to confirm. Raises
    Refused for an unknown campaign (404), or a new slug that is taken (409) or cannot stand in an address.
    """
    old = campaign_export.written(session, slug)
    take(session, _renamed(old, new), by=by, now=now)
    for proposal in old.proposals:
        session.add_all(
            Kinship(
                proposal=f"{proposal.slug}-{new}",
                bill=entry.bill,
                rule="copied",
                score=1.0,
                **_both("reason", entry.reason),
            )
            for entry in proposal.bills
        )
    session.flush()


def _renamed(found: CampaignFile, new: str) -> CampaignFile:
    proposals = [
        proposal.model_copy(update={"slug": f"{proposal.slug}-{new}", "bills": ()})
        for proposal in found.proposals
    ]
    facts = [
        fact.model_copy(
            update={"id": f"{fact.id}-{new}", "proposal": fact.proposal and f"{fact.proposal}-{new}"}
        )
        for fact in found.facts
    ]
    return found.model_copy(update={"campaign": new, "proposals": tuple(proposals), "facts": tuple(facts)})
