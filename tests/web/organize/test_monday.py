"""The organizers' first page: the four things of the week, each of this request's campaign alone."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import organizer_client
import pytest
import time_machine
from chambers import NOW, add_bill, id_of, legislator, on, seat_members, term
from copies import copy_of
from filled import filled_by
from flask.testing import FlaskClient
from organizer_client import send, sign_in
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import users
from campaign.app import create_app
from campaign.calendar.models import CalendarSource, FloorBill, FloorWeek, SessionDay
from campaign.congress.models import Change
from campaign.organizing import whip
from campaign.outreach import outcomes
from campaign.outreach.outcomes import Report
from campaign.proposals import campaigns
from campaign.settings import Settings

ARMAS, CARTELS, HOMES = "hr6736-119", "hr923-119", "hr4989-119"
A1, A2, A3 = (id_of(short) for short in ("A1", "A2", "A3"))
SECTIONS = ("news", "first", "due", "reports")
DAY = NOW.date() - timedelta(days=1)


@pytest.fixture(scope="module")
def shown(module_engine: Engine) -> Engine:
    """Two campaigns of which tests change nothing."""
    return filled_by(fill, module_engine)


@pytest.fixture
def two(request: pytest.FixtureRequest, shown: Engine, tmp_path: Path) -> Iterator[Engine]:
    """The same in a database of the test's own."""
    if shown.dialect.name == "sqlite":
        with copy_of(shown, tmp_path) as engine:
            yield engine
    else:
        own: Engine = request.getfixturevalue("postgres_engine")
        fill(own)
        yield own


def fill(engine: Engine) -> None:
    """Two campaigns with members, news, steps and reports of their own: A1 and A2 for guns, A3 for homes."""
    seat_members(
        engine,
        legislator("A1", term("NY-1", 118), term("NY-1")),
        legislator("A2", term("NY-2", 118), term("NY-2")),
        legislator("A3", term("NY-3", 118), term("NY-3")),
        legislator("A4", term("NY-4")),
    )
    add_bill(engine, "hr6618-118", on("A1", "2023-12-06"), on("A2", "2023-12-06"), proposal="armas")
    add_bill(engine, "hr8427-118", on("A1", "2023-12-06"), proposal="cartels")
    add_bill(engine, ARMAS, on("A4"), proposal="armas")
    add_bill(engine, CARTELS, proposal="cartels")
    add_bill(engine, "hr4000-118", on("A3", "2023-12-06"), proposal="homes", campaign="homes")
    add_bill(engine, HOMES, proposal="homes", campaign="homes")
    with db.writing(engine) as session:
        for email in ("ana@example.org", "bo@example.org"):
            users.add(session, email, "organizer", now=NOW)[0].name = email[:3].title()
        for bill, who in ((ARMAS, A2), (HOMES, A3)):
            session.add(Change(bill=bill, kind="cosponsored", bioguide=who, happened=DAY, seen_at=NOW))
            step = {"next_step": f"call about {bill}", "next_on": DAY.isoformat()}
            whip.save(session, bill, who, step, version=0, by="ana@example.org", now=NOW)
            outcomes.add(session, Report(bill, who, "district", "talked", "will_join"), DAY, 3)


@pytest.fixture
def staff(two: Engine, clock: None) -> FlaskClient:
    return newcomer(two)


def newcomer(engine: Engine) -> FlaskClient:
    """An organizer of an app that has reckoned nothing yet."""
    app = create_app(Settings(secret_key="k" * 40, geocoder_url=""), engine=engine)
    return sign_in(app.test_client(), engine, "organizer")


@pytest.fixture
def reader(shown: Engine, clock: None) -> FlaskClient:
    return organizer_client.reader(shown)


def part(html: str, name: str) -> str:
    """The text of one section."""
    inside = html.split(f'aria-labelledby="{name}"')[1].split("</section>")[0].partition(">")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside)).strip()


def press(html: str, bioguide: str) -> dict[str, list[str]]:
    """What the button beside a member sends."""
    form = html.split(f"/members/{bioguide}/owner")[1].split("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(bill|version|take)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found


def test_the_four_things_stand_in_their_order_before_the_numbers(reader: FlaskClient) -> None:
    page = reader.get("/c/guns/organize/").text
    places = [page.index(f'id="{name}"') for name in (*SECTIONS, "numbers")]
    assert places == sorted(places)
    assert "H.R. 6736 : Lee MemberA2 (D-NY) signed on as co-sponsor" in part(page, "news")
    assert "call about hr6736-119" in part(page, "due")
    assert "overdue" in part(page, "due")
    assert "said yes 3 3 are new" in part(page, "reports")
    assert f'href="/c/guns/organize/members/{A2}"' in page.split('id="reports"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("slug", "inside", "outside"), [("guns", "MemberA2", "MemberA3"), ("homes", "MemberA3", "MemberA2")]
)
def test_a_campaign_sees_nothing_of_another(reader: FlaskClient, slug: str, inside: str, outside: str) -> None:
    page = reader.get(f"/c/{slug}/organize/").text
    for name in SECTIONS:
        assert inside in part(page, name)
    assert outside not in page
    assert "talked with the office 3" in part(page, "calls")


def test_each_member_is_asked_for_once_over_all_bills(reader: FlaskClient) -> None:
    shown = part(reader.get("/c/guns/organize/").text, "first")
    assert shown.count("MemberA1") == 2, "the name, and the button's"
    assert "not on H.R. 923 yet; co-sponsored last Congress&#39;s H.R. 6618, not on H.R. 6736 yet" in shown
    assert shown.index("MemberA1") < shown.index("MemberA2")
    assert "MemberA4" not in shown.split("MemberA1")[0]


def test_seen_news_stays_one_tap_away_and_belongs_to_one_campaign(staff: FlaskClient) -> None:
    page = staff.get("/c/guns/organize/").text
    assert "What you have seen before" not in page
    (newest,) = re.findall(r'name="upto" value="(\d+)"', page)
    shown = part(send(staff, "/c/guns/organize/seen", upto=newest).text, "news")
    assert shown.index("Nothing new") < shown.index("What you have seen before") < shown.index("MemberA2")
    assert "What you have seen before" not in staff.get("/c/homes/organize/").text


def test_one_press_assigns_a_member_and_the_same_button_undoes_it(staff: FlaskClient, two: Engine) -> None:
    page = staff.get("/c/guns/organize/").text
    taken = press(page, A1)
    assert sorted(taken["bill"]) == [ARMAS, CARTELS]
    page = send(staff, f"/c/guns/organize/members/{A1}/owner", **taken).text
    assert "You take this member." in page
    assert "MemberA1 D NY-1 · owner: you" in part(page, "first")
    assert owners(two) == {(ARMAS, "organizer@example.org"), (CARTELS, "organizer@example.org")}
    given = press(page, A1)
    assert "take" not in given
    assert "You gave this member back." in send(staff, f"/c/guns/organize/members/{A1}/owner", **given).text
    assert owners(two) == set()


def owners(engine: Engine) -> set[tuple[str, str]]:
    with db.reading(engine) as session:
        entries = whip.entries_for(session, [ARMAS, CARTELS, HOMES], [A1])
        return {(entry.bill, entry.owner) for entry in entries if entry.owner}


def test_who_comes_second_is_told_who_was_first(staff: FlaskClient, two: Engine) -> None:
    taken = press(staff.get("/c/guns/organize/").text, A1)
    with db.writing(two) as session:
        whip.assign(session, A1, {CARTELS: 0}, "bo@example.org", by="bo@example.org", now=NOW)
    page = send(staff, f"/c/guns/organize/members/{A1}/owner", **taken).text
    assert "Bo@ changed this a moment ago. Nothing was written." in page
    assert "owner: Bo@" in part(page, "first")
    assert f"/members/{A1}/owner" not in page
    assert owners(two) == {(CARTELS, "bo@example.org")}


@pytest.mark.parametrize("form", [{}, {"bill": [HOMES], "version": ["0"]}, {"bill": ["x"], "version": ["0"]}])
def test_only_bills_of_this_campaign_are_assigned(
    reader: FlaskClient, shown: Engine, form: dict[str, list[str]]
) -> None:
    answer = send(reader, f"/c/guns/organize/members/{A1}/owner", take="yes", **form)
    assert answer.status_code == 404
    assert owners(shown) == set()


def test_a_viewer_looks_and_presses_nothing(shown: Engine, clock: None) -> None:
    page = organizer_client.reader(shown, "viewer").get("/c/guns/organize/").text
    assert "MemberA1" in part(page, "first")
    assert "/owner" not in page
    assert "Change the state" not in page


@pytest.mark.parametrize("state", ["draft", "live", "paused", "won", "archived"])
def test_the_state_of_the_campaign_stands_at_the_top(shown: Engine, clock: None, state: str) -> None:
    set_state(shown, state)
    try:
        # What the shared app has reckoned is of the state that it came from.
        top = newcomer(shown).get("/c/homes/organize/").text.split('id="news"')[0]
    finally:
        set_state(shown, "live")
    assert f"homes: <strong>{state}</strong>" in top
    assert 'href="/c/homes/organize/campaigns#c-homes"' in top


def set_state(engine: Engine, state: str) -> None:
    with db.writing(engine) as session:
        campaigns.set_state(session, "homes", state, by="test", now=NOW)


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ((2026, 11, 30), None),
        ((2026, 12, 1), "33 days are left in this Congress."),
        ((2027, 1, 2), "1 day is left in this Congress."),
        ((2027, 1, 4), None),
    ],
)
def test_the_days_of_the_congress_are_counted_from_december_on(
    shown: Engine, day: tuple[int, int, int], says: str | None
) -> None:
    with time_machine.travel(datetime(*day, 17, tzinfo=UTC), tick=False):
        page = organizer_client.reader(shown, "viewer").get("/c/guns/organize/").text
    assert (says in page) if says else ("left in this Congress" not in page)


def test_more_than_fits_the_first_screen_is_folded_not_lost(staff: FlaskClient, two: Engine) -> None:
    with db.writing(two) as session:
        for n in range(1, 8):
            day = date(2026, 5, n)
            session.add(Change(bill=ARMAS, kind="cosponsored", bioguide=A1, happened=day, seen_at=NOW))
    shown = part(staff.get("/c/guns/organize/").text, "news")
    assert "3 more" in shown
    assert shown.index("May 4, 2026") < shown.index("3 more") < shown.index("May 1, 2026")


def test_the_week_ahead_stands_under_the_four_things(staff: FlaskClient, two: Engine) -> None:
    assert "The week ahead" not in staff.get("/c/guns/organize/").text
    with db.writing(two) as session:
        for name in ("house_floor", "house_meetings"):
            session.add(CalendarSource(name=name, attempted_at=NOW, good_at=NOW))
        session.add(SessionDay(chamber="house", day=NOW.date() + timedelta(days=20), kind="votes"))
        session.add(FloorWeek(week=monday_after(NOW), congress=119, version=NOW, read_at=NOW))
        session.flush()
        session.add(FloorBill(week=monday_after(NOW), bill=ARMAS, relation="bill", first_seen=NOW))
    shown = part(staff.get("/c/guns/organize/").text, "ahead").replace("\u00a0", " ")
    assert "H.R. 6736 is on the House’s list of what may come up in the week of" in shown
    assert "The House is out; its next planned day is" in shown
    assert "We have not read the Senate’s committee meetings." in shown
    assert "H.R. 6736" not in part(staff.get("/c/homes/organize/").text, "ahead")


def monday_after(moment: datetime) -> date:
    return moment.date() + timedelta(days=7 - moment.weekday())
