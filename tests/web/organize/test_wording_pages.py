"""Organizers write what callers say: tried on everybody, previewed, kept as a draft, published as a step."""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import astuple
from datetime import datetime
from html import unescape
from pathlib import Path

import organizer_client
import pytest
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import sign_in
from sqlalchemy.engine import Engine
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from campaign import db
from campaign.congress.members import Person
from campaign.outreach import phrases, wording_checks, wordings
from campaign.outreach.asks import Ask
from campaign.proposals import published
from campaign.proposals.models import TextVersion

PAGE = "/organize/words/wording/rejoin-tally"
PUBLIC = "/act/CA-51?member=J000305&bill=hr6736-119&kind=tally"
CAMPAIGN = "us-guns-abroad"
OURS = {
    "text_en": "Own words: [Member], please join [bill] again.",
    "text_es": "Palabras propias: [bill], otra vez, [Member].",
}


@pytest.fixture
def snapshot_engine(small_congress: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of it that a test may write to."""
    with copy_of(small_congress, tmp_path) as engine:
        yield engine


@pytest.fixture
def staff(app: Flask, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(app.test_client(), snapshot_engine, "organizer")


@pytest.fixture
def reader(small_congress: Engine, clock: None) -> FlaskClient:
    """An organizer of whose texts none is kept."""
    return organizer_client.reader(small_congress)


def send(staff: FlaskClient, path: str, **form: object) -> TestResponse:
    """Send the form of a text that nobody has written a version of yet."""
    return organizer_client.send(staff, path, **{"seen": "0", **form})


def test_every_wording_has_its_page_with_the_shipped_text(reader: FlaskClient) -> None:
    found = set(re.findall(r'href="(/organize/words/wording/[\w-]+)"', reader.get("/organize/words").text))
    asks, shared, of_proposals = 14 * 4, 12 + 6 + 2 * 14 + 3, 2 * 2
    assert len(found) == asks + shared + of_proposals
    shown = reader.get(PAGE).text
    assert 'name="text_en"' in shown
    assert 'name="text_es"' in shown
    assert "[earlier]" in shown
    assert reader.get("/organize/words/wording/rejoin-fax").status_code == 404


@pytest.mark.parametrize(
    ("key", "holds"),
    [
        ("whole-call", "calling to ask [member] to [asks]"),
        ("staff-position", "know where [member] stands on that"),
        ("points-armas-act", "put gun exports back under the State Department"),
        ("choices-armas-act", "## licensing: Put the State Department"),
        ("openings-committee_chair", "[your_town]"),
        ("letters-thanks", "Thank you for hearing me out."),
    ],
)
def test_a_text_that_asks_share_has_its_page_too(reader: FlaskClient, key: str, holds: str) -> None:
    for lang in ("", "/es"):
        page = reader.get(f"{lang}/organize/words/wording/{key}")
        assert page.status_code == 200
        assert holds in page.text


@pytest.mark.parametrize("key", ["whole-fax", "points-no-such-act", "staff-cat", "whole-../call"])
def test_no_other_text_has_a_page(reader: FlaskClient, key: str) -> None:
    assert reader.get(f"/organize/words/wording/{key}").status_code == 404


def publish_both(staff: FlaskClient, key: str, english: str, spanish: str) -> None:
    page = f"/organize/words/wording/{key}"
    shown = send(staff, page, text_en=english, text_es=spanish, seen="0").text
    (id,) = re.findall(r'action="/organize/words/versions/(\d+)/publish"', shown)
    assert "Published." in send(staff, f"/organize/words/versions/{id}/publish").text


@pytest.mark.parametrize(
    ("key", "english", "spanish", "where"),
    [
        ("whole-tally", "Own tally: [member], [asks].", "Registro propio: [member], [asks].",
         "/act/CA-51?member=J000305&kind=tally"),
        ("staff-position", "Own answer: we shall see.", "Respuesta propia: ya veremos.",
         "/act/CA-51/aloud?member=J000305&bill=hr6736-119"),
        ("points-armas-act", "Own point, said.\n\nOwn point, read.", "Punto propio.\n\nMás.",
         "/act/CA-51?member=J000305&bill=hr6736-119&kind=call"),
        ("choices-armas-act", "## own: Own reason to choose\nWe want [bill].",
         "## own: Razón propia\nQueremos [bill].", "/act/CA-51/letter?member=J000305&bill=hr6736-119"),
    ],
)  # fmt: skip
def test_a_text_that_asks_share_is_published_and_then_met_by_callers(
    staff: FlaskClient, key: str, english: str, spanish: str, where: str
) -> None:
    before = staff.get(where)
    assert before.status_code == 200
    assert "Own " not in before.text
    publish_both(staff, key, english, spanish)
    assert "Own " in staff.get(where).text
    assert "propi" in staff.get(f"/es{where}").text


@pytest.mark.parametrize(
    ("key", "english", "spanish", "says"),
    [
        ("whole-call", "I ask you to [asks], [secret].", "Le pido que [asks].", "Unknown fields: [secret]"),
        ("whole-call", "I ask [member].", "Pido a [member] que [asks].", "[asks] is missing (en)"),
        ("whole-tally", "Note: [asks]. " + "Again. " * 45, "Anote: [asks].", "to say; the limit is 20 (en)"),
        ("staff-goodbye", "Goodbye, [committee].", "Adiós.", "the record has no &#39;committee&#39;"),
        ("points-armas-act", "One sentence alone.", "Una frase.\n\nUn párrafo.", "one written paragraph"),
        ("points-armas-act", "One.\n\nTwo [bill].", "Una frase.\n\nUn párrafo.", "without fields (en)"),
        ("choices-armas-act", "No heading at all.", "## own: Razón\nTexto.", "A point begins with a line"),
        ("choices-armas-act", "## own: Reason\nText.", "## other: B\nTexto.", "the same points in the same"),
        ("choices-armas-act", "## own: A\nOne.\n\n## own: B\nTwo.", "## own: A\nUno.", "no two have one"),
        ("openings-cosponsor", "You sit on [committee].", "Hola.", "the record has no &#39;committee&#39;"),
    ],
)  # fmt: skip
def test_a_text_that_asks_share_is_tried_before_it_is_kept(
    reader: FlaskClient, small_congress: Engine, key: str, english: str, spanish: str, says: str
) -> None:
    response = send(reader, f"/organize/words/wording/{key}", text_en=english, text_es=spanish)
    assert response.status_code == 400
    assert says in response.text
    assert english.split("\n")[0] in response.text
    with db.reading(small_congress) as session:
        assert session.exec(select(TextVersion).where(TextVersion.by != "snapshot")).all() == []


@pytest.mark.parametrize(
    ("key", "english", "says"),
    [
        ("whole-tally", "Own: [asks].", "Own: co-sponsor two House bills: the ARMAS Act, H.R. 6736, and"),
        ("staff-hello", "Own: office of [member].", "Own: office of Representative Jacobs."),
        ("openings-rejoin", "Own: [earlier] in [year].", "Own: H.R. 6618 of the 118th Congress in 2023."),
        ("letters-thanks", "Own thanks, [Member].", "Own thanks, Representative Jacobs."),
        ("points-armas-act", "Own spoken.\n\nOwn written.", "Own written."),
    ],
)
def test_a_text_that_asks_share_is_previewed_for_the_member_that_was_named(
    reader: FlaskClient, key: str, english: str, says: str
) -> None:
    page = f"/organize/words/wording/{key}"
    shown = send(reader, page, text_en=english, text_es=english, do="preview", member="Sara Jacobs")
    assert shown.status_code == 200
    assert says in re.sub(r"\s|&nbsp;", " ", shown.text).replace("\N{NO-BREAK SPACE}", " ")


def kind_of(person: Person, found: Sequence[Ask]) -> Hashable:
    """What decides which fields of a text have a value, and what a call about all bills is made of."""
    parts = ((ask.kind.texts, ask.code, *map(bool, astuple(ask.situation)), bool(ask.sister)) for ask in found)
    return person.office, person.gender, *parts


def test_every_shipped_text_that_asks_share_would_be_kept(desk_engine: Engine, now: datetime) -> None:
    with db.reading(desk_engine) as session:
        asked = sorted(
            wording_checks.asked_members(session, CAMPAIGN, now=now), key=lambda row: len(row[0].last)
        )
        # Of each kind of member the one whose name is the longest: they are the last to be in time.
        members = {kind_of(*row): row for row in asked}.values()
        for (group, name), texts in shipped_texts(session).items():
            wording_checks.check_phrase(group, name, texts)
            for person, found in members:
                wording_checks.try_phrase(found, person, group, name, texts)


def shipped_texts(session: Session) -> dict[tuple[str, str], dict[str, str]]:
    """The texts that asks share by group and name, then by language: those of all campaigns, and ours."""
    texts = {
        (group, name): {lang: phrases.as_shipped(group, name, lang) for lang in wordings.LANGUAGES}
        for group, names in phrases.NAMES.items()
        for name in names
    }
    for (group, name, lang), text in published.wordings(session, CAMPAIGN).items():
        texts.setdefault((group, name), {})[lang] = text
    return texts


def said(staff: FlaskClient) -> str:
    """What callers are to say now."""
    found = re.search(r'<section class="script".*?</section>', staff.get(PUBLIC).text, re.DOTALL)
    assert found
    return found[0]


def test_a_wording_is_kept_then_published_and_then_said_to_callers(staff: FlaskClient) -> None:
    before = said(staff)
    shown = send(staff, PAGE, **OURS).text
    assert "<ins>Own words:" in shown
    assert said(staff) == before
    (id,) = re.findall(r'action="/organize/words/versions/(\d+)/publish"', shown)
    assert "Published." in send(staff, f"/organize/words/versions/{id}/publish").text
    assert "Own words: Representative Jacobs, please join" in staff.get(PUBLIC).text
    assert "Palabras propias" in staff.get(f"/es{PUBLIC}").text


def test_a_preview_is_said_to_the_member_that_was_named_and_kept_nowhere(
    reader: FlaskClient, small_congress: Engine
) -> None:
    shown = send(reader, PAGE, **OURS, do="preview", member="sara jacobs").text
    assert "Own words: Representative Jacobs, please join H.R. 6736 again." in shown
    assert "Palabras propias: H.R. 6736, otra vez, La representante Jacobs." in shown
    with db.reading(small_congress) as session:
        assert session.exec(select(TextVersion).where(TextVersion.by != "snapshot")).all() == []


def test_a_letters_preview_measures_how_alike_letters_get(reader: FlaskClient) -> None:
    page = PAGE.replace("-tally", "-letter")
    texts = {f"text_{lang}": wordings.wording("rejoin", "letter", lang) for lang in wordings.LANGUAGES}
    shown = send(reader, page, **texts, do="preview", member="sara jacobs").text
    measured = re.findall(r"two share (\d+)% of their text", shown)
    assert len(measured) == 2
    assert all(0 < int(share) < 70 for share in measured)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"member": "Nobody Whatever"}, "No current member is called"),
        ({"member": "garcia"}, "matches several"),
        ({"member": "Sara Jacobs", "text_en": "Hello\n[password]"}, "[password] (line 2)"),
        ({"member": "Sara Jacobs", "text_es": ""}, "both languages"),
    ],
)
def test_a_preview_that_cannot_be_says_why_and_loses_nothing(
    reader: FlaskClient, change: dict[str, str], says: str
) -> None:
    response = send(reader, PAGE, **{**OURS, "do": "preview", **change})
    assert response.status_code == 400
    assert says in response.text
    assert "Palabras propias" in response.text or "Own words" in response.text


@pytest.mark.parametrize(
    ("english", "says"),
    [
        ("One line.\nA [secret] here.", "English: Unknown fields: [secret] (line 2)"),
        ("You sit on [committee], [bill].", "the record has no &#39;committee&#39;"),
        ("<script>alert(1)</script>", "holds markup"),
    ],
)
def test_what_fails_somebody_is_refused_with_what_was_typed(
    reader: FlaskClient, small_congress: Engine, english: str, says: str
) -> None:
    response = send(reader, PAGE, **{**OURS, "text_en": english})
    assert response.status_code == 400
    assert says in response.text
    assert "Palabras propias" in response.text
    assert "<script>alert" not in response.text
    with db.reading(small_congress) as session:
        assert session.exec(select(TextVersion).where(TextVersion.by != "snapshot")).all() == []


def test_s13_markup_that_got_in_all_the_same_is_shown_as_text(
    staff: FlaskClient, snapshot_engine: Engine, now
) -> None:
    bad = {"text_en": "<script>alert(1)</script> [bill]", "text_es": "<b>x</b> [bill]"}
    with db.writing(snapshot_engine) as session:
        session.add(
            TextVersion(
                campaign=CAMPAIGN,
                kind="wording",
                key="rejoin-tally",
                content=bad,
                by="x",
                at=now,
                published_at=now,
            )
        )
    for path in (PUBLIC, PAGE):
        shown = staff.get(path).text
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert" not in shown
    assert "<b>x</b>" not in staff.get(f"/es{PUBLIC}").text


def test_a_text_is_kept_and_published_at_once_unless_somebody_else_wrote_meanwhile(staff: FlaskClient) -> None:
    assert "Published." in send(staff, PAGE, **OURS, do="publish").text
    assert "Own words: Representative Jacobs, please join" in staff.get(PUBLIC).text
    later = {"text_en": "Later words: [bill].", "text_es": "Palabras de después: [bill]."}
    crossed = send(staff, PAGE, **later, do="publish").text
    assert "Someone else wrote a newer version meanwhile." in crossed
    assert "Later words" not in staff.get(PUBLIC).text


@pytest.mark.parametrize("key", ["points-armas-act", "choices-stop-arming-cartels-act"])
def test_a_published_text_as_a_browser_sends_it_back_is_previewed(reader: FlaskClient, key: str) -> None:
    """Browsers send line ends as CR LF."""
    page = f"/organize/words/wording/{key}"
    areas = re.findall(
        r'<textarea[^>]*name="(text_\w\w)"[^>]*>(.*?)</textarea>', reader.get(page).text, re.DOTALL
    )
    form = {name: unescape(text).strip().replace("\n", "\r\n") for name, text in areas}
    assert len(form) == 2
    shown = send(reader, page, **form, do="preview", member="Sara Jacobs")
    assert shown.status_code == 200


@pytest.mark.parametrize("path", ["board?page={}", "digest?edition={}", "log?before={}"])
def test_a_number_that_no_row_can_have_is_no_failure(small_congress: Engine, clock: None, path: str) -> None:
    admin = organizer_client.reader(small_congress, "admin")
    for huge in ("9" * 10, "9" * 30, "-" + "9" * 30):
        assert admin.get(f"/organize/{path.format(huge)}").status_code < 500


def test_a_form_with_such_a_number_is_no_failure(staff: FlaskClient) -> None:
    for page, field in ((PAGE, "seen"), ("/organize/members/J000305/hr6736-119", "version")):
        answer = organizer_client.send(staff, page, **{**OURS, field: "9" * 30, "lean": "likely"})
        assert answer.status_code < 500
