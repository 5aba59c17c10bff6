"""A drill of the turn of the Congress: what a small campaign will lack and say, and that nothing changes."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from chambers import acted, add_bill, legislator, seat_members, term
from click.testing import CliRunner
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db, drill, drill_rules
from campaign.cli import main
from campaign.congress.models import Change
from campaign.districts import census
from campaign.drill import Drill
from campaign.drill_rules import Page
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I am asking you to co-sponsor H.R. 6736.", True),
        ("Please co-sponsor last Congress's H.R. 6736 today.", True),
        ("Ask her to come back to H.R.\N{NO-BREAK SPACE}6736.", True),
        ("to hold a hearing on H.R. 6736 (119th)", True),
        ("Le pido que copatrocine H.R. 6736.", True),
        ("que vote a favor de la H.R. 6736", True),
        ("que vuelva a copatrocinar H.R. 6736", True),
        ("to be an original co-sponsor of the next version of H.R. 6736", False),
        ("Thank you for co-sponsoring last Congress's H.R. 6736.", False),
        ("Gracias por copatrocinar H.R. 6736 del Congreso pasado.", False),
        ("to co-sponsor H.R. 412, as you did H.R. 6736 of the 119th Congress", False),
    ],
)
def test_an_ask_for_a_dead_bill_is_found_with_or_without_its_congress(text: str, found: bool) -> None:
    assert drill_rules.asked_for(text, {"H.R. 6736"}) == ({"H.R. 6736"} if found else set())


def judged(engine: Engine, path: str, html: str, moment: datetime) -> list[str]:
    with db.reading(engine) as session:
        return list(drill_rules.faults(session, [Page(path, 200, html)], moment))


NOON = datetime(2027, 1, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "html", "wrong"),
    [
        ("/bills/hr6736-119?", "H.R. 6736: 24 of them can vote on it today", "votes of today on H.R. 6736"),
        ("/es/bills/hr6736-119?", "H.R. 6736: hoy pueden votar 24", "votes of today on H.R. 6736"),
        ("/bills/hr6736-119?", "Please co-sponsor H.R. 6736", "asks for H.R. 6736"),
        ("/bills/hr6736-119?", "H.R. 6736: 24 were on it", ""),
        ("/act/NY-1?", '<a href="/act/NY-1?member=A000002">Call</a>', "leads to A000002, who does not sit"),
        ("mail to a: b", "https://here.org/act/NY-2?kind=call&member=A000002", "leads to A000002"),
        ("/act/NY-1?", '<a href="/act/NY-1?member=A000001">Call</a>', ""),
        (
            "/act/NY-2?",
            "<h2>Lee MemberA2</h2> <p>Representative, New York</p>",
            "gives an office to Lee MemberA2",
        ),
        ("mail to a: b", "SUS LEGISLADORES Lee MemberA2 (Senadora, NY)", "gives an office to Lee MemberA2"),
        ("/bills/hr6736-119?", "Lee MemberA2 Representative, on its last day", ""),
        ("mail to a: b", "Lee MemberA1 (Representative, NY-1); Lee MemberA2 (D-NY) was on it", ""),
    ],
)
def test_what_no_page_may_say_after_noon(small: Engine, path: str, html: str, wrong: str) -> None:
    """Only the member of New York's first district has a term in the 120th Congress."""
    found = judged(small, path, html, NOON)
    assert len(found) == bool(wrong)
    assert not wrong or wrong in found[0]
    assert judged(small, path, html, NOON - timedelta(seconds=1)) == []


def test_words_for_a_dead_bill_are_not_led_to_once_it_has_a_successor(small: Engine) -> None:
    html = '<a href="/act/NY-1?member=A000001&amp;bill=hr6736-119">Call</a>'
    assert judged(small, "/", html, NOON) == []
    add_bill(small, "hr412-120", sponsor="A1", proposal="armas", introduced="2027-01-21")
    assert judged(small, "/", html, NOON) == ["/: leads to words for hr6736-119, which has a successor"]


@pytest.mark.parametrize(
    ("path", "html", "wrong"),
    [
        ("/act/TX-20?", "Texas, TX-20: these people speak for you", True),
        ("/act/TX-20?note=likely", "Texas, TX-20: these people speak for you", True),
        ("/find?zip=78205", "Your district: TX-20", True),
        ("mail to a@b.org: A quiet week", "Ana Castro (Representative, TX-20)", True),
        ("/act/TX-20?", "TX-20: since noon Eastern Texas has new districts", False),
        ("/es/act/TX-20?", "TX-20: hay distritos nuevos en Texas", False),
        ("/act/NY-1?", "NY-1: these people speak for you", False),
        ("/bills/hr6736-119?", "H.R. 6736 of the 119th Congress, by Ana Castro, TX-20", False),
    ],
)
def test_an_old_map_is_marked_until_the_new_one_is_stored(
    small: Engine, path: str, html: str, wrong: bool
) -> None:
    with db.writing(small) as session:
        census.replace_zips(
            session, [census.ZipRow("78205", "TX-20", 1), census.ZipRow("10001", "NY-1", 1)], 119
        )
    assert len(judged(small, path, html, NOON)) == wrong
    assert judged(small, path, html, NOON - timedelta(seconds=1)) == []
    with db.writing(small) as session:
        census.replace_zips(session, [census.ZipRow("78205", "TX-35", 1)], 120)
    assert judged(small, path, html, NOON) == []


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
    pages = [Page("/feeds/changes.atom", 200, "<title>H.R. 6736: moved</title>")]
    with db.reading(small) as session:
        assert drill.judged(session, pages, AFTER).wrong == (
            "/feeds/changes.atom: H.R. 6736 without its Congress",
        )
