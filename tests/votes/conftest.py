"""The Clerk and the Senate on loopback: what they serve is set by each test, by path."""

import re
from datetime import datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug.wrappers import Request, Response

from campaign import db
from campaign.congress import tracking
from campaign.congress.bills import BillId
from campaign.congress.models import RecordedVote
from campaign.fetch import open_fetcher
from campaign.settings import Settings
from campaign.votes.models import MemberVote, RollCall
from jobs import read_votes
from jobs.read_votes import Report


class Chambers:
    """``pages`` by path; a number stands for a status. Without a page the Clerk sends its error document with
    status 200, the Senate a redirect."""

    def __init__(self, server: HTTPServer) -> None:
        self.base = server.url_for("")
        self.pages: dict[str, bytes | int] = {}
        self.absent: dict[str, bytes | int] = {
            "house": b'<xml>Error sanitizing file "roll1.xml". Please try again.</xml>',
            "senate": 301,
        }
        self.asked: list[str] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request.path)
        chamber = "house" if request.path.startswith("/clerk") else "senate"
        found = self.pages.get(request.path, self.absent[chamber])
        if isinstance(found, int):
            return Response("", found, {"Location": "/not-available.htm"})
        return Response(found, 200, content_type="text/xml")

    def settings(self, **parts: Any) -> Settings:
        return Settings(**{"clerk_url": f"{self.base}/clerk", "senate_url": f"{self.base}/senate", **parts})


class Reading:
    """Reads roll calls at moments of a test's own, into one database."""

    def __init__(self, engine: Engine, chambers: Chambers) -> None:
        self.engine, self.chambers = engine, chambers

    def refer(self, bill: str, chamber: str, session: int, *numbers: int) -> None:
        """Let the record of a tracked bill refer to roll calls."""
        with db.writing(self.engine) as writer:
            tracking.track(writer, BillId.of(bill), now=datetime.fromisoformat("2026-01-02T12:00:00Z"))
            writer.flush()
            writer.add_all(
                RecordedVote(bill=bill, chamber=chamber, session=session, number=number) for number in numbers
            )

    def at(self, moment: str, **parts: Any) -> Report:
        settings = self.chambers.settings(**parts)
        waits = {"wait_initial": 0.0, "wait_max": 0.0, "wait_jitter": 0.0}
        with open_fetcher(settings, attempts=2, rest=0.0, **waits) as client:
            now = datetime.fromisoformat(moment)
            return read_votes.run(self.engine, settings, now=now, fetcher=client, pause=0.0)

    def roll(self, id: str) -> RollCall:
        with db.reading(self.engine) as session:
            return session.get_one(RollCall, id)

    def cast(self, id: str) -> dict[str, str]:
        with db.reading(self.engine) as session:
            rows = session.exec(select(MemberVote).where(MemberVote.roll == id)).all()
            return {row.bioguide: row.cast for row in rows}


@pytest.fixture
def chambers(httpserver: HTTPServer) -> Chambers:
    served = Chambers(httpserver)
    httpserver.expect_request(re.compile(".*")).respond_with_handler(served.answer)
    return served


@pytest.fixture
def reading(engine: Engine, chambers: Chambers) -> Reading:
    return Reading(engine, chambers)
