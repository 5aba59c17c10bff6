"""Scripts and letters: text with named fields in square brackets, filled from the record.

Not a template language: a wording can name a field and nothing else, and an unknown field is refused.
The shipped texts are ``templates/wordings/<ask>/<kind>.<lang>.txt``. What a proposal does is a text of its
campaign (``phrases.OF_PROPOSALS``), written once for all asks: one spoken sentence, one written paragraph.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import BillId, ordinal
from campaign.congress.members import Person
from campaign.congress.models import Office
from campaign.outreach import asks, names, phone_numbers, speech, time_left
from campaign.outreach.asks import Ask, ProposalBills
from campaign.outreach.bilingual import Text
from campaign.outreach.blanks import BLANKS, blanks
from campaign.outreach.phrases import phrase
from campaign.proposals.models import CitedFact
from campaign.refusals import Refused
from campaign.settings import shipped

KINDS = ("call", "voicemail", "tally", "letter")
LANGUAGES = ("en", "es")
# A page at the most.
LONGEST_LETTER = 260
FILLED = (
    "member", "Member", "they", "They", "them", "to_member", "of_member", "salutation", "bill", "name",
    "plain_name", "chamber", "congress", "committee", "earlier", "year", "did", "doing", "since", "left",
    "voted", "progress", "why", "what", "fact", "also", "asks", "thanks", "proposal", "home",
)  # fmt: skip
FIELDS = frozenset((*BLANKS, *FILLED))
# Fields that may be empty; the rest of the sentence or paragraph stands without them.
OPTIONAL = frozenset({"why", "what", "fact", "also", "them", "to_member"})
FIELD = re.compile(r"\[(\w+)\]")
# Everything that looks like a field, closed or not.
BRACKET = re.compile(r"\[[^\[\]]*\]?|\]")
# Fields that hold a bill's number.
NUMBERS = frozenset({"bill", "earlier", "proposal"})
YEAR = re.compile(r"\b(19|20)\d\d\b")


@dataclass(frozen=True)
class Script:
    """A script or letter for one member, with the telephone numbers to call, Washington first."""

    ask: str
    text: str
    salutation: str
    phones: tuple[str, ...]
    reason: str


def script_for(session: Session, bill: str, bioguide: str, kind: str, lang: str, *, now: datetime) -> Script:
    """The script of ``kind`` (one of ``KINDS``) for one member about one bill.

    A bill of an earlier Congress leads to the proposal's bill of this one, a bill of the other chamber to its
    companion. Raises Refused for an unknown bill or member, for a member who has left, and where nothing is
    left to ask.
    """
    _check_kind(kind, lang)
    person = sitting(session, bioguide, now=now)
    ask = asks.ask_about(session, person, BillId.of(bill), now=now)
    if ask is None:
        raise nothing_to_ask(person, bill)
    return write(session, ask, person, kind, lang)


def write(session: Session, ask: Ask, person: Person, kind: str, lang: str) -> Script:
    """The script for an ask."""
    return Script(
        ask=ask.code,
        text=render(ask, person, kind, lang, cited(session, ask.matter, lang)),
        salutation=names.salutation(person, lang),
        phones=tuple(office.phone for office in offices(session, person)),
        reason=ask.reason(lang),
    )


def sitting(session: Session, bioguide: str, *, now: datetime) -> Person:
    """A sitting member. Raises Refused (404) for anybody else."""
    person = members.person(session, bioguide, now=now)
    if person is None:
        raise Refused(
            f"We don’t know a member with the ID {bioguide[:20]}.",
            f"No conocemos a ningún integrante del Congreso con el código {bioguide[:20]}.",
            status=404,
        )
    if person.standing == "waiting":
        raise Refused(
            f"As far as we know, {person.name} holds no seat in Congress right now.",
            f"Hasta donde sabemos, {person.name} no ocupa ahora un escaño en el Congreso.",
            status=404,
        )
    if person.standing == "departed" or person.chamber is None:
        raise Refused(
            f"{person.name} is no longer in Congress.",
            f"{person.name} ya no está en el Congreso.",
            status=404,
        )
    return person


def nothing_to_ask(person: Person, bill: str) -> Refused:
    """The refusal (404) where nothing is left to ask about a bill; of any bill where it is empty."""
    if not bill:
        return Refused(
            f"We have nothing to ask {person.name} right now.",
            f"Por ahora no tenemos nada que pedir a {person.name}.",
            status=404,
        )
    number = BillId.of(bill).short
    return Refused(
        f"We have nothing to ask {person.name} about {number} right now.",
        f"Por ahora no tenemos nada que pedir a {person.name} sobre {number}.",
        status=404,
    )


def offices(session: Session, person: Person) -> list[Office]:
    """The member's offices that can be called, Washington first."""
    return [office for office in phone_numbers.callable_offices(session, person.bioguide) if office.phone]


def facts(session: Session, matter: ProposalBills) -> list[CitedFact]:
    """The figures that letters may cite for a proposal, each with its source, in the campaign's order."""
    rows = select(CitedFact).where(CitedFact.campaign == matter.campaign, col(CitedFact.letters))
    rows = rows.where(CitedFact.source_en != "", CitedFact.source_es != "")
    rows = rows.where(col(CitedFact.proposal).is_(None) | (CitedFact.proposal == matter.slug))
    return list(session.exec(rows.order_by(col(CitedFact.position))))


def cited(session: Session, matter: ProposalBills, lang: str) -> str:
    """The first figure for a proposal as a sentence; empty where there is none."""
    return next((sentence(fact, lang) for fact in facts(session, matter)), "")


def sentence(fact: CitedFact, lang: str) -> str:
    """A figure with its years and, in the same sentence, its source: none is shown without them."""
    text, source = (fact.text_es, fact.source_es) if lang == "es" else (fact.text_en, fact.source_en)
    text = text.rstrip(".")
    years = f", {fact.period}" if fact.period and not YEAR.search(text) else ""
    return f"{text}{years} ({source})."


def check(text: str) -> None:
    """Raise Refused for a wording with an unknown field, naming the field and its line."""
    lines = enumerate(text.split("\n"), start=1)
    unknown = [(number, name) for number, line in lines for name in BRACKET.findall(line) if not _known(name)]
    if unknown:
        en = ", ".join(f"{name[:40]} (line {number})" for number, name in unknown)
        es = ", ".join(f"{name[:40]} (línea {number})" for number, name in unknown)
        raise Refused(f"Unknown fields: {en}.", f"Campos desconocidos: {es}.")


def _known(bracket: str) -> bool:
    named = FIELD.fullmatch(bracket)
    return named is not None and named[1] in FIELDS


@cache
def wording(code: str, kind: str, lang: str) -> str:
    """The shipped text for one ask, kind and language. Raises Refused for an unknown kind or language."""
    _check_kind(kind, lang)
    text = (shipped("templates") / "wordings" / code / f"{kind}.{lang}.txt").read_text(encoding="utf-8")
    check(text)
    return text


def text_of(ask: Ask, kind: str, lang: str) -> str:
    """The text for an ask with its fields unfilled: the one organizers published, else the shipped one."""
    return ask.matter.wordings.get((ask.kind.texts, kind, lang)) or wording(ask.kind.texts, kind, lang)


def points(matter: ProposalBills, lang: str) -> tuple[str, str]:
    """What a proposal does: one spoken sentence, one written paragraph; both empty where none is written."""
    spoken, _, written = phrase(matter, "points", matter.slug, lang).partition("\n\n")
    return spoken, written.strip()


# Where a sentence ends: not at "U.S. exports", "H.R. 923" or ".50".
_ENDS = re.compile(r"(?<=[a-záéíóúñ\d%)]{2}[.?!])\s+(?=[A-ZÁÉÍÓÚÑ¿¡])")


def first_sentence(text: str) -> str:
    """The first sentence: what there is time for in a voicemail."""
    return _ENDS.split(text, maxsplit=1)[0]


# How a text on what a bill does begins. Where the bill has ended, it is told of the proposal.
THE_BILL = Text("The bill ", "El proyecto ")
THE_PROPOSAL = Text("The proposal ", "La propuesta ")


def effects(ask: Ask, lang: str) -> tuple[str, str]:
    """``points`` as they are told now: nothing is said in the present tense of a bill that has ended."""
    spoken, written = points(ask.matter, lang)
    if ask.situation.open:
        return spoken, written
    bill, proposal = THE_BILL.of(lang), THE_PROPOSAL.of(lang)
    return spoken.replace(bill, proposal, 1), written.replace(bill, proposal, 1)


def render(ask: Ask, person: Person, kind: str, lang: str, fact: str, *, printed: bool = False) -> str:
    """The text for an ask in one language; see ``in_both``."""
    return in_both(ask, person, kind, Text(fact, fact), printed=printed).of(lang)


def in_both(ask: Ask, person: Person, kind: str, fact: Text, *, printed: bool = False) -> Text:
    """The text for an ask, every field filled; in the last weeks of a Congress it says how long is left.

    What does not fit into the time of a script is left out, the same parts in both languages, so that they can
    be read side by side. ``printed`` is for paper that is read on later days. Raises KeyError with the field
    whose value the record lacks.
    """
    known = {lang: {**values(ask, person, kind, lang), "fact": fact.of(lang)} for lang in LANGUAGES}
    for dropped in (*_DROPPED, ()):
        text = Text(*(_rendered(ask, kind, lang, known[lang], dropped, printed) for lang in LANGUAGES))
        if all(speech.fits(each, kind) for each in text):
            break
    return text


# What makes room where a script is too long, in order: nothing, one more sentence, the reason as well.
_DROPPED: tuple[tuple[str, ...], ...] = ((), ("also",), ("also", "why"))


def _rendered(
    ask: Ask, kind: str, lang: str, known: Mapping[str, str], dropped: tuple[str, ...], printed: bool
) -> str:
    text = put(text_of(ask, kind, lang), {**known, **dict.fromkeys(dropped, "")})
    days = ask.matter.days_left
    if days is None:
        return text
    if kind == "letter":
        return time_left.add(text, time_left.written(days, lang), paragraph=1)
    if printed:
        return time_left.add(text, time_left.printed(days, lang))
    whole = time_left.add(text, time_left.spoken(days, lang))
    short = kind == "tally" and not speech.fits(whole, kind)
    return time_left.add(text, time_left.short(days, lang)) if short else whole


def fill(text: str, ask: Ask, person: Person, kind: str, lang: str, **given: str) -> str:
    """A text with every field filled from the record (``put``); values in ``given`` take precedence."""
    return put(text, {**values(ask, person, kind, lang), **given})


def put(text: str, known: Mapping[str, str]) -> str:
    """A text with every field filled with what is known (``values``).

    A bill's number that begins a sentence begins with a capital. Filled in values are not searched for fields
    again, so a reader may write brackets. Raises KeyError with the field whose value the record lacks.
    """

    def filled(field: re.Match[str]) -> str:
        value = _value(known, field[1])
        if text.startswith(".", field.end()):
            # "Washington, D.C." ends a sentence with its own period.
            value = value.removesuffix(".")
        begins = field[1] in NUMBERS and _ends_a_sentence(text[: field.start()])
        return capital(value) if begins else value

    return tidy(FIELD.sub(filled, text))


def _ends_a_sentence(before: str) -> bool:
    """Whether what follows this text begins a sentence."""
    said = before.rstrip()
    return before[-1:] in ("", "\n") or (said != before and said.endswith((".", "?", "!")))


def capital(text: str) -> str:
    """A text with a capital letter at its beginning; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def _value(known: Mapping[str, str], name: str) -> str:
    if not known[name] and name not in OPTIONAL:
        raise KeyError(name)
    return known[name]


def lacking(error: KeyError) -> Text:
    """What the record lacks, of an error that ``fill`` raised."""
    name = error.args[0]
    return Text(
        f"the record has no '{name}' for this wording", f"el registro no tiene «{name}» para este texto"
    )


def values(ask: Ask, person: Person, kind: str, lang: str) -> dict[str, str]:
    """What the record has for each field; blanks for what the reader fills in."""
    seat, earlier = ask.situation.seat, ask.situation.earlier
    joined, left = ask.situation.joined, ask.situation.left
    letter = kind == "letter"
    member = names.spoken(person, lang)
    spoken, written = effects(ask, lang)
    plain = ask.matter.name(lang)
    return {
        **blanks(lang),
        "fact": "",
        "asks": "",
        "thanks": "",
        "member": member,
        "Member": capital(member),
        "they": names.again(person, lang),
        "They": capital(names.again(person, lang)),
        "them": names.again_object(person) if lang == "en" else "",
        "to_member": names.spoken_to(person, lang),
        "of_member": names.spoken_of(person, lang),
        "salutation": names.salutation(person, lang),
        "bill": names.numbered(ask.bill, lang)
        if letter and ask.bill.congress < ask.matter.congress
        else ask.matter.number(ask.bill, lang),
        "name": names.with_article(plain, lang),
        "plain_name": plain,
        "chamber": names.chamber(person.chamber or ask.bill.chamber, lang, spoken=not letter),
        "home": names.home(person, lang),
        # The Spanish texts put their own mark behind the number.
        "congress": str(ask.bill.congress) if lang == "es" else ordinal(ask.bill.congress, lang),
        "committee": (seat.of(lang) if letter else seat.spoken(lang)) if seat else "",
        "earlier": (earlier.numbered(lang) if letter else earlier.named(lang)) if earlier else "",
        "year": earlier.time(lang) if earlier else "",
        "did": earlier.verb(lang) if earlier else "",
        "doing": earlier.doing(lang) if earlier else "",
        "since": names.day(joined, lang) if joined else "",
        "left": names.day(left, lang) if left else "",
        "voted": names.day(ask.situation.voted_on, lang) if ask.situation.voted_on else "",
        "progress": _progress(ask, person, lang),
        "why": first_sentence(spoken) if kind == "voicemail" else spoken,
        "what": written,
        "also": _also(ask, person, kind, lang),
        "proposal": Text("the proposal", "la propuesta").of(lang),
    }


def _progress(ask: Ask, person: Person, lang: str) -> str:
    """Why a vote is near: the other chamber has passed the bill, or it is out of committee."""
    if ask.bill.chamber == person.chamber:
        return Text("It is out of committee.", "Ya salió del comité.").of(lang)
    passed = Text("{} has passed it.", "{} ya lo aprobó.").of(lang)
    return capital(passed.format(names.chamber(ask.bill.chamber, lang)))


def _also(ask: Ask, person: Person, kind: str, lang: str) -> str:
    """One more thing that fits, in a short sentence: their committee, earlier support, or the sister bill."""
    seat, earlier = ask.situation.seat, ask.situation.earlier
    letter = kind == "letter"
    if seat and ask.kind.adds_committee:
        return (
            _ALSO["committee", letter]
            .of(lang)
            .format(committee=seat.of(lang) if letter else seat.subject(lang))
        )
    if earlier and ask.kind.adds_earlier:
        return (
            _ALSO["earlier", letter]
            .of(lang)
            .format(year=earlier.time(lang), did=earlier.verb(lang), earlier=earlier.numbered(lang))
        )
    if ask.sister:
        bill, matter = ask.sister
        return (
            _ALSO["sister", letter]
            .of(lang)
            .format(
                bill=bill.short,
                name=names.with_article(matter.name(lang), lang),
                member=names.spoken(person, lang),
            )
        )
    return ""


# What is said beside the ask, by subject; as spoken and (True) as a letter has it.
_ALSO = {
    ("committee", False): Text(
        "Your committee, {committee}, has the bill.", "Su comité, {committee}, tiene el proyecto."
    ),
    ("committee", True): Text(
        "You sit on {committee}, which has the bill.", "Usted está en {committee}, que lo tiene."
    ),
    ("earlier", False): Text(
        "Thank you for supporting an earlier version in {year}.",
        "Gracias por apoyar una versión anterior en {year}.",
    ),
    ("earlier", True): Text(
        "In {year} you {did} an earlier version, {earlier}. Thank you.",
        "En {year} usted {did} una versión anterior, {earlier}. Gracias.",
    ),
    ("sister", False): Text(
        "Please also thank {member} for co-sponsoring {name}, {bill}.",
        "Agradézcale también que copatrocine {name}, {bill}.",
    ),
    ("sister", True): Text(
        "Thank you, too, for co-sponsoring {name}, {bill}.",
        "Gracias también por copatrocinar {name}, {bill}.",
    ),
}


def tidy(text: str) -> str:
    """A text without what empty fields leave behind: double spaces and empty paragraphs."""
    while "  " in text:
        text = text.replace("  ", " ")
    paragraphs = map(str.strip, text.split("\n\n"))
    return "\n\n".join(part for part in paragraphs if part)


def _check_kind(kind: str, lang: str) -> None:
    if kind not in KINDS or lang not in LANGUAGES:
        raise Refused(
            f"There is no {kind[:20]!r} in {lang[:20]!r}: kinds are {', '.join(KINDS)}; languages en and es.",
            f"No existe {kind[:20]!r} en {lang[:20]!r}: hay {', '.join(KINDS)}; idiomas en y es.",
        )
