"""Letters that are the writer's own: points they choose, a sentence they add, words and order that vary.

Congress's mail systems group letters that share 70 % or more of their text and answer them as one. Every part
of a letter therefore has several wordings (``templates/wordings/letters``), and ``meter`` says how alike
letters get. Nothing of a letter is kept: it is composed from the address and the form, and forgotten.
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

from sqlmodel import Session, col, select

from campaign.congress.members import Person
from campaign.congress.models import Office
from campaign.outreach import names, wordings
from campaign.outreach.asks import Ask, Matter
from campaign.outreach.phrases import paragraphs, phrase
from campaign.proposals.models import CitedFact

MOST_POINTS = 3
USUAL_POINTS = 2
VARIANTS = 10_000
# What a reader may write, and how long it may be.
LONGEST = {"name": 80, "town": 80, "address": 200, "sentence": 600}
# The paragraphs of a shipped letter, in order.
SALUTATION, OPENING, WHAT, FACT, OWN, BRIDGE, REQUEST, THANKS, SIGNED = range(9)
HEADING = re.compile(r"## ([a-z0-9-]+): (.+)")


@dataclass(frozen=True)
class Point:
    """One thing a bill does, to be chosen by the writer, in several wordings."""

    id: str
    label: str
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class Choices:
    """What a reader chose and wrote. ``variant`` picks among the wordings; ``sentence`` is their own."""

    points: tuple[str, ...] = ()
    variant: int = 0
    name: str = ""
    town: str = ""
    address: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Letter:
    """A letter in its parts. ``open`` says whether blanks are left for the writer."""

    day: str
    recipient: tuple[str, ...]
    salutation: str
    body: tuple[str, ...]
    signed: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole as plain text, as it goes into an envelope."""
        parts = [self.day, "\n".join(self.recipient), self.salutation, *self.body, "\n".join(self.signed)]
        return "\n\n".join(parts) + "\n"

    @property
    def message(self) -> str:
        """The same without date and address, as it goes into a contact form."""
        return "\n\n".join([self.salutation, *self.body, "\n".join(self.signed)]) + "\n"

    @property
    def open(self) -> bool:
        return wordings.BLANK in self.text


# --- what can be chosen ----------------------------------------------------------------------------


def points(matter: Matter, lang: str) -> tuple[Point, ...]:
    """The points of a proposal in the order in which they are offered; none where nobody wrote them."""
    return read_points(phrase(matter, "choices", matter.slug, lang))


@cache
def read_points(text: str) -> tuple[Point, ...]:
    """Points as they are written: ``## id: label``, then its wordings with an empty line between them."""
    return tuple(_points(text))


def _points(text: str) -> Iterator[Point]:
    for part in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        heading, _, rest = part.strip().partition("\n")
        if found := HEADING.fullmatch(heading):
            yield Point(found[1], found[2], tuple(paragraphs(rest)))


def facts(session: Session, matter: Matter) -> list[CitedFact]:
    """The figures a letter about a matter may cite, each with its source."""
    rows = select(CitedFact).where(CitedFact.campaign == matter.campaign, CitedFact.source != "")
    rows = rows.where(col(CitedFact.proposal).is_(None) | (CitedFact.proposal == matter.slug))
    return list(session.exec(rows.order_by(col(CitedFact.position))))


def read_choices(form: Mapping[str, str], chosen: Sequence[str], matter: Matter, lang: str) -> Choices:
    """Choices from a form: what is not known is left out, what is written is cleaned and kept whole.

    ``faults`` says what is too long.
    """
    known = {point.id for point in points(matter, lang)}
    return Choices(
        points=tuple(dict.fromkeys(one for one in chosen if one in known))[:MOST_POINTS],
        variant=_number(form.get("v", "")),
        name=clean(form.get("name", "")),
        town=clean(form.get("town", "")),
        address=clean(form.get("address", "")),
        sentence=clean(form.get("sentence", "")),
    )


def _number(text: str) -> int:
    return int(text) % VARIANTS if text.isascii() and text.isdecimal() and len(text) < 10 else 0


# Control, surrogate, private use and unassigned characters, and marks that turn a text around. Invisible ones
# that join letters stay: names in several scripts need them.
_UNWANTED = {"Cc", "Cs", "Co", "Cn"}
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean(text: str) -> str:
    """One line of what somebody wrote, without what cannot be seen and changes what can."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or not _unwanted(c))
    return " ".join("".join(kept).split())


def _unwanted(c: str) -> bool:
    return c in _TURNING or unicodedata.category(c) in _UNWANTED


def faults(choices: Choices) -> dict[str, int]:
    """Fields that are too long, with the length they may have."""
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
    """The letter that these choices make: the same ones make the same letter.

    Blanks are left for what the reader did not write; a ``final`` letter does without a sentence of their own
    and an address where there is none. Raises KeyError where the record lacks what the wording needs.
    """
    drawn = random.Random(f"{choices.variant}|{person.bioguide}|{ask.bill}|{choices.points}")  # noqa: S311 - variety
    shipped_parts = wordings.said(ask, "letter", lang).strip().split("\n\n")
    given = _given(choices, lang)

    def put(text: str) -> str:
        return wordings.fill(text, ask, person, "letter", lang, **given)

    middle = _middle(ask, choices, cited, lang, shipped_parts[BRIDGE], drawn, final)
    body = [
        drawn.choice([shipped_parts[OPENING], *_turns(ask, "openings", ask.code, lang)]),
        *middle,
        drawn.choice([shipped_parts[REQUEST], *_turns(ask, "requests", ask.code, lang)]),
        drawn.choice([shipped_parts[THANKS], *_turns(ask, "letters", "thanks", lang)]),
    ]
    signed = put(shipped_parts[SIGNED]).split("\n")
    if final and not choices.address:
        signed.remove(given["your_address"])
    return Letter(
        day=names.day(today, lang),
        recipient=recipient(person, office, lang),
        salutation=put(shipped_parts[SALUTATION]),
        body=tuple(filled for text in body if (filled := put(text))),
        signed=tuple(signed),
    )


def _given(choices: Choices, lang: str) -> dict[str, str]:
    """What the reader wrote, by field; what they left out stays a blank."""
    written = {
        "your_name": choices.name,
        "your_town": choices.town,
        "your_address": choices.address,
        "your_sentence": choices.sentence,
    }
    blanks = wordings.blanks(lang)
    return {field: text or blanks[field] for field, text in written.items()}


def _middle(
    ask: Ask,
    choices: Choices,
    cited: Sequence[CitedFact],
    lang: str,
    bridge: str,
    drawn: random.Random,
    final: bool,
) -> list[str]:
    """Points, a figure, the reader's own sentence and a thought of a more general kind, in any order."""
    offered = {point.id: point for point in points(ask.matter, lang)}
    chosen = [one for one in choices.points if one in offered]
    chosen = chosen or drawn.sample(sorted(offered), min(USUAL_POINTS, len(offered)))
    parts = [drawn.choice(offered[one].wordings) for one in chosen]
    if cited:
        parts.append(wordings.sentence(drawn.choice(cited), lang))
    if choices.sentence or not final:
        parts.append("[your_sentence]")
    if len(chosen) < MOST_POINTS:
        parts.append(drawn.choice([bridge, *_turns(ask, "letters", "bridges", lang)]))
    drawn.shuffle(parts)
    return parts


def _turns(ask: Ask, group: str, name: str, lang: str) -> list[str]:
    return paragraphs(phrase(ask.matter, group, name, lang))


def recipient(person: Person, office: Office | None, lang: str) -> tuple[str, ...]:
    """The address block: in Washington by chamber, at home by street."""
    lines = [f"{'The ' if lang == 'en' else ''}Honorable {person.name}"]
    body = "U.S. House of Representatives" if person.chamber == "house" else "United States Senate"
    lines.append(body)
    if office is None:
        zip = "20515" if person.chamber == "house" else "20510"
        return (*lines, f"Washington, DC {zip}")
    street = ", ".join(part for part in (office.address, office.suite, office.building) if part)
    return (*lines, *([street] if street else []), f"{office.city}, {office.state} {office.zip}".strip())


# --- how alike letters get -------------------------------------------------------------------------

SHINGLE = 3
GROUPED = 0.70
WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")


@dataclass(frozen=True)
class Meter:
    """Shares of common text over all pairs of letters, 0 to 1; ``grouped`` is the share of pairs that
    Congress's mail systems would answer as one."""

    letters: int
    median: float
    worst: float
    grouped: float


def alike(one: str, other: str) -> float:
    """The share of the shorter text that the other has too, by runs of three words."""
    mine, theirs = _shingles(one), _shingles(other)
    fewer = min(len(mine), len(theirs))
    return len(mine & theirs) / fewer if fewer else 0.0


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = [word.lower() for word in WORD.findall(text)]
    return {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}


def meter(texts: Sequence[str]) -> Meter:
    """How alike letters are; of fewer than two nothing can be said."""
    shares = [alike(one, other) for one, other in combinations(texts, 2)]
    if not shares:
        return Meter(len(texts), 0.0, 0.0, 0.0)
    grouped = sum(share >= GROUPED for share in shares) / len(shares)
    return Meter(len(texts), median(shares), max(shares), grouped)


def samples(ask: Ask, person: Person, cited: Sequence[CitedFact], lang: str, *, count: int) -> list[str]:
    """Bodies of letters as readers would make them who add nothing of their own: the worst case."""
    drawn = random.Random(f"{count}|{ask.bill}|{lang}")  # noqa: S311 - a sample that can be drawn again
    offered = [point.id for point in points(ask.matter, lang)]
    found = []
    for _ in range(count):
        wanted = drawn.sample(offered, drawn.randint(1, min(MOST_POINTS, len(offered)))) if offered else []
        choices = Choices(tuple(wanted), drawn.randrange(VARIANTS), town="San Antonio")
        letter = compose(ask, person, choices, cited, lang, office=None, today=date.min, final=True)
        found.append("\n\n".join(letter.body))
    return found


def another(choices: Choices) -> Choices:
    """The same choices, put in other words."""
    return replace(choices, variant=(choices.variant + 1) % VARIANTS)
