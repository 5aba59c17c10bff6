"""Notes and contacts on the page of a member, and forms that keep what was typed when it is refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import post, send, sign_in
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from campaign import db
from campaign.accounts import users
from campaign.organizing import notes, whip

BILL, JACOBS = "hr6736-119", "J000305"
PAGE = f"/organize/members/{JACOBS}"
MET = {"kind": "meeting", "bill": BILL, "day": "2026-06-18", "people": "Pat Lee, LD", "text": "They read it."}


@pytest.fixture
def snapshot_engine(small_congress: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(small_congress, tmp_path) as engine:
        yield engine


@pytest.fixture
def staff(app: Flask, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(app.test_client(), snapshot_engine, "organizer")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def newest(engine: Engine) -> int:
    with db.reading(engine) as session:
        return max(note.id or 0 for note in notes.notes(session, "us-guns-abroad", JACOBS))


def problem(answer: TestResponse) -> str:
    """What a page says above all else of what it refused."""
    return text_of(answer.text.partition('role="alert"')[2].partition("</div>")[0])


def test_a_contact_is_written_down_with_its_next_step(staff: FlaskClient) -> None:
    step = {"next_step": "send the text", "next_on": "2026-06-25", f"version-{BILL}": 0}
    shown = text_of(send(staff, f"{PAGE}/notes", **MET, **step).text)
    assert "June 18, 2026 organizer@example.org Meeting , Pat Lee, LD H.R. 6736: They read it." in shown
    assert "Next step send the text (2026-06-25)" in shown
    assert "Your own contacts of the last seven days: meetings 1" in text_of(staff.get("/organize/").text)


def test_the_log_is_filtered_by_kind(staff: FlaskClient) -> None:
    send(staff, f"{PAGE}/notes", **MET)
    send(staff, f"{PAGE}/notes", text="Only a note.")
    every, meetings = (text_of(staff.get(f"{PAGE}{query}").text) for query in ("", "?kind=meeting"))
    assert every.index("Only a note.") < every.index("They read it.")
    assert "Only a note." not in meetings
    assert "They read it." in meetings


def test_a_note_is_edited_deleted_and_put_back(staff: FlaskClient, snapshot_engine: Engine) -> None:
    send(staff, f"{PAGE}/notes", text="The old words.")
    id = newest(snapshot_engine)
    form = staff.get(f"{PAGE}?edit={id}").text
    assert "The old words.</textarea>" in form
    assert "Write down" not in form
    shown = text_of(send(staff, f"{PAGE}/notes/{id}", version=1, text="The new words.").text)
    assert "organizer@example.org: changed. Before: The old words." in shown
    assert "Undo the last change" in shown
    shown = text_of(send(staff, f"{PAGE}/notes/{id}", version=2, act="delete").text)
    assert "The note is deleted." in shown
    assert "1 deleted note" in shown
    shown = text_of(send(staff, f"{PAGE}/notes/{id}", version=3, act="undo").text)
    assert "deleted note" not in shown
    assert "The new words." in shown


def test_who_may_look_reads_notes_and_not_what_was_deleted(
    app: Flask, staff: FlaskClient, snapshot_engine: Engine
) -> None:
    send(staff, f"{PAGE}/notes", text="Kept words.")
    send(staff, f"{PAGE}/notes", text="Deleted words.")
    send(staff, f"{PAGE}/notes/{newest(snapshot_engine)}", version=1, act="delete")
    shown = sign_in(app.test_client(), snapshot_engine, "viewer").get(PAGE).text
    assert "Kept words." in shown
    assert "Deleted words." not in shown
    assert "/notes" not in shown


def test_the_second_editor_of_a_note_keeps_the_words_and_decides(
    staff: FlaskClient, snapshot_engine: Engine
) -> None:
    send(staff, f"{PAGE}/notes", **MET)
    id = newest(snapshot_engine)
    send(staff, f"{PAGE}/notes/{id}", version=1, **{**MET, "text": "The first one's words."})
    answer = send(staff, f"{PAGE}/notes/{id}", version=1, **{**MET, "text": "The second one's words."})
    assert answer.status_code == 409
    assert "Somebody changed this note meanwhile" in problem(answer)
    assert "The second one&#39;s words.</textarea>" in answer.text
    assert 'name="version" value="2"' in answer.text
    shown = send(staff, f"{PAGE}/notes/{id}", version=2, **{**MET, "text": "The second one's words."})
    assert shown.status_code == 200
    late = send(staff, f"{PAGE}/notes/{id}", version=1, act="delete")
    assert (late.status_code, "Somebody changed this note" in problem(late)) == (409, True)


@pytest.mark.parametrize("change", [{"text": ""}, {"day": "2026-06-30"}, {"next_step": "call", "bill": ""}])
def test_a_note_that_is_refused_stays_in_its_form(staff: FlaskClient, change: dict[str, str]) -> None:
    answer = send(staff, f"{PAGE}/notes", **{**MET, **change})
    assert answer.status_code == 400
    assert problem(answer)
    assert 'value="Pat Lee, LD"' in answer.text
    assert '<option value="meeting" selected>' in answer.text
    assert f"{({**MET, **change})['text']}</textarea>" in answer.text


def test_a_step_that_somebody_else_set_meanwhile_is_shown(staff: FlaskClient, snapshot_engine: Engine) -> None:
    with db.writing(snapshot_engine) as session:
        whip.save(session, BILL, JACOBS, {"next_step": "visit"}, version=0, by="x", now=db.utcnow())
    answer = send(staff, f"{PAGE}/notes", **MET, next_step="send the text", **{f"version-{BILL}": 0})
    assert (answer.status_code, "“visit”" in problem(answer)) == (409, True)
    again = {f"version-{BILL}": re.findall(rf'name="version-{BILL}" value="(\d+)"', answer.text)[0]}
    assert "send the text" in send(staff, f"{PAGE}/notes", **MET, next_step="send the text", **again).text


def test_a_staffer_who_is_refused_stays_in_the_form(staff: FlaskClient) -> None:
    answer = send(staff, f"{PAGE}/contacts", name="x" * 121, role="LD")
    assert (answer.status_code, "short fields" in problem(answer)) == (400, True)
    assert 'value="LD"' in answer.text


def test_an_entry_that_is_refused_stays_in_its_form(staff: FlaskClient) -> None:
    form = {"version": 0, "lean": "likely", "next_step": "x" * 301, "tags": "swing"}
    answer = send(staff, f"{PAGE}/{BILL}", **form)
    assert (answer.status_code, "at most 300" in problem(answer)) == (400, True)
    assert ("x" * 301 in answer.text, 'value="swing"' in answer.text) == (True, True)


@pytest.mark.parametrize("page", ["lists", "board"])
def test_a_bulk_change_that_is_refused_is_answered_in_its_table(staff: FlaskClient, page: str) -> None:
    form = {
        "bill": BILL,
        "page": page,
        "query": "who=california",
        "who": [f"{JACOBS}.0"],
        "add_tags": "x" * 121,
    }
    answer = send(staff, "/organize/board/changes", **form, set_lean="for", set_next_step="call the LD")
    assert (answer.status_code, "too many tags" in problem(answer)) == (400, True)
    assert f'value="{JACOBS}.0" checked' in answer.text
    assert 'value="call the LD"' in answer.text
    assert "x" * 121 in answer.text
    assert 'value="california"' in answer.text
    nobody = send(staff, "/organize/board/changes", bill=BILL, page=page, set_lean="for")
    assert "Select between 1 and 600 members" in problem(nobody)
    assert re.search(r'id="set_lean".*?<option value="for" selected>', nobody.text, re.DOTALL)


@pytest.mark.parametrize("page", ["lists", "board"])
def test_a_view_that_is_refused_keeps_its_name(staff: FlaskClient, page: str) -> None:
    answer = send(staff, "/organize/views", page=page, name="n" * 61, query="who=california")
    assert (answer.status_code, "at most 60" in problem(answer)) == (400, True)
    assert ("n" * 61 in answer.text, 'value="california"' in answer.text) == (True, True)


def test_a_bulk_change_leads_back_to_the_same_page_of_the_board(staff: FlaskClient) -> None:
    second = staff.get("/organize/board?page=2").text
    (query,) = set(re.findall(r'name="query" value="(page=2)"', second))
    who = re.findall(r'name="who" value="([\w.]+)"', second)[0]
    form = {"bill": BILL, "page": "board", "query": query, "who": who, "set_lean": "likely"}
    shown = send(staff, "/organize/board/changes", **form)
    assert f'name="who" value="{who.partition(".")[0]}.1"' in shown.text


def test_a_table_that_cannot_be_read_is_answered_where_it_was_brought(staff: FlaskClient) -> None:
    answer = post(staff, "/organize/board/import", bill=BILL)
    assert answer.status_code == 400
    assert "Line 1" in problem(answer)
    assert 'type="file"' in answer.text


# --- owners by name ---


def named(engine: Engine, email: str, name: str, role: str = "organizer") -> None:
    with db.writing(engine) as session:
        user = users.add(session, email, role, now=db.utcnow())[0]
        users.rename(session, user, name, now=db.utcnow())


def own(engine: Engine, email: str) -> None:
    with db.writing(engine) as session:
        whip.save(session, BILL, JACOBS, {"owner": email}, version=0, by=email, now=db.utcnow())


@pytest.mark.parametrize("page", ["lists?who=jacobs", "board?who=jacobs", f"members/{JACOBS}"])
def test_owners_go_by_their_names(staff: FlaskClient, snapshot_engine: Engine, page: str) -> None:
    named(snapshot_engine, "ana@example.org", "Ana Ruiz")
    own(snapshot_engine, "ana@example.org")
    shown = text_of(staff.get(f"/organize/{page}").text)
    assert "Ana Ruiz" in shown
    assert "ana@example.org" not in shown


def test_two_of_one_name_are_told_apart(staff: FlaskClient, snapshot_engine: Engine) -> None:
    named(snapshot_engine, "ana@example.org", "Ana Ruiz")
    named(snapshot_engine, "ana2@example.org", "Ana Ruiz")
    own(snapshot_engine, "ana2@example.org")
    assert "Ana Ruiz (ana2@example.org)" in text_of(staff.get(PAGE).text)


def test_who_left_stays_the_owner_and_is_offered_nowhere_else(
    staff: FlaskClient, snapshot_engine: Engine
) -> None:
    named(snapshot_engine, "ana@example.org", "Ana Ruiz")
    named(snapshot_engine, "eye@example.org", "Eva Looker", "viewer")
    own(snapshot_engine, "ana@example.org")
    with db.writing(snapshot_engine) as session:
        ana = users.by_email(session, "ana@example.org")
        assert ana is not None
        users.switch(session, ana, False, by=None, now=db.utcnow())
    board = staff.get("/organize/board").text
    choice, bulk = (
        board.partition(f'<select class="form-select" id="{name}"')[2] for name in ("owner", "set_owner")
    )
    assert "Ana Ruiz (no longer here)" in choice.partition("</select>")[0]
    assert "Ana Ruiz" not in bulk.partition("</select>")[0]
    assert "Eva Looker" not in board
    assert '<option value="ana@example.org" selected>' in staff.get(f"{PAGE}/{BILL}").text
    shown = send(staff, f"{PAGE}/{BILL}", version=1, owner="ana@example.org", lean="for")
    assert "Ana Ruiz (no longer here)" in text_of(shown.text)
