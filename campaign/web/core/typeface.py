"""The face of headings: Source Serif Pro, cut down to the letters of English and Spanish.

Its license (SIL OFL 1.1) keeps the name Source for the whole font, so the part goes by a name of ours. The
copyright and the license stay in the file.
"""

import io
from pathlib import Path
from typing import Final

import font_source_serif_pro
from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY: Final = "Campaign Serif"
FILE: Final = Path(font_source_serif_pro.font_files_ttf["SourceSerifProSemibold"])
# Basic Latin and Latin-1, and the punctuation of our own texts.
_CHARACTERS: Final = (*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—‘’“”…"))
# Copyright, license, address of the license.
_LEGAL_NAMES: Final = (0, 13, 14)
# Numbers of the name table: family, style, unique id, full name, version, PostScript name.
_OWN_NAMES: Final = {1: FAMILY, 2: "Regular", 3: FAMILY, 4: FAMILY, 5: "1.0", 6: "CampaignSerif"}


def woff2() -> bytes:
    """The face as browsers load it. Takes a second or two."""
    font = TTFont(FILE)
    options = subset.Options(hinting=False, layout_features=["kern", "liga"], name_IDs=list(_LEGAL_NAMES))
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=_CHARACTERS)
    cutter.subset(font)
    for number, text in _OWN_NAMES.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font.flavor = "woff2"
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()


def rule(address: str) -> str:
    """The @font-face rule. ``optional``: a face that comes late is used from the next page on, and nothing
    on a page moves."""
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:600 700;font-display:optional;'
        f'src:url("{address}") format("woff2")}}'
    )
