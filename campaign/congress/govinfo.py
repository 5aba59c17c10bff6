"""Bills from GovInfo's BILLSTATUS files, the second source: no key, slower, sometimes stale.

One file holds a whole bill, without counts: it is complete when it can be parsed to its end. A zip holds all
bills of one type in one Congress.

https://github.com/usgpo/bill-status/blob/main/BILLSTATUS-XML_User_User-Guide.md
"""

import logging
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError, fromstring

from campaign.congress import rows
from campaign.congress.bills import TYPES, BillId
from campaign.congress.listing import Faults, Listed, Page, mark, official_title_in
from campaign.congress.observation import CommitteeRow, Observation
from campaign.fetch import Fetcher, NotFound, Reply, TransientError
from campaign.refusals import SourceError
from campaign.settings import Settings

logger = logging.getLogger(__name__)

# The 108th Congress (2003 and 2004); its bulk data has none before.
FIRST_CONGRESS = 108
# 3.0.0 since December 2022; files of old Congresses may still have the older names.
KNOWN_VERSIONS = ("1.", "2.", "3.")
MOST_IN_MEMORY = 8 * 2**20
MOST_MEMBERS = 40_000
LARGEST_MEMBER = 32 * 2**20
LARGEST_RATIO = 200
_MEMBER = re.compile(rf"BILLSTATUS-([1-9]\d{{0,2}})({'|'.join(TYPES)})([1-9]\d{{0,5}})\.xml")
# Long parts of a file that the record does not use.
_UNREAD = frozenset(
    {
        "amendments",
        "calendarNumber",
        "cboCostEstimates",
        "committeeReports",
        "constitutionalAuthorityStatementText",
        "dublinCore",
        "latestAction",
        "notes",
        "subjects",
        "summaries",
        "textVersions",
    }
)

Tree = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """``observation`` is None when the file has not changed since ``modified``, the source's Last-Modified
    header, to be sent with the next request."""

    observation: Observation | None
    modified: str


def read_bill(
    fetcher: Fetcher, settings: Settings, bill: BillId, *, now: datetime, modified: str = ""
) -> Reading:
    """Read one bill's file, if it is newer than ``modified``. Raises Unread, without a request for a bill of a
    Congress that GovInfo does not have."""
    if bill.congress < FIRST_CONGRESS:
        raise SourceError(f"GovInfo has no bills before the {FIRST_CONGRESS}th Congress", permanent=True)
    name = f"BILLSTATUS-{bill.congress}{bill.type}{bill.number}.xml"

    def parse_reply(reply: Reply) -> Reading:
        if reply.status == 304:
            return Reading(None, reply.modified or modified)
        observation = parse(reply.body, now=now)
        if observation.bill != str(bill):
            raise TransientError(f"{reply.place}: the file is about another bill", ill=False)
        return Reading(observation, reply.modified)

    return fetcher.read(
        f"{_folder(settings, bill.congress, bill.type)}/{name}",
        parse_reply,
        headers={"If-Modified-Since": modified} if modified else None,
    )


def read_zip(
    fetcher: Fetcher, settings: Settings, congress: int, bill_type: str
) -> Iterator[tuple[BillId, bytes]]:
    """Every file of a zip, one at a time, from disk. A file that cannot be unpacked comes as ``b""``, which
    ``parse`` refuses: one failed bill. Raises Unread when no sound zip can be downloaded."""
    name = f"BILLSTATUS-{congress}-{bill_type}.zip"
    with tempfile.SpooledTemporaryFile(max_size=MOST_IN_MEMORY) as file:

        def check(reply: Reply) -> None:
            _insist_on_zip(file, reply.place)

        fetcher.download(f"{_folder(settings, congress, bill_type)}/{name}", file, check=check)
        with zipfile.ZipFile(file) as archive:
            yield from _members(archive)


def list_bills(fetcher: Fetcher, settings: Settings, congress: int, bill_type: str) -> Page:
    """The bills of one type by their sitemap, which has no titles. Raises Unread.

    A type that has no sitemap yet has no bills: a new Congress gets each with its first bill.
    """
    address = f"{settings.govinfo_url}/sitemap/bulkdata/BILLSTATUS/{congress}{bill_type}/sitemap.xml"
    try:
        return fetcher.read(address, lambda reply: _sitemap(reply, congress, bill_type))
    except NotFound:
        return Page()


def _sitemap(reply: Reply, congress: int, bill_type: str) -> Page:
    """Rows of a sitemap (https://www.sitemaps.org/protocol.html); a row that names no bill of the type is left
    out."""
    found, faults = [], Faults()
    for row in _elements(reply):
        values = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in row}
        named = _MEMBER.fullmatch(values.get("loc", "").rpartition("/")[2])
        updated = mark(values.get("lastmod", ""))
        if named is None or (named[1], named[2]) != (str(congress), bill_type):
            faults.add("it names no bill of its list")
        elif updated is None:
            faults.add("lastmod")
        else:
            found.append(Listed(BillId(congress, bill_type, int(named[3])), updated))
    return Page(tuple(found), str(faults))


def _elements(reply: Reply) -> list[Any]:
    try:
        root = fromstring(reply.body, forbid_dtd=True)
    except DefusedXmlException:
        raise SourceError(f"{reply.place}: a document type or entities are refused", permanent=True) from None
    except (ParseError, ValueError, LookupError):
        raise TransientError(f"{reply.place}: cut or garbled XML") from None
    if root.tag.rpartition("}")[2] != "urlset":
        raise TransientError(f"{reply.place}: no sitemap", ill=False)
    return list(root)


def parse(xml: bytes, *, now: datetime) -> Observation:
    """Parse one BILLSTATUS file. Raises Unread for anything else, for a DTD or an entity, and for an unknown
    version of the schema."""
    tree = _tree(xml)
    root = tree.get("billStatus")
    bill = root.get("bill") if isinstance(root, dict) else None
    if not isinstance(root, dict) or not isinstance(bill, dict):
        raise TransientError("not a BILLSTATUS file", ill=False)
    version = rows.text_of(root, "version") or rows.text_of(bill, "version")
    if not version.startswith(KNOWN_VERSIONS):
        raise SourceError(f"BILLSTATUS schema {version[:20] or 'without version'} is not known", permanent=True)
    return observe(bill, now=now, raw=xml)


def observe(tree: Tree, *, now: datetime, raw: bytes) -> Observation:
    """The observation in a bill's nested record: BILLSTATUS names, all values text, lists plain or
    wrapped as ``{"item": …}``. Raises Unread when it names no bill."""
    bill = rows.bill_named(tree)
    if bill is None:
        raise TransientError("a BILLSTATUS record that names no bill", ill=False)
    faults: list[str] = []
    history = _actions(tree)
    return rows.observation(
        faults,
        bill=str(bill),
        source="govinfo",
        read_at=now,
        updated=rows.updated(tree.get("updateDate"), faults),
        title=rows.text_of(tree, "title") or rows.text_of(tree, "latestTitle") or None,
        official_title=official_title_in(tree.get("titles")),
        introduced=rows.text_of(tree, "introducedDate") or None,
        sponsor=rows.sponsor(rows.items(tree.get("sponsors")), faults),
        policy_area=rows.text_of(tree.get("policyArea"), "name") or None,
        law=rows.law(rows.items(tree.get("laws"))),
        cosponsors=rows.cosponsors(rows.items(tree.get("cosponsors")), faults),
        actions=rows.actions(history, faults),
        committees=_committees(tree, history),
        related=rows.related(rows.items(tree.get("relatedBills")), bill.congress),
        votes=rows.votes([tree, *history], bill.congress),
        raw=raw,
    )


def flatten_mirror(record: Tree) -> dict[str, Any]:
    """A mirror's record with the parts of a bill apart (``{"bill": {"bill": {…}}, "actions": {"actions": […]},
    "relatedbills": {"relatedBills": […]}, …}``) as one tree for ``observe``."""
    tree = dict(record["bill"]["bill"])
    for part in record.values():
        if isinstance(part, Mapping):
            tree.update({name: value for name, value in part.items() if name not in {"bill", "request"}})
    return tree


def _folder(settings: Settings, congress: int, bill_type: str) -> str:
    return f"{settings.govinfo_url}/bulkdata/BILLSTATUS/{congress}/{bill_type}"


def _insist_on_zip(file: IO[bytes], place: str) -> None:
    """Check the table at the zip's end, which proves a complete download; checksums are checked per file."""
    try:
        with zipfile.ZipFile(file) as archive:
            if len(archive.infolist()) > MOST_MEMBERS:
                raise SourceError(f"{place}: more than {MOST_MEMBERS} files in one zip", permanent=True)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise TransientError(f"{place}: cut or no zip at all") from None


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[BillId, bytes]]:
    for info in archive.infolist():
        if m := _MEMBER.fullmatch(info.filename):
            yield BillId(int(m[1]), m[2], int(m[3])), _unpacked(archive, info)
        elif not info.is_dir():
            logger.warning("a file of an unknown name in a BILLSTATUS zip is left out")


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.file_size > LARGEST_MEMBER or info.file_size > LARGEST_RATIO * max(info.compress_size, 1):
        return b""
    try:
        with archive.open(info) as member:
            body = member.read(info.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, RuntimeError):
        return b""
    return body if len(body) == info.file_size else b""


class _TreeTarget:
    """A parser target that builds nested dicts; a name that occurs twice becomes a list."""

    def __init__(self) -> None:
        self.open: list[dict[str, Any]] = [{}]
        self.words: list[str] = []
        self.skipped = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if self.skipped or tag in _UNREAD:
            self.skipped += 1
            return
        self.words.clear()
        self.open.append({})

    def data(self, text: str) -> None:
        if not self.skipped:
            self.words.append(text)

    def end(self, tag: str) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        value = self.open.pop() or "".join(self.words).strip()
        self.words.clear()
        parent = self.open[-1]
        if tag not in parent:
            parent[tag] = value
        elif isinstance(parent[tag], list):
            parent[tag].append(value)
        else:
            parent[tag] = [parent[tag], value]

    def close(self) -> dict[str, Any]:
        return self.open[0]


def _tree(xml: bytes) -> dict[str, Any]:
    parser = DefusedXMLParser(target=_TreeTarget(), forbid_dtd=True)
    try:
        parser.feed(xml)
        tree: dict[str, Any] = parser.close()
    except DefusedXmlException:
        raise SourceError("XML with a document type or entities is refused", permanent=True) from None
    except (ParseError, ExpatError, ValueError, LookupError):
        raise TransientError("cut or garbled XML") from None
    return tree


def _actions(tree: Tree) -> list[Any]:
    """Actions; older schemas have ``committee``, one per action, instead of ``committees``."""
    lines = rows.items(tree.get("actions"))
    return [
        {**line, "committees": line["committee"]} if isinstance(line, dict) and "committee" in line else line
        for line in lines
    ]


def _committees(tree: Tree, history: list[Any]) -> tuple[CommitteeRow, ...]:
    """Committees of the bill's own list and of its actions, which are sometimes newer."""
    found: dict[str, CommitteeRow] = {}
    listed = tree.get("committees")
    if isinstance(listed, Mapping) and "billCommittees" in listed:
        listed = listed["billCommittees"]
    for committee in rows.items(listed):
        if isinstance(committee, Mapping):
            rows.add_committee(found, committee, referred=_was_referred(committee))
            for sub in rows.items(committee.get("subcommittees")):
                rows.add_committee(found, sub, referred=_was_referred(sub))
    for row in rows.committees_of_actions(history).values():
        rows.add_committee(found, {"systemCode": row.code, "name": row.name}, referred=row.referred)
    return tuple(found.values())


def _was_referred(committee: Any) -> bool:
    # Names of activities vary in case (quirk 24).
    activities = rows.items(committee.get("activities")) if isinstance(committee, Mapping) else ()
    return any("referred" in rows.text_of(activity, "name").lower() for activity in activities)
