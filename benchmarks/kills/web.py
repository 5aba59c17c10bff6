"""``campaign web`` killed while people report calls: what was answered as counted is counted, and once.

A worker is killed and its supervisor starts another; now and then all of them at once, and the command is
started again. Whoever got no answer sends the same form once more, as a reader with a lost connection does.
"""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import select

from benchmarks.kills.processes import Result, environment
from benchmarks.starting import CAMPAIGN, free_port, nowhere, wait_for
from benchmarks.viral_day import FORM, HIDDEN, MEMBER
from campaign import db
from campaign.congress.models import Seat

WORKERS = 2
CALLERS = 4
# Of so many kills one takes the supervisor and all workers, as a power cut does.
ALL_AT_ONCE = 8
# A kill comes when so many more reports are on their way, some hundredths of a second later.
REPORTS_BETWEEN = (2, 6)
SECONDS_AFTER = 0.03
PATIENCE = 20.0
COUNTED = sa.text("SELECT coalesce(sum(count), 0) FROM callcount")


class Web:
    """The running command; each worker is a process of its own."""

    def __init__(self, engine: Engine) -> None:
        self.port = free_port()
        self._environment = {
            **os.environ,
            **nowhere(),
            **environment(engine),
            "CAMPAIGN_BASE_URL": f"http://127.0.0.1:{self.port}",
            "CAMPAIGN_TRUSTED_PROXIES": "1",
        }
        self._start()

    def _start(self) -> None:
        command = [str(CAMPAIGN), "web", "--port", str(self.port), "--workers", str(WORKERS)]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, env=self._environment, stdout=quiet, stderr=quiet)
        wait_for(f"http://127.0.0.1:{self.port}/healthz", time.perf_counter())

    def workers(self) -> list[int]:
        supervisor = self.process.pid
        return [int(pid) for pid in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()]

    def kill_worker(self, chance: random.Random) -> None:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(self.workers()), signal.SIGKILL)
        while len(self.workers()) < WORKERS:
            time.sleep(0.02)

    def kill_all(self) -> None:
        for pid in (self.process.pid, *self.workers()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self._start()

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@dataclass
class Callers:
    """People who report calls side by side until they are told to stop; each from an address of their own."""

    port: int
    seats: Sequence[str]
    # Reports that reached a worker; those without an answer are sent again.
    begun: int = 0
    answered: int = 0
    faults: list[str] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._call, args=(caller,)) for caller in range(CALLERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join()

    def wait_for_reports(self, number: int) -> None:
        """Until so many more are on their way."""
        wanted, until = self.begun + number, time.monotonic() + 60
        while self.begun < wanted and time.monotonic() < until:
            time.sleep(0.001)

    def _call(self, caller: int) -> None:
        place = caller
        while not self._stopping.is_set():
            self._report(place)
            place += CALLERS

    def _report(self, place: int) -> None:
        """From the page of a seat to a report that was answered; sent again, it is the same form."""
        who = f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
        seat = self.seats[place % len(self.seats)]
        people = MEMBER.findall(self._ask(who, f"/act/{seat}")[1])
        form = FORM.search(self._ask(who, unescape(people[place % len(people)]))[1]) if people else None
        if form is None:
            self.faults.append(f"no words for a call at {seat}")
            return
        fields = {**dict(HIDDEN.findall(form[0])), "result": "voicemail"}
        status, answer = self._ask(who, form[1], urlencode(fields))
        with self._lock:
            self.answered += status == 303
        if status != 303:
            self.faults.append(f"{status} for a report at {seat}: {answer[:100]}")

    def _ask(self, who: str, path: str, body: str = "") -> tuple[int, str]:
        """An answer, however often the connection breaks before there is one."""
        until = time.monotonic() + 60
        while True:
            try:
                return self._ask_once(who, path, body)
            except (OSError, HTTPException) as error:
                if time.monotonic() > until:
                    raise SystemExit(f"no answer at {path} for a minute") from error
            time.sleep(0.05)

    def _ask_once(self, who: str, path: str, body: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"X-Forwarded-For": who}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("POST" if body else "GET", path, body or None, headers)
            with self._lock:
                self.begun += bool(body)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()


def run(engine: Engine, _folder: Path, kills: int) -> Result:
    return kill_loop(engine, kills=kills, seed=13)


def kill_loop(engine: Engine, *, kills: int, seed: int) -> Result:
    chance, web = random.Random(seed), Web(engine)  # noqa: S311 -- moments to kill at
    callers = Callers(web.port, _seats(engine))
    try:
        with callers.at_work():
            for number in range(1, kills + 1):
                callers.wait_for_reports(chance.randint(*REPORTS_BETWEEN))
                time.sleep(chance.uniform(0, SECONDS_AFTER))
                if number % ALL_AT_ONCE:
                    web.kill_worker(chance)
                else:
                    web.kill_all()
    finally:
        web.end()
    counted = _counted(engine)
    lost = max(0, callers.answered - counted) + len(callers.faults)
    cut_off = callers.begun - callers.answered - len(callers.faults)
    more = f"{callers.answered} reports, {cut_off} times sent again for want of an answer"
    more += f"; {callers.faults[0]}" if callers.faults else ""
    return Result("web", engine.dialect.name, kills, lost, max(0, counted - callers.answered), more)


def _seats(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return list(session.exec(select(Seat.id).where(Seat.chamber == "house").order_by(Seat.id)))


def _counted(engine: Engine) -> int:
    with db.reading(engine) as session:
        return int(session.execute(COUNTED).scalar_one())
