"""Mutation testing of the core: change one thing in a module, run the tests that execute its line, and count
how many changes no test notices.

``make mutate`` runs all of ``TARGETS``; ``make mutate ARGS="congress --sample 20"`` those of one room. Every
mutant of a run is drawn with a fixed seed, so two runs compare. Tests run on SQLite; a
change that names PostgreSQL is tried on all tests of its folders.

mutmut copies the tree and rewrites every function into a trampoline, which this suite's fixtures (module
imports at collection, session databases) do not survive; this script changes nothing on disk.
"""

import argparse
import ast
import copy
import importlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import coverage
import pytest

ROOT = Path(__file__).resolve().parents[1]
SEED = 119
# Seconds after which a mutant counts as killed: it hangs.
TOO_LONG = 120
# Module to the folders and files whose tests should notice a change of it.
TARGETS: dict[str, tuple[str, ...]] = {
    "campaign.congress.ledger": ("tests/congress", "tests/jobs/test_poll_bills.py"),
    "campaign.congress.stages": ("tests/congress",),
    "campaign.congress.observation": ("tests/congress",),
    "campaign.proposals.kinship": ("tests/proposals",),
    "campaign.outreach.ask_kinds": ("tests/outreach/test_ask_kinds.py", "tests/outreach/test_wordings.py"),
    "campaign.outreach.asks": ("tests/outreach/test_asks.py",),
    "campaign.organizing.worklists": ("tests/organizing/test_worklists.py",),
    "campaign.organizing.worklist_facts": ("tests/organizing/test_worklists.py",),
    "campaign.organizing.counts": ("tests/organizing/test_counts.py",),
    "campaign.districts.finder": ("tests/districts",),
    "campaign.mailing.queue": ("tests/mailing/test_queue.py", "tests/mailing/edition/test_cancelling.py"),
    "campaign.mailing.relay_limits": ("tests/mailing/test_relay_limits.py",),
    "campaign.accounts.throttle": ("tests/accounts",),
}
# Mutants that change nothing a caller could see, each with the reason: docs/testing.md.
HARMLESS = ROOT / "tools" / "harmless.txt"


@dataclass(frozen=True)
class Mutant:
    """One change: ``number`` is its place among all changes of the module, ``text`` says what it does."""

    module: str
    number: int
    line: int
    text: str

    @property
    def name(self) -> str:
        return f"{self.module}:{self.line} {self.text}"


# --- what can be changed ---------------------------------------------------------------------------

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
# Parts of a query that a call adds; dropping one leaves a wider or unordered query.
CLAUSES = ("where", "order_by", "having", "distinct", "limit", "desc")


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], ast.AST | None]]]:
    """Each change of one node: what it does, and the node to put in its place (None removes a statement)."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            if swap := COMPARISONS.get(type(op)):
                yield f"{ast.unparse(node)} -> {swap.__name__}", lambda i=i, swap=swap: _compared(node, i, swap)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{ast.unparse(node)} -> {other.__name__}", lambda: ast.BoolOp(other(), node.values)
        for i in range(len(node.values)):
            yield f"{ast.unparse(node)} without part {i}", lambda i=i: _without(node, i)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"{ast.unparse(node)} -> {ast.unparse(node.operand)}", lambda: node.operand
    elif isinstance(node, ast.BinOp) and (swap := OPERATORS.get(type(node.op))):
        if not _is_text(node):
            yield (
                f"{ast.unparse(node)} -> {swap.__name__}",
                lambda: ast.BinOp(node.left, swap(), node.right),
            )
    elif isinstance(node, ast.Constant) and (new := _other_constant(node.value)) is not None:
        yield f"{node.value!r} -> {new!r}", lambda: ast.Constant(new)
    elif isinstance(node, ast.IfExp):
        yield f"{ast.unparse(node)[:70]} -> always the first", lambda: node.body
        yield f"{ast.unparse(node)[:70]} -> always the second", lambda: node.orelse
    elif isinstance(node, ast.Call):
        yield from _call_changes(node)
    elif isinstance(node, ast.Continue):
        yield "continue -> break", ast.Break
    elif isinstance(node, ast.AugAssign | ast.Assign) or _is_action(node):
        yield f"without {ast.unparse(node)[:90]}", lambda: None


def _compared(node: ast.Compare, i: int, swap: type[ast.cmpop]) -> ast.AST:
    ops = [swap() if i == j else op for j, op in enumerate(node.ops)]
    return ast.Compare(node.left, ops, node.comparators)


def _without(node: ast.BoolOp, i: int) -> ast.AST:
    rest = [value for j, value in enumerate(node.values) if j != i]
    return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.JoinedStr) or _is_str(side) for side in (node.left, node.right))


def _is_str(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_action(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _other_constant(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    # Identifiers mean something to the program; sentences are read by people and checked elsewhere.
    if isinstance(value, str) and value and value.isidentifier():
        return value + "_"
    return None


def _call_changes(node: ast.Call) -> Iterator[tuple[str, Callable[[], ast.AST | None]]]:
    if isinstance(node.func, ast.Name) and (other := NAMES.get(node.func.id)):
        yield (
            f"{node.func.id} -> {other} in {ast.unparse(node)[:70]}",
            lambda: ast.Call(ast.Name(other, ast.Load()), node.args, node.keywords),
        )
    if isinstance(node.func, ast.Attribute) and node.func.attr in CLAUSES:
        inner = node.func.value
        yield f"without .{node.func.attr} of {ast.unparse(node)[-80:]}", lambda: inner
        if node.func.attr in ("where", "order_by") and len(node.args) > 1:
            for i in range(len(node.args)):
                rest = [arg for j, arg in enumerate(node.args) if j != i]
                text = f".{node.func.attr} without {ast.unparse(node.args[i])[:70]}"
                yield text, lambda rest=rest: ast.Call(node.func, rest, node.keywords)


def sites(tree: ast.Module) -> list[tuple[ast.AST, str, Callable[[], ast.AST | None]]]:
    """Every possible change of a module, in the order of its lines. Docstrings, annotations and the texts of
    errors and log lines are left out: their words are for people."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        for part in _words_and_types(node):
            skipped |= set(ast.walk(part))
    found = [
        (node, text, make) for node in ast.walk(tree) if node not in skipped for text, make in changes(node)
    ]
    return sorted(found, key=lambda site: (getattr(site[0], "lineno", 0), site[1]))


def _words_and_types(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (
                arg.annotation for arg in ast.walk(node.args) if isinstance(arg, ast.arg) and arg.annotation
            )
            if node.returns:
                yield node.returns
            yield from node.decorator_list
        case ast.AnnAssign():
            yield node.annotation
        case ast.Expr(value=ast.Constant()):
            yield node
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="log")))):
            yield node
        case ast.Call(func=ast.Name(id="Refused")):
            yield from node.args
        case ast.ClassDef():
            yield from node.decorator_list


def mutants(module: str) -> list[Mutant]:
    tree = ast.parse(path_of(module).read_text())
    return [
        Mutant(module, i, getattr(node, "lineno", 0), " ".join(text.split()))
        for i, (node, text, _make) in enumerate(sites(tree))
    ]


def mutated(mutant: Mutant) -> ast.Module:
    """The module's tree with the change in it."""
    tree = ast.parse(path_of(mutant.module).read_text())
    target, _text, make = sites(tree)[mutant.number]
    new = make()
    return ast.fix_missing_locations(_Replace(target, copy.deepcopy(new) if new else None).visit(tree))


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, new: ast.AST | None) -> None:
        self._target, self._new = target, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._target:
            return ast.copy_location(self._new or ast.Pass(), node)
        self.generic_visit(node)
        return node


def path_of(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


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


def tests_by_line(module: str) -> tuple[dict[int, list[str]], list[str]]:
    """For each line of the module the tests that run it, the quickest first; and all tests that ran.

    Raises SystemExit where the tests fail without any change.
    """
    measured = coverage.Coverage(data_file=None, include=[str(path_of(module))])
    plugin = _Contexts(measured)
    measured.start()
    status = pytest.main([*QUIET, *TARGETS[module]], plugins=[plugin])
    measured.stop()
    if status != 0:
        raise SystemExit(f"{module}: the tests fail without any change")
    data = measured.get_data()
    lines = data.contexts_by_lineno(str(path_of(module)))
    order = sorted(plugin.seconds, key=lambda name: plugin.seconds[name])
    rank = {name: i for i, name in enumerate(order)}
    return (
        {line: sorted((t for t in tests if t in rank), key=lambda t: rank[t]) for line, tests in lines.items()},
        order,
    )


def in_child(work: Callable[[], int], output: int) -> int:
    """The process id of a fork that does the work and exits with its answer."""
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    os.dup2(output, 1)
    os.dup2(output, 2)
    try:
        os._exit(work())
    except BaseException:
        os._exit(99)


def survives(mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether all these tests pass with the change in."""
    tree = mutated(mutant)

    def work() -> int:
        sys.meta_path.insert(0, _Mutated(mutant.module, tree))
        options = QUIET[:-2] if "postgres" in mutant.text else QUIET
        return int(pytest.main([*options, "-x", *tests]))

    with open(os.devnull, "w") as nowhere:
        pid = in_child(work, nowhere.fileno())
    until = time.monotonic() + TOO_LONG
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.05)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False


def lines_of(module: str) -> tuple[dict[int, list[str]], list[str]]:
    """``tests_by_line`` in a process of its own, so that this one never imports the program."""
    reading, writing = os.pipe()

    def work() -> int:
        found = tests_by_line(module)
        with os.fdopen(writing, "w") as pipe:
            pipe.write(repr(found))
        return 0

    with open(os.devnull, "w") as nowhere:
        pid = in_child(work, nowhere.fileno())
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
        raise SystemExit(f"{module}: {', '.join(TARGETS[module])} fail without any change")
    found: tuple[dict[int, list[str]], list[str]] = ast.literal_eval(text)
    return found


# --- the command -----------------------------------------------------------------------------------


def harmless() -> set[str]:
    lines = HARMLESS.read_text().splitlines() if HARMLESS.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def run(module: str, sample: int, jobs: int) -> tuple[int, list[Mutant]]:
    """How many mutants of a module were tried, and those that survived."""
    known = harmless()
    everything = [one for one in mutants(module) if f"{one.module} {one.text}" not in known]
    drawn = everything
    if 0 < sample < len(everything):
        drawn = sorted(random.Random(SEED).sample(everything, sample), key=lambda one: one.number)  # noqa: S311
    by_line, order = lines_of(module)

    def tried(mutant: Mutant) -> bool:
        # A line that no test runs by itself runs at import: any test may notice.
        tests = by_line.get(mutant.line) or order
        return survives(mutant, TARGETS[module] if "postgres" in mutant.text else tests)

    with ThreadPoolExecutor(jobs) as pool:
        answers = list(pool.map(tried, drawn))
    return len(drawn), [mutant for mutant, alive in zip(drawn, answers, strict=True) if alive]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("rooms", nargs="*", help="parts of module names: congress, queue …")
    parser.add_argument("--sample", type=int, default=40, help="mutants a module; 0 tries all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    os.chdir(ROOT)
    for library in LIBRARIES:
        importlib.import_module(library)
    sys.path.insert(0, str(ROOT))
    total = killed = 0
    for module in TARGETS:
        if asked.rooms and not any(room in module for room in asked.rooms):
            continue
        began = time.monotonic()
        tried, alive = run(module, asked.sample, asked.jobs)
        total, killed = total + tried, killed + tried - len(alive)
        print(f"{module}: {tried - len(alive)} of {tried} killed, {time.monotonic() - began:.0f} s", flush=True)
        for mutant in alive:
            print(f"  survived: {mutant.name}", flush=True)
    print(f"mutation score {killed / max(1, total):.0%} ({killed} of {total})")


if __name__ == "__main__":
    main()
