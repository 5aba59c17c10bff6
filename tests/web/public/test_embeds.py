"""Parts of the campaign for frames on other sites, and oEmbed."""

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from campaign import db
from campaign.app import create_app
from campaign.proposals import campaigns
from campaign.settings import Settings

ROOT = Path(__file__).parents[3]
BASE = "http://127.0.0.1:5000"
FRAMES = [
    "/embed/find",
    "/embed/count",
    "/embed/chart",
    "/embed/map",
    "/embed/count/proposals/armas-act",
    "/embed/chart/proposals/stop-arming-cartels-act",
    "/embed/map/bills/hr6736-119",
    "/embed/chart/bills/hr8427-118",
]
MOST_BYTES = 30_000
LOADS = re.compile(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"')


def policy(answer: TestResponse) -> dict[str, str]:
    header = answer.headers["Content-Security-Policy"]
    return {
        name: sources for name, _space, sources in (part.strip().partition(" ") for part in header.split(";"))
    }


@pytest.mark.parametrize("lang", ["", "/es"])
@pytest.mark.parametrize("path", FRAMES)
def test_a_frame_weighs_less_than_30_kb_uncompressed_and_loads_from_here_alone(
    client: FlaskClient, path: str, lang: str
) -> None:
    answer = client.get(lang + path)
    assert answer.status_code == 200
    loaded = [unescape(found) for found in LOADS.findall(answer.text)]
    assert len(loaded) == 2
    assert all(address.startswith("/") for address in loaded)
    sizes = [len(client.get(address).data) for address in ("/embed.js", *loaded)]
    assert min(sizes) > 300
    assert len(answer.data) + sum(sizes) <= MOST_BYTES, (len(answer.data), sizes)


@pytest.mark.parametrize("path", FRAMES)
def test_s08_a_frame_may_stand_on_any_site_and_do_little_more(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert policy(answer) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "*",
        "base-uri": "'none'",
    }
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_s08_no_other_page_can_be_framed(app: Flask, client: FlaskClient) -> None:
    """Every address without a parameter, and the pages that frames lead to."""
    plain = [
        rule.rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())
    ]
    frames = {lang + path for path in FRAMES for lang in ("", "/es")}
    seen = 0
    for path in [
        *plain,
        "/act/TX-20",
        "/bills/hr6736-119",
        "/proposals/armas-act",
        "/embed/nothing",
        "/nothing",
    ]:
        if path in frames:
            continue
        answer = client.get(path)
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert policy(answer)["frame-ancestors"] == "'none'", path
        seen += 1
    assert seen > 50


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/embed/count", ["House: ARMAS Act, <a", "6736", "<b>29</b> co-sponsors", "A majority is 218."]),
        ("/es/embed/count", ["copatrocinadores", "La mayoría son 218."]),
        ("/embed/count/proposals/armas-act", ["<h1>ARMAS Act</h1>", "H.R.\xa06736", "S.\xa03508"]),
        ("/embed/count/bills/hr8427-118", ["H.R.\xa08427 (118th)", "co-sponsors"]),
        (
            "/embed/chart/bills/hr6736-119",
            ["over time: 29 co-sponsors on June 1, 2026", 'role="img"', "Every step"],
        ),
        ("/es/embed/chart/bills/hr6736-119", ["el 1 de junio de 2026", "Una línea escalonada de"]),
        ("/embed/map", ["Members on at least one of these bills, by state.", "<th scope=\"row\">Texas</th>"]),
        ("/embed/map/bills/hr6736-119", ["Sponsor and co-sponsors, by state."]),
        ("/embed/find", ["Your ZIP code", 'action="/find"', 'target="_blank"', "The answer opens in"]),
        ("/es/embed/find", ["Llame a sus legisladores en el Congreso", 'action="/es/find"']),
    ],
)  # fmt: skip
def test_what_a_frame_says(client: FlaskClient, path: str, says: list[str]) -> None:
    page = client.get(path).text
    assert [text for text in says if text not in page] == []
    assert f'<html lang="{"es" if path.startswith("/es") else "en"}">' in page
    assert all('target="_blank" rel="noopener"' in link for link in re.findall(r"<(?:a|form) [^>]+>", page))
    assert '<meta name="robots" content="noindex">' in page


def test_a_frame_holds_four_bills_at_most(client: FlaskClient, snapshot_engine: Engine) -> None:
    assert client.get("/embed/count").text.count("<section") == 4


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/embed/count/bills/hr99999-119", 404),
        ("/embed/count/bills/nonsense", 400),
        ("/es/embed/map/proposals/none", 404),
    ],
)
def test_what_is_not_there_is_said_in_the_frame(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "X-Frame-Options" not in answer.headers
    assert "embed.css" in answer.text
    assert "<form" not in answer.text


def in_state(engine: Engine, state: str) -> FlaskClient:
    with db.writing(engine) as session:
        now = datetime(2026, 6, 20, tzinfo=UTC)
        campaigns.set_state(session, "us-guns-abroad", state, by="test", now=now)
    app = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine)
    return app.test_client()


def test_a_draft_is_in_no_frame_whoever_looks(snapshot_copy: Engine, clock: None) -> None:
    client = in_state(snapshot_copy, "draft")
    assert client.get("/embed/count").status_code == 404
    assert "still preparing it" in client.get("/embed/find").text
    assert client.get(f"/oembed?url={BASE}/").status_code == 404


@pytest.mark.parametrize("state", ["paused", "archived"])
def test_a_campaign_that_asks_nothing_has_no_field(snapshot_copy: Engine, clock: None, state: str) -> None:
    client = in_state(snapshot_copy, state)
    assert "not asking anyone to act right now" in client.get("/embed/find").text
    assert "<form" not in client.get("/embed/find").text
    assert "Ask your members" not in client.get("/embed/count").text
    assert "<b>29</b> co-sponsors" in client.get("/embed/count").text


def test_after_the_turn_of_the_congress_a_proposal_shows_its_last_bills(snapshot_engine: Engine) -> None:
    with time_machine.travel(datetime(2027, 1, 20, 15, 0, tzinfo=UTC), tick=False):
        app = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=snapshot_engine)
        page = app.test_client().get("/embed/count/proposals/armas-act").text
    assert "H.R.\xa06736 (119th)" in page
    assert "Ask your members" not in page


def test_the_script_has_the_titles_of_the_campaigns_languages(client: FlaskClient) -> None:
    answer = client.get("/embed.js", headers={"Accept-Encoding": "gzip"})
    script = gzip.decompress(answer.data).decode()
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert '"find": "Call your members of Congress"' in script
    assert '"find": "Llame a sus legisladores en el Congreso"' in script


# --- the lines to copy -----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["", "/es"])
def test_each_line_to_copy_leads_to_a_frame(client: FlaskClient, lang: str) -> None:
    page = client.get(f"{lang}/embed")
    copied = [unescape(text) for text in re.findall(r"<textarea[^>]+>(.*?)</textarea>", page.text, re.DOTALL)]
    frames = [text for text in copied if text.startswith("<iframe")]
    assert len(frames) == len(copied) / 2 == 6
    for frame in frames:
        assert re.search(r' title="[^"]+" width="100%" height="\d+"', frame)
        address = re.findall(r'src="([^"]+)"', frame)[0]
        assert address.startswith(f"{BASE}{lang}/embed/")
        assert client.get(address.removeprefix(BASE)).status_code == 200
    assert (
        f'<script src="{BASE}/embed.js" data-show="count" data-proposal="armas-act" async></script>' in copied
    )
    assert policy(page)["frame-src"] == "'self'"
    assert f'href="{lang}/embed"' in client.get(f"{lang}/developers").text


# --- oEmbed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "frame"),
    [
        (f"{BASE}/", "/embed/find"),
        (f"{BASE}", "/embed/find"),
        (f"{BASE}/es/find", "/es/embed/find"),
        (f"{BASE}/bills/hr6736-119?sort=name#who", "/embed/count/bills/hr6736-119"),
        (f"{BASE}/es/proposals/armas-act", "/es/embed/count/proposals/armas-act"),
        (f"{BASE}/c/us-guns-abroad/proposals/armas-act", "/c/us-guns-abroad/embed/count/proposals/armas-act"),
        (f"{BASE}/embed/map", "/embed/map"),
        (f"{BASE}/embed/chart/bills/hr6736-119", "/embed/chart/bills/hr6736-119"),
        (f"{BASE.upper().replace('HTTP', 'http')}/bills/119/hr/6736", "/embed/count/bills/hr6736-119"),
    ],
)
def test_oembed_answers_with_the_frame_of_an_address(client: FlaskClient, url: str, frame: str) -> None:
    answer = client.get("/oembed", query_string={"url": url, "format": "json"})
    assert answer.mimetype == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found = answer.json
    assert found["version"] == "1.0"
    assert found["type"] == "rich"
    assert f'src="{BASE}{frame}"' in found["html"]
    assert f'width="{found["width"]}" height="{found["height"]}"' in found["html"]
    assert found["title"]
    assert found["provider_name"]
    assert client.get(frame).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"url": f"{BASE}/", "format": "xml"}, 501),
        ({"url": "https://example.org/bills/hr6736-119"}, 404),
        ({"url": "https://127.0.0.1:5000.example.org/"}, 404),
        ({"url": "ftp://127.0.0.1:5000/"}, 404),
        ({"url": "javascript:alert(1)"}, 404),
        ({"url": "http://[::1"}, 404),
        ({"url": f"{BASE}/nothing"}, 404),
        ({"url": f"{BASE}/organize"}, 404),
        ({"url": f"{BASE}/privacy"}, 404),
        ({"url": f"{BASE}/bills/hr99999-119"}, 404),
        ({"url": f"{BASE}/bills/nonsense"}, 404),
        ({"url": f"{BASE}/proposals/none"}, 404),
        ({"url": f"{BASE}/c/none/"}, 404),
        ({}, 404),
        ({"url": f"{BASE}/", "maxwidth": "wide"}, 400),
        ({"url": f"{BASE}/", "maxheight": "0"}, 400),
    ],
)
def test_oembed_refuses_in_the_one_error_body(client: FlaskClient, query: dict[str, str], status: int) -> None:
    answer = client.get("/oembed", query_string=query)
    assert answer.status_code == status
    assert answer.json["error"]["status"] == status


@pytest.mark.parametrize(("limit", "width", "height"), [("200", 200, 200), ("9" * 30, 600, 420)])
def test_oembed_obeys_the_limits(client: FlaskClient, limit: str, width: int, height: int) -> None:
    query = {"url": f"{BASE}/", "maxwidth": limit, "maxheight": limit}
    found = client.get("/oembed", query_string=query).json
    assert (found["width"], found["height"]) == (width, height)


@pytest.mark.parametrize("path", ["/", "/es/", "/bills/hr6736-119", "/es/proposals/armas-act"])
def test_pages_that_have_a_frame_lead_to_it(client: FlaskClient, path: str) -> None:
    head = client.get(path).text
    link = re.findall(
        r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)" title="[^"\n]+">', head
    )
    parts = urlsplit(unescape(link[0]))
    assert f"{parts.scheme}://{parts.netloc}" == BASE
    found = client.get(f"{parts.path}?{parts.query}").json
    assert f'src="{BASE}{"/es" if path.startswith("/es") else ""}/embed/' in found["html"]


def test_other_pages_name_no_frame(client: FlaskClient) -> None:
    assert "json+oembed" not in client.get("/privacy").text


@pytest.fixture(scope="module")
def two_hosts(snapshot_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with copy_of(snapshot_engine, tmp_path_factory.mktemp("hosts")) as engine:
        hosts = "guns.example.org=us-guns-abroad"
        settings = Settings(
            secret_key="x" * 40, geocoder_url="", base_url="https://main.example.org", hosts=hosts
        )
        yield create_app(settings, engine=engine)


def test_a_campaign_with_a_host_of_its_own_is_framed_from_there(two_hosts: Flask, clock: None) -> None:
    client = two_hosts.test_client()
    query = {"url": "https://guns.example.org/bills/hr6736-119"}
    found = client.get("/oembed", query_string=query, base_url="https://main.example.org").json
    assert 'src="https://guns.example.org/embed/count/bills/hr6736-119"' in found["html"]
