"""The mail job as a worker runs it: what a dead-man check hears, and what organizers are told."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from werkzeug import Request, Response

from campaign.settings import Settings
from jobs import deliver_mail
from jobs.deliver_mail import Loop, Runs

from mondays import MONDAY, Clock  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]


@pytest.fixture
def watched(settings: Settings, httpserver: HTTPServer) -> Settings:
    """Settings with a dead-man check that listens on loopback."""
    httpserver.expect_request("/ping/start").respond_with_data("OK")
    httpserver.expect_request("/ping").respond_with_data("OK")
    httpserver.expect_request("/ping/fail").respond_with_data("OK")
    return settings.model_copy(update={"heartbeat_url": httpserver.url_for("/ping")})


def pings(httpserver: HTTPServer) -> list[str]:
    return [request.path for request, _ in httpserver.log]


def test_e16_the_worker_reports_its_runs_to_the_dead_man_check(
    engine: Engine, settings: Settings, readers: Make, published: Make, httpserver: HTTPServer, tmp_path: Path
) -> None:
    readers("a@readers-host.org")
    published()
    heard = threading.Event()

    def hear(_request: Request) -> Response:
        heard.set()
        return Response("OK")

    httpserver.expect_request("/ping/start").respond_with_data("OK")
    httpserver.expect_request("/ping").respond_with_handler(hear)
    loop = Loop(engine, settings.model_copy(update={"heartbeat_url": httpserver.url_for("/ping")}))
    loop.start()
    try:
        assert heard.wait(30)
    finally:
        assert loop.stop(30)
    assert pings(httpserver)[:2] == ["/ping/start", "/ping"]
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_e16_idle_looks_are_reported_once_a_minute(
    engine: Engine, watched: Settings, clock: Clock, httpserver: HTTPServer
) -> None:
    runs = Runs(engine, watched, clock=clock)
    # A worker looks every two seconds. Only the looks at the ends of a minute can tell how often it reports.
    for second in (0, 2, 4, 56, 58, 60, 62, 116, 118):
        clock.at = MONDAY + timedelta(seconds=second)
        runs.run(clock())
    assert pings(httpserver) == ["/ping/start", "/ping"] * 2


def test_e16_trouble_and_its_end_are_reported_at_once(
    engine: Engine,
    watched: Settings,
    readers: Make,
    published: Make,
    clock: Clock,
    box: Box,
    httpserver: HTTPServer,
) -> None:
    relay = SecretStr(f"smtp://127.0.0.1:{box.port}")  # type: ignore[attr-defined]
    runs = Runs(engine, watched.model_copy(update={"smtp_url": relay}), clock=clock)
    runs.run(clock())
    readers("a@readers-host.org")
    published()
    box.mood["rcpt"] = "421 4.7.0 too many connections"
    for _ in range(3):
        clock.sleep(2)
        assert runs.run(clock()).blocked.startswith("throttled")
    box.mood.clear()
    clock.sleep(50)
    runs.run(clock())
    assert pings(httpserver) == ["/ping/start", "/ping", "/ping/fail", "/ping"]
    assert box.got == {"a@readers-host.org": 1}


def test_e16_a_rate_that_is_used_up_is_no_failure(
    engine: Engine, watched: Settings, readers: Make, published: Make, clock: Clock, httpserver: HTTPServer
) -> None:
    readers("a@readers-host.org", "b@readers-host.org")
    published(per_hour=60)
    runs = Runs(engine, watched, clock=clock)
    assert runs.run(clock()).blocked == "the rate"
    clock.sleep(30)
    assert runs.run(clock()).counts["sent"] == 0
    assert pings(httpserver) == ["/ping/start", "/ping"]


def test_e16_a_dead_man_check_that_is_away_stops_no_mail(
    engine: Engine, settings: Settings, readers: Make, published: Make, clock: Clock
) -> None:
    readers("a@readers-host.org")
    published()
    nowhere = settings.model_copy(update={"heartbeat_url": "http://127.0.0.1:9/ping"})
    assert deliver_mail.run(engine, nowhere, now=clock()).counts == {"sent": 1}


def test_the_worker_sends_what_became_due_while_it_waited(
    engine: Engine, settings: Settings, readers: Make, published: Make, clock: Clock, tmp_path: Path
) -> None:
    readers("a@readers-host.org")
    published()
    runs = Runs(engine, settings, clock=clock)
    assert runs.run(clock()).counts == {"sent": 1}
    clock.sleep(timedelta(days=7).total_seconds())
    published("2026-W27", now=clock())
    assert runs.run(clock()).counts == {"sent": 1}
    assert len(list((tmp_path / "outbox").iterdir())) == 2


def test_e16_a_dead_man_check_hears_of_start_end_and_failure(
    engine: Engine, settings: Settings, readers: Make, published: Make, httpserver: HTTPServer
) -> None:
    readers("a@readers-host.org")
    published()
    for path in ("/ping/start", "/ping", "/ping/fail"):
        httpserver.expect_request(path).respond_with_data("OK")
    watched = settings.model_copy(update={"heartbeat_url": httpserver.url_for("/ping")})
    deliver_mail.run(engine, watched, now=MONDAY)
    broken = watched.model_copy(update={"mail_from": ""})
    editions_before = [request.path for request, _ in httpserver.log]
    assert editions_before == ["/ping/start", "/ping"]
    with pytest.raises(RuntimeError):
        deliver_mail.run(_Broken(engine), broken, now=MONDAY)  # type: ignore[arg-type]
    assert [request.path for request, _ in httpserver.log][-1] == "/ping/fail"


class _Broken:
    """An engine whose database goes away after the first question."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked = 0

    def __getattr__(self, name: str) -> Any:
        self._asked += 1
        if self._asked > 1:
            raise RuntimeError("the database went away")
        return getattr(self._engine, name)
