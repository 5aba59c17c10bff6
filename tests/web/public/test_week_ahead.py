"""What is planned, as people read it: on a bill's page, before a call, in a calendar; in both languages."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import copies
import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy.engine import Engine
from sqlmodel import delete

from campaign import db
from campaign.app import create_app
from campaign.calendar.models import CalendarSource, FloorBill, FloorWeek, Meeting, MeetingChange, SessionDay
from campaign.settings import Settings

NOW = datetime.fromisoformat("2026-06-20T15:00:00Z")
MARKUP = datetime.fromisoformat("2026-06-24T13:30:00Z")
BILL = "/bills/hr6736-119"
SOURCES = ("house_floor", "house_meetings", "senate_meetings")


@pytest.fixture(scope="module")
def app(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with copies.copy_of(snapshot_template, tmp_path_factory.mktemp("ahead")) as engine:
        yield create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine)


@pytest.fixture
def engine(app: Flask) -> Iterator[Engine]:
    found: Engine = app.extensions["engine"]
    with time_machine.travel(NOW, tick=False):
        yield found
    with db.writing(found) as session:
        for table in (MeetingChange, Meeting, FloorBill, FloorWeek, SessionDay, CalendarSource):
            session.execute(delete(table))


def meeting(**parts: Any) -> Meeting:
    plain = {
        "event": "190102",
        "congress": 119,
        "chamber": "house",
        "kind": "markup",
        "starts_at": MARKUP,
        "committees": "HSFA",
        "named": {"hr6736-119": "list"},
        "first_seen": NOW,
        "changed_at": NOW,
    }
    return Meeting(**{**plain, **parts})


def plan(engine: Engine, *rows: Any, read_at: datetime = NOW) -> None:
    with db.writing(engine) as session:
        for name in SOURCES:
            session.add(CalendarSource(name=name, attempted_at=db.utcnow(), good_at=read_at))
        for row in rows:
            session.add(row)
            session.flush()


def text(app: Flask, address: str) -> str:
    app.extensions["page_cache"].pages.clear()
    page = app.test_client().get(address).text
    return " ".join(page.replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    ("parts", "en", "es"),
    [
        (
            {},
            "The House Committee on Foreign Affairs has set a markup for Wednesday, June 24, at 9:30 a.m. "
            "Eastern time. Its notice lists H.R. 6736.",
            "El Comité de Asuntos Exteriores de la Cámara fijó una sesión de enmiendas (markup) para el "
            "miércoles 24 de junio a las 9:30 a. m., hora del Este. El aviso incluye H.R. 6736.",
        ),
        ({"named": {"hr6736-119": "text"}}, "The words of its notice mention H.R. 6736.", "menciona H.R."),
        (
            {"named": {}, "committees": "HSFA07", "kind": "hearing"},
            "A subcommittee of the House Committee on Foreign Affairs, which has H.R. 6736, has set a hearing",
            "Un subcomité del Comité de Asuntos Exteriores de la Cámara, que tiene H.R. 6736, fijó una",
        ),
        (
            {"moved_from": MARKUP - timedelta(days=1)},
            "It was moved from Tuesday, June 23, at 9:30 a.m. Eastern time.",
            "Antes era el martes 23 de junio a las 9:30 a. m., hora del Este.",
        ),
        ({"state": "postponed"}, "has postponed the markup of Wednesday, June 24", "aplazó la sesión"),
        ({"state": "cancelled"}, "has canceled the markup of Wednesday, June 24", "canceló la sesión"),
        ({"state": "unlisted"}, "list no longer has the markup that the House", "ya no tiene la sesión"),
        ({"state": "unconfirmed"}, "We could not confirm that it still stands.", "No pudimos confirmar"),
        (
            {"named": {}, "dropped": ["hr6736-119"], "committees": "HSFA"},
            "no longer lists H.R. 6736 for its markup of Wednesday, June 24,",
            "ya no incluye H.R. 6736 en su sesión de enmiendas (markup) del miércoles 24 de junio",
        ),
    ],
)  # fmt: skip
def test_a_bills_page_says_what_comes(app: Flask, engine: Engine, parts: Any, en: str, es: str) -> None:
    plan(engine, meeting(**parts))
    assert en in text(app, BILL)
    assert es in text(app, f"/es{BILL}")


def test_the_floor_list_names_no_day(app: Flask, engine: Engine) -> None:
    week = date(2026, 6, 22)
    listed = ("hr6736-119", "bill", None), ("hr923-119", "bill", NOW), ("hr923-119", "rule", None)
    rows = [
        FloorBill(week=week, bill=bill, relation=relation, first_seen=NOW, removed_at=gone)
        for bill, relation, gone in listed
    ]
    plan(engine, FloorWeek(week=week, congress=119, version=NOW, read_at=NOW), *rows)
    line = "H.R. 6736 is on the House’s list of what may come up in the week of June 22. The list names no day."
    assert line in text(app, BILL)
    other = text(app, "/es/bills/hr923-119")
    assert "H.R. 923 salió de la lista de la Cámara para la semana del 22 de junio." in other
    assert "Una regla para tratar H.R. 923 está en la lista" in other


def test_what_was_not_read_is_a_gap_and_no_quiet_week(app: Flask, engine: Engine) -> None:
    assert "What comes" not in text(app, BILL)
    plan(engine)
    assert "have nothing on this bill" in text(app, BILL)
    with db.writing(engine) as session:
        session.get_one(CalendarSource, "senate_meetings").good_at = NOW - timedelta(hours=7)
    page = text(app, BILL)
    assert "have nothing on this bill" not in page
    gap = "We have not been able to read the Senate’s committee meetings since June 20, 2026, 4:00 a.m."
    assert gap in page


def test_a_call_to_a_member_of_the_committee_is_timely(app: Flask, engine: Engine) -> None:
    """The member of TX-20 sits on Foreign Affairs, that of TX-18 does not."""
    plan(engine, meeting())
    page = text(app, "/act/TX-20")
    assert page.count("has set a markup for Wednesday, June 24,") == 1
    script = text(app, "/act/TX-20?member=C001091&bill=hr6736-119")
    assert "has set a markup for Wednesday, June 24," in script
    assert "fijó una sesión de enmiendas (markup) para el miércoles" in text(app, "/es/act/TX-20")
    assert "has set a markup" not in text(app, "/act/TX-18")


def test_in_a_recess_the_district_office_comes_first(app: Flask, engine: Engine) -> None:
    address = "/act/TX-20?member=C001091&bill=hr6736-119"
    monday = datetime.fromisoformat("2026-06-22T15:00:00Z")
    with time_machine.travel(monday, tick=False):
        before = text(app, address)
        days = (date(2026, 6, 18), "votes"), (date(2026, 7, 14), "votes"), (date(2026, 6, 25), "pro_forma")
        plan(engine, *(SessionDay(chamber="house", day=day, kind=kind) for day, kind in days))
        app.extensions["page_cache"].look_again()
        page = text(app, address)
    assert "The House is out; its next planned day is Tuesday, July 14." in page
    assert "The House is out" not in before
    assert before.partition("tel:")[2][:13] != page.partition("tel:")[2][:13]


def test_a_calendar_to_subscribe_to_keeps_its_uid(app: Flask, engine: Engine) -> None:
    plan(engine, meeting(), meeting(event="190104", named={}, kind="hearing"))
    client = app.test_client()

    def only(address: str) -> Any:
        app.extensions["page_cache"].pages.clear()
        answer = client.get(address)
        assert answer.mimetype == "text/calendar"
        (event,) = Calendar.from_ical(answer.data).events
        return event

    before = only("/feeds/bills/hr6736-119.ics")
    assert before["SUMMARY"] == "Markup: H.R. 6736, House Committee on Foreign Affairs"
    assert (before["STATUS"], before["SEQUENCE"], before.decoded("DTSTART")) == ("CONFIRMED", 0, MARKUP)
    with db.writing(engine) as session:
        row = session.get_one(Meeting, "190102")
        row.state, row.sequence = "cancelled", 1
    after = only("/es/feeds/calendar.ics")
    assert after["UID"] == before["UID"]
    assert (after["STATUS"], after["SEQUENCE"]) == ("CANCELLED", 1)
    assert after["SUMMARY"].startswith("Cancelada: sesión de enmiendas (markup): H.R. 6736")


# --- as JSON ---------------------------------------------------------------------------------------


def calendar(app: Flask, query: str = "") -> Any:
    return app.test_client().get(f"/api/v1/calendar{query}").json


def test_the_calendar_as_json_says_the_same(app: Flask, engine: Engine) -> None:
    week = date(2026, 6, 22)
    plan(
        engine,
        meeting(moved_from=MARKUP - timedelta(days=1)),
        meeting(
            event="190103",
            named={"hr923-119": "text"},
            committees="HSJU",
            starts_at=MARKUP - timedelta(hours=1),
        ),
        FloorWeek(week=week, congress=119, version=NOW, read_at=NOW),
        FloorBill(week=week, bill="hr6736-119", relation="rule", first_seen=NOW),
    )
    found = calendar(app)
    assert [(each["event"], each["bill"], each["relation"]) for each in found["meetings"]] == [
        ("190103", "hr923-119", "text"),
        ("190102", "hr6736-119", "list"),
    ]
    moved = found["meetings"][1]
    assert moved["starts_at"] == "2026-06-24T13:30:00Z"
    assert moved["moved_from"] == "2026-06-23T13:30:00Z"
    assert (moved["chamber"], moved["kind"], moved["state"]) == ("house", "markup", "ahead")
    assert moved["committees"] == ["HSFA"]
    assert "has set a markup for Wednesday" in moved["text"]["en"]
    assert "fijó una sesión de enmiendas" in moved["text"]["es"]
    (listed,) = found["floor"]
    assert (listed["week"], listed["relation"], listed["removed_at"]) == ("2026-06-22", "rule", None)
    assert listed["text"]["en"].startswith("A rule for taking up H.R.")
    assert found["unread"] == []


def test_the_calendar_of_one_bill(app: Flask, engine: Engine) -> None:
    plan(engine, meeting(), meeting(event="190103", named={"hr923-119": "list"}, committees="HSJU"))
    found = calendar(app, "?bill=hr923-119")
    assert [each["event"] for each in found["meetings"]] == ["190103"]
    assert app.test_client().get("/api/v1/calendar?bill=hr99999-119").status_code == 404
    assert app.test_client().get("/api/v1/calendar?day=today").status_code == 400


def test_a_gap_is_no_quiet_week_in_json_either(app: Flask, engine: Engine) -> None:
    assert [each["source"] for each in calendar(app)["unread"]] == list(SOURCES)
    plan(engine)
    assert calendar(app) == {"meetings": [], "floor": [], "unread": []}
    with db.writing(engine) as session:
        session.get_one(CalendarSource, "senate_meetings").good_at = NOW - timedelta(hours=7)
    gap = {"source": "senate_meetings", "read_at": "2026-06-20T08:00:00Z"}
    assert calendar(app)["unread"] == [gap]
