"""Our own SVG as PNG: one drawing, two files."""

from functools import lru_cache
from threading import Lock
from typing import Final

import resvg_py
from ttf_opensans import FONTS

from campaign.web.core import typeface

# Pixels a unit in the file.
SCALE = 2.0
FAMILY = "Open Sans"
# A server may have no fonts at all.
FONT_FILES = [*(str(font.path) for font in FONTS if not font.italic), str(typeface.FILE)]
# Pictures for links and icons that stay painted, some 50 kB each.
_MOST: Final = 128
_one_at_a_time: Final = Lock()


def png(svg: str, *, scale: float = SCALE) -> bytes:
    """The drawing as a PNG on white. Raises ValueError for what is no SVG."""
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        background="#ffffff",
        zoom=scale,
        skip_system_fonts=True,
        font_files=FONT_FILES,
        font_family=FAMILY,
        serif_family=FAMILY,
        sans_serif_family=FAMILY,
    )


@lru_cache(maxsize=_MOST)
def painted(svg: str) -> bytes:
    """A drawing for everybody in its own size, painted once. One at a time: who asks for all pictures at once
    slows down nobody else."""
    with _one_at_a_time:
        return png(svg, scale=1.0)
