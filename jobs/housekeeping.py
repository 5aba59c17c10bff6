"""Delete old raw replies, job runs, sessions, links, rate limits and receipts; tidy the database."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.engine import Engine

from campaign import db, runs
from campaign.accounts import passkeys, sessions, throttle, users
from campaign.congress import replies
from campaign.outreach import outcomes, phone_numbers, steps
from campaign.settings import Settings
from campaign.webhooks import queue as webhook_queue
from jobs import deliver_mail
from jobs.outcome import Summary

RUNS_KEPT = timedelta(days=90)
WEBHOOKS_KEPT = timedelta(days=30)
# Well after rate limits are back to zero and sign-in links have expired.
ACCESS_KEPT = timedelta(days=7)


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Delete old rows; never a change of the ledger or a count of calls."""
    with db.writing(engine) as session:
        old_replies = replies.trim_raw(session)
        old_runs = runs.trim(session, before=now - RUNS_KEPT)
        sessions.trim(session, now=now)
        passkeys.trim(session, now=now)
        users.trim_links(session, before=now - ACCESS_KEPT)
        throttle.trim(session, before=now - ACCESS_KEPT)
        outcomes.trim(session, before=now - outcomes.RECEIPTS_KEPT)
        phone_numbers.trim(session, before=now - phone_numbers.REPORTS_KEPT)
        webhook_queue.trim(session, before=now - WEBHOOKS_KEPT)
        steps.trim(session, before=(now - steps.KEPT).date())
    of_mail = deliver_mail.tidy(engine, now=now)
    db.tidy(engine)
    summary = f"{old_replies} raw replies and {old_runs} old runs deleted"
    return Summary(f"{summary}; of mail: {of_mail}" if of_mail else summary)
