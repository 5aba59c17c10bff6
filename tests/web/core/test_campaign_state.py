"""What the state of a campaign does to the pages that everybody reads."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from copies import copy_of
from flask.testing import FlaskClient
from organizer_client import reader, shared_app
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.models import Bill
from campaign.organizing import campaign_setup
from campaign.proposals import campaigns
from campaign.proposals.kinship import GOOD
from campaign.proposals.models import Kinship

OURS, CALL = "us-guns-abroad", "member=C001091"
SEAT = "/act/TX-20"
# Before a Congress has its bills.
FEBRUARY = datetime(2027, 2, 1, 15, tzinfo=UTC)
INVITATIONS = (">Ask your members<", "You can ask members", ">Pídaselo a sus", "Puede pedir a sus")


@pytest.fixture
def snapshot_engine(snapshot_engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        yield engine


def put(engine: Engine, state: str) -> None:
    with db.writing(engine) as session:
        campaigns.set_state(session, OURS, state, by="ana@example.org", now=db.utcnow())


@pytest.fixture(scope="module")
def draft(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The shipped campaign as a draft, which no test changes."""
    with copy_of(snapshot_template, tmp_path_factory.mktemp("draft")) as engine:
        put(engine, "draft")
        yield engine


@pytest.mark.parametrize("path", ["/", "/bills", "/bills/hr6736-119", SEAT, f"{SEAT}?{CALL}", "/find"])
def test_a_draft_is_not_open_yet_but_for_organizers(draft: Engine, clock: None, path: str) -> None:
    anybody = shared_app(draft).test_client()
    closed, spanish = anybody.get(path), anybody.get(f"/es{path}")
    assert (closed.status_code, spanish.status_code) == (404, 404)
    assert "Not open yet" in closed.text
    assert "Todavía no está abierta" in spanish.text
    assert "only organizers" not in closed.text
    seen = reader(draft, "viewer").get(path)
    if CALL not in path:
        assert seen.status_code == 200
        assert "only organizers can see this page" in seen.text
    assert seen.headers["Cache-Control"] == "no-store"
    assert anybody.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/privacy", "/data", "/preferences"])
def test_what_is_ones_own_stays_open(draft: Engine, clock: None, path: str) -> None:
    assert shared_app(draft).test_client().get(path).status_code == 200


@pytest.mark.parametrize(
    ("state", "english", "spanish", "calls"),
    [
        ("live", "", "", True),
        ("won", "has reached its goal", "logró su meta", True),
        ("paused", "campaign is paused", "campaña está en pausa", False),
        ("archived", "campaign has ended", "campaña terminó", False),
    ],
)
def test_a_state_is_said_on_every_page_and_ends_the_calls(
    client: FlaskClient, snapshot_engine: Engine, state: str, english: str, spanish: str, calls: bool
) -> None:
    put(snapshot_engine, state)
    for path in ("/", "/bills/hr6736-119", SEAT):
        assert english in client.get(path).text
        assert spanish in client.get(f"/es{path}").text
    assert (f"{SEAT}?{CALL}" in client.get(SEAT).text) is calls
    assert ('action="/find"' in client.get("/").text) is calls
    assert (client.get(f"{SEAT}?{CALL}").status_code == 200) is calls
    assert (client.get(f"{SEAT}/kit").status_code == 200) is calls


def invited(client: FlaskClient, path: str) -> bool:
    """Whether a page invites to ask; each language says what the other says."""
    said = {any(each in client.get(lang + path).text for each in INVITATIONS) for lang in ("", "/es")}
    assert len(said) == 1
    return said.pop()


@pytest.mark.parametrize("state", ["live", "paused", "archived"])
def test_no_page_invites_to_ask_while_nothing_is_asked(
    client: FlaskClient, snapshot_engine: Engine, state: str
) -> None:
    put(snapshot_engine, state)
    for path in ("/bills/hr6736-119", "/proposals/armas-act"):
        assert invited(client, path) is (state == "live")
    with time_machine.travel(FEBRUARY, tick=False):
        later = shared_app(snapshot_engine).test_client()
        for path in ("/", "/bills", "/proposals/armas-act"):
            assert invited(later, path) is (state == "live")


@pytest.mark.parametrize("state", ["live", "paused"])
def test_where_nothing_can_be_said_of_a_proposal_nothing_is(
    client: FlaskClient, snapshot_engine: Engine, state: str
) -> None:
    """A likely bill waits for a decision: no notice says that there is none, and an empty one says nothing."""
    put(snapshot_engine, state)
    with db.writing(snapshot_engine) as session:
        session.add(Bill(id="hr7-120", congress=120, type="hr", number=7, title="A likely bill"))
        session.flush()
        session.add(Kinship(bill="hr7-120", proposal="armas-act", state="suggested", score=GOOD))
    with time_machine.travel(FEBRUARY, tick=False):
        page = shared_app(snapshot_engine).test_client().get("/proposals/armas-act").text
    main = page.partition("<main")[2].partition("</main>")[0]
    assert ('<p class="notice">' in main) is (state == "live")


def test_a_draft_copy_changes_nothing_for_the_public(client: FlaskClient, snapshot_engine: Engine) -> None:
    before = [client.get(path).text for path in ("/", SEAT)]
    with db.writing(snapshot_engine) as session:
        campaign_setup.duplicate(session, OURS, "a-next-round", by="ana@example.org", now=db.utcnow())
        copy = campaigns.campaign_proposals(session, "a-next-round")[0].slug
    assert [client.get(path).text for path in ("/", SEAT)] == before
    assert client.get(f"/proposals/{copy}", follow_redirects=True).status_code == 404


# --- the same as JSON ------------------------------------------------------------------------------

API, SCRIPT, MEMBER = "/api/v1", "/scripts?bill=s367-119&member=C001098", "/members/C001098"
RECORD = [
    "/proposals", "/proposals/armas-act", "/bills", "/bills/hr6736-119", "/bills/hr6736-119/votes", "/changes",
    "/find?zip=78207", "/calls", "/calendar", "/scorecard", MEMBER,
]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "record", "script", "asks"),
    [
        ("live", 200, 200, ["s3508-119", "s367-119"]),
        ("won", 200, 200, ["s3508-119", "s367-119"]),
        ("paused", 200, 404, []),
        ("archived", 200, 404, []),
        ("draft", 404, 404, None),
    ],
)
def test_a_program_is_told_what_the_pages_of_a_state_tell(
    client: FlaskClient, snapshot_engine: Engine, state: str, record: int, script: int, asks: list[str] | None
) -> None:
    put(snapshot_engine, state)
    statuses = {path: client.get(API + path).status_code for path in (*RECORD, SCRIPT)}
    assert statuses == {**dict.fromkeys(RECORD, record), SCRIPT: script}
    standings = client.get(API + MEMBER).json.get("standings")
    assert (standings and sorted(each["bill"] for each in standings)) == asks
    assert client.get(f"{API}/campaigns").json["campaigns"] == [] or state == "live"
    assert client.get(f"{API}/openapi.json").status_code == 200


@pytest.mark.parametrize("state", ["draft", "paused"])
def test_a_script_that_is_refused_says_why(client: FlaskClient, snapshot_engine: Engine, state: str) -> None:
    put(snapshot_engine, state)
    error = client.get(API + SCRIPT).json["error"]
    why = "still preparing" if state == "draft" else "The campaign for S. 367 is not active now"
    assert why in error["message"]


def test_a_draft_beside_a_live_campaign_is_left_out(client: FlaskClient, snapshot_engine: Engine) -> None:
    put(snapshot_engine, "draft")
    with db.writing(snapshot_engine) as session:
        campaigns.add_campaign(session, "water", title_en="Clean water", title_es="Agua limpia")
    assert client.get(f"{API}/proposals").json == {"proposals": []}
    assert client.get(f"{API}/bills").json == {"bills": []}
    assert client.get(API + MEMBER).json["standings"] == []
    assert client.get(f"{API}/proposals/armas-act").status_code == 404
    assert client.get(API + SCRIPT).status_code == 404
    assert client.get(f"/c/{OURS}{API}/proposals").status_code == 404
    # The record of a bill is Congress's; whose proposal it is, is the draft's.
    found = client.get(f"{API}/bills/hr6736-119").json
    assert (found["bill"], found["proposal"]) == ("hr6736-119", None)
