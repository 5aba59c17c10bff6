"""A drill of the turn of the Congress: what a small campaign will lack and say, and that nothing changes."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from chambers import acted, add_bill, legislator, seat_members, term
from click.testing import CliRunner
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db, drill, drill_rules
from campaign.cli import main
from campaign.congress.models import Change
from campaign.drill import Drill
from campaign.refusals import Refused
from campaign.settings import Settings

AFTER = date(2027, 1, 5)
SETTINGS = Settings(secret_key="k" * 40, geocoder_url="")


@pytest.fixture
def small(engine: Engine) -> Engine:
    """Two members of the House and a senator, with one bill."""
    seat_members(
        engine,
        legislator("A1", term("NY-1"), term("NY-1", 120)),
        legislator("A2", term("NY-2")),
        legislator("A3", term("NY")),
    )
    introduced = acted("2025-02-04", "Introduced in House", code="1000")
    add_bill(engine, "hr6736-119", sponsor="A1", proposal="armas", actions=(introduced,))
    return engine


def test_a_drill_shows_what_will_be_missing_and_changes_nothing(small: Engine, tmp_path: Path) -> None:
    found = drill.run(small, SETTINGS, AFTER, out=tmp_path)
    assert (found.day, found.congress, found.wrong) == (AFTER, 120, ())
    assert "armas Act: no bill of the 120th Congress is confirmed" in found.missing
    assert any("nobody is named yet" in item for item in found.missing)
    assert found.pages > 20
    assert "died" in (tmp_path / "pages" / "feeds_changes_atom.html").read_text().lower()
    assert (tmp_path / "pages" / "act_NY-1.html").exists()
    with db.reading(small) as session:
        assert session.exec(select(Change).where(Change.source == "calendar")).all() == []
    assert abs(db.utcnow() - datetime.now(UTC)).total_seconds() < 60


def test_before_the_turn_the_bill_is_there(small: Engine) -> None:
    found = drill.run(small, SETTINGS, date(2026, 12, 1))
    assert (found.congress, found.wrong) == (119, ())
    assert not any("no bill of the" in item for item in found.missing)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask her to co-sponsor H.R. 6736 today.", {"H.R. 6736"}),
        ("Ask her to co-sponsor H.R.\N{NO-BREAK SPACE}6736 today.", {"H.R. 6736"}),
        ("She led last Congress's H.R. 6736.", set()),
        ("H.R. 6736 (119th): died", set()),
        ("H.R. 6736 terminó con el 119.º Congreso", set()),
        ("H.R. 6736 of the 119th Congress" + " " * 80 + "and S. 3508 too", {"S. 3508"}),
        ("H.R. 9 lives.", set()),
    ],
)
def test_a_dead_number_without_its_congress_is_found(text: str, found: set[str]) -> None:
    assert drill_rules.bare(text, {"H.R. 6736", "S. 3508"}) == found


def test_the_report_says_what_is_missing_and_wrong() -> None:
    text = drill.report(Drill(AFTER, 120, ("new districts",), (), 12))
    assert text.startswith("# January 5, 2027, 120th Congress\n\n12 pages")
    assert "## Still missing\n\n- new districts\n" in text
    assert "## Wrong on a page\n\nNothing." in text


def test_the_command_prints_the_object_of_the_contract(
    small: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGN_DATABASE_URL", small.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CAMPAIGN_SECRET_KEY", "k" * 40)
    words = ["drill", "new-congress", "--date", "2027-01-05", "--out", str(tmp_path), "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert list(found) == ["date", "congress", "missing", "wrong", "pages"]
    assert (found["date"], found["congress"]) == ("2027-01-05", 120)
    assert (tmp_path / "report.txt").read_text().startswith("# January 5, 2027")
    refused = CliRunner().invoke(main, ["drill", "new-congress", "--date", "tomorrow"])
    assert (refused.exit_code, "is not a day" in refused.output) == (2, True)


@pytest.mark.parametrize("day", [date(1700, 1, 1), date(2026, 6, 14), date(9999, 12, 31)])
def test_a_day_of_which_nothing_is_known_is_refused(small: Engine, day: date) -> None:
    with pytest.raises(Refused, match="ten years ahead at most") as refused:
        drill.run(small, SETTINGS, day)
    assert "diez años" in refused.value.es


def test_a_folder_that_cannot_be_written_is_refused_before_the_walk(small: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="Not a directory"):
        drill.run(small, SETTINGS, AFTER, out=tmp_path / "file")


def test_feeds_are_read_too(small: Engine) -> None:
    pages = [drill_rules.Page("/feeds/changes.atom", 200, "<title>H.R. 6736: moved</title>")]
    with db.reading(small) as session:
        assert drill.judged(session, pages, AFTER).wrong == (
            "/feeds/changes.atom: H.R. 6736 without its Congress",
        )
