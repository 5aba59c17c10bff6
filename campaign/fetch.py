"""The only HTTP client.

A ``Fetcher`` retries transient failures, has a circuit breaker for each host, follows no redirect and keeps
keys and queries out of every message. A request ends in a ``Reply`` or raises ``Unread``, nothing else.

A status of 200 proves nothing: the caller's ``parse`` turns a reply into the wanted value and raises ``Unread``
for a maintenance page, a truncated body or an error sent with status 200. Such a reply is retried like any
other failure.
"""

import json
import logging
import os
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import IO, Any, NoReturn, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from campaign import __version__, ssrf
from campaign.circuit import CircuitBreaker
from campaign.connection import Connection
from campaign.refusals import Refused, SourceError
from campaign.reply import (
    Headers,
    NotFound,
    Reply,
    TransientError,
    Unreachable,
    client_error,
    error_of,
    json_of,
    retry_after,
)
from campaign.settings import Settings

__all__ = ["Fetcher", "NotFound", "Reply", "TransientError", "Unreachable", "json_of", "open_fetcher"]

logger = logging.getLogger(__name__)
T = TypeVar("T")
Params = Mapping[str, str | int]

BODY_LIMIT = 64 * 2**20
DOWNLOAD_LIMIT = 512 * 2**20
# A Retry-After of more seconds than this opens the circuit breaker instead of being waited for.
LONGEST_WAIT = 10.0
# httpx logs whole addresses at INFO, and a query may hold a voter's street.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def _log_retry(details: RetryDetails) -> None:
    logger.debug("asking again in %.1f s: %s", details.wait_for, details.caused_by)


# The library's own hook writes to standard output, which is for a command's result.
set_on_retry_hooks([_log_retry])


@cache
def _ssl_context() -> ssl.SSLContext:
    """The trusted certificate authorities, read once per process."""
    return httpx.create_ssl_context()


@dataclass
class _Host:
    """What is known of one host; ``remaining`` is its X-RateLimit-Remaining."""

    circuit: CircuitBreaker
    remaining: int | None = None


@dataclass(frozen=True)
class _Request:
    url: str
    params: Params
    headers: Headers
    place: str
    host: _Host
    limit: int
    seconds: float
    absent: Collection[int] = ()


class Fetcher:
    """An HTTP client for one run; a context manager that several threads may use.

    ``attempts`` is how often a request is sent at most: where more than half of all requests fail, eight
    attempts still bring 99 of 100 through. ``patience`` limits all attempts of one request in seconds,
    ``body_seconds`` the body of one reply. ``threshold`` and ``rest`` are those of each host's
    ``CircuitBreaker``. ``hosts`` (host or host:port), where given, are the only allowed ones. While
    ``stopping``, nothing is asked again.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        hosts: Collection[str] | None = None,
        stopping: Callable[[], bool] = lambda: False,
        attempts: int = 8,
        connect_timeout: float = 5.0,
        read_timeout: float = 30.0,
        wait_initial: float = 0.1,
        wait_max: float = 1.5,
        wait_jitter: float = 0.2,
        patience: float = 100.0,
        threshold: int = 4,
        rest: float = 300.0,
        body_seconds: float = 120.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests = 0
        self._stopping = stopping
        self._attempts = attempts
        self._patience = patience
        self._waits = {"wait_initial": wait_initial, "wait_max": wait_max, "wait_jitter": wait_jitter}
        self._rest = rest
        self._new_circuit = partial(CircuitBreaker, threshold, rest, clock)
        self._body_seconds = body_seconds
        self._clock = clock
        self._allowed = None if hosts is None else frozenset(hosts)
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        try:
            self._client = httpx.Client(
                verify=_ssl_context(),
                follow_redirects=False,
                timeout=httpx.Timeout(read_timeout, connect=connect_timeout),
                headers={"User-Agent": user_agent},
            )
        except (ValueError, httpx.InvalidURL):
            raise Refused(
                "ALL_PROXY, HTTPS_PROXY or HTTP_PROXY is no address of a proxy, like http://proxy.example.org:3128.",
                "ALL_PROXY, HTTPS_PROXY o HTTP_PROXY no es la dirección de un proxy, como "
                "http://proxy.example.org:3128.",
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def get(
        self,
        url: str,
        *,
        params: Params | None = None,
        headers: Headers | None = None,
        secret_headers: Headers | None = None,
        check: Callable[[Reply], object] | None = None,
        limit: int = BODY_LIMIT,
    ) -> Reply:
        """The reply of an address: status 200, or 304 where ``headers`` make the request conditional.

        ``check`` raises Unread for a reply that is not what was wanted; unless permanent, that is retried.
        """

        def parse(reply: Reply) -> Reply:
            if check is not None and reply.status == httpx.codes.OK:
                check(reply)
            return reply

        return self.read(url, parse, params=params, headers=headers, secret_headers=secret_headers, limit=limit)

    def read(
        self,
        url: str,
        parse: Callable[[Reply], T],
        *,
        params: Params | None = None,
        headers: Headers | None = None,
        secret_headers: Headers | None = None,
        limit: int = BODY_LIMIT,
        absent: Collection[int] = (),
    ) -> T:
        """The result of ``parse`` on the reply. Unread raised by ``parse`` counts as a failed attempt.
        ``absent`` are the statuses by which a source says, beside 404, that it has nothing there.

        Raises Unread after the last attempt, and at once for a permanent failure or an open circuit breaker.
        """
        request = self._request(
            url, params, {**(headers or {}), **(secret_headers or {})}, limit, self._body_seconds
        )
        request = replace(request, absent=absent)
        return self._attempt_all(request, lambda: parse(self._send(request, None)))

    def download(
        self,
        url: str,
        into: IO[bytes],
        *,
        headers: Headers | None = None,
        check: Callable[[Reply], object] | None = None,
        limit: int = DOWNLOAD_LIMIT,
        seconds: float = 1800.0,
    ) -> Reply:
        """Write a large body to ``into`` (rewound at each attempt); returns the reply without its body.

        Raises Unread as ``read`` does, also for more than ``limit`` bytes or ``seconds``.
        """
        request = self._request(url, None, headers or {}, limit, seconds)

        def attempt() -> Reply:
            into.seek(0)
            into.truncate()
            reply = self._send(request, into)
            into.seek(0)
            if check is not None and reply.status == httpx.codes.OK:
                check(reply)
            return reply

        return self._attempt_all(request, attempt)

    def resume(
        self,
        url: str,
        into: IO[bytes],
        *,
        params: Params | None = None,
        limit: int = DOWNLOAD_LIMIT,
        seconds: float = 3600.0,
    ) -> Reply:
        """Write a large body to ``into``, going on after what is in it already (``Range``, RFC 9110, section
        14); from the start where the source cannot. Returns the reply without its body.

        Raises Unread as ``read`` does; what was read until then stays in ``into`` for the next run.
        """
        whole = self._request(url, params, {"Accept-Encoding": "identity"}, limit, seconds)

        def attempt() -> Reply:
            start = into.seek(0, os.SEEK_END)
            ranged = {**whole.headers, "Range": f"bytes={start}-"} if start else whole.headers
            reply = self._send(replace(whole, headers=ranged), into)
            _require_range(reply, start, into)
            return reply

        return self._attempt_all(whole, attempt)

    def post(
        self,
        url: str,
        message: Mapping[str, str] | bytes,
        *,
        headers: Headers | None = None,
        public: bool = False,
        seconds: float = 120.0,
    ) -> Reply:
        """POST a JSON message once, without a retry; the reply of any status, without its body. Raises Unread
        without a reply in so many seconds, and with ``public`` for a host that is not of the internet."""
        request = self._request(url, None, headers or {}, BODY_LIMIT, seconds)
        try:
            address = httpx.URL(request.url)
        except httpx.InvalidURL:
            raise SourceError("not an address that can be asked", permanent=True) from None
        sent = {"Content-Type": "application/json", **request.headers}
        content = message if isinstance(message, bytes) else json.dumps(dict(message)).encode()
        connection = Connection()
        extensions: dict[str, Any] = {"trace": connection.trace}
        if public:
            # The certificate is checked for the name, the connection goes to the address that was looked at.
            sent["Host"], extensions["sni_hostname"] = address.netloc.decode(), address.host
            address = address.copy_with(host=ssrf.resolve(url))
        try:
            with (
                connection.ended_after(seconds),
                self._client.stream(
                    "POST", address, content=content, headers=sent, extensions=extensions
                ) as response,
            ):
                pass
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise SourceError(f"{urlsplit(url).hostname}: not reached ({type(error).__name__})") from None
        return Reply(response.status_code, b"", "", "")

    def budget(self, host: str) -> int | None:
        """X-RateLimit-Remaining of a host's last reply (``api.congress.gov``); None without that header."""
        known = self._hosts.get(host)
        return known.remaining if known else None

    def _request(
        self, url: str, params: Params | None, headers: Headers, limit: int, seconds: float
    ) -> _Request:
        try:
            parts = urlsplit(url)
        except ValueError:
            raise SourceError("not an address that can be asked", permanent=True) from None
        place = f"{parts.hostname or ''}{parts.path}"
        if self._allowed is not None and parts.netloc not in self._allowed:
            raise SourceError(f"{parts.hostname} is not a source this service asks", permanent=True)
        host = self._hosts.setdefault(parts.netloc, _Host(self._new_circuit()))
        return _Request(url, params or {}, headers, place, host, limit, seconds)

    def _attempt_all(self, request: _Request, attempt: Callable[[], T]) -> T:
        """Retry until success, a permanent failure or the limits of attempts and time."""
        request.host.circuit.require_closed()
        tries = 0

        def retry(error: Exception) -> bool | float:
            nonlocal tries
            tries += 1
            return self._worth_retrying(error, request.host, tries)

        try:
            for context in stamina.retry_context(
                retry, attempts=self._attempts, timeout=self._patience, **self._waits
            ):
                with context:
                    result = attempt()
        except SourceError as error:
            request.host.circuit.failed(error)
            raise
        request.host.circuit.succeeded()
        return result

    def _worth_retrying(self, error: Exception, host: _Host, tries: int) -> bool | float:
        if not isinstance(error, SourceError) or error.permanent or host.circuit.is_open or self._stopping():
            return False
        if isinstance(error, Unreachable) and tries >= 3:
            return False
        wait = error.wait if isinstance(error, TransientError) else None
        return True if wait is None else max(wait, 0.01)

    def _send(self, request: _Request, into: IO[bytes] | None) -> Reply:
        with self._lock:
            self.requests += 1
        try:
            with self._client.stream(
                "GET", request.url, params=dict(request.params) or None, headers=dict(request.headers)
            ) as response:
                self._store_budget(request.host, response.headers)
                good = response.status_code in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT)
                if into is not None and response.status_code == httpx.codes.OK:
                    into.seek(0)
                    into.truncate()
                body = self._body(response, request, into if good else None)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise Unreachable(f"{request.place}: could not be reached") from None
        except httpx.TimeoutException:
            raise TransientError(f"{request.place}: no answer in time") from None
        except (httpx.HTTPError, httpx.StreamError):
            raise TransientError(f"{request.place}: the connection broke") from None
        except (httpx.InvalidURL, UnicodeError, ValueError):
            raise SourceError(f"{request.place}: not an address that can be asked", permanent=True) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        reply = Reply(
            status=response.status_code,
            body=body,
            content_type=headers.get("content-type", ""),
            modified=headers.get("last-modified", ""),
            headers=headers,
            place=request.place,
        )
        self._check_status(reply, request)
        return reply

    def _body(self, response: httpx.Response, request: _Request, into: IO[bytes] | None) -> bytes:
        """The whole body. Raises Unread beyond the limits of size and time, which are checked while reading."""
        ends, size, parts = self._clock() + request.seconds, 0, []
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > request.limit:
                raise SourceError(f"{request.place}: more than {request.limit} bytes", permanent=True)
            if self._clock() > ends:
                raise TransientError(f"{request.place}: still not finished after {request.seconds:.0f} s")
            if into is None:
                parts.append(chunk)
            else:
                into.write(chunk)
        return b"".join(parts)

    def _store_budget(self, host: _Host, headers: httpx.Headers) -> None:
        remaining = headers.get("X-RateLimit-Remaining", "")
        if remaining.isdecimal():
            host.remaining = int(remaining)

    def _check_status(self, reply: Reply, request: _Request) -> None:
        """Raises Unread for every status but 200, 304 for a conditional request, 206 and 416 for a range."""
        conditional = any(name.lower() in ("if-modified-since", "if-none-match") for name in request.headers)
        if reply.status == httpx.codes.OK or (reply.status == httpx.codes.NOT_MODIFIED and conditional):
            return
        ranged = (httpx.codes.PARTIAL_CONTENT, httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE)
        if "Range" in request.headers and reply.status in ranged:
            return
        if reply.status in request.absent:
            raise NotFound(reply.place, reply.status)
        if reply.status == httpx.codes.TOO_MANY_REQUESTS:
            self._raise_too_many(reply, request.host)
        if reply.status >= 500:
            wait = retry_after(reply)
            application = isinstance(error_of(reply.body), str)
            raise TransientError(
                f"{reply.place}: server error {reply.status}",
                wait=None if wait is None else min(wait, LONGEST_WAIT),
                ill=not application,
            )
        if reply.status < 400:
            # An outage once was an endless redirect (quirk 36). Location may hold the query and is not shown.
            raise TransientError(f"{reply.place}: answered {reply.status} instead of data")
        raise client_error(reply)

    def _raise_too_many(self, reply: Reply, host: _Host) -> NoReturn:
        wait = retry_after(reply)
        reason = f"{reply.place}: asked too often"
        if wait is not None and wait > LONGEST_WAIT:
            host.circuit.open(wait, f"{reason}, again in {wait:.0f} s")
        elif host.remaining == 0:
            host.circuit.open(min(self._rest, 60.0), f"{reason}, no requests left this hour")
        raise TransientError(reason, wait=wait)


def _require_range(reply: Reply, start: int, into: IO[bytes]) -> None:
    """Raises TransientError, and empties ``into``, where a source's range does not go on after ``start``."""
    if reply.status == httpx.codes.OK:
        return
    sent = reply.headers.get("content-range", "")
    size = into.seek(0, os.SEEK_END)
    complete = sent.endswith((f"/{size}", "/*"))
    follows = sent.startswith(f"bytes {start}-") or reply.status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE
    if not (complete and follows):
        into.seek(0)
        into.truncate()
        raise TransientError(f"{reply.place}: another part than was asked for", ill=False)


def open_fetcher(settings: Settings, **options: Any) -> Fetcher:
    """A fetcher for the hosts in the settings and no other, with a User-Agent that names this service."""
    addresses = (
        settings.congress_api_url,
        settings.govinfo_url,
        settings.legislators_url,
        settings.geocoder_url,
        settings.census_url,
        settings.tigerweb_url,
        settings.house_docs_url,
        settings.senate_url,
        settings.clerk_url,
        settings.voting_days_url,
    )
    hosts = {urlsplit(address).netloc for address in addresses if address}
    agent = f"campaign/{__version__} (+{settings.base_url})"
    return Fetcher(**{"user_agent": agent, "hosts": hosts, **options})
