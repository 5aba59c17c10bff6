"""``make check`` runs the tests of what changed."""

import subprocess
from pathlib import Path

import pytest

from tools import changed

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("campaign/congress/ledger.py", ["tests/congress"]),
        ("campaign/web/public/routes.py", ["tests/web/public"]),
        ("campaign/settings.py", ["tests/test_settings.py"]),
        ("campaign/fetch.py", ["tests/congress"]),
        ("campaign/web/static/site.css", ["tests/browser"]),
        ("jobs/worker.py", ["tests/jobs"]),
        ("templates/organize/week.html", ["tests/web/organize"]),
        ("templates/email/digest.html", ["tests/mailing"]),
        ("templates/base.html", ["tests/web"]),
        ("tests/congress/test_ledger.py", ["tests/congress/test_ledger.py"]),
        ("tests/congress/action_lines.py", ["tests/congress"]),
        ("tests/conftest.py", ["tests"]),
        ("tools/changed.py", ["tests/tools"]),
        ("README.md", ["tests/rules"]),
    ],
)
def test_a_file_has_the_tests_of_its_room(path: str, tests: list[str]) -> None:
    assert changed.tests_of(path) == tests


def test_every_file_of_the_program_has_tests_that_exist() -> None:
    tops = ("campaign", "jobs", "templates", "fixtures", "tools")
    files = [path for top in tops for path in ROOT.glob(f"{top}/**/*.*") if "__pycache__" not in path.parts]
    found = {name: changed.tests_of(name) for name in (str(path.relative_to(ROOT)) for path in files)}
    assert [path for path, tests in found.items() if not all((ROOT / test).exists() for test in tests)] == []
    assert [path for path, tests in found.items() if tests == [changed.RULES]] == ["campaign/__init__.py"]


def test_a_file_without_a_room_of_its_own_asks_for_everything() -> None:
    assert changed.tests_of("campaign/new.py") == ["tests"]


def test_nothing_runs_twice() -> None:
    paths = ["campaign/congress/ledger.py", "tests/congress/test_ledger.py", "campaign/web/core/render.py"]
    assert changed.tests_of_all(paths) == ["tests/congress", "tests/rules", "tests/web/core"]
    assert changed.tests_of_all([*paths, "pyproject.toml"]) == ["tests"]
    assert changed.tests_of_all([]) == ["tests/rules"]


def test_a_new_file_and_a_change_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed, "ROOT", tmp_path)

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--initial-branch=main")
    for name in ("kept.py", "edited.py", "committed.py"):
        (tmp_path / name).write_text("1\n")
    git("add", ".")
    git("commit", "-m", "first")
    git("switch", "-c", "branch")
    (tmp_path / "committed.py").write_text("2\n")
    git("commit", "-am", "second")
    (tmp_path / "edited.py").write_text("2\n")
    (tmp_path / "new.py").write_text("2\n")
    assert changed.changed_files() == ["committed.py", "edited.py", "new.py"]
