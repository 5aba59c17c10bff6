"""One line of the table of ``make bench``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, what it may be, and whether it holds."""

    name: str
    measured: str
    limit: str
    holds: bool
