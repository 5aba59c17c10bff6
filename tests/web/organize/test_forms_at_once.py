"""Organizers who press the same button at the same moment: nothing is lost, doubled or broken."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from chambers import add_bill, legislator, seat_members, term
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import sign_in, token
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db
from campaign.accounts import users
from campaign.accounts.models import User
from campaign.actions.models import CampaignAction
from campaign.app import create_app
from campaign.organizing import ask_order, notes, texts
from campaign.organizing.models import SavedView, WhipNote, WhipNoteChange
from campaign.outreach import ask_kinds
from campaign.proposals.models import Campaign, Kinship, Proposal, TextVersion
from campaign.settings import Settings

TIMES = 5
EXAMPLE = "us-guns-abroad"
Form = tuple[str, Mapping[str, Any]]


@pytest.fixture
def staff(engine: Engine, clock: None) -> FlaskClient:
    """An administrator of a campaign with one bill, in a Congress of one member."""
    seat_members(engine, legislator("J305", term("CA-51")))
    add_bill(engine, "hr6736-119", proposal="armas-act", campaign=EXAMPLE)
    app = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine)
    return sign_in(app.test_client(), engine, "admin")


@pytest.fixture
def record(staff: FlaskClient) -> Iterator[Session]:
    with db.reading(staff.application.extensions["engine"]) as session:
        yield session


def sent_at_once(staff: FlaskClient, *forms: Form) -> Counter[int]:
    """How often each status is the answer to forms that are sent together, each from a window of its own."""
    app: Flask = staff.application
    ready, secret = Barrier(len(forms)), token(staff)
    cookie = staff.get_cookie("campaign")
    assert cookie

    def send(form: Form) -> int:
        window = app.test_client()
        window.set_cookie("campaign", cookie.value)
        ready.wait()
        path, given = form
        return window.post(path, data={"csrf_token": secret, **given}).status_code

    with ThreadPoolExecutor(len(forms)) as pool:
        return Counter(pool.map(send, forms))


def same(path: str, **given: object) -> Sequence[Form]:
    return [(path, given)] * TIMES


def each(path: str, name: str, values: Sequence[object], **given: object) -> Sequence[Form]:
    return [(path, {**given, name: value}) for value in values]


def test_one_edit_of_a_note_wins_and_the_others_are_told(staff: FlaskClient, record: Session, now: Any) -> None:
    with db.writing(staff.application.extensions["engine"]) as session:
        note = notes.add(
            session, EXAMPLE, "J000305", {"text": "Asks for the text."}, by="ana@example.org", now=now
        )
    path = f"/organize/members/J000305/notes/{note.id}"
    found = sent_at_once(
        staff, *each(path, "text", [f"Wording {n}" for n in range(TIMES)], version=note.version)
    )
    assert found == {303: 1, 409: TIMES - 1}
    assert record.get_one(WhipNote, note.id).version == note.version + 1
    assert len(record.exec(select(WhipNoteChange)).all()) == 1


def test_an_action_has_its_address_alone(staff: FlaskClient, record: Session) -> None:
    given = {
        "kind": "petition",
        "title_en": "Clean wells",
        "title_es": "Pozos",
        "text_en": "We ask.",
        "text_es": "P.",
    }
    assert sent_at_once(staff, *same("/organize/actions/new", **given)) == {303: 1, 409: TIMES - 1}
    assert len(record.exec(select(CampaignAction)).all()) == 1


def test_a_campaign_is_added_once(staff: FlaskClient, record: Session) -> None:
    found = sent_at_once(staff, *same("/organize/campaigns", slug="clean-water"))
    assert found == {303: 1, 409: TIMES - 1}
    assert record.get(Campaign, "clean-water") is not None


def test_new_campaigns_have_places_of_their_own(staff: FlaskClient, record: Session) -> None:
    slugs = [f"campaign-{n}" for n in range(TIMES)]
    assert sent_at_once(staff, *each("/organize/campaigns", "slug", slugs)) == {303: TIMES}
    places = record.exec(select(Campaign.position)).all()
    assert len(set(places)) == len(places)


def test_the_state_of_a_campaign_is_one_of_those_that_were_sent(staff: FlaskClient) -> None:
    assert sent_at_once(staff, *same("/organize/campaigns", slug="clean-water")).keys() <= {303, 409}
    states = ["live", "paused", "live", "paused", "won"]
    found = sent_at_once(staff, *each("/organize/campaigns/clean-water", "state", states))
    assert set(found) <= {303, 409}


def test_a_proposal_is_added_once(staff: FlaskClient, record: Session) -> None:
    given = {
        "slug": "wells",
        "name_en": "Wells Act",
        "name_es": "Ley de Pozos",
        "summary_en": "A.",
        "summary_es": "B.",
    }
    found = sent_at_once(staff, *same("/organize/words/proposals", **given))
    assert found == {303: 1, 409: TIMES - 1}
    assert record.get(Proposal, "wells") is not None


def test_a_bill_is_added_once(staff: FlaskClient, record: Session) -> None:
    found = sent_at_once(staff, *same("/organize/words/bills", bill="H.R. 4242 (119th)", proposal="armas-act"))
    assert found == {303: TIMES}
    assert len(record.exec(select(Kinship).where(Kinship.bill == "hr4242-119")).all()) == 1


def test_a_user_is_added_once(staff: FlaskClient, record: Session) -> None:
    found = sent_at_once(staff, *same("/organize/users", email="bo@example.org", role="organizer"))
    assert found == {200: TIMES}
    assert len(record.exec(select(User).where(User.email == "bo@example.org")).all()) == 1


def test_administrators_who_demote_each_other_leave_one(staff: FlaskClient, record: Session, now: Any) -> None:
    with db.writing(staff.application.extensions["engine"]) as session:
        for n in range(3):
            users.add(session, f"admin{n}@example.org", "admin", now=now, actor="test")
        admins = session.exec(select(User.id).where(User.role == "admin")).all()
    sent_at_once(staff, *((f"/organize/users/{id}", {"act": "role", "role": "viewer"}) for id in admins))
    # Who asks is one of them: what comes after their own is refused, so more than one can stay.
    assert record.exec(select(User).where(User.role == "admin")).first()


def test_what_each_wrote_is_kept_and_the_public_sees_one(staff: FlaskClient, record: Session) -> None:
    with db.reading(staff.application.extensions["engine"]) as session:
        shown = texts.shown_now(session, EXAMPLE, "campaign", EXAMPLE)
    titles = [f"Title {n}" for n in range(TIMES)]
    path = f"/organize/words/campaign/{EXAMPLE}"
    assert sent_at_once(staff, *each(path, "title_en", titles, **{**shown, "do": "publish"})) == {303: TIMES}
    written = record.exec(select(TextVersion).where(TextVersion.key == EXAMPLE)).all()
    assert sorted(version.content["title_en"] for version in written) == titles
    assert record.get_one(Campaign, EXAMPLE).title_en in titles


def test_a_view_is_saved_once_under_its_name(staff: FlaskClient, record: Session) -> None:
    found = sent_at_once(staff, *same("/organize/views", page="lists", name="Mine", query="party=D"))
    assert set(found) <= {303, 409}
    assert len(record.exec(select(SavedView)).all()) == 1


def test_no_move_of_the_order_of_asks_is_lost(staff: FlaskClient, record: Session) -> None:
    moved = ask_kinds.ORDER[-TIMES:]
    assert sent_at_once(staff, *each("/organize/ask-order", "first", moved)) == {303: TIMES}
    assert set(ask_order.order(record, EXAMPLE)[:TIMES]) == set(moved)


def test_a_goal_is_one_of_those_that_were_sent(staff: FlaskClient) -> None:
    found = sent_at_once(staff, *each("/organize/bills/hr6736-119/goal", "target", range(100, 100 + TIMES)))
    assert found == {303: TIMES}
