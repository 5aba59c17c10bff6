"""The organizers' commands: JSON as the contract has it, a sign-in link, and exit 2 for refused input."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from chambers import NOW
from click.testing import CliRunner, Result
from copies import copy_of
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import users
from campaign.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(snapshot_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on a copy of the shipped campaign."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        monkeypatch.setenv("CAMPAIGN_DATABASE_URL", str(engine.url))
    monkeypatch.setenv("CAMPAIGN_SECRET_KEY", "a key for tests only, thirty-two long")
    # The commands read the clock; the snapshot's Congress sits until January 2027.
    monkeypatch.setattr(db, "utcnow", lambda: NOW)

    def call(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return call


def test_worklist_gives_the_contracts_json(run: Run) -> None:
    result = run("worklist", "H.R. 6736", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert len(answer["ask_again"]) == 22
    assert {"E000297", "G000586", "J000305", "K000400"} <= set(answer["ask_again"])
    assert answer["successors"][0] == "W000831"
    assert len(answer["sister_gap"]) == 11
    assert len(answer["committee_not_on"]) == 47
    assert answer["vacancies"] == ["CA-14", "FL-20", "GA-13", "TX-23"]
    assert (
        answer["reasons"]["ask_again"]["J000305"]
        == "co-sponsored last Congress's H.R. 6618, not on H.R. 6736 yet"
    )


@pytest.mark.parametrize("bill", ["hr1-119", "nothing"])
def test_a_bill_without_lists_is_refused(run: Run, bill: str) -> None:
    assert run("worklist", bill).exit_code == 2


def test_a_bill_that_has_ended_has_other_lists(run: Run) -> None:
    answer = json.loads(run("worklist", "hr6618-118", "--json").stdout)
    assert (answer["bill"], answer["ended"]) == ("hr6618-118", True)
    assert {"was_on", "successors", "new_members", "not_listed_yet", "gone", "vacancies"} < answer.keys()
    assert answer["reasons"]["was_on"]["J000305"] == "co-sponsored last Congress's H.R. 6618"
    assert "ask_again" not in answer


def test_a_user_gets_a_link_that_signs_in_once(run: Run, tmp_path: Path) -> None:
    result = run("user", "add", "Ana@Example.org", "--role", "admin", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert (answer["email"], answer["role"]) == ("ana@example.org", "admin")
    assert answer["link"].startswith("http://127.0.0.1:5000/")
    engine = db.open_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    with db.writing(engine) as session:
        token = answer["link"].rpartition("/")[2]
        user = users.use_link(session, token, now=NOW)
        assert user
        assert user.role == "admin"
        assert users.use_link(session, token, now=NOW) is None
    engine.dispose()


@pytest.mark.parametrize("words", [("nobody",), ("ana@example.org", "--role", "king")])
def test_what_is_no_user_is_refused(run: Run, words: tuple[str, ...]) -> None:
    assert run("user", "add", *words).exit_code == 2
