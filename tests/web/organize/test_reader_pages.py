"""Readers on the organizers' pages: found, stopped, erased, brought from a list, taken away as a table."""

import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import reader, send, shared_app, sign_in, token
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug.test import EnvironBuilder, TestResponse

from campaign import db
from campaign.accounts.models import AuditEntry
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.models import Consent, Delivery, Subscriber, Suppression
from campaign.mailing.readers import reader_search
from campaign.settings import Settings
from campaign.web.organize import reader_lists

OURS = "us-guns-abroad"
PAGE = "/organize/readers"
ANA, LUZ = "Ana.Soto+news@example.org", "luz@sub.example.org"
HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')
CHOSEN = re.compile(r'<select[^>]*name="(column_\w+)">(.*?)</select>', re.DOTALL)


@pytest.fixture
def snapshot_engine(snapshot_engine: Engine, tmp_path: Path, clock: None) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        yield engine


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.extensions["settings"]
    return found


def add(engine: Engine, settings: Settings, now: datetime, *emails: str, **values: Any) -> None:
    with db.writing(engine) as session:
        for email in emails:
            given = {"campaign": OURS, "state": "confirmed", "created": now, "confirmed_at": now, **values}
            key = Keys(settings).of(read_address(email), given["campaign"])
            session.add(Subscriber(email=email, key=key, **given))


@pytest.fixture
def listed(snapshot_engine: Engine, settings: Settings, now: datetime) -> Engine:
    fill(snapshot_engine, settings, now)
    return snapshot_engine


def fill(engine: Engine, settings: Settings, now: datetime) -> None:
    add(engine, settings, now, ANA, seat="TX-20", language="es")
    add(engine, settings, now, LUZ, state="pending", proposals="armas-act")
    add(engine, settings, now, "bo@example.org", campaign="rural-homes")


@pytest.fixture(scope="module")
def lasting(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same readers for tests that only look."""
    with copy_of(snapshot_template, tmp_path_factory.mktemp("readers")) as engine:
        settings = shared_app(engine).extensions["settings"]
        fill(engine, settings, datetime(2026, 6, 20, 15, tzinfo=UTC))
        yield engine


@pytest.fixture
def looker(lasting: Engine, clock: None) -> FlaskClient:
    return reader(lasting, "admin")


@pytest.fixture
def admin(client: FlaskClient, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(client, snapshot_engine, "admin", "boss@staff-host.org")


def text_of(answer: TestResponse) -> str:
    main = answer.text.split("<main")[1].split("</main>")[0]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


def number(engine: Engine, email: str) -> int:
    with db.reading(engine) as session:
        return session.exec(select(Subscriber.id).where(Subscriber.email == email)).one() or 0


def states(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        rows = session.exec(select(Subscriber).where(Subscriber.campaign == OURS))
        return {row.email: row.state for row in rows}


def entries(engine: Engine) -> list[AuditEntry]:
    with db.reading(engine) as session:
        return list(session.exec(select(AuditEntry)))


def test_an_empty_list_teaches(admin: FlaskClient) -> None:
    page = admin.get(PAGE)
    assert "No one reads the digest yet" in page.text
    assert f'href="{PAGE}/import"' in page.text
    assert 'href="/subscribe"' in page.text


def test_readers_are_counted_and_shown_with_what_they_chose(looker: FlaskClient, lasting: Engine) -> None:
    text = text_of(looker.get(PAGE))
    assert "confirmed 0 1 1" in text
    assert "not confirmed 1 0 1" in text
    assert f"{ANA} Español TX-20 all confirmed" in text
    assert f"{LUZ} English not given armas-act not confirmed" in text
    assert "bo@example.org" not in text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", [ANA, LUZ]),
        ("ana.soto@example.org", [ANA]),
        ("ANA.SOTO+other@EXAMPLE.org", [ANA]),
        ("@example.org", [ANA]),
        ("sub.example.org", [LUZ]),
        ("@SUB.example.org ", [LUZ]),
        ("@ample.org", []),
        ("@exam_le.org", []),
        ("nobody@example.org", []),
        ("bo@example.org", []),
    ],
)
def test_an_address_or_a_domain_finds_readers(
    looker: FlaskClient, lasting: Engine, typed: str, found: list[str]
) -> None:
    answer = send(looker, PAGE, text=typed)
    assert answer.status_code == 200
    assert [email for email in (ANA, LUZ) if f">{email}<" in answer.text] == found


def test_a_text_that_is_neither_is_refused_and_stays(looker: FlaskClient, lasting: Engine) -> None:
    answer = send(looker, PAGE, text="ana")
    assert answer.status_code == 422
    assert "Enter a whole address" in answer.text
    assert 'value="ana"' in answer.text


def test_a_page_holds_fifty_readers(
    admin: FlaskClient, snapshot_engine: Engine, settings: Settings, now: datetime
) -> None:
    count = reader_search.ROWS + 3
    add(snapshot_engine, settings, now, *(f"r{place:03}@example.org" for place in range(count)))
    first, second = admin.get(PAGE), send(admin, PAGE, text="@example.org", page="2")
    for answer, rows in ((first, reader_search.ROWS), (second, 3)):
        assert len(re.findall(r">r\d{3}@example.org<", answer.text)) == rows
    assert "Page 2 of 2" in text_of(second)
    assert "Page 2 of 2" in text_of(send(admin, PAGE, page="99"))


@pytest.mark.parametrize(("act", "says"), [("stop", "This is final"), ("erase", "This cannot be undone")])
def test_what_will_happen_is_said_first_and_no_entry_holds_the_address(
    admin: FlaskClient, listed: Engine, settings: Settings, act: str, says: str
) -> None:
    path = f"{PAGE}/{number(listed, ANA)}/step/{act}"
    asked = admin.get(path)
    assert ANA in text_of(asked)
    assert says in text_of(asked)
    assert states(listed)[ANA] == "confirmed"
    assert send(admin, path).status_code == 200
    assert states(listed).get(ANA) == {"stop": "stopped", "erase": None}[act]
    with db.reading(listed) as session:
        row = session.exec(select(Suppression)).one()
    assert row.key == Keys(settings).of(read_address(ANA), OURS)
    assert row.reason == {"stop": "organizer", "erase": "erased"}[act]
    (entry,) = [entry for entry in entries(listed) if entry.act.startswith("reader ")]
    assert entry.object.startswith(OURS)
    assert "example.org" not in entry.object + str(entry.detail)
    assert admin.get(path).status_code == 404


def test_a_reader_of_another_campaign_is_out_of_reach(looker: FlaskClient, lasting: Engine) -> None:
    path = f"{PAGE}/{number(lasting, 'bo@example.org')}/step/erase"
    assert looker.get(path).status_code == 404
    assert send(looker, path).status_code == 404


def test_confirmed_readers_are_taken_away_as_a_table(admin: FlaskClient, listed: Engine) -> None:
    answer = admin.get(f"{PAGE}.csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in lines] == [["email", "language", "seat"], [ANA, "es", "TX-20"]]
    assert f'filename="readers-{OURS}.csv"' in answer.headers["Content-Disposition"]
    (entry,) = [entry for entry in entries(listed) if entry.act == "exported"]
    assert (entry.object, entry.detail) == (f"readers of {OURS}", {"rows": 1, "kind": "csv"})


@pytest.mark.parametrize(
    ("shape", "content_type", "begins"),
    [
        ("action_network", "text/csv; charset=utf-8", "\ufeffemail,language,state"),
        ("osdi", "application/json", '{\n "total_pages": 1'),
    ],
)
def test_confirmed_readers_leave_in_the_shape_of_another_system(
    admin: FlaskClient, listed: Engine, shape: str, content_type: str, begins: str
) -> None:
    path = f"{PAGE}/export/{shape}"
    assert f'href="{path}"' in admin.get(PAGE).text
    answer = admin.get(path)
    assert answer.headers["Content-Type"] == content_type
    assert answer.text.startswith(begins)
    assert ANA in answer.text
    assert LUZ not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    (entry,) = [entry for entry in entries(listed) if entry.act == "exported"]
    assert (entry.object, entry.detail) == (f"readers of {OURS}", {"rows": 1, "kind": shape})
    assert admin.get(f"{PAGE}/export/fax").status_code == 404


# --- lists -----------------------------------------------------------------------------------------

LIST = """\
Email,Name,ZIP,Status,Segment
new@list.test.org,Maria,78205,subscribed,a
ANA.soto@example.org,Ana,,subscribed,b
gone@list.test.org,Jo,,unsubscribed,c
bad@list.test.org,Bo,1,subscribed,d
"""


def multipart(form: dict[str, Any]) -> dict[str, Any]:
    """A form as a browser sends it. The client leaves the file open that it writes a long one to."""
    built = EnvironBuilder(method="POST", data=form, content_type="multipart/form-data").get_environ()
    with built["wsgi.input"] as stream:
        return {"data": stream.read(), "content_type": built["CONTENT_TYPE"]}


def upload(admin: FlaskClient, raw: bytes, name: str = "people.csv") -> TestResponse:
    form = {"csrf_token": token(admin), "file": (io.BytesIO(raw), name)}
    return admin.post(f"{PAGE}/import", **multipart(form))


def form_of(answer: TestResponse) -> dict[str, str]:
    """The fields of the form on a page, as a browser would send them."""
    main = answer.text.split("<main")[1]
    found = {name: html.unescape(value) for name, value in HIDDEN.findall(main)}
    for name, options in CHOSEN.findall(main):
        chosen = re.search(r'value="(\d+)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def go_on(admin: FlaskClient, answer: TestResponse, end: str = "", **more: str) -> TestResponse:
    data = {**form_of(answer), **more}
    return admin.post(f"{PAGE}/import{end}", **multipart(data))


def test_a_list_is_looked_at_and_nothing_is_stored(looker: FlaskClient, lasting: Engine) -> None:
    answer = upload(looker, LIST.encode())
    text = text_of(answer)
    assert answer.status_code == 200
    for told in ("1 person is new", "1 row is not imported: unsubscribed", "1 person is on the list already",
                 "Unused columns: Name, Segment", "1 row is rejected", "Line 5:"):  # fmt: skip
        assert told in text
    assert set(states(lasting)) == {ANA, LUZ}
    with db.reading(lasting) as session:
        assert session.exec(select(Suppression)).all() == []


@pytest.mark.parametrize(
    ("ticked", "state", "kind", "mails"),
    [
        ({"attested": "yes"}, "confirmed", "attested", []),
        ({"attested": "yes", "ask": "yes"}, "confirmed", "attested", []),
        ({}, "pending", "imported", []),
        ({"ask": "yes"}, "pending", "imported", ["confirm"]),
    ],
)
def test_a_list_is_taken_with_the_consent_that_somebody_attests(
    admin: FlaskClient, listed: Engine, ticked: dict[str, str], state: str, kind: str, mails: list[str]
) -> None:
    answer = go_on(admin, upload(admin, LIST.encode(), "people of bo@example.org.csv"), "/take", **ticked)
    assert answer.status_code == 200
    assert "The list is imported" in answer.text
    assert states(listed) == {ANA: "confirmed", LUZ: "pending", "new@list.test.org": state}
    with db.reading(listed) as session:
        (consent,) = session.exec(select(Consent))
        assert (consent.kind, consent.by) == (kind, "boss@staff-host.org" if state == "confirmed" else "")
        assert consent.page == "people of …@…"
        assert [row.reason for row in session.exec(select(Suppression))] == ["unsubscribed"]
        assert [row.kind for row in session.exec(select(Delivery))] == mails
    (entry,) = [entry for entry in entries(listed) if entry.act == "readers imported"]
    assert entry.object == OURS
    assert "@" not in str(entry.detail)
    assert (entry.detail["left"], entry.detail["rejected"]) == (1, 1)


def test_columns_can_be_matched_by_hand(admin: FlaskClient, listed: Engine) -> None:
    first = upload(admin, b"Kontakt,Sprache\nnew@list.test.org,es\n")
    assert first.status_code == 422
    assert "one of them email" in text_of(first)
    second = go_on(admin, first, column_email="0", column_language="1")
    assert "new@list.test.org Español" in text_of(second)
    assert "The list is imported" in go_on(admin, second, "/take").text
    assert "new@list.test.org" in states(listed)


def test_a_list_is_not_taken_with_columns_that_nobody_looked_at(looker: FlaskClient, lasting: Engine) -> None:
    answer = go_on(looker, upload(looker, LIST.encode()), "/take", column_status="")
    assert "Preview of the import" in answer.text
    assert "2 people are new" in text_of(answer)
    assert set(states(lasting)) == {ANA, LUZ}


def test_rejected_rows_are_a_file_before_and_after(admin: FlaskClient, listed: Engine) -> None:
    looked = upload(admin, LIST.encode())
    done = go_on(admin, looked, "/take")
    for page in (looked, done):
        lines = go_on(admin, page, "/rejects").data.decode("utf-8-sig").splitlines()
        assert lines[0] == "line,reason,Email,Name,ZIP,Status,Segment"
        assert lines[1].startswith("5,")
        assert lines[1].endswith("bad@list.test.org,Bo,1,subscribed,d")


@pytest.mark.parametrize(
    ("raw", "status", "told"),
    [
        (b'email\n"open@list.test.org\n', 400, "Line 2:"),
        (b"", 400, "The file is empty"),
        (b"email\n" + b"a@list.test.org\n" * (reader_lists.MOST_ROWS + 1), 413, "campaign subscribers import"),
        (b"email\n" + b"a" * reader_lists.MOST_BYTES, 413, "campaign subscribers import"),
        (b"PK\x03\x04 no workbook", 400, "This workbook cannot be read"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_beside_the_form(
    looker: FlaskClient, lasting: Engine, raw: bytes, status: int, told: str
) -> None:
    answer = upload(looker, raw)
    assert answer.status_code == status
    assert told in answer.text
    assert 'type="file"' in answer.text


def test_a_list_near_the_limit_travels(admin: FlaskClient, listed: Engine) -> None:
    raw = "email,note\n" + "".join(f"r{place}@list.test.org,{'x' * 900}\n" for place in range(2000))
    looked = upload(admin, raw.encode())
    assert "2000 people are new" in text_of(looked).replace(",", "")
    assert go_on(admin, looked, column_language="1").status_code == 200


def test_the_spanish_pages_speak_spanish(admin: FlaskClient, listed: Engine) -> None:
    form = {"csrf_token": token(admin), "file": (io.BytesIO(LIST.encode()), "x.csv")}
    answer = admin.post(f"/es{PAGE}/import", **multipart(form))
    assert "1 fila no se importa: de baja" in text_of(answer)
    assert "Línea 5: Escriba un código postal" in text_of(answer)
    assert "sin confirmar" in text_of(admin.get(f"/es{PAGE}"))
