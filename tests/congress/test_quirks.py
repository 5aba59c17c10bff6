"""The sources' oddities, by the numbers under which docs/data.md lists them: what a reading makes of each.

Oddities of transport are in test_fetch, those that only the ledger or the stages can judge in their tests.
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from standin import PEOPLE, Record, Standin, acted, anybody, billstatus, joined, small_congress

from campaign.congress import congress_gov, govinfo
from campaign.congress.bills import BillId
from campaign.congress.observation import Observation
from campaign.fetch import Fetcher
from campaign.refusals import SourceError

Make = Callable[..., Fetcher]
NOW = datetime.fromisoformat("2026-06-20T15:00:00Z")
INTRODUCED = "2026-01-05"


def from_api(source: Standin, fetcher: Fetcher, bill: str) -> Observation:
    return congress_gov.read_bill(fetcher, source.settings(), BillId.of(bill), now=NOW, pause=0)


def from_file(record: Record) -> Observation:
    return govinfo.parse(billstatus(record.at("")), now=NOW)


def from_both(source: Standin, fetcher: Fetcher, record: Record) -> tuple[Observation, Observation]:
    """A record as read from api.congress.gov and from its BILLSTATUS file."""
    source.world.bills[record.id] = record
    return from_api(source, fetcher, record.id), from_file(record)


def bill(**parts: Any) -> Record:
    return Record(
        **{"congress": 119, "type": "hr", "number": 1, "title": "T", "introduced": INTRODUCED, **parts}
    )


def observed(**parts: Any) -> Observation:
    tree = {"congress": "119", "type": "HR", "number": "1", "introducedDate": INTRODUCED, **parts}
    return govinfo.observe(tree, now=NOW, raw=b"")


def person(**parts: Any) -> dict[str, Any]:
    return {"bioguideId": "N000147", "sponsorshipDate": INTRODUCED, **parts}


# --- lists and paging ---


def test_q01_q02_q03_q04_no_bill_is_read_by_a_list(source: Standin, fetcher: Fetcher) -> None:
    for each in small_congress():
        from_api(source, fetcher, each)
    numbered = [request.path.split("/")[2:6] for request in source.world.log]
    assert all(parts[0] == "bill" and parts[3].isdigit() for parts in numbered)
    assert not any("sort" in request.query for request in source.world.log)


def test_q04_a_list_that_moves_while_it_is_read_is_read_again(source: Standin, fetcher: Fetcher) -> None:
    record = source.world.bills["hr842-119"]

    class Moving:
        """A newcomer signs between the two pages."""

        def read(self, url: str, *args: Any, **named: Any) -> Any:
            found = fetcher.read(url, *args, **named)
            if named["params"].get("offset") == 0 and len(record.cosponsors) == 338:
                record.cosponsors.insert(0, joined(anybody(500), "2026-06-01"))
            return found

    seen = congress_gov.read_bill(
        Moving(),  # type: ignore[arg-type]
        source.settings(),
        BillId.of("hr842-119"),
        now=NOW,
        pause=0,
    )
    assert seen.complete, seen.problem
    assert len({row.bioguide for row in seen.cosponsors}) == 339


def test_q05_limit_250_and_our_own_offset(source: Standin, fetcher: Fetcher) -> None:
    assert len(from_api(source, fetcher, "hr842-119").cosponsors) == 338
    pages = [(a.query["limit"], a.query["offset"]) for a in source.asked("/cosponsors")]
    assert pages == [("250", "0"), ("250", "250")]


# --- stamps ---


def test_q07_q08_lists_are_read_whatever_the_stamp_says(source: Standin, fetcher: Fetcher) -> None:
    record = source.world.bills["hres1314-119"]
    first = from_api(source, fetcher, record.id)
    record.cosponsors.append(joined("C001131", "2026-06-03"))
    second = from_api(source, fetcher, record.id)
    assert first.updated == second.updated
    assert len(second.cosponsors) == len(first.cosponsors) + 1


def test_q08_a_cosponsor_dated_after_the_stamp_is_kept_as_given(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, source.world.bills["hres1314-119"]):
        assert seen.complete
        assert seen.updated is not None
        assert seen.cosponsors[0].joined == date(2026, 6, 2) > seen.updated.date()


@pytest.mark.parametrize("stamp", ["2026-05-29", "2026-05-29T00:00:00Z", "2026-05-28T20:00:00-04:00"])
def test_q09_dates_and_moments_are_comparable(stamp: str) -> None:
    assert observed(updateDate=stamp).updated == datetime.fromisoformat("2026-05-29T00:00:00Z")


def test_q09_a_stamp_of_no_known_form_is_told() -> None:
    seen = observed(updateDate="yesterday")
    assert (seen.updated, seen.problem) == (None, "updateDate cannot be read")


# --- co-sponsors ---


def test_q10_the_withdrawn_stay_in_the_list_and_both_counts_fit(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, source.world.bills["hr842-119"]):
        assert seen.complete, seen.problem
        assert [str(row.withdrawn) for row in seen.cosponsors if row.withdrawn] == ["2025-05-20"]


@pytest.mark.parametrize("count", ["count", "countIncludingWithdrawnCosponsors"])
@pytest.mark.parametrize("where", ["detail", "list"])
def test_q10_either_count_out_of_step_makes_a_reading_incomplete(
    source: Standin, fetcher: Fetcher, count: str, where: str
) -> None:
    stored = json.loads(from_api(source, fetcher, "s1383-119").raw)
    stated = stored["detail"]["cosponsors"] if where == "detail" else stored["counts"]["cosponsors"]
    stated[count] += 1
    seen = congress_gov.parse(json.dumps(stored).encode(), now=NOW)
    assert "are counted" in seen.problem
    assert len(seen.cosponsors) == 4


def test_q11_an_empty_list_with_a_count_is_no_empty_list(source: Standin, fetcher: Fetcher) -> None:
    source.world.faults["emptylist"] = 1
    seen = from_api(source, fetcher, "hr6736-119")
    assert seen.problem == "co-sponsors: 0 rows where 11 are counted; actions: 0 rows where 3 are counted"


def test_q11_cosponsors_unknown_for_all_bills(source: Standin, fetcher: Fetcher) -> None:
    for number in ("6736", "923"):
        body = json.dumps({"error": f"Unknown resource: bill/119/hr/{number}/cosponsors"}).encode()
        source.world.fixed[f"/v3/bill/119/hr/{number}/cosponsors"] = (404, "application/json", body)
        seen = from_api(source, fetcher, f"hr{number}-119")
        assert "co-sponsors" in seen.problem
        assert seen.cosponsors == ()
        assert seen.actions


def test_q13_one_member_listed_twice_by_the_service_for_good(source: Standin, fetcher: Fetcher) -> None:
    seen = from_api(source, fetcher, "hr8672-119")
    assert seen.complete, seen.problem
    assert len(seen.cosponsors) == 3
    assert len(set(seen.cosponsors)) == 2


def test_q13_a_row_doubled_by_accident_needs_no_second_look(source: Standin, fetcher: Fetcher) -> None:
    source.world.script("duprow", "/cosponsors")
    seen = from_api(source, fetcher, "hr6736-119")
    assert seen.complete, seen.problem
    assert len(set(seen.cosponsors)) == 11
    assert fetcher.requests == 3


def test_q13_a_doubled_row_does_not_stand_for_a_missing_one(source: Standin, fetcher: Fetcher) -> None:
    source.world.script("phantom", "/cosponsors")
    source.world.script("duprow", "/cosponsors")
    seen = from_api(source, fetcher, "hr6736-119")
    assert seen.complete
    assert len(set(seen.cosponsors)) == 11
    assert fetcher.requests == 5


def test_q13_joining_again_is_a_row_of_its_own(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, source.world.bills["s1383-119"]):
        assert seen.complete
        rows = [(str(r.joined), str(r.withdrawn)) for r in seen.cosponsors if r.bioguide == "W000790"]
        assert rows == [("2025-07-10", "2025-07-14"), ("2025-09-18", "2026-02-25")]


def test_q14_withdrawals_after_passage_are_read(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, source.world.bills["sres655-119"]):
        assert sum(row.withdrawn == date(2026, 4, 2) for row in seen.cosponsors) == 6


@pytest.mark.parametrize(
    ("value", "original"), [(True, True), (False, False), ("True", True), ("False", False), (None, False)]
)
def test_q16_original_as_truth_or_as_a_word(value: object, original: bool) -> None:
    seen = observed(cosponsors=[person(isOriginalCosponsor=value)])
    assert seen.complete, seen.problem
    assert seen.cosponsors[0].original is original


def test_q18_no_sponsor_and_no_title_yet_is_not_said(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, bill(title="")):
        assert (seen.title, seen.sponsor) == (None, None)
        assert seen.complete


# --- actions ---


def test_q20_lines_told_twice_fit_their_count(source: Standin, fetcher: Fetcher) -> None:
    twice = acted("2026-01-06", "Referred to the Subcommittee on Health.", "H11000")
    api, file = from_both(source, fetcher, bill(actions=[twice, dict(twice), acted(INTRODUCED, "Introduced")]))
    assert api.complete
    assert len(api.actions) == len(file.actions) == 3
    assert len(set(api.actions)) == 2


def test_q21_a_line_without_words_is_kept_by_its_code(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, source.world.bills["hr131-119"]):
        assert seen.complete
        assert (seen.actions[-1].text, seen.actions[-1].code) == ("", "Intro-H")


def test_q22_words_come_with_the_code_and_the_system(source: Standin, fetcher: Fetcher) -> None:
    lines = {}
    for name in ("hr131-119", "hr452-119"):
        for seen in from_both(source, fetcher, source.world.bills[name]):
            lines |= {(line.code, line.system): line.text for line in seen.actions if line.code == "E30000"}
    assert lines == {("E30000", "2"): "Vetoed by President.", ("E30000", "9"): "Signed by President."}


def test_q23_markup_in_a_line_is_text(source: Standin, fetcher: Fetcher) -> None:
    anchor = 'Motion filed. <a href="https://clerk.house.gov/x?a=1&b=2">Petition No: 119-1</a>'
    for seen in from_both(source, fetcher, bill(actions=[acted(INTRODUCED, anchor)])):
        assert seen.actions[0].text == anchor


@pytest.mark.parametrize("activity", ["Referred To", "Referred to", "REFERRED TO"])
def test_q24_activities_in_any_case(activity: str) -> None:
    committee = {"systemCode": "hsju00", "activities": {"item": {"name": activity}}}
    seen = observed(committees={"item": committee})
    assert [(c.code, c.referred) for c in seen.committees or ()] == [("HSJU", True)]


def test_q24_committees_unnamed_unknown_or_only_in_one_place() -> None:
    watched = {"systemCode": "hsif00", "activities": {"item": {"name": "Unknown"}}}
    named = acted(INTRODUCED, "Referred to the Committee on Ways and Means.", committees=(("hswm00", "WM"),))
    odd = acted(INTRODUCED, "Referred to nowhere.", committees=(("", "No code"), ("x9", "Odd code")))
    seen = observed(committees=[watched], actions=[named, odd, acted(INTRODUCED, "Hearings held.")])
    assert seen.complete, seen.problem
    assert [(c.code, c.referred) for c in seen.committees or ()] == [("HSIF", False), ("HSWM", True)]


def test_q25_a_recorded_vote_is_a_reference_and_no_part_of_the_line(source: Standin, fetcher: Fetcher) -> None:
    line = acted(INTRODUCED, "Passed by recorded vote: 210 - 200 (Roll no. 9).", "H37100")
    address = "https://clerk.house.gov/evs/2026/roll9.xml"
    vote = {
        "rollNumber": 9,
        "chamber": "House",
        "congress": 119,
        "sessionNumber": 2,
        "url": address,
        "date": "?",
    }
    plain = from_both(source, fetcher, bill(actions=[line]))
    voted = from_both(source, fetcher, bill(actions=[{**line, "recordedVotes": [vote, vote]}, line]))
    assert [seen.actions[-1] for seen in plain] == [seen.actions[-1] for seen in voted]
    assert [seen.votes for seen in plain] == [(), ()]
    for seen in voted:
        assert seen.complete, seen.problem
        assert [tuple(row.model_dump().values()) for row in seen.votes] == [("house", 2, 9)]


@pytest.mark.parametrize(
    "wrong",
    [{"rollNumber": "x"}, {"rollNumber": 0}, {"chamber": "Both"}, {"sessionNumber": ""}, {"congress": 118}],
)
def test_q25_a_reference_that_cannot_be_read_is_left_out(
    source: Standin, fetcher: Fetcher, wrong: dict[str, Any]
) -> None:
    line = acted(INTRODUCED, "Passed by recorded vote: 210 - 200 (Roll no. 9).", "H37100")
    vote = {"rollNumber": 9, "chamber": "House", "congress": 119, "sessionNumber": 2, **wrong}
    for seen in from_both(source, fetcher, bill(actions=[{**line, "recordedVotes": [vote]}])):
        assert seen.complete, seen.problem
        assert seen.votes == ()


def test_q26_the_latest_action_is_never_read(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, source.world.bills["hr6736-119"]):
        assert not any(line.acted.year == 1999 for line in seen.actions)


def test_q27_bare_dates_stay_dates(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, source.world.bills["s1383-119"]):
        days = [seen.introduced, seen.actions[0].acted, *(row.joined for row in seen.cosponsors)]
        days += [row.withdrawn for row in seen.cosponsors if row.withdrawn]
        assert {type(day) for day in days} == {date}
        assert str(seen.introduced) == "2025-04-09"


# --- numbers, names, districts ---


def test_q29_a_reserved_bill_is_whole_and_empty(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, source.world.bills["hr9-119"]):
        assert seen.complete, seen.problem
        assert (seen.title, seen.sponsor) == ("Reserved for the Speaker.", None)
        assert (seen.cosponsors, seen.actions) == ((), ())


def test_q29_a_number_that_does_not_exist_is_its_own_failure(source: Standin, fetcher: Fetcher) -> None:
    with pytest.raises(SourceError) as caught:
        from_api(source, fetcher, "s1-119")
    assert caught.value.permanent
    assert from_api(source, fetcher, "s3508-119").complete


def test_q30_q31_names_are_kept_as_given_and_mean_nothing() -> None:
    names = ["Del. Norton, Eleanor Holmes [D-DC-At Large]", "Del. Norton, Eleanor Holmes [D-DC]", "Luján", ""]
    for name in names:
        seen = observed(cosponsors=[person(fullName=name)])
        assert (seen.cosponsors[0].bioguide, seen.cosponsors[0].full_name) == ("N000147", name)


@pytest.mark.parametrize(
    ("given", "district"),
    [
        (0, 0),
        ("0", 0),
        ("00", 0),
        ("At Large", 0),
        ("98", 0),
        (98, 0),
        ("7", 7),
        (7, 7),
        (None, None),
        ("", None),
    ],
)
def test_q32_at_large_in_every_spelling(given: object, district: int | None) -> None:
    seen = observed(cosponsors=[person(district=given)])
    assert seen.complete, seen.problem
    assert seen.cosponsors[0].district == district


def test_q32_senators_have_none(source: Standin, fetcher: Fetcher) -> None:
    for seen in from_both(source, fetcher, source.world.bills["s3508-119"]):
        assert {row.district for row in seen.cosponsors} == {None}


@pytest.mark.parametrize("party", ["R", "D", "I", "ID", "L", "X"])
def test_q33_any_party_letter_passes(party: str) -> None:
    assert observed(cosponsors=[person(party=party)]).cosponsors[0].party == party


def test_q34_links_to_other_congresses_are_mistakes() -> None:
    def link(congress: str, number: str, *kinds: str) -> dict[str, Any]:
        details = {"item": [{"type": kind, "identifiedBy": "CRS"} for kind in kinds]}
        return {"congress": congress, "type": "S", "number": number, "relationshipDetails": details}

    links = [
        link("119", "367", "Related bill", "Identical bill"),
        link("119", "9", "Procedurally-related"),
        link("118", "2926", "Identical bill"),
        link("119", "9", "Procedurally related"),
        {"congress": "119", "type": "SAMDT", "number": "4"},
    ]
    seen = observed(relatedBills={"item": links})
    assert seen.complete
    assert [(row.bill, row.identical) for row in seen.related or ()] == [("s367-119", True), ("s9-119", False)]


def test_q35_texts_and_summaries_are_never_asked_for(source: Standin, fetcher: Fetcher) -> None:
    from_api(source, fetcher, "hr6736-119")
    assert {request.path.rsplit("/", 1)[1] for request in source.world.log} == {"6736", "cosponsors", "actions"}


# --- shapes ---


def test_q40_new_fields_are_ignored(source: Standin, fetcher: Fetcher) -> None:
    stored = json.loads(from_api(source, fetcher, "hr6736-119").raw)
    stored["detail"]["newContainer"] = {"count": 4, "url": "https://example.org"}
    stored["cosponsors"][0]["newField"] = [1, 2]
    stored["actions"][0]["newField"] = {"a": None}
    seen = congress_gov.parse(json.dumps(stored).encode(), now=NOW)
    assert seen.complete, seen.problem


@pytest.mark.parametrize("name", ["cosponsors", "actions"])
def test_q40_lists_without_counts_are_never_whole(source: Standin, fetcher: Fetcher, name: str) -> None:
    stored = json.loads(from_api(source, fetcher, "hr6736-119").raw)
    stored["counts"][name] = {}
    seen = congress_gov.parse(json.dumps(stored).encode(), now=NOW)
    assert "the list gives no count" in seen.problem
    assert len(seen.cosponsors) == 11


def test_q40_an_empty_list_left_out_of_the_answer_is_empty(source: Standin, fetcher: Fetcher) -> None:
    path = "/v3/bill/119/hr/9/cosponsors"
    source.world.fixed[path] = (200, "application/json", b'{"pagination": {"count": 0}}')
    assert from_api(source, fetcher, "hr9-119").complete


def test_q40_a_counted_list_left_out_of_the_answer_is_a_failure(source: Standin, impatient: Make) -> None:
    path = "/v3/bill/119/hr/6736/cosponsors"
    source.world.fixed[path] = (200, "application/json", b'{"pagination": {"count": 11}}')
    seen = from_api(source, impatient(attempts=2), "hr6736-119")
    assert "no cosponsors in the answer" in seen.problem


def test_q40_xml_where_json_was_asked_for_is_a_failure(source: Standin, impatient: Make) -> None:
    body = b"<?xml version='1.0'?><api-root><bill/></api-root>"
    source.world.fixed["/v3/bill/119/hr/6736"] = (200, "application/xml", body)
    with pytest.raises(SourceError, match="garbled JSON"):
        from_api(source, impatient(attempts=2), "hr6736-119")


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: x, lambda x: {"item": x}, lambda x: {"item": [x]}])
def test_q41_one_child_or_a_list_of_one(wrap: Callable[[Any], Any]) -> None:
    line = {"actionDate": INTRODUCED, "text": "Referred to X.", "committees": wrap({"systemCode": "hsju00"})}
    seen = observed(cosponsors=wrap(person()), actions=wrap(line), sponsors=wrap(PEOPLE["C001091"].row()))
    assert seen.complete, seen.problem
    assert [row.bioguide for row in seen.cosponsors] == ["N000147"]
    assert seen.actions[0].committees == ("HSJU",)
    assert seen.sponsor is not None


def test_q41_parts_doubled_or_broken_beside_the_facts_are_not_read() -> None:
    record = small_congress()["hr6736-119"]
    amendments = b"<amendments><amendment><number>1</number></amendment></amendments>"
    body = billstatus(record.at("")).replace(b"<title>", amendments * 2 + b"<title>", 1)
    assert govinfo.parse(body, now=NOW).cosponsors == from_file(record).cosponsors


def test_every_oddity_is_listed_with_a_test_that_exists() -> None:
    root = Path(__file__).parents[2]
    rows = re.findall(r"^\| (\d+) \|.*$", (root / "docs/data.md").read_text(), re.MULTILINE)
    assert [int(number) for number in rows] == list(range(1, 44))
    for line in (root / "docs/data.md").read_text().splitlines():
        if re.match(r"\| \d+ \|", line):
            named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", line)
            assert named, line
            for file, name in named:
                assert f"def {name}(" in (root / file).read_text(), f"{file}::{name}"
