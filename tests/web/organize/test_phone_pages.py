"""Organizers look at reported numbers and say which are right; nobody below an organizer changes one."""

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import post, send, sign_in
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.accounts.models import AuditEntry
from campaign.app import create_app
from campaign.outreach import phone_numbers
from campaign.settings import Settings

OFFICE, NUMBER, PAGE = "C001098:washington", "202-224-5922", "/organize/phone-numbers"


@pytest.fixture
def app(snapshot_copy: Engine, clock: None) -> Flask:
    settings = Settings(secret_key="a key for tests only, thirty-two long", geocoder_url="")
    return create_app(settings, engine=snapshot_copy)


@pytest.fixture
def staff(app: Flask, snapshot_copy: Engine) -> FlaskClient:
    return sign_in(app.test_client(), snapshot_copy, "organizer")


def hide(engine: Engine, now: datetime) -> None:
    with db.writing(engine) as session:
        office = phone_numbers.callable_offices(session, "C001098")[0]
        for place in "abc":
            phone_numbers.report(session, office, place, place, now=now)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main")[1]).split())


def test_a_hidden_number_is_told_on_monday_and_decided_on_its_page(
    app: Flask, staff: FlaskClient, snapshot_copy: Engine, now: datetime
) -> None:
    public = app.test_client()
    assert "phone-numbers" not in staff.get("/organize/").text
    assert "No number is reported" in words(staff.get(PAGE).text)
    hide(snapshot_copy, now)
    assert "1 phone number is hidden" in words(staff.get("/organize/").text)
    assert "1 teléfono está oculto" in words(staff.get("/es/organize/").text)
    page = words(staff.get(PAGE).text)
    assert f"{NUMBER} · hidden · 3 reports in the last 7 days" in page
    # What is no number stays in its field.
    wrong = post(staff, PAGE, PAGE, office=OFFICE, phone="12-34")
    assert wrong.status_code == 400
    assert 'value="12-34" aria-invalid="true"' in wrong.text
    page = words(send(staff, PAGE, office=OFFICE, phone="(202) 224 0077").text)
    assert "202-224-0077 · set by an organizer" in page
    assert f"Congress’s list says: {NUMBER}" in page
    assert "202-224-0077" in public.get("/act/TX-20?member=C001098").text
    assert "callers see 202-224-0077" in words(staff.get("/organize/members/C001098").text)
    assert "Saved." in send(staff, PAGE, office=OFFICE).text
    assert NUMBER in public.get("/act/TX-20?member=C001098").text
    hide(snapshot_copy, now)
    app.extensions["page_cache"].look_again()
    assert NUMBER not in public.get("/act/TX-20?member=C001098").text
    assert "No number is reported" in words(send(staff, PAGE, office=OFFICE, works="yes").text)
    assert NUMBER in public.get("/act/TX-20?member=C001098").text
    with db.reading(snapshot_copy) as session:
        acts = [entry.act for entry in session.exec(select(AuditEntry)) if entry.object == OFFICE]
    assert acts == ["phone set", "phone set", "phone works"]


def test_a_members_page_leads_to_the_number_of_any_office(staff: FlaskClient) -> None:
    leads = re.findall(
        r'href="(/organize/phone-numbers\?office=[^"]+)"', staff.get("/organize/members/C001098").text
    )
    assert len(leads) > 3
    page = words(staff.get(leads[0]).text)
    assert f"{NUMBER} · shown" in page
    assert "It works" not in page
    assert post(staff, PAGE, PAGE, office="nobody's", works="yes").status_code == 404


def test_a_viewer_sees_and_changes_nothing(app: Flask, snapshot_copy: Engine, now: datetime) -> None:
    hide(snapshot_copy, now)
    viewer = sign_in(app.test_client(), snapshot_copy, "viewer")
    page = viewer.get(PAGE).text
    assert NUMBER in page
    assert 'name="works"' not in page
    assert post(viewer, PAGE, office=OFFICE, works="yes").status_code == 403
