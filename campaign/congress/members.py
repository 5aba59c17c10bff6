"""Members, seats, offices, committees: the questions about them. ``roster`` fills their tables.

A person is a Bioguide id. Whoever is in the list of current legislators sits; whoever was and is no
longer has departed and is kept for ever; whoever a bill names and no list knows is kept from that row.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from campaign.congress.bills import WASHINGTON, BillId, Chamber, congress_end
from campaign.congress.legislators import seat_id
from campaign.congress.models import Bill, Committee, CommitteeSeat, Member, Office, Seat, SourceState, Tenure
from campaign.congress.observation import CosponsorRow, PersonRow

Standing = Literal["sitting", "departed", "unlisted"]
DELEGATIONS = {"DC": "delegate", "VI": "delegate", "GU": "delegate", "AS": "delegate", "MP": "delegate"}
DELEGATIONS["PR"] = "resident_commissioner"
# Volunteers record a new member within weeks (congress-legislators issue 898): who was named longer ago
# than this and is still in no list has come and gone.
LISTING_LAG = timedelta(days=60)


@dataclass(frozen=True)
class Person:
    """A person as a script, a list or a page needs them.

    ``seat``, ``chamber`` and ``office`` of somebody departed are the last ones known: ask ``standing``
    first. ``office`` is representative, delegate, resident_commissioner or senator.
    """

    bioguide: str
    name: str
    first: str
    last: str
    party: str
    state: str
    district: int | None
    chamber: Chamber | None
    seat: str | None
    office: str | None
    standing: Standing
    gender: str
    senate_class: int | None
    url: str
    contact_form: str

    @property
    def sitting(self) -> bool:
        return self.standing == "sitting"

    @property
    def mark(self) -> str:
        """Party and state as written after a name: ``D-TX``."""
        return "-".join(part for part in (self.party, self.state) if part)

    @property
    def voting(self) -> bool:
        """Whether they vote on the floor. Somebody not yet listed is taken to sit, as the bill says."""
        return self.standing != "departed" and self.office in {"representative", "senator"}


def office_of(seat: str) -> str:
    """The office that goes with a seat: delegates speak for D.C. and four territories (2 U.S.C. 25a,
    1711, 1731, 1751), the resident commissioner for Puerto Rico (48 U.S.C. 891)."""
    state, _, district = seat.partition("-")
    return DELEGATIONS.get(state, "representative") if district else "senator"


def chamber_of(seat: str) -> Chamber:
    return "house" if "-" in seat else "senate"


# --- questions -------------------------------------------------------------------------------------


def people(
    session: Session, bioguides: Collection[str] | None = None, *, on: date | None = None
) -> dict[str, Person]:
    """Persons by Bioguide id: those asked for as far as they are known, or all who sit.

    With ``on`` they stand as on that day; without ids that means all whose tenure covers it.
    """
    rows = _with_tenure(on)
    if bioguides is not None:
        rows = rows.where(col(Member.bioguide).in_(bioguides))
    elif on is None:
        rows = rows.where(col(Member.standing) == "sitting")
    else:
        rows = rows.where(col(Tenure.starts).is_not(None))
    return {member.bioguide: _person(member, tenure, on) for member, tenure in session.execute(rows)}


def _with_tenure(on: date | None) -> sa.Select[Member, Tenure | None]:
    """Each member beside the tenure that covers ``on``, or else the newest one."""
    if on is not None:
        which = sa.and_(col(Tenure.starts) <= on, col(Tenure.ends) > on)
    else:
        later = aliased(Tenure)
        same_person = col(later.bioguide) == col(Tenure.bioguide)
        which = ~sa.exists().where(same_person, col(later.starts) > col(Tenure.starts))
    theirs = col(Tenure.bioguide) == col(Member.bioguide)
    joined = sa.select(Member, Tenure).outerjoin(Tenure, sa.and_(theirs, which))
    return joined.order_by(col(Member.last), col(Member.first), col(Member.bioguide))


def _person(member: Member, tenure: Tenure | None, on: date | None) -> Person:
    seat = tenure.seat if tenure and (on or member.standing == "sitting") else member.seat
    standing: Any = member.standing
    if on is not None and tenure is not None:
        standing = "sitting"
    state, _, district = (seat or "").partition("-")
    return Person(
        bioguide=member.bioguide,
        name=display_name(member),
        first=member.nickname or member.first,
        last=member.last,
        party=(tenure.party if on and tenure else "") or member.party,
        state=state,
        district=int(district) if district else None,
        chamber=chamber_of(seat) if seat else None,
        seat=seat,
        office=office_of(seat) if seat else None,
        standing=standing,
        gender=member.gender,
        senate_class=tenure.senate_class if tenure else None,
        url=tenure.url if tenure else "",
        contact_form=tenure.contact_form if tenure else "",
    )


def display_name(member: Member) -> str:
    """The name they use in office; put together from its parts where no list gives it."""
    if member.official_name:
        return member.official_name
    return " ".join(part for part in (member.nickname or member.first, member.last) if part) or member.bioguide


def person(session: Session, bioguide: str) -> Person | None:
    return people(session, [bioguide]).get(bioguide)


def holders(session: Session, seat_id: str) -> list[Person]:
    """Who sits in a seat: nobody, one person, or for ``TX`` up to two senators, senior class first."""
    rows = _with_tenure(None).where(col(Member.standing) == "sitting", col(Member.seat) == seat_id)
    found = [_person(member, tenure, None) for member, tenure in session.execute(rows)]
    return sorted(found, key=lambda one: (one.senate_class or 0, one.last))


def senators(session: Session, state: str) -> list[Person]:
    """A state's sitting senators, by class; none for D.C. and the territories."""
    return holders(session, state)


def seat(session: Session, id: str) -> Seat | None:
    return session.get(Seat, id)


def seats(session: Session, chamber: Chamber | None = None) -> list[Seat]:
    """Seats in the order of state and district number."""
    rows = select(Seat).order_by(col(Seat.state), col(Seat.district), col(Seat.id))
    if chamber:
        rows = rows.where(Seat.chamber == chamber)
    return list(session.exec(rows))


def vacancies(session: Session, chamber: Chamber | None = None) -> list[str]:
    """Ids of seats with fewer sitting holders than places."""
    held = Counter(session.exec(select(Member.seat).where(Member.standing == "sitting")))
    return [one.id for one in seats(session, chamber) if held[one.id] < one.places]


def vacant_since(session: Session, seat_id: str) -> date | None:
    """The first day a vacant seat of the House stood empty, where the list of former members says it."""
    last = select(Tenure).where(Tenure.seat == seat_id).order_by(col(Tenure.ends).desc()).limit(1)
    found = session.exec(last).first()
    return found.ends if found and not found.approximate else None


def offices(session: Session, bioguide: str) -> list[Office]:
    """A member's offices: Washington first, then those at home by city."""
    rows = select(Office).where(Office.bioguide == bioguide)
    return sorted(session.exec(rows), key=lambda one: (one.kind != "washington", one.city, one.id))


def committees_of(session: Session, bioguide: str) -> list[tuple[Committee, CommitteeSeat]]:
    """A member's committees, each whole committee before its subcommittees."""
    rows = select(Committee, CommitteeSeat).where(
        Committee.id == CommitteeSeat.committee, CommitteeSeat.bioguide == bioguide
    )
    return [(committee, place) for committee, place in session.exec(rows.order_by(col(Committee.id)))]


def data_state(session: Session, name: str) -> SourceState | None:
    """How old a data set is: members, offices, committees, memberships, historical, zips."""
    return session.get(SourceState, name)


# --- people whom only a bill names -----------------------------------------------------------------


def keep_named(session: Session, rows: Iterable[PersonRow], *, bill: BillId, now: datetime) -> int:
    """Keep persons named on a bill whom no list knows, from the row itself. Returns how many are new.

    Named long ago and still in no list means departed, else not yet listed.
    """
    named = {row.bioguide: row for row in rows}
    known = _known(session, named)
    missing = [row for bioguide, row in named.items() if bioguide not in known]
    if not missing:
        return 0
    stored = session.get(Bill, str(bill))
    unknown = min(now, congress_end(bill.congress)).astimezone(WASHINGTON).date()
    introduced = stored.introduced if stored and stored.introduced else unknown
    state = data_state(session, "members")
    for row in missing:
        day = row.joined if isinstance(row, CosponsorRow) else introduced
        standing = _unlisted_standing(day, state.as_of if state else None)
        session.add(_member_of_row(row, bill.chamber, day, standing))
    session.flush()
    return len(missing)


def _known(session: Session, named: Collection[str]) -> set[str]:
    """Ids that have a row; remembered for the session, since a Congress names the same 550 people."""
    remembered: set[str] = session.info.setdefault("known_members", set())
    asked = [bioguide for bioguide in named if bioguide not in remembered]
    if asked:
        remembered |= set(session.exec(select(Member.bioguide).where(col(Member.bioguide).in_(asked))))
    return remembered


def _unlisted_standing(day: date, listed: date | None) -> Standing:
    return "departed" if listed is not None and listed - day > LISTING_LAG else "unlisted"


def _member_of_row(row: PersonRow, chamber: Chamber, day: date, standing: Standing) -> Member:
    return Member(
        bioguide=row.bioguide,
        first=row.first_name,
        last=row.last_name or row.full_name,
        party=row.party,
        standing=standing,
        seat=seat_id(chamber, row.state, row.district) if row.state else None,
        source="bill",
        named_on=day,
    )
