"""A whole Congress from GovInfo's zips into SQLite: how fast, in how much memory, and once more."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter

from benchmarks.figures import Figure
from benchmarks.invented_congress import CONGRESS, write_zips
from campaign import db

CAMPAIGN = Path(sys.executable).with_name("campaign")
SLOWEST = 150
LARGEST_MEGABYTES = 500
FASTER = 4


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        """Keep the table the only output."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A folder on loopback, as GovInfo would lay it out; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def measure(share: float = 1.0) -> list[Figure]:
    """Import twice, each time by the real command in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="campaign-bench-") as name:
        folder = Path(name)
        bills, rows = write_zips(folder / "govinfo", share=share)
        with serving(folder / "govinfo") as address:
            environment = _environment(folder, address)
            engine = db.open_engine(environment["CAMPAIGN_DATABASE_URL"])
            db.upgrade(engine)
            engine.dispose()
            first, busy, megabytes = _import(environment)
            second, *_ = _import(environment)
    return [
        Figure(
            f"whole Congress, {bills:,} bills and {rows:,} co-sponsor rows, into SQLite",
            f"{bills / first:.0f} bills a second, {bills / busy:.0f} a second of processor time",
            f"at least {SLOWEST}",
            bills / first >= SLOWEST,
        ),
        Figure(
            "… its peak memory",
            f"{megabytes:.0f} MB",
            f"under {LARGEST_MEGABYTES} MB",
            megabytes < LARGEST_MEGABYTES,
        ),
        Figure(
            "… a second pass that finds nothing new",
            f"{first / second:.1f} × faster",
            f"at least {FASTER} ×",
            first / second >= FASTER,
        ),
    ]


def _environment(folder: Path, address: str) -> dict[str, str]:
    return {
        **os.environ,
        "CAMPAIGN_DATABASE_URL": f"sqlite:///{folder}/campaign.db",
        "CAMPAIGN_GOVINFO_URL": address,
        "CAMPAIGN_CONGRESS_API_KEY": "",
        "CAMPAIGN_LOG_LEVEL": "ERROR",
    }


def _import(environment: dict[str, str]) -> tuple[float, float, float]:
    """Seconds, seconds of processor time, and peak megabytes of one import."""
    command = [str(CAMPAIGN), "track", "--congress", str(CONGRESS), "--json"]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    took, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"the import failed: {done.stderr.decode()[-2000:]}")
    json.loads(done.stdout)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, busy, after.ru_maxrss / 1024
