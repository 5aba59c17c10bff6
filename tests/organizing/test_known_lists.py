"""The campaign's own nine bills, from the snapshot that ships: counts and lists as docs/data.md states them."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from chambers import NOW
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger, members
from campaign.congress.bills import BillId
from campaign.organizing import counts
from campaign.organizing.worklists import Worklists, worklists
from campaign.outreach import asks

STATED = (Path(__file__).parents[2] / "docs" / "data.md").read_text()
BILLS = ("hr6736-119", "s3508-119", "hr923-119", "s367-119")
EARLIER = ("hr6618-118", "hr8427-118", "s2926-118", "s4647-118", "hr9539-117")


def lists_of(engine: Engine, bill: str) -> Worklists:
    with db.reading(engine) as session:
        return worklists(session, BillId.of(bill), now=NOW)


def names(lists: Worklists, name: str) -> str:
    return ", ".join(f"{one.person.name} ({one.person.seat})" for one in lists.entries[name]) or "nobody"


@pytest.mark.parametrize("bill", BILLS + EARLIER)
def test_counts_are_as_stated(snapshot_engine: Engine, bill: str) -> None:
    with db.reading(snapshot_engine) as session:
        found = counts.counts(session, ledger.current(session, bill, now=NOW))
    numbers = (found.listed, found.sitting_voting, found.delegates, found.departed, found.withdrawn)
    assert f"| {BillId.of(bill).short} | {' | '.join(map(str, numbers))} |" in STATED


@pytest.mark.parametrize("bill", BILLS)
def test_lists_are_as_stated(snapshot_engine: Engine, bill: str) -> None:
    lists = lists_of(snapshot_engine, bill)
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


def test_asks_are_as_stated(snapshot_engine: Engine) -> None:
    asked: dict[str, Counter[str]] = defaultdict(Counter)
    with db.reading(snapshot_engine) as session:
        docket = asks.campaign_asks(session, now=NOW)
        for person in members.people(session, now=NOW).values():
            for ask in docket.asks(person):
                asked[str(ask.bill)][ask.code] += 1
    assert asked.keys() == set(BILLS)
    for bill, found in asked.items():
        told = ", ".join(f"{code} {found[code]}" for code in asks.TEXTS if found[code])
        assert f"| {BillId.of(bill).short} | {told} |" in STATED


def test_nineteen_democrats_of_foreign_affairs_are_not_on_the_armas_act(snapshot_engine: Engine) -> None:
    not_on = lists_of(snapshot_engine, "hr6736-119").entries["committee_not_on"]
    assert len([one for one in not_on if one.person.party == "D"]) == 19
    asked = {one.person.last for one in lists_of(snapshot_engine, "hr6736-119").entries["ask_again"]}
    assert {one.person.last for one in not_on} & asked == {
        "Amo", "Jacobs", "Kamlager-Dove", "Moskowitz", "Pocan", "Schneider", "Stanton",
    }  # fmt: skip


def test_every_name_on_a_list_sits_now(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        sitting = members.people(session, now=NOW)
    for bill in BILLS:
        for entries in lists_of(snapshot_engine, bill).entries.values():
            assert all(sitting[one.person.bioguide].sitting for one in entries)
