"""The jobs of the day, against the small Congress and the shipped snapshot."""

from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select
from standin import Standin

from campaign import db, runs
from campaign.congress import ledger, members, tracking
from campaign.congress.bills import BillId
from campaign.congress.models import RawReply
from campaign.fetch import Fetcher
from jobs import crosscheck, housekeeping, poll_bills, refresh_members, suggest_successors
from jobs.worker import JOBS

ARMAS = BillId(119, "hr", 6736)


def test_members_are_refreshed(engine: Engine, source: Standin, fetcher: Fetcher, now: datetime) -> None:
    outcome = refresh_members.run(engine, source.settings(), now=now, fetcher=fetcher)
    assert outcome.whole, outcome.summary
    with db.reading(engine) as session:
        assert len(members.people(session, now=now)) > 3


def test_an_unreachable_source_of_members_is_reported(
    engine: Engine, source: Standin, fetcher: Fetcher, now: datetime
) -> None:
    settings = source.settings(legislators_url="http://127.0.0.1:9")
    outcome = refresh_members.run(engine, settings, now=now, fetcher=fetcher)
    assert not outcome.whole
    assert "could not be reached" in outcome.summary


def test_govinfo_is_read_after_the_api(engine: Engine, source: Standin, now: datetime) -> None:
    with db.writing(engine) as session:
        tracking.track(session, ARMAS, now=now)
    poll_bills.run(engine, source.settings(), now=now)
    outcome = crosscheck.run(engine, source.settings(), now=now + timedelta(hours=1))
    assert outcome.whole, outcome.summary
    with db.reading(engine) as session:
        mine = tracking.tracking_of(session, ARMAS)
        assert mine is not None
        assert (mine.api_read_at, mine.govinfo_read_at) == (now, now + timedelta(hours=1))
        assert all(change.baseline for change in ledger.changes_since(session))


def test_without_a_key_nothing_is_checked(engine: Engine, source: Standin, now: datetime) -> None:
    outcome = crosscheck.run(engine, source.settings(congress_api_key=SecretStr("")), now=now)
    assert outcome.whole
    assert source.asked() == []


def test_a_whole_congress_is_checked_by_its_zips(
    engine: Engine, source: Standin, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crosscheck, "ZIPS_FROM", 2)
    bills = [BillId.of(record.id) for record in source.world.bills.values()]
    with db.writing(engine) as session:
        for bill in bills:
            tracking.track(session, bill, now=now)
    outcome = crosscheck.run(engine, source.settings(), now=now)
    assert outcome.whole, outcome.summary
    paths = [request.path for request in source.asked()]
    assert len([path for path in paths if path.endswith(".zip")]) >= 8
    assert not [path for path in paths if path.endswith(".xml") and "/119/" in path]
    with db.reading(engine) as session:
        assert all(row.govinfo_read_at == now for row in tracking.tracked(session))


def test_suggestions_are_stored_once(engine: Engine, source: Standin, now: datetime) -> None:
    first = suggest_successors.run(engine, source.settings(), now=now)
    again = suggest_successors.run(engine, source.settings(), now=now)
    assert first.whole
    assert again.summary.startswith("0 new suggestions")


def test_housekeeping_deletes_old_rows_and_no_change(engine: Engine, source: Standin, now: datetime) -> None:
    with db.writing(engine) as session:
        tracking.track(session, ARMAS, now=now)
    poll_bills.run(engine, source.settings(), now=now)
    with db.writing(engine) as session:
        for number in range(20):
            read_at = now + timedelta(minutes=number)
            reply = RawReply(
                bill=str(ARMAS),
                source="api",
                digest=str(number),
                body=b"",
                first_read=read_at,
                last_read=read_at,
            )
            session.add(reply)
        before = len(ledger.changes_since(session))
    old = now - timedelta(days=91)
    for job, moment in (("old", old), ("new", now)):
        runs.claim(engine, job, moment, owner="me", now=moment)
        runs.finish(engine, job, moment, status="done", summary="", now=moment)
    housekeeping.run(engine, source.settings(), now=now)
    with db.reading(engine) as session:
        assert len(session.exec(select(RawReply)).all()) == 12
        assert [run.job for run in session.exec(select(runs.JobRun))] == ["new"]
        assert len(ledger.changes_since(session)) == before


def test_every_job_can_be_told_to_stop(engine: Engine, source: Standin, now: datetime) -> None:
    """The worker calls all of them in one way."""
    for job in JOBS:
        outcome = job.run(engine, source.settings(), now=now, stopping=lambda: True)
        assert isinstance(outcome.summary, str)
