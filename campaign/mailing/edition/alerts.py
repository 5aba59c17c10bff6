"""Alerts: mail on the day itself to readers who asked for that and whose own member joined, left or can act."""

from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import tracking
from campaign.congress.bills import congress_on
from campaign.mailing import senders
from campaign.mailing.edition import building, contents, editions, news, recipients
from campaign.mailing.edition.render import Renderer
from campaign.mailing.models import Edition
from campaign.settings import Settings

# Somebody, or too many refusals, stopped the day's alert: only an organizer lets it go on.
PAUSED_OR_STOPPED = ("paused", "stopped")


def build(engine: Engine, settings: Settings, campaign: str, *, now: datetime) -> int:
    """Queue a campaign's alerts of what happened since its last edition, at most one a reader and day; how
    many. None while the day's alert is paused, or once it was cancelled.

    Raises Refused where no list mail can be sent (message.sender_of).
    """
    day = now.astimezone(settings.zone).date().isoformat()
    with db.reading(engine) as session:
        sender = senders.of_list(session, settings, campaign)
        today = editions.of_period(session, campaign, "alert", day)
        if today and today.congress < congress_on(now):
            # The day that a Congress ends has had its alert; the next day tells what came after.
            return 0
        if today and today.state in PAUSED_OR_STOPPED:
            return 0
        since = today.since_seq if today else building.next_since(session, campaign, "alert", day, now)
        told = today.upto_seq if today else since
        bills = [row.bill for row in tracking.tracked(session)]
        if news.last_seq(session) <= told and not news.announced_today(session, bills, now=now):
            return 0
        found = news.gather(session, campaign, since_seq=since, now=now)
        if not found.moved and not found.announced:
            return 0
    edition = today.id if today and today.id else building.open_row(engine, campaign, "alert", day, found, now)
    contents.add_missing(engine, settings, edition, Renderer(found, sender), now)
    with db.writing(engine) as session:
        # Locked, so that a pause of this moment is seen.
        row = session.get_one(Edition, edition, with_for_update=True)
        if row.state in PAUSED_OR_STOPPED:
            return 0
        row.upto_seq = max(row.upto_seq, found.upto_seq)
        added = recipients.add_rows(session, row)
        if added or not today:
            row.state, row.published_at, row.finished_at = "sending", row.published_at or now, None
    db.rows_were_added(engine, "delivery", added)
    return added
