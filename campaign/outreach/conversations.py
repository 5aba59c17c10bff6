"""Whole calls: one call about all of a campaign's bills, and calls as dialogues with the office's likely lines.

Most offices answer in English, so a dialogue shows each line in both languages.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from campaign.congress.members import Person
from campaign.outreach import blanks, names, speech, time_left, wordings
from campaign.outreach.ask_kinds import VOTED_NO
from campaign.outreach.asks import Ask
from campaign.outreach.bilingual import Text
from campaign.outreach.phrases import phrase
from campaign.refusals import Refused

KINDS = ("call", "voicemail", "tally")
_AND: Final = Text(" and ", " y ")
_AND_BILL: Final = Text(", and ", ", y ")
_AND_REQUEST: Final = Text(", and to ", ", y ")
_AND_THANKS: Final = Text(", and for ", ", y ")
# Several bills of one verb, named at once; the number in words as far as a call can name them.
_SEVERAL: Final = Text("{count} {chamber} bills: {bills}", "{count} proyectos {chamber}: {bills}")
_COUNTS: Final = {2: Text("two", "dos"), 3: Text("three", "tres"), 4: Text("four", "cuatro")}
_IN: Final = Text("{request}, in {chamber}", "{request}, en {chamber}")
# The ask beside thanks for another bill.
_TOO: Final = Text("{request} too", "también {request}")
_THANK: Final = Text("Please thank {member} for {thanks}.", "Quiero agradecerle {to_member} {thanks}.")
# Earlier versions, named before or after the proposals themselves.
_EARLIER: Final = Text("Thank you for {doing} {versions}.", "Gracias por {doing} {versions}.")
_BOTH_EARLIER: Final = Text("both in {congress}", "ambos en {congress}")
_BOTH_PROPOSALS: Final = Text("both proposals in {congress}", "ambas propuestas en {congress}")
_ONE_EARLIER: Final = Text(
    "an earlier version of {names} in {time}", "una versión anterior de {names} en {time}"
)
_THIS: Final = Text("the bill", "el proyecto")
_COMMITTEE: Final = Text("Your committee, {committee}, has {name}.", "Su comité, {committee}, tiene {name}.")


def whole(asks: Sequence[Ask], person: Person, kind: str, lang: str) -> str:
    """One text for all asks of a member in one language; see ``in_both``."""
    return in_both(asks, person, kind).of(lang)


def in_both(asks: Sequence[Ask], person: Person, kind: str) -> Text:
    """One call, voicemail or tally that covers all asks of a member: thanks first, then what is still asked.

    ``asks`` is what ``CampaignAsks.asks`` gives, one a proposal. Raises Refused for a letter: it is about one
    bill.
    """
    if kind not in KINDS:
        raise Refused(
            "A letter keeps to one bill; choose which.", "Una carta trata de un solo proyecto; elija cuál."
        )
    frames = [_frame(asks, person, kind, lang) for lang in wordings.LANGUAGES]
    chosen: list[Text] = []
    text = Text(*(put(chosen) for put in frames))
    # Each language has the same sentences, so that they can be read side by side.
    for extra in map(Text, *(_extras(asks, lang) for lang in wordings.LANGUAGES)):
        tried = [*chosen, extra]
        longer = Text(*(put(tried) for put in frames))
        if all(speech.fits(each, kind) for each in longer):
            chosen, text = tried, longer
    return text


def _extras(asks: Sequence[Ask], lang: str) -> list[str]:
    """What is said while the time allows, the most useful first: reasons, thanks for the past, committees."""
    asked = _asked(asks)
    whys = [_why(asked, ask, lang) for ask in asked]
    recalled = list(_recalled(asked, lang))
    # Where nothing can be joined yet, what they did before is the reason to ask them.
    first = [*recalled, *whys] if _between(asked) else [*whys, *recalled]
    return [each for each in (*first, *_committees(asked, lang)) if each]


def _asked(asks: Sequence[Ask]) -> list[Ask]:
    return [ask for ask in asks if not ask.kind.supports]


def _between(asks: Sequence[Ask]) -> bool:
    """Whether the last bills of all proposals have ended, and no new one is there yet."""
    return not any(ask.situation.open for ask in asks)


def _why(asks: Sequence[Ask], ask: Ask, lang: str) -> str:
    """The reason; beside another bill one sentence of it, which begins with the proposal's name."""
    why = wordings.effects(ask, lang)[0]
    if len(asks) == 1:
        return why
    subject = (wordings.THE_BILL if ask.situation.open else wordings.THE_PROPOSAL).of(lang)
    return wordings.first_sentence(why).replace(subject, f"{wordings.capital(_again(asks, ask, lang))} ", 1)


def _again(asks: Sequence[Ask], ask: Ask, lang: str) -> str:
    """A bill that was just named: by its name; in Spanish, where names are long, the first or the second."""
    if len(asks) == 1:
        return _THIS.of(lang)
    named = [each.matter.named(lang) for each in asks]
    if lang == "es" and len(named) == 2 and all(name.startswith("la ") for name in named):
        return ("la primera", "la segunda")[asks.index(ask)]
    return ask.matter.named(lang)


def _recalled(asks: Sequence[Ask], lang: str) -> Iterator[str]:
    """Thanks for earlier versions, one sentence for all that were supported in the same way and time."""
    groups: dict[tuple[str, str], list[Ask]] = {}
    for ask in asks:
        earlier = ask.situation.earlier
        if ask.kind.thanks_earlier and earlier:
            when = names.congress_of(earlier.bill, earlier.sitting, lang)
            groups.setdefault((earlier.doing(lang), when), []).append(ask)
    for (doing, when), group in groups.items():
        versions = _earlier_versions(group, when, lang, both=len(asks) == 2 == len(group))
        yield _EARLIER.of(lang).format(doing=doing, versions=versions)


def _earlier_versions(asks: Sequence[Ask], congress: str, lang: str, *, both: bool) -> str:
    if both:
        return (_BOTH_PROPOSALS if _between(asks) else _BOTH_EARLIER).of(lang).format(congress=congress)
    earlier = asks[0].situation.earlier
    time = earlier.time(lang) if earlier and len(asks) == 1 else congress
    return _ONE_EARLIER.of(lang).format(
        names=_AND.of(lang).join(ask.matter.named(lang) for ask in asks), time=time
    )


def _committees(asks: Sequence[Ask], lang: str) -> list[str]:
    """That a bill is before the member's own committee."""
    return [
        _COMMITTEE.of(lang).format(
            committee=ask.situation.seat.subject(lang),
            name=_again(asks, ask, lang),
        )
        for ask in asks
        if ask.situation.seat
    ]


def _frame(asks: Sequence[Ask], person: Person, kind: str, lang: str) -> Callable[[Sequence[Text]], str]:
    """What makes the text with the extras it is given. Before a Congress has any bill, thanks for the last ones
    come first."""
    asked = _asked(asks)
    first = list(_recalled(asked, lang)) if _between(asks) else []
    known = wordings.values(asks[0], person, kind, lang)
    fields = {
        "asks": _requests(asked, person, lang) if asked else _friends_requests(asks, lang),
        "thanks": _thanks_in(asks, person, lang) if kind == "call" else _thanks(asks, lang),
    }
    if len(asks) > len(asked) > 0:
        fields |= {
            "also": _thanks_first(asks, person, lang),
            "asks": _TOO.of(lang).format(request=fields["asks"]),
        }
        # They were just named.
        fields |= {"member": names.again_object(person)} if lang == "en" else {"to_member": ""}
    frame = phrase(asks[0].matter, "whole", _name(asks, kind), lang)
    if kind == "call":
        frame = f"{frame}\n\n{phrase(asks[0].matter, 'whole', _end(asks), lang)}"

    def put(extras: Sequence[Text]) -> str:
        own = [extra.of(lang) for extra in extras]
        said = {
            "also": " ".join(each for each in own if each in first),
            "why": " ".join(each for each in own if each not in first),
        }
        text = wordings.put(frame, {**known, **said, **fields})
        return _with_time_left(text, asks[0].matter.days_left, kind, lang)

    return put


def _name(asks: Sequence[Ask], kind: str) -> str:
    if not _asked(asks):
        return f"thanks_{kind}"
    return f"next_{kind}" if _between(asks) and kind != "tally" else kind


def _end(asks: Sequence[Ask]) -> str:
    """The last line of a call: a question, or to who is on all bills a word on what comes next."""
    if asked := _asked(asks):
        # Who has voted on all of them has shown their position.
        return "reason" if all(ask.code == VOTED_NO for ask in asked) else "question"
    return "leads" if any(ask.code == "sponsor" for ask in asks) else "friends"


def _with_time_left(text: str, days: int | None, kind: str, lang: str) -> str:
    """The text with the days until the Congress ends; the room left decides in how many words."""
    if days is None:
        return text
    text_with = time_left.add(text, time_left.spoken(days, lang))
    return text_with if speech.fits(text_with, kind) else time_left.add(text, time_left.short(days, lang))


def _requests(asks: Sequence[Ask], person: Person, lang: str) -> str:
    """``co-sponsor two House bills: the ARMAS Act, H.R. 6736, and the Stop Arming Cartels Act, H.R. 923``."""
    by_request: dict[str, list[Ask]] = {}
    for ask in asks:
        by_request.setdefault(ask.kind.request.of(lang), []).append(ask)
    several = len(by_request) == 1
    said = [request.format(bills=_bills(group, lang, several=several)) for request, group in by_request.items()]
    joined = _AND_REQUEST.of(lang).join(said)
    if several and _counted(asks):
        return joined
    return _in(joined, asks, person, lang)


def _counted(asks: Sequence[Ask]) -> bool:
    """Whether bills can be counted together: several of one chamber, none of which has ended."""
    same = len({ask.bill.chamber for ask in asks}) == 1
    return len(asks) in _COUNTS and same and all(ask.situation.open for ask in asks)


def _bills(asks: Sequence[Ask], lang: str, *, several: bool) -> str:
    """Bills by name and number; several of one chamber are counted first."""
    joined = (
        (_AND_BILL if any(ask.situation.open for ask in asks) else _AND)
        .of(lang)
        .join(_named(ask, lang) for ask in asks)
    )
    if not several or not _counted(asks):
        return joined
    chamber = names.OF_CHAMBERS[lang][asks[0].bill.chamber]
    return _SEVERAL.of(lang).format(count=_COUNTS[len(asks)].of(lang), chamber=chamber, bills=joined)


def _named(ask: Ask, lang: str) -> str:
    """A bill by name and number; by its name alone where it has ended: a new bill will have another number."""
    name = ask.matter.named(lang)
    return f"{name}, {ask.matter.number(ask.bill, lang)}" if ask.situation.open else name


def _thanks(asks: Sequence[Ask], lang: str) -> str:
    """``co-sponsoring two Senate bills: …``, ``introducing …, and for co-sponsoring …``: of the supported."""
    groups: dict[str, list[Ask]] = {}
    for ask in asks:
        if ask.kind.thanks:
            groups.setdefault(ask.kind.thanks.of(lang), []).append(ask)
    several = len(groups) == 1
    said = [thanks.format(bills=_bills(group, lang, several=several)) for thanks, group in groups.items()]
    return _AND_THANKS.of(lang).join(said)


def _thanks_in(asks: Sequence[Ask], person: Person, lang: str) -> str:
    """The same with the chamber, where no count of bills has said it and there is time."""
    thanks = _thanks(asks, lang)
    if _counted(asks) and len({ask.kind.thanks for ask in asks}) == 1:
        return thanks
    return _in(thanks, asks, person, lang)


def _in(text: str, asks: Sequence[Ask], person: Person, lang: str) -> str:
    chamber = names.chamber(person.chamber or asks[0].bill.chamber, lang, spoken=True)
    return _IN.of(lang).format(request=text, chamber=chamber)


def _thanks_first(asks: Sequence[Ask], person: Person, lang: str) -> str:
    """Thanks for the bills that the member supports, in front of what is asked about the others."""
    return _THANK.of(lang).format(
        member=names.spoken(person, lang), to_member=names.spoken_to(person, lang), thanks=_thanks(asks, lang)
    )


def _friends_requests(asks: Sequence[Ask], lang: str) -> str:
    """What is asked of who supports all bills, which were named before."""
    return _AND_REQUEST.of(lang).join(dict.fromkeys(ask.kind.request.of(lang) for ask in asks))


@dataclass(frozen=True)
class Line:
    """One line of a dialogue. ``who`` is office or caller."""

    who: str
    en: str
    es: str


def dialogue(ask: Ask, person: Person) -> list[Line]:
    """A call about one bill as it is likely to go, each line in both languages."""
    texts = wordings.in_both(ask, person, "call", Text("", ""))
    return _dialogue(texts, ask, person, friend=ask.kind.supports)


def whole_dialogue(asks: Sequence[Ask], person: Person) -> list[Line]:
    """A call about all of a campaign's bills as it is likely to go, each line in both languages."""
    texts = in_both(asks, person, "call")
    return _dialogue(texts, asks[0], person, friend=not _asked(asks))


def _dialogue(texts: Sequence[str], ask: Ask, person: Person, *, friend: bool) -> list[Line]:
    """Turns in alternation: what the caller adds of their own is theirs to say, and left out here."""
    english, spanish = (blanks.without_optional(text).split("\n\n") for text in texts)
    ours = beside(english, spanish)
    known = {lang: wordings.values(ask, person, "call", lang) for lang in wordings.LANGUAGES}

    def line(who: str, *said: tuple[str, str]) -> Line:
        return Line(who, *("\n\n".join(parts) for parts in zip(*said, strict=True)))

    def staff(name: str) -> tuple[str, str]:
        en, es = (
            wordings.put(phrase(ask.matter, "staff", name, lang), known[lang]) for lang in wordings.LANGUAGES
        )
        return en, es

    return [
        line("office", staff("hello")),
        line("caller", ours[0]),
        line("office", staff("who")),
        line("caller", staff("me"), *ours[1:]),
        line("office", staff("noted" if friend else "position")),
        line("caller", staff("goodbye")),
    ]


def beside(english: Sequence[str], spanish: Sequence[str]) -> list[tuple[str, str]]:
    """Paragraphs in pairs; where one language has fewer, its last is paired with all the rest."""
    last = min(len(english), len(spanish)) - 1
    pairs = list(zip(english[:last], spanish[:last], strict=True))
    return [*pairs, ("\n\n".join(english[last:]), "\n\n".join(spanish[last:]))]
