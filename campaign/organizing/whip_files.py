"""The whip board as a file: export, and import in two steps with a preview of the changes."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from campaign import db
from campaign.accounts.tokens import fingerprint
from campaign.congress.models import Bill
from campaign.organizing import whip, whip_batches, written_days
from campaign.organizing.exports import Fault, Line, read_table
from campaign.organizing.models import PendingImport
from campaign.organizing.whip import FIELDS, BoardRow, Clash
from campaign.organizing.whip_batches import Batch
from campaign.refusals import Refused

SHOWN = ("bioguide", "name", "party", "seat", "standing", "since")
COLUMNS = (*SHOWN, *FIELDS, "version", "bill")
NEEDED = ("bioguide", "version", "bill")
PREVIEW_LASTS = timedelta(hours=2)


def table(rows: Sequence[BoardRow], bill: str) -> list[list[object]]:
    """The board's rows in the order of ``COLUMNS``. ``version`` lets an import merge with later edits."""
    return [
        [
            row.person.bioguide,
            row.person.name,
            row.person.party,
            row.person.seat,
            row.standing,
            row.since,
            *(row.values[field] for field in FIELDS),
            row.version,
            bill,
        ]
        for row in rows
    ]


@dataclass(frozen=True)
class Edit:
    """What one line would change."""

    line: int
    bioguide: str
    name: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Preview:
    """The changes that an uploaded table would make, its clashes with newer edits, and rejected lines."""

    bill: str
    edits: tuple[Edit, ...]
    clashes: tuple[tuple[str, Clash], ...]
    faults: tuple[Fault, ...]
    unchanged: int

    @property
    def good(self) -> bool:
        return not self.faults

    @property
    def mark(self) -> str:
        return fingerprint(asdict(self))


def bring(session: Session, bill: Bill, raw: bytes, *, by: str, now: datetime) -> tuple[str, Preview]:
    """Read an uploaded board and store it until it is confirmed; returns its id and the preview.

    Raises Refused for a file that cannot be read.
    """
    days = {entry.bioguide: whip.values_of(entry)["next_on"] for entry in whip.entries_of(session, bill.id)}
    lines = written_days.settled(read_table(raw, needed=NEEDED, known=COLUMNS), days)
    found = preview(session, bill, lines, now=now)
    pending = PendingImport(
        id=secrets.token_urlsafe(12),
        owner=by,
        bill=bill.id,
        made_at=now,
        shown=found.mark,
        rows=[asdict(line) for line in lines],
    )
    session.execute(sa.delete(PendingImport).where(col(PendingImport.made_at) < now - PREVIEW_LASTS))
    session.add(pending)
    session.flush()
    return pending.id, found


def preview(session: Session, bill: Bill, lines: Sequence[Line], *, now: datetime) -> Preview:
    """The preview of an uploaded table against the current board; all lines are checked."""
    people = {row.person.bioguide: row for row in whip.board(session, bill, now=now)}
    edits: list[Edit] = []
    clashes: list[tuple[str, Clash]] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    unchanged = 0
    for line in lines:
        fault = _fault(line, bill, people, seen)
        if fault:
            faults.append(fault)
            continue
        bioguide = line.cells["bioguide"].upper()
        seen.add(bioguide)
        given: dict[str, str] = {field: line.cells[field] for field in FIELDS if field in line.cells}
        try:
            mine = whip.clean(session, given)
            if people[bioguide].version == int(line.cells["version"]) and mine == {
                field: people[bioguide].values[field] for field in mine
            }:
                unchanged += 1
                continue
            found = whip.merge(session, bill.id, bioguide, mine, version=int(line.cells["version"]))
        except Refused as error:
            faults.append(Fault(line.number, error.en, error.es))
            continue
        name = people[bioguide].person.name
        clashes += [(name, clash) for clash in found.clashes]
        if found.changes:
            edits.append(Edit(line.number, bioguide, name, found.changes))
        elif not found.clashes:
            unchanged += 1
    return Preview(bill.id, tuple(edits), tuple(clashes), tuple(faults), unchanged)


def _fault(line: Line, bill: Bill, people: dict[str, BoardRow], seen: set[str]) -> Fault | None:
    bioguide = line.cells["bioguide"].upper()
    if line.cells["bill"].lower() != bill.id:
        return Fault(line.number, f"this line is of {line.cells['bill'][:30]}, not of {bill.id}",
                     f"esta línea es de {line.cells['bill'][:30]}, no de {bill.id}")  # fmt: skip
    if bioguide not in people:
        return Fault(line.number, f"{bioguide[:20] or 'no one'} is not in this chamber",
                     f"{bioguide[:20] or 'nadie'} no está en esta cámara")  # fmt: skip
    if bioguide in seen:
        return Fault(line.number, f"{bioguide} stands there twice", f"{bioguide} aparece dos veces")
    if not line.cells["version"].isdecimal() or len(line.cells["version"]) > 9:
        return Fault(line.number, "the version is not a number", "la versión no es un número")
    if int(line.cells["version"]) > people[bioguide].version:
        return Fault(line.number, "the version is in the future", "la versión está en el futuro")
    return None


def confirm(session: Session, id: str, *, by: str, now: datetime) -> tuple[Preview, Batch]:
    """Write the changes of a preview in the caller's transaction; clashing fields stay as they are.

    Returns what was written, and the batch by which it can be undone.

    Raises Refused: 404 for an import that has expired, 409 where the preview would differ now.
    """
    pending = session.get(PendingImport, id)
    if pending is None or pending.owner != by or now - pending.made_at > PREVIEW_LASTS:
        raise Refused(
            "This import is gone. Nothing was written. Import the file again.",
            "Esta importación ya no está. No se escribió nada. Importe de nuevo el archivo.",
            status=404,
        )
    db.lock(session, "edits")
    bill = session.get_one(Bill, pending.bill)
    found = preview(session, bill, [Line(**row) for row in pending.rows], now=now)
    if found.faults or found.mark != pending.shown:
        raise Refused(
            "Someone changed the board meanwhile. Nothing was written. Import the file again to see both.",
            "Alguien cambió el tablero mientras tanto. No se escribió nada. Importe de nuevo el archivo.",
            status=409,
        )
    start = whip_batches.newest(session)
    for edit in found.edits:
        whip.write(session, bill.id, edit.bioguide, edit.changes, by=by, now=now)
    session.delete(pending)
    changed = tuple(edit.bioguide for edit in found.edits)
    return found, Batch(changed, (), start, whip_batches.newest(session))
