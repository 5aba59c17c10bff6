"""Two workers on one PostgreSQL server: one leads on, whatever becomes of the other's machine.

A cut cable needs a second network: a namespace of this machine, for which the test must be root. The long loop,
with two machines behind cables: ``make cuts``.
"""

import io
import os
import select
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import copies
import forked
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.cuts.machine import PATIENCE
from benchmarks.cuts.network import Cable, NoNetwork, another_network, forwarded
from campaign import db
from campaign.runs import LeaderLock

SECONDS = 3
# What ``python -m benchmarks.cuts.machine`` runs, in a network where one is named; it is killed, so its input
# has no end.
MACHINE = """
import ctypes, os, sys
from benchmarks.cuts import machine

*sys.argv, network, pipe = sys.argv
if network:
    place = os.open(f"/run/netns/{network}", os.O_RDONLY)
    assert not ctypes.CDLL(None).setns(place, 0)
sys.stdin, sys.stdout = open(os.pipe()[0]), open(pipe, "w")
machine.main()
"""


class Machine(forked.Forked):
    """A running worker, and what it says of itself."""

    def __init__(self, url: sa.URL, network: str, pipe: Path) -> None:
        os.mkfifo(pipe)
        # Not buffered: what it has said twice is to be read twice. Not blocking: it may never begin.
        self._said = io.FileIO(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))
        address = url.render_as_string(hide_password=False)
        super().__init__(MACHINE, address, str(SECONDS), network, str(pipe), env=os.environ)

    def standing(self) -> str:
        """What it says next: ``leads`` or ``waits``; nothing once it has ended."""
        ready, _, _ = select.select([self._said], [], [], PATIENCE)
        assert ready, "the worker says nothing"
        return self._said.readline().decode().strip()

    def kill(self) -> None:
        self.end(0)
        self._said.close()


@contextmanager
def leader(url: sa.URL, cable: Cable | None, pipe: Path) -> Iterator[Machine]:
    """A machine that leads, in this network or behind a cable."""
    with ExitStack() as stack:
        if cable:
            server = (url.host or "127.0.0.1", url.port or 5432)
            port = stack.enter_context(forwarded(cable.host, server))
            limits = {"connect_timeout": "2", "tcp_user_timeout": "1500", "keepalives_idle": "1"}
            url = url.set(host=cable.host, port=port).update_query_dict(limits)
        machine = Machine(url, cable.network if cable else "", pipe)
        stack.callback(machine.kill)
        while machine.standing() == "waits":
            pass
        yield machine


def lose(machine: Machine, cable: Cable | None, how: str) -> None:
    if cable:
        cable.cut()
    else:
        machine.send_signal({"killed": signal.SIGKILL, "slow": signal.SIGSTOP}[how])


def inherit(engine: Engine, how: str, cable: Cable | None, folder: Path) -> None:
    """One machine leads and is lost in one of the ways, and another one comes after it."""
    with leader(engine.url, cable, folder / how) as machine:
        heir = LeaderLock(engine, "heir", seconds=SECONDS)
        assert not heir.acquire(db.utcnow()), how
        with engine.connect() as connection:
            lost_at = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        lose(machine, cable, how)
        while not heir.acquire(db.utcnow()):
            threading.Event().wait(0.05)
        with engine.connect() as connection:
            passed = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one() - lost_at
        # As soon as the lease of the lost one has run out: the database's clock says so.
        assert passed <= timedelta(seconds=SECONDS + 10), how
        if how == "cut":
            # It knows by its own clock, without an answer from the database.
            assert machine.standing() == "waits"
        if how == "slow":
            machine.send_signal(signal.SIGCONT)
            assert machine.standing() == "waits"
            assert heir.is_held(db.utcnow())
        heir.release()


@pytest.mark.postgres
def test_another_machine_leads_when_the_leaders_is_lost(postgres_template: str, tmp_path: Path) -> None:
    """In three ways at once, each on a database of its own: one waits for the end of a lease."""
    with ExitStack() as stack:
        ways: dict[str, Cable | None] = {"killed": None, "slow": None}
        missing = ""
        try:
            ways["cut"] = stack.enter_context(another_network())
        except NoNetwork as reason:
            missing = str(reason)
        engines = [stack.enter_context(copies.postgres_copy_of(postgres_template)) for _ in ways]
        with ThreadPoolExecutor(len(ways)) as pool:
            list(pool.map(inherit, engines, ways, ways.values(), [tmp_path] * len(ways)))
    if missing:
        pytest.skip(missing)
