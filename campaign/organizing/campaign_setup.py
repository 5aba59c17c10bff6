"""Taking a campaign from its file, writing it to one, and copying it."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from campaign.actions import editing
from campaign.actions.models import CampaignAction, Target
from campaign.congress import tracking
from campaign.congress.bills import BillId
from campaign.organizing import campaign_file as parts
from campaign.organizing.campaign_file import CampaignFile
from campaign.organizing.models import BillGoal
from campaign.outreach import ask_kinds, office_letters, phrases
from campaign.outreach.wordings import KINDS, LANGUAGES
from campaign.proposals import campaigns, lineage, logos, published
from campaign.proposals.models import Campaign, CitedFact, Kinship, Proposal, TextVersion
from campaign.refusals import Refused

IDENTITY: Final = (
    "organization",
    "contact",
    "privacy_contact",
    "postal_address",
    "donate_url",
    "imprint_en",
    "imprint_es",
)
PICTURE_ALT: Final = ("picture_alt_en", "picture_alt_es")
Languages = tuple[str, ...]
MAIL: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
# The group of each text of a proposal, by its name in the file.
OF_PROPOSALS: Final = {"effect": "points", "points": "choices"}


@dataclass(frozen=True)
class Taken:
    """How many rows of each kind a file brought."""

    proposals: int
    bills: int
    facts: int
    texts: int
    actions: int


# --- taking ----------------------------------------------------------------------------------------


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


def identify(session: Session, slug: str, given: Mapping[str, str]) -> None:
    """Set who runs a campaign and which languages it offers from a form. Raises Refused for an unknown campaign
    (404), or with what is wrong."""
    row = campaigns.campaign(session, slug)
    if (languages := given.get("languages", row.languages)) not in campaigns.LANGUAGES:
        raise Refused("Choose English, Spanish or both.", "Elija inglés, español o ambos.")
    row.languages = languages
    of = {name: given.get(name, "").replace("\r\n", "\n").strip() for name in IDENTITY}
    if any(of[name] for name in IDENTITY if name != "organization") and not of["organization"]:
        raise Refused("Name the organization first.", "Escriba primero el nombre de la organización.")
    of = campaigns.in_both(row.offered, of)
    if bool(of["imprint_en"]) != bool(of["imprint_es"]):
        raise Refused("Write the imprint in both languages.", "Escriba el aviso legal en los dos idiomas.")
    for name in ("contact", "privacy_contact"):
        if of[name] and not MAIL.fullmatch(of[name]):
            raise Refused(
                f"“{of[name]}” is not an email address.", f"«{of[name]}» no es un correo electrónico."
            )
    if of["donate_url"] and not of["donate_url"].startswith("https://"):
        raise Refused("A donation address starts with https://",
                      "La dirección para donar empieza con https://")  # fmt: skip
    for name, value in of.items():
        setattr(row, name, value[: parts.LONGEST])


def describe_picture(row: Campaign, given: Mapping[str, str]) -> None:
    """Set from a form what the picture on the first page shows. Raises Refused where a language that the
    campaign offers has no words for it."""
    words = {name: given.get(name, "").strip()[: parts.LONGEST] for name in PICTURE_ALT}
    words = campaigns.in_both(row.offered, words)
    if row.picture and not all(words.values()):
        raise Refused(
            "Say in words what the picture shows. People who don’t see it hear that.",
            "Diga con palabras qué muestra la imagen. Quienes no la ven lo oyen.",
        )
    row.picture_alt_en, row.picture_alt_es = words["picture_alt_en"], words["picture_alt_es"]


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


# --- giving ----------------------------------------------------------------------------------------


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


# --- copying ---------------------------------------------------------------------------------------


def duplicate(session: Session, slug: str, new: str, *, by: str, now: datetime) -> None:
    """Add a draft with the words, proposals and figures of a campaign, and none of the decisions on its bills.

    Proposals and figures get slugs of their own; bills become suggestions, for a person to confirm. Raises
    Refused for an unknown campaign (404), or a new slug that is taken (409) or cannot stand in an address.
    """
    old = written(session, slug)
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
