"""A requested poll runs soon, once, and again when a worker died before its end."""

from datetime import datetime

import pytest
from sqlalchemy.engine import Engine
from standin import Standin

from campaign import db, runs
from campaign.congress import ledger, tracking
from campaign.congress.bills import BillId
from campaign.organizing import poll_requests
from jobs import poll_bills, poll_requested
from jobs.worker import Worker

ARMAS, STOP = BillId(119, "hr", 6736), BillId(119, "s", 367)


def request_poll(engine: Engine, bill: str, now: datetime) -> bool:
    with db.writing(engine) as session:
        tracking.track(session, ARMAS, now=now)
        tracking.track(session, STOP, now=now)
        return poll_requests.request(session, bill, by="ana@example.org", now=now)


@pytest.mark.parametrize(("bill", "polled"), [("hr6736-119", 1), ("", 2)], ids=["one bill", "all"])
def test_a_requested_poll_runs_once(
    engine: Engine, source: Standin, now: datetime, bill: str, polled: int
) -> None:
    assert request_poll(engine, bill, now)
    assert not request_poll(engine, bill, now)
    report = poll_requested.run(engine, source.settings(), now=now)
    assert (report.polled, report.complete) == (polled, polled)
    assert not poll_requested.waiting(engine)
    with db.reading(engine) as session:
        assert ledger.current(session, str(ARMAS), now=now).bill.observed_at == now


def test_a_request_outlives_a_worker_that_dies(
    engine: Engine, source: Standin, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_poll(engine, "hr6736-119", now)

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(poll_bills, "run", die)
    with pytest.raises(KeyboardInterrupt):
        poll_requested.run(engine, source.settings(), now=now)
    assert poll_requested.waiting(engine)


def test_a_request_outlives_a_poll_that_is_told_to_stop(engine: Engine, source: Standin, now: datetime) -> None:
    request_poll(engine, "", now)
    report = poll_requested.run(engine, source.settings(), now=now, stopping=lambda: True)
    assert report.polled < 2
    assert poll_requested.waiting(engine)
    assert poll_requested.run(engine, source.settings(), now=now).polled == 2
    assert not poll_requested.waiting(engine)


def test_only_the_leader_runs_requests_and_records_them(engine: Engine, source: Standin, now: datetime) -> None:
    worker = Worker(engine, source.settings(), jobs=(), clock=lambda: now)
    request_poll(engine, "hr6736-119", now)
    assert not worker.run_requested()
    assert worker.leader_lock.acquire(now)
    assert worker.run_requested()
    assert not worker.run_requested()
    with db.reading(engine) as session:
        run = runs.last_run(session, "poll_requested")
        assert run
        assert run.status == "done"
    worker.leader_lock.release()
