"""When an edition leaves: its week, and the hour on Monday where a reader lives."""

import re
from datetime import UTC, date, datetime, time, timedelta

from campaign.outreach.time_zones import STATE_ZONES
from campaign.refusals import Refused
from campaign.settings import Settings

_PERIOD = re.compile(r"([0-9]{4})-W([0-9]{2})")


def period_of(now: datetime, settings: Settings) -> str:
    """The week ``now`` lies in where the organization is: ``2026-W26``."""
    year, week, _ = now.astimezone(settings.zone).isocalendar()
    return f"{year}-W{week:02d}"


def monday_of(period: str) -> date:
    """The Monday of a week. Raises Refused for what is no week."""
    found = _PERIOD.fullmatch(period)
    try:
        if found:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise Refused(
        f"{period[:20]!r} is no week; write it like 2026-W26.",
        f"{period[:20]!r} no es una semana; escríbala como 2026-W26.",
    )


def next_monday(now: datetime, settings: Settings) -> date:
    """The day on which the next edition is due: a later Monday where the organization is."""
    today = now.astimezone(settings.zone).date()
    return today + timedelta(days=7 - today.weekday())


def send_time(day: date, hour: int, seat: str, settings: Settings) -> datetime:
    """``hour`` o'clock on a day in the main time zone of a seat's state, else in the operator's; in UTC."""
    zone = STATE_ZONES.get(seat.partition("-")[0], settings.zone)
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
