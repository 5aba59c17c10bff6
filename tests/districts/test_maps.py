"""The days on which House districts changed, state by state."""

from datetime import UTC, date, datetime

import pytest

from campaign.districts import maps
from campaign.districts.maps import same_district, same_map
from campaign.refusals import Refused

REDRAWN = {
    date(2025, 1, 3): {"AL", "GA", "LA", "NC", "NY"},
    date(2027, 1, 3): {"AL", "CA", "FL", "LA", "NC", "OH", "TN", "TX", "UT"},
}
STATES = ("AL", "AZ", "CA", "FL", "GA", "LA", "MO", "NC", "NY", "OH", "TN", "TX", "UT", "VA")


@pytest.mark.parametrize("day", REDRAWN)
@pytest.mark.parametrize("state", STATES)
def test_a_new_map_counts_from_its_first_day(day: date, state: str) -> None:
    eve = date.fromordinal(day.toordinal() - 1)
    assert same_map(state, eve, day) == (state not in REDRAWN[day])
    assert same_map(state, day, eve) == (state not in REDRAWN[day])
    assert same_map(state, day, date.fromordinal(day.toordinal() + 1))


@pytest.mark.parametrize("state", STATES)
def test_every_state_redrew_its_districts_after_the_census(state: str) -> None:
    assert not same_map(state, date(2023, 1, 2), date(2023, 1, 3))
    assert not same_map(state, date(2022, 12, 14), date(2026, 6, 20))


def test_a_change_between_counts_though_neither_day_is_its_own() -> None:
    assert not same_map("NY", date(2024, 5, 1), date(2026, 6, 20))
    assert same_map("NY", date(2025, 3, 1), date(2027, 6, 20))
    assert same_map("AZ", date(2023, 1, 3), date(2027, 6, 20))


@pytest.mark.parametrize("seat", ["AK-0", "DC-0", "PR-0"])
def test_a_whole_state_is_one_district_on_every_map(seat: str) -> None:
    assert same_district(seat, date(2022, 12, 14), date(2027, 6, 20))


def test_a_numbered_district_is_the_same_on_the_same_map() -> None:
    assert same_district("AZ-7", date(2025, 3, 12), date(2026, 6, 20))
    assert not same_district("AZ-3", date(2022, 12, 14), date(2026, 6, 20))


def test_the_table_of_new_maps_is_one_and_lacks_missouri() -> None:
    assert {redrawn.state for redrawn in maps.REDRAWN} == REDRAWN[date(2027, 1, 3)]
    assert sum(maps.DISTRICTS.values()) == 435
    assert len(maps.DISTRICTS) == 50


@pytest.mark.parametrize(
    ("state", "congress", "later", "expected"),
    [
        ("MO", 119, 120, True),
        ("VA", 119, 120, True),
        ("TX", 119, 120, False),
        ("TX", 118, 119, True),
        ("GA", 118, 120, False),
        ("AK", 117, 120, True),
        ("DC", 117, 120, True),
        ("VA", 117, 120, False),
    ],
)
def test_a_map_applies_until_the_state_has_another(
    state: str, congress: int, later: int, expected: bool
) -> None:
    assert maps.applies(state, congress, later) is expected


@pytest.mark.parametrize(
    ("seats", "says"),
    [
        (["ID-1"], "ID-2"),
        (["ID-1", "ID-2", "ID-3"], "ID-3"),
        (["WY-1"], "WY-0"),
        (["DC-0", "HI-2"], "HI-1"),
    ],
)
def test_a_state_without_all_its_districts_is_not_whole(seats: list[str], says: str) -> None:
    with pytest.raises(Refused, match=says):
        maps.require_whole(seats, 120)


def test_a_whole_state_is_enough_unless_others_are_wanted() -> None:
    maps.require_whole(["ID-1", "ID-2", "WY-0"], 120)
    maps.require_whole(["ID-1"], 117)
    with pytest.raises(Refused, match="Wyoming"):
        maps.require_whole(["ID-1", "ID-2"], 120, states=["ID", "WY"])


@pytest.mark.parametrize(
    ("moment", "congress"),
    [
        (datetime(2026, 12, 1, 4, 59, tzinfo=UTC), 119),
        (datetime(2026, 12, 1, 5, 0, tzinfo=UTC), 120),
        (datetime(2027, 1, 3, 17, 0, tzinfo=UTC), 120),
        (datetime(2027, 12, 5, tzinfo=UTC), 120),
        (datetime(2028, 12, 5, tzinfo=UTC), 121),
    ],
)
def test_the_next_maps_are_wanted_from_december_on(moment: datetime, congress: int) -> None:
    assert maps.coming_congress(moment) == congress
