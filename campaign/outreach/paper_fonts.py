"""The fonts of what is printed, in order, and which characters each has.

The body font has Latin, Cyrillic and Vietnamese; each other font adds a script, symbols or pictographs. They
come from packages, so that a PDF looks the same on every machine, and are opened only for a text that needs
them.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from fontTools.ttLib import TTFont

_SERIF = Path(str(files("font_source_serif_pro"))) / "files"
_NOTO = Path(str(files("manimgx_fonts")))
_ARABIC = Path(str(files("fontpkg_amiri"))) / "files"
_HAN = Path(str(files("pylopdf_fonts_zh_cn")))
_HANGUL = Path(str(files("pylopdf_fonts_ko")))

BODY = _SERIF / "SourceSerifPro-Regular.ttf"
BOLD = _SERIF / "SourceSerifPro-Bold.ttf"
# Pictographs are first, as the joiner of two of them is in other fonts, too. The two that take longest to open,
# and whose scripts no other has, are last.
FALLBACKS = (
    _NOTO / "NotoEmoji[wght].ttf",
    _NOTO / "NotoSans[wght].ttf",
    _ARABIC / "Amiri-Regular.ttf",
    *(
        _NOTO / f"NotoSans{script}[wght].ttf"
        for script in (
            "Hebrew", "Devanagari", "Bengali", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Oriya",
            "Sinhala", "Tamil", "Telugu", "Thai", "Lao", "Khmer", "Myanmar", "Armenian", "Georgian", "Ethiopic",
        )
    ),
    _NOTO / "NotoSansSymbols[wght].ttf",
    _HAN / "NotoSerifSC-Regular.otf",
    _HANGUL / "NotoSerifKR-Regular.otf",
)  # fmt: skip


def shown(text: str) -> str:
    """The text as fonts have it: composed (NFC), and without invisible characters that none of its fonts has.

    A styled letter that no font has ("𝓐") becomes the plain one.
    """
    composed = unicodedata.normalize("NFC", text)
    if all(_font_of(c) == BODY or c.isspace() for c in set(composed)):
        return composed
    plain = "".join(map(_plain, composed))
    fonts = [characters(path) for path in (BODY, *fallbacks(plain))]
    lost = {c for c in set(plain) if is_invisible(c) and not any(ord(c) in font for font in fonts)}
    return "".join(c for c in plain if c not in lost)


def missing(text: str) -> set[str]:
    """The visible characters of a shown text that no font has."""
    return {c for c in set(text) if not c.isspace() and not is_invisible(c) and _font_of(c) is None}


def fallbacks(text: str) -> dict[Path, set[int]]:
    """The fonts that a text needs beside the body font, in order, each with the code points it is to draw.

    Joiners and variation selectors go with every font that has them: they shape the character before them.
    """
    needed: dict[Path, set[int]] = defaultdict(set)
    invisible = {ord(c) for c in set(text) if is_invisible(c)}
    for c in set(text):
        path = _font_of(c)
        if path not in (None, BODY) and not is_invisible(c):
            needed[path] |= {ord(c)} | (invisible & characters(path))
    return {path: needed[path] for path in FALLBACKS if path in needed}


def needs_shaping(text: str) -> bool:
    """Whether letters join, change places or carry marks: anything but the plain letters of the body font."""
    return bool(fallbacks(text)) or any(unicodedata.category(c) == "Mn" for c in text)


@cache
def characters(path: Path) -> frozenset[int]:
    """The code points of a font."""
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=20_000)
def is_invisible(c: str) -> bool:
    """Whether a character only changes its neighbours: joiners, variation selectors, soft hyphens, tags."""
    return unicodedata.category(c) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(c, "")


def _plain(c: str) -> str:
    return c if _font_of(c) or is_invisible(c) else unicodedata.normalize("NFKC", c)


@lru_cache(maxsize=20_000)
def _font_of(c: str) -> Path | None:
    return next((path for path in _in_order() if ord(c) in characters(path)), None)


def _in_order() -> Iterator[Path]:
    yield BODY
    yield from FALLBACKS
