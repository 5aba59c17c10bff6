"""Versions of the campaign's texts: drafting, publishing, and publishing an old version again."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from campaign.outreach import ask_kinds, phrases, wording_checks, wordings
from campaign.outreach.bilingual import Text
from campaign.proposals import campaigns, published
from campaign.proposals.models import Campaign, CitedFact, Proposal, TextVersion
from campaign.refusals import Refused

LONGEST: Final = 4000
# The place of a new figure: behind those that are there.
LAST: Final = 99
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


def newest(session: Session, campaign: str, kind: str, key: str) -> TextVersion | None:
    return session.exec(_versions(campaign, kind, key).limit(1)).first()


def versions(session: Session, campaign: str, kind: str, key: str) -> list[TextVersion]:
    """All versions, newest first."""
    return list(session.exec(_versions(campaign, kind, key)))


def _versions(campaign: str, kind: str, key: str) -> SelectOfScalar[TextVersion]:
    query = select(TextVersion).where(TextVersion.campaign == campaign, TextVersion.kind == kind)
    return query.where(TextVersion.key == key).order_by(col(TextVersion.id).desc())


def version(session: Session, campaign: str, id: int) -> TextVersion:
    """A version of one of a campaign's texts. Raises Refused (404) for any other."""
    found = session.get(TextVersion, id)
    if found is not None and found.campaign == campaign:
        return found
    raise Refused("There is no such version.", "No existe esa versión.", status=404)


def shown_now(session: Session, campaign: str, kind: str, key: str) -> dict[str, str]:
    """The published fields of a campaign's text; empty ones for a text that does not exist yet."""
    if kind == published.WORDING:
        return _wording_now(session, campaign, key)
    row: Campaign | Proposal | CitedFact | None
    if kind == "campaign":
        row = session.get(Campaign, key)
    elif kind == "proposal":
        row = session.get(Proposal, key)
    else:
        row = session.get(CitedFact, key)
    # A campaign's own text is there or is not: nothing that is written here makes another campaign.
    if (kind == "campaign" and key != campaign) or (row is not None and _campaign_of(row) != campaign):
        raise Refused("There is no such text.", "No existe ese texto.", status=404)
    return {field: _written(getattr(row, field, "")) for field in FIELDS[kind]}


def _campaign_of(row: Campaign | Proposal | CitedFact) -> str:
    return row.slug if isinstance(row, Campaign) else row.campaign


def _written(value: str | bool | None) -> str:
    """A field as a form has it."""
    return ("yes" if value else "no") if isinstance(value, bool) else value or ""


def _wording_now(session: Session, campaign: str, key: str) -> dict[str, str]:
    group, name = _cell(session, campaign, key)
    own = published.wordings(session, campaign)
    ships = wordings.wording if group in ask_kinds.TEXTS else phrases.as_shipped
    return {
        f"text_{lang}": own.get((group, name, lang)) or ships(group, name, lang).strip()
        for lang in wordings.LANGUAGES
    }


def _cell(session: Session, campaign: str, key: str) -> tuple[str, str]:
    """The ask and kind of a wording, or the group and name of a shared text. Raises Refused (404) otherwise."""
    group, name = published.cell(key)
    if group in phrases.OF_PROPOSALS:
        campaigns.proposal(session, name, campaign)
    elif name not in (wordings.KINDS if group in ask_kinds.TEXTS else phrases.NAMES.get(group, ())):
        raise Refused("There is no such wording.", "No existe ese texto.", status=404)
    return group, name


def draft(
    session: Session,
    campaign: str,
    kind: str,
    key: str,
    given: Mapping[str, str],
    *,
    seen: int,
    by: str,
    now: datetime,
) -> TextVersion:
    """Store a new version of a campaign's text; the public sees it once it is published.

    ``seen`` is the id of the version that the writer started from, 0 for none; ``overtaken`` tells whether
    another version was stored meanwhile. A text equal to the version seen is not stored again. Raises Refused
    for an invalid text, such as an empty one or a figure without a source.
    """
    languages = campaigns.offered(session, campaign)
    content = clean(kind, given, languages)
    # Raises Refused where the text is another campaign's.
    shown_now(session, campaign, kind, key)
    _try(session, campaign, kind, key, content, now)
    if kind == published.WORDING and published.cell(key)[0] not in phrases.OF_PROPOSALS:
        # It replaces one that ships, which stays in a language that is not offered: offices hear English.
        content |= {f"text_{lang}": "" for lang in wordings.LANGUAGES if lang not in languages}
    last = newest(session, campaign, kind, key)
    if last is not None and last.id == seen and last.content == content:
        return last
    row = TextVersion(campaign=campaign, kind=kind, key=key, content=content, by=by, at=now)
    session.add(row)
    session.flush()
    return row


def overtaken(session: Session, campaign: str, kind: str, key: str, seen: int) -> TextVersion | None:
    """The newest version if it is not the one that the writer started from."""
    last = newest(session, campaign, kind, key)
    return last if last is not None and last.id != seen else None


def clean(kind: str, given: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """The fields of a text, cleaned, of a campaign that offers some languages. Raises Refused with the name of
    an invalid field."""
    content: dict[str, str] = {}
    given = campaigns.in_both(languages, _of_old_form(given) if kind == "fact" else given)
    for field in FIELDS[kind]:
        text = given.get(field, "").replace("\r\n", "\n").strip()
        if field in ("source_en", "source_es") and not text:
            raise Refused(
                f"A figure needs its source{_EACH[len(languages)].en}: who found it, where, and when.",
                f"Un dato necesita su fuente{_EACH[len(languages)].es}: quién lo halló, dónde y cuándo.",
            )
        if not text and field not in MAY_BE_EMPTY:
            raise Refused(
                f"“{_named(field, languages)}” is empty{_NEEDED[len(languages)].en}.",
                f"«{_named(field, languages)}» está vacío{_NEEDED[len(languages)].es}.",
            )
        if len(text) > LONGEST:
            raise Refused(f"“{field}” is too long.", f"«{field}» es demasiado largo.")
        if "<" in text and ">" in text[text.index("<") :]:
            raise Refused(
                f"“{field}” holds markup; plain text is shown as it is written.",
                f"«{field}» contiene marcas; el texto se muestra tal como se escribe.",
            )
        content[field] = text
    if bool(content.get("summary_en")) != bool(content.get("summary_es")):
        raise Refused(
            "Write the summary in both languages, or in none.",
            "Escriba el resumen en los dos idiomas, o en ninguno.",
        )
    if content.get("source_url") and not content["source_url"].startswith(("https://", "http://")):
        raise Refused(
            "The source's address starts with https://", "La dirección de la fuente empieza con https://"
        )
    return content


# How a refusal ends by the number of languages that the campaign offers.
_EACH = {1: Text("", ""), 2: Text(" in both languages", " en los dos idiomas")}
_NEEDED = {1: Text("", ""), 2: Text("; both languages are needed", "; hacen falta los dos idiomas")}


def _named(field: str, languages: Sequence[str]) -> str:
    """A field as a form has it: that of a language which is not offered is filled from the other one."""
    name, _, lang = field.rpartition("_")
    return f"{name}_{languages[0]}" if lang in wordings.LANGUAGES and lang not in languages else field


def _of_old_form(given: Mapping[str, str]) -> Mapping[str, str]:
    """A figure's fields; versions stored before 0.2.0 have one source for both languages and no ``letters``."""
    source = given.get("source", "")
    return {"source_en": source, "source_es": source, "letters": "yes", **given}


def _try(
    session: Session, campaign: str, kind: str, key: str, content: Mapping[str, str], now: datetime
) -> None:
    """Raise Refused for a wording that fails for a sitting member; other texts need no trial."""
    if kind != published.WORDING:
        return
    group, name = _cell(session, campaign, key)
    written = {lang: content[f"text_{lang}"] for lang in campaigns.offered(session, campaign)}
    if group not in ask_kinds.TEXTS:
        wording_checks.refuse_phrase_that_fails(session, campaign, group, name, written, now=now)
        return
    for lang, text in written.items():
        _check(name, lang, text)
    wording_checks.refuse_what_fails(session, campaign, group, name, written, now=now)


def _check(name: str, lang: str, text: str) -> None:
    try:
        wordings.check(text)
        if name == "letter":
            wording_checks.check_letter(text)
    except Refused as refused:
        name_en, name_es = ("English", "inglés") if lang == "en" else ("Spanish", "español")
        raise Refused(f"{name_en}: {refused.en}", f"En {name_es}: {refused.es}") from None


def publish(session: Session, campaign: str, id: int, *, by: str, now: datetime) -> TextVersion:
    """Publish a version of a campaign's text in the caller's transaction; an old version, too.

    Raises Refused if it fails now, and (404) for a version of another campaign's text.
    """
    row = version(session, campaign, id)
    content = clean(row.kind, row.content, campaigns.offered(session, row.campaign))
    _try(session, row.campaign, row.kind, row.key, content, now)
    _PUBLISH[row.kind](session, row, content, now)
    row.published_at, row.published_by = now, by
    session.add(row)
    session.flush()
    return row


def _publish_campaign(session: Session, row: TextVersion, content: dict[str, str], _now: datetime) -> None:
    campaigns.add_campaign(session, row.key, **content)


def _publish_proposal(session: Session, row: TextVersion, content: dict[str, str], _now: datetime) -> None:
    proposal = campaigns.proposal(session, row.key, row.campaign)
    campaigns.add_proposal(session, row.key, campaign=row.campaign, position=proposal.position, **content)


def _publish_fact(session: Session, row: TextVersion, content: dict[str, str], now: datetime) -> None:
    if content["proposal"] and campaigns.proposal(session, content["proposal"]).campaign != row.campaign:
        raise Refused(
            "That proposal belongs to another campaign.", "Esa propuesta es de otra campaña.", status=409
        )
    kept = session.get(CitedFact, row.key)
    values: dict[str, Any] = {**content, "id": row.key, "campaign": row.campaign, "recorded": now.date()}
    values |= {"proposal": content["proposal"] or None, "letters": content["letters"] != "no"}
    session.merge(CitedFact(**values, position=kept.position if kept else LAST))


def _publish_wording(_session: Session, _row: TextVersion, _content: dict[str, str], _now: datetime) -> None:
    """Nothing to copy: ``published.wordings`` reads the versions themselves."""


_PUBLISH: dict[str, Callable[[Session, TextVersion, dict[str, str], datetime], None]] = {
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
