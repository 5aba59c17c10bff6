"""Two weeks of invented meetings, read every hour while each request may fail: what is shown is always true.

A short form of ``make week``. The script below is the truth; the documents are made from it for each hour.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from calendar_documents import (
    day_page,
    document,
    event_page,
    hearing,
    hearings,
    meeting_xml,
    schedule,
    voting_days,
)

from campaign.calendar import ahead
from campaign.calendar.models import AHEAD
from campaign.congress.bills import WASHINGTON, BillId

HOUSE, SENATE = BillId.of("hr6736-119"), BillId.of("s3508-119")
FIRST = datetime(2026, 2, 23, 12, 0, tzinfo=UTC)
# The longest that a change may take to be shown: a night, and a failed round after it.
LATEST_HOURS = 15
SHARE = 0.2
HEARINGS = "/senate/general/committee_schedules/hearings.xml"
BROKEN: tuple[bytes | int, ...] = (500, 403, 302, b"<html><body>Scheduled maintenance</body></html>", b"<cut")


@dataclass(frozen=True)
class State:
    """A meeting from a moment on: its Eastern hour, and whether it is on and names its bill."""

    since: str
    hour: str
    status: str = "S"
    names: bool = True

    @property
    def starts_at(self) -> datetime:
        return datetime.fromisoformat(self.hour).replace(tzinfo=WASHINGTON)


# House meetings begin with 1, the Senate's with 3.
SCRIPT = {
    "190101": (State("2026-02-23T18:00", "2026-02-26T10:00"),),
    "190102": (
        State("2026-02-24T17:20", "2026-03-03T10:00"),
        State("2026-02-27T19:20", "2026-03-03T10:00", "P"),
        State("2026-03-02T16:05", "2026-03-05T09:30"),
    ),
    "190103": (
        State("2026-02-25T17:10", "2026-03-04T10:00"),
        State("2026-03-03T08:15", "2026-03-04T10:00", "C"),
    ),
    "190104": (
        State("2026-02-26T12:00", "2026-03-06T14:00"),
        State("2026-03-04T16:40", "2026-03-06T14:00", names=False),
    ),
    "390101": (State("2026-02-24T11:10", "2026-03-02T10:00"), State("2026-02-27T12:50", "2026-03-02T14:15")),
    "390102": (
        State("2026-02-25T10:15", "2026-03-05T10:30"),
        State("2026-03-03T10:20", "2026-03-05T10:30", "C"),
    ),
    "390103": (State("2026-02-25T10:20", "2026-03-10T10:30", names=False),),
    "390104": (State("2026-02-25T10:21", "2026-03-11T10:30", names=False),),
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WASHINGTON)


def state(event: str, now: datetime) -> State | None:
    return next((each for each in reversed(SCRIPT[event]) if at(each.since) <= now), None)


def publish(calendars: Any, now: datetime) -> None:
    days: dict[str, list[tuple[str, str, str]]] = {}
    rows = []
    for event in SCRIPT:
        known = state(event, now)
        if known is None:
            continue
        if event.startswith("1"):
            publish_house(calendars, event, known, days)
        elif known.status == "S" and known.starts_at.date() >= now.astimezone(WASHINGTON).date():
            rows.append(senate_row(event, known))
    calendars.put(HEARINGS, hearings(*rows))
    for after in range(-1, 12):
        key = f"{now.astimezone(WASHINGTON) + timedelta(days=after):%m%d%Y}"
        calendars.put(f"/house/Committee/Calendar/ByDay.aspx?DayID={key}", day_page(*days.get(key, [])))


def senate_row(event: str, known: State) -> str:
    return hearing(
        event,
        starts=f"{known.hour}:00",
        matter=f"to consider measure {event}",
        documents=[("SN", "3508")] if known.names else [],
        version=f"{at(known.since):%m-%d-%Y %I:%M:%S %p}",
    )


def publish_house(
    calendars: Any, event: str, known: State, days: dict[str, list[tuple[str, str, str]]]
) -> None:
    alert = {"P": "Meeting was postponed.", "C": "Meeting was cancelled."}.get(known.status, "")
    start = known.starts_at
    days.setdefault(f"{start:%m%d%Y}", []).append((event, f"{start:%I:%M %p}", alert))
    law = [("H.R. 6736 - ARMAS Act", "BILLS-119HR6736ih.pdf")] if known.names else []
    shown, updated = (
        f"{start:%A, %B %d, %Y} ({start:%I:%M %p})",
        f"{at(known.since):%B %d, %Y at %I:%M %p}",
    )
    page = event_page(event, shown, *law, heading="Markup of Measures", alert=alert, updated=updated)
    of_the_day = page.replace(b"20260305", f"{start:%Y%m%d}".encode())
    calendars.put(f"/house/Committee/Calendar/ByEvent.aspx?EventID={event}", of_the_day)
    papers = [document("HR 6736", "ARMAS Act")] if known.names else []
    path = f"/house/meetings/FA/FA00/{start:%Y%m%d}/{event}/HMKP-119-FA00-{start:%Y%m%d}.xml"
    version = f"{known.since}:00.1"
    calendars.put(path, meeting_xml(event, f"{known.hour}:00", *papers, status=known.status, version=version))


def test_two_weeks_of_meetings_are_shown_truly(rounds: Any, calendars: Any) -> None:
    calendars.put("/days.ics", voting_days(("2026-03-04", "Vote Day")))
    calendars.put("/senate/legislative/2026_schedule.xml", schedule(2026, ("2026-03-30", "2026-04-10")))
    chance, seen = random.Random(7), set()
    answer = calendars.respond

    def unreliable(address: str, since: str | None) -> Any:
        calendars.everywhere = chance.choice(BROKEN) if chance.random() < SHARE else None
        return answer(address, since)

    calendars.respond = unreliable
    for hours in range(0, 11 * 24, 4):
        now = FIRST + timedelta(hours=hours)
        if not 7 <= now.astimezone(WASHINGTON).hour < 22:
            continue
        publish(calendars, now)
        rounds.at(now.isoformat())
        with rounds.session() as session:
            plans = ahead.plans(session, [HOUSE, SENATE], now=now)
        for bill, plan in plans.items():
            for planned in plan.meetings:
                if planned.names and planned.meeting.state == AHEAD:
                    check(planned.meeting.event, planned.meeting.starts_at, bill, now)
                    seen.add(planned.meeting.event)
    assert seen == {event for event in SCRIPT if event not in ("390103", "390104")}


def check(event: str, starts: datetime, bill: BillId, now: datetime) -> None:
    """What is shown as planned is true, or was a short while ago."""
    assert (event[0] == "1") == (bill == HOUSE)
    lately = [state(event, now - timedelta(hours=hours)) for hours in range(LATEST_HOURS + 1)]
    true = {(each.starts_at, each.status, each.names) for each in lately if each}
    assert (starts, "S", True) in true, f"{now}: {event} at {starts}"
