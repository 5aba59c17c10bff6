"""Checks of organizers' wordings: a text is tried on every member it may be put to before it is stored."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from campaign.congress import members
from campaign.congress.members import Person
from campaign.outreach import asks, conversations, letters, phrases, speech, wordings
from campaign.outreach.ask_kinds import BY_TEXTS
from campaign.outreach.asks import Ask
from campaign.refusals import Refused

# By language.
Texts = Mapping[str, str]


def ask_of_kind(session: Session, campaign: str, person: Person, code: str, *, now: datetime) -> Ask | None:
    """A campaign's ask of this kind to this member: their own if it fits, else one made as if it did."""
    found = asks.campaign_asks(session, now=now, campaign=campaign).asks(person)
    own = next((ask for ask in found if ask.kind.texts == code), None)
    return own or next((_as_if(ask, code) for ask in found), None)


def _as_if(ask: Ask, code: str) -> Ask:
    return replace(ask, kind=BY_TEXTS[code], situation=BY_TEXTS[code].least, sister=None)


def refuse_what_fails(
    session: Session, campaign: str, code: str, kind: str, texts: Texts, *, now: datetime
) -> None:
    """Try a text, given by language, on every sitting member. Raises Refused with the first one whose record
    lacks a field."""
    for person, found in asked_members(session, campaign, now=now):
        for ask in _tries(found, code):
            for lang, text in texts.items():
                with _tried_on(person, lang):
                    wordings.fill(text, ask, person, kind, lang)


def _tries(found: Sequence[Ask], code: str) -> Iterator[Ask]:
    for ask in found:
        yield _as_if(ask, code)
        if ask.kind.texts == code:
            yield ask


@contextmanager
def _tried_on(person: Person, lang: str) -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        lacks = wordings.lacking(error)
        raise Refused(
            f"Tried on {person.name}: {lacks.en} ({lang}). Nothing was kept.",
            f"Probado con {person.name}: {lacks.es} ({lang}). No se guardó nada.",
        ) from None


def check_letter(text: str) -> None:
    """Refuse a letter whose paragraphs are not those of the shipped one: variants are put in their places."""
    wanted = len(letters.Paragraphs._fields)
    parts = text.strip().split("\n\n")
    if len(parts) != wanted or "[your_address]" not in parts[-1].split("\n"):
        raise Refused(
            f"A letter has {wanted} paragraphs, in the order of the shipped one, with an empty line between "
            f"them; this has {len(parts)}. The last is the signature, [your_address] on a line of its own.",
            f"Una carta tiene {wanted} párrafos, en el orden de la original, con una línea vacía entre ellos; "
            f"esta tiene {len(parts)}. El último es la firma, con [your_address] en su propia línea.",
        )


# --- texts that several asks share -----------------------------------------------------------------

# Last lines of a call about all bills.
_ENDS: Final = ("question", "reason", "friends", "leads")


def check_phrase(group: str, name: str, texts: Texts) -> None:
    """Raise Refused for a shared text that is wrong for every member; ``texts`` by language."""
    for lang, text in texts.items():
        if group == "points":
            _check_points(text, lang)
            continue
        wordings.check(text)
        if group == "choices":
            _check_choices(text, lang)
        needed = "[thanks]" if name.startswith("thanks_") else "[asks]"
        if group == "whole" and name not in _ENDS and needed not in text:
            raise Refused(
                f"{needed} is missing ({lang}): the call would ask for nothing.",
                f"Falta {needed} ({lang}): la llamada no pediría nada.",
            )
    if group == "choices" and len({_ids(text) for text in texts.values()}) > 1:
        raise Refused(
            "Both languages need the same points in the same order, by the names after ##.",
            "Los dos idiomas necesitan los mismos puntos en el mismo orden, por los nombres tras ##.",
        )


def _check_points(text: str, lang: str) -> None:
    if len(phrases.paragraphs(text)) != 2 or wordings.BRACKET.search(text):
        raise Refused(
            f"What a bill does is one spoken sentence and, after an empty line, one written paragraph, "
            f"without fields ({lang}).",
            f"Lo que hace el proyecto es una frase hablada y, tras una línea vacía, un párrafo escrito, "
            f"sin campos ({lang}).",
        )


def _check_choices(text: str, lang: str) -> None:
    read = letters.read_points(text)
    ids = [point.id for point in read]
    whole = text.count("##") == len(read) and text.lstrip().startswith("## ")
    if not read or not whole or len(set(ids)) < len(ids) or not all(point.wordings for point in read):
        raise Refused(
            f"A point begins with a line like “## name: What the bill would do” and has its wordings below, "
            f"an empty line between them; no two have one name ({lang}).",
            f"Un punto empieza con una línea como «## nombre: Qué haría el proyecto» y lleva debajo sus textos "
            f"con una línea vacía entre ellos; no hay dos con el mismo nombre ({lang}).",
        )


def _ids(text: str) -> tuple[str, ...]:
    return tuple(point.id for point in letters.read_points(text))


def refuse_phrase_that_fails(
    session: Session, campaign: str, group: str, name: str, texts: Texts, *, now: datetime
) -> None:
    """Try a shared text on every sitting member in both languages; raises as ``refuse_what_fails`` does."""
    check_phrase(group, name, texts)
    for person, found in asked_members(session, campaign, now=now):
        try_phrase(found, person, group, name, texts)


def asked_members(session: Session, campaign: str, *, now: datetime) -> Iterator[tuple[Person, Sequence[Ask]]]:
    """The sitting members of whom a campaign asks something, with its asks of each."""
    of_campaign = asks.campaign_asks(session, now=now, campaign=campaign)
    for person in members.people(session, now=now).values():
        if found := of_campaign.asks(person):
            yield person, found


def try_phrase(found: Sequence[Ask], person: Person, group: str, name: str, texts: Texts) -> None:
    """Raise Refused where a shared text fails a member with these asks."""
    for lang in texts:
        with _tried_on(person, lang):
            text = filled_phrase(found, person, group, name, texts, lang)
        if group == "whole" and not speech.fits(text, _kind(name)):
            taken, most = round(speech.seconds(text)), speech.MOST_SECONDS[_kind(name)]
            raise Refused(
                f"Tried on {person.name}: it takes {taken} seconds to say; the limit is {most} ({lang}).",
                f"Probado con {person.name}: decirlo toma {taken} segundos; el máximo es {most} ({lang}).",
            )


def filled_phrase(found: Sequence[Ask], person: Person, group: str, name: str, texts: Texts, lang: str) -> str:
    """A shared text, filled for a member with these asks. Raises KeyError where the record lacks a field."""
    if group == "points":
        return texts[lang]
    if group == "whole":
        own = {(group, name, each): text for each, text in texts.items()}
        for start, code in (
            ("next_", "next_congress"),
            ("thanks_", "thank"),
            ("leads", "sponsor"),
            ("reason", "voted_no"),
        ):
            if name.startswith(start):
                found = [_as_if(ask, code) for ask in found]
        return conversations.whole([_with_texts(ask, own) for ask in found], person, _kind(name), lang)
    kind = "call" if group == "staff" else "letter"
    text = "\n\n".join(phrases.paragraphs(texts[lang]))
    filled = [wordings.fill(text, ask, person, kind, lang) for ask in _where_put(found, group, name)]
    return filled[0] if filled else ""


def _kind(name: str) -> str:
    return "call" if name in _ENDS else name.rpartition("_")[2]


def _with_texts(ask: Ask, own: Mapping[tuple[str, str, str], str]) -> Ask:
    return replace(ask, matter=replace(ask.matter, wordings={**ask.matter.wordings, **own}))


def _where_put(found: Sequence[Ask], group: str, name: str) -> list[Ask]:
    """The asks whose scripts or letters may hold a shared text, a member's own asks first."""
    if group == "choices":
        return [ask for ask in found if ask.matter.slug == name]
    if group in ("openings", "requests"):
        return [*(ask for ask in found if ask.kind.texts == name), *(_as_if(ask, name) for ask in found)]
    return list(found)
