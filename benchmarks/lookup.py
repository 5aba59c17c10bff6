"""How long one ZIP takes in a running process."""

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.figures import Figure
from campaign import db, snapshot
from campaign.districts import finder

ZIPS = ("78205", "90210", "20001", "00901", "10001", "00501", "60614", "94110")
SLOWEST_MICROSECONDS = 50
ROUNDS = 500


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="campaign-bench-") as folder:
        engine = db.open_engine(f"sqlite:///{Path(folder)}/campaign.db")
        db.upgrade(engine)
        now = db.utcnow()
        snapshot.load(engine, now=now)
        with db.reading(engine) as session:
            times = sorted(_microseconds(session, zip_code, now) for _ in range(ROUNDS) for zip_code in ZIPS)
        engine.dispose()
    return [
        Figure(
            "ZIP to seats in process, median",
            f"{median(times):.1f} µs",
            f"under {SLOWEST_MICROSECONDS} µs",
            median(times) < SLOWEST_MICROSECONDS,
        )
    ]


def _microseconds(session: db.Session, zip_code: str, now: db.datetime) -> float:
    began = perf_counter()
    finder.by_zip(session, zip_code, now=now)
    return (perf_counter() - began) * 1e6
