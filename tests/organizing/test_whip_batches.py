"""Bulk changes of the board, and the undo that takes nothing of anybody else."""

from datetime import timedelta

import pytest
from chambers import NOW, add_bill, id_of, legislator, seat_members, term
from filled import filled_by
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import users
from campaign.organizing import whip, whip_batches
from campaign.organizing.whip_batches import Batch
from campaign.refusals import Refused

BILL = "hr6736-119"
ANA, BO = "ana@example.org", "bo@example.org"
A1, A2, A3, SENATOR = id_of("A1"), id_of("A2"), id_of("A3"), id_of("B1")


def fill(engine: Engine) -> None:
    people = [legislator(f"A{n}", term(f"NY-{n}")) for n in range(1, 4)]
    seat_members(engine, *people, legislator("B1", term("NY")))
    add_bill(engine, BILL)
    with db.writing(engine) as session:
        for email in (ANA, BO):
            users.add(session, email, "organizer", now=NOW)
    save(engine, A1, 0, lean="likely", tags="swing")


@pytest.fixture
def board(engine: Engine) -> Engine:
    return filled_by(fill, engine)


def save(engine: Engine, bioguide: str, version: int, by: str = BO, **given: str) -> None:
    with db.writing(engine) as session:
        whip.save(session, BILL, bioguide, given, version=version, by=by, now=NOW)


def change(engine: Engine, ticked: dict[str, int], add_tags: str = "", **given: str) -> Batch:
    with db.writing(engine) as session:
        return whip_batches.change_many(session, BILL, ticked, given, add_tags=add_tags, by=ANA, now=NOW)


def undo(engine: Engine, done: Batch, by: str = ANA) -> Batch:
    with db.writing(engine) as session:
        later = NOW + timedelta(minutes=1)
        return whip_batches.undo(session, BILL, done.after, done.upto, by=by, now=later)


def values(engine: Engine, *fields: str) -> dict[str, tuple[str, ...]]:
    with db.reading(engine) as session:
        entries = {entry.bioguide: whip.values_of(entry) for entry in whip.entries_of(session, BILL)}
    return {bioguide: tuple(entry[field] for field in fields) for bioguide, entry in entries.items()}


def test_several_are_changed_at_once_and_put_back(board: Engine) -> None:
    before = values(board, *whip.FIELDS)[A1]
    done = change(board, {A1: 1, A2: 0}, "texas", owner=ANA, next_step="call", next_on="2026-06-25")
    assert (done.changed, done.left) == ((A1, A2), ())
    assert values(board, *whip.FIELDS) == {
        A1: ("likely", ANA, "call", "2026-06-25", "swing texas"),
        A2: ("unknown", ANA, "call", "2026-06-25", "texas"),
    }
    back = undo(board, done)
    assert back.changed == (A1, A2)
    assert values(board, *whip.FIELDS) == {A1: before, A2: tuple(whip.values_of(None).values())}
    # Undoing the undo is the change again.
    undo(board, back)
    assert values(board, "owner", "tags")[A1] == (ANA, "swing texas")


def test_who_has_it_already_is_not_counted(board: Engine) -> None:
    assert change(board, {A1: 1, A2: 0}, lean="likely").changed == (A2,)
    nothing = change(board, {A1: 1}, "swing", lean="likely")
    assert (nothing.changed, nothing.rows) == ((), "")


def test_what_somebody_set_since_the_page_was_shown_is_left_and_named(board: Engine) -> None:
    save(board, A1, 1, owner=BO, tags="swing new")
    done = change(board, {A1: 1, A2: 0}, "texas", owner=ANA)
    assert (done.changed, len(done.left)) == ((A2,), 1)
    assert values(board, "owner", "tags") == {A1: (BO, "new swing"), A2: (ANA, "texas")}


def test_a_tag_goes_beside_one_that_somebody_else_added_meanwhile(board: Engine) -> None:
    save(board, A1, 1, tags="swing new")
    assert change(board, {A1: 1}, "texas").left == ()
    assert values(board, "tags")[A1] == ("new swing texas",)


def test_undo_leaves_an_entry_that_was_changed_since_and_names_it(board: Engine) -> None:
    done = change(board, {A1: 1, A2: 0, A3: 0}, owner=ANA, lean="for")
    save(board, A1, 2, lean="against")
    save(board, A2, 1, next_step="call")
    back = undo(board, done)
    assert (back.changed, len(back.left)) == ((A2, A3), 1)
    assert values(board, "owner", "lean", "next_step") == {
        A1: (ANA, "against", ""),
        A2: ("", "unknown", "call"),
        A3: ("", "unknown", ""),
    }


def test_nobody_undoes_what_another_did(board: Engine) -> None:
    done = change(board, {A2: 0}, owner=ANA)
    assert undo(board, done, by=BO).changed == ()
    assert values(board, "owner")[A2] == (ANA,)


@pytest.mark.parametrize(
    ("ticked", "given"),
    [
        ({}, {"lean": "for"}),
        ({A1: 1}, {}),
        ({A1: 1, SENATOR: 0}, {"lean": "for"}),
        ({A1: 1, "Z999999": 0}, {"lean": "for"}),
        ({A1: 1}, {"lean": "maybe"}),
    ],
    ids=["nobody", "nothing", "other chamber", "stranger", "no lean"],
)
def test_a_wrong_bulk_change_is_refused_whole(
    board: Engine, ticked: dict[str, int], given: dict[str, str]
) -> None:
    before = values(board, *whip.FIELDS)
    with pytest.raises(Refused) as refused:
        change(board, ticked, **given)
    assert refused.value.es
    assert values(board, *whip.FIELDS) == before
