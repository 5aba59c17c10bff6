"""The picture of growth: a panel an engine, a line a page or job, both axes in powers of ten."""

import math
from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

from campaign.organizing import labels

WIDTH, PANEL, LEFT, RIGHT, TOP, BOTTOM = 960, 420, 60, 250, 40, 40
# Powers of ten of rows and of seconds that the axes reach over.
ROWS: Final = (3.0, 7.8)
SECONDS: Final = (-4.0, 2.7)
GROUND, INK, QUIET, RULE = "#faf7f1", "#211d18", "#5d554b", "#dcd3c8"
COLOURS: Final = {
    "public": "#0b5563",
    "sending": "#9a4b10",
    "jobs": "#563e82",
    "organizers": "#3c5a28",
    "programs": "#8a2846",
    "taken away": "#8b8378",
}
# A line that grows by more than this is named at its end.
NAMED, GAP = 1.5, 12
Lines = Mapping[str, Mapping[int, float]]


def drawn(engines: Mapping[str, Lines]) -> str:
    """An SVG of all lines."""
    height = PANEL * len(engines) + TOP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11"><rect width="{WIDTH}" height="{height}" fill="{GROUND}"/>',
        *_legend(),
        *(part for place, (name, lines) in enumerate(engines.items()) for part in _panel(place, name, lines)),
    ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend() -> Iterator[str]:
    for place, (group, colour) in enumerate(COLOURS.items()):
        x = LEFT + place * 110
        yield f'<path d="M{x} 20h20" stroke="{colour}" stroke-width="2"/>'
        yield f'<text x="{x + 26}" y="24" fill="{INK}">{group}</text>'


def _panel(place: int, name: str, lines: Lines) -> Iterator[str]:
    yield f'<g transform="translate(0 {TOP + place * PANEL})">'
    yield from _axes(name)
    for line, by_size in lines.items():
        points = " ".join(f"{_x(size):.0f},{_y(seconds):.1f}" for size, seconds in sorted(by_size.items()))
        colour = COLOURS[line.partition(": ")[0]]
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-opacity=".6"/>'
    yield from _names(lines)
    yield "</g>"


def _axes(name: str) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="12" fill="{INK}" font-weight="bold">{name}</text>'
    for power in range(math.ceil(SECONDS[0]), math.floor(SECONDS[1]) + 1):
        y = _y(10.0**power)
        said = f"{10**power} s" if power >= 0 else f"{10.0 ** (power + 3):g} ms"
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{RULE}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" fill="{QUIET}" text-anchor="end">{said}</text>'
    for power in range(math.ceil(ROWS[0]), math.floor(ROWS[1]) + 1):
        x = _x(10.0**power)
        yield f'<path d="M{x:.1f} {TOP - 20}V{PANEL - BOTTOM}" stroke="{RULE}"/>'
        said = f"{10**power:,} rows"
        yield f'<text x="{x:.1f}" y="{PANEL - BOTTOM + 16}" fill="{QUIET}" text-anchor="middle">{said}</text>'


def _names(lines: Lines) -> Iterator[str]:
    """Those that grow, each beside its end; labels of lines that end at one size make room for each other."""
    ends: dict[int, dict[str, float]] = {}
    for name, by_size in lines.items():
        if _grows(by_size):
            ends.setdefault(max(by_size), {})[name] = by_size[max(by_size)]
    for size, last in ends.items():
        places = labels.spread([_y(seconds) for seconds in last.values()], GAP)
        for name, y in zip(last, places, strict=True):
            group, _, said = name.partition(": ")
            place = f'x="{_x(size) + 8:.0f}" y="{y + 4:.1f}" fill="{COLOURS[group]}"'
            yield f"<text {place}>{escape(said)}</text>"


def _grows(by_size: Mapping[int, float]) -> bool:
    return by_size[max(by_size)] + 0.001 > NAMED * (by_size[min(by_size)] + 0.001)


def _x(rows: float) -> float:
    share = (math.log10(rows) - ROWS[0]) / (ROWS[1] - ROWS[0])
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(seconds: float) -> float:
    share = (math.log10(max(seconds, 1e-6)) - SECONDS[0]) / (SECONDS[1] - SECONDS[0])
    return PANEL - BOTTOM - share * (PANEL - BOTTOM - TOP + 20)
