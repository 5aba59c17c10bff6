"""A second network on this machine, a namespace with one cable that can be cut. Needs root and iproute2."""

import itertools
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from campaign.db import POSTGRES

# What the database sets at its own end (campaign/db.py), where a host that went must not keep its locks.
DEAD_AFTER = {
    socket.TCP_KEEPIDLE: POSTGRES["keepalives_idle"],
    socket.TCP_KEEPINTVL: POSTGRES["keepalives_interval"],
    socket.TCP_KEEPCNT: POSTGRES["keepalives_count"],
    socket.TCP_USER_TIMEOUT: POSTGRES["tcp_user_timeout"],
}
# Each process and each network of it has its own names and addresses.
_numbers = itertools.count()


class NoNetwork(Exception):
    """This machine has no second network for us: the reason."""


@dataclass(frozen=True)
class Cable:
    """The cable to a network: the network's name, and the address of this end."""

    network: str
    host: str

    def cut(self) -> None:
        self._set("down")

    def mend(self) -> None:
        self._set("up")

    def _set(self, state: str) -> None:
        subprocess.run(["ip", "link", "set", f"{self.network}h", state], check=True)


@contextmanager
def another_network() -> Iterator[Cable]:
    """A namespace with one cable to this one. Raises NoNetwork where it cannot be made."""
    number = next(_numbers)
    name, place = f"cmp{os.getpid()}n{number}", os.getpid() * 16 + number
    here = f"10.{213 + place // 250 % 40}.{place % 250}"
    ip = shutil.which("ip")
    if os.geteuid() or ip is None:
        raise NoNetwork("a second network needs root and iproute2")
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
                raise NoNetwork(f"no second network: {done.stderr.strip()}")
            if undo:
                stack.callback(subprocess.run, [ip, *undo.split()], capture_output=True)
        yield Cable(name, f"{here}.1")


@contextmanager
def forwarded(host: str, to: tuple[str, int]) -> Iterator[int]:
    """A port of a host whose connections lead to a server that listens on loopback alone."""
    listener = socket.create_server((host, 0))
    opened: list[socket.socket] = [listener]

    def carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        # Whoever hangs up is seen to at the other end.
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                _notice_when_dead(client)
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


def _notice_when_dead(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in DEAD_AFTER.items():
        client.setsockopt(socket.IPPROTO_TCP, name, value)
