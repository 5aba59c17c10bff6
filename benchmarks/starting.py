"""How long somebody waits: for the first page after ``make run``, and for ``campaign --help``."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from benchmarks.figures import Figure

CAMPAIGN = Path(sys.executable).with_name("campaign")
SLOWEST_START = 10.0
SLOWEST_HELP = 2.0
ROUNDS = 5


def measure() -> list[Figure]:
    started, helped = first_page(), help_ratio()
    return [
        Figure(
            "from an empty folder to the first page, no source reachable",
            f"{started:.1f} s",
            f"under {SLOWEST_START:.0f} s",
            started < SLOWEST_START,
        ),
        Figure(
            "campaign --help against importing flask and sqlmodel",
            f"{helped:.2f} ×",
            f"at most {SLOWEST_HELP:.0f} ×",
            helped <= SLOWEST_HELP,
        ),
    ]


def first_page() -> float:
    """Seconds from an empty folder, after installation and without any network, to the first page."""
    with tempfile.TemporaryDirectory(prefix="campaign-bench-") as folder:
        environment = {**os.environ, **nowhere(), "CAMPAIGN_DATABASE_URL": f"sqlite:///{folder}/campaign.db"}
        port = free_port()
        environment["CAMPAIGN_BASE_URL"] = address = f"http://127.0.0.1:{port}"
        began = perf_counter()
        server = subprocess.Popen(
            [CAMPAIGN, "run", "--prepare", "--port", str(port)],
            env=environment,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(address, began)
            return perf_counter() - began
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def nowhere() -> dict[str, str]:
    """Sources at an address where nobody listens, as on a machine without a network."""
    dead = f"http://127.0.0.1:{free_port()}"
    names = ("CONGRESS_API", "GOVINFO", "LEGISLATORS", "GEOCODER")
    return {f"CAMPAIGN_{name}_URL": dead for name in names}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def wait_for(address: str, began: float) -> None:
    while perf_counter() - began < 60:
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:
                reply.read()
            return
        except (urllib.error.URLError, ConnectionError):
            sleep(0.05)
    raise SystemExit("no page within a minute")


def help_ratio() -> float:
    """``campaign --help`` over a bare import of the two libraries, medians of alternating runs."""
    bare = [sys.executable, "-c", "import flask, sqlmodel"]
    ours = [str(CAMPAIGN), "--help"]
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(ROUNDS):
        times["bare"].append(_seconds(bare))
        times["ours"].append(_seconds(ours))
    return median(times["ours"]) / median(times["bare"])


def _seconds(command: list[str]) -> float:
    began = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - began
