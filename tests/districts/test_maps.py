"""The days on which House districts changed, state by state."""

from datetime import date

import pytest

from campaign.districts.maps import same_district, same_map

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
