"""The letter page and the paper for a table: any text, the right file, nothing kept."""

import io
import re

import pypdf
import pytest
from flask.testing import FlaskClient
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

MINE = {
    "member": "C001098", "bill": "s3508-119", "v": "5", "points": "tracing", "name": "Ana López",
    "town": "San Antonio", "sentence": "My cousin lives in Juárez.",
}  # fmt: skip
many = settings(max_examples=cases(30))
# All of Unicode hardly ever gives a curly quote.
ANY_TEXT = st.text(max_size=900) | st.text(st.characters(codec="cp1252"), max_size=900)


def text_of(response: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.text.split("<main")[1]).split())


def test_a_letter_is_offered_with_blanks_and_points(client: FlaskClient) -> None:
    page = client.get("/act/TX-20/letter?member=C001098&bill=s3508-119")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.text.count('type="checkbox"') == 5
    assert 'data-from="name"' in page.text
    assert "Dear Senator Cruz:" in page.text


def test_what_was_written_is_in_the_letter_and_in_no_address(client: FlaskClient) -> None:
    page = client.post("/act/TX-20/letter", data=MINE)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "My cousin lives in Juárez." in text_of(page)
    addresses = re.findall(r'(?:href|action|src)="([^"]+)"', page.text)
    assert not any("Ana" in one or "Juárez" in one or "San+Antonio" in one for one in addresses)


@pytest.mark.parametrize(
    ("lang", "salutation"), [("", "Dear Senator Cruz:"), ("/es", "Estimado senador Cruz:")]
)
def test_a_letter_as_a_text_file(client: FlaskClient, lang: str, salutation: str) -> None:
    file = client.post(f"{lang}/act/TX-20/letter", data={**MINE, "as": "txt"})
    assert file.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="letter-C001098-s3508-119.txt"'
    text = file.data.decode()
    assert salutation in text
    assert text.splitlines()[2].endswith("Honorable Ted Cruz")
    assert text.rstrip().endswith("Ana López")


def test_a_letter_as_pdf(client: FlaskClient) -> None:
    file = client.post("/es/act/TX-20/letter", data={**MINE, "as": "pdf"})
    assert file.mimetype == "application/pdf"
    flat = " ".join(" ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(file.data)).pages).split())
    assert "Estimado senador Cruz" in flat
    assert "My cousin lives in Juárez." in flat


@pytest.mark.parametrize("lang", ["", "/es"])
@pytest.mark.parametrize(
    "name", ["Ann O’Brien", "“Ann” – Łukasz… €", "Nguyễn Thị Hương", "محمد علي", "王小明 Юлия", "Ana 👩🏽‍⚕️ ❤️"]
)
def test_a_letter_as_pdf_from_anybody(client: FlaskClient, lang: str, name: str) -> None:
    written = {**MINE, "name": name, "town": name, "sentence": f"It’s “{name}”.", "as": "pdf"}
    file = client.post(f"{lang}/act/TX-20/letter", data=written)
    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    text = pypdf.PdfReader(io.BytesIO(file.data)).pages[0].extract_text().replace("\x00", "")
    assert all(word in text for word in name.split())


@pytest.mark.parametrize(("lang", "words"), [("", "Print the page from"), ("/es", "Imprima la página")])
def test_a_pdf_that_cannot_be_drawn_keeps_what_was_written(client: FlaskClient, lang: str, words: str) -> None:
    page = client.post(f"{lang}/act/TX-20/letter", data={**MINE, "name": "\N{CUNEIFORM SIGN A}", "as": "pdf"})
    assert page.status_code == 400
    assert words in text_of(page)
    assert "\N{CUNEIFORM SIGN A}" in page.text
    assert MINE["sentence"] in page.text


def test_the_same_in_other_words_keeps_what_was_written(client: FlaskClient) -> None:
    first = client.post("/act/TX-20/letter", data=MINE)
    second = client.post("/act/TX-20/letter", data={**MINE, "as": "again"})
    assert 'name="v" value="6"' in second.text
    assert "My cousin lives in Juárez." in second.text
    assert text_of(first) != text_of(second)


@pytest.mark.parametrize(("lang", "words"), [("", "Please shorten this to 600"), ("/es", "Acórtelo a 600")])
def test_what_is_too_long_comes_back_to_be_shortened(client: FlaskClient, lang: str, words: str) -> None:
    page = client.post(f"{lang}/act/TX-20/letter", data={**MINE, "sentence": "x " * 500})
    assert page.status_code == 400
    assert words in text_of(page)
    assert "Ana López" in page.text
    assert "x x x x x" in page.text


@many
@given(text=ANY_TEXT, form=st.sampled_from(["page", "txt", "pdf", "again", "", "forged"]))
def test_any_text_in_a_letter_is_answered(client: FlaskClient, text: str, form: str) -> None:
    written = {"name": text[:80], "town": text[:80], "address": text[:200], "sentence": text}
    answer = client.post("/es/act/TX-20/letter", data={**MINE, **written, "as": form})
    assert answer.status_code in (200, 400)
    assert "\n" not in answer.headers.get("Content-Disposition", "")
    if answer.mimetype == "text/html":
        assert 'lang="es"' in answer.text


def test_markup_in_a_letter_is_text(client: FlaskClient) -> None:
    page = client.post("/act/TX-20/letter", data={**MINE, "sentence": "<script>alert(1)</script>"})
    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize("lang", ["", "/es"])
def test_a_kit_to_print(client: FlaskClient, lang: str) -> None:
    page = client.get(f"{lang}/act/TX-20/kit?bill=hr8427-118")
    assert page.status_code == 200
    assert "H.R. 923" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert page.text.count('class="strip"') == 6
    assert f"127.0.0.1:5000{lang}/act/TX-20" in page.text
    assert "style=" not in page.text
    pdf = client.get(f"{lang}/act/TX-20/kit?bill=hr923-119&as=pdf")
    assert pdf.mimetype == "application/pdf"
    assert len(pypdf.PdfReader(io.BytesIO(pdf.data)).pages) == 1


@pytest.mark.parametrize("seat", ["TX-23", "DC-0", "PR-0", "TX", "AK-0"])
def test_every_kind_of_seat_has_a_kit(client: FlaskClient, seat: str) -> None:
    assert client.get(f"/act/{seat}/kit").status_code == 200
    assert client.get(f"/es/act/{seat}/kit?as=pdf").mimetype == "application/pdf"


@pytest.mark.parametrize(
    ("bill", "status"), [("hr1-119", 404), ("hr6618-119", 404), ("nonsense", 400), ("hr6618-118", 200)]
)
def test_a_kit_for_another_bill_is_refused(client: FlaskClient, bill: str, status: int) -> None:
    assert client.get("/act/TX-20/kit", query_string={"bill": bill}).status_code == status


def test_the_sheet_and_its_file(client: FlaskClient) -> None:
    page = client.get("/es/sheet")
    assert "Ley ARMAS" in page.text
    file = client.get("/sheet?as=csv")
    assert file.data == b"email,language,zip,proposals\r\n"
    assert file.headers["Content-Disposition"] == 'attachment; filename="sign-in-sheet.csv"'
