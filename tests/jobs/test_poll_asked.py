"""A poll that somebody asked for: done soon, once, and begun again where a worker died meanwhile."""

from datetime import datetime

import pytest
from sqlalchemy.engine import Engine
from standin import Standin

from campaign import db, runs
from campaign.congress import ledger, tracking
from campaign.congress.bills import BillId
from campaign.organizing import poll_requests
from jobs import poll_asked, poll_bills
from jobs.worker import Worker

ARMAS, STOP = BillId(119, "hr", 6736), BillId(119, "s", 367)


def ask(engine: Engine, bill: str, now: datetime) -> bool:
    with db.writing(engine) as session:
        tracking.track(session, ARMAS, now=now)
        tracking.track(session, STOP, now=now)
        return poll_requests.ask(session, bill, by="ana@example.org", now=now)


@pytest.mark.parametrize(("wished", "polled"), [("hr6736-119", 1), ("", 2)], ids=["one bill", "all"])
def test_what_was_asked_for_is_polled_once(
    engine: Engine, source: Standin, now: datetime, wished: str, polled: int
) -> None:
    assert ask(engine, wished, now)
    assert not ask(engine, wished, now)
    report = poll_asked.run(engine, source.settings(), now=now)
    assert (report.polled, report.complete) == (polled, polled)
    assert not poll_asked.waiting(engine)
    with db.reading(engine) as session:
        assert ledger.current(session, str(ARMAS), now=now).bill.observed_at == now


def test_a_worker_that_died_meanwhile_leaves_the_wish(
    engine: Engine, source: Standin, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(engine, "hr6736-119", now)

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(poll_bills, "run", die)
    with pytest.raises(KeyboardInterrupt):
        poll_asked.run(engine, source.settings(), now=now)
    assert poll_asked.waiting(engine)


def test_the_leading_worker_answers_and_leaves_a_trace(engine: Engine, source: Standin, now: datetime) -> None:
    worker = Worker(engine, source.settings(), jobs=(), clock=lambda: now)
    ask(engine, "hr6736-119", now)
    assert not worker.answer()
    assert worker.lead.hold(now)
    assert worker.answer()
    assert not worker.answer()
    with db.reading(engine) as session:
        run = runs.last_run(session, "poll_asked")
        assert run
        assert run.status == "done"
    worker.lead.release()
