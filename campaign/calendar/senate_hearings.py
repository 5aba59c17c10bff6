"""The Senate's list of committee meetings, hearings.xml. No I/O.

It has no status: a meeting that is called off just leaves it.
https://www.senate.gov/general/committee_schedules/hearings.xml
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from campaign.calendar import named_bills, wall_time
from campaign.calendar.parsed import Named, Notice, committee_code, each_once, kind_of, text_at, xml_root
from campaign.congress.bills import BillId, congress_on
from campaign.refusals import SourceError

ADDRESS = "/general/committee_schedules/hearings.xml"
# The list's own prefixes; PN is a nomination, and any other names no bill.
PREFIXES = {"HR": "hr", "SN": "s", "SC": "sconres", "SE": "sres"}


def parse(body: bytes) -> list[Notice]:
    """The meetings of the list, each event once. A row without an identifier stands for a day without
    meetings. Raises SourceError for another document and for one without any row."""
    root = xml_root(body, "css_meetings_scheduled")
    rows = root.findall("meeting")
    if not rows:
        raise SourceError("a list of Senate meetings without a row")
    found: dict[str, Notice] = {}
    for row in rows:
        if event := text_at(row, "identifier"):
            found.setdefault(event, _notice(row, event))
    return list(found.values())


def _notice(row: Element, event: str) -> Notice:
    starts = wall_time.at(text_at(row, "date_iso_8601"), text_at(row, "time_iso_8601"))
    code = committee_code(text_at(row, "cmte_code"))
    return Notice(
        event=event,
        # Joint commissions are on the list, in rooms of the House.
        chamber="joint" if code.startswith("J") else "senate",
        kind=kind_of(text_at(row, "type")),
        starts_at=starts,
        codes=(code,) if code else (),
        title=text_at(row, "matter"),
        named=each_once(_named(row, congress_on(starts))),
        version=_version(text_at(row, "last_update")),
    )


def _named(row: Element, congress: int) -> Iterator[Named]:
    for document in row.iterfind("Documents/AssociatedDocument"):
        kind = PREFIXES.get(document.get("document_prefix", "").strip())
        number, of = document.get("document_num", "").strip(), document.get("congress", "").strip()
        if kind and number.isdecimal() and int(number) and of.isdecimal():
            yield Named(BillId(int(of), kind, int(number)), "list")
    for bill in named_bills.in_text(text_at(row, "matter"), congress):
        yield Named(bill, "text")


def _version(text: str) -> datetime | None:
    """``07-29-2026 04:36:25 PM``, Eastern. Its twin in ISO form ends in both Z and an offset."""
    try:
        wall = datetime.strptime(text, "%m-%d-%Y %I:%M:%S %p").replace(tzinfo=UTC)
    except ValueError:
        return None
    return wall_time.moment(wall)
