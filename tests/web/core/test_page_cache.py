"""Pages are kept by their content: equal for everybody, renewed when the record moves, small on the wire."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import Session, select
from structlog.testing import capture_logs

from campaign import db
from campaign.app import create_app
from campaign.congress.models import Bill, Change, Tracking
from campaign.proposals.models import Proposal
from campaign.settings import Settings
from campaign.web.core import page_cache

PUBLIC = [
    "/",
    "/es/",
    "/act/TX-20",
    "/es/bills/hr6736-119",
    "/find?zip=78207",
    "/privacy",
    "/feeds/changes.atom",
]
PACKED = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_kept_is_what_is_made(client: FlaskClient, path: str) -> None:
    """Made for the first, taken from the shelf for the second, sent again as it was for the third."""
    first, *others = (client.get(path) for _ in range(3))
    for other in others:
        assert other.data == first.data
        assert {**other.headers, "X-Request-ID": ""} == {**first.headers, "X-Request-ID": ""}
    assert len({one.headers["X-Request-ID"] for one in (first, *others)}) == 3


def test_an_answer_sent_again_is_logged_like_any_other(client: FlaskClient) -> None:
    with capture_logs() as lines:
        for _ in range(3):
            client.get("/act/TX-20")
    assert [{**line, "milliseconds": 0, "request": ""} for line in lines] == [
        {
            "event": "answered", "log_level": "info", "method": "GET", "route": "/act/<seat>", "status": 200,
            "milliseconds": 0, "request": "",
        }
    ] * 3  # fmt: skip


def test_what_went_out_to_one_host_does_not_go_out_to_another(client: FlaskClient) -> None:
    for _ in range(3):
        client.get("/act/TX-20")
    assert client.get("/act/TX-20", headers={"Host": "evil.example"}).status_code == 400


def test_an_answer_that_came_too_late_is_not_sent_again(app: Flask, client: FlaskClient) -> None:
    for _ in range(3):
        page = client.get("/act/TX-20")
    shelf = app.extensions["shelf"]
    (asked,) = shelf.ready
    shelf.ready[asked] = replace(shelf.ready[asked], version=("before",), body=b"old")
    assert client.get("/act/TX-20").data == page.data


@pytest.mark.parametrize("path", PUBLIC)
def test_nothing_of_a_visitor_is_on_a_public_page(client: FlaskClient, path: str) -> None:
    """Whoever comes, with whatever their browser sends, gets the same bytes and no cookie."""
    plain = client.get(path)
    client.set_cookie("campaign", "somebody")
    other = client.get(
        path, headers={"User-Agent": "x", "Accept-Language": "es", "Referer": "http://localhost/"}
    )
    assert other.data == plain.data
    assert "Set-Cookie" not in other.headers
    assert "csrf" not in other.text


def test_packed_and_plain_say_the_same(client: FlaskClient) -> None:
    plain, packed = client.get("/"), client.get("/", headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip;q=0"}).headers
    again = client.get("/", headers={**PACKED, "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_head_tells_the_same_as_a_get(client: FlaskClient) -> None:
    got, head = client.get("/act/TX-20"), client.head("/act/TX-20")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_what_nobody_reads_of_a_query_makes_no_other_page(client: FlaskClient) -> None:
    page = client.get("/act/TX-20")
    marked = client.get("/act/TX-20?utm_source=x&fbclid=%22%3E%3Cscript%3E&_external=1&_anchor=x")
    assert marked.data == page.data


@pytest.fixture
def own(snapshot_copy: Engine) -> Engine:
    return snapshot_copy


def client_of(engine: Engine) -> FlaskClient:
    return create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine).test_client()


def poll(session: Session, now: datetime) -> None:
    session.exec(select(Tracking)).first().attempted_at = now  # type: ignore[union-attr]


def read(session: Session, now: datetime) -> None:
    session.get_one(Bill, "hr6736-119").observed_at = now


def change(session: Session, now: datetime) -> None:
    session.add(Change(bill="hr6736-119", kind="action", detail={"text": "x"}, seen_at=now))


def write(session: Session, now: datetime) -> None:
    session.get_one(Proposal, "armas-act").name_en = "Another name"


@pytest.mark.parametrize("moves", [poll, read, change, write])
def test_whatever_a_page_shows_moves_the_version(own: Engine, now: datetime, moves: object) -> None:
    with db.reading(own) as session:
        before = page_cache.version(session)
    with db.writing(own) as session:
        moves(session, now + timedelta(minutes=1))  # type: ignore[operator]
    with db.reading(own) as session:
        assert page_cache.version(session) != before


def test_a_page_is_new_when_the_record_is(own: Engine, clock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "RECHECK_SECONDS", 0.0)
    client = client_of(own)
    assert "Another name" not in client.get("/proposals/armas-act").text
    with db.writing(own) as session:
        session.get_one(Proposal, "armas-act").name_en = "Another name"
    assert "Another name" in client.get("/proposals/armas-act").text


def test_what_was_taken_in_here_is_seen_at_once(own: Engine, clock: None) -> None:
    client = client_of(own)
    client.get("/proposals/armas-act")
    with db.writing(own) as session:
        session.get_one(Proposal, "armas-act").name_en = "Another name"
    client.post("/find", data={"street": "", "city": ""})
    assert "Another name" in client.get("/proposals/armas-act").text


def test_a_kept_page_does_not_outlive_its_congress(own: Engine) -> None:
    client = client_of(own)
    with time_machine.travel(datetime(2027, 1, 3, 16, 59, tzinfo=UTC), tick=False):
        assert "Died" not in client.get("/bills/hr6736-119").text
    with time_machine.travel(datetime(2027, 1, 3, 17, 0, tzinfo=UTC), tick=False):
        assert "Died with its Congress" in client.get("/bills/hr6736-119").text


def test_refusals_and_answers_to_forms_are_not_kept(app: Flask, client: FlaskClient) -> None:
    for path in ("/act/TX-99", "/find?zip=abc", "/bills/hr1-119"):
        client.get(path)
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_the_store_has_a_bound() -> None:
    def body(letter: bytes) -> page_cache.Body:
        return page_cache.Body(letter * 100, b"", "text/html", "public", "x")

    shelf = page_cache.Shelf(250)
    for name in "abc":
        shelf.put(name, body(name.encode()))
    assert [shelf.get(name) is not None for name in "abc"] == [False, True, True]
    shelf.get("b")
    shelf.put("d", body(b"d"))
    assert [shelf.get(name) is not None for name in "bcd"] == [True, False, True]


@pytest.mark.parametrize("name", ["campaign.css", "mark.svg"])
def test_stylesheets_leave_packed_and_may_be_kept_for_good(client: FlaskClient, name: str) -> None:
    address = f"/static/{name}?v=1"
    with client.get(address) as plain, client.get(address, headers=PACKED) as packed:
        assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        body = gzip.decompress(packed.data) if packed.headers.get("Content-Encoding") else packed.data
        assert body == plain.data
    with client.get(address, headers={"If-None-Match": packed.headers["ETag"]}) as again:
        assert again.status_code == 304
