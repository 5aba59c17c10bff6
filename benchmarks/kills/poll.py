"""``campaign poll`` killed: the ledger holds what the record does, nothing missing and nothing twice."""

import random
import sys
import threading
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import Engine

from benchmarks.kills.processes import Result, Running, environment
from campaign import db
from campaign.congress import tracking
from jobs import poll_bills

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from standin import Standin, serve
from standin.truth import FIRST_DAY, LAST_DAY, missing_and_false, track_visible

LAST_POLLS = 3


def run(engine: Engine, _folder: Path, kills: int) -> Result:
    with serve() as standin:
        return kill_loop(engine, standin, kills=kills, seed=9)


def kill_loop(engine: Engine, standin: Standin, *, kills: int, seed: int) -> Result:
    """Live through a Congress; the poll of each day is killed. At last poll undisturbed.

    ``more`` says how many changes the last of these polls found: none is left for it.
    """
    # The killed command reads the real clock, so what comes after it must be later.
    chance, now, killed = random.Random(seed), db.utcnow(), 0  # noqa: S311 -- moments to kill at
    while killed < kills:
        day = FIRST_DAY + (LAST_DAY - FIRST_DAY) * killed / kills
        track_visible(engine, standin.world, day, now)
        killed += _poll_and_kill(engine, standin, chance)
    track_visible(engine, standin.world, LAST_DAY, now)
    standin.world.asof = ""
    later = [now + timedelta(hours=hours) for hours in range(1, LAST_POLLS + 1)]
    reports = [poll_bills.run(engine, standin.settings(), now=at, source="api", pause=0) for at in later]
    missing, false = missing_and_false(engine, standin.world)
    lost, excess = missing.total() + reports[-1].changes, false.total()
    return Result("poll", engine.dialect.name, killed, lost, excess)


def _poll_and_kill(engine: Engine, standin: Standin, chance: random.Random) -> bool:
    """Start ``campaign poll`` and kill it, as a power cut would, after some requests; True when it was at work.

    A poll sends three requests or more for each bill. What it has read by then is being written.
    """
    with db.reading(engine) as session:
        bills = len(tracking.tracked(session))
    settings, pause = standin.settings(), threading.Event()
    sources = {
        "CAMPAIGN_CONGRESS_API_URL": settings.congress_api_url,
        "CAMPAIGN_CONGRESS_API_KEY": settings.api_key,
        "CAMPAIGN_GOVINFO_URL": settings.govinfo_url,
    }
    last = len(standin.world.log) + chance.randint(1, 3 * bills)
    running = Running([["poll", "--source", "api"]], {**environment(engine), **sources})
    while len(standin.world.log) < last and running.process.is_alive():
        pause.wait(0.005)
    return running.kill_after(chance.uniform(0, 0.1))
