"""Public pages are cached: equal for everybody, rendered again when the record changes, small on the wire."""

import gzip
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from chambers import counted
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from organizer_client import send, sign_in
from sqlalchemy.engine import Engine
from sqlmodel import Session, select
from structlog.testing import capture_logs

from campaign import db
from campaign.app import create_app
from campaign.congress.models import Bill, Change, SourceState, Tracking
from campaign.proposals import campaigns
from campaign.proposals.models import Proposal
from campaign.settings import Settings
from campaign.web.core import page_cache, served
from campaign.web.core.compression import CompressedResponse

PUBLIC = [
    "/",
    "/es/",
    "/act/TX-20",
    "/es/bills/hr6736-119",
    "/find?zip=78207",
    "/privacy",
    "/feeds/changes.atom",
]
SCRIPT = "/act/TX-20?member=C001091"
Move = Callable[[Session, datetime], None]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("path", PUBLIC)
def test_a_cached_page_equals_the_rendered_one(client: FlaskClient, path: str) -> None:
    """Status, headers and body; only the id of the request differs."""
    rendered, cached = client.get(path), client.get(path)
    assert rendered.status == cached.status == "200 OK"
    assert cached.data == rendered.data
    assert {**cached.headers, "X-Request-ID": ""} == {**rendered.headers, "X-Request-ID": ""}
    assert cached.headers["X-Request-ID"] != rendered.headers["X-Request-ID"]


def test_a_cached_page_is_not_rendered_again(app: Flask, client: FlaskClient) -> None:
    client.get("/act/TX-20")
    with template_rendered.connected_to(lambda *_args, **_more: pytest.fail("rendered"), app):
        assert client.get("/act/TX-20").status_code == 200


def test_each_visitor_of_a_cached_script_has_a_form_of_their_own(app: Flask, client: FlaskClient) -> None:
    answers = [client.get(SCRIPT)]
    with template_rendered.connected_to(lambda *_args, **_more: pytest.fail("rendered"), app):
        answers += [client.get(SCRIPT, headers=GZIP), client.get(SCRIPT)]
    texts = [gzip.decompress(each.data).decode() if each.content_encoding else each.text for each in answers]
    tokens = [re.findall('name="once" value="([^"]+)"', text) for text in texts]
    assert len({token for found in tokens for token in found}) == 3
    assert len({text.replace(found[0], "") for text, found in zip(texts, tokens, strict=True)}) == 1
    for each in answers:
        assert each.headers["Cache-Control"] == "no-store"
        assert "ETag" not in each.headers
    assert [each.content_encoding for each in answers] == [None, "gzip", None]
    assert client.get(SCRIPT, headers={"If-None-Match": "*"}).status_code == 200


def test_what_is_sent_to_be_filled_in_is_cached_for_nobody(client: FlaskClient) -> None:
    client.get(SCRIPT)
    assert "Guadalupe" in client.post(SCRIPT, data={"your_name": "Guadalupe"}).text
    assert "Guadalupe" not in client.get(SCRIPT).text


def test_a_cached_page_is_logged_like_any_other(client: FlaskClient) -> None:
    with capture_logs() as lines:
        for _ in range(3):
            client.get("/act/TX-20")
    assert [{**line, "milliseconds": 0, "request": ""} for line in lines] == [
        {
            "event": "answered", "log_level": "info", "method": "GET", "route": "/act/<seat>", "status": 200,
            "milliseconds": 0, "request": "",
        }
    ] * 3  # fmt: skip


def test_a_page_cached_for_one_host_does_not_go_out_to_another(client: FlaskClient) -> None:
    client.get("/act/TX-20")
    assert client.get("/act/TX-20", headers={"Host": "evil.example"}).status_code == 400


def test_a_page_whose_record_changed_while_it_was_rendered_is_not_sent_again(own: Engine, clock: None) -> None:
    app = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=own)
    client = app.test_client()

    def rename(*_args: object, **_more: object) -> None:
        with db.writing(own) as session:
            session.get_one(Proposal, "armas-act").name_en = "Another name"

    with template_rendered.connected_to(rename, app):
        assert "Another name" not in client.get("/proposals/armas-act").text
    app.extensions["page_cache"].look_again()
    assert "Another name" in client.get("/proposals/armas-act").text


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


def test_a_name_of_the_query_means_the_same_however_it_is_written(client: FlaskClient) -> None:
    """A cache that reads an address in another way than the page does can be made to give out a wrong page."""
    found = client.get("/find?z%69p=78207")
    assert "TX-20" in found.text
    assert client.get("/find").data != found.data
    assert client.get("/find?zip=78207").data == found.data


def test_gzipped_and_plain_bodies_are_equal(client: FlaskClient) -> None:
    plain, gzipped = client.get("/"), client.get("/", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert gzipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(gzipped.data) == plain.data
    assert gzipped.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize("times", [1, 2], ids=["rendered", "cached"])
def test_a_page_that_the_client_has_is_not_sent(client: FlaskClient, own: Engine, times: int) -> None:
    tag = client_of(own).get("/").headers["ETag"]
    for _ in range(times):
        fresh = client.get("/", headers={**GZIP, "If-None-Match": tag})
    assert (fresh.status_code, fresh.data, fresh.headers.get("Content-Encoding")) == (304, b"", None)
    assert (fresh.headers["ETag"], fresh.headers["Vary"]) == (tag, "Accept-Encoding")
    assert client.get("/", headers={"If-None-Match": 'W/"another"'}).status_code == 200


def test_a_head_tells_the_same_as_a_get(client: FlaskClient) -> None:
    heads = [client.head("/act/TX-20"), client.head("/act/TX-20")]
    got = client.get("/act/TX-20")
    for head in heads:
        assert (head.status_code, head.data) == (200, b"")
        assert {**head.headers, "X-Request-ID": ""} == {**got.headers, "X-Request-ID": ""}


def test_query_parameters_that_no_page_reads_make_no_other_page(client: FlaskClient) -> None:
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


def list_anew(session: Session, now: datetime) -> None:
    session.get_one(SourceState, "members").checked_at = now


def first_read_in_part(session: Session, now: datetime) -> None:
    session.get_one(Bill, "hr6736-119").partial = "co-sponsors: 12 rows where 15 are counted"


def first_read_whole(session: Session, now: datetime) -> None:
    """The record was stale before, and was that of the snapshot."""
    for row in session.exec(select(Tracking)):
        row.api_read_at = db.utcnow()
        session.get_one(Bill, row.bill).observed_source = "api"


@pytest.mark.parametrize(
    ("moves", "noticed_by"),
    [
        (poll, page_cache.readings),
        (read, page_cache.readings),
        (change, page_cache.version),
        (write, page_cache.version),
        (list_anew, page_cache.version),
        (first_read_in_part, page_cache.version),
        (first_read_whole, page_cache.version),
    ],
)
def test_every_change_of_what_a_page_shows_changes_the_version(
    own: Engine, now: datetime, moves: Move, noticed_by: Callable[[Session], object]
) -> None:
    with db.reading(own) as session:
        before = noticed_by(session)
    with db.writing(own) as session:
        moves(session, now + timedelta(minutes=1))
    with db.reading(own) as session:
        assert noticed_by(session) != before


@pytest.mark.parametrize(("seconds", "rendered"), [(59.9, 1), (60.0, 2)])
def test_of_the_bills_of_a_poll_not_each_has_the_pages_rendered_again(
    own: Engine, clock: None, now: datetime, monkeypatch: pytest.MonkeyPatch, seconds: float, rendered: int
) -> None:
    client, times, passed = client_of(own), [], [1000.0]
    monkeypatch.setattr(page_cache, "monotonic", lambda: passed[0])

    def note(_app: Flask, template: Template, **_more: object) -> None:
        times.append(template.name)

    with template_rendered.connected_to(note, client.application):
        client.get("/privacy")
        with db.writing(own) as session:
            poll(session, now + timedelta(minutes=1))
        passed[0] += seconds
        client.get("/privacy")
    assert times.count("public/privacy.html") == rendered


def test_for_the_moment_of_a_reading_pages_are_rendered_again_one_at_a_time(
    own: Engine, clock: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the one that is, visitors have the page of before: a crowd does not wait for all of them."""
    passed, rendered = [1000.0], []
    monkeypatch.setattr(page_cache, "monotonic", lambda: passed[0])
    client = client_of(own)
    client.get("/privacy")
    before = client.get("/data").text
    with db.writing(own) as session:
        poll(session, now + timedelta(minutes=1))
    passed[0] += page_cache.READINGS_SECONDS

    def meanwhile(app: Flask, template: Template, **_more: object) -> None:
        if not rendered:
            rendered.append(template.name)
            assert app.test_client().get("/data").text == before
        else:
            rendered.append(template.name)

    with template_rendered.connected_to(meanwhile, client.application):
        client.get("/privacy")
        assert "public/data.html" not in rendered
        client.get("/data")
        assert "public/data.html" in rendered


def test_a_reading_that_says_nothing_new_has_nothing_computed_again(own: Engine, clock: None) -> None:
    client = client_of(own)
    cache, computed = client.application.extensions["page_cache"], []
    with client.application.test_request_context("/"):

        def compute(_session: Session) -> str:
            computed.append(1)
            return ""

        for moves in (read, poll, change):
            with db.writing(own) as session:
                moves(session, db.utcnow() + timedelta(minutes=1))
            cache.look_again()
            served.computed_once("a thing", compute)
    assert len(computed) == 2


def test_a_page_is_rendered_again_when_the_record_changes(
    own: Engine, clock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "RECHECK_SECONDS", 0.0)
    client = client_of(own)
    assert "Another name" not in client.get("/proposals/armas-act").text
    with db.writing(own) as session:
        session.get_one(Proposal, "armas-act").name_en = "Another name"
    assert "Another name" in client.get("/proposals/armas-act").text


@pytest.fixture
def slow_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """What others change is seen after an hour."""
    monkeypatch.setattr(page_cache, "RECHECK_SECONDS", 3600.0)


def test_an_edit_by_this_process_shows_at_once(own: Engine, clock: None, slow_to_look: None) -> None:
    client = client_of(own)
    assert "tel:" in client.get("/act/TX-20?member=C001098").text
    staff = sign_in(client.application.test_client(), own, "organizer")
    assert send(staff, "/organize/campaigns/us-guns-abroad", state="paused").status_code == 200
    assert "tel:" not in client.get("/act/TX-20?member=C001098").text


def test_a_counted_call_costs_nobody_a_look_at_the_record(own: Engine, clock: None, slow_to_look: None) -> None:
    client = client_of(own)
    client.get("/")
    page = client.get("/act/TX-20?member=C001098").text
    form = {
        "member": "C001098",
        "result": "voicemail",
        "once": re.findall('name="once" value="([^"]+)"', page)[0],
    }
    assert client.post("/act/TX-20/called", data=form).status_code == 303
    with counted(own) as statements:
        assert client.get("/").status_code == 200
        assert statements() == 0


def test_a_write_to_any_table_that_a_version_is_made_from_counts_as_an_edit(own: Engine) -> None:
    asked: list[str] = []
    sa.event.listen(own, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with db.reading(own) as session:
        page_cache.version(session)
    assert {name for text in asked for name in re.findall(r"(?:FROM|JOIN) (\w+)", text)} == page_cache.WATCHED


def test_of_many_that_come_at_once_one_looks_at_the_record(
    own: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, looks = client_of(own).application.extensions["page_cache"], []
    version, all_wait = page_cache.version, threading.Barrier(4)
    monkeypatch.setattr(page_cache, "version", lambda session: looks.append(1) or version(session))

    def ask() -> None:
        all_wait.wait()
        cache.state()

    cache.look_again()
    with ThreadPoolExecutor(4) as pool:
        for answer in [pool.submit(ask) for _ in range(4)]:
            answer.result()
    assert len(looks) == 1


def test_a_cached_page_does_not_outlive_its_congress(own: Engine) -> None:
    client = client_of(own)
    with time_machine.travel(datetime(2027, 1, 3, 16, 59, tzinfo=UTC), tick=False):
        assert "Died" not in client.get("/bills/hr6736-119").text
    with time_machine.travel(datetime(2027, 1, 3, 17, 0, tzinfo=UTC), tick=False):
        assert "Expired when its Congress ended" in client.get("/bills/hr6736-119").text


def test_refusals_are_not_cached(app: Flask, client: FlaskClient) -> None:
    for path in ("/act/TX-99", "/find?zip=abc", "/bills/hr1-119"):
        client.get(path)
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_the_least_recently_used_page_goes_when_the_cache_is_full() -> None:
    def put(name: str, size: int = 100) -> None:
        body = CompressedResponse(b"." * size, b"", ())
        pages.put(name, page_cache.CachedPage(page_cache.State((), 0), "", body))

    pages = page_cache.LRU(250)
    for name in "abc":
        put(name)
    assert [pages.get(name) is not None for name in "abc"] == [False, True, True]
    pages.get("b")
    put("d")
    assert [pages.get(name) is not None for name in "bcd"] == [True, False, True]
    put("d", 150)
    assert [pages.get(name) is not None for name in "bd"] == [True, True]
    put("d", 151)
    assert [pages.get(name) is not None for name in "bd"] == [False, True]


@pytest.mark.parametrize("name", ["campaign.css", "mark.svg"])
def test_stylesheets_are_gzipped_and_immutable(client: FlaskClient, name: str) -> None:
    address = f"/static/{name}?v=1"
    with client.get(address) as plain, client.get(address, headers=GZIP) as gzipped:
        assert gzipped.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        body = gzip.decompress(gzipped.data) if gzipped.headers.get("Content-Encoding") else gzipped.data
        assert body == plain.data
    with client.get(address, headers={"If-None-Match": gzipped.headers["ETag"]}) as again:
        assert again.status_code == 304


@pytest.mark.parametrize("moment", ["while what is asked for is read", "before the version is"])
def test_what_pages_share_is_never_older_than_its_version(
    own: Engine, clock: None, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The campaign is paused while a page is being made: no later page asks for anything."""
    app = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=own)
    cache, asks, state = app.extensions["page_cache"], served.asks, served.state

    def pause() -> None:
        monkeypatch.undo()
        with db.writing(own) as session:
            campaigns.set_state(session, "us-guns-abroad", "paused", by="x", now=db.utcnow())
        cache.look_again()

    def asked(**given: Any) -> Any:
        found = asks(**given)
        pause()
        return found

    def stored() -> str:
        found = state()
        pause()
        return found

    if moment.startswith("while"):
        monkeypatch.setattr(served, "asks", asked)
    else:
        monkeypatch.setattr(served, "state", stored)
    client = app.test_client()
    client.get("/act/TX-20")
    assert 'href="/act/TX-20?member=' not in client.get("/act/TX-20").text
