"""The page cache: public pages are rendered once for each state of the record and each hour.

A public page shows nothing of its visitor, so its cache key is the address with the query parameters that
public pages read. A page with a form that counts once (``has_form``) gets a new token for each visitor. A
cached page is valid while the version of the record and the hour are those it was rendered in. Read
``PageCache`` first: it answers before Flask where it can; ``_begin`` and ``_store`` fill it.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import chain
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, func

from campaign import db
from campaign.calendar.models import CalendarSource
from campaign.congress.models import Bill, Change, SourceState, Tracking
from campaign.votes.models import RollCall
from campaign.web.core import assets, health, request_log, routing, visits
from campaign.web.core.compression import CompressedResponse, compressed_file, is_compressible
from campaign.web.core.typed_text import CleanRequest
from campaign.web.core.visits import Visit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_BYTES = 48 * 1024 * 1024
# A change that another process wrote is seen after this time at most; one of this process at once.
RECHECK_SECONDS = 1.0
# The moment of a reading that said nothing new is looked at this often: a poll reads bill after bill, and every
# page says when Congress was asked last. For that alone pages are rendered again one at a time: all at once
# would take a crowd's server for half a minute.
READINGS_SECONDS = 60.0
# Tables that people edit, small enough to be read whole; and one that only grows.
EDITED = (
    "campaign",
    "proposal",
    "kinship",
    "citedfact",
    "campaignstate",
    "billgoal",
    "mailpolicy",
    "officephone",
    "campaignaction",
)
GROWING = "textversion"
# All that decides about a version.
WATCHED = {*EDITED, GROWING, "change", "bill", "tracking", "sourcestate", "calendarsource", "rollcall"}
STATIC = ("static", assets.ENDPOINT)
# The parts of an address before its query.
ADDRESS = ("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO")
# Where a request's environment holds the State in which its page began to be rendered.
STATE = "campaign.page_cache.state"

Version = tuple[Any, ...]


# Whether the form that this thread answers wrote to a table that a version is made from.
_form = threading.local()


@sa.event.listens_for(Engine, "before_execute")
def _note_edit(_connection: Any, statement: Any, *_more: Any) -> None:
    if getattr(statement, "is_dml", False) and statement.table.name in WATCHED:
        _form.edits = True


def attach(app: Flask, engine: Engine) -> None:
    """Put the cache before Flask. Only ``request_log`` may be attached earlier: headers that are added by what
    comes later are cached with the page."""
    cache = PageCache(
        app.wsgi_app,
        engine,
        seen=lambda environ, visit: visits.counter(app).page_seen(environ, visit),
        new_token=lambda: str(app.extensions["form_tokens"].form(now=db.utcnow())),
    )
    app.extensions["page_cache"] = cache
    app.wsgi_app = cache  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_store)


@dataclass(frozen=True)
class State:
    """What a page is rendered from, beside its address; ``readings`` decide about the moments of readings."""

    version: Version
    hour: int
    readings: Version = ()

    @property
    def record(self) -> Hashable:
        """The state of what is known, whenever it was read last."""
        return self.version, self.hour


@dataclass(frozen=True)
class CachedPage:
    """A response with the state it was rendered in; ``route`` is for the request log, ``visit`` for the counts
    of pages seen, ``token`` its form's, which each visitor has a new one of."""

    state: State
    route: str
    response: CompressedResponse
    visit: Visit | None = None
    token: str = ""


class LRU:
    """Compressed responses by key, at most ``most`` bytes of them; drops the least recently used."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0
        self._lock = threading.Lock()
        self._pages: OrderedDict[Hashable, CachedPage] = OrderedDict()

    def get(self, key: Hashable) -> CachedPage | None:
        with self._lock:
            if page := self._pages.get(key):
                self._pages.move_to_end(key)
            return page

    def put(self, key: Hashable, page: CachedPage) -> None:
        with self._lock:
            if old := self._pages.pop(key, None):
                self._bytes -= old.response.size
            self._pages[key] = page
            self._bytes += page.response.size
            while self._bytes > self._most:
                _key, dropped = self._pages.popitem(last=False)
                self._bytes -= dropped.response.size

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self._bytes = 0


class PageCache:
    """WSGI middleware that answers with a cached page while it is valid, and lets Flask answer otherwise."""

    def __init__(
        self,
        app: "WSGIApplication",
        engine: Engine,
        *,
        seen: "Callable[[WSGIEnvironment, Visit], None]",
        new_token: Callable[[], str],
    ) -> None:
        self._app = app
        self._engine = engine
        self._seen = seen
        self._new_token = new_token
        self.pages = LRU(MOST_BYTES)
        self._version: Version = ()
        self._checked: float | None = None
        self._checking = threading.Lock()
        # Held while a page is rendered for nothing but the moment of a reading.
        self._refreshing = threading.Lock()
        self._readings: Version = ()
        self._readings_checked = -READINGS_SECONDS
        self._parameters = frozenset(chain(*(access.query for access in routing.ACCESS.values())))

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._after_form(environ, start_response)
        began = perf_counter()
        page = self._valid_page(environ)
        if page is None:
            return self._app(environ, start_response)
        if page.state.readings != self._readings and self._refreshing.acquire(blocking=False):
            try:
                return self._app(environ, start_response)
            finally:
                self._refreshing.release()
        response = page.response.with_token(page.token, self._new_token()) if page.token else page.response
        body, status, headers = response.for_client(environ)
        id, took = request_log.new_id(), perf_counter() - began
        request_log.answered(environ["REQUEST_METHOD"], page.route, int(status[:3]), took, request=id)
        if page.visit:
            self._seen(environ, page.visit)
        start_response(status, [*headers, ("X-Request-ID", id)])
        return [body if environ["REQUEST_METHOD"] == "GET" else b""]

    def _after_form(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Let Flask take a form; whoever edited something sees it at once, and a counted call costs nobody
        a look at the record."""
        _form.edits = False
        try:
            return self._app(environ, start_response)
        finally:
            if _form.edits:
                self.look_again()

    def look_again(self) -> None:
        """Read the version before the next page, as if a second had passed."""
        self._checked = None

    def _valid_page(self, environ: "WSGIEnvironment") -> CachedPage | None:
        page = self.pages.get(self.key(environ))
        if page is None:
            return None
        try:
            return page if page.state.record == self.state().record else None
        except db.UNREADABLE:
            # Flask meets the same error and answers with an error page.
            return None

    def state(self) -> State:
        """The state that pages are rendered in now. The version of the record is read once a second."""
        if self._is_due(monotonic()):
            with self._checking:
                if self._is_due(now := monotonic()):
                    self._look(now)
        # Offices open on the hour, a Congress ends on one, a record grows old by the day.
        return State(self._version, int(db.utcnow().timestamp()) // 3600, self._readings)

    def _is_due(self, now: float) -> bool:
        return self._checked is None or now - self._checked >= RECHECK_SECONDS

    def _look(self, now: float) -> None:
        # An edit that ends while we read is looked at once more.
        self._checked, before = now, self._version
        try:
            with db.reading(self._engine) as session:
                self._version = version(session)
                if now - self._readings_checked >= READINGS_SECONDS:
                    self._readings, self._readings_checked = readings(session), now
        except BaseException:
            self._checked = None
            raise
        if self._version != before:
            self.pages.clear()

    def key(self, environ: "WSGIEnvironment") -> Hashable:
        """The cache key: all that decides about a page's bytes, save its State."""
        query: tuple[tuple[str, str], ...] = ()
        if environ.get("QUERY_STRING"):
            # Read as Flask reads it, so that no spelling of a name stores one page under another's key.
            given = CleanRequest(environ, populate_request=False).args
            query = tuple((name, given[name]) for name in sorted(self._parameters & given.keys()))
        origin = (
            environ.get(name, "") for name in ("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO")
        )
        return (*origin, query)


def version(session: Session) -> Version:
    """Differs after every change of what a public page shows: bills, lists, calendars, votes, texts."""
    newest = [
        func.max(Change.seq), func.count(col(Bill.id)), func.max(SourceState.checked_at),
        func.max(CalendarSource.attempted_at), func.max(RollCall.attempted_at),
    ]  # fmt: skip
    return (*_each(session, newest), *_how_well_read(session), *_digests(session))


def _how_well_read(session: Session) -> Version:
    """What pages say of the readings, but for their moments."""
    age = health.line(session, now=db.utcnow())
    read = sa.select(func.count(col(Bill.observed_at)), func.sum(sa.cast(Bill.partial != "", sa.Integer)))
    return (*session.execute(read).one(), age.as_of, age.snapshot, age.stale)


def readings(session: Session) -> Version:
    """Differs after every reading of bills."""
    return _each(session, [func.max(Tracking.attempted_at), func.max(Bill.observed_at)])


def _each(session: Session, values: list[Any]) -> Version:
    return tuple(session.execute(sa.select(*(sa.select(value).scalar_subquery() for value in values))).one())


def _digests(session: Session) -> list[Any]:
    tables = SQLModel.metadata.tables
    found: list[Any] = []
    for name in EDITED:
        rows = session.execute(sa.select(tables[name])).all()
        found.append(hashlib.blake2b(repr(sorted(map(repr, rows))).encode(), digest_size=8).digest())
    texts = tables[GROWING].c
    growth = func.max(texts.id), func.count(texts.published_at), func.max(texts.published_at)
    return [*found, tuple(session.execute(sa.select(*growth)).one())]


# --- filling the cache -----------------------------------------------------------------------------


def _begin() -> None:
    """Before a public page is rendered: remember in which state, so that no change in between is missed."""
    access = routing.access()
    if access and access.cached and request.method in ("GET", "HEAD"):
        request.environ[STATE] = _cache().state()


def has_form(token: str) -> None:
    """Say that the page of this request is equal for everybody but for a form's token.

    It holds no secret, so it may be gzipped: beside a text that a stranger chooses, the length of a gzipped
    page tells of its secrets (the BREACH attack).
    """
    g.form_token = token


def _store(response: Response) -> Response:
    """Compress a public response, and cache it if it is a page."""
    token = g.get("form_token", "")
    if request.method not in ("GET", "HEAD") or not (token or is_compressible(response)):
        return response
    if request.endpoint in STATIC:
        return Response(*compressed_file(response).for_client(request.environ))
    compressed = CompressedResponse.of(response)
    state = request.environ.get(STATE)
    if state and g.get("campaign_state") != "draft":
        route = request.url_rule.rule if request.url_rule else ""
        cache = _cache()
        page = CachedPage(state, route, compressed, request.environ.get(visits.VISIT), token)
        cache.pages.put(cache.key(request.environ), page)
    return Response(*compressed.for_client(request.environ))


def _cache() -> PageCache:
    found: PageCache = current_app.extensions["page_cache"]
    return found
