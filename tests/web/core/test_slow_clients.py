"""Clients that are slow, silent or greedy, against the real server: what others notice (S26)."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from campaign import http_worker, server
from campaign.http_worker import Pools, Server, close_late, open_server, serve_once

HALF_SENT = {
    "headers": b"GET / HTTP/1.1\r\nHost: here\r\nX-a: b",
    "body": b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf",
    "chunk": b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhalf",
    "nothing": b"",
}


class Service:
    """A server whose forms wait until ``release``, in a thread that runs its loop."""

    def __init__(self, **options: Any) -> None:
        bound = socket.create_server(("127.0.0.1", 0), backlog=500)
        self.port = bound.getsockname()[1]
        self.release = threading.Event()
        self.entered = threading.Semaphore(0)
        self.pools = Pools()
        self.server: Server = open_server(self._answer, bound, self.pools, **options)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        self._clients: list[socket.socket] = []

    def _work(self) -> None:
        while not self._ends.is_set():
            serve_once(self.server, 0.05)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST" or environ["PATH_INFO"].endswith("/wait"):
            self.entered.release()
            self.release.wait(20)
        start_response("200 OK", [("Content-Type", "text/plain")])
        if environ["PATH_INFO"] == "/large":
            return [b"x" * 10_000_000]
        seen = sorted(name for name in environ if name.startswith(("HTTP_", "SCRIPT_")))
        return [f"{environ['PATH_INFO']} {environ['SCRIPT_NAME']} {seen}".encode()]

    def get(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()
        found = response.status, response.read().decode()
        connection.close()
        return found

    def send(self, data: bytes) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        client.sendall(data)
        self._clients.append(client)
        return client

    def until(self, condition: Any) -> None:
        ends = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < ends
            self.server.pull_trigger()
            threading.Event().wait(0.005)

    def close(self) -> None:
        self.release.set()
        self._ends.set()
        self._thread.join()
        self.pools.shutdown(5)
        for client in self._clients:
            client.close()
        for channel in list(self.server.active_channels.values()):
            channel.handle_close()
        self.server.close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


@pytest.mark.parametrize("kind", HALF_SENT)
def test_s26_two_hundred_half_sent_requests_hold_nobody_up(service: Service, kind: str) -> None:
    for _ in range(200):
        service.send(HALF_SENT[kind])
    service.until(lambda: len(service.server.active_channels) == 200)
    assert service.get("/page")[0] == 200


def test_s26_forms_that_wait_leave_the_threads_of_pages_alone(service: Service) -> None:
    for _ in range(3 * http_worker.FORM_THREADS):
        service.send(b"POST /form HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\nab")
    for _ in range(http_worker.FORM_THREADS):
        assert service.entered.acquire(timeout=10)
    assert service.get("/page")[0] == 200


def test_long_files_of_organizers_leave_the_threads_of_public_pages_alone(service: Service) -> None:
    for _ in range(http_worker.FORM_THREADS):
        service.send(b"GET /organize/wait HTTP/1.1\r\nHost: here\r\n\r\n")
    for _ in range(http_worker.FORM_THREADS):
        assert service.entered.acquire(timeout=10)
    assert service.get("/page")[0] == 200


def test_the_process_says_that_it_lives_while_every_page_waits(service: Service) -> None:
    for _ in range(2 * http_worker.PAGE_THREADS):
        service.send(b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n")
    for _ in range(http_worker.PAGE_THREADS):
        assert service.entered.acquire(timeout=10)
    assert service.get("/healthz")[0] == 200


@pytest.mark.parametrize(
    ("data", "seconds", "closed"),
    [
        (HALF_SENT["headers"], http_worker.REQUEST_SECONDS + 1, True),
        (HALF_SENT["body"], http_worker.REQUEST_SECONDS + 1, True),
        (HALF_SENT["chunk"], http_worker.REQUEST_SECONDS + 1, True),
        (HALF_SENT["body"], http_worker.REQUEST_SECONDS - 5, False),
        # A reader that takes nothing of a large response.
        (b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n", http_worker.RESPONSE_SECONDS + 1, True),
        (b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n", http_worker.RESPONSE_SECONDS - 5, False),
        # Our own slowness closes nothing.
        (b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n", 2 * http_worker.RESPONSE_SECONDS, False),
    ],
)
def test_s26_a_request_and_a_response_have_their_time(
    service: Service, data: bytes, seconds: float, closed: bool
) -> None:
    service.send(data)
    channels = service.server.active_channels
    state = (lambda c: c.requests) if b"/wait" in data else (lambda c: c.request or c.total_outbufs_len)
    service.until(lambda: channels and all(state(channel) for channel in channels.values()))
    close_late(service.server, time.monotonic() + seconds)
    (channel,) = list(channels.values())
    assert channel.will_close is closed


def test_s26_where_connections_run_out_those_that_wait_longest_go() -> None:
    service = Service(most=20)
    try:
        for _ in range(30):
            service.send(HALF_SENT["headers"])
        assert service.get("/page")[0] == 200
    finally:
        service.close()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: here\r\nX-a: " + b"b" * http_worker.LONGEST_HEADERS + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", b"501"),
        (b"GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n", b"400"),
        (b"\x00\xff\x00\r\n\r\n", b"400"),
        (b"GET  /  HTTP/1.1\r\n\r\n", b"400"),
    ],
)
def test_s26_what_is_too_large_or_says_two_things_is_refused(
    service: Service, data: bytes, status: bytes
) -> None:
    assert service.send(data).recv(4096).split(b" ")[1] == status


def test_s19_a_header_with_an_underscore_is_no_other_header(service: Service) -> None:
    client = service.send(
        b"GET /page HTTP/1.1\r\nHost: here\r\nSCRIPT_NAME: //evil.example\r\nX_Forwarded_For: 1.1.1.1\r\n"
        b"X-Forwarded-Host: there\r\nConnection: close\r\n\r\n"
    )
    seen = b"".join(iter(lambda: client.recv(4096), b"")).decode()
    assert "evil" not in seen
    assert "HTTP_X_FORWARDED_FOR" not in seen
    assert "HTTP_X_FORWARDED_HOST" in seen


def test_s30_gunicorn_opens_no_control_socket_and_ends_in_time() -> None:
    options = server.options("127.0.0.1", 0, 2)
    assert options["control_socket_disable"] is True
    assert options["graceful_timeout"] < 10
    assert options["worker_class"] is http_worker.HttpWorker
