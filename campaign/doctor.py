"""Checks of this installation for ``campaign doctor``; they change nothing."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db, new_congress, runs
from campaign.congress import members, tracking
from campaign.congress.models import SourceState
from campaign.mailing import dns_checks, queue, watchdog
from campaign.mailing.readers import new_districts
from campaign.refusals import Refused
from campaign.settings import SHORTEST_SECRET, Settings

Level = Literal["good", "note", "warning", "error"]
POLL_OVERDUE = timedelta(hours=3)
DATA_OLD = timedelta(days=7)
LEAST_FREE_BYTES = 500 * 2**20


@dataclass(frozen=True)
class Finding:
    """The result of one check: an ``error`` must be fixed, a ``warning`` should be, a ``note`` informs."""

    level: Level
    about: str
    text: str


def examine(engine: Engine, settings: Settings, *, now: datetime) -> list[Finding]:
    """All findings: database, jobs, data, mail, settings, DNS."""
    findings = list(_database(engine))
    if all(finding.level != "error" for finding in findings):
        with db.reading(engine) as session:
            findings += [*_work(session, now), *_data(session, now), *_new_congress(session, now)]
            findings += [*_offices(session), *_mail(session, now), *_readers(session, now)]
    return [*findings, *_settings(settings), *(Finding(*found) for found in dns_checks.examine(settings))]


def _database(engine: Engine) -> Iterator[Finding]:
    shown = engine.url.render_as_string()
    try:
        db.require_current(engine)
    except sa.exc.SQLAlchemyError as error:
        yield Finding("error", "database", f"cannot be read: {getattr(error, 'orig', error)}")
        return
    except Refused as refused:
        yield Finding("error", "database", f"{shown}: {refused}")
        return
    yield Finding("good", "database", f"{shown}: tables are at this version")
    if engine.dialect.name == "sqlite":
        yield from _sqlite(engine)


def _sqlite(engine: Engine) -> Iterator[Finding]:
    with engine.connect() as connection:
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if verdict != "ok":
        yield Finding("error", "database file", f"is damaged ({verdict}); restore the newest backup")
    free = shutil.disk_usage(Path(engine.url.database or ".").absolute().parent).free
    if free < LEAST_FREE_BYTES:
        yield Finding("warning", "disk", f"only {free // 2**20} MB are free where the database lies")


def _work(session: Session, now: datetime) -> Iterator[Finding]:
    last = runs.last_run(session, "poll_bills")
    if last is None:
        yield Finding("warning", "polling", "no scheduled poll has ended yet; is campaign run or worker up?")
    elif now - last.slot > POLL_OVERDUE:
        yield Finding("warning", "polling", f"the last scheduled poll was at {last.slot:%Y-%m-%d %H:%M} UTC")
    elif last.status == "partly":
        yield Finding("note", "polling", f"the last poll was done in part: {last.summary}")
    else:
        yield Finding("good", "polling", last.summary)
    for row in tracking.tracked(session):
        if tracking.needs_a_person(row, now=now):
            since = f"{row.problem_since:%Y-%m-%d}"
            yield Finding("warning", row.bill, f"could not be read whole since {since}: {row.problem}")


def _data(session: Session, now: datetime) -> Iterator[Finding]:
    states = session.exec(select(SourceState).order_by(SourceState.name)).all()
    if not states:
        yield Finding("warning", "members", "nothing is loaded; run campaign snapshot load")
    for state in states:
        if state.problem:
            yield Finding("warning", state.name, state.problem)
        elif state.name == "members" and now.date() - state.as_of > DATA_OLD:
            yield Finding("note", state.name, f"as of {state.as_of}; they refresh by themselves once a day")


def _new_congress(session: Session, now: datetime) -> Iterator[Finding]:
    """From 1 December before a Congress on: what it still needs. What comes by itself is noted."""
    if new_congress.comes(now):
        for item in new_congress.missing(session, at=new_congress.moment_to_check(now)):
            yield Finding("note" if item.waits else "warning", item.about, item.line("en"))


def _readers(session: Session, now: datetime) -> Iterator[Finding]:
    """Readers in states with new districts who cannot be asked for theirs yet."""
    asking = new_districts.asking(session, now=now)
    if asking.waiting:
        states = ", ".join(f"{state} {number}" for state, number in asking.waiting)
        text = (
            f"{asking.number_waiting} wait to be asked for their place until their state's ZIP codes are stored"
        )
        yield Finding("warning", "readers", f"{text}: {states}")


def _offices(session: Session) -> Iterator[Finding]:
    for office in members.misplaced_offices(session):
        text = f"the source places it at {office.misplaced}, which cannot be; its distance is not used"
        yield Finding("note", f"office {office.id}", text)
    for phone, ids in members.shared_telephones(session).items():
        text = f"the source gives this number for {' and '.join(ids)}; one of them may be wrong"
        yield Finding("note", f"telephone {phone}", text)


def _mail(session: Session, now: datetime) -> Iterator[Finding]:
    for trouble in (*queue.troubles(session), *watchdog.troubles(session, now=now)):
        yield Finding("warning", trouble.about, trouble.en)


def _settings(settings: Settings) -> Iterator[Finding]:
    production = settings.env == "production"
    if not settings.api_key:
        yield Finding("note", "api.congress.gov", "no key is set: bills come from GovInfo alone, hours later")
    elif not settings.polls_api:
        text = "DEMO_KEY is for trying out: the schedule reads GovInfo alone; ask for a key at api.congress.gov"
        yield Finding("warning", "api.congress.gov", text)
    if not production:
        yield Finding("note", "CAMPAIGN_ENV", "is development; set it to production where others can reach it")
    if production and urlsplit(settings.base_url).scheme != "https":
        yield Finding("error", "CAMPAIGN_BASE_URL", "must be the https address that people see")
    if production and not settings.trusted_proxies:
        text = "is empty: if a proxy stands before this service, all visitors count as one; set it, like 1"
        yield Finding("warning", "CAMPAIGN_TRUSTED_PROXIES", text)
    if 0 < len(settings.secret_key.get_secret_value()) < SHORTEST_SECRET:
        yield Finding("warning", "CAMPAIGN_SECRET_KEY", f"is shorter than {SHORTEST_SECRET} characters")
    if not settings.geocoder_url:
        yield Finding("note", "CAMPAIGN_GEOCODER_URL", "is empty: streets cannot be looked up, only ZIP codes")
