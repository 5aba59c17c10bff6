"""The job that reads roll calls: what is asked for and when, and what one failure leaves as it was."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select
from vote_documents import clerk_roll, senate_vote

from campaign import db
from campaign.congress import tracking
from campaign.congress.bills import BillId
from campaign.congress.models import Member, Tenure
from campaign.votes.models import MemberVote, RollCall

ROLL, VOTE = "house-119-2-314", "senate-116-2-292"
AT_CLERK = "/clerk/evs/2026/roll314.xml"
AT_SENATE = "/senate/legislative/LIS/roll_call_votes/vote1162/vote_116_2_00292.xml"


def senator(engine: Engine, bioguide: str, last: str, state: str, party: str, lis: str = "") -> None:
    from datetime import date

    with db.writing(engine) as session:
        session.add(Member(bioguide=bioguide, last=last, party=party, seat=state, standing="sitting", lis=lis))
        session.flush()
        session.add(
            Tenure(
                bioguide=bioguide, starts=date(2019, 1, 3), ends=date(2025, 1, 3), seat=state, chamber="senate",
                party=party, senate_class=1,
            )
        )  # fmt: skip


def test_each_members_vote_is_stored_with_the_count(reading: Any, chambers: Any) -> None:
    chambers.pages[AT_CLERK] = clerk_roll()
    reading.refer("s2403-119", "house", 2, 314)
    assert reading.at("2026-09-17T01:00:00Z").read == [ROLL]
    roll = reading.roll(ROLL)
    assert (roll.measure, roll.yeas, roll.nays, roll.present, roll.absent) == ("s2403-119", 401, 14, 0, 18)
    assert reading.cast(ROLL) == {
        "A000370": "yea", "A000369": "yea", "B001300": "yea", "B001317": "nay", "C001131": "not_voting",
    }  # fmt: skip
    assert chambers.asked == [AT_CLERK]


def test_w53_what_is_not_posted_yet_is_asked_again_in_an_hour_and_no_fault(reading: Any, chambers: Any) -> None:
    reading.refer("s2403-119", "house", 2, 314)
    reading.refer("hr6395-116", "senate", 2, 292)
    first = reading.at("2026-09-17T01:00:00Z")
    assert (sorted(first.not_posted), first.faults, first.whole) == ([ROLL, VOTE], {}, True)
    assert reading.cast(ROLL) == reading.cast(VOTE) == {}
    assert reading.at("2026-09-17T01:30:00Z").not_posted == []
    chambers.pages[AT_CLERK], chambers.pages[AT_SENATE] = clerk_roll(), senate_vote()
    assert sorted(reading.at("2026-09-17T02:00:00Z").read) == [ROLL, VOTE]
    assert (reading.roll(ROLL).fault, reading.roll(ROLL).faults) == ("", 0)


@pytest.mark.parametrize("status", [301, 302, 404])
def test_w53_the_senate_answers_with_a_redirect_for_what_it_does_not_have(
    reading: Any, chambers: Any, status: int
) -> None:
    chambers.absent["senate"] = status
    reading.refer("s2403-119", "senate", 2, *range(1, 8))
    found = reading.at("2026-09-17T01:00:00Z")
    # No redirect is a failure of the host: all seven were asked for, once each.
    assert (len(found.not_posted), found.faults, len(chambers.asked)) == (7, {}, 7)


def test_a_redirect_of_the_clerk_is_a_fault(reading: Any, chambers: Any) -> None:
    chambers.absent["house"] = 302
    reading.refer("s2403-119", "house", 2, 314)
    assert list(reading.at("2026-09-17T01:00:00Z").faults) == [ROLL]


def test_after_a_day_of_looks_a_missing_roll_call_is_asked_for_once_a_day(reading: Any, chambers: Any) -> None:
    reading.refer("s2403-119", "house", 2, 314)
    for hour in range(24):
        reading.at(f"2026-09-17T{hour:02}:00:00Z")
    assert len(chambers.asked) == 24
    reading.at("2026-09-18T02:00:00Z")
    assert len(chambers.asked) == 24
    reading.at("2026-09-18T23:00:00Z")
    assert len(chambers.asked) == 25


BAD: tuple[bytes | int, ...] = (500, b"<html>Maintenance</html>", clerk_roll()[:900], clerk_roll(number=9))


@pytest.mark.parametrize("bad", BAD)
def test_one_bad_roll_call_stops_no_other(reading: Any, chambers: Any, bad: bytes | int) -> None:
    chambers.pages["/clerk/evs/2026/roll315.xml"] = bad
    chambers.pages[AT_CLERK] = clerk_roll()
    reading.refer("s2403-119", "house", 2, 315, 314)
    found = reading.at("2026-09-17T01:00:00Z")
    assert (found.read, list(found.faults), found.whole) == ([ROLL], ["house-119-2-315"], False)
    assert reading.roll("house-119-2-315").read_at is None


@pytest.mark.parametrize("bad", BAD)
def test_a_failed_second_reading_leaves_the_first(reading: Any, chambers: Any, bad: bytes | int) -> None:
    chambers.pages[AT_CLERK] = clerk_roll()
    reading.refer("s2403-119", "house", 2, 314)
    reading.at("2026-09-17T01:00:00Z")
    before = reading.cast(ROLL)
    chambers.pages[AT_CLERK] = bad
    assert list(reading.at("2026-09-20T01:00:00Z").faults) == [ROLL]
    assert (reading.cast(ROLL), reading.roll(ROLL).yeas) == (before, 401)


def test_nothing_is_stored_in_part(reading: Any, chambers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chambers.pages[AT_CLERK] = clerk_roll()
    reading.refer("s2403-119", "house", 2, 314)
    init: Callable[..., None] = MemberVote.__init__

    def fails_at_the_last(self: MemberVote, **values: Any) -> None:
        if values["bioguide"] == "C001131":
            raise RuntimeError
        init(self, **values)

    with monkeypatch.context() as patched:
        patched.setattr(MemberVote, "__init__", fails_at_the_last)
        assert reading.at("2026-09-17T01:00:00Z").faults == {ROLL: "unexpected RuntimeError"}
    assert (reading.cast(ROLL), reading.roll(ROLL).question) == ({}, "")
    assert reading.at("2026-09-17T02:00:00Z").read == [ROLL]


def test_a_correction_of_the_first_days_is_read_once(reading: Any, chambers: Any) -> None:
    chambers.pages[AT_CLERK] = clerk_roll()
    reading.refer("s2403-119", "house", 2, 314)
    reading.at("2026-09-17T01:00:00Z")
    chambers.pages[AT_CLERK] = clerk_roll(rows=[("A000370", "Adams", "D", "NC", "Nay")])
    for moment in ("2026-09-17T05:00:00Z", "2026-09-18T12:00:00Z"):
        reading.at(moment)
    assert len(chambers.asked) == 1
    reading.at("2026-09-19T01:00:00Z")
    assert reading.cast(ROLL) == {"A000370": "nay"}
    reading.at("2026-10-19T01:00:00Z")
    assert len(chambers.asked) == 2


def test_only_what_tracked_bills_refer_to_is_read(reading: Any, chambers: Any) -> None:
    reading.refer("s2403-119", "house", 2, 314)
    from datetime import datetime

    with db.writing(reading.engine) as session:
        tracking.untrack(session, BillId.of("s2403-119"), now=datetime.fromisoformat("2026-09-16T01:00:00Z"))
    assert reading.at("2026-09-17T01:00:00Z").read == []
    assert chambers.asked == []


@pytest.mark.parametrize(("off", "left"), [("clerk_url", "senate"), ("senate_url", "clerk")])
def test_a_chamber_without_an_address_is_not_read(reading: Any, chambers: Any, off: str, left: str) -> None:
    reading.refer("s2403-119", "house", 2, 314)
    reading.refer("hr6395-116", "senate", 2, 292)
    reading.at("2026-09-17T01:00:00Z", **{off: ""})
    assert [path.split("/")[1] for path in chambers.asked] == [left]


def test_a_run_asks_for_sixty_at_most_and_goes_on_the_next_time(reading: Any, chambers: Any) -> None:
    reading.refer("s2403-119", "house", 2, *range(1, 71))
    first = reading.at("2026-09-17T01:00:00Z")
    assert (len(chambers.asked), first.left) == (60, 10)
    reading.at("2026-09-17T02:00:00Z")
    # Those that were never asked for come before those that were not there.
    assert {path[-7:-4] for path in chambers.asked[60:70]} == {f"{n:03}" for n in range(1, 11)}


# --- whose votes they are --------------------------------------------------------------------------


def test_senators_are_known_by_the_senates_own_ids(reading: Any, chambers: Any) -> None:
    chambers.pages[AT_SENATE] = senate_vote()
    reading.refer("hr6395-116", "senate", 2, 292)
    senator(reading.engine, "B001230", "Another Name", "WI", "D", lis="S354")
    reading.at("2026-09-17T01:00:00Z")
    assert reading.cast(VOTE) == {"B001230": "yea"}
    assert [row["name"] for row in reading.roll(VOTE).unknown] == ["Booker", "Brown", "Gardner"]


def test_without_an_id_name_state_and_party_decide(reading: Any, chambers: Any) -> None:
    rows = [("S409", "Luján", "D", "NM", "Nay"), ("S390", "Van Hollen", "D", "MD", "Yea")]
    chambers.pages[AT_SENATE] = senate_vote(rows=rows)
    reading.refer("hr6395-116", "senate", 2, 292)
    senator(reading.engine, "L000570", "Lujan", "NM", "D")
    senator(reading.engine, "V000128", "Van Hollen", "MD", "D")
    reading.at("2026-09-17T01:00:00Z")
    assert reading.cast(VOTE) == {"L000570": "nay", "V000128": "yea"}


@pytest.mark.parametrize(
    "sitting",
    [
        [("B000001", "Brown", "OH", "R")],
        [("B000001", "Brown", "IN", "D")],
        [("B000001", "Browne", "OH", "D")],
        [("B000001", "Brown", "OH", "D"), ("B000002", "Brown", "OH", "D")],
    ],
)
def test_no_senator_is_guessed(reading: Any, chambers: Any, sitting: list[tuple[str, str, str, str]]) -> None:
    chambers.pages[AT_SENATE] = senate_vote(rows=[("S307", "Brown", "D", "OH", "Yea")])
    reading.refer("hr6395-116", "senate", 2, 292)
    for who in sitting:
        senator(reading.engine, *who)
    reading.at("2026-09-17T01:00:00Z")
    assert reading.cast(VOTE) == {}
    assert reading.roll(VOTE).unknown == [{"name": "Brown", "party": "D", "state": "OH", "cast": "yea"}]


@pytest.mark.parametrize("ids", [("", "1234"), ("A000370", "A000370")])
def test_no_representative_is_guessed(reading: Any, chambers: Any, ids: tuple[str, str]) -> None:
    rows = [(id, "Adams", "D", "NC", vote) for id, vote in zip(ids, ("Yea", "Nay"), strict=True)]
    chambers.pages[AT_CLERK] = clerk_roll(rows=rows)
    reading.refer("s2403-119", "house", 2, 314)
    reading.at("2026-09-17T01:00:00Z")
    assert (reading.cast(ROLL), len(reading.roll(ROLL).unknown)) == ({}, 2)


def test_nothing_is_read_twice_where_two_bills_refer_to_one_vote(reading: Any, chambers: Any) -> None:
    chambers.pages[AT_CLERK] = clerk_roll()
    for bill in ("s2403-119", "hr923-119"):
        reading.refer(bill, "house", 2, 314)
    reading.at("2026-09-17T01:00:00Z")
    assert len(chambers.asked) == 1
    with db.reading(reading.engine) as session:
        assert len(session.exec(select(RollCall)).all()) == 1
