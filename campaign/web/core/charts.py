"""Charts as numbers, for a template to draw. The words stand beside them in HTML, where they scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, HEADROOM = 600, 200, 1.15


@dataclass(frozen=True)
class Steps:
    """A line that holds its value until it changes, on a field of ``WIDTH`` by ``HEIGHT`` units."""

    line: str
    area: str
    last: int
    last_height: float
    first_day: date
    last_day: date
    points: tuple[tuple[date, int], ...]
    gridlines: tuple[tuple[int, float], ...]
    width: int = WIDTH
    height: int = HEIGHT


def steps(points: Sequence[tuple[date, int]], until: date) -> Steps | None:
    """The chart of ``points`` (day, value from then on) up to ``until``; None without two days to show."""
    shown = [point for point in points if point[0] <= until]
    if not shown or shown[0][0] == until:
        return None
    first = shown[0][0]
    top = max(value for _, value in shown) * HEADROOM or 1

    def x(day: date) -> float:
        return round((day - first).days / (until - first).days * WIDTH, 1)

    def y(value: float) -> float:
        return round(HEIGHT - value / top * HEIGHT, 1)

    path = f"M0 {y(shown[0][1])}"
    for day, value in shown[1:]:
        path += f"H{x(day)}V{y(value)}"
    path += f"H{WIDTH}"
    marks = tuple((value, y(value)) for value in _round_values(top))
    return Steps(path, f"{path}V{HEIGHT}H0Z", shown[-1][1], y(shown[-1][1]), first, until, tuple(shown), marks)


def _round_values(top: float) -> list[int]:
    """Two to four round values below ``top``."""
    for step in (1, 2, 5, 10, 20, 50, 100, 200):
        if top / step <= 4.5:
            return list(range(step, int(top) + 1, step))
    return []
