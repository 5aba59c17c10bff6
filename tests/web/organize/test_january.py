"""The organizers' page “January”: the end of a Congress in numbers, and what is missing, by one checklist."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from chambers import acted, add_bill, legislator, on, seat_members, term
from filled import filled_by
from flask import Flask
from organizer_client import shared_app, sign_in
from sqlalchemy.engine import Engine

from campaign import db, doctor, new_congress
from campaign.app import create_app
from campaign.districts.models import ZipSeat
from campaign.mailing.models import Edition, Subscriber
from campaign.settings import Settings

NOVEMBER = datetime(2026, 11, 30, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 5, 15, tzinfo=UTC)
AFTER = datetime(2027, 1, 6, 15, tzinfo=UTC)
SETTINGS = Settings(secret_key="a key for tests only, thirty-two long", geocoder_url="")


@pytest.fixture
def december(engine: Engine) -> Engine:
    return filled_by(fill, engine)


@pytest.fixture(scope="module")
def lasting(module_engine: Engine) -> Engine:
    """The same for tests that only look."""
    return filled_by(fill, module_engine)


def fill(engine: Engine) -> None:
    """Texas has a new map, New York keeps its own; one bill, one law, one draft, three readers."""
    senate = {"start": "2025-01-03", "end": "2031-01-03"}
    people = [("A1", term("TX-1")), ("A2", term("TX-2")), ("A3", term("NY-1"))]
    people += [("A4", term("NY", **senate)), ("A5", term("TX", start="2021-01-03"))]
    seat_members(engine, *(legislator(short, held) for short, held in people))
    introduced = acted("2025-02-04", "Introduced in House", code="1000")
    signed = acted("2026-11-20", "Became Public Law No: 119-99.", code="36000")
    add_bill(engine, "hr923-119", on("A2"), sponsor="A1", proposal="armas", actions=[introduced])
    add_bill(engine, "hr924-119", sponsor="A1", proposal="signed", actions=[signed])
    with db.writing(engine) as session:
        for seat, address in (("TX-1", "a"), ("TX", "b"), ("NY-1", "c")):
            session.add(Subscriber(email=address, key=address, seat=seat, state="confirmed", created=DECEMBER))
        session.add(Subscriber(email="d", key="d", seat="TX-1", state="pending", created=DECEMBER))
        session.add(Edition(period="2026-W49", state="draft", built_at=DECEMBER))
        session.add(Edition(period="2026-W48", state="done", built_at=DECEMBER))
        session.add_all(
            ZipSeat(congress=119, zip=zip, seat=seat) for zip, seat in (("75001", "TX-1"), ("10001", "NY-1"))
        )


def elect(engine: Engine) -> None:
    """The list of the 120th: TX-1 goes on, TX-2 changes hands, A3 goes to the Senate."""
    again = term("TX-1"), term("TX-1", 120)
    seat_members(
        engine,
        legislator("A1", *again),
        legislator("B2", term("TX-2", 120)),
        legislator("A3", term("NY-1"), term("NY", 120, **{"class": 3})),
        legislator("A4", term("NY", start="2025-01-03", end="2031-01-03")),
        legislator("A5", term("TX", start="2021-01-03"), term("TX", 120)),
    )


def test_the_end_in_numbers(lasting: Engine) -> None:
    with db.reading(lasting) as session:
        found = new_congress.outlook(session, now=DECEMBER)
    assert [(str(bill.record.id), bill.counts.listed) for bill in found.bills] == [("hr923-119", 1)]
    assert (found.congress, found.all_bills, found.day.isoformat()) == (119, 1, "2027-01-03")
    assert (found.terms.house, found.terms.senate, found.terms.known) == (3, 1, False)
    assert "TX" in found.states
    assert "NY" not in found.states
    assert (found.seats, found.readers, found.placed) == (2, 2, 1)
    assert [waiting.edition.period for waiting in found.editions] == ["2026-W49"]


def test_the_new_list_tells_who_goes_on(december: Engine) -> None:
    elect(december)
    with db.reading(december) as session:
        terms = new_congress.outlook(session, now=DECEMBER).terms
    assert (terms.known, terms.again, terms.leaving, terms.new) == (True, 2, 2, 2)


def missing(engine: Engine, at: datetime) -> dict[str, str]:
    with db.reading(engine) as session:
        return {item.about: item.line("en") for item in new_congress.missing(session, at=at)}


def test_the_checklist_shrinks_as_things_come(december: Engine) -> None:
    noon = new_congress.moment_to_check(DECEMBER)
    before = missing(december, noon)
    assert set(before) == {"members", "committees", "ZIP codes", "places", "proposal", "edition"}
    assert before["places"].startswith("the new districts of 1 readers: each is asked once by mail")
    assert before["proposal"] == "armas Act: no bill of the 120th Congress is confirmed"
    assert before["ZIP codes"].endswith("for TX; run campaign districts fetch --congress 120 --keep MO=119")
    elect(december)
    with db.writing(december) as session:
        session.add(ZipSeat(congress=120, zip="75001", seat="TX-1"))
        session.get_one(Edition, 1).state = "stopped"
    add_bill(december, "hr412-120", proposal="armas", introduced="2027-01-04")
    assert set(missing(december, AFTER)) == {"committees", "places"}


def test_the_doctor_says_what_the_page_says(lasting: Engine) -> None:
    said = {found.about: found for found in doctor.examine(lasting, SETTINGS, now=DECEMBER)}
    for about, line in missing(lasting, new_congress.moment_to_check(DECEMBER)).items():
        assert said[about].text == line
    assert (said["committees"].level, said["ZIP codes"].level) == ("note", "warning")
    quiet = {found.about for found in doctor.examine(lasting, SETTINGS, now=NOVEMBER)}
    assert "committees" not in quiet


@pytest.mark.parametrize(
    ("now", "comes"),
    [
        (datetime(2026, 12, 1, 4, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 1, 5, tzinfo=UTC), True),
        (datetime(2027, 1, 3, 17, tzinfo=UTC), True),
        (datetime(2027, 7, 1, tzinfo=UTC), True),
        (datetime(2027, 7, 3, tzinfo=UTC), False),
        (datetime(2027, 12, 15, tzinfo=UTC), False),
    ],
)
def test_the_time_of_the_page(now: datetime, comes: bool) -> None:
    assert new_congress.comes(now) is comes


def seen(app: Flask, now: datetime, path: str) -> str:
    """What a viewer reads at a moment."""
    with time_machine.travel(now, tick=False):
        viewer = sign_in(app.test_client(), app.extensions["engine"], "viewer")
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", viewer.get(path).text))


def test_the_page_in_december(lasting: Engine) -> None:
    app = shared_app(lasting)
    english, spanish = seen(app, DECEMBER, "/organize/january"), seen(app, DECEMBER, "/es/organize/january")
    assert "The 119th Congress ends at noon Eastern time on January 3, 2027. 29 days are left." in english
    assert re.search(r"H\.R\.\s923 , armas Act: .*; 1 co-sponsor, 1 of them can vote", english)
    assert "2026-W49 : " in english
    assert "Missing : the committees of the 120th Congress: no one is named yet." in english
    assert "campaign districts fetch --congress 120" in english
    assert "Quedan 29 días." in spanish
    assert "Falta : los comités del 120.º Congreso: todavía no se ha nombrado a nadie." in spanish


def test_the_page_after_the_turn_says_what_is_there(december: Engine) -> None:
    elect(december)
    text = seen(create_app(SETTINGS, engine=december), AFTER, "/organize/january")
    assert "What happens at that noon" not in text
    assert "How far the 120th Congress is ready here" in text
    assert "Ready : the list of members is of June 15, 2026." in text


@pytest.mark.parametrize(
    ("now", "linked"),
    [(NOVEMBER, False), (DECEMBER, True), (AFTER, True), (datetime(2027, 8, 1, tzinfo=UTC), False)],
)
def test_the_first_page_leads_there_in_that_time(lasting: Engine, now: datetime, linked: bool) -> None:
    assert ("January: " in seen(shared_app(lasting), now, "/organize/")) is linked
