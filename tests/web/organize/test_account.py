"""The door as a browser meets it (research ids S04-S11, S16, S18, S20 in each name)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pyotp
import pytest
import time_machine
from argon2 import PasswordHasher
from copies import copy_of
from flask import Flask, session
from flask.testing import FlaskClient
from organizer_client import TOKEN, come_in, link, post, token
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.accounts import audit, factors, passwords, users
from campaign.accounts.models import SignInLink
from campaign.app import create_app
from campaign.mailing.models import Delivery
from campaign.settings import Settings
from campaign.web.organize import access
from jobs import deliver_mail

KEY = "a key for tests only, thirty-two long"
PASSWORD = "otter lantern gravel seventeen"
ANA = "organizer@example.org"


@pytest.fixture
def snapshot_engine(small_congress: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(small_congress, tmp_path) as engine:
        yield engine


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    # That of nobody's password may be of another test, at full cost.
    monkeypatch.setattr(passwords, "_NOBODY", [])


@pytest.fixture
def staff(app: Flask, snapshot_engine: Engine) -> FlaskClient:
    return come_in(app.test_client(), snapshot_engine, "organizer")


def with_password(engine: Engine) -> None:
    with db.writing(engine) as writer:
        user, _ = users.add(writer, ANA, "organizer", now=db.utcnow())
        user.password_hash = passwords.hashed(PASSWORD)
        writer.add(user)


def test_s04_nothing_planted_before_signing_in_survives_it(app: Flask, snapshot_engine: Engine) -> None:
    client = app.test_client()
    old = token(client, "/organize/sign-in")
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"
    come_in(client, snapshot_engine, "organizer")
    with client.session_transaction() as kept:
        assert "planted" not in kept
    response = client.post("/organize/seen", data={"csrf_token": old, "upto": "1"})
    assert response.status_code == 400


def test_s05_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, staff: FlaskClient) -> None:
    cookie = staff.get_cookie("campaign")
    assert cookie
    thief = app.test_client()
    thief.set_cookie("campaign", cookie.value)
    assert thief.get("/organize/").status_code == 200
    assert post(staff, "/organize/sign-out", "/organize/").status_code == 303
    assert thief.get("/organize/").status_code == 303


def test_s05_each_sign_in_is_a_new_session(app: Flask, snapshot_engine: Engine) -> None:
    client = app.test_client()
    found = []
    for _ in range(2):
        come_in(client, snapshot_engine, "organizer")
        with client.session_transaction() as cookie:
            found.append(cookie["_user_id"])
        post(client, "/organize/sign-out", "/organize/")
    assert found[0] != found[1]


@pytest.mark.parametrize("address", ["http://127.0.0.1:5000", "https://campaign.example.org"])
def test_s06_the_cookie_is_for_us_alone(snapshot_engine: Engine, clock: None, address: str) -> None:
    app = create_app(Settings(secret_key=KEY, base_url=address), engine=snapshot_engine)
    response = app.test_client().get("/organize/sign-in", base_url=address)
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert ("Secure" in cookie and cookie.startswith("__Host-")) == address.startswith("https")
    assert "Domain" not in cookie


def test_s06_no_public_page_sets_or_reads_the_cookie(app: Flask, staff: FlaskClient) -> None:
    for path in ("/", "/es/", "/bills/hr6736-119", "/act/TX-20", "/api/v1/openapi.json"):
        response = staff.get(path)
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")


def test_s07_every_form_needs_its_token_and_its_origin(app: Flask, staff: FlaskClient) -> None:
    posts = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("organize_en.") and "POST" in (rule.methods or ())
    ]
    assert len(posts) > 15
    good = {"csrf_token": token(staff, "/organize/")}
    for rule in posts:
        with app.test_request_context():
            path = re.sub(r"<(int:)?\w+>", "1", rule.rule)
        assert staff.post(path).status_code == 400, path
        assert staff.post(path, data=good, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403, path


def test_s07_a_token_of_another_visitor_is_refused(app: Flask, staff: FlaskClient) -> None:
    other = token(app.test_client(), "/organize/sign-in")
    assert staff.post("/organize/seen", data={"csrf_token": other, "upto": "1"}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/organize/", "/organize/sign-in", "/organize/nothing", "/organize/link/x", "/es/organize/lists"]
)
def test_s08_every_answer_carries_the_headers_and_is_stored_nowhere(staff: FlaskClient, path: str) -> None:
    response = staff.get(path)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store" or response.status_code == 303


def test_s08_no_page_holds_a_script_or_a_style(staff: FlaskClient) -> None:
    for path in (
        "/organize/",
        "/organize/lists",
        "/organize/board",
        "/organize/bills/hr6736-119",
        "/organize/system",
    ):
        text = staff.get(path).text
        assert "<script" not in text
        assert "<style" not in text
        assert not re.search(r"\s(style|on\w+)=", text)


def test_s09_looking_at_a_link_lets_nobody_in_and_a_second_use_is_refused(
    app: Flask, snapshot_engine: Engine
) -> None:
    secret = link(snapshot_engine, "organizer")
    client = app.test_client()
    for _ in range(2):
        page = client.get(f"/organize/link/{secret}")
        assert page.status_code == 200
        assert page.headers["Referrer-Policy"] == "same-origin"
    assert client.get("/organize/").status_code == 303
    assert post(client, f"/organize/link/{secret}").status_code == 303
    assert client.get("/organize/").status_code == 200
    assert post(app.test_client(), f"/organize/link/{secret}").status_code == 410
    assert app.test_client().get(f"/organize/link/{secret}").status_code == 410


@pytest.fixture
def mailing(clock: None, tmp_path: Path) -> Settings:
    return Settings(
        secret_key=KEY,
        smtp_url=f"file:{tmp_path}",
        mail_from="Campaign <news@campaign-for-tests.org>",
        postal_address="1 Main Street, San Antonio, TX 78205",
    )


def test_s09_the_mailed_link_lets_in(snapshot_engine: Engine, mailing: Settings, tmp_path: Path) -> None:
    with_password(snapshot_engine)
    client = create_app(mailing, engine=snapshot_engine).test_client()
    assert "Revise su correo" in post(client, "/es/organize/sign-in", "/es/organize/sign-in", email=ANA).text
    assert deliver_mail.run(snapshot_engine, mailing, now=db.utcnow()).counts == {"sent": 1}
    (file,) = tmp_path.glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert mail["To"] == ANA
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    (path,) = re.findall(r"http://127.0.0.1:5000(/es/organize/link/\S+)", text)
    assert post(client, path).status_code == 303
    assert client.get("/organize/").status_code == 200


def test_s18_no_page_waits_for_the_relay_and_no_link_is_lost_with_it(
    snapshot_engine: Engine, mailing: Settings, tmp_path: Path
) -> None:
    """The relay is down while somebody asks: the link waits, without its secret, and leaves later."""
    with_password(snapshot_engine)
    down = mailing.model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:9")})
    client = create_app(down, engine=snapshot_engine).test_client()
    answers = [post(client, "/organize/sign-in", email=email).text for email in (ANA, "nobody@example.org")]
    assert answers[0].replace(ANA, "") == answers[1].replace("nobody@example.org", "")
    now = db.utcnow()
    assert deliver_mail.run(snapshot_engine, down, now=now).counts == {"down": 1}
    with db.reading(snapshot_engine) as session:
        assert session.exec(select(SignInLink.token_hash)).all()
        (waiting,) = session.exec(select(Delivery).where(Delivery.kind == "sign_in")).all()
    assert set(waiting.detail) == {"user", "start", "language", "hours"}
    later = now + timedelta(minutes=30)
    with time_machine.travel(later, tick=False):
        assert deliver_mail.run(snapshot_engine, mailing, now=later).counts == {"sent": 1}
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_s10_password_then_code(app: Flask, snapshot_engine: Engine) -> None:
    with_password(snapshot_engine)
    with db.writing(snapshot_engine) as writer:
        user = users.by_email(writer, ANA)
        assert user
        user.totp_secret = factors.new_secret()
        writer.add(user)
    client = app.test_client()
    answer = post(client, "/organize/sign-in", email=ANA, password=PASSWORD, next="/organize/lists")
    assert answer.headers["Location"] == "/organize/code?next=/organize/lists"
    assert client.get("/organize/").status_code == 303
    page = answer.headers["Location"]
    assert post(client, "/organize/code", page, code="000000").status_code == 403
    good = pyotp.TOTP(user.totp_secret).at(db.utcnow())
    done = post(client, "/organize/code", page, code=good, next="/organize/lists")
    assert done.headers["Location"] == "/organize/lists"
    assert client.get("/organize/lists").status_code == 200


def test_s10_what_matters_asks_again_after_a_while(app: Flask, staff: FlaskClient, now: datetime) -> None:
    assert staff.get("/organize/lists.csv?bill=hr6736-119").status_code == 200
    with time_machine.travel(now.replace(hour=16), tick=False):
        asked = staff.get("/organize/lists.csv?bill=hr6736-119")
        assert asked.headers["Location"].startswith("/organize/prove?next=")
        assert staff.get("/organize/lists").status_code == 200


def test_s10_proving_again_with_the_password_goes_on_where_one_was(
    app: Flask, snapshot_engine: Engine, now: datetime
) -> None:
    wanted = "/organize/lists.csv?bill=hr6736-119"
    with_password(snapshot_engine)
    client = app.test_client()
    post(client, "/organize/sign-in", email=ANA, password=PASSWORD)
    with time_machine.travel(now.replace(hour=16), tick=False):
        asked = client.get(wanted).headers["Location"]
        assert post(client, "/organize/prove", asked, answer="wrong", next=wanted).status_code == 403
        done = post(client, "/organize/prove", asked, answer=PASSWORD, next=wanted)
        assert done.headers["Location"] == wanted
        assert client.get(wanted).status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/%2f%2fevil.example",
        "\\/evil.example",
        "/organize/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/organize/nothing",
        "/organize/sign-out",
        "/organize/link/abc",
        "/healthz",
        "/",
        "",
        "///organize/lists",
    ],
)
def test_s16_signing_in_leads_nowhere_else(app: Flask, snapshot_engine: Engine, target: str) -> None:
    with_password(snapshot_engine)
    answer = post(app.test_client(), "/organize/sign-in", email=ANA, password=PASSWORD, next=target)
    assert answer.headers["Location"] == "/organize/"


@pytest.mark.parametrize("target", ["/organize/lists?state=TX&list=ask_again", "/es/organize/bills/hr6736-119"])
def test_s16_signing_in_leads_to_the_page_that_was_asked_for(
    app: Flask, snapshot_engine: Engine, target: str
) -> None:
    with_password(snapshot_engine)
    client = app.test_client()
    asked = client.get(target)
    assert asked.status_code == 303
    form = client.get(asked.headers["Location"]).text
    kept = re.search(r'name="next" value="([^"]*)"', form)
    assert kept
    answer = post(client, "/organize/sign-in", email=ANA, password=PASSWORD, next=kept[1].replace("&amp;", "&"))
    assert answer.headers["Location"] == target


def shape(text: str, *emails: str) -> str:
    """A page without what must differ: its tokens, and the address that was typed."""
    for email in emails:
        text = text.replace(email, "")
    return TOKEN.sub("", text)


def test_s18_a_stranger_and_a_user_are_told_the_same(app: Flask, snapshot_engine: Engine) -> None:
    with_password(snapshot_engine)
    for form in ({"password": "wrong wrong wrong"}, {}):
        answers = []
        for email in (ANA, "stranger@example.org"):
            client = app.test_client()
            response = post(client, "/organize/sign-in", email=email, **form)
            answers.append((response.status_code, shape(response.text, email)))
        assert answers[0] == answers[1]


def test_s18_a_stranger_takes_as_long(
    app: Flask, snapshot_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the address is known or not, exactly one hash is computed."""
    with_password(snapshot_engine)
    real, calls = passwords._hasher, []

    class Counting:
        hash = staticmethod(real.hash)
        check_needs_rehash = staticmethod(real.check_needs_rehash)

        @staticmethod
        def verify(kept: str, given: str) -> bool:
            calls.append(kept)
            return real.verify(kept, given)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    passwords.matches("warm up", "")
    for email in (ANA, "stranger@example.org"):
        calls.clear()
        post(app.test_client(), "/organize/sign-in", email=email, password="wrong wrong wrong")
        assert len(calls) == 1


def test_s19_a_forged_forwarding_header_opens_no_new_bucket(app: Flask, snapshot_engine: Engine) -> None:
    client = app.test_client()
    statuses = []
    for n in range(22):
        form = {"csrf_token": token(client), "email": f"u{n}@example.org", "password": "wrong wrong wrong"}
        headers = {"X-Forwarded-For": f"198.51.100.{n}"}
        statuses.append(client.post("/organize/sign-in", data=form, headers=headers).status_code)
    assert statuses == [403] * 20 + [429] * 2


def test_s20_a_link_never_takes_its_host_from_the_request(app: Flask, snapshot_engine: Engine) -> None:
    admin = come_in(app.test_client(), snapshot_engine, "admin")
    made = post(admin, "/organize/users", "/organize/users", email="new@example.org", role="viewer")
    (address,) = re.findall(r"http://[^<\s]+/organize/link/[\w-]+", made.text)
    assert address.startswith("http://127.0.0.1:5000/")
    forged = app.test_client().get("/organize/sign-in", headers={"Host": "evil.example"})
    assert forged.status_code == 400


def test_an_administrator_invites_raises_and_switches_off(app: Flask, snapshot_engine: Engine) -> None:
    admin = come_in(app.test_client(), snapshot_engine, "admin")
    viewer = come_in(app.test_client(), snapshot_engine, "viewer")
    with db.reading(snapshot_engine) as session_:
        who = users.by_email(session_, "viewer@example.org")
    assert who
    assert viewer.get("/organize/").status_code == 200
    post(admin, f"/organize/users/{who.id}", "/organize/users", act="role", role="organizer")
    assert viewer.get("/organize/").status_code == 303
    come_in(viewer, snapshot_engine, "viewer")
    assert viewer.get("/organize/words").status_code == 200
    post(admin, f"/organize/users/{who.id}", "/organize/users", act="off")
    assert viewer.get("/organize/").status_code == 303
    with db.reading(snapshot_engine) as session_:
        acts = [entry.act for entry in audit.entries(session_) if entry.object == "viewer@example.org"]
    assert acts[:2] == ["user switched off", "signed in"]
    assert "role changed" in acts


def test_a_password_is_set_and_others_are_put_out(app: Flask, snapshot_engine: Engine) -> None:
    one = come_in(app.test_client(), snapshot_engine, "organizer")
    two = come_in(app.test_client(), snapshot_engine, "organizer")
    poor = post(one, "/organize/account/password", password="password1234")
    assert poor.status_code == 400
    done = post(one, "/organize/account/password", password=PASSWORD)
    assert done.status_code == 303
    assert (one.get("/organize/").status_code, two.get("/organize/").status_code) == (200, 303)


def test_an_authenticator_is_set_up_with_its_first_code(staff: FlaskClient) -> None:
    page = staff.get("/organize/account/authenticator").text
    assert "data:image/svg+xml" in page
    (secret,) = re.findall(r'<code class="secret">(\w+)</code>', page)
    wrong = post(staff, "/organize/account/authenticator", code="000000")
    assert wrong.status_code == 400
    code = pyotp.TOTP(secret).at(db.utcnow())
    done = post(staff, "/organize/account/authenticator", code=code)
    assert len(re.findall(r"<li><code>", done.text)) == 10


@pytest.mark.parametrize(
    ("agent", "known"),
    [
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit Chrome/126 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) Version/17 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:126) Gecko Firefox/126", "Firefox on Linux"),
        ("curl/8", "Browser"),
        ("<script>", "Browser"),
    ],
)
def test_a_device_is_named_as_people_know_it(agent: str, known: str) -> None:
    assert access.device(agent) == known


def test_the_session_holds_a_token_and_nothing_about_the_person(app: Flask, snapshot_engine: Engine) -> None:
    client = app.test_client()
    with client:
        come_in(client, snapshot_engine, "organizer")
        client.get("/organize/")
        assert ANA not in str(dict(session))
