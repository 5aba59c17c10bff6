"""What a wheel holds is enough to run from, without the checkout."""

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


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was installed; it comes before the checkout on the path."""
    folder = tmp_path_factory.mktemp("installed")
    install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(folder),
        str(wheel),
    ]
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    return folder


def run(installed: Path, work: Path, *words: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(installed), "CAMPAIGN_DATABASE_URL": "sqlite:///record.db"}
    done = subprocess.run(
        [sys.executable, *words], cwd=work, env=env, check=True, capture_output=True, text=True, timeout=120
    )
    return done.stdout


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


def test_it_runs_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import campaign; print(campaign.__file__)")
    assert where.startswith(str(installed))
    cli = ("-c", "from campaign.cli import main; main()")
    run(installed, tmp_path, *cli, "db", "upgrade")
    run(installed, tmp_path, *cli, "snapshot", "load")
    bill = json.loads(run(installed, tmp_path, *cli, "bill", "hr6736-119", "--json"))
    assert bill["title"].startswith("ARMAS Act")
    page = run(
        installed,
        tmp_path,
        "-c",
        "from campaign.app import create_app; reply = create_app().test_client().get('/')\n"
        "assert reply.status_code == 200; print(reply.text)",
    )
    assert "ARMAS Act" in page
