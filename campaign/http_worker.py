"""The gunicorn worker: gunicorn looks after the processes, waitress reads requests and writes responses.

waitress's event loop collects a request until it is whole and hands out a response as fast as its reader
takes it, so no half-sent request, slow body or slow reader holds a thread. Threads are in pools: forms, which
may wait for a lock or a geocoder, and organizers' pages, which may be long files, never take those of public
pages. What waitress leaves unbounded has a limit here: how long one request may take to arrive, one response to
be read, and how many connections wait for clients.
"""

import logging
import os
import resource
import socket
import time
from typing import TYPE_CHECKING, Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HEALTH_PATH = "/healthz"
ORGANIZERS_PATH = "/organize"
# A process makes one page at a time, however many threads it has. More threads take the interpreter from each
# other, and from forms, which give it away at each statement while they hold SQLite's write lock.
PAGE_THREADS = 2
FORM_THREADS = 4
# From its first byte a request has so long to arrive, body included; a response so long to be read.
REQUEST_SECONDS = 30.0
RESPONSE_SECONDS = 300.0
# A connection without a request is closed after so many seconds.
IDLE_SECONDS = 20
LONGEST_HEADERS = 32 * 1024
# The largest file that a page takes (a logo), with its form around it; most pages take far less.
LARGEST_BODY = 25 * 2**20
# Beyond these the connections that wait longest for their client are closed.
MOST_CONNECTIONS = 8192
# Files of the process that are no connections: database, log, sockets of its own.
OTHER_FILES = 256
LOOP_SECONDS = 1.0
LOOK_SECONDS = 1.0

# A queue of requests is no fault; it is what a burst looks like.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when it waits for its client."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.waiting_since = time.monotonic()
        super().__init__(*arguments, **options)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.waiting_since = time.monotonic()
        return bool(super().received(data))

    def service(self) -> None:
        super().service()
        self.waiting_since = time.monotonic()

    @property
    def is_busy(self) -> bool:
        """Whether a response is being made or sent."""
        return bool(self.requests or self.total_outbufs_len)

    def is_late(self, now: float) -> bool:
        """Whether a request took too long to arrive, or its response to be read."""
        waited = now - self.waiting_since
        if self.request is not None:
            return waited > REQUEST_SECONDS
        return self.total_outbufs_len > 0 and waited > RESPONSE_SECONDS


class Server(TcpWSGIServer):  # type: ignore[misc]
    """A listening socket with its connections."""

    channel_class = Channel
    # The monotonic second of the next look for slow clients.
    next_look = 0.0

    @property
    def connections(self) -> dict[int, Any]:
        """All that the event loop looks after, by file number."""
        found: dict[int, Any] = self._map
        return found


class Pools:
    """Pools of threads behind the interface of one queue: for public pages; for everything that posts, and for
    organizers; and one thread for the check of the process, which must answer while all others wait for a
    database that is gone."""

    def __init__(self) -> None:
        self._health, self._pages, self._forms = (ThreadedTaskDispatcher() for _ in range(3))
        for pool, threads in ((self._health, 1), (self._pages, PAGE_THREADS), (self._forms, FORM_THREADS)):
            pool.set_thread_count(threads)

    def add_task(self, channel: Channel) -> None:
        self._of(channel.requests[0]).add_task(channel)

    def _of(self, request: HTTPRequestParser) -> ThreadedTaskDispatcher:
        if request.error:
            return self._pages
        if request.command not in ("GET", "HEAD") or request.path.startswith(ORGANIZERS_PATH):
            return self._forms
        return self._health if request.path == HEALTH_PATH else self._pages

    def shutdown(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        for pool in (self._health, self._pages, self._forms):
            pool.shutdown(timeout=max(0.0, ends - time.monotonic()))


def open_server(
    application: "WSGIApplication",
    bound: socket.socket,
    pools: Pools,
    *,
    backlog: int = 1024,
    most: int = MOST_CONNECTIONS,
) -> Server:
    """A server on a bound socket, for ``most`` connections at once; ``serve_once`` is its loop."""
    return Server(
        application,
        map={},
        _sock=bound,
        dispatcher=pools,
        bind_socket=False,
        sockinfo=(bound.family, bound.type, bound.proto, bound.getsockname()),
        sockets=[bound],
        backlog=backlog,
        connection_limit=allow_connections(most),
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=5,
        max_request_header_size=LONGEST_HEADERS,
        max_request_body_size=LARGEST_BODY,
        asyncore_use_poll=True,
        log_socket_errors=False,
        # core/proxies.py reads these headers, from proxies the operator names.
        clear_untrusted_proxy_headers=False,
        ident=None,
    )


def serve_once(server: Server, seconds: float) -> None:
    """Read and write what is ready, waiting for it up to so many seconds; look for slow clients."""
    wasyncore.loop(timeout=seconds, use_poll=True, map=server.connections, count=1)
    now = time.monotonic()
    if now >= server.next_look or server.in_connection_overflow:
        server.next_look = now + LOOK_SECONDS
        close_late(server, now)


def close_late(server: Server, now: float) -> None:
    """Close connections whose client is too slow; of nearly too many, those that wait longest."""
    channels = list(server.active_channels.values())
    for channel in channels:
        if channel.is_late(now):
            channel.will_close = True
    excess = len(channels) - int(server.adj.connection_limit * 0.8)
    if excess > 0:
        waiting = [channel for channel in channels if not channel.is_busy]
        for channel in sorted(waiting, key=lambda channel: channel.waiting_since)[:excess]:
            channel.will_close = True


def allow_connections(wanted: int) -> int:
    """Raise this process's limit of open files as far as it goes; how many connections fit below it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted + OTHER_FILES if hard == resource.RLIM_INFINITY else min(wanted + OTHER_FILES, hard)
    if soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return min(wanted, max(soft, files) - OTHER_FILES)


class HttpWorker(Worker):  # type: ignore[misc]
    """A process that answers requests until gunicorn asks it to stop."""

    _server: Server | None = None

    def run(self) -> None:
        pools, (listener,) = Pools(), self.sockets
        self._server = open_server(self.wsgi, listener.sock, pools, backlog=self.cfg.backlog)
        while self.alive and self.ppid == os.getppid():
            self.notify()
            serve_once(self._server, LOOP_SECONDS)
        self._finish(self._server, time.monotonic() + self.cfg.graceful_timeout)
        pools.shutdown(1.0)

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        if self._server is not None:
            self._server.pull_trigger()

    def _finish(self, server: Server, ends: float) -> None:
        """Accept no more, and let responses that are under way leave."""
        server.del_channel()
        while time.monotonic() < ends and any(channel.is_busy for channel in server.active_channels.values()):
            self.notify()
            serve_once(server, 0.1)
