"""House committee meetings by docs.house.gov: a day's page, a meeting's page, a meeting's XML. No I/O.

https://docs.house.gov/Committee/Committees.aspx
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from campaign.calendar import named_bills, wall_time
from campaign.calendar.parsed import Named, Notice, committee_code, each_once, text_at, xml_root
from campaign.congress.bills import congress_on
from campaign.refusals import SourceError

STATUSES = {"S": "scheduled", "R": "scheduled", "P": "postponed", "C": "cancelled"}
FORMS = {"HHRG": "hearing", "HMKP": "markup", "HMTG": "meeting"}
# Select committees whose code in the record does not begin with HS.
SELECT = {"IG": "HLIG"}
GRID = "MainContent_GridViewMeetings"
_EVENT = re.compile(r"ByEvent\.aspx\?EventID=(\d{1,9})")
_FOLDER = re.compile(r"meetings/([A-Z]{2})/(\1\d\d)/(\d{8})/(\d{1,9})/")
_DAY = re.compile(r"([A-Z][a-z]+ \d{1,2}, \d{4})")
_LEADS = (("Hearing", "hearing"), ("Markup", "markup"))


@dataclass(frozen=True)
class DayRow:
    """A meeting on a day's page: enough to see that it is new or has changed."""

    event: str
    starts_at: datetime
    status: str


@dataclass(frozen=True)
class EventPage:
    """A meeting's page; ``xml`` is the path of its XML, empty where the page does not tell it."""

    notice: Notice
    xml: str


def day_address(day: date) -> str:
    return f"/Committee/Calendar/ByDay.aspx?DayID={day:%m%d%Y}"


def event_address(event: str) -> str:
    return f"/Committee/Calendar/ByEvent.aspx?EventID={event}"


# --- pages -----------------------------------------------------------------------------------------

Attributes = dict[str, str]


@dataclass(frozen=True)
class _Token:
    """A tag that opens (``attributes``), a tag that closes (``closes``), or a text (no ``tag``)."""

    tag: str = ""
    attributes: Attributes | None = None
    text: str = ""

    @property
    def closes(self) -> bool:
        return bool(self.tag) and self.attributes is None


class _Tokens(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Token] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(_Token(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(_Token(tag))

    def handle_data(self, data: str) -> None:
        self.found.append(_Token(text=data))


def _tokens(body: bytes) -> list[_Token]:
    page = body.decode("utf-8", "replace")
    # A page cut short would show fewer meetings or a shorter agenda.
    if not page.rstrip().lower().endswith("</html>"):
        raise SourceError("a page that is not whole")
    return _Tokens(page).found


def _inside(tokens: list[_Token], tag: str, matches: Callable[[Attributes], bool]) -> Iterator[list[_Token]]:
    """What stands inside of each element of a tag that matches."""
    for at, token in enumerate(tokens):
        if token.tag == tag and token.attributes is not None and matches(token.attributes):
            yield _until_closed(tokens, at, tag)


def _until_closed(tokens: list[_Token], at: int, tag: str) -> list[_Token]:
    depth, inside = 1, []
    for token in tokens[at + 1 :]:
        if token.tag == tag:
            depth += -1 if token.closes else 1
        if depth == 0:
            break
        inside.append(token)
    return inside


def _words(tokens: list[_Token]) -> str:
    return named_bills.plain(" ".join(token.text for token in tokens))


def _links(tokens: list[_Token]) -> list[str]:
    return [token.attributes.get("href", "") for token in tokens if token.attributes and token.tag == "a"]


def _alert(tokens: list[_Token]) -> str:
    """The status of a meeting that is off or was moved, by the page's notice in red."""
    alerts = _inside(tokens, "strong", lambda attributes: "status-alert" in attributes.get("class", ""))
    words = " ".join(map(_words, alerts)).lower()
    if "cancel" in words:
        return "cancelled"
    return "postponed" if "postpone" in words else "scheduled"


def parse_day(body: bytes, *, day: date) -> list[DayRow]:
    """The meetings of a day. Raises SourceError for a page without the table, which says nothing about the
    day; a day without meetings says so in the table."""
    grid = next(_inside(_tokens(body), "table", lambda attributes: attributes.get("id") == GRID), None)
    if grid is None:
        raise SourceError("a day's page without its table")
    found = [row for cells in _inside(grid, "tr", lambda _: True) if (row := _day_row(cells, day))]
    if not found and "no meetings found" not in _words(grid).lower():
        raise SourceError("a day's page without meetings and without saying so")
    return found


def _day_row(cells: list[_Token], day: date) -> DayRow | None:
    event = next((found[1] for link in _links(cells) if (found := _EVENT.search(link))), None)
    clock = wall_time.clock_of(_words(cells))
    if event is None or clock is None:
        return None
    return DayRow(event, _moment(day, clock), _alert(cells))


def _moment(day: date, clock: time) -> datetime:
    return wall_time.moment(datetime.combine(day, clock))


def parse_event(body: bytes, *, event: str) -> EventPage:
    """A meeting's page. Raises SourceError for a page without the hour."""
    tokens = _tokens(body)
    timed = _words(next(_inside(tokens, "p", lambda attributes: attributes.get("class") == "meetingTime"), []))
    starts = _starts(timed)
    heading = next(_inside(tokens, "h1", lambda _: True), None)
    if starts is None or heading is None:
        raise SourceError("a meeting's page without its hour")
    title = _words(heading[: _small(heading)])
    folder = next(
        (found for link in _links(tokens) if (found := _FOLDER.search(link)) and found[4] == event), None
    )
    kind = next((kind for lead, kind in _LEADS if title.startswith(lead)), "meeting")
    notice = Notice(
        event=event,
        chamber="house",
        kind=kind,
        starts_at=starts,
        codes=(_record_code(folder[2]),) if folder else (),
        status=_alert(tokens),
        title=title,
        named=each_once(_page_named(tokens, title, congress_on(starts))),
        version=_page_version(tokens),
    )
    return EventPage(notice, _xml_address(folder, notice) if folder else "")


def _small(heading: list[_Token]) -> int:
    return next((at for at, token in enumerate(heading) if token.tag == "small"), len(heading))


def _starts(text: str) -> datetime | None:
    """``Wednesday, March 4, 2026 (10:00 AM)``."""
    day, clock = _DAY.search(text), wall_time.clock_of(text)
    if day is None or clock is None:
        return None
    try:
        return _moment(datetime.strptime(day[1], "%B %d, %Y").replace(tzinfo=UTC).date(), clock)
    except ValueError:
        return None


def _page_version(tokens: list[_Token]) -> datetime | None:
    text = _words(next(_inside(tokens, "p", lambda attributes: attributes.get("class") == "lastUpdated"), []))
    return _starts(text.partition("Last Updated:")[2])


def _page_named(tokens: list[_Token], title: str, congress: int) -> Iterator[Named]:
    """The measures under "Text of Legislation", by their words or their files; then those in the title."""
    at = next((at for at, token in enumerate(tokens) if "Text of Legislation" in token.text), None)
    listing = next(_inside(tokens[at:], "ul", lambda _: True), []) if at is not None else []
    for item in _inside(listing, "li", lambda _: True):
        lead = next(named_bills.in_text(_words(item), congress), None)
        bill = lead or next((bill for bill in map(named_bills.of_file, _links(item)) if bill), None)
        if bill:
            yield Named(bill, "list")
    for bill in named_bills.in_text(title, congress):
        yield Named(bill, "text")


def _record_code(code: str) -> str:
    """``HSFA07`` of docs.house.gov's ``FA07``."""
    return committee_code(SELECT.get(code[:2], f"HS{code[:2]}") + code[2:])


def _xml_address(folder: re.Match[str], notice: Notice) -> str:
    form = next(form for form, kind in FORMS.items() if kind == notice.kind)
    day, congress = folder[3], congress_on(notice.starts_at)
    return f"/meetings/{folder[1]}/{folder[2]}/{day}/{folder[4]}/{form}-{congress}-{folder[2]}-{day}.xml"


# --- XML -------------------------------------------------------------------------------------------


def parse_xml(body: bytes, *, event: str) -> Notice:
    """A meeting's XML. Raises SourceError for one about another event, or without its hour.

    ``rescheduled-dates`` is there even when nothing moved, so it is not read.
    """
    root = xml_root(body, "committee-meeting")
    form, congress = root.get("meeting-type", ""), root.get("congress-num", "")
    if root.get("meeting-id", "").removeprefix(form) != event or not congress.isdecimal():
        raise SourceError("the XML of another meeting")
    details = "meeting-details/meeting-date"
    starts = wall_time.at(text_at(root, f"{details}/calendar-date"), text_at(root, f"{details}/start-time"))
    title = text_at(root, "meeting-details/meeting-title")
    return Notice(
        event=event,
        chamber="house",
        kind=FORMS.get(form, "meeting"),
        starts_at=starts,
        codes=tuple(dict.fromkeys(_codes(root))),
        status=STATUSES.get(text_at(root, "current-status"), "scheduled"),
        title=title,
        named=each_once(_xml_named(root, title, int(congress))),
        version=wall_time.version(root.get("update-date", "")),
    )


def _codes(root: Element) -> Iterator[str]:
    for path in ("committees", "subcommittees"):
        for committee in root.iterfind(f"meeting-details/{path}/committee-name"):
            if len(code := committee.get("id", "").strip()) == len("FA00"):
                yield _record_code(code)


def _xml_named(root: Element, title: str, congress: int) -> Iterator[Named]:
    for document in root.iterfind("meeting-documents/meeting-document"):
        if document.get("type") == "BR":
            files = [file.get("doc-url", "") for file in document.iterfind("files/file")]
            label, description = text_at(document, "legis-num"), text_at(document, "description")
            if bill := named_bills.of_document(label, description, files, congress):
                yield Named(bill, "list")
    for bill in named_bills.in_text(title, congress):
        yield Named(bill, "text")
