"""“This number doesn’t work”: reported from a script, without JavaScript, in both languages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug.test import TestResponse

from campaign import db
from campaign.app import create_app
from campaign.congress.models import Office
from campaign.mailing.models import Delivery, MailPolicy
from campaign.outreach import phone_numbers
from campaign.outreach.models import CallCount, OfficePhone, PhoneReport
from campaign.settings import Settings

MONDAY_NOON = datetime(2026, 6, 22, 16, 0, tzinfo=UTC)
NUMBER, NEXT = "202-224-5922", "210-340-2885"
KEY = "a key for tests only, thirty-two long"


@pytest.fixture(scope="module")
def engine_of_numbers(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with copy_of(snapshot_template, tmp_path_factory.mktemp("numbers")) as engine:
        yield engine


@pytest.fixture
def app(engine_of_numbers: Engine) -> Iterator[Flask]:
    """At noon on a Monday, with nothing reported; notices go to an address."""
    with db.writing(engine_of_numbers) as session:
        for table in (PhoneReport, OfficePhone, Delivery, MailPolicy):
            for row in session.exec(select(table)):
                session.delete(row)
        session.add(MailPolicy(notify_email="ann@organizers-host.org"))
    with time_machine.travel(MONDAY_NOON, tick=False):
        yield create_app(Settings(secret_key=KEY, geocoder_url=""), engine=engine_of_numbers)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def fields(page: TestResponse) -> dict[str, str]:
    """What the form of the button beside the number sends."""
    form = page.text.split('id="wrong-number"')[1].split("</form>")[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def script(client: FlaskClient, lang: str = "", **query: str) -> TestResponse:
    return client.get(f"{lang}/act/TX-20", query_string={"member": "C001098", **query})


def report(client: FlaskClient, place: str, lang: str = "", **more: str) -> TestResponse:
    form = {**fields(script(client, lang)), **more}
    return client.post(
        f"{lang}/act/TX-20/number", data=form, environ_base={"REMOTE_ADDR": place}, follow_redirects=True
    )


def words(page: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.split("<main")[1].split("</main")[0]).split())


@pytest.mark.parametrize(
    ("lang", "button", "thanks", "other", "undone"),
    [
        ("", "This number doesn’t work", "Thank you for telling us", "Try the San Antonio office", "Undone."),
        ("/es", "Este número no sirve", "Gracias por avisarnos", "San Antonio", "Listo, se deshizo."),
    ],
)
def test_a_report_offers_the_next_office_and_can_be_undone(
    client: FlaskClient, engine_of_numbers: Engine, lang: str, button: str, thanks: str, other: str, undone: str
) -> None:
    assert f'form="wrong-number">{button}</button>' in script(client, lang).text
    page = report(client, "203.0.113.1", lang)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert thanks in words(page)
    assert other in words(page)
    assert NEXT in page.text
    # Loading again sends nothing anew.
    again = client.get(page.request.path, query_string=page.request.query_string.decode())
    assert thanks in words(again)
    back = client.post(
        f"{lang}/act/TX-20/number",
        data={**fields(script(client, lang)), "once": "", "undo": page.request.args["done"]},
        follow_redirects=True,
    )
    assert undone in words(back)
    assert 'name="once"' in back.text
    with db.reading(engine_of_numbers) as session:
        assert session.exec(select(PhoneReport)).all() == []


def test_three_places_hide_it_everywhere_and_tell_the_organizers(
    client: FlaskClient, engine_of_numbers: Engine
) -> None:
    kit = client.get("/act/TX-20/kit").text
    assert NUMBER in kit
    opened = script(client)
    for place in ("203.0.113.1", "203.0.113.1", "2001:db8:1:2::1", "203.0.113.9"):
        assert NUMBER in script(client).text
        report(client, place)
    for path in ("/act/TX-20?member=C001098", "/act/TX-20/aloud?member=C001098", "/act/TX-20/kit"):
        assert NUMBER not in client.get(path).text, path
    assert NEXT in script(client).text
    listed = client.get("/act/TX-20/offices?member=C001098")
    assert NUMBER not in listed.text
    assert "Several people told us that this number doesn’t work" in words(listed)
    with db.reading(engine_of_numbers) as session:
        (notice,) = session.exec(select(Delivery)).all()
        assert notice.detail is not None
        assert (notice.kind, notice.detail["what"], notice.detail["phone"]) == ("notice", "number", NUMBER)
        assert "C001098" not in phone_numbers.washington_phones(session)
        assert session.exec(select(Office.phone).where(Office.id == "C001098:washington")).one() == NUMBER
        stored = {row.place for row in session.exec(select(PhoneReport))}
    assert not any("203" in place or len(place) != 4 for place in stored)
    # Who opened the script before still reports the call, and sees that the number is hidden.
    late = fields(opened)
    client.post("/act/TX-20/called", data={**late, "result": "talked"})
    with db.reading(engine_of_numbers) as session:
        assert [row.office for row in session.exec(select(CallCount)) if row.count] == ["washington"]
    page = client.post("/act/TX-20/number", data=fields(opened), follow_redirects=True)
    assert "so we no longer show it" in words(page)


@pytest.mark.parametrize(
    ("lang", "says"),
    [("", "this office’s numbers don’t work"), ("/es", "los números de esta oficina no sirven")],
)
def test_where_no_number_is_left_the_letter_and_the_switchboard_are(
    client: FlaskClient, engine_of_numbers: Engine, lang: str, says: str
) -> None:
    with db.writing(engine_of_numbers) as session:
        for office in phone_numbers.callable_offices(session, "C001098")[1:]:
            hidden = phone_numbers.digits(office.phone)
            session.add(OfficePhone(office=office.id, hidden=hidden, at=MONDAY_NOON))
    pages = [report(client, f"203.0.113.{place}", lang) for place in range(3)]
    last = words(pages[-1])
    assert "202-224-3121" in last
    assert "/letter?member=C001098" in pages[-1].text
    assert says in words(script(client, lang))
    assert 'form="wrong-number"' not in script(client, lang).text
    assert says in words(client.get(f"{lang}/act/TX-20/offices?member=C001098"))
    assert client.get(f"{lang}/act/TX-20/kit").status_code == 200


def test_what_a_stranger_sends_reports_nothing(client: FlaskClient, engine_of_numbers: Engine) -> None:
    expired = report(client, "203.0.113.1", once="forged")
    assert expired.status_code == 400
    assert "has expired" in words(expired)
    assert fields(script(client))["office"] == "C001098:washington"
    unknown = report(client, "203.0.113.1", office="nobody's")
    assert unknown.request.path == "/act/TX-20"
    assert client.post("/act/TX-20/number", data={}).status_code == 303
    with db.reading(engine_of_numbers) as session:
        assert session.exec(select(PhoneReport)).all() == []


def test_one_connection_reports_a_few_numbers_a_day(client: FlaskClient) -> None:
    statuses = [report(client, "203.0.113.5").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert "not noted" in words(report(client, "203.0.113.5"))
    assert report(client, "203.0.113.6").status_code == 200
