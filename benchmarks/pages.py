"""How fast and how heavy the public pages are, served as ``campaign web`` serves them.

Rates are compared with the barest Flask view that returns the same bytes from the same server, in turns, so
that what else a machine does weighs on both alike. Everything stays on this machine.
"""

import asyncio
import gzip
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from types import MappingProxyType

from benchmarks.figures import Figure
from benchmarks.starting import CAMPAIGN, free_port, nowhere, wait_for

PAGE = "/act/TX-20"
CONNECTIONS = 16
WORKERS = 1
SECONDS = 3.0
ROUNDS = 3
LEAST_SHARE = 0.5
SLOWEST = 0.100
HEAVIEST = 60_000
MOST_REQUESTS = 8
LONGEST_PAGE = 26_000


def measure() -> list[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="campaign-bench-")))
        ours = stack.enter_context(service(folder))
        visits = [first_visit(ours, path) for path in ("/", PAGE, f"{PAGE}?member=C001098", "/bills/hr923-119")]
        body = folder / "body.gz"
        body.write_bytes(_get(ours, PAGE).body)
        bare = stack.enter_context(_bare(folder, body))
        rates = in_turns(ours, bare)
    return [*_speed(*rates), *_weight(visits)]


# --- serving ---------------------------------------------------------------------------------------


@contextmanager
def service(
    folder: Path, more: Mapping[str, str] = MappingProxyType({}), *, workers: int = WORKERS
) -> Iterator[int]:
    """``campaign web`` on the snapshot in its own folder, with ``more`` settings; the port it answers on."""
    port = free_port()
    environment = {
        **os.environ,
        **nowhere(),
        "CAMPAIGN_DATABASE_URL": f"sqlite:///{folder}/campaign.db",
        "CAMPAIGN_BASE_URL": f"http://127.0.0.1:{port}",
        **more,
    }
    for command in (["db", "upgrade"], ["snapshot", "load"]):
        subprocess.run([CAMPAIGN, *command], env=environment, cwd=folder, check=True, capture_output=True)
    web = [str(CAMPAIGN), "web", "--port", str(port), "--workers", str(workers)]
    with _running(web, environment, folder, port):
        yield port


@contextmanager
def _bare(folder: Path, body: Path) -> Iterator[int]:
    port = free_port()
    environment = {**os.environ, "CAMPAIGN_DATABASE_URL": f"sqlite:///{folder}/campaign.db"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    command = [sys.executable, "-m", "benchmarks.bare", str(port), str(WORKERS), str(body)]
    with _running(command, environment, folder, port):
        yield port


@contextmanager
def _running(command: list[str], environment: dict[str, str], folder: Path, port: int) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, env=environment, cwd=folder, stdout=quiet, stderr=quiet)
    try:
        wait_for(f"http://127.0.0.1:{port}/", perf_counter())
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


# --- rates -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Load:
    """What one round of load came to: requests a second, and the seconds each took, sorted."""

    rate: float
    times: list[float]

    def percentile(self, share: float) -> float:
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))]


def in_turns(ours: int, bare: int) -> tuple[list[Load], list[Load]]:
    """Rounds of load on both, one after the other; the first request of each has warmed it."""
    found: tuple[list[Load], list[Load]] = ([], [])
    for port in (ours, bare):
        asyncio.run(load(port, 0.5))
    for _ in range(ROUNDS):
        for loads, port in zip(found, (ours, bare), strict=True):
            loads.append(asyncio.run(load(port, SECONDS)))
    return found


async def load(port: int, seconds: float) -> Load:
    """``CONNECTIONS`` readers that ask for the page again as soon as they have it. Raises where one fails."""
    began = perf_counter()
    times = await asyncio.gather(*(_reader(port, began + seconds) for _ in range(CONNECTIONS)))
    took = perf_counter() - began
    every = sorted(one for mine in times for one in mine)
    return Load(len(every) / took, every)


async def _reader(port: int, until: float) -> list[float]:
    request = f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    times: list[float] = []
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while perf_counter() < until:
        began = perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.split(b"\r\n")[0].decode())
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
        times.append(perf_counter() - began)
        if b"connection: close" in head.lower():
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    return times


def _speed(ours: list[Load], bare: list[Load]) -> list[Figure]:
    mine, theirs = median(one.rate for one in ours), median(one.rate for one in bare)
    slow = median(one.percentile(0.99) for one in ours)
    return [
        Figure(
            f"{PAGE} against a bare Flask view of the same bytes, same server",
            f"{mine / theirs:.2f} × ({mine:.0f} and {theirs:.0f} a second)",
            f"at least {LEAST_SHARE} ×",
            mine >= LEAST_SHARE * theirs,
        ),
        Figure(
            f"{PAGE} at {CONNECTIONS} connections, p99",
            f"{slow * 1000:.0f} ms",
            f"under {SLOWEST * 1000:.0f} ms",
            slow < SLOWEST,
        ),
    ]


# --- weight ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """One answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + sum(len(name) + len(value) + 4 for name, value in self.headers.items())


@dataclass(frozen=True)
class Visit:
    """A first visit to a page with all it loads, and what asking again came to."""

    path: str
    bytes: int
    requests: int
    html: int
    again: list[int]


LOADED = re.compile(r'<(?:link rel="(?:stylesheet|icon|preload|manifest)" href|script src|img src)="([^"]+)"')


def first_visit(port: int, path: str) -> Visit:
    page = _get(port, path)
    html = gzip.decompress(page.body)
    found = [unescape(one) for one in LOADED.findall(html.decode())]
    answers = [page, *(_get(port, one) for one in found)]
    again = [
        _get(port, one, answer.headers["etag"]).status
        for one, answer in zip([path, *found], answers, strict=True)
        # A script holds a form that is good once: no browser may keep it.
        if "etag" in answer.headers
    ]
    return Visit(path, sum(one.size for one in answers), len(answers), len(html), again)


def _get(port: int, path: str, tag: str = "") -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(
        "GET", path, headers={"Accept-Encoding": "gzip", **({"If-None-Match": tag} if tag else {})}
    )
    reply = connection.getresponse()
    answer = Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    connection.close()
    return answer


def _weight(visits: list[Visit]) -> list[Figure]:
    heaviest = max(visits, key=lambda one: one.bytes)
    most = max(visits, key=lambda one: one.requests)
    longest = max(visits, key=lambda one: one.html)
    stale = [one.path for one in visits if set(one.again) != {304}]
    return [
        Figure(
            f"first visit, everything compressed ({heaviest.path})",
            f"{heaviest.bytes / 1000:.1f} kB",
            f"at most {HEAVIEST // 1000} kB",
            heaviest.bytes <= HEAVIEST,
        ),
        Figure(
            "requests of a first visit",
            str(most.requests),
            f"at most {MOST_REQUESTS}",
            most.requests <= MOST_REQUESTS,
        ),
        Figure(
            f"the page itself, unpacked ({longest.path})",
            f"{longest.html / 1000:.1f} kB",
            f"at most {LONGEST_PAGE // 1000} kB",
            longest.html <= LONGEST_PAGE,
        ),
        Figure("second visit", "304 for everything" if not stale else f"not 304: {stale}", "304", not stale),
    ]
