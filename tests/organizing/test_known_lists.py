"""The campaign's own nine bills, from the snapshot that ships: counts and lists as docs/data.md states them."""

from pathlib import Path

import pytest
from chambers import NOW
from sqlalchemy.engine import Engine

from campaign import db, snapshot
from campaign.congress import ledger, members
from campaign.congress.bills import BillId
from campaign.organizing import counts
from campaign.organizing.worklists import Worklists, worklists

STATED = (Path(__file__).parents[2] / "docs" / "data.md").read_text()
BILLS = ("hr6736-119", "s3508-119", "hr923-119", "s367-119")
EARLIER = ("hr6618-118", "hr8427-118", "s2926-118", "s4647-118", "hr9539-117")


@pytest.fixture(scope="module")
def shipped(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The snapshot, loaded once: nothing here writes."""
    path = tmp_path_factory.mktemp("shipped") / "campaign.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = db.open_engine(f"sqlite:///{path}")
    snapshot.load(engine, now=NOW)
    return engine


def lists_of(engine: Engine, bill: str) -> Worklists:
    with db.reading(engine) as session:
        return worklists(session, BillId.of(bill), now=NOW)


def names(lists: Worklists, name: str) -> str:
    return ", ".join(f"{one.person.name} ({one.person.seat})" for one in lists.entries[name]) or "nobody"


@pytest.mark.parametrize("bill", BILLS + EARLIER)
def test_counts_are_as_stated(shipped: Engine, bill: str) -> None:
    with db.reading(shipped) as session:
        found = counts.counts(session, ledger.current(session, bill, now=NOW))
    numbers = (found.listed, found.sitting_voting, found.delegates, found.departed, found.withdrawn)
    assert f"| {BillId.of(bill).short} | {' | '.join(map(str, numbers))} |" in STATED


@pytest.mark.parametrize("bill", BILLS)
def test_lists_are_as_stated(shipped: Engine, bill: str) -> None:
    lists = lists_of(shipped, bill)
    number = BillId.of(bill).short
    sizes = [len(lists.entries[name]) for name in ("committee_not_on", "companion_side", "withdrew")]
    assert f"- {number}, ask again ({len(lists.entries['ask_again'])}): {names(lists, 'ask_again')}." in STATED
    assert f"- {number}, successors: {names(lists, 'successors')}." in STATED
    assert (
        f"- {number}, sister gap ({len(lists.entries['sister_gap'])}): {names(lists, 'sister_gap')}." in STATED
    )
    assert (
        f"- {number}: committee not on {sizes[0]}, companion's side {sizes[1]}, withdrew {sizes[2]}; " in STATED
    )
    assert f"vacancies {', '.join(lists.vacancies) or 'none'}." in STATED


def test_nineteen_democrats_of_foreign_affairs_are_not_on_the_armas_act(shipped: Engine) -> None:
    not_on = lists_of(shipped, "hr6736-119").entries["committee_not_on"]
    assert len([one for one in not_on if one.person.party == "D"]) == 19
    asked = {one.person.last for one in lists_of(shipped, "hr6736-119").entries["ask_again"]}
    assert {one.person.last for one in not_on} & asked == {
        "Amo", "Jacobs", "Kamlager-Dove", "Moskowitz", "Pocan", "Schneider", "Stanton",
    }  # fmt: skip


def test_every_name_on_a_list_sits_now(shipped: Engine) -> None:
    with db.reading(shipped) as session:
        sitting = members.people(session, now=NOW)
    for bill in BILLS:
        for entries in lists_of(shipped, bill).entries.values():
            assert all(sitting[one.person.bioguide].sitting for one in entries)
