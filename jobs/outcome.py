"""What the worker notes of a job that ran."""

from dataclasses import dataclass
from typing import Protocol


class Outcome(Protocol):
    """Every job answers with something that can say these two."""

    @property
    def summary(self) -> str: ...

    @property
    def whole(self) -> bool: ...


@dataclass(frozen=True)
class Told:
    """The outcome of a job that has nothing more to tell than one line."""

    summary: str
    whole: bool = True
