"""Print-outs for an information table: a poster for a seat with tear-off strips, and a sign-up sheet.

The QR code leads to the page of the seat, an address that outlives bill numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import segno
from fpdf import FPDF

from campaign.congress.members import Person
from campaign.outreach import names, paper, paper_fonts, wordings
from campaign.outreach.asks import Ask

STRIPS = 6
SHEET_ROWS = 16
# The columns that `campaign subscribers import` reads.
CSV_COLUMNS = ("email", "language", "zip", "proposals")


@dataclass(frozen=True)
class Call:
    """One member on the poster: the telephone number in Washington and a script of 20 seconds."""

    person: Person
    role: str
    phone: str
    text: str


@dataclass(frozen=True)
class Kit:
    """The content of a poster. ``address`` is the URL in its QR code, ``number`` the bill's.

    Where the bill has ended, the number has its Congress and is shown beside the headline.
    """

    seat: str
    name: str
    number: str
    summary: str
    fact: str
    calls: tuple[Call, ...]
    address: str
    lang: str
    ended: bool = False

    @property
    def title(self) -> str:
        """The headline: the proposal outlives its bills' numbers, so that an ended one is no part of it."""
        return self.name if self.ended else f"{self.name} ({self.number})"

    @property
    def shown_address(self) -> str:
        return self.address.partition("://")[2]


def kit(
    seat: str,
    asked: Sequence[tuple[Person, Ask, str]],
    address: str,
    lang: str,
    *,
    fact: str,
) -> Kit:
    """The poster for a seat.

    ``asked`` has the seat's member and senators, the member of the House first: each with the ask of one
    proposal and a telephone number. At least one is needed.
    """
    first = asked[0][1]
    calls = tuple(
        Call(
            person,
            names.role(person, lang),
            phone,
            wordings.render(ask, person, "tally", lang, "", printed=True),
        )
        for person, ask, phone in asked
    )
    summary = wordings.effects(first, lang)[0]
    number = wordings.capital(first.matter.number(first.bill, lang))
    ended = first.bill.congress < first.matter.congress
    return Kit(seat, first.matter.name(lang), number, summary, fact, calls, address, lang, ended)


def qr_code(address: str) -> str:
    """A QR code of the address as an inline SVG, dark on light in any colour scheme."""
    code = segno.make(address, error="m", micro=False)
    return str(code.svg_inline(border=4, light="#fff", dark="#000", omitsize=True))


# --- on paper --------------------------------------------------------------------------------------

PAGE, SIDE = 215.9, 15.0
STRIP_HEIGHT, STRIP_TOP = 44.0, 138.0
WORDS = {
    "en": {
        "call": "Call them. It takes two minutes.",
        "scan": "Scan, or open",
        "say": "Say:",
        "before": "Before:",
    },
    "es": {"call": "Llame. Toma dos minutos.", "scan": "Escanee o abra", "say": "Diga:", "before": "Antes:"},
}


def kit_pdf(found: Kit, *, today: date) -> bytes:
    """The poster as a PDF of one page, strips to cut off at its bottom."""
    words = WORDS[found.lang]
    scripts = [f"{call.person.name} {call.text}" for call in found.calls]
    everything = " ".join([found.title, found.number, found.summary, found.fact, *scripts])
    pdf = paper.sheet(everything, found.title, found.lang, today=today)
    pdf.add_font(paper.FAMILY, style="B", fname=paper_fonts.BOLD)
    pdf.set_auto_page_break(False)
    pdf.set_margins(SIDE, SIDE, SIDE)
    pdf.add_page()
    _poster(pdf, found, words)
    _strips(pdf, found, words)
    return bytes(pdf.output())


def _poster(pdf: FPDF, found: Kit, words: dict[str, str]) -> None:
    wide = PAGE - 2 * SIDE
    _put(pdf, SIDE, 15, wide - 50, found.title, 22, 9.5, bold=True)
    if found.ended:
        _put(pdf, SIDE, pdf.get_y() + 1, wide - 50, f"{words['before']} {found.number}", 9.5, 4.4)
    _put(pdf, SIDE, pdf.get_y() + 2, wide - 50, found.summary, 13, 6)
    if found.fact:
        _put(pdf, SIDE, pdf.get_y() + 2, wide - 50, found.fact, 9.5, 4.4)
    _draw_square(pdf, found.address, PAGE - SIDE - 44, 15, 44)
    _put(pdf, PAGE - SIDE - 46, 60, 48, f"{words['scan']} {found.shown_address}", 9, 4)
    _put(pdf, SIDE, max(pdf.get_y() + 5, 78), wide, words["call"], 14, 7, bold=True)
    for call in found.calls:
        _put(pdf, SIDE, pdf.get_y() + 1.5, wide, f"{call.person.name}, {call.role}: {call.phone}", 13, 6)


def _strips(pdf: FPDF, found: Kit, words: dict[str, str]) -> None:
    """Two columns of equal strips, each complete: name, telephone number, script and address."""
    half = PAGE / 2
    pdf.set_dash_pattern(dash=1.5, gap=1.5)
    pdf.set_draw_color(120)
    pdf.line(0, STRIP_TOP, PAGE, STRIP_TOP)
    pdf.line(half, STRIP_TOP, half, STRIP_TOP + STRIP_HEIGHT * STRIPS / 2)
    for number in range(STRIPS):
        call = found.calls[number % len(found.calls)]
        left, top = (number % 2) * half, STRIP_TOP + (number // 2) * STRIP_HEIGHT
        pdf.line(left, top + STRIP_HEIGHT, left + half, top + STRIP_HEIGHT)
        _put(pdf, left + 5, top + 3, half - 10, f"{call.person.name}: {call.phone}", 10.5, 5, bold=True)
        _put(pdf, left + 5, pdf.get_y() + 1, half - 10, f"{words['say']} {call.text}", 9, 4)
        _put(pdf, left + 5, top + STRIP_HEIGHT - 7, half - 10, found.shown_address, 9, 4)
    pdf.set_dash_pattern()


def _put(
    pdf: FPDF, x: float, y: float, width: float, text: str, size: float, line: float, *, bold: bool = False
) -> None:
    pdf.set_font(paper.FAMILY, "B" if bold else "", size)
    pdf.set_xy(x, y)
    paper.write(pdf, width, line, text, new_x="LEFT")


def _draw_square(pdf: FPDF, address: str, x: float, y: float, width: float) -> None:
    code = segno.make(address, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(scale=1, border=4)]
    dot = width / len(rows)
    pdf.set_fill_color(0)
    for i, row in enumerate(rows):
        for j, dark in enumerate(row):
            if dark:
                # The dots overlap a little: some viewers draw hairlines between exact ones.
                pdf.rect(x + j * dot, y + i * dot, dot * 1.03, dot * 1.03, style="F")


def csv_template() -> str:
    """The header of the CSV file for the names on a sign-up sheet, one row a person.

    ``proposals`` are slugs separated by spaces; empty means all.
    """
    return ",".join(CSV_COLUMNS) + "\r\n"
