"""The day that each source of a snapshot describes: stated by the source or by the operator, never guessed.

A file's facts are as old as its source. The clock of the build says nothing of it: bills of June that a
build of November dates anew would look as if they were read in November.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from campaign.refusals import Refused

STATED = "sources.json"


def parse_day(text: str) -> tuple[str, date]:
    """``("members", date)`` from ``members=2026-07-15``. Raises Refused for any other form."""
    name, _, day = text.partition("=")
    try:
        return name.strip(), _day(day.strip())
    except ValueError:
        raise Refused(
            f"--as-of {text}: write a source and its day, such as members=2026-07-15.",
            f"--as-of {text}: escriba una fuente y su día, por ejemplo members=2026-07-15.",
        ) from None


def _day(text: Any) -> date:
    # fromisoformat alone would also read 20260715 and 2026-W29-3.
    if not isinstance(text, str) or len(text) != len("2026-07-15"):
        raise ValueError(text)
    return date.fromisoformat(text)


def days_of(source: Path, paths: Mapping[str, Iterable[Path]], as_of: Mapping[str, date]) -> dict[str, date]:
    """The day of each set of files: from ``as_of``, else from the folder's ``sources.json``, by the name of
    the file or of the folder that holds it; the oldest where a set's files differ. Raises Refused for a set
    without a day and for a day of something that is neither a set nor in the folder."""
    if unknown := sorted(name for name in as_of.keys() - paths.keys() if not _is_in(source, name)):
        known = ", ".join(paths)
        raise Refused(
            f"--as-of {unknown[0]}: no source here has this name; there are {known}.",
            f"--as-of {unknown[0]}: aquí ninguna fuente se llama así; hay {known}.",
        )
    stated = {**_stated(source / STATED), **as_of}
    found = {name: as_of.get(name) or _stated_day(source, files, stated) for name, files in paths.items()}
    if missing := [name for name, day in found.items() if day is None]:
        options = " ".join(f"--as-of {name}=YYYY-MM-DD" for name in missing)
        opciones = " ".join(f"--as-of {name}=AAAA-MM-DD" for name in missing)
        raise Refused(
            f"The day of {', '.join(missing)} is not known: add {options}, or a {STATED} beside the files.",
            f"No se sabe de qué día son {', '.join(missing)}: agregue {opciones}, o un {STATED} junto a los "
            "archivos.",
        )
    return {name: day for name, day in found.items() if day is not None}


def _is_in(source: Path, name: str) -> bool:
    return bool(name) and name in {path.name for path in source.iterdir()}


def _stated(path: Path) -> dict[str, date]:
    if not path.exists():
        return {}
    try:
        entries = json.loads(path.read_bytes())
        return {name: _day(entry["as_of"]) for name, entry in entries.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused(
            f'{path} cannot be read: each file or folder needs {{"as_of": "YYYY-MM-DD"}}.',
            f'No se puede leer {path}: cada archivo o carpeta necesita {{"as_of": "AAAA-MM-DD"}}.',
        ) from None


def _stated_day(source: Path, files: Iterable[Path], stated: Mapping[str, date]) -> date | None:
    days = []
    for file in files:
        name = file.relative_to(source)
        day = stated.get(name.as_posix()) or stated.get(name.parts[0])
        if day is None:
            return None
        days.append(day)
    return min(days, default=None)
