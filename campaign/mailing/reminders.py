"""Reminders to each organizer: what of theirs is due, what their members did, a digest that waits for approval.

One mail a person and day at most, and none where there is nothing to say. It is queued in the transaction that
marks the day as done, so a worker that is killed neither loses it nor queues it twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from campaign.accounts import users
from campaign.accounts.models import User
from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.congress.models import Change
from campaign.mailing.models import Delivery, Edition
from campaign.organizing import dashboard as boards
from campaign.organizing import whip
from campaign.organizing.models import WhipEntry
from campaign.proposals import campaigns

KIND: Final = "reminder"
MOVES: Final = ("cosponsored", "withdrew")
# News is told once; what nobody was told of for longer than this, the first page still shows.
LONGEST_NEWS = timedelta(days=7)


@dataclass(frozen=True)
class DayFacts:
    """What everybody's reminder of a day is made from."""

    day: date
    now: datetime
    owned: Mapping[str, Sequence[WhipEntry]]
    moves: Sequence[Change]
    people: Mapping[str, Person]
    # The digests that wait for approval: campaign and period.
    drafts: Sequence[tuple[str, str]]


def queue(session: Session, *, day: date, now: datetime) -> int:
    """Queue the reminders of a day for all who have had none on it; how many there are."""
    waiting = users.to_remind(session, day)
    if not waiting:
        return 0
    facts, newest, number = _facts(session, day, now), boards.newest_seq(session), 0
    for user in waiting:
        if detail := _detail(user, facts):
            session.add(Delivery(kind=KIND, address=user.email, due=now, detail=detail))
            number += 1
        users.reminded(session, user, day, newest)
    return number


def _facts(session: Session, day: date, now: datetime) -> DayFacts:
    working = boards.working_bills(session, now=now)
    over = {slug for slug in {p.campaign for _b, p in working} if campaigns.state(session, slug) == "archived"}
    bills = [bill.id for bill, proposal in working if proposal.campaign not in over]
    owned = whip.owned(session, bills)
    who = {entry.bioguide for entries in owned.values() for entry in entries}
    moves = select(Change).where(
        col(Change.bill).in_(bills),
        col(Change.bioguide).in_(who),
        col(Change.kind).in_(MOVES),
        col(Change.baseline).is_(False),
        col(Change.seen_at) > now - LONGEST_NEWS,
    )
    drafts = select(Edition.campaign, Edition.period).where(
        # An older draft can not be approved any more.
        Edition.kind == "digest",
        Edition.state == "draft",
        col(Edition.built_at) > now - LONGEST_NEWS,
    )
    return DayFacts(
        day,
        now,
        owned,
        session.exec(moves.order_by(col(Change.seq))).all(),
        members.people(session, who, now=now),
        session.exec(drafts.order_by(col(Edition.id))).all(),
    )


def _detail(user: User, facts: DayFacts) -> dict[str, Any]:
    """What a user's mail says, in plain values; empty where there is nothing to say."""
    entries = facts.owned.get(user.email, ())
    found = {
        "due": [_step(entry, facts) for entry in _due(user, entries, facts.day)],
        "news": [_move(change, facts) for change in _news(user, entries, facts)],
        "draft": [period for campaign, period in facts.drafts if _may_approve(user, campaign)],
    }
    return {kind: rows for kind, rows in found.items() if rows and users.wants(user, kind)}


def _may_approve(user: User, campaign: str) -> bool:
    return users.may(user, "organizer") and users.may_enter(user, campaign)


def _due(user: User, entries: Sequence[WhipEntry], day: date) -> list[WhipEntry]:
    """Steps whose day came since the last reminder, over a weekend too: each is reminded of once."""
    since = user.reminded_on or day - timedelta(days=1)
    return [entry for entry in entries if entry.next_step and entry.next_on and since < entry.next_on <= day]


def _news(user: User, entries: Sequence[WhipEntry], facts: DayFacts) -> list[Change]:
    """Moves of a user's members since the last reminder; before the first one, of the last day."""
    mine = {entry.bioguide for entry in entries}
    return [
        change
        for change in facts.moves
        if change.bioguide in mine
        and (
            (change.seq or 0) > user.reminded_seq
            if user.reminded_on
            else change.seen_at > facts.now - timedelta(days=1)
        )
    ]


def _step(entry: WhipEntry, facts: DayFacts) -> dict[str, str]:
    day = entry.next_on.isoformat() if entry.next_on and entry.next_on < facts.day else ""
    return {
        "who": _name(entry.bioguide, facts),
        "bill": _bill(entry.bill),
        "step": entry.next_step,
        "day": day,
    }


def _move(change: Change, facts: DayFacts) -> dict[str, str]:
    return {"who": _name(change.bioguide or "", facts), "bill": _bill(change.bill), "act": change.kind}


def _name(bioguide: str, facts: DayFacts) -> str:
    return facts.people[bioguide].name if bioguide in facts.people else bioguide


def _bill(id: str) -> str:
    return BillId.of(id).short
