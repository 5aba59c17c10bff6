"""Names of bills as people type them, and the Congress of a moment."""

from datetime import UTC, datetime

import pytest

from campaign.congress.bills import (
    TYPES,
    BillId,
    congress_end,
    congress_on,
    congress_start,
    ordinal,
    parse_bill,
)
from campaign.congress.titles import names_an_idea, title_key
from campaign.refusals import Refused


@pytest.mark.parametrize(
    ("typed", "type", "number", "congress"),
    [
        ("hr6736-119", "hr", 6736, 119),
        ("H.R. 6736", "hr", 6736, None),
        ("h r 6736", "hr", 6736, None),
        ("HR6736.", "hr", 6736, None),
        ("H.R.6736(119th)", "hr", 6736, 119),
        ("S 367 (119th)", "s", 367, 119),
        ("S. 367 119", "s", 367, 119),
        ("HR 6736, 119th", "hr", 6736, 119),
        ("hr 6736 – 119", "hr", 6736, 119),
        ("S. J. Res. 98, 119th Congress", "sjres", 98, 119),
        ("H. Con. Res. 68 (119th Congress)", "hconres", 68, 119),
        ("H.Res.713-119", "hres", 713, 119),
        ("119/hr/6736", "hr", 6736, 119),
        ("/119/HR/6736/", "hr", 6736, 119),
        ("https://www.congress.gov/bill/119th-congress/house-bill/6736", "hr", 6736, 119),
        ("https://www.congress.gov/bill/119th-congress/house-bill/6736/cosponsors?q=1", "hr", 6736, 119),
        ("congress.gov/bill/121st-congress/senate-concurrent-resolution/5", "sconres", 5, 121),
        ("https://www.govtrack.us/congress/bills/119/s367", "s", 367, 119),
        ("  hr6736-119\n", "hr", 6736, 119),
    ],
)
def test_forms_people_use(typed: str, type: str, number: int, congress: int | None) -> None:
    found = parse_bill(typed)
    assert (found.type, found.number, found.congress) == (type, number, congress)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "6736",
        "hr",
        "hr0",
        "hr0-119",
        "hr6736-0",
        "hb 12",
        "ARMAS Act",
        "hr 67 36",
        "H.R. 6,736",
        "hr99999999",
        "S.367,119",
        "119/hr/6736/../../etc",
        "https://evil.example/bill/119th-congress/house-bill/6736",
        "hr6736-119; drop table bill",
        "9" * 5000,
    ],
)
def test_what_is_no_bill_is_refused_and_never_guessed(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_bill(typed)
    assert refusal.value.status == 400
    assert refusal.value.text("es") != refusal.value.text("en")
    assert len(refusal.value.en) < 300


@pytest.mark.parametrize("type", TYPES)
def test_every_way_a_bill_is_written_reads_back(type: str) -> None:
    bill = BillId(119, type, 42)
    assert BillId.of(str(bill)) == bill
    for written in (str(bill), bill.named, bill.public_address):
        found = parse_bill(written)
        assert BillId(found.congress or 0, found.type, found.number) == bill


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
