"""What sources write for one fact, and the one form in which an observation holds it."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from observations import BILL, START, observed
from pydantic import ValidationError

from campaign.congress.bills import BillId
from campaign.congress.observation import (
    ActionRow,
    CommitteeRow,
    CosponsorRow,
    Observation,
    PersonRow,
    RelatedRow,
    agrees,
    committee_code,
    moment,
)


@pytest.mark.parametrize(
    ("written", "district"),
    [
        (20, 20),
        ("20", 20),
        (" 7 ", 7),
        ("07", 7),
        (0, 0),
        ("0", 0),
        ("00", 0),
        (98, 0),
        ("98", 0),
        ("At Large", 0),
        ("at large", 0),
        ("AT-LARGE", 0),
        ("At-Large", 0),
        ("None", 0),
        (None, None),
        ("", None),
    ],
)
def test_a_district_in_every_spelling(written: Any, district: int | None) -> None:
    assert PersonRow(bioguide="C001091", district=written).district == district


@pytest.mark.parametrize("written", ["twenty", "2nd", [20]])
def test_what_is_no_district_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError, match="district"):
        PersonRow(bioguide="C001091", district=written)


@pytest.mark.parametrize(
    ("written", "original"),
    [(True, True), (False, False), ("True", True), ("False", False), ("true", True), ("FALSE", False)],
)
def test_an_original_cosponsor_as_truth_or_word(written: Any, original: bool) -> None:
    assert CosponsorRow(bioguide="C001091", joined=date(2026, 1, 6), original=written).original is original


def test_a_word_that_is_no_truth_is_refused() -> None:
    with pytest.raises(ValidationError, match="original"):
        CosponsorRow.model_validate({"bioguide": "C001091", "joined": "2026-01-06", "original": "perhaps"})


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("hsfa00", "HSFA"),
        ("HSFA", "HSFA"),
        (" ssfr00 ", "SSFR"),
        ("hsfa07", "HSFA07"),
        ("hsfa10", "HSFA10"),
        ("HSFA0700", "HSFA0700"),
        ("jsec", "JSEC"),
        # Four signs that end in two zeros are no committee with a suffix.
        ("hs00", "HS00"),
        ("", ""),
    ],
)
def test_both_projects_codes_of_a_committee_become_one(written: str, code: str) -> None:
    assert committee_code(written) == code


@pytest.mark.parametrize("code", ["hsfa", "HSFA7", "HSFA007", "XSFA", "HSFA00 ", ""])
def test_what_is_no_committee_code_is_refused(code: str) -> None:
    with pytest.raises(ValidationError, match="code"):
        CommitteeRow(code=code)
    with pytest.raises(ValidationError, match="committees"):
        ActionRow(acted=date(2026, 1, 6), committees=(code,))


@pytest.mark.parametrize("bioguide", ["c001091", "C00109", "C0010910", "", "C00109A"])
def test_what_is_no_bioguide_id_is_refused(bioguide: str) -> None:
    with pytest.raises(ValidationError, match="bioguide"):
        PersonRow(bioguide=bioguide)


def test_what_a_row_does_not_say_is_not_assumed() -> None:
    joined = CosponsorRow(bioguide="C001091", joined=date(2026, 1, 6))
    assert (joined.original, joined.withdrawn, joined.district) == (False, None, None)
    assert CommitteeRow(code="HSFA").referred is False
    assert RelatedRow(bill="s3508-119").identical is False


def test_fields_that_a_source_adds_are_left_out() -> None:
    row = PersonRow.model_validate({"bioguide": "C001091", "isByRequest": "N", "middleName": "A."})
    assert row == PersonRow(bioguide="C001091")


def test_an_observation_never_changes() -> None:
    seen = observed()
    with pytest.raises(ValidationError, match="frozen"):
        seen.title = "Another title"


def test_an_observation_is_complete_unless_it_gives_a_reason() -> None:
    assert observed().complete
    assert not observed(problem="1 of 2 co-sponsors came").complete
    assert observed().bill_id == BillId.of(BILL)


@pytest.mark.parametrize("source", ["api", "govinfo", "snapshot"])
def test_sources_are_the_three_that_are_known(source: str) -> None:
    assert observed(source=source).source == source
    with pytest.raises(ValidationError, match="source"):
        observed(source=f"{source}2")


def test_a_reading_has_a_moment_with_its_zone() -> None:
    with pytest.raises(ValidationError, match="read_at"):
        Observation(bill=BILL, source="api", read_at=START.replace(tzinfo=None))


def test_equal_replies_have_equal_digests() -> None:
    one, same, other = (observed(raw=raw) for raw in (b"a", b"a", b"b"))
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("count", "rows", "fits"),
    [
        (None, ("a",), True),
        (0, (), True),
        (2, ("a", "b"), True),
        (1, ("a", "b"), False),
        (3, ("a", "b"), False),
        # A row listed twice is counted either way (quirk 13).
        (3, ("a", "a", "b"), True),
        (2, ("a", "a", "b"), True),
        (1, ("a", "a", "b"), False),
    ],
)
def test_a_count_fits_rows_with_or_without_duplicates(
    count: int | None, rows: tuple[str, ...], fits: bool
) -> None:
    assert agrees(count, rows) is fits


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-01-21T06:50:49Z", datetime(2026, 1, 21, 6, 50, 49, tzinfo=UTC)),
        (
            "2026-01-21T01:50:49-05:00",
            datetime(2026, 1, 21, 1, 50, 49, tzinfo=timezone(timedelta(hours=-5))),
        ),
        ("2019-03-02", datetime(2019, 3, 2, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_an_update_time_is_an_aware_moment(written: str | None, expected: datetime | None) -> None:
    found = moment(written)
    assert found == expected
    assert found is None or found.tzinfo is not None
