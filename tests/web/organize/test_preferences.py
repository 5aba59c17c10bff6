"""One's own name, reminders and tokens; and what a token opens."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import send, sign_in
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import audit, throttle, users
from campaign.organizing import notes, whip

BILL, JACOBS = "hr6736-119", "J000305"
BOARD = f"/api/v1/organize/bills/{BILL}/board"


@pytest.fixture
def snapshot_engine(small_congress: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(small_congress, tmp_path) as engine:
        yield engine


@pytest.fixture
def staff(app: Flask, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(app.test_client(), snapshot_engine, "organizer")


def make(staff: FlaskClient, name: str = "Our sheet") -> str:
    shown = send(staff, "/organize/account/tokens", token_name=name)
    return re.findall(r"<code>(campaign_[\w-]+)</code>", shown.text)[0]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_name_is_chosen_and_one_too_long_stays_in_its_form(
    staff: FlaskClient, snapshot_engine: Engine
) -> None:
    assert 'value="Ana Ruiz"' in send(staff, "/organize/account/name", name="  Ana  Ruiz ").text
    answer = send(staff, "/organize/account/name", name="n" * 81)
    assert (answer.status_code, "n" * 81 in answer.text) == (400, True)
    with db.reading(snapshot_engine) as session:
        assert [entry.actor for entry in audit.entries(session, act="name changed")] == [
            "organizer@example.org"
        ]


def test_each_reminder_is_switched_off_and_on(staff: FlaskClient, snapshot_engine: Engine) -> None:
    def wanted() -> list[str]:
        with db.reading(snapshot_engine) as session:
            user = users.by_email(session, "organizer@example.org")
            assert user is not None
            return [kind for kind in users.REMINDERS if users.wants(user, kind)]

    assert wanted() == ["due", "news", "draft"]
    shown = send(staff, "/organize/account/reminders", reminder=["due", "other"]).text
    assert wanted() == ["due"]
    assert re.findall(r'name="reminder" value="(\w+)" checked', shown) == ["due"]
    send(staff, "/organize/account/reminders")
    assert wanted() == []


def test_s31_a_token_is_shown_once_and_kept_as_a_hash(staff: FlaskClient, snapshot_engine: Engine) -> None:
    token = make(staff)
    account = staff.get("/organize/account").text
    assert ("Our sheet" in account, "never used" in account, token in account) == (True, True, False)
    with db.reading(snapshot_engine) as session:
        assert [entry.object for entry in audit.entries(session, act="token made")] == ["Our sheet"]
        kept = session.connection().exec_driver_sql("SELECT * FROM apitoken").all()
    assert token not in str(kept)


def test_a_token_reads_the_board_until_it_is_revoked(
    app: Flask, staff: FlaskClient, snapshot_engine: Engine
) -> None:
    program, token = app.test_client(), make(staff)
    with db.writing(snapshot_engine) as session:
        whip.save(session, BILL, JACOBS, {"lean": "likely"}, version=0, by="x", now=db.utcnow())
    answer = program.get(BOARD, headers=bearer(token))
    assert answer.headers["Cache-Control"] == "no-store"
    rows = {row["bioguide"]: row for row in answer.json["rows"]}
    assert (len(rows), rows[JACOBS]["lean"], rows[JACOBS]["version"]) == (126, "likely", 1)
    assert "last used on Jun 20, 2026" in staff.get("/organize/account").text
    with time_machine.travel(datetime(2026, 6, 21, 1, 30, tzinfo=UTC), tick=False):
        assert program.get(BOARD, headers=bearer(token)).status_code == 200
    assert "last used on Jun 20, 2026" in staff.get("/organize/account").text
    (id,) = re.findall(r"/account/tokens/(\d+)/revoke", staff.get("/organize/account").text)
    assert "Our sheet" not in send(staff, f"/organize/account/tokens/{id}/revoke").text
    assert program.get(BOARD, headers=bearer(token)).status_code == 401
    with db.reading(snapshot_engine) as session:
        assert [entry.object for entry in audit.entries(session, act="token revoked")] == ["Our sheet"]


def test_a_token_reads_lists_and_notes(app: Flask, staff: FlaskClient, snapshot_engine: Engine) -> None:
    program, headers = app.test_client(), bearer(make(staff))
    lists = program.get(f"/api/v1/organize/bills/{BILL}/worklists", headers=headers).json["lists"]
    assert {"bioguide", "name", "party", "seat", "mark", "reason"} == lists["ask_again"][0].keys()
    with db.writing(snapshot_engine) as session:
        first = notes.add(session, "us-guns-abroad", JACOBS, {"text": "One."}, by="x", now=db.utcnow())
        gone = notes.add(session, "us-guns-abroad", JACOBS, {"text": "Two."}, by="x", now=db.utcnow())
        notes.delete(session, gone, version=1, by="x", now=db.utcnow())
        last = notes.add(
            session, "us-guns-abroad", JACOBS, {"kind": "call", "text": "Three."}, by="x", now=db.utcnow()
        ).id
        after = first.id
    found = program.get("/api/v1/organize/notes", headers=headers).json
    assert [(row["kind"], row["text"]) for row in found["notes"]] == [("note", "One."), ("call", "Three.")]
    rest = program.get(f"/api/v1/organize/notes?after={after}", headers=headers).json
    assert ([row["text"] for row in rest["notes"]], rest["next"]) == (["Three."], last)
    assert program.get("/api/v1/organize/notes?after=x", headers=headers).status_code == 400


@pytest.mark.parametrize("path", [BOARD, f"/api/v1/organize/bills/{BILL}/worklists", "/api/v1/organize/notes"])
@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer campaign_x", "Basic x", "Bearer"])
def test_nobody_reads_without_a_token(client: FlaskClient, path: str, header: str) -> None:
    answer = client.get(path, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer realm=organize"
    assert answer.json["error"].keys() == {"status", "message", "request"}


def test_s31_a_session_is_no_token_and_a_token_no_session(app: Flask, staff: FlaskClient) -> None:
    assert staff.get(BOARD).status_code == 401
    answer = app.test_client().get("/organize/board", headers=bearer(make(staff)))
    assert answer.status_code == 303
    assert "/organize/sign-in" in answer.headers["Location"]
    assert app.test_client().post(BOARD, headers=bearer(make(staff))).status_code == 405


def test_s31_a_token_ends_with_its_users_rights(
    app: Flask, staff: FlaskClient, snapshot_engine: Engine
) -> None:
    program, headers = app.test_client(), bearer(make(staff))

    def change(role: str = "", active: bool = True) -> int:
        with db.writing(snapshot_engine) as session:
            user = users.by_email(session, "organizer@example.org")
            assert user is not None
            if role:
                users.set_role(session, user, role, by=None, now=db.utcnow())
            else:
                users.switch(session, user, active, by=None, now=db.utcnow())
        return program.get(BOARD, headers=headers).status_code

    assert change("viewer") == 403
    assert change("organizer") == 200
    assert change(active=False) == 401
    assert change(active=True) == 401


def test_s31_a_program_may_not_ask_without_end(
    app: Flask, staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "PROGRAM", throttle.Limit(2, throttle.PROGRAM.drains_in))
    program, headers = app.test_client(), bearer(make(staff))
    found = [program.get("/api/v1/organize/notes", headers=headers).status_code for _ in range(3)]
    assert found == [200, 200, 429]
    other = bearer(make(staff, "Another"))
    assert program.get("/api/v1/organize/notes", headers=other).status_code == 200


def test_tokens_are_named_and_few_and_ones_own(app: Flask, staff: FlaskClient, snapshot_engine: Engine) -> None:
    answer = send(staff, "/organize/account/tokens", token_name="n" * 61)
    assert (answer.status_code, "n" * 61 in answer.text) == (400, True)
    for number in range(10):
        make(staff, f"Token {number}")
    assert send(staff, "/organize/account/tokens", token_name="more").status_code == 400
    (id, *_) = re.findall(r"/account/tokens/(\d+)/revoke", staff.get("/organize/account").text)
    other = sign_in(app.test_client(), snapshot_engine, "organizer", "bo@example.org")
    assert send(other, f"/organize/account/tokens/{id}/revoke").status_code == 404
