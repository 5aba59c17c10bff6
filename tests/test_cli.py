"""Commands: the JSON object or lines that they print, and their exit codes."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from block_samples import PLACES, outlines_text, sample, write
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from standin import KEY, Standin, serve

from campaign import db
from campaign.cli import main, places
from campaign.cli.context import explain
from campaign.congress.models import Bill, SourceState
from campaign.districts import maps
from campaign.districts.finder import FindResult

CAMPAIGN = Path(sys.executable).with_name("campaign")
CALENDARS = ("house_docs_url", "senate_url", "voting_days_url")
ADDRESSES = ("congress_api_url", "govinfo_url", "legislators_url", "geocoder_url", *CALENDARS)


@pytest.fixture
def source() -> Iterator[Standin]:
    with serve() as running:
        yield running


def environment(source: Standin, engine: Engine, **other: str) -> dict[str, str]:
    settings = source.settings()
    addresses = {f"CAMPAIGN_{name.upper()}": getattr(settings, name) for name in ADDRESSES}
    url = engine.url.render_as_string(hide_password=False)
    return {**addresses, "CAMPAIGN_DATABASE_URL": url, "LANG": "en_US.UTF-8", **other}


class Operator:
    """Runs commands on a database, with the stand-in as the only source."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env: dict[str, str | None] = {**env, "LC_ALL": None, "LC_MESSAGES": None}

    def run(self, *words: str, **env: str) -> Result:
        return CliRunner().invoke(main, list(words), env={**self.env, **env})

    def json(self, *words: str, code: int = 0, **env: str) -> Any:
        """The object that a command prints with ``--json``; it must print nothing else."""
        result = self.run(*words, "--json", **env)
        assert result.exit_code == code, result.output
        assert result.stdout.count("\n") == 1
        return json.loads(result.stdout)


@pytest.fixture
def operator(source: Standin, engine: Engine) -> Operator:
    return Operator(environment(source, engine))


@pytest.fixture
def local(source: Standin, sqlite_engine: Engine) -> Operator:
    """On SQLite only, for what does not depend on the engine."""
    return Operator(environment(source, sqlite_engine))


@pytest.fixture
def keyed(source: Standin, engine: Engine) -> Operator:
    return Operator(environment(source, engine, CAMPAIGN_CONGRESS_API_KEY=KEY))


# --- answers ---


def test_track_poll_bill_and_changes(keyed: Operator) -> None:
    assert keyed.json("track", "H.R. 6736 (119th)")["bill"] == "hr6736-119"
    report = keyed.json("poll")
    assert (report["polled"], report["complete"], report["failed"]) == (1, 1, {})
    bill = keyed.json("bill", "hr6736-119")
    assert bill.keys() >= {
        "bill", "title", "stage", "congress", "sponsor", "introduced", "cosponsors", "counts", "proposal",
        "observed_at",
    }  # fmt: skip
    assert bill["counts"].keys() == {"listed", "sitting_voting", "delegates", "departed", "withdrawn"}
    assert bill["cosponsors"][0].keys() == {"bioguide", "date", "original", "withdrawn"}
    changes = keyed.json("changes", "--bill", "hr6736-119")["changes"]
    assert changes[0].keys() >= {"seq", "bill", "kind", "bioguide", "date", "seen_at", "baseline"}
    assert len([change for change in changes if change["kind"] == "cosponsored"]) == len(bill["cosponsors"])
    assert keyed.json("changes", "--since", str(changes[-1]["seq"]))["changes"] == []


def test_calendars_are_read_and_listed(local: Operator) -> None:
    local.run("track", "hr6736-119")
    assert local.json("calendar", "read") == {"changes": {}, "faults": {}, "requests": 0}
    assert local.json("calendar", "list") == {"planned": [], "sources": {}}


def test_json_may_stand_before_or_after(keyed: Operator) -> None:
    before = keyed.run("--json", "track", "hr6736-119")
    after = keyed.run("track", "hr6736-119", "--json")
    assert json.loads(before.stdout) == json.loads(after.stdout)


def test_people_read_lines(keyed: Operator) -> None:
    keyed.run("track", "hr6736-119")
    for words in (["bill", "hr6736-119"], ["changes"], ["poll"], ["doctor"]):
        result = keyed.run(*words)
        assert result.exit_code == 0, result.output
        assert result.stdout
        assert not result.stdout.startswith("{")
    assert "ARMAS Act" in keyed.run("bill", "hr6736-119").stdout


def test_as_of_rebuilds_a_day(keyed: Operator) -> None:
    keyed.run("track", "hr6736-119")
    now = keyed.json("bill", "hr6736-119")
    then = keyed.json("bill", "hr6736-119", "--as-of", now["introduced"])
    assert len(then["cosponsors"]) < len(now["cosponsors"])
    assert all(row["date"] <= now["introduced"] for row in then["cosponsors"])


def test_untracked_bills_stay_known(keyed: Operator) -> None:
    keyed.run("track", "hr6736-119")
    assert keyed.json("untrack", "hr6736-119")["bill"] == "hr6736-119"
    assert keyed.json("poll")["polled"] == 0
    assert keyed.json("bill", "hr6736-119")["title"]


def test_reparsing_what_was_kept_changes_nothing(keyed: Operator) -> None:
    keyed.run("track", "hr6736-119")
    assert keyed.json("reparse") == {"bills": 1, "changes": 0, "failed": {}}


def test_a_whole_congress_is_tracked(operator: Operator, source: Standin) -> None:
    report = operator.json("track", "--congress", "119")
    assert report["complete"] == sum(record.congress == 119 for record in source.world.bills.values())


def test_find_answers_unknown_with_success(operator: Operator) -> None:
    found = operator.json("find", "--zip", "00000")
    assert found["result"] == "unknown"
    assert found.keys() >= {"result", "congress", "seats", "senators"}


def test_a_backup_and_back(operator: Operator, tmp_path: Path) -> None:
    operator.run("track", "hr6736-119")
    kept = str(tmp_path / "kept.db")
    assert operator.json("backup", kept)["rows"]["bill"] == 1
    assert operator.run("backup", kept).exit_code == 2
    assert operator.run("restore", kept).exit_code == 2
    assert operator.json("restore", kept, "--yes")["rows"]["bill"] == 1


def test_copying_between_databases(operator: Operator, tmp_path: Path) -> None:
    operator.run("track", "hr6736-119")
    here, there = str(operator.env["CAMPAIGN_DATABASE_URL"]), f"sqlite:///{tmp_path / 'there.db'}"
    assert operator.json("db", "copy", here, there)["rows"]["bill"] == 1
    assert operator.run("db", "copy", here, there).exit_code == 2
    for address in ("mysql://x/y", "postgresql+psycopg://u:pa:se/cret@127.0.0.1/x"):
        result = operator.run("db", "copy", here, address)
        assert (result.exit_code, "cret" in result.output + result.stderr) == (2, False)
    mistyped = tmp_path / "no-such.db"
    refused = operator.run("db", "copy", f"sqlite:///{mistyped}", f"sqlite:///{tmp_path / 'new.db'}")
    assert (refused.exit_code, mistyped.exists()) == (2, False)
    assert "no-such.db" in refused.output


def test_doctor_finds_errors(operator: Operator, tmp_path: Path) -> None:
    findings = operator.json("doctor")["findings"]
    assert {"level": "good", "about": "database"}.items() <= findings[0].items()
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    findings = operator.json("doctor", code=1, CAMPAIGN_DATABASE_URL=empty)["findings"]
    assert [finding["about"] for finding in findings if finding["level"] == "error"] == ["database"]


# --- refusals ---


@pytest.mark.parametrize(
    "words",
    [
        ["track", "nonsense"],
        ["track", "hr0-119"],
        ["track", "hr99999-119"],
        ["track", "hr1-140"],
        ["track", "H.R. 6736"],
        ["track", "--congress", "150"],
        ["track", "hr6736-119", "--proposal", "nonesuch"],
        ["untrack", "hr6736-119"],
        ["bill", "hr6736-119"],
        ["bill", "'; DROP TABLE bill; --"],
        ["changes", "--bill", "s1-119"],
        ["poll", "--bill", "hr-119"],
        ["poll", "--source", "api"],
        ["find", "--zip", "ABCDE"],
        ["find", "--zip", ""],
        ["find", "--point", "north,south"],
        ["find", "--address", ""],
        ["script", "--bill", "hr6736-119", "--member", "C001091"],
        ["lineage", "confirm", "nonesuch", "hr6736-119"],
        ["restore", "/nonexistent/file.db"],
    ],
    ids=" ".join,
)
def test_refused_input_says_why_in_the_language_of_the_terminal(local: Operator, words: list[str]) -> None:
    result = local.run(*words)
    spanish = local.run(*words, LANG="es_MX.UTF-8")
    assert (result.exit_code, spanish.exit_code) == (2, 2), result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.strip() != spanish.stderr.strip()
    assert json.loads(local.run(*words, "--json").stdout)["error"] == result.stderr.strip()


@pytest.mark.parametrize(
    "words",
    [
        ["find"],
        ["find", "--zip", "78205", "--point", "1,1"],
        ["track"],
        ["track", "hr6736-119", "--congress", "119"],
        ["poll", "--source", "gossip"],
        ["changes", "--since", "-1"],
        ["changes", "--since", "9223372036854775808"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_misused_commands_exit_2(local: Operator, words: list[str]) -> None:
    assert local.run(*words).exit_code == 2


@pytest.mark.parametrize(
    ("reason", "words", "code"),
    [
        ("no such table: bill", "Run: campaign db upgrade", 2),
        ('relation "bill" does not exist\nLINE 1', "Run: campaign db upgrade", 2),
        ("column bill.stage does not exist", "Run: campaign db upgrade", 2),
        ('database "campaigns" does not exist', 'Database error: database "campaigns" does not exist.', 1),
        ('role "campaign" does not exist', "Nothing unfinished was kept.", 1),
        ("database is locked", "try again", 1),
    ],
)
def test_an_error_of_the_database_says_what_can_be_done(reason: str, words: str, code: int) -> None:
    """No upgrade makes a database or a role."""
    said, exit_code = explain(sa.exc.OperationalError("SELECT 1", {}, Exception(reason)))
    assert words in said
    assert ("db upgrade" in said, exit_code) == (code == 2, code)


# Congresses up to the 130th whose number is not written with "th".
FIRST = {1, *range(21, 100, 10), 101, 121}
SUFFIXES = {number + more: suffix for number in FIRST for more, suffix in enumerate(("st", "nd", "rd"))}
ORDINALS = {number: f"{number}{SUFFIXES.get(number, 'th')}" for number in range(1, 131)}


@pytest.mark.parametrize("number", [101, 111, 112, 113, 122, 123, 130])
def test_a_congress_is_written_as_an_ordinal_in_refusals(local: Operator, number: int) -> None:
    ordinal = f"the {ORDINALS[number]} Congress"
    refused = local.run("track", f"hr99999-{number}").stderr
    assert ordinal in refused.replace("The", "the")
    if number > 119:
        assert local.run("track", "--congress", str(number)).stderr == refused


def test_every_congress_is_written_as_an_ordinal_beside_a_place() -> None:
    lines = {number: next(places._found_lines(FindResult("unknown", number))) for number in ORDINALS}
    assert lines == {number: f"unknown ({ordinal} Congress)" for number, ordinal in ORDINALS.items()}


def test_a_bill_is_shown_with_its_congress_as_an_ordinal(local: Operator, sqlite_engine: Engine) -> None:
    with db.writing(sqlite_engine) as session:
        for number in (1, 2, 3, 11, 101, 112):
            session.add(Bill(id=f"hr1-{number}", congress=number, type="hr", number=1))
    shown = [local.run("bill", f"hr1-{n}").stdout.split(":")[0] for n in (1, 2, 3, 11, 101, 112)]
    assert shown == [f"H.R. 1 ({o})" for o in ("1st", "2nd", "3rd", "11th", "101st", "112th")]


@pytest.mark.parametrize("day", ["2999-01-01", "yesterday", "2026-13-01", "1999-01-01"])
def test_impossible_days_are_refused(local: Operator, day: str) -> None:
    local.run("track", "hr6736-119")
    assert local.run("bill", "hr6736-119", "--as-of", day).exit_code == 2


def test_wrong_settings_are_named(local: Operator) -> None:
    result = local.run("poll", CAMPAIGN_TIMEZONE="Mars/Olympus")
    assert result.exit_code == 2
    assert "CAMPAIGN_TIMEZONE" in result.stderr


# --- failures of sources and of the machine ---


def test_an_incomplete_poll_exits_1_and_names_the_bill(keyed: Operator, source: Standin) -> None:
    keyed.run("track", "hr6736-119")
    source.world.faults = {"emptylist": 1.0}
    result = keyed.run("poll", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["incomplete"] == ["hr6736-119"]
    assert "hr6736-119: incomplete" in result.stderr


def test_a_refused_key_is_reported_and_not_shown(local: Operator) -> None:
    local.run("track", "hr6736-119")
    result = local.run("poll", "--source", "api", CAMPAIGN_CONGRESS_API_KEY="BAD")
    assert result.exit_code == 1
    assert "the key was refused" in result.stderr
    assert "BAD" not in result.output


def test_without_tables_it_says_what_to_do(local: Operator, tmp_path: Path) -> None:
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    for words in (
        ["bill", "hr6736-119"],
        ["changes"],
        ["find", "--zip", "78205"],
        ["worker"],
        ["run", "--port", "0"],
    ):
        result = local.run(*words, CAMPAIGN_DATABASE_URL=empty)
        assert result.exit_code == 2
        assert "campaign db upgrade" in result.stderr


def test_a_locked_database_is_reported(
    local: Operator, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_MILLISECONDS", 1)
    with sqlite_engine.execution_options(writes=True).begin():
        result = local.run("track", "hr6736-119")
    assert result.exit_code == 1
    assert "locked by another program" in result.stderr
    assert local.run("bill", "hr6736-119").exit_code == 2


def test_a_full_disk_is_reported_and_loses_nothing(
    local: Operator, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own page limit is what a full disk looks like to it."""
    assert local.run("track", "hr6736-119").exit_code == 0
    prepare = db._prepare_sqlite

    def prepare_small(connection: Any, record: Any) -> None:
        prepare(connection, record)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    monkeypatch.setattr(db, "_prepare_sqlite", prepare_small)
    result = local.run("track", "--congress", "119")
    assert result.exit_code == 1
    assert "full" in result.stderr
    monkeypatch.setattr(db, "_prepare_sqlite", prepare)
    assert local.json("bill", "hr6736-119")["title"]
    assert local.json("doctor")["findings"][0]["level"] == "good"


def test_a_database_that_cannot_be_reached_is_reported(local: Operator) -> None:
    url = "postgresql+psycopg://nobody:hunter2@127.0.0.1:9/none"
    result = local.run("bill", "hr6736-119", CAMPAIGN_DATABASE_URL=url)
    assert result.exit_code == 1
    assert "hunter2" not in result.output
    assert "Traceback" not in result.output


# --- as a program ---


def test_help_loads_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys; from click.testing import CliRunner; from campaign.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "heavy = {'flask', 'sqlalchemy', 'sqlmodel', 'pydantic', 'httpx', 'rich', 'structlog'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# Each in a process of its own, as cron runs it: the libraries are loaded, nothing of ours but the command line.
# None of them lives long enough to have garbage.
COMMANDS = """
import gc, os, sys
gc.disable()
import alembic.command, babel.dates, dns.resolver, email_validator, pydantic_settings, sqlmodel, structlog
import sqlalchemy.dialects.sqlite
from campaign.cli import main

for words in sys.argv[1:]:
    if not (child := os.fork()):
        main(words.split())
    print("ended with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_what_handles_the_whole_database_needs_no_other_command_before_it(
    local: Operator, tmp_path: Path
) -> None:
    """Nothing else has loaded the tables."""
    copy = f"db copy {local.env['CAMPAIGN_DATABASE_URL']} sqlite:///{tmp_path}/copied.db"
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, "backup kept.db", copy, "restore kept.db --yes", "doctor --json"],
        env={name: value for name, value in local.env.items() if value is not None},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    *codes, _doctor = re.findall(r"^ended with (\d+)$", done.stdout, re.MULTILINE)
    assert codes == ["0", "0", "0"], done.stderr


def test_json_is_alone_on_standard_output(local: Operator, tmp_path: Path) -> None:
    env = {name: value for name, value in local.env.items() if value is not None}
    done = subprocess.run(
        [CAMPAIGN, "poll", "--bill", "hr99999-119", "--json"],
        env={**env, "CAMPAIGN_LOG_LEVEL": "DEBUG"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["failed"].keys() == {"hr99999-119"}
    assert "hr99999-119" in done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Running:
    """A command in its own process; its standard error is read line by line."""

    def __init__(self, folder: Path, env: dict[str, str], *words: str) -> None:
        self.process = subprocess.Popen(
            [CAMPAIGN, *words],
            env=env,
            cwd=folder,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self.lines: list[str] = []
        self._more = threading.Condition()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._more:
                self.lines.append(line)
                self._more.notify_all()

    def wait_for(self, words: str, seconds: float = 120) -> None:
        with self._more:
            assert self._more.wait_for(lambda: any(words in line for line in self.lines), seconds), self.lines

    def end(self, with_signal: int = signal.SIGTERM) -> int:
        """Its exit code; it must end within ten seconds."""
        self.process.send_signal(with_signal)
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            self._listener.join()
            if self.process.stderr is not None:
                self.process.stderr.close()


def fetch(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=10) as reply:
        return reply.status, reply.read()


@pytest.mark.parametrize(
    "database", ["empty", pytest.param("postgres", marks=pytest.mark.postgres)], ids=["prepared", "postgres"]
)
def test_run_serves_and_works_and_ends_on_a_signal(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    """With ``--prepare`` on an empty SQLite file, and on PostgreSQL. No source can be reached."""
    words = ["run", "--port", str(port := free_port())]
    if database == "empty":
        url = f"sqlite:///{tmp_path / 'empty' / 'campaign.db'}"
        words.append("--prepare")
    else:
        url = request.getfixturevalue("postgres_engine").url.render_as_string(hide_password=False)
    nowhere = {f"CAMPAIGN_{name.upper()}": "http://127.0.0.1:9" for name in ADDRESSES}
    env = {**nowhere, "CAMPAIGN_DATABASE_URL": url, "LANG": "en_US.UTF-8"}
    service = Running(tmp_path, env, *words)
    try:
        service.wait_for(f"http://127.0.0.1:{port}")
        assert fetch(f"http://127.0.0.1:{port}/healthz")[0] == 200
        if database == "empty":
            assert b"ARMAS Act" in fetch(f"http://127.0.0.1:{port}/bills/hr6736-119")[1]
        service.wait_for("worker is the leader")
        service.wait_for("job ended")
        second = Operator(env).run("run", "--port", str(port))
        assert second.exit_code == 2
        assert f"Port {port} is taken" in second.stderr
    finally:
        code = service.end()
    assert code == 0
    assert [line for line in service.lines if "Traceback" in line] == []


def test_worker_ends_on_a_signal(local: Operator, tmp_path: Path) -> None:
    env = {name: value for name, value in local.env.items() if value is not None}
    service = Running(tmp_path, env, "worker")
    try:
        service.wait_for("worker is the leader")
    finally:
        code = service.end()
    assert code == 0


# --- campaigns ---

HOMES = """\
campaign: homes
title: {en: Homes, es: Viviendas}
proposals:
  - slug: homes-act
    name: {en: Homes Act, es: Ley de Vivienda}
    bills:
      - bill: hr6736-119
      - bill: H.R. 99999 (119th)
"""


def test_a_campaign_is_made_of_its_file_listed_exported_and_removed(operator: Operator, tmp_path: Path) -> None:
    file, again = tmp_path / "homes.yaml", tmp_path / "again.yaml"
    file.write_text(HOMES.replace("      - bill: H.R. 99999 (119th)\n", ""))
    made = operator.json("new", "homes-2027", "--from", str(file))
    assert (made["campaign"], made["proposals"], made["bills"], made["unread"]) == ("homes-2027", 1, 1, [])
    assert operator.json("bill", "hr6736-119")["title"].startswith("ARMAS Act")
    (listed,) = operator.json("campaigns")["campaigns"]
    assert (listed["slug"], listed["title"], listed["state"]) == ("homes-2027", "Homes", "draft")
    assert listed["proposals"] == ["homes-act"]
    assert "The campaign has no summary." in listed["missing"]
    assert operator.json("campaigns", LANG="es_MX.UTF-8")["campaigns"][0]["title"] == "Viviendas"
    operator.json("export", "homes-2027", str(again))
    assert again.read_text().startswith("campaign: homes-2027\n")
    assert operator.run("remove", "homes-2027").exit_code == 1
    assert operator.json("remove", "homes-2027", "--yes")["proposals"] == 1
    assert operator.json("campaigns") == {"campaigns": []}
    assert operator.json("new", "homes-2027", "--from", str(again))["bills"] == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["new", "homes", "--from", "{}"],
            "Line 8: H.R. 99999 of the 119th Congress is not known to the source",
        ),
        (["new", "Two Words"], "cannot stand in an address"),
        (["new", "homes", "--from", "{}", "--language", "es"], "A file says its languages itself."),
        (["new", "homes", "--from", "nothing.yaml"], "nothing.yaml: No such file"),
        (["export", "nothing", "{}"], "There is no such campaign"),
        (["remove", "nothing", "--yes"], "There is no such campaign"),
    ],
)
def test_a_campaign_with_a_fault_is_refused_whole(
    local: Operator, tmp_path: Path, words: list[str], says: str
) -> None:
    file = tmp_path / "homes.yaml"
    file.write_text(HOMES)
    result = local.run(*(word.format(file) for word in words))
    assert (result.exit_code, says in result.stderr) == (2, True), result.output
    assert local.json("campaigns") == {"campaigns": []}
    assert local.run("bill", "hr6736-119").exit_code == 2


def test_bills_of_a_campaign_are_read_later_where_no_source_answers(local: Operator, tmp_path: Path) -> None:
    file = tmp_path / "homes.yaml"
    file.write_text(HOMES)
    made = local.json("new", "homes", "--from", str(file), code=1, CAMPAIGN_GOVINFO_URL="http://127.0.0.1:9")
    assert [note.partition(":")[0] for note in made["unread"]] == ["hr6736-119", "hr99999-119"]
    assert local.json("campaigns")["campaigns"][0]["slug"] == "homes"


def test_a_campaign_is_made_in_one_language(local: Operator, tmp_path: Path) -> None:
    local.json("new", "homes-act", "--language", "es")
    local.json("export", "homes-act", str(tmp_path / "homes.yaml"))
    assert (tmp_path / "homes.yaml").read_text() == (
        "campaign: homes-act\nlanguages:\n- es\ntitle:\n  es: Homes act\n"
    )


def test_an_empty_campaign_is_a_draft_with_a_title(local: Operator) -> None:
    assert local.json("new", "homes-act")["proposals"] == 0
    (listed,) = local.json("campaigns")["campaigns"]
    assert (listed["title"], listed["state"]) == ("Homes act", "draft")
    assert local.run("new", "homes-act").exit_code == 2


@pytest.fixture
def without_maps(local: Operator, sqlite_engine: Engine) -> Operator:
    """On a database whose operator imported the maps: the snapshot's, most of its rows, stay away."""
    with db.writing(sqlite_engine) as session:
        for name in ("zips-119", "zipcodes", "boundaries-119"):
            session.add(SourceState(name=name, as_of=date(2026, 6, 1), checked_at=db.utcnow(), source="import"))
    return local


@pytest.mark.parametrize(("chosen", "campaigns"), [("none", []), ("{}", ["homes"])])
def test_a_new_installation_begins_with_the_campaign_that_was_chosen(
    without_maps: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, campaigns: list[str]
) -> None:
    monkeypatch.setattr("campaign.server.serve", lambda *_given, **_named: None)
    file = tmp_path / "homes.yaml"
    file.write_text(HOMES.replace("      - bill: H.R. 99999 (119th)\n", ""))
    for _ in range(2):
        result = without_maps.run("run", "--prepare", "--campaign", chosen.format(file))
        assert result.exit_code == 0, result.output
        listed = without_maps.json("campaigns")["campaigns"]
        assert [row["slug"] for row in listed] == campaigns
    for slug in campaigns:
        without_maps.json("remove", slug, "--yes")
    assert without_maps.run("run", "--prepare").exit_code == 0
    assert without_maps.json("campaigns") == {"campaigns": []}


def test_a_table_of_zip_codes_is_imported_or_refused(local: Operator, tmp_path: Path) -> None:
    table = tmp_path / "zips.csv"
    table.write_text("state_abbr,zcta,cd\nID,83605,1\nID,83702,2\nWY,82001,0\n")
    assert local.json("districts", "zips", str(table), "--congress", "119")["zips"] == 3
    table.write_text("state_abbr,zcta,cd\nID,83605,1\n")
    half = local.run("districts", "zips", str(table), "--congress", "119")
    assert (half.exit_code, "ID-2 (Idaho) is missing" in half.stderr) == (2, True)
    table.write_text("<html>Not found</html>")
    assert local.run("districts", "zips", str(table), "--congress", "119").exit_code == 2
    assert local.json("find", "--zip", "83702")["seats"][0]["seat"] == "ID-2"
    assert local.run("districts", "zips", str(tmp_path / "none"), "--congress", "119").exit_code == 2


def test_a_table_is_built_from_block_files_or_refused(local: Operator, tmp_path: Path) -> None:
    made = sample(places=PLACES)
    files = [
        str(write(tmp_path / "NationalCD120.txt", made.district_lines())),
        "--zcta",
        str(write(tmp_path / "zcta.txt", made.zcta_lines())),
        "--congress",
        "120",
    ]
    people = str(write(tmp_path / "people.csv", made.people_lines()))
    assert local.json("districts", "blocks", *files, "--population", people) == {
        "congress": 120, "zips": 448, "rows": 448, "districts": 437, "states": 52, "shares": "people",
        "kept": {},
    }  # fmt: skip
    for wrong in ("MO", "MO=", "XX=119", "MO=1199"):
        assert local.run("districts", "blocks", *files, "--keep", wrong).exit_code == 2
    refused = local.run("districts", "blocks", *files, "--keep", "MO=119")
    assert (refused.exit_code, "cannot be kept" in refused.stderr) == (2, True)


def test_boundaries_are_imported_without_the_void_ones(local: Operator, tmp_path: Path) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(outlines_text(["ID", "MO"]))
    assert local.json("districts", "import", str(path), "--congress", "120") == {
        "districts": 2, "congress": 120, "without": ["MO"],
    }  # fmt: skip
    taken = local.json("districts", "import", str(path), "--congress", "120", "--as-published", "mo")
    assert (taken["districts"], taken["without"]) == (10, [])
    path.write_text(outlines_text(["MO"]))
    assert local.run("districts", "import", str(path), "--congress", "120").exit_code == 2


def test_fetched_maps_are_refused_by_reason(local: Operator, tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/map/Legislative/MapServer/0/query").respond_with_data(
        outlines_text([*maps.DISTRICTS, "DC"])
    )
    httpserver.expect_request(re.compile("/.*")).respond_with_data("not here", status=404)
    addresses = {
        "CAMPAIGN_CENSUS_URL": httpserver.url_for("").rstrip("/"),
        "CAMPAIGN_TIGERWEB_URL": httpserver.url_for("/map"),
    }
    words = ("districts", "fetch", "--congress", "120", "--into", str(tmp_path / "maps"))
    done = local.json(*words, code=1, **addresses)
    assert (done["boundaries"], done["zips"], list(done["refused"])) == (428, {}, ["zips"])
    addresses["CAMPAIGN_TIGERWEB_URL"] = httpserver.url_for("/none")
    assert list(local.json(*words, code=1, **addresses)["refused"]) == ["zips", "boundaries"]
