"""Tables as files: CSV and XLSX without formulas in text cells, and a strict reader of uploaded ones."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from campaign.organizing import workbooks
from campaign.refusals import Refused

# First characters of a cell that a spreadsheet may run as a formula (OWASP, "CSV Injection").
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%")
MOST_ROWS = 5_000
MOST_BYTES = 4_000_000
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def guarded(value: Any) -> str:
    """A cell's text, with an apostrophe before it where a spreadsheet could run it as a formula."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    text = text.replace("\0", "")
    return f"'{text}" if text.startswith((*DANGEROUS, "'")) else text


def unguarded(text: str) -> str:
    """The text that ``guarded`` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*DANGEROUS, "'")) else text


def csv_of(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file (RFC 4180) in UTF-8 with a byte order mark, by which Excel recognizes the encoding."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in header])
    for row in rows:
        writer.writerow([value if isinstance(value, int) else guarded(value) for value in row])
    return (BOM + out.getvalue()).encode()


def xlsx_of(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook with one sheet, in which no text cell is a formula."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title="".join(c for c in title if c not in r"[]:*?/\ ")[:31] or "1")
    for row in (header, *rows):
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    if value is None or (isinstance(value, int | float | date) and not isinstance(value, datetime)):
        return value
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils.exceptions import IllegalCharacterError

    text = value.isoformat() if isinstance(value, datetime) else str(value)
    try:
        cell = WriteOnlyCell(sheet, value=text)
    except IllegalCharacterError:
        cell = WriteOnlyCell(sheet, value="".join(c for c in text if c.isprintable() or c == "\n"))
    # openpyxl makes text that begins with "=" a formula unless the type is set.
    cell.data_type = "s"
    return cell


@dataclass(frozen=True)
class Line:
    """A row of an uploaded table: its line in the file (from 1) and its cells by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Fault:
    """Why a line of an uploaded table is rejected."""

    line: int
    en: str
    es: str

    def text(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


def read_table(raw: bytes, *, needed: Iterable[str], known: Iterable[str]) -> list[Line]:
    """The rows of an uploaded workbook, or of a CSV file separated by commas, semicolons or tabs.

    Raises Refused, with the line if there is one, for a file that is neither, lacks one of the columns
    ``needed``, has one that is not ``known``, is cut off, or is too long.
    """
    if len(raw) > MOST_BYTES:
        raise _too_long()
    rows = workbooks.rows_of(raw) if raw.startswith(workbooks.MAGIC) else csv_rows(decoded(raw))
    _number, first = next(rows, (1, []))
    header = [unguarded(name.strip()).lower() for name in first]
    _check_header(header, set(needed), set(known))
    return list(_lines(rows, header))


def csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table separated by commas, semicolons or tabs, each with the line on which it begins.

    Raises Refused, with the line, for a quote that stays open.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Refused(
            f"Line {line}: the file breaks off or its quotes do not match ({error}).",
            f"Línea {line}: el archivo está cortado o sus comillas no coinciden ({error}).",
        ) from None


def _delimiter(text: str) -> str:
    """The separator that the line of column names has most of, outside quotes."""
    header = re.search(r"\S[^\r\n]*", text)
    return max(",;\t", key=re.sub(r'"[^"]*"', "", header[0] if header else "").count)


def decoded(raw: bytes) -> str:
    """The text of a file in UTF-8, in UTF-16 with a byte order mark, or as Excel writes it in the U.S.

    Raises Refused for what is no text.
    """
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            "This workbook is old or has a password. Save it as XLSX without one, or as CSV (UTF-8).",
            "Este libro de cálculo es de un tipo antiguo o tiene contraseña. Guárdelo como XLSX sin ella, o "
            "como CSV (UTF-8).",
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The default encoding of CSV files from Excel in the United States.
        text = raw.decode("cp1252", errors="replace")
    if "\0" in text:
        raise Refused("This is not a table of text.", "Este archivo no es una tabla de texto.")
    return text


def _check_header(header: Sequence[str], needed: set[str], known: set[str]) -> None:
    missing = ", ".join(sorted(needed - set(header)))
    if missing:
        raise Refused(
            f"Line 1: the columns {missing} are missing. Download the table first and keep its columns.",
            f"Línea 1: faltan las columnas {missing}. Descargue antes la tabla y conserve sus columnas.",
        )
    strange = ", ".join(sorted(set(header) - known - {""}))[:120]
    if strange:
        raise Refused(
            f"Line 1: unknown columns {strange}.",
            f"Línea 1: aquí no se conocen las columnas {strange}.",
        )
    if len(set(header)) != len(header):
        raise Refused("Line 1: a column stands there twice.", "Línea 1: una columna aparece dos veces.")


def _lines(rows: Iterable[tuple[int, list[str]]], header: Sequence[str]) -> Iterable[Line]:
    count = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise _too_long()
        if len(cells) != len(header):
            raise Refused(
                f"Line {number}: {len(cells)} cells where the header has {len(header)}.",
                f"Línea {number}: {len(cells)} celdas y el encabezado tiene {len(header)}.",
            )
        yield Line(number, {name: unguarded(cell.strip()) for name, cell in zip(header, cells, strict=True)})


def _too_long() -> Refused:
    size = MOST_BYTES // 1_000_000
    return Refused(
        f"The table is too long: at most {MOST_ROWS:,} rows and {size} MB. Nothing was read.",
        f"La tabla es demasiado larga: como máximo {MOST_ROWS:,} filas y {size} MB. No se leyó nada.",
        status=413,
    )
