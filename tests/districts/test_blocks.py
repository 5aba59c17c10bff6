"""From block files to the seats of ZIP codes: shares, checks and refusals."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from block_samples import PLACES, Sample, sample, write, write_zip, zip_of
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.congress import members
from campaign.districts.block_files import BlockDistricts, read_districts
from campaign.districts.block_zips import BlockSource, Built, build, import_blocks
from campaign.districts.census import ZipRow, replace_zips
from campaign.districts.models import ZipSeat
from campaign.refusals import Refused

OLD = {("78701", "TX-37"), ("64111", "MO-5"), ("64113", "MO-5"), ("65201", "MO-4"), ("65202", "MO-3")}


def quiet(_line: str) -> None:
    """Progress that nobody reads."""


def put_old(engine: Engine, congress: int = 119) -> None:
    with db.writing(engine) as session:
        replace_zips(session, [ZipRow(zip, seat, None) for zip, seat in sorted(OLD)], congress)


def stored(engine: Engine, congress: int) -> set[tuple[str, str]]:
    with db.reading(engine) as session:
        return {
            (row.zip, row.seat) for row in session.exec(select(ZipSeat).where(ZipSeat.congress == congress))
        }


def built(
    engine: Engine,
    folder: Path,
    made: Sample,
    now: datetime,
    *,
    congress: int = 120,
    people: bool = False,
    name: str = "NationalCD120.txt",
    edit: Callable[[list[str]], list[str]] = list,
    edit_zctas: Callable[[list[str]], list[str]] = list,
    **options: object,
) -> Built:
    files = [write(folder / name, edit(made.district_lines()))]
    files.append(write(folder / "zcta.txt", edit_zctas(made.zcta_lines())))
    if people:
        files.append(write(folder / "people.csv", made.people_lines()))
    source = BlockSource(*files, **options)  # type: ignore[arg-type]
    return import_blocks(engine, source, congress, now=now, progress=quiet)


def test_every_state_gets_its_seats_and_the_old_map_stays(
    engine: Engine, tmp_path: Path, now: datetime
) -> None:
    put_old(engine)
    table = built(engine, tmp_path, sample(places=PLACES), now)
    assert table.counts() == {
        "zips": 448, "rows": 448, "districts": 437, "states": 52, "shares": "land", "kept": {},
    }  # fmt: skip
    assert {*PLACES, (zip_of("WY-0"), "WY-0"), (zip_of("DC-0"), "DC-0")} <= stored(engine, 120)
    assert stored(engine, 119) == OLD
    with db.reading(engine) as session:
        state = members.data_state(session, "zips-120")
    assert state is not None
    assert state.source == "NationalCD120.txt (land)"


def shared() -> Sample:
    """A ZIP code of two districts: a tenth of the people on nine tenths of the land."""
    made = sample(["ID"])
    made.add("83001", "ID-1", land=9000, people=100)
    made.add("83001", "ID-2", land=1000, people=899)
    made.add("83001", "ID-2", land=0, people=1)
    made.add("83002", "ID-1", land=10_000_000, people=0)
    made.add("83002", "ID-2", land=10, people=0)
    return made


@pytest.mark.parametrize(
    ("people", "land", "expected"),
    [
        (True, True, {("83001", "ID-1", 0.1), ("83001", "ID-2", 0.9), ("83002", "ID-1", 1.0)}),
        (False, True, {("83001", "ID-1", 0.9), ("83001", "ID-2", 0.1), ("83002", "ID-1", 1.0)}),
        (
            False,
            False,
            {
                ("83001", "ID-1", 0.3333),
                ("83001", "ID-2", 0.6667),
                ("83002", "ID-1", 0.5),
                ("83002", "ID-2", 0.5),
            },
        ),
    ],
    ids=["people", "land", "blocks"],
)
def test_shares_are_of_people_or_else_of_land_or_of_blocks(
    sqlite_engine: Engine,
    tmp_path: Path,
    now: datetime,
    people: bool,
    land: bool,
    expected: set[tuple[str, str, float]],
) -> None:
    def without_land(lines: list[str]) -> list[str]:
        return [line.rpartition("|")[0] for line in lines]

    table = built(
        sqlite_engine, tmp_path, shared(), now, people=people, edit_zctas=list if land else without_land
    )
    assert {tuple(row) for row in table.rows if row.zip.startswith("8300")} == expected
    assert table.weight == ("people" if people else "land" if land else "blocks")


def test_one_states_file_touches_that_state_alone(engine: Engine, tmp_path: Path, now: datetime) -> None:
    put_old(engine, 120)
    table = built(engine, tmp_path, sample(["TX"], [("78701", "TX-10")]), now, name="CD120_TX.txt")
    assert table.states == {"TX"}
    after = stored(engine, 120)
    assert {row for row in after if row[1].startswith("MO")} == OLD - {("78701", "TX-37")}
    assert ("78701", "TX-37") not in after
    assert ("78701", "TX-10") in after


def test_the_zip_of_the_bureau_is_read_too(sqlite_engine: Engine, tmp_path: Path, now: datetime) -> None:
    made = sample()
    source = BlockSource(
        write_zip(tmp_path / "cd120.zip", made.district_lines()),
        write(tmp_path / "zcta.txt", made.zcta_lines()),
    )
    assert len(import_blocks(sqlite_engine, source, 120, now=now, progress=quiet).rows) == 437


def test_an_unsorted_file_gives_the_same_blocks(tmp_path: Path) -> None:
    lines = sample(["ID", "WY"]).without("WY").district_lines()
    tables: list[BlockDistricts] = [
        read_districts(write(tmp_path / name, rows), 120, quiet)
        for name, rows in (("a.txt", lines), ("b.txt", [lines[0], *reversed(lines[1:])]))
    ]
    found = [[table.seats[table.seat_number(place)] for place in range(len(table.packed))] for table in tables]
    assert found[0] == found[1] == ["ID-1", "ID-1", "ID-2", "ID-2"]
    assert tables[0].place(int("160010000011000")) == 0
    assert tables[0].place(int("160010000011002")) is None


# --- Missouri ---


def void() -> Sample:
    """Kansas City cut up, as in the map that the courts set aside."""
    return sample(places=[("64111", "MO-4"), ("64113", "MO-6"), ("65201", "MO-4"), ("65202", "MO-3")])


def test_the_void_map_of_missouri_is_refused(engine: Engine, tmp_path: Path, now: datetime) -> None:
    put_old(engine)
    with pytest.raises(Refused, match=r"map of Missouri that the courts set aside.*--keep MO=119"):
        built(engine, tmp_path, void(), now)
    assert stored(engine, 120) == set()
    kept = built(engine, tmp_path, void(), now, keep={"MO": 119})
    assert kept.counts()["kept"] == {"MO": 119}
    missouri = {row for row in stored(engine, 120) if row[1].startswith("MO")}
    assert missouri == {row for row in OLD if row[1].startswith("MO")}
    assert built(engine, tmp_path, void(), now, as_published=["MO"]).states >= {"MO"}
    assert ("64111", "MO-4") in stored(engine, 120)


def test_without_a_stored_map_kansas_city_tells_the_void_one(
    sqlite_engine: Engine, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(Refused, match="64111"):
        built(sqlite_engine, tmp_path, void(), now)
    with pytest.raises(Refused, match="cannot be kept"):
        built(sqlite_engine, tmp_path, void(), now, keep={"MO": 119})


def test_a_true_map_of_missouri_is_taken(sqlite_engine: Engine, tmp_path: Path, now: datetime) -> None:
    put_old(sqlite_engine)
    places = [("64111", "MO-5"), ("64113", "MO-5"), ("65201", "MO-4"), ("65202", "MO-3")]
    assert {*places} <= {
        (row.zip, row.seat) for row in built(sqlite_engine, tmp_path, sample(places=places), now).rows
    }


# --- refusals ---


def cut(lines: list[str]) -> list[str]:
    """The first half, with the last line cut in two."""
    return [*lines[: len(lines) // 2], lines[len(lines) // 2][:9]]


def at(number: int, line: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [*lines[: number - 1], line, *lines[number - 1 :]]


BROKEN_DISTRICTS = {
    "cut in a line": (cut, "line 438: not a whole line"),
    "cut between lines": (lambda lines: lines[:438], "nothing of"),
    "a district cut off": (lambda lines: [line for line in lines if not line.endswith(",52")], "CA-52"),
    "no rows": (lambda lines: lines[:1], "no rows"),
    "empty": (lambda _lines: [], "header GEOID,CDFP"),
    "a web page": (lambda _lines: ["<html>", "Not found"], "header GEOID,CDFP"),
    "another Congress": (lambda lines: ["GEOID,CD119FP", *lines[1:]], "119th Congress, not of the 120th"),
    "an unknown state": (at(5, "990010000011000,01"), "line 5: no state '99'"),
    "an unknown district": (at(5, "480010000011002,39"), "line 5: TX has no district '39'"),
    "at large in a state of many": (at(5, "480010000011002,00"), "line 5: TX has no district '00'"),
    "no number": (at(5, "48001000001100x,01"), "line 5: not the number of a block"),
    "a block in two districts": (at(900, "480010000011000,02"), "line 876: block 480010000011000 is in two"),
}


@pytest.mark.parametrize("broken", BROKEN_DISTRICTS)
def test_a_broken_file_of_districts_changes_nothing(
    sqlite_engine: Engine, tmp_path: Path, now: datetime, broken: str
) -> None:
    put_old(sqlite_engine, 120)
    edit, says = BROKEN_DISTRICTS[broken]
    with pytest.raises(Refused) as refused:
        built(sqlite_engine, tmp_path, sample(), now, edit=edit)
    assert says in refused.value.text("en")
    assert refused.value.text("es") != refused.value.text("en")
    assert stored(sqlite_engine, 120) == OLD


@pytest.mark.parametrize(
    ("name", "states", "says"),
    [
        ("NationalCD119.txt", ["ID"], "119th Congress, not of the 120th"),
        ("CD120_48.txt", ["ID"], "should be of TX alone"),
        ("CD120_TX.txt", ["ID"], "should be of TX alone"),
        ("half.txt", ["ID", "WY"], "nothing of AK"),
    ],
)
def test_a_file_of_another_congress_or_state_is_refused(
    sqlite_engine: Engine, tmp_path: Path, now: datetime, name: str, states: list[str], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        built(sqlite_engine, tmp_path, sample(states), now, name=name)


def test_a_file_of_the_last_map_under_a_new_name_is_told_by_the_samples(
    sqlite_engine: Engine, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(Refused, match="ZIP 78701 lies in TX-10, and the file says TX-37"):
        built(sqlite_engine, tmp_path, sample(places=[("78701", "TX-37")]), now)


BROKEN_ZCTAS = {
    "cut in a line": (cut, "line 438: not a whole line"),
    "cut between lines": (lambda lines: lines[:438], "not whole"),
    "no rows": (lambda lines: lines[:1], "not whole"),
    "another file": (lambda _lines: ["GEOID,CDFP", "1,2"], "lacks a column"),
    "a block without a district": (at(7, "1|78299|5|480019999991000|1"), "line 7: the first of 1 blocks"),
}


@pytest.mark.parametrize("broken", BROKEN_ZCTAS)
def test_a_broken_file_of_zip_codes_changes_nothing(
    sqlite_engine: Engine, tmp_path: Path, now: datetime, broken: str
) -> None:
    put_old(sqlite_engine, 120)
    edit, says = BROKEN_ZCTAS[broken]
    with pytest.raises(Refused) as refused:
        built(sqlite_engine, tmp_path, sample(), now, edit_zctas=edit)
    assert says in refused.value.text("en")
    assert stored(sqlite_engine, 120) == OLD


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["GEOID20,NAME", "160010000011000,Block"], "lacks a column: POP100"),
        (["GEOID20,POP100", "160010000011000,"], "line 2: not a whole line"),
        (["GEOID20,POP100", "560010000001000,10"], "no people in these blocks"),
    ],
)
def test_a_broken_file_of_people_is_refused(tmp_path: Path, lines: list[str], says: str) -> None:
    made = sample(["ID"])
    source = BlockSource(
        write(tmp_path / "cd.txt", made.district_lines()),
        write(tmp_path / "zcta.txt", made.zcta_lines()),
        write(tmp_path / "people.csv", lines),
    )
    with pytest.raises(Refused, match=says):
        build(source, 120, quiet)


@pytest.mark.parametrize("kept", [b"PK\x03\x04garbage", b"", None])
def test_a_damaged_zip_file_is_refused(tmp_path: Path, kept: bytes | None) -> None:
    path = write_zip(tmp_path / "cd120.zip", sample().district_lines(), congress=120)
    path.write_bytes(path.read_bytes()[:2000] if kept is None else kept)
    with pytest.raises(Refused, match="damaged"):
        read_districts(path, 120, quiet)


def test_a_zip_file_of_another_congress_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "download.zip", sample().district_lines(), congress=119)
    with pytest.raises(Refused, match=r"it holds .*NationalCD119\.txt"):
        read_districts(path, 120, quiet)
