"""Growth: each page and job at 10³ to 10⁶ rows, on PostgreSQL at 5 × 10⁷ copies, and the picture of it.

Tables are filled by the database itself (growth_rows.py). A time is the median on a processor of some
looks; pages are made anew at each look.
"""

import json
import logging
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Final

import structlog

from benchmarks import growth_picture, growth_rows, mail
from benchmarks.figures import Figure
from benchmarks.growth_clock import Clock
from benchmarks.growth_jobs import World, jobs
from benchmarks.growth_pages import Site
from campaign import db, snapshot

ROOT: Final = Path(__file__).parents[1]
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
COPIES: Final = 50_000_000
LOOKS, SHORT = 5, 0.05
FLATTEST, AGAIN = 1.5, 5
# What an asking of a database costs anyway: of a shorter time a ratio says nothing.
NOISE: Final = 0.001
# Files are made of every row and held in memory, a gigabyte and more at the next size.
MOST_IN_FILES: Final = 100_000
# What must not grow: the pages of the public, and the way of a message.
FLAT: Final = ("public", "sending")
Times = dict[str, dict[int, float]]


def measure(share: float = 1.0) -> list[Figure]:
    """Both engines, up to ``share`` of the largest sizes."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found = {"SQLite": _on_sqlite(share), "PostgreSQL": _on_postgres(share)}
    kept = ROOT / ("docs/growth.svg" if share >= 1 else "var/growth.svg")
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(growth_picture.drawn(found))
    (ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var/growth.json").write_text(json.dumps(found, indent=1))
    return [figure for engine, times in found.items() for figure in _figures(engine, times)]


def _on_sqlite(share: float) -> Times:
    with tempfile.TemporaryDirectory(prefix="campaign-bench-") as folder:
        return _measured(f"sqlite:///{folder}/growth.db", share, copies=0)


def _on_postgres(share: float) -> Times:
    with mail.postgres() as url:
        return _measured(url, share, copies=int(COPIES * share))


def _measured(url: str, share: float, *, copies: int) -> Times:
    engine, now = db.open_engine(url), db.utcnow()
    db.upgrade(engine)
    snapshot.load(engine, now=now)
    growth_rows.prepare(engine, now)
    # What is set for a database holds for its new connections.
    engine.dispose()
    world = World(engine, mail.settings_for(url, 1), now, Clock(engine))
    site = Site(world)
    times: Times = defaultdict(dict)
    before = 0
    for size in [one for one in SIZES if one <= max(SIZES[1], SIZES[-1] * share)]:
        growth_rows.add(engine, before, size, now=now)
        _look_at_all(world, site, size, times)
        before = size
    if copies > before:
        growth_rows.add_copies(engine, copies - before, readers=before, now=now)
        _look_at_all(world, site, copies, times)
    engine.dispose()
    return dict(times)


def _look_at_all(world: World, site: Site, size: int, times: Times) -> None:
    for name, look in chain(jobs(world), site.pages(files=size <= MOST_IN_FILES)):
        times[name][size] = _typical(look)
        for _ in range(AGAIN):
            # Noise passes, growth stays.
            if name.startswith(FLAT) and growth(times[name]) > FLATTEST:
                times[name][size] = min(times[name][size], _typical(look))
        print(
            f"{world.engine.dialect.name} {size:,} {name}: {times[name][size] * 1000:.1f} ms",
            file=sys.stderr,
            flush=True,
        )


def _typical(look: Callable[[], float]) -> float:
    """The median of some looks; of long ones three say enough."""
    found = [look()]
    while len(found) < LOOKS and not (len(found) > 2 and found[0] > SHORT):
        found.append(look())
    return median(found)


def growth(by_size: dict[int, float]) -> float:
    """How many times as long the largest size takes as the smallest."""
    least, most = min(by_size), max(by_size)
    return (by_size[most] + NOISE) / (by_size[least] + NOISE)


def _figures(engine: str, times: Times) -> Iterator[Figure]:
    groups = defaultdict(dict)
    for name, by_size in times.items():
        groups[name.partition(": ")[0]][name.partition(": ")[2]] = growth(by_size)
    for group, grown in groups.items():
        worst = sorted(grown.items(), key=lambda one: -one[1])
        over = [f"{name} {ratio:.1f} ×" for name, ratio in worst if ratio > FLATTEST]
        told = f"{len(grown) - len(over)} of {len(grown)} flat" + (f"; {', '.join(over)}" if over else "")
        told += f"; the worst {worst[0][1]:.2f} ×"
        limit = f"all at most {FLATTEST} ×" if group in FLAT else ""
        yield Figure(f"growth, {engine}, {group}", told, limit, not limit or not over)
