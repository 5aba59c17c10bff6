"""Whole rounds of reading against hosts on loopback: what is stored, what a fault leaves, what is asked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from calendar_documents import (
    NO_LIST,
    api_list,
    api_meeting,
    day_page,
    document,
    event_page,
    floor_item,
    floor_list,
    hearing,
    hearings,
    meeting_xml,
    related,
    schedule,
    voting_days,
)
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.calendar import ahead, floor, session_days, sources
from campaign.calendar.models import FloorBill, MeetingChange, SessionDay
from campaign.congress.bills import BillId

HEARINGS = "/senate/general/committee_schedules/hearings.xml"
XML = "/house/meetings/FA/FA00/20260305/190102/HMKP-119-FA00-20260305.xml"
PAGE = "/house/Committee/Calendar/ByEvent.aspx?EventID=190102"
API = {"congress_api_key": SecretStr("k")}
S3508 = BillId.of("s3508-119")
HR6736 = BillId.of("hr6736-119")


moment = datetime.fromisoformat


def day(month_day: str) -> str:
    return f"/house/Committee/Calendar/ByDay.aspx?DayID={month_day}2026"


def in_session(calendars: Any) -> None:
    """Everything readable, nothing planned."""
    calendars.put("/house/Committee/Calendar/ByDay.aspx", day_page())
    calendars.put(HEARINGS, hearings())
    calendars.put("/days.ics", voting_days(("2026-03-05", "Vote Day"), ("2026-09-16", "Vote Day")))
    calendars.put("/senate/legislative/2026_schedule.xml", schedule(2026, ("2026-03-30", "2026-04-10")))


def changes(rounds: Any, event: str) -> list[str]:
    with rounds.session() as session:
        rows = session.exec(select(MeetingChange).where(MeetingChange.event == event))
        return [f"{row.kind} {row.bill or ''}".strip() for row in rows]


@pytest.fixture
def markup(calendars: Any) -> Any:
    """A House markup of H.R. 6736 on 5 March, on every page that tells of it."""
    in_session(calendars)
    calendars.put(day("0305"), day_page(("190102", "10:00 AM", "")))
    calendars.put(PAGE, event_page("190102"))
    calendars.put(XML, meeting_xml("190102", "2026-03-05T10:00:00", document("HR 6736", "the ARMAS Act")))
    return calendars


def test_w12_a_house_meeting_is_found_moved_and_called_off_by_its_number(rounds: Any, markup: Any) -> None:
    rounds.at("2026-02-26T22:20:00Z")
    found = rounds.meeting("190102")
    assert (found.state, found.named, found.committees) == ("ahead", {"hr6736-119": "list"}, "HSFA")
    # Moved: the address of its XML goes with the day.
    markup.put(day("0305"), day_page())
    markup.put(day("0306"), day_page(("190102", "9:30 AM", "")))
    markup.put(XML, 404)
    law = "H.R. 6736 - ARMAS", "BILLS-119HR6736ih.pdf"
    shown, updated = "Friday, March 6, 2026 (9:30 AM)", "February 27, 2026 at 01:00 PM"
    markup.put(PAGE, event_page("190102", shown, law, heading="Markup of Various Measures", updated=updated))
    rounds.at("2026-02-27T23:20:00Z")
    found = rounds.meeting("190102")
    assert f"{found.starts_at:%d %H:%M}" == "06 14:30"
    assert f"{found.moved_from:%d %H:%M}" == "05 15:00"
    markup.put(day("0306"), day_page(("190102", "9:30 AM", "Meeting was cancelled.")))
    markup.put(PAGE, 503)
    rounds.at("2026-02-28T15:20:00Z")
    assert rounds.meeting("190102").state == "cancelled"
    assert changes(rounds, "190102") == ["set", "named hr6736-119", "moved", "cancelled"]
    assert rounds.meeting("190102").sequence == 3


def test_w18_a_bill_that_leaves_the_agenda_is_dropped_in_words(rounds: Any, markup: Any) -> None:
    rounds.at("2026-02-26T22:20:00Z")
    markup.put(XML, meeting_xml("190102", "2026-03-05T10:00:00", version="2026-03-04T18:00:00.1"))
    rounds.at("2026-03-05T01:20:00Z")
    found = rounds.meeting("190102")
    assert (found.named, found.dropped) == ({}, ["hr6736-119"])
    with rounds.session() as session:
        (planned,) = ahead.plans(session, [HR6736], now=found.changed_at)[HR6736].meetings
    assert (planned.relation, planned.committee) == ("dropped", "HSFA")


def test_w22_w26_a_senate_meeting_is_followed_by_its_row(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    others = [hearing(str(each), starts=f"2026-03-1{each}T10:00:00") for each in range(3)]
    row = hearing("338700", matter="to consider S.\u00a03508", kind="Open Business Meeting")
    calendars.put(HEARINGS, hearings(row, *others))
    rounds.at("2026-03-02T15:20:00Z")
    with rounds.session() as session:
        assert {change.baseline for change in session.exec(select(MeetingChange))} == {True}
    matter, version = "to consider nominations", "03-03-2026 07:10:00 PM"
    reworded = hearing("338700", matter=matter, kind="Open Business Meeting", version=version)
    calendars.put(HEARINGS, hearings(reworded, *others))
    rounds.at("2026-03-04T01:20:00Z")
    assert changes(rounds, "338700") == ["set", "named s3508-119", "dropped s3508-119"]
    calendars.put(HEARINGS, hearings(*others))
    rounds.at("2026-03-04T15:20:00Z")
    assert rounds.meeting("338700").state == "unlisted"
    calendars.put("/v3/committee-meeting/119", api_list(("338700", "Senate", "2026-03-04T22:08:00Z")))
    canceled = api_meeting(
        "338700",
        chamber="Senate",
        meetingStatus="Canceled",
        updateDate="2026-03-04T22:08:00Z",
        committees=[{"systemCode": "ssfr00"}],
    )
    calendars.put("/v3/committee-meeting/119/senate/338700", canceled)
    rounds.at("2026-03-04T23:20:00Z", **API)
    assert rounds.meeting("338700").state == "cancelled"


def test_w23_w24_a_list_that_loses_most_rows_is_doubted_for_an_hour(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    rows = [hearing(f"33870{each}", starts=f"2026-03-1{each}T10:00:00") for each in range(4)]
    calendars.put(HEARINGS, hearings(*rows))
    rounds.at("2026-03-02T15:20:00Z")
    calendars.put(HEARINGS, hearings(rows[0]))
    rounds.at("2026-03-02T15:50:00Z")
    assert [rounds.meeting(f"33870{each}").state for each in range(4)] == ["ahead", *["unconfirmed"] * 3]
    calendars.put(HEARINGS, hearings(*rows[:3]))
    rounds.at("2026-03-02T16:20:00Z")
    assert [rounds.meeting(f"33870{each}").state for each in range(4)] == [*["ahead"] * 3, "unlisted"]
    # An empty list withdraws nothing, however long it stays.
    calendars.put(HEARINGS, hearings())
    for moment in ("2026-03-02T16:50:00Z", "2026-03-02T18:20:00Z", "2026-03-03T18:20:00Z"):
        rounds.at(moment)
        assert [rounds.meeting(f"33870{each}").state for each in range(3)] == ["unconfirmed"] * 3
    calendars.put(HEARINGS, hearings(*rows[:3]))
    rounds.at("2026-03-04T16:20:00Z")
    assert [rounds.meeting(f"33870{each}").state for each in range(3)] == ["ahead"] * 3
    assert changes(rounds, "338700") == ["set"]


def test_w24_the_second_reading_may_be_the_same_list(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    rows = [hearing(f"33870{each}", starts=f"2026-03-1{each}T10:00:00") for each in range(4)]
    calendars.put(HEARINGS, hearings(*rows))
    rounds.at("2026-03-02T15:20:00Z")
    calendars.put(HEARINGS, hearings(rows[0]))
    for moment, state in (("15:50", "unconfirmed"), ("16:20", "unconfirmed"), ("16:52", "unlisted")):
        rounds.at(f"2026-03-02T{moment}:00Z")
        assert rounds.meeting("338703").state == state


def test_w30_a_twin_that_goes_is_no_news(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    twins = [hearing(event, documents=[("SN", "3508")]) for event in ("338743", "338744")]
    others = [hearing(str(each), starts=f"2026-03-1{each}T10:00:00") for each in range(3)]
    calendars.put(HEARINGS, hearings(*twins, *others))
    rounds.at("2026-03-02T15:20:00Z")
    assert rounds.meeting("338744").twin_of == "338743"
    for minute, row, left in ((35, twins[0], "338743"), (50, twins[1], "338744")):
        calendars.put(HEARINGS, hearings(row, *others))
        rounds.at(f"2026-03-02T15:{minute}:00Z")
        with rounds.session() as session:
            plan = ahead.plans(session, [S3508], now=rounds.meeting(left).first_seen)[S3508]
        shown = [(each.meeting.event, each.meeting.state) for each in plan.meetings if each.names]
        assert shown == [(left, "ahead")]


FAULTS = [500, 503, 403, 302, b"<html><body><h1>Scheduled maintenance</h1></body></html>", b"", NO_LIST]


@pytest.mark.parametrize("fault", FAULTS, ids=[str(fault)[:12] for fault in FAULTS])
def test_w31_a_fault_leaves_what_was_read_and_when(rounds: Any, markup: Any, fault: bytes | int) -> None:
    markup.put(HEARINGS, hearings(hearing(documents=[("SN", "3508")])))
    rounds.at("2026-02-26T22:20:00Z")
    markup.everywhere = fault
    for moment in ("2026-02-26T22:50:00Z", "2026-02-26T23:20:00Z", "2026-02-26T23:50:00Z"):
        assert not rounds.at(moment).whole
    assert [rounds.meeting(event).state for event in ("190102", "338700")] == ["ahead", "ahead"]
    now = rounds.meeting("190102").first_seen
    with rounds.session() as session:
        known = sources.every(session)
    assert known["senate_meetings"].good_at == now
    assert known["senate_meetings"].faults == 3
    assert sources.needs_a_person(known["senate_meetings"], now=now)
    markup.everywhere = None
    assert rounds.at("2026-02-27T00:20:00Z").whole


def test_w01_w02_w05_the_houses_list_grows_and_loses(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    week = "/house/billsthisweek/20261207/20261207.xml"
    calendars.put(week, floor_list(date(2026, 12, 7), floor_item("H.R. 6736"), version="2026-12-03T17:15:00.1"))
    rounds.at("2026-12-04T15:20:00Z")
    rounds.at("2026-12-04T15:35:00Z")
    assert calendars.not_modified >= 1
    calendars.put(
        week, floor_list(date(2026, 12, 7), floor_item("S. 3508", id=2), version="2026-12-04T16:02:00.1")
    )
    rounds.at("2026-12-04T21:20:00Z")
    # An older version, as caches serve it, and a list that is gone change nothing.
    calendars.put(week, floor_list(date(2026, 12, 7), version="2026-12-03T17:15:00.1"))
    rounds.at("2026-12-04T21:35:00Z")
    calendars.put(week, 404)
    assert rounds.at("2026-12-04T21:50:00Z").whole
    with rounds.session() as session:
        rows = {row.bill: row.removed_at is None for row in session.exec(select(FloorBill))}
    assert rows == {"hr6736-119": False, "s3508-119": True}


def test_w11_the_list_of_a_week_that_the_house_has_left_is_stale(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    week = "/house/billsthisweek/20260914/20260914.xml"
    calendars.put(week, floor_list(date(2026, 9, 14), floor_item("H.R. 6736"), version="2026-09-11T17:15:00.1"))
    for hour, categories, count in ((12, "Vote Day", 1), (16, "Canceled Vote Day", 0)):
        calendars.put("/days.ics", voting_days(("2026-09-16", "Vote Day"), ("2026-09-17", categories)))
        rounds.at(f"2026-09-17T{hour}:10:00Z")
        with rounds.session() as session:
            now = moment(f"2026-09-17T{hour}:11:00Z")
            assert len(floor.on_lists(session, [str(HR6736)], now=now)) == count


@pytest.fixture(scope="module")
def planned(shared_rounds: Any) -> Any:
    """Both chambers' plans as one round has read them."""
    calendars = shared_rounds.calendars
    in_session(calendars)
    days = [f"2026-03-{each}" for each in (23, 24, 25, 26, 27)]
    days += [f"2026-04-{each}" for each in (14, 15, 16, 20, 21, 23)]
    other = ("2026-04-06", "Pro Forma Session"), ("2026-04-22", "Canceled Vote Day")
    calendars.put("/days.ics", voting_days(*((each, "Vote Day") for each in days), *other))
    out = ("2026-03-30", "2026-04-10"), ("2026-12-21", "2026-12-31")
    calendars.put("/senate/legislative/2026_schedule.xml", schedule(2026, *out))
    shared_rounds.at("2026-03-02T15:20:00Z")
    return shared_rounds


@pytest.mark.parametrize(
    ("chamber", "today", "back"),
    [
        ("house", "2026-03-25", None),
        ("house", "2026-03-28", "2026-04-14"),
        ("house", "2026-04-02", "2026-04-14"),
        ("house", "2026-04-14", None),
        # A long weekend is no recess, a pro forma day is no session, a day called off is out.
        ("house", "2026-04-18", None),
        ("house", "2026-04-06", "2026-04-14"),
        ("house", "2026-04-22", "2026-04-23"),
        ("senate", "2026-03-27", None),
        ("senate", "2026-04-01", "2026-04-13"),
        ("senate", "2026-04-13", None),
        ("senate", "2026-12-28", ""),
    ],
)
def test_w46_w49_w51_recess_by_the_plans(planned: Any, chamber: str, today: str, back: str) -> None:
    with planned.session() as session:
        found = session_days.recess(session, chamber, now=moment(f"{today}T15:00:00Z"))
    assert (found and str(found.back or "")) == back


def test_w39_w41_the_api_is_asked_for_what_changed(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    base = "/v3/committee-meeting/119"
    rows = ("190102", "House", "2026-02-26T22:45:00Z"), ("190107", "House", "2026-02-26T22:46:00Z")
    calendars.put(base, api_list(*rows))
    calendars.put(f"{base}/house/190102", api_meeting(relatedItems=related(("HR", "6736"))))
    calendars.put(f"{base}/house/190107", 500)
    assert rounds.at("2026-02-26T23:20:00Z", **API).whole
    assert rounds.meeting("190102").named == {"hr6736-119": "list"}
    calendars.asked.clear()
    rounds.at("2026-02-26T23:35:00Z", **API)
    asked = [address.partition("?")[0] for address in calendars.asked if "/v3/" in address]
    assert asked.count(f"{base}/house/190102") == 0
    assert asked.count(f"{base}/house/190107") >= 1
    assert not [address for address in calendars.asked if "api_key" in address]
    assert changes(rounds, "190102") == ["set", "named hr6736-119"]


@pytest.mark.parametrize(
    ("last", "since"),
    [("2026-02-26T23:35:00Z", "2026-02-08T22:45:00Z"), ("2026-03-20T12:20:00Z", "2026-02-16T12:05:00Z")],
    ids=["the next time", "for a month"],
)
def test_w39_the_api_is_asked_again_from_a_meeting_on_that_could_not_be_read(
    rounds: Any, calendars: Any, last: str, since: str
) -> None:
    in_session(calendars)
    base = "/v3/committee-meeting/119"
    rows = ("190102", "House", "2026-02-10T22:45:00Z"), ("190107", "House", "2026-02-26T22:46:00Z")
    calendars.put(base, api_list(*rows))
    calendars.put(f"{base}/house/190102", 500)
    calendars.put(f"{base}/house/190107", api_meeting("190107"))
    rounds.at("2026-02-26T23:20:00Z", **API)
    rounds.at((moment(last) - timedelta(minutes=15)).isoformat(), **API)
    calendars.asked.clear()
    rounds.at(last, **API)
    (listed,) = [address for address in calendars.asked if address.startswith(f"{base}?")]
    assert f"fromDateTime={since.replace(':', '%3A')}" in listed


def test_w39_what_a_stop_left_of_the_first_list_is_asked_for_the_next_time(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    base = "/v3/committee-meeting/119"
    days = {"190102": "02-01", "190107": "02-10", "190109": "02-26"}
    calendars.put(base, api_list(*((event, "House", f"2026-{day}T22:45:00Z") for event, day in days.items())))
    for event in days:
        calendars.put(f"{base}/house/{event}", api_meeting(event))
    rounds.at("2026-02-26T23:20:00Z", lambda: f"{base}/house/190102?format=json" in calendars.asked, **API)
    assert not [address for address in calendars.asked if "190107" in address]
    calendars.asked.clear()
    rounds.at("2026-02-26T23:35:00Z", **API)
    (listed,) = [address for address in calendars.asked if address.startswith(f"{base}?")]
    assert "fromDateTime=2026-02-08T22%3A45%3A00Z" in listed
    assert [rounds.meeting(event).event for event in days] == [*days]


def test_w14_few_requests_go_to_the_houses_host(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    calendars.put(day("0305"), day_page(*((str(each), "10:00 AM", "") for each in range(190200, 190280))))
    for _round in range(2):
        rounds.at("2026-03-04T15:20:00Z")
    to_house = [address for address in calendars.asked if address.startswith("/house/")]
    assert len(to_house) <= 60


def test_at_night_the_sources_are_read_once_an_hour(rounds: Any, calendars: Any) -> None:
    in_session(calendars)
    assert rounds.at("2026-03-04T08:21:00Z").requests == 0
    assert rounds.at("2026-03-04T08:06:00Z").requests > 0


def test_w52_nothing_is_ahead_after_the_congress(rounds: Any, markup: Any) -> None:
    markup.put(HEARINGS, hearings(hearing(starts="2027-01-05T10:00:00", documents=[("SN", "3508")])))
    rounds.at("2026-12-30T15:20:00Z")
    with rounds.session() as session:
        assert ahead.plans(session, [S3508], now=moment("2026-12-30T15:00:00Z"))[S3508].meetings == ()
        assert ahead.plans(session, [S3508], now=moment("2027-01-03T17:00:00Z")) == {}


V, C, O = "votes", "cancelled", "out"  # noqa: E741 -- columns of a table


@pytest.mark.parametrize(
    ("kinds", "left"),
    [
        ((V, V, V, V, O, O, O), (False, False, False, False, False, False, False)),
        ((V, V, V, C, C, O, O), (False, False, False, True, True, True, True)),
        ((C, C, C, C, C, O, O), (True, True, True, True, True, True, True)),
        ((V, C, V, V, O, O, O), (False, False, False, False, False, False, False)),
        ((O, O, O, O, O, O, O), (False, False, False, False, False, False, False)),
    ],
    ids=["whole week", "two days called off", "week called off", "one day called off", "recess"],
)
def test_a_list_is_left_behind_from_the_day_that_all_voting_is_called_off(
    engine: Engine, kinds: tuple[str, ...], left: tuple[bool, ...]
) -> None:
    """Also on the weekend behind it, when no voting day is left."""
    monday = date(2026, 3, 2)
    days = [monday + timedelta(days=each) for each in range(7)]
    with db.writing(engine) as session:
        session.add_all(
            SessionDay(chamber="house", day=day, kind=kind) for day, kind in zip(days, kinds, strict=True)
        )
    noon = [datetime(day.year, day.month, day.day, 17, tzinfo=UTC) for day in days]
    with db.reading(engine) as session:
        assert tuple(floor.has_left(session, monday, now=now) for now in noon) == left
