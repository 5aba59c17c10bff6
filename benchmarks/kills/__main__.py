"""``make kills``: every job killed on both databases, one table at the end; it fails where anything is lost."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import Engine

from benchmarks.kills import backups, digest, mail, poll, readers, web
from benchmarks.kills.processes import Result
from benchmarks.mail import NOW, postgres
from campaign import db, snapshot

JOBS: dict[str, Callable[[Engine, Path, int], Result]] = {
    "mail": mail.run,
    "poll": poll.run,
    "digest": digest.run,
    "import": readers.run,
    "backup": backups.run,
    "web": web.run,
}
# Jobs on an empty database: what the example campaign tracks is not in the small Congress.
ON_NOTHING = (poll.run,)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=100, help="of each job on each database")
    arguments.add_argument("--only", choices=JOBS, action="append", help="may be repeated")
    chosen = arguments.parse_args()
    found = [result for job in chosen.only or JOBS for result in _on_both(JOBS[job], chosen.kills)]
    Console(width=130).print(_table(found))
    return 0 if all(result.holds for result in found) else 1


def _on_both(job: Callable[[Engine, Path, int], Result], kills: int) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="campaign-kills-") as name, postgres() as server:
        return [_on(url, job, Path(name), kills) for url in (f"sqlite:///{name}/campaign.db", server)]


def _on(url: str, job: Callable[[Engine, Path, int], Result], folder: Path, kills: int) -> Result:
    engine = db.open_engine(url)
    db.upgrade(engine)
    if job not in ON_NOTHING:
        snapshot.load(engine, now=NOW)
    try:
        result = job(engine, folder, kills)
    finally:
        engine.dispose()
    print(result, flush=True)
    return result


def _table(found: list[Result]) -> Table:
    table = Table("job", "database", "kills", "lost", "in excess", "besides", "")
    for each in found:
        counts = map(str, (each.kills, each.lost, each.excess))
        table.add_row(each.job, each.engine, *counts, each.more, "holds" if each.holds else "MISSED")
    return table


if __name__ == "__main__":
    sys.exit(main())
