"""Whole calls: one call about all of a campaign's bills, and calls as dialogues with the office's likely lines.

Most offices answer in English, so a dialogue shows each line in both languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from campaign.congress.members import Person
from campaign.outreach import names, wordings
from campaign.outreach.asks import Ask
from campaign.outreach.bilingual import Text
from campaign.outreach.phrases import phrase
from campaign.refusals import Refused

KINDS = ("call", "voicemail", "tally")
# A call of 90 words takes 40 seconds. The limits are the same for several bills as for one.
MOST_WORDS = {"call": 90, "voicemail": 75, "tally": 45}
_AND_BILL = Text(", and ", ", y ")
_AND_REQUEST = Text(", and to ", ", y ")
_AND = Text(" and ", " y ")
# How the one-sentence reason of a bill begins; with several bills its number takes this place.
_THE_BILL = Text("The bill ", "El proyecto ")


def whole(asks: Sequence[Ask], person: Person, kind: str, lang: str) -> str:
    """One call, voicemail or tally that covers all asks of a member: requests first, then thanks.

    ``asks`` is what ``Docket.asks`` gives, one a proposal. Raises Refused for a letter: it is about one bill.
    """
    if kind not in KINDS:
        raise Refused(
            "A letter keeps to one bill; choose which.", "Una carta trata de un solo proyecto; elija cuál."
        )
    ordered = sorted(asks, key=lambda ask: ask.kind.supports)
    chosen: list[int] = []
    for number in range(len(_extras(ordered, kind, lang))):
        tried = [*chosen, number]
        # Each language has the same sentences, so that they can be read side by side.
        texts = [_put(ordered, person, kind, each, tried) for each in wordings.LANGUAGES]
        if all(len(text.split()) <= MOST_WORDS[kind] for text in texts):
            chosen = tried
    return _put(ordered, person, kind, lang, chosen)


def _extras(asks: Sequence[Ask], kind: str, lang: str) -> list[tuple[str, str]]:
    """Sentences to add while the time allows, each with its field: a reason, thanks, further reasons."""
    whys = [("why", _why(ask, lang, alone=len(asks) == 1)) for ask in asks]
    thanks = [("also", sentence) for sentence in _thanks(asks, lang)] if kind == "call" else []
    return [extra for extra in (*whys[:1], *thanks, *whys[1:]) if extra[1]]


def _why(ask: Ask, lang: str, *, alone: bool) -> str:
    why = wordings.points(ask.matter, lang)[0]
    return why if alone else why.replace(_THE_BILL.of(lang), f"{ask.bill.short} ", 1)


def _put(asks: Sequence[Ask], person: Person, kind: str, lang: str, chosen: Sequence[int]) -> str:
    extras = _extras(asks, kind, lang)
    added = [extras[number] for number in chosen]
    fields = {name: " ".join(text for field, text in added if field == name) for name in ("why", "also")}
    frame = phrase(asks[0].matter, "whole", kind, lang)
    if kind == "call":
        end = "friends" if all(ask.kind.supports for ask in asks) else "question"
        frame = f"{frame}\n\n{phrase(asks[0].matter, 'whole', end, lang)}"
    return wordings.fill(frame, asks[0], person, kind, lang, asks=_requests(asks, lang), **fields)


def _requests(asks: Sequence[Ask], lang: str) -> str:
    """``co-sponsor H.R. 6736, the ARMAS Act, and to help win one more co-sponsor for H.R. 923, …``"""
    by_request: dict[str, list[str]] = {}
    for ask in asks:
        named = f"{ask.bill.short}, {names.with_article(ask.matter.name(lang), lang)}"
        by_request.setdefault(ask.kind.request.of(lang), []).append(named)
    joint = _AND_BILL.of(lang)
    return _AND_REQUEST.of(lang).join(
        request.format(bills=joint.join(bills)) for request, bills in by_request.items()
    )


def _thanks(asks: Sequence[Ask], lang: str) -> list[str]:
    """The sentences of thanks, one for all bills with the same thanks."""
    by_words: dict[str, list[str]] = {}
    for ask in asks:
        if ask.kind.thanks:
            earlier = ask.situation.earlier
            number, year = (earlier.bill.short, earlier.year) if earlier else ("", "")
            words = ask.kind.thanks.of(lang).format(bills="{bills}", earlier=number, year=year)
            by_words.setdefault(words, []).append(ask.bill.short)
    return [words.format(bills=_AND.of(lang).join(bills)) for words, bills in by_words.items()]


@dataclass(frozen=True)
class Line:
    """One line of a dialogue. ``who`` is office or caller."""

    who: str
    en: str
    es: str


def dialogue(ask: Ask, person: Person) -> list[Line]:
    """A call about one bill as it is likely to go, each line in both languages."""
    return _dialogue(
        [wordings.render(ask, person, "call", lang, "") for lang in wordings.LANGUAGES], ask, person
    )


def whole_dialogue(asks: Sequence[Ask], person: Person) -> list[Line]:
    """A call about all of a campaign's bills as it is likely to go, each line in both languages."""
    return _dialogue([whole(asks, person, "call", lang) for lang in wordings.LANGUAGES], asks[0], person)


def _dialogue(texts: Sequence[str], ask: Ask, person: Person) -> list[Line]:
    english, spanish = (text.split("\n\n") for text in texts)
    ours = [Line("caller", en, es) for en, es in beside(english, spanish)]

    def line(who: str, name: str) -> Line:
        en, es = (
            wordings.fill(phrase(ask.matter, "staff", name, lang), ask, person, "call", lang)
            for lang in wordings.LANGUAGES
        )
        return Line(who, en, es)

    answer = [] if ask.kind.supports else [line("office", "position")]
    start = [line("office", "hello"), ours[0], line("office", "who"), line("caller", "me")]
    return [*start, *ours[1:], *answer, line("office", "bye")]


def beside(english: Sequence[str], spanish: Sequence[str]) -> list[tuple[str, str]]:
    """Paragraphs in pairs; where one language has fewer, its last is paired with all the rest."""
    last = min(len(english), len(spanish)) - 1
    pairs = list(zip(english[:last], spanish[:last], strict=True))
    return [*pairs, ("\n\n".join(english[last:]), "\n\n".join(spanish[last:]))]
