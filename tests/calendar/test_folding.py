"""One meeting out of several readings: who wins, what absence means, what is a change."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaign.calendar import folding
from campaign.calendar.folding import Reading, fold
from campaign.calendar.parsed import Named, Notice
from campaign.congress.bills import BillId

BILL = BillId.of("s3508-119")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


HOUR, LATER, NOW = at("03-05T15:00"), at("03-18T13:30"), at("03-03T12:00")


def said(
    starts: datetime = HOUR, *, version: str = "02-26T16:00", confirmed: str = "03-03T11:45", **parts: object
) -> Reading:
    plain = Reading(
        starts_at=starts,
        kind="markup",
        status="",
        title="Various Measures",
        codes=("SSFR",),
        named={str(BILL): "list"},
        version=at(version),
        confirmed=at(confirmed),
    )
    return replace(plain, **parts)  # type: ignore[arg-type]


OFF = said(status="cancelled", version="03-02T21:00")
POSTPONED = said(status="postponed", version="03-02T21:00")


@pytest.mark.parametrize(
    ("own", "api", "state", "starts"),
    [
        (said(), None, "ahead", HOUR),
        (None, said(), "ahead", HOUR),
        (None, OFF, "cancelled", HOUR),
        # W22: gone from the Senate's list is "unlisted" until the API says why.
        (said(listed=False), None, "unlisted", HOUR),
        (said(listed=False), said(), "unlisted", HOUR),
        (said(listed=False), OFF, "cancelled", HOUR),
        (said(listed=False), POSTPONED, "postponed", HOUR),
        (said(doubted=True), None, "unconfirmed", HOUR),
        (said(doubted=True), OFF, "cancelled", HOUR),
        # A row with a new hour wins over the API's "Postponed"; so does a row changed since.
        (said(LATER, version="03-02T09:00"), POSTPONED, "ahead", LATER),
        (said(version="03-03T09:00"), POSTPONED, "ahead", HOUR),
        # Chamber and API disagree on whether it takes place.
        (said(), OFF, "unconfirmed", HOUR),
        # The chamber's page wins, unless it has not been read since the API's update.
        (said(status="cancelled"), said(version="03-02T09:00"), "cancelled", HOUR),
        (said(LATER), said(), "ahead", LATER),
        (said(confirmed="03-01T00:00"), said(LATER, version="03-02T09:00"), "ahead", LATER),
        (said(confirmed="03-01T00:00"), OFF, "cancelled", HOUR),
        (said(listed=False, confirmed="03-01T00:00"), said(LATER, version="03-02T09:00"), "ahead", LATER),
    ],
)
def test_w22_w33_hour_and_state_by_who_knew_last(
    own: Reading | None, api: Reading | None, state: str, starts: datetime
) -> None:
    folded = fold(own, api, now=NOW)
    assert (folded.state, folded.starts_at) == (state, starts)


def test_w34_the_api_alone_takes_no_bill_off_an_agenda() -> None:
    silent = said(named={}, version="03-03T11:50")
    assert str(BILL) in fold(said(), silent, now=NOW).named
    assert str(BILL) not in fold(said(named={}), said(), now=NOW).named


def notice(*bills: BillId, version: str, lists: bool = True) -> Notice:
    named = tuple(Named(bill, "list") for bill in bills)
    return Notice("338700", "senate", "markup", HOUR, named=named, version=at(version), lists_bills=lists)


def test_w34_one_answer_without_related_items_drops_nothing_and_a_second_does() -> None:
    first = folding.reading(notice(BILL, version="03-01T00:00"), None, now=NOW)
    again = folding.reading(notice(version="03-01T00:00", lists=False), first, now=NOW)
    newer = folding.reading(notice(version="03-02T00:00", lists=False), first, now=NOW)
    assert [str(BILL) in each.named for each in (again, newer)] == [True, True]
    assert folding.reading(notice(version="03-03T00:00", lists=False), newer, now=NOW).named == {}


def test_w40_an_older_answer_changes_nothing() -> None:
    known = folding.reading(notice(BILL, version="03-02T00:00"), None, now=NOW)
    assert folding.reading(notice(version="03-01T00:00"), known, now=NOW) == known


def test_continuations_bring_a_meeting_that_began_back() -> None:
    begun = said(at("03-03T10:00"), continued=(at("03-04T15:00"),))
    assert fold(begun, None, now=NOW).starts_at == at("03-04T15:00")
    assert fold(said(continued=(at("03-06T15:00"),)), None, now=NOW).starts_at == HOUR


def test_a_reading_is_stored_as_it_is() -> None:
    whole = said(continued=(LATER,), listed=False, doubted=True)
    assert folding.of_stored(whole.stored()) == whole
