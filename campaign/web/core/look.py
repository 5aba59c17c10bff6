"""A campaign's own accent color on its pages, in the light and in the dark scheme. No I/O.

Text must stay legible on it and in it: WCAG 2.2, success criterion 1.4.3, asks for a contrast of 4.5 to 1.
"""

import re
from typing import TYPE_CHECKING, Final

from campaign.refusals import Refused

if TYPE_CHECKING:
    from coloraide import Color

LEAST_CONTRAST: Final = 4.5
# At night dark text stands on the accent, so it must be lighter than what can just be read.
NIGHT_CONTRAST: Final = 6.0
HEX: Final = re.compile(r"#[0-9a-f]{6}")
# The page in each scheme, as static/campaign.css has it, and the darkest text.
PAPER, NIGHT, INK = "#faf7f1", "#171512", "#211d18"
STEP: Final = 0.02


def read(text: str) -> str:
    """An accent color as ``#rrggbb`` in small letters; empty for none. Raises Refused where it is no color, or
    too light to be read on the page."""
    color = text.strip().lower()
    if not color:
        return ""
    if not HEX.fullmatch(color):
        raise Refused(
            f"“{text[:20]}” is no color. Write it like #0b5563.",
            f"«{text[:20]}» no es un color. Escríbalo como #0b5563.",
        )
    if (contrast := _contrast(color, PAPER)) < LEAST_CONTRAST:
        nearest = _until_legible(color, PAPER, LEAST_CONTRAST, -STEP)
        raise Refused(
            f"{color} is too light to be read: its contrast is {contrast:.1f} to 1, and 4.5 is needed. "
            f"{nearest} is the nearest that is dark enough.",
            f"{color} es demasiado claro para leerse: su contraste es de {contrast:.1f} a 1 y hace falta 4.5. "
            f"{nearest} es el más cercano que basta.",
        )
    return color


def style_sheet(accent: str) -> str:
    """The rules that give pages an accent color that ``read`` took."""
    night = _until_legible(accent, NIGHT, NIGHT_CONTRAST, STEP)
    light, dark = _rules(accent, PAPER, "black"), _rules(night, NIGHT, "white")
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"


def _rules(accent: str, page: str, stronger: str) -> str:
    on_it = max(("#ffffff", INK), key=lambda text: _contrast(text, accent))
    strong, wash = _mixed(accent, stronger, 0.25), _mixed(accent, page, 0.88)
    return f"--accent: {accent}; --accent-strong: {strong}; --on-accent: {on_it}; --accent-wash: {wash};"


def _color(text: str) -> "Color":
    # It computes tables for half a second when it is loaded, and most campaigns have no color of their own.
    from coloraide import Color

    return Color(text)


def _contrast(color: str, other: str) -> float:
    return float(_color(color).contrast(other, method="wcag21"))


def _mixed(color: str, other: str, share: float) -> str:
    return _hex(_color(color).mix(other, share, space="srgb"))


def _until_legible(color: str, page: str, least: float, step: float) -> str:
    """A color made lighter or darker until it has so much contrast with a page."""
    found = _color(color).convert("oklch")
    while _contrast(_hex(found), page) < least:
        found["lightness"] += step
    return _hex(found)


def _hex(color: "Color") -> str:
    return str(color.convert("srgb").fit().to_string(hex=True))
