"""Meetings that name a bill as a calendar to subscribe to (iCalendar, RFC 5545).

One event a meeting and bill. Its UID never changes; a meeting that moves or is off keeps it with a higher
SEQUENCE, so that calendars change what they have. The House's list names no day and is not in it.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from icalendar import Calendar, Event

from campaign.calendar.ahead import PlannedMeeting
from campaign.calendar.models import AHEAD, CANCELLED, POSTPONED, UNLISTED
from campaign.outreach import names, week_ahead
from campaign.outreach.bilingual import Text

REFRESH = timedelta(hours=1)
# By the state, or "dropped": how a title says that a meeting is not what it was.
PREFIXES = {
    CANCELLED: Text("Canceled: ", "Cancelada: "),
    POSTPONED: Text("Postponed: ", "Aplazada: "),
    UNLISTED: Text("No longer listed: ", "Ya no está en la lista: "),
    "dropped": Text("No longer on the agenda: ", "Ya no está en el orden del día: "),
}
STATUSES = {AHEAD: "CONFIRMED", CANCELLED: "CANCELLED", POSTPONED: "CANCELLED"}


def feed(
    title: str,
    meetings: Iterable[PlannedMeeting],
    committees: Mapping[str, str],
    lang: str,
    *,
    host: str,
    address: Mapping[str, str],
) -> bytes:
    """A calendar of the meetings that name a bill, or did; ``committees`` has names by code, ``address`` the
    page of each bill by its id."""
    calendar = Calendar()
    calendar.add("prodid", f"-//campaign//week ahead//{lang.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for planned in meetings:
        if planned.relation != "holds":
            calendar.add_component(_event(planned, committees, lang, host, address[str(planned.bill)]))
    return bytes(calendar.to_ical())


def _event(planned: PlannedMeeting, committees: Mapping[str, str], lang: str, host: str, address: str) -> Event:
    meeting = planned.meeting
    dropped = planned.relation == "dropped"
    event = Event()
    event.add("uid", f"meeting-{meeting.event}-{planned.bill}@{host}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed_at)
    event.add("last-modified", meeting.changed_at)
    event.add("dtstart", meeting.starts_at)
    event.add("status", "CANCELLED" if dropped else STATUSES.get(meeting.state, "TENTATIVE"))
    event.add("summary", _summary(planned, committees, lang))
    event.add("description", week_ahead.meeting_sentence(planned, committees, lang))
    event.add("url", address)
    return event


def _summary(planned: PlannedMeeting, committees: Mapping[str, str], lang: str) -> str:
    key = "dropped" if planned.relation == "dropped" else planned.meeting.state
    prefix = PREFIXES[key].of(lang) if key in PREFIXES else ""
    kind = week_ahead.KNOWN_KINDS[planned.meeting.kind].of(lang)
    name = committees.get(planned.committee)
    who = names.committee(planned.committee, name, lang) if name else ""
    words = ", ".join(part for part in (f"{kind}: {planned.bill.short}", _bare(who)) if part)
    text = prefix + words
    return text[:1].upper() + text[1:]


def _bare(who: str) -> str:
    """A committee without its article."""
    return who.removeprefix("the ").removeprefix("el ")
