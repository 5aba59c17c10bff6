"""When it is morning where a reader lives: by state, in the zone most of its people use."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from campaign.refusals import Refused
from campaign.settings import Settings

_ZONES = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
}
ZONES = {state: ZoneInfo(zone) for zone, states in _ZONES.items() for state in states.split()}
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


def morning(day: date, hour: int, seat: str, settings: Settings) -> datetime:
    """``hour`` o'clock on a day where a seat's people live, in UTC."""
    zone = ZONES.get(seat.partition("-")[0], settings.zone)
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
