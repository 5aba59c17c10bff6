"""The digest's pages on the shipped campaign: what is shown is what is sent, and who let it go is known."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import post, send, sign_in
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug.test import TestResponse

from campaign import db
from campaign.accounts import audit
from campaign.accounts.models import UserSession
from campaign.app import create_app
from campaign.mailing import policy
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.edition import building, previews
from campaign.mailing.edition.digest import Group
from campaign.mailing.models import Delivery, Edition, Subscriber
from campaign.settings import Settings

NOW = datetime(2026, 6, 20, 15, tzinfo=UTC)
RULES = {
    "approve": "by_hand",
    "quiet_week": "note",
    "notify_language": "es",
    "send_hour": "7",
    "per_second": "12.5",
    "per_hour": "0",
    "breaker_after": "20",
    "notify_email": "desk@example.org",
    "notify_webhook": "https://chat.example.org/hook/1",
    "reply_to": "",
}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(
        secret_key=SecretStr("a key for tests only, thirty-two long"),
        mail_from="Campaign <news@campaign-host.org>",
        postal_address="P.O. Box 123, Austin, TX 78701",
        geocoder_url="",
    )


@pytest.fixture(scope="module")
def ready(
    small_congress: Engine, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """The shipped campaign with three readers."""
    with copy_of(small_congress, tmp_path_factory.mktemp("ready")) as engine:
        with db.writing(engine) as session:
            for email, language, seat in (
                ("ana@example.org", "es", "TX-20"),
                ("bo@example.org", "en", "TX-20"),
                ("cy@example.org", "en", ""),
            ):
                session.add(
                    Subscriber(
                        campaign="us-guns-abroad",
                        email=email,
                        key=Keys(settings).of(read_address(email), "us-guns-abroad"),
                        language=language,
                        seat=seat,
                        state="confirmed",
                        created=NOW - timedelta(days=9),
                        confirmed_at=NOW - timedelta(days=8),
                    )
                )
            rules = policy.policy(session)
            rules.quiet_week = "note"
            session.add(rules)
        yield engine


@pytest.fixture(scope="module")
def built(ready: Engine, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same with an edition, for tests that only look."""
    with copy_of(ready, tmp_path_factory.mktemp("built")) as engine:
        with time_machine.travel(NOW, tick=False):
            staff = sign_in(create_app(settings, engine=engine).test_client(), engine, "organizer")
            assert send(staff, "/organize/digest/build").status_code == 200
        yield engine


@pytest.fixture(scope="module")
def edition(built: Engine) -> int:
    with db.reading(built) as session:
        return session.exec(select(Edition)).one().id or 0


@pytest.fixture(scope="module")
def built_app(built: Engine, settings: Settings) -> Flask:
    return create_app(settings, engine=built)


@pytest.fixture
def reader(built_app: Flask, built: Engine, clock: None) -> FlaskClient:
    """An organizer who changes nothing."""
    return sign_in(built_app.test_client(), built, "organizer")


@pytest.fixture
def snapshot_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A copy that a test may write to; it has an edition where the test names it."""
    source = request.getfixturevalue("built" if "edition" in request.fixturenames else "ready")
    with copy_of(source, tmp_path) as engine:
        yield engine


@pytest.fixture
def app(snapshot_engine: Engine, settings: Settings, clock: None) -> Flask:
    return create_app(settings, engine=snapshot_engine)


@pytest.fixture
def staff(app: Flask, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(app.test_client(), snapshot_engine, "organizer")


def take(staff: FlaskClient, edition: int, act: str) -> TestResponse:
    """Go through the page that says in numbers what will happen."""
    path = f"/organize/digest/{edition}/step/{act}"
    seen = re.search(r'name="seen" value="([^"]+)"', staff.get(path).text)
    assert seen
    return send(staff, path, seen=seen[1])


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def state_of(engine: Engine, edition: int) -> str:
    with db.reading(engine) as session:
        return session.get_one(Edition, edition).state


def copies(engine: Engine, edition: int) -> list[str]:
    with db.reading(engine) as session:
        return sorted(session.exec(select(Delivery.state).where(Delivery.edition == edition)))


def acts(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return [one.act for one in audit.entries(session) if one.act.startswith(("digest", "mail"))][::-1]


def test_an_edition_goes_from_built_to_held_to_sent_and_each_act_is_logged(
    staff: FlaskClient, snapshot_engine: Engine, edition: int
) -> None:
    shown = text_of(staff.get("/organize/digest").text)
    assert "Edition 2026-W25 : draft" in shown.replace(":", " :").replace("  ", " ")
    assert "Readers who get it 3" in shown
    asked = text_of(staff.get(f"/organize/digest/{edition}/step/approve").text)
    assert "3 copies will go out at once" in asked
    assert copies(snapshot_engine, edition) == []
    assert "Done, for 3 copies." in take(staff, edition, "approve").text
    assert copies(snapshot_engine, edition) == ["pending"] * 3
    assert "0 of 3 copies finished" in staff.get("/organize/digest").text
    take(staff, edition, "pause")
    assert state_of(snapshot_engine, edition) == "paused"
    for path in ("digest", ""):
        assert "paused by organizer@example.org" in text_of(staff.get(f"/organize/{path}").text)
        spanish = text_of(staff.get(f"/es/organize/{path}").text)
        assert ("la pausó organizer@example.org" in spanish, "paused by" in spanish) == (True, False)
    take(staff, edition, "resume")
    assert state_of(snapshot_engine, edition) == "sending"
    assert acts(snapshot_engine) == ["digest built", "digest approved", "digest paused", "digest resumed"]


@pytest.mark.parametrize(
    ("start", "name"), [("", "The alert 2026-06-20"), ("/es", "La alerta 2026-06-20")], ids=["en", "es"]
)
@pytest.mark.parametrize("page", ["", "/digest"])
def test_a_paused_alert_is_reached_and_resumed(
    staff: FlaskClient, snapshot_engine: Engine, edition: int, start: str, name: str, page: str
) -> None:
    """It stands in no list of digests. Another campaign's is told of, and leads nowhere."""
    held = {"kind": "alert", "period": "2026-06-20", "state": "paused", "built_at": NOW, "published_at": NOW}
    with db.writing(snapshot_engine) as session:
        alert, other = (Edition(campaign=slug, **held) for slug in ("us-guns-abroad", "another"))
        session.add_all([alert, other])
        session.flush()
        number = alert.id or 0
    shown = staff.get(f"{start}/organize{page or '/'}").text
    place = f"{start}/organize/digest?edition={number}"
    assert re.findall(rf'<a href="([^"]+)">{name}</a>', shown) == [place]
    assert shown.count(name) == 2
    assert f"/organize/digest/{number}/step/resume" in staff.get(place).text
    assert f"/organize/digest/{number}/step/cancel" in staff.get(place).text
    take(staff, number, "resume")
    assert state_of(snapshot_engine, number) == "sending"


@pytest.mark.parametrize(("lang", "seat"), [("en", "TX-20"), ("es", "TX-20"), ("en", ""), ("es", "CA-34")])
def test_what_is_previewed_is_what_is_sent(
    reader: FlaskClient,
    built: Engine,
    settings: Settings,
    edition: int,
    now: datetime,
    lang: str,
    seat: str,
) -> None:
    where = f"?lang={lang}&seat={seat}"
    raw = reader.get(f"/organize/digest/{edition}/message.eml{where}").data
    sealed, _ = previews.sealed_for(built, settings, Group(lang, seat), edition=edition)
    assert sealed.head in raw
    message = message_from_bytes(raw, policy=default)
    shown = reader.get(f"/organize/digest/{edition}/preview{where}")
    assert str(message["Subject"]) in shown.text.replace("&#39;", "'").replace("&amp;", "&")
    mail = reader.get(f"/organize/digest/{edition}/mail{where}")
    html = message.get_body(("html",)).get_content()
    assert re.sub(r'"data:image/png;base64,[^"]+"', '"cid"', mail.text) == re.sub(r'"cid:[^"]+"', '"cid"', html)
    assert "cid:" not in mail.text


def test_the_mail_is_shown_where_it_can_do_nothing(reader: FlaskClient, edition: int) -> None:
    mail = reader.get(f"/organize/digest/{edition}/mail")
    rules = mail.headers["Content-Security-Policy"]
    assert rules.startswith("default-src 'none'")
    assert "; sandbox" in rules
    assert "script-src" not in rules
    assert "frame-ancestors 'self'" in rules
    page = reader.get(f"/organize/digest/{edition}/preview").headers["Content-Security-Policy"]
    assert page.endswith("frame-src 'self'")
    assert "unsafe" not in page


def test_a_note_is_in_every_copy_and_in_both_languages_or_none(staff: FlaskClient, edition: int) -> None:
    where = f"/organize/digest/{edition}"
    refused = send(staff, f"{where}/note", note_en="Thank you all", note_es="")
    assert refused.status_code == 400
    assert "Write the note in both languages." in refused.text
    assert ">Thank you all</textarea>" in refused.text
    send(staff, f"{where}/note", note_en="Thank you <b>all</b>", note_es="Gracias a todas y todos")
    mail = staff.get(f"{where}/mail?lang=en&seat=TX-20").text
    assert mail.index("<h1") < mail.index("Thank you &lt;b&gt;all") < mail.index('class="button"')
    assert "Gracias a todas" in staff.get(f"{where}/mail?lang=es&seat=TX-20").text
    assert send(staff, f"{where}/note", note_en="x" * 2001, note_es="y").status_code == 400


def test_a_test_copy_goes_to_nobody_but_who_asks(
    staff: FlaskClient, snapshot_engine: Engine, edition: int
) -> None:
    send(staff, f"/organize/digest/{edition}/test", lang="es", seat="TX-20", address="else@example.org")
    with db.reading(snapshot_engine) as session:
        found = session.exec(select(Delivery).where(Delivery.kind == "test")).one()
    assert found.address == "organizer@example.org"
    assert found.detail["group"] == {"language": "es", "seat": "TX-20", "proposals": []}


def test_an_approval_is_of_what_was_seen(staff: FlaskClient, snapshot_engine: Engine, edition: int) -> None:
    path = f"/organize/digest/{edition}/step/approve"
    seen = re.search(r'name="seen" value="([^"]+)"', staff.get(path).text)
    send(staff, f"/organize/digest/{edition}/note", note_en="New", note_es="Nuevo")
    assert seen
    answer = send(staff, path, seen=seen[1])
    assert answer.status_code == 409
    assert "Someone changed this edition" in answer.text
    assert state_of(snapshot_engine, edition) == "draft"


def test_sending_asks_again_who_it_is(staff: FlaskClient, snapshot_engine: Engine, edition: int) -> None:
    with db.writing(snapshot_engine) as session:
        session.execute(sa.update(UserSession).values(proven_at=db.utcnow() - timedelta(days=1)))
    path = f"/organize/digest/{edition}/step/approve"
    for answer in (staff.get(path), post(staff, path, seen="x")):
        assert answer.status_code == 303
        assert "/organize/prove" in answer.headers["Location"]
    assert state_of(snapshot_engine, edition) == "draft"


def test_an_approved_edition_is_cancelled_after_its_numbers_were_shown(
    staff: FlaskClient, snapshot_engine: Engine, edition: int
) -> None:
    path = f"/organize/digest/{edition}/step/cancel"
    assert staff.get(path).status_code == 409
    assert "Cancel this edition" not in staff.get("/organize/digest").text
    take(staff, edition, "approve")
    with db.writing(snapshot_engine) as session:
        session.exec(select(Delivery).where(Delivery.edition == edition)).first().state = "sent"
    assert path in staff.get("/organize/digest").text
    english, spanish = (text_of(staff.get(f"{lang}{path}").text) for lang in ("", "/es"))
    assert "1 copy has been sent. 2 copies will not be sent." in english
    assert "Se envió 1 copia. No se enviarán 2 copias." in spanish
    assert "Done, for 2 copies." in take(staff, edition, "cancel").text
    assert state_of(snapshot_engine, edition) == "stopped"
    assert copies(snapshot_engine, edition) == ["failed", "failed", "sent"]
    assert acts(snapshot_engine)[-1] == "digest cancelled"
    shown = staff.get("/organize/digest").text
    assert "the edition was stopped" in shown
    assert "cancelled by organizer@example.org" in shown
    assert path not in shown
    assert staff.get(path).status_code == 409


def test_a_viewer_cancels_nothing(
    app: Flask, staff: FlaskClient, snapshot_engine: Engine, edition: int
) -> None:
    take(staff, edition, "approve")
    viewer = sign_in(app.test_client(), snapshot_engine, "viewer")
    path = f"/organize/digest/{edition}/step/cancel"
    assert path not in viewer.get("/organize/digest").text
    assert viewer.get(path).status_code == 403
    assert send(viewer, path, seen="x").status_code == 403
    assert state_of(snapshot_engine, edition) == "sending"


def test_copies_of_unknown_fate_are_shown_and_sent_again_only_when_asked(
    staff: FlaskClient, snapshot_engine: Engine, edition: int
) -> None:
    take(staff, edition, "approve")
    with db.writing(snapshot_engine) as session:
        rows = session.exec(select(Delivery).where(Delivery.edition == edition)).all()
        rows[0].state, rows[0].reply = "unknown", "the connection broke"
        rows[1].state, rows[1].reply = "failed", "550 5.1.1 no such mailbox"
        rows[2].state = "sent"
        session.get_one(Edition, edition).state = "done"
    page = staff.get("/organize/digest").text
    shown = text_of(page)
    assert "the connection broke" in shown
    assert "not delivered 550 5.1.1 no such mailbox" in shown
    assert "ana@example.org" not in page
    assert copies(snapshot_engine, edition) == ["failed", "sent", "unknown"]
    assert "1 copy will be sent once more" in text_of(staff.get(f"/organize/digest/{edition}/step/resend").text)
    take(staff, edition, "resend")
    assert copies(snapshot_engine, edition) == ["failed", "pending", "sent"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("9999/preview", 404),
        ("{}/preview?seat=TX-99", 400),
        ("{}/preview?lang=fr", 400),
        ("{}/mail?seat=%0d%0aBcc:x", 400),
        ("{}/step/pause", 409),
        ("{}/step/explode", 404),
    ],
)
def test_what_cannot_be_is_refused_in_words(reader: FlaskClient, edition: int, path: str, status: int) -> None:
    assert reader.get(f"/organize/digest/{path.format(edition)}").status_code == status


def test_a_step_that_comes_too_late_names_the_state_in_the_readers_language(
    reader: FlaskClient, edition: int
) -> None:
    shown = text_of(reader.get(f"/es/organize/digest/{edition}/step/pause").text)
    assert "El estado de la edición 2026-W25 es «borrador»; no se cambió nada." in shown


def test_without_a_sender_the_page_says_what_is_missing(snapshot_engine: Engine, clock: None) -> None:
    app = create_app(Settings(secret_key=SecretStr("k" * 40)), engine=snapshot_engine)
    staff = sign_in(app.test_client(), snapshot_engine, "viewer")
    assert "CAMPAIGN_MAIL_FROM" in staff.get("/organize/digest").text
    assert "CAMPAIGN_MAIL_FROM" in staff.get("/es/organize/digest").text


def test_an_administrator_sets_the_rules(app: Flask, snapshot_engine: Engine) -> None:
    admin = sign_in(app.test_client(), snapshot_engine, "admin")
    assert "The email rules are saved" in send(admin, "/organize/digest/policy", **RULES).text
    with db.reading(snapshot_engine) as session:
        rules = policy.policy(session)
        entry = audit.entries(session)[0]
    assert (rules.send_hour, rules.per_second, rules.notify_webhook) == (
        7,
        12.5,
        "https://chat.example.org/hook/1",
    )
    assert (entry.act, "per_second" in entry.object, entry.before != entry.after) == ("mail policy", True, True)
    assert "Nothing was changed" in send(admin, "/organize/digest/policy", **RULES).text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("approve", "whenever"),
        ("send_hour", "24"),
        ("send_hour", "7.5"),
        ("per_second", "nan"),
        ("per_second", "-1"),
        ("breaker_after", "0"),
        ("notify_email", "nobody"),
        ("notify_webhook", "http://chat.example.org/"),
        ("notify_webhook", "https://["),
        ("reply_to", "a@example.org\r\nBcc: b@example.org"),
    ],
)
def test_rules_that_cannot_be_meant_change_nothing(
    built_app: Flask, built: Engine, clock: None, name: str, value: str
) -> None:
    admin = sign_in(built_app.test_client(), built, "admin")
    assert send(admin, "/organize/digest/policy", **{**RULES, name: value}).status_code == 400
    with db.reading(built) as session:
        assert policy.policy(session).send_hour == 8


WRONG = {
    **{name: RULES[name] for name in ("approve", "quiet_week", "notify_language", "notify_email")},
    "send_hour": "6",
    "per_second": "3.5",
    "per_hour": "1500",
    "breaker_after": "9",
    "notify_webhook": "http://chat.example.org/hook/9",
    "reply_to": "answers@example.org",
    "keep_ip": "yes",
}


def test_rules_that_are_refused_stay_in_the_form(built_app: Flask, built: Engine, clock: None) -> None:
    """The boxes as well: keep_ip is on in the form and off in the rules."""
    admin = sign_in(built_app.test_client(), built, "admin")
    answer = send(admin, "/organize/digest/policy", **WRONG)
    assert (answer.status_code, answer.text.count('role="alert"')) == (400, 1)
    assert "The chat's address begins with https://" in text_of(answer.text).replace("&#39;", "'")
    for name in ("send_hour", "per_second", "per_hour", "breaker_after", "notify_webhook", "reply_to"):
        assert re.search(rf'name="{name}"[^>]* value="{re.escape(WRONG[name])}"', answer.text), name
    for chosen in ("note", "es"):
        assert f'<option value="{chosen}" selected>' in answer.text
    assert re.findall(r'id="(\w+)"[^>]* checked', answer.text) == ["keep_ip"]


@pytest.mark.parametrize(
    ("name", "value", "english", "spanish"),
    [
        (
            "per_hour",
            "-1",
            "Copies an hour: Write a number from 0 to 1,000,000.",
            "Copias por hora: Escriba un número del 0 al 1,000,000.",
        ),
        (
            "send_hour",
            "7.5",
            "Hour on Monday: Write a whole number from 0 to 23.",
            "Hora del lunes: Escriba un número entero del 0 al 23.",
        ),
        (
            "approve",
            "whenever",
            "Who approves: Choose one of the options.",
            "Quién aprueba: Elija una de las opciones.",
        ),
        (
            "reply_to",
            "nobody",
            "Replies go to (blank: the sender): That doesn’t look like an email address.",
            "Las respuestas van a (vacío: al remitente): Eso no parece un correo electrónico.",
        ),
    ],
)
def test_a_refused_rule_is_named_as_the_form_names_it(
    built_app: Flask, built: Engine, clock: None, name: str, value: str, english: str, spanish: str
) -> None:
    admin = sign_in(built_app.test_client(), built, "admin")
    for lang, words in (("", english), ("/es", spanish)):
        answer = send(admin, f"{lang}/organize/digest/policy", **{**RULES, name: value})
        assert words in text_of(answer.text)


def test_an_edition_built_early_says_when_it_leaves(
    staff: FlaskClient, snapshot_engine: Engine, settings: Settings, now: datetime
) -> None:
    built = building.build(snapshot_engine, settings, "us-guns-abroad", now=now, period="2026-W26")
    page = text_of(staff.get(f"/organize/digest?edition={built.edition}").text)
    assert "No copy goes out before June 22, 2026, 8:00 a.m. Eastern time" in page
    assert "Build this week's edition" in page.replace("&#39;", "'")
    asked = text_of(staff.get(f"/organize/digest/{built.edition}/step/approve").text)
    assert "3 copies will go out starting June 22, 2026, 8:00 a.m. Eastern time." in asked


def test_the_first_morning_is_the_earliest_among_the_readers(
    staff: FlaskClient, snapshot_engine: Engine, settings: Settings, now: datetime
) -> None:
    with db.writing(snapshot_engine) as session:
        session.execute(sa.update(Subscriber).where(sa.text("language = 'es'")).values(seat="GU"))
    built = building.build(snapshot_engine, settings, "us-guns-abroad", now=now, period="2026-W26")
    page = text_of(staff.get(f"/organize/digest?edition={built.edition}").text)
    assert "No copy goes out before June 21, 2026, 6:00 p.m. Eastern time" in page
