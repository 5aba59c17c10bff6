"""A week in Congress on a bill of our own: who joined, who left, and who sits where."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger
from campaign.congress.models import Member, Office, Seat, Tenure
from campaign.congress.observation import ActionRow, CosponsorRow, Observation, PersonRow
from campaign.proposals.models import Campaign, Kinship, Proposal

from mondays import CAMPAIGN  # isort: skip

SUNDAY = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
PEOPLE = (
    ("C001091", "Joaquin", "Castro", "D", "TX-20", "M"),
    ("G000559", "Maria", "Garza", "D", "TX-28", "F"),
    ("R000001", "Rosa", "Ruiz", "R", "TX-21", "F"),
    ("C001098", "Ted", "Cruz", "R", "TX", "M"),
    ("C001056", "John", "Cornyn", "R", "TX", "M"),
    ("N000001", "Ana", "Núñez <b>", "D", "CA-34", "F"),
)
FIRST_DAY = date(2025, 12, 16)


def prepare(engine: Engine) -> None:
    """One proposal with one House bill, read twice: at first sight, and a quiet month later."""
    people, places = [], {}
    for bioguide, first, last, party, seat, gender in PEOPLE:
        chamber = "house" if "-" in seat else "senate"
        places[seat] = _seat(seat, chamber)
        people += [
            Member(
                bioguide=bioguide, first=first, last=last, party=party, standing="sitting", seat=seat,
                gender=gender,
            ),
            Tenure(
                bioguide=bioguide, starts=date(2025, 1, 3), ends=date(2027, 1, 3), seat=seat, chamber=chamber,
                party=party, senate_class=1 if chamber == "senate" else None,
            ),
            Office(id=f"{bioguide}-w", bioguide=bioguide, kind="washington", phone="202-225-3236"),
        ]  # fmt: skip
    with db.writing(engine) as session:
        session.merge(Campaign(slug=CAMPAIGN, title_en="Arms", title_es="Armas"))
        session.flush()
        session.add(Proposal(slug="armas-act", campaign=CAMPAIGN, name_en="ARMAS Act", name_es="Ley ARMAS"))
        session.add_all([*places.values(), *people])
        ledger.record(session, _seen(datetime(2026, 5, 1, tzinfo=UTC), {}))
        session.flush()
        session.add(Kinship(proposal="armas-act", bill="hr6736-119", state="confirmed"))


def _seat(seat: str, chamber: str) -> Seat:
    state, _, district = seat.partition("-")
    office = "representative" if district else "senator"
    return Seat(
        id=seat,
        chamber=chamber,
        state=state,
        district=int(district) if district else None,
        office=office,
        places=1 if district else 2,
    )


def see(
    engine: Engine,
    *,
    joined: dict[str, date],
    gone: dict[str, date] | None = None,
    steps: tuple[tuple[date, str, str], ...] = (),
    read_at: datetime = SUNDAY,
) -> None:
    """A complete reading of H.R. 6736 with these co-sponsors, withdrawals and steps."""
    with db.writing(engine) as session:
        ledger.record(session, _seen(read_at, joined, gone, steps))


def _seen(
    read_at: datetime,
    joined: dict[str, date],
    gone: dict[str, date] | None = None,
    steps: tuple[tuple[date, str, str], ...] = (),
) -> Observation:
    named = {row[0]: row for row in PEOPLE}
    rows = tuple(_row(named[one], day, (gone or {}).get(one)) for one, day in joined.items())
    told = tuple(
        ActionRow(acted=day, text=text, code=code, system="House") for day, text, code in reversed(steps)
    )
    first = ActionRow(acted=FIRST_DAY, text="Introduced in House", code="1000", system="House")
    return Observation(
        bill="hr6736-119",
        source="api",
        read_at=read_at,
        title="ARMAS Act of 2025",
        introduced=FIRST_DAY,
        sponsor=PersonRow(**_person(named["C001091"])),
        cosponsors=rows,
        actions=(*told, first),
    )


def _person(row: tuple[str, ...]) -> dict[str, Any]:
    bioguide, first, last, party, seat, _ = row
    state, _, district = seat.partition("-")
    return {
        "bioguide": bioguide,
        "full_name": f"Rep. {last}, {first}",
        "first_name": first,
        "last_name": last,
        "party": party,
        "state": state,
        "district": int(district) if district else None,
    }


def _row(row: tuple[str, ...], day: date, gone: date | None) -> CosponsorRow:
    return CosponsorRow(**_person(row), joined=day, original=False, withdrawn=gone)
