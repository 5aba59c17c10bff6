"""Tables as files: no formulas in any spreadsheet, faults by line, all of an import written or none."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest
from chambers import NOW, add_bill, id_of, legislator, on, seat_members, term
from filled import filled_by
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.models import Bill
from campaign.organizing import exports, whip, whip_files
from campaign.organizing.whip_files import Preview
from campaign.refusals import Refused

BILL = "hr6736-119"
ANA, BO = "ana@example.org", "bo@example.org"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "|x", "%00", "'=1"]


def read(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_s17_nothing_in_a_csv_begins_like_a_formula(text: str) -> None:
    (_, (cell,)) = read(exports.csv_of(["a"], [[text]]))
    assert cell.startswith("'")
    assert exports.unguarded(cell) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_s17_nothing_in_a_workbook_is_a_formula(text: str) -> None:
    raw = exports.xlsx_of("Board", ["a"], [[text], [text]])
    sheet = zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    cell = load_workbook(io.BytesIO(raw)).worksheets[0]["A2"]
    assert cell.data_type == "s"


def test_numbers_and_days_stay_what_they_are() -> None:
    raw = exports.xlsx_of("a/b:c", ["n", "d"], [[-3, date(2026, 6, 1)]])
    sheet = load_workbook(io.BytesIO(raw)).worksheets[0]
    assert (sheet["A2"].value, sheet["B2"].value.date(), sheet.title) == (-3, date(2026, 6, 1), "abc")
    assert read(exports.csv_of(["n"], [[-3]]))[1] == ["-3"]


CELL = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), max_size=8))
def test_s17_what_goes_out_comes_back_the_same(rows: list[list[str]]) -> None:
    shown = read(exports.csv_of(["a", "b"], rows))[1:]
    assert [[exports.unguarded(cell) for cell in row] for row in shown] == rows
    assert not any(cell.startswith(exports.DANGEROUS) for row in shown for cell in row)


# --- reading ---


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 61_000_000)
    return out.getvalue()


def lines(raw: bytes) -> list[exports.Line]:
    return exports.read_table(raw, needed=["a"], known=["a", "b"])


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "columns a are missing"),
        (b"b\r\n1\r\n", "columns a are missing"),
        (b"a,c\r\n1,2\r\n", "unknown columns c"),
        (b"a,a\r\n1,2\r\n", "twice"),
        (b"a,b\r\n1,2\r\n1,2,3\r\n", "Line 3: 3 cells"),
        (b'a,b\r\n1,2\r\n1,"half', "Line 3: the file breaks off"),
        (b"PK\x03\x04rest of a workbook", "workbook cannot be read"),
        (b"\xd0\xcf\x11\xe0old", "XLSX without one"),
        (b"a\r\n\0\0\0", "not a table"),
        (b"a\r\n" + b"1\r\n" * 100_000, "too long"),
        (b"a" * 4_000_001, "too long"),
    ],
    ids=[
        "empty",
        "no column",
        "strange column",
        "twice",
        "ragged",
        "half a file",
        "half an xlsx",
        "xls",
        "binary",
        "rows",
        "bytes",
    ],
)
def test_files_that_cannot_be_read_are_refused_with_the_line(raw: bytes, says: str) -> None:
    refuses(raw, says)


def refuses(raw: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        lines(raw)
    assert refused.value.es


def test_a_workbook_that_unfolds_to_far_more_is_refused() -> None:
    refuses(bomb(), "workbook cannot be read")


@pytest.mark.parametrize(
    "raw",
    [
        "a;b\r\nGarcía;2\r\n".encode(),
        "\ufeffa,b\nGarcía,2\n".encode(),
        "a,b\r\nGarcía,2\r\n".encode("cp1252"),
        "a,b\r\nGarcía,2\r\n".encode("utf-16"),
        "a\tb\r\nGarcía\t2\r\n".encode("utf-16"),
        workbook(["a", "b", None], ["García", 2.0], [None, None, None]),
    ],
    ids=["semicolons", "mark and line feeds", "Windows", "UTF-16", "UTF-16 with tabs", "workbook"],
)
def test_what_spreadsheets_write_is_read(raw: bytes) -> None:
    assert [line.cells for line in lines(raw)] == [{"a": "García", "b": "2"}]


# --- the board out and in ---


def fill(engine: Engine) -> None:
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}")) for n in range(1, 6)))
    add_bill(engine, BILL, on("A2"))
    edit(engine, "A1", 0, lean="likely", next_step="=call, the LD", next_on="2026-06-25")


@pytest.fixture
def board(engine: Engine) -> Engine:
    return filled_by(fill, engine)


def edit(engine: Engine, who: str, version: int, by: str = BO, **given: str) -> None:
    with db.writing(engine) as session:
        assert not whip.save(session, BILL, id_of(who), given, version=version, by=by, now=NOW).clashes


def exported(engine: Engine) -> bytes:
    with db.reading(engine) as session:
        rows = whip.board(session, session.get_one(Bill, BILL), now=NOW)
    return exports.csv_of(whip_files.COLUMNS, whip_files.table(rows, BILL))


def bring(engine: Engine, raw: bytes, by: str = ANA) -> tuple[str, Preview]:
    with db.writing(engine) as session:
        return whip_files.bring(session, session.get_one(Bill, BILL), raw, by=by, now=NOW)


def confirm(engine: Engine, id: str, by: str = ANA, **later: float) -> Preview:
    with db.writing(engine) as session:
        return whip_files.confirm(session, id, by=by, now=NOW + timedelta(**later))[0]


def leans(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        rows = whip.board(session, session.get_one(Bill, BILL), now=NOW)
    return {row.person.bioguide: row.values["lean"] for row in rows}


def test_what_was_exported_comes_back_without_a_change(board: Engine) -> None:
    _, preview = bring(board, exported(board))
    assert (preview.edits, preview.clashes, preview.faults, preview.unchanged) == ((), (), (), 5)


def test_changes_are_seen_before_they_are_written_and_then_written_with_their_author(board: Engine) -> None:
    raw = exported(board).replace(b",unknown,", b",against,")
    id, preview = bring(board, raw)
    assert len(preview.edits) == 4
    assert preview.edits[0].changes == (("lean", "unknown", "against"),)
    assert set(leans(board).values()) == {"likely", "unknown"}
    confirm(board, id)
    assert sorted(leans(board).values()) == ["against"] * 4 + ["likely"]
    with db.reading(board) as session:
        assert whip.history(session, id_of("A2"))[0].by == ANA


def test_newer_edits_of_others_are_kept_and_shown_as_clashes(board: Engine) -> None:
    raw = exported(board).replace(b",likely,", b",against,").replace(b"=call", b"=write")
    edit(board, "A1", 1, lean="for")
    id, preview = bring(board, raw)
    ((name, clash),) = preview.clashes
    assert (name, clash.theirs, clash.mine, clash.by) == ("Lee MemberA1", "for", "against", BO)
    confirm(board, id)
    with db.reading(board) as session:
        values = whip.values_of(whip.entry_of(session, BILL, id_of("A1")))
    assert (values["lean"], values["next_step"]) == ("for", "=write, the LD")


def test_a_board_that_moved_after_the_preview_is_shown_again_not_written_over(board: Engine) -> None:
    id, _ = bring(board, exported(board).replace(b",unknown,", b",against,"))
    edit(board, "A3", 0, lean="for")
    with pytest.raises(Refused) as refused:
        confirm(board, id)
    assert refused.value.status == 409
    assert "against" not in leans(board).values()


@pytest.mark.parametrize(("by", "hours"), [(BO, 0), (ANA, 3)], ids=["somebody else", "too late"])
def test_an_import_is_its_owners_and_does_not_wait_for_ever(board: Engine, by: str, hours: float) -> None:
    id, _ = bring(board, exported(board).replace(b",unknown,", b",against,"))
    with pytest.raises(Refused) as refused:
        confirm(board, id, by, hours=hours)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text.replace(id_of("A2"), "X000001"), "not in this chamber"),
        (lambda text: text.replace(id_of("A2"), id_of("A1")), "twice"),
        (lambda text: text.replace(",unknown,", ",perhaps,", 1), "not a leaning"),
        (lambda text: text.replace("2026-06-25", "soon"), "not a day"),
        (lambda text: text.replace(",hr6736-119\r\n", ",s1-119\r\n", 1), "not of hr6736-119"),
        (lambda text: text.replace(",1,hr6736", ",9,hr6736"), "is in the future"),
        (lambda text: text.replace(",1,hr6736", ",one,hr6736"), "not a number"),
    ],
    ids=["stranger", "twice", "lean", "day", "bill", "version ahead", "version word"],
)
def test_one_bad_line_is_named_and_keeps_everything_from_being_written(board: Engine, spoil, says: str) -> None:
    text = exported(board).decode().replace(",unknown,", ",against,", 1)
    id, preview = bring(board, spoil(text).encode())
    (fault,) = preview.faults
    assert says in fault.en
    assert fault.line >= 2
    with pytest.raises(Refused):
        confirm(board, id)
    assert "against" not in leans(board).values()


def as_workbook(engine: Engine, **days: object) -> bytes:
    """The board as XLSX, with days written anew as a spreadsheet does."""
    with db.reading(engine) as session:
        rows = whip_files.table(whip.board(session, session.get_one(Bill, BILL), now=NOW), BILL)
    at = whip_files.COLUMNS.index("next_on")
    for row, name in zip(rows, ("A1", "A2", "A3", "A4", "A5"), strict=True):
        row[at] = days.get(name, row[at])
    return exports.xlsx_of("Board", whip_files.COLUMNS, rows)


def test_a_workbook_comes_back_without_a_change(board: Engine) -> None:
    _, preview = bring(board, as_workbook(board))
    assert (preview.edits, preview.faults, preview.unchanged) == ((), (), 5)


def test_days_that_a_spreadsheet_rewrote_come_back_in_the_order_that_the_board_tells(board: Engine) -> None:
    _, preview = bring(board, as_workbook(board, A1="6/25/2026", A2="12/1/2026", A3=date(2026, 11, 2)))
    assert preview.faults == ()
    assert [edit.changes for edit in preview.edits] == [
        (("next_on", "", "2026-12-01"),),
        (("next_on", "", "2026-11-02"),),
    ]


def test_a_day_that_reads_two_ways_is_refused_with_its_line(board: Engine) -> None:
    _, preview = bring(board, as_workbook(board, A3="12/1/2026"))
    (fault,) = preview.faults
    assert (fault.line, fault.en) == (
        4,
        "“12/1/2026” can be two days; write it as 2026-01-12 or as 2026-12-01.",
    )
