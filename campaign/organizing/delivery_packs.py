"""What is handed over at the end of an action: the text with everybody who signed it, as PDF and as table.

Names of people stand in it only where they agreed to that; the others count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from fpdf import FPDF

from campaign.actions.models import CampaignAction, Signature, Target
from campaign.organizing import exports
from campaign.outreach import names, office_letters, paper, paper_fonts
from campaign.outreach.bilingual import Text

COLUMNS: Final = ("number", "organization", "name", "role", "town", "confirmed")
_TITLE_SIZE: Final = 18
_NOT_NAMED: Final = Text(
    "and {number} more who did not agree to publish their names",
    "y {number} más que no autorizaron publicar su nombre",
)
_COUNT: Final[Mapping[str, Text]] = {
    "petition": Text("Signatures: {number}", "Firmas: {number}"),
    "signon": Text("Organizations: {number}", "Organizaciones: {number}"),
    "pledge": Text("People who pledged to call: {number}", "Personas que prometieron llamar: {number}"),
    "letter": Text("Letters sent: {number}", "Cartas enviadas: {number}"),
}
_AS_OF: Final = Text("As of {day}", "Al {day}")


@dataclass(frozen=True)
class Pack:
    """What is handed over. ``rows`` are those who count, as signatures.counted has them."""

    action: CampaignAction
    targets: Sequence[Target]
    rows: Sequence[Signature]

    def title(self, lang: str) -> str:
        return str(getattr(self.action, f"title_{lang}"))


def table(pack: Pack, zone: tzinfo) -> Iterator[tuple[int | str | date, ...]]:
    """A row for each who counts, by ``COLUMNS``; only the day (by ``zone``) of people who did not agree to be
    named."""
    for number, row in enumerate(pack.rows, start=1):
        name, role = (row.name, row.role) if row.show_name else ("", "")
        town = row.town if row.show_name or row.organization else ""
        day = row.confirmed_at.astimezone(zone).date() if row.confirmed_at else ""
        yield number, row.organization, name, role, town, day


def csv(pack: Pack, zone: tzinfo) -> bytes:
    return exports.csv_of(COLUMNS, table(pack, zone))


def pdf(pack: Pack, lang: str, *, today: date) -> bytes:
    """Addressees, text and names, on as many pages as they take. Raises Refused for text that no font can
    draw."""
    lines, text = list(_names(pack, lang)), str(getattr(pack.action, f"text_{lang}"))
    count = _COUNT[pack.action.kind].of(lang).format(number=len(pack.rows))
    offices = [office_letters.recipient(target, lang) for target in pack.targets]
    drawn = "\n".join([pack.title(lang), text, count, *lines, *(line for office in offices for line in office)])
    sheet = paper.sheet(drawn, pack.title(lang), lang, today=today)
    sheet.add_page()
    _write(sheet, [pack.title(lang)], size=_TITLE_SIZE)
    _write(sheet, [f"{count}. {_AS_OF.of(lang).format(day=names.day(today, lang))}."])
    for office in offices:
        _write(sheet, office)
    for paragraph in text.split("\n\n"):
        _write(sheet, [" ".join(paragraph.split())])
    _write(sheet, [count], size=_TITLE_SIZE * 0.75)
    _write(sheet, lines)
    return bytes(sheet.output())


def _write(sheet: FPDF, lines: Sequence[str], *, size: float = paper.SIZE) -> None:
    height = paper.LINE * size / paper.SIZE
    sheet.set_font_size(size)
    for line in lines:
        paper.write(sheet, 0, height, line)
    sheet.ln(height * 0.6)


def _names(pack: Pack, lang: str) -> Iterator[str]:
    """The numbered lines of those who are named, and how many are not."""
    if pack.action.kind == "signon":
        named = [", ".join(filter(None, (row.organization, *_person(row), row.town))) for row in pack.rows]
    else:
        named = [", ".join(filter(None, (row.name, row.town))) for row in pack.rows if row.show_name]
    yield from (f"{number}. {_drawable(line)}" for number, line in enumerate(named, start=1))
    if rest := len(pack.rows) - len(named):
        yield _NOT_NAMED.of(lang).format(number=rest)


def _drawable(text: str) -> str:
    """What a stranger typed, with a question mark for what no font has: one name must not stop the rest."""
    text = paper_fonts.shown(text)
    lost = paper_fonts.missing(text)
    return "".join("?" if c in lost else c for c in text)


def _person(row: Signature) -> tuple[str, ...]:
    return (row.name, row.role) if row.show_name else ()
