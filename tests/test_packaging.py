"""The wheel contains all that the service needs to run without the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from campaign import __version__

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    build = ["-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run([sys.executable, *build], cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def test_it_holds_all_that_is_needed_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"campaign", "jobs", f"campaign-{__version__}.dist-info"}
    for part in ("templates/base.html", "fixtures/README.md", "migrations/versions/0001_first_tables.py"):
        assert f"campaign/{part}" in names
    for folder in ("templates", "fixtures"):
        here = {str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*") if path.is_file()}
        there = {name.removeprefix("campaign/") for name in names if name.startswith(f"campaign/{folder}/")}
        assert here == there
    assert not [name for name in names if name.endswith((".pyc", ".db", ".pot~"))]


def test_the_snapshot_stays_small(wheel: Path) -> None:
    sizes = [info.file_size for info in zipfile.ZipFile(wheel).infolist() if "/fixtures/" in info.filename]
    assert 100_000 < sum(sizes) < 2_000_000


# What an operator does first, in one process instead of five, which has ended before there is much garbage.
FIRST_STEPS = """
import gc
gc.disable()
import campaign, json, os
from click.testing import CliRunner
from campaign.app import create_app
from campaign.cli import main

def run(*words):
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return result.stdout

assert campaign.__file__.startswith(os.environ["PYTHONPATH"]), campaign.__file__
run("db", "upgrade")
run("snapshot", "load")
page = create_app().test_client().get("/")
bill = json.loads(run("bill", "hr6736-119", "--json"))
print(json.dumps({"bill": bill, "status": page.status_code, "page": page.text}))
"""


def test_it_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """The wheel is pure Python, so unpacking it is what installing it does."""
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    env = {**os.environ, "PYTHONPATH": str(installed), "CAMPAIGN_DATABASE_URL": "sqlite:///record.db"}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_STEPS],
        cwd=tmp_path,
        env=env,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    shown = json.loads(done.stdout)
    assert shown["bill"]["title"].startswith("ARMAS Act")
    assert shown["status"] == 200
    assert "ARMAS Act" in shown["page"]
