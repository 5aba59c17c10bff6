"""Letters in the writer's own words: chosen points, a sentence of their own, and sentences that vary.

Congress's mail systems group letters that share 70 % or more of their text and answer them as one. Every part
of a letter therefore has several variants (``templates/wordings/letters``), and ``meter`` measures how similar
letters get. No letter is stored: each is composed from the address and the form of one request.
"""

import random
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import combinations
from statistics import median
from typing import Final, NamedTuple

from campaign.congress.members import Person
from campaign.congress.models import Office
from campaign.outreach import names, time_left, wordings
from campaign.outreach.asks import Ask, ProposalBills
from campaign.outreach.bilingual import Text
from campaign.outreach.blanks import BLANK, blanks
from campaign.outreach.phrases import paragraphs, phrase
from campaign.proposals.models import CitedFact

MOST_POINTS = 3
USUAL_POINTS = 2
VARIANTS = 10_000
# The most characters of each field that the writer fills in.
LONGEST = {"name": 80, "town": 80, "address": 200, "sentence": 600}
HEADING = re.compile(r"## ([a-z0-9-]+): (.+)")


class Paragraphs(NamedTuple):
    """The paragraphs of a letter's wording, in the order in which every such text has them."""

    salutation: str
    opening: str
    own: str
    effect: str
    fact: str
    connecting_sentence: str
    request: str
    thanks: str
    signature: str


@dataclass(frozen=True)
class Point:
    """One thing a bill does, which the writer can choose, in several variants."""

    id: str
    label: str
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class Choices:
    """What the writer chose and wrote. ``variant`` is the seed that picks among variants of the text."""

    points: tuple[str, ...] = ()
    variant: int = 0
    name: str = ""
    town: str = ""
    address: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Letter:
    """A letter in its parts. ``open`` says whether the writer has blanks left to fill in."""

    day: str
    recipient: tuple[str, ...]
    salutation: str
    body: tuple[str, ...]
    signed: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole letter as plain text, for paper."""
        parts = [self.day, "\n".join(self.recipient), self.salutation, *self.body, "\n".join(self.signed)]
        return "\n\n".join(parts) + "\n"

    @property
    def message(self) -> str:
        """The letter without date and address, for a member's contact form."""
        return "\n\n".join([self.salutation, *self.body, "\n".join(self.signed)]) + "\n"

    @property
    def open(self) -> bool:
        return BLANK in self.text


# --- what can be chosen ----------------------------------------------------------------------------


def points(matter: ProposalBills, lang: str) -> tuple[Point, ...]:
    """The points of a proposal in the order in which they are offered; empty where none are written."""
    return read_points(phrase(matter, "choices", matter.slug, lang))


@cache
def read_points(text: str) -> tuple[Point, ...]:
    """Points from their text form: a line ``## id: label``, then variants with an empty line between them."""
    return tuple(_points(text))


def _points(text: str) -> Iterator[Point]:
    for part in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        heading, _, rest = part.strip().partition("\n")
        if found := HEADING.fullmatch(heading):
            yield Point(found[1], found[2], tuple(paragraphs(rest)))


facts = wordings.facts


def read_choices(form: Mapping[str, str], chosen: Sequence[str], offered: Sequence[Point]) -> Choices:
    """Choices from a form: points that are not offered are dropped, texts are cleaned; ``faults`` names those
    too long."""
    known = {point.id for point in offered}
    return Choices(
        points=tuple(dict.fromkeys(id for id in chosen if id in known))[:MOST_POINTS],
        variant=_number(form.get("v", "")),
        name=clean(form.get("name", "")),
        town=clean(form.get("town", "")),
        address=clean(form.get("address", "")),
        sentence=clean(form.get("sentence", "")),
    )


def _number(text: str) -> int:
    return int(text) % VARIANTS if text.isascii() and text.isdecimal() and len(text) < 10 else 0


# Control, surrogate, private use and unassigned characters, and marks that change the direction of text.
# Zero-width joiners stay: names in several scripts need them.
_UNWANTED = {"Cc", "Cs", "Co", "Cn"}
_DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean(text: str) -> str:
    """A text on one line, without invisible characters that change how the visible ones look."""
    shown = (" " if c.isspace() else c for c in text if c.isspace() or not _unwanted(c))
    return " ".join("".join(shown).split())


def _unwanted(c: str) -> bool:
    return c in _DIRECTION_MARKS or unicodedata.category(c) in _UNWANTED


def faults(choices: Choices) -> dict[str, int]:
    """The fields that are too long, each with the length allowed."""
    return {name: most for name, most in LONGEST.items() if len(getattr(choices, name)) > most}


# --- composing -------------------------------------------------------------------------------------


def compose(
    ask: Ask,
    person: Person,
    choices: Choices,
    cited: Sequence[CitedFact],
    lang: str,
    *,
    office: Office | None,
    today: date,
    final: bool = False,
) -> Letter:
    """The letter for these choices; the same choices make the same letter.

    What the writer left empty stays a blank; in a ``final`` letter their own sentence and address are left out
    instead. One that gets too long goes without the thought before its request. ``office`` is the recipient's,
    Washington's by default. Raises KeyError where the record lacks a field of the wording.
    """
    seed = f"{choices.variant}|{person.bioguide}|{ask.bill}|{choices.points}"
    chance = random.Random(seed)  # noqa: S311 - variety, not secrecy
    parts = Paragraphs(*wordings.text_of(ask, "letter", lang).strip().split("\n\n"))
    filled_in = written(choices, lang)
    known = {**wordings.values(ask, person, "letter", lang), **filled_in}
    opening = chance.choice([parts.opening, *_variants(ask, "openings", ask.kind.texts, lang)])
    start = [
        time_left.add(opening, time_left.written(ask.matter.days_left, lang)),
        *_middle(ask, choices, cited, lang, chance, final),
    ]
    thought = chance.choice([parts.connecting_sentence, *_variants(ask, "letters", "bridges", lang)])
    end = [
        chance.choice([parts.request, *_variants(ask, "requests", ask.kind.texts, lang)]),
        chance.choice([parts.thanks, *_variants(ask, "letters", "thanks", lang)]),
    ]
    body = [wordings.put(text, known) for text in (*start, thought, *end)]
    if sum(len(text.split()) for text in body) > wordings.LONGEST_LETTER:
        del body[len(start)]
    signed = wordings.put(parts.signature, known).split("\n")
    if final and not choices.address:
        signed.remove(filled_in["your_address"])
    return Letter(
        day=names.day(today, lang),
        recipient=recipient(person, office, lang),
        salutation=wordings.put(parts.salutation, known),
        body=tuple(text for text in body if text),
        signed=tuple(signed),
    )


def side_by_side(english: Letter, spanish: Letter) -> list[tuple[str, str]]:
    """The paragraphs of an English letter, each with the Spanish one made of the same choices. A letter that is
    too long in one language alone has no thought before its request there: its other is left out, or empty."""
    beside = list(spanish.body)
    if len(beside) > len(english.body):
        del beside[-3]
    elif len(beside) < len(english.body):
        beside.insert(-2, "")
    return list(zip(english.body, beside, strict=True))


def written(choices: Choices, lang: str) -> dict[str, str]:
    """What the writer filled in, by field; a blank where they left it empty."""
    fields = {
        "your_name": choices.name,
        "your_town": choices.town,
        "your_address": choices.address,
        "your_sentence": choices.sentence,
    }
    empty = blanks(lang)
    return {field: text or empty[field] for field, text in fields.items()}


def _middle(
    ask: Ask,
    choices: Choices,
    cited: Sequence[CitedFact],
    lang: str,
    chance: random.Random,
    final: bool,
) -> list[str]:
    """Their own sentence, what the bill does, one figure: words vary, the order does not."""
    offered = {point.id: point for point in points(ask.matter, lang)}
    chosen = [id for id in choices.points if id in offered]
    chosen = chosen or chance.sample(sorted(offered), min(USUAL_POINTS, len(offered)))
    parts = ["[your_sentence]"] if choices.sentence or not final else []
    parts += [_of_proposal(chance.choice(offered[id].wordings), ask) for id in chosen]
    if cited:
        parts.append(_figure(chance.choice(cited), lang, chance))
    return parts


# What may stand before a figure.
_LEADS: Final = (
    Text("", ""),
    Text("One figure shows why. ", "Un dato muestra por qué. "),
    Text("Here is one figure. ", "Este es un dato. "),
)


def _figure(fact: CitedFact, lang: str, chance: random.Random) -> str:
    return chance.choice(_LEADS).of(lang) + wordings.sentence(fact, lang)


def _of_proposal(text: str, ask: Ask) -> str:
    """What a bill does; where it has ended, what the proposal does."""
    return text if ask.situation.open else text.replace("[bill]", "[proposal]")


def _variants(ask: Ask, group: str, name: str, lang: str) -> list[str]:
    return paragraphs(phrase(ask.matter, group, name, lang))


def recipient(person: Person, office: Office | None, lang: str) -> tuple[str, ...]:
    """The lines of the address: in Washington by chamber, in the district by street."""
    house = person.chamber == "house"
    name = f"{'The ' if lang == 'en' else ''}Honorable {person.name}"
    lines = (name, "U.S. House of Representatives" if house else "United States Senate")
    if office is None:
        return (*lines, f"Washington, DC {'20515' if house else '20510'}")
    street = ", ".join(part for part in (office.address, office.suite, office.building) if part)
    return (*lines, *([street] if street else []), f"{office.city}, {office.state} {office.zip}".strip())


# --- similarity ------------------------------------------------------------------------------------

SHINGLE = 3
WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")


@dataclass(frozen=True)
class Similarity:
    """The similarity of all pairs of letters, 0 to 1."""

    letters: int
    median: float
    worst: float


def similarity(text: str, other: str) -> float:
    """The share of the shorter text's runs of three words that the other text has, too (0 to 1)."""
    (share,) = similarities([text, other])
    return share


def similarities(texts: Sequence[str]) -> list[float]:
    """``similarity`` of each pair of texts."""
    bits: dict[tuple[str, ...], int] = {}
    pairs = combinations([_shingles(text, bits) for text in texts], 2)
    return [
        (ours & theirs).bit_count() / (min(ours.bit_count(), theirs.bit_count()) or 1) for ours, theirs in pairs
    ]


def _shingles(text: str, bits: dict[tuple[str, ...], int]) -> int:
    """The runs of words of a text as a number with a bit for each: two texts are compared in one operation."""
    words = [word.lower() for word in WORD.findall(text)]
    runs = {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
    return sum(1 << bits.setdefault(run, len(bits)) for run in runs)


def measure(texts: Sequence[str]) -> Similarity:
    """How similar letters are to each other; 0 for fewer than two."""
    shares = similarities(texts) or [0.0]
    return Similarity(len(texts), median(shares), max(shares))


def samples(ask: Ask, person: Person, cited: Sequence[CitedFact], lang: str, *, count: int) -> list[str]:
    """Bodies of letters with random points and nothing in the writer's own words: the most similar ones.

    The same arguments give the same letters.
    """
    chance = random.Random(f"{count}|{ask.bill}|{lang}")  # noqa: S311 - a sample, not a secret
    offered = [point.id for point in points(ask.matter, lang)]
    found = []
    for _ in range(count):
        wanted = chance.sample(offered, chance.randint(1, min(MOST_POINTS, len(offered)))) if offered else []
        choices = Choices(tuple(wanted), chance.randrange(VARIANTS), town="San Antonio")
        letter = compose(ask, person, choices, cited, lang, office=None, today=date.min, final=True)
        found.append("\n\n".join(letter.body))
    return found


def another(choices: Choices) -> Choices:
    """The same choices with the next variant of the text."""
    return replace(choices, variant=(choices.variant + 1) % VARIANTS)
