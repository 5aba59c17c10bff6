"""Lists of readers as CSV files: read line by line, and written.

Columns: email, language, zip or seat, proposals (slugs between semicolons or spaces). A line that cannot be
read is rejected alone; a board of member positions (organizing/exports.py) is read whole or not at all.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.congress.seats import read_seat
from campaign.districts import finder
from campaign.mailing.models import Subscriber
from campaign.mailing.readers.imports import Imported, Row
from campaign.mailing.readers.subscribers import LANGUAGES, Wish
from campaign.organizing.exports import guarded, unguarded
from campaign.proposals import campaigns
from campaign.refusals import Refused

COLUMNS = ("email", "language", "seat", "proposals", "state", "confirmed_at")


def read(session: Session, campaign: str, text: str, done: Imported, *, now: datetime) -> Iterator[Row]:
    """The rows of a file for a campaign; a line that cannot be read is noted in ``done.rejects``.

    Raises Refused for a file without a column of addresses.
    """
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = {name.strip().lower(): name for name in table.fieldnames or [] if name}
    if "email" not in columns:
        raise Refused(
            "The file needs a first line that names its columns, one of them email.",
            "El archivo necesita una primera línea con los nombres de las columnas, una de ellas email.",
        )
    for line in table:
        cells = {name: unguarded((line.get(column) or "").strip()) for name, column in columns.items()}
        try:
            yield Row(table.line_num, cells["email"], _wish(session, campaign, cells, now))
        except Refused as refusal:
            done.rejects[table.line_num] = refusal.en


def _wish(session: Session, campaign: str, cells: dict[str, str], now: datetime) -> Wish:
    language = cells.get("language", "").lower()[:2] or campaigns.offered(session, campaign)[0]
    if language not in LANGUAGES:
        raise Refused(f"unknown language {language!r}", f"idioma desconocido {language!r}")
    seat = cells.get("seat", "")
    if seat:
        seat = read_seat(session, seat).id
    elif cells.get("zip"):
        seat = _seat_of_zip(session, cells["zip"], now)
    slugs = tuple(cells.get("proposals", "").replace(";", " ").split())
    known = {proposal.slug for proposal in campaigns.campaign_proposals(session, campaign)}
    if unknown := [slug for slug in slugs if slug not in known]:
        raise Refused(f"unknown proposal {unknown[0]!r}", f"propuesta desconocida {unknown[0]!r}")
    return Wish(campaigns.spoken(session, campaign, language), seat, slugs).checked()


def _seat_of_zip(session: Session, text: str, now: datetime) -> str:
    """The one seat of a ZIP code, the one state of its seats, or nothing. Spreadsheets drop leading zeros."""
    return finder.by_zip(session, text.zfill(5), now=now).sure_place


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
