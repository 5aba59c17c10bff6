"""A Monday, a clock that moves only when somebody sleeps, and what else tests of mail share."""

import os
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col

from campaign import db
from campaign.mailing.models import Delivery
from campaign.settings import Settings

CAMPAIGN = "guns"
MONDAY = datetime(2026, 6, 22, 16, 0, tzinfo=UTC)


class Clock:
    """Time that moves only when somebody sleeps or says so."""

    def __init__(self, start: datetime = MONDAY) -> None:
        self.at = start

    def __call__(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def addresses(number: int, start: str = "r") -> list[str]:
    return [f"{start}{place}@readers-host.org" for place in range(number)]


def environment(engine: Engine, settings: Settings, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "CAMPAIGN_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "CAMPAIGN_SECRET_KEY": settings.secret_key.get_secret_value(),
        "CAMPAIGN_BASE_URL": settings.base_url,
        "CAMPAIGN_MAIL_FROM": settings.mail_from,
        "CAMPAIGN_POSTAL_ADDRESS": settings.postal_address,
        "CAMPAIGN_SMTP_URL": f"smtp://127.0.0.1:{port}",
    }


def let_leases_end(engine: Engine) -> None:
    """What a minute and a half would do."""
    with db.writing(engine) as session:
        held = sa.update(Delivery).where(col(Delivery.lease).is_not(None))
        session.execute(held.values(lease=MONDAY - timedelta(minutes=1)))
