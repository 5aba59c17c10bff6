"""Honest counts of who is on a bill (contract.md, "Counts")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlmodel import Session

from campaign.congress import members
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Person
from campaign.congress.models import Cosponsorship


@dataclass(frozen=True)
class Counts:
    """``listed`` = ``sitting_voting`` + ``delegates`` + ``departed``. The sponsor is in none of them."""

    listed: int
    sitting_voting: int
    delegates: int
    departed: int
    withdrawn: int


def counts(session: Session, record: BillRecord) -> Counts:
    """Who is on a bill, told apart by whether they still sit in its chamber and vote there.

    For a past day (``record.day``) persons count as they stood on that day.
    """
    return tally(record, members.people(session, record.active | record.gone, on=record.day))


def tally(record: BillRecord, people: Mapping[str, Person]) -> Counts:
    """``counts`` for a caller that has the persons at hand; one whom no list knows is taken to sit."""
    active, gone = record.active - {record.sponsor}, record.gone - {record.sponsor}
    departed = {one for one in active if has_left(people.get(one), record)}
    delegates = {one for one in active - departed if one in people and not people[one].voting}
    return Counts(
        listed=len(active),
        sitting_voting=len(active) - len(departed) - len(delegates),
        delegates=len(delegates),
        departed=len(departed),
        withdrawn=len(gone),
    )


def has_left(person: Person | None, record: BillRecord) -> bool:
    """Whether a person has left the bill's chamber: out of Congress, or to the other chamber."""
    if person is None:
        return False
    return person.standing == "departed" or person.chamber not in (None, record.id.chamber)


def over_time(rows: Iterable[Cosponsorship]) -> list[tuple[date, int]]:
    """How many persons were on a bill at the end of each day on which that number changed, oldest first.

    Somebody who left and came back counts once at a time; somebody listed twice counts once.
    """
    steps = sorted((day, change) for spans in _spans(rows).values() for day, change in spans)
    series: list[tuple[date, int]] = []
    total = 0
    for day, changes in groupby(steps, key=lambda step: step[0]):
        if moved := sum(change for _, change in changes):
            total += moved
            series.append((day, total))
    return series


def _spans(rows: Iterable[Cosponsorship]) -> dict[str, list[tuple[date, int]]]:
    """Per person the days on which they came (+1) and went (-1), overlapping rows merged into one stay."""
    steps: dict[str, list[tuple[date, int]]] = {}
    for row in rows:
        mine = steps.setdefault(row.bioguide, [])
        mine.append((row.joined, 1))
        if row.withdrawn:
            mine.append((row.withdrawn, -1))
    return {bioguide: _stays(mine) for bioguide, mine in steps.items()}


def _stays(steps: list[tuple[date, int]]) -> list[tuple[date, int]]:
    depth, stays = 0, []
    for day, change in sorted(steps, key=lambda step: (step[0], -step[1])):
        before, depth = depth, depth + change
        if (before > 0) != (depth > 0):
            stays.append((day, 1 if depth else -1))
    return stays
