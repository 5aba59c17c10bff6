"""One poll: its requests, what is recorded, and how failures are reported."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from standin import Standin

from campaign import db
from campaign.congress import ledger, tracking
from campaign.congress.bills import BillId
from campaign.fetch import Fetcher
from campaign.refusals import Refused
from jobs import poll_bills

ARMAS, STOP = BillId(119, "hr", 6736), BillId(119, "s", 367)
UNKNOWN = BillId(119, "hr", 99999)
HOUR = timedelta(hours=1)


def track(engine: Engine, *bills: BillId, now: datetime) -> None:
    with db.writing(engine) as session:
        for bill in bills:
            tracking.track(session, bill, now=now)


def problem_of(engine: Engine, bill: BillId) -> str:
    with db.reading(engine) as session:
        found = tracking.tracking_of(session, bill)
        return found.problem if found else "not tracked"


def test_polling_twice_adds_nothing(engine: Engine, source: Standin, now: datetime) -> None:
    track(engine, ARMAS, STOP, now=now)
    first = poll_bills.run(engine, source.settings(), now=now)
    again = poll_bills.run(engine, source.settings(), now=now + HOUR)
    assert (first.polled, first.complete, first.whole) == (2, 2, True)
    assert first.changes > 10
    assert (again.complete, again.changes) == (2, 0)
    assert first.as_dict().keys() == {"polled", "complete", "incomplete", "failed", "changes", "requests"}


def test_at_most_three_requests_a_bill_and_none_twice(engine: Engine, source: Standin, now: datetime) -> None:
    track(engine, ARMAS, STOP, now=now)
    report = poll_bills.run(engine, source.settings(), now=now)
    requests = [(request.path, tuple(sorted(request.query.items()))) for request in source.asked()]
    assert report.requests == len(requests) <= 6
    assert len(set(requests)) == len(requests)


def test_without_a_key_govinfo_is_read_and_only_what_changed(
    engine: Engine, source: Standin, now: datetime
) -> None:
    settings = source.settings(congress_api_key=SecretStr(""))
    track(engine, ARMAS, now=now)
    first = poll_bills.run(engine, settings, now=now)
    again = poll_bills.run(engine, settings, now=now + HOUR)
    assert (first.complete, again.complete, again.changes) == (1, 1, 0)
    assert [("if-modified-since" in request.headers) for request in source.asked()] == [False, True]
    assert all("/v3/" not in request.path for request in source.asked())
    with db.reading(engine) as session:
        seen = ledger.current(session, str(ARMAS), now=now).bill.observed_at
    assert seen == now + HOUR


def test_both_sources_are_read_on_request(engine: Engine, source: Standin, now: datetime) -> None:
    track(engine, ARMAS, now=now)
    report = poll_bills.run(engine, source.settings(), now=now, source="both")
    assert report.whole
    assert {request.path.split("/")[1] for request in source.asked()} == {"v3", "govinfo"}


def test_the_key_travels_in_a_header_only(engine: Engine, source: Standin, now: datetime) -> None:
    track(engine, ARMAS, now=now)
    poll_bills.run(engine, source.settings(), now=now, source="both")
    for request in source.asked():
        assert "api_key" not in request.query
        assert ("x-api-key" in request.headers) == request.path.startswith("/v3/")


def test_the_api_without_a_key_is_refused(engine: Engine, source: Standin, now: datetime) -> None:
    with pytest.raises(Refused, match="no key"):
        poll_bills.run(engine, source.settings(congress_api_key=SecretStr("")), now=now, source="api")
    assert source.asked() == []


def test_the_demo_key_serves_a_poll_by_hand_and_no_schedule(
    engine: Engine, source: Standin, now: datetime
) -> None:
    track(engine, ARMAS, now=now)
    settings = source.settings(congress_api_key=SecretStr("DEMO_KEY"))
    assert poll_bills.run(engine, settings, now=now).whole
    assert {request.path.split("/")[1] for request in source.asked()} == {"govinfo"}
    poll_bills.run(engine, settings, now=now, source="api")
    assert {request.path.split("/")[1] for request in source.asked()} == {"govinfo", "v3"}


def test_a_refused_key_closes_the_api_and_govinfo_goes_on(
    engine: Engine, source: Standin, now: datetime
) -> None:
    track(engine, ARMAS, STOP, now=now)
    settings = source.settings(congress_api_key=SecretStr("BAD"))
    report = poll_bills.run(engine, settings, now=now)
    assert not report.whole
    assert "the key was refused" in report.note
    assert "BAD" not in report.note
    assert report.changes > 0
    with db.reading(engine) as session:
        assert ledger.current(session, str(STOP), now=now).bill.observed_source == "govinfo"


@pytest.mark.parametrize("read_before", [False, True], ids=["first read when older", "read when as new"])
def test_an_unchanged_file_that_is_older_than_the_record_makes_it_no_newer(
    engine: Engine, source: Standin, now: datetime, read_before: bool
) -> None:
    """While api.congress.gov is away, GovInfo's lagging file does not say that nothing has happened since."""
    track(engine, ARMAS, now=now)
    if read_before:
        source.world.asof = "2026-01-15"
        assert poll_bills.run(engine, source.settings(), now=now - HOUR, source="govinfo").whole
        source.world.asof = ""
    assert poll_bills.run(engine, source.settings(), now=now, source="api").whole
    source.world.asof = "2026-01-15"
    for hours in (1, 2, 3):
        poll_bills.run(engine, source.settings(), now=now + hours * HOUR, source="govinfo")
    with db.reading(engine) as session:
        bill = ledger.current(session, str(ARMAS), now=now).bill
    assert (bill.observed_at, bill.observed_source) == (now, "api")


def test_one_bad_bill_does_not_stop_the_rest(
    engine: Engine, source: Standin, fetcher: Fetcher, now: datetime
) -> None:
    track(engine, ARMAS, UNKNOWN, STOP, now=now)
    source.world.script("errorbody", "/bill/119/s/367", times=50)
    report = poll_bills.run(engine, source.settings(), now=now, source="api", fetcher=fetcher)
    assert (report.polled, report.complete) == (3, 1)
    assert report.failed.keys() == {str(UNKNOWN), str(STOP)}
    assert "404" in report.failed[str(UNKNOWN)]
    assert "404" in problem_of(engine, UNKNOWN)
    assert problem_of(engine, ARMAS) == ""


def test_an_incomplete_list_is_reported_and_removes_nobody(
    engine: Engine, source: Standin, fetcher: Fetcher, now: datetime
) -> None:
    track(engine, ARMAS, now=now)
    poll_bills.run(engine, source.settings(), now=now)
    with db.reading(engine) as session:
        before = ledger.current(session, str(ARMAS), now=now).active
    source.world.faults = {"emptylist": 1.0}
    later = now + HOUR
    report = poll_bills.run(engine, source.settings(), now=later, source="api", fetcher=fetcher, pause=0)
    assert report.incomplete == [str(ARMAS)]
    assert (report.changes, report.whole) == (0, False)
    with db.reading(engine) as session:
        assert ledger.current(session, str(ARMAS), now=now).active == before


def test_the_hours_requests_are_not_overspent(
    engine: Engine, source: Standin, fetcher: Fetcher, now: datetime
) -> None:
    bills = sorted(BillId.of(record.id) for record in source.world.bills.values() if record.congress == 119)
    track(engine, *bills, now=now)
    source.world.rate_limit = 6
    report = poll_bills.run(engine, source.settings(), now=now, source="api", fetcher=fetcher)
    assert not report.whole
    left_out = [bill for bill in report.failed if "used up" in report.failed[bill]]
    # Bills that were not polled stay in the queue before those that were.
    with db.reading(engine) as session:
        waiting = [row.bill for row in tracking.tracked(session) if row.attempted_at is None]
    assert set(left_out) <= set(waiting)


def test_the_bill_polled_longest_ago_goes_first(engine: Engine, source: Standin, now: datetime) -> None:
    track(engine, ARMAS, STOP, now=now)
    poll_bills.run(engine, source.settings(), now=now, bills=[ARMAS])
    assert poll_bills.due(engine) == [STOP, ARMAS]
    poll_bills.run(engine, source.settings(), now=now + HOUR, bills=[STOP])
    assert poll_bills.due(engine) == [ARMAS, STOP]


def test_it_stops_between_two_bills(engine: Engine, source: Standin, now: datetime) -> None:
    track(engine, ARMAS, STOP, now=now)
    report = poll_bills.run(engine, source.settings(), now=now, stopping=lambda: True)
    assert report.polled == 1
    assert "1 bills left" in report.note


def test_a_broken_database_is_reported_and_not_raised(
    sqlite_engine: Engine, source: Standin, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    track(sqlite_engine, ARMAS, now=now)
    monkeypatch.setattr(db, "BUSY_MILLISECONDS", 1)
    sqlite_engine.dispose()
    with sqlite_engine.execution_options(writes=True).begin() as holder:
        holder.execute(sa.text("UPDATE tracking SET problem = 'held'"))
        report = poll_bills.run(sqlite_engine, source.settings(), now=now)
    assert report.failed == {str(ARMAS): "database is locked"}
    again = poll_bills.run(sqlite_engine, source.settings(), now=now)
    assert again.whole


def test_no_network_at_all_is_an_answer(
    engine: Engine, source: Standin, fetcher: Fetcher, now: datetime
) -> None:
    track(engine, ARMAS, now=now)
    settings = source.settings(govinfo_url="http://127.0.0.1:9", congress_api_key=SecretStr(""))
    report = poll_bills.run(engine, settings, now=now, fetcher=fetcher)
    assert "could not be reached" in report.failed[str(ARMAS)]
    assert report.polled == 1
