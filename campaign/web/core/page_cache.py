"""Public pages, kept by content: rendered when the record moves or the hour turns, and sent to everybody alike.

They carry nothing of a visitor, so what decides is the address, the query its view reads, the record and the
clock. Everything that may be cached leaves compressed, with a tag of its content.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from sqlmodel import Session, SQLModel, col, func

from campaign import db
from campaign.congress.models import Bill, Change, SourceState, Tracking
from campaign.web.core import database, request_log
from campaign.web.core.languages import QUERY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_BYTES = 48 * 1024 * 1024
# What somebody else wrote is seen this much later at most; what this process took in, at once.
RECHECK_SECONDS = 1.0
SMALLEST = 500
# Tables that people edit, small enough to be read whole; and one that only grows.
EDITED = ("campaign", "proposal", "kinship", "citedfact", "campaignstate", "billgoal", "mailpolicy")
GROWING = "textversion"
COMPRESSED = {
    "text/html",
    "text/css",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "application/atom+xml",
}
STATIC = ("static", "bootstrap.static")


def attach(app: Flask) -> None:
    shelf = Shelf(MOST_BYTES)
    app.extensions["shelf"] = shelf
    app.before_request(_look_up)
    app.after_request(_finish)
    app.wsgi_app = Front(app.wsgi_app, shelf)  # type: ignore[method-assign]


# --- what a page looks like in store ---------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    """An answer's bytes, plain and compressed, with the tag of its content."""

    plain: bytes
    packed: bytes
    content_type: str
    cache_control: str
    tag: str

    @classmethod
    def of(cls, response: Response) -> "Body":
        plain = response.get_data()
        # The same bytes each time, and no clock in the header.
        packed = gzip.compress(plain, 6, mtime=0) if len(plain) >= SMALLEST else b""
        tag = hashlib.blake2b(plain, digest_size=12).hexdigest()
        return cls(plain, packed, response.content_type or "", response.headers.get("Cache-Control", ""), tag)

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.packed)

    def answer(self) -> Response:
        """The answer for this request: 304 where its reader has it already, else as small as it takes it."""
        packs = bool(self.packed) and request.accept_encodings["gzip"] > 0
        response = Response(self.packed if packs else self.plain, content_type=self.content_type)
        headers = response.headers
        headers["Cache-Control"] = self.cache_control
        # Weak: the bytes depend on the encoding, what they say does not.
        headers["ETag"] = f'W/"{self.tag}"'
        headers["Vary"] = "Accept-Encoding"
        if packs:
            headers["Content-Encoding"] = "gzip"
        response.make_conditional(request)
        return response


class Shelf:
    """Bodies by key, the least lately asked for dropped first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._lock = threading.Lock()
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._version: tuple[Any, ...] = ()
        self._checked = 0.0
        self.ready: dict[Asked, Ready] = {}

    def get(self, key: Hashable) -> Body | None:
        with self._lock:
            if found := self._bodies.get(key):
                self._bodies.move_to_end(key)
            return found

    def put(self, key: Hashable, body: Body) -> None:
        with self._lock:
            self._drop(key)
            self._bodies[key] = body
            self._held += body.size
            while self._held > self._most:
                self._drop(next(iter(self._bodies)))

    def _drop(self, key: Hashable) -> None:
        if old := self._bodies.pop(key, None):
            self._held -= old.size

    @property
    def is_fresh(self) -> bool:
        """Whether the record was looked at within the last second."""
        return bool(self._version) and monotonic() - self._checked < RECHECK_SECONDS

    def version(self) -> tuple[Any, ...]:
        """What the record says it is, asked for once a second; when it moved, all pages are of the past."""
        if self.is_fresh:
            return self._version
        now = monotonic()
        found = version(database.session())
        with self._lock:
            if found != self._version:
                self._bodies.clear()
                self.ready.clear()
                self._held = 0
            self._version, self._checked = found, now
        return found

    def look_again(self) -> None:
        with self._lock:
            self._checked = 0.0


def version(session: Session) -> tuple[Any, ...]:
    """Changes whenever anything changes that a public page shows: readings, lists, words, proposals."""
    newest: list[Any] = [
        func.max(Change.seq), func.max(SourceState.checked_at), func.max(Tracking.attempted_at),
        func.max(Bill.observed_at), func.count(col(Bill.id)),
    ]  # fmt: skip
    record = session.execute(sa.select(*(sa.select(one).scalar_subquery() for one in newest))).one()
    return (*record, *_written(session))


def _written(session: Session) -> list[Any]:
    tables = SQLModel.metadata.tables
    found: list[Any] = []
    for name in EDITED:
        if name in tables:
            rows = session.execute(sa.select(tables[name])).all()
            found.append(hashlib.blake2b(repr(sorted(map(repr, rows))).encode(), digest_size=8).digest())
    if GROWING in tables:
        texts = tables[GROWING].c
        found.append(tuple(session.execute(sa.select(func.max(texts.id), func.max(texts.published_at))).one()))
    return found


# --- before Flask ----------------------------------------------------------------------------------

KEPT = "campaign.kept"
MOST_READY = 2000
Asked = tuple[str, ...]


@dataclass(frozen=True)
class Ready:
    """A whole answer as it went out once, for whoever asks in the same words within the hour."""

    version: tuple[Any, ...]
    hour: int
    route: str
    headers: list[tuple[str, str]]
    body: bytes


class Front:
    """Answers again what was asked before in the same words; all else is Flask's.

    A page that many ask for at once (a digest went out) costs a look into a table instead of a walk through the
    application. What decides about an answer is in its key: address, query, host and encodings.
    """

    def __init__(self, inner: "WSGIApplication", shelf: Shelf) -> None:
        self._inner = inner
        self._shelf = shelf

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_IF_NONE_MATCH" in environ:
            return self._inner(environ, start_response)
        asked = tuple(environ.get(name, "") for name in DECIDES)
        ready = self._shelf.ready.get(asked) if self._shelf.is_fresh else None
        # One that was being sent while the record moved came too late to be kept.
        if ready is None or ready.version != self._shelf.version() or ready.hour != _hour(db.utcnow()):
            return self._ask(asked, environ, start_response)
        began, id = perf_counter(), request_log.new_id()
        start_response("200 OK", [*ready.headers, ("X-Request-ID", id)])
        request_log.answered("GET", ready.route, 200, perf_counter() - began, request=id)
        return [ready.body]

    def _ask(
        self, asked: Asked, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if KEPT in environ and status.startswith("200"):
                self._remember(asked, environ, headers)
            return start_response(status, headers, *rest)

        return self._inner(environ, listen)

    def _remember(self, asked: Asked, environ: "WSGIEnvironment", headers: list[tuple[str, str]]) -> None:
        body, version, hour, route = environ[KEPT]
        packed = ("Content-Encoding", "gzip") in headers
        lasting = [(name, value) for name, value in headers if name != "X-Request-ID"]
        if len(self._shelf.ready) >= MOST_READY:
            self._shelf.ready.clear()
        self._shelf.ready[asked] = Ready(version, hour, route, lasting, body.packed if packed else body.plain)


DECIDES = ("PATH_INFO", "QUERY_STRING", "HTTP_HOST", "HTTP_ACCEPT_ENCODING", "SCRIPT_NAME", "wsgi.url_scheme")


def _hour(now: datetime) -> int:
    """Offices open on the hour, a Congress ends on one, a record grows old by the day."""
    return int(now.timestamp()) // 3600


# --- at every request ------------------------------------------------------------------------------


def _look_up() -> Response | None:
    shelf: Shelf = current_app.extensions["shelf"]
    if request.method not in ("GET", "HEAD"):
        shelf.look_again()
        return None
    known = QUERY.get((request.endpoint or "").partition(".")[2]) if _is_public() else None
    if known is None:
        return None
    now = db.utcnow()
    query = tuple((name, value) for name in known if (value := request.args.get(name)))
    hour, state = _hour(now), shelf.version()
    key = (request.path, query, hour, state)
    if body := shelf.get(key):
        g.from_kept = True
        request.environ[KEPT] = (body, state, hour, request.url_rule.rule if request.url_rule else "")
        return body.answer()
    g.kept_as = key
    return None


def _is_public() -> bool:
    return (request.blueprint or "") in ("en", "es")


def _finish(response: Response) -> Response:
    if g.get("from_kept") or request.method not in ("GET", "HEAD") or response.status_code != 200:
        return response
    if response.mimetype not in COMPRESSED or "public" not in response.headers.get("Cache-Control", ""):
        return response
    if request.endpoint in STATIC:
        return _static(response)
    body = Body.of(response)
    if key := g.get("kept_as"):
        current_app.extensions["shelf"].put(key, body)
    return body.answer()


def _static(response: Response) -> Response:
    """A stylesheet or script, compressed once; its address carries its fingerprint, so it may stay for good."""
    shelf: Shelf = current_app.extensions["shelf"]
    key = (request.path, response.headers.get("ETag"))
    body = shelf.get(key)
    if body is None:
        response.direct_passthrough = False
        lasting = ", immutable" if request.args.get("v") else ""
        response.headers["Cache-Control"] = (
            f"public, max-age={current_app.config['SEND_FILE_MAX_AGE_DEFAULT']}{lasting}"
        )
        body = Body.of(response)
        shelf.put(key, body)
    response.close()
    return body.answer()
