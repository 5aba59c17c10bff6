"""Letters and posters as PDF in US letter size.

PDF's built-in fonts have the characters of Western European languages, enough for our own texts. A writer's
name in another script needs a font that is installed on the machine. Where there is none the PDF is refused,
and the message points to the browser's print function, which can draw every script.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF

from campaign.outreach.letters import Letter
from campaign.refusals import Refused

MARGIN = 25.4
LINE = 5.6
SIZE = 11.5
# A letter that is too long for one page is set smaller.
SCALES = (1.0, 0.9, 0.8, 0.7)
# Serif fonts with many scripts, where Linux distributions and macOS install them.
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "/usr/share/fonts/dejavu-serif-fonts/DejaVuSerif.ttf",
    "/usr/share/fonts/TTF/DejaVuSerif.ttf",
    "/System/Library/Fonts/Supplemental/Times New Roman.ttf",
)

# fontTools logs a warning for every font table that it drops from a subset.
logging.getLogger("fontTools").setLevel(logging.ERROR)


def letter_pdf(letter: Letter, title: str, lang: str, *, today: date) -> bytes:
    """A letter on one page. Raises Refused for text that no installed font can draw."""
    sheets = (_set(letter, title, lang, today, scale) for scale in SCALES)
    fitting = next((pdf for pdf in sheets if pdf.page_no() == 1), None)
    return bytes((fitting or _set(letter, title, lang, today, SCALES[-1])).output())


def _set(letter: Letter, title: str, lang: str, today: date, scale: float) -> FPDF:
    pdf = sheet(letter.text + title, title, lang, today=today)
    line = LINE * scale
    pdf.set_font_size(SIZE * scale)
    pdf.add_page()
    _lines(pdf, [letter.day], line)
    _lines(pdf, letter.recipient, line)
    for text in (letter.salutation, *letter.body):
        _lines(pdf, [text], line, after=line * 0.6)
    _lines(pdf, letter.signed, line, after=0)
    return pdf


def sheet(text: str, title: str, lang: str, *, today: date) -> FPDF:
    """An empty document with a font for every character of ``text``. Raises Refused where there is none."""
    pdf = FPDF(format="letter", unit="mm")
    pdf.core_fonts_encoding = "cp1252"
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    pdf.set_title(title)
    pdf.set_lang(lang)
    # The day without the hour: a PDF need not tell when it was written.
    pdf.set_creation_date(datetime.combine(today, time(12), UTC))
    if drawable(text):
        pdf.set_font("Times", size=SIZE)
    else:
        path = _font_for(text)
        pdf.add_font("Local", fname=path)
        pdf.set_font("Local", size=SIZE)
    return pdf


def drawable(text: str) -> bool:
    """Whether PDF's built-in fonts have every character of a text."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _font_for(text: str) -> str:
    needed = {ord(c) for c in text if not c.isspace()}
    for path in FONTS:
        if Path(path).is_file() and needed <= _letters_of(path):
            return path
    raise Refused(
        "This PDF cannot show some of the characters that you wrote. Print the page from your browser "
        "instead: it knows them. Nothing you wrote was kept.",
        "Este PDF no puede mostrar algunos de los caracteres que escribió. Imprima la página desde su "
        "navegador, que sí los conoce. No se guardó nada de lo que escribió.",
    )


@cache
def _letters_of(path: str) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _lines(pdf: FPDF, lines: Sequence[str], height: float, *, after: float | None = None) -> None:
    for line in lines:
        pdf.multi_cell(0, height, line, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(height if after is None else after)
