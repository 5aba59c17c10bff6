"""What is said about the project is so."""

import re
from datetime import timedelta
from pathlib import Path

import click

from campaign import __version__
from campaign.cli import main
from campaign.settings import Settings
from jobs import worker
from jobs.worker import JOBS, Schedule

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
CONTRACT = (ROOT / "docs/contract.md").read_text()
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "fixtures/README.md"]
VARIABLES = {f"CAMPAIGN_{name.upper()}" for name in Settings.model_fields}
DAYS_IN_WORDS = {worker.DAYS: "day", worker.DAYS[:5]: "weekday", ("mon",): "Monday"}


def sources(*tops: str) -> list[Path]:
    """Every file of code, its tests and its tools below these folders."""
    found = [
        path for top in tops for path in ROOT.glob(f"{top}/**/*") if path.suffix in (".py", ".html", ".cfg")
    ]
    return [*found, ROOT / "Makefile", ROOT / ".ci/run"]


def test_every_setting_is_in_the_readme_and_the_example() -> None:
    assert {name for name in VARIABLES if f"`{name}`" not in README} == set()
    assert {name for name in VARIABLES if not re.search(rf"^#? ?{name}=", EXAMPLE, re.MULTILINE)} == set()


def test_no_document_names_a_setting_that_is_not_one() -> None:
    named = {
        (path.name, name)
        for path in [*DOCUMENTS, ROOT / ".env.example"]
        for name in re.findall(r"CAMPAIGN_[A-Z_]+[A-Z]", path.read_text())
    }
    assert {(file, name) for file, name in named if name not in VARIABLES} == set()


def test_the_example_can_be_used_as_it_is() -> None:
    for line in EXAMPLE.splitlines():
        assert not line or line.startswith("#") or re.fullmatch(r"CAMPAIGN_[A-Z_]+=\S*", line), line


def commands(group: click.Group, name: str) -> list[str]:
    found = []
    for each in group.commands.values():
        words = f"{name} {each.name}"
        found += commands(each, words) if isinstance(each, click.Group) else [words]
    return found


def test_every_command_is_in_the_readme() -> None:
    assert [words for words in commands(main, "campaign") if f"`{words}" not in README] == []


def test_the_contract_names_commands_that_exist() -> None:
    known = {words.split()[1] for words in commands(main, "campaign")}
    named = set(re.findall(r"`campaign ([a-z]+)", CONTRACT))
    assert len(named) > 15
    assert named - known == set()


def test_documents_link_to_what_is_there() -> None:
    missing = []
    for document in DOCUMENTS:
        for link in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
            if "://" not in link and not link.startswith("mailto:") and not (document.parent / link).exists():
                missing.append(f"{document.relative_to(ROOT)}: {link}")
    assert not missing, "\n".join(missing)


def test_every_document_that_is_named_exists() -> None:
    """By its path, or by its name alone where it is in docs/ or in the folder of the file that names it."""
    missing = []
    for path in [*sources("campaign", "jobs", "templates", "tests", "benchmarks", "tools"), *DOCUMENTS]:
        for name in re.findall(r"(?<![\w/:.])[\w./-]+\.md\b", re.sub(r"https?://\S+", "", path.read_text())):
            places = (ROOT, ROOT / "docs", ROOT / "docs/decisions", path.parent)
            if not any((place / name).exists() for place in places):
                missing.append(f"{path.relative_to(ROOT)}: {name}")
    assert not missing, "\n".join(missing)


def test_decisions_are_numbered_without_a_double() -> None:
    names = [path.name for path in ROOT.glob("docs/decisions/*")]
    assert [name for name in names if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name)] == []
    assert len({name[:4] for name in names}) == len(names)
    for name in names:
        first = (ROOT / "docs/decisions" / name).read_text().splitlines()[0]
        assert first.startswith(f"# {name[:4]} "), name


# --- the jobs --------------------------------------------------------------------------------------


def in_words(schedule: Schedule) -> str:
    if schedule.hour is None and schedule.every < 60:
        return f"every {schedule.every} minutes, from {schedule.minute} past"
    if schedule.hour is None:
        return f"every hour, {schedule.minute} past"
    day = DAYS_IN_WORDS[schedule.weekdays]
    return f"every {day}, {schedule.hour}:{schedule.minute:02d}"


def test_operations_lists_every_job_with_its_schedule() -> None:
    spans = {timedelta(hours=1): "an hour", timedelta(hours=6): "six hours", timedelta(days=1): "a day"}
    text = (ROOT / "docs/operations.md").read_text().split("## The worker")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`[^|]*\| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    stated = {name: (when, late) for name, when, late in rows}
    shipped = {}
    for job in JOBS:
        name, schedule, _, late, *_ = vars(job).values()
        shipped[name] = in_words(schedule), spans[late]
    assert stated == shipped


# --- promises and rules by their ids ---------------------------------------------------------------


def defined(document: str) -> set[str]:
    return set(re.findall(r"^\| ([ES]\d\d) \|", (ROOT / document).read_text(), re.MULTILINE))


def test_every_id_of_a_promise_or_a_rule_is_defined() -> None:
    """In the names of tests (``test_e32_…``), in comments and docstrings (``S08``)."""
    known = defined("docs/promises.md") | defined("docs/security.md")
    assert known == {f"E{n:02d}" for n in range(1, 48)} | {f"S{n:02d}" for n in range(1, 33)}
    used = {}
    for path in sources("campaign", "jobs", "templates", "tests"):
        text = path.read_text()
        ids = [f"{letter}{number}".upper() for letter, number in re.findall(r"_([es])(\d\d)(?=_)", text)]
        ids += re.findall(r"(?<![\w{-])[ES]\d\d(?![\w{-])", text)
        used |= dict.fromkeys(ids, str(path.relative_to(ROOT)))
    assert {id: path for id, path in used.items() if id not in known} == {}


def test_every_rule_of_security_has_a_test_with_its_id() -> None:
    """A rule that no test names is a wish."""
    names = [
        name for path in sources("tests") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
    ]
    held = {id.upper() for name in names for id in re.findall(r"(?<=_)s\d\d(?=_)", name)}
    assert {id for id in defined("docs/security.md") if id.startswith("S")} - held == set()


# --- what is shipped -------------------------------------------------------------------------------


def test_the_changelog_begins_with_this_version() -> None:
    first = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first is not None
    assert first[1] == __version__


def test_s28_lock_files_pin_hashes_and_name_no_index() -> None:
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
