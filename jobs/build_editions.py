"""Prepare each campaign's digest early on Monday, and on other days the alerts readers asked for."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.mailing import notices
from campaign.mailing.edition import alerts, building, lifecycle
from campaign.mailing.edition.send_times import period_of
from campaign.mailing.policy import policy
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.settings import Settings
from jobs.outcome import Summary


def run(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Build each campaign's digest of the week and, where nobody wants to look at it first, publish it."""
    return _for_each(engine, lambda campaign: _build(engine, settings, campaign, now), "no campaign writes")


def _for_each(engine: Engine, act: Callable[[str], str], nothing: str) -> Summary:
    """What became of each campaign that writes; one that is refused does not keep the others from it."""
    with db.reading(engine) as session:
        slugs = [campaign.slug for campaign in campaigns.speaking(session)]
    said = []
    for slug in slugs:
        try:
            said.append(f"{slug}: {act(slug)}")
        except Refused as refusal:
            said.append(f"{slug}: nothing, {refusal.en}")
    return Summary("; ".join(said) or nothing)


def _build(engine: Engine, settings: Settings, campaign: str, now: datetime) -> str:
    built = building.build(engine, settings, campaign, now=now)
    with db.reading(engine) as session:
        automatic = policy(session).approve == "automatic"
    if built.state != "draft":
        return f"the digest of {built.period} is {built.state}"
    if automatic:
        number = lifecycle.publish(engine, settings, built.edition, by="the schedule", now=now)
        return f"the digest of {built.period} is published for {number} readers"
    with db.writing(engine) as session:
        detail = {"campaign": campaign, "period": built.period, "recipients": built.recipients}
        notices.notify(session, "built", detail, now=now)
    return f"the digest of {built.period} waits for approval"


def run_retired(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Stop the mail that an ended Congress left unsent; a draft of this week is built anew."""
    stopped = lifecycle.retire(engine, now=now)
    unsent = {row.period for row in stopped if row.kind == "digest" and row.published_at is None}
    if period_of(now, settings) in unsent:
        return run(engine, settings, now=now)
    return Summary(f"{len(stopped)} editions of the last Congress stopped")


def run_alerts(
    engine: Engine, settings: Settings, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Summary:
    """Mail on the day itself to those whose own member moved."""

    def act(campaign: str) -> str:
        return f"{alerts.build(engine, settings, campaign, now=now)} alerts"

    return _for_each(engine, act, "no campaign writes")
