"""ZIP code tables of the Census Bureau and others."""

from datetime import datetime

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.congress import members
from campaign.districts.census import ZipRow, import_zips, read_zips, seat_of
from campaign.districts.models import ZipSeat
from campaign.refusals import Refused

COLUMNS = (
    "OID_CD119_20|GEOID_CD119_20|NAMELSAD_CD119_20|GEOID_ZCTA5_20|AREALAND_ZCTA5_20|AREALAND_PART"
    "|AREAWATER_PART"
)


def relationship(*rows: tuple[str, str, int]) -> bytes:
    """The Census relationship file: byte order mark, bars, unused columns."""
    lines = [f"1|{geoid}|Congressional District|{zip}|0|{land}|5" for geoid, zip, land in rows]
    return "\n".join([f"\ufeff{COLUMNS}", *lines, ""]).encode()


@pytest.mark.parametrize(
    ("geoid", "seat"),
    [
        ("4820", "TX-20"),
        ("0601", "CA-1"),
        ("5600", "WY-0"),
        ("1198", "DC-0"),
        ("7298", "PR-0"),
        ("6098", "AS-0"),
        ("36ZZ", None),
        ("9901", None),
        ("", None),
        ("48", None),
    ],
)
def test_32_geoids_as_seats(geoid: str, seat: str | None) -> None:
    assert seat_of(geoid) == seat


def test_shares_are_of_land_and_slivers_are_dropped() -> None:
    table = relationship(
        ("0636", "90210", 7_000_000),
        ("0632", "90210", 3_000_000),
        ("0630", "90210", 9_000),
        ("06ZZ", "90210", 5_000_000),
        ("0636", "", 1_000),
        ("1198", "20001", 100),
        ("2502", "02532", 0),
    )
    assert read_zips(table, 119) == [
        ZipRow("02532", "MA-2", None),
        ZipRow("20001", "DC-0", 1.0),
        ZipRow("90210", "CA-32", 0.2997),
        ZipRow("90210", "CA-36", 0.6994),
    ]


def test_a_plain_table_gives_each_pair_once() -> None:
    rows = b"48,TX,78205,20\n48,TX,78205,20\n72,PR,00901,98\n48,TX,78205,\n00,XX,1,1\n"
    table = b"state_fips,state_abbr,zcta,cd\n" + rows
    assert read_zips(table, 119) == [ZipRow("00901", "PR-0", None), ZipRow("78205", "TX-20", None)]


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"<html>Not found</html>",
        b"zip,district\n78205,20\n",
        b"\xff\xfe\x00binary",
        b"state_abbr,zcta,cd\n",
        relationship(("4820", "78205", 1)).replace(b"CD119", b"CD120"),
    ],
)
def test_what_is_no_zip_table_of_this_congress_changes_nothing(
    engine: Engine, now: datetime, table: bytes
) -> None:
    import_zips(engine, relationship(("4820", "78205", 1)), 119, now=now)
    with pytest.raises(Refused):
        import_zips(engine, table, 119, now=now)
    with db.reading(engine) as session:
        assert [row.seat for row in session.exec(select(ZipSeat))] == ["TX-20"]


def test_each_congress_keeps_its_own_table(engine: Engine, now: datetime) -> None:
    import_zips(engine, relationship(("4837", "78701", 1), ("4837", "78702", 1)), 119, now=now)
    later = relationship(("4810", "78701", 1)).replace(b"CD119", b"CD120")
    assert import_zips(engine, later, 120, now=now) == 1
    assert import_zips(engine, relationship(("4821", "78701", 1)), 119, now=now) == 1
    with db.reading(engine) as session:
        rows = {(row.congress, row.zip, row.seat) for row in session.exec(select(ZipSeat))}
        state = members.data_state(session, "zips-120")
    assert rows == {(119, "78701", "TX-21"), (120, "78701", "TX-10")}
    assert state is not None
