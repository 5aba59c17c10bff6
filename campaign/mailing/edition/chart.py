"""The small chart of a mail: co-sponsors over time, as a PNG that needs nothing from elsewhere.

It names its own values, so it needs no legend; its colours keep 4.5:1 on its own ground and inverted.
"""

import io
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from campaign.organizing import labels

WIDTH, HEIGHT, SCALE = 560, 200, 2
GROUND, INK, QUIET, LINE = (250, 247, 241), (33, 29, 24), (93, 85, 75), (220, 213, 200)
COLOURS = ((11, 85, 99), (154, 75, 16), (86, 62, 130), (60, 90, 40))
LEFT, RIGHT, TOP, BOTTOM = 14, 128, 22, 28
LABEL_GAP = 18


@dataclass(frozen=True)
class Series:
    """One bill's line: its name, and (day, number) at each change, oldest first."""

    name: str
    points: tuple[tuple[date, int], ...]


@lru_cache(16)
def draw(series: tuple[Series, ...], *, until: date, months: tuple[str, ...]) -> bytes:
    """A step line a bill, its name and last value beside its end. ``months`` are twelve short names.

    Cached: whoever writes a note looks at the same chart again and again.
    """
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), GROUND)
    pen = ImageDraw.Draw(image)
    start = min(line.points[0][0] for line in series)
    most = max(max(number for _, number in line.points) for line in series) or 1
    plot = _Plot(start, max(until, start), most)
    _axis(pen, plot, months)
    ends = labels.spread([plot.y(line.points[-1][1]) for line in series], LABEL_GAP)
    for line, colour, end in zip(series, COLOURS, ends, strict=False):
        pen.line(_steps(line, plot), fill=colour, width=3 * SCALE, joint="curve")
        label = f"{line.points[-1][1]}  {line.name}"
        pen.text(((WIDTH - RIGHT + 8) * SCALE, end * SCALE), label, fill=colour, font=_font(14), anchor="lm")
    out = io.BytesIO()
    image.quantize(24).save(out, "PNG", optimize=True)
    return out.getvalue()


@dataclass(frozen=True)
class _Plot:
    start: date
    until: date
    most: int

    def x(self, day: date) -> float:
        days = max(1, (self.until - self.start).days)
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - self.start).days / days

    def y(self, number: int) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / self.most


def _axis(pen: ImageDraw.ImageDraw, plot: _Plot, months: tuple[str, ...]) -> None:
    base = plot.y(0) * SCALE
    pen.line([(LEFT * SCALE, base), ((WIDTH - RIGHT) * SCALE, base)], fill=LINE, width=SCALE)
    below = base + 6 * SCALE
    for day, anchor in ((plot.start, "la"), (plot.until, "ra")):
        words = f"{months[day.month - 1]} {day.year}"
        pen.text((plot.x(day) * SCALE, below), words, fill=QUIET, font=_font(12), anchor=anchor)


def _steps(line: Series, plot: _Plot) -> list[tuple[float, float]]:
    day, _ = line.points[0]
    path = [(plot.x(day) * SCALE, plot.y(0) * SCALE)]
    for day, number in line.points:
        path += [(plot.x(day) * SCALE, path[-1][1]), (plot.x(day) * SCALE, plot.y(number) * SCALE)]
    return [*path, (plot.x(plot.until) * SCALE, path[-1][1])]


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * SCALE)
