"""Mutation testing of the core: change one thing in a module, run the tests that execute its line, and count
how many changes no test notices.

``make mutate`` runs all of ``TARGETS``; ``make mutate ARGS="congress --sample 20"`` those of one room. The draw
ranks mutants by a hash of their function and text, so an edit elsewhere in the module leaves it as it was.
Tests run on SQLite; a change that names PostgreSQL is tried on all tests of its folders, on both engines.

mutmut copies the tree and rewrites every function into a trampoline, which this suite's fixtures (module
imports at collection, session databases) do not survive; this script changes nothing on disk.
"""

import argparse
import ast
import importlib
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import NoReturn, TypeVar

import coverage
import pytest

from tools.mutants import ROOT, Mutant, draw, mutated, path_of

T = TypeVar("T")
# pytest's exit codes where all tests passed, and where none was left to run.
UNNOTICED = (0, 5)
# A mutant that takes this many times as long as its tests took, and at least so many seconds, hangs: killed.
TOO_MANY_TIMES, TOO_LONG = 10, 120
# Module to the folders and files whose tests should notice a change of it.
TARGETS: dict[str, tuple[str, ...]] = {
    "campaign.congress.ledger": ("tests/congress/test_ledger.py", "tests/congress/test_records.py"),
    "campaign.congress.stage_rules": ("tests/congress/test_stage_rules.py", "tests/congress/test_stages.py"),
    "campaign.congress.stages": (
        "tests/congress/test_stages.py",
        "tests/congress/test_stages_between_chambers.py",
    ),
    "campaign.congress.stage_line": ("tests/congress/test_stage_line.py",),
    "campaign.congress.observation": ("tests/congress/test_observation.py",),
    "campaign.proposals.kinship": ("tests/proposals/test_kinship.py",),
    "campaign.outreach.ask_kinds": ("tests/outreach/test_ask_kinds.py", "tests/outreach/test_wordings.py"),
    "campaign.outreach.asks": ("tests/outreach/test_asks.py",),
    "campaign.organizing.worklists": ("tests/organizing/test_worklists.py",),
    "campaign.organizing.worklist_entries": ("tests/organizing/test_worklists.py",),
    "campaign.organizing.ended_worklists": ("tests/organizing/test_worklists.py",),
    "campaign.organizing.successions": ("tests/organizing/test_worklists.py",),
    "campaign.organizing.worklist_facts": (
        "tests/organizing/test_worklists.py",
        "tests/organizing/test_relatives.py",
    ),
    "campaign.organizing.counts": ("tests/organizing/test_counts.py",),
    "campaign.districts.finder": ("tests/districts",),
    "campaign.districts.zip_table": ("tests/districts",),
    "campaign.mailing.queue": ("tests/mailing/test_queue.py", "tests/mailing/edition/test_cancelling.py"),
    "campaign.mailing.relay_limits": ("tests/mailing/test_relay_limits.py",),
    "campaign.accounts.throttle": ("tests/accounts",),
}
# Mutants that change nothing a caller could see, one a line as ``module.function: change``, each with a reason
# in docs/testing.md. ``module change`` covers the change wherever it occurs in the module.
HARMLESS = ROOT / "tools" / "harmless.txt"


# --- running tests on a changed module -------------------------------------------------------------


class _Mutated(MetaPathFinder, Loader):
    """Imports one module from a changed tree."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        self._module, self._tree = module, tree

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, origin=str(path_of(name))) if name == self._module else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(path_of(self._module))
        exec(compile(self._tree, module.__file__, "exec"), module.__dict__)  # noqa: S102


class _Contexts:
    """A pytest plugin: which test runs which line of a module."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._measured.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration


# The suite makes every warning an error; hypothesis is loaded before pytest could rewrite its assertions.
QUIET = ("-q", "-n0", "-p", "no:cacheprovider", "--no-header",
         "-W", "ignore::pytest.PytestAssertRewriteWarning", "-m", "not postgres and not browser")  # fmt: skip
# Loaded once, so that each fork starts with them.
LIBRARIES = ("alembic.command", "flask", "hypothesis", "sqlmodel", "pydantic_settings", "aiosmtpd.controller",
             "httpx", "structlog", "stamina", "fpdf", "babel", "openpyxl", "argon2", "zxcvbn")  # fmt: skip


@dataclass(frozen=True)
class Covered:
    """``seconds`` of each test, and for each line of a module the tests that run it, the quickest first."""

    seconds: dict[str, float]
    by_line: dict[int, list[str]]

    def tests_of(self, mutant: Mutant) -> list[str]:
        if "postgres" in mutant.text:
            return list(TARGETS[mutant.module])
        # A line that no test runs by itself runs at import: any test may notice.
        return self.by_line.get(mutant.line) or sorted(self.seconds, key=self.seconds.__getitem__)

    def limit(self, tests: Iterable[str]) -> float:
        """Seconds after which a run of these tests hangs."""
        return max(TOO_LONG, TOO_MANY_TIMES * sum(self.seconds.get(test, 0) for test in tests))


def covered(module: str) -> Covered:
    """Runs the module's tests unchanged. Raises SystemExit where they fail."""
    measured = coverage.Coverage(data_file=None, include=[str(path_of(module))])
    plugin = _Contexts(measured)
    measured.start()
    status = pytest.main([*QUIET, *TARGETS[module]], plugins=[plugin])
    measured.stop()
    if status != 0:
        raise SystemExit(f"{module}: {', '.join(TARGETS[module])} fail without any change")
    lines = measured.get_data().contexts_by_lineno(str(path_of(module)))
    known = {line: [test for test in tests if test in plugin.seconds] for line, tests in lines.items()}
    by_line = {line: sorted(tests, key=plugin.seconds.__getitem__) for line, tests in known.items()}
    return Covered(plugin.seconds, by_line)


def in_child(work: Callable[[], T]) -> T:
    """What ``work`` answers in a forked process of its own; its output goes nowhere.

    Raises SystemExit with the child's message where it ended without an answer.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    found, value = pickle.loads(answer) if answer else (False, "a child ended without a word")  # noqa: S301
    if not found:
        raise SystemExit(value)
    return value


def _answer(work: Callable[[], object], writing: int) -> NoReturn:
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    try:
        answer = (True, work())
    except BaseException as error:
        answer = (False, str(error))
    with os.fdopen(writing, "wb") as pipe:
        pickle.dump(answer, pipe)
    os._exit(0)


def start(mutant: Mutant, tests: Sequence[str]) -> int:
    """The id of a forked process that exits with 0 where all these tests pass with the change in."""
    tree = mutated(mutant)
    pid = os.fork()
    if pid:
        # Here and below: whoever comes first, the group is there before anybody kills it.
        os.setpgid(pid, pid)
        return pid
    status = 99
    try:
        os.setpgid(0, 0)
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        sys.meta_path.insert(0, _Mutated(mutant.module, tree))
        options = QUIET[:-2] if "postgres" in mutant.text else QUIET
        status = int(pytest.main([*options, "-x", *tests]))
    finally:
        os._exit(status)


def survivors(drawn: Sequence[Mutant], tests: Covered, jobs: int) -> list[Mutant]:
    """The mutants that no test notices, ``jobs`` tried at a time, in the order of their lines."""
    waiting, alive = list(reversed(drawn)), []
    running: dict[int, tuple[Mutant, float]] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            chosen = tests.tests_of(mutant)
            running[start(mutant, chosen)] = mutant, time.monotonic() + tests.limit(chosen)
        time.sleep(0.02)
        for pid, (mutant, until) in list(running.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done and time.monotonic() > until:
                os.killpg(pid, signal.SIGKILL)
                done, status = os.waitpid(pid, 0)
            if done:
                del running[pid]
                if os.waitstatus_to_exitcode(status) in UNNOTICED:
                    alive.append(mutant)
    return sorted(alive, key=lambda mutant: mutant.number)


# --- the command -----------------------------------------------------------------------------------


def harmless() -> set[str]:
    lines = HARMLESS.read_text().splitlines() if HARMLESS.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def run(module: str, sample: int, jobs: int) -> tuple[int, list[Mutant]]:
    """How many mutants of a module were tried, and those that survived."""
    drawn = draw(module, sample, harmless())
    tests = in_child(lambda: covered(module))
    # What the module itself imports is the same for all its mutants: every fork starts with it.
    for name in _imported(module):
        importlib.import_module(name)
    return len(drawn), survivors(drawn, tests, jobs)


def _imported(module: str) -> list[str]:
    """The modules of ours that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path_of(module).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return sorted(name for name in found if name.startswith("campaign.") and path_of(name).exists())


@contextmanager
def shared_databases() -> Iterator[None]:
    """Let the suite's databases be made once for all mutants: see tests/copies.py."""
    if not (ROOT / "tests" / "copies.py").exists():
        yield
        return
    sys.path.insert(0, str(ROOT / "tests"))
    copies = importlib.import_module("copies")
    copies.start_run()
    try:
        yield
    finally:
        copies.end_run()


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("rooms", nargs="*", help="parts of module names: congress, queue …")
    parser.add_argument("--sample", type=int, default=40, help="mutants a module; 0 tries all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    # Tests are compiled with their assertions rewritten; the first run leaves that for all others.
    sys.dont_write_bytecode = False
    for library in LIBRARIES:
        importlib.import_module(library)
    total = killed = 0
    with shared_databases():
        for module in TARGETS:
            if asked.rooms and not any(room in module for room in asked.rooms):
                continue
            began = time.monotonic()
            # In a process of its own: what is imported for one module may be the next one to change.
            tried, alive = in_child(lambda module=module: run(module, asked.sample, asked.jobs))
            total, killed = total + tried, killed + tried - len(alive)
            print(
                f"{module}: {tried - len(alive)} of {tried} killed, {time.monotonic() - began:.0f} s",
                flush=True,
            )
            for mutant in alive:
                print(f"  survived: {mutant.name}", flush=True)
    print(f"mutation score {killed / max(1, total):.0%} ({killed} of {total})")


if __name__ == "__main__":
    main()
