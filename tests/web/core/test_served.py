"""Several campaigns on one installation: each at its own addresses, with nothing of one on pages of another."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from copies import copy_of
from flask.testing import FlaskClient
from organizer_client import sign_in
from pydantic import ValidationError
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import db
from campaign.app import create_app
from campaign.mailing import senders
from campaign.mailing.models import Subscriber
from campaign.organizing import campaign_file, campaign_setup
from campaign.proposals import campaigns
from campaign.settings import Settings

OURS, THEIRS = "us-guns-abroad", "rural-homes"
NAMES_OF_HOMES = re.compile('Homes Act|Ley de Vivienda|Homes for rural|Viviendas para|"proposal": ?"homes')
# Whom the invented campaign asks: on a bill that the shipped record holds for its number alone.
HOMES = b"""\
campaign: rural-homes
title: {en: Homes for rural America, es: Viviendas para el campo}
summary: {en: One bill for rural homes., es: Un proyecto para el campo.}
proposals:
  - slug: homes-act
    name: {en: Homes Act, es: Ley de Vivienda}
    bills: [{bill: hr6618-119}]
facts:
  - id: homes-fact
    recorded: 2026-05-01
    text: {en: Homes are few., es: Hay pocas viviendas.}
    source: {en: A report, es: Un informe}
"""


@pytest.fixture
def snapshot_engine(snapshot_engine: Engine, tmp_path: Path, clock: None) -> Iterator[Engine]:
    """The shipped campaign with a second one beside it."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        with db.writing(engine) as session:
            campaign_setup.take(session, campaign_file.read(HOMES), by="x", now=db.utcnow(), state="live")
        yield engine


def state(engine: Engine, slug: str, to: str) -> None:
    with db.writing(engine) as session:
        campaigns.set_state(session, slug, to, by="x", now=db.utcnow())


@pytest.mark.parametrize(
    ("lang", "title"), [("", "Homes for rural America"), ("/es", "Viviendas para el campo")]
)
def test_the_front_lists_the_live_campaigns_each_with_its_address(
    client: FlaskClient, lang: str, title: str
) -> None:
    front = client.get(f"{lang}/").text
    assert title in front
    assert f'href="/c/{THEIRS}{lang}/"' in front
    assert f'href="/c/{OURS}{lang}/"' in front


@pytest.mark.parametrize("other", ["draft", "archived"])
def test_the_only_live_campaign_is_the_front(client: FlaskClient, snapshot_engine: Engine, other: str) -> None:
    state(snapshot_engine, OURS, other)
    front = client.get("/").text
    assert "<h1>Homes for rural America" in front
    assert "ARMAS" not in front


def test_pages_of_a_campaign_hold_nothing_of_the_other_and_link_to_their_own(client: FlaskClient) -> None:
    for path in ("/", "/find", "/act/TX-20", "/bills", "/subscribe", "/sheet", "/feeds/changes.atom"):
        theirs = client.get(f"/c/{THEIRS}{path}")
        assert theirs.status_code == 200
        assert "ARMAS" not in theirs.text, path
        assert "/c/us-guns-abroad/" not in theirs.text, path
        ours = client.get(f"/c/{OURS}{path}")
        assert "Homes" not in ours.text, path
    assert 'href="/c/rural-homes/find"' in client.get(f"/c/{THEIRS}/").text


def test_addresses_without_a_name_are_those_of_the_first_campaign(client: FlaskClient) -> None:
    assert "ARMAS" in client.get("/act/TX-20").text
    assert "Homes" not in client.get("/act/TX-20").text


def test_a_proposal_of_another_campaign_is_shown_there(client: FlaskClient) -> None:
    answer = client.get("/proposals/homes-act")
    assert (answer.status_code, answer.location) == (302, f"/c/{THEIRS}/proposals/homes-act")
    back = client.get(f"/c/{THEIRS}/es/proposals/armas-act")
    assert back.location == f"/c/{OURS}/es/proposals/armas-act"


NAMED = (
    "/bills/hr6618-119",
    "/es/bills/hr6618-119",
    "/proposals/homes-act",
    "/feeds/proposals/homes-act.atom",
    "/es/feeds/bills/hr6618-119.json",
    "/embed/count/proposals/homes-act",
    "/es/embed/chart/bills/hr6618-119",
    "/oembed?url=http://localhost/proposals/homes-act",
    "/api/v1/proposals/homes-act",
    "/api/v1/bills/hr6618-119",
)


@pytest.mark.parametrize("path", NAMED)
def test_a_draft_is_named_at_its_own_address_alone(
    client: FlaskClient, snapshot_engine: Engine, path: str
) -> None:
    """The record of its bill is public; what the draft makes of it is not."""
    state(snapshot_engine, THEIRS, "draft")
    for start in ("", f"/c/{OURS}"):
        answer = client.get(start + path)
        assert answer.status_code == (200 if "6618" in path else 404), start
        assert not NAMES_OF_HOMES.search(answer.text), start
    assert client.get("/proposals/homes-act/picture.png").status_code == 404


@pytest.mark.parametrize("lang", ["", "/es"])
def test_only_a_campaigns_own_bills_invite_to_ask(client: FlaskClient, lang: str) -> None:
    invitation = f'href="{lang}/find">{"Pídaselo a sus legisladores" if lang else "Ask your members"}'
    assert invitation in client.get(f"{lang}/bills/hr6736-119").text
    assert invitation not in client.get(f"{lang}/bills/hr6618-119").text


def test_the_interface_is_the_campaigns(client: FlaskClient) -> None:
    def names(path: str, list_of: str, key: str) -> list[str]:
        return [row[key] for row in client.get(path).json[list_of]]  # type: ignore[index]

    assert names(f"/c/{THEIRS}/api/v1/proposals", "proposals", "proposal") == ["homes-act"]
    assert names(f"/c/{THEIRS}/api/v1/bills", "bills", "bill") == ["hr6618-119"]
    assert "hr6736-119" in names("/api/v1/bills", "bills", "bill")
    assert "hr6618-119" not in names("/api/v1/bills", "bills", "bill")


@pytest.mark.parametrize("path", ["/c/nothing/", "/c/nothing/act/TX-20", "/c/nothing/es/", "/c/Nothing/"])
def test_an_unknown_campaign_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_draft_beside_a_live_campaign_is_open_to_organizers_alone(
    client: FlaskClient, snapshot_engine: Engine
) -> None:
    state(snapshot_engine, THEIRS, "draft")
    assert client.get(f"/c/{THEIRS}/").status_code == 404
    assert client.get(f"/c/{THEIRS}/act/TX-20").status_code == 404
    organizer = sign_in(client, snapshot_engine, "organizer")
    shown = organizer.get(f"/c/{THEIRS}/act/TX-20")
    assert shown.status_code == 200
    assert "Homes Act" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"


def test_words_are_edited_at_the_campaigns_own_desk(client: FlaskClient, snapshot_engine: Engine) -> None:
    organizer = sign_in(client, snapshot_engine, "organizer")
    page = organizer.get(f"/c/{THEIRS}/organize/words").text
    assert "Homes are few." in page
    assert "ARMAS" not in page
    assert f'href="/c/{OURS}/organize/words"' in organizer.get("/organize/campaigns").text
    assert organizer.get(f"/c/{THEIRS}/organize/words/proposal/armas-act").status_code == 404
    assert organizer.get(f"/c/{THEIRS}/organize/words/wording/points-armas-act").status_code == 404


@pytest.mark.parametrize("path", ["/organize/actions/new?kind=petition", "/es/organize/readers/import"])
@pytest.mark.parametrize("start", ["", f"/c/{THEIRS}"])
@pytest.mark.parametrize("root", ["", "/below"])
def test_signing_in_leads_back_to_the_page_of_the_same_campaign(
    client: FlaskClient, snapshot_engine: Engine, root: str, start: str, path: str
) -> None:
    below = {"SCRIPT_NAME": root}
    door = client.get(start + path, environ_overrides=below).location
    assert door.startswith(f"{root}{start}")
    sign_in(client, snapshot_engine, "admin")
    back = client.get(door.removeprefix(root), environ_overrides=below)
    assert (back.status_code, back.location) == (303, root + start + path)


def signed_up(client: FlaskClient, engine: Engine, path: str, **form: str) -> tuple[str, str]:
    """The campaign and the proposals of a reader who signs up at a page."""
    client.post(path, data={"email": f"{len(path)}@readers-host.org", "language": "en", **form})
    with db.reading(engine) as session:
        newest = session.exec(select(Subscriber).order_by(col(Subscriber.id).desc())).first()
    assert newest is not None
    return newest.campaign, newest.proposals


def test_who_signs_up_on_a_campaigns_page_gets_that_campaigns_mail(
    client: FlaskClient, snapshot_engine: Engine
) -> None:
    assert signed_up(client, snapshot_engine, f"/c/{THEIRS}/subscribe") == (THEIRS, "")
    assert signed_up(client, snapshot_engine, "/subscribe") == (OURS, "")
    assert signed_up(client, snapshot_engine, "/es/subscribe", proposals="armas-act") == (OURS, "armas-act")


# --- a host of its own ---

OWN = {"base_url": "https://homes.test-host.org"}
WITH_HOST = Settings(
    secret_key="x" * 40,
    geocoder_url="",
    base_url="https://campaign.test-host.org",
    hosts=f"homes.test-host.org={THEIRS}",
)


@pytest.fixture
def hosted(snapshot_engine: Engine) -> FlaskClient:
    """The second campaign has a host name of its own."""
    return create_app(WITH_HOST, engine=snapshot_engine).test_client()


@pytest.mark.parametrize("lang", ["", "/es"])
def test_a_host_of_its_own_shows_one_campaign_without_a_prefix(hosted: FlaskClient, lang: str) -> None:
    for path in ("/", "/bills", "/act/TX-20", "/feeds/changes.atom"):
        page = hosted.get(f"{lang}{path}", **OWN)
        assert page.status_code == 200, path
        assert "ARMAS" not in page.text, path
        assert "/c/" not in page.text, path
        assert "https://campaign.test-host.org" not in page.text, path
    assert "ARMAS" in hosted.get(f"/c/{OURS}{lang}/", **OWN).text


def test_the_installations_host_goes_on_as_before(hosted: FlaskClient) -> None:
    front = hosted.get("/", base_url="https://campaign.test-host.org").text
    assert f'href="/c/{THEIRS}/"' in front
    assert hosted.get("/", base_url="https://other.test-host.org").status_code == 400


def test_mail_leads_to_the_host(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        found = {slug: senders.of_answers(session, WITH_HOST, slug).base_url for slug in (OURS, THEIRS)}
    assert found == {OURS: f"https://campaign.test-host.org/c/{OURS}", THEIRS: "https://homes.test-host.org"}


@pytest.mark.parametrize("wrong", ["homes.test-host.org", "=rural-homes", "a b=c", "https://x.org=c"])
def test_a_host_without_its_campaign_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError, match="is no host with its campaign"):
        Settings(hosts=wrong)
