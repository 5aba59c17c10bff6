"""How far a bill is on the way to its goal, as supporters see it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from campaign.congress.ledger import BillRecord
from campaign.congress.members import Person
from campaign.organizing.counts import Counts, has_left
from campaign.organizing.dashboard import SEATS
from campaign.organizing.models import BillGoal


@dataclass(frozen=True)
class Progress:
    """``votes`` are the sponsor and the co-sponsors who sit and vote, of ``seats`` in the chamber; ``goal`` is
    the campaign's, else a majority. ``again`` sit there now, were on an earlier version and are not on this."""

    votes: int
    seats: int
    goal: int
    goal_by: date | None
    goal_is_set: bool
    again: int

    @property
    def share(self) -> float:
        """Of all seats, in percent."""
        return round(100 * self.votes / self.seats, 1)

    @property
    def goal_at(self) -> float:
        return round(100 * self.goal / self.seats, 1)


def progress(
    record: BillRecord,
    numbers: Counts,
    people: Mapping[str, Person],
    earlier: Collection[str],
    goal: BillGoal | None,
) -> Progress:
    """The progress of a bill. ``people`` hold its sponsor, and ``earlier`` who was on an earlier version."""
    sponsor, seats = people.get(record.sponsor or ""), SEATS[record.id.chamber]
    leads = sponsor is not None and sponsor.voting and not has_left(sponsor, record)
    on = record.active | {record.sponsor}
    again = [id for id in earlier if id not in on and id in people and _could_join(people[id], record)]
    return Progress(
        votes=numbers.sitting_voting + leads,
        seats=seats,
        goal=goal.target if goal else seats // 2 + 1,
        goal_by=goal.by if goal else None,
        goal_is_set=goal is not None,
        again=len(again),
    )


def _could_join(person: Person, record: BillRecord) -> bool:
    return person.sitting and person.chamber == record.id.chamber


def supporters_before(record: BillRecord, relatives: Iterable[BillRecord]) -> set[str]:
    """Who introduced or co-sponsored an earlier version, in either chamber, and did not withdraw from it."""
    earlier = [each for each in relatives if each.bill.congress < record.bill.congress]
    return {id for each in earlier for id in (*each.active, each.sponsor) if id}


def goals(session: Session, bills: Collection[str]) -> dict[str, BillGoal]:
    """The goals that a campaign has set, by bill."""
    rows = session.exec(select(BillGoal).where(col(BillGoal.bill).in_(bills)))
    return {goal.bill: goal for goal in rows}
