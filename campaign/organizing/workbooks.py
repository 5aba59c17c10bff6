"""Reading an uploaded workbook (XLSX) as rows of text."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from campaign.refusals import Refused

MAGIC: Final = b"PK\x03\x04"
# Unpacked: a file of some kilobytes can hold gigabytes.
MOST_UNPACKED = 60_000_000
MOST_COLUMNS = 100
# What openpyxl raises for a file that is broken, or is another kind of archive, beside an error of its own.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError,
    OSError, RuntimeError,
)  # fmt: skip


def rows_of(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """The number and the cells of each row of the first sheet, all as long as the first one.

    Raises Refused for a file that cannot be read, or would take too much room.
    """
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        yield from _rows(raw)
    except (InvalidFileException, *_BROKEN):
        raise Refused(
            "This workbook cannot be read. Save it again as XLSX, or as CSV (UTF-8).",
            "No se puede leer este libro de cálculo. Guárdelo de nuevo como XLSX, o como CSV (UTF-8).",
        ) from None


def _rows(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
            raise ValueError
    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        # Some programs write a wrong size of the sheet.
        sheet.reset_dimensions()
        width = 0
        for number, values in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), 1):
            cells = [_text(value) for value in values]
            while len(cells) > width and not cells[-1]:
                cells.pop()
            width = width or len(cells)
            yield number, cells + [""] * (width - len(cells))
    finally:
        book.close()


def _text(value: Any) -> str:
    """A cell as the board's CSV file would hold it."""
    if value is None:
        return ""
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return day.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
