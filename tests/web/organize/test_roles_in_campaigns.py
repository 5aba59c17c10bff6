"""A role in some campaigns only: what it opens, where it leads, and what of other campaigns it never shows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from copies import copy_of
from flask.testing import FlaskClient
from organizer_client import post, send, sign_in
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel, col, delete

from campaign import db
from campaign.accounts import api_tokens, users
from campaign.districts.models import ZipCode, ZipSeat
from campaign.organizing import campaign_file, campaign_setup, texts, whip
from campaign.outreach import outcomes
from campaign.outreach.outcomes import Report
from campaign.refusals import Refused

OURS, THEIRS = "us-guns-abroad", "rural-homes"
ANA = "ana@example.org"
SATURDAY = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
HOMES = b"""\
campaign: rural-homes
title: {en: Homes for rural America, es: Viviendas para el campo}
proposals:
  - slug: homes-act
    name: {en: Homes Act, es: Ley de Vivienda}
    bills: [{bill: hr6618-119}]
"""


@pytest.fixture(scope="module")
def two_campaigns(small_congress: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The shipped campaign with a second one beside it, and few of the ZIP codes, most of all rows."""
    with copy_of(small_congress, tmp_path_factory.mktemp("two")) as engine:
        with db.writing(engine) as session:
            session.execute(delete(ZipSeat).where(col(ZipSeat.seat) != "TX-20"))
            session.execute(delete(ZipCode).where(col(ZipCode.zip).not_like("782%")))
            campaign_setup.take(session, campaign_file.read(HOMES), by="x", now=SATURDAY, state="live")
        yield engine


@pytest.fixture
def snapshot_engine(two_campaigns: Engine, tmp_path: Path, clock: None) -> Iterator[Engine]:
    with copy_of(two_campaigns, tmp_path) as engine:
        yield engine


@pytest.fixture
def ana(client: FlaskClient, snapshot_engine: Engine) -> FlaskClient:
    """An organizer of the second campaign."""
    with db.writing(snapshot_engine) as session:
        user, _link = users.add(session, ANA, "organizer", now=db.utcnow(), actor="tests")
        users.set_role(session, user, "organizer", campaigns=[THEIRS], by=None, now=db.utcnow())
    return sign_in(client, snapshot_engine, "organizer", ANA)


@pytest.mark.parametrize("lang", ["", "/es"])
def test_addresses_without_a_campaign_lead_to_ones_own(ana: FlaskClient, lang: str) -> None:
    for path in (f"{lang}/organize/", f"{lang}/organize/lists?list=new"):
        answer = ana.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/{THEIRS}{path}")
    assert "Homes Act" in ana.get(f"/c/{THEIRS}/organize/").text


@pytest.mark.parametrize(
    "path",
    [
        f"/c/{OURS}/organize/",
        f"/c/{OURS}/organize/digest",
        f"/c/{OURS}/es/organize/board",
        f"/c/{THEIRS}/organize/campaigns/{OURS}/file",
        f"/c/{THEIRS}/organize/campaigns/{OURS}/state?to=paused",
    ],
)
def test_other_campaigns_are_closed(ana: FlaskClient, path: str) -> None:
    answer = ana.get(path)
    assert answer.status_code == 403
    assert THEIRS in answer.text
    assert "ARMAS" not in answer.text


def test_what_is_about_all_campaigns_is_not_done_for_one(ana: FlaskClient) -> None:
    account, here = f"/c/{THEIRS}/organize/account", f"/c/{THEIRS}/organize/campaigns"
    assert post(ana, here, account, slug="a-third").status_code == 403
    assert post(ana, f"{here}/{THEIRS}", account, copy_as="a-copy").status_code == 403
    page = ana.get(here).text
    assert "Homes for rural America" in page
    assert f"/c/{OURS}/" not in page


def test_the_gauges_of_all_campaigns_are_closed_to_a_token_of_one(
    client: FlaskClient, snapshot_engine: Engine
) -> None:
    with db.writing(snapshot_engine) as session:
        user, _link = users.add(session, ANA, "organizer", now=db.utcnow(), actor="tests")
        bearer = {"Authorization": f"Bearer {api_tokens.make(session, user, 'x', now=db.utcnow())}"}
    assert client.get(f"/c/{THEIRS}/metrics", headers=bearer).status_code == 200
    for slug in (THEIRS, OURS):
        with db.writing(snapshot_engine) as session:
            user = users.find(session, user.id or 0)
            users.set_role(session, user, "organizer", campaigns=[slug], by=None, now=db.utcnow())
        for start in ("", f"/c/{THEIRS}", f"/c/{OURS}"):
            answer = client.get(f"{start}/metrics", headers=bearer)
            assert answer.status_code == 403
            assert "campaign_readers" not in answer.text
        assert client.get(f"/c/{slug}/api/v1/organize/notes", headers=bearer).status_code == 200


def test_a_bill_of_another_campaign_is_not_edited_on_this_ones_board(ana: FlaskClient) -> None:
    start = f"/c/{THEIRS}/organize"
    assert ana.get(f"{start}/board?bill=hr6736-119").headers["Location"].startswith(f"/c/{OURS}/organize/board")
    for bill, status in (("hr6736-119", 404), ("hr6618-119", 303)):
        path = f"{start}/members/C001091/{bill}"
        answer = post(ana, path, f"{start}/account", lean="for", version="0")
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("words/versions/{version}/publish", {}),
        ("words/kin", {"proposal": "armas-act", "bill": "hr6736-119", "decision": "no"}),
        ("words/kin", {"proposal": "armas-act", "bill": "hr923-119", "decision": "yes"}),
        ("words/bills", {"proposal": "armas-act", "bill": "hr9999-119"}),
        (f"words/campaign/{OURS}", {"do": "publish", "title_en": "Taken", "title_es": "Tomada"}),
        ("words/campaign/a-third", {"do": "publish", "title_en": "New", "title_es": "Nueva"}),
        ("words/proposal/armas-act", {"do": "publish", "name_en": "Taken", "name_es": "Tomada"}),
        ("words/wording/points-armas-act", {"do": "publish", "text_en": "a\n\nb", "text_es": "a\n\nb"}),
        ("words/proposals", {"slug": "armas-act", "name_en": "Taken", "name_es": "Tomada"}),
        ("bills/hr6736-119/goal", {"target": "300"}),
        ("board/changes", {"bill": "hr6736-119", "who": "C001091.0", "set_lean": "for"}),
        ("board/undo", {"bill": "hr6736-119", "changes": "1-1"}),
        ("members/C001091/hr6736-119/reviewed", {}),
        ("members/C001091/owner", {"bill": "hr6736-119", "version": "0", "take": "1"}),
        ("members/C001091/notes", {"bill": "hr6736-119", "kind": "note", "text": "x"}),
    ],
)
def test_no_form_changes_what_is_another_campaigns(
    ana: FlaskClient, snapshot_engine: Engine, path: str, fields: dict[str, str]
) -> None:
    with db.writing(snapshot_engine) as session:
        given = {"title_en": "Draft", "title_es": "Borrador"}
        draft = texts.draft(session, OURS, "campaign", OURS, given, seen=0, by=ANA, now=db.utcnow())
        path = path.format(version=draft.id)
    before = contents(snapshot_engine)
    start = f"/c/{THEIRS}/organize"
    answer = post(ana, f"{start}/{path}", f"{start}/account", **fields)
    assert answer.status_code in (404, 409), answer.text
    assert contents(snapshot_engine) == before


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """All rows but those of a session that is seen."""
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name != "usersession"]
    with engine.connect() as connection:
        return {table.name: [tuple(row) for row in connection.execute(table.select())] for table in tables}


def test_what_is_noted_for_a_campaign_is_shown_in_it_alone(
    client: FlaskClient, snapshot_engine: Engine
) -> None:
    """The latest changes of a member's entries, and the counts of calls by office."""
    with db.writing(snapshot_engine) as session:
        for bill, words in (("hr6736-119", "ask the sheriff"), ("hr6618-119", "ask the mayor")):
            given = {"next_step": words}
            whip.save(session, bill, "C001091", given, version=0, by=ANA, now=db.utcnow())
        for about in ("hr6736-119", OURS, "hr6618-119", THEIRS, "hr1-119"):
            report = Report(about, "C001091", "washington", "talked", "undecided")
            outcomes.add(session, report, db.utcnow().date(), 1)
    staff = sign_in(client, snapshot_engine, "organizer")
    for slug, noted, about in (
        (OURS, "sheriff", {"hr6736-119", OURS, "hr1-119"}),
        (THEIRS, "mayor", {"hr6618-119", THEIRS, "hr1-119"}),
    ):
        page = staff.get(f"/c/{slug}/organize/members/C001091").text
        assert [words for words in ("sheriff", "mayor") if words in page] == [noted]
        lines = staff.get(f"/c/{slug}/organize/calls.csv").text.splitlines()[1:]
        assert {line.split(",")[0] for line in lines} == about


def test_a_page_about_a_bill_leads_to_its_campaign(client: FlaskClient, snapshot_engine: Engine) -> None:
    staff = sign_in(client, snapshot_engine, "organizer")
    for path in ("board?bill=hr6618-119", "bills/hr6618-119", "lists?bill=hr6618-119"):
        answer = staff.get(f"/organize/{path}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/{THEIRS}/organize/{path}")


def test_boards_lists_and_members_show_the_bills_of_their_campaign(
    client: FlaskClient, snapshot_engine: Engine
) -> None:
    staff = sign_in(client, snapshot_engine, "organizer")
    for path in ("board", "lists", "members/C001091"):
        ours, theirs = (staff.get(f"/c/{slug}/organize/{path}").text for slug in (OURS, THEIRS))
        assert "6736" in ours
        assert "6618" in theirs
        assert "6736" not in theirs.split("<main")[1].split("past")[0], path


def test_an_administrator_sets_the_campaigns_of_a_role(client: FlaskClient, snapshot_engine: Engine) -> None:
    admin = sign_in(client, snapshot_engine, "admin")
    with db.writing(snapshot_engine) as session:
        user, _link = users.add(session, ANA, "viewer", now=db.utcnow(), actor="tests")
    send(admin, f"/organize/users/{user.id}", act="role", role="organizer", campaigns=THEIRS)
    with db.reading(snapshot_engine) as session:
        found = users.by_email(session, ANA)
    assert found is not None
    assert (found.role, found.campaigns) == ("organizer", THEIRS)
    assert 'value="rural-homes" checked' in " ".join(admin.get("/organize/users").text.split())
    answer = post(
        admin, f"/organize/users/{user.id}", "/organize/account", act="role", role="organizer", campaigns="x"
    )
    assert answer.status_code == 404


def test_nobody_administers_one_campaign_alone(snapshot_engine: Engine) -> None:
    with db.writing(snapshot_engine) as session:
        user, _link = users.add(session, ANA, "viewer", now=db.utcnow(), actor="tests")
        with pytest.raises(Refused, match="An administrator is one of all campaigns"):
            users.set_role(session, user, "admin", campaigns=[THEIRS], by=None, now=db.utcnow())
