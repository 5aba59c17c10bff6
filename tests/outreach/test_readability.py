"""Every script and letter can be read and said: over all asks, members, bills and languages.

Members who are asked for the same differ by their name and title alone. Each such group is measured with its
longest names, which take the most time; their own name says nothing of how hard the words are, so that grades
leave it out. The limits, and where they are wider than wished, are in docs/writing.md.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import NamedTuple

import pytest
from readability import grade, inflesz, longest_sentence
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.members import Person
from campaign.outreach import blanks, conversations, letters, names, speech, wordings
from campaign.outreach.ask_kinds import BY_TEXTS, TEXTS
from campaign.outreach.asks import Ask, CampaignAsks
from campaign.outreach.bilingual import Text
from campaign.outreach.letters import Choices

TODAY = date(2026, 6, 22)
STORIES = {
    "en": "My cousin’s family had to leave their town after two shootings. "
    "I think of them when I read about these guns.",
    "es": "La familia de mi prima tuvo que dejar su pueblo después de dos tiroteos. "
    "Pienso en ellos cuando leo sobre estas armas.",
}
LETTERS = 25
NO_FIGURE = Text("", "")
FORBIDDEN = {
    "en": re.compile(
        r"\b(whoever|whom|somebody|nobody|everybody|e-mail|mailbox|at hand|(keep|kept) of you|not yet;"
        r"|has nobody|just now|by its own clock|take it back|the square|living bill|is of the past"
        r"|no longer holds|stands on|be glad of|under oath|my neighbors|I can, and|voters?"
        r"|taxpayers?|as a citizen|mails?"
        r"|press(es|ed)?(?! release)|Thank you for your service)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(puls[ae]r?|buzón(?! de voz)|ech[ao] en falta|han de|posición sobre|transmit\w+|mi gratitud"
        r"|armerías?|interpósita|tribunal supremo|afloje|ganar (a otros|cada nombre)|vosotros|ordenador|saltar"
        r"|constituyentes?|votante|ciudadan[oa] que)\b|\d %|\d\.\d{3}\b",
        re.IGNORECASE,
    ),
}
PARTIES = re.compile(r"\b(Democrat|Republican|GOP|demócrata|republican[oa])", re.IGNORECASE)
# By kind: the most seconds, the most words of a sentence in English and in Spanish.
LIMITS = {
    "call": (40, 28, 32),
    "voicemail": (30, 28, 32),
    "tally": (15, 28, 32),
    "whole-call": (40, 30, 32),
    "whole-voicemail": (30, 28, 32),
    "whole-tally": (20, 28, 32),
}
HARDEST = {"en": 7.0, "es": 65.0}


class Said(NamedTuple):
    """One text with its blanks filled. ``kind`` is a kind of wordings, or ``whole-`` and one for all bills."""

    kind: str
    lang: str
    who: str
    raw: str
    text: str
    last: str

    @property
    def grade(self) -> float:
        words = self.text.replace(self.last, "")
        return grade(words) if self.lang == "en" else inflesz(words)


def said(kind: str, lang: str, person: Person, code: str, raw: str) -> Said:
    return Said(kind, lang, f"{person.last}, {code}", raw, blanks.example(raw), person.last)


def about(person: Person, asked: Sequence[Ask]) -> tuple[object, ...]:
    """What changes a text beside the name: the asks and the words that agree with the member."""
    # No script says since when somebody is on a bill.
    asks = (
        (ask.kind.texts, ask.bill, replace(ask.situation, joined=None), ask.sister and ask.sister[0])
        for ask in asked
    )
    return (person.office, person.gender, names.home(person, "es"), *asks)


@pytest.fixture(scope="module")
def groups(everybody: list[tuple[Person, list[Ask]]]) -> list[tuple[Person, list[Ask]]]:
    """The member with the longest name of each group, with their asks."""
    found: dict[tuple[object, ...], tuple[Person, list[Ask]]] = {}
    assert len(everybody) == 537
    for person, asked in sorted(everybody, key=lambda each: (len(each[0].last.split()), len(each[0].last))):
        found[about(person, asked)] = person, asked
    return list(found.values())


Scripts = dict[tuple[str, str], list[Said]]


@pytest.fixture(scope="module")
def scripts(groups: list[tuple[Person, list[Ask]]]) -> Scripts:
    """Calls, voicemails and tallies about one bill and about all, by kind and language."""
    found: Scripts = defaultdict(list)
    for person, asked in groups:
        for kind in conversations.KINDS:
            one = [(ask.kind.texts, wordings.in_both(ask, person, kind, NO_FIGURE)) for ask in asked]
            codes = " + ".join(ask.kind.texts for ask in asked)
            both = conversations.in_both(asked, person, kind)
            for lang in wordings.LANGUAGES:
                for code, text in one:
                    found[kind, lang].append(said(kind, lang, person, code, text.of(lang)))
                name = f"whole-{kind}"
                found[name, lang].append(said(name, lang, person, codes, both.of(lang)))
    return found


@pytest.fixture(scope="module")
def posed(docket: CampaignAsks, sitting: list[Person]) -> Scripts:
    """Every kind of ask, those that nobody is asked now as well, of one member."""
    person = next(each for each in sitting if each.bioguide == "J000305")
    found: Scripts = defaultdict(list)
    for ask in docket.asks(person):
        for code in TEXTS:
            as_if = replace(ask, kind=BY_TEXTS[code], situation=BY_TEXTS[code].least, sister=None)
            for kind in conversations.KINDS:
                raw = wordings.in_both(as_if, person, kind, NO_FIGURE)
                for lang in wordings.LANGUAGES:
                    found[kind, lang].append(said(kind, lang, person, code, raw.of(lang)))
    return found


def too_hard(text: Said) -> bool:
    return text.grade > HARDEST["en"] if text.lang == "en" else text.grade < HARDEST["es"]


def faults(text: Said) -> list[str]:
    """What is wrong with the length, the difficulty or the words of a script."""
    most, en, es = LIMITS[text.kind]
    wrong = [f"{speech.seconds(text.raw):.1f} s"] if speech.seconds(text.raw) > most else []
    longest = longest_sentence(text.text)
    wrong += [f"a sentence of {longest} words"] if longest > (en if text.lang == "en" else es) else []
    wrong += [f"grade {text.grade:.1f}"] if too_hard(text) else []
    return wrong + bad_words(text)


def bad_words(text: Said) -> list[str]:
    return [word for line in text.text.splitlines() for word in _bad_words(line, text.lang)]


@cache
def _bad_words(line: str, lang: str) -> list[str]:
    """Many texts share their lines."""
    return [match[0] for pattern in (FORBIDDEN[lang], PARTIES) for match in pattern.finditer(line)]


def wrong_of(found: Sequence[Said]) -> list[tuple[str, list[str]]]:
    return [(f"{text.lang} {text.who}: {text.text}", wrong) for text in found if (wrong := faults(text))]


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
@pytest.mark.parametrize("kind", LIMITS)
def test_every_script_is_easy_and_can_be_said_in_time(scripts: Scripts, kind: str, lang: str) -> None:
    assert scripts[kind, lang]
    assert wrong_of(scripts[kind, lang]) == []


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
@pytest.mark.parametrize("kind", conversations.KINDS)
def test_so_is_one_for_every_kind_of_ask(posed: Scripts, kind: str, lang: str) -> None:
    assert len(posed[kind, lang]) == 2 * len(TEXTS)
    assert wrong_of(posed[kind, lang]) == []


def test_every_script_begins_with_a_constituent_of_a_place(scripts: Scripts, posed: Scripts) -> None:
    """Who calls, from which city and ZIP code, and the ask by name and number within the first 50 words."""
    lives = {"en": "constituent", "es": "vivo en"}
    for text in (each for texts in (scripts, posed) for found in texts.values() for each in found):
        start = " ".join(text.text.split()[:50])
        assert lives[text.lang] in start.lower(), text
        assert "78205" in start, text
        assert "[your_zip]" not in text.raw
        assert blanks.BLANKS["your_zip"].of(text.lang) in text.raw, text


def test_a_call_leaves_room_for_a_reason_that_is_said_only_when_given(scripts: Scripts) -> None:
    for (kind, lang), found in scripts.items():
        label = blanks.BLANKS["your_reason"].of(lang)
        for text in found:
            assert (f"({label})" in text.raw) == kind.endswith("call"), text
            assert label not in blanks.without_optional(text.raw)


def test_who_supports_a_bill_is_not_told_what_it_does(groups: list[tuple[Person, list[Ask]]]) -> None:
    for person, asked in groups:
        whole = conversations.in_both(asked, person, "call")
        for ask in asked:
            alone = wordings.in_both(ask, person, "call", NO_FIGURE)
            for lang in wordings.LANGUAGES:
                reason = wordings.first_sentence(wordings.effects(ask, lang)[0])
                told = reason.partition(" ")[2].partition(" ")[2]
                assert (told in whole.of(lang)) != ask.kind.supports, whole
                if ask.kind.supports:
                    assert told not in alone.of(lang)


# --- letters ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(
    docket: CampaignAsks, sitting: list[Person], snapshot_engine: Engine
) -> dict[tuple[str, bool], list[Said]]:
    """Letters of every kind of ask about every bill, by language and whether they have an own story.

    Beside the name in the salutation a letter is the same to all who are asked for the same.
    """
    with db.reading(snapshot_engine) as session:
        cited = {matter.slug: wordings.facts(session, matter) for matter in docket.matters}
        session.expunge_all()
    found: dict[tuple[str, bool], list[Said]] = defaultdict(list)
    members = [each for each in sitting if each.bioguide in ("J000305", "H001042")]
    for person, ask in [(each, ask) for each in members for ask in docket.asks(each)]:
        for code in TEXTS:
            as_if = replace(ask, kind=BY_TEXTS[code], situation=BY_TEXTS[code].least, sister=None)
            for lang in wordings.LANGUAGES:
                for variant in range(LETTERS):
                    story = STORIES[lang] if variant % 2 else ""
                    choices = Choices((), variant, "Ana Ruiz", "San Antonio", "", story)
                    letter = letters.compose(
                        as_if,
                        person,
                        choices,
                        cited[ask.matter.slug],
                        lang,
                        office=None,
                        today=TODAY,
                        final=True,
                    )
                    body = "\n\n".join(letter.body)
                    found[lang, bool(story)].append(said("letter", lang, person, f"{code} {variant}", body))
    return found


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
@pytest.mark.parametrize(
    ("story", "least"), [(False, 150), (True, 180)], ids=["without a story", "with a story"]
)
def test_every_letter_is_easy_and_fits_a_page(
    written: dict[tuple[str, bool], list[Said]], lang: str, story: bool, least: int
) -> None:
    wrong = []
    for text in written[lang, story]:
        words, longest = len(text.text.split()), longest_sentence(text.text)
        if not least <= words <= 260 or longest > (30 if lang == "en" else 36) or too_hard(text):
            wrong.append((text.who, words, longest, text.grade, text.text))
        wrong += [(text.who, word) for word in bad_words(text)]
    assert wrong == []
