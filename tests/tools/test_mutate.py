"""Mutation testing finds what tests do not hold, on a module whose mutants are known."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools import mutants, mutate
from tools.mutants import Mutant

# What a change of each line makes of it.
LINES = [
    ("a < b", ["a <= b"]),
    ("a < b < c", ["a <= b < c", "a < b <= c"]),
    ("a and b", ["a or b", "b", "a"]),
    ("not a", ["a"]),
    ("a + 1", ["a - 1", "a + 2"]),
    ("a + ' and more'", []),
    ("True", ["False"]),
    ("'house'", ["'house_'"]),
    ("'A sentence for people.'", []),
    ("a if b else c", ["a", "c"]),
    ("max(a, b)", ["min(a, b)"]),
    ("query.where(a, b)", ["query", "query.where(b)", "query.where(a)"]),
    ("query.order_by(a)", ["query"]),
]
TINY = '''
def oldest(ages):
    """At least 18."""
    found = 0
    for age in ages:
        if age >= 18:
            found = max(found, age)
    return found


def count(ages):
    number = 0
    for age in ages:
        number += 1
    return number
'''
ENDLESS = """
def count(to):
    at = 0
    while at < to:
        at += 1
"""
TESTS = """
import tiny

def test_oldest():
    assert tiny.oldest([3, 40, 20]) == 40

def test_count():
    assert tiny.count([3, 40]) == 2
"""
ENDLESS_TESTS = """
import endless

def test_count():
    endless.count(0)
    endless.count(3)
"""
# Each changed module is tried in a process of its own, which would load every plugin that is installed.
ONLY_XDIST = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p xdist.plugin"}
RUN = """
import sys
from pathlib import Path
from tools import mutants, mutate
mutants.ROOT = mutate.ROOT = Path.cwd()
mutate.HARMLESS, mutate.LIBRARIES = Path("harmless.txt"), ()
mutate.TARGETS = {"tiny": ("test_tiny.py",)}
mutate.main()
mutate.TARGETS, mutate.TOO_LONG = {"endless": ("test_endless.py",)}, 0.2
mutate.main()
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the tiny module and its tests."""
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    (tmp_path / "tiny.py").write_text(TINY)
    (tmp_path / "test_tiny.py").write_text(TESTS)
    (tmp_path / "endless.py").write_text(ENDLESS)
    (tmp_path / "test_endless.py").write_text(ENDLESS_TESTS)
    return tmp_path


@pytest.mark.parametrize(("line", "changed"), LINES)
def test_what_a_line_can_become(root: Path, line: str, changed: list[str]) -> None:
    (root / "tiny.py").write_text(f"x = {line}\n")
    found = [ast.unparse(mutants.mutated(mutant)) for mutant in mutants.mutants("tiny")]
    assert sorted(found) == sorted(["pass", *(f"x = {one}" for one in changed)])


def test_words_for_people_and_types_are_left_alone(root: Path) -> None:
    source = (
        'def f(a: "int" = 1) -> "int":\n    "doc"\n    log.info("event", n=1)\n    raise Refused("en", "es")\n'
    )
    (root / "tiny.py").write_text(source)
    assert [mutant.text for mutant in mutants.mutants("tiny")] == ["1 -> 2"]


def test_an_edit_elsewhere_leaves_the_draw(root: Path) -> None:
    def drawn() -> set[str]:
        return {mutant.key for mutant in mutants.draw("tiny", 4, set())}

    before = drawn()
    (root / "tiny.py").write_text("def first(a):\n    return a\n\n" + TINY)
    assert drawn() == before
    assert len(before) == 4


def test_the_same_change_twice_is_two_mutants(root: Path) -> None:
    (root / "tiny.py").write_text("def f(a):\n    return a == 3 or a == 3\n")
    ranks = [one.rank for one in mutants.mutants("tiny") if one.text == "3 -> 4"]
    assert len(set(ranks)) == 2


def test_harmless_changes_are_not_drawn(root: Path) -> None:
    known = {"tiny.count: 0 -> 1", "tiny max -> min in max(found, age)"}
    everything, drawn = ({one.key for one in mutants.draw("tiny", 0, of)} for of in (set(), known))
    assert everything - drawn == {"tiny.count: 0 -> 1", "tiny.oldest: max -> min in max(found, age)"}


def test_the_name_says_where_and_what() -> None:
    assert Mutant("campaign.x", 7, 12, "a < b -> LtE").name == "campaign.x:12 a < b -> LtE"


def test_a_mutant_can_be_killed_before_it_begins(root: Path) -> None:
    """With all that it starts: on a busy machine one that nobody killed ran on, and the run waited for it."""
    pid = mutate.start(mutants.mutants("tiny")[0], ["test_tiny.py"])
    os.killpg(pid, signal.SIGKILL)
    _pid, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def test_it_tells_what_no_test_notices(root: Path) -> None:
    """No test asks about an age of 18; a loop that never ends counts as noticed."""
    (root / "harmless.txt").write_text("# reasons elsewhere\ntiny.oldest: 0 -> 1\n")
    project = str(Path(__file__).parents[2])
    environment = {name: value for name, value in os.environ.items() if "XDIST" not in name}
    done = subprocess.run(
        [sys.executable, "-c", RUN, "--sample", "0", "--jobs", "2"],
        cwd=root,
        env={**environment, "PYTHONPATH": project, **ONLY_XDIST},
        capture_output=True,
        text=True,
        check=True,
    )
    first, *tiny, endless = done.stdout.split("\n", 4)
    assert first.startswith("tiny: 7 of 9 killed, ")
    assert tiny == [
        "  survived: tiny:6 18 -> 19",
        "  survived: tiny:6 age >= 18 -> Gt",
        "mutation score 78% (7 of 9)",
    ]
    assert endless.startswith("endless: ")
    assert "without at += 1" not in endless
