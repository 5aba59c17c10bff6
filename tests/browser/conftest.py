"""A real browser on the real service: Debian's Chromium, driven by Playwright."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from copies import copy_of
from playwright.sync_api import Browser, BrowserContext, Page, Request
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from werkzeug.serving import make_server

from campaign import db
from campaign.accounts import users
from campaign.app import create_app
from campaign.settings import Settings

# What passes is not described; that is half of the time on a long page.
AXE = {"resultTypes": ["violations"]}
# Writes another page into the open window. Its scripts stay compiled: for axe, that is half of a look.
# The window keeps its policy: a page with another one has to be opened.
REPLACE = """async ([path, policy]) => {
    if (!("axe" in window)) return false;
    const reply = await fetch(path);
    if (reply.headers.get("Content-Security-Policy") !== policy) return false;
    const text = await reply.text();
    history.replaceState(null, "", reply.url);
    document.open();
    document.write(text);
    document.close();
    if (document.readyState !== "complete")
        await new Promise(done => window.addEventListener("load", done, {once: true}));
    // Of a written document that may come before its style sheets are in force.
    while ([...document.querySelectorAll("link[rel=stylesheet]")].some(link => !link.sheet))
        await new Promise(requestAnimationFrame);
    return true;
}"""
NARROW = {"width": 320, "height": 640}
# With text as it comes, and twice as large.
TOO_WIDE = """() => {
    const root = document.documentElement, found = [];
    for (const size of ["100%", "200%"]) {
        root.style.fontSize = size;
        if (root.scrollWidth > innerWidth) found.push(`${root.scrollWidth} pixels wide at ${size}`);
    }
    root.style.fontSize = "";
    return found;
}"""
CONTRAST_ONCE = Path(__file__).with_name("contrast.js").read_text()
# Bars that a style sheet draws longer or shorter than their numbers say.
BARS = """() => [...document.querySelectorAll("svg rect[width]")]
    .filter(bar => Math.abs(bar.getBBox().width - bar.getAttribute("width")) > 0.01)
    .map(bar => bar.outerHTML)"""
Violations = list[tuple[str, list[object]]]
KEY = SecretStr("for browser tests only, long enough")
MAIL = {"mail_from": "Campaign <news@campaign-host.org>", "postal_address": "P.O. Box 123, Austin, TX 78701"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/browser/"):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def campaign_copy(snapshot_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The campaign of fixtures/, one copy for all browser tests: they count calls in it and sign up users."""
    with copy_of(snapshot_engine, tmp_path_factory.mktemp("browser")) as engine:
        yield engine


@pytest.fixture(scope="session")
def geocoder() -> Iterator[HTTPServer]:
    """A Census Bureau that nobody should ask."""
    with HTTPServer() as server:
        yield server


@pytest.fixture(scope="session")
def address(campaign_copy: Engine, geocoder: HTTPServer) -> Iterator[str]:
    """Where the service of all browser tests answers."""
    with serve(campaign_copy, geocoder_url=geocoder.url_for(""), **MAIL) as found:
        yield found


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[str]]:
    """Serve another copy of the campaign, for a test that changes what others look at."""
    return serve


@contextmanager
def serve(engine: Engine, port: int = 0, **settings: Any) -> Iterator[str]:
    """The service on an engine, with any of its settings."""
    app = create_app(Settings(secret_key=KEY, **settings), engine=engine)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def signed_in() -> Callable[..., Any]:
    """The cookie of somebody who has signed in, for tests that are about something else."""
    return _signed_in


def _signed_in(engine: Engine, address: str, email: str, role: str = "admin") -> Any:
    client = create_app(Settings(secret_key=KEY), engine=engine).test_client()
    with db.writing(engine) as session:
        secret = users.add(session, email, role, now=db.utcnow(), actor="test")[1]
    page = client.get(f"/organize/link/{secret}").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post(f"/organize/link/{secret}", data={"csrf_token": token})
    found = client.get_cookie("campaign")
    assert found
    return {"name": "campaign", "value": found.value, "url": address}


@dataclass
class Visit:
    """A page, and everything it did that it should not."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    _policy: str | None = None

    def watch(self) -> None:
        self.page.on("console", lambda message: self.faults.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", lambda request: self._origin(request.url))
        self.page.on("requestfailed", self._failed)

    def _origin(self, url: str) -> None:
        if not url.startswith((self.address, "data:")):
            self.faults.append(f"off-origin: {url}")

    def _failed(self, request: Request) -> None:
        # Leaving a page aborts what it was still loading; that is no fault of the page.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url} {request.failure}")

    def open(self, path: str) -> Page:
        reply = self.page.goto(self.address + path)
        # Without a network it is the service worker that replies, or nobody.
        self._policy = reply.headers.get("content-security-policy") if reply else None
        return self.page

    def broken(self, paths: Iterable[str]) -> dict[str, Violations]:
        """What axe finds wrong with each of these pages, without those that are sound."""
        found = {}
        for path in paths:
            self.show(path)
            if wrong := self.violations():
                found[path] = wrong
        # A script that fails where pages take turns leaves another page than readers get.
        assert [fault for fault in self.faults if fault.startswith("error")] == []
        return found

    def unsound(self, paths: Iterable[str], *, axe: bool = True) -> dict[str, list[object]]:
        """What is wrong with each of these pages at 320 pixels, and for axe in the window's own size."""
        size = self.page.viewport_size
        found = {}
        for path in paths:
            self._resize(NARROW)
            self.show(path)
            wrong: list[object] = [*self.page.evaluate(TOO_WIDE), *self.page.evaluate(BARS)]
            if axe:
                self._resize(size)
                wrong += self.violations()
            if wrong:
                found[path] = wrong
        return found

    def _resize(self, size: Any) -> None:
        if self.page.viewport_size != size:
            self.page.set_viewport_size(size)

    def show(self, path: str) -> None:
        """Put a page into the window; scripts that the window has read stay compiled."""
        if not self.page.evaluate(REPLACE, [self.address + path, self._policy]):
            self.open(path)
        assert self.page.url == self.address + path

    def violations(self) -> Violations:
        """What axe finds wrong with the open page: rules, and where each is broken."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
            self.page.evaluate(CONTRAST_ONCE)
        found = self.page.evaluate("options => axe.run(options).then(found => found.violations)", AXE)
        return [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found]


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Open a browser window with any of Playwright's context settings; closed after the test."""
    contexts: list[BrowserContext] = []

    def enter(**settings: object) -> Visit:
        # A color that is on its way to another is no fault, but axe would measure it.
        settings.setdefault("reduced_motion", "reduce")
        context = chromium.new_context(**settings)  # type: ignore[arg-type]
        contexts.append(context)
        found = Visit(context.new_page(), address)
        found.watch()
        return found

    yield enter
    for context in contexts:
        context.close()


@dataclass(frozen=True)
class Look:
    """A language, a colour scheme and a size of window."""

    lang: str
    scheme: str
    size: dict[str, int]


@pytest.fixture(
    params=[
        Look("en", "light", {"width": 1280, "height": 900}),
        Look("es", "dark", NARROW),
    ],
    ids=["English, light, desk", "Spanish, dark, phone"],
)
def look(request: pytest.FixtureRequest) -> Look:
    """Both languages, both schemes and both sizes, each once: markup and colours differ by no pair of them."""
    found: Look = request.param
    return found
