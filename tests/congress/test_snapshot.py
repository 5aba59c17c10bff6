"""The shipped snapshot: what a fresh installation shows, and that it never stands in the way of news."""

import gzip
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from legislator_files import FOREIGN_AFFAIRS, JUNE, files, office, rep
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, select

from campaign import db, snapshot
from campaign.congress import ledger, members, roster
from campaign.congress.legislators import FILES
from campaign.congress.models import Bill, Change, Cosponsorship, SourceState, Tracking
from campaign.congress.observation import Observation
from campaign.districts import boundaries
from campaign.districts.models import ZipSeat
from campaign.organizing.counts import counts
from campaign.proposals import lineage, lookup
from campaign.proposals.models import CitedFact, Proposal
from campaign.refusals import Refused
from campaign.settings import shipped
from campaign.snapshot.files import read_manifest

CAMPAIGN_BILLS = {
    # listed, sitting and voting, delegates, departed
    "hr6736-119": (29, 27, 1, 1),
    "s3508-119": (5, 5, 0, 0),
    "hr923-119": (26, 23, 1, 2),
    "s367-119": (16, 16, 0, 0),
    "hr6618-118": (16, 13, 0, 3),
    "hr8427-118": (19, 13, 1, 5),
    "s2926-118": (6, 5, 0, 1),
}


@pytest.fixture
def loaded(loaded_engine: Engine) -> Engine:
    return loaded_engine


def contents(session: Session) -> dict[str, Any]:
    return {
        name: sorted(map(repr, session.execute(sa.select(table))))
        for name, table in SQLModel.metadata.tables.items()
    }


def test_a_fresh_installation_shows_the_campaign(loaded: Engine, now: datetime) -> None:
    with db.reading(loaded) as session:
        found = {id: counts(session, ledger.current(session, id, now=now)) for id in CAMPAIGN_BILLS}
        kin = {slug: [bill.id for bill, _ in lineage.bills_of(session, slug)] for slug in PROPOSALS}
    assert {
        id: (one.listed, one.sitting_voting, one.delegates, one.departed) for id, one in found.items()
    } == CAMPAIGN_BILLS
    assert kin == PROPOSALS


PROPOSALS = {
    "armas-act": ["hr6736-119", "s3508-119", "hr6618-118", "s4647-118", "hr9539-117"],
    "stop-arming-cartels-act": ["hr923-119", "s367-119", "hr8427-118", "s2926-118"],
}


def test_all_of_it_is_baseline_and_dated(loaded: Engine) -> None:
    with db.reading(loaded) as session:
        assert {change.baseline for change in session.exec(select(Change))} == {True}
        whole = session.exec(select(Bill).where(col(Bill.observed_at).is_not(None))).all()
        assert {str(bill.observed_at)[:10] for bill in whole} == {"2026-06-01"}
        assert {bill.observed_source for bill in whole} == {"snapshot"}
        states = {
            name: members.data_state(session, name)
            for name in ("members", "offices", "bills", "zips-119", "boundaries-119")
        }
    assert {name: state and state.as_of for name, state in states.items()} == {
        "members": date(2026, 6, 15),
        "offices": date(2026, 6, 15),
        "bills": date(2026, 6, 1),
        "zips-119": date(2025, 1, 3),
        "boundaries-119": date(2025, 1, 3),
    }


def test_bills_of_the_118th_say_that_they_are_partial(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        partial = {bill.id: bill.partial for bill in session.exec(select(Bill)) if bill.partial}
    assert partial == dict.fromkeys(["hr6618-118", "hr8427-118", "s2926-118"], "co-sponsors as introduced only")


def test_bills_nobody_has_read_stand_by_name(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        unread = [session.get_one(Bill, id) for id in ("hr9539-117", "s4647-118")]
        cardin = members.person(session, "C000141")
    assert [(one.title, one.sponsor, one.observed_at) for one in unread] == [
        ("ARMAS Act", "C001091", None),
        ("ARMAS Act of 2024", "C000141", None),
    ]
    assert cardin is not None
    assert (cardin.standing, cardin.seat, cardin.office) == ("departed", "MD", "senator")


@pytest.mark.parametrize("text", ["H.R. 6618", "H.R. 8427", "S. 2926"])
def test_dead_numbers_meet_their_namesakes(snapshot_engine: Engine, now: datetime, text: str) -> None:
    with db.reading(snapshot_engine) as session, pytest.raises(Refused) as refused:
        lookup.resolve(session, text)
    assert "(119th)" in refused.value.en
    assert "(118th)" in refused.value.en


def test_seats_vacancies_and_delegates_of_june_2026(loaded: Engine) -> None:
    with db.reading(loaded) as session:
        house = members.seats(session, "house")
        assert members.vacancies(session) == ["CA-14", "FL-20", "GA-13", "TX-23"]
        assert len(members.seats(session, "senate")) == 50
        assert len(members.people(session)) == 537
        speakers = {
            seat.id: [(one.last, one.office, one.voting) for one in members.holders(session, seat.id)]
            for seat in house
            if seat.office not in {"representative"}
        }
    assert sum(seat.office == "representative" for seat in house) == 435
    assert speakers == {
        "AS-0": [("Radewagen", "delegate", False)],
        "DC-0": [("Norton", "delegate", False)],
        "GU-0": [("Moylan", "delegate", False)],
        "MP-0": [("King-Hinds", "delegate", False)],
        "PR-0": [("Hernández Rivera", "resident_commissioner", False)],
        "VI-0": [("Plaskett", "delegate", False)],
    }


def test_every_state_has_two_senators_of_two_classes(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        classes = {
            seat.id: {one.senate_class for one in members.senators(session, seat.id)}
            for seat in members.seats(session, "senate")
        }
    assert {state for state, held in classes.items() if len(held) != 2 or None in held} == set()


def test_the_campaigns_bills_are_polled_and_no_namesake_is(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        assert {one.bill for one in session.exec(select(Tracking))} == set(CAMPAIGN_BILLS)


def test_loading_again_changes_nothing(loaded: Engine, now: datetime) -> None:
    with db.reading(loaded) as session:
        before = contents(session)
    again = snapshot.load(loaded, now=now + timedelta(days=1))
    with db.reading(loaded) as session:
        assert contents(session) == before
    assert set(again.values()) == {0}


# --- news stays ---


def test_newer_members_are_not_overwritten(engine: Engine, now: datetime) -> None:
    with db.writing(engine) as session:
        newer = files([rep("C001091", "TX-20", "Castro Jr.", "Joaquin")])
        roster.import_members(session, newer, as_of=date(2026, 7, 1), now=now)
    assert snapshot.load(engine, now=now)["members"] == 0
    with db.reading(engine) as session:
        castro = members.person(session, "C001091")
    assert castro is not None
    assert castro.last == "Castro Jr."


def test_older_members_give_way(engine: Engine, now: datetime) -> None:
    with db.writing(engine) as session:
        older = files([rep("X000001", "TX-20", "Earlier")])
        roster.import_members(session, older, as_of=date(2025, 1, 10), now=now)
    snapshot.load(engine, now=now)
    with db.reading(engine) as session:
        assert [one.last for one in members.holders(session, "TX-20")] == ["Castro"]
        earlier = members.person(session, "X000001")
    assert earlier is not None
    assert earlier.standing == "departed"


def test_the_boundaries_of_an_older_snapshot_give_way(engine: Engine, now: datetime) -> None:
    state = SourceState(name="boundaries-119", as_of=date(2025, 1, 2), checked_at=now, source="snapshot")
    with db.writing(engine) as session:
        session.add(state)
    assert snapshot.load(engine, now=now)["boundaries"] == 441


def test_a_bill_read_since_is_not_overwritten(engine: Engine, now: datetime) -> None:
    seen = Observation(bill="hr6736-119", source="api", read_at=now, title="ARMAS Act, as amended")
    with db.writing(engine) as session:
        ledger.record(session, seen)
    snapshot.load(engine, now=now)
    with db.reading(engine) as session:
        assert session.get_one(Bill, "hr6736-119").title == "ARMAS Act, as amended"
        assert not session.exec(select(Cosponsorship).where(Cosponsorship.bill == "hr6736-119")).all()


def test_what_an_organizer_changed_stays_changed(loaded: Engine, now: datetime) -> None:
    with db.writing(loaded) as session:
        session.get_one(Proposal, "armas-act").name_es = "Ley ARMAS (monitoreo de armas)"
        session.get_one(Tracking, "s367-119").until = now
    snapshot.load(loaded, now=now)
    with db.reading(loaded) as session:
        assert session.get_one(Proposal, "armas-act").name_es == "Ley ARMAS (monitoreo de armas)"
        assert session.get_one(Tracking, "s367-119").until is not None


# --- what ships ---


def test_fixtures_are_small_and_ours() -> None:
    shipped_files = [path for path in shipped("fixtures").iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in shipped_files) < 2_000_000
    assert {path.suffix for path in shipped_files} == {".gz", ".json", ".md"}


def test_every_fact_has_a_source_and_the_same_figures_in_both_languages(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        facts = session.exec(select(CitedFact).order_by(col(CitedFact.position))).all()
    assert len(facts) == 8
    assert [one.id for one in facts if not one.source] == []
    assert [one.id for one in facts if figures(one.text_en) != figures(one.text_es)] == []


def figures(text: str) -> list[str]:
    return sorted(re.findall(r"\d[\d,.]*\d|\d", text))


# --- building ---


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source folder of our own: a few invented members, two ZIP codes, a square district, one bill and a
    stranger."""
    folder = tmp_path / "source"
    (folder / "congress-legislators").mkdir(parents=True)
    people = [rep("C001091", "TX-20", "Castro", "Joaquin"), rep("T000474", "CA-35", "Torres", "Norma")]
    rows = {
        "current": files(people).current,
        "committees": [FOREIGN_AFFAIRS],
        "memberships": {"HSFA": [{"bioguide": "C001091", "party": "minority", "rank": 1}]},
        "offices": [office("C001091", "San Antonio")],
    }
    for name, value in rows.items():
        (folder / "congress-legislators" / FILES[name]).write_text(json.dumps(value))
    (folder / "zips-cd119.csv").write_text(
        "state_abbr,zcta,cd\nTX,78205,20\nTX,78205,23\nTX,78205,20\nDC,20001,98\n"
    )
    square = [[[-99, 29], [-98, 29], [-98, 30], [-99, 30], [-99, 29]]]
    district = {"properties": {"GEOID": "4820"}, "geometry": {"type": "Polygon", "coordinates": square}}
    (folder / "cd119.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [district]}))
    with gzip.open(folder / "bills.jsonl.gz", "wt") as lines:
        for number in ("6736", "1"):
            lines.write(json.dumps(mirrored(number)) + "\n")
    return folder


def mirrored(number: str) -> dict[str, Any]:
    """A bill as mirrors keep it, one part a key."""
    sponsor = {
        "bioguideId": "C001091",
        "fullName": "Rep. Castro, Joaquin [D-TX-20]",
        "state": "TX",
        "district": "20",
    }
    cosponsor = {
        "bioguideId": "C001127",
        "fullName": "Rep. Cherfilus-McCormick, Sheila [D-FL-20]",
        "firstName": "Sheila",
        "lastName": "Cherfilus-McCormick",
        "party": "D",
        "state": "FL",
        "district": "20",
        "sponsorshipDate": "2025-12-16",
        "isOriginalCosponsor": "True",
    }
    bill = {
        "congress": 119,
        "type": "HR",
        "number": number,
        "title": "ARMAS Act of 2025",
        "introducedDate": "2025-12-16",
        "sponsors": [sponsor],
        "updateDate": "2026-05-15T08:07:44Z",
    }
    action = {
        "actionDate": "2025-12-16",
        "text": "Introduced in House",
        "actionCode": "1000",
        "type": "IntroReferral",
    }
    return {
        "bill": {"bill": bill},
        "actions": {"actions": [{**action, "sourceSystem": {"code": "9"}}]},
        "cosponsors": {"cosponsors": [cosponsor]},
        "committees": {"committees": []},
    }


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_sources_give_the_same_bytes(source: Path, tmp_path: Path, now: datetime) -> None:
    dates = {"members": JUNE, "bills": date(2026, 6, 1)}
    snapshot.build(str(source), tmp_path / "one", now=now, dates=dates)
    snapshot.build(str(source), tmp_path / "two", now=now + timedelta(days=400), dates=dates)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_building_again_from_the_same_files_keeps_their_dates(
    source: Path, tmp_path: Path, now: datetime
) -> None:
    into = tmp_path / "built"
    snapshot.build(str(source), into, now=now, dates={"members": JUNE, "bills": date(2026, 6, 1)})
    before = bytes_of(into)
    snapshot.build(str(source), into, now=now + timedelta(days=400))
    assert bytes_of(into) == before
    (source / "congress-legislators" / FILES["offices"]).write_text("[]")
    snapshot.build(str(source), into, now=now + timedelta(days=400))
    assert read_manifest(into).members == date(2027, 7, 25)
    assert read_manifest(into).bills == date(2026, 6, 1)


def test_what_was_built_can_be_loaded(engine: Engine, source: Path, tmp_path: Path, now: datetime) -> None:
    dates = {"members": JUNE, "bills": date(2026, 6, 1)}
    rows = snapshot.build(str(source), tmp_path / "built", now=now, dates=dates)
    assert rows["bills"] == 1
    snapshot.load(engine, now=now, folder=tmp_path / "built")
    with db.reading(engine) as session:
        assert "TX-23" in members.vacancies(session)
        left = members.person(session, "C001127")
        zips = {(row.zip, row.seat) for row in session.exec(select(ZipSeat)) if row.zip[0] in "27"}
        islands = {
            row.seat for row in session.exec(select(ZipSeat)) if row.zip in ("00802", "96799", "96913", "96950")
        }
        record = ledger.current(session, "hr6736-119", now=now)
        inside, outside = (boundaries.seats_at(session, 119, 29.5, east) for east in (-98.5, -97.5))
    assert (inside, outside) == (["TX-20"], [])
    assert left is not None
    assert (left.standing, left.seat, left.name) == ("departed", "FL-20", "Sheila Cherfilus-McCormick")
    assert zips == {("78205", "TX-20"), ("78205", "TX-23"), ("20001", "DC-0")}
    assert islands == {"VI-0", "AS-0", "GU-0", "MP-0"}
    assert record.active == {"C001127"}


@pytest.mark.parametrize("wrong", ["", "nowhere", "https://example.org/only-one"])
def test_a_source_that_is_none_is_refused(tmp_path: Path, now: datetime, wrong: str) -> None:
    with pytest.raises(Refused):
        snapshot.build(wrong or str(tmp_path), tmp_path / "built", now=now)


def test_building_from_addresses_takes_shares_and_former_members_and_keeps_boundaries(
    source: Path, tmp_path: Path, now: datetime, httpserver: HTTPServer
) -> None:
    snapshot.build(str(source), tmp_path / "built", now=now)
    before = bytes_of(tmp_path / "built")["boundaries.jsonl.gz"]
    left = rep("G000001", "TX-23", "Gone", end="2026-04-14")
    answers: dict[str, Any] = {
        "current": files([rep("C001091", "TX-20", "Castro")]).current,
        "historical": [left],
    }
    answers.update(committees=[FOREIGN_AFFAIRS], memberships={}, offices=[])
    for name, value in answers.items():
        httpserver.expect_request(f"/cl/{FILES[name]}").respond_with_json(value)
    columns = "GEOID_CD119_20|GEOID_ZCTA5_20|AREALAND_PART"
    httpserver.expect_request("/cd119.txt").respond_with_data(f"﻿{columns}\n4820|78205|300\n4823|78205|100\n")
    httpserver.expect_request(re.compile("/govinfo/.*")).respond_with_data("not found", status=404)
    public = ",".join(httpserver.url_for(path) for path in ("/cl", "/govinfo", "/cd119.txt"))
    rows = snapshot.build(public, tmp_path / "built", now=now)
    assert (rows["bills"], rows["boundaries"]) == (0, 1)
    assert bytes_of(tmp_path / "built")["boundaries.jsonl.gz"] == before
    assert read_manifest(tmp_path / "built").boundaries == date(2025, 1, 3)
    engine = db.open_engine(f"sqlite:///{tmp_path}/load.db")
    db.upgrade(engine)
    snapshot.load(engine, now=now, folder=tmp_path / "built")
    with db.reading(engine) as session:
        assert members.vacant_since(session, "TX-23") == date(2026, 4, 14)
        shares = {row.seat: row.share for row in session.exec(select(ZipSeat).where(ZipSeat.zip == "78205"))}
    assert shares == {"TX-20": 0.75, "TX-23": 0.25}
    engine.dispose()
