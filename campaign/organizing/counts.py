"""How many members are on a bill: counts that say what they count (contract.md, "Counts")."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from campaign.congress import members
from campaign.congress.bills import congress_end
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Person
from campaign.congress.models import Cosponsorship
from campaign.congress.stage_names import Stage


@dataclass(frozen=True)
class Counts:
    """``listed`` = ``sitting_voting`` + ``delegates`` + ``departed``. The sponsor is in none of them."""

    listed: int
    sitting_voting: int
    delegates: int
    departed: int
    withdrawn: int


def counts(session: Session, record: BillRecord) -> Counts:
    """Co-sponsors by whether they still sit in the bill's chamber and vote there.

    For a past day (``record.day``) members count by their office on that day.
    """
    return tally(record, members.people(session, record.active | record.gone, now=record.moment))


def tally(record: BillRecord, people: Mapping[str, Person]) -> Counts:
    """``counts`` for a caller that has the persons; one whom no list of members knows is taken to sit."""
    active, gone = record.active - {record.sponsor}, record.gone - {record.sponsor}
    departed = {id for id in active if has_left(people.get(id), record)}
    delegates = {id for id in active - departed if id in people and not people[id].voting}
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
    return not person.may_act or person.chamber not in (None, record.id.chamber)


def undated(record: BillRecord, people: Mapping[str, Person]) -> int:
    """How many co-sponsors of an ended bill have no term on record: nobody knows whether they still sat."""
    return sum(not people[id].dated for id in record.active if id in people) if record.ended else 0


# The stages before its own chamber has voted on a bill, besides the other chamber's passage.
_AHEAD = {Stage.unknown, Stage.reserved, Stage.introduced, Stage.in_committee, Stage.reported}


def awaits_vote(record: BillRecord, *, now: datetime) -> bool:
    """Whether the bill is before its own chamber: its Congress sits, now or on the record's day, and the
    chamber has not decided on it."""
    end = congress_end(record.bill.congress)
    sits = now < end if record.day is None else record.day < end.date()
    return sits and record.stage.stage in _AHEAD


def over_time(rows: Iterable[Cosponsorship]) -> list[tuple[date, int]]:
    """How many persons were on a bill at the end of each day on which that number changed, oldest first.

    A person with several rows counts once.
    """
    changes: dict[str, Counter[date]] = defaultdict(Counter)
    for row in rows:
        changes[row.bioguide][row.joined] += 1
        if row.withdrawn:
            changes[row.bioguide][row.withdrawn] -= 1
    net = Counter[date]()
    for of_person in changes.values():
        active = 0
        for day, change in sorted(of_person.items()):
            net[day] += (active + change > 0) - (active > 0)
            active += change
    series, total = [], 0
    for day in sorted(net):
        if net[day]:
            total += net[day]
            series.append((day, total))
    return series
