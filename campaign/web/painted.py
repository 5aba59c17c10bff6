"""Our own SVG as PNG: one drawing, two files.

Reads what our picture templates use of SVG (svg, rect, circle, line, text, and paths of straight strokes) and
refuses anything else, so that a template cannot come to mean something else here. Letters come from a font that
ships with the service: a server may have none.
"""

import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from PIL import Image, ImageColor, ImageDraw, ImageFont

# Pixels a unit in the file; drawn twice as large and reduced, because Pillow's strokes have hard edges.
SCALE, FINER = 2, 2
GROUND, INK = "#ffffff", "#211d18"
FONT = Path(__file__).with_name("fonts") / "DejaVuSans-Latin.ttf"
SVG = "{http://www.w3.org/2000/svg}"
TOKEN = re.compile(r"[MmLlHhVvZz]|-?\d*\.?\d+")
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
Point = tuple[float, float]


@dataclass(frozen=True)
class _Pen:
    """Where to draw, where the element's origin lies, and how many pixels a unit has."""

    on: ImageDraw.ImageDraw
    size: float
    x: float = 0
    y: float = 0
    font_size: float = 16

    def at(self, x: float, y: float) -> Point:
        return (self.x + x) * self.size, (self.y + y) * self.size

    def wide(self, width: float) -> int:
        return max(1, round(width * self.size))


def png(svg: str) -> bytes:
    """The drawing as a PNG on white. Raises ValueError for an element or a stroke that is not known here."""
    root = ElementTree.fromstring(svg)
    width, height = round(float(root.get("width"))), round(float(root.get("height")))
    fine = SCALE * FINER
    image = Image.new("RGB", (width * fine, height * fine), GROUND)
    _children(root, _Pen(ImageDraw.Draw(image), fine))
    out = io.BytesIO()
    few = image.reduce(FINER).quantize(64, method=Image.Quantize.FASTOCTREE)
    few.save(out, "PNG")
    return out.getvalue()


def _children(parent: Element, pen: _Pen) -> None:
    inside = replace(pen, font_size=_number(parent, "font-size", pen.font_size))
    for element in parent:
        name = element.tag.removeprefix(SVG)
        if name not in _DRAW:
            raise ValueError(f"a picture holds <{name}>, which nobody draws")
        _DRAW[name](element, inside)


def _nested(element: Element, pen: _Pen) -> None:
    _children(element, replace(pen, x=pen.x + _number(element, "x"), y=pen.y + _number(element, "y")))


def _rect(element: Element, pen: _Pen) -> None:
    x, y = _number(element, "x"), _number(element, "y")
    right, bottom = x + _number(element, "width"), y + _number(element, "height")
    corners = [pen.at(x, y), pen.at(right, y), pen.at(right, bottom), pen.at(x, bottom)]
    if fill := _colour(element, "fill", "currentColor"):
        pen.on.polygon(corners, fill=fill)
    _stroke(element, pen, [*corners, corners[0]])


def _circle(element: Element, pen: _Pen) -> None:
    x, y, radius = (_number(element, name) for name in ("cx", "cy", "r"))
    fill, stroke = _colour(element, "fill", "currentColor"), _colour(element, "stroke", "none")
    # Pillow's outline lies inside the box, SVG's on its edge.
    out = radius + (_number(element, "stroke-width", 1) / 2 if stroke else 0)
    box = [*pen.at(x - out, y - out), *pen.at(x + out, y + out)]
    wide = pen.wide(_number(element, "stroke-width", 1))
    pen.on.ellipse(box, fill=fill, outline=stroke, width=wide if stroke else 0)


def _line(element: Element, pen: _Pen) -> None:
    ends = [pen.at(_number(element, f"x{end}"), _number(element, f"y{end}")) for end in (1, 2)]
    _stroke(element, pen, ends)


def _path(element: Element, pen: _Pen) -> None:
    fill = _colour(element, "fill", "currentColor")
    for points in _strokes(element.get("d", "")):
        placed = [pen.at(*point) for point in points]
        if fill and len(placed) > 2:
            pen.on.polygon(placed, fill=fill)
        _stroke(element, pen, placed)


def _strokes(path: str) -> Iterator[list[Point]]:
    """The corners of each stroke of a path."""
    tokens = TOKEN.findall(path)
    if re.sub(r"[\s,]", "", path) != "".join(tokens):
        raise ValueError("a path holds strokes that nobody draws")
    points: list[Point] = []
    command, x, y = "", 0.0, 0.0
    while tokens:
        if tokens[0].isalpha():
            command = tokens.pop(0)
        if command in "Zz":
            points.append(points[0])
            continue
        x, y = _next(command, tokens, x, y)
        if command in "Mm":
            if len(points) > 1:
                yield points
            points = []
        points.append((x, y))
    if len(points) > 1:
        yield points


def _next(command: str, tokens: list[str], x: float, y: float) -> Point:
    from_x, from_y = (x, y) if command.islower() else (0.0, 0.0)
    if command in "Hh":
        return from_x + float(tokens.pop(0)), y
    if command in "Vv":
        return x, from_y + float(tokens.pop(0))
    return from_x + float(tokens.pop(0)), from_y + float(tokens.pop(0))


def _stroke(element: Element, pen: _Pen, points: list[Point]) -> None:
    colour = _colour(element, "stroke", "none")
    if colour is None:
        return
    wide = pen.wide(_number(element, "stroke-width", 1))
    dashes = [float(part) * pen.size for part in element.get("stroke-dasharray", "").split()]
    for piece in _dashed(points, dashes) if dashes else [points]:
        pen.on.line(piece, fill=colour, width=wide, joint="curve")


def _dashed(points: list[Point], dashes: list[float]) -> Iterator[list[Point]]:
    """The stretches of a line that are drawn, where dashes and gaps take turns along it."""
    turn, left, drawn = 0, dashes[0], [points[0]]
    for end in points[1:]:
        start = drawn[-1]
        while (length := math.dist(start, end)) > left:
            part = left / length
            start = (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)
            if turn % 2 == 0:
                yield [*drawn, start]
            turn, drawn = turn + 1, [start]
            left = dashes[turn % len(dashes)]
        left -= length
        drawn = [*drawn, end]
    if turn % 2 == 0 and len(drawn) > 1:
        yield drawn


def _text(element: Element, pen: _Pen) -> None:
    fill = _colour(element, "fill", "currentColor")
    size = round(_number(element, "font-size", pen.font_size) * pen.size)
    # The font comes in one weight; a rim of its own colour makes the other.
    rim = size / 36 if element.get("font-weight") == "700" else 0
    at = pen.at(_number(element, "x"), _number(element, "y"))
    anchor = ANCHORS[element.get("text-anchor", "start")]
    pen.on.text(at, element.text or "", fill=fill, font=_font(size), anchor=anchor, stroke_width=rim)


def _nothing(_element: Element, _pen: _Pen) -> None:
    """A title is for those who cannot see the picture."""


_DRAW = {
    "svg": _nested, "rect": _rect, "circle": _circle, "line": _line, "path": _path, "text": _text,
    "title": _nothing,
}  # fmt: skip


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _number(element: Element, name: str, default: float = 0) -> float:
    return float(element.get(name, default))


def _colour(element: Element, name: str, default: str) -> tuple[int, ...] | None:
    """The colour of a fill or stroke, mixed with the ground where it lets it through; None for none."""
    said = element.get(name, default)
    if said == "none":
        return None
    own = element.get("color", INK) if said == "currentColor" else said
    ink, ground = ImageColor.getrgb(own), ImageColor.getrgb(GROUND)
    share = _number(element, f"{name}-opacity", 1)
    return tuple(round(share * a + (1 - share) * b) for a, b in zip(ink, ground, strict=True))
