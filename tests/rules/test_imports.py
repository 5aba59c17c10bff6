"""Imports go down the list of rooms, and libraries that reach outside are imported in one place each."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import forked
from parsed import ROOT, modules, nodes_of

# From the ground up. A room may import itself and what lies below it.
FLOORS: dict[str, int] = {
    "campaign": 0,
    "campaign.refusals": 0,
    "campaign.dates": 1,
    "campaign.mailbox": 1,
    "campaign.settings": 1,
    "campaign.logs": 1,
    "campaign.write_lock": 1,
    "campaign.db": 2,
    "campaign.runs": 3,
    "campaign.group_commit": 3,
    "campaign.reply": 2,
    "campaign.ssrf": 3,
    "campaign.connection": 3,
    "campaign.circuit": 3,
    "campaign.fetch": 4,
    "campaign.congress": 5,
    "campaign.calendar": 6,
    "campaign.votes": 7,
    "campaign.districts": 6,
    "campaign.proposals": 6,
    "campaign.accounts": 6,
    "campaign.actions": 7,
    "campaign.outreach": 8,
    "campaign.organizing": 9,
    "campaign.snapshot": 10,
    # Addresses, models, policy, message, transport, queue: what the rooms of mailing share.
    "campaign.mailing": 10,
    "campaign.mailing.readers": 11,
    "campaign.mailing.edition": 11,
    "campaign.webhooks": 11,
    "campaign.mailing.delivery": 12,
    "campaign.mailing.returned": 12,
    "jobs": 13,
    "campaign.tables": 12,
    "campaign.backup": 13,
    "campaign.new_congress": 12,
    "campaign.removal": 12,
    "campaign.doctor": 13,
    "campaign.web": 13,
    "campaign.web.core": 14,
    "campaign.web.public": 15,
    "campaign.web.organize": 15,
    "campaign.web.api": 16,
    "campaign.web.campaign_state": 17,
    "campaign.app": 18,
    "jobs.worker": 18,
    "campaign.drill": 19,
    "campaign.http_worker": 18,
    "campaign.server": 19,
    "campaign.cli": 20,
    "campaign.migrations": 20,
}
# The modules that may import a library; empty: none.
IMPORTERS = {
    "httpx": ("campaign.fetch",),
    "apscheduler": ("jobs.worker",),
    "smtplib": ("campaign.mailing.transport",),
    "gunicorn": ("campaign.http_worker", "campaign.server"),
    "waitress": ("campaign.http_worker",),
    "flask": ("campaign.app", "campaign.web", "campaign.server"),
    "flask_login": ("campaign.web",),
    "flask_wtf": ("campaign.web",),
    "click": ("campaign.cli",),
    "rich": ("campaign.cli",),
    "urllib.request": (),
    "requests": (),
    "sqlite3": ("campaign.backup", "campaign.db"),
    "pickle": (),
    "subprocess": (),
}
# Libraries that take a tenth of a second or more to load, and that most processes never need.
LOADED_LATE = {"alembic", "coloraide", "openpyxl"}
# Python's own words, and gettext's.
PUBLIC_UNDERSCORES = {"__version__", "_"}
BANNED_NAMES = {"utils", "helpers", "common", "constants", "services", "repositories", "misc", "util", "helper"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports_of(path: Path) -> list[tuple[str, list[str], int]]:
    """Every module imported, with the names taken from it and the line; in functions and typing blocks, too."""
    found = []
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            found += [(alias.name, [], node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a name comes from"
            found.append((node.module or "", [alias.name for alias in node.names], node.lineno))
    return found


def targets(module: str, names: list[str]) -> Iterator[str]:
    """What an import means: ``from campaign import db`` is ``campaign.db``."""
    for name in names or [""]:
        whole = f"{module}.{name}"
        yield whole if name and is_module(whole) else module


@cache
def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


@cache
def room_of(module: str) -> str:
    """The longest name of the list that covers a module."""
    return max((room for room in FLOORS if module == room or module.startswith(room + ".")), key=len)


def is_ours(module: str) -> bool:
    return module.split(".")[0] in ("campaign", "jobs")


@cache
def our_imports() -> list[tuple[str, str, str]]:
    """Each import of ours by ours: the importing module, the imported one, and where it stands."""
    return [
        (name_of(path), target, f"{path.relative_to(ROOT)}:{line}")
        for path in modules()
        for module, names, line in imports_of(path)
        if is_ours(module)
        for target in targets(module, names)
    ]


def test_imports_go_down() -> None:
    wrong = []
    for name, target, place in our_imports():
        here, there = room_of(name), room_of(target)
        if here != there and FLOORS[there] >= FLOORS[here]:
            wrong.append(f"{place}: {here} may not import {there}")
    assert not wrong, "\n".join(wrong)


def test_rooms_of_one_floor_do_not_import_each_other() -> None:
    """Spelled out for those whose separation protects somebody: no public page rests on an organizers' one."""
    pairs = [
        ("campaign.web.public", "campaign.web.organize"),
        ("campaign.mailing.readers", "campaign.mailing.edition"),
        ("campaign.mailing.delivery", "campaign.mailing.returned"),
    ]
    wrong = [
        f"{place}: {here} and {there} do not know each other"
        for name, target, place in our_imports()
        for here, there in (*pairs, *(pair[::-1] for pair in pairs))
        if room_of(name) == here and room_of(target) == there
    ]
    assert not wrong, "\n".join(wrong)


def test_every_module_has_its_room() -> None:
    names = [name_of(path) for path in modules()]
    assert [name for name in names if name != "campaign" and room_of(name) == "campaign"] == []


def test_every_room_of_the_list_has_a_module() -> None:
    names = [name_of(path) for path in modules()]
    assert [room for room in FLOORS if not any(f"{name}.".startswith(f"{room}.") for name in names)] == []


def test_libraries_are_imported_where_they_may_be() -> None:
    wrong = []
    for path in modules():
        name = name_of(path)
        for module, _, line in imports_of(path):
            for library, importers in IMPORTERS.items():
                if f"{module}.".startswith(f"{library}.") and not any(
                    f"{name}.".startswith(f"{importer}.") for importer in importers
                ):
                    wrong.append(
                        f"{path.relative_to(ROOT)}:{line}: {library} belongs to {importers or 'no module'}"
                    )
    assert not wrong, "\n".join(wrong)


def test_every_importer_still_imports() -> None:
    """A stale row would allow a new module of the same name."""
    imported = {(name_of(path), module) for path in modules() for module, _, _ in imports_of(path)}
    idle = [
        (library, importer)
        for library, importers in IMPORTERS.items()
        for importer in importers
        if not any(
            f"{name}.".startswith(f"{importer}.") and f"{module}.".startswith(f"{library}.")
            for name, module in imported
        )
    ]
    assert idle == []


def test_no_module_imports_private_names_of_another() -> None:
    wrong = []
    for path in modules():
        for module, names, line in imports_of(path):
            words = [*names, *module.split(".")] if is_ours(module) else []
            private = [word for word in words if word.startswith("_") and word not in PUBLIC_UNDERSCORES]
            if private:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {private} of {module}")
    assert not wrong, "\n".join(wrong)


def test_only_the_command_line_imports_late() -> None:
    """Imports inside functions hide cycles; a library that takes long to load has none of ours."""
    late = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        if not name_of(path).startswith("campaign.cli")
        for node in nodes_of(path)
        if isinstance(node, ast.Import | ast.ImportFrom)
        if not _imported_libraries(node) <= LOADED_LATE
        if node.col_offset and _is_in_a_function(node, path)
    ]
    assert not late, "\n".join(late)


def _is_in_a_function(node: ast.stmt, path: Path) -> bool:
    return any(
        function.lineno <= node.lineno <= (function.end_lineno or 0)
        for function in nodes_of(path)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def _imported_libraries(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return {name.split(".")[0] for name in names}


def test_what_takes_long_to_load_is_loaded_where_it_is_used() -> None:
    """Neither the service nor its jobs load it at their start, nor does another library."""
    script = "import sys, campaign.server, campaign.tables; assert not set(sys.argv[1:]) & sys.modules.keys()"
    code, failure = forked.run(script, *LOADED_LATE, env=os.environ)
    assert code == 0, failure


def test_only_the_clock_reads_the_clock() -> None:
    """``campaign.db.utcnow`` is the only clock; whoever decides takes ``now``."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in modules()
        if name_of(path) != "campaign.db"
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "today", "utcnow")
        and ast.unparse(node.value) in ("datetime", "date", "datetime.datetime", "datetime.date")
    ]
    assert not wrong, "\n".join(wrong)


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
