"""The calendars' hosts on loopback: what they serve is set by each test, by path."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import copies
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.calendar.models import Meeting
from campaign.congress import tracking
from campaign.congress.bills import BillId
from campaign.congress.models import Referral
from campaign.fetch import open_fetcher
from campaign.settings import Settings
from jobs import read_calendars
from jobs.read_calendars import Report

COMMITTEES = {"hr6736-119": "HSFA", "s3508-119": "SSFR"}
# A status, a body and headers.
Answer = tuple[int, bytes, dict[str, str]]


class Calendars:
    """``pages`` by address; a number stands for a status without a body. A page that is set anew gets a later
    Last-Modified. ``asked`` has the addresses that were requested."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.pages: dict[str, bytes | int] = {}
        self._modified: dict[str, str] = {}
        self._count = 0
        self.asked: list[str] = []
        self.not_modified = 0
        # Answers every request, where it is set.
        self.everywhere: bytes | int | None = None
        self.respond: Callable[[str, str | None], Answer] = self.answer

    def put(self, address: str, page: bytes | int | dict[str, Any]) -> None:
        self.pages[address] = json.dumps(page).encode() if isinstance(page, dict) else page
        self._count += 1
        self._modified[address] = f"Thu, 01 Jan 2026 00:{self._count // 60:02}:{self._count % 60:02} GMT"

    def answer(self, address: str, since: str | None) -> Answer:
        path = address.partition("?")[0]
        self.asked.append(address)
        found = (
            self.pages.get(address, self.pages.get(path, 404)) if self.everywhere is None else self.everywhere
        )
        if isinstance(found, int):
            return found, b"<html>Access Denied</html>", {"Content-Type": "text/html"}
        modified = self._modified.get(address) or self._modified.get(path, "")
        if self.everywhere is None and since == modified:
            self.not_modified += 1
            return 304, b"", {}
        kind = {"Content-Type": "application/json" if path.startswith("/v3") else "text/xml"}
        return 200, found, kind | ({"Last-Modified": modified} if modified else {})

    def settings(self, **parts: Any) -> Settings:
        return Settings(
            **{
                "congress_api_url": f"{self.base}/v3",
                "congress_api_key": SecretStr(""),
                "house_docs_url": f"{self.base}/house",
                "senate_url": f"{self.base}/senate",
                "voting_days_url": f"{self.base}/days.ics",
                **parts,
            }
        )


class _Hosts(ThreadingHTTPServer):
    """All hosts at one address; a test sets what they serve."""

    daemon_threads = True
    calendars: Calendars

    def serving(self) -> Calendars:
        self.calendars = Calendars(f"http://127.0.0.1:{self.server_port}")
        return self.calendars


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    disable_nagle_algorithm = True
    server: _Hosts

    def log_message(self, *_: Any) -> None:
        """Tests read ``Calendars.asked``."""

    def do_GET(self) -> None:
        status, body, headers = self.server.calendars.respond(self.path, self.headers["If-Modified-Since"])
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="session")
def hosts() -> Iterator[_Hosts]:
    """Connections stay open for a round: with a new one for each request half of the time went into them."""
    with _Hosts(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def calendars(hosts: _Hosts) -> Calendars:
    return hosts.serving()


class Rounds:
    """Reads the calendars at moments of a test's own, into one database."""

    def __init__(self, engine: Engine, calendars: Calendars) -> None:
        self.engine, self.calendars = engine, calendars
        with db.writing(engine) as session:
            for bill, committee in COMMITTEES.items():
                tracking.track(session, BillId.of(bill), now=datetime.fromisoformat("2026-01-02T12:00:00Z"))
                session.add(Referral(bill=bill, committee=committee, referred=True))

    def at(self, moment: str, stopping: Callable[[], bool] = lambda: False, **settings: Any) -> Report:
        waits = {"wait_initial": 0.0, "wait_max": 0.0, "wait_jitter": 0.0}
        addresses = self.calendars.settings(**settings)
        with open_fetcher(addresses, attempts=2, rest=0.0, **waits) as client:
            return read_calendars.run(
                self.engine,
                addresses,
                now=datetime.fromisoformat(moment),
                stopping=stopping,
                fetcher=client,
                pause=0.0,
            )

    def meeting(self, event: str) -> Meeting:
        with db.reading(self.engine) as session:
            return session.get_one(Meeting, event)

    def session(self) -> Session:
        return Session(self.engine)


@pytest.fixture
def rounds(sqlite_engine: Engine, calendars: Calendars) -> Rounds:
    return Rounds(sqlite_engine, calendars)


@pytest.fixture(scope="module")
def shared_rounds(
    hosts: _Hosts, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rounds]:
    """One database for all tests of a module that only look at what one round has read."""
    with copies.copy_of(sqlite_template, tmp_path_factory.mktemp("rounds")) as engine:
        yield Rounds(engine, hosts.serving())
