"""The page that finds a place: what is offered at once, and what stays in its fields."""

import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.districts import zip_codes
from campaign.settings import Settings

GEOCODER = "/geocoder/geographies/onelineaddress"


@pytest.fixture
def client(snapshot_engine: Engine, httpserver: HTTPServer, clock: None) -> FlaskClient:
    """The pages, with a geocoder that knows no address."""
    answer = json.dumps({"result": {"addressMatches": []}})
    httpserver.expect_request(GEOCODER).respond_with_data(answer, content_type="application/json")
    settings = Settings(secret_key="x" * 40, geocoder_url=httpserver.url_for("/geocoder"))
    return create_app(settings, engine=snapshot_engine).test_client()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def selected(html: str) -> list[str]:
    return re.findall(r'<option value="(\w*)" selected>', html)


@pytest.mark.parametrize(
    ("path", "state"), [("/find?zip=78205", "TX"), ("/find?zip=00501", "NY"), ("/es/find?zip=42223", "KY")]
)
def test_a_split_or_unknown_zip_code_offers_the_senators_at_once(
    client: FlaskClient, path: str, state: str
) -> None:
    html = client.get(path).text
    links = re.findall(rf'href="(?:/es)?/act/{state}\?member=(\w+)"', html)
    assert len(links) == 2
    assert selected(html) == [state]
    assert client.get(f"/act/{state}?member={links[0]}").status_code == 200


@pytest.mark.parametrize(
    ("path", "right", "wrong"),
    [
        ("/find?zip=57430", "Your senators are those of your state.", "in every district"),
        ("/es/find?zip=57430", "Sus senadores son los de su estado.", "en todos los distritos"),
        ("/find?zip=78205", "Your senators are the same in every district.", "those of your state"),
    ],
)
def test_over_a_state_line_nobody_is_told_that_the_senators_are_the_same(
    client: FlaskClient, path: str, right: str, wrong: str
) -> None:
    text = words(client.get(path).text)
    assert right in text
    assert wrong not in text


def test_a_town_with_offices_of_all_choices_tells_none_apart(client: FlaskClient) -> None:
    text = words(client.get("/find?zip=78205").text)
    assert "District offices in" in text
    assert "offices in San Antonio" not in text


@pytest.mark.parametrize(
    ("zip", "says"),
    [
        ("09012", "those of your home state"),
        ("96960", "elects no one to Congress"),
        ("00000", "a district for ZIP code 00000"),
    ],
)
def test_where_no_state_is_known_none_is_chosen_and_none_is_offered(
    client: FlaskClient, zip: str, says: str
) -> None:
    html = client.get("/find", query_string={"zip": zip}).text
    assert says in words(html)
    assert selected(html) == []
    assert '<option value="">Choose…</option>' in html
    assert "Call them now" not in html


@pytest.mark.parametrize(
    ("zip", "leads", "says"),
    [
        ("77210", "/act/TX-18?note=likely", "This is likely your district, but not certain"),
        ("5401", "/act/VT-0?note=completed", "The ZIP code had four digits"),
    ],
)
def test_a_note_goes_along_to_the_page_of_the_seat(
    client: FlaskClient, zip: str, leads: str, says: str
) -> None:
    answer = client.get("/find", query_string={"zip": zip})
    assert (answer.status_code, answer.location) == (303, leads)
    assert says in words(client.get(leads).text)


def test_the_page_of_a_seat_repeats_notes_by_their_codes_only(client: FlaskClient) -> None:
    text = words(client.get("/es/act/TX-20?note=likely.by-zip.likely.<script>.nonsense").text)
    assert text.count("Probablemente este es su distrito") == 1
    assert "se basa solo en su código postal" in text
    assert "nonsense" not in text
    assert "Likely" not in words(client.get("/act/TX-20").text)


@pytest.mark.parametrize(
    ("lang", "zip", "state", "says"),
    [
        # No table has these; the ZIP codes with the same first three digits lie in one state.
        ("", "78298", "TX", "If you live in Texas, these are your senators"),
        ("/es", "05499", "VT", "Si vive en Vermont"),
    ],
)
def test_the_first_digits_of_an_unknown_zip_code_preset_the_state(
    client: FlaskClient, snapshot_engine: Engine, lang: str, zip: str, state: str, says: str
) -> None:
    with db.reading(snapshot_engine) as session:
        zip = next(
            f"{zip[:3]}{n:02}" for n in range(99, 0, -1) if not zip_codes.zip_code(session, f"{zip[:3]}{n:02}")
        )
    html = client.get(f"{lang}/find?zip={zip}").text
    assert selected(html) == [state]
    assert says in words(html)
    assert len(re.findall(rf'href="(?:/es)?/act/{state}\?member=(\w+)"', html)) == 2


@pytest.mark.parametrize("seat", ["TX-20", "VT-0", "PR-0", "TX"])
@pytest.mark.parametrize("lang", ["", "/es"])
def test_not_your_members_leads_to_the_form_with_the_state(client: FlaskClient, lang: str, seat: str) -> None:
    page = client.get(f"{lang}/act/{seat}").text
    where = f"{lang}/find?state={seat[:2]}"
    assert page.count(f'href="{where}"') >= 2
    answer = client.get(where)
    assert answer.status_code == 200
    assert selected(answer.text) == [seat[:2]]
    assert 'aria-invalid="true"' not in answer.text
    assert client.get("/find?state=XX").status_code == 404


@pytest.mark.parametrize(
    ("lang", "typed", "status", "says"),
    [
        ("", "nothing of the kind", 400, "We couldn’t read “nothing of the kind” as a bill number"),
        ("/es", "hr1234-119", 404, "H.R. 1234"),
        ("", "990099", 400, "990099"),
    ],
)
def test_a_bill_that_is_not_found_stays_in_its_field(
    client: FlaskClient, lang: str, typed: str, status: int, says: str
) -> None:
    answer = client.get(f"{lang}/bills", query_string={"q": typed})
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert says in unescape(words(answer.text)).replace("\N{NO-BREAK SPACE}", " ")
    (field,) = re.findall(r'<input[^>]+id="q"[^>]+>', answer.text)
    assert f'value="{typed}"' in field
    assert 'aria-describedby="q-hint q-problem" aria-invalid="true"' in field


# --- what was typed stays ---


@pytest.mark.parametrize("typed", ["1234", "abcde", '"><b>'])
def test_a_zip_code_that_is_none_stays_in_its_field(client: FlaskClient, typed: str) -> None:
    answer = client.get("/find", query_string={"zip": typed})
    assert answer.status_code == 400
    (field,) = re.findall(r'<input[^>]+id="zip"[^>]+>', answer.text)
    assert f'value="{typed.replace(chr(34), "&#34;").replace("<", "&lt;").replace(">", "&gt;")}"' in field
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="zip-hint zip-problem"' in field
    assert "five-digit" in words(answer.text)


@pytest.mark.parametrize(
    ("choice", "status", "says"),
    [
        ({"state": "TX", "district": ""}, 400, "Enter the number of yours"),
        ({"state": "TX", "district": "77"}, 404, "has districts 1 to 38"),
        ({"state": "", "district": "20"}, 400, "Choose your state"),
    ],
)
def test_a_wrong_choice_stays_in_its_fields(
    client: FlaskClient, choice: dict[str, str], status: int, says: str
) -> None:
    answer = client.get("/find", query_string=choice)
    assert answer.status_code == status
    assert says in words(answer.text)
    assert selected(answer.text) == ([choice["state"]] if choice["state"] else [])
    (field,) = re.findall(r'<input[^>]+id="district"[^>]+>', answer.text)
    assert f'value="{choice["district"]}"' in field
    assert 'aria-invalid="true"' in field
    assert ("Call them now" in answer.text) == bool(choice["state"])


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"street": "12 Nowhere Road", "city": "San Antonio TX 78205"}, 200),
        ({"street": "1", "city": "2"}, 400),
    ],
)
def test_an_address_that_is_not_found_stays_in_its_fields_and_in_no_address(
    client: FlaskClient, form: dict[str, str], status: int
) -> None:
    answer = client.post("/find", data=form)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    for name, value in form.items():
        (field,) = re.findall(rf'<input[^>]+id="{name}"[^>]+>', answer.text)
        assert f'value="{value}"' in field
    assert selected(answer.text) == (["TX"] if status == 200 else [])


@pytest.mark.parametrize(
    ("form", "leads"),
    [
        ({"street": "10301", "city": ""}, "/act/NY-11"),
        ({"street": "", "city": "NY 10301"}, "/act/NY-11"),
        ({"street": "HC 1 Box 1234", "city": "Utuado PR 00641"}, "/act/PR-0?note=by-zip"),
        ({"street": "RR 2", "city": "Cheyenne, Wyoming"}, "/act/WY-0?note=by-state"),
    ],
)
def test_what_the_address_says_by_itself_is_enough(
    client: FlaskClient, form: dict[str, str], leads: str
) -> None:
    answer = client.post("/find", data=form)
    assert (answer.status_code, answer.location) == (303, leads)


# --- distances, data ---


def test_offices_are_listed_with_their_miles_from_a_zip_code(client: FlaskClient) -> None:
    form = {"member": "C001098", "bill": "s3508-119", "zip": "TX 78701"}
    text = words(client.post("/act/TX-20/offices", data=form).text)
    assert re.search(r"Austin .*? (less than a mile|about \d+ miles?) away", text)
    assert "miles away" not in words(client.get("/act/TX-20/offices?member=C001098&bill=s3508-119").text)
    spanish = words(client.post("/es/act/TX-20/offices", data=form).text)
    assert re.search(r"a (unas|cerca de) \d+ millas?|a menos de una milla", spanish)


def test_a_zip_code_without_a_known_place_sorts_nothing_and_says_so(client: FlaskClient) -> None:
    form = {"member": "C001098", "bill": "s3508-119", "zip": "99998"}
    answer = client.post("/act/TX-20/offices", data=form)
    assert answer.status_code == 200
    assert "We don’t know where ZIP code 99998 is." in words(answer.text)
    assert "away" not in words(answer.text)


def test_every_data_set_has_a_plain_name_and_its_source_is_credited(client: FlaskClient) -> None:
    html = client.get("/data").text
    names = re.findall(r'<th scope="row">([^<]+)</th>', html)
    assert {
        "District boundaries, 119th Congress",
        "Districts by ZIP code, 119th Congress",
        "ZIP codes",
    } <= set(names)
    assert [name for name in names if re.search(r"[a-z]-\d|^[a-z]", name)] == []
    assert "GeoNames" in html
    assert "https://creativecommons.org/licenses/by/4.0/" in html
