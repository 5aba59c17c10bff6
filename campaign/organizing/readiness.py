"""What a campaign lacks before it goes live, each with the page where it is put right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from campaign.congress.bills import congress_on
from campaign.outreach.bilingual import Text
from campaign.proposals import campaigns, lineage, published
from campaign.proposals.models import CitedFact, Proposal


@dataclass(frozen=True)
class Missing:
    """Something a campaign lacks. ``kind`` and ``key`` name the text, or the form of who runs it; empty: the
    page of its words."""

    words: Text
    kind: str = ""
    key: str = ""


def missing(session: Session, campaign: str, *, now: datetime) -> list[Missing]:
    """Raises Refused (404) for an unknown campaign."""
    return list(_missing(session, campaign, now))


def _missing(session: Session, slug: str, now: datetime) -> Iterator[Missing]:
    row = campaigns.campaign(session, slug)
    if not _written(row.offered, row.summary_en, row.summary_es):
        words = Text("The campaign has no summary.", "La campaña no tiene resumen.")
        yield Missing(words, "campaign", slug)
    if not row.organization:
        words = Text("It does not say who runs it.", "No dice quién la lleva.")
        yield Missing(words, "organization", slug)
    proposals = campaigns.campaign_proposals(session, slug)
    if not proposals:
        yield Missing(Text("It has no proposal.", "No tiene ninguna propuesta."))
    texts = published.wordings(session, slug)
    for proposal in proposals:
        yield from _of_proposal(session, proposal, texts, congress_on(now), row.offered)
    facts = (
        select(func.count()).select_from(CitedFact).where(CitedFact.campaign == slug, col(CitedFact.letters))
    )
    if proposals and not session.exec(facts).one():
        yield Missing(Text("No figure with a source can be cited.", "No hay ningún dato con fuente que citar."))


def _of_proposal(
    session: Session,
    proposal: Proposal,
    texts: dict[published.Cell, str],
    sitting: int,
    languages: Sequence[str],
) -> Iterator[Missing]:
    en, es = proposal.name_en, proposal.name_es
    if not _written(languages, proposal.summary_en, proposal.summary_es):
        words = Text(f"{en}: a summary is missing.", f"{es}: falta un resumen.")
        yield Missing(words, "proposal", proposal.slug)
    bills = [bill for bill, _ in lineage.bills_of(session, proposal.slug)]
    if not any(bill.congress == sitting for bill in bills):
        yield Missing(
            Text(f"{en}: it has no bill in this Congress.", f"{es}: no tiene proyecto en este Congreso.")
        )
    for group, words in _OF_PROPOSAL.items():
        if not _written(languages, *(texts.get((group, proposal.slug, lang), "") for lang in ("en", "es"))):
            named = Text(f"{en}: {words.en}", f"{es}: {words.es}")
            yield Missing(named, published.WORDING, published.key(group, proposal.slug))


def _written(languages: Sequence[str], en: str, es: str) -> bool:
    """Whether a text is there in all languages offered. The same words twice are one language: they were copied
    while only that one was offered."""
    found = {"en": en, "es": es}
    wanted = [found[lang] for lang in languages]
    return all(wanted) and len(set(wanted)) == len(wanted)


_OF_PROPOSAL = {
    "points": Text("no text says what it does, so calls give no reason.",
                   "falta escribir qué hace; sin eso las llamadas no dan razones."),
    "choices": Text("letters have no points to choose from.", "las cartas no ofrecen puntos para elegir."),
}  # fmt: skip
