"""The rooms keep their order: imports go down the list of design, and each door has one keeper."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# From the ground up. A room may import itself and what lies below it.
FLOORS: dict[str, int] = {
    "campaign": 0,
    "campaign.refusals": 0,
    "campaign.dates": 1,
    "campaign.settings": 1,
    "campaign.logs": 1,
    "campaign.db": 2,
    "campaign.runs": 3,
    "campaign.fetch": 4,
    "campaign.congress": 5,
    "campaign.districts": 6,
    "campaign.proposals": 6,
    "campaign.accounts": 6,
    "campaign.outreach": 7,
    "campaign.organizing": 8,
    "campaign.snapshot": 8,
    "campaign.mailing": 9,
    "jobs": 10,
    "campaign.backup": 10,
    "campaign.doctor": 10,
    "campaign.web": 10,
    "campaign.web.core": 11,
    "campaign.web.public": 13,
    "campaign.web.organize": 13,
    "campaign.web.api": 14,
    "campaign.web.campaign_state": 15,
    "campaign.app": 16,
    "jobs.worker": 16,
    "campaign.server": 17,
    "campaign.cli": 18,
    "campaign.migrations": 18,
}
# Who may import a library that is a door to somewhere.
KEEPERS = {
    "httpx": ("campaign.fetch",),
    "apscheduler": ("jobs.worker",),
    "smtplib": ("campaign.mailing.transport",),
    "gunicorn": ("campaign.server",),
    "flask": ("campaign.app", "campaign.web", "campaign.server", "campaign.cli", "campaign.mailing.rendering"),
    "flask_login": ("campaign.app", "campaign.web"),
    "flask_wtf": ("campaign.app", "campaign.web"),
    "click": ("campaign.cli",),
    "rich": ("campaign.cli",),
    "urllib.request": (),
    "requests": (),
    "sqlite3": ("campaign.backup", "campaign.db"),
    "pickle": (),
    "subprocess": (),
}
# Python's own words, and gettext's.
PUBLIC_UNDERSCORES = {"__version__", "_"}
BANNED_NAMES = {"utils", "helpers", "common", "constants", "services", "repositories", "misc", "util", "helper"}


def modules() -> list[Path]:
    found = [*ROOT.glob("campaign/**/*.py"), *ROOT.glob("jobs/**/*.py")]
    return sorted(path for path in found if "versions" not in path.parts)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[tuple[str, list[str], int]]:
    """Every module imported, with the names taken from it and the line; in functions and typing blocks, too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, [], node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a name comes from"
            yield node.module or "", [alias.name for alias in node.names], node.lineno


def targets(module: str, names: list[str]) -> Iterator[str]:
    """What an import means: ``from campaign import db`` is ``campaign.db``."""
    for name in names or [""]:
        inside = ROOT.joinpath(*module.split("."), name)
        if name and (inside.is_dir() or inside.with_suffix(".py").is_file()):
            yield f"{module}.{name}"
        else:
            yield module


def room_of(module: str) -> str:
    """The longest name of the list that covers a module."""
    return max((room for room in FLOORS if module == room or module.startswith(room + ".")), key=len)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_go_down(path: Path) -> None:
    here = room_of(name_of(path))
    for module, names, line in imports_of(path):
        if module.split(".")[0] not in ("campaign", "jobs"):
            continue
        for target in targets(module, names):
            there = room_of(target)
            allowed = here == there or FLOORS[there] < FLOORS[here]
            assert allowed, f"{path.name}:{line}: {here} may not import {there}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_has_its_room(path: Path) -> None:
    name = name_of(path)
    assert name == "campaign" or room_of(name) != "campaign", f"{name} stands in no room of the list"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_doors_have_keepers(path: Path) -> None:
    name = name_of(path)
    for module, _, line in imports_of(path):
        for library, keepers in KEEPERS.items():
            if module == library or module.startswith(library + "."):
                kept = any(name == keeper or name.startswith(keeper + ".") for keeper in keepers)
                assert kept, f"{path.name}:{line}: {library} belongs to {keepers or 'nobody'}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_nobody_reaches_for_another_rooms_insides(path: Path) -> None:
    for module, names, line in imports_of(path):
        if module.split(".")[0] in ("campaign", "jobs"):
            private = [
                name
                for name in [*names, *module.split(".")]
                if name.startswith("_") and name not in PUBLIC_UNDERSCORES
            ]
            assert private == [], f"{path.name}:{line}: {private} of {module}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_only_the_command_line_imports_late(path: Path) -> None:
    if name_of(path).startswith("campaign.cli"):
        return
    late = [
        node.lineno
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert late == [], f"{path.name}: imports inside functions hide cycles"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_only_the_clock_reads_the_clock(path: Path) -> None:
    """``campaign.db.utcnow`` is the only clock; whoever decides takes ``now``."""
    if name_of(path) == "campaign.db":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow"):
            owner = ast.unparse(node.value)
            assert owner not in ("datetime", "date", "datetime.datetime", "datetime.date"), (
                f"{path.name}:{node.lineno}: {owner}.{node.attr}"
            )


def test_no_file_has_a_name_that_says_nothing() -> None:
    everything = [
        path for top in ("campaign", "jobs", "tests", "benchmarks") for path in ROOT.glob(f"{top}/**/*")
    ]
    assert [path for path in everything if path.stem in BANNED_NAMES] == []


def test_no_model_module_postpones_annotations() -> None:
    """They break SQLModel's relationships."""
    postponed = [
        path
        for path in ROOT.glob("campaign/**/*.py")
        if "from __future__ import annotations" in path.read_text()
    ]
    assert [path for path in postponed if path.name in ("models.py", "runs.py")] == []


def test_the_package_docstring_names_every_room() -> None:
    words = (ROOT / "campaign/__init__.py").read_text()
    rooms = {room.split(".")[1] for room in FLOORS if room.count(".") == 1 and room.startswith("campaign.")}
    assert [room for room in sorted(rooms) if f"``{room}``" not in words and room != "migrations"] == []
