"""Committees and who sits on them: import from the files of congress-legislators."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import data_sets, legislators
from campaign.congress.bills import congress_of
from campaign.congress.data_sets import PLAUSIBLE_SHARE, Row
from campaign.congress.models import Committee, CommitteeSeat

# The least share of a committee's known seats that replaces them.
PLAUSIBLE_COMMITTEE = 0.5


def import_committees(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    found = list(legislators.read_committees(rows))
    known = data_sets.count(session, Committee)
    if not data_sets.is_plausible(session, "committees", len(found), known, now):
        return 0
    data_sets.set_state(session, "committees", as_of, now)
    return data_sets.put(session, Committee, found)


def import_memberships(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    """Take over who sits on which committee.

    The file is empty when a Congress begins and fills for months. Seats end with their Congress, so the first
    rows of a new one replace all of the last one's. Within a Congress a committee that the file lacks keeps its
    known seats until the file is about as full as what is known; one with fewer than half keeps them always.
    """
    seats = list(legislators.read_memberships(rows))
    congress = _congress_of(session, seats, as_of)
    found = [_membership_row(code, seat, congress) for code, seat in seats]
    sizes = Counter(row["committee"] for row in found)
    of_this = select(CommitteeSeat.committee).where(CommitteeSeat.congress == congress)
    known = Counter(session.exec(of_this))
    full = bool(found) and len(found) >= known.total() * PLAUSIBLE_SHARE["memberships"]
    poor = {code for code, size in known.items() if sizes[code] < size * PLAUSIBLE_COMMITTEE}
    kept = {code for code in poor if sizes[code] or not full}
    if not found or (known and len(kept) == len(known)):
        note = f"not yet published: {len(found)} rows where {known.total()} are known"
        data_sets.note_problem(session, "memberships", note, now)
        return 0
    stored = store_memberships(session, [row for row in found if row["committee"] not in kept], kept)
    data_sets.note_kept(session, "memberships", len(kept), "committees less than half listed", as_of, now)
    return stored


def _congress_of(session: Session, seats: Sequence[tuple[str, legislators.Membership]], as_of: date) -> int:
    """The Congress of a file: that of its day, unless it still holds just what the last Congress had, of those
    who are still listed: the seats of who has left are deleted before the file lacks them."""
    stored = session.exec(select(CommitteeSeat)).all()
    before = {(row.committee, row.bioguide, row.role) for row in stored}
    sitting, committees = _known(session)
    now = {
        (code, seat.bioguide, seat.role)
        for code, seat in seats
        if code in committees and seat.bioguide in sitting
    }
    if stored and before == now:
        return min(stored[0].congress, congress_of(as_of))
    return congress_of(as_of)


def _membership_row(code: str, seat: legislators.Membership, congress: int) -> Row:
    return {
        "committee": code,
        "bioguide": seat.bioguide,
        "side": seat.party,
        "rank": seat.rank,
        "role": seat.role,
        "congress": congress,
    }


def store_memberships(session: Session, rows: Sequence[Row], kept: Collection[str] = ()) -> int:
    """Replace all committee seats, save those of the committees ``kept``."""
    sitting, committees = _known(session)
    current = [row for row in rows if row["committee"] in committees and row["bioguide"] in sitting]
    session.execute(sa.delete(CommitteeSeat).where(col(CommitteeSeat.committee).not_in(kept)))
    data_sets.put(session, CommitteeSeat, current, fresh=True)
    return len(current)


def _known(session: Session) -> tuple[set[str], set[str]]:
    """The people and the committees of whom seats are stored."""
    return data_sets.listed(session), set(session.exec(select(Committee.id)))
