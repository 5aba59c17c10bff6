"""Versions of the campaign's texts: drafting, publishing, and publishing an old version again."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from campaign.outreach import ask_kinds, phrases, wording_checks, wordings
from campaign.proposals import campaigns, published
from campaign.proposals.models import Campaign, CitedFact, Proposal, TextVersion
from campaign.refusals import Refused

LONGEST: Final = 4000
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "campaign": ("title_en", "title_es", "summary_en", "summary_es"),
    "proposal": ("name_en", "name_es", "summary_en", "summary_es"),
    "fact": ("text_en", "text_es", "source_en", "source_es", "source_url", "period", "proposal", "letters"),
    published.WORDING: ("text_en", "text_es"),
}
MAY_BE_EMPTY: Final = {"summary_en", "summary_es", "source_url", "period", "proposal"}


@dataclass(frozen=True)
class Piece:
    """A run of words in a difference. ``kind`` is same, gone or new."""

    kind: str
    text: str


def newest(session: Session, kind: str, key: str) -> TextVersion | None:
    query = select(TextVersion).where(TextVersion.kind == kind, TextVersion.key == key)
    return session.exec(query.order_by(col(TextVersion.id).desc()).limit(1)).first()


def versions(session: Session, kind: str, key: str) -> list[TextVersion]:
    """All versions, newest first."""
    query = select(TextVersion).where(TextVersion.kind == kind, TextVersion.key == key)
    return list(session.exec(query.order_by(col(TextVersion.id).desc())))


def version(session: Session, id: int) -> TextVersion:
    if found := session.get(TextVersion, id):
        return found
    raise Refused("There is no such version.", "No existe esa versión.", status=404)


def shown_now(session: Session, kind: str, key: str) -> dict[str, str]:
    """The published fields of a text; empty ones for a text that does not exist yet."""
    if kind == published.WORDING:
        return _wording_now(session, key)
    row: Campaign | Proposal | CitedFact | None
    if kind == "campaign":
        row = session.get(Campaign, key)
    elif kind == "proposal":
        row = session.get(Proposal, key)
    else:
        row = session.get(CitedFact, key)
    return {field: _written(getattr(row, field, "")) for field in FIELDS[kind]}


def _written(value: str | bool | None) -> str:
    """A field as a form has it."""
    return ("yes" if value else "no") if isinstance(value, bool) else value or ""


def _wording_now(session: Session, key: str) -> dict[str, str]:
    group, name = _cell(session, key)
    own = published.wordings(session)
    ships = wordings.wording if group in ask_kinds.TEXTS else phrases.as_shipped
    return {
        f"text_{lang}": own.get((group, name, lang)) or ships(group, name, lang).strip()
        for lang in wordings.LANGUAGES
    }


def _cell(session: Session, key: str) -> tuple[str, str]:
    """The ask and kind of a wording, or the group and name of a shared text. Raises Refused (404) otherwise."""
    group, name = published.cell(key)
    if group in phrases.OF_PROPOSALS:
        campaigns.proposal(session, name)
    elif name not in (wordings.KINDS if group in ask_kinds.TEXTS else phrases.NAMES.get(group, ())):
        raise Refused("There is no such wording.", "No existe ese texto.", status=404)
    return group, name


def draft(
    session: Session,
    kind: str,
    key: str,
    given: Mapping[str, str],
    *,
    seen: int,
    by: str,
    now: datetime,
) -> TextVersion:
    """Store a new version of a text; the public sees it once it is published.

    ``seen`` is the id of the version that the writer started from, 0 for none; ``overtaken`` tells whether
    another version was stored meanwhile. A text equal to the version seen is not stored again. Raises Refused
    for an invalid text, such as an empty one or a figure without a source.
    """
    content = clean(kind, given)
    _try(session, kind, key, content, now)
    last = newest(session, kind, key)
    if last is not None and last.id == seen and last.content == content:
        return last
    row = TextVersion(kind=kind, key=key, content=content, by=by, at=now)
    session.add(row)
    session.flush()
    return row


def overtaken(session: Session, kind: str, key: str, seen: int) -> TextVersion | None:
    """The newest version if it is not the one that the writer started from."""
    last = newest(session, kind, key)
    return last if last is not None and last.id != seen else None


def clean(kind: str, given: Mapping[str, str]) -> dict[str, str]:
    """The fields of a text, cleaned. Raises Refused with the name of an invalid field."""
    content: dict[str, str] = {}
    given = _of_old_form(given) if kind == "fact" else given
    for field in FIELDS[kind]:
        text = given.get(field, "").replace("\r\n", "\n").strip()
        if field in ("source_en", "source_es") and not text:
            raise Refused(
                "A figure needs its source in both languages: who found it, where, and when.",
                "Un dato necesita su fuente en los dos idiomas: quién lo halló, dónde y cuándo.",
            )
        if not text and field not in MAY_BE_EMPTY:
            raise Refused(
                f"“{field}” is empty; both languages are needed.",
                f"«{field}» está vacío; hacen falta los dos idiomas.",
            )
        if len(text) > LONGEST:
            raise Refused(f"“{field}” is too long.", f"«{field}» es demasiado largo.")
        if "<" in text and ">" in text[text.index("<") :]:
            raise Refused(
                f"“{field}” holds markup; plain text is shown as it is written.",
                f"«{field}» contiene marcas; el texto se muestra tal como se escribe.",
            )
        content[field] = text
    if content.get("source_url") and not content["source_url"].startswith(("https://", "http://")):
        raise Refused(
            "The source's address starts with https://", "La dirección de la fuente empieza con https://"
        )
    return content


def _of_old_form(given: Mapping[str, str]) -> Mapping[str, str]:
    """A figure's fields; versions stored before 0.2.0 have one source for both languages and no ``letters``."""
    source = given.get("source", "")
    return {"source_en": source, "source_es": source, "letters": "yes", **given}


def _try(session: Session, kind: str, key: str, content: Mapping[str, str], now: datetime) -> None:
    """Raise Refused for a wording that fails for a sitting member; other texts need no trial."""
    if kind != published.WORDING:
        return
    group, name = _cell(session, key)
    if group not in ask_kinds.TEXTS:
        by_lang = {lang: content[f"text_{lang}"] for lang in wordings.LANGUAGES}
        wording_checks.refuse_phrase_that_fails(session, group, name, by_lang, now=now)
        return
    for lang in wordings.LANGUAGES:
        text = content[f"text_{lang}"]
        try:
            wordings.check(text)
            if name == "letter":
                wording_checks.check_letter(text)
            wording_checks.refuse_what_fails(session, group, name, text, lang, now=now)
        except Refused as refused:
            name_en, name_es = ("English", "inglés") if lang == "en" else ("Spanish", "español")
            raise Refused(f"{name_en}: {refused.en}", f"En {name_es}: {refused.es}") from None


def publish(session: Session, id: int, *, by: str, now: datetime) -> TextVersion:
    """Publish a version in the caller's transaction; an old version, too. Raises Refused if it fails now."""
    row = version(session, id)
    content = clean(row.kind, row.content)
    _try(session, row.kind, row.key, content, now)
    _PUBLISH[row.kind](session, row.key, content, now)
    row.published_at, row.published_by = now, by
    session.add(row)
    session.flush()
    return row


def _publish_campaign(session: Session, key: str, content: dict[str, str], _now: datetime) -> None:
    campaigns.add_campaign(session, key, **content)


def _publish_proposal(session: Session, key: str, content: dict[str, str], _now: datetime) -> None:
    proposal = campaigns.proposal(session, key)
    campaigns.add_proposal(session, key, campaign=proposal.campaign, position=proposal.position, **content)


def _publish_fact(session: Session, key: str, content: dict[str, str], now: datetime) -> None:
    row = session.get(CitedFact, key) or CitedFact(
        id=key,
        campaign=_campaign_of(session, content["proposal"]),
        text_en="",
        text_es="",
        source_en="",
        source_es="",
        recorded=now.date(),
        position=99,
    )
    if content["proposal"]:
        campaigns.proposal(session, content["proposal"])
    for field, value in content.items():
        setattr(row, field, value)
    row.proposal, row.letters = content["proposal"] or None, content["letters"] != "no"
    row.recorded = now.date()
    session.add(row)


def _campaign_of(session: Session, proposal: str) -> str:
    """The campaign that a new figure belongs to: its proposal's, else the first. Raises Refused for none."""
    if proposal:
        return campaigns.proposal(session, proposal).campaign
    if first := session.exec(select(Campaign).order_by(Campaign.slug)).first():
        return first.slug
    raise Refused("There is no campaign yet.", "Todavía no hay campaña.")


def _publish_wording(_session: Session, _key: str, _content: dict[str, str], _now: datetime) -> None:
    """Nothing to copy: ``published.wordings`` reads the versions themselves."""


_PUBLISH: dict[str, Callable[[Session, str, dict[str, str], datetime], None]] = {
    "campaign": _publish_campaign,
    "proposal": _publish_proposal,
    "fact": _publish_fact,
    published.WORDING: _publish_wording,
}


def difference(old: str, new: str) -> list[Piece]:
    """The difference of two texts, word by word."""
    before, after = old.split(), new.split()
    pieces: list[Piece] = []
    for kind, i, j, k, end in difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", " ".join(before[i:j])))
            continue
        if i < j:
            pieces.append(Piece("gone", " ".join(before[i:j])))
        if k < end:
            pieces.append(Piece("new", " ".join(after[k:end])))
    return pieces
