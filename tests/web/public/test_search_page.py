"""The search box of every page, the page about the campaign, and what a phone needs to keep it at hand."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("78205", "/find?zip=78205"),
        ("78205-1234", "/find?zip=78205-1234"),
        (" tx-20 ", "/act/TX-20"),
        ("TX20", "/act/TX-20"),
        ("Vermont", "/act/VT-0"),
        ("dc", "/act/DC-0"),
        ("cornyn", "/act/TX"),
        ("Joaquín Castro", "/act/TX-20"),
        ("HR 6736", "/bills/hr6736-119"),
        ("923", "/bills/hr923-119"),
        ("S.3508 (119th)", "/bills/s3508-119"),
    ],
)
def test_what_means_one_thing_leads_there(client: FlaskClient, typed: str, leads: str) -> None:
    for lang in ("", "/es"):
        answer = client.get(f"{lang}/search", query_string={"q": typed})
        assert (answer.status_code, answer.location) == (302, lang + leads)


@pytest.mark.parametrize(
    ("typed", "shown", "hidden"),
    [
        ("garcia", ["Sylvia R. Garcia", "Robert Garcia", "/act/TX-29"], "found nothing"),
        ("armas", ["H.R.\N{NO-BREAK SPACE}6736", "ARMAS Act of 2023"], "found nothing"),
        ("texas", ["Districts of Texas", "/find?state=TX", "more. Add a first name"], "found nothing"),
        ("TX-99", ["We found nothing for that."], "<h2"),
        ("<script>", ["&lt;script&gt;", "We found nothing for that."], "<script>"),
        ("", ["ZIP code, member, bill or word"], "found nothing"),
    ],
)  # fmt: skip
def test_what_means_several_things_or_none_is_listed(
    client: FlaskClient, typed: str, shown: list[str], hidden: str
) -> None:
    answer = client.get("/search", query_string={"q": typed})
    main = answer.text.split("<main")[1].split("</main")[0]
    assert answer.status_code == 200
    assert [text for text in shown if text not in main] == []
    assert hidden not in main


def test_every_page_has_the_box_and_it_needs_no_script(client: FlaskClient) -> None:
    for path in ("/", "/es/privacy", "/act/TX-20?member=C001098", "/nothing"):
        head = client.get(path).text.split("<main")[0]
        lang = "/es" if path.startswith("/es") else ""
        assert f'role="search" action="{lang}/search" method="get"' in head
        assert f'<a href="{lang}/search"' in head


def test_about_says_who_runs_it_or_that_nobody_has_said_so(client: FlaskClient, named_app: Flask) -> None:
    assert "have not said here who they are" in client.get("/about").text
    assert "todavía no han dicho aquí quiénes son" in client.get("/es/about").text
    ours = named_app.test_client()
    for path in ("/about", "/es/about"):
        page = ours.get(path).text
        for text in (
            "Clean Water Now",
            "hello@example.org",
            "privacy@example.org",
            "https://example.org/give",
            "12 Main St",
        ):
            assert text in page
    for path in ("/", "/es/bills", "/act/TX-20?member=C001098"):
        head, foot = ours.get(path).text.split("<main")[0], ours.get(path).text.split("</main")[1]
        assert "Clean Water Now" in head
        assert 'href="mailto:hello@example.org"' in foot


def test_a_phone_can_put_it_on_its_home_screen(client: FlaskClient) -> None:
    for lang in ("", "/es"):
        page = client.get(f"{lang}/").text
        assert f'<link rel="manifest" href="{lang}/manifest.webmanifest">' in page
        found = client.get(f"{lang}/manifest.webmanifest").json
        assert found
        assert (found["lang"], found["scope"], found["start_url"]) == (lang[1:] or "en", f"{lang}/", f"{lang}/")
        for icon in found["icons"]:
            with Image.open(io.BytesIO(client.get(icon["src"]).data)) as image:
                assert f"{image.width}x{image.height}" == icon["sizes"]
    assert client.get("/icon-7.png").status_code == 404


def test_the_last_script_is_kept_as_it_came_and_nothing_else(client: FlaskClient) -> None:
    call, letter, called = (f"/act/TX-20{page}?member=C001098" for page in ("", "/letter", "/called"))
    kept = [
        path
        for path in ("/", "/act/TX-20", call, letter, called)
        if re.search(r'<main[^>]* data-offline="/worker.js"', client.get(path).text)
    ]
    assert kept == [call, letter]
    assert "data-offline" not in client.post(call, data={"your_name": "Ana"}).text
    worker = client.get("/worker.js")
    assert worker.mimetype == "text/javascript"
    assert "no-cache" in worker.headers["Cache-Control"]
    policy = worker.headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
