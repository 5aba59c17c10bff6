"""Every bill of a Congress, from GovInfo's zips."""

from datetime import datetime, timedelta

from sqlalchemy.engine import Engine
from standin import Standin

from campaign import db
from campaign.congress import ledger, tracking
from campaign.fetch import Fetcher
from jobs import import_congress

LATER = timedelta(days=1)


def test_all_bills_of_a_congress_are_read_and_tracked(engine: Engine, source: Standin, now: datetime) -> None:
    steps: list[tuple[str, int]] = []
    report = import_congress.run(
        engine, source.settings(), 119, now=now, progress=lambda kind, done: steps.append((kind, done))
    )
    expected = {record.id for record in source.world.bills.values() if record.congress == 119}
    with db.reading(engine) as session:
        followed = {row.bill for row in tracking.tracked(session)}
        baseline = [change.baseline for change in ledger.changes_since(session)]
    assert followed == expected
    assert report.polled == report.complete == len(expected) == sum(done for _, done in steps)
    assert all(baseline)


def test_a_second_pass_finds_nothing_and_says_it_looked(engine: Engine, source: Standin, now: datetime) -> None:
    first = import_congress.run(engine, source.settings(), 119, now=now)
    again = import_congress.run(engine, source.settings(), 119, now=now + LATER)
    assert (again.polled, again.complete, again.changes) == (first.polled, first.polled, 0)
    with db.reading(engine) as session:
        assert ledger.current(session, "hr6736-119", now=now).bill.observed_at == now + LATER


def test_a_bad_zip_costs_its_type_only(
    engine: Engine, source: Standin, fetcher: Fetcher, now: datetime
) -> None:
    source.world.script("truncate", "BILLSTATUS-119-hr.zip", times=20)
    report = import_congress.run(engine, source.settings(), 119, now=now, fetcher=fetcher)
    assert report.failed.keys() == {"hr-119"}
    assert report.polled > 0
    assert not report.whole


def test_what_is_untracked_stays_so_when_only_read(engine: Engine, source: Standin, now: datetime) -> None:
    import_congress.run(engine, source.settings(), 119, now=now, track=False)
    with db.reading(engine) as session:
        assert tracking.tracked(session) == []
        assert ledger.changes_since(session, limit=1) != []
