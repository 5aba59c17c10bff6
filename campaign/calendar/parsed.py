"""What the calendars' readers give: values as one source states them, not yet judged. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from campaign.congress.bills import BillId
from campaign.refusals import SourceError

# By the sources' own words; any other is a "meeting".
KINDS = {
    "hearing": "hearing",
    "open hearing": "hearing",
    "closed hearing": "closed_hearing",
    "markup": "markup",
    "open business meeting": "business",
}


class Named(NamedTuple):
    """A measure that a notice names: in its ``list``, or only in its ``text``."""

    bill: BillId
    evidence: str


@dataclass(frozen=True)
class Notice:
    """A committee meeting as one source states it.

    ``event`` is its number, the same in all sources; everything else may change under it. ``codes`` are of
    committees (``HSFA``) and subcommittees (``HSFA07``). ``status`` is ``scheduled``, ``postponed``,
    ``cancelled``, or empty where the source has none. ``version`` is the source's own moment of the last
    change, where it gives one. ``lists_bills``: whether a missing bill means something in this source.
    """

    event: str
    chamber: str
    kind: str
    starts_at: datetime
    codes: tuple[str, ...] = ()
    status: str = ""
    title: str = ""
    named: tuple[Named, ...] = ()
    version: datetime | None = None
    continued: tuple[datetime, ...] = ()
    lists_bills: bool = True


@dataclass(frozen=True)
class FloorItem:
    """A line of the House's list. ``relation`` is how a measure is on it: as ``bill``, by ``amendments``
    between the chambers, or as the matter of a ``rule``."""

    id: str
    label: str
    text: str
    category: int
    named: tuple[tuple[BillId, str], ...]
    removed: bool = False


@dataclass(frozen=True)
class FloorList:
    """The House's list for the week that begins on ``week``, a Monday."""

    week: date
    congress: int
    version: datetime
    items: tuple[FloorItem, ...] = field(default=())


def kind_of(words: str) -> str:
    return KINDS.get(" ".join(words.split()).lower(), "meeting")


def committee_code(code: str) -> str:
    """``HSFA`` of ``hsfa00``, ``HSFA07`` of ``hsfa07``: as the record names committees."""
    return code.strip().upper().removesuffix("00")


def each_once(named: Iterable[Named]) -> tuple[Named, ...]:
    """Each measure once; the stronger evidence, which stands first, remains."""
    found: dict[BillId, Named] = {}
    for name in named:
        found.setdefault(name.bill, name)
    return tuple(found.values())


def xml_root(body: bytes, name: str) -> Element:
    """The root of an XML document. Raises SourceError unless it is whole and has that name."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        raise SourceError(f"no whole document {name}") from None
    if root.tag != name:
        raise SourceError(f"a document {root.tag[:40]} in place of {name}")
    return root


def text_at(element: Element, path: str) -> str:
    """The text of a child, on one line; empty where there is none."""
    return " ".join((element.findtext(path) or "").split())
