"""Bills end with their Congress, at noon Eastern on 3 January, and the ledger says so once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress import ledger
from campaign.congress.bills import congress_end
from campaign.congress.models import Bill, Change
from campaign.settings import Settings
from jobs import close_bills

NOON = datetime(2027, 1, 3, 17, tzinfo=UTC)
# The campaign's own bills, and those of others that now carry the numbers of its earlier ones.
OPEN = {"hr6736-119", "s3508-119", "hr923-119", "s367-119", "hr6618-119", "hr8427-119", "s2926-119"}
BEFORE = {"hr6618-118", "hr8427-118", "s2926-118", "s4647-118", "hr9539-117"}


def ends(session: Session) -> dict[str, Change]:
    rows = session.exec(select(Change).where(Change.source == "calendar").order_by(col(Change.seq))).all()
    assert len({row.bill for row in rows}) == len(rows)
    return {row.bill: row for row in rows}


def close(engine: Engine, now: datetime) -> dict[str, Change]:
    close_bills.run(engine, Settings(), now=now)
    with db.reading(engine) as session:
        found = ends(session)
        session.expunge_all()
    return found


def test_a_bill_ends_at_noon_and_once(loaded_engine: Engine) -> None:
    assert close(loaded_engine, NOON - timedelta(seconds=1)).keys() == BEFORE
    ended = close(loaded_engine, NOON)
    assert ended.keys() == OPEN | BEFORE
    assert close(loaded_engine, NOON + timedelta(days=40)).keys() == ended.keys()
    armas = ended["hr6736-119"]
    assert (armas.kind, armas.happened, armas.detail) == (
        "stage", date(2027, 1, 3), {"from": "in_committee", "to": "died"},
    )  # fmt: skip


def test_an_end_that_was_long_past_at_first_sight_is_no_news(snapshot_copy: Engine) -> None:
    ended = close(snapshot_copy, NOON)
    assert {bill for bill, change in ended.items() if change.baseline} == BEFORE


def test_a_clock_that_ran_ahead_and_back_changes_nothing(snapshot_copy: Engine) -> None:
    close(snapshot_copy, NOON)
    assert close(snapshot_copy, NOON - timedelta(days=30)).keys() == OPEN | BEFORE


@pytest.mark.parametrize(
    ("values", "days", "ends_then"),
    [
        ({"law": "119-99"}, 60, False),
        ({"stage": ""}, 60, False),
        ({}, 0, True),
    ],
)
def test_what_is_law_or_was_never_read_does_not_end(
    snapshot_copy: Engine, values: dict[str, str], days: int, ends_then: bool
) -> None:
    with db.writing(snapshot_copy) as session:
        bill = session.get_one(Bill, "hr923-119")
        for name, value in values.items():
            setattr(bill, name, value)
    assert ("hr923-119" in close(snapshot_copy, NOON + timedelta(days=days))) is ends_then


def test_the_end_is_the_last_change_of_the_history(snapshot_copy: Engine) -> None:
    close(snapshot_copy, NOON)
    with db.reading(snapshot_copy) as session:
        last = ledger.changes_since(session, bill="s367-119")[-1]
        assert last.happened == congress_end(119).date()
        assert ledger.current(session, "s367-119", now=NOON).stage.stage == last.detail["to"]
