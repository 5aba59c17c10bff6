"""January 2027 as it may be: the shipped campaign, a list of members made from its own, and the holes that the
sources have had in earlier Januaries.

Who left is what had been announced by 2026; whoever follows them is invented.
"""

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, col, select
from standin import PEOPLE, Legislator, Record, World, joined

from campaign.congress.models import Committee, CommitteeSeat, Member, Office, Tenure

Rows = list[dict[str, Any]]
NOON = datetime(2027, 1, 3, 17, tzinfo=UTC)
# The file without telephones became whole 22 hours after it came (2025).
WHOLE_FILE = datetime(2027, 1, 4, 20, tzinfo=UTC)
# No committee from the end of the last Congress on, a tenth of the rows on the 17th, then a third (2025).
COMMITTEES_EMPTY = datetime(2027, 1, 1, tzinfo=UTC)
COMMITTEES = {datetime(2027, 1, 17, 12, tzinfo=UTC): 9, datetime(2027, 2, 5, tzinfo=UTC): 3}
# One follows late: not in the list before the oath.
OATH = datetime(2027, 1, 8, 20, tzinfo=UTC)
# The list of new bills comes late.
LIST_OPENS = datetime(2027, 1, 25, tzinfo=UTC)
FOLLOW = {
    "D000563": Legislator("Z000001", "Example001", "Alex", "D", "IL", None, "sen"),
    "S001145": Legislator("Z000002", "Example002", "Alex", "D", "IL", 9),
    "D000399": Legislator("Z000003", "Example003", "Alex", "R", "TX", 37),
    "N000147": Legislator("Z000004", "Example004", "Alex", "D", "DC", 0),
}
LATE = "Z000002"
RETURN = Record(
    120,
    "hr",
    412,
    "Stop Arming Cartels Act of 2027",
    "2027-01-21",
    PEOPLE["C001091"],
    cosponsors=[
        joined("D000216", "2027-01-21", original=True),
        joined(Legislator("K000385", "Kelly", "Robin L.", "D", "IL", 2), "2027-02-10"),
    ],
)


class Source:
    """The members' source from ``listed`` on, made from what a database knows."""

    def __init__(self, session: Session, listed: datetime) -> None:
        self.listed = listed
        people = session.exec(
            select(Member).where(Member.standing == "sitting").order_by(Member.bioguide)
        ).all()
        terms: dict[str, list[Tenure]] = defaultdict(list)
        for tenure in session.exec(select(Tenure).order_by(col(Tenure.starts))):
            terms[tenure.bioguide].append(tenure)
        self.offices = session.exec(select(Office).order_by(Office.id)).all()
        washington = {office.bioguide: office for office in self.offices if office.kind == "washington"}
        self.before = [_person(row, terms[row.bioguide], washington.get(row.bioguide)) for row in people]
        self.after = [_with_new_term(row) for row in self.before if row["id"]["bioguide"] not in FOLLOW]
        self.seats = session.exec(select(CommitteeSeat)).all()
        self.committees = _committees(session)

    def files_at(self, moment: datetime) -> dict[str, Any]:
        follow = [person for person in FOLLOW.values() if person.bioguide != LATE or moment >= OATH]
        turned = moment >= self.listed
        current = [*self.after, *map(_record, follow)] if turned else self.before
        if turned and moment < WHOLE_FILE:
            current = [_without_telephone(row) for row in current]
        left = [row for row in self.before if turned and row["id"]["bioguide"] in FOLLOW]
        listed = {row["id"]["bioguide"] for row in current}
        return {
            "current": current,
            "historical": left,
            "committees": self.committees,
            "memberships": self._memberships(moment, listed),
            "offices": [
                {"id": {"bioguide": office.bioguide}, "offices": [_office(office)]}
                for office in self.offices
                if office.kind == "district" and office.bioguide in listed
            ],
        }

    def _memberships(self, moment: datetime, listed: set[str]) -> dict[str, Rows]:
        if moment < COMMITTEES_EMPTY:
            seats = list(self.seats)
        else:
            every = next((step for since, step in reversed(COMMITTEES.items()) if moment >= since), 0)
            seats = [seat for seat in self.seats if seat.bioguide in listed][::every] if every else []
        found: dict[str, Rows] = defaultdict(list)
        titles = {"chair": "Chairman", "ranking": "Ranking Member", "vice_chair": "Vice Chair"}
        for seat in seats:
            row = {"bioguide": seat.bioguide, "party": seat.side, "rank": seat.rank}
            found[seat.committee].append({**row, "title": titles.get(seat.role, "")})
        return found


def _committees(session: Session) -> Rows:
    parts: dict[str, Rows] = defaultdict(list)
    whole = []
    for row in session.exec(select(Committee).order_by(Committee.id)):
        if row.parent:
            parts[row.parent].append({"name": row.name, "thomas_id": row.id.removeprefix(row.parent)})
        else:
            named = {"type": row.chamber, "name": row.name, "thomas_id": row.id}
            whole.append({**named, "subcommittees": parts[row.id]})
    return whole


def _person(row: Member, terms: list[Tenure], office: Office | None) -> dict[str, Any]:
    return {
        "id": {"bioguide": row.bioguide},
        "name": {
            "first": row.first,
            "middle": row.middle,
            "last": row.last,
            "suffix": row.suffix,
            "nickname": row.nickname,
            "official_full": row.official_name,
        },
        "bio": {"gender": row.gender},
        "terms": [_term(term, office) for term in terms],
    }


def _term(row: Tenure, office: Office | None) -> dict[str, Any]:
    return {
        "type": "sen" if row.chamber == "senate" else "rep",
        "start": str(row.starts),
        "end": str(row.ends),
        "state": row.seat[:2],
        "district": int(row.seat[3:]) if "-" in row.seat else None,
        "class": row.senate_class,
        "party": row.party,
        "url": row.url,
        "contact_form": row.contact_form,
        "phone": office.phone if office else "",
        "office": office.address if office else "",
    }


def _with_new_term(row: dict[str, Any]) -> dict[str, Any]:
    """A person of the next list: who was up for election has won."""
    last = row["terms"][-1]
    if date.fromisoformat(last["end"]) > NOON.date():
        return row
    end = "2033-01-03" if last["type"] == "sen" else "2029-01-03"
    return {**row, "terms": [*row["terms"], {**last, "start": "2027-01-03", "end": end}]}


def _record(person: Legislator) -> dict[str, Any]:
    row = person.record()
    row["terms"][0] |= {"start": "2027-01-03", "end": "2033-01-03" if person.office == "sen" else "2029-01-03"}
    return {**row, "terms": [{**row["terms"][0], "class": 2 if person.office == "sen" else None}]}


def _without_telephone(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "terms": [*row["terms"][:-1], {**row["terms"][-1], "phone": "", "office": "", "url": ""}]}


def _office(row: Office) -> dict[str, Any]:
    names = ("id", "address", "city", "state", "zip", "latitude", "longitude", "phone", "hours")
    return {name: getattr(row, name) for name in names}


def serve_list(world: World, moment: datetime) -> None:
    """No list of the 120th's bills before it opens; GovInfo has no sitemap of theirs, either."""
    world.bills.pop(RETURN.id, None)
    if moment >= LIST_OPENS:
        world.bills[RETURN.id] = RETURN
