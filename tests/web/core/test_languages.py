"""A campaign in one language: its pages and mail exist in that one alone, whatever somebody asks for."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
import time_machine
from copies import copy_of
from flask.testing import FlaskClient
from housing import BILLS
from organizer_client import post, sign_in
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.app import create_app
from campaign.congress import ledger
from campaign.mailing.models import Subscriber
from campaign.organizing import campaign_file, campaign_setup, readiness
from campaign.outreach import phrases
from campaign.outreach.asks import campaign_asks
from campaign.proposals import campaigns
from campaign.proposals.models import CitedFact, Proposal, TextVersion
from campaign.settings import Settings

SLUG = "rural-homes"
# The same campaign, written in one language.
FILES = {
    "en": """\
campaign: rural-homes
languages: [en]
title: {en: Homes for rural America}
summary: {en: One bill would let agencies share their reviews.}
organization: {name: Homes Coalition, contact: ask@homes-host.org, imprint: {en: Published in Lubbock.}}
proposals:
  - slug: streamlining
    name: {en: Streamlining Rural Housing Act}
    summary: {en: Two offices accept one review.}
    effect: {en: "Two agencies would share a review.\\n\\nThe bill would have both accept one review."}
    points: {en: "## review: One review\\n[bill] would ask for one review instead of two."}
    bills: [{bill: hr4989-119, reason: {en: introduced under this name}}, {bill: s2423-119}]
facts:
  - id: two-reviews
    recorded: 2026-05-01
    text: {en: A site is reviewed twice.}
    source: {en: A report of 2025}
texts: [{text: staff-hello, en: "Office of [member], good morning."}]
""",
    "es": """\
campaign: rural-homes
languages: [es]
title: {es: Viviendas para el campo}
summary: {es: Un proyecto haría compartir revisiones.}
organization: {name: Homes Coalition, contact: ask@homes-host.org, imprint: {es: Publicado en Lubbock.}}
proposals:
  - slug: streamlining
    name: {es: Ley de Vivienda Rural}
    summary: {es: Dos oficinas aceptan una.}
    effect:
      es: "El proyecto haría compartir una revisión.\\n\\nEl proyecto haría que ambos acepten una revisión."
    points: {es: "## review: Una revisión\\n[bill] pediría una revisión en lugar de dos."}
    bills: [{bill: hr4989-119, reason: {es: presentado con este nombre}}, {bill: s2423-119}]
facts:
  - id: two-reviews
    recorded: 2026-05-01
    text: {es: Cada terreno se revisa dos veces.}
    source: {es: Un informe de 2025}
texts: [{text: staff-hello, es: "Oficina de [member], buenos días."}]
""",
}
MEMBER = "member=C001091"
PATHS = [
    "/",
    "/find",
    "/find?zip=78205",
    "/act/TX-20",
    f"/act/TX-20?{MEMBER}&kind=call",
    f"/act/TX-20?{MEMBER}&kind=voicemail",
    f"/act/TX-20/letter?{MEMBER}",
    f"/act/TX-20/offices?{MEMBER}",
    f"/act/TX-20/called?{MEMBER}",
    "/act/TX-20/kit",
    "/act/TX-20/thanks",
    "/bills",
    "/bills/hr4989-119",
    "/proposals/streamlining",
    "/subscribe",
    "/preferences",
    "/privacy",
    "/data",
    "/districts",
    "/sheet",
    "/feeds/changes.atom",
]
START = {"en": "", "es": "/es"}
OTHER = {"en": "es", "es": "en"}


@pytest.fixture
def installation(record_template: Path, tmp_path: Path, now: datetime) -> Iterator[Engine]:
    """An installation without a campaign, whose record has the bills of ``FILES``."""
    with copy_of(record_template, tmp_path) as engine, time_machine.travel(now, tick=False):
        with db.writing(engine) as session:
            for bill in BILLS:
                ledger.record(session, bill)
        yield engine


def take(engine: Engine, lang: str, state: str = "live") -> FlaskClient:
    with db.writing(engine) as session:
        found = campaign_file.read(FILES[lang].encode())
        campaign_setup.take(session, found, by="x", now=db.utcnow(), state=state)
    return create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine).test_client()


def foreign(html: str, lang: str) -> list[str]:
    """What a page offers in the other language: links to such pages, and places where it says one is there."""
    other = OTHER[lang]
    links = [unescape(link) for link in re.findall(r'(?:href|action|src)="(/[^"]*)"', html)]
    pages = [link for link in links if not re.match(r"/(static|assets|api|readyz)\b", link)]
    wrong = [link for link in pages if link.startswith("/es") != (lang == "es")]
    return [*wrong, *re.findall(rf'(?:hreflang|value|xml:lang)="{other}"', html)]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_page_of_a_campaign_in_one_language_offers_the_other(installation: Engine, lang: str) -> None:
    client = take(installation, lang)
    for path in PATHS:
        page = client.get(START[lang] + path, follow_redirects=True)
        assert page.status_code == 200, path
        assert page.request.path.startswith("/es") == (lang == "es"), path
        assert foreign(page.text, lang) == [], path
        assert "None" not in page.text


@pytest.mark.parametrize("lang", ["en", "es"])
def test_an_address_in_the_other_language_leads_to_the_same_page(installation: Engine, lang: str) -> None:
    client = take(installation, lang)
    for path in PATHS:
        answer = client.get(START[OTHER[lang]] + path)
        assert (answer.status_code, answer.location) == (302, START[lang] + path), path
    gone = client.get(f"{START[OTHER[lang]]}/no-such-page")
    assert gone.status_code == 404
    assert f'hreflang="{OTHER[lang]}"' not in gone.text


def test_a_campaign_in_both_languages_says_so(client: FlaskClient) -> None:
    page = client.get("/act/TX-20").text
    assert re.findall(r'hreflang="(\S+)"', page) == ["en", "es", "x-default", "es"]


def test_what_a_mail_service_posts_is_taken_in_any_language(installation: Engine) -> None:
    client = take(installation, "en")
    assert client.post("/es/unsubscribe/unknown").status_code == 200


def test_who_signs_up_gets_mail_in_the_language_offered(installation: Engine) -> None:
    client = take(installation, "es")
    client.post("/es/subscribe", data={"email": "ana@readers-host.org", "language": "en"})
    with db.reading(installation) as session:
        (reader,) = session.exec(select(Subscriber)).all()
    assert reader.language == "es"


def test_the_interface_has_the_words_there_are(installation: Engine) -> None:
    client = take(installation, "es")
    (found,) = client.get("/api/v1/proposals").json["proposals"]  # type: ignore[index]
    assert (found["name"], found["summary"]) == (
        {"es": "Ley de Vivienda Rural"},
        {"es": "Dos oficinas aceptan una."},
    )


def test_offices_hear_english_of_a_campaign_in_spanish(installation: Engine) -> None:
    """The dialogue has both columns; its own Spanish greeting does not replace the English one that ships."""
    client = take(installation, "es")
    page = client.get(f"/es/act/TX-20/aloud?{MEMBER}").text
    english = re.findall(r'<td lang="en">(.*?)</td>', page, re.DOTALL)
    assert "Representative Castro" in english[0]
    assert "Oficina de" not in english[0]
    assert "buenos días" in page
    with db.reading(installation) as session:
        (matter,) = campaign_asks(session, now=db.utcnow(), campaign=SLUG).matters
        assert (
            phrases.phrase(matter, "staff", "hello", "en") == phrases.as_shipped("staff", "hello", "en").strip()
        )
        assert phrases.phrase(matter, "points", "streamlining", "en").startswith("El proyecto")


def test_a_campaign_in_english_has_no_dialogue_in_two_languages(installation: Engine) -> None:
    client = take(installation, "en")
    call = client.get(f"/act/TX-20?{MEMBER}").text
    assert "/aloud" not in call
    answer = client.get(f"/act/TX-20/aloud?{MEMBER}")
    assert (answer.status_code, answer.location) == (302, f"/act/TX-20?{MEMBER}")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_nothing_is_missing_that_is_not_offered(installation: Engine, lang: str) -> None:
    take(installation, lang)
    with db.reading(installation) as session:
        assert readiness.missing(session, SLUG, now=db.utcnow()) == []


def test_who_offers_a_second_language_is_told_what_to_write_in_it(installation: Engine) -> None:
    take(installation, "en")
    with db.writing(installation) as session:
        campaigns.campaign(session, SLUG).languages = "en es"
        found = [(each.kind, each.key) for each in readiness.missing(session, SLUG, now=db.utcnow())]
    assert found == [
        ("campaign", SLUG),
        ("proposal", "streamlining"),
        ("wording", "points-streamlining"),
        ("wording", "choices-streamlining"),
    ]


@pytest.mark.parametrize(("lang", "name"), [("en", "A new name"), ("es", "Un nombre nuevo")])
def test_texts_are_asked_for_and_written_in_the_language_offered(
    installation: Engine, lang: str, name: str
) -> None:
    staff = sign_in(take(installation, lang), installation, "organizer")
    address = "/organize/words/proposal/streamlining"
    form = staff.get(address).text
    assert f'name="name_{lang}"' in form
    assert f'name="name_{OTHER[lang]}"' not in form
    written = {f"name_{lang}": name, f"summary_{lang}": "Short."}
    assert post(staff, address, address, **written, do="publish").status_code == 303
    with db.reading(installation) as session:
        row = session.get_one(Proposal, "streamlining")
        assert (row.name_en, row.name_es) == (name, name)


def test_what_is_left_blank_is_named_in_the_language_offered(installation: Engine) -> None:
    staff = sign_in(take(installation, "es"), installation, "organizer")
    address = "/organize/words/proposal/streamlining"
    said = post(staff, address, address, name_es="").text
    assert "“name_es” is empty." in unescape(said)
    fact = "/organize/words/fact/two-reviews"
    said = post(staff, fact, fact, text_es="Un dato.", source_es="").text
    assert "A figure needs its source: who found it" in unescape(said)


def test_a_figure_and_a_script_are_written_in_one_language(installation: Engine) -> None:
    staff = sign_in(take(installation, "es"), installation, "organizer")
    fact = "/organize/words/fact/two-reviews"
    written = {"text_es": "Un dato.", "source_es": "Un informe", "letters": "yes", "do": "publish"}
    assert post(staff, fact, fact, **written).status_code == 303
    script = "/organize/words/wording/staff-hello"
    assert post(staff, script, script, text_es="Oficina de [member].", do="publish").status_code == 303
    assert "Oficina de [member]." in staff.get(script).text
    with db.reading(installation) as session:
        figure = session.get_one(CitedFact, "two-reviews")
        assert (figure.text_en, figure.source_en) == ("Un dato.", "Un informe")
        newest = session.exec(select(TextVersion).where(TextVersion.key == "staff-hello")).all()[-1]
        assert newest.content == {"text_en": "", "text_es": "Oficina de [member]."}


def test_organizers_pages_stay_in_both_languages(installation: Engine) -> None:
    staff = sign_in(take(installation, "en"), installation, "organizer")
    page = staff.get("/es/organize/words")
    assert page.status_code == 200
    assert 'hreflang="en"' in page.text


@pytest.mark.parametrize(
    ("given", "status", "kept"),
    [
        ({"languages": "en"}, 303, "en"),
        ({"languages": "es"}, 303, "es"),
        ({"languages": "fr"}, 400, "en es"),
        ({"languages": "en es", "organization": "A", "imprint_en": "Here."}, 400, "en es"),
        ({"languages": "en", "organization": "A", "imprint_en": "Here."}, 303, "en"),
    ],
)
def test_languages_are_chosen_in_the_form_of_the_organization(
    installation: Engine, given: dict[str, str], status: int, kept: str
) -> None:
    client = take(installation, "en")
    with db.writing(installation) as session:
        campaigns.campaign(session, SLUG).languages = "en es"
    staff = sign_in(client, installation, "organizer")
    address = f"/organize/campaigns/{SLUG}/organization"
    assert post(staff, address, address, **given).status_code == status
    with db.reading(installation) as session:
        assert campaigns.campaign(session, SLUG).languages == kept
