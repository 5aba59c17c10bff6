"""The search box of the organizers' pages: it leads to the one page that is meant, or says what to type."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import reader
from sqlalchemy.engine import Engine


@pytest.fixture
def staff(desk_engine: Engine, clock: None) -> FlaskClient:
    return reader(desk_engine, "viewer")


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("jacobs, sara", "members/J000305"),
        ("Velázquez", "members/V000081"),
        ("velazquez", "members/V000081"),
        ("ca 51", "members/J000305"),
        ("H.R. 6736", "bills/hr6736-119"),
        ("hr6736-119", "bills/hr6736-119"),
    ],
)
def test_what_means_one_thing_leads_to_its_page(staff: FlaskClient, typed: str, leads_to: str) -> None:
    response = staff.get("/organize/find", query_string={"q": typed})
    assert response.headers.get("Location", "").removeprefix("/organize/") == leads_to


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("/organize/find?q=tx", ["lists?who=TX", "board?who=TX", "members/C001098"]),
        ("/es/organize/find?q=Nuevo+México", ["lists?who=NM", "board?who=NM", "members/H001046"]),
        ("/organize/find?q=garcia", ["members/G000586", "members/G000587"]),
        ("/organize/find?q=armas", ["bills/hr6736-119", "bills/hr6618-118"]),
    ],
)
def test_what_means_several_things_lists_them(staff: FlaskClient, path: str, links: list[str]) -> None:
    shown = staff.get(path).text
    found = re.findall(r'href="(?:/es)?/organize/([^"]+)"', shown)
    assert [link for link in links if link not in found] == []


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/organize/find?q=qqq", "Nothing here is called “qqq”."),
        ("/organize/find?q=TX-99", "No one holds TX-99 now"),
        ("/organize/find?q=hr1-300", "Nothing here is called"),
        ("/organize/find?q=" + "%3Cb%3E" * 60, "&lt;b&gt;"),
        ("/organize/find", "Type a name, a state, a seat or a bill"),
        ("/es/organize/find?q=qqq", "Aquí nada se llama «qqq»."),
    ],
)
def test_an_empty_answer_helps_on(staff: FlaskClient, path: str, says: str) -> None:
    response = staff.get(path)
    assert response.status_code == 200
    assert says in response.text


@pytest.mark.parametrize("path", ["", "lists", "board", "members/J000305", "bills/hr6736-119", "system"])
def test_the_box_stands_on_every_page(staff: FlaskClient, path: str) -> None:
    assert 'action="/organize/find"' in staff.get(f"/organize/{path}").text


def test_nobody_is_offered_the_box_before_they_are_in(app: Flask) -> None:
    assert "/organize/find" not in app.test_client().get("/organize/sign-in").text
