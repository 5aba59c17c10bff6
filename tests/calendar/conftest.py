"""The calendars' hosts on loopback: what they serve is set by each test, by path."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import Session
from werkzeug.wrappers import Request, Response

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


class Calendars:
    """``pages`` by address; a number stands for a status without a body. A page that is set anew gets a later
    Last-Modified. ``asked`` has the addresses that were requested."""

    def __init__(self, server: HTTPServer) -> None:
        self.base = server.url_for("")
        self.pages: dict[str, bytes | int] = {}
        self._modified: dict[str, str] = {}
        self._count = 0
        self.asked: list[str] = []
        self.not_modified = 0
        # Answers every request, where it is set.
        self.everywhere: bytes | int | None = None
        self._answer: Callable[[Request], Response] = self.answer

    def put(self, address: str, page: bytes | int | dict[str, Any]) -> None:
        self.pages[address] = json.dumps(page).encode() if isinstance(page, dict) else page
        self._count += 1
        self._modified[address] = f"Thu, 01 Jan 2026 00:{self._count // 60:02}:{self._count % 60:02} GMT"

    def answer_with(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer

    def respond(self, request: Request) -> Response:
        return self._answer(request)

    def answer(self, request: Request) -> Response:
        address = request.full_path.rstrip("?")
        path = request.path
        self.asked.append(address)
        found = (
            self.pages.get(address, self.pages.get(path, 404)) if self.everywhere is None else self.everywhere
        )
        if isinstance(found, int):
            return Response("<html>Access Denied</html>", found, content_type="text/html")
        modified = self._modified.get(address) or self._modified.get(path, "")
        if self.everywhere is None and request.headers.get("If-Modified-Since") == modified:
            self.not_modified += 1
            return Response(status=304)
        kind = "application/json" if path.startswith("/v3") else "text/xml"
        return Response(found, 200, {"Last-Modified": modified} if modified else {}, content_type=kind)

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


@pytest.fixture
def calendars(httpserver: HTTPServer) -> Calendars:
    served = Calendars(httpserver)
    httpserver.expect_request(re.compile(".*")).respond_with_handler(served.respond)
    return served


class Rounds:
    """Reads the calendars at moments of a test's own, into one database."""

    def __init__(self, engine: Engine, calendars: Calendars) -> None:
        self.engine, self.calendars = engine, calendars
        with db.writing(engine) as session:
            for bill, committee in COMMITTEES.items():
                tracking.track(session, BillId.of(bill), now=datetime.fromisoformat("2026-01-02T12:00:00Z"))
                session.add(Referral(bill=bill, committee=committee, referred=True))

    def at(self, moment: str, **settings: Any) -> Report:
        waits = {"wait_initial": 0.0, "wait_max": 0.0, "wait_jitter": 0.0}
        client = open_fetcher(self.calendars.settings(**settings), attempts=2, rest=0.0, **waits)
        return read_calendars.run(
            self.engine,
            self.calendars.settings(**settings),
            now=datetime.fromisoformat(moment),
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
