"""The look at new bills: real returns are found by titles and sponsors alone, whatever the sources do.

Facts are those of the shipped snapshot, which holds the campaign's bills of the 117th to the 119th Congress. No
source here gives the researchers' relations. S. 77 and H.R. 640 stand for bills that share only a title.
"""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import forked
import pytest
from filled import filled_by
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import col, select
from standin import PEOPLE, Legislator, Record, Standin, World, serve

from campaign import db
from campaign.congress import congress_gov, ledger, new_bills, tracking
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, ListedBill, Related
from campaign.congress.observation import Observation
from campaign.fetch import Fetcher
from campaign.mailing import notices, policy
from campaign.mailing.models import Delivery
from campaign.proposals import campaigns, lineage
from campaign.proposals.kinship import GOOD, HIGH
from campaign.proposals.models import Kinship
from campaign.settings import Settings, shipped
from campaign.snapshot import files
from jobs import suggest_successors, watch_new_bills

ARMAS, CARTELS = "armas-act", "stop-arming-cartels-act"
DESK = "organizers@campaign-host.org"
NO_KEY = SecretStr("")
DECOYS = [
    Record(
        119,
        "s",
        77,
        "Stop Arming Cartels Act",
        "2025-01-14",
        PEOPLE["K000384"],
        "A bill to require a report on the finances of transnational criminal organizations.",
    ),
    Record(
        119,
        "hr",
        640,
        "ARMAS Act",
        "2025-01-23",
        PEOPLE["O000173"],
        "To provide for arts, music and science in schools near military bases.",
    ),
]


BOTH = pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """SQLite, but for tests marked ``BOTH``."""
    found: Engine = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine")
    return found


@cache
def facts() -> dict[str, Observation]:
    """The snapshot's bills by id."""
    found = files.read_bills(shipped("fixtures"))
    # Without the researchers' relations: a new bill has none for weeks.
    return {observation.bill: observation.model_copy(update={"related": None}) for observation in found}


def served(observation: Observation) -> Record:
    """A bill of the snapshot as a source serves it."""
    person, bill = observation.sponsor, observation.bill_id
    assert person is not None
    senate = bill.chamber == "senate"
    sponsor = Legislator(
        person.bioguide,
        person.last_name,
        person.first_name,
        person.party,
        person.state,
        None if senate else person.district,
        "sen" if senate else "rep",
    )
    return Record(
        bill.congress,
        bill.type,
        bill.number,
        observation.title or "",
        str(observation.introduced),
        sponsor,
        observation.official_title or "",
    )


@pytest.fixture
def world() -> World:
    records = [*map(served, facts().values()), *DECOYS]
    return World(bills={record.id: record for record in records})


@pytest.fixture
def congress(world: World) -> Iterator[Standin]:
    with serve(world) as running:
        yield running


@pytest.fixture(params=["api", "govinfo"])
def settings(request: pytest.FixtureRequest, congress: Standin) -> Settings:
    """Where the list comes from: with a key api.congress.gov, else GovInfo."""
    return congress.settings(**({} if request.param == "api" else {"congress_api_key": NO_KEY}))


Begin = Callable[..., None]


@cache
def starting(slug: str, *bills: str) -> Callable[[Engine], None]:
    """Starts a campaign with these bills confirmed, as its record has them."""

    def start(engine: Engine) -> None:
        with db.writing(engine) as session:
            campaigns.add_campaign(session, "iron-river", title_en="Iron River", title_es="Río de hierro")
            campaigns.add_proposal(
                session, slug, campaign="iron-river", name_en="The Act", name_es="La ley", position=0
            )
            for bill in bills:
                ledger.record(session, facts()[bill])
                lineage.confirm(session, slug, bill, by="ana@example.org", now=facts()[bill].read_at)
            policy.choose(session, POLICY)

    return start


@pytest.fixture
def begin(engine: Engine) -> Begin:
    """Start such a campaign in an empty database."""
    return lambda slug, *bills: filled_by(starting(slug, *bills), engine)


POLICY = {
    "approve": "by_hand",
    "quiet_week": "nothing",
    "notify_language": "en",
    "send_hour": "8",
    "per_second": "20",
    "per_hour": "0",
    "breaker_after": "20",
    "notify_email": DESK,
}


def look(engine: Engine, settings: Settings, day: str, fetcher: Fetcher, **more: Any) -> watch_new_bills.Report:
    return watch_new_bills.run(engine, settings, now=noon(day), fetcher=fetcher, **more)


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T17:00:00+00:00")


def suggested(engine: Engine, least: float = 0) -> dict[str, str]:
    """The rule of each suggestion that waits."""
    with db.reading(engine) as session:
        return {bill.id: kin.rule for bill, kin in lineage.waiting(session) if kin.score >= least}


def looked_on(engine: Engine, congress: int = 119) -> date | None:
    with db.reading(engine) as session:
        return new_bills.looked_on(session, congress)


def heads(engine: Engine) -> dict[str, ListedBill]:
    with db.reading(engine) as session:
        return {row.id: row for row in session.exec(select(ListedBill))}


def mailed(engine: Engine) -> list[tuple[str, str]]:
    with db.reading(engine) as session:
        rows = session.exec(select(Delivery).where(Delivery.kind == "notice").order_by(col(Delivery.id)))
        return [notices.text(row.detail, "en") for row in rows]


# --- the real returns ---

RETURNS = [
    ("2023-12-20", ARMAS, ("hr9539-117",), {"hr6618-118": "sponsor_short_title"}),
    ("2024-07-20", ARMAS, ("hr6618-118",), {"s4647-118": "sister_both_titles"}),
    ("2024-06-20", CARTELS, ("s2926-118",), {"hr8427-118": "sister_both_titles"}),
    (
        "2025-12-20",
        ARMAS,
        ("hr9539-117", "hr6618-118", "s4647-118"),
        {"hr6736-119": "sponsor_official", "s3508-119": "took_over"},
    ),
    (
        "2025-02-20",
        CARTELS,
        ("hr8427-118", "s2926-118"),
        {"hr923-119": "sponsor_official", "s367-119": "sponsor_official"},
    ),
]


@BOTH
@pytest.mark.parametrize(("day", "slug", "known", "found"), RETURNS)
def test_the_real_returns_and_companions_are_found_by_titles_and_sponsors_alone(
    engine: Engine,
    congress: Standin,
    settings: Settings,
    fetcher: Fetcher,
    begin: Begin,
    day: str,
    slug: str,
    known: tuple[str, ...],
    found: dict[str, str],
) -> None:
    congress.world.asof = day
    begin(slug, *known)
    report = look(engine, settings, day, fetcher)
    assert report.whole, report.summary
    assert suggested(engine, GOOD) == found
    with db.reading(engine) as session:
        assert not session.exec(select(Related).where(col(Related.bill).in_(found))).all()
        assert [row.bill for row in tracking.tracked(session) if row.bill in found] == []


def test_a_shared_name_is_never_a_likely_match(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher, begin: Begin
) -> None:
    """Neither over two Congresses nor beside the real bill, whose companion would have that name, too."""
    congress.world.asof = "2025-12-20"
    begin(CARTELS, "hr8427-118", "s2926-118", "hr923-119")
    look(engine, settings, "2025-12-20", fetcher)
    assert suggested(engine) == {"s367-119": "sister_both_titles", "s77-119": "sister_title"}
    assert suggested(engine, GOOD) == {"s367-119": "sister_both_titles"}


def test_an_acronym_alone_is_not_suggested_at_all(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher, begin: Begin
) -> None:
    congress.world.asof = "2025-12-20"
    begin(ARMAS, "hr9539-117", "hr6618-118", "s4647-118", "s3508-119")
    look(engine, settings, "2025-12-20", fetcher)
    assert suggested(engine) == {"hr6736-119": "sister_both_titles"}


def test_a_bill_without_a_short_title_is_found_by_its_official_one(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher, begin: Begin
) -> None:
    """S. 3508 had no short title for three weeks; when it gets one, the waiting suggestion shows it."""
    world = congress.world
    world.asof = "2025-12-20"
    titled = world.bills["s3508-119"]
    world.bills["s3508-119"] = replace(titled, title=titled.official)
    begin(ARMAS, "hr6618-118", "hr6736-119")
    look(engine, settings, "2025-12-20", fetcher)
    assert suggested(engine) == {"s3508-119": "sister_untitled"}
    world.bills["s3508-119"] = replace(titled, updated="2026-01-07T18:00:00Z")
    look(engine, settings, "2026-01-08", fetcher)
    assert suggested(engine) == {"s3508-119": "sister_both_titles"}
    with db.reading(engine) as session:
        assert session.get_one(Bill, "s3508-119").title == "ARMAS Act of 2025"


# --- deciding ---


@BOTH
def test_one_click_follows_the_bill_and_no_is_remembered(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher, begin: Begin
) -> None:
    congress.world.asof = "2025-02-20"
    begin(CARTELS, "hr8427-118", "s2926-118")
    look(engine, settings, "2025-02-20", fetcher)
    with db.writing(engine) as session:
        lineage.confirm(session, CARTELS, "hr923-119", by="ana@example.org", now=noon("2025-02-20"))
        lineage.reject(session, CARTELS, "s367-119", by="ana@example.org", now=noon("2025-02-20"))
    with db.reading(engine) as session:
        assert [row.bill for row in tracking.tracked(session)] == ["hr923-119"]
    congress.world.bills["s367-119"] = replace(congress.world.bills["s367-119"], updated="2025-02-20T18:00:00Z")
    look(engine, settings, "2025-02-21", fetcher)
    assert "s367-119" not in suggested(engine)
    with db.reading(engine) as session:
        assert session.get_one(Kinship, (CARTELS, "s367-119")).state == "rejected"


@BOTH
def test_organizers_are_mailed_once_for_each_likely_bill(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher, begin: Begin
) -> None:
    congress.world.asof = "2025-02-20"
    begin(CARTELS, "hr8427-118", "s2926-118")
    for day in ("2025-02-20", "2025-02-21", "2025-02-22"):
        look(engine, settings, day, fetcher)
        suggest_successors.run(engine, settings, now=noon(day))
    subjects = [subject for subject, _text in mailed(engine)]
    assert sorted(subjects) == [f"{bill} (119th) may belong to “The Act”" for bill in ("H.R. 923", "S. 367")]
    text = next(text for subject, text in mailed(engine) if subject.startswith("H.R. 923"))
    assert "Stop Arming Cartels Act of 2025" in text
    assert "Sponsor: Rep. Castro, Joaquin [D-TX-20]. Introduced: 2025-02-04." in text
    assert "Same sponsor and same official title as H.R. 8427 (118th)." in text


# --- looking again ---


def test_a_day_without_news_costs_the_list_alone(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher, begin: Begin
) -> None:
    congress.world.asof = "2026-06-15"
    begin(CARTELS, "hr8427-118")
    look(engine, settings, "2026-06-18", fetcher)
    first, before = heads(engine), len(congress.asked())
    report = look(engine, settings, "2026-06-20", fetcher)
    assert (report.listed, report.read, report.suggested) == (0, 0, "")
    assert len(congress.asked()) - before == (1 if settings.api_key else 8)
    assert {id: row.model_dump() for id, row in heads(engine).items()} == {
        id: row.model_dump() for id, row in first.items()
    }
    assert looked_on(engine) == date(2026, 6, 20)


def test_only_what_changed_since_the_last_look_is_asked_for(
    engine: Engine, congress: Standin, fetcher: Fetcher
) -> None:
    look(engine, congress.settings(), "2026-06-20", fetcher)
    look(engine, congress.settings(), "2026-06-21", fetcher)
    first, second = congress.asked("/bill/119")
    assert "fromDateTime" not in first.query
    assert second.query["fromDateTime"] == "2026-06-17T04:00:00Z"
    assert second.query["sort"] == "updateDate asc"


def test_a_congress_just_begun_has_no_bills(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher, begin: Begin
) -> None:
    begin(CARTELS, "hr923-119")
    report = look(engine, settings, "2027-01-04", fetcher)
    assert report.whole, report.summary
    assert heads(engine) == {}
    assert looked_on(engine, 120) == date(2027, 1, 4)


def test_before_noon_of_the_third_of_january_the_old_congress_is_looked_at(
    engine: Engine, settings: Settings, fetcher: Fetcher
) -> None:
    moment = datetime(2027, 1, 3, 16, 59, tzinfo=UTC)
    for later, congress in ((0, 119), (1, 120)):
        now = moment + timedelta(minutes=later)
        assert watch_new_bills.run(engine, settings, now=now, fetcher=fetcher).congress == congress


@BOTH
def test_only_the_last_congress_and_this_one_are_kept(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher
) -> None:
    for day in ("2024-12-20", "2026-06-20", "2027-01-04"):
        look(engine, settings, day, fetcher)
    assert {row.congress for row in heads(engine).values()} == {119}
    assert [looked_on(engine, congress) for congress in (118, 119, 120)] == [None, None, date(2027, 1, 4)]


# --- what sources do ---

MALFORMED: list[Any] = [
    {},
    None,
    "hr1-119",
    {"congress": 119, "type": "HR", "number": "0", "updateDate": "2025-02-01", "title": "Number nought"},
    {"congress": 118, "type": "HR", "number": "12", "updateDate": "2025-02-01", "title": "Another Congress"},
    {"congress": 119, "type": "HR", "number": "13", "updateDate": "soon", "title": "No day"},
    {"congress": 119, "type": "HR", "number": "14", "title": "No day at all"},
]
MALFORMED_PLACES = [
    ("", "2025-02-01T00:00:00.000Z"),
    ("https://www.govinfo.gov/bulkdata/BILLSTATUS/118/hr/BILLSTATUS-118hr12.xml", "2025-02-01T00:00:00.000Z"),
    ("https://www.govinfo.gov/bulkdata/BILLSTATUS/119/hr/BILLSTATUS-119hr13.xml", "soon"),
    ("https://www.govinfo.gov/bulkdata/BILLSTATUS/119/hr/../../passwd", "2025-02-01T00:00:00.000Z"),
]


def test_malformed_rows_of_a_list_stop_no_other_row(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher, begin: Begin
) -> None:
    congress.world.asof = "2025-02-20"
    congress.world.odd_rows, congress.world.odd_places = MALFORMED, MALFORMED_PLACES
    begin(CARTELS, "hr8427-118", "s2926-118")
    report = look(engine, settings, "2025-02-20", fetcher)
    assert "rows cannot be read" in report.problem
    assert set(suggested(engine, HIGH)) == {"hr923-119", "s367-119"}
    assert set(heads(engine)) == {"hr640-119", "hr923-119", "s367-119", "s77-119"}
    assert looked_on(engine) is None


@pytest.mark.parametrize("broken", [b"<billStatus>", b"<billStatus><bill/></billStatus>", b"\x00"])
def test_a_bill_that_cannot_be_read_stops_no_other_bill(
    engine: Engine, congress: Standin, fetcher: Fetcher, begin: Begin, broken: bytes
) -> None:
    """It is tried again every day; from the second day on it does not make the look a failed one."""
    settings = congress.settings(congress_api_key=NO_KEY)
    congress.world.asof = "2025-02-20"
    path = "/govinfo/bulkdata/BILLSTATUS/119/hr/BILLSTATUS-119hr923.xml"
    congress.world.fixed[path] = (200, "application/xml", broken)
    begin(CARTELS, "hr8427-118", "s2926-118")
    first = look(engine, settings, "2025-02-20", fetcher)
    assert list(first.failed) == [BillId(119, "hr", 923)]
    assert set(suggested(engine, HIGH)) == {"s367-119"}
    assert looked_on(engine) is None
    look(engine, settings, "2025-02-21", fetcher)
    assert looked_on(engine) == date(2025, 2, 21)
    del congress.world.fixed[path]
    look(engine, settings, "2025-02-22", fetcher)
    assert set(suggested(engine, HIGH)) == {"hr923-119", "s367-119"}


def test_a_record_that_breaks_every_page_with_it_hides_no_other_bill(
    engine: Engine, congress: Standin, fetcher: Fetcher, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one did from July to October 2023 (quirk 3)."""
    monkeypatch.setattr(congress_gov, "PAGE", 25)
    congress.world.poisonous = {"s77-119"}
    begin(CARTELS, "hr8427-118", "s2926-118")
    report = look(engine, congress.settings(), "2026-06-20", fetcher)
    assert "server error 500" in report.problem
    assert set(suggested(engine, HIGH)) == {"hr923-119", "s367-119"}
    assert "s77-119" not in heads(engine)


def test_a_list_of_several_pages_is_read_to_its_end(
    engine: Engine, congress: Standin, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(congress_gov, "PAGE", 3)
    report = look(engine, congress.settings(), "2026-06-20", fetcher)
    assert report.whole, report.summary
    assert len(heads(engine)) == 9
    assert [request.query["offset"] for request in congress.asked("/bill/119")] == ["0", "3", "6"]


def test_where_the_api_does_not_answer_govinfo_is_read(
    engine: Engine, congress: Standin, begin: Begin, fetcher: Fetcher
) -> None:
    congress.world.script("blocked", "/bill/119", times=50)
    begin(CARTELS, "hr8427-118", "s2926-118")
    report = look(engine, congress.settings(), "2026-06-20", fetcher)
    assert report.whole, report.summary
    assert set(suggested(engine, HIGH)) == {"hr923-119", "s367-119"}


def test_an_outage_of_all_sources_changes_nothing_and_is_said(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher
) -> None:
    look(engine, settings, "2026-06-20", fetcher)
    before = {id: row.model_dump() for id, row in heads(engine).items()}
    congress.world.faults = {"503": 1.0}
    report = look(engine, settings, "2026-06-21", fetcher)
    assert not report.whole
    assert {id: row.model_dump() for id, row in heads(engine).items()} == before
    assert looked_on(engine) == date(2026, 6, 20)


def test_bills_that_cannot_be_read_for_days_are_an_outage_where_they_are_many(
    engine: Engine, congress: Standin, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_new_bills, "FEW_FAILING", 4)
    settings = congress.settings(congress_api_key=NO_KEY)
    for record in congress.world.bills.values():
        name = f"BILLSTATUS-{record.congress}{record.type}{record.number}.xml"
        path = f"/govinfo/bulkdata/BILLSTATUS/{record.congress}/{record.type}/{name}"
        congress.world.fixed[path] = (200, "application/xml", b"<billStatus>")
    for day in ("2026-06-20", "2026-06-21", "2026-06-22"):
        assert "9 bills are still to be read" in look(engine, settings, day, fetcher).problem
    assert looked_on(engine) is None


def test_an_emptied_list_is_no_look(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher
) -> None:
    """A list that had bills and has none now is an outage, whatever its status says."""
    look(engine, settings, "2026-06-20", fetcher)
    listed = len(heads(engine))
    congress.world.bills.clear()
    report = look(engine, congress.settings(congress_api_key=NO_KEY), "2026-06-21", fetcher)
    assert "no bills where some are known" in report.problem
    assert (len(heads(engine)), looked_on(engine)) == (listed, date(2026, 6, 20))


SITEMAP = "/govinfo/sitemap/bulkdata/BILLSTATUS/119hr/sitemap.xml"
ENTITY = b'<!DOCTYPE urlset [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>'


@pytest.mark.parametrize("body", [b"<urlset><url>", b"<html><body>Maintenance</body></html>", ENTITY, b""])
def test_a_sitemap_that_is_none_is_no_look(
    engine: Engine, congress: Standin, fetcher: Fetcher, body: bytes
) -> None:
    congress.world.fixed[SITEMAP] = (200, "application/xml", body)
    report = look(engine, congress.settings(congress_api_key=NO_KEY), "2026-06-20", fetcher)
    assert report.problem
    assert looked_on(engine) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"bills": {}}', b'{"bills": []}', b'{"error": "list index out of range (IndexError)"}'],
)
def test_where_the_list_is_none_govinfo_is_read(
    engine: Engine, congress: Standin, fetcher: Fetcher, body: bytes
) -> None:
    congress.world.fixed["/v3/bill/119"] = (200, "application/json", body)
    report = look(engine, congress.settings(), "2026-06-20", fetcher)
    assert report.whole, report.summary
    assert len(congress.asked("sitemap.xml")) == 8
    assert len(heads(engine)) == 9


def test_a_list_without_a_count_is_no_whole_look(engine: Engine, congress: Standin, fetcher: Fetcher) -> None:
    body = b'{"bills": [], "pagination": {}}'
    congress.world.fixed["/v3/bill/119"] = (200, "application/json", body)
    report = look(engine, congress.settings(), "2026-06-20", fetcher)
    assert report.problem == "the list gives no count"
    assert looked_on(engine) is None


def test_many_new_bills_come_from_the_zips(
    engine: Engine,
    congress: Standin,
    settings: Settings,
    fetcher: Fetcher,
    begin: Begin,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch_new_bills, "ZIPS_FROM", 5)
    begin(CARTELS, "hr8427-118", "s2926-118")
    report = look(engine, settings, "2026-06-20", fetcher)
    assert report.whole, report.summary
    assert set(suggested(engine, HIGH)) == {"hr923-119", "s367-119"}
    paths = [request.path for request in congress.asked()]
    assert [path for path in paths if path.endswith((".xml", "/titles")) and "BILLSTATUS-" in path] == []


def test_requests_are_left_to_the_hourly_poll(engine: Engine, congress: Standin, fetcher: Fetcher) -> None:
    congress.world.rate_limit = watch_new_bills.LEFT_TO_POLL + 2
    report = look(engine, congress.settings(), "2026-06-20", fetcher)
    assert "bills are still to be read" in report.problem
    assert looked_on(engine) is None
    congress.world.rate_limit = 10_000
    assert look(engine, congress.settings(), "2026-06-20", fetcher).whole


# --- killed ---

KILLED = """
import sys
from datetime import datetime
import forked
from campaign import db
from campaign.settings import read_settings
from jobs import watch_new_bills
forked.kill_at(f"campaign.congress.new_bills.{sys.argv[1]}", int(sys.argv[2]))
watch_new_bills.STORED_AT_ONCE = 2
settings = read_settings()
watch_new_bills.run(db.open_engine(settings.database_url), settings, now=datetime.fromisoformat(sys.argv[3]))
"""


@pytest.mark.parametrize(("name", "nth"), [("note_listed", 2), ("store_heads", 2), ("note_look", 1)])
def test_a_killed_look_goes_on_where_it_was(
    sqlite_engine: Engine, congress: Standin, fetcher: Fetcher, name: str, nth: int
) -> None:
    settings = congress.settings(congress_api_key=NO_KEY)
    environment = {
        **os.environ,
        "CAMPAIGN_DATABASE_URL": str(sqlite_engine.url),
        "CAMPAIGN_GOVINFO_URL": settings.govinfo_url,
        "CAMPAIGN_CONGRESS_API_KEY": "",
    }
    ended, failure = forked.run(KILLED, name, str(nth), noon("2026-06-20").isoformat(), env=environment)
    assert ended == -signal.SIGKILL, failure
    assert looked_on(sqlite_engine) is None
    before = len(congress.asked(".xml"))
    read_already = sum(row.read_mark is not None for row in heads(sqlite_engine).values())
    report = look(sqlite_engine, settings, "2026-06-20", fetcher)
    assert report.whole, report.summary
    rows = heads(sqlite_engine)
    assert len(rows) == 9
    assert all(row.read_mark for row in rows.values())
    assert len(congress.asked(".xml")) - before == 8 + 9 - read_already


def test_a_look_that_is_told_to_stop_goes_on_the_next_time(
    engine: Engine, congress: Standin, settings: Settings, fetcher: Fetcher
) -> None:
    report = look(engine, settings, "2026-06-20", fetcher, stopping=lambda: True)
    assert not report.whole
    assert looked_on(engine) is None
    assert look(engine, settings, "2026-06-20", fetcher).whole
