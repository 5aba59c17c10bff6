"""What a cut cable costs: two machines on one PostgreSQL server, the leader's cable cut again and again.

``python -m benchmarks.cuts --cuts 100 --pairs 5``, as root. Both machines lead when they may, with the lease of
the shipped program, run a job each minute and send one edition's copies through a slow relay. Each cut lasts
until the other machine leads; then the cable is mended. Pairs work side by side, each on a database, on
networks and with a relay of its own, because most of a cut is waiting.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.cuts.machine import TICKS, Machine, started
from benchmarks.cuts.network import Cable, another_network, forwarded
from benchmarks.mail import postgres, prepared, publish, sink
from campaign import db
from campaign.mailing.models import MailPolicy
from campaign.runs import LEASE_SECONDS

# The operations guide promises another leader within a minute.
LONGEST_WAIT = 60.0
# Copies that leave between two cuts, about, at one a second, and how long the relay takes for one.
READERS_A_CUT = 45
RELAY_SECONDS = 0.5
# A cable is cut again once its machine had time to find the database, and at no particular moment.
PAUSE = (13.0, 25.0)
# Beyond this a machine is taken to be lost for good.
HOPELESS = 300.0
# A thread that was cut off in the middle of an answer has waited for it by then, and its leases have run out.
DRAINED_WITHIN = 1800.0
PREPARING = threading.Lock()
LEADING = sa.text("SELECT owner FROM lease WHERE ends > clock_timestamp()")
WAITING = sa.text("SELECT count(*) FROM delivery WHERE state IN ('pending', 'deferred', 'sending')")
COPIES = sa.text(
    "SELECT subscriber.email, delivery.state FROM subscriber LEFT JOIN delivery ON subscriber = subscriber.id"
)


@dataclass
class Found:
    """What one pair, or all of them, came to."""

    waits: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def fine(self) -> bool:
        faults = ("slots lost", "slots doubled", "readers lost", "copies doubled")
        few = self.counts["left as unknown"] <= len(self.waits)
        return max(self.waits) <= LONGEST_WAIT and few and not any(self.counts[name] for name in faults)


def pair(cuts: int, seed: int) -> Found:
    """One pair of machines, its leader cut off so many times."""
    found, chance = Found(), random.Random(seed)  # noqa: S311 -- moments to cut at
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port, log = stack.enter_context(sink(folder, seconds=RELAY_SECONDS))
        engine = _edition(stack.enter_context(postgres()), port, cuts * READERS_A_CUT)
        stack.callback(engine.dispose)
        machines = [_behind_a_cable(stack, engine.url, port) for _ in range(2)]
        _until_led(engine, [machine for machine, _ in machines])
        for _ in range(cuts):
            found.waits.append(_cut_leader(engine, machines, chance))
        _drain(engine)
        found.counts = _tally(engine, log)
    return found


def _edition(url: str, port: int, readers: int) -> Engine:
    # Alembic upgrades one database at a time in a process.
    with PREPARING:
        engine, settings = prepared(url, port, readers)
    publish(engine, settings)
    with db.writing(engine) as session:
        session.merge(MailPolicy(quiet_week="note", per_second=1))
        session.execute(sa.text(TICKS))
    return engine


def _behind_a_cable(stack: ExitStack, url: sa.URL, relay: int) -> tuple[Machine, Cable]:
    cable = stack.enter_context(another_network())
    server = url.host or "127.0.0.1", url.port or 5432
    port = stack.enter_context(forwarded(cable.host, server))
    mail = stack.enter_context(forwarded(cable.host, ("127.0.0.1", relay)))
    there = url.set(host=cable.host, port=port)
    machine = started(there, LEASE_SECONDS, network=cable.network, relay=f"{cable.host}:{mail}")
    return stack.enter_context(machine), cable


def _cut_leader(engine: Engine, machines: list[tuple[Machine, Cable]], chance: random.Random) -> float:
    """Seconds from a cut until the other machine leads."""
    time.sleep(chance.uniform(*PAUSE))
    leads = _until_led(engine, [machine for machine, _ in machines])
    cable = next(cable for machine, cable in machines if machine is leads)
    heir = next(machine for machine, _ in machines if machine is not leads)
    began = time.monotonic()
    cable.cut()
    try:
        _until_led(engine, [heir])
        return time.monotonic() - began
    finally:
        cable.mend()


def _until_led(engine: Engine, machines: list[Machine]) -> Machine:
    """Which of the machines leads, once one of them does."""
    by_process = {machine.process.pid: machine for machine in machines}
    until = time.monotonic() + HOPELESS
    while time.monotonic() < until:
        with engine.connect() as connection:
            owner = connection.execute(LEADING).scalar()
        if owner and (machine := by_process.get(int(owner.split(":")[1]))):
            return machine
        if ended := [machine for machine in machines if machine.process.poll() is not None]:
            raise SystemExit(f"{len(ended)} machines ended by themselves")
        time.sleep(0.1)
    raise SystemExit(f"no leader within {HOPELESS:.0f} s")


def _drain(engine: Engine) -> None:
    """Let both machines send what is left, as fast as the relay takes it, and leases run out."""
    with db.writing(engine) as session:
        session.merge(MailPolicy(quiet_week="note", per_second=0))
    until = time.monotonic() + DRAINED_WITHIN
    while time.monotonic() < until:
        with engine.connect() as connection:
            if not connection.execute(WAITING).scalar_one():
                return
        time.sleep(1)
    raise SystemExit(f"mail waits after {DRAINED_WITHIN:.0f} s")


def _tally(engine: Engine, log: Path) -> Counter[str]:
    got = Counter(log.read_text().split())
    with engine.connect() as connection:
        copies = connection.execute(COPIES).all()
        slots = Counter(connection.execute(sa.text("SELECT slot FROM tick")).scalars())
    every = _minutes(min(slots), max(slots))
    return Counter(
        {
            "slots": len(every),
            "slots lost": len(every - slots.keys()),
            "slots doubled": sum(slots.values()) - len(slots),
            "readers": len(copies),
            "readers lost": sum(not got[email] and state != "unknown" for email, state in copies),
            "copies doubled": sum(got.values()) - len(got),
            "left as unknown": sum(state == "unknown" for _, state in copies),
        }
    )


def _minutes(first: datetime, last: datetime) -> set[datetime]:
    minutes = (last - first) // timedelta(minutes=1)
    return {first.astimezone(UTC) + timedelta(minutes=number) for number in range(minutes + 1)}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cuts", type=int, default=100)
    arguments.add_argument("--pairs", type=int, default=5, help="how many work side by side")
    chosen = arguments.parse_args()
    shares = [len(range(number, chosen.cuts, chosen.pairs)) for number in range(chosen.pairs)]
    with ThreadPoolExecutor(chosen.pairs) as pool:
        found = list(pool.map(pair, filter(None, shares), range(chosen.pairs)))
    whole = Found([wait for one in found for wait in one.waits])
    for one in found:
        # Plain addition would drop the counts that are zero.
        whole.counts.update(one.counts)
    _tell(whole)
    return 0 if whole.fine else 1


def _tell(found: Found) -> None:
    waits = sorted(found.waits)
    middle, longest = waits[len(waits) // 2], waits[-1]
    print(f"{len(waits)} cuts; another machine led after {middle:.1f} s, at most {longest:.1f} s")
    for name, number in found.counts.items():
        print(f"{number:>8} {name}")


if __name__ == "__main__":
    sys.exit(main())
