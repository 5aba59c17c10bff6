"""Letters as PDF: every character people type, searchable, one page, the same bytes on the same day."""

import io
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdf
import pytest
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.members import Person
from campaign.outreach import letters, paper, paper_fonts, reminders, wordings
from campaign.outreach.asks import CampaignAsks
from campaign.outreach.letters import Choices, Letter
from campaign.proposals.models import CitedFact
from campaign.refusals import Refused

TODAY = date(2026, 6, 22)
WRITTEN = Choices(
    ("tracing", "strategy"), 7, "Ana López", "San Antonio", "12 Main St, San Antonio TX 78205",
    "My cousin lives in Juárez.",
)  # fmt: skip
# Names as people type them, each with a word that a search in the PDF finds.
NAMES = {
    "Ann O’Brien": "O’Brien",
    "“Annie” ‘Nan’ „Anna‟ «Anne» ‹An›": "„Anna‟",
    "José – María — López… €5 №1 ™": "López…",
    "Łukasz Żółć": "Żółć",
    "Nguyễn Thị Hương": "Nguyễn",
    "Lê Thu\u031b\u0309 decomposed": "Thử",
    "Kānaka ʻŌiwi": "ʻŌiwi",
    "Tłı̨chǫ Ɓəyè": "Ɓəyè",
    "Юлия Їжак": "Їжак",
    "Ελένη Παπαδοπούλου": "Παπαδοπούλου",
    "محمد علي": "محمد",
    "حسن بن یوسف": "حسن",
    "שלום לוי": "שלום",
    "王小明": "王小明",
    "劉德龍": "劉德龍",
    "さくら カタカナ": "カタカナ",
    "김민준": "김민준",
    "สมชาย ใจดี": "สมชาย",
    "राजेश": "राजेश",
    "সুমন ગીતા ਸਿੰਘ தமிழ் తెలుగు ಕನ್ನಡ മലയാളം": "",
    "ខ្មែរ မြန်မာ ລາວ සිංහල": "ລາວ",
    "Աննա გიორგი አበበ": "გიორგი",
    "Ana 😀 ❤️ 👍🏽 👨‍👩‍👧 🇲🇽 ✊ ☎": "👨‍👩‍👧",
    "👩🏽‍⚕️ 王 علي Ann’s": "👩🏽‍⚕️",
    "→ ✓ ★ • ½ ² ③": "★",
    "𝓐𝓷𝓷 Ａｎｎ": "Ann",
    "soft\u00adhyphen zero\u200bwidth word\u2060joiner": "zerowidth",
}
QUOTES = "'\"’‘“”„‟«»‹›‚‛′″`´ʼʻ＇＂–—−…"
many = settings(max_examples=cases(15))

Compose = Callable[..., Letter]


@pytest.fixture(scope="module")
def cited(snapshot_engine: Engine, docket: CampaignAsks) -> dict[str, list[CitedFact]]:
    with db.reading(snapshot_engine) as session:
        found = {matter.slug: letters.facts(session, matter) for matter in docket.matters}
        session.expunge_all()
        return found


@pytest.fixture(scope="module")
def compose(docket: CampaignAsks, sitting: list[Person], cited: dict[str, list[CitedFact]]) -> Compose:
    mast = next(person for person in sitting if person.bioguide == "M001199")
    ask = docket.asks(mast)[0]

    def composed(choices: Choices, lang: str = "en") -> Letter:
        found = cited[ask.matter.slug]
        return letters.compose(ask, mast, choices, found, lang, office=None, today=TODAY, final=True)

    return composed


def drawn(letter: Letter, lang: str = "en", title: str = "A letter") -> bytes:
    return paper.letter_pdf(letter, title, lang, today=TODAY)


def pages(pdf: bytes) -> list[str]:
    """The text of each page as a search reads it."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return [" ".join(page.extract_text().replace("\x00", "").split()) for page in reader.pages]


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
def test_a_letter_as_pdf_says_the_same(compose: Compose, lang: str) -> None:
    letter = compose(WRITTEN, lang)
    pdf = drawn(letter, lang, "Letter to Representative Mast")
    (text,) = pages(pdf)
    for part in (letter.salutation, *letter.body, *letter.signed, *letter.recipient):
        assert " ".join(part.split()) in text
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "Letter to Representative Mast"
    assert reader.metadata.author is None
    assert [int(side) for side in reader.pages[0].mediabox[2:]] == [612, 792]


def test_two_letters_of_one_day_as_pdf_are_equal_bytes(compose: Compose) -> None:
    letter = compose(replace(WRITTEN, name="Ann O’Brien محمد 👍🏽"))
    assert drawn(letter) == drawn(letter)


def test_every_name_is_drawn_and_found_by_a_search() -> None:
    """One document with every font: what is left of a name is what its letter says."""
    pdf = paper.sheet("\n".join(NAMES), "Names", "en", today=TODAY)
    pdf.add_page()
    for name in NAMES:
        paper.write(pdf, 0, 6, name)
    text = " ".join(pages(bytes(pdf.output())))
    assert [word for word in NAMES.values() if word not in text] == []
    assert {font.name.split("-")[0] for font in pdf.fonts.values() if font.missing_glyphs} == set()


def test_a_letter_opens_only_the_fonts_it_needs(compose: Compose) -> None:
    needed = {
        "Ann O’Brien “q” — €": [],
        "Юлия Nguyễn": [],
        "محمد": ["Amiri-Regular"],
        "王小明 👍🏽": ["NotoEmoji[wght]", "NotoSerifSC-Regular"],
    }
    for name, fonts in needed.items():
        text = paper_fonts.shown(compose(replace(WRITTEN, name=name)).text)
        assert [path.stem for path in paper_fonts.fallbacks(text)] == fonts
        assert paper_fonts.needs_shaping(text) == bool(fonts)


def test_480_letters_with_odd_quotes(
    docket: CampaignAsks, sitting: list[Person], cited: dict[str, list[CitedFact]]
) -> None:
    """Every bill of the campaign in both languages; all are checked character by character, some are drawn."""
    chance = random.Random(480)
    written = []
    while len(written) < 480:
        person = chance.choice(sitting)
        for ask in docket.asks(person):
            for lang in wordings.LANGUAGES:
                odd = ["".join(chance.choices(QUOTES, k=4)) for _ in range(3)]
                choices = Choices(
                    (), len(written), f"Ann {odd[0]}Brien", f"San{odd[1]}Antonio", "", f"{odd[2]}Help{odd[0]}."
                )
                found = cited[ask.matter.slug]
                letter = letters.compose(
                    ask, person, choices, found, lang, office=None, today=TODAY, final=True
                )
                written.append((letter, choices, lang))
    assert [letter for letter, _, _ in written if paper_fonts.missing(paper_fonts.shown(letter.text))] == []
    for letter, choices, lang in written[::120]:
        (text,) = pages(drawn(letter, lang))
        assert paper_fonts.shown(choices.name) in text
        assert paper_fonts.shown(choices.sentence) in text


def test_a_character_of_no_font_is_refused_kindly(compose: Compose) -> None:
    with pytest.raises(Refused, match="Print the page") as refused:
        drawn(compose(replace(WRITTEN, name="Ann \N{CUNEIFORM SIGN A}")))
    assert "Imprima la página" in refused.value.es


@many
@given(
    text=st.text(max_size=120)
    | st.text(st.characters(codec="cp1252"), max_size=200)
    | st.text(st.sampled_from([*QUOTES, *"".join(NAMES)]), max_size=120)
)
def test_any_text_becomes_a_pdf_or_a_kind_word(compose: Compose, text: str) -> None:
    letter = compose(replace(WRITTEN, sentence=letters.clean(text), name=letters.clean(text)[:80]))
    lacking = paper_fonts.missing(paper_fonts.shown(letter.text))
    try:
        assert drawn(letter).startswith(b"%PDF")
    except Refused:
        assert lacking
    else:
        assert not lacking


def test_one_word_longer_than_a_line_is_broken(compose: Compose) -> None:
    for word in ("x" * 600, "王" * 600):
        assert len(pages(drawn(compose(replace(WRITTEN, sentence=word))))) == 1


def test_the_longest_letter_fits_one_page(compose: Compose) -> None:
    """Three points, everything filled to the last character, and the last weeks' sentence set smaller."""
    filled = {name: ("word " * most)[:most].strip() for name, most in letters.LONGEST.items()}
    longest = Choices(("licensing", "strategy", "tracing"), 7, **filled)
    for lang in wordings.LANGUAGES:
        assert len(pages(drawn(compose(longest, lang), lang))) == 1


def test_a_reminder_keeps_every_name() -> None:
    """RFC 5545 folds lines at 75 octets, which may be inside a character."""
    now = datetime(2026, 6, 22, 12, tzinfo=UTC)
    for name in NAMES:
        file = reminders.reminder(
            f"Call {name}; {name}", f"{name}, " * 9, "https://x.example.org", now, uid="1", now=now
        )
        assert all(len(line) <= 75 for line in file.split(b"\r\n"))
        (event,) = Calendar.from_ical(file).walk("VEVENT")
        assert event["summary"] == f"Call {name}; {name}"
        assert event["description"] == f"{name}, " * 9
