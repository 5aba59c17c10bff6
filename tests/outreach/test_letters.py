"""Letters: valid for every choice and every text a writer adds, and rarely similar to each other."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from statistics import median

import pytest
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import members
from campaign.congress.members import Person
from campaign.congress.models import Office
from campaign.outreach import blanks, letters, wordings
from campaign.outreach.ask_kinds import BY_TEXTS, TEXTS
from campaign.outreach.asks import Ask, CampaignAsks
from campaign.outreach.letters import Choices, Letter
from campaign.proposals.models import CitedFact

TODAY = date(2026, 6, 22)
NUMBERS = re.compile(r"(?:H\.R\.|S\.) \d+|\d+%")
# The share of common text from which Congress's mail systems answer letters as one.
GROUPED = 0.70
WRITTEN = Choices(
    ("tracing", "strategy"), 7, "Ana López", "San Antonio", "12 Main St, San Antonio TX 78205",
    "My cousin lives in Juárez.",
)  # fmt: skip
# No shrinking over databases and no reading of them: what varies is text.
many = settings(max_examples=cases(60))


@pytest.fixture(scope="module")
def cited(snapshot_engine: Engine, docket: CampaignAsks) -> dict[str, list[CitedFact]]:
    with db.reading(snapshot_engine) as session:
        found = {matter.slug: letters.facts(session, matter) for matter in docket.matters}
        session.expunge_all()
        return found


@pytest.fixture(scope="module")
def mast(sitting: list[Person]) -> Person:
    return next(one for one in sitting if one.bioguide == "M001199")


Write = Callable[..., Letter]


@pytest.fixture(scope="module")
def write(docket: CampaignAsks, mast: Person, cited: dict[str, list[CitedFact]]) -> Write:
    ask = docket.asks(mast)[0]

    def compose(
        choices: Choices, lang: str = "en", *, final: bool = True, office: Office | None = None
    ) -> Letter:
        found = cited[ask.matter.slug]
        return letters.compose(ask, mast, choices, found, lang, office=office, today=TODAY, final=final)

    return compose


def faults(ask: Ask, person: Person, choices: Choices, found: list[CitedFact], lang: str) -> list[str]:
    letter = letters.compose(ask, person, choices, found, lang, office=None, today=TODAY, final=True)
    opening = letter.body[0]
    # A letter that thanks for an earlier bill names that one.
    support = ask.situation.earlier
    bill = ask.bill if ask.situation.open or support is None else support.bill
    required = {bill.short: opening, ask.matter.name(lang): opening, choices.town: opening}
    text = letter.text
    required |= {choices.name: letter.signed[1], choices.sentence: text, person.last: letter.salutation}
    wrong = [f"{part!r} is missing" for part, where in required.items() if part not in where]
    words = len(" ".join(letter.body).split())
    if not 140 <= words <= 300:
        wrong.append(f"{words} words")
    if any(mark in text for mark in ("[", "]", "{", "}", "None", "  ", blanks.BLANK)):
        wrong.append("a hole")
    return wrong


def test_every_member_gets_a_right_letter_in_both_languages(
    everybody: list[tuple[Person, list[Ask]]], cited: dict[str, list[CitedFact]]
) -> None:
    wrong = []
    for number, (person, asked) in enumerate(everybody):
        for ask in asked:
            for lang in wordings.LANGUAGES:
                choices = replace(WRITTEN, points=(), variant=number * 7)
                found = faults(ask, person, choices, cited[ask.matter.slug], lang)
                wrong += [(person.bioguide, ask.code, lang, fault) for fault in found]
    assert wrong == []


@pytest.mark.parametrize("code", TEXTS)
@pytest.mark.parametrize("lang", wordings.LANGUAGES)
def test_every_wording_of_every_ask_is_filled(
    docket: CampaignAsks, mast: Person, cited: dict[str, list[CitedFact]], code: str, lang: str
) -> None:
    for ask in docket.asks(mast):
        posed = replace(ask, kind=BY_TEXTS[code], situation=BY_TEXTS[code].least, sister=None)
        for variant in range(40):
            choices = replace(WRITTEN, points=(), variant=variant)
            assert faults(posed, mast, choices, cited[ask.matter.slug], lang) == []


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
def test_two_letters_rarely_match(
    docket: CampaignAsks, sitting: list[Person], cited: dict[str, list[CitedFact]], lang: str
) -> None:
    """Congress groups at 70 %. Without a word of the writers' own the median of pairs is near 30 %, and about
    one pair in a hundred would be grouped: the same few points in the same words."""
    for bioguide in ("J000305", "H001042"):
        person = next(one for one in sitting if one.bioguide == bioguide)
        for ask in docket.asks(person):
            texts = letters.samples(ask, person, cited[ask.matter.slug], lang, count=200)
            shares = letters.similarities(texts)
            assert median(shares) < 0.40
            assert sum(share >= GROUPED for share in shares) < 0.02 * len(shares)
            assert letters.measure(texts) == letters.Similarity(200, median(shares), max(shares))


def test_each_paragraph_of_an_english_letter_has_its_spanish_one(
    docket: CampaignAsks, sitting: list[Person], cited: dict[str, list[CitedFact]]
) -> None:
    """The same choices draw the same variants of a text in both languages."""
    for person in sitting[::60]:
        for ask in docket.asks(person):
            for variant in range(8):
                english, spanish = both(ask, person, cited, variant)
                pairs = letters.side_by_side(english, spanish)
                assert tuple(ours for ours, _theirs in pairs) == english.body
                for ours, theirs in pairs:
                    assert ("____" in ours) == ("____" in theirs)
                    assert set(NUMBERS.findall(ours)) == set(NUMBERS.findall(theirs))


def both(ask: Ask, person: Person, cited: dict[str, list[CitedFact]], variant: int) -> tuple[Letter, ...]:
    found, choices = cited[ask.matter.slug], Choices((), variant)
    return tuple(
        letters.compose(ask, person, choices, found, lang, office=None, today=TODAY) for lang in ("en", "es")
    )


def test_a_thought_left_out_in_one_language_moves_no_paragraph(
    docket: CampaignAsks, mast: Person, cited: dict[str, list[CitedFact]]
) -> None:
    english, spanish = both(docket.asks(mast)[0], mast, cited, 1)
    whole = letters.side_by_side(english, spanish)
    short, corto = (replace(letter, body=letter.body[:-3] + letter.body[-2:]) for letter in (english, spanish))
    assert letters.side_by_side(short, spanish) == whole[:-3] + whole[-2:]
    assert letters.side_by_side(english, corto) == [*whole[:-3], (english.body[-3], ""), *whole[-2:]]


def test_similarity_is_1_of_equal_texts_and_0_of_different_ones() -> None:
    one = "Please co-sponsor the bill because my town needs it to pass this year"
    other = "Entirely other words stand in this letter about quite another matter of state"
    assert letters.similarity(one, one) == 1
    assert letters.similarity(one, other) == 0
    assert letters.similarity(one, "") == 0
    assert letters.measure([one, one, other]) == letters.Similarity(3, 0.0, 1.0)
    assert letters.measure([one]) == letters.Similarity(1, 0.0, 0.0)


def test_the_same_choices_make_the_same_letter(write: Write) -> None:
    assert write(WRITTEN).text == write(WRITTEN).text
    assert write(WRITTEN).text != write(letters.another(WRITTEN)).text
    assert len({write(replace(WRITTEN, variant=n)).text for n in range(30)}) > 20


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
def test_words_vary_but_their_order_does_not(write: Write, docket: CampaignAsks, lang: str) -> None:
    """The ask, their own sentence, what the bill does, one figure with its source, the ask again, thanks."""
    matter = docket.matters[0]
    offered = {point.id: point.wordings for point in letters.points(matter, lang)}
    source = {"en": "(U.S. Government|(UNLIREC", "es": "(Oficina de|(UNLIREC"}[lang].split("|")
    for variant in range(30):
        ask, own, *points, figure, _thought, request, thanks = write(
            replace(WRITTEN, variant=variant), lang
        ).body
        assert "H.R. 6736" in ask
        assert own == WRITTEN.sentence
        said = [text.replace("H.R. 6736", "[bill]") for text in points]
        assert [id for id in WRITTEN.points for text in said if text in offered[id]] == list(WRITTEN.points)
        assert any(part in figure for part in source)
        assert "H.R. 6736" in request
        assert {"en": "Thank you", "es": "Gracias"}[lang] in thanks


def test_chosen_points_are_in_the_letter_and_others_are_not(write: Write, docket: CampaignAsks) -> None:
    offered = letters.points(next(one for one in docket.matters if one.slug == "armas-act"), "en")
    for chosen in (("certification",), ("tracing", "promotion"), ("licensing", "strategy", "tracing")):
        text = write(replace(WRITTEN, points=chosen)).text.replace("H.R. 6736", "[bill]")
        there = {point.id for point in offered if any(words in text for words in point.wordings)}
        assert there == set(chosen)


def test_a_letter_cites_a_figure_with_its_source(write: Write) -> None:
    for variant in range(20):
        english = write(replace(WRITTEN, variant=variant)).text
        assert english.count("(U.S. Government") + english.count("(UNLIREC") == 1
        spanish = write(replace(WRITTEN, variant=variant), "es").text
        assert spanish.count("(Oficina de") + spanish.count("(UNLIREC") == 1


def test_what_is_not_written_is_left_blank_or_left_out(write: Write) -> None:
    empty = Choices(("tracing",), 3)
    assert "____ (one or two sentences of your own" in write(empty, final=False).text
    assert "____ (your street" in write(empty, final=False).text
    final = write(empty).text
    assert "one or two sentences" not in final
    assert "your street" not in final
    assert "____ (your name)" in final
    assert write(empty).open
    assert not write(WRITTEN).open


def test_address_blocks(snapshot_engine: Engine, sitting: list[Person], write: Write) -> None:
    hirono = next(one for one in sitting if one.bioguide == "H001042")
    with db.reading(snapshot_engine) as session:
        washington, *local = members.offices(session, "M001199")
        assert write(WRITTEN, office=washington).recipient == (
            "The Honorable Brian J. Mast",
            "U.S. House of Representatives",
            "2182 Rayburn House Office Building",
            "Washington, DC 20515",
        )
        assert write(WRITTEN, office=local[0]).recipient[-1].startswith(f"{local[0].city}, FL 3")
    assert letters.recipient(hirono, None, "es") == (
        "Honorable Mazie K. Hirono",
        "United States Senate",
        "Washington, DC 20510",
    )


def test_both_languages_offer_the_same_points(docket: CampaignAsks) -> None:
    for matter in docket.matters:
        english, spanish = (letters.points(matter, lang) for lang in wordings.LANGUAGES)
        assert [point.id for point in english] == [point.id for point in spanish]
        assert len(english) >= 4
        assert all(len(point.wordings) >= 2 for point in (*english, *spanish))
        for unwritten in ("", "no-such-thing"):
            assert letters.points(replace(matter, slug=unwritten), "en") == ()


def test_a_bill_of_no_proposal_gets_a_letter_too(docket: CampaignAsks, mast: Person) -> None:
    ask = docket.asks(mast)[1]
    alone = replace(ask, matter=replace(ask.matter, slug="", campaign=""))
    letter = letters.compose(alone, mast, WRITTEN, [], "en", office=None, today=TODAY, final=True)
    assert "My cousin lives in Juárez." in letter.text


def test_choices_are_read_from_any_form(docket: CampaignAsks) -> None:
    offered = letters.points(docket.matters[0], "en")
    form = {"v": "12x", "name": " Ana\r\nBcc: all@example.org\0 ", "sentence": "a\u202eb [your_name] [bill]"}
    found = letters.read_choices(form, ["tracing", "tracing", "forged", "strategy", "licensing", "promotion"],
                                 offered)  # fmt: skip
    assert found.points == ("tracing", "strategy", "licensing")
    assert found.variant == 0
    assert found.name == "Ana Bcc: all@example.org"
    assert found.sentence == "ab [your_name] [bill]"
    assert letters.read_choices({"v": "9" * 400}, [], offered).variant == 0
    assert letters.read_choices({"v": "٣"}, [], offered).variant == 0
    assert letters.faults(replace(found, town="x" * 81)) == {"town": 80}


def test_what_a_reader_writes_is_never_read_for_fields(write: Write) -> None:
    text = write(replace(WRITTEN, sentence="I love [bill] and [your_name] and {x} and %(y)s.")).text
    assert "I love [bill] and [your_name] and {x} and %(y)s." in text


@pytest.mark.parametrize(("lang", "town"), [("en", "Washington, D.C."), ("es", "Washington, D. C.")])
def test_a_town_that_ends_with_a_period_ends_a_sentence_with_it(write: Write, lang: str, town: str) -> None:
    found = [write(replace(WRITTEN, town=town, variant=variant), lang).text for variant in range(12)]
    assert all(town in text for text in found)
    assert not any(".." in text for text in found)


def test_a_place_that_ends_with_a_period_ends_a_sentence_with_it() -> None:
    home = {"home": "las Islas Vírgenes de EE. UU."}
    assert wordings.put("Vivo en [home]. Gracias.", home) == "Vivo en las Islas Vírgenes de EE. UU. Gracias."
    assert wordings.put("Vivo en [home], en casa.", home) == "Vivo en las Islas Vírgenes de EE. UU., en casa."


@many
@given(name=st.text(max_size=80), town=st.text(max_size=80), sentence=st.text(max_size=600))
def test_any_text_makes_a_letter(write: Write, name: str, town: str, sentence: str) -> None:
    written = replace(
        WRITTEN, name=letters.clean(name), town=letters.clean(town), sentence=letters.clean(sentence)
    )
    letter = write(written)
    assert written.sentence in letter.text
    assert all(c == "\n" or c.isprintable() or ord(c) > 126 for c in letter.text)
    letter.text.encode()
