"""A response of a source, the ways a request fails, and what a body that is no data means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from campaign.refusals import SourceError

Headers = Mapping[str, str]
# https://api.data.gov/docs/rate-limits/ and /docs/developer-manual/ (error codes of the gateway)
CREDENTIAL_CODES = {
    "API_KEY_MISSING",
    "API_KEY_INVALID",
    "API_KEY_DISABLED",
    "API_KEY_UNAUTHORIZED",
    "API_KEY_UNVERIFIED",
}


class TransientError(SourceError):
    """A transient failure. ``wait`` is the source's Retry-After in seconds, if it sent one; ``ill`` is whether
    the failure counts against the host (circuit breaker) and not only against one address."""

    def __init__(self, reason: str, *, wait: float | None = None, ill: bool = True) -> None:
        super().__init__(reason)
        self.wait = wait
        self.ill = ill


class Unreachable(TransientError):
    """No connection; retried twice only, as a later run is more likely to succeed."""


class NotFound(SourceError):
    """The source answered that it has nothing at this address: by 404, or by a status of its own."""

    def __init__(self, place: str, status: int = 404) -> None:
        super().__init__(f"{place}: not known there ({status})", permanent=True)


@dataclass(frozen=True)
class Reply:
    """A response. ``modified`` is its Last-Modified header as sent, or empty; header names are lower case."""

    status: int
    body: bytes
    content_type: str = ""
    modified: str = ""
    headers: Headers = field(default_factory=dict)
    # Host and path, for messages; never the query, which may hold an address or a key.
    place: str = ""


def json_of(reply: Reply) -> Any:
    """The JSON of a reply. Raises Unread for a web page, a truncated or invalid body and an error object."""
    if _is_html(reply):
        raise TransientError(f"{reply.place}: a web page instead of data")
    try:
        data = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise TransientError(f"{reply.place}: cut or garbled JSON") from None
    if b"\\u0000" in reply.body:
        raise TransientError(f"{reply.place}: JSON with control characters that no database stores", ill=False)
    if isinstance(data, dict) and "error" in data:
        if _credential_code(data["error"]):
            raise _refused_key(reply.place, data["error"])
        raise TransientError(f"{reply.place}: an error instead of data", ill=False)
    return data


def _is_html(reply: Reply) -> bool:
    start = reply.body[:200].lstrip().lower()
    return "html" in reply.content_type.lower() or start.startswith((b"<html", b"<!doctype html"))


def error_of(body: bytes) -> object:
    """The ``error`` of a JSON body: an object from the API gateway, a string from the application behind it."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data.get("error") if isinstance(data, dict) else None


def _credential_code(error: object) -> str:
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code in CREDENTIAL_CODES else ""


def _refused_key(place: str, error: object) -> SourceError:
    return SourceError(
        f"{place}: the key was refused ({_credential_code(error)})", permanent=True, credential=True
    )


def client_error(reply: Reply) -> SourceError:
    """The permanent failure that a 4xx status means."""
    error = error_of(reply.body)
    if _credential_code(error):
        return _refused_key(reply.place, error)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        return SourceError(f"{reply.place}: the key was refused (401)", permanent=True, credential=True)
    if reply.status == HTTPStatus.FORBIDDEN and _is_html(reply):
        # Cloudflare blocks some servers as scrapers, whatever their key (quirk 37).
        return SourceError(
            f"{reply.place}: this network is blocked there; the key is not the cause", permanent=True
        )
    if reply.status == HTTPStatus.NOT_FOUND:
        return NotFound(reply.place)
    return SourceError(f"{reply.place}: refused ({reply.status})", permanent=True)


def retry_after(reply: Reply) -> float | None:
    """Seconds of a Retry-After header: a number, or a date compared with the reply's Date header."""
    value = reply.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        then = parsedate_to_datetime(value)
        sent = parsedate_to_datetime(reply.headers.get("date", ""))
        return max(0.0, (then - sent).total_seconds())
    except (TypeError, ValueError):
        return None
