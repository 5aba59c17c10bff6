"""``campaign subscribers import`` killed: every reader of the list once, each asked once to confirm."""

import csv
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.kills.processes import Result, Running, environment, kill_some
from benchmarks.mail import CAMPAIGN
from campaign import db

# Six transactions, with a pause between two of them.
READERS = 1200
KILLS_A_LIST = 5
ZIPS = ("78701", "10001", "94110", "60614", "33101", "")
# Whoever left the list elsewhere is kept as a hash alone.
LEFT_EVERY = 10
# What a list leaves of each address: the reader, their consents, the mail that asks them to confirm.
LEFT_BEHIND = sa.text(
    "SELECT s.email, s.language, s.seat, s.proposals, s.state,"
    " (SELECT count(*) FROM consent c WHERE c.subscriber = s.id),"
    " (SELECT count(*) FROM delivery d WHERE d.subscriber = s.id AND d.kind = 'confirm')"
    " FROM subscriber s WHERE s.email LIKE :of_list"
)
Left = Counter[tuple[str, ...]]


def run(engine: Engine, folder: Path, kills: int) -> Result:
    return kill_loop(engine, folder, kills=kills, seed=5)


def kill_loop(engine: Engine, folder: Path, *, kills: int, seed: int, readers: int = READERS) -> Result:
    """One list undisturbed, then lists whose import is killed and run again, each compared with the first."""
    chance, done, lists, lost, excess = random.Random(seed), 0, 0, 0, 0  # noqa: S311 -- moments to kill at
    seconds = _start(engine, _list(folder, 0, readers)).finish()
    wanted = _left_behind(engine, 0)
    while done < kills:
        lists += 1
        file, share = _list(folder, lists, readers), min(KILLS_A_LIST, kills - done)
        done += kill_some(lambda file=file: _start(engine, file), chance, share, seconds)  # type: ignore[misc]
        _start(engine, file).finish()
        found = _left_behind(engine, lists)
        lost, excess = lost + (wanted - found).total(), excess + (found - wanted).total()
    return Result("import", engine.dialect.name, done, lost, excess, f"{lists} lists of {readers}")


def _start(engine: Engine, file: Path) -> Running:
    words = ["subscribers", "import", str(file), "--campaign", CAMPAIGN, "--ask"]
    return Running([words], environment(engine))


def _list(folder: Path, number: int, readers: int) -> Path:
    """A list of invented people; those of two lists differ in the host of their addresses alone."""
    file = folder / f"list{number}.csv"
    with file.open("w", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["email", "language", "zip", "status"])
        table.writerows(_row(number, reader) for reader in range(readers))
    return file


def _row(number: int, reader: int) -> Sequence[str]:
    status = "unsubscribed" if reader % LEFT_EVERY == 0 else "subscribed"
    return (
        f"reader{reader}@list{number}.readers-host.org",
        ("en", "es")[reader % 2],
        ZIPS[reader % len(ZIPS)],
        status,
    )


def _left_behind(engine: Engine, number: int) -> Left:
    """The rows of a list's people, and how many hashes there are for each list so far."""
    with db.reading(engine) as session:
        rows = session.execute(LEFT_BEHIND, {"of_list": f"%@list{number}.%"}).all()
        barred = session.execute(sa.text("SELECT count(*) FROM suppression")).scalar_one()
    found = Left((str(email).partition("@")[0], *map(str, rest)) for email, *rest in rows)
    found["suppressed",] = barred // (number + 1)
    return found
