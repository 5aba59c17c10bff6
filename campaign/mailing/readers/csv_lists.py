"""Lists of readers as files: read row by row, and written.

A row that cannot be read is rejected alone; a board of member positions (organizing/exports.py) is read whole
or not at all. What a file says of consent is obeyed: see ``list_cells.LEFT``.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.congress.seats import read_seat
from campaign.districts import finder
from campaign.mailing.addresses import masked
from campaign.mailing.models import Subscriber
from campaign.mailing.readers import list_cells, list_columns
from campaign.mailing.readers.imports import Imported, Row
from campaign.mailing.readers.list_columns import Columns
from campaign.mailing.readers.subscribers import Wish
from campaign.organizing import exports, workbooks
from campaign.organizing.exports import guarded, unguarded
from campaign.proposals import campaigns
from campaign.refusals import Refused

COLUMNS = ("email", "language", "seat", "proposals", "state", "confirmed_at")


# --- reading ---------------------------------------------------------------------------------------


def text_of(raw: bytes) -> str:
    """An uploaded file as the text of a table; a workbook as CSV, its rows on the lines that they have there.

    Raises Refused for what is neither.
    """
    if not raw.startswith(workbooks.MAGIC):
        return exports.decoded(raw)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    for _number, cells in workbooks.rows_of(raw):
        table.writerow([" ".join(cell.split()) for cell in cells])
    return out.getvalue()


@dataclass(frozen=True)
class Table:
    """A list as it was read: the names of its columns, and its rows by line, blank ones left out."""

    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


def table_of(text: str) -> Table:
    """Raises Refused, with the line, for a quote that stays open, and for an empty file."""
    rows = [
        (line, [cell.strip() for cell in cells])
        for line, cells in exports.csv_rows(text.removeprefix("\ufeff"))
    ]
    rows = [row for row in rows if any(row[1])]
    if not rows:
        raise Refused("The file is empty.", "El archivo está vacío.")
    return Table([unguarded(name) for name in rows[0][1]], rows[1:])


def read(session: Session, campaign: str, text: str, done: Imported, *, now: datetime) -> Iterator[Row]:
    """The rows of a list for a campaign by the names of its columns; see ``rows_of``."""
    table = table_of(text)
    return rows_of(session, campaign, table, list_columns.find(table.header), done, now=now)


def rows_of(
    session: Session, campaign: str, table: Table, columns: Columns, done: Imported, *, now: datetime
) -> Iterator[Row]:
    """The rows of a table; one that cannot be read is noted in ``done.rejects``."""
    reader = _Reader(session, campaign, _slugs(session, campaign), columns, now)
    for line, cells in table.rows:
        try:
            yield reader.row(line, cells)
        except Refused as refusal:
            done.reject(line, refusal)


def _slugs(session: Session, campaign: str) -> set[str]:
    return {proposal.slug for proposal in campaigns.campaign_proposals(session, campaign)}


@dataclass
class _Reader:
    """Reads rows of one table. A place that many rows share is looked up once."""

    session: Session
    campaign: str
    proposals: set[str]
    columns: Columns
    now: datetime
    _places: dict[tuple[str, str], str] = field(default_factory=dict)

    def row(self, line: int, cells: Sequence[str]) -> Row:
        if len(cells) > len(self.columns.header) and any(cells[len(self.columns.header) :]):
            raise Refused(
                f"{len(cells)} cells where the header has {len(self.columns.header)}",
                f"{len(cells)} celdas y el encabezado tiene {len(self.columns.header)}",
            )
        get = {name: unguarded(self.columns.cell(name, cells)) for name in list_columns.NAMES}
        email = list_cells.address_of(get["email"])
        # Who is not taken needs no place and no language that can be read.
        if left := self._left(cells):
            return Row(line, email, Wish(), left)
        return Row(line, email, self._wish(get))

    def _left(self, cells: Sequence[str]) -> str:
        said = {
            list_cells.left_of(self.columns.cell(name, cells))
            for name in ("status", "consent")
            if name in self.columns.places
        }
        for place, reason in self.columns.leaving.items():
            if place < len(cells) and list_cells.is_yes(cells[place]):
                said.add(reason)
        return next((reason for reason in ("complaint", *list_cells.LEFT) if reason in said), "")

    def _wish(self, get: Mapping[str, str]) -> Wish:
        slugs = tuple(get["proposals"].replace(";", " ").replace(",", " ").split())
        if unknown := [slug for slug in slugs if slug not in self.proposals]:
            told = masked(repr(unknown[0][:40]))
            raise Refused(f"unknown proposal {told}", f"propuesta desconocida {told}")
        seat = self._place(get["seat"], get["zip"])
        spoken = list_cells.language_of(get["language"])
        return Wish(campaigns.spoken(self.session, self.campaign, spoken), seat, slugs).checked()

    def _place(self, seat: str, zip_code: str) -> str:
        """A seat as the table has it; the one seat of a ZIP code, the one state of its seats, or nothing."""
        known = self._places.get((seat, zip_code))
        if known is None:
            known = self._places[seat, zip_code] = self._found(seat, zip_code)
        return known

    def _found(self, seat: str, zip_code: str) -> str:
        if seat:
            return read_seat(self.session, seat).id
        if zip_code:
            return finder.by_zip(self.session, list_cells.zip_of(zip_code), now=self.now).sure_place
        return ""


# --- writing ---------------------------------------------------------------------------------------


def write(session: Session, campaign: str) -> str:
    """Every confirmed reader of a campaign, in cells that no spreadsheet runs as a formula."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    confirmed = select(Subscriber).where(Subscriber.campaign == campaign, Subscriber.state == "confirmed")
    for reader in session.exec(confirmed.order_by(col(Subscriber.id))):
        cells = (
            reader.email,
            reader.language,
            reader.seat,
            reader.proposals,
            reader.state,
            reader.confirmed_at,
        )
        table.writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def write_rejects(table: Table, rejects: Mapping[int, str]) -> bytes:
    """The rejected rows of a table with their reasons, to be mended and brought again."""
    rows = ([line, rejects[line], *cells] for line, cells in table.rows if line in rejects)
    return exports.csv_of(["line", "reason", *table.header], rows)
