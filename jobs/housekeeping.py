"""Keep what grows within bounds: raw replies, records of runs, SQLite's write-ahead log."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.engine import Engine

from campaign import db, runs
from campaign.accounts import sessions, throttle, users
from campaign.congress import replies
from campaign.outreach import outcomes
from campaign.settings import Settings
from jobs import deliver_mail
from jobs.outcome import Told

RUNS_KEPT = timedelta(days=90)
# Long after a bucket has leaked empty or a link has ended.
DOORS_KEPT = timedelta(days=7)


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Told:
    """Forget old raw replies and runs, and receipts of calls; never a change, never a count."""
    with db.writing(engine) as session:
        forgotten = replies.trim_raw(session)
        old_runs = runs.trim(session, before=now - RUNS_KEPT)
        sessions.trim(session, now=now)
        users.trim_links(session, before=now - DOORS_KEPT)
        throttle.trim(session, before=now - DOORS_KEPT)
        outcomes.trim(session, before=now - outcomes.RECEIPTS_KEPT)
    of_mail = deliver_mail.tidy(engine, now=now)
    db.tidy(engine)
    told = f"{forgotten} raw replies and {old_runs} old runs forgotten"
    return Told(f"{told}; of mail: {of_mail}" if of_mail else told)
