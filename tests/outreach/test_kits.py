"""Posters and sign-up sheets: members and scripts, a QR code that can be read, a CSV that can be imported."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime

import pypdf
import pytest
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import members
from campaign.congress.members import Person
from campaign.mailing.readers import csv_lists
from campaign.mailing.readers.imports import Imported
from campaign.outreach import asks, kits, wordings
from campaign.outreach.asks import Ask
from campaign.outreach.bilingual import Text
from campaign.outreach.kits import Kit

NOW = datetime(2026, 6, 20, 15, tzinfo=db.UTC)

TODAY = date(2026, 6, 22)
ADDRESS = "https://calls.example.org/es/act/TX-20"


@pytest.fixture(scope="module")
def asked(snapshot_engine: Engine) -> list[tuple[Person, Ask, str]]:
    with db.reading(snapshot_engine) as session:
        docket = asks.campaign_asks(session, now=NOW)
        people = [*members.holders(session, "TX-20", now=NOW), *members.senators(session, "TX", now=NOW)]
        return [(person, docket.asks(person)[0], "202-225-0000") for person in people]


def made(asked: list[tuple[Person, Ask, str]], lang: str) -> Kit:
    return kits.kit("TX-20", asked, ADDRESS, lang, fact="A figure. Source: somebody.")


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
def test_a_kit_names_everybody_with_a_number_and_a_short_script(
    asked: list[tuple[Person, Ask, str]], lang: str
) -> None:
    found = made(asked, lang)
    assert [call.person.bioguide for call in found.calls] == ["C001091", "C001098", "C001056"]
    for call in found.calls:
        assert call.person.last in call.text
        assert len(call.text.split()) <= 45
    assert found.shown_address == "calls.example.org/es/act/TX-20"
    assert found.number == "H.R. 6736"


def test_the_square_is_a_drawing_without_styles_or_scripts() -> None:
    drawn = kits.qr_code(ADDRESS)
    assert drawn.startswith("<svg")
    assert "style=" not in drawn
    assert "<script" not in drawn
    assert kits.qr_code(ADDRESS) == drawn
    assert kits.qr_code("https://calls.example.org/act/TX-21") != drawn


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
def test_the_pdf_is_one_page_with_all_strips(asked: list[tuple[Person, Ask, str]], lang: str) -> None:
    found = made(asked, lang)
    reader = pypdf.PdfReader(io.BytesIO(kits.kit_pdf(found, today=TODAY)))
    assert len(reader.pages) == 1
    flat = " ".join(reader.pages[0].extract_text().split())
    assert flat.count(found.shown_address) == kits.STRIPS + 1
    for call in found.calls:
        assert flat.count(" ".join(call.text.split())) == kits.STRIPS // len(found.calls)


def test_a_kit_has_every_character_of_its_campaign(asked: list[tuple[Person, Ask, str]]) -> None:
    """Names and figures of a campaign are an organizer's words."""
    found = replace(
        made(asked, "en"), name="“Łukasz’s” Act – 王", summary="It’s €5…", fact="Юлия’s figure. محمد 👍🏽"
    )
    (page,) = pypdf.PdfReader(io.BytesIO(kits.kit_pdf(found, today=TODAY))).pages
    text = page.extract_text().replace("\x00", "")
    assert [word for word in ("“Łukasz’s”", "王", "€5…", "Юлия’s", "محمد", "👍🏽") if word not in text] == []


def test_the_longest_names_still_fit_their_strips(everybody: list[tuple[Person, list[Ask]]]) -> None:
    """The text of each strip ends above the address at its bottom."""
    for person, found in everybody:
        for ask in found:
            said = wordings.in_both(ask, person, "tally", Text("", ""))
            for lang, text in zip(wordings.LANGUAGES, said, strict=True):
                # 98 mm hold 60 characters of 9 points; six lines fit between name and address.
                assert len(text) <= 6 * 55, (person.bioguide, lang)


def test_the_file_to_type_into_has_the_columns_of_the_contract() -> None:
    assert next(csv.reader(io.StringIO(kits.csv_template()))) == ["email", "language", "zip", "proposals"]


def test_a_typed_sheet_can_be_taken_into_the_list(snapshot_engine: Engine) -> None:
    text = kits.csv_template() + "ana@example.org,es,78205,armas-act\r\nben@example.org,en,78701,\r\n"
    done = Imported()
    with db.reading(snapshot_engine) as session:
        rows = list(csv_lists.read(session, "us-guns-abroad", text, done, now=NOW))
    assert done.rejects == {}
    assert [(row.email, row.wish.language, row.wish.proposals) for row in rows] == [
        ("ana@example.org", "es", ("armas-act",)),
        ("ben@example.org", "en", ()),
    ]
    assert all(row.wish.seat.startswith("TX") for row in rows)
