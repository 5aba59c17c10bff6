"""Names of bills as people type them, and the Congress of a moment."""

from datetime import UTC, datetime

import pytest

from campaign.congress.bills import (
    BillId,
    congress_end,
    congress_on,
    congress_start,
    ordinal,
)
from campaign.congress.titles import names_an_idea, title_key


@pytest.mark.parametrize(
    ("moment", "congress"),
    [
        ("2025-01-03T16:59:59", 118),
        ("2025-01-03T17:00:00", 119),
        ("2026-01-03T18:00:00", 119),
        ("2026-11-21T12:00:00", 119),
        ("2027-01-03T16:59:59", 119),
        ("2027-01-03T17:00:00", 120),
    ],
)
def test_a_congress_changes_at_noon_in_washington(moment: str, congress: int) -> None:
    assert congress_on(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == congress


@pytest.mark.parametrize(
    ("congress", "en", "es"),
    [
        (1, "1st", "1.º"),
        (92, "92nd", "92.º"),
        (103, "103rd", "103.º"),
        (111, "111th", "111.º"),
        (112, "112th", "112.º"),
        (113, "113th", "113.º"),
        (119, "119th", "119.º"),
        (120, "120th", "120.º"),
        (121, "121st", "121.º"),
        (122, "122nd", "122.º"),
        (123, "123rd", "123.º"),
    ],
)
def test_a_congress_is_numbered_as_people_write_it(congress: int, en: str, es: str) -> None:
    assert (ordinal(congress), ordinal(congress, "es")) == (en, es)
    bill = BillId(congress, "hr", 1)
    assert bill.named == f"H.R. 1 ({en})"
    assert bill.public_address == f"https://www.congress.gov/bill/{en}-congress/house-bill/1"


def test_one_congress_ends_where_the_next_begins() -> None:
    assert congress_end(119) == congress_start(120) == datetime(2027, 1, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ARMAS Act of 2025", "The ARMAS Act of 2024"),
        ("Veterans’ Bill of Rights Act", "VETERANS' BILL OF RIGHTS ACT OF 2019"),
        (
            "To prohibit the sale of .50 caliber rifles, and for other purposes.",
            "A bill to prohibit the sale of .50 caliber rifles.",
        ),
        ("A joint resolution to direct the removal", "To direct the removal"),
        (
            "Department of State Authorization Act, Fiscal Year 2026",
            "Department of State Authorization Act for 2025",
        ),
        ("Stop  Arming\u00a0Cartels Act", "Stop Arming Cartels Act"),
    ],
)
def test_titles_that_are_the_same(one: str, other: str) -> None:
    assert title_key(one) == title_key(other) != ""


def test_titles_that_are_not_the_same() -> None:
    assert title_key("Stop Arming Cartels Act") != title_key("Stop Arming Cartels Report Act")
    assert title_key(None) == title_key("") == title_key("…") == ""
    assert len(title_key("long words " * 500)) <= 400


def test_titles_that_name_no_idea() -> None:
    assert names_an_idea("ARMAS Act of 2025", None)
    assert not names_an_idea("Reserved for the Speaker.")
    assert not names_an_idea("A good name", "A resolution recognizing the history of something.")
