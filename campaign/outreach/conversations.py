"""Calls as they are held: one call for all of a campaign's bills, and what the office is likely to say.

Most offices answer in English; whoever reads Spanish more easily sees each line in both languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from campaign.congress.members import Person
from campaign.outreach import names, wordings
from campaign.outreach.asks import Ask
from campaign.outreach.phrases import phrase
from campaign.refusals import Refused

KINDS = ("call", "voicemail", "tally")
# A call of 90 words takes 40 seconds; ux.md's limits hold for two bills as for one.
MOST_WORDS = {"call": 90, "voicemail": 75, "tally": 45}
AND = {"en": (", and ", ", and to "), "es": (", y ", ", y ")}
SHORT_AND = {"en": " and ", "es": " y "}
# How the one-sentence reason of a bill begins; with several bills its number has to stand there.
THE_BILL = {"en": "The bill ", "es": "El proyecto "}


def whole(asks: Sequence[Ask], person: Person, kind: str, lang: str) -> str:
    """One call, voicemail or tally that covers all asks of a member, what they can still do first.

    ``asks`` is what ``Docket.asks`` gives: one a bill, in the member's chamber. Raises Refused for a letter:
    a letter keeps to one bill.
    """
    if kind not in KINDS:
        raise Refused(
            "A letter keeps to one bill; choose which.", "Una carta trata de un solo proyecto; elija cuál."
        )
    ordered = sorted(asks, key=lambda ask: ask.kind.supports)
    chosen: list[int] = []
    for number in range(len(_extras(ordered, kind, lang))):
        tried = [*chosen, number]
        # What is said is the same in every language, so that one can stand beside the other.
        texts = [_put(ordered, person, kind, each, tried) for each in wordings.LANGUAGES]
        if all(len(text.split()) <= MOST_WORDS[kind] for text in texts):
            chosen = tried
    return _put(ordered, person, kind, lang, chosen)


def _extras(asks: Sequence[Ask], kind: str, lang: str) -> list[tuple[str, str]]:
    """Sentences for as long as the time allows, with the field they go into: a reason, thanks, more reasons."""
    whys = [("why", _why(ask, lang, alone=len(asks) == 1)) for ask in asks]
    thanks = [("also", sentence) for sentence in _thanks(asks, lang)] if kind == "call" else []
    return [extra for extra in (*whys[:1], *thanks, *whys[1:]) if extra[1]]


def _why(ask: Ask, lang: str, *, alone: bool) -> str:
    why = wordings.points(ask.matter, lang)[0]
    return why if alone else why.replace(THE_BILL[lang], f"{ask.bill.short} ", 1)


def _put(asks: Sequence[Ask], person: Person, kind: str, lang: str, chosen: Sequence[int]) -> str:
    found = _extras(asks, kind, lang)
    extras = [found[number] for number in chosen]
    said = {field: " ".join(text for slot, text in extras if slot == field) for field in ("why", "also")}
    frame = phrase(asks[0].matter, "whole", kind, lang)
    if kind == "call":
        end = "friends" if all(ask.kind.supports for ask in asks) else "question"
        frame = f"{frame}\n\n{phrase(asks[0].matter, 'whole', end, lang)}"
    return wordings.fill(frame, asks[0], person, kind, lang, asks=_wanted(asks, lang), **said)


def _wanted(asks: Sequence[Ask], lang: str) -> str:
    """``co-sponsor H.R. 6736, the ARMAS Act, and to help win one more co-sponsor for H.R. 923, …``"""
    by_verb: dict[str, list[str]] = {}
    for ask in asks:
        named = f"{ask.bill.short}, {names.with_article(ask.matter.name(lang), lang)}"
        by_verb.setdefault(ask.kind.request.of(lang), []).append(named)
    between_bills, between_verbs = AND[lang]
    return between_verbs.join(verb.format(bills=between_bills.join(bills)) for verb, bills in by_verb.items())


def _thanks(asks: Sequence[Ask], lang: str) -> list[str]:
    """One sentence for each thing to thank for, bills of the same kind together."""
    by_words: dict[str, list[str]] = {}
    for ask in asks:
        if ask.kind.thanks:
            earlier = ask.situation.earlier
            number, year = (earlier.bill.short, earlier.year) if earlier else ("", "")
            words = ask.kind.thanks.of(lang).format(bills="{bills}", earlier=number, year=year)
            by_words.setdefault(words, []).append(ask.bill.short)
    return [words.format(bills=SHORT_AND[lang].join(bills)) for words, bills in by_words.items()]


@dataclass(frozen=True)
class Line:
    """One thing that is said in a call. ``who`` is office or caller."""

    who: str
    en: str
    es: str


def dialogue(ask: Ask, person: Person) -> list[Line]:
    """A live call about one bill as it is likely to go, each line in both languages."""
    return _held([wordings.render(ask, person, "call", lang, "") for lang in wordings.LANGUAGES], ask, person)


def whole_dialogue(asks: Sequence[Ask], person: Person) -> list[Line]:
    """The same for one call about all of a campaign's bills."""
    return _held([whole(asks, person, "call", lang) for lang in wordings.LANGUAGES], asks[0], person)


def _held(texts: Sequence[str], ask: Ask, person: Person) -> list[Line]:
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
    """Paragraphs in pairs; where one language needs fewer, its last stands beside the rest together."""
    most = min(len(english), len(spanish))
    pairs = list(zip(english[: most - 1], spanish[: most - 1], strict=True))
    return [*pairs, ("\n\n".join(english[most - 1 :]), "\n\n".join(spanish[most - 1 :]))]
