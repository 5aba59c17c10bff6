"""api.congress.gov v3: one bill's detail, co-sponsors and actions, and the list of a Congress's bills.

An ordinary bill takes three requests. Lists are paged by offset, 250 rows at a time, and are complete only
when their rows fit every count that the service gives: the detail's and the list's own. A list that does
not fit is read once more together with the detail, since the two may disagree for a while.

https://github.com/LibraryOfCongress/api.congress.gov/tree/main/Documentation
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from campaign.congress import rows
from campaign.congress.bills import BillId
from campaign.congress.listing import BillHead, Faults, Listed, Page, mark, official_title_in
from campaign.congress.observation import Observation, agrees
from campaign.fetch import Fetcher, Reply, TransientError, json_of
from campaign.refusals import SourceError
from campaign.settings import Settings

# The largest page; the service silently lowers a larger limit to it (quirk 5).
PAGE = 250
MOST_PAGES = 40
# A Congress has up to 20,000 bills and resolutions.
MOST_LIST_PAGES = 160
# Into how many parts a page is cut that fails, and after how many such failures the look ends.
SPLIT = 5
MOST_FAILED = 12
PAUSE = 1.0
LISTS = {"cosponsors": "co-sponsors", "actions": "actions"}
# A title in these words is the official one: the bill has no short title.
_OFFICIAL = re.compile(r"(?:to|an? (?:original )?(?:bill|(?:joint |concurrent )?resolution))\b", re.IGNORECASE)
TOTALS = {"cosponsors": "countIncludingWithdrawnCosponsors", "actions": "count"}

Data = dict[str, Any]


@dataclass(frozen=True)
class _Rows:
    """A list read to its end, or the reason why it was not. ``moved``: its count changed between pages."""

    rows: list[Any] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    moved: bool = False
    fault: str = ""


def read_bill(
    fetcher: Fetcher, settings: Settings, bill: BillId, *, now: datetime, pause: float = PAUSE
) -> Observation:
    """Read a bill. Raises Unread when its own record cannot be read or the key is refused.

    A list that cannot be read, or does not fit its counts even after ``pause`` seconds and a second reading,
    makes the observation incomplete.
    """
    source = _Source(fetcher, settings, bill)
    detail = source.detail()
    lists = {name: source.try_rows(name) for name in LISTS}
    doubtful = [name for name, found in lists.items() if not found.fault and _doubt(name, detail, found)]
    if doubtful:
        time.sleep(pause)
        detail = source.detail_again(detail)
        for name in doubtful:
            lists[name] = _settle(name, detail, lists[name], source.try_rows(name))
    return parse(_canonical(detail, lists), now=now)


def read_head(fetcher: Fetcher, settings: Settings, bill: BillId) -> BillHead:
    """A bill's titles, sponsor and day, by one request, or two where it has a short title. Raises Unread."""
    source = _Source(fetcher, settings, bill)
    detail = source.detail()
    title = rows.text_of(detail, "title")
    official = title if _OFFICIAL.match(title) else official_title_in(source.titles())
    try:
        introduced = date.fromisoformat(rows.text_of(detail, "introducedDate"))
    except ValueError:
        introduced = None
    sponsor = rows.sponsor(rows.items(detail.get("sponsors")), [])
    return BillHead(
        bill,
        title,
        official,
        introduced,
        sponsor=sponsor.bioguide if sponsor else None,
        sponsor_name=sponsor.full_name if sponsor else "",
    )


def list_bills(
    fetcher: Fetcher, settings: Settings, congress: int, *, since: datetime | None = None
) -> Iterator[Page]:
    """The bills of a Congress updated since a moment, page by page, the least recently updated first.

    In that order a bill that is updated meanwhile moves to the end and is seen there (quirk 4). A page that the
    service cannot give is asked for in smaller parts, as a single record has made every page with it fail
    (quirk 3); a page with such a record, and a list that is shorter than its count, has a ``problem``. Raises
    Unread where the service does not answer, or refuses the key.
    """
    ask = _ListRequest(fetcher, settings, congress, since)
    start, total = 0, 1
    while start < total and start < PAGE * MOST_LIST_PAGES:
        page, total = ask.page(start, PAGE)
        yield page
        start += PAGE


@dataclass(frozen=True)
class _ListRequest:
    fetcher: Fetcher
    settings: Settings
    congress: int
    since: datetime | None
    failed: list[str] = field(default_factory=list)

    def page(self, start: int, size: int) -> tuple[Page, int]:
        """Up to ``size`` rows from ``start`` on, and how many rows the whole list has."""
        try:
            data = self._ask(start, size)
        except TransientError as error:
            # An outage ends the look; an answer of the application is about a record in this page.
            self.failed.append(error.reason)
            if error.ill or len(self.failed) > MOST_FAILED:
                raise
            return self._parts(start, size, error.reason)
        page, total = _listed(data, self.congress), _counts(data).get("count")
        if total is None:
            return Page(page.rows, "the list gives no count"), start + len(page.rows)
        short = min(size, max(total - start, 0)) - len(data["bills"])
        if short > 0 and not page.problem:
            return Page(page.rows, f"{short} rows are missing"), total
        return page, total

    def _parts(self, start: int, size: int, reason: str) -> tuple[Page, int]:
        if size == 1:
            return Page(problem=reason), 0
        step = max(1, size // SPLIT)
        parts = [self.page(at, step) for at in range(start, start + size, step)]
        found = tuple(row for part, _total in parts for row in part.rows)
        problems = dict.fromkeys(part.problem for part, _total in parts if part.problem)
        return Page(found, "; ".join(problems)), max(total for _part, total in parts)

    def _ask(self, start: int, size: int) -> Data:
        if not self.settings.api_key:
            raise SourceError("no api.congress.gov key is set", permanent=True)
        params: dict[str, str | int] = {
            "format": "json",
            "limit": size,
            "offset": start,
            # With an encoded plus instead of the space the order is silently ignored (quirk 1).
            "sort": "updateDate asc",
        }
        if self.since:
            params["fromDateTime"] = f"{self.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return self.fetcher.read(
            f"{self.settings.congress_api_url}/bill/{self.congress}",
            _list_reply,
            params=params,
            secret_headers={"X-Api-Key": self.settings.api_key},
        )


def _list_reply(reply: Reply) -> Data:
    """A page with its rows under ``bills``, which the service leaves out of an empty one."""
    data = json_of(reply)
    if not isinstance(data, dict) or "pagination" not in data or not isinstance(data.get("bills", []), list):
        raise TransientError(f"{reply.place}: no list of bills in the answer", ill=False)
    return {"bills": [], **data}


def _listed(data: Data, congress: int) -> Page:
    """The rows of a page; one that names no bill of the Congress, or no day, is left out."""
    found, faults = [], Faults()
    for row in data["bills"]:
        bill = rows.bill_named(row) if isinstance(row, Mapping) else None
        updated = mark(rows.text_of(row, "updateDate"))
        if bill is None or bill.congress != congress:
            faults.add("it names no bill of this Congress")
        elif updated is None:
            faults.add("updateDate")
        else:
            found.append(Listed(bill, updated, rows.text_of(row, "title")))
    return Page(tuple(found), str(faults))


def parse(raw: bytes, *, now: datetime) -> Observation:
    """The observation in a stored reading (the bytes of ``_canonical``). Raises Unread for other bytes."""
    try:
        data = json.loads(raw)
        detail, faults = data["detail"], dict(data["faults"])
        lists = {name: _Rows(data[name], data["counts"][name]) for name in LISTS}
        bill = rows.bill_named(detail)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SourceError("not a kept reading of api.congress.gov", permanent=True) from None
    if bill is None:
        raise SourceError("a kept reading that names no bill", permanent=True)
    faults = {name: faults.get(name) or _mismatch(name, detail, found) for name, found in lists.items()}
    return _observe(bill, detail, lists, faults, raw, now)


def _observe(
    bill: BillId, detail: Data, lists: Mapping[str, _Rows], faults: Data, raw: bytes, now: datetime
) -> Observation:
    history = lists["actions"].rows
    problems = [f"{LISTS[name]}: {fault}" for name, fault in faults.items() if fault]
    return rows.observation(
        problems,
        bill=str(bill),
        source="api",
        read_at=now,
        updated=rows.updated(detail.get("updateDate"), problems),
        title=rows.text_of(detail, "title") or None,
        introduced=detail.get("introducedDate") or None,
        sponsor=rows.sponsor(rows.items(detail.get("sponsors")), problems),
        policy_area=rows.text_of(detail.get("policyArea"), "name") or None,
        law=rows.law(rows.items(detail.get("laws"))),
        cosponsors=rows.cosponsors(lists["cosponsors"].rows, problems),
        actions=rows.actions(history, problems),
        votes=rows.votes(history, bill.congress),
        committees=tuple(rows.committees_of_actions(history).values()) or None,
        raw=raw,
    )


@dataclass(frozen=True)
class _Source:
    fetcher: Fetcher
    settings: Settings
    bill: BillId

    def ask(self, tail: str, key: str, kind: type, **params: int) -> Data:
        """A reply's JSON object, checked to hold ``key`` and to be about this bill."""
        if not self.settings.api_key:
            raise SourceError("no api.congress.gov key is set", permanent=True)
        bill = self.bill
        address = f"{self.settings.congress_api_url}/bill/{bill.congress}/{bill.type}/{bill.number}{tail}"

        def parse_reply(reply: Reply) -> Data:
            data = json_of(reply)
            if not isinstance(data, dict) or not isinstance(_held(data, key), kind):
                raise TransientError(f"{reply.place}: no {key} in the answer", ill=False)
            self._insist_on_bill(data[key] if key == "bill" else data.get("request"), reply.place)
            return data

        return self.fetcher.read(
            address,
            parse_reply,
            # Without it the service answers XML since April 2026.
            params={"format": "json", **params},
            secret_headers={"X-Api-Key": self.settings.api_key},
        )

    def _insist_on_bill(self, record: Any, place: str) -> None:
        named = rows.bill_named(record) if isinstance(record, Mapping) else None
        if named is not None and named != self.bill:
            raise TransientError(f"{place}: the answer is about another bill", ill=False)

    def detail(self) -> Data:
        detail: Data = self.ask("", "bill", dict)["bill"]
        if rows.bill_named(detail) is None:
            raise SourceError(f"{self.bill}: the answer does not say which bill it is about")
        return detail

    def titles(self) -> list[Any]:
        found: list[Any] = self.ask("/titles", "titles", list, limit=PAGE)["titles"]
        return found

    def detail_again(self, first: Data) -> Data:
        """The detail, read again; the first reading where that fails."""
        try:
            return self.detail()
        except SourceError as error:
            if error.credential:
                raise
            return first

    def try_rows(self, name: str) -> _Rows:
        """A list read to its end; a list that fails leaves the rest of the reading usable."""
        try:
            return self.rows(name)
        except SourceError as error:
            if error.credential:
                raise
            return _Rows(fault=error.reason)

    def rows(self, name: str) -> _Rows:
        found: list[Any] = []
        counts: list[dict[str, int]] = []
        for _ in range(MOST_PAGES):
            data = self.ask(f"/{name}", name, list, limit=PAGE, offset=len(found))
            page = _held(data, name)
            found += page
            counts.append(_counts(data))
            total = _total(name, counts[-1])
            if len(page) < PAGE or (total is not None and len(found) >= total):
                break
        return _Rows(found, counts[0], moved=any(other != counts[0] for other in counts))


def _held(data: Data, key: str) -> Any:
    """A reply's value for ``key``. The service leaves an empty list out; then its count must be 0."""
    if key not in data and key in LISTS and not _counts(data).get("count", 1):
        return []
    return data.get(key)


def _counts(data: Data) -> dict[str, int]:
    """The list's own counts, without its addresses."""
    stated = data.get("pagination")
    if not isinstance(stated, dict):
        return {}
    return {name: n for name, n in stated.items() if name.startswith("count") and isinstance(n, int)}


def _total(name: str, counts: Mapping[str, int]) -> int | None:
    """All rows by the list's own count. Co-sponsors' plain ``count`` leaves out the withdrawn, who stay
    in the list."""
    return counts.get(TOTALS[name], None if counts.get("count") else counts.get("count"))


def _settle(name: str, detail: Data, first: _Rows, second: _Rows) -> _Rows:
    """The second reading if it is sound or equals the first; else the longer of the two, as incomplete."""
    if second.fault:
        return replace(first, fault=second.fault)
    doubt = _doubt(name, detail, second)
    if not doubt or (second.rows == first.rows and not _mismatch(name, detail, second)):
        return second
    return replace(max(second, first, key=lambda found: len(found.rows)), fault=doubt)


def _doubt(name: str, detail: Data, found: _Rows) -> str:
    """Why a list needs a second reading, or an empty text: it does not fit its counts, changed while it was
    read, or fits only if a co-sponsor listed twice stands for another one left out."""
    if found.moved:
        return "changed while it was read"
    listed = _texts(found.rows)
    twice = name == "cosponsors" and len(set(listed)) < len(listed)
    if twice and len(set(listed)) != _stated(name, detail)[0]:
        return "a row is listed twice"
    return _mismatch(name, detail, found)


def _mismatch(name: str, detail: Data, found: _Rows) -> str:
    """How a list differs from its own counts or the detail's; empty when it fits both."""
    total = _total(name, found.counts)
    if total is None:
        return "the list gives no count"
    everyone = _texts(found.rows)
    stated, stated_active = _stated(name, detail)
    pairs = [(total, everyone), (stated, everyone)]
    if name == "cosponsors":
        active = _texts([row for row in found.rows if not rows.text_of(row, "sponsorshipWithdrawnDate")])
        pairs += [(found.counts.get("count"), active), (stated_active, active)]
    for count, fitting in pairs:
        if not agrees(count, fitting):
            return f"{len(fitting)} rows where {count} are counted"
    return ""


def _stated(name: str, detail: Data) -> tuple[int | None, int | None]:
    """The number of all rows and of those not withdrawn, by the detail; it leaves an empty list out."""
    stated = detail.get(name)
    if not isinstance(stated, dict):
        return 0, 0
    everyone, active = stated.get(TOTALS[name]), stated.get("count")
    return everyone if isinstance(everyone, int) else None, active if isinstance(active, int) else None


def _texts(listed: list[Any]) -> tuple[str, ...]:
    return tuple(json.dumps(row, sort_keys=True) for row in listed)


def _canonical(detail: Data, lists: Mapping[str, _Rows]) -> bytes:
    """A reading as bytes, equal for equal content: no echo of the request, no page addresses, sorted keys."""
    data: Data = {
        "detail": detail,
        "counts": {name: found.counts for name, found in lists.items()},
        "faults": {name: found.fault for name, found in lists.items() if found.fault},
        **{name: found.rows for name, found in lists.items()},
    }
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
