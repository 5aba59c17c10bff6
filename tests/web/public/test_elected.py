"""Somebody elected who has not been sworn in speaks for nobody, and is named on the page of the seat."""

from datetime import UTC, datetime

import pytest
import time_machine
from chambers import legislator, seat_members, term
from filled import filled_by
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.congress import members
from campaign.districts.models import ZipCode, ZipSeat
from campaign.mailing.edition import digest, news
from campaign.mailing.edition.digest import Group
from campaign.settings import Settings

BEFORE = datetime(2027, 1, 3, 16, 59, tzinfo=UTC)
NOON = datetime(2027, 1, 3, 17, tzinfo=UTC)
LATE = {"start": "2027-01-08"}


def fill(engine: Engine) -> None:
    """The list of the 120th came early: NY-1 changes hands, NY-2 is sworn in late, NY-3 goes to the Senate."""
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}")) for n in (1, 2, 3)))
    seat_members(
        engine,
        legislator("B1", term("NY-1", 120), official_full="Ana Nueva"),
        legislator("B2", term("NY-2", 120, **LATE), official_full="Luz Tarde"),
        legislator("A3", term("NY-3"), term("NY", 120), official_full="Rosa Sube"),
        legislator("B3", term("NY-3", 120), official_full="Eva Sigue"),
    )


@pytest.fixture(scope="module")
def early(module_engine: Engine) -> Engine:
    return filled_by(fill, module_engine)


@pytest.fixture(scope="module")
def client(early: Engine) -> FlaskClient:
    return client_of(early)


def client_of(engine: Engine) -> FlaskClient:
    return create_app(Settings(secret_key="k" * 40, geocoder_url=""), engine=engine).test_client()


@pytest.mark.parametrize(
    ("now", "seat", "told", "untold"),
    [
        (BEFORE, "NY-1", "Ana Nueva was elected for New York, district 1 and takes office on", "vacant"),
        (BEFORE, "NY-1", "MemberA1", "member=B000001"),
        (BEFORE, "NY-3", "Rosa Sube takes a Senate seat for New York on January 3, 2027.", "vacant"),
        (NOON, "NY-1", "Ana Nueva", "takes office"),
        (NOON, "NY-2", "district 2 and takes office on January 8, 2027.", "has nobody now"),
        (NOON, "NY-2", "Luz Tarde", "not listed yet"),
        (datetime(2027, 1, 8, 17, tzinfo=UTC), "NY-2", "Luz Tarde", "takes office"),
    ],
)  # fmt: skip
def test_the_page_of_a_seat_names_who_is_to_be_sworn_in(
    client: FlaskClient, now: datetime, seat: str, told: str, untold: str
) -> None:
    with time_machine.travel(now, tick=False):
        text = client.get(f"/act/{seat}").text
        spanish = client.get(f"/es/act/{seat}").text
    assert told in text
    assert untold not in text
    assert ("takes office" in text) == ("asume el cargo el" in spanish)


def test_who_holds_a_seat_again_is_not_told_as_elected(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1"), term("NY-1", 120)))
    with db.reading(engine) as session:
        assert members.elects(session, now=BEFORE) == []


def test_of_the_terms_to_come_the_first_counts(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1", 120), term("NY", 120, start="2028-01-03")))
    with db.reading(engine) as session:
        assert [elect.seat for elect in members.elects(session, now=BEFORE)] == ["NY-1"]
        assert members.elects(session, ["NY"], now=BEFORE) == []


def test_mail_names_who_is_to_take_an_empty_seat(early: Engine) -> None:
    with db.reading(early) as session:
        gathered = news.gather(session, "us-guns-abroad", since_seq=0, now=NOON)
    pages = {
        (lang, seat): digest.page(gathered, Group(lang, seat), base_url="https://x").members_hint
        for lang in ("en", "es")
        for seat in ("NY-1", "NY-2")
    }
    assert pages["en", "NY-1"] == ""
    assert pages["en", "NY-2"] == "Luz Tarde was elected for NY-2 and takes office on January 8, 2027."
    assert pages["es", "NY-2"] == "Luz Tarde ganó la elección de NY-2 y asume el cargo el 8 de enero de 2027."


def test_a_choice_of_districts_names_who_is_to_take_one(engine: Engine) -> None:
    fill(engine)
    with db.writing(engine) as session:
        session.add(ZipCode(zip="10001", state="NY"))
        session.add_all(ZipSeat(congress=120, zip="10001", seat=f"NY-{number}") for number in (2, 3))
    with time_machine.travel(NOON, tick=False):
        text = " ".join(client_of(engine).get("/find?zip=10001").text.split())
    assert "Luz Tarde was elected for New York, district 2 and takes office on January 8, 2027." in text
    assert "The seat is vacant" not in text
