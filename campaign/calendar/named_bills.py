"""Which bills a notice names: always by type and number, never by a number or a title alone. No I/O."""

import re
from collections.abc import Iterator

from campaign.congress.bills import TYPES, BillId

_TYPE = "|".join(sorted(TYPES, key=len, reverse=True))
_LABEL = re.compile(rf"({_TYPE})([1-9]\d{{0,5}})")
# Stages of a floor item that are a bill's own, but not its first passage.
_BETWEEN_CHAMBERS = re.compile(
    r"(?:senate amendments? to|house amendments? to|conference report to accompany)\s+", re.IGNORECASE
)
# The form in which titles and agendas name a measure. A letter or dot before it belongs to something else:
# "H.R.S. 367", "U.S. 367".
_IN_TEXT = re.compile(
    r"(?<![A-Za-z0-9.])(?<!U\. )"
    r"(?P<type>H\. ?R\.|S\.|[HS]\. ?J\. ?Res\.|[HS]\. ?Con\. ?Res\.|[HS]\. ?Res\.) ?"
    r"(?P<number>[1-9]\d{0,5})(?!\d)"
)
_FILE = re.compile(
    rf"BILLS-(?P<congress>\d{{1,3}})(?P<type>{_TYPE})(?P<number>[1-9]\d{{0,5}})(?!\d)", re.IGNORECASE
)


def plain(text: str) -> str:
    """A text on one line, its no-break spaces and line breaks as spaces."""
    return " ".join(text.split())


def of_label(label: str, congress: int) -> BillId | None:
    """The measure that a whole label names (``H.R. 6736``, ``S.790``, ``HR 188``); None for a draft, a bare
    number or anything longer."""
    squeezed = re.sub(r"[.\s]", "", label).lower()
    found = _LABEL.fullmatch(squeezed)
    return BillId(congress, found[1], int(found[2])) if found else None


def of_floor_label(label: str, congress: int) -> tuple[BillId | None, str]:
    """The measure of a floor item and how it is on the list: as ``bill``, or by ``amendments`` between the
    chambers."""
    text = plain(label)
    short = _BETWEEN_CHAMBERS.sub("", text, count=1) if _BETWEEN_CHAMBERS.match(text) else text
    return of_label(short, congress), "bill" if short == text else "amendments"


def in_text(text: str, congress: int) -> Iterator[BillId]:
    """The measures that a title or an agenda names in words, each once."""
    seen = set()
    for found in _IN_TEXT.finditer(plain(text)):
        kind = re.sub(r"[. ]", "", found["type"]).lower()
        bill = BillId(congress, kind, int(found["number"]))
        if bill not in seen:
            seen.add(bill)
            yield bill


def of_file(name: str) -> BillId | None:
    """The measure of a bill's file, ``BILLS-119hr6736ih.pdf``."""
    found = _FILE.search(name)
    return BillId(int(found["congress"]), found["type"].lower(), int(found["number"])) if found else None


def of_document(label: str, description: str, files: list[str], congress: int) -> BillId | None:
    """The measure of a committee document. A label without its type takes it from the same document's
    description or file, where that has the same number; else it names nothing."""
    if bill := of_label(label, congress):
        return bill
    number = label.strip()
    if not number.isdecimal():
        return None
    candidates = [*in_text(description, congress), *filter(None, map(of_file, files))]
    return next((bill for bill in candidates if bill.number == int(number) and bill.congress == congress), None)
