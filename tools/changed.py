"""The tests of what changed since the branch left main, for ``make check``.

A file's tests are those of its room: ``campaign/congress/ledger.py`` has ``tests/congress``. What rests on the
room is tested by ``make test`` alone, before a merge.
"""

import subprocess
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
ALL = "tests"
PROGRAM = ("campaign/", "jobs/", "templates/", "fixtures/")
# Always: they read every file, and take seconds.
RULES = "tests/rules"
# Where the tests of a file do not stand in the folder of its own name; the longest beginning wins.
ELSEWHERE = {
    "campaign/__init__.py": RULES,
    "campaign/app.py": "tests/web/core",
    "campaign/backup.py": "tests/test_db.py",
    "campaign/circuit.py": "tests/congress",
    "campaign/cli": "tests/test_cli.py",
    "campaign/dates.py": "tests/web/core",
    "campaign/doctor.py": "tests/test_cli.py",
    "campaign/drill": "tests/test_drill.py tests/test_drill_judging.py tests/turns",
    "campaign/group_commit.py": "tests/test_db.py",
    "campaign/fetch.py": "tests/congress",
    "campaign/mailbox.py": "tests/accounts tests/mailing",
    "campaign/migrations": "tests/test_db.py tests/upgrades",
    "campaign/refusals.py": "tests/test_cli.py",
    "campaign/runs.py": "tests/jobs",
    "campaign/write_lock.py": "tests/test_db.py",
    "campaign/server.py": "tests/test_cli.py",
    "campaign/snapshot": "tests/congress/test_snapshot.py",
    "campaign/translations": "tests/web",
    "campaign/web/campaign_state.py": "tests/web/core",
    "campaign/web/static": "tests/browser",
    "fixtures": "tests/congress/test_snapshot.py",
    "templates": "tests/web",
    "templates/email": "tests/mailing",
    "templates/organize": "tests/web/organize",
    "templates/public": "tests/web/public",
    "templates/wordings": "tests/outreach",
    "benchmarks": RULES,
    "docs": RULES,
    "tests/conftest.py": ALL,
    "tests/copies.py": ALL,
    "tests/standin": "tests/congress tests/jobs",
    "pyproject.toml": ALL,
    "requirements.txt": ALL,
    "requirements-dev.txt": ALL,
}


def changed_files() -> list[str]:
    """Paths that differ from main (from the last commit, where there is no main), new files too."""
    try:
        base = _git("merge-base", "HEAD", "main")[0]
    except subprocess.CalledProcessError:
        base = "HEAD"
    return [*_git("diff", "--name-only", base), *_git("ls-files", "--others", "--exclude-standard")]


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout.splitlines()


def tests_of(path: str) -> list[str]:
    """The test folders and files of one path, which may no longer exist; all tests for one that has none."""
    parts = PurePosixPath(path)
    for above in (parts, *parts.parents):
        if found := ELSEWHERE.get(str(above)):
            return found.split()
        if found := _namesake(above):
            return [found]
    return [ALL if path.startswith(PROGRAM) else RULES]


def _namesake(path: PurePosixPath) -> str:
    """What stands in tests/ for a path: itself there, the folder of its name, or the module of its name."""
    top, *rest = path.parts or ("",)
    if top == "tests":
        return str(path) if _is_tested(path) else ""
    inside = rest if top in ("campaign", "templates") else path.parts
    folder, module = PurePosixPath("tests", *inside), PurePosixPath(f"tests/test_{path.stem}.py")
    if inside and (ROOT / folder).is_dir():
        return str(folder)
    return str(module) if len(inside) == 1 and (ROOT / module).exists() else ""


def _is_tested(path: PurePosixPath) -> bool:
    if path.suffix == ".py":
        return path.name.startswith("test_") and (ROOT / path).exists()
    return len(path.parts) > 1 and (ROOT / path).is_dir()


def tests_of_all(paths: list[str]) -> list[str]:
    """What to run for these paths: nothing twice, and everything as soon as one asks for it."""
    found = {RULES, *(test for path in paths for test in tests_of(path))}
    if ALL in found:
        return [ALL]
    return sorted(
        test for test in found if not any(test.startswith(f"{other}/") for other in found if other != test)
    )


if __name__ == "__main__":
    print(*tests_of_all(changed_files()))
