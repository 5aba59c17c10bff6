"""The House's list of what may come up in a week, as docs.house.gov posts it. No I/O.

The list names no day, no hour and no order. https://docs.house.gov/floor/
"""

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from campaign.calendar import named_bills, wall_time
from campaign.calendar.parsed import FloorItem, FloorList, text_at, xml_root
from campaign.congress.bills import BillId
from campaign.refusals import SourceError


def address(week: date) -> str:
    """The path of a week's list; ``week`` is its Monday, also when the House first meets later."""
    return f"/billsthisweek/{week:%Y%m%d}/{week:%Y%m%d}.xml"


def parse(body: bytes, *, week: date) -> FloorList:
    """The list of the week asked for. Raises SourceError for another document, such as the page that answers
    200 where no list is posted."""
    root = xml_root(body, "floorschedule")
    version = wall_time.version(root.get("update-date", ""))
    congress = root.get("congress-num", "")
    if root.get("week-date") != week.isoformat() or version is None or not congress.isdecimal():
        raise SourceError("a floor list without its week, its Congress or its moment")
    items = tuple(_items(root, int(congress)))
    return FloorList(week, int(congress), version, items)


def _items(root: Element, congress: int) -> Iterator[FloorItem]:
    for category in root.iter("category"):
        order = category.get("sort-order", "")
        for item in category.iterfind("floor-items/floor-item"):
            label, text = text_at(item, "legis-num"), text_at(item, "floor-text")
            yield FloorItem(
                id=item.get("id", ""),
                label=label,
                text=text,
                category=int(order) if order.isdecimal() else 0,
                named=tuple(_named(label, text, congress)),
                removed=bool(item.get("remove-date", "").strip()),
            )


def _named(label: str, text: str, congress: int) -> Iterator[tuple[BillId, str]]:
    """An item's own measure; of a rule (House Rule XIII, clause 6) also those that it is to bring up."""
    own, relation = named_bills.of_floor_label(label, congress)
    if own is None:
        return
    yield own, relation
    if own.type == "hres":
        for bill in named_bills.in_text(text, congress):
            if bill != own:
                yield bill, "rule"
