"""Responses that anybody may read are gzipped; those that a cache may keep carry an ETag of their body."""

import gzip
import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Response, current_app, request
from werkzeug.datastructures import Accept
from werkzeug.http import is_resource_modified, parse_accept_header, remove_entity_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# In a shorter body gzip saves nothing.
SHORTEST = 500
COMPRESSIBLE = {
    "text/html",
    "text/css",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "application/atom+xml",
    "application/feed+json",
}

# Set by Flask for a file on disk: wrong for a gzipped one, or needless beside Cache-Control and ETag.
OF_FILES = ("Accept-Ranges", "Content-Disposition", "Date", "Expires", "Last-Modified")


@dataclass(frozen=True)
class CompressedResponse:
    """A response with its body as it is and gzipped (empty where too short); the status is 200. Without an ETag
    no cache may keep it."""

    plain: bytes
    gzipped: bytes
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, response: Response) -> "CompressedResponse":
        plain = response.get_data()
        headers = response.headers.copy()
        del headers["Content-Length"]
        if not response.cache_control.no_store:
            # Weak: plain and gzipped bytes differ, the content does not.
            headers["ETag"] = f'W/"{hashlib.blake2b(plain, digest_size=12).hexdigest()}"'
        headers["Vary"] = "Accept-Encoding"
        return cls(plain, _gzipped(plain), tuple(headers))

    def with_token(self, old: str, new: str) -> "CompressedResponse":
        """The same with another form's token in it."""
        plain = self.plain.replace(old.encode(), new.encode())
        return CompressedResponse(plain, _gzipped(plain), self.headers)

    @property
    def size(self) -> int:
        """Bytes of memory, without the headers."""
        return len(self.plain) + len(self.gzipped)

    def for_client(self, environ: "WSGIEnvironment") -> tuple[bytes, str, list[tuple[str, str]]]:
        """Body, status and headers for one request: 304 where the client has the body, gzipped where it
        accepts that."""
        headers = list(self.headers)
        etag = dict(headers).get("ETag")
        if etag and "HTTP_IF_NONE_MATCH" in environ and not is_resource_modified(environ, etag=etag):
            remove_entity_headers(headers)
            return b"", "304 NOT MODIFIED", headers
        if self.gzipped and _accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(self.gzipped)))]
            return self.gzipped, "200 OK", headers
        headers.append(("Content-Length", str(len(self.plain))))
        return self.plain, "200 OK", headers


def _gzipped(plain: bytes) -> bytes:
    # Without a time stamp, so that equal bodies give equal bytes.
    return gzip.compress(plain, 6, mtime=0) if len(plain) >= SHORTEST else b""


def is_compressible(response: Response) -> bool:
    """Whether a response is complete, of a type that gzip shortens, and the same for everybody."""
    public = "public" in response.headers.get("Cache-Control", "")
    return public and response.status_code == 200 and response.mimetype in COMPRESSIBLE


def compressed_file(response: Response) -> CompressedResponse:
    """A stylesheet, script or picture, compressed once for each version of the file.

    An address with ``v``, the fingerprint of the content, is immutable.
    """
    files: dict[Hashable, CompressedResponse] = current_app.extensions.setdefault("compressed_files", {})
    immutable = ", immutable" if request.args.get("v") else ""
    key = (request.path, immutable, response.headers.get("ETag"))
    if key not in files:
        response.direct_passthrough = False
        max_age = current_app.config["SEND_FILE_MAX_AGE_DEFAULT"]
        response.headers["Cache-Control"] = f"public, max-age={max_age}{immutable}"
        for name in OF_FILES:
            response.headers.pop(name, None)
        files[key] = CompressedResponse.of(response)
    response.close()
    return files[key]


@lru_cache(maxsize=256)
def _accepts_gzip(header: str) -> bool:
    return parse_accept_header(header, Accept)["gzip"] > 0
