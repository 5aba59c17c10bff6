"""Readings from api.congress.gov: whole, or incomplete with the reason, and never more than was read."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from standin import FAULTS, KEY, LIST_FAULTS, Record, Standin, anybody, joined, small_congress

from campaign.congress import congress_gov
from campaign.congress.bills import BillId
from campaign.congress.observation import Observation
from campaign.fetch import Fetcher
from campaign.refusals import SourceError

Make = Callable[..., Fetcher]
BILLS = sorted(small_congress())
NOW = datetime.fromisoformat("2026-06-20T15:00:00Z")


def read(source: Standin, fetcher: Fetcher, bill: str = "hr6736-119") -> Observation:
    return congress_gov.read_bill(fetcher, source.settings(), BillId.of(bill), now=NOW, pause=0)


def place(bill: str, tail: str = "") -> str:
    found = BillId.of(bill)
    return f"/v3/bill/{found.congress}/{found.type}/{found.number}{tail}"


def answer(source: Standin, path: str, body: Any) -> None:
    source.world.fixed[path] = (200, "application/json", json.dumps(body).encode())


def rows_of(record: Record) -> list[tuple[str, str, bool, str | None]]:
    return [
        (
            row["bioguideId"],
            row["sponsorshipDate"],
            row["isOriginalCosponsor"] == "True",
            row.get("sponsorshipWithdrawnDate"),
        )
        for row in record.cosponsors
    ]


def rows_read(observation: Observation) -> list[tuple[str, str, bool, str | None]]:
    return [
        (row.bioguide, str(row.joined), row.original, str(row.withdrawn) if row.withdrawn else None)
        for row in observation.cosponsors
    ]


# --- whole readings ---


@pytest.mark.parametrize("bill", BILLS)
def test_every_bill_is_read_whole(source: Standin, fetcher: Fetcher, bill: str) -> None:
    record, seen = source.world.bills[bill], read(source, fetcher, bill)
    assert seen.complete, seen.problem
    assert (seen.bill, seen.source, seen.read_at) == (bill, "api", NOW)
    assert rows_read(seen) == rows_of(record)
    assert [(str(line.acted), line.text) for line in seen.actions] == [
        (line["actionDate"], line.get("text", "")) for line in record.actions
    ]
    assert (seen.title, str(seen.introduced)) == (record.title, record.introduced)
    assert (seen.sponsor and seen.sponsor.bioguide) == (record.sponsor and record.sponsor.bioguide)


def test_an_ordinary_bill_takes_three_requests_and_none_twice(source: Standin, fetcher: Fetcher) -> None:
    for bill in BILLS:
        before = fetcher.requests
        read(source, fetcher, bill)
        extra = {"hr842-119": 1, "hr8672-119": 2}.get(bill, 0)
        assert fetcher.requests - before == 3 + extra, bill
    pages = [(a.path, a.query.get("offset")) for a in source.world.log if "hr/8672" not in a.path]
    assert len(pages) == len(set(pages))


def test_what_is_asked_of_the_service(source: Standin, fetcher: Fetcher) -> None:
    read(source, fetcher, "hr842-119")
    assert all(request.query["format"] == "json" for request in source.world.log)
    assert all(request.headers["x-api-key"] == KEY for request in source.world.log)
    assert all(request.path == request.path.lower() for request in source.world.log)
    assert not any("fromDateTime" in request.query or "sort" in request.query for request in source.world.log)


def test_facts_beside_the_lists(source: Standin, fetcher: Fetcher) -> None:
    seen = read(source, fetcher)
    assert seen.sponsor is not None
    assert (seen.sponsor.bioguide, seen.sponsor.state, seen.sponsor.district) == ("C001091", "TX", 20)
    assert seen.policy_area == "International Affairs"
    assert str(seen.updated) == "2026-02-23 18:00:00+00:00"
    assert [(c.code, c.name, c.referred) for c in seen.committees or ()] == [
        ("HSFA", "Foreign Affairs Committee", True)
    ]
    assert [line.system for line in seen.actions] == ["2", "9", "9"]
    assert seen.official_title is None
    assert seen.related is None


def test_a_law_carries_its_number(source: Standin, fetcher: Fetcher) -> None:
    assert read(source, fetcher, "hr452-119").law == "119-53"
    assert read(source, fetcher).law is None


def test_a_day_of_the_past(source: Standin, fetcher: Fetcher) -> None:
    source.world.asof = "2025-12-31"
    seen = read(source, fetcher)
    assert seen.complete
    assert len(seen.cosponsors) == 9
    source.world.asof = "2025-12-15"
    with pytest.raises(SourceError, match="not known"):
        read(source, fetcher)


# --- a stored reading ---


@pytest.mark.parametrize("bill", BILLS)
def test_a_kept_reading_says_the_same_again(source: Standin, fetcher: Fetcher, bill: str) -> None:
    seen = read(source, fetcher, bill)
    assert congress_gov.parse(seen.raw, now=NOW) == seen


def test_an_incomplete_kept_reading_stays_incomplete(source: Standin, fetcher: Fetcher) -> None:
    source.world.faults["emptylist"] = 1
    seen = read(source, fetcher)
    assert not seen.complete
    assert congress_gov.parse(seen.raw, now=NOW) == seen


def test_equal_content_gives_an_equal_digest(source: Standin, fetcher: Fetcher) -> None:
    first = read(source, fetcher)
    record = source.world.bills["hr6736-119"]
    record.cosponsors = [dict(reversed(row.items())) for row in record.cosponsors]
    assert read(source, fetcher).digest == first.digest
    record.cosponsors.append(joined("V000081", "2026-06-01"))
    assert read(source, fetcher).digest != first.digest


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_random_bytes_are_no_kept_reading(raw: bytes) -> None:
    with pytest.raises(SourceError):
        congress_gov.parse(raw, now=NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["bioguideId", "sponsorshipDate", "actionDate", "text", "committees", "sourceSystem", "district", "laws"]
)
ODD = st.lists(st.dictionaries(FIELDS, JSON, max_size=5) | JSON, max_size=4)


@given(detail=st.dictionaries(FIELDS | st.sampled_from(["sponsors", "updateDate", "title"]), JSON), odd=ODD)
def test_odd_shapes_are_unread_or_incomplete_never_a_crash(detail: dict[str, Any], odd: list[Any]) -> None:
    named = {"congress": 119, "type": "HR", "number": "6736", **detail}
    count = {"count": len(odd), "countIncludingWithdrawnCosponsors": len(odd)}
    counts = {"cosponsors": count, "actions": count}
    raw = {"detail": named, "cosponsors": odd, "actions": odd, "counts": counts, "faults": {}}
    try:
        seen = congress_gov.parse(json.dumps(raw).encode(), now=NOW)
    except SourceError:
        return
    assert seen.complete <= (len(seen.cosponsors) == len(odd))


# --- lists that do not fit ---


@pytest.mark.parametrize("fault", ["shortpage", "emptylist", "phantom"])
def test_a_list_that_does_not_fit_is_read_once_more(source: Standin, fetcher: Fetcher, fault: str) -> None:
    source.world.script(fault, "/cosponsors")
    seen = read(source, fetcher)
    assert seen.complete, seen.problem
    assert len(seen.cosponsors) == 11
    assert fetcher.requests == 5
    assert len(source.asked("/hr/6736")) == len(source.asked("/cosponsors")) == 2


@pytest.mark.parametrize("fault", ["shortpage", "emptylist", "phantom"])
@pytest.mark.parametrize("bill", ["hr6736-119", "hr842-119", "s1383-119"])
def test_a_list_that_never_fits_is_incomplete_and_keeps_its_rows(
    source: Standin, fetcher: Fetcher, fault: str, bill: str
) -> None:
    source.world.faults[fault] = 1
    seen = read(source, fetcher, bill)
    known = rows_of(source.world.bills[bill])
    assert "co-sponsors" in seen.problem
    assert set(rows_read(seen)) <= set(known)
    assert len(seen.cosponsors) < len(known)
    assert bool(seen.cosponsors) == (fault != "emptylist")


def test_an_action_list_that_does_not_fit(source: Standin, fetcher: Fetcher) -> None:
    source.world.script("emptylist", "/actions")
    assert read(source, fetcher).complete
    source.world.script("emptylist", "/actions", times=2)
    seen = read(source, fetcher)
    assert seen.problem == "actions: 0 rows where 3 are counted"
    assert len(seen.cosponsors) == 11


def test_of_two_bad_readings_the_longer_is_kept(source: Standin, fetcher: Fetcher) -> None:
    source.world.script("shortpage", "/cosponsors")
    source.world.script("emptylist", "/cosponsors")
    source.world.script("phantom", "/cosponsors", times=2)
    # The first reading is empty, the second one row short.
    seen = read(source, fetcher)
    assert not seen.complete
    assert len(seen.cosponsors) == 10


def test_a_list_that_cannot_be_read_spoils_only_itself(source: Standin, impatient: Make) -> None:
    fetcher = impatient(attempts=2)
    source.world.script("500", "/cosponsors", times=2)
    seen = read(source, fetcher)
    assert seen.problem.startswith("co-sponsors: 127.0.0.1/v3/bill/119/hr/6736/cosponsors: server error 500")
    assert seen.cosponsors == ()
    assert len(seen.actions) == 3


def test_a_second_reading_that_fails_leaves_the_first(source: Standin, impatient: Make) -> None:
    fetcher = impatient(attempts=1)
    # Their order: the list is phantom first, then cannot be read.
    source.world.script("phantom", "/cosponsors")

    class Once:
        """Fails the second reading of the list."""

        def __init__(self, inner: Fetcher) -> None:
            self.inner, self.calls = inner, 0

        def read(self, url: str, *args: Any, **named: Any) -> Any:
            self.calls += url.endswith("/cosponsors")
            if self.calls == 2:
                source.world.faults["503"] = 1
            return self.inner.read(url, *args, **named)

    seen = read(source, Once(fetcher))  # type: ignore[arg-type]
    assert "server error 503" in seen.problem
    assert len(seen.cosponsors) == 10


@pytest.mark.parametrize("fault", LIST_FAULTS)
@pytest.mark.parametrize("other", LIST_FAULTS)
def test_no_pair_of_faults_makes_a_short_list_whole(
    source: Standin, fetcher: Fetcher, fault: str, other: str
) -> None:
    source.world.script(fault, "/cosponsors")
    source.world.script(other, "/cosponsors")
    seen = read(source, fetcher)
    known = set(rows_of(source.world.bills["hr6736-119"]))
    assert set(rows_read(seen)) == known or not seen.complete


def test_with_every_fault_at_once_nothing_false_is_complete(source: Standin, impatient: Make) -> None:
    fetcher = impatient(threshold=1000)
    source.world.faults = dict.fromkeys((*FAULTS, *LIST_FAULTS), 0.1)
    complete = 0
    for bill in BILLS * 4:
        try:
            seen = read(source, fetcher, bill)
        except SourceError:
            continue
        record = source.world.bills[bill]
        if seen.complete:
            complete += 1
            assert set(rows_read(seen)) == set(rows_of(record)), bill
            assert len(seen.actions) == len(record.actions), bill
        assert set(rows_read(seen)) <= set(rows_of(record)), bill
    assert complete > len(BILLS) * 2


@pytest.fixture
def hasty(impatient: Make) -> Fetcher:
    """Asks nobody again, and goes on asking."""
    return impatient(attempts=1, threshold=1000)


@pytest.fixture
def whole(source: Standin, hasty: Fetcher) -> Observation:
    return read(source, hasty, "s1383-119")


@settings(max_examples=cases(60))
@given(data=st.data())
def test_no_cut_of_a_reply_passes_for_whole(
    source: Standin, hasty: Fetcher, whole: Observation, data: Any
) -> None:
    source.world.fixed.clear()
    stored = json.loads(whole.raw)
    bodies = {
        "": {"bill": stored["detail"]},
        "/cosponsors": {"cosponsors": stored["cosponsors"], "pagination": stored["counts"]["cosponsors"]},
        "/actions": {"actions": stored["actions"], "pagination": stored["counts"]["actions"]},
    }
    tail = data.draw(st.sampled_from(sorted(bodies)))
    body = json.dumps(bodies[tail]).encode()
    cut = body[: data.draw(st.integers(0, len(body)))]
    source.world.fixed[place("s1383-119", tail)] = (200, "application/json", cut)
    try:
        seen = read(source, hasty, "s1383-119")
    except SourceError:
        assert tail == ""
        return
    assert seen.complete <= (cut == body)
    assert (seen.cosponsors, seen.actions) == (whole.cosponsors, whole.actions) or not seen.complete


# --- answers about something else ---


def test_an_answer_about_another_bill_is_no_reading(source: Standin, impatient: Make) -> None:
    fetcher = impatient(attempts=2)
    answer(source, place("hr6736-119"), {"bill": {"congress": 119, "type": "S", "number": "6736"}})
    with pytest.raises(SourceError, match="about another bill"):
        read(source, fetcher)
    answer(source, place("hr6736-119"), {"bill": {"title": "A bill without a name"}})
    with pytest.raises(SourceError, match="which bill"):
        read(source, fetcher)


def test_a_list_about_another_bill_is_not_taken(source: Standin, impatient: Make) -> None:
    other = {"congress": "119", "billType": "s", "billNumber": "367"}
    row = {"bioguideId": "W000790", "sponsorshipDate": "2025-07-10"}
    page = {"cosponsors": [row], "pagination": {"count": 1, "countIncludingWithdrawnCosponsors": 1}}
    answer(source, place("hr6736-119", "/cosponsors"), {**page, "request": other})
    seen = read(source, impatient(attempts=2))
    assert "another bill" in seen.problem
    assert seen.cosponsors == ()


@pytest.mark.parametrize(
    "body",
    [{}, {"bills": []}, {"bill": []}, {"bill": None}, [], "text", 7],
    ids=["empty", "list", "list as bill", "null", "array", "string", "number"],
)
def test_s14_an_answer_without_its_data_is_no_reading(source: Standin, impatient: Make, body: Any) -> None:
    answer(source, place("hr6736-119"), body)
    with pytest.raises(SourceError, match="no bill in the answer"):
        read(source, impatient(attempts=2))


def test_without_a_key_nothing_is_asked(source: Standin, fetcher: Fetcher) -> None:
    with pytest.raises(SourceError, match=r"no api\.congress\.gov key") as caught:
        congress_gov.read_bill(
            fetcher, source.settings(congress_api_key=""), BillId.of("hr6736-119"), now=NOW, pause=0
        )
    assert caught.value.permanent
    assert source.world.log == []


# --- rows ---


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bioguideId": None}, "bioguide"),
        ({"bioguideId": "Castro"}, "bioguide"),
        ({"sponsorshipDate": None}, "joined"),
        ({"sponsorshipDate": "last week"}, "joined"),
        ({"sponsorshipWithdrawnDate": "soon"}, "withdrawn"),
        ({"isOriginalCosponsor": "perhaps"}, "original"),
        ({"district": "north"}, "district"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_its_field(
    source: Standin, fetcher: Fetcher, change: dict[str, Any], field: str
) -> None:
    seen = read(source, fetcher)
    stored = json.loads(seen.raw)
    stored["cosponsors"][3].update(change)
    spoiled = congress_gov.parse(json.dumps(stored).encode(), now=NOW)
    assert spoiled.problem.endswith(f"a co-sponsor row cannot be read ({field})")
    assert len(spoiled.cosponsors) == len(seen.cosponsors) - 1
    assert len(spoiled.actions) == len(seen.actions)


def test_a_bill_of_exactly_one_page_is_asked_for_once(source: Standin, fetcher: Fetcher) -> None:
    record = source.world.bills["hr842-119"]
    record.cosponsors = [joined(anybody(n), "2025-02-12") for n in range(250)]
    assert read(source, fetcher, "hr842-119").complete
    assert fetcher.requests == 3


def test_a_page_hidden_behind_the_smaller_count_is_asked_for(source: Standin, fetcher: Fetcher) -> None:
    # Paging by the count without the withdrawn would end after 250 rows.
    record = source.world.bills["hr842-119"]
    record.cosponsors = [joined(anybody(n), "2025-02-12") for n in range(252)]
    for row in record.cosponsors[:2]:
        row["sponsorshipWithdrawnDate"] = "2025-03-01"
    seen = read(source, fetcher, "hr842-119")
    assert seen.complete
    assert len(seen.cosponsors) == 252
    assert fetcher.requests == 4
