"""``make bench``: every figure the project promises, measured in one run and printed as one table.

Figures are ratios and counts where they can be, because machines differ; a time is given beside its limit.
``--only lineage --bills FILE`` measures on real bills what suggestions are worth, without a file nothing.
``--share 0.1`` invents a tenth of a Congress, for a quick look.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    growth,
    lineage,
    lookup,
    mail,
    organize,
    pages,
    paint,
    polling,
    slow_clients,
    starting,
    viral_day,
    whole_congress,
)
from benchmarks.figures import Figure


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--share", type=float, default=1.0, help="how much of a Congress to invent")
    arguments.add_argument(
        "--bills", type=Path, action="append", default=[], metavar="FILE",
        help="for lineage: BILLSTATUS zips, or a mirror's JSON lines; may be repeated",
    )  # fmt: skip
    parts = {
        "polling": polling.measure,
        "whole_congress": lambda: whole_congress.measure(given.share),
        "lineage": lambda: lineage.measure(given.bills),
        "lookup": lookup.measure,
        "starting": starting.measure,
        "pages": pages.measure,
        "paint": paint.measure,
        "slow_clients": slow_clients.measure,
        # Beside the other parts a fiftieth of the day is enough.
        "viral_day": lambda: viral_day.measure(given.share if given.only else given.share / 50),
        "mail": lambda: mail.measure(given.share),
        "organize": lambda: organize.measure(given.share),
        # Beside the other parts ten thousand rows are enough; all sizes take an hour.
        "growth": lambda: growth.measure(given.share if given.only else given.share / 100),
    }
    arguments.add_argument("--only", choices=parts, help="one part of them")
    given = arguments.parse_args()
    figures = [figure for name, measure in parts.items() if given.only in (None, name) for figure in measure()]
    Console(width=120).print(_table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def _table(figures: list[Figure]) -> Table:
    table = Table("what", "measured", "limit", "")
    for figure in figures:
        verdict = "holds" if figure.holds else "MISSED"
        table.add_row(figure.name, figure.measured, figure.limit, verdict if figure.limit else "")
    return table


if __name__ == "__main__":
    sys.exit(main())
