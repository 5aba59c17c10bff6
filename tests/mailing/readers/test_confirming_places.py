"""The page on which a reader whose state has new districts tells theirs: one ZIP code and one press."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel, select
from werkzeug.test import TestResponse

from campaign import db
from campaign.app import create_app
from campaign.congress import roster
from campaign.districts.models import ZipCode, ZipSeat
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.models import Consent, Subscriber
from campaign.mailing.readers import subscribers
from campaign.settings import Settings

from mondays import CAMPAIGN  # isort: skip

Make = Callable[..., Any]
EMAIL = "maria@readers-host.org"
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
NOW = datetime(2027, 1, 5, 15, tzinfo=UTC)
TEXAS = ("TX", "TX-10", "TX-20", "TX-35", "TX-37", "IL-5")


@pytest.fixture
def client(engine: Engine, settings: Settings) -> Iterator[FlaskClient]:
    with db.writing(engine) as session:
        roster.ensure_seats(session, list(TEXAS))
        rows = (
            ("78701", "TX-10"),
            ("78205", "TX-20"),
            ("78205", "TX-35"),
            ("78704", "TX-37"),
            ("60640", "IL-5"),
        )
        session.add_all(ZipSeat(congress=120, zip=zip, seat=seat) for zip, seat in rows)
        session.add(ZipCode(zip="78299", state="TX", kind="po_box"))
    here = settings.model_copy(update={"base_url": "http://localhost", "geocoder_url": ""})
    with time_machine.travel(NOW, tick=False):
        yield create_app(here, engine=engine).test_client()


@pytest.fixture
def with_geocoder(
    engine: Engine, client: FlaskClient, settings: Settings, httpserver: HTTPServer
) -> FlaskClient:
    """The service with a geocoder that places every address in TX-35."""
    districts = [{"GEOID": "4835", "BASENAME": "35", "CD120": "35", "STATE": "48"}]
    matches = [{"matchedAddress": "", "geographies": {"120th Congressional Districts": districts}}]
    address = "/geocoder/geographies/onelineaddress"
    httpserver.expect_request(address).respond_with_json({"result": {"addressMatches": matches}})
    here = {"base_url": "http://localhost", "geocoder_url": httpserver.url_for("/geocoder")}
    return create_app(settings.model_copy(update=here), engine=engine).test_client()


@pytest.fixture
def link(client: FlaskClient, readers: Make, keys: Keys) -> str:
    """The link of a reader who told TX-37 in December."""
    readers(EMAIL, seat="TX-37", placed_at=DECEMBER, place_asked_at=NOW)
    return f"/place/{keys.place_token(keys.of(read_address(EMAIL), CAMPAIGN))}"


def reader(engine: Engine) -> Subscriber:
    with db.reading(engine) as session:
        return session.exec(select(Subscriber)).one()


def main(answer: TestResponse) -> str:
    return answer.text.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("", "Texas has new districts: confirm your place"),
        ("/es", "Texas tiene distritos nuevos: confirme su lugar"),
    ],
)
def test_looking_changes_nothing_and_names_nobody(engine: Engine, client: FlaskClient, link: str, lang: str, says: str) -> None:  # fmt: skip  # noqa: E501
    answer = client.get(lang + link)
    assert answer.status_code == 200
    assert says in main(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert EMAIL not in answer.text
    assert "TX-37" not in main(answer)
    assert reader(engine).placed_at == DECEMBER


@pytest.mark.parametrize(("zip", "seat"), [("78701", "TX-10"), ("78704", "TX-37"), ("60640", "IL-5")])
@pytest.mark.parametrize("lang", ["", "/es"])
def test_a_zip_code_of_one_district_is_one_press(
    engine: Engine, client: FlaskClient, link: str, lang: str, zip: str, seat: str
) -> None:
    answer = client.post(lang + link, data={"zip": zip})
    assert answer.status_code == 200
    assert f"/act/{seat}" in main(answer)
    found = reader(engine)
    assert (found.seat, found.placed_at) == (seat, NOW)
    assert zip not in str(found.model_dump())
    with db.reading(engine) as session:
        (told,) = session.exec(select(Consent)).all()
    assert (told.kind, told.page) == ("changed", "place")
    # The link has served: whoever finds the mail later moves nobody.
    assert client.get(lang + link).status_code == 410
    assert client.post(lang + link, data={"zip": "78205", "seat": "TX-20"}).status_code == 410
    assert reader(engine).seat == seat


@pytest.mark.parametrize(
    ("zip", "offered"), [("78205", ["TX-20", "TX-35", "TX"]), ("78299", ["TX"])]
)  # fmt: skip
def test_where_no_district_is_sure_the_reader_chooses(
    engine: Engine, client: FlaskClient, link: str, zip: str, offered: list[str]
) -> None:
    answer = client.post(link, data={"zip": zip})
    assert re.findall(r'type="radio" name="seat"[^>]* value="([^"]*)"', main(answer)) == offered
    assert reader(engine).placed_at == DECEMBER
    assert client.post(link, data={"seat": offered[0]}).status_code == 200
    assert (reader(engine).seat, reader(engine).placed_at) == (offered[0], NOW)


def test_a_street_settles_a_shared_zip_code_and_is_kept_nowhere(
    engine: Engine, with_geocoder: FlaskClient, link: str
) -> None:
    assert 'name="street"' in main(with_geocoder.post(link, data={"zip": "78205"}))
    answer = with_geocoder.post(link, data={"street": "100 Secret St", "city": "San Antonio, TX 78205"})
    assert "/act/TX-35" in main(answer)
    assert "Secret" not in answer.text
    assert (reader(engine).seat, reader(engine).placed_at) == ("TX-35", NOW)
    with engine.connect() as connection:
        rows = [connection.execute(sa.select(table)).all() for table in SQLModel.metadata.tables.values()]
    assert "Secret" not in str(rows)


def test_a_zip_code_of_boxes_lets_the_district_be_typed(engine: Engine, client: FlaskClient, link: str) -> None:
    page = main(client.post(link, data={"zip": "78299"}))
    assert 'name="street"' not in page
    assert re.search(r'<input class="form-control zip" id="seat" name="seat"', page)
    client.post(link, data={"seat": "tx-35"})
    assert (reader(engine).seat, reader(engine).placed_at) == ("TX-35", NOW)


def test_naming_senators_alone_is_an_answer(engine: Engine, client: FlaskClient, link: str) -> None:
    answer = client.post(link, data={"seat": "TX"})
    assert "will cover your senators" in main(answer)
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("typed", [{}, {"zip": ""}, {"zip": "99999"}, {"zip": "<b>"}, {"seat": "TX-99"}])
@pytest.mark.parametrize("lang", ["", "/es"])
def test_a_place_that_does_not_exist_is_asked_for_again(
    engine: Engine, client: FlaskClient, link: str, lang: str, typed: dict[str, str]
) -> None:
    answer = client.post(lang + link, data=typed)
    assert answer.status_code == 400
    assert 'role="alert"' in main(answer)
    assert 'name="zip"' in main(answer)
    assert reader(engine).placed_at == DECEMBER


@pytest.mark.parametrize("why", ["forged", "stop link", "stopped", "settled", "at large"])
def test_a_link_without_a_question_shows_where_the_choices_are(
    engine: Engine, client: FlaskClient, link: str, keys: Keys, why: str
) -> None:
    with db.writing(engine) as session:
        who = session.exec(select(Subscriber)).one()
        if why == "stopped":
            subscribers.stop(session, who, "unsubscribed", now=NOW)
        elif why == "settled":
            subscribers.settle(session, who, "TX-37", now=NOW - timedelta(days=1))
        elif why == "at large":
            who.seat = "WY-0"
    before = reader(engine).model_dump()
    other = {"forged": link[:-1] + "A", "stop link": f"/place/{keys.stop_token(before['key'])}"}
    address = other.get(why, link)
    for answer in (client.get(address), client.post(address, data={"zip": "78701"})):
        assert answer.status_code == 410
        assert 'href="/preferences"' in main(answer)
    assert reader(engine).model_dump() == before


def test_the_choices_show_the_state_and_keep_the_question_open(
    engine: Engine, client: FlaskClient, link: str
) -> None:
    with db.writing(engine) as session:
        who = session.exec(select(Subscriber)).one()
        token = subscribers.new_token(session, who.id or 0, "manage", {}, now=NOW)
    shown = client.get(f"/preferences/{token}")
    assert "Texas has new districts" in main(shown)
    assert re.search(r'name="seat"[^>]*\s+value="TX"', main(shown))
    for typed in ({"seat": "TX"}, {"seat": "TX", "zip": "78205"}):
        client.post(f"/preferences/{token}", data={"action": "save", "language": "es", **typed})
        assert (reader(engine).seat, reader(engine).placed_at) == ("TX-37", DECEMBER)
    saved = client.post(f"/preferences/{token}", data={"action": "save", "language": "es", "zip": "78704"})
    assert (reader(engine).seat, reader(engine).placed_at, reader(engine).language) == ("TX-37", NOW, "es")
    assert re.search(r'name="seat"[^>]*\s+value="TX-37"', main(saved))
    assert "new districts" not in main(saved)
    # A ZIP code that tells no more than the state leaves the district that was just told.
    client.post(f"/preferences/{token}", data={"action": "save", "seat": "TX-37", "zip": "78205"})
    assert reader(engine).seat == "TX-37"
