"""Documents in the shapes of the calendars' sources, as few or as odd as a test wants them.

The shapes are those of documents recorded in July to October 2026; committees, bills and meetings are invented
where a test needs one that does not exist.
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

FLOOR_TYPE = {1: "under suspension of the rules", 4: "pursuant to a rule", 5: ""}


def floor_item(label: str, text: str = "An Act", *, id: int = 900001, removed: str = "", sub: str = "") -> str:
    subs = f"<floor-subitems><floor-subitem id='1'><legis-num/><floor-text>{sub}</floor-text></floor-subitem>"
    return (
        f'<floor-item id="{id}" add-date="2026-12-03T17:00:00.100" remove-date="{removed}" sort-order="1" '
        f'publish-date="2026-12-03T17:15:00.100"><legis-num>{label}</legis-num><floor-text>{text}</floor-text>'
        f"<files><file doc-url='http://docs.house.gov/billsthisweek/a (1).pdf' doc-type='PDF'/></files>"
        f"{subs + '</floor-subitems>' if sub else ''}</floor-item>"
    )


def floor_list(week: date, *items: str, version: str = "2026-12-04T16:02:07.270", category: int = 1) -> bytes:
    return (
        f'<floorschedule congress-num="119" week-date="{week}" create-date="{version}" update-date="{version}">'
        f"<current-status>R</current-status>"
        f"<category type='Items {FLOOR_TYPE[category]}' sort-order='{category}'>"
        f"<floor-items>{''.join(items)}</floor-items></category></floorschedule>"
    ).encode()


NO_LIST = b"<!DOCTYPE HTML><HTML><HEAD><title>Download</title></HEAD><body>File Not Found</body></HTML>"


def hearing(
    event: str = "338700",
    code: str = "SSFR00",
    starts: str = "2026-03-05T10:00:00",
    *,
    kind: str = "Open Hearing",
    matter: str = "Hearings to examine something.",
    documents: Sequence[tuple[str, str]] = (),
    version: str = "02-26-2026 11:10:00 AM",
    video: str = "https://www.senate.gov/isvp/?comm=xxxx&amp;filename=xxxx",
) -> str:
    day, clock = starts.split("T")
    listed = "".join(
        f'<AssociatedDocument congress="119" document_prefix="{prefix}" document_num="{number}"/>'
        for prefix, number in documents
    )
    return (
        f"<meeting><identifier>{event}</identifier><last_update>{version}</last_update>"
        f"<last_update_iso_8601>2026-02-26T11:10:00.000000Z-05:00</last_update_iso_8601>"
        f"<cmte_code>{code}</cmte_code><committee>Foreign Relations</committee><type>{kind}</type>"
        f"<date>05-MAR-2026 10:00 AM</date><date_iso_8601>{day}</date_iso_8601>"
        f"<day_of_week>Thursday</day_of_week>"
        f"<time>10:00 AM</time><time_iso_8601>{clock}</time_iso_8601><room>SD-419</room>"
        f"<video_url>{video}</video_url><Documents>{listed}</Documents><matter>{matter}</matter></meeting>"
    )


PLACEHOLDER = (
    "<meeting><cmte_code/><committee/><type/><date>02-OCT-2026</date><date_iso_8601>2026-10-02</date_iso_8601>"
    "<day_of_week>Today</day_of_week><time>12:00:00</time><room/>"
    "<matter>No committee hearings scheduled</matter><video_url/></meeting>"
)


def hearings(*rows: str) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?><css_meetings_scheduled>'
    return f"{head}{''.join(rows or (PLACEHOLDER,))}</css_meetings_scheduled>".encode()


def document(label: str, description: str, file: str = "") -> str:
    url = f"<files><file doc-url='http://docs.house.gov/meetings/FA/FA00/{file}' doc-type='PDF'/></files>"
    return (
        f"<meeting-document type='BR'><description>{description}</description><legis-num>{label}</legis-num>"
        f"{url if file else ''}</meeting-document>"
    )


def meeting_xml(
    event: str = "190102",
    starts: str = "2026-03-05T10:00:00",
    *documents: str,
    status: str = "S",
    form: str = "HMKP",
    title: str = "Various Measures",
    committees: Sequence[str] = ("FA00",),
    rescheduled: str = "",
    version: str = "2026-02-26T17:20:00.100",
    place: str = "<capitol-complex><room>2172</room><building>RHOB</building></capitol-complex>",
) -> bytes:
    day, clock = starts.split("T")
    full = "".join(f"<committee-name id='{code}'>A</committee-name>" for code in committees if code[2:] == "00")
    part = "".join(f"<committee-name id='{code}'>A</committee-name>" for code in committees if code[2:] != "00")
    moved = f"<rescheduled-dates><meeting-dates><calendar-date>{rescheduled}</calendar-date></meeting-dates>"
    return (
        f"<?xml-stylesheet type='text/xsl' href='/xslt/cr-public.xslt'?><committee-meeting congress-num='119' "
        f"session-num='2' meeting-id='{form}{event}' meeting-type='{form}' update-date='{version}'>"
        f"<current-status>{status}</current-status><meeting-details><committees>{full}</committees>"
        f"<subcommittees>{part}</subcommittees><meeting-date><calendar-date>{day}</calendar-date>"
        f"<start-time>{clock}</start-time></meeting-date>"
        f"{moved + '</rescheduled-dates>' if rescheduled else ''}"
        f"<meeting-location>{place}</meeting-location><meeting-title>{title}</meeting-title></meeting-details>"
        f"<meeting-documents>{''.join(documents)}</meeting-documents></committee-meeting>"
    ).encode()


def day_page(*rows: tuple[str, str, str], grid: bool = True) -> bytes:
    """Rows of event, clock and alert."""
    cells = "".join(
        f'<tr><td><a href="ByEvent.aspx?EventID={event}" title="Various">Various</a>'
        f"{f'<strong class={chr(34)}status-alert{chr(34)}>{alert}</strong>' if alert else ''}</td>"
        f'<td><span class="text-small">{clock}</span></td><td>2172 RHOB</td></tr>'
        for event, clock, alert in rows
    )
    inside = cells or '<tr><td colspan="3">No meetings found.</td></tr>'
    table = f'<table id="MainContent_GridViewMeetings"><tr><th>Meeting</th></tr>{inside}</table>'
    return f"<html><body>{table if grid else '<div></div>'}</body></html>".encode()


def event_page(
    event: str = "190102",
    shown: str = "Thursday, March 5, 2026 (10:00 AM)",
    *laws: tuple[str, str],
    heading: str = "Markup of H.R. 12011",
    alert: str = "",
    code: str = "FA00",
    updated: str = "February 26, 2026 at 05:20 PM",
) -> bytes:
    folder = f"http://docs.house.gov/meetings/{code[:2]}/{code}/20260305/{event}"
    items = "".join(f'<li>{escape(words)} [<a href="{folder}/{file}">PDF</a>]</li>' for words, file in laws)
    listed = f'<h2>Text of Legislation</h2><ul class="unstyled">{items}</ul>' if laws else ""
    warning = f'<strong class="status-alert">{alert}</strong>' if alert else ""
    return (
        f'<html><body><div id="previewPanel"><h1>{heading}<small>Committee on Foreign Affairs</small></h1>'
        f'<p class="meetingTime">{shown}</p>{warning}'
        f'<blockquote class="location">2172 RHOB</blockquote>{listed}'
        f"<h2>Support Documents</h2><ul>"
        f'<li><a href="{folder}/HMKP-119-{code}-20260305-SD001.pdf">PDF</a></li></ul>'
        f'<p class="lastUpdated">First Published: {updated}<br>Last Updated: {updated}</p></div></body></html>'
    ).encode()


def api_meeting(event: str = "190102", **parts: Any) -> dict[str, Any]:
    row = {
        "chamber": "House",
        "committees": [{"name": "House Foreign Affairs", "systemCode": "hsfa00"}],
        "congress": 119,
        "date": "2026-03-05T15:00:00Z",
        "eventId": event,
        "meetingStatus": "Scheduled",
        "title": "Various Measures",
        "type": "Markup",
        "updateDate": "2026-02-26T22:45:00Z",
        **parts,
    }
    return {"committeeMeeting": {name: value for name, value in row.items() if value is not None}}


def related(*bills: tuple[str, str]) -> dict[str, Any]:
    return {"bills": [{"congress": 119, "type": kind, "number": number} for kind, number in bills]}


def api_list(*rows: tuple[str, str, str], total: int | None = None) -> dict[str, Any]:
    """Rows of event, chamber and update."""
    listed = [{"eventId": event, "chamber": chamber, "updateDate": at} for event, chamber, at in rows]
    return {"committeeMeetings": listed, "pagination": {"count": len(rows) if total is None else total}}


def voting_days(*days: tuple[str, str], whole: bool = True) -> bytes:
    """Rows of a day and its categories."""
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:Fri Mar 06 2026 00:00:00 GMT+0000 (Coordinated Universal Time)-{place}\r\n"
        f"DTSTAMP:20260504T002903\r\nDTSTART;VALUE=DATE:{day.replace('-', '')}\r\n"
        f"DTEND;VALUE=DATE:{day.replace('-', '')}\r\n"
        f"SUMMARY:✖️ {categories}\r\nCATEGORIES:{categories}\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\n"
        for place, (day, categories) in enumerate(days)
    )
    end = "END:VCALENDAR\r\n" if whole else ""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//USHOR//HouseCal//EN\r\n{events}{end}".encode()


def schedule(year: int, *spans: tuple[str, str]) -> bytes:
    rows = "".join(
        f"<date><beginDate>{first}</beginDate><endDate>{last}</endDate><action/><note/></date>"
        for first, last in spans
    )
    head = f"<schedule><type>Tentative Senate Schedule</type><year>{year}</year>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<dates>{rows}</dates></schedule>'.encode()
