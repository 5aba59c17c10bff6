"""A street address typed into the form: looked up once, and left nowhere."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from structlog.testing import capture_logs

from campaign.app import create_app
from campaign.settings import Settings

FORM = {"street": "4711 Quiet Orchard Lane", "city": "San Antonio, TX 78206"}


def geographies(*geoids: str) -> dict[str, Any]:
    layers = [
        {"States": [{"GEOID": "48"}], "119th Congressional Districts": [_district(one)]} for one in geoids
    ]
    return {"result": {"input": {}, "addressMatches": [{"geographies": layer} for layer in layers]}}


def _district(geoid: str) -> dict[str, str]:
    return {"GEOID": geoid, "STATE": geoid[:2], "CDSESSN": "119"}


@pytest.fixture
def asking(snapshot_engine: Engine, httpserver: HTTPServer, clock: None) -> FlaskClient:
    settings = Settings(secret_key="x" * 40, geocoder_url=httpserver.url_for("/geocoder"))
    return create_app(settings, engine=snapshot_engine).test_client()


def test_an_address_in_one_district_leads_to_its_people(asking: FlaskClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/geocoder/geographies/onelineaddress").respond_with_json(geographies("4820"))
    answer = asking.post("/es/find", data=FORM)
    assert (answer.status_code, answer.location) == (303, "/es/act/TX-20")


def test_an_address_that_fits_two_districts_shows_both(asking: FlaskClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/geocoder/geographies/onelineaddress").respond_with_json(
        geographies("4820", "4835")
    )
    answer = asking.post("/find", data=FORM)
    assert "This place could be in 2 districts" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_geocoder_that_fails_leaves_other_ways(asking: FlaskClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/geocoder/geographies/onelineaddress").respond_with_data("busy", status=404)
    answer = asking.post("/find", data=FORM)
    assert answer.status_code == 200
    assert "By state and district" in answer.text


@pytest.mark.parametrize("form", [{}, {"street": "", "city": ""}, {"street": "1", "city": "2"}])
def test_what_cannot_be_an_address_is_refused(asking: FlaskClient, form: dict[str, str]) -> None:
    answer = asking.post("/find", data=form)
    assert answer.status_code == 400
    assert "Enter a street address" in answer.text


def test_an_address_is_left_nowhere(
    asking: FlaskClient, httpserver: HTTPServer, snapshot_engine: Engine, now: datetime
) -> None:
    httpserver.expect_request("/geocoder/geographies/onelineaddress").respond_with_json(
        geographies("4820", "4835")
    )
    with capture_logs() as lines:
        answer = asking.post("/find", data=FORM)
    assert "Orchard" not in repr(lines)
    assert "Orchard" not in answer.text
    folder = Path(str(snapshot_engine.url.database)).parent
    assert not [file for file in folder.iterdir() if b"Quiet Orchard" in file.read_bytes()]


def test_a_position_leads_to_its_people_and_is_left_nowhere(
    asking: FlaskClient, httpserver: HTTPServer, snapshot_engine: Engine
) -> None:
    with capture_logs() as lines:
        answer = asking.post("/es/find", data={"point": "29.4341,-98.5936"})
    assert (answer.status_code, answer.location) == (303, "/es/act/TX-20")
    assert httpserver.log == []
    assert "29.43" not in repr(lines)
    folder = Path(str(snapshot_engine.url.database)).parent
    assert not [file for file in folder.iterdir() if b"29.4341" in file.read_bytes()]


def test_a_position_near_a_line_is_not_guessed(asking: FlaskClient, httpserver: HTTPServer) -> None:
    page = asking.post("/find", data={"point": "39.05,-94.6077"}).text
    assert "This place could be in 2 districts" in page
    assert "less than 1 km" in page
    assert 'href="/act/KS-3"' in page
    assert 'href="/act/MO-5"' in page
    assert httpserver.log == []


@pytest.mark.parametrize(("path", "advice"), [("/find", "choose your state"), ("/es/find", "elija su estado")])
def test_a_position_abroad_is_led_on_without_asking_anybody(
    asking: FlaskClient, httpserver: HTTPServer, path: str, advice: str
) -> None:
    assert advice in asking.post(path, data={"point": "19.43,-99.13"}).text
    assert httpserver.log == []


@pytest.mark.parametrize("point", ["", "x", "91,0", "29.4", "29.42,-98.49,1", "1e9,1", "\u0661,\u0662"])
def test_what_cannot_be_a_position_is_refused(asking: FlaskClient, point: str) -> None:
    answer = asking.post("/find", data={"point": point})
    assert answer.status_code == 400
    assert "latitude and longitude" in answer.text
