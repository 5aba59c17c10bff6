"""The HTTP server of the small Congress: api.congress.gov v3, GovInfo, congress-legislators, the geocoder."""

import email.utils
import io
import json
import random
import re
import socket
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from pydantic import SecretStr

from campaign.settings import Settings
from standin.bills import Record, View, small_congress
from standin.people import PEOPLE

KEY = "the-key-that-must-not-leak"
# Each may affect any request. ``truncate`` sends a short body as if it were all, ``cut`` stops halfway.
FAULTS = ("drop", "redirect", "html", "500", "503", "429", "errorbody", "truncate", "cut")
# These affect lists only.
LIST_FAULTS = ("shortpage", "emptylist", "phantom", "duprow")
MAINTENANCE = b"<html><body><h1>Scheduled maintenance</h1></body></html>"
MEMBER = re.compile(r"/govinfo/bulkdata/BILLSTATUS/(\d+)/(\w+)/BILLSTATUS-\1\2(\d+)\.xml")
SITEMAP = re.compile(r"/govinfo/sitemap/bulkdata/BILLSTATUS/(\d+)([a-z]+)/sitemap\.xml")
ZIP = re.compile(r"/govinfo/bulkdata/BILLSTATUS/(\d+)/(\w+)/BILLSTATUS-\1-\2\.zip")


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class World:
    """What is served, and with which faults. ``asof`` is a day (``2026-01-15``), empty for the newest state.
    ``faults`` are probabilities a request; ``script`` makes a fault certain, once."""

    bills: dict[str, Record] = field(default_factory=small_congress)
    asof: str = ""
    faults: dict[str, float] = field(default_factory=dict)
    rate_limit: int = 1_000_000
    log: list[Asked] = field(default_factory=list)
    # Bodies served as they are, by path: (status, content type, bytes).
    fixed: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    retry_after: str = "0"
    # Rows that lists have besides the bills': of api.congress.gov as they are, of a sitemap as (loc, lastmod).
    odd_rows: list[Any] = field(default_factory=list)
    odd_places: list[tuple[str, str]] = field(default_factory=list)
    # Ids of bills that make every page of a list with them fail.
    poisonous: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dice = random.Random(7)
        self.scripted: list[tuple[str, str]] = []
        self.happened: Counter[str] = Counter()
        self.lock = threading.Lock()

    def script(self, fault: str, path_end: str = "", times: int = 1) -> None:
        """Answer the next ``times`` requests whose path ends so with this fault."""
        self.scripted += [(fault, path_end)] * times

    def strikes(self, fault: str, path: str) -> bool:
        with self.lock:
            for found in self.scripted:
                if found[0] == fault and path.endswith(found[1]):
                    self.scripted.remove(found)
                    self.happened[fault] += 1
                    return True
            chance = self.faults.get(fault, 0)
            struck = bool(chance) and self.dice.random() < chance
            self.happened[fault] += struck
            return struck

    def view(self, congress: str, kind: str, number: str) -> View | None:
        record = self.bills.get(f"{kind}{number}-{congress}")
        if record is None or record.introduced > (self.asof or "9999"):
            return None
        return record.at(self.asof)

    def listed(self, congress: str, kind: str = "") -> list[View]:
        """The bills of a Congress, the least recently updated first."""
        found = [
            self.view(congress, record.type, str(record.number))
            for record in self.bills.values()
            if str(record.congress) == congress and kind in ("", record.type)
        ]
        return sorted((view for view in found if view), key=lambda view: (view.updated, view.bill.id))


@dataclass(frozen=True)
class Standin:
    """A running server."""

    url: str
    world: World

    def settings(self, **other: Any) -> Settings:
        addresses = {
            "congress_api_url": f"{self.url}/v3",
            "govinfo_url": f"{self.url}/govinfo",
            "legislators_url": f"{self.url}/congress-legislators",
            # The calendars have hosts of their own (tests/calendar).
            "house_docs_url": "",
            "senate_url": "",
            "voting_days_url": "",
            "geocoder_url": f"{self.url}/geocoder",
            "congress_api_key": SecretStr(KEY),
        }
        return Settings(**{**addresses, **other})

    def asked(self, path_end: str = "") -> list[Asked]:
        return [asked for asked in self.world.log if asked.path.endswith(path_end)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    world: World

    def handle_error(self, *_: Any) -> None:
        """A client that disconnects is not logged."""


@contextmanager
def serve(world: World | None = None) -> Iterator[Standin]:
    """A server on a free loopback port, stopped at the end."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.world = world or World()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Standin(f"http://127.0.0.1:{server.server_port}", server.world)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: Any) -> None:
        """Tests read ``World.log``."""

    def do_GET(self) -> None:
        world, parts = self.server.world, urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        with world.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            world.log.append(Asked(parts.path, query, headers))
        if not self._broken(world, parts.path):
            self._answer(world, parts.path, query, headers)

    def _broken(self, world: World, path: str) -> bool:
        if world.strikes("drop", path):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif world.strikes("redirect", path):
            self._send(302, b"", "text/html", {"Location": f"{self.path}&api_key={KEY}"})
        elif world.strikes("html", path):
            self._send(200, MAINTENANCE, "text/html")
        elif world.strikes("500", path):
            self._send_json(500, {"error": {"code": "INTERNAL_ERROR", "message": "Internal server error"}})
        elif world.strikes("503", path):
            page = b"<html><body><b>Http/1.1 Service Unavailable</b></body> </html>"
            self._send(503, page, "text/plain", {"Retry-After": world.retry_after})
        elif world.strikes("blocked", path):
            page = b"<!DOCTYPE html><title>Attention Required! | Cloudflare</title>"
            self._send(403, page, "text/html; charset=UTF-8")
        else:
            return False
        return True

    def _answer(self, world: World, path: str, query: dict[str, str], headers: dict[str, str]) -> None:
        if path in world.fixed:
            status, kind, body = world.fixed[path]
            self._send(status, body, kind)
        elif path.startswith("/v3/"):
            self._api(world, path, query, headers)
        elif m := MEMBER.fullmatch(path):
            self._billstatus(world.view(m[1], m[2], m[3]), headers)
        elif m := SITEMAP.fullmatch(path):
            self._sitemap(world.listed(m[1], m[2]), world.odd_places)
        elif m := ZIP.fullmatch(path):
            self._send(200, _zipped(world, m[1], m[2]), "application/zip")
        elif path == "/congress-legislators/legislators-current.json":
            self._send_json(200, [person.record() for person in PEOPLE.values() if person.sits])
        elif path == "/congress-legislators/legislators-historical.json":
            self._send_json(200, [person.record() for person in PEOPLE.values() if not person.sits])
        else:
            self._send_json(404, {"error": "not found"})

    # --- api.congress.gov ---

    def _api(self, world: World, path: str, query: dict[str, str], headers: dict[str, str]) -> None:
        key = headers.get("x-api-key")
        if key != KEY:
            code = "API_KEY_INVALID" if key else "API_KEY_MISSING"
            message = f"An invalid api_key was supplied: {key}"
            return self._send_json(403, {"error": {"code": code, "message": message}})
        world.rate_limit -= 1
        left = {"X-RateLimit-Remaining": str(max(0, world.rate_limit))}
        if world.rate_limit < 0 or world.strikes("429", path):
            body = {"error": {"code": "OVER_RATE_LIMIT", "message": "You have exceeded your rate limit."}}
            return self._send_json(429, body, {**left, "Retry-After": world.retry_after})
        if world.strikes("errorbody", path):
            return self._send_json(200, {"error": "list index out of range (IndexError)"}, left)
        status, body = _api_body(world, path, query)
        if query.get("format") != "json":
            return self._send(status, b"<?xml version='1.0'?><api-root/>", "application/xml", left)
        return self._send_json(status, body, left)

    # --- GovInfo ---

    def _billstatus(self, view: View | None, headers: dict[str, str]) -> None:
        if view is None:
            return self._send(404, b"<html>not found</html>", "text/html")
        stamp = datetime.fromisoformat(view.updated)
        modified = {"Last-Modified": email.utils.format_datetime(stamp, usegmt=True)}
        since = headers.get("if-modified-since")
        if since and email.utils.parsedate_to_datetime(since) >= stamp:
            return self._send(304, b"", "", modified)
        return self._send(200, billstatus(view), "application/xml", modified)

    def _sitemap(self, views: list[View], odd: list[tuple[str, str]]) -> None:
        if not (views or odd):
            return self._send(404, b"<html>not found</html>", "text/html")
        folder = "https://www.govinfo.gov/bulkdata/BILLSTATUS"
        places = [
            (
                f"{folder}/{b.congress}/{b.type}/BILLSTATUS-{b.congress}{b.type}{b.number}.xml",
                view.updated.replace("Z", ".000Z"),
            )
            for view in views
            for b in (view.bill,)
        ]
        rows = "".join(f"<url>{_tag('loc', loc)}{_tag('lastmod', mod)}</url>" for loc, mod in [*places, *odd])
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        return self._send(200, f"<urlset {space}>{rows}</urlset>".encode(), "application/xml")

    # --- sending ---

    def _send_json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), "application/json", headers)

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        if status == 200 and len(body) > 80 and self.server.world.strikes("truncate", urlsplit(self.path).path):
            body = body[: len(body) * 2 // 3]
        whole = len(body)
        if status == 200 and self.server.world.strikes("cut", urlsplit(self.path).path):
            body, self.close_connection = body[: whole // 2], True
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(whole))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _api_body(world: World, path: str, query: dict[str, str]) -> tuple[int, Any]:
    parts = path.split("/")[2:]
    if len(parts) == 2 and parts[0] == "bill":
        return _bill_list(world, parts[1], query)
    if len(parts) not in (4, 5) or parts[0] != "bill":
        return 404, {"error": f"Unknown resource: {path.removeprefix('/v3/')}"}
    view = world.view(*parts[1:4])
    if view is None:
        return 404, {"error": f"No {parts[2]} matches the given query."}
    echo = {"congress": parts[1], "billType": parts[2], "billNumber": parts[3], "format": "json"}
    if len(parts) == 4:
        return 200, {"bill": detail(view), "request": echo}
    if parts[4] == "cosponsors":
        return 200, {**_cosponsors(world, path, view, query), "request": echo}
    if parts[4] == "actions":
        return 200, {**_actions(world, path, view, query), "request": echo}
    if parts[4] == "titles":
        return 200, {"titles": _titles(view), "pagination": {"count": len(_titles(view))}, "request": echo}
    return 404, {"error": f"Unknown resource: {path.removeprefix('/v3/')}"}


def _bill_list(world: World, congress: str, query: dict[str, str]) -> tuple[int, Any]:
    """A page of ``bills[]``, without sponsors and official titles, as the service gives it."""
    views = [view for view in world.listed(congress) if view.updated >= query.get("fromDateTime", "")]
    if query.get("sort") != "updateDate asc":
        views.reverse()
    items: list[Any] = [*map(_list_row, views), *world.odd_rows]
    page = _page(items, query)
    if any(isinstance(row, dict) and row.get("id") in world.poisonous for row in page):
        return 500, {"error": "'NoneType' object has no attribute 'get' (AttributeError)"}
    found = {"bills": page} if page else {}
    return 200, {**found, "pagination": {"count": len(items)}, "request": {"congress": congress}}


def _list_row(view: View) -> dict[str, Any]:
    bill = view.bill
    return {
        "id": bill.id,
        "congress": bill.congress,
        "type": bill.type.upper(),
        "number": str(bill.number),
        "title": bill.title,
        "updateDate": view.updated[:10],
    }


def _titles(view: View) -> list[dict[str, Any]]:
    titles = [{"titleType": "Display Title", "titleTypeCode": 45, "title": view.bill.title}]
    if view.bill.official:
        official = {"titleType": "Official Title as Introduced", "titleTypeCode": 6}
        titles.append({**official, "title": view.bill.official})
    return titles


def detail(view: View) -> dict[str, Any]:
    """``bill{}``; empty containers are left out."""
    bill = view.bill
    found: dict[str, Any] = {
        "congress": bill.congress,
        "type": bill.type.upper(),
        "number": str(bill.number),
        "title": bill.title,
        "introducedDate": bill.introduced,
        "updateDate": view.updated,
        "latestAction": {"actionDate": "1999-01-01", "text": "Not to be trusted."},
    }
    if bill.sponsor:
        found["sponsors"] = [{**_api_person(bill.sponsor.row()), "isByRequest": "N"}]
    if view.cosponsors:
        everyone = len(view.cosponsors)
        found["cosponsors"] = {"count": view.active, "countIncludingWithdrawnCosponsors": everyone}
    if view.actions:
        found["actions"] = {"count": len(view.actions), "url": "https://api.congress.gov/v3/…"}
    if bill.policy_area:
        found["policyArea"] = {"name": bill.policy_area}
    if bill.laws:
        found["laws"] = bill.laws
    return found


def _api_person(row: dict[str, Any]) -> dict[str, Any]:
    found = {**row, "url": f"https://api.congress.gov/v3/member/{row['bioguideId']}?format=json"}
    if "district" in row:
        found["district"] = int(row["district"])
    return found


def _page(items: list[Any], query: dict[str, str]) -> list[Any]:
    limit, offset = min(int(query.get("limit", 20)), 250), int(query.get("offset", 0))
    return items[offset : offset + limit]


def _cosponsors(world: World, path: str, view: View, query: dict[str, str]) -> dict[str, Any]:
    rows = [
        {**_api_person(row), "isOriginalCosponsor": row["isOriginalCosponsor"] == "True"}
        for row in view.cosponsors
    ]
    if len(rows) > 1 and world.strikes("phantom", path):
        rows.pop(len(rows) // 2)
    if rows and world.strikes("duprow", path):
        rows.insert(1, rows[0])
    active = sum("sponsorshipWithdrawnDate" not in row for row in rows)
    counts = {"count": active, "countIncludingWithdrawnCosponsors": len(rows)}
    page = _page(rows, query)
    if len(page) > 1 and world.strikes("shortpage", path):
        page = page[: len(page) // 2]
    if world.strikes("emptylist", path):
        page = []
    return {"cosponsors": page, "pagination": counts}


def _actions(world: World, path: str, view: View, query: dict[str, str]) -> dict[str, Any]:
    lines = [dict(line) for line in view.actions]
    for line in lines:
        system = line["sourceSystem"]
        line["sourceSystem"] = {**system, **({"code": int(system["code"])} if "code" in system else {})}
    page = [] if world.strikes("emptylist", path) else _page(lines, query)
    return {"actions": page, "pagination": {"count": len(lines)}}


def billstatus(view: View) -> bytes:
    """A BILLSTATUS 3.0.0 file, with long parts around the facts as real files have them."""
    bill = view.bill
    titles = [{name: row[name] for name in ("titleType", "title")} for row in _titles(view)]
    parts = {
        "number": bill.number,
        "updateDate": view.updated,
        "type": bill.type.upper(),
        "introducedDate": bill.introduced,
        "congress": bill.congress,
        "committees": bill.committees,
        "relatedBills": bill.related,
        "actions": view.actions,
        "sponsors": [bill.sponsor.row()] if bill.sponsor else [],
        "cosponsors": view.cosponsors,
        "policyArea": {"name": bill.policy_area},
        "laws": bill.laws,
        "subjects": {"legislativeSubjects": [{"name": "Firearms and explosives"}]},
        "summaries": [{"text": "<p>Broken <b>markup & more", "versionCode": "00"}],
        "title": bill.title,
        "titles": titles,
        "amendments": [{"number": "1", "congress": "118", "type": "SAMDT"}],
        "latestAction": {"actionDate": "1999-01-01", "text": "Not to be trusted."},
    }
    inner = "".join(_tag(name, value) for name, value in parts.items() if value)
    rights = (
        '<dublinCore xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>text/xml</dc:format></dublinCore>'
    )
    text = f"<billStatus>\n  <version>3.0.0</version>\n  <bill>{inner}</bill>\n  {rights}\n</billStatus>\n"
    return b'<?xml version="1.0" encoding="utf-8" standalone="no"?>\n' + text.encode()


def _tag(name: str, value: Any) -> str:
    if isinstance(value, list):
        inner = "recordedVote" if name == "recordedVotes" else "item"
        value = "".join(_tag(inner, item) for item in value)
    elif isinstance(value, dict):
        value = "".join(_tag(key, item) for key, item in value.items())
    else:
        value = escape(str(value))
    return f"<{name}>{value}</{name}>"


def _zipped(world: World, congress: str, kind: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in world.bills.values():
            view = world.view(congress, kind, str(record.number))
            if view and (str(record.congress), record.type) == (congress, kind):
                archive.writestr(f"BILLSTATUS-{congress}{kind}{record.number}.xml", billstatus(view))
    return buffer.getvalue()
