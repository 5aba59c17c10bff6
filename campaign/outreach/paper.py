"""Letters and posters as PDF in US letter size.

Every font is embedded: PDF's own have the characters of Western Europe alone, and not even its quotes and
dashes. A character that no font of ours has refuses the PDF, and the message points to the browser's print
function.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from fpdf import FPDF
from fpdf.fonts import TTFFont

from campaign.outreach import paper_fonts
from campaign.outreach.letters import Letter
from campaign.refusals import Refused

MARGIN = 25.4
LINE = 5.6
SIZE = 10.8
# A letter that is too long for one page is set smaller.
SCALES = (1.0, 0.9, 0.8, 0.7)
FAMILY = "body"

# fontTools logs a warning for every font table that it drops from a subset.
logging.getLogger("fontTools").setLevel(logging.ERROR)


def letter_pdf(letter: Letter, title: str, lang: str, *, today: date) -> bytes:
    """A letter on one page. Raises Refused for characters that no font has."""
    pdf = _set(letter, title, lang, today, SCALES[0])
    for scale in SCALES[1:]:
        if pdf.page_no() == 1:
            break
        _close_fonts(pdf)
        pdf = _set(letter, title, lang, today, scale)
    return bytes(pdf.output())


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
    """An empty document with a font for every character of ``text``. Raises Refused where there is none.

    What is drawn on it goes through ``write``.
    """
    pdf = FPDF(format="letter", unit="mm")
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    pdf.set_title(title)
    pdf.set_lang(lang)
    # The day without the hour: a PDF need not tell when it was written.
    pdf.set_creation_date(datetime.combine(today, time(12), UTC))
    _add_fonts(pdf, paper_fonts.shown(text))
    pdf.set_font(FAMILY, size=SIZE)
    return pdf


def _add_fonts(pdf: FPDF, text: str) -> None:
    """The body font and those that the text needs beside it, each for its characters alone."""
    if paper_fonts.missing(text):
        raise Refused(
            "This PDF can’t show some of the characters you typed. Print the page from your browser instead. "
            "Nothing was saved.",
            "Este PDF no puede mostrar algunos de los caracteres que escribió. Imprima la página desde su "
            "navegador. No se guardó nada.",
        )
    pdf.add_font(FAMILY, fname=paper_fonts.BODY)
    names: list[str] = []
    for path, points in paper_fonts.fallbacks(text).items():
        names.append(f"extra{len(names)}")
        pdf.add_font(names[-1], fname=path, unicode_range=sorted(points))
    pdf.set_fallback_fonts(names, exact_match=False)
    pdf.set_text_shaping(paper_fonts.needs_shaping(text))


def _close_fonts(pdf: FPDF) -> None:
    """Of a document that is given up: the output of one closes its fonts' files itself."""
    for font in pdf.fonts.values():
        if isinstance(font, TTFFont):
            font.close()


def write(pdf: FPDF, width: float, height: float, text: str, *, new_x: str = "LMARGIN") -> None:
    """Text in lines of this height (mm), as wide as ``width`` (mm; 0: to the margin)."""
    pdf.multi_cell(width, height, paper_fonts.shown(text), align="L", new_x=new_x, new_y="NEXT")


def _lines(pdf: FPDF, lines: Sequence[str], height: float, *, after: float | None = None) -> None:
    for line in lines:
        write(pdf, 0, height, line)
    pdf.ln(height if after is None else after)
