"""A worker that sends mail killed: copies are counted at the relay."""

import random
import time
from collections import Counter
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from benchmarks.kills.processes import Result, address
from benchmarks.mail import NOW, Worker, fill, publish, settings_for, sink
from campaign import db
from campaign.mailing import queue
from campaign.mailing.models import Delivery, Subscriber

# Copies that two workers send between two kills, about.
READERS_A_KILL = 600


def kill_loop(
    engine: Engine, port: int, log: Path, edition: int, names: list[str], *, kills: int, seed: int
) -> dict[str, int]:
    """Two workers, one of them killed at a random moment again and again until an edition has left.

    ``names`` are the addresses of its readers, ``log`` is where the sink at ``port`` writes who got mail.
    Counts: ``lost`` readers without a copy that are not shown as unknown, ``extra`` copies before anybody asked
    for a second one, and after sending what was unknown once more, ``lost_at_last`` and ``extra_at_last``.
    """
    chance = random.Random(seed)  # noqa: S311 -- moments to kill at
    url = address(engine)
    done = _kill_some(engine, url, port, log, chance, kills)
    _finish(engine, url, port)
    before, unknown = copies(log), left_unknown(engine, edition)
    queue.resend_unknown(engine, edition, now=NOW)
    _finish(engine, url, port)
    after = copies(log)
    return {
        "kills": done,
        "unknown": len(unknown),
        "lost": sum(1 for one in names if one not in before and one not in unknown),
        "extra": sum(before.values()) - len(before),
        "lost_at_last": sum(1 for one in names if one not in after),
        "extra_at_last": sum(after.values()) - len(after),
    }


def _kill_some(engine: Engine, url: str, port: int, log: Path, chance: random.Random, kills: int) -> int:
    workers = [Worker(url, port) for _ in range(2)]
    done = 0
    while done < kills and _open(engine):
        # Not before it sends: a worker takes about a second to start.
        _wait_for_copies(log, len(log.read_bytes()) + 1)
        time.sleep(chance.uniform(0, 0.3))
        victim = chance.randrange(2)
        if workers[victim].process.is_alive():
            workers[victim].process.kill()
            done += 1
        workers[victim].wait()
        workers[victim] = Worker(url, port)
    for worker in workers:
        worker.wait()
    return done


def _wait_for_copies(log: Path, size: int) -> None:
    until = time.monotonic() + 10
    while log.stat().st_size < size and time.monotonic() < until:
        time.sleep(0.01)


def _open(engine: Engine) -> bool:
    with db.reading(engine) as session:
        waiting = select(Delivery.id).where(col(Delivery.state).in_(("pending", "deferred", "sending")))
        return session.exec(waiting.limit(1)).first() is not None


def _finish(engine: Engine, url: str, port: int) -> None:
    """Let every lease run out, then one worker empties what is left."""
    let_leases_end(engine)
    Worker(url, port).wait()


def let_leases_end(engine: Engine) -> None:
    """What a minute and a half would do."""
    with db.writing(engine) as session:
        session.execute(sa.update(Delivery).where(col(Delivery.lease).is_not(None)).values(lease=NOW))


def copies(log: Path) -> Counter[str]:
    return Counter(log.read_text().split())


def left_unknown(engine: Engine, edition: int) -> set[str]:
    with db.reading(engine) as session:
        query = (
            select(Subscriber.email)
            .join(Delivery, col(Delivery.subscriber) == col(Subscriber.id))
            .where(Delivery.edition == edition, Delivery.state == "unknown")
        )
        return set(session.exec(query))


def run(engine: Engine, folder: Path, kills: int) -> Result:
    readers = kills * READERS_A_KILL
    names = [f"reader{number}@readers-host.org" for number in range(readers)]
    with sink(folder, seconds=0.002) as (port, log):
        settings = settings_for(address(engine), port)
        fill(engine, settings, readers)
        edition, _ = publish(engine, settings)
        found = kill_loop(engine, port, log, edition, names, kills=kills, seed=7)
    return result("mail", engine, found)


def result(job: str, engine: Engine, found: dict[str, int]) -> Result:
    """At most one copy a kill may be in doubt, and leave twice once somebody asks for it again."""
    doubted = max(found["unknown"], found["extra_at_last"])
    excess = found["extra"] + max(0, doubted - found["kills"])
    more = f"{found['unknown']} left as unknown; sent again, {found['extra_at_last']} had two"
    lost = found["lost"] + found["lost_at_last"]
    return Result(job, engine.dialect.name, found["kills"], lost, excess, more)
