"""Stores the House's lists of what may come up, and says what is on the one of a week."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from campaign.calendar.models import FloorBill, FloorWeek, SessionDay
from campaign.calendar.parsed import FloorList
from campaign.congress.bills import WASHINGTON


def week_of(moment: datetime) -> date:
    """The Monday of the week in which a moment is in Washington."""
    day = moment.astimezone(WASHINGTON).date()
    return day - timedelta(days=day.weekday())


def take(session: Session, found: FloorList, *, modified: str, now: datetime) -> int:
    """Store a week's list; returns how many measures were added or taken off.

    A measure is taken off when its item says so, or when no item of a newer publication has it. An older
    publication than the stored one changes nothing.
    """
    week = session.get(FloorWeek, found.week)
    if week and found.version < week.version:
        return 0
    if week is None:
        week = FloorWeek(week=found.week, congress=found.congress, version=found.version, read_at=now)
        session.add(week)
        session.flush()
    week.version, week.modified, week.read_at = found.version, modified, now
    rows = {
        (row.bill, row.relation): row
        for row in session.exec(select(FloorBill).where(FloorBill.week == found.week))
    }
    changes = 0
    listed = set()
    for item in found.items:
        for bill, relation in item.named if not item.removed else ():
            key = str(bill), relation
            listed.add(key)
            if key not in rows:
                rows[key] = FloorBill(
                    week=found.week,
                    bill=key[0],
                    relation=relation,
                    label=item.label,
                    category=item.category,
                    first_seen=now,
                )
                session.add(rows[key])
                changes += 1
            elif rows[key].removed_at:
                rows[key].removed_at = None
    for key, row in rows.items():
        if key not in listed and row.removed_at is None:
            row.removed_at = now
            changes += 1
    return changes


def confirm(session: Session, week: date, *, now: datetime) -> None:
    """Note that a week's list is as it was read before."""
    if known := session.get(FloorWeek, week):
        known.read_at = now


def on_lists(session: Session, bills: Collection[str], *, now: datetime) -> list[FloorBill]:
    """Where some bills are, or were, on the lists of this week and the next; none of a week in which the House
    has left. Sorted by week, the bill's own item before a rule's."""
    monday = week_of(now)
    weeks = [week for week in (monday, monday + timedelta(days=7)) if not has_left(session, week, now=now)]
    query = select(FloorBill).where(col(FloorBill.week).in_(weeks), col(FloorBill.bill).in_(bills))
    return sorted(session.exec(query), key=lambda row: (row.week, row.bill, row.relation))


def has_left(session: Session, week: date, *, now: datetime) -> bool:
    """Whether every voting day that is left of a week was called off; behind them, whether the last one was.

    A list, once posted, stays there.
    """
    today = now.astimezone(WASHINGTON).date()
    query = select(SessionDay).where(
        SessionDay.chamber == "house",
        col(SessionDay.kind).in_(("votes", "cancelled")),
        SessionDay.day >= week,
        SessionDay.day < week + timedelta(days=7),
    )
    days = session.exec(query.order_by(col(SessionDay.day))).all()
    left = [row for row in days if row.day >= today] or days[-1:]
    return bool(left) and all(row.kind == "cancelled" for row in left)
