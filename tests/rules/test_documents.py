"""What is said about the project is so."""

import re
from pathlib import Path

import click
import pytest

from campaign.cli import main
from campaign.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
VARIABLES = [f"CAMPAIGN_{name.upper()}" for name in Settings.model_fields]


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_setting_is_in_the_readme_and_the_example(variable: str) -> None:
    assert f"`{variable}`" in README
    assert re.search(rf"^#? ?{variable}=", EXAMPLE, re.MULTILINE)


def test_no_document_names_a_setting_that_is_not_one() -> None:
    told = set(re.findall(r"CAMPAIGN_[A-Z_]+[A-Z]", README + EXAMPLE))
    assert told - set(VARIABLES) == set()


def test_the_example_can_be_used_as_it_is() -> None:
    for line in EXAMPLE.splitlines():
        assert not line or line.startswith("#") or re.fullmatch(r"CAMPAIGN_[A-Z_]+=\S*", line), line


def commands(group: click.Group, name: str) -> list[str]:
    found = []
    for each in group.commands.values():
        words = f"{name} {each.name}"
        found += commands(each, words) if isinstance(each, click.Group) else [words]
    return found


@pytest.mark.parametrize("words", commands(main, "campaign"))
def test_every_command_is_in_the_readme(words: str) -> None:
    assert f"`{words}" in README


def test_documents_link_to_what_is_there() -> None:
    for document in [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]:
        for link in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
            if "://" not in link and not link.startswith("mailto:"):
                assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_lock_files_pin_hashes_and_name_no_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        pins = [line for line in lines if re.match(r"[a-z0-9]", line)]
        assert len(pins) > 20
        assert [line for line in pins if "==" not in line or not line.endswith("\\")] == []
        assert [line for line in lines if "index" in line or "http://" in line or "https://" in line] == []


def test_every_dependency_is_in_the_lock() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    wanted = re.findall(r'^  "([a-z0-9-]+)[\[>=<]', project, re.MULTILINE)
    locked = (ROOT / "requirements-dev.txt").read_text()
    assert [name for name in wanted if not re.search(rf"^{name}==", locked, re.MULTILINE)] == []
