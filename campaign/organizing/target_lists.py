"""The offices that an action is addressed to, as a table: read, checked line by line, and written."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from campaign.actions.models import Target
from campaign.organizing import exports
from campaign.organizing.exports import Fault
from campaign.outreach.letters import clean

COLUMNS: Final = (
    "title_en",
    "title_es",
    "name",
    "salutation_en",
    "salutation_es",
    "address",
    "phone",
    "contact_form",
)
LONGEST: Final = 300
MOST: Final = 200
_PHONE: Final = re.compile(r"[0-9+(). x-]{7,40}")
_WRITTEN: Final = ("title", "salutation")


def read(raw: bytes, languages: Sequence[str]) -> tuple[list[Target], list[Fault]]:
    """The offices of an uploaded table, and what is wrong with its lines; with a fault nothing may be taken.

    Titles and salutations are needed in the languages that the campaign offers. Raises Refused for what is no
    such table at all.
    """
    needed = [f"{name}_{lang}" for name in _WRITTEN for lang in languages]
    lines = exports.read_table(raw, needed=needed, known=COLUMNS)
    faults = [fault for line in lines for fault in _faults(line.number, line.cells, needed)]
    faults += _doubles(lines, languages[0])
    if len(lines) > MOST:
        over = lines[MOST].number
        faults.append(Fault(over, f"more than {MOST} offices", f"más de {MOST} oficinas"))
    return [_target(line.cells, languages) for line in lines], sorted(faults, key=lambda fault: fault.line)


def _faults(line: int, cells: Mapping[str, str], needed: Sequence[str]) -> Iterator[Fault]:
    for name in needed:
        if not cells[name]:
            yield Fault(line, f"{name} is empty", f"{name} está vacío")
    for name, text in cells.items():
        if len(text) > LONGEST:
            yield Fault(line, f"{name} is longer than {LONGEST} characters", f"{name} pasa de {LONGEST} letras")
    phone, form = cells.get("phone", ""), cells.get("contact_form", "")
    if phone and not _PHONE.fullmatch(phone):
        yield Fault(line, f"“{phone[:40]}” is no phone number", f"«{phone[:40]}» no es un teléfono")
    if form and not re.fullmatch(r"https?://[^\s/]\S*", form):
        yield Fault(
            line,
            f"“{form[:40]}” is no web address; it starts with https://",
            f"«{form[:40]}» no es una dirección web; empieza con https://",
        )


def _doubles(lines: Sequence[exports.Line], lang: str) -> Iterator[Fault]:
    seen: dict[tuple[str, str], int] = {}
    for line in lines:
        same = line.cells[f"title_{lang}"].lower(), line.cells.get("name", "").lower()
        if same[0] and same in seen:
            yield Fault(
                line.number,
                f"the same office as line {seen[same]}",
                f"la misma oficina que la línea {seen[same]}",
            )
        seen.setdefault(same, line.number)


def _target(cells: Mapping[str, str], languages: Sequence[str]) -> Target:
    """An office, not stored yet; what is written in the only language stands in the other column, too."""
    texts = {name: clean(cells.get(name, "")) for name in COLUMNS}
    texts["address"] = "\n".join(filter(None, map(clean, cells.get("address", "").splitlines())))
    if len(languages) == 1:
        for name in _WRITTEN:
            texts |= dict.fromkeys((f"{name}_en", f"{name}_es"), texts[f"{name}_{languages[0]}"])
    return Target(action=0, position=0, **texts)  # type: ignore[arg-type]


def write(targets: Sequence[Target]) -> bytes:
    """The table of an action's offices, as ``read`` takes it."""
    return exports.csv_of(COLUMNS, ([getattr(each, name) for name in COLUMNS] for each in targets))
