"""Organizers say with whom callers start; pages and digest follow, and the campaign's file has it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import post, send, sign_in
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.organizing import ask_order, campaign_export, campaign_file, campaign_setup
from campaign.outreach import ask_kinds
from campaign.outreach.ask_kinds import ORDER
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.settings import Settings

PAGE, OURS = "/organize/ask-order", "us-guns-abroad"


@pytest.fixture
def app(snapshot_copy: Engine, clock: None) -> Flask:
    settings = Settings(secret_key="a key for tests only, thirty-two long", geocoder_url="")
    return create_app(settings, engine=snapshot_copy)


@pytest.fixture
def staff(app: Flask, snapshot_copy: Engine) -> FlaskClient:
    return sign_in(app.test_client(), snapshot_copy, "organizer")


def start(client: FlaskClient) -> str:
    found = re.search(r'id="start">([^<]+)<', client.get("/act/TX-20").text)
    assert found
    return found[1]


def stored(engine: Engine) -> tuple[str, ...]:
    with db.reading(engine) as session:
        return ask_order.order(session, OURS)


def test_a_kind_that_is_moved_changes_whom_callers_start_with(
    app: Flask, staff: FlaskClient, snapshot_copy: Engine
) -> None:
    assert start(app.test_client()) == "John Cornyn"
    shown = re.findall(r'name="down" value="(\w+)"', staff.get(PAGE).text)
    assert [*shown, ORDER[-1]] == list(ORDER)
    assert 'name="reset"' not in staff.get(PAGE).text
    assert "Moved." in send(staff, PAGE, first="sponsor").text
    assert stored(snapshot_copy) == ("sponsor", *ORDER[:-1])
    assert start(app.test_client()) == "Joaquin Castro"
    send(staff, PAGE, down="sponsor")
    assert stored(snapshot_copy)[:2] == (ORDER[0], "sponsor")
    send(staff, PAGE, up="sponsor")
    assert stored(snapshot_copy)[0] == "sponsor"
    assert "usual order is back" in send(staff, PAGE, reset="yes").text
    assert (stored(snapshot_copy), start(app.test_client())) == (ORDER, "John Cornyn")
    assert post(staff, PAGE, PAGE, first="nothing").status_code == 400
    viewer = sign_in(app.test_client(), snapshot_copy, "viewer")
    assert viewer.get(PAGE).status_code == 403


def test_the_file_of_a_campaign_has_its_order(snapshot_copy: Engine) -> None:
    with db.writing(snapshot_copy) as session:
        assert b"ask_first" not in campaign_file.write(campaign_export.written(session, OURS))
        campaigns.campaign(session, OURS).ask_order = "thank cosponsor a_kind_of_old"
        raw = campaign_file.write(campaign_export.written(session, OURS))
        assert b"ask_first:\n- thank\n- cosponsor\n" in raw
        campaign_setup.duplicate(session, OURS, "copy", by="ann@example.org", now=db.utcnow())
        assert campaigns.campaign(session, "copy").first_asks == ("thank", "cosponsor")
        assert ask_order.order(session, "copy") == ask_kinds.in_order(["thank", "cosponsor"])
    with pytest.raises(Refused, match=r"line \d+: “fax” is no kind of ask"):
        campaign_file.read(raw.replace(b"- thank\n", b"- fax\n", 1))
