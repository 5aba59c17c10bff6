"""Public pages, kept by content: rendered when the record moves or the hour turns, and sent to everybody alike.

They carry nothing of a visitor, so what decides is the address, the query its view reads, the record and the
clock. Everything that may be cached leaves compressed, with a tag of its content.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from sqlmodel import Session, SQLModel, col, func

from campaign import db
from campaign.congress.models import Bill, Change, SourceState, Tracking
from campaign.web import reads
from campaign.web.languages import QUERY

MOST_BYTES = 48 * 1024 * 1024
# What somebody else wrote is seen this much later at most; what this process took in, at once.
RECHECK_SECONDS = 1.0
SMALLEST = 500
# Tables that people edit, small enough to be read whole; and one that only grows.
EDITED = ("campaign", "proposal", "kinship", "citedfact", "campaignstate", "billgoal")
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
    app.extensions["shelf"] = Shelf(MOST_BYTES)
    app.before_request(_look_up)
    app.after_request(_finish)


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

    def version(self) -> tuple[Any, ...]:
        """What the record says it is, asked for once a second; when it moved, all pages are of the past."""
        with self._lock:
            if self._version and monotonic() - self._checked < RECHECK_SECONDS:
                return self._version
        now = monotonic()
        found = version(reads.session())
        with self._lock:
            if found != self._version:
                self._bodies.clear()
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
    # Offices open on the hour, a Congress ends on one, a record grows old by the day.
    key = (request.path, query, now.date(), now.hour, shelf.version())
    if body := shelf.get(key):
        g.from_kept = True
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
