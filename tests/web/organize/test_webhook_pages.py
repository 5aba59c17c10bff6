"""Webhooks on the organizers' pages: the secret once, a test, sending again, pausing, removing."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from copies import copy_of
from flask.testing import FlaskClient
from organizer_client import post, send, sign_in
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug.test import TestResponse

from campaign import db, ssrf
from campaign.accounts.models import AuditEntry
from campaign.webhooks.models import WebhookEndpoint, WebhookMessage

PAGE = "/organize/webhooks"
FORM = {"url": "https://hooks.example.org/private-part", "shape": "json", "language": "en", "events": ["stage"]}


@pytest.fixture
def snapshot_engine(small_congress: Engine, tmp_path: Path, clock: None) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(small_congress, tmp_path) as engine:
        yield engine


@pytest.fixture
def staff(client: FlaskClient, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(client, snapshot_engine, "organizer", "ana@staff-host.org")


def text_of(answer: TestResponse) -> str:
    main = answer.text.split("<main")[1].split("</main>")[0]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


def endpoint(engine: Engine) -> WebhookEndpoint:
    with db.reading(engine) as session:
        return session.exec(select(WebhookEndpoint)).one()


def messages(engine: Engine) -> list[WebhookMessage]:
    with db.reading(engine) as session:
        return list(session.exec(select(WebhookMessage)))


@pytest.fixture
def receiving(
    staff: FlaskClient, snapshot_engine: Engine, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> HTTPServer:
    """An endpoint at a receiver on this machine, which the guard lets through."""
    post(staff, PAGE, **FORM)
    with db.writing(snapshot_engine) as session:
        row = session.exec(select(WebhookEndpoint)).one()
        row.url = httpserver.url_for("/hook")
    monkeypatch.setattr(ssrf, "resolve", lambda _url: "127.0.0.1")
    return httpserver


def test_the_secret_is_shown_once(staff: FlaskClient, snapshot_engine: Engine) -> None:
    answer = post(staff, PAGE, **FORM)
    assert answer.status_code == 200
    secrets = re.findall(r"whsec_[A-Za-z0-9+/]{43}=", html.unescape(answer.text))
    assert len(secrets) == 1
    assert answer.headers["Cache-Control"] == "no-store"
    for path in (PAGE, f"{PAGE}/{endpoint(snapshot_engine).id}"):
        assert "whsec_" not in staff.get(path).text
    assert "hooks.example.org" in text_of(staff.get(PAGE))
    with db.reading(snapshot_engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "webhook added")).all()
    assert [entry.object for entry in entries] == ["hooks.example.org"]


def test_a_chat_has_no_secret_to_copy(staff: FlaskClient) -> None:
    answer = send(staff, PAGE, **{**FORM, "shape": "slack"})
    assert "Send a test to see that it arrives." in text_of(answer)


@pytest.mark.parametrize(
    ("lang", "reason"), [("", "must begin with https://"), ("/es", "debe empezar con https://")]
)
def test_what_is_refused_stays_in_its_field_with_the_reason(staff: FlaskClient, lang: str, reason: str) -> None:
    form = {**FORM, "url": "http://hooks.example.org/x", "events": ["withdrew"]}
    answer = post(staff, lang + PAGE, **form)
    assert answer.status_code == 400
    assert reason in text_of(answer)
    assert 'value="http://hooks.example.org/x"' in answer.text
    assert re.findall(r'name="events" value="(\w+)" checked', answer.text) == ["withdrew"]


@pytest.mark.parametrize(("status", "says"), [(204, "It arrived."), (404, "The address answered 404.")])
def test_a_test_is_sent_at_once_and_says_how_it_ended(
    staff: FlaskClient, snapshot_engine: Engine, receiving: HTTPServer, status: int, says: str
) -> None:
    receiving.expect_request("/hook").respond_with_data("", status=status)
    answer = send(staff, f"{PAGE}/{endpoint(snapshot_engine).id}/test")
    assert says in text_of(answer)
    ((request, _response),) = receiving.log
    assert "This is a test from Keep U.S. guns out" in request.json["data"]["text"]["en"]
    assert request.json["type"] == "webhook.test"
    assert f">{status}<" in answer.text


def test_where_the_name_leads_inside_the_page_says_so_in_both_languages(
    staff: FlaskClient, snapshot_engine: Engine, receiving: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    path = f"{PAGE}/{endpoint(snapshot_engine).id}"
    assert "leads into a private network, so nothing was sent" in text_of(send(staff, f"{path}/test"))
    assert "lleva a una red privada, así que no se envió nada" in text_of(staff.get(f"/es{path}"))
    assert receiving.log == []


def test_a_message_is_sent_again_with_its_id(
    staff: FlaskClient, snapshot_engine: Engine, receiving: HTTPServer
) -> None:
    receiving.expect_request("/hook").respond_with_data("")
    path = f"{PAGE}/{endpoint(snapshot_engine).id}"
    send(staff, f"{path}/test")
    (message,) = messages(snapshot_engine)
    assert "It arrived." in text_of(send(staff, f"{path}/messages/{message.id}"))
    first, second = (request for request, _response in receiving.log)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == message.webhook_id
    assert post(staff, f"{path}/messages/999").status_code == 404


def test_it_is_paused_switched_on_and_removed(
    staff: FlaskClient, snapshot_engine: Engine, receiving: HTTPServer
) -> None:
    path = f"{PAGE}/{endpoint(snapshot_engine).id}"
    assert "It is paused." in text_of(send(staff, f"{path}/pause"))
    assert endpoint(snapshot_engine).state == "paused"
    assert "It is on." in text_of(send(staff, f"{path}/resume"))
    assert endpoint(snapshot_engine).state == "on"
    assert "It is removed." in text_of(send(staff, f"{path}/remove"))
    with db.reading(snapshot_engine) as session:
        assert session.exec(select(WebhookEndpoint)).all() == []
    assert staff.get(path).status_code == 404


def test_programmers_see_the_example_that_is_tested(client: FlaskClient) -> None:
    example = (Path(__file__).parents[3] / "templates/public/webhook_example.txt").read_text().strip()
    for lang in ("", "/es"):
        assert example in html.unescape(client.get(f"{lang}/developers").text)
