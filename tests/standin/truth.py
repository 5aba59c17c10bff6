"""What a ledger must hold of the small Congress, and what one does hold."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger, tracking
from campaign.congress.bills import BillId
from standin.bills import Record
from standin.server import World

FIRST_DAY, LAST_DAY = date(2025, 1, 3), date(2026, 6, 1)
WATCHED = ("cosponsored", "withdrew", "withdrawal_retracted", "action_retracted")
Facts = Counter[tuple[str | None, ...]]


def track_visible(engine: Engine, world: World, day: date, now: datetime) -> None:
    """Move the Congress to a day, and track every bill of that day."""
    world.asof = day.isoformat()
    with db.writing(engine) as session:
        for record in world.bills.values():
            if record.introduced <= world.asof:
                tracking.track(session, BillId.of(record.id), now=now)


def missing_and_false(engine: Engine, world: World) -> tuple[Facts, Facts]:
    """By bill: facts of the Congress that the ledger lacks, and facts that it has too often or wrongly."""
    missing, false = Facts(), Facts()
    for record in world.bills.values():
        truth, recorded = _truth(record), _recorded(engine, record)
        missing += truth - recorded
        false += recorded - truth
    return missing, false


def _truth(record: Record) -> Facts:
    """Every change of a co-sponsor and every event of a bill, once."""
    facts = {("cosponsored", row["bioguideId"], row["sponsorshipDate"]) for row in record.cosponsors}
    facts |= {
        ("withdrew", row["bioguideId"], row["sponsorshipWithdrawnDate"])
        for row in record.cosponsors
        if "sponsorshipWithdrawnDate" in row
    }
    found = Facts({(record.id, *fact): 1 for fact in facts})
    events = len({_event(line) for line in record.actions})
    return found + Facts({(record.id, "action"): events, (record.id, "line of the record"): events})


def _recorded(engine: Engine, record: Record) -> Facts:
    with db.reading(engine) as session:
        changes = ledger.changes_since(session, bill=record.id)
        state = ledger.current(session, record.id, now=datetime(2026, 6, 2, tzinfo=UTC))
    found = Facts((record.id, c.kind, c.bioguide, str(c.happened)) for c in changes if c.kind in WATCHED)
    found[record.id, "action"] = sum(change.kind == "action" for change in changes)
    found[record.id, "line of the record"] = len(state.actions)
    found[record.id, "never read whole"] = int(state.bill.pending)
    return +found


def _event(line: dict[str, Any]) -> tuple[str, str]:
    """The identity of an event: its day and text, or its code where it has no text."""
    words = " ".join(line.get("text", "").split()).casefold()
    return line["actionDate"], words or line.get("actionCode", "")
