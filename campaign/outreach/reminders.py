"""A reminder to call again, as a calendar file (iCalendar) that telephones open."""

from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

TAKES = timedelta(minutes=10)


def reminder(title: str, text: str, link: str, starts: datetime, *, uid: str, now: datetime) -> bytes:
    """One event with an alarm at its start (RFC 5545). Times are in UTC, so no VTIMEZONE is needed."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", starts.astimezone(UTC))
    event.add("dtend", (starts + TAKES).astimezone(UTC))
    event.add("summary", title)
    event.add("description", text)
    event.add("url", link)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(0))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//campaign//reminder//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
