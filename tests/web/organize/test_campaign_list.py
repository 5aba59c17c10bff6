"""Organizers add campaigns, set their state, copy them, take them away as a file and remove them."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import post, reader, send, sign_in
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.accounts.models import AuditEntry
from campaign.mailing.models import Edition, Subscriber
from campaign.proposals import campaigns
from campaign.settings import shipped
from campaign.snapshot.files import EXAMPLE

OURS, LIST = "us-guns-abroad", "/organize/campaigns"
EMPTY = b"campaign: homes\ntitle: {en: Homes, es: Viviendas}\n"


@pytest.fixture
def snapshot_engine(snapshot_engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        yield engine


@pytest.fixture
def staff(app: Flask, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(app.test_client(), snapshot_engine, "admin")


@pytest.fixture
def looker(desk_engine: Engine, clock: None) -> FlaskClient:
    """Somebody who changes nothing."""
    return reader(desk_engine, "admin")


def states(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        return {row.slug: state for row, state in campaigns.campaigns(session)}


def test_campaigns_change_state_and_are_copied(staff: FlaskClient, snapshot_engine: Engine) -> None:
    send(staff, f"{LIST}/{OURS}", state="paused")
    send(staff, f"{LIST}/{OURS}", copy_as="next-round")
    assert states(snapshot_engine) == {OURS: "paused", "next-round": "draft"}
    assert send(staff, f"{LIST}/{OURS}", copy_as="next-round").status_code == 409


def test_an_empty_campaign_begins_as_a_draft_that_says_what_it_lacks(
    staff: FlaskClient, snapshot_engine: Engine
) -> None:
    shown = send(staff, LIST, slug="clean-water")
    assert shown.request.path == "/c/clean-water/organize/words"
    assert "It has no proposal." in shown.text
    assert states(snapshot_engine) == {OURS: "live", "clean-water": "draft"}
    assert "ARMAS" in staff.get("/").text


@pytest.mark.parametrize(
    ("slug", "raw", "became"),
    [("", EMPTY, "homes"), ("other-homes", EMPTY, "other-homes"), ("", b"\xef\xbb\xbf" + EMPTY, "homes")],
)
def test_a_campaign_is_made_of_a_file(
    staff: FlaskClient, snapshot_engine: Engine, slug: str, raw: bytes, became: str
) -> None:
    shown = send(staff, LIST, slug=slug, file=(io.BytesIO(raw), "homes.yaml"))
    assert "<h1>Homes</h1>" in shown.text
    assert states(snapshot_engine)[became] == "draft"


@pytest.mark.parametrize(
    ("slug", "raw", "says"),
    [
        ("", b"titel: x", "is not known here"),
        ("Two Words", b"", "cannot stand in an address"),
        ("Two Words", EMPTY, "cannot stand in an address"),
        ("", b"", "cannot stand in an address"),
        (OURS, EMPTY, "In use already"),
        (OURS, b"", "In use already"),
        ("kept-typed", (shipped("fixtures") / EXAMPLE).read_bytes(), "In use already"),
    ],
)
def test_what_is_no_campaign_is_refused_with_what_was_typed(
    looker: FlaskClient, desk_engine: Engine, slug: str, raw: bytes, says: str
) -> None:
    file = {"file": (io.BytesIO(raw), "x.yaml")} if raw else {}
    answer = post(looker, LIST, slug=slug, **file)
    assert 400 <= answer.status_code < 500
    assert says in answer.text
    assert f'value="{slug}"' in answer.text
    assert states(desk_engine) == {OURS: "live"}


def test_a_campaign_is_saved_as_the_file_it_was_made_of(looker: FlaskClient) -> None:
    answer = looker.get(f"{LIST}/{OURS}/file")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{OURS}.yaml"'
    assert answer.data == (shipped("fixtures") / EXAMPLE).read_bytes()


def test_removing_says_in_numbers_what_goes_and_keeps_the_record(
    staff: FlaskClient, snapshot_engine: Engine
) -> None:
    asked = staff.get(f"{LIST}/{OURS}/remove")
    assert re.findall(r"<li>(\d+ [a-z ]+)</li>", asked.text) == [
        "2 proposals", "9 bills of them", "8 figures", "6 texts", "0 readers", "0 editions", "0 notes",
        "0 actions", "0 signatures",
    ]  # fmt: skip
    shown = send(staff, f"/c/{OURS}{LIST}/{OURS}/remove")
    assert shown.request.path == LIST
    assert "There is no campaign yet." in shown.text
    assert staff.get("/").status_code == 200
    assert staff.get("/bills/hr6736-119").status_code == 200
    with db.reading(snapshot_engine) as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.act == "campaign removed"))
    assert entry.detail == {
        "proposals": 2,
        "bills": 9,
        "facts": 8,
        "texts": 6,
        "readers": 0,
        "editions": 0,
        "notes": 0,
        "actions": 0,
        "signatures": 0,
    }


def test_who_runs_it_and_its_color_stand_on_its_pages(staff: FlaskClient, snapshot_engine: Engine) -> None:
    form = {
        "organization": "A <b>coalition</b>",
        "contact": "ask@homes-host.org",
        "privacy_contact": "privacy@homes-host.org",
        "donate_url": "https://homes-host.org/give",
        "imprint_en": "Published in Austin.",
        "imprint_es": "Publicado en Austin.",
        "accent": "#7A1F3D",
    }
    assert "Saved." in send(staff, f"{LIST}/{OURS}/organization", **form).text
    front, spanish = staff.get("/").text, staff.get("/es/find").text
    assert "A &lt;b&gt;coalition&lt;/b&gt; runs this campaign." in front
    assert 'href="mailto:ask@homes-host.org"' in front
    assert 'href="https://homes-host.org/give"' in front
    assert "Published in Austin." in front
    assert "Publicado en Austin." in spanish
    assert 'href="/look.css"' in front
    assert "--accent: #7a1f3d;" in staff.get("/look.css").text
    assert "privacy@homes-host.org" in staff.get("/privacy").text
    send(staff, f"{LIST}/{OURS}/organization", organization="")
    assert "look.css" not in staff.get("/").text
    assert staff.get("/look.css").text == ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"accent": "red"}, "is no color"),
        ({"accent": "#ffee00"}, "is the nearest that is dark enough"),
        ({"contact": "nobody"}, "is not an email address"),
        ({"donate_url": "javascript:alert(1)"}, "starts with https://"),
        ({"organization": ""}, "Name the organization first"),
        ({"imprint_es": ""}, "in both languages"),
    ],
)
def test_an_organization_with_a_fault_is_refused_with_what_was_typed(
    looker: FlaskClient, change: dict[str, str], says: str
) -> None:
    form = {
        "organization": "A coalition",
        "contact": "ask@homes-host.org",
        "imprint_en": "x",
        "imprint_es": "y",
    }
    answer = post(looker, f"{LIST}/{OURS}/organization", **{**form, **change})
    assert answer.status_code == 400
    assert says in answer.text
    assert "ask@homes-host.org" in answer.text or change.get("contact") == "nobody"
    assert "runs this campaign" not in looker.get("/").text


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("draft", "Not open yet"),
        ("live", "It does not say who runs it."),
        ("won", "thanks for what was achieved"),
        ("paused", "say that it is paused"),
        ("archived", "stay as a record"),
    ],
)
def test_a_change_of_state_says_first_what_it_will_do_to_whom(
    staff: FlaskClient, snapshot_engine: Engine, to: str, says: str
) -> None:
    with db.writing(snapshot_engine) as session:
        session.add(
            Subscriber(
                campaign=OURS, email="a@readers-host.org", key="a", state="confirmed", created=db.utcnow()
            )
        )
        session.add(Edition(campaign=OURS, period="2026-W24", state="draft", built_at=db.utcnow()))
    asked = staff.get(f"{LIST}/{OURS}/state?to={to}").text
    assert says in asked
    assert "1 confirmed reader," in asked
    assert "1 edition not sent yet." in asked
    assert states(snapshot_engine) == {OURS: "live"}


@pytest.mark.parametrize("to", ["", "lost", "<script>"])
def test_what_is_no_state_is_refused(staff: FlaskClient, to: str) -> None:
    assert staff.get(f"{LIST}/{OURS}/state", query_string={"to": to}).status_code == 400
