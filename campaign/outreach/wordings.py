"""Scripts and letters: text with named fields in square brackets, filled from the record.

Not a template language: a wording can name a field and nothing else, and an unknown field is refused.
The shipped texts are ``templates/wordings/<ask>/<kind>.<lang>.txt``; what a proposal does is said once for
all asks in ``templates/wordings/points/<proposal>.<lang>.txt`` (one spoken sentence, one written paragraph).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.congress.models import Office
from campaign.outreach import asks, names
from campaign.outreach.asks import Ask, Matter
from campaign.outreach.bilingual import Text
from campaign.outreach.phrases import phrase
from campaign.proposals.models import CitedFact
from campaign.refusals import Refused
from campaign.settings import shipped

KINDS = ("call", "voicemail", "tally", "letter")
LANGUAGES = ("en", "es")
# What the reader fills in; it is shown as a blank with its name beside it.
BLANKS = {
    "your_name": ("your name", "su nombre"),
    "your_town": ("your town", "su ciudad"),
    "your_phone": ("your phone number", "su teléfono"),
    "your_zip": ("your ZIP code", "su código postal"),
    "your_address": ("your street, town and ZIP code", "su calle, ciudad y código postal"),
    "your_sentence": (
        "one or two sentences of your own: what this means to you",
        "una o dos frases suyas: qué significa esto para usted",
    ),
}
BLANK = "____"
FILLED = (
    "member", "Member", "to_member", "of_member", "salutation", "bill", "name", "plain_name", "chamber",
    "congress", "committee", "earlier", "year", "did", "since", "left", "progress", "why", "what", "fact",
    "also", "asks",
)  # fmt: skip
FIELDS = frozenset((*BLANKS, *FILLED))
# Fields that may have nothing to say; the rest of the sentence or paragraph stands without them.
OPTIONAL = frozenset({"why", "what", "fact", "also"})
FIELD = re.compile(r"\[(\w+)\]")
# All that looks like a field, also where it was not closed or opened.
BRACKET = re.compile(r"\[[^\[\]]*\]?|\]")
YEAR = re.compile(r"\b(19|20)\d\d\b")


@dataclass(frozen=True)
class Script:
    """What to say or write to one member, and the numbers to call, Washington first."""

    ask: str
    text: str
    salutation: str
    phones: tuple[str, ...]
    reason: str


def script_for(session: Session, bill: str, bioguide: str, kind: str, lang: str, *, now: datetime) -> Script:
    """The script of ``kind`` (call, voicemail, tally, letter) for one member about one bill.

    A dead number leads to the proposal's living bill, a bill of the other chamber to its companion. Raises
    Refused for an unknown bill or member, for somebody who has left, and where nothing is left to ask.
    """
    _known_cell(kind, lang)
    person = sitting(session, bioguide)
    found = asks.pick(session, person, BillId.of(bill), now=now)
    if found is None:
        raise nothing_to_ask(person, bill)
    return write(session, found, person, kind, lang)


def write(session: Session, ask: Ask, person: Person, kind: str, lang: str) -> Script:
    """One ask in words, with the member's telephone numbers."""
    phones = tuple(office.phone for office in members.offices(session, person.bioguide) if office.phone)
    fact = cited(session, ask.matter, lang)
    return Script(
        ask.code,
        render(ask, person, kind, lang, fact),
        names.salutation(person, lang),
        phones,
        ask.reason(lang),
    )


def sitting(session: Session, bioguide: str) -> Person:
    """A member who sits now. Raises Refused (404) for anybody else."""
    person = members.person(session, bioguide)
    if person is None:
        raise Refused(
            f"Nobody with the id {bioguide[:20]} is known.",
            f"No se conoce a nadie con el código {bioguide[:20]}.",
            status=404,
        )
    if person.standing == "departed" or person.chamber is None:
        raise Refused(
            f"{person.name} no longer sits in Congress.",
            f"{person.name} ya no está en el Congreso.",
            status=404,
        )
    return person


def nothing_to_ask(person: Person, bill: str) -> Refused:
    number = BillId.of(bill).short
    return Refused(
        f"There is nothing left to ask of {person.name} about {number}.",
        f"No queda nada que pedir a {person.name} sobre {number}.",
        status=404,
    )


def offices(session: Session, person: Person) -> list[Office]:
    """The member's offices that can be called, Washington first."""
    return [office for office in members.offices(session, person.bioguide) if office.phone]


def cited(session: Session, matter: Matter, lang: str) -> str:
    """The first figure that may be cited for a matter, with its source; empty where there is none."""
    rows = select(CitedFact).where(CitedFact.campaign == matter.campaign, CitedFact.source != "")
    rows = rows.where(col(CitedFact.proposal).is_(None) | (CitedFact.proposal == matter.slug))
    fact = session.exec(rows.order_by(col(CitedFact.position)).limit(1)).first()
    return sentence(fact, lang) if fact else ""


def sentence(fact: CitedFact, lang: str) -> str:
    """A figure with its years and its source: none is ever shown without them."""
    text = (fact.text_es if lang == "es" else fact.text_en).rstrip(".")
    years = f", {fact.period}" if fact.period and not YEAR.search(text) else ""
    return f"{text}{years}. {'Fuente' if lang == 'es' else 'Source'}: {fact.source}."


def check(text: str) -> None:
    """Refuse a wording that names a field we do not have, with the line it stands on."""
    lines = enumerate(text.split("\n"), start=1)
    unknown = [(number, one) for number, line in lines for one in BRACKET.findall(line) if not _known(one)]
    if unknown:
        en = ", ".join(f"{one[:40]} (line {number})" for number, one in unknown)
        es = ", ".join(f"{one[:40]} (línea {number})" for number, one in unknown)
        raise Refused(f"Unknown fields: {en}.", f"Campos desconocidos: {es}.")


def _known(bracket: str) -> bool:
    named = FIELD.fullmatch(bracket)
    return named is not None and named[1] in FIELDS


@cache
def wording(code: str, kind: str, lang: str) -> str:
    """The shipped text for one ask, kind and language. Raises Refused for a cell that does not exist."""
    _known_cell(kind, lang)
    text = (shipped("templates") / "wordings" / code / f"{kind}.{lang}.txt").read_text(encoding="utf-8")
    check(text)
    return text


def said(ask: Ask, kind: str, lang: str) -> str:
    """The text for an ask: the one that organizers published, else the shipped one."""
    return ask.matter.wordings.get((ask.code, kind, lang)) or wording(ask.code, kind, lang)


def points(matter: Matter, lang: str) -> tuple[str, str]:
    """What a proposal does: one spoken sentence, one written paragraph; both empty where nobody wrote them."""
    spoken, _, written = phrase(matter, "points", matter.slug, lang).partition("\n\n")
    return spoken, written.strip()


def render(ask: Ask, person: Person, kind: str, lang: str, fact: str) -> str:
    """The wording of an ask, every field filled. Raises KeyError where the record lacks what it needs."""
    return fill(said(ask, kind, lang), ask, person, kind, lang, fact=fact)


def fill(text: str, ask: Ask, person: Person, kind: str, lang: str, **given: str) -> str:
    """A text with every field filled from the record; ``given`` are values that win over it.

    What is filled in is never read for fields again: whatever a reader writes stays what they wrote.
    """
    values = {**blanks(lang), "fact": "", "asks": "", **_values(ask, person, kind, lang), **given}
    return tidy(FIELD.sub(lambda m: _value(values, m[1]), text))


def _value(values: dict[str, str], name: str) -> str:
    if not values[name] and name not in OPTIONAL:
        raise KeyError(f"the record has no {name!r} for this wording")
    return values[name]


def blanks(lang: str) -> dict[str, str]:
    """What the reader fills in, as it stands in a text until then."""
    return {name: f"{BLANK} ({es if lang == 'es' else en})" for name, (en, es) in BLANKS.items()}


def _values(ask: Ask, person: Person, kind: str, lang: str) -> dict[str, str]:
    seat, earlier = ask.situation.seat, ask.situation.earlier
    joined, left = ask.situation.joined, ask.situation.left
    member = names.spoken(person, lang)
    spoken, written = points(ask.matter, lang)
    plain = ask.matter.name(lang)
    return {
        "member": member,
        "Member": member[:1].upper() + member[1:],
        "to_member": names.spoken_to(person, lang),
        "of_member": names.spoken_of(person, lang),
        "salutation": names.salutation(person, lang),
        "bill": ask.bill.short,
        "name": names.with_article(plain, lang),
        "plain_name": plain,
        "chamber": names.chamber(person.chamber or ask.bill.chamber, lang),
        # The Spanish texts put their own mark behind the number.
        "congress": str(ask.bill.congress) if lang == "es" else names.ordinal(ask.bill.congress, lang),
        "committee": seat.of(lang) if seat else "",
        "earlier": earlier.bill.short if earlier else "",
        "year": str(earlier.year) if earlier else "",
        "did": earlier.verb(lang) if earlier else "",
        "since": names.day(joined, lang) if joined else "",
        "left": names.day(left, lang) if left else "",
        "progress": _progress(ask, person, lang),
        "why": spoken,
        "what": written,
        "also": _also(ask, kind, lang),
    }


def _progress(ask: Ask, person: Person, lang: str) -> str:
    """Why a vote is near: the other chamber has passed the bill, or the committee has finished with it."""
    other = "senate" if person.chamber == "house" else "house"
    if ask.bill.chamber == other:
        passed = {"en": "{} has passed it.", "es": "{} ya lo aprobó."}[lang].format(names.chamber(other, lang))
        return passed[:1].upper() + passed[1:]
    return {"en": "The committee has reported it.", "es": "El comité ya lo aprobó."}[lang]


def _also(ask: Ask, kind: str, lang: str) -> str:
    """The rest of what fits, in a short sentence: their committee, what they did before, the other bill."""
    seat, earlier = ask.situation.seat, ask.situation.earlier
    if seat and ask.kind.adds_committee:
        return _ALSO["committee", kind == "letter"].of(lang).format(committee=seat.of(lang))
    if earlier and ask.kind.adds_earlier:
        return (
            _ALSO["earlier", kind == "letter"]
            .of(lang)
            .format(earlier=earlier.bill.short, year=earlier.year, did=earlier.verb(lang))
        )
    if ask.sister:
        bill, matter = ask.sister
        name = names.with_article(matter.name(lang), lang)
        return _ALSO["sister", kind == "letter"].of(lang).format(bill=bill.short, name=name)
    return ""


# What is said beside the ask, by subject; as spoken and (True) as a letter has it.
_ALSO = {
    ("committee", False): Text(
        "The bill is before {committee}, your committee.", "El proyecto está en su comité, {committee}."
    ),
    ("committee", True): Text(
        "You sit on {committee}, which has the bill.", "Usted integra {committee}, que tiene el proyecto."
    ),
    ("earlier", False): Text("Thank you for {earlier} in {year}.", "Gracias por {earlier} en {year}."),
    ("earlier", True): Text(
        "In {year} you {did} {earlier}, and I have not forgotten it.",
        "En {year} usted {did} {earlier}, y no lo he olvidado.",
    ),
    ("sister", False): Text(
        "And thank you for co-sponsoring {bill}, {name}.", "Y gracias por copatrocinar {bill}, {name}."
    ),
    ("sister", True): Text(
        "Thank you, too, for co-sponsoring {bill}, {name}.", "Gracias también por copatrocinar {bill}, {name}."
    ),
}
PARAGRAPHS = re.compile(r"\n{2,}")


def tidy(text: str) -> str:
    """Drop what empty fields leave behind: double spaces and paragraphs with nothing in them."""
    paragraphs = (re.sub(r" {2,}", " ", part).strip() for part in PARAGRAPHS.split(text))
    return "\n\n".join(part for part in paragraphs if part)


def _known_cell(kind: str, lang: str) -> None:
    if kind not in KINDS or lang not in LANGUAGES:
        raise Refused(
            f"There is no {kind[:20]!r} in {lang[:20]!r}: kinds are {', '.join(KINDS)}; languages en and es.",
            f"No existe {kind[:20]!r} en {lang[:20]!r}: hay {', '.join(KINDS)}; idiomas en y es.",
        )
