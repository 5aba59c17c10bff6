"""The whip board: what organizers know and plan for each member and bill, with every change.

Two users may edit one entry at once. Each edit names the version it started from: changes of different fields
are merged, and where both changed the same field the second edit is not written but shown beside the first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from campaign import db
from campaign.accounts import users
from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.congress.models import Bill, Cosponsorship
from campaign.organizing.models import WhipChange, WhipEntry
from campaign.organizing.written_days import day_of
from campaign.proposals import lineage
from campaign.refusals import Refused

LEANS: Final = ("for", "likely", "unknown", "unlikely", "against")
FIELDS: Final = ("lean", "owner", "next_step", "next_on", "tags")
LONGEST = {"next_step": 300, "tags": 120}
Values = dict[str, str]


@dataclass(frozen=True)
class Clash:
    """A field that two edits changed: its value before, the other edit's and its user, and this edit's."""

    field: str
    base: str
    theirs: str
    mine: str
    by: str


@dataclass(frozen=True)
class Merge:
    """The result of an edit against the current entry: fields as (name, before, after), and clashes."""

    changes: tuple[tuple[str, str, str], ...]
    clashes: tuple[Clash, ...]

    @property
    def mine(self) -> Values:
        """The fields that this edit changed against the version it started from, and no others: the rest of
        its form is as old as that version."""
        return {field: after for field, _before, after in self.changes} | {
            clash.field: clash.mine for clash in self.clashes
        }


@dataclass(frozen=True)
class BoardRow:
    """A member on the board.

    ``standing`` is the record's: sponsor, on, withdrew or empty, ``since`` its day. ``values`` are the
    organizers', ``version`` is 0 where there is no entry.
    """

    person: Person
    standing: str
    since: date | None
    values: Values
    version: int


# --- reading ---


def values_of(entry: WhipEntry | None) -> Values:
    """The fields of an entry as text; defaults where there is no entry."""
    if entry is None:
        return {"lean": "unknown", "owner": "", "next_step": "", "next_on": "", "tags": ""}
    day = entry.next_on.isoformat() if entry.next_on else ""
    return {
        "lean": entry.lean,
        "owner": entry.owner,
        "next_step": entry.next_step,
        "next_on": day,
        "tags": entry.tags,
    }


def entry_of(session: Session, bill: str, bioguide: str) -> WhipEntry | None:
    return session.get(WhipEntry, (bill, bioguide))


def board(
    session: Session, bill: Bill, sitting: Mapping[str, Person] | None = None, *, now: datetime
) -> list[BoardRow]:
    """All members of the bill's chamber by state, district and name.

    ``sitting`` is all sitting members, for a caller that has them.
    """
    chamber = BillId.of(bill.id).chamber
    rows = session.exec(select(Cosponsorship).where(Cosponsorship.bill == bill.id)).all()
    on = {row.bioguide: row.joined for row in rows if row.withdrawn is None}
    left = {row.bioguide: row.withdrawn for row in rows if row.withdrawn and row.bioguide not in on}
    entries = {entry.bioguide: entry for entry in entries_of(session, bill.id)}
    found = []
    for person in (members.people(session, now=now) if sitting is None else sitting).values():
        if person.chamber != chamber:
            continue
        standing, since = _standing(person.bioguide, bill, on, left)
        entry = entries.get(person.bioguide)
        found.append(BoardRow(person, standing, since, values_of(entry), entry.version if entry else 0))
    return sorted(found, key=lambda row: (row.person.state, row.person.district or 0, row.person.last))


def _standing(
    bioguide: str, bill: Bill, on: Mapping[str, date], left: Mapping[str, date | None]
) -> tuple[str, date | None]:
    if bioguide == bill.sponsor:
        return "sponsor", bill.introduced
    if bioguide in on:
        return "on", on[bioguide]
    return ("withdrew", left[bioguide]) if bioguide in left else ("", None)


def history(session: Session, bioguide: str, bill: str | None = None) -> list[WhipChange]:
    """The changes of a member's entries, newest first."""
    query = _changes(bioguide)
    return list(session.exec(query.where(WhipChange.bill == bill) if bill else query))


def latest(session: Session, bioguide: str, campaign: str, limit: int) -> list[WhipChange]:
    """The latest changes of a member's entries on bills of a campaign, or of none, newest first."""
    others = col(WhipChange.bill).in_(lineage.bills_of_others(campaign))
    return list(session.exec(_changes(bioguide).where(~others).limit(limit)))


def _changes(bioguide: str) -> SelectOfScalar[WhipChange]:
    return select(WhipChange).where(WhipChange.bioguide == bioguide).order_by(col(WhipChange.seq).desc())


def entries_of(session: Session, bill: str) -> list[WhipEntry]:
    return list(session.exec(select(WhipEntry).where(WhipEntry.bill == bill)))


def due(
    session: Session, bills: Collection[str], *, today: date, mine: str, limit: int = 50
) -> list[WhipEntry]:
    """Entries for these bills whose next step is due: those that ``mine`` owns first, then the oldest."""
    query = select(WhipEntry).where(
        col(WhipEntry.bill).in_(bills), col(WhipEntry.next_on) <= today, WhipEntry.next_step != ""
    )
    others = sa.case((col(WhipEntry.owner) == mine, 0), else_=1)
    return list(session.exec(query.order_by(others, col(WhipEntry.next_on), WhipEntry.bioguide).limit(limit)))


def owned(session: Session, bills: Collection[str]) -> dict[str, list[WhipEntry]]:
    """The entries for these bills by their owner, the steps that come first before the others."""
    query = select(WhipEntry).where(col(WhipEntry.bill).in_(bills), WhipEntry.owner != "")
    found: dict[str, list[WhipEntry]] = defaultdict(list)
    for entry in session.exec(query.order_by(col(WhipEntry.next_on), WhipEntry.bioguide, WhipEntry.bill)):
        found[entry.owner].append(entry)
    return dict(found)


def entries_for(session: Session, bills: Collection[str], who: Collection[str]) -> list[WhipEntry]:
    """The entries of some members for some bills."""
    query = select(WhipEntry).where(col(WhipEntry.bill).in_(bills), col(WhipEntry.bioguide).in_(who))
    return list(session.exec(query))


# --- editing ---


def clean(session: Session, given: Mapping[str, str]) -> Values:
    """Valid, normalized values of the given fields. Raises Refused with the name of an invalid field."""
    found: Values = {}
    for field in FIELDS:
        if field in given:
            found[field] = _CLEAN[field](session, " ".join(given[field].split()))
    return found


def _clean_lean(_session: Session, text: str) -> str:
    if text.lower() not in LEANS:
        known = ", ".join(LEANS)
        raise Refused(
            f"“{text[:40]}” is not a leaning. Use one of {known}.",
            f"«{text[:40]}» no es una postura. Use una de {known}.",
        )
    return text.lower()


def _clean_owner(session: Session, text: str) -> str:
    if not text:
        return ""
    user = users.by_email(session, text)
    if user is None:
        raise Refused(f"No one here has the address {text[:60]}.", f"Nadie aquí usa la dirección {text[:60]}.")
    return user.email


def _check_can_own(session: Session, email: str) -> None:
    """Only a new owner has to be able to work: who left, or may only look by now, stays until somebody changes
    that."""
    if email and not users.may(users.by_email(session, email), "organizer"):
        raise Refused(
            f"{email} is not an organizer now, so nothing new can be theirs.",
            f"{email} ya no organiza aquí, así que no se le puede asignar nada nuevo.",
        )


def _clean_step(_session: Session, text: str) -> str:
    if len(text) > LONGEST["next_step"]:
        raise Refused(
            f"A next step has at most {LONGEST['next_step']} characters. Put the rest in a note.",
            f"El próximo paso tiene como máximo {LONGEST['next_step']} caracteres. Lo demás va en una nota.",
        )
    return text


def _clean_day(_session: Session, text: str) -> str:
    day = day_of(text)
    return day.isoformat() if day else ""


def _clean_tags(_session: Session, text: str) -> str:
    words = sorted({word.strip("#").lower() for word in text.replace(",", " ").split()} - {""})
    joined = " ".join(words)
    if len(joined) > LONGEST["tags"]:
        raise Refused("These are too many tags.", "Son demasiadas etiquetas.")
    return joined


_CLEAN = {
    "lean": _clean_lean,
    "owner": _clean_owner,
    "next_step": _clean_step,
    "next_on": _clean_day,
    "tags": _clean_tags,
}


def merge(session: Session, bill: str, bioguide: str, mine: Values, *, version: int) -> Merge:
    """Merge an edit that started from ``version`` with the current entry; writes nothing.

    Raises Refused for a new owner who is no organizer.
    """
    entry = entry_of(session, bill, bioguide)
    current = values_of(entry)
    later = _changes_after(session, bill, bioguide, version)
    changes, clashes = [], []
    for field, value in mine.items():
        base = later[field].before if field in later else current[field]
        if value in (base, current[field]):
            continue
        if field == "owner":
            _check_can_own(session, value)
        if field in later and current[field] != base:
            clashes.append(Clash(field, base, current[field], value, later[field].by))
        else:
            changes.append((field, current[field], value))
    return Merge(tuple(changes), tuple(clashes))


def _changes_after(session: Session, bill: str, bioguide: str, version: int) -> dict[str, WhipChange]:
    """Each field's first change after a version, with the user and time of its last one.

    The first change's ``before`` is the field's value in that version.
    """
    query = select(WhipChange).where(
        WhipChange.bill == bill, WhipChange.bioguide == bioguide, WhipChange.version > version
    )
    first: dict[str, WhipChange] = {}
    for change in session.exec(query.order_by(col(WhipChange.seq))):
        known = first.setdefault(change.field, change)
        if known is not change:
            first[change.field] = WhipChange(**{**known.model_dump(), "by": change.by, "at": change.at})
    return first


def save(
    session: Session,
    bill: str,
    bioguide: str,
    given: Mapping[str, str],
    *,
    version: int,
    by: str,
    now: datetime,
) -> Merge:
    """Edit an entry, with its history. Writes nothing where the merge has a clash.

    Raises Refused for an invalid value, an unknown bill or member, and a member of the other chamber.
    """
    db.lock(session, "edits")
    _check_pair(session, bill, bioguide, now)
    found = merge(session, bill, bioguide, clean(session, given), version=version)
    if not found.clashes and found.changes:
        write(session, bill, bioguide, found.changes, by=by, now=now)
    return found


def assign(
    session: Session, bioguide: str, versions: Mapping[str, int], owner: str, *, by: str, now: datetime
) -> tuple[Clash, ...]:
    """Give a member to an owner for several bills, each by the version of its entry that was shown.

    Writes nothing where somebody else changed an owner since; then the clashes say to what. Raises as ``save``.
    """
    db.lock(session, "edits")
    given = clean(session, {"owner": owner})
    merges = {}
    for bill, version in versions.items():
        _check_pair(session, bill, bioguide, now)
        merges[bill] = merge(session, bill, bioguide, given, version=version)
    clashes = tuple(clash for found in merges.values() for clash in found.clashes)
    if not clashes:
        for bill, found in merges.items():
            if found.changes:
                write(session, bill, bioguide, found.changes, by=by, now=now)
    return clashes


def write(
    session: Session,
    bill: str,
    bioguide: str,
    changes: Iterable[tuple[str, str, str]],
    *,
    by: str,
    now: datetime,
) -> WhipEntry:
    """Write merged changes into the entry and its history."""
    entry = session.get(WhipEntry, (bill, bioguide))
    if entry is None:
        entry = WhipEntry(bill=bill, bioguide=bioguide, version=0)
    entry.version += 1
    for field, before, after in changes:
        stored: Any = (date.fromisoformat(after) if after else None) if field == "next_on" else after
        setattr(entry, field, stored)
        session.add(
            WhipChange(
                bill=bill,
                bioguide=bioguide,
                version=entry.version,
                field=field,
                before=before,
                after=after,
                by=by,
                at=now,
            )
        )
    session.add(entry)
    session.flush()
    return entry


def no_such_pair() -> Refused:
    return Refused("There is no such bill or member.", "No existe ese proyecto o ese miembro.", status=404)


def _check_pair(session: Session, bill: str, bioguide: str, now: datetime) -> None:
    person = members.person(session, bioguide, now=now)
    if session.get(Bill, bill) is None or person is None:
        raise no_such_pair()
    if person.chamber != BillId.of(bill).chamber:
        raise Refused(
            f"{person.name} is not in the chamber of {BillId.of(bill).short}.",
            f"{person.name} no está en la cámara de {BillId.of(bill).short}.",
        )
