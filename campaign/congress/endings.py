"""Bills that end with their Congress: the calendar decides, and the ledger says so once."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import ledger
from campaign.congress.bills import congress_end, congress_on
from campaign.congress.ledger import BillRecord
from campaign.congress.models import Bill, Change
from campaign.congress.stage_names import Stage

# The source of a change that no reading showed.
CALENDAR = "calendar"


def unclosed(session: Session, *, now: datetime) -> list[str]:
    """Ids of the bills that an earlier Congress left unfinished and whose end the ledger does not have yet."""
    closed = sa.exists().where(
        col(Change.bill) == col(Bill.id),
        col(Change.kind) == "stage",
        col(Change.detail)["to"].as_string() == Stage.died.value,
    )
    query = select(Bill.id).where(Bill.congress < congress_on(now), col(Bill.over).is_(False))
    return list(session.exec(query.where(Bill.stage != "", ~closed).order_by(Bill.id)))


def close(session: Session, bills: Sequence[str], *, now: datetime) -> int:
    """Add the end of each of these bills to the ledger, in the caller's write transaction; how many ended.

    A bill that can still become law in January does not end before the 20th (stages.apply_calendar). The end
    of a bill that was first read after it is a baseline, and no news.
    """
    ledger.lock_on_postgresql(session)
    still = set(unclosed(session, now=now)) & set(bills)
    records = ledger.records(session, sorted(still), now=now).values()
    ended = [_change(record, now) for record in records if record.stage.stage is Stage.died]
    session.add_all(ended)
    return len(ended)


def _change(record: BillRecord, now: datetime) -> Change:
    bill = record.bill
    read_in_time = bill.first_whole_at is not None and bill.first_whole_at < congress_end(bill.congress)
    return Change(
        bill=bill.id,
        kind="stage",
        happened=record.stage.since,
        detail={"from": bill.stage, "to": Stage.died.value},
        source=CALENDAR,
        seen_at=now,
        baseline=not read_in_time,
    )
