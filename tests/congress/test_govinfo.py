"""Readings from GovInfo's BILLSTATUS files and zips."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standin import FAULTS, Standin, billstatus, small_congress

from campaign.congress import congress_gov, govinfo
from campaign.congress.bills import BillId
from campaign.congress.observation import Observation
from campaign.fetch import Fetcher
from campaign.refusals import SourceError

Make = Callable[..., Fetcher]
BILLS = sorted(small_congress())
NOW = datetime.fromisoformat("2026-06-20T15:00:00Z")
FILE = "/govinfo/bulkdata/BILLSTATUS/119/hr/BILLSTATUS-119hr6736.xml"
ZIP = "/govinfo/bulkdata/BILLSTATUS/119/hr/BILLSTATUS-119-hr.zip"


def read(source: Standin, fetcher: Fetcher, bill: str = "hr6736-119", modified: str = "") -> govinfo.Reading:
    return govinfo.read_bill(fetcher, source.settings(), BillId.of(bill), now=NOW, modified=modified)


def seen(source: Standin, fetcher: Fetcher, bill: str = "hr6736-119") -> Observation:
    observation = read(source, fetcher, bill).observation
    assert observation is not None
    return observation


def file_of(bill: str = "hr6736-119") -> bytes:
    return billstatus(small_congress()[bill].at(""))


# --- one bill ---


@pytest.mark.parametrize("bill", BILLS)
def test_both_sources_give_the_same_observation(source: Standin, fetcher: Fetcher, bill: str) -> None:
    ours = seen(source, fetcher, bill)
    theirs = congress_gov.read_bill(fetcher, source.settings(), BillId.of(bill), now=NOW, pause=0)
    assert ours.complete, ours.problem
    same = ("bill", "title", "introduced", "sponsor", "cosponsors", "actions", "law", "updated", "policy_area")
    for name in same:
        assert getattr(ours, name) == getattr(theirs, name), name


def test_facts_only_the_files_hold(source: Standin, fetcher: Fetcher) -> None:
    found = seen(source, fetcher, "hr923-119")
    assert found.official_title is not None
    assert found.official_title.startswith("To prohibit the importation")
    assert [(c.code, c.referred) for c in found.committees or ()] == [("HSWM", True), ("HSJU", True)]
    assert [(row.bill, row.identical) for row in found.related or ()] == [("s367-119", True)]
    assert found.raw.startswith(b"<?xml")


def test_an_unchanged_file_is_not_sent_again(source: Standin, fetcher: Fetcher) -> None:
    first = read(source, fetcher)
    again = read(source, fetcher, modified=first.modified)
    assert again == govinfo.Reading(None, first.modified)
    assert source.world.log[1].headers["if-modified-since"] == first.modified
    source.world.bills["hr6736-119"].updated = "2026-06-01T08:00:00Z"
    assert read(source, fetcher, modified=first.modified).observation is not None


def test_no_key_travels_to_govinfo(source: Standin, fetcher: Fetcher) -> None:
    read(source, fetcher)
    assert "x-api-key" not in source.world.log[0].headers


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in ("429", "errorbody")])
def test_q36_a_failure_that_passes(source: Standin, fetcher: Fetcher, fault: str) -> None:
    source.world.script(fault, ".xml", times=2)
    assert seen(source, fetcher).complete
    assert fetcher.requests == 3


def test_a_bill_that_is_not_there(source: Standin, fetcher: Fetcher) -> None:
    with pytest.raises(SourceError, match="not known there") as caught:
        read(source, fetcher, "hr4444-119")
    assert caught.value.permanent
    assert fetcher.requests == 1


def test_a_file_about_another_bill_is_no_reading(source: Standin, impatient: Make) -> None:
    source.world.fixed[FILE] = (200, "application/xml", file_of("s367-119"))
    with pytest.raises(SourceError, match="about another bill"):
        read(source, impatient(attempts=2))


# --- files ---

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>
<billStatus><version>3.0.0</version><bill><title>&d;</title></bill></billStatus>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<billStatus><version>3.0.0</version><bill><title>&a;</title></bill></billStatus>"""
PLAIN_DTD = b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><billStatus><version>3.0.0</version></billStatus>'


@pytest.mark.parametrize("body", [BOMB, OUTSIDE, PLAIN_DTD], ids=["bomb", "outside", "dtd"])
def test_s23_entities_and_document_types_are_refused(body: bytes) -> None:
    with pytest.raises(SourceError, match="document type or entities"):
        govinfo.parse(body, now=NOW)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "cut or garbled"),
        (b"{}", "cut or garbled"),
        (b"<html><body>Maintenance", "cut or garbled"),
        (b"<html/>", "not a BILLSTATUS"),
        (b"<billStatus><version>3.0.0</version></billStatus>", "not a BILLSTATUS"),
        (b"<billStatus><bill>x</bill></billStatus>", "not a BILLSTATUS"),
        (b"<billStatus><bill><number>1</number></bill></billStatus>", "schema without version"),
        (b"<billStatus><version>4.0.0</version><bill><a>1</a></bill></billStatus>", "schema 4.0.0"),
        (b"<billStatus><version>3.0.0</version><bill><number>1</number></bill></billStatus>", "names no bill"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "cut or garbled"),
    ],
)
def test_what_is_no_bill_file(body: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        govinfo.parse(body, now=NOW)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_random_bytes_are_unread(body: bytes) -> None:
    with pytest.raises(SourceError):
        govinfo.parse(body, now=NOW)


@given(st.integers(min_value=0))
def test_no_cut_of_a_file_passes_for_whole(at: int) -> None:
    body = file_of("s1383-119").rstrip()
    with pytest.raises(SourceError, match="cut or garbled"):
        govinfo.parse(body[: at % len(body)], now=NOW)


VALUES = st.recursive(
    st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.fixed_dictionaries({"item": inner})
)
NAMES = st.sampled_from(
    ["sponsors", "cosponsors", "actions", "committees", "titles", "laws", "relatedBills", "updateDate", "title"]
)


@given(st.dictionaries(NAMES, VALUES))
def test_odd_shapes_are_unread_or_incomplete_never_a_crash(odd: dict[str, Any]) -> None:
    tree = {"congress": "119", "type": "HR", "number": "6736", **odd}
    found = govinfo.observe(tree, now=NOW, raw=b"")
    assert found.bill == "hr6736-119"
    assert found.cosponsors == ()


OLD = b"""<billStatus><bill><billNumber>1</billNumber><billType>HR</billType><congress>113</congress>
<version>1.0.0</version><introducedDate>2013-01-03</introducedDate><title>An Old Act</title>
<sponsors><item><bioguideId>C001091</bioguideId></item></sponsors>
<cosponsors><item><bioguideId>N000147</bioguideId><district>At Large</district>
<sponsorshipDate>2013-01-04</sponsorshipDate><isOriginalCosponsor>False</isOriginalCosponsor></item></cosponsors>
<actions><actionTypeCounts><introducedInHouse>1</introducedInHouse></actionTypeCounts>
<item><actionDate>2013-01-03</actionDate><text>Referred to House Ways and Means</text>
<committee><systemCode>hswm00</systemCode><name>Ways and Means Committee</name></committee></item></actions>
<committees><billCommittees><item><systemCode>hswm00</systemCode><name>Ways and Means Committee</name>
<activities><item><name>Referred to</name></item></activities></item></billCommittees></committees>
</bill></billStatus>"""


def test_files_of_the_older_schema_are_read() -> None:
    found = govinfo.parse(OLD, now=NOW)
    assert found.complete, found.problem
    assert (found.bill, found.title) == ("hr1-113", "An Old Act")
    assert [(row.bioguide, row.original, row.district) for row in found.cosponsors] == [("N000147", False, 0)]
    assert found.actions[0].committees == ("HSWM",)
    assert [(c.code, c.referred) for c in found.committees or ()] == [("HSWM", True)]


# --- zips ---


def zipped(files: dict[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", level) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def members(source: Standin, fetcher: Fetcher, kind: str = "hr") -> dict[str, bytes]:
    return {str(bill): body for bill, body in govinfo.read_zip(fetcher, source.settings(), 119, kind)}


def test_a_zip_holds_every_bill_of_its_type(source: Standin, fetcher: Fetcher) -> None:
    found = members(source, fetcher)
    assert sorted(found) == sorted(
        bill for bill in BILLS if bill.startswith("hr") and bill[2].isdigit() and bill.endswith("-119")
    )
    for bill, body in found.items():
        assert govinfo.parse(body, now=NOW) == seen(source, fetcher, bill)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in ("429", "errorbody")])
def test_q36_a_zip_that_fails_is_asked_for_again(source: Standin, impatient: Make, fault: str) -> None:
    source.world.script(fault, ".zip", times=2)
    fetcher = impatient(attempts=3)
    assert "hr842-119" in members(source, fetcher)
    source.world.script(fault, ".zip", times=3)
    with pytest.raises(SourceError):
        members(source, fetcher)


def test_a_bad_member_is_one_failed_bill(source: Standin, fetcher: Fetcher) -> None:
    good = file_of()
    body = bytearray(
        zipped(
            {"BILLSTATUS-119hr923.xml": b"<a>the sum of this is wrong</a>", "BILLSTATUS-119hr6736.xml": good},
            zipfile.ZIP_STORED,
        )
    )
    body[body.index(b"the sum")] ^= 1
    source.world.fixed[ZIP] = (200, "application/zip", bytes(body))
    found = members(source, fetcher)
    assert found == {"hr923-119": b"", "hr6736-119": good}
    with pytest.raises(SourceError):
        govinfo.parse(found["hr923-119"], now=NOW)


def test_s23_a_member_that_unpacks_beyond_measure_is_refused(source: Standin, fetcher: Fetcher) -> None:
    bomb = zipped({"BILLSTATUS-119hr1.xml": b" " * 5_000_000, "BILLSTATUS-119hr6736.xml": file_of()})
    source.world.fixed[ZIP] = (200, "application/zip", bomb)
    found = members(source, fetcher)
    assert found["hr1-119"] == b""
    assert found["hr6736-119"]


def test_s23_names_that_lead_elsewhere_are_left_out(source: Standin, fetcher: Fetcher) -> None:
    names = ["../BILLSTATUS-119hr1.xml", "/etc/BILLSTATUS-119hr2.xml", "BILLSTATUS-119hr3.xml/x", "readme.txt"]
    files = dict.fromkeys(names, b"x") | {"BILLSTATUS-119hr6736.xml": file_of()}
    source.world.fixed[ZIP] = (200, "application/zip", zipped(files))
    assert list(members(source, fetcher)) == ["hr6736-119"]


def test_s23_a_zip_of_endless_members_is_refused(
    source: Standin, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(govinfo, "MOST_MEMBERS", 3)
    with pytest.raises(SourceError, match="more than 3 files") as caught:
        members(source, fetcher)
    assert caught.value.permanent
    assert fetcher.requests == 1


# --- a mirror's records ---


def test_a_mirror_record_reads_like_a_file() -> None:
    record = {
        "bill": {
            "bill": {
                "congress": 118,
                "type": "HR",
                "number": "6618",
                "title": "ARMAS Act of 2023",
                "introducedDate": "2023-12-06",
                "sponsors": [{"bioguideId": "C001091"}],
            }
        },
        "cosponsors": {
            "cosponsors": [
                {
                    "bioguideId": "T000474",
                    "isOriginalCosponsor": "True",
                    "sponsorshipDate": "2023-12-06",
                    "district": "35",
                }
            ]
        },
        "actions": {
            "actions": [
                {
                    "actionDate": "2023-12-06",
                    "text": "Referred to Foreign Affairs.",
                    "sourceSystem": {"name": "House"},
                    "committees": {"item": {"systemCode": "hsfa00", "name": "Foreign Affairs"}},
                }
            ]
        },
        "relatedbills": {
            "relatedBills": [
                {
                    "congress": "118",
                    "type": "S",
                    "number": "4647",
                    "relationshipDetails": {"item": {"type": "Related bill"}},
                }
            ]
        },
        "_note": "co-sponsors as introduced only",
    }
    found = govinfo.observe(govinfo.flatten_mirror(record), now=NOW, raw=json.dumps(record).encode())
    assert found.complete, found.problem
    assert found.bill == "hr6618-118"
    assert (found.cosponsors[0].original, found.cosponsors[0].district) == (True, 35)
    assert found.actions[0].committees == ("HSFA",)
    assert [(row.bill, row.identical) for row in found.related or ()] == [("s4647-118", False)]
