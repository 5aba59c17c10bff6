"""Queries for members, seats, offices and committees. ``roster`` fills their tables.

A person is identified by Bioguide id. Whether somebody sits is decided by their terms at the moment asked
(``terms``); a list alone seats nobody. One who has left the list of current legislators stays stored; one
whom only a bill names is stored from the bill's row.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress.bills import WASHINGTON, BillId, Chamber, congress_end, congress_on
from campaign.congress.legislators import seat_id
from campaign.congress.models import Bill, Committee, CommitteeSeat, Member, Office, Seat, SourceState, Tenure
from campaign.congress.observation import CosponsorRow, PersonRow
from campaign.congress.terms import begins_next, first_day, newest_started, runs, sits, term_day

# ``waiting``: listed, but no term covers the moment. It has yet to begin, or it ended with its Congress and
# the source has not said who sits now. ``unlisted``: named on a bill, in no list yet.
Standing = Literal["sitting", "departed", "waiting", "unlisted"]
DELEGATIONS = {"DC": "delegate", "VI": "delegate", "GU": "delegate", "AS": "delegate", "MP": "delegate"}
DELEGATIONS["PR"] = "resident_commissioner"
# congress-legislators lists a new member within weeks (its issue 898): a person named longer ago than this
# and still in no list has come and gone.
LISTING_LAG = timedelta(days=60)


@dataclass(frozen=True)
class Elect:
    """Somebody who is to take a seat: listed for it, with a term that has yet to begin."""

    name: str
    party: str
    seat: str
    starts: date


@dataclass(frozen=True)
class Person:
    """A person as scripts, lists and pages use them.

    All of it is as at the moment asked. ``seat``, ``chamber`` and ``office`` of somebody who does not sit are
    the last ones known: check ``standing`` first. ``office`` is representative, delegate,
    resident_commissioner or senator.
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
    # Whether a term that began by then is known; without one nobody here can say whether they sat.
    dated: bool = True

    @property
    def sitting(self) -> bool:
        return self.standing == "sitting"

    @property
    def mark(self) -> str:
        """Party and state as written after a name: ``D-TX``."""
        return "-".join(part for part in (self.party, self.state) if part)

    @property
    def voting(self) -> bool:
        """Whether they vote on the floor."""
        return self.may_act and self.office in {"representative", "senator"}

    @property
    def may_act(self) -> bool:
        """Whether they sit, as far as is known: a person not yet listed does, as the bill shows."""
        return self.standing in {"sitting", "unlisted"}


def office_of(seat: str) -> str:
    """The office that goes with a seat: delegates speak for D.C. and four territories (2 U.S.C. 25a,
    1711, 1731, 1751), the resident commissioner for Puerto Rico (48 U.S.C. 891)."""
    state, _, district = seat.partition("-")
    return DELEGATIONS.get(state, "representative") if district else "senator"


def chamber_of(seat: str) -> Chamber:
    return "house" if "-" in seat else "senate"


# --- queries ---------------------------------------------------------------------------------------


def people(session: Session, bioguides: Collection[str] | None = None, *, now: datetime) -> dict[str, Person]:
    """Persons by Bioguide id as at ``now``, which may lie in the past: the given ids as far as they are known,
    or everyone who sits at that moment."""
    wanted = sits(now) if bioguides is None else col(Member.bioguide).in_(bioguides)
    rows = _with_tenure(now).where(wanted)
    return {person.bioguide: person for person in map(_person, session.execute(rows).all())}


# Columns, not entities: most pages ask for all 537 members, and an entity for each takes twice the time.
_MEMBER: Final[tuple[Any, ...]] = (
    Member.bioguide, Member.official_name, Member.first, Member.nickname, Member.last, Member.gender,
    col(Member.party).label("own_party"), col(Member.standing).label("own_standing"),
    col(Member.seat).label("own_seat"),
)  # fmt: skip
_TENURE: Final[tuple[Any, ...]] = (
    Tenure.seat, Tenure.party, Tenure.senate_class, Tenure.url, Tenure.contact_form,
)  # fmt: skip


def _with_tenure(now: datetime) -> sa.Select[Any]:
    """The columns of each member and of the newest term that has begun, and whether it runs."""
    theirs = sa.and_(col(Tenure.bioguide) == col(Member.bioguide), newest_started(now))
    joined = sa.select(*_MEMBER, *_TENURE, runs(now).label("running")).select_from(Member)
    joined = joined.outerjoin(Tenure, theirs)
    return joined.order_by(col(Member.last), col(Member.first), col(Member.bioguide))


def _person(row: Any) -> Person:
    """A row of ``_with_tenure``, unpacked in its order; without a term the columns of the term are None.

    By name each column takes as long as all of them take here.
    """
    (
        bioguide, official_name, given, nickname, last, gender, own_party, own_standing, own_seat,
        seat, party, senate_class, url, contact_form, running,
    ) = row  # fmt: skip
    first, termed = nickname or given, seat is not None
    seat = seat if termed else own_seat
    state, _, district = (seat or "").partition("-")
    return Person(
        bioguide=bioguide,
        # Where no list gives the name used in office, it is made from its parts.
        name=official_name or " ".join(filter(None, (first, last))) or bioguide,
        first=first,
        last=last,
        party=party or own_party,
        state=state,
        district=int(district) if district else None,
        chamber=chamber_of(seat) if seat else None,
        seat=seat,
        office=office_of(seat) if seat else None,
        standing=_standing(own_standing, running and termed),
        gender=gender,
        senate_class=senate_class,
        url=url or "",
        contact_form=contact_form or "",
        dated=termed,
    )


def _standing(listed: str, running: bool | None) -> Standing:
    if running:
        return "sitting"
    if listed == "sitting":
        return "waiting"
    return "unlisted" if listed == "unlisted" else "departed"


def person(session: Session, bioguide: str, *, now: datetime) -> Person | None:
    return people(session, [bioguide], now=now).get(bioguide)


def is_known(session: Session, bioguide: str) -> bool:
    """Whether anybody of this id is stored, sitting or not."""
    return session.get(Member, bioguide) is not None


def holders(session: Session, seat_id: str, *, now: datetime) -> list[Person]:
    """Who holds a seat at ``now``: none, one, or for ``TX`` up to two senators, by class."""
    rows = _with_tenure(now).where(col(Tenure.seat) == seat_id, sits(now))
    found = [_person(row) for row in session.execute(rows)]
    return sorted(found, key=lambda person: (person.senate_class or 0, person.last))


def senators(session: Session, state: str, *, now: datetime) -> list[Person]:
    """A state's senators at ``now``, by class; none for D.C. and the territories."""
    return holders(session, state, now=now)


def seat(session: Session, id: str) -> Seat | None:
    return session.get(Seat, id)


def seats(session: Session, chamber: Chamber | None = None, state: str | None = None) -> list[Seat]:
    """Seats in the order of state and district number; of one ``chamber`` or ``state`` where it is given."""
    rows = select(Seat).order_by(col(Seat.state), col(Seat.district), col(Seat.id))
    if chamber:
        rows = rows.where(Seat.chamber == chamber)
    if state is not None:
        rows = rows.where(Seat.state == state)
    return list(session.exec(rows))


def is_current(session: Session, *, now: datetime) -> bool:
    """Whether what is known of members is of the Congress that sits at ``now``: somebody's term began with it
    or since. If not, a seat without a holder is not known to be vacant."""
    begun = sa.and_(col(Tenure.starts) >= first_day(now), col(Tenure.starts) <= term_day(now))
    return session.exec(select(Tenure.bioguide).where(begun).limit(1)).first() is not None


def vacancies(session: Session, chamber: Chamber | None = None, *, now: datetime) -> list[str]:
    """Ids of seats known to have fewer holders than places; none while the list of the sitting Congress is
    missing."""
    if not is_current(session, now=now):
        return []
    rows = sa.select(col(Tenure.seat)).join(Member, col(Tenure.bioguide) == col(Member.bioguide))
    held = Counter(session.scalars(rows.where(sits(now))))
    return [seat.id for seat in seats(session, chamber) if held[seat.id] < seat.places]


def elects(session: Session, seat_ids: Collection[str] | None = None, *, now: datetime) -> list[Elect]:
    """Those whose listed term in one of these seats, or in any, has yet to begin, and who do not hold it now,
    by the day it begins. They speak for nobody until then."""
    query = (
        sa.select(Member, Tenure)
        .join(Tenure, col(Tenure.bioguide) == col(Member.bioguide))
        .where(begins_next(now), col(Member.standing) == "sitting")
        .order_by(col(Tenure.starts), col(Member.last), col(Member.bioguide))
    )
    if seat_ids is not None:
        query = query.where(col(Tenure.seat).in_(seat_ids))
    coming = [(member, tenure) for member, tenure in session.execute(query)]
    sitting = people(session, [member.bioguide for member, _ in coming], now=now) if coming else {}
    return [
        Elect(person.name, tenure.party or person.party, tenure.seat, tenure.starts)
        for member, tenure in coming
        if (person := sitting[member.bioguide]) and not (person.sitting and person.seat == tenure.seat)
    ]


def terms_ending(session: Session, *, at: datetime) -> Counter[Chamber]:
    """How many of those who sit until the turn of the Congress, ``at``, have a term that ends with it."""
    last = at - timedelta(seconds=1)
    rows = sa.select(col(Tenure.seat)).join(Member, col(Tenure.bioguide) == col(Member.bioguide))
    ending = rows.where(sits(last), col(Tenure.ends) <= term_day(at))
    return Counter(chamber_of(seat) for seat in session.scalars(ending))


def vacant_since(session: Session, seat_id: str, *, now: datetime) -> date | None:
    """The first day on which a vacant House seat was empty; None where no list dates it, and where its last
    known holder left with an earlier Congress: who came after is not known."""
    ended = select(Tenure).where(Tenure.seat == seat_id, col(Tenure.ends) <= term_day(now))
    last = session.exec(ended.order_by(col(Tenure.ends).desc()).limit(1)).first()
    if last is None or last.approximate or last.ends <= first_day(now):
        return None
    return last.ends


def offices(session: Session, bioguide: str) -> list[Office]:
    """A member's offices: Washington first, then those at home by city."""
    rows = select(Office).where(Office.bioguide == bioguide)
    return sorted(session.exec(rows), key=lambda office: (office.kind != "washington", office.city, office.id))


def misplaced_offices(session: Session) -> list[Office]:
    """Offices whose coordinates in the source cannot be theirs, so that they have none here."""
    return list(session.exec(select(Office).where(Office.misplaced != "").order_by(Office.id)))


def shared_telephones(session: Session) -> dict[str, list[str]]:
    """Telephone numbers, as digits, that the source gives for offices of several members, with their ids: one
    of them is probably wrong."""
    holders: dict[str, set[str]] = defaultdict(set)
    for phone, bioguide in session.exec(select(Office.phone, Office.bioguide).where(Office.phone != "")):
        holders[re.sub(r"\D", "", phone)].add(bioguide)
    return {phone: sorted(ids) for phone, ids in sorted(holders.items()) if len(ids) > 1}


def committees_of(session: Session, bioguide: str, *, now: datetime) -> list[tuple[Committee, CommitteeSeat]]:
    """A member's committees in the sitting Congress, each whole committee before its subcommittees."""
    rows = select(Committee, CommitteeSeat).where(
        Committee.id == CommitteeSeat.committee,
        CommitteeSeat.bioguide == bioguide,
        CommitteeSeat.congress == congress_on(now),
    )
    return [(committee, place) for committee, place in session.exec(rows.order_by(col(Committee.id)))]


def data_state(session: Session, name: str) -> SourceState | None:
    """The age of a data set: members, offices, committees, memberships, historical, zips."""
    return session.get(SourceState, name)


# --- persons whom only a bill names ----------------------------------------------------------------


def store_named(session: Session, rows: Iterable[PersonRow], *, bill: BillId, now: datetime) -> int:
    """Store persons named on a bill whom no list knows, from the bill's row. Returns how many are new.

    A person named long ago and still in no list is ``departed``, else ``unlisted``.
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
    """Ids that have a row; cached in the session, since the bills of a Congress name the same 550 people."""
    cached: set[str] = session.info.setdefault("known_members", set())
    missing = [bioguide for bioguide in named if bioguide not in cached]
    if missing:
        cached |= set(session.exec(select(Member.bioguide).where(col(Member.bioguide).in_(missing))))
    return cached


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
