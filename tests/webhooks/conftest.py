"""A receiver on this machine, let through the guard, and endpoints that lead to it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug import Request, Response

from campaign import db, ssrf
from campaign.congress.models import Change
from campaign.settings import Settings
from campaign.webhooks import delivery, endpoints
from campaign.webhooks.models import WebhookEndpoint, WebhookMessage

OURS = "us-guns-abroad"
BILL = "hr6736-119"


class World:
    """A campaign with endpoints, the ledger that grows, and a clock that is set by hand."""

    def __init__(self, engine: Engine, server: HTTPServer, now: datetime) -> None:
        self.engine = engine
        self.server = server
        self.now = now
        self.settings = Settings(secret_key="a key for tests only and long enough")

    def endpoint(self, path: str = "/hook", **wanted: Any) -> int:
        """An endpoint at the receiver; ``url`` leads elsewhere."""
        with db.writing(self.engine) as session:
            choices = {"shape": "json", "language": "en", "events": list(endpoints.EVENTS), "by": "ana@x.test"}
            url = wanted.pop("url", self.server.url_for(path))
            row = endpoints.add(
                session, OURS, f"https://{len(url)}.example.org{path}", now=self.now, **{**choices, **wanted}
            )
            row.url = url
            session.flush()
            return row.id or 0

    def change(
        self, kind: str = "cosponsored", *, bill: str = BILL, baseline: bool = False, **more: Any
    ) -> int:
        """A row of the ledger."""
        given = (
            {"bioguide": "C001091"}
            if kind != "stage"
            else {"detail": {"from": "in_committee", "to": "reported"}}
        )
        with db.writing(self.engine) as session:
            row = Change(
                bill=bill, kind=kind, seen_at=self.now, happened=self.now.date(), baseline=baseline,
                **{**given, **more},
            )  # fmt: skip
            session.add(row)
            session.flush()
            return row.seq or 0

    def run(self, after: timedelta = timedelta()) -> delivery.Counts:
        self.now += after
        return delivery.run(self.engine, self.settings, now=self.now, stopping=lambda: False)

    def messages(self, endpoint: int | None = None) -> list[WebhookMessage]:
        query = select(WebhookMessage).order_by(WebhookMessage.id)  # type: ignore[arg-type]
        with db.reading(self.engine) as session:
            return [row for row in session.exec(query) if endpoint in (None, row.endpoint)]

    def row(self, endpoint: int) -> WebhookEndpoint:
        with db.reading(self.engine) as session:
            return session.get_one(WebhookEndpoint, endpoint)

    def answer(self, *statuses: int, path: str = "/hook") -> None:
        """Answer with each status once, with the last one from then on."""
        left = list(statuses)

        def respond(_request: Request) -> Response:
            return Response("", left.pop(0) if len(left) > 1 else left[0])

        self.server.expect_request(path, method="POST").respond_with_handler(respond)

    @property
    def received(self) -> list[Request]:
        return [request for request, _response in self.server.log]


@pytest.fixture
def inside_allowed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Take every name for this machine, as if it were one of the internet; which were looked up."""
    looked: list[str] = []

    def resolve(url: str) -> str:
        looked.append(url)
        return "127.0.0.1"

    monkeypatch.setattr(ssrf, "resolve", resolve)
    return looked


@pytest.fixture(scope="session")
def threaded_server() -> Iterator[HTTPServer]:
    """One that answers several at once. It takes half a second to stop, so it is started once."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def receiver(threaded_server: HTTPServer) -> HTTPServer:
    """The server, which has seen nothing and answers nothing yet."""
    threaded_server.clear()
    return threaded_server


@pytest.fixture
def make_world(receiver: HTTPServer, now: datetime) -> Callable[[Engine], World]:
    return lambda engine: World(engine, receiver, now)


@pytest.fixture
def world(snapshot_copy: Engine, make_world: Callable[[Engine], World], inside_allowed: list[str]) -> World:
    return make_world(snapshot_copy)
