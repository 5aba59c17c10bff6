"""``campaign backup`` killed: each file that has the name of a backup is whole, the rest goes, and nobody else
reads any of it."""

import os
import random
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.kills.processes import Result, Running, environment
from campaign import backup, db

# Leftovers are taken to be another backup that still runs, until they are a day old.
A_DAY = timedelta(hours=25).total_seconds()


def run(engine: Engine, folder: Path, kills: int) -> Result:
    return kill_loop(engine, folder / f"backups-{engine.dialect.name}", kills=kills, seed=3)


def kill_loop(engine: Engine, folder: Path, *, kills: int, seed: int) -> Result:
    """Backups by another name each, as each night has its own; the moments lie between start and end."""
    chance, done, whole, readable = random.Random(seed), 0, 0, 0  # noqa: S311 -- moments to kill at
    folder.mkdir()
    with db.reading(engine) as session:
        wanted = backup.count_rows(session.connection())
    seconds = _start(engine, folder / "undisturbed.db").finish()
    lost = _broken(folder, wanted)
    while done < kills:
        done += _start(engine, folder / f"night{done}.db").kill_after(chance.uniform(0, seconds))
        whole += len(list(folder.glob("*.db")))
        readable += sum(path.stat().st_mode & 0o077 > 0 for path in folder.iterdir())
        lost += _broken(folder, wanted)
    _let_a_day_pass(folder)
    _start(engine, folder / "last.db").finish()
    left = sorted({path.name for path in folder.iterdir()} - {"last.db"})
    lost += _broken(folder, wanted)
    more = f"{whole} whole by then; left behind: {', '.join(left) or 'nothing'}; readable to others: {readable}"
    return Result("backup", engine.dialect.name, done, lost, len(left) + readable, more)


def _start(engine: Engine, file: Path) -> Running:
    return Running([["backup", str(file)]], environment(engine))


def _broken(folder: Path, wanted: Mapping[str, int]) -> int:
    """How many backups do not restore to as many rows as there were; each of them is removed."""
    broken = 0
    for file in folder.glob("*.db"):
        with tempfile.TemporaryDirectory() as name:
            engine = db.open_engine(f"sqlite:///{name}/restored.db")
            broken += _restored(engine, file) != wanted
            engine.dispose()
        if file.name != "last.db":
            file.unlink()
    return broken


def _restored(engine: Engine, file: Path) -> Mapping[str, int]:
    try:
        return backup.restore(engine, file)
    except (backup.Refused, sa.exc.DBAPIError):
        return {}


def _let_a_day_pass(folder: Path) -> None:
    for path in folder.iterdir():
        written = path.stat().st_mtime - A_DAY
        os.utime(path, (written, written))
