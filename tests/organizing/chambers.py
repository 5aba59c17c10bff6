"""Builders of a small Congress for tests: members by seat, proposals with bills.

Everything is imported and recorded by the functions that real data goes through; arguments have defaults for
what a test is not about.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.congress import ledger, roster
from campaign.congress.bills import BillId
from campaign.congress.legislators import MemberFiles
from campaign.congress.observation import ActionRow, CommitteeRow, CosponsorRow, Observation, PersonRow
from campaign.proposals import campaigns, lineage

NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
READ = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
AS_OF = date(2026, 6, 15)
# How a bioguide must look; a test speaks of "A1" and means A000001.
START = {120: "2027-01-03", 119: "2025-01-03", 118: "2023-01-03", 117: "2021-01-03"}
END = {120: "2029-01-03", 119: "2027-01-03", 118: "2025-01-03", 117: "2023-01-03"}


def id_of(short: str) -> str:
    return f"{short[0]}{int(short[1:]):06d}"


def term(seat: str, congress: int = 119, **more: Any) -> dict[str, Any]:
    """A term in a seat over one Congress; a senator's (``NY``) has class 1 unless given."""
    state, _, district = seat.partition("-")
    kind: dict[str, Any] = (
        {"type": "rep", "district": int(district)} if district else {"type": "sen", "class": 1}
    )
    return {
        **kind,
        "state": state,
        "start": START[congress],
        "end": END[congress],
        "party": "Democrat",
        **more,
    }


def legislator(short: str, *terms: dict[str, Any], **name: str) -> dict[str, Any]:
    return {
        "id": {"bioguide": id_of(short)},
        "name": {"first": "Lee", "last": f"Member{short}", **name},
        "bio": {"gender": "F"},
        "terms": list(terms),
    }


def seat_members(
    engine: Engine,
    *current: dict[str, Any],
    former: Iterable[dict[str, Any]] = (),
    committees: dict[str, list[tuple[str, dict[str, Any]]]] | None = None,
) -> None:
    """Import members; ``committees`` maps a committee's code to members and the fields of their seats."""
    named = [
        {"type": "house" if code[0] == "H" else "senate", "name": f"Committee {code}", "thomas_id": code}
        for code in (committees or {})
        if len(code) == 4
    ]
    for one in named:
        one["subcommittees"] = [
            {"thomas_id": code[4:], "name": f"Sub {code}"}
            for code in (committees or {})
            if len(code) > 4 and code.startswith(one["thomas_id"])
        ]
    seats = {
        code: [{"bioguide": id_of(short), "party": "majority", "rank": 5, **said} for short, said in people]
        for code, people in (committees or {}).items()
    }
    files = MemberFiles(
        current=list(current),
        historical=list(former) or None,
        committees=named or None,
        memberships=seats or None,
    )
    with db.writing(engine) as session:
        roster.import_members(session, files, as_of=AS_OF, now=NOW)


def on(short: str, day: str = "2026-01-10", *, withdrawn: str | None = None, seat: str = "") -> CosponsorRow:
    state, _, district = seat.partition("-")
    return CosponsorRow(
        bioguide=id_of(short),
        joined=date.fromisoformat(day),
        withdrawn=date.fromisoformat(withdrawn) if withdrawn else None,
        state=state,
        district=int(district) if district else None,
        last_name=f"Member{short}",
    )


def acted(day: str, text: str, *, code: str) -> ActionRow:
    """An action as the Library of Congress lists it."""
    return ActionRow(acted=date.fromisoformat(day), text=text, code=code, system="9")


def add_bill(
    engine: Engine,
    bill: str,
    *rows: CosponsorRow,
    sponsor: str | PersonRow = "Z9",
    proposal: str = "",
    campaign: str = "guns",
    committees: Iterable[str] = (),
    introduced: str = "",
    **more: Any,
) -> BillId:
    """Record a complete observation of a bill and, with ``proposal``, confirm it as one of its bills."""
    named = BillId.of(bill)
    if isinstance(sponsor, str):
        sponsor = PersonRow(bioguide=id_of(sponsor), last_name=f"Member{sponsor}")
    day = introduced or {119: "2025-02-04", 118: "2023-12-06", 117: "2022-12-14"}[named.congress]
    said: dict[str, Any] = {
        "bill": bill,
        "source": "api",
        "read_at": READ,
        "updated": READ,
        "title": f"Act {bill}",
        "introduced": date.fromisoformat(day),
        "sponsor": sponsor,
        "committees": tuple(CommitteeRow(code=code, name=code, referred=True) for code in committees),
        "cosponsors": rows,
        "actions": (),
    }
    with db.writing(engine) as session:
        ledger.record(session, Observation(**{**said, **more}))
        if proposal:
            adopt(session, bill, proposal, campaign)
    return named


def adopt(session: Session, bill: str, proposal: str, campaign: str = "guns") -> None:
    campaigns.add_campaign(session, campaign, title_en=campaign, title_es=campaign)
    campaigns.add_proposal(
        session, proposal, campaign=campaign, name_en=f"{proposal} Act", name_es=f"Ley {proposal}"
    )
    lineage.confirm(session, proposal, bill, by="test", now=NOW)


@contextmanager
def counted(engine: Engine) -> Iterator[Callable[[], int]]:
    """How many statements have been sent to the database since."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield lambda: len(sent)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def filled(engine: Engine) -> Engine:
    """Two members of the House and a senator, with a bill and its predecessor."""
    seat_members(
        engine,
        legislator("A1", term("NY-1"), term("NY-1", 120)),
        legislator("A2", term("NY-2")),
        legislator("A3", term("NY")),
    )
    introduced = acted("2025-02-04", "Introduced in House", code="1000")
    add_bill(engine, "hr6736-119", sponsor="A1", proposal="armas", actions=(introduced,))
    before = acted("2023-12-06", "Introduced in House", code="1000")
    add_bill(engine, "hr6618-118", on("A2", "2023-12-10"), sponsor="A1", proposal="armas", actions=(before,))
    return engine
