"""The result of a job that the worker records."""

from dataclasses import dataclass
from typing import Protocol


class Outcome(Protocol):
    """The result of a job: a one-line summary, and whether all of the work was done."""

    @property
    def summary(self) -> str: ...

    @property
    def whole(self) -> bool: ...


@dataclass(frozen=True)
class Summary:
    """The result of a job that reports one line only."""

    summary: str
    whole: bool = True
