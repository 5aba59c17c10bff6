"""The sitting Congress's new bills, tracked or not: the table ``listedbill`` and how far the sources were read.

A look reads a source's list; ``note_listed`` stores its rows, ``due`` says which bills are then to be read and
``store_heads`` stores what was read. Every step may be killed and done again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import data_sets
from campaign.congress.bills import WASHINGTON, BillId
from campaign.congress.listing import BillHead, Listed
from campaign.congress.models import Bill, ListedBill, SourceState

# A bill gets its short title up to some weeks after its number: S. 3508 (119th) had none for three weeks.
YOUNG = timedelta(days=120)
# Lists are read again from so long before the last look: they skip bills and are late (quirks 3, 9).
OVERLAP = timedelta(days=3)


def data_set(congress: int) -> str:
    """The name of the list's state among the data sets."""
    return f"new_bills-{congress}"


def looked_on(session: Session, congress: int) -> date | None:
    """The day, in Washington, up to which all new bills of a Congress were last seen; None before that."""
    state = session.get(SourceState, data_set(congress))
    return state.as_of if state else None


def changed_since(session: Session, congress: int) -> datetime | None:
    """From when on the next look must read the list: all of it (None) before a look has succeeded."""
    day = looked_on(session, congress)
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=WASHINGTON) - OVERLAP


def note_look(session: Session, congress: int, *, source: str, now: datetime) -> None:
    """Note that all new bills of a Congress were seen now."""
    day = now.astimezone(WASHINGTON).date()
    data_sets.set_state(session, data_set(congress), day, now, source)


def note_problem(session: Session, congress: int, problem: str, *, now: datetime) -> None:
    """Note why the last look does not count; the day of the one before stays."""
    data_sets.note_problem(session, data_set(congress), problem, now)


def note_listed(session: Session, listed: Iterable[Listed]) -> int:
    """Store rows of a list; returns how many are new or have another title. A known bill's mark never goes
    back, and a title that a list leaves out stays."""
    found = {str(row.bill): row for row in listed}
    known = _by_id(session, found)
    moved = 0
    for id, row in found.items():
        stored = known.get(id)
        if stored is None:
            stored = ListedBill(id=id, congress=row.bill.congress, updated=row.updated, title=row.title)
            session.add(stored)
            moved += 1
        elif row.updated >= stored.updated:
            moved += bool(row.title) and row.title != stored.title
            stored.updated, stored.title = row.updated, row.title or stored.title
    session.flush()
    return moved


def due(session: Session, congress: int, *, now: datetime) -> list[BillId]:
    """The listed bills whose titles or sponsor are to be read, those that failed before last.

    A bill is read when it is new, and again when its mark has moved while it lacks a fact or is young enough
    to get its short title. A bill that the record polls needs no reading here.
    """
    polled = sa.select(col(Bill.id)).where(col(Bill.congress) == congress, col(Bill.observed_at).is_not(None))
    young = (now - YOUNG).date()
    incomplete = sa.or_(
        col(ListedBill.sponsor).is_(None), col(ListedBill.official_title).is_(None), col(ListedBill.title) == ""
    )
    again = sa.and_(
        col(ListedBill.updated) > col(ListedBill.read_mark),
        sa.or_(incomplete, col(ListedBill.introduced) >= young),
    )
    query = (
        select(ListedBill.id)
        .where(
            ListedBill.congress == congress,
            sa.or_(col(ListedBill.read_mark).is_(None), again),
            col(ListedBill.id).not_in(polled),
        )
        .order_by(col(ListedBill.tried_at).asc().nulls_first(), col(ListedBill.updated), ListedBill.id)
    )
    return [BillId.of(id) for id in session.exec(query)]


def known_types(session: Session, congress: int) -> set[str]:
    """The types of the listed bills of a Congress."""
    ids = session.exec(select(ListedBill.id).where(ListedBill.congress == congress))
    return {BillId.of(id).type for id in ids}


def failing(session: Session, congress: int) -> set[BillId]:
    """The bills that could not be read at their last attempt."""
    query = select(ListedBill.id).where(ListedBill.congress == congress, ListedBill.problem != "")
    return {BillId.of(id) for id in session.exec(query)}


def store_heads(session: Session, heads: Sequence[BillHead], *, now: datetime) -> int:
    """Store what was read of listed bills; returns how many have other facts than before. What a source leaves
    out stays as it was."""
    known = _by_id(session, [str(head.bill) for head in heads])
    changed = 0
    for head in heads:
        row = known.get(str(head.bill))
        if row is not None:
            changed += _take(row, head)
            row.read_mark, row.tried_at, row.problem = row.updated, now, ""
    session.flush()
    return changed


def note_failed(session: Session, reasons: Mapping[BillId, str], *, now: datetime) -> None:
    """Note why bills could not be read; they are tried again at the next look."""
    for id, row in _by_id(session, [str(bill) for bill in reasons]).items():
        row.tried_at, row.problem = now, reasons[BillId.of(id)]


def forget(session: Session, *, sitting: int) -> int:
    """Delete rows of Congresses before the last one, and the looks at the last one; returns how many rows."""
    if ended := session.get(SourceState, data_set(sitting - 1)):
        session.delete(ended)
    old = sa.delete(ListedBill).where(col(ListedBill.congress) < sitting - 1)
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]


def as_bill(row: ListedBill) -> Bill:
    """A listed bill in the form of the record, to compare it or to add it: not read, and not tracked."""
    number = BillId.of(row.id)
    return Bill(
        id=row.id,
        congress=number.congress,
        type=number.type,
        number=number.number,
        title=row.title,
        official_title=row.official_title,
        title_key=row.title_key,
        official_key=row.official_key,
        introduced=row.introduced,
        sponsor=row.sponsor,
        sponsor_name=row.sponsor_name,
    )


def _take(row: ListedBill, head: BillHead) -> bool:
    names = ("title", "official_title", "introduced", "sponsor", "sponsor_name")
    given = {name: getattr(head, name) for name in names if getattr(head, name)}
    changed = any(getattr(row, name) != value for name, value in given.items())
    for name, value in given.items():
        setattr(row, name, value)
    return changed


def _by_id(session: Session, ids: Iterable[str]) -> dict[str, ListedBill]:
    query = select(ListedBill).where(col(ListedBill.id).in_(list(ids)))
    return {row.id: row for row in session.exec(query)}
