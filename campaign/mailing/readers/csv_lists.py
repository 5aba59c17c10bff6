"""Lists of readers as CSV files: taken over line by line, and written out.

Columns: email, language, zip or seat, proposals (slugs between semicolons or spaces).
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.districts import finder
from campaign.mailing.models import Subscriber
from campaign.mailing.readers.subscribers import Imported, Row, Wish
from campaign.refusals import Refused

COLUMNS = ("email", "language", "seat", "proposals", "state", "confirmed_at")
# A spreadsheet takes a cell that starts so for a formula.
_DISARMED = ("=", "+", "-", "@", "\t", "\r", "'")


def read(session: Session, text: str, done: Imported, *, now: datetime) -> Iterator[Row]:
    """The rows of a file; a line that cannot be read is noted in ``done.rejects``. Raises Refused for a file
    without a column of addresses."""
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    names = {name.strip().lower(): name for name in table.fieldnames or [] if name}
    if "email" not in names:
        raise Refused(
            "The file needs a first line that names its columns, one of them email.",
            "El archivo necesita una primera línea con los nombres de las columnas, una de ellas email.",
        )
    for raw in table:
        cells = {name: (raw.get(column) or "").strip() for name, column in names.items()}
        try:
            wish = _wish(session, cells, now)
        except Refused as refusal:
            done.rejects[table.line_num] = refusal.en
            continue
        yield Row(table.line_num, _plain(cells["email"]), wish)


def _wish(session: Session, cells: dict[str, str], now: datetime) -> Wish:
    language = cells.get("language", "").lower()[:2] or "en"
    if language not in ("en", "es"):
        raise Refused(f"unknown language {language!r}", f"idioma desconocido {language!r}")
    seat = cells.get("seat", "").upper()
    if not seat and cells.get("zip"):
        found = finder.by_zip(session, cells["zip"].zfill(5), now=now)
        states = {hit.seat.partition("-")[0] for hit in found.seats}
        whole = states.pop() if len(states) == 1 else ""
        seat = found.seats[0].seat if found.result == "found" else whole
    slugs = tuple(cells.get("proposals", "").replace(";", " ").split())
    return Wish(language, seat, slugs).checked()


def armless(cell: str) -> str:
    """A cell with a mark before it where a spreadsheet would run it, or where it could be taken for marked."""
    return f"'{cell}" if cell.startswith(_DISARMED) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _DISARMED else cell


def write(session: Session) -> str:
    """Every confirmed reader; cells that a spreadsheet would run are disarmed."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    rows = select(Subscriber).where(Subscriber.state == "confirmed").order_by(col(Subscriber.id))
    for reader in session.exec(rows):
        since = reader.confirmed_at.isoformat() if reader.confirmed_at else ""
        cells = (reader.email, reader.language, reader.seat, reader.proposals, reader.state, since)
        table.writerow([armless(cell) for cell in cells])
    return out.getvalue()
