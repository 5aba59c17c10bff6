"""How far visitors come: pages from the cache, robots, drafts, a database that cannot be written, a floor."""

import csv
import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from copies import copy_of
from flask import Flask
from organizer_client import sign_in
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db, removal
from campaign.app import create_app
from campaign.outreach import steps
from campaign.outreach.models import StepCount
from campaign.outreach.steps import StepKey
from campaign.proposals import campaigns
from campaign.settings import Settings
from campaign.web.core import visits

PHONE = "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
OPENS = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "User-Agent": PHONE}
FROM_ELSEWHERE = {**OPENS, "Sec-Fetch-Site": "cross-site"}
TYPED = {**OPENS, "Sec-Fetch-Site": "none"}
ON_SITE = {**OPENS, "Sec-Fetch-Site": "same-origin"}
OURS = "us-guns-abroad"
KEY = "a key for tests only, thirty-two long"


@pytest.fixture(scope="module")
def engine_of_visits(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with copy_of(snapshot_template, tmp_path_factory.mktemp("visits")) as engine:
        yield engine


@pytest.fixture(scope="module")
def shared_app(engine_of_visits: Engine) -> Flask:
    return create_app(Settings(secret_key=KEY, geocoder_url=""), engine=engine_of_visits)


@pytest.fixture
def app(
    shared_app: Flask, engine_of_visits: Engine, clock: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The service without a rendered page; its counts are written when a test says so, by no timer."""
    shared_app.extensions["page_cache"].pages.clear()
    monkeypatch.setattr(visits, "WRITE_AFTER_SECONDS", 3600.0)
    with db.writing(engine_of_visits) as session:
        session.execute(sa.delete(StepCount))
    yield shared_app
    visits.counter(shared_app).write()


def counted(app: Flask, engine: Engine) -> dict[tuple[str, str], int]:
    visits.counter(app).write()
    with db.reading(engine) as session:
        rows = session.exec(select(StepCount)).all()
    assert {row.campaign for row in rows} <= {OURS}
    return {(row.step, row.language): row.count for row in rows}


@pytest.mark.parametrize("times", [1, 3], ids=["rendered", "cached"])
@pytest.mark.parametrize(
    ("path", "headers", "counts"),
    [
        ("/", FROM_ELSEWHERE, {"landed"}),
        ("/", TYPED, {"landed"}),
        ("/", ON_SITE, set()),
        ("/act/TX-20", FROM_ELSEWHERE, {"landed", "found"}),
        ("/es/act/TX-20", ON_SITE, {"found"}),
        ("/act/TX-20?member=C001098", ON_SITE, {"called"}),
        ("/es/act/TX-20/both?member=C001098", TYPED, {"landed", "called"}),
        # The same call again, in other words or to another office.
        ("/act/TX-20?member=C001098&kind=voicemail", ON_SITE, set()),
        ("/act/TX-20?member=C001098&office=C001098-austin", ON_SITE, set()),
        ("/act/XX-99", FROM_ELSEWHERE, set()),
        ("/act/tx-20", FROM_ELSEWHERE, set()),
        ("/changes.atom", FROM_ELSEWHERE, set()),
        ("/organize/sign-in", FROM_ELSEWHERE, set()),
        ("/act/TX-20", {**FROM_ELSEWHERE, "User-Agent": GOOGLE}, set()),
        ("/act/TX-20", {**FROM_ELSEWHERE, "Sec-Purpose": "prefetch;prerender"}, set()),
        ("/act/TX-20", {**FROM_ELSEWHERE, "Sec-Fetch-Dest": "empty"}, set()),
        ("/act/TX-20", {"User-Agent": PHONE}, set()),
        ("/act/TX-20", {"User-Agent": "WhatsApp/2.23"}, set()),
    ],
)
def test_what_a_page_counts(
    app: Flask, engine_of_visits: Engine, path: str, headers: dict[str, str], counts: set[str], times: int
) -> None:
    client = app.test_client()
    for _ in range(times):
        client.get(path, headers=headers)
    client.head(path, headers=headers)
    lang = "es" if path.startswith("/es") else "en"
    assert counted(app, engine_of_visits) == {(step, lang): times for step in counts}


def test_a_page_that_a_robot_opened_first_counts_for_people(app: Flask, engine_of_visits: Engine) -> None:
    client = app.test_client()
    client.head("/act/TX-20", headers=FROM_ELSEWHERE)
    client.get("/act/TX-20", headers={"User-Agent": GOOGLE})
    client.get("/act/TX-20", headers=FROM_ELSEWHERE)
    etag = client.get("/act/TX-20").headers["ETag"]
    again = client.get("/act/TX-20", headers={**TYPED, "If-None-Match": etag})
    assert again.status_code == 304
    assert counted(app, engine_of_visits) == {("landed", "en"): 2, ("found", "en"): 2}


def test_reports_and_share_links_are_counted_and_leave_no_cookie(app: Flask, engine_of_visits: Engine) -> None:
    client = app.test_client()
    once = re.search('name="once" value="([^"]+)"', client.get("/act/TX-20?member=C001098").text)
    assert once
    form = {"member": "C001098", "bill": "s367-119", "result": "talked", "once": once[1]}
    for _ in range(2):
        assert client.post("/act/TX-20/called", data=form, headers={"User-Agent": PHONE}).status_code == 303
    for agent in (PHONE, GOOGLE):
        answer = client.post("/es/shared", headers={"User-Agent": agent, "Sec-Fetch-Site": "same-origin"})
        assert (answer.status_code, answer.data) == (204, b"")
        assert "Set-Cookie" not in answer.headers
    assert client.post("/shared", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert 'data-count="/shared"' in client.get("/act/TX-20/thanks").text
    assert counted(app, engine_of_visits) == {("reported", "en"): 1, ("shared", "es"): 1}


def test_a_draft_counts_nothing(snapshot_copy: Engine, clock: None) -> None:
    with db.writing(snapshot_copy) as session:
        campaigns.set_state(session, OURS, "draft", by="x", now=db.utcnow())
    app = create_app(Settings(secret_key=KEY, geocoder_url=""), engine=snapshot_copy)
    staff = sign_in(app.test_client(), snapshot_copy, "viewer")
    assert staff.get("/act/TX-20", headers=TYPED).status_code == 200
    staff.post("/shared")
    assert counted(app, snapshot_copy) == {}


def test_what_cannot_be_written_waits_and_no_page_fails(app: Flask, engine_of_visits: Engine) -> None:
    client = app.test_client()
    with engine_of_visits.begin() as connection:
        connection.execute(sa.text("ALTER TABLE stepcount RENAME TO away"))
    assert client.get("/", headers=TYPED).status_code == 200
    visits.counter(app).write()
    assert client.get("/", headers=TYPED).status_code == 200
    with engine_of_visits.begin() as connection:
        connection.execute(sa.text("ALTER TABLE away RENAME TO stepcount"))
    assert counted(app, engine_of_visits) == {("landed", "en"): 2}


def test_a_timer_writes_what_waits(
    app: Flask, engine_of_visits: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "WRITE_AFTER_SECONDS", 0.0)
    counter, written = visits.counter(app), threading.Event()
    write = counter.write
    monkeypatch.setattr(counter, "write", lambda: (write(), written.set()))
    counter.add("landed", OURS, "en")
    assert written.wait(30)
    with db.reading(engine_of_visits) as session:
        assert [row.count for row in session.exec(select(StepCount))] == [1]


def test_organizers_see_where_people_stop_and_no_small_number(snapshot_copy: Engine, clock: None) -> None:
    app = create_app(Settings(secret_key=KEY, geocoder_url=""), engine=snapshot_copy)
    today = db.utcnow().date()
    english = {"landed": 1200, "found": 600, "called": 300, "reported": 19}
    with db.writing(snapshot_copy) as session:
        steps.add(session, {StepKey(today, step, OURS, "en"): count for step, count in english.items()})
        steps.add(session, {StepKey(today, "landed", OURS, "es"): 19})
    staff = sign_in(app.test_client(), snapshot_copy, "organizer")
    assert 'href="/organize/steps"' in staff.get("/organize/").text
    page = staff.get("/organize/steps").text
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<tbody>")[1].split("</tbody>")[0]))
    assert shown.strip() == (
        "Came from elsewhere 1,200 Saw their members 600 50% Opened a script with its number 300 50% "
        "Reported a call fewer than 20 Used a share link fewer than 20"
    )
    assert 'width="50.0"' in page
    assert "19" not in re.findall(r"\d+", page.split("<main")[1].split("<tbody>", 2)[2].split("</tbody>")[0])
    assert "menos de 20" in staff.get("/es/organize/steps").text
    raw = staff.get("/organize/steps.csv")
    lines = list(csv.DictReader(io.StringIO(raw.data.decode("utf-8-sig"))))
    assert len(lines) == 2 * steps.DAYS_SHOWN
    newest = {line["language"]: line for line in lines if line["day"] == today.isoformat()}
    assert (newest["en"]["landed"], newest["en"]["reported"]) == ("1200", "not shown")
    assert newest["es"]["landed"] == "not shown"
    viewer = sign_in(app.test_client(), snapshot_copy, "viewer")
    assert viewer.get("/organize/steps").status_code == 200
    assert viewer.get("/organize/steps.csv").status_code == 403
    with db.writing(snapshot_copy) as session:
        removal.remove(session, OURS)
        assert session.exec(select(StepCount)).all() == []


def test_robots_are_told_by_their_names() -> None:
    assert not visits._is_robot(PHONE)
    assert all(map(visits._is_robot, (GOOGLE, "AhrefsBot/7.0", "HeadlessChrome/126", "Pinterestbot")))
