"""A drill of the turn of the Congress: what a small campaign will lack and say, and that nothing changes."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from chambers import add_bill, filled, legislator, on, seat_members, term
from click.testing import CliRunner
from filled import filled_by
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.cli import main
from campaign.congress.models import Change
from campaign.drill import judging, mails, rehearsal
from campaign.drill.mails import DaysMail
from campaign.drill.pages import Page
from campaign.drill.report import Drill, report
from campaign.mailing.models import Edition, Subscriber
from campaign.outreach.bilingual import Text
from campaign.refusals import Refused
from campaign.settings import Settings

AFTER = date(2027, 1, 5)
SETTINGS = Settings(secret_key="k" * 40, geocoder_url="")


@pytest.fixture
def small(engine: Engine) -> Engine:
    return filled_by(filled, engine)


@pytest.fixture
def local(sqlite_engine: Engine) -> Engine:
    """On SQLite only, for what does not depend on the engine."""
    return filled_by(filled, sqlite_engine)


def test_a_drill_shows_what_will_be_missing_and_changes_nothing(small: Engine, tmp_path: Path) -> None:
    built = datetime(2026, 12, 28, 15, tzinfo=UTC)
    with db.writing(small) as session:
        session.add(Edition(campaign="guns", period="2026-W53", state="draft", built_at=built))
        for lang in ("en", "es"):
            session.add(
                Subscriber(
                    campaign="guns",
                    email=lang,
                    key=lang,
                    language=lang,
                    seat="NY-1",
                    state="confirmed",
                    created=built,
                )
            )
    found = rehearsal.run(small, SETTINGS, AFTER, out=tmp_path)
    assert (found.day, found.congress, found.wrong) == (AFTER, 120, ())
    assert "edition 2026-W53 is draft; what has not left by then is stopped" in {i.en for i in found.missing}
    state = "el estado de la edición 2026-W53 es «borrador»"
    assert f"{state}; lo que no haya salido se detendrá" in {i.es for i in found.missing}
    _are_organizers_pages_there(tmp_path / "pages")
    told = Page("mail", 200, (tmp_path / "pages" / "mail_guns_2027-W01_es_NY-1.html").read_text()).text
    assert "H.R. 6736 venció con el 119.º Congreso" in told
    (digest,) = found.days_mail
    assert (digest.period, digest.state, digest.recipients) == ("2027-W01", "draft", 2)
    assert digest.subject.en == "The 119th Congress has ended: what was reached, and what comes next"
    assert "armas Act: no bill of the 120th Congress is confirmed" in {item.en for item in found.missing}
    assert any("no one is named yet" in item.en for item in found.missing)
    assert found.pages > 20
    assert "expired" in (tmp_path / "pages" / "feeds_changes_atom.html").read_text().lower()
    assert (tmp_path / "pages" / "act_NY-1.html").exists()
    with db.reading(small) as session:
        assert session.exec(select(Change).where(Change.source == "calendar")).all() == []
        assert [row.state for row in session.exec(select(Edition))] == ["draft"]
    assert abs(db.utcnow() - datetime.now(UTC)).total_seconds() < 60


def _are_organizers_pages_there(folder: Path) -> None:
    names = {path.stem for path in folder.iterdir()}
    for lang in ("", "es_"):
        for page in ("organize", "organize_board", "organize_lists", "organize_january", "organize_digest"):
            assert f"{lang}{page}" in names
        assert f"{lang}organize_bills_hr6736-119" in names
        assert any(name.startswith(f"{lang}organize_members_") for name in names)
        assert any(name.startswith(f"{lang}act_NY-1_kit") for name in names)


def test_an_alert_of_the_day_is_read_too(engine: Engine) -> None:
    """The reader's own member joined the bill of the new Congress that morning."""
    joined = on("A2", "2027-01-05")
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}"), term(f"NY-{n}", 120)) for n in (1, 2)))
    first, then = datetime(2027, 1, 4, 15, tzinfo=UTC), datetime(2027, 1, 5, 15, tzinfo=UTC)
    said: dict[str, Any] = {"sponsor": "A1", "proposal": "armas", "introduced": "2027-01-04"}
    add_bill(engine, "hr412-120", read_at=first, updated=first, **said)
    add_bill(engine, "hr412-120", joined, read_at=then, updated=then, **said)
    reader = {"seat": "NY-2", "state": "confirmed", "created": first}
    with db.writing(engine) as session:
        session.add(Subscriber(campaign="guns", email="a", key="a", alerts=True, **reader))
        session.add(Subscriber(campaign="guns", email="b", key="b", **reader))
    found, pages = mails.of_day(engine, SETTINGS, rehearsal.moment_of(AFTER), lambda _steps, _label: None)
    assert [(mail.kind, mail.recipients) for mail in found] == [("digest", 2), ("alert", 1)]
    alert = next(page for page in pages if page.path == "mail/guns/2027-01-05/en/NY-2")
    assert "signed on to the armas Act" in alert.text


def test_before_the_turn_the_bill_is_there(local: Engine) -> None:
    found = rehearsal.run(local, SETTINGS, date(2026, 12, 1))
    assert (found.congress, found.wrong) == (119, ())
    assert not any("no bill of the" in item.en for item in found.missing)


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
    assert judging.bare(text, {"H.R. 6736", "S. 3508"}) == found


QUIET = DaysMail("digest", "2027-W01", "quiet", 0, Text("A quiet week", "Semana tranquila"))


def test_the_report_says_what_is_missing_and_wrong() -> None:
    found = Drill(AFTER, 120, (Text("new districts", "distritos nuevos"),), (), 12, 3, (QUIET,))
    text = report(found)
    assert text.startswith("# January 5, 2027, 120th Congress\n\n12 pages")
    assert "## Still missing\n\n- new districts\n" in text
    assert "## Wrong on a page or in a mail\n\nNothing." in text
    assert "- The digest of 2027-W01: a week without news; by the mail policy nothing is sent\n" in text
    spanish = report(found, "es")
    assert spanish.startswith("# 5 de enero de 2027, 120.º Congreso\n\nSe leyeron 12 páginas")
    assert "## Qué falta todavía\n\n- distritos nuevos\n" in spanish


def test_the_command_prints_the_object_of_the_contract(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGN_DATABASE_URL", sqlite_engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CAMPAIGN_SECRET_KEY", "k" * 40)
    words = ["drill", "new-congress", "--date", "2027-01-05", "--out", str(tmp_path), "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert list(found) == ["date", "congress", "missing", "wrong", "pages", "mails"]
    assert (found["date"], found["congress"]) == ("2027-01-05", 120)
    assert (tmp_path / "report.txt").read_text().startswith("# January 5, 2027")
    refused = CliRunner().invoke(main, ["drill", "new-congress", "--date", "tomorrow"])
    assert (refused.exit_code, "is not a day" in refused.output) == (2, True)


@pytest.mark.parametrize("day", [date(1700, 1, 1), date(2026, 6, 14), date(9999, 12, 31)])
def test_a_day_of_which_nothing_is_known_is_refused(small: Engine, day: date) -> None:
    with pytest.raises(Refused, match="ten years ahead at most") as refused:
        rehearsal.run(small, SETTINGS, day)
    assert "diez años" in refused.value.es


def test_a_folder_that_cannot_be_written_is_refused_before_the_walk(small: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="Not a directory"):
        rehearsal.run(small, SETTINGS, AFTER, out=tmp_path / "file")


def test_feeds_are_read_too(small: Engine) -> None:
    pages = [Page("/feeds/changes.atom", 200, "<title>H.R. 6736: moved</title>")]
    with db.reading(small) as session:
        found = list(judging.faults(session, pages, rehearsal.moment_of(AFTER)))
    assert [text.en for text in found] == ["/feeds/changes.atom: H.R. 6736 without its Congress"]
