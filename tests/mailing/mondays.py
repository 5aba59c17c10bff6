"""A Monday, and a clock that moves only when somebody sleeps."""

from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 6, 22, 16, 0, tzinfo=UTC)


class Clock:
    """Time that moves only when somebody sleeps or says so."""

    def __init__(self, start: datetime = MONDAY) -> None:
        self.at = start

    def __call__(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
