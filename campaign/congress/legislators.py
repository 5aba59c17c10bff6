"""The format of unitedstates/congress-legislators, parsed into plain rows. No database, no network.

Rows that do not validate are counted and skipped, never guessed; unknown keys are ignored, since the project
adds some without notice. See https://github.com/unitedstates/congress-legislators#readme.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError

from campaign.congress.bills import Chamber
from campaign.congress.extents import may_lie
from campaign.congress.observation import Bioguide, District, Fact

PARTY_LETTERS = {"Democrat": "D", "Democratic": "D", "Republican": "R", "Independent": "I", "Libertarian": "L"}
FILES = {
    "current": "legislators-current.json",
    "historical": "legislators-historical.json",
    "committees": "committees-current.json",
    "memberships": "committee-membership-current.json",
    "offices": "legislators-district-offices.json",
}


def _degrees(value: Any) -> float | None:
    """A number of degrees; None for anything else, which must not cost the office its telephone."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


Degrees = Annotated[float | None, BeforeValidator(_degrees)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value).strip())]


@dataclass(frozen=True)
class MemberFiles:
    """The project's files as decoded JSON; ``None`` for a file that was not read."""

    current: Any = None
    historical: Any = None
    committees: Any = None
    memberships: Any = None
    offices: Any = None


class _Ids(Fact):
    bioguide: Bioguide
    lis: Text = ""


class _Name(Fact):
    first: Text = ""
    middle: Text = ""
    last: Text
    suffix: Text = ""
    nickname: Text = ""
    official_full: Text = ""


class _Bio(Fact):
    gender: Text = ""


class _Affiliation(Fact):
    start: date
    party: Annotated[Text, Field(min_length=1)]


class Term(Fact):
    """One term of office; ``end`` is exclusive. ``party`` is the newest of ``party_affiliations``, where there
    are several."""

    type: Literal["rep", "sen"]
    start: date
    end: date
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    district: District = None
    senate_class: Annotated[int | None, Field(alias="class")] = None
    party: Text = ""
    party_affiliations: Any = ()
    url: Text = ""
    contact_form: Text = ""
    address: Text = ""
    office: Text = ""
    phone: Text = ""

    @property
    def chamber(self) -> Chamber:
        return "house" if self.type == "rep" else "senate"

    @property
    def seat(self) -> str:
        return seat_id(self.chamber, self.state, self.district)

    @property
    def parties(self) -> list[tuple[date, date, str]]:
        """``(start, end, party)`` of each party of the term, in order. A source writes the last day of a party
        as the day before the next one's first, or as the same day; the first day decides."""
        rows = [row for raw in _rows(self.party_affiliations) if (row := _fit(_Affiliation, raw))]
        rows = [row for row in sorted(rows, key=lambda row: row.start) if row.start < self.end]
        # By day: one that began before the term counts from its start, and the first covers its beginning.
        first_days = {max(row.start, self.start): row.party for row in rows}
        begun = sorted(first_days.items()) or [(self.start, self.party)]
        starts = [self.start, *(day for day, _ in begun[1:])]
        ends = [*starts[1:], self.end]
        return [(start, end, party) for start, end, (_, party) in zip(starts, ends, begun, strict=True)]


class Legislator(Fact):
    """A person with all terms, oldest first."""

    id: _Ids
    name: _Name
    bio: _Bio = _Bio()
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]

    @property
    def bioguide(self) -> str:
        return self.id.bioguide

    @property
    def latest(self) -> Term:
        return self.terms[-1]


class LocalOffice(Fact):
    """A district office. ``id`` is the project's own (``A000055-cullman``)."""

    id: Text = ""
    address: Text = ""
    suite: Text = ""
    building: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    latitude: Degrees = None
    longitude: Degrees = None
    phone: Text = ""
    hours: Text = ""

    @property
    def misplaced(self) -> str:
        """Coordinates that cannot be the office's, as text; empty where there are none or they may be right."""
        if (
            self.latitude is None
            or self.longitude is None
            or may_lie(self.state, self.latitude, self.longitude)
        ):
            return ""
        return f"{self.latitude}, {self.longitude}"


class _Offices(Fact):
    id: _Ids
    offices: tuple[Any, ...] = ()


class _Subcommittee(Fact):
    thomas_id: Annotated[str, Field(pattern=r"^\d{2}$")]
    name: Text


class _Committee(Fact):
    thomas_id: Annotated[str, Field(pattern=r"^[HSJ][A-Z]{3}$")]
    type: Literal["house", "senate", "joint"]
    name: Text
    url: Text = ""
    subcommittees: tuple[Any, ...] = ()


class Membership(Fact):
    """A person's seat on a committee: ``party`` is ``majority`` or ``minority``, ``rank`` counts from 1."""

    bioguide: Bioguide
    party: Text = ""
    rank: int | None = None
    title: Text = ""

    @property
    def role(self) -> str:
        title = self.title.lower()
        if "ranking" in title:
            return "ranking"
        if "chair" not in title:
            return ""
        return "vice_chair" if "vice" in title else "chair"


@dataclass
class People:
    """The content of a file of legislators. ``unreadable``: ids of rows that do not validate; ``nameless``:
    the number of rows without a usable id (while there are any, a missing person proves nothing)."""

    rows: list[Legislator] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    nameless: int = 0


Row = TypeVar("Row", bound=Fact)


def seat_id(chamber: str, state: str, district: int | None) -> str:
    """``TX-20``; at-large, delegates and the resident commissioner ``-0``; a senator's seat is ``TX``."""
    return state if chamber == "senate" else f"{state}-{district or 0}"


def party_letter(party: str) -> str:
    """``D``, ``R``, ``I``; an unknown party by its initials, a letter unchanged."""
    known = PARTY_LETTERS.get(party)
    return known or "".join(word[0].upper() for word in party.split())


def read_people(rows: Any) -> People:
    """Legislators of a current or historical file."""
    found = People()
    for raw in _rows(rows):
        if person := _fit(Legislator, raw):
            found.rows.append(person)
        elif ids := _fit(_Ids, raw.get("id") if isinstance(raw, dict) else None):
            found.unreadable.add(ids.bioguide)
        else:
            found.nameless += 1
    return found


def read_offices(rows: Any) -> Iterator[tuple[str, LocalOffice]]:
    """``(bioguide, office)`` of the district office file; an office without an id gets one from its city."""
    for raw in _rows(rows):
        member = _fit(_Offices, raw)
        for number, place in enumerate(member.offices if member else ()):
            if member and (office := _fit(LocalOffice, place)):
                named = office.id or f"{member.id.bioguide}-{office.city}-{number}".lower()
                yield member.id.bioguide, office.model_copy(update={"id": named})


def read_committees(rows: Any) -> Iterator[dict[str, Any]]:
    """Committee rows (id, name, chamber, parent, url), a parent before its subcommittees."""
    for raw in _rows(rows):
        if not (whole := _fit(_Committee, raw)):
            continue
        yield _committee(whole, whole.thomas_id, whole.name, None)
        for part in whole.subcommittees:
            if sub := _fit(_Subcommittee, part):
                yield _committee(whole, whole.thomas_id + sub.thomas_id, sub.name, whole.thomas_id)


def _committee(whole: _Committee, code: str, name: str, parent: str | None) -> dict[str, Any]:
    url = whole.url if parent is None else ""
    return {"id": code, "name": name, "chamber": whole.type, "parent": parent, "url": url}


def read_memberships(rows: Any) -> Iterator[tuple[str, Membership]]:
    """``(committee, membership)``; of two entries of one person on a committee, the first counts."""
    seen: set[tuple[str, str]] = set()
    for committee, listed in (rows if isinstance(rows, dict) else {}).items():
        for raw in _rows(listed):
            member = _fit(Membership, raw)
            if member and (committee, member.bioguide) not in seen:
                seen.add((committee, member.bioguide))
                yield committee, member


def _rows(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _fit(shape: type[Row], raw: Any) -> Row | None:
    try:
        return shape.model_validate(raw)
    except ValidationError:
        return None
