"""Days in session: the House's calendar of voting days, and the Senate's schedule of days out. No I/O."""

from collections import defaultdict
from datetime import date, timedelta

from icalendar import Calendar

from campaign.calendar.parsed import text_at, xml_root
from campaign.refusals import SourceError

VOTES = {"Vote Day", "Added Vote Day"}
# What a day of the House is, by the categories of its entries, the first that fits.
HOUSE_DAYS = (
    (VOTES, "votes"),
    ({"Canceled Vote Day"}, "cancelled"),
    ({"Pro Forma Session"}, "pro_forma"),
)
LONGEST_SPAN = timedelta(days=120)


def house_days(body: bytes) -> dict[date, str]:
    """The House's days, each ``votes``, ``cancelled`` or ``pro_forma``. Cancelled days stay in the calendar.

    Raises SourceError for a calendar that is cut short or has no voting day.
    """
    if not body.rstrip().endswith(b"END:VCALENDAR"):
        raise SourceError("a calendar of voting days that is not whole")
    try:
        events = Calendar.from_ical(body).events
        categories: dict[date, set[str]] = defaultdict(set)
        for event in events:
            day = event.decoded("DTSTART")
            if type(day) is date:
                categories[day] |= set(map(str, event.categories))
    except (ValueError, KeyError, AttributeError, IndexError):
        raise SourceError("no calendar of voting days") from None
    found = {day: kind for day, names in categories.items() for kind in [_kind(names)] if kind}
    if "votes" not in found.values():
        raise SourceError("a calendar without a voting day")
    return found


def _kind(names: set[str]) -> str:
    return next((kind for wanted, kind in HOUSE_DAYS if names & wanted), "")


def senate_address(year: int) -> str:
    return f"/legislative/{year}_schedule.xml"


def senate_days_out(body: bytes, *, year: int) -> set[date]:
    """The days of a year on which the Senate is expected to be out. Raises SourceError for another year's
    schedule and for one without a span."""
    root = xml_root(body, "schedule")
    if text_at(root, "year") != str(year):
        raise SourceError(f"not the Senate's schedule of {year}")
    days: set[date] = set()
    for span in root.iterfind("dates/date"):
        try:
            first, last = (date.fromisoformat(text_at(span, name)) for name in ("beginDate", "endDate"))
        except ValueError:
            raise SourceError("a span of the Senate's schedule without its days") from None
        if not timedelta(0) <= last - first <= LONGEST_SPAN:
            raise SourceError("a span of the Senate's schedule that cannot be")
        days |= {first + timedelta(days=after) for after in range((last - first).days + 1)}
    if not days:
        raise SourceError("a schedule of the Senate without days")
    return days
