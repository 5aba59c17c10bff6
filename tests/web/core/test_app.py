"""What every answer carries, and how the service says no."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, abort, g
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from structlog.testing import capture_logs

from campaign import db
from campaign.app import create_app
from campaign.proposals.models import Campaign
from campaign.settings import Settings
from campaign.web.core import errors, routing
from campaign.web.core.request_log import request_id

KEY = SecretStr("a key for tests only, thirty-two long")
PATHS = [
    "/",
    "/es/",
    "/static/campaign.css",
    "/nothing",
    "/es/nada",
    "/api/v1/nothing",
    "/healthz",
    "/readyz",
    "/find",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("camera=()")
    assert re.fullmatch("[0-9a-f]{8}", headers["X-Request-ID"])
    assert "Set-Cookie" not in headers


def test_strict_transport_goes_with_https_only(snapshot_engine: Engine, client: FlaskClient) -> None:
    public = Settings(secret_key=KEY, env="production", base_url="https://campaign.example")
    https = create_app(public, engine=snapshot_engine).test_client()
    answer = https.get("/healthz", headers={"Host": "campaign.example"})
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in client.get("/healthz").headers


def test_s20_a_foreign_host_is_refused(snapshot_engine: Engine, client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    public = Settings(secret_key=KEY, env="production", base_url="https://campaign.example")
    strict = create_app(public, engine=snapshot_engine).test_client()
    assert strict.get("/", headers={"Host": "127.0.0.1"}).status_code == 400
    # A load balancer asks for health by whatever name it knows.
    for host in ("127.0.0.1", "campaign.example"):
        assert strict.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/es/", "/bills/hr6736-119", "/act/TX-20", "/api/v1/bills", "/feeds/changes.atom"]
)
def test_a_page_that_did_not_change_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert first.status_code == 200
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


def test_style_sheet_and_face_may_be_kept_for_a_year(client: FlaskClient) -> None:
    links = re.findall(r'rel="(?:stylesheet|preload)" href="([^"]+)"', client.get("/").text)
    assert [link.partition("?")[0] for link in links] == ["/assets/site.css", "/assets/display.woff2"]
    for link in links:
        with client.get(link) as answer:
            assert answer.status_code == 200
            assert "max-age=31536000, immutable" in answer.headers["Cache-Control"]
            again = client.get(link, headers={"If-None-Match": answer.headers["ETag"]})
            assert again.status_code == 304
    assert client.get("/assets/campaign.css").status_code == 404


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """The service with an address for each failure, in both languages and below /api."""

    def fail(status: int) -> str:
        if status == 500:
            raise ZeroDivisionError("secret detail")
        abort(status)

    for prefix in ("", "/es", "/api", "/organize"):
        app.add_url_rule(f"{prefix}/fail/<int:status>", f"fail{prefix}", fail)
    return app.test_client()


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503])
def test_s25_failures_are_pages_in_the_readers_language(failing: FlaskClient, status: int) -> None:
    english, spanish = failing.get(f"/fail/{status}"), failing.get(f"/es/fail/{status}")
    for answer, lang in ((english, "en"), (spanish, "es")):
        assert answer.status_code == status
        assert f'<html lang="{lang}">' in answer.text
        assert answer.headers["X-Request-ID"] not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "secret detail" not in answer.text
        assert "Traceback" not in answer.text
        assert "style=" not in answer.text
    assert re.findall("<h1>.*</h1>", english.text) != re.findall("<h1>.*</h1>", spanish.text)


@pytest.mark.parametrize(("contact", "told"), [("", False), ("help@example.org", True)])
def test_a_code_is_shown_where_there_is_an_address_to_send_it_to(app: Flask, contact: str, told: bool) -> None:
    with app.test_request_context("/bills"):
        g.campaign = Campaign(slug="own", title_en="Own", title_es="Propia", contact=contact)
        text = errors.answer(500, "Back soon", "Nothing is lost.").get_data(as_text=True)
        assert (request_id() in text) is told
        assert (f'href="mailto:{contact}"' in text) is told


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_s25_failures_of_the_interface_are_json(failing: FlaskClient, status: int) -> None:
    answer = failing.get(f"/api/fail/{status}")
    assert answer.status_code == status
    error = answer.json["error"]
    assert error["status"] == status
    assert error["request"] == answer.headers["X-Request-ID"]
    assert error["message"]


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500, 503])
def test_failures_of_the_organizers_pages_keep_to_them(failing: FlaskClient, status: int) -> None:
    answer = failing.get(f"/organize/fail/{status}")
    assert answer.status_code == status
    assert '<body class="organize">' in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "secret detail" not in answer.text


def test_the_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.post("/privacy")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_s26_a_body_too_long_is_refused(client: FlaskClient) -> None:
    answer = client.post("/es/find", data={"street": "x" * 100_000, "city": "78205"})
    assert answer.status_code == 413
    assert "Es demasiado largo" in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({}, 200),
    ],
)
def test_posts_come_from_our_own_pages(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    form = {"street": "100 Main St", "city": "San Antonio TX"}
    assert client.post("/find", data=form, headers=headers).status_code == status


@pytest.mark.parametrize(
    "headers", [{"Origin": "null"}, {"Origin": "https://mail.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
@pytest.mark.parametrize("path", ["/unsubscribe/x", "/es/unsubscribe/x", "/webhooks/mail/postmark"])
def test_what_its_address_proves_comes_from_anywhere(
    client: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    """One-click unsubscribing in a browser's mail program comes from a page without an origin."""
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}, headers=headers).status_code in (200, 404)


def test_only_these_addresses_take_posts_from_anywhere(app: Flask) -> None:
    with app.app_context():
        endpoints = [rule.endpoint for rule in app.url_map.iter_rules()]
        found = [end for end in endpoints if (access := routing.access(end)) and access.any_origin]
    open_to_all = {endpoint.rpartition(".")[2] for endpoint in found}
    assert open_to_all == {"unsubscribed", "report"}


def unprepared(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/empty.db"


def damaged(tmp_path: Path) -> str:
    (tmp_path / "damaged.db").write_bytes(b"this is no database, however long one looks at it" * 100)
    return f"sqlite:///{tmp_path}/damaged.db"


def unreachable(_tmp_path: Path) -> str:
    return "postgresql+psycopg://nobody@127.0.0.1:1/none"


@pytest.mark.parametrize("url", [unprepared, damaged, unreachable])
def test_a_database_that_cannot_be_read_is_said_plainly(tmp_path: Path, url: object) -> None:
    engine = db.open_engine(url(tmp_path))  # type: ignore[operator]
    client = create_app(Settings(secret_key=KEY), engine=engine).test_client()
    page, spanish, interface = client.get("/"), client.get("/es/bills/hr6736-119"), client.get("/api/v1/bills")
    assert [page.status_code, spanish.status_code, interface.status_code] == [503, 503, 503]
    assert "We can’t open our records right now" in page.text
    assert "no podemos abrir nuestros registros" in spanish.text
    assert page.headers["Retry-After"] == "60"
    assert interface.json["error"]["status"] == 503
    assert "sqlalche" not in page.text
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "somebody who is signed in"
    organizers = client.get("/organize/")
    assert (organizers.status_code, '<body class="organize">' in organizers.text) == (503, True)
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["database"] == "unreachable"
    engine.dispose()


def test_readers_do_not_wait_for_a_writer(snapshot_copy: Engine) -> None:
    client = create_app(Settings(secret_key=KEY), engine=snapshot_copy).test_client()
    with db.writing(snapshot_copy) as session:
        session.execute(sa.text("UPDATE bill SET title = 'half written'"))
        answer = client.get("/bills/hr6736-119")
    assert answer.status_code == 200
    assert "half written" not in answer.text


def test_pages_are_the_same_on_both_engines(loaded_engine: Engine, clock: None, client: FlaskClient) -> None:
    other = create_app(Settings(secret_key=KEY, geocoder_url=""), engine=loaded_engine).test_client()
    for path in ("/", "/bills/hr923-119", "/es/act/TX-20", "/proposals/armas-act", "/bills?q=H.R.+8427"):
        assert other.get(path).text == client.get(path).text, path


def test_ready_says_how_old_the_record_is(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["database"] == "ok"
    assert answer.json["last_complete_poll"] is None
    assert answer.json["record_as_of"] == "2026-06-01"
    assert answer.json["record_from_snapshot"] is True
    assert answer.json["stale"] is True


def test_a_log_line_holds_the_route_and_nothing_that_was_typed(client: FlaskClient) -> None:
    with capture_logs() as lines:
        client.get("/find?zip=78207")
        client.post("/find", data={"street": "1600 Secret Lane", "city": "Austin TX"})
        client.get("/nowhere/1600-Secret-Lane")
    text = repr(lines)
    assert [line["route"] for line in lines if line["event"] == "answered"] == ["/find", "/find", ""]
    assert "78207" not in text
    assert "Secret" not in text
    assert "127.0.0.1" not in text
