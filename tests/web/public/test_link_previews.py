"""What messengers show of a link, and the ready texts to pass one on."""

import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.engine import Engine

from campaign.app import create_app
from campaign.settings import Settings
from campaign.web.public.previews import balanced, wrapped


def properties(client: FlaskClient, path: str) -> dict[str, str]:
    head = client.get(path).text.split("</head>")[0]
    found = re.findall(r'<meta property="og:([a-z:]+)" content="([^"]*)"', head)
    return {name: unescape(text) for name, text in found}


@pytest.mark.parametrize(
    ("path", "picture", "says"),
    [
        ("/", "/picture.png", "70%"),
        ("/es/", "/es/picture.png", "el 70%"),
        ("/privacy", "/picture.png", "70%"),
        ("/proposals/armas-act", "/proposals/armas-act/picture.png", "H.R. 6736: 28 of 435 representatives"),
        (
            "/es/bills/s3508-119",
            "/es/proposals/armas-act/picture.png",
            "S. 3508: 6 de 100 integrantes",
        ),
        ("/act/TX-20", "/act/TX-20/picture.png", "Texas, district 20"),
        ("/act/TX-20/thanks", "/act/TX-20/picture.png", "Joaquin Castro"),
        ("/act/TX-20?member=C001098", "/act/TX-20/picture.png", "Ted Cruz"),
    ],
)
def test_a_link_shows_its_picture_and_words(client: FlaskClient, path: str, picture: str, says: str) -> None:
    found = properties(client, path)
    address = urlsplit(found["image"])
    assert (address.scheme, address.netloc, address.path) == ("http", "127.0.0.1:5000", picture)
    assert found["url"] == "http://127.0.0.1:5000" + path.partition("?")[0]
    assert says in found["image:alt"]
    assert found["title"] == found["title"].strip() != ""
    assert found["description"]
    answer = client.get(f"{address.path}?{address.query}")
    assert answer.mimetype == "image/png"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(answer.data) < 200_000
    with Image.open(io.BytesIO(answer.data)) as image:
        assert image.size == (int(found["image:width"]), int(found["image:height"])) == (1200, 630)


def test_a_picture_has_another_address_when_what_it_shows_changes(
    named_app: Flask, client: FlaskClient
) -> None:
    ours = named_app.test_client()
    assert properties(ours, "/")["image"] == properties(ours, "/bills")["image"]
    assert properties(ours, "/")["image"] != properties(client, "/")["image"]
    assert properties(ours, "/act/TX-20")["image"] == properties(client, "/act/TX-20")["image"]


def test_addresses_are_of_the_campaigns_own_host(snapshot_engine: Engine, clock: None) -> None:
    settings = Settings(
        secret_key="x" * 40, base_url="https://service.example.org", hosts="guns.example.org=us-guns-abroad"
    )
    client = create_app(settings, engine=snapshot_engine).test_client()
    for host, path, start in (
        ("guns.example.org", "/", "https://guns.example.org/"),
        ("service.example.org", "/c/us-guns-abroad/es/", "https://service.example.org/c/us-guns-abroad/es/"),
    ):
        page = client.get(path, headers={"Host": host}).text
        found = dict(re.findall(r'<meta property="og:([a-z:]+)" content="([^"]*)"', page))
        assert found["url"] == start
        assert found["image"].startswith(f"{start}picture.png?v=")


def test_error_pages_ask_for_no_picture(client: FlaskClient) -> None:
    assert properties(client, "/nothing") == {}


@pytest.mark.parametrize(("path", "shared"), [("/act/TX-20", "/act/TX-20"), ("/es/act/TX-20/thanks", "/es/")])
def test_texts_to_pass_on_are_links_that_need_no_script(client: FlaskClient, path: str, shared: str) -> None:
    page = client.get(path).text
    links = dict(re.findall(r'data-shared="(\w+)" href="([^"]+)"', page))
    assert links.keys() == {"whatsapp", "sms", "email"}
    told = set()
    for way, field in (("whatsapp", "text"), ("sms", "body"), ("email", "body")):
        told |= set(parse_qs(urlsplit(unescape(links[way])).query)[field])
    assert len(told) == 1
    assert told.pop().endswith(f" http://127.0.0.1:5000{shared}")
    assert unescape(links["whatsapp"]).startswith("https://wa.me/?")
    assert re.search(r'<textarea[^>]* id="share-text"[^>]* readonly>[^<]+127.0.0.1:5000', page)


def test_thanks_says_what_was_done_in_this_tab_and_when_the_next_mail_is_due(client: FlaskClient) -> None:
    page = client.get("/act/TX-20/thanks").text
    assert page.count('data-if-called="') == 3
    assert "Today you called the office of Ted Cruz." in page
    assert "planned for Monday, June 22, 2026" in page


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("Keep U.S. guns out of the cartels’ hands", 3, ["Keep U.S. guns out", "of the cartels’ hands"]),
        ("One", 3, ["One"]),
        ("A title of words that go on and on, far beyond what anybody would read", 2, None),
    ],
)
def test_titles_break_into_even_lines(text: str, most: int, lines: list[str] | None) -> None:
    found = balanced(text, 68, 1040, most)
    assert len(found) <= most
    if lines is None:
        assert found[-1].endswith("…")
        assert wrapped(text, 68, 1040, most) == found
    else:
        assert found == lines
