"""Whatever comes in, a helpful page goes out: any text, in any place, of every address there is."""

import re
from datetime import datetime
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug.routing import Rule

from campaign import db
from campaign.actions.models import CampaignAction
from campaign.app import create_app
from campaign.outreach.models import CallCount
from campaign.settings import Settings
from campaign.web.core.routing import ACCESS

STRANGE = [
    "", " ", "\x00", "\r\nSet-Cookie: x=1", "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>",
    "%s%n{0}", "{{ 7*7 }}", "[your_name]", "../../../etc/passwd", "' OR '1'='1", "\u202egnp.exe", "٧٨٢٠٧",
    "𝟕𝟖𝟐𝟎𝟕", "🗳️" * 50, "9" * 400, "x" * 3000, "TX-20", "TX-020", "tx-20", "TX-99", "ZZ-1", "hr6736-119",
    "hr6736", "hr0-119", "hr6736-999999999999", "s3508-119", "C001098", "Z999999", "call", "letter", "fax",
    "2026-13-45", "2026-01-10", "1e309", "-1", "NaN", "null", "78207", "en", "es", "_external",
    "us-guns-abroad", "armas-act",
]  # fmt: skip
TEXT = st.one_of(st.sampled_from(STRANGE), st.text(max_size=60))
FIELDS = [
    "zip", "state", "district", "street", "city", "point", "member", "bill", "kind", "q", "on", "sort", "seat",
    "as", "office", "result", "once", "undo", "v", "points", "sentence", "name", "town", "address", "your_name",
    "your_town", "email", "language", "proposals", "website", "token", "since", "method", "_method", "lang",
    "target", "organization", "show_name", "action",
    "url", "format", "maxwidth", "maxheight",
]  # fmt: skip
QUERY_OR_FORM = st.dictionaries(st.sampled_from(FIELDS), TEXT, max_size=5)
HELPFUL = {200, 204, 301, 302, 303, 308, 400, 404, 405, 409, 410, 413, 415, 429, 501}
INTERNAL = ("Traceback", "sqlalchemy", "jinja2.", "werkzeug", 'File "/', "Undefined", "SELECT ")


@pytest.fixture(scope="module")
def own(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    now = datetime.fromisoformat("2026-06-20T15:00:00+00:00")
    texts = {"campaign": "us-guns-abroad", **dict.fromkeys(("title_en", "title_es", "text_en", "text_es"), "x")}
    with (
        copy_of(snapshot_template, tmp_path_factory.mktemp("bad")) as engine,
        time_machine.travel(now, tick=False),
    ):
        with db.writing(engine) as session:
            session.add(CampaignAction(slug="us-guns-abroad", kind="letter", state="open", **texts))
        yield create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine)


@lru_cache(1)
def rules(app: Flask) -> list[Rule]:
    """Every address that everybody may ask for; the organizers' have their own tests."""
    return [one for one in app.url_map.iter_rules() if "organize" not in one.endpoint and not role(app, one)]


def role(app: Flask, rule: Rule) -> str:
    """Who may ask for an address; empty: everybody."""
    declared = ACCESS.get(app.view_functions[rule.endpoint])
    return declared.role if declared else ""


def address(rule: Rule, values: list[str]) -> str:
    texts = iter(values)
    return re.sub(r"<[^>]+>", lambda _: quote(next(texts), safe="") or "x", rule.rule)


def check(client: FlaskClient, method: str, path: str, **sent: Any) -> None:
    with client.open(path, method=method, **sent) as answer:
        assert answer.status_code in HELPFUL, (method, path, sent, answer.status_code)
        assert "\n" not in answer.headers.get("Location", "")
        assert "Set-Cookie" not in answer.headers
        if answer.mimetype != "text/html" or not answer.data:
            return
        page = answer.text
    assert (
        f'<html lang="{"es" if path == "/es" or path.startswith("/es/") else "en"}">' in page
        or "<h1>Redirecting" in page
    )
    assert not [word for word in INTERNAL if word in page], path
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@settings(max_examples=cases(150))
@given(data=st.data())
def test_s29_any_text_in_any_address_and_field(own: Flask, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(rules(own)), label="rule")
    method = data.draw(st.sampled_from(sorted(rule.methods or {"GET"})), label="method")
    values = data.draw(
        st.lists(TEXT, min_size=len(rule.arguments), max_size=len(rule.arguments)), label="values"
    )
    path = address(rule, values)
    query = data.draw(QUERY_OR_FORM, label="query")
    form = data.draw(QUERY_OR_FORM, label="form") if method == "POST" else None
    check(own.test_client(), method, path, query_string=query, data=form)


@pytest.mark.parametrize("strange", STRANGE)
def test_each_oddity_in_each_place(own: Flask, strange: str) -> None:
    client = own.test_client()
    # Both languages share their views; every fourth oddity is tried in Spanish, the others in English.
    spanish = STRANGE.index(strange) % 4 == 0
    asked = [rule for rule in rules(own) if rule.arguments and rule.rule.startswith("/es/") is spanish]
    # Where a page and its form have rules of their own, both are of one address.
    for path in dict.fromkeys(address(rule, [strange] * len(rule.arguments)) for rule in asked):
        check(client, "GET", path)


@pytest.mark.parametrize("path", ["/", "/find", "/act/TX-20", "/es/subscribe"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/x-nothing"},
        {"Accept": "", "Accept-Language": "", "Accept-Encoding": ""},
        {"Accept-Encoding": "br;q=1.0, *;q=0"},
        {"Accept-Language": "xx-YY;q=abc"},
        {"If-None-Match": "garbage\"'"},
        {"Range": "bytes=0-1"},
        {"Cookie": "session=%00; campaign=" + "x" * 3000},
        {"Content-Type": "multipart/form-data; boundary="},
    ],
)
def test_a_browser_that_wants_nothing_still_gets_the_page(
    own: Flask, path: str, headers: dict[str, str]
) -> None:
    answer = own.test_client().get(path, headers=headers)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
    assert "</html>" in answer.text


def test_bodies_of_other_kinds_are_refused_or_read_as_empty(own: Flask) -> None:
    client = own.test_client()
    for path in ("/find", "/act/TX-20", "/subscribe", "/act/TX-20/called?member=C001098"):
        for kind, body in (
            ("application/json", b"{"),
            ("text/xml", b"<x/>"),
            ("multipart/form-data", b"\xff\xfe"),
        ):
            check(client, "POST", path, data=body, content_type=kind)


@pytest.mark.parametrize("name", ["lang", "view", "endpoint", "seat", "_external", "_anchor", "self", "values"])
@pytest.mark.parametrize("path", ["/act/tx-20", "/es/subscribe", "/act/TX-20/called", "/sheet", "/bills"])
def test_names_of_our_own_arguments_are_nobodys_to_give(own: Flask, path: str, name: str) -> None:
    client = own.test_client()
    check(client, "GET", path, query_string={name: "x", "member": "C001098"})
    check(client, "POST", path, query_string={name: "x"}, data={name: "x"})


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_anchor", "_method", "_external", "self", "values"])
@pytest.mark.parametrize("path", ["/organize/sign-in", "/es/organize/passkey"])
def test_nor_at_the_organizers_door(own: Flask, path: str, name: str) -> None:
    answer = own.test_client().get(path, query_string={name: "x", "next": "/organize/?a=b"})
    assert answer.status_code == 200
    other = path.removeprefix("/es") if path.startswith("/es") else f"/es{path}"
    assert f'href="{other}?{name}=x&amp;next=' in answer.text


def test_a_form_sent_twice_counts_once(own: Flask) -> None:
    client = own.test_client()
    page = client.get("/act/TX-20/called?member=C001098&bill=s367-119").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form = {**{name: unescape(value) for name, value in hidden.items()}, "result": "voicemail"}
    for _ in range(2):
        assert client.post("/act/TX-20/called", data=form).status_code == 303
    engine: Engine = own.extensions["engine"]
    with db.reading(engine) as session:
        assert [row.count for row in session.exec(select(CallCount)) if row.about == "s367-119"] == [1]


def test_a_form_for_somebody_elses_member_is_refused(own: Flask) -> None:
    client = own.test_client()
    page = client.get("/act/TX-20/called?member=C001098").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    forged = {**hidden, "member": "P000197", "result": "voicemail"}
    answer = client.post("/es/act/TX-20/called", data=forged)
    assert answer.status_code == 404
    assert "no representa ahora a TX-20" in answer.text
