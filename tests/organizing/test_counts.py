"""Counts of co-sponsors on real bills, and the number over time."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from chambers import acted, add_bill
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger, members
from campaign.congress.bills import congress_end
from campaign.congress.models import Cosponsorship
from campaign.congress.observation import ActionRow
from campaign.organizing import counts
from campaign.organizing.counts import Counts


@pytest.mark.parametrize(
    ("bill", "listed", "sitting_voting", "delegates", "departed", "withdrawn"),
    [
        ("hr923-119", 26, 23, 1, 2, 0),
        ("hr6736-119", 29, 27, 1, 1, 0),
        ("s367-119", 16, 16, 0, 0, 0),
        ("s3508-119", 5, 5, 0, 0, 0),
    ],
)
def test_counts_of_june_2026(
    snapshot_engine: Engine,
    now: datetime,
    bill: str,
    listed: int,
    sitting_voting: int,
    delegates: int,
    departed: int,
    withdrawn: int,
) -> None:
    with db.reading(snapshot_engine) as session:
        found = counts.counts(session, ledger.current(session, bill, now=now))
    assert found == Counts(listed, sitting_voting, delegates, departed, withdrawn)
    assert found.listed == found.sitting_voting + found.delegates + found.departed


def test_counts_are_the_same_on_both_engines(loaded_engine: Engine, now: datetime) -> None:
    with db.reading(loaded_engine) as session:
        found = counts.counts(session, ledger.current(session, "hr923-119", now=now))
    assert found == Counts(26, 23, 1, 2, 0)


def test_on_a_past_day_persons_count_as_they_stood_then(snapshot_copy: Engine, now: datetime) -> None:
    """Raúl Grijalva sat on the day he joined; he died on 13 March 2025."""
    gone = {}
    with db.reading(snapshot_copy) as session:
        for day in (date(2025, 2, 10), date(2025, 4, 10)):
            record = ledger.as_of(session, "hr923-119", day, now=now)
            people = members.people(session, record.active, now=record.moment)
            gone[day] = counts.has_left(people["G000551"], record)
    assert gone == {date(2025, 2, 10): False, date(2025, 4, 10): True}


@pytest.mark.parametrize("days", [1, 2, 40, 900])
@pytest.mark.parametrize("bill", ["hr923-119", "hr6736-119", "s3508-119"])
def test_the_count_of_an_ended_bill_stays_as_it_was_on_its_last_day(
    snapshot_engine: Engine, bill: str, days: int
) -> None:
    """All terms of the House end with the bill; nobody has left it for that."""
    end = congress_end(119)
    with db.reading(snapshot_engine) as session:
        last = counts.counts(session, ledger.current(session, bill, now=end - timedelta(hours=1)))
        later = counts.counts(session, ledger.current(session, bill, now=end + timedelta(days=days)))
    assert later == last
    assert later.sitting_voting


def test_the_sponsor_and_who_withdrew_are_in_no_count_of_who_is_on(
    snapshot_engine: Engine, now: datetime
) -> None:
    with db.reading(snapshot_engine) as session:
        record = ledger.current(session, "s3508-119", now=now)
        first = record.cosponsors[0]
        left = Cosponsorship(**{**first.model_dump(), "withdrawn": date(2026, 5, 1)})
        sponsor = Cosponsorship(bill="s3508-119", bioguide=record.sponsor or "", joined=first.joined)
        moved = replace(record, cosponsors=(left, sponsor, *record.cosponsors[1:]))
        found = counts.tally(moved, members.people(session, moved.active | moved.gone, now=now))
    assert (found.listed, found.sitting_voting, found.withdrawn) == (4, 4, 1)


def test_a_cosponsor_in_no_list_of_members_counts_as_sitting(snapshot_engine: Engine, now: datetime) -> None:
    with db.reading(snapshot_engine) as session:
        record = ledger.current(session, "s3508-119", now=now)
        new = Cosponsorship(bill="s3508-119", bioguide="X000001", joined=date(2026, 6, 10))
        found = counts.counts(session, replace(record, cosponsors=(*record.cosponsors, new)))
    assert (found.listed, found.sitting_voting) == (6, 6)


@pytest.mark.parametrize(("later", "undated"), [(timedelta(0), 0), (timedelta(days=200), 1)])
def test_who_has_no_dates_of_office_is_told_of_an_ended_bill_alone(
    snapshot_engine: Engine, now: datetime, later: timedelta, undated: int
) -> None:
    with db.reading(snapshot_engine) as session:
        record = ledger.current(session, "s3508-119", now=now + later)
        people = members.people(session, record.active, now=record.moment)
    one, unlisted = sorted(people)[:2]
    known = {**people, one: replace(people[one], dated=False)}
    del known[unlisted]
    assert (counts.undated(record, people), counts.undated(record, known)) == (0, undated)


def test_who_moved_to_the_other_chamber_has_left_and_an_unlisted_one_is_taken_to_sit(
    snapshot_engine: Engine, now: datetime
) -> None:
    with db.reading(snapshot_engine) as session:
        record = ledger.current(session, "s3508-119", now=now)
        representative = members.person(session, "C001091", now=now)
    assert counts.has_left(representative, record)
    assert not counts.has_left(None, record)


def row(who: str, joined: str, withdrawn: str | None = None) -> Cosponsorship:
    return Cosponsorship(
        bill="hr1-119",
        bioguide=who,
        joined=date.fromisoformat(joined),
        withdrawn=date.fromisoformat(withdrawn) if withdrawn else None,
    )


@pytest.mark.parametrize(
    ("rows", "series"),
    [
        ([], []),
        ([row("A", "2025-02-04"), row("B", "2025-02-04")], [("2025-02-04", 2)]),
        ([row("A", "2025-02-04"), row("B", "2025-03-01")], [("2025-02-04", 1), ("2025-03-01", 2)]),
        ([row("A", "2025-02-04", "2025-03-01")], [("2025-02-04", 1), ("2025-03-01", 0)]),
        ([row("A", "2025-02-04", "2025-03-01"), row("A", "2025-05-01")],
         [("2025-02-04", 1), ("2025-03-01", 0), ("2025-05-01", 1)]),
        ([row("A", "2025-02-04"), row("A", "2025-02-10")], [("2025-02-04", 1)]),
        ([row("A", "2025-02-04"), row("A", "2025-02-10", "2025-03-01")], [("2025-02-04", 1)]),
        ([row("A", "2025-02-04", "2025-03-01"), row("B", "2025-03-01")], [("2025-02-04", 1)]),
    ],
    ids=["nobody", "one day", "two days", "left", "came back", "listed twice", "one of two withdrawn", "swap"],
)  # fmt: skip
def test_the_number_over_time(rows: list[Cosponsorship], series: list[tuple[str, int]]) -> None:
    assert [(day.isoformat(), number) for day, number in counts.over_time(rows)] == series


def test_the_last_number_over_time_is_the_number_listed(snapshot_engine: Engine, now: datetime) -> None:
    with db.reading(snapshot_engine) as session:
        for bill in ("hr923-119", "hr6736-119", "s367-119", "s3508-119"):
            record = ledger.current(session, bill, now=now)
            assert counts.over_time(record.cosponsors)[-1][1] == counts.counts(session, record).listed


HOUSE_PASSED = acted("2026-02-03", "Passed/agreed to in House: On passage Passed by voice vote.", code="8000")
SENATE_PASSED = acted("2026-03-03", "Passed Senate without amendment by Voice Vote.", code="17000")
REPORTED = acted("2026-01-20", "Reported by the Committee on Foreign Affairs. H. Rept. 119-1.", code="5000")


@pytest.mark.parametrize(
    ("actions", "now", "day", "awaits"),
    [
        ([], "2026-06-20", None, True),
        ([REPORTED], "2026-06-20", None, True),
        ([HOUSE_PASSED], "2026-06-20", None, False),
        ([HOUSE_PASSED], "2026-06-20", "2026-02-02", True),
        ([HOUSE_PASSED], "2026-06-20", "2026-02-03", False),
        ([HOUSE_PASSED, SENATE_PASSED], "2026-06-20", None, False),
        ([], "2027-01-04", None, False),
        ([], "2027-01-04", "2026-06-20", True),
        ([], "2027-01-04", "2027-01-03", False),
    ],
)
def test_a_bill_awaits_its_chambers_vote_while_it_lives_there(
    engine: Engine, actions: list[ActionRow], now: str, day: str | None, awaits: bool
) -> None:
    add_bill(engine, "hr1-119", actions=tuple(actions))
    moment = datetime.fromisoformat(f"{now}T15:00Z")
    with db.reading(engine) as session:
        if day is None:
            record = ledger.current(session, "hr1-119", now=moment)
        else:
            record = ledger.as_of(session, "hr1-119", date.fromisoformat(day), now=moment)
        assert counts.awaits_vote(record, now=moment) == awaits
