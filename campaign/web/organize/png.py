"""Our own SVG as PNG: one drawing, two files."""

import resvg_py
from ttf_opensans import FONTS

# Pixels a unit in the file.
SCALE = 2.0
FAMILY = "Open Sans"
# A server may have no fonts at all.
FONT_FILES = [str(font.path) for font in FONTS if not font.italic]


def png(svg: str) -> bytes:
    """The drawing as a PNG on white. Raises ValueError for what is no SVG."""
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        background="#ffffff",
        zoom=SCALE,
        skip_system_fonts=True,
        font_files=FONT_FILES,
        font_family=FAMILY,
        serif_family=FAMILY,
        sans_serif_family=FAMILY,
    )
