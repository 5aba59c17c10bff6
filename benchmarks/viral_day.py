"""A TV mention: newcomers, each from the front page to counted calls, served as ``campaign web`` serves them.

Each comes by a connection and from an address of their own, as a trusted proxy names it: front page, their
members, and for two of them or all three the words for a call and the report. In turns, because a shared
machine is not the same for an hour: as many side by side as the machine takes, which is the maximum; a stream
at four fifths of it; the same stream beside a worker that polls and sends a digest. For the same reason the
slowest of a hundred are those of the median turn. Last, all front pages of a burst at one moment. What was
answered as counted is compared with what the database holds, and a socket in the place of every source counts
who asks.

``--share 1`` is the whole day: 40,000 newcomers with 100,000 calls, and 7,500 connections at once.
"""

import asyncio
import random
import re
import resource
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import busy_worker
from benchmarks.busy_worker import Busy
from benchmarks.figures import Figure
from benchmarks.pages import service
from benchmarks.starting import nowhere

NEWCOMERS = 40_000
AT_ONCE = 7_500
LEAST_NEWCOMERS = 300
A_TURN = 2_000
SIDE_BY_SIDE = 16
# What ``campaign web`` starts unless it is told otherwise.
WORKERS = 2
SHARE_OF_MAXIMUM = 0.8
SLOWEST = 300.0
PATIENCE = 60.0
# The share of newcomers beside polls and a digest, and readers of the digest for each: more than it is sent to.
BESIDE = 0.1
READERS_EACH = 10
# Of five newcomers so many call all of their members, the others two.
WITH_ALL = 3
# On an average, with the seats that have one member only.
REQUESTS_EACH = 7.1
MEMBER = re.compile(r'href="(/act/[A-Z]{2}-\d+\?member=[A-Z]\d{6}[^"]*)"')
FORM = re.compile(r'action="(/act/[^"]+/called)".*?</form>', re.DOTALL)
HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Day:
    """What newcomers met: seconds of each request, what went wrong, reports that were answered as counted."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    counted: int = 0

    def add(self, other: "Day") -> None:
        self.times += other.times
        self.errors += other.errors
        self.counted += other.counted

    def percentile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass
class Whole:
    """What each part of a day came to. Of each turn: ``rates`` are the most requests a second, ``slow`` and
    ``slow_beside`` the milliseconds that 99 % of a stream stayed below. ``polls`` and ``mails`` ended while
    ``busy`` was measured."""

    rates: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    slow_beside: list[float] = field(default_factory=list)
    fullest: Day = field(default_factory=Day)
    stream: Day = field(default_factory=Day)
    busy: Day = field(default_factory=Day)
    burst: Day = field(default_factory=Day)
    burst_took: float = 0.0
    polls: int = 0
    mails: int = 0

    @property
    def days(self) -> tuple[Day, ...]:
        return self.fullest, self.stream, self.busy, self.burst

    @property
    def counted(self) -> int:
        return sum(day.counted for day in self.days)


def measure(share: float) -> list[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="campaign-bench-")))
        source = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        source.setblocking(False)
        address = f"http://127.0.0.1:{source.getsockname()[1]}"
        sources = dict.fromkeys(nowhere(), address) | {"CAMPAIGN_TRUSTED_PROXIES": "1"}
        port = stack.enter_context(service(folder, sources, workers=WORKERS))
        _allow_connections(int(AT_ONCE * share) + 2000)
        asyncio.run(_side_by_side(port, _seats(folder), range(SIDE_BY_SIDE * 2), Day()))
        before = _stored(folder)
        whole = _live(folder, port, share)
        return _figures(whole, whole.counted - (_stored(folder) - before), _asked(source))


def _live(folder: Path, port: int, share: float) -> Whole:
    seats, newcomers = _seats(folder), max(LEAST_NEWCOMERS, int(NEWCOMERS * share))
    whole = Whole()
    readers = int(newcomers * BESIDE * READERS_EACH)
    with busy_worker.busy(f"sqlite:///{folder}/campaign.db", folder, readers) as worker:
        for first in range(0, newcomers, A_TURN):
            asyncio.run(_turn(port, seats, range(first, min(first + A_TURN, newcomers)), worker, whole))
            print(_last_turn(whole, min(first + A_TURN, newcomers)), file=sys.stderr, flush=True)
        whole.polls, whole.mails = worker.done
    whole.burst_took = asyncio.run(_burst(port, max(LEAST_NEWCOMERS, int(AT_ONCE * share)), whole.burst))
    return whole


async def _turn(port: int, seats: list[str], places: range, worker: Busy, whole: Whole) -> None:
    """As many as the machine takes, the stream, and the stream beside the worker."""
    beside = int(len(places) * BESIDE)
    half = (len(places) - beside) // 2
    most = await _side_by_side(port, seats, places[:half], whole.fullest)
    rate = most * SHARE_OF_MAXIMUM
    stream, busy = Day(), Day()
    await _stream(port, seats, places[half:-beside], rate, stream)
    with worker.at_work():
        await _stream(port, seats, places[-beside:], rate, busy)
    whole.rates.append(most)
    whole.slow.append(stream.percentile(0.99) * 1000)
    whole.slow_beside.append(busy.percentile(0.99) * 1000)
    whole.stream.add(stream)
    whole.busy.add(busy)


def _last_turn(whole: Whole, newcomers: int) -> str:
    most, alone, beside = whole.rates[-1], whole.slow[-1], whole.slow_beside[-1]
    return f"{newcomers} newcomers, {most:.0f} a second; p99 {alone:.0f} ms, {beside:.0f} ms beside"


def _figures(whole: Whole, lost: int, asked: int) -> list[Figure]:
    errors = [error for day in whole.days for error in day.errors]
    requests = sum(len(day.times) for day in whole.days)
    slow, beside = median(whole.slow), median(whole.slow_beside)
    together = [day.percentile(0.99) * 1000 for day in (whole.stream, whole.busy)]
    at_once = f"{len(whole.burst.times)} connections at once, until all had their page"
    return [
        Figure("viral day: requests a second at the most", f"{median(whole.rates):.0f}", "", True),
        Figure(
            f"p99 at {SHARE_OF_MAXIMUM:.0%} of that",
            f"{slow:.0f} ms in the median turn",
            f"under {SLOWEST:.0f} ms",
            slow < SLOWEST,
        ),
        Figure(
            f"… beside {whole.polls} polls and {whole.mails} mails",
            f"{beside:.0f} ms = {beside / slow:.2f} ×",
            "at most 2 ×",
            beside <= 2 * slow,
        ),
        Figure("p99 of all turns together", " and ".join(f"{found:.0f} ms" for found in together), "", True),
        Figure(at_once, f"{whole.burst_took:.1f} s", "", True),
        Figure(f"errors of {requests} requests", _summary(errors), "none", not errors),
        Figure(f"reports lost of {whole.counted} answered as counted", str(lost), "none", lost == 0),
        Figure("requests to a source", str(asked), "none", asked == 0),
    ]


def _summary(errors: list[str]) -> str:
    return f"{len(errors)}: {errors[0]}" if errors else "none"


# --- newcomers -------------------------------------------------------------------------------------


async def _side_by_side(port: int, seats: list[str], places: Sequence[int], day: Day) -> float:
    """Newcomers, a few of them at any moment; returns how many requests a second were answered."""
    waiting, before, began = iter(places), len(day.times), perf_counter()

    async def one_after_another() -> None:
        for place in waiting:
            await _newcomer(port, seats, place, day)

    await asyncio.gather(*(one_after_another() for _ in range(SIDE_BY_SIDE)))
    return (len(day.times) - before) / (perf_counter() - began)


async def _stream(port: int, seats: list[str], places: Sequence[int], rate: float, day: Day) -> None:
    """Newcomers that come when they come, whether those before them are served or not."""
    chance, tasks = random.Random(places[0]), []  # noqa: S311 -- moments to come at
    for place in places:
        tasks.append(asyncio.create_task(_newcomer(port, seats, place, day)))
        await asyncio.sleep(chance.expovariate(rate / REQUESTS_EACH))
    await asyncio.gather(*tasks)


async def _burst(port: int, number: int, day: Day) -> float:
    """All front pages at one moment; returns the seconds until the last was there."""
    began = perf_counter()

    async def front_page(place: int) -> None:
        async with Visitor(port, 200_000 + place, day) as visitor:
            await visitor.ask("GET", "/")

    await asyncio.gather(*(front_page(place) for place in range(number)))
    return perf_counter() - began


async def _newcomer(port: int, seats: list[str], place: int, day: Day) -> None:
    """From the front page to two or three counted calls; stops at the first thing that goes wrong."""
    seat = seats[place % len(seats)]
    async with Visitor(port, place, day) as visitor:
        await visitor.ask("GET", "/")
        people = dict.fromkeys(MEMBER.findall(await visitor.ask("GET", f"/act/{seat}")))
        for address in list(people)[: 3 if place % 5 < WITH_ALL else 2]:
            await _call(visitor, address.replace("&amp;", "&"), day)
        if not people and not day.errors:
            day.errors.append(f"nobody to call at {seat}")


async def _call(visitor: "Visitor", address: str, day: Day) -> None:
    script = await visitor.ask("GET", address)
    if form := FORM.search(script):
        fields = {**dict(HIDDEN.findall(form[0])), "result": "voicemail"}
        body = "&".join(f"{name}={value}" for name, value in fields.items())
        answered = await visitor.ask("POST", form[1], body)
        day.counted += bool(answered)
    elif not day.errors:
        day.errors.append(f"no words for a call at {address}")


class Visitor:
    """One connection, with the address that a proxy names; failures are noted, and what follows is left out."""

    def __init__(self, port: int, place: int, day: Day) -> None:
        self._port = port
        self._day = day
        self._from = f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
        self._failed = False

    async def __aenter__(self) -> "Visitor":
        try:
            opening = asyncio.open_connection("127.0.0.1", self._port)
            self._reader, self._writer = await asyncio.wait_for(opening, PATIENCE)
        except (OSError, TimeoutError) as error:
            self._fail(type(error).__name__)
        return self

    async def __aexit__(self, *_error: object) -> None:
        if not self._failed:
            self._writer.close()

    def _fail(self, why: str) -> None:
        self._failed = True
        self._day.errors.append(why)

    async def ask(self, method: str, path: str, body: str = "") -> str:
        """The page, after a redirect the one that it leads to; empty once anything failed."""
        if self._failed:
            return ""
        began = perf_counter()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {self._from}\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n" if body else ""
        try:
            self._writer.write(f"{head}{kind}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            status, headers, page = await asyncio.wait_for(self._answer(), PATIENCE)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self._fail(f"{type(error).__name__} at {path}")
            return ""
        self._day.times.append(perf_counter() - began)
        if status not in (200, 303):
            self._fail(f"{status} at {path}")
            return ""
        return page or headers

    async def _answer(self) -> tuple[int, str, str]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        return int(head.split(" ")[1]), head, body.decode()


# --- this machine ----------------------------------------------------------------------------------


def _seats(folder: Path) -> list[str]:
    return _column(folder, "SELECT id FROM seat WHERE chamber = 'house' ORDER BY id")


def _stored(folder: Path) -> int:
    return int(_column(folder, "SELECT coalesce(sum(count), 0) FROM callcount")[0])


def _column(folder: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(folder / "campaign.db")) as connection:
        return [str(value) for (value,) in connection.execute(query)]


def _asked(source: socket.socket) -> int:
    number = 0
    while True:
        try:
            source.accept()[0].close()
        except BlockingIOError:
            return number
        number += 1


def _allow_connections(wanted: int) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted), hard))
