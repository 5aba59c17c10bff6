"""Whole calls: one call about all of a campaign's bills, and calls as dialogues with the office's likely lines.

Most offices answer in English, so a dialogue shows each line in both languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from campaign.congress.members import Person
from campaign.outreach import names, time_left, wordings
from campaign.outreach.asks import Ask
from campaign.outreach.bilingual import Text
from campaign.outreach.phrases import phrase
from campaign.refusals import Refused

KINDS = ("call", "voicemail", "tally")
# The limits are the same for several bills as for one.
MOST_WORDS = wordings.MOST_WORDS
_AND_BILL = Text(", and ", ", y ")
_AND_REQUEST = Text(", and to ", ", y ")
_AND = Text(" and ", " y ")
# The earlier versions of the two bills of a call.
_BOTH = Text("both in {congress}", "ambos en {congress}")
# The same where thanks come first, so that neither was named before.
_BOTH_PROPOSALS = Text("both proposals in {congress}", "ambas propuestas en {congress}")
# What is said in place of thanks to members who were on no earlier bill.
_INTRODUCTION = Text("I am calling to introduce myself.", "Llamo para presentarme.")


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
    if kind == "call" and _between(asks):
        first = thanks or [("also", _INTRODUCTION.of(lang))]
        return [extra for extra in (*first, *whys) if extra[1]]
    return [extra for extra in (*whys[:1], *thanks, *whys[1:]) if extra[1]]


def _between(asks: Sequence[Ask]) -> bool:
    """Whether the last bills of all proposals have ended, and no new one is there yet."""
    return not any(ask.situation.open for ask in asks)


def _why(ask: Ask, lang: str, *, alone: bool) -> str:
    """The one-sentence reason; with several bills its number begins it, and its name where it has ended."""
    why = wordings.effects(ask, lang)[0]
    if alone:
        return why
    if not ask.situation.open:
        name = names.with_article(ask.matter.name(lang), lang)
        return why.replace(wordings.THE_PROPOSAL.of(lang), f"{wordings.capital(name)} ", 1)
    number = wordings.capital(ask.matter.number(ask.bill, lang))
    return why.replace(wordings.THE_BILL.of(lang), f"{number} ", 1)


def _put(asks: Sequence[Ask], person: Person, kind: str, lang: str, chosen: Sequence[int]) -> str:
    extras = _extras(asks, kind, lang)
    added = [extras[number] for number in chosen]
    fields = {name: " ".join(text for field, text in added if field == name) for name in ("why", "also")}
    name = f"next_{kind}" if _between(asks) and kind != "tally" else kind
    frame = phrase(asks[0].matter, "whole", name, lang)
    if kind == "call":
        end = "friends" if all(ask.kind.supports for ask in asks) else "question"
        frame = f"{frame}\n\n{phrase(asks[0].matter, 'whole', end, lang)}"
    text = wordings.fill(frame, asks[0], person, kind, lang, asks=_requests(asks, lang), **fields)
    return _with_time_left(text, asks[0].matter.days_left, kind, lang)


def _with_time_left(text: str, days: int | None, kind: str, lang: str) -> str:
    """The text with the days until the Congress ends; the room left decides in how many words."""
    whole = time_left.add(text, time_left.spoken(days, lang))
    return whole if len(whole.split()) <= MOST_WORDS[kind] else time_left.add(text, time_left.short(days, lang))


def _requests(asks: Sequence[Ask], lang: str) -> str:
    """``co-sponsor H.R. 6736, the ARMAS Act, and to help win one more co-sponsor for H.R. 923, …``"""
    by_request: dict[str, list[str]] = {}
    for ask in asks:
        by_request.setdefault(ask.kind.request.of(lang), []).append(_named(ask, lang))
    joint = (_AND if _between(asks) else _AND_BILL).of(lang)
    return _AND_REQUEST.of(lang).join(
        request.format(bills=joint.join(bills)) for request, bills in by_request.items()
    )


def _named(ask: Ask, lang: str) -> str:
    """A bill by number and name; by its name alone where it has ended: a new bill will have another number."""
    name = names.with_article(ask.matter.name(lang), lang)
    return f"{ask.matter.number(ask.bill, lang)}, {name}" if ask.situation.open else name


def _thanks(asks: Sequence[Ask], lang: str) -> list[str]:
    """The sentences of thanks, one for all bills with the same thanks."""
    groups: dict[tuple[str, str], list[str]] = {}
    for ask in asks:
        if ask.kind.thanks is None:
            continue
        earlier = None if ask.kind.supports else ask.situation.earlier
        doing = earlier.doing(lang) if earlier else ""
        words = ask.kind.thanks.of(lang).format(bills="{bills}", doing=doing)
        when = names.congress_of(earlier.bill, earlier.sitting, lang) if earlier else ""
        number = earlier.named(lang) if earlier else ask.matter.number(ask.bill, lang)
        groups.setdefault((words, when), []).append(number)
    both = _BOTH_PROPOSALS if _between(asks) else _BOTH
    return [
        words.format(bills=_together(bills, when, both if len(asks) == 2 else None, lang))
        for (words, when), bills in groups.items()
    ]


def _together(bills: Sequence[str], when: str, both: Text | None, lang: str) -> str:
    """``H.R. 923``; earlier versions of both bills of a call of two are ``both in the last Congress``."""
    if when and both and len(bills) == 2:
        return both.of(lang).format(congress=when)
    return _AND.of(lang).join(bills)


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
