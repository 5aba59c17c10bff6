"""``campaign digest build``, ``approve`` and ``send`` killed: one edition of the week, one copy a reader."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.kills.mail import copies, left_unknown, let_leases_end
from benchmarks.kills.processes import Result, Running, address, environment, kill_some
from benchmarks.mail import NOW, fill, settings_for, sink
from campaign import db
from campaign.mailing import queue

READERS = 400
# They make more groups than are rendered between two transactions.
PLACES = 12
KILLS_AN_EDITION = 5
COMMANDS = (("digest", "build", "--approve"), ("digest", "send"))
# What an edition is made of: its groups and who gets which of them.
PARTS = {
    "content": sa.text("SELECT language, seat, proposals FROM content WHERE edition = :edition"),
    "copy": sa.text(
        "SELECT s.email, c.language, c.seat, c.proposals FROM delivery d"
        " JOIN subscriber s ON d.subscriber = s.id JOIN content c ON d.content = c.id"
        " WHERE d.edition = :edition"
    ),
}
NEWEST = sa.text("SELECT max(id), count(*) FROM edition")
FORGET = [
    sa.text(f"DELETE FROM {table} WHERE {column} = :edition")
    for table, column in (("delivery", "edition"), ("content", "edition"), ("edition", "id"))
]
# The weeks that are undisturbed, the first of them with all news since the record began; and the one killed.
UNDISTURBED, KILLED = (0, 1), 2
Made = Counter[tuple[str, ...]]


@dataclass(frozen=True)
class Press:
    """Where editions are made, and the log of the relay that they leave through."""

    engine: Engine
    port: int
    log: Path

    def start(self, week: int, commands: Sequence[Sequence[str]] = COMMANDS) -> Running:
        let_leases_end(self.engine)
        return Running(commands, environment(self.engine, self.port), at=_monday(week))

    def newest(self) -> tuple[int, int]:
        """The newest edition, and how many there are."""
        with db.reading(self.engine) as session:
            newest, number = session.execute(NEWEST).one()
        return newest, number

    def made(self, edition: int) -> Made:
        with db.reading(self.engine) as session:
            return Made(
                (part, *row)
                for part, query in PARTS.items()
                for row in session.execute(query, {"edition": edition})
            )

    def forget(self, edition: int) -> None:
        """So that the week can be built once more: the calendar would run into the next Congress."""
        with db.writing(self.engine) as session:
            for statement in FORGET:
                session.execute(statement, {"edition": edition})


def run(engine: Engine, folder: Path, kills: int) -> Result:
    fill(engine, settings_for(address(engine), 25), READERS, places=PLACES)
    with sink(folder, seconds=0.002) as (port, log):
        return kill_loop(Press(engine, port, log), kills=kills, seed=17)


def kill_loop(press: Press, *, kills: int, seed: int) -> Result:
    """Two editions undisturbed, then others that are killed while they are built, approved and sent."""
    chance, killed, editions = random.Random(seed), 0, 0  # noqa: S311 -- moments to kill at
    _, seconds = [press.start(week).finish() for week in UNDISTURBED]
    wanted, counts = press.made(press.newest()[0]), Counter[str]()
    while killed < kills:
        editions += 1
        before, share = copies(press.log), min(KILLS_AN_EDITION, kills - killed)
        done = kill_some(lambda: press.start(KILLED), chance, share, seconds)
        press.start(KILLED).finish()
        counts += _judge(press, wanted, before, done)
        killed += done
    more = (
        f"{editions} editions, {counts['unknown']} copies left as unknown; sent again, {counts['two']} had two"
    )
    return Result("digest", press.engine.dialect.name, killed, counts["lost"], counts["excess"], more)


def _judge(press: Press, wanted: Made, before: Counter[str], kills: int) -> Counter[str]:
    edition, number = press.newest()
    made, unknown, got = press.made(edition), left_unknown(press.engine, edition), copies(press.log) - before
    queue.resend_unknown(press.engine, edition, now=_monday(KILLED))
    press.start(KILLED, COMMANDS[1:]).finish()
    press.forget(edition)
    at_last, readers = copies(press.log) - before, {row[1] for row in wanted if row[0] == "copy"}
    two = at_last.total() - len(at_last)
    lost = len(readers - got.keys() - unknown) + len(readers - at_last.keys()) + (wanted - made).total()
    excess = abs(number - len(UNDISTURBED) - 1) + (made - wanted).total() + got.total() - len(got)
    excess += max(0, two - kills) + max(0, len(unknown) - kills)
    return Counter({"lost": lost, "excess": excess, "unknown": len(unknown), "two": two})


def _monday(week: int) -> datetime:
    return NOW + timedelta(weeks=week)
