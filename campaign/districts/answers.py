"""What the search for a place answers: seats, senators and notes; and who holds each seat."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from campaign.congress import members
from campaign.congress.members import Person
from campaign.districts.notes import Note, joined, no_senators, several_states

Result = Literal["found", "split", "unknown"]
# How much of a ZIP code a district holds, where that is little: a share below ``SMALL``, or
# whatever lies in another state than the ZIP code.
Part = Literal["", "small", "other_state"]
SMALL = 0.05


@dataclass(frozen=True, slots=True)
class SeatHit:
    """A House seat that may represent the place. ``share`` is its part of the ZIP code's people
    or land, 0 to 1."""

    seat: str
    member: str | None
    vacant: bool
    share: float | None = None
    part: Part = ""


@dataclass(frozen=True, slots=True)
class FindResult:
    """An answer. ``congress`` is the Congress of the map used; ``senators`` are Bioguide ids, of every state
    in which a seat lies, and also without a seat where the state is known. ``state`` is that of the place,
    empty where it is not known. ``likely``: the only seat is probable, not certain."""

    result: Result
    congress: int
    seats: tuple[SeatHit, ...] = ()
    senators: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    state: str = ""
    likely: bool = False

    @property
    def note(self) -> Note | None:
        return joined(self.notes)

    @property
    def sure_place(self) -> str:
        """The seat where it is certain; else the state where all seats lie in one; else nothing."""
        if self.result == "found" and not self.likely:
            return self.seats[0].seat
        states = {hit.seat[:2] for hit in self.seats} or {self.state}
        return states.pop() if len(states) == 1 else ""

    def noted(self, *notes: Note) -> "FindResult":
        """This answer with more notes before its own."""
        return replace(self, notes=(*notes, *self.notes))

    def json(self) -> dict[str, Any]:
        """The object that ``campaign find --json`` prints."""
        return {
            "result": self.result,
            "congress": self.congress,
            "seats": [{"seat": hit.seat, "member": hit.member, "vacant": hit.vacant} for hit in self.seats],
            "senators": list(self.senators),
            "note": self.note.en if self.note else "",
        }


@dataclass(frozen=True, slots=True)
class Share:
    """A seat and its share of a ZIP code's people or land, None where the table does not say."""

    seat: str
    share: float | None = None
    part: Part = ""

    @property
    def order(self) -> tuple[bool, float, str, int]:
        """The sorting key: the ZIP code's own state first, then the largest share, then the number."""
        return self.part == "other_state", -(self.share or 0.0), *in_order(self.seat)


def in_order(seat: str) -> tuple[str, int]:
    """The sorting key of a House seat: by state and number."""
    state, _, district = seat.partition("-")
    return state, int(district)


def shares_of(rows: Iterable[tuple[str, float | None]], state: str = "") -> tuple[Share, ...]:
    """The seats of a ZIP code in ``state`` (empty: not known) in the order in which they are named."""
    return tuple(sorted((_share(seat, share, state) for seat, share in rows), key=lambda share: share.order))


def _share(seat: str, share: float | None, state: str) -> Share:
    if state and seat[:2] != state:
        return Share(seat, share, "other_state")
    return Share(seat, share, "small" if share is not None and share < SMALL else "")


@dataclass(frozen=True)
class Holders:
    """The sitting members of each seat as Bioguide ids; a state's senators in the order of their class.

    ``known`` tells whether members of the sitting Congress are listed: only then is a seat without one vacant.
    """

    by_seat: dict[str, tuple[str, ...]]
    known: bool

    def answer(self, congress: int, shares: Sequence[Share], notes: Sequence[Note] = ()) -> FindResult:
        """The answer for seats with their shares. Without notes of its own, an answer over several
        states gets one."""
        seats = tuple(self._hit(share) for share in shares)
        states = list(dict.fromkeys(hit.seat[:2] for hit in seats))
        if not notes and len(states) > 1:
            notes = [several_states(states)]
        result: Result = "found" if len(seats) == 1 else "split"
        return FindResult(result, congress, seats, self.senators(states), tuple(notes), states[0])

    def without_seat(self, congress: int, state: str, *notes: Note) -> FindResult:
        """The answer ``unknown`` for a place of which the state is all that is known, or not even that."""
        return FindResult("unknown", congress, (), self.senators([state]), notes, state)

    def senators(self, states: Iterable[str]) -> tuple[str, ...]:
        return tuple(senator for state in states for senator in self.by_seat.get(state, ()))

    def _hit(self, share: Share) -> SeatHit:
        members = self.by_seat.get(share.seat)
        vacant = self.known and not members
        return SeatHit(share.seat, members[0] if members else None, vacant, share.share, share.part)


def read_holders(session: Session, *, now: datetime) -> Holders:
    """The members of all seats who sit at ``now``."""
    held: dict[str, list[Person]] = defaultdict(list)
    for person in members.people(session, now=now).values():
        if person.seat:
            held[person.seat].append(person)
    by_seat = {seat: _ids_by_class(people) for seat, people in held.items()}
    return Holders(by_seat, members.is_current(session, now=now))


def _ids_by_class(people: Iterable[Person]) -> tuple[str, ...]:
    return tuple(person.bioguide for person in sorted(people, key=lambda person: person.senate_class or 0))


def for_territory(found: FindResult) -> FindResult:
    """An answer in which a place without senators says why there are none."""
    state = found.state
    return found.noted(no_senators(state)) if state in members.DELEGATIONS and found.seats else found
