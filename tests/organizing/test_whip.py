"""The whip board: every change in the history, and two editors who do not overwrite each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise

import pytest
from chambers import NOW, add_bill, id_of, legislator, on, seat_members, term
from filled import filled_by
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import users
from campaign.congress.models import Bill
from campaign.organizing import whip
from campaign.organizing.whip import Merge
from campaign.refusals import Refused

BILL = "hr6736-119"
A1 = id_of("A1")


def fill(engine: Engine) -> None:
    seat_members(
        engine,
        *(legislator(f"A{n}", term(f"NY-{n}")) for n in range(1, 5)),
        legislator("B1", term("NY")),
    )
    add_bill(engine, BILL, on("A2"), on("A3", withdrawn="2026-03-01"), sponsor="A4")
    with db.writing(engine) as session:
        for email in ("ana@example.org", "bo@example.org"):
            users.add(session, email, "organizer", now=NOW)


@pytest.fixture
def board(engine: Engine) -> Engine:
    return filled_by(fill, engine)


def save(
    engine: Engine, version: int = 0, by: str = "ana@example.org", bioguide: str = A1, **given: str
) -> Merge:
    with db.writing(engine) as session:
        return whip.save(session, BILL, bioguide, given, version=version, by=by, now=NOW)


def now_held(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        return whip.values_of(whip.entry_of(session, BILL, A1))


def test_the_board_shows_the_record_beside_what_organizers_say(board: Engine) -> None:
    save(
        board,
        lean="likely",
        owner="Bo@example.org",
        next_on="2026-06-25",
        next_step=" call  the LD ",
        tags="#Swing a",
    )
    with db.reading(board) as session:
        rows = {row.person.bioguide: row for row in whip.board(session, session.get_one(Bill, BILL), now=NOW)}
    assert {one: row.standing for one, row in rows.items()} == {
        id_of("A1"): "",
        id_of("A2"): "on",
        id_of("A3"): "withdrew",
        id_of("A4"): "sponsor",
    }
    assert rows[A1].values == {
        "lean": "likely",
        "owner": "bo@example.org",
        "next_step": "call the LD",
        "next_on": "2026-06-25",
        "tags": "a swing",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"lean": "maybe"},
        {"owner": "stranger@example.org"},
        {"next_on": "next week"},
        {"next_on": "2026-02-30"},
        {"next_step": "x" * 301},
        {"tags": " ".join(f"tag{n}" for n in range(40))},
    ],
)
def test_what_a_field_cannot_hold_is_refused_and_nothing_written(board: Engine, given: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        save(board, **{"next_step": "call", **given})
    assert refused.value.es
    assert now_held(board)["next_step"] == ""


@pytest.mark.parametrize(("bill", "bioguide"), [(BILL, id_of("B1")), (BILL, id_of("Q9")), ("hr1-119", A1)])
def test_only_a_member_of_the_bills_chamber_can_stand_on_its_board(
    board: Engine, bill: str, bioguide: str
) -> None:
    with pytest.raises(Refused), db.writing(board) as session:
        whip.save(session, bill, bioguide, {"lean": "for"}, version=0, by="ana@example.org", now=NOW)


def test_every_change_is_kept_with_its_author(board: Engine) -> None:
    save(board, lean="likely")
    save(board, 1, by="bo@example.org", lean="for", next_step="thank")
    with db.reading(board) as session:
        changes = [(c.version, c.field, c.before, c.after, c.by) for c in whip.history(session, A1)]
    assert changes == [
        (2, "next_step", "", "thank", "bo@example.org"),
        (2, "lean", "likely", "for", "bo@example.org"),
        (1, "lean", "unknown", "likely", "ana@example.org"),
    ]


def test_saving_what_is_there_changes_nothing(board: Engine) -> None:
    save(board, lean="likely")
    assert save(board, 1, lean="likely") == Merge((), ())
    with db.reading(board) as session:
        entry = whip.entry_of(session, BILL, A1)
        assert entry
        assert entry.version == 1


def test_two_who_change_different_fields_are_both_kept(board: Engine) -> None:
    save(board, lean="likely")
    save(board, 1, by="bo@example.org", next_step="call", lean="likely")
    found = save(board, 1, lean="for", next_step="")
    assert found.clashes == ()
    assert (now_held(board)["lean"], now_held(board)["next_step"]) == ("for", "call")


def test_the_second_who_changes_the_same_field_is_told_and_nothing_is_written(board: Engine) -> None:
    save(board, lean="likely")
    save(board, 1, by="bo@example.org", lean="for")
    found = save(board, 1, lean="against", next_step="call")
    (clash,) = found.clashes
    assert (clash.field, clash.base, clash.theirs, clash.mine, clash.by) == (
        "lean",
        "likely",
        "for",
        "against",
        "bo@example.org",
    )
    assert now_held(board) == {**now_held(board), "lean": "for", "next_step": ""}


def test_two_who_agree_do_not_clash(board: Engine) -> None:
    save(board, lean="likely")
    save(board, 1, by="bo@example.org", lean="for")
    assert save(board, 1, lean="for") == Merge((), ())


def test_the_first_entry_may_clash_too(board: Engine) -> None:
    save(board, by="bo@example.org", lean="for")
    assert [clash.theirs for clash in save(board, lean="against").clashes] == ["for"]


def test_many_at_once_lose_nothing(board: Engine) -> None:
    def edit(n: int) -> bool:
        return not save(board, 0, lean=whip.LEANS[n % 5], bioguide=id_of(f"A{n % 2 + 1}")).clashes

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(edit, range(10)))
    with db.reading(board) as session:
        for who in (id_of("A1"), id_of("A2")):
            changes = whip.history(session, who)[::-1]
            assert [change.version for change in changes] == list(range(1, len(changes) + 1))
            assert all(one.after == two.before for one, two in pairwise(changes))


def test_two_forms_sent_at_once_keep_what_either_changed(board: Engine) -> None:
    save(board, lean="likely", next_step="call")
    with db.reading(board) as session:
        form = whip.values_of(whip.entry_of(session, BILL, A1))
    edits = [{**form, "owner": "ana@example.org"}, {**form, "tags": "swing"}, {**form, "next_on": "2026-06-25"}]
    with ThreadPoolExecutor(3) as pool:
        assert not any(merge.clashes for merge in pool.map(lambda edit: save(board, 1, **edit), edits))
    kept = {"owner": "ana@example.org", "tags": "swing", "next_on": "2026-06-25"}
    assert now_held(board) == {**form, **kept}


def test_of_a_stale_form_only_the_changed_fields_are_the_editors_own(board: Engine) -> None:
    save(board, lean="likely", next_step="call", tags="a")
    save(board, 1, by="bo@example.org", lean="for", next_step="thank", owner="bo@example.org")
    stale = {"lean": "against", "next_step": "call", "owner": "", "next_on": "", "tags": "b"}
    found = save(board, 1, **stale)
    assert found.mine == {"lean": "against", "tags": "b"}
    assert [clash.field for clash in found.clashes] == ["lean"]


EDIT = st.tuples(st.integers(0, 3), st.sampled_from(["lean", "next_step", "tags"]), st.sampled_from("abc"))


@settings(max_examples=cases(25))
@given(edits=st.lists(EDIT, max_size=12))
def test_the_history_alone_rebuilds_every_version(
    sqlite_engine: Engine, edits: list[tuple[int, str, str]]
) -> None:
    seat_members(sqlite_engine, legislator("A1", term("NY-1")))
    add_bill(sqlite_engine, BILL)
    with sqlite_engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("DELETE FROM whipentry")
        connection.exec_driver_sql("DELETE FROM whipchange")
    leans = dict(zip("abc", ("for", "likely", "against"), strict=True))
    for behind, field, letter in edits:
        with db.reading(sqlite_engine) as session:
            entry = whip.entry_of(session, BILL, A1)
        version = max(0, (entry.version if entry else 0) - behind)
        save(sqlite_engine, version, **{field: leans[letter] if field == "lean" else letter})
    with db.reading(sqlite_engine) as session:
        values = whip.values_of(None)
        for change in whip.history(session, A1)[::-1]:
            assert values[change.field] == change.before
            values[change.field] = change.after
        assert values == whip.values_of(whip.entry_of(session, BILL, A1))


def test_steps_whose_day_has_come_are_due(board: Engine) -> None:
    save(board, next_step="call", next_on="2026-06-19")
    save(board, bioguide=id_of("A2"), next_step="later", next_on="2026-06-21")
    save(board, bioguide=id_of("A3"), next_on="2026-06-01")
    assert due(board) == [A1]


def test_my_own_steps_are_due_first_and_other_campaigns_have_theirs(board: Engine) -> None:
    save(board, next_step="call", next_on="2026-06-18")
    save(board, bioguide=id_of("A2"), next_step="call", next_on="2026-06-20", owner="bo@example.org")
    save(board, bioguide=id_of("A3"), next_step="call", next_on="2026-06-19", owner="bo@example.org")
    assert due(board) == [id_of("A3"), id_of("A2"), A1]
    assert due(board, mine="ana@example.org") == [A1, id_of("A3"), id_of("A2")]
    assert due(board, bill="hr1-119") == []


def due(engine: Engine, mine: str = "bo@example.org", bill: str = BILL) -> list[str]:
    with db.reading(engine) as session:
        return [one.bioguide for one in whip.due(session, [bill], today=date(2026, 6, 20), mine=mine)]


def take(engine: Engine, owner: str, versions: dict[str, int], by: str = "ana@example.org") -> list[str]:
    with db.writing(engine) as session:
        clashes = whip.assign(session, A1, versions, owner, by=by, now=NOW)
        return [clash.theirs for clash in clashes]


def owners(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        found = whip.entries_for(session, [BILL, "hr923-119"], [A1])
        return {entry.bill: entry.owner for entry in found if entry.owner}


def test_one_press_assigns_a_member_for_several_bills_and_another_gives_them_back(board: Engine) -> None:
    add_bill(board, "hr923-119", sponsor="A4")
    save(board, lean="likely")
    ana = "ana@example.org"
    assert take(board, ana, {BILL: 1, "hr923-119": 0}) == []
    assert owners(board) == {BILL: ana, "hr923-119": ana}
    assert take(board, "", {BILL: 2, "hr923-119": 1}) == []
    assert owners(board) == {}
    assert now_held(board)["lean"] == "likely"


def test_the_second_of_two_who_take_a_member_is_told_and_nothing_is_written(board: Engine) -> None:
    add_bill(board, "hr923-119", sponsor="A4")
    assert take(board, "bo@example.org", {BILL: 0}, by="bo@example.org") == []
    assert take(board, "ana@example.org", {"hr923-119": 0, BILL: 0}) == ["bo@example.org"]
    assert owners(board) == {BILL: "bo@example.org"}


def test_nobody_takes_a_member_for_a_bill_of_the_other_chamber(board: Engine) -> None:
    add_bill(board, "s1-119")
    with pytest.raises(Refused):
        take(board, "ana@example.org", {BILL: 0, "s1-119": 0})
    assert owners(board) == {}


def test_only_who_can_work_becomes_an_owner_and_who_left_stays_one(board: Engine) -> None:
    save(board, owner="bo@example.org")
    with db.writing(board) as session:
        users.add(session, "eye@example.org", "viewer", now=NOW)
        bo = users.by_email(session, "bo@example.org")
        assert bo is not None
        users.switch(session, bo, False, by=None, now=NOW)
    # The form of the entry sends all of its fields, the owner who left among them.
    save(board, 1, owner="bo@example.org", lean="for")
    assert now_held(board)["owner"] == "bo@example.org"
    for owner in ("bo@example.org", "eye@example.org"):
        with pytest.raises(Refused, match=f"{owner} is not an organizer now"):
            save(board, bioguide=id_of("A2"), owner=owner)
    save(board, 2, owner="")
    assert now_held(board)["owner"] == ""
