"""A campaign's actions on the organizers' pages: written, opened, addressed, searched, handed over, removed."""

import html
import io
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import post, send, sign_in
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug.test import TestResponse

from campaign import db
from campaign.accounts.models import AuditEntry
from campaign.actions.models import CampaignAction, Signature, Target
from campaign.mailing.addresses import Keys, read_address
from campaign.proposals import campaigns
from campaign.settings import Settings

OURS = "us-guns-abroad"
PAGE = "/organize/actions"
TEXTS = {
    "title_en": "Clean wells",
    "title_es": "Pozos limpios",
    "text_en": "Test every well.",
    "text_es": "Analicen cada pozo.",
}
TABLE = (
    "title_en,title_es,salutation_en,salutation_es\nPresident,Presidenta,Dear President,Estimada presidenta\n"
)


@pytest.fixture
def snapshot_engine(small_congress: Engine, tmp_path: Path, clock: None) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(small_congress, tmp_path) as engine:
        yield engine


@pytest.fixture
def staff(client: FlaskClient, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(client, snapshot_engine, "organizer", "ana@staff-host.org")


def text_of(answer: TestResponse) -> str:
    main = answer.text.split("<main")[1].split("</main>")[0]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


def add(engine: Engine, kind: str, state: str = "open") -> int:
    with db.writing(engine) as session:
        row = CampaignAction(campaign=OURS, slug=kind, kind=kind, state=state, **TEXTS)
        session.add(row)
        session.flush()
        return row.id or 0


def sign(engine: Engine, app: Flask, now: datetime, action: int, email: str, **more: object) -> int:
    settings: Settings = app.extensions["settings"]
    key = Keys(settings).of(read_address(email), OURS)
    with db.writing(engine) as session:
        given = {"name": email.partition("@")[0], "asked_at": now, "confirmed_at": now, **more}
        row = Signature(action=action, key=key, email=email, **given)
        session.add(row)
        session.flush()
        return row.id or 0


def test_a_petition_from_the_first_word_to_the_last(
    staff: FlaskClient, snapshot_engine: Engine, app: Flask, now: datetime
) -> None:
    assert "There is no action yet" in text_of(staff.get(PAGE))
    kept = post(staff, f"{PAGE}/new", kind="petition", **{**TEXTS, "text_es": ""})
    assert kept.status_code == 400
    assert "Write the text in Spanish, too." in text_of(kept)
    assert "Test every well." in kept.text
    assert "Saved as a draft" in text_of(send(staff, f"{PAGE}/new", kind="petition", goal="500", **TEXTS))
    assert staff.get("/actions/clean-wells").status_code == 404
    assert "From now on everyone can take part" in text_of(staff.get(f"{PAGE}/1/step/open"))
    assert "It is open." in text_of(send(staff, f"{PAGE}/1/step/open"))
    assert "Pozos limpios" in staff.get("/es/").text
    assert "500" in text_of(staff.get("/actions/clean-wells"))
    sign(snapshot_engine, app, now, 1, "ana@example.org", show_name=True)
    sign(snapshot_engine, app, now, 1, "bo@example.org", confirmed_at=None)
    assert "1 takes part. The page stays and shows it. 1 who has not confirmed" in text_of(
        staff.get(f"{PAGE}/1/step/close")
    )
    locked = post(staff, f"{PAGE}/1", **{**TEXTS, "text_en": "Test no well."})
    assert (locked.status_code, "People have signed this text" in text_of(locked)) == (409, True)
    assert "Test no well." in locked.text
    table, paper = staff.get(f"{PAGE}/1/pack.csv"), staff.get(f"{PAGE}/1/pack.pdf")
    assert "ana" in table.text
    assert "@" not in table.text
    assert paper.data.startswith(b"%PDF")
    assert staff.get(f"{PAGE}/1/pack.exe").status_code == 404
    send(staff, f"{PAGE}/1/step/close")
    assert "This has ended" in text_of(staff.get("/actions/clean-wells"))
    assert "Pozos limpios" not in staff.get("/es/").text
    assert "2 signatures are deleted with it." in text_of(staff.get(f"{PAGE}/1/step/remove"))
    assert "It is removed." in text_of(send(staff, f"{PAGE}/1/step/remove"))
    with db.reading(snapshot_engine) as session:
        assert session.exec(select(Signature)).all() == []
        acts = [row.act for row in session.exec(select(AuditEntry))]
    assert {"action added", "action: open", "action: close", "action: remove", "exported"} <= set(acts)


def test_organizations_wait_until_somebody_has_checked_them(
    staff: FlaskClient, snapshot_engine: Engine, app: Flask, now: datetime
) -> None:
    id = add(snapshot_engine, "signon")
    wells = sign(snapshot_engine, app, now, id, "Ana.Soto@example.org", organization="Wells for all")
    mickey = sign(snapshot_engine, app, now, id, "mickey@example.org", organization="wells FOR all")
    assert "2 wait for approval" in text_of(staff.get(PAGE))
    page = text_of(staff.get(f"{PAGE}/{id}/signatures"))
    assert page.count("on the list more than once") == 2
    assert "Ana.Soto@example.org" in page
    assert "Wells for all" not in staff.get("/actions/signon").text
    assert "It is on the list." in text_of(send(staff, f"{PAGE}/{id}/signatures/{wells}", act="approve"))
    assert "off the list" in text_of(send(staff, f"{PAGE}/{id}/signatures/{mickey}", act="remove"))
    public = staff.get("/actions/signon").text
    assert "Wells for all" in public
    assert "Ana.Soto" not in public
    for text, rows in (("ana.soto+x@example.org", 1), ("WELLS", 1), ("mickey", 0)):
        found = post(staff, f"{PAGE}/{id}/signatures", text=text)
        assert found.text.count("<tbody>") == rows, text
    for act, number in (("approve", mickey), ("sell", wells), ("remove", 99)):
        answer = post(staff, f"{PAGE}/{id}/signatures/{number}", act=act)
        assert answer.status_code == 404, act


def test_no_address_of_a_person_is_shown(
    staff: FlaskClient, snapshot_engine: Engine, app: Flask, now: datetime
) -> None:
    id = add(snapshot_engine, "petition")
    sign(snapshot_engine, app, now, id, "private@hidden.example.org", name="Bo")
    for path in (PAGE, f"{PAGE}/{id}", f"{PAGE}/{id}/signatures", "/actions/petition"):
        assert "hidden.example.org" not in staff.get(path).text, path


def test_offices_come_by_table_whole_or_not_at_all(staff: FlaskClient, snapshot_engine: Engine) -> None:
    id = add(snapshot_engine, "letter", "draft")
    missing = post(staff, f"{PAGE}/{id}/step/open")
    assert (missing.status_code, "Say first which office" in text_of(missing)) == (400, True)
    wrong = post(staff, f"{PAGE}/{id}/targets", text=TABLE + ",,,\nGovernor,,Dear,A\n")
    assert wrong.status_code == 422
    assert "Line 4: title_es is empty" in text_of(wrong)
    assert "Governor,,Dear,A" in wrong.text
    strange = post(staff, f"{PAGE}/{id}/targets", text="who\nAna\n")
    assert (strange.status_code, "are missing" in text_of(strange)) == (400, True)
    file = (io.BytesIO(TABLE.encode("utf-16")), "offices.csv")
    seen = post(staff, f"{PAGE}/{id}/targets", file=file)
    assert "1 office stands in the table." in text_of(seen)
    with db.reading(snapshot_engine) as session:
        assert session.exec(select(Target)).all() == []
    carried = re.search(r'type="hidden" name="text" value="([^"]*)"', seen.text)
    assert carried
    again = post(staff, f"{PAGE}/{id}/targets/take", text=TABLE + "A,,B,C\n")
    assert again.status_code == 422
    assert "Saved." in text_of(send(staff, f"{PAGE}/{id}/targets/take", text=html.unescape(carried[1])))
    with db.reading(snapshot_engine) as session:
        assert [row.title_es for row in session.exec(select(Target))] == ["Presidenta"]
    assert "Estimada presidenta" in staff.get(f"{PAGE}/{id}/targets.csv").text
    assert "It is open." in text_of(send(staff, f"{PAGE}/{id}/step/open"))
    broken = {**TEXTS, "points_en": "no heading", "points_es": "sin título"}
    refused = post(staff, f"{PAGE}/{id}", **broken)
    assert (refused.status_code, "A point begins with" in text_of(refused)) == (400, True)


def test_another_campaigns_actions_are_none_of_ours(staff: FlaskClient, snapshot_engine: Engine) -> None:
    id = add(snapshot_engine, "petition")
    with db.writing(snapshot_engine) as session:
        campaigns.add_campaign(session, "homes", title_en="Homes", title_es="Hogares")
    assert staff.get(f"{PAGE}/{id}").status_code == 200
    for path in (f"{PAGE}/{id}", f"{PAGE}/{id}/signatures", f"{PAGE}/{id}/pack.csv", f"{PAGE}/{id}/step/close"):
        assert staff.get(f"/c/homes{path}").status_code == 404, path
    assert staff.get("/c/homes/actions/petition").status_code == 404
    assert staff.get(f"/c/{OURS}/actions/petition").status_code == 200
