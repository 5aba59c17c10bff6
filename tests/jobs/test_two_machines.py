"""Two workers on one PostgreSQL server: one leads on, whatever becomes of the other's machine.

A cut cable needs a second network: a namespace of this machine, for which the test must be root.
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from campaign import db
from campaign.runs import LeaderLock

SECONDS = 3
# Prints each change of standing; ends with its input.
LEADER = """
import sys, threading
from campaign import db
from campaign.settings import Settings
from jobs.worker import Worker

worker = Worker(db.open_engine(sys.argv[1]), Settings(), jobs=(), lease_seconds=int(sys.argv[2]))
worker.start()
before, ended = None, threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
while not ended.wait(0.02):
    held = worker.leader_lock.is_held(db.utcnow())
    if held != before:
        print("leads" if held else "waits", flush=True)
    before = held
"""


@contextmanager
def another_network() -> Iterator[tuple[str, str]]:
    """A namespace with one cable to this one: its name, and the address of this end of the cable."""
    name = f"cmp{os.getpid()}"
    here = f"10.{213 + os.getpid() % 40}.{os.getpid() % 250}"
    ip = shutil.which("ip")
    if os.geteuid() or ip is None:
        pytest.skip("a second network needs root and iproute2")
    with ExitStack() as stack:
        for undo, command in (
            (f"netns del {name}", f"netns add {name}"),
            (f"link del {name}h", f"link add {name}h type veth peer name {name}g netns {name}"),
            ("", f"addr add {here}.1/24 dev {name}h"),
            ("", f"link set {name}h up"),
            ("", f"-n {name} addr add {here}.2/24 dev {name}g"),
            ("", f"-n {name} link set {name}g up"),
        ):
            done = subprocess.run([ip, *command.split()], capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"no second network: {done.stderr.strip()}")
            if undo:
                stack.callback(subprocess.run, [ip, *undo.split()], capture_output=True)
        yield name, f"{here}.1"


@contextmanager
def forwarded(host: str, to: tuple[str, int]) -> Iterator[int]:
    """A port of a host whose connections lead to the server, which listens on loopback alone."""
    listener = socket.create_server((host, 0))
    opened: list[socket.socket] = [listener]

    def carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(to)
                opened.extend((client, server))
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=carry, args=ends, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        for end in opened:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def leader(
    request: pytest.FixtureRequest, postgres_engine: Engine
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A worker that leads, on this machine or behind a cable; and the name of its network."""
    url, network, command = postgres_engine.url, "", [sys.executable]
    with ExitStack() as stack:
        if request.param == "cut":
            network, host = stack.enter_context(another_network())
            server = (url.host or "127.0.0.1", url.port or 5432)
            port = stack.enter_context(forwarded(host, server))
            limits = {"connect_timeout": "2", "tcp_user_timeout": "1500", "keepalives_idle": "1"}
            url = url.set(host=host, port=port).update_query_dict(limits)
            command = ["ip", "netns", "exec", network, *command]
        process = subprocess.Popen(
            [*command, "-c", LEADER, url.render_as_string(hide_password=False), str(SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        stack.callback(process.wait, 30)
        stack.callback(process.kill)
        while standing(process) == "waits":
            pass
        yield process, network
        if process.stdin:
            process.stdin.close()
        if process.stdout:
            process.stdout.close()


def standing(process: subprocess.Popen[str]) -> str:
    """What the worker says next of itself: ``leads`` or ``waits``. Other lines are its log."""
    assert process.stdout
    while True:
        ready, _, _ = select.select([process.stdout], [], [], 40)
        assert ready, "the worker says nothing"
        if (line := process.stdout.readline().strip()) in ("leads", "waits", ""):
            return line


def lose(process: subprocess.Popen[str], network: str, how: str) -> None:
    if how == "cut":
        subprocess.run(["ip", "link", "set", f"{network}h", "down"], check=True)
    else:
        process.send_signal({"killed": signal.SIGKILL, "slow": signal.SIGSTOP}[how])


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("leader", "how"), [(how, how) for how in ("killed", "slow", "cut")], indirect=["leader"]
)
def test_another_machine_leads_when_the_leaders_is_lost(
    postgres_engine: Engine, leader: tuple[subprocess.Popen[str], str], how: str
) -> None:
    process, network = leader
    heir = LeaderLock(postgres_engine, "heir", seconds=SECONDS)
    assert not heir.acquire(db.utcnow())
    with postgres_engine.connect() as connection:
        lost_at = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    lose(process, network, how)
    while not heir.acquire(db.utcnow()):
        threading.Event().wait(0.05)
    with postgres_engine.connect() as connection:
        passed = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one() - lost_at
    # As soon as the lease of the lost one has run out: the database's clock says so.
    assert passed <= timedelta(seconds=SECONDS + 10)
    if how == "cut":
        # It knows by its own clock, without an answer from the database.
        assert standing(process) == "waits"
    if how == "slow":
        process.send_signal(signal.SIGCONT)
        assert standing(process) == "waits"
        assert heir.is_held(db.utcnow())
    heir.release()
