"""Notes and the log of contacts: nothing written is lost, and two editors do not overwrite each other."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from chambers import NOW, add_bill, id_of, legislator, seat_members, term
from filled import filled_by
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import users
from campaign.organizing import notes, staff, whip
from campaign.organizing.models import WhipNote
from campaign.refusals import Refused

BILL = "hr6736-119"
A1 = id_of("A1")
ANA, BO = "ana@example.org", "bo@example.org"
MET = {"kind": "meeting", "bill": BILL, "day": "2026-06-18", "people": " Pat  Lee, LD", "text": "They read it."}


def fill(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1")), legislator("A2", term("NY-2")))
    add_bill(engine, BILL)
    with db.writing(engine) as session:
        for email in (ANA, BO):
            users.add(session, email, "organizer", now=NOW)


@pytest.fixture
def board(engine: Engine) -> Engine:
    return filled_by(fill, engine)


def add(engine: Engine, given: Mapping[str, str], by: str = ANA, hours: int = 0) -> int:
    with db.writing(engine) as session:
        return notes.add(session, "guns", A1, given, by=by, now=NOW + timedelta(hours=hours)).id or 0


def change(engine: Engine, id: int, version: int, given: Mapping[str, str] | None, by: str = BO) -> None:
    """Edit a note, or delete it where nothing is given."""
    with db.writing(engine) as session:
        note = notes.find(session, "guns", A1, id)
        if given is None:
            notes.delete(session, note, version=version, by=by, now=NOW)
        else:
            notes.edit(session, note, given, version=version, by=by, now=NOW)


def undo(engine: Engine, id: int, version: int) -> None:
    with db.writing(engine) as session:
        notes.undo(session, notes.find(session, "guns", A1, id), version=version, by=ANA, now=NOW)


def held(engine: Engine) -> list[WhipNote]:
    with db.reading(engine) as session:
        return notes.notes(session, "guns", A1)


def acts(engine: Engine, id: int) -> list[tuple[str, str, str]]:
    """Who did what to a note, and its text before, newest first."""
    with db.reading(engine) as session:
        found = notes.history(session, A1).get(id, [])
        return [(change.by, change.act, change.before["text"]) for change in found]


def test_notes_and_contacts_are_one_list_by_their_day(board: Engine) -> None:
    add(board, {"text": "first\r\nsecond line"})
    add(board, MET, by=BO, hours=1)
    add(board, {"kind": "call", "text": "No answer."}, hours=2)
    found = [(note.kind, note.bill, note.day, note.people, note.text, note.by) for note in held(board)]
    assert found == [
        ("call", "", date(2026, 6, 20), "", "No answer.", ANA),
        ("note", "", None, "", "first\nsecond line", ANA),
        ("meeting", BILL, date(2026, 6, 18), "Pat Lee, LD", "They read it.", BO),
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": ""}, "between 1 and 4000"),
        ({"text": "  \r\n "}, "between 1 and 4000"),
        ({"text": "x" * 4001}, "between 1 and 4000"),
        ({"text": "a", "kind": "lunch"}, "A contact is one of"),
        ({"text": "a", "people": "x" * 121}, "at most 120"),
        ({"text": "a", "kind": "call", "day": "2026-06-21"}, "has not come yet"),
        ({"text": "a", "kind": "call", "day": "5/6/2026"}, "can be two days"),
        ({"text": "a", "kind": "call", "day": "soon"}, "not a day"),
    ],
)
def test_what_cannot_be_meant_is_refused(board: Engine, given: dict[str, str], says: str) -> None:
    with pytest.raises(Refused, match=says):
        add(board, given)
    assert held(board) == []


def test_nobody_writes_about_an_unknown_member(board: Engine) -> None:
    with pytest.raises(Refused), db.writing(board) as session:
        notes.add(session, "guns", "X999999", {"text": "a"}, by=ANA, now=NOW)
    id = add(board, {"text": "a"})
    with pytest.raises(Refused), db.reading(board) as session:
        notes.find(session, "guns", id_of("A2"), id)


def test_an_edit_and_a_deletion_stay_in_the_history_and_are_undone(board: Engine) -> None:
    id = add(board, MET)
    change(board, id, 1, {**MET, "kind": "call", "day": "2026-06-17", "text": "They will read it."})
    change(board, id, 2, None, by=ANA)
    (note,) = held(board)
    assert (note.deleted_at, note.version) == (NOW, 3)
    undo(board, id, 3)
    assert acts(board, id) == [
        (ANA, "restored", "They will read it."),
        (ANA, "deleted", "They will read it."),
        (BO, "edited", "They read it."),
    ]
    (note,) = held(board)
    assert (note.kind, note.day, note.text, note.deleted_at) == (
        "call",
        date(2026, 6, 17),
        "They will read it.",
        None,
    )


def test_an_edit_is_undone_whole(board: Engine) -> None:
    id = add(board, MET)
    change(board, id, 1, {"text": "Only this."})
    undo(board, id, 2)
    (note,) = held(board)
    assert (note.kind, note.bill, note.day, note.people, note.text) == (
        "meeting",
        BILL,
        date(2026, 6, 18),
        "Pat Lee, LD",
        "They read it.",
    )


def test_saving_a_note_as_it_is_changes_nothing(board: Engine) -> None:
    id = add(board, MET)
    change(board, id, 1, MET)
    assert acts(board, id) == []
    with pytest.raises(Refused, match="nothing to undo"):
        undo(board, id, 1)


def test_the_second_of_two_editors_is_told_and_decides(board: Engine) -> None:
    id = add(board, MET)
    change(board, id, 1, {**MET, "text": "Bo's words."}, by=BO)
    for given in ({**MET, "text": "Ana's words."}, None):
        with pytest.raises(Refused, match="Somebody changed this note meanwhile"):
            change(board, id, 1, given, by=ANA)
    change(board, id, 2, {**MET, "text": "Ana's words."}, by=ANA)
    assert acts(board, id) == [(ANA, "edited", "Bo's words."), (BO, "edited", "They read it.")]


def test_an_edit_that_was_sent_again_brings_a_deleted_note_back(board: Engine) -> None:
    id = add(board, MET)
    change(board, id, 1, None)
    change(board, id, 2, {**MET, "text": "Still true."})
    (note,) = held(board)
    assert (note.text, note.deleted_at) == ("Still true.", None)


def plan(engine: Engine, given: Mapping[str, str], version: int, **step: str) -> None:
    with db.writing(engine) as session:
        note = notes.add(session, "guns", A1, given, by=ANA, now=NOW)
        notes.plan(session, note, step, version=version, by=ANA, now=NOW)


def step_of(engine: Engine) -> tuple[str, str]:
    with db.reading(engine) as session:
        values = whip.values_of(whip.entry_of(session, BILL, A1))
    return values["next_step"], values["next_on"]


def test_what_was_agreed_becomes_the_next_step_of_the_board(board: Engine) -> None:
    plan(board, MET, 0, next_step="send the text", next_on="2026-06-25")
    assert step_of(board) == ("send the text", "2026-06-25")


def test_a_step_of_somebody_else_is_not_replaced_unseen(board: Engine) -> None:
    with db.writing(board) as session:
        whip.save(session, BILL, A1, {"next_step": "visit"}, version=0, by=BO, now=NOW)
    with pytest.raises(Refused, match="“visit”"):
        plan(board, MET, 0, next_step="send the text", next_on="")
    assert (step_of(board), held(board)) == (("visit", ""), [])
    plan(board, MET, 1, next_step="send the text", next_on="")
    assert step_of(board) == ("send the text", "")


def test_a_next_step_is_for_a_bill(board: Engine) -> None:
    with pytest.raises(Refused, match="which bill"):
        plan(board, {"text": "a"}, 0, next_step="call", next_on="")
    assert held(board) == []


def test_contacts_are_counted_by_kind_without_notes_and_what_was_deleted(board: Engine) -> None:
    add_bill(board, "hr923-119")
    add(board, {"text": "a note"})
    add(board, MET)
    add(board, {**MET, "day": "2026-06-10"})
    add(board, {**MET, "bill": "hr923-119"})
    add(board, {"kind": "call", "text": "about all"})
    change(board, add(board, MET), 1, None)
    with db.reading(board) as session:
        assert notes.contacts_since(session, "guns", date(2026, 6, 13)) == {"meeting": 2, "call": 1}
        assert not notes.contacts_since(session, "homes", date(2026, 6, 13))


def test_another_campaign_sees_none_of_it(board: Engine) -> None:
    id = add(board, MET)
    with db.writing(board) as session:
        staff.add(session, "guns", A1, {"name": "Pat Lee"}, by=ANA, now=NOW)
        assert notes.notes(session, "homes", A1) == []
        assert notes.notes_after(session, "homes", 0, limit=9) == []
        assert staff.current(session, "homes", A1) == []
        with pytest.raises(Refused, match="no such note"):
            notes.find(session, "homes", A1, id)


def test_staffers_come_and_go(board: Engine) -> None:
    with db.writing(board) as session:
        pat = staff.add(session, "guns", A1, {"name": "Pat  Lee", "role": "LD"}, by=ANA, now=NOW)
        assert [contact.name for contact in staff.current(session, "guns", A1)] == ["Pat Lee"]
        staff.end(session, "guns", pat.id or 0, now=NOW)
    with db.reading(board) as session:
        assert staff.current(session, "guns", A1) == []
    for name in ("", "x" * 121):
        with pytest.raises(Refused), db.writing(board) as session:
            staff.add(session, "guns", A1, {"name": name}, by=ANA, now=NOW)
