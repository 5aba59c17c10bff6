"""Every form's POST says where it comes from: browsers without ``Sec-Fetch-Site`` (plain http, or old)
say it by ``Origin`` alone, and under the referrer policy ``no-referrer`` that is ``null``."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import sign_in
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

CALL = "member=C001098"
SENDING_ORIGIN = {"same-origin", "strict-origin-when-cross-origin"}
# Pages of everybody with a form that posts, besides those that need a mailed link.
PAGES = (
    "/",
    "/subscribe",
    "/preferences",
    "/confirm/x",
    "/unsubscribe/x",
    "/find",
    f"/act/TX-20?{CALL}",
    f"/act/TX-20/letter?{CALL}",
    f"/act/TX-20/offices?{CALL}",
    f"/act/TX-20/number?{CALL}",
    "/act/TX-20/thanks",
    "/nothing-here",
)
# Some of the organizers' pages with a form: every page that can be had is looked at.
THEIRS = {"sign_in", "account", "dashboard", "board", "words", "campaign_list", "readers", "system", "link"}
SAMPLES = {"bill": "hr6736-119", "bioguide": "C001091", "slug": "us-guns-abroad"}


@pytest.fixture
def snapshot_engine(snapshot_engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign, for somebody to sign in."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        yield engine


def sends_origin(answer: TestResponse) -> bool:
    """Whether a page's forms are sent with the page's origin."""
    kept = answer.headers["Referrer-Policy"] in SENDING_ORIGIN and '<meta name="referrer"' not in answer.text
    return kept and not re.search(r"<form[^>]*noreferrer", answer.text)


def posts(answer: TestResponse) -> bool:
    return answer.mimetype == "text/html" and 'method="post"' in answer.text


@pytest.mark.parametrize("lang", ["", "/es"])
def test_public_forms_are_sent_with_their_origin(client: FlaskClient, lang: str) -> None:
    pages = {path: client.get(lang + path) for path in PAGES}
    pages["refused"] = client.post(f"{lang}/subscribe", data={"email": "nobody"})
    assert {path for path, page in pages.items() if not posts(page)} <= {"/nothing-here"}
    assert {path for path, page in pages.items() if not sends_origin(page)} == set()


def test_organizers_forms_are_sent_with_their_origin(app: Flask, snapshot_engine: Engine) -> None:
    staff = sign_in(app.test_client(), snapshot_engine, "admin")
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("organize_en.") and "GET" in (rule.methods or ()):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: SAMPLES.get(name[1], "9"), rule.rule)
            with staff.get(path) as page:
                if posts(page):
                    found[rule.endpoint.partition(".")[2]] = sends_origin(page)
    found["sign_in"] = sends_origin(app.test_client().get("/organize/sign-in"))
    assert found.keys() >= THEIRS
    assert {view for view, sent in found.items() if not sent} == set()


@pytest.mark.parametrize(("origin", "status"), [("http://localhost", 200), ("null", 403)])
def test_where_the_browser_says_no_more_the_origin_decides(
    client: FlaskClient, origin: str, status: int
) -> None:
    form = {"email": "nobody@readers-host.org", "website": "a machine"}
    assert client.post("/subscribe", data=form, headers={"Origin": origin}).status_code == status
