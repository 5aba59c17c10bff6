"""The calendars' oddities, by the numbers under which docs/data.md lists them: what a reader makes of each.

Those that only several readings together can judge are in test_folding, those of a whole round in test_rounds.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from calendar_documents import (
    NO_LIST,
    PLACEHOLDER,
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

from campaign.calendar import (
    committee_meetings,
    house_committees,
    house_floor,
    named_bills,
    senate_hearings,
    session_calendars,
)
from campaign.calendar.parsed import FloorList, Notice
from campaign.refusals import SourceError

MONDAY = date(2026, 12, 7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def floor(*items: str, **parts: Any) -> FloorList:
    return house_floor.parse(floor_list(MONDAY, *items, **parts), week=MONDAY)


def on_floor(*items: str) -> dict[str, str]:
    return {str(bill): relation for item in floor(*items).items for bill, relation in item.named}


def senate(*rows: str) -> list[Notice]:
    return senate_hearings.parse(hearings(*rows))


def xml(*documents: str, **parts: Any) -> Notice:
    return house_committees.parse_xml(
        meeting_xml("190102", "2026-03-05T10:00:00", *documents, **parts), event="190102"
    )


def page(*laws: tuple[str, str], **parts: Any) -> house_committees.EventPage:
    body = event_page("190102", parts.pop("shown", "Thursday, March 5, 2026 (10:00 AM)"), *laws, **parts)
    return house_committees.parse_event(body, event="190102")


def api(**parts: Any) -> Notice:
    return committee_meetings.parse_meeting(api_meeting("190102", **parts), event="190102")


def named(notice: Notice) -> dict[str, str]:
    return {str(bill): evidence for bill, evidence in notice.named}


# --- the House's list ---


@pytest.mark.parametrize(
    "body",
    [NO_LIST, floor_list(date(2026, 11, 30)), floor_list(MONDAY)[:-30], b"", b"<xml>Error</xml>"],
    ids=["html", "another week", "cut", "empty", "other root"],
)
def test_w01_only_the_list_of_the_week_is_one(body: bytes) -> None:
    with pytest.raises(SourceError):
        house_floor.parse(body, week=MONDAY)


def test_w03_the_address_is_that_of_monday() -> None:
    assert house_floor.address(MONDAY) == "/billsthisweek/20261207/20261207.xml"


def test_w04_a_floor_item_has_no_day() -> None:
    (item,) = floor(floor_item("H.R. 923")).items
    assert not {"day", "starts_at", "order"} & set(vars(item))


def test_w05_a_filled_removal_date_takes_an_item_off() -> None:
    items = floor(floor_item("S. 1"), floor_item("S. 2", removed="2026-12-05T10:00:00.1")).items
    assert [item.removed for item in items] == [False, True]


@pytest.mark.parametrize(
    ("label", "bill", "relation"),
    [
        ("H.R. 6736 ", "hr6736-119", "bill"),
        ("S.790", "s790-119", "bill"),
        ("H.R. 10326", "hr10326-119", "bill"),
        ("H.J. Res. 210", "hjres210-119", "bill"),
        ("H. Con.\n Res.\u00a093", "hconres93-119", "bill"),
        ("Senate amendments to H.R. 5334", "hr5334-119", "amendments"),
        ("Conference report to accompany S. 5", "s5-119", "amendments"),
        ("H.R. __", None, ""),
        ("", None, ""),
        ("H.R. 6736 and S. 367", None, ""),
        ("6736", None, ""),
    ],
)
def test_w06_labels_are_typed_by_hand(label: str, bill: str | None, relation: str) -> None:
    assert on_floor(floor_item(label)) == ({bill: relation} if bill else {})


def test_w07_a_rule_names_what_it_brings_up() -> None:
    rule = floor_item(
        "H. Res. 12700",
        "Providing for consideration of the bill (H.R. 923) to prohibit; and of (H.R. 12920), a measure.",
    )
    assert on_floor(rule) == {"hres12700-119": "bill", "hr923-119": "rule", "hr12920-119": "rule"}
    assert on_floor(floor_item("H.R. 1", "To amend the Act of H.R. 923")) == {"hr1-119": "bill"}


def test_w08_sub_items_are_no_items() -> None:
    assert on_floor(floor_item("H.R. 1", sub="Rules Committee Print showing H.R. 923")) == {"hr1-119": "bill"}


def test_w09_a_companion_is_on_the_list_by_its_own_number() -> None:
    assert on_floor(floor_item("S. 3508")) == {"s3508-119": "bill"}


def test_w10_texts_hold_line_breaks_and_entities() -> None:
    (item,) = floor(floor_item("S. 1", "Snapper \nand\u00a0Tuna &amp; more, as amended ")).items
    assert item.text == "Snapper and Tuna & more, as amended"


# --- House committees ---


def test_w13_a_day_without_its_table_is_no_quiet_day() -> None:
    day = date(2026, 3, 5)
    assert house_committees.parse_day(day_page(), day=day) == []
    for body in (day_page(grid=False), day_page(("190102", "10:00 AM", ""))[:-20], b"<html></html>"):
        with pytest.raises(SourceError):
            house_committees.parse_day(body, day=day)


def test_w12_w13_a_days_page_has_event_hour_and_status() -> None:
    rows = day_page(
        ("190102", "10:00 AM", ""),
        ("190103", "12:15 PM", "Meeting was cancelled."),
        ("190104", "2:00 PM", "Meeting was postponed."),
        ("190105", "9:30 AM", "Meeting was rescheduled to the time and date listed above."),
    )
    found = house_committees.parse_day(rows, day=date(2026, 3, 5))
    assert [(row.event, row.starts_at, row.status) for row in found] == [
        ("190102", at("2026-03-05T15:00"), "scheduled"),
        ("190103", at("2026-03-05T17:15"), "cancelled"),
        ("190104", at("2026-03-05T19:00"), "postponed"),
        ("190105", at("2026-03-05T14:30"), "scheduled"),
    ]


@pytest.mark.parametrize(
    ("label", "description", "file", "bill"),
    [
        ("HR 6736", "", "", "hr6736-119"),
        ("H.R. 4435", "as introduced", "", "hr4435-119"),
        ("6736", "H.R. 6736, the ARMAS Act", "", "hr6736-119"),
        ("6736", "ARMAS Act", "BILLS-119hr6736ih.pdf", "hr6736-119"),
        ("226", "S. 226, an Act, amending H.R. 2260", "", "s226-119"),
        ("226", "H.R. 2260", "BILLS-119HR2260ih.pdf", None),
        ("10355", "An Act", "", None),
        ("", "H.R. _____ (Rep. Issa), a discussion draft", "", None),
        ("6736", "", "BILLS-118hr6736ih.pdf", None),
    ],
)
def test_w15_a_number_without_a_type_is_typed_by_its_document(
    label: str, description: str, file: str, bill: str | None
) -> None:
    assert set(named(xml(document(label, description, file)))) == ({bill} if bill else set())


def test_w16_rescheduled_dates_do_not_say_that_it_moved() -> None:
    assert xml(rescheduled="2026-02-26").starts_at == xml().starts_at == at("2026-03-05T15:00")
    statuses = [xml(status=letter).status for letter in "SRPC"]
    assert statuses == ["scheduled", "scheduled", "postponed", "cancelled"]


def test_w19_a_place_may_be_anything() -> None:
    for place in ("", "<other-location><city>Dallas</city></other-location>"):
        assert xml(place=place).starts_at == at("2026-03-05T15:00")


def test_w20_a_meetings_page_says_what_its_xml_says() -> None:
    laws = ("H.R. 6736 - the ARMAS Act", "BILLS-119HR6736ih.pdf"), ("ANS", "BILLS-119HR12011ih.pdf")
    shown = page(*laws, alert="Meeting was postponed.", heading="Markup of H. Res. 923; and other measures")
    assert named(shown.notice) == {"hr6736-119": "list", "hr12011-119": "list", "hres923-119": "text"}
    assert (shown.notice.kind, shown.notice.codes, shown.notice.status) == ("markup", ("HSFA",), "postponed")
    assert shown.notice.version == at("2026-02-26T22:20")
    assert shown.xml == "/meetings/FA/FA00/20260305/190102/HMKP-119-FA00-20260305.xml"
    assert page(heading="Hearing: A Look at H.R. 6736").xml.endswith("/HHRG-119-FA00-20260305.xml")


def test_w20_a_page_of_another_shape_is_not_read() -> None:
    for body in (
        event_page()[:-15],
        event_page("190102", "to be announced"),
        b"<html><h1>Maintenance</h1></html>",
    ):
        with pytest.raises(SourceError):
            house_committees.parse_event(body, event="190102")
    for body in (meeting_xml("190103"), meeting_xml()[:400], NO_LIST):
        with pytest.raises(SourceError):
            house_committees.parse_xml(body, event="190102")


# --- Senate committees ---


def test_w23_a_row_without_identifier_is_no_meeting() -> None:
    assert senate() == []
    assert [notice.event for notice in senate(PLACEHOLDER, hearing("338700"))] == ["338700"]
    renamed = hearings(hearing()).replace(b"meeting>", b"event>")
    for body in (renamed, b"<css_meetings_scheduled/>", NO_LIST, hearings(hearing())[:-40]):
        with pytest.raises(SourceError):
            senate_hearings.parse(body)


def test_w25_the_plain_moment_of_change_is_eastern() -> None:
    assert senate(hearing(version="07-29-2026 04:36:25 PM"))[0].version == at("2026-07-29T20:36:25")
    assert senate(hearing(version="soon"))[0].version is None


def test_w27_the_code_tells_the_subcommittee_and_the_commission() -> None:
    rows = senate(hearing("1", "SSFI13"), hearing("2", "SSFR00"), hearing("3", "JCSE00"))
    assert [(row.codes, row.chamber) for row in rows] == [
        (("SSFI13",), "senate"), (("SSFR",), "senate"), (("JCSE",), "joint"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("documents", "matter", "found"),
    [
        ([("SN", "3508"), ("PN", "932"), ("HR", "226")], "", {"s3508-119": "list", "hr226-119": "list"}),
        ([("SE", "7009"), ("SC", "12"), ("TD", "5")], "", {"sres7009-119": "list", "sconres12-119": "list"}),
        ([], "to consider S.\u00a03508, to require", {"s3508-119": "text"}),
        ([("SN", "3508")], "to consider S.3508, and S.Res.9", {"s3508-119": "list", "sres9-119": "text"}),
        ([], "bills to amend the Act, H.R.S. 367, U.S. 367, U. S. 367 and Acts. 367", {}),
        (
            [],
            "H.R. 3670, H.R.367 and S. 3671",
            {"hr3670-119": "text", "hr367-119": "text", "s3671-119": "text"},
        ),
    ],
)
def test_w28_bills_of_documents_first_then_of_the_words(
    documents: list[tuple[str, str]], matter: str, found: dict[str, str]
) -> None:
    assert named(senate(hearing(documents=documents, matter=matter))[0]) == found


def test_w29_nothing_keeps_a_video_or_a_room() -> None:
    assert not {"video", "room", "place"} & set(vars(senate(hearing())[0]))


# --- api.congress.gov ---


def test_w32_hours_are_utc_and_shown_as_eastern() -> None:
    winter, summer = api(date="2026-03-04T15:00:00Z"), api(date="2026-03-18T14:00:00Z")
    assert (winter.starts_at, summer.starts_at) == (at("2026-03-04T15:00"), at("2026-03-18T14:00"))
    assert senate(hearing(starts="2026-03-04T10:00:00"))[0].starts_at == winter.starts_at
    assert senate(hearing(starts="2026-03-18T10:00:00"))[0].starts_at == summer.starts_at
    with pytest.raises(SourceError):
        api(date="2026-03-04T15:00:00")


def test_w33_no_status_says_that_a_meeting_is_over() -> None:
    words = ("Scheduled", "Rescheduled", "Canceled", "Postponed", "Completed", None)
    assert [api(meetingStatus=each).status for each in words] == [
        "scheduled", "scheduled", "cancelled", "postponed", "scheduled", "scheduled",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "items",
    [
        related(("HR", "6736")),
        {"bills": {"bill": related(("HR", "6736"))["bills"]}},
        {"bills": {"item": related(("hr", "6736"))["bills"][0]}},
    ],
)
def test_w34_related_bills_come_in_three_shapes(items: Any) -> None:
    assert named(api(relatedItems=items)) == {"hr6736-119": "list"}
    assert not api(relatedItems=None).lists_bills


def test_w35_a_title_names_only_by_type_and_number() -> None:
    assert named(api(title="“Various Measures”: the ARMAS Act and 6736")) == {}
    assert named(api(title="A Look at H.R. 6736, the ARMAS Act")) == {"hr6736-119": "text"}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Hearing", "hearing"), ("Open Hearing", "hearing"), ("Closed Hearing", "closed_hearing"),
        ("Markup", "markup"), ("Open Business Meeting", "business"), ("Meeting", "meeting"),
        ("Vote-a-rama", "meeting"),
    ],
)  # fmt: skip
def test_w36_w44_the_kind_is_the_one_given(words: str, kind: str) -> None:
    assert api(type=words).kind == kind


def test_w37_committees_are_a_set_of_codes() -> None:
    twice = [{"systemCode": code} for code in ("hsju00", "hsfa00", "hsju00", "hsfa07")]
    assert api(committees=twice).codes == ("HSFA", "HSFA07", "HSJU")
    assert api(committees=[], chamber="NoChamber").codes == ()
    assert api(chamber="NoChamber").chamber == "joint"


def test_w38_a_location_is_not_needed() -> None:
    assert api(location={"address": '{"city": "Dallas"}'}) == api(location=None)


def test_w41_w42_answers_of_another_shape_are_not_read() -> None:
    readers: list[tuple[Callable[[Any], object], Any]] = [
        (committee_meetings.parse_list, {"error": "list index out of range"}),
        (committee_meetings.parse_list, {"committeeMeetings": []}),
        (committee_meetings.parse_list, []),
        (lambda data: committee_meetings.parse_meeting(data, event="1"), api_meeting("2")),
        (lambda data: committee_meetings.parse_meeting(data, event="1"), {"committeeMeeting": []}),
    ]
    for read, data in readers:
        with pytest.raises(SourceError):
            read(data)


def test_w41_a_row_of_the_list_that_names_no_event_is_left_out() -> None:
    rows = (
        ("119569", "House", "2026-09-18T21:34:11Z"),
        ("x", "House", ""),
        ("119569", "House", "2026-09-18T21:34:11Z"),
    )
    found = committee_meetings.parse_list(api_list(*rows))
    assert [(row.event, row.chamber) for row in found.rows] == [("119569", "house")]
    assert (found.size, found.total) == (3, 3)


def test_w43_videos_and_documents_change_nothing() -> None:
    assert api(videos=[{"url": "https://example.org"}], meetingDocuments=[{"description": "H.R. 1"}]) == api()


# --- days in session ---


def test_w45_w47_a_cancelled_day_stays_with_a_category_of_its_own() -> None:
    days = session_calendars.house_days(
        voting_days(
            ("2026-03-06", "Canceled Vote Day"),
            ("2026-03-05", "Vote Day"),
            ("2026-04-27", "Added Vote Day"),
            ("2026-03-06", "Travel Day"),
            ("2026-03-09", "Pro Forma Session"),
        )
    )
    assert {f"{day:%m-%d}": kind for day, kind in days.items()} == {
        "03-06": "cancelled", "03-05": "votes", "04-27": "votes", "03-09": "pro_forma",
    }  # fmt: skip


def test_w48_a_day_may_be_two_things_and_a_cut_file_is_none() -> None:
    both = voting_days(("2026-11-11", "Vote Day"), ("2026-11-11", "Federal Holiday,Holiday"))
    assert session_calendars.house_days(both) == {date(2026, 11, 11): "votes"}
    for body in (voting_days(("2026-11-11", "Vote Day"), whole=False), voting_days(), NO_LIST):
        with pytest.raises(SourceError):
            session_calendars.house_days(body)


def test_w49_the_senates_schedule_lists_the_days_out_of_one_year() -> None:
    days = session_calendars.senate_days_out(schedule(2026, ("2026-03-30", "2026-04-10")), year=2026)
    assert (min(days), max(days), len(days)) == (date(2026, 3, 30), date(2026, 4, 10), 12)
    wrong = [
        schedule(2025, ("2025-03-30", "2025-04-10")),
        schedule(2026),
        schedule(2026, ("2026-03-30", "2026-03-01")),
    ]
    for body in (*wrong, schedule(2026, ("soon", "later")), NO_LIST):
        with pytest.raises(SourceError):
            session_calendars.senate_days_out(body, year=2026)


def test_near_misses_are_never_the_bill() -> None:
    """The same number of another type, of another Congress, or inside of another number."""
    text = "H.R. 367, H.R. 3508, H. Res. 923, S. 923, H.J. Res. 367, S. 36, S. 3674 and H.R. 67360"
    assert not {"s367-119", "s3508-119", "hr923-119", "hr6736-119"} & {
        str(bill) for bill in named_bills.in_text(text, 119)
    }
