"""Two campaigns of one installation: each has readers, editions, a sender and pages of its own."""

import email
import re
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import db
from campaign.app import create_app
from campaign.mailing import policy
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import building, lifecycle
from campaign.mailing.models import Edition, Subscriber, Suppression
from campaign.mailing.returned import bounces
from campaign.mailing.returned.bounces import Finding
from campaign.proposals import campaigns
from campaign.proposals.models import Campaign, Kinship
from campaign.refusals import Refused
from campaign.settings import Settings

from mondays import CAMPAIGN, MONDAY, Clock  # isort: skip
from smtp_sink import Box  # isort: skip
from week import prepare, see  # isort: skip
from jobs import build_editions

Make = Callable[..., Any]
HOMES = "rural-homes"
EMAIL = "maria@readers-host.org"


@pytest.fixture
def two(engine: Engine) -> Engine:
    """The campaign of ``week`` and one about homes, whose bill did not move."""
    prepare(engine)
    with db.writing(engine) as session:
        campaigns.add_campaign(session, HOMES, title_en="Rural homes", title_es="Viviendas")
        homes = session.get_one(Campaign, HOMES)
        homes.organization, homes.contact = "Homes Coalition", "hola@homes-host.org"
        homes.postal_address = "1 Main Street, Lubbock, TX 79401"
        for slug, name in (("rural-housing", "Rural Housing Act"), ("fair-rent", "Fair Rent Act")):
            campaigns.add_proposal(session, slug, campaign=HOMES, name_en=name, name_es=f"{name} en español")
        session.merge(policy.policy(session).model_copy(update={"quiet_week": "note", "per_second": 0}))
    return engine


def opened(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


@pytest.fixture
def mails(two: Engine, settings: Settings, readers: Make, outbox: Make, box: Box) -> dict[str, EmailMessage]:
    """The digest of one week to somebody who reads both, by campaign."""
    for campaign in (CAMPAIGN, HOMES):
        readers(EMAIL, seat="TX-20", campaign=campaign)
    see(two, joined={"C001091": date(2026, 6, 20)}, read_at=MONDAY.replace(day=20))
    said = build_editions.run(two, settings, now=MONDAY).summary
    assert said.count("waits for approval") == 2
    with db.reading(two) as session:
        built = {row.campaign: row.id or 0 for row in session.exec(select(Edition))}
    for edition in built.values():
        assert lifecycle.publish(two, settings, edition, by="tests", now=MONDAY) == 1
    deliver(outbox())
    return {str(message["List-Id"]): message for message in map(opened, (raw for _, _, raw in box.messages))}


_sent: dict[str, dict[str, EmailMessage]] = {}


@pytest.fixture
def sent(engine: Engine, request: pytest.FixtureRequest) -> dict[str, EmailMessage]:
    """``mails`` as they were sent once from each kind of database, for tests that only read them."""
    kind = engine.dialect.name
    if kind not in _sent:
        _sent[kind] = request.getfixturevalue("mails")
    return _sent[kind]


def test_both_send_a_digest_of_their_own(sent: dict[str, EmailMessage]) -> None:
    ours, homes = sent["<guns.campaign-host.org>"], sent["<rural-homes.campaign-host.org>"]
    assert len(sent) == 2
    assert "ARMAS" in text_of(ours)
    assert "Rural Housing" not in text_of(ours)
    assert "A QUIET WEEK" in text_of(homes)
    assert "ARMAS" not in text_of(homes)
    assert homes["From"] == "Homes Coalition <news@campaign-host.org>"
    assert homes["Reply-To"] == "hola@homes-host.org"
    assert "1 Main Street, Lubbock" in text_of(homes)
    assert "P.O. Box 123, Austin" in text_of(ours)
    assert ours["From"] == "Campaña ARMAS <news@campaign-host.org>"


@pytest.mark.parametrize(("offered", "said"), [("en", "A QUIET WEEK"), ("es", "SEMANA TRANQUILA")])
def test_a_campaign_in_one_language_writes_in_that_one(
    two: Engine, settings: Settings, readers: Make, outbox: Make, box: Box, offered: str, said: str
) -> None:
    """Whoever reads another language, since before it was given up, gets the one there is."""
    with db.writing(two) as session:
        session.get_one(Campaign, HOMES).languages = offered
    for number, language in enumerate(("en", "es")):
        readers(f"{number}@readers-host.org", language=language, seat="TX-20", campaign=HOMES)
    build_editions.run(two, settings, now=MONDAY)
    with db.reading(two) as session:
        edition = session.exec(select(Edition).where(Edition.campaign == HOMES)).one().id or 0
    building.set_note(
        two, settings, edition, *("Hola." if lang == offered else "" for lang in ("en", "es")), now=MONDAY
    )
    assert lifecycle.publish(two, settings, edition, by="tests", now=MONDAY) == 2
    deliver(outbox())
    texts = [text_of(opened(raw)) for _, _, raw in box.messages]
    assert len(texts) == 2
    for text in texts:
        assert said in text
        assert "Hola." in text
        links = re.findall(rf"/c/{HOMES}(/\S*)", text)
        assert [link.startswith("/es/") for link in links] == [offered == "es"] * len(links)


@pytest.mark.parametrize("offered", ["en", "es"])
def test_single_mails_are_in_the_language_offered(
    two: Engine, settings: Settings, readers: Make, outbox: Make, box: Box, clock: Clock, offered: str
) -> None:
    with db.writing(two) as session:
        session.get_one(Campaign, HOMES).languages = offered
    readers(EMAIL, language="es" if offered == "en" else "en", campaign=HOMES)
    client = create_app(settings.model_copy(update={"base_url": "http://localhost"}), engine=two).test_client()
    start = "/es" if offered == "es" else ""
    with time_machine.travel(clock.at, tick=False):
        client.post(f"/c/{HOMES}{start}/preferences", data={"email": EMAIL})
        deliver(outbox())
        link = re.search(rf"(/c/{HOMES}\S*/preferences/\S+)", text_of(opened(box.messages[-1][2])))
        assert link
        assert link[1].startswith(f"/c/{HOMES}{start}/preferences/")
        page = client.get(link[1]).text
        assert 'name="language"' not in page.partition("</main>")[0]
        client.post(link[1], data={"action": "save", "seat": "TX-20"})
    with db.reading(two) as session:
        assert session.exec(select(Subscriber.language)).all() == [offered]


def test_every_link_of_a_mail_leads_to_its_campaign(sent: dict[str, EmailMessage]) -> None:
    for slug, message in (
        ("guns", sent["<guns.campaign-host.org>"]),
        (HOMES, sent["<rural-homes.campaign-host.org>"]),
    ):
        links = re.findall(r"https://campaign\.test-host\.org(/\S*)", text_of(message))
        assert links
        assert all(link.startswith(f"/c/{slug}/") for link in links), links
        assert f"/c/{slug}/unsubscribe/" in message["List-Unsubscribe"]


def states(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        return {row.campaign: row.state for row in session.exec(select(Subscriber))}


def test_who_stops_one_digest_goes_on_reading_the_other(
    two: Engine, settings: Settings, mails: dict[str, EmailMessage], clock: Clock
) -> None:
    client = create_app(settings, engine=two).test_client()
    link = re.search(r"<https://[^/]+(/[^>]+)>", mails["<rural-homes.campaign-host.org>"]["List-Unsubscribe"])
    assert link
    with time_machine.travel(clock.at, tick=False):
        answer = client.post(link[1], data={"List-Unsubscribe": "One-Click"}, base_url=settings.base_url)
    assert answer.status_code == 200
    assert states(two) == {CAMPAIGN: "confirmed", HOMES: "stopped"}
    with db.reading(two) as session:
        barred = session.exec(select(Suppression)).one()
    assert (barred.campaign, barred.reason) == (HOMES, "unsubscribed")


@pytest.mark.parametrize(
    ("kind", "known", "after"),
    [
        # Of which copy a provider speaks is known: only that campaign's reader is stopped.
        ("complaint", True, {CAMPAIGN: "confirmed", HOMES: "stopped"}),
        # It names the address alone: whoever complains of mail gets none.
        ("complaint", False, {CAMPAIGN: "stopped", HOMES: "stopped"}),
    ],
)
def test_a_complaint_stops_what_it_is_about(
    two: Engine, settings: Settings, readers: Make, kind: str, known: bool, after: dict[str, str]
) -> None:
    for campaign in (CAMPAIGN, HOMES):
        readers(EMAIL, campaign=campaign)
    keys = Keys(settings)
    of = (HOMES,) if known else ("", CAMPAIGN, HOMES)
    with db.writing(two) as session:
        finding = Finding("complaint", None, bounces.reader_keys(keys, of, EMAIL))
        assert bounces.record(session, finding, "event-1", now=MONDAY)
    assert states(two) == after


def test_nobody_can_tell_from_what_is_stored_who_reads_both(
    two: Engine, settings: Settings, readers: Make
) -> None:
    for campaign in (CAMPAIGN, HOMES):
        readers(EMAIL, campaign=campaign)
    with db.reading(two) as session:
        keys = list(session.exec(select(Subscriber.key)))
    assert len(set(keys)) == 2
    address = read_address(EMAIL)
    assert {Keys(settings).of(address, slug) for slug in (CAMPAIGN, HOMES)} == set(keys)


@pytest.fixture
def client(two: Engine, settings: Settings) -> FlaskClient:
    return create_app(settings.model_copy(update={"base_url": "http://localhost"}), engine=two).test_client()


def test_one_signs_up_for_each_and_chooses_among_its_proposals(
    two: Engine, client: FlaskClient, outbox: Make, box: Box, clock: Clock
) -> None:
    with time_machine.travel(clock.at, tick=False):
        for campaign in (CAMPAIGN, HOMES):
            assert client.post(f"/c/{campaign}/subscribe", data={"email": EMAIL}).status_code == 200
        deliver(outbox())
        for _, _, raw in box.messages:
            link = re.search(r"(/c/[a-z-]+/confirm/\S+)", text_of(opened(raw)))
            assert link
            assert client.post(link[1]).status_code == 200
        assert states(two) == {CAMPAIGN: "confirmed", HOMES: "confirmed"}
        client.post(f"/c/{HOMES}/preferences", data={"email": EMAIL})
        deliver(outbox())
        link = re.search(r"(/c/[a-z-]+/preferences/\S+)", text_of(opened(box.messages[-1][2])))
        assert link
        page = client.get(link[1]).text
    assert link[1].startswith(f"/c/{HOMES}/")
    assert "Rural Housing Act" in page
    assert "ARMAS" not in page


def test_a_silent_campaign_writes_to_nobody(two: Engine, settings: Settings, readers: Make) -> None:
    readers(EMAIL, campaign=HOMES)
    with db.writing(two) as session:
        campaigns.set_state(session, HOMES, "paused", by="tests", now=MONDAY)
    build_editions.run(two, settings, now=MONDAY)
    with db.reading(two) as session:
        assert [row.campaign for row in session.exec(select(Edition).order_by(col(Edition.id)))] == [CAMPAIGN]
    with pytest.raises(Refused, match="is paused: its readers get no mail") as refused:
        building.build(two, settings, HOMES, now=MONDAY)
    state = f"El estado de la campaña «{HOMES}» es «en pausa»"
    assert refused.value.es == f"{state}: sus lectores no reciben correo."


def test_a_campaign_that_cannot_be_built_does_not_keep_the_other_from_it(
    two: Engine, settings: Settings, readers: Make
) -> None:
    """The installation has no postal address; only one campaign has its own."""
    bare = settings.model_copy(update={"postal_address": ""})
    said = build_editions.run(two, bare, now=MONDAY).summary
    assert f"{CAMPAIGN}: nothing, The digest is not sent" in said
    assert f"{HOMES}: the digest of 2026-W26" in said


def test_news_told_by_one_campaign_are_still_news_to_the_other(
    two: Engine, settings: Settings, readers: Make
) -> None:
    see(two, joined={"C001091": date(2026, 6, 20)}, read_at=MONDAY.replace(day=20))
    with db.writing(two) as session:
        campaigns.add_proposal(session, "arms-too", campaign=HOMES, name_en="Arms too", name_es="Armas también")
        kin = session.exec(select(Kinship)).first()
        assert kin is not None
        session.add(Kinship(**{**kin.model_dump(), "proposal": "arms-too"}))
    told = []
    for campaign in (CAMPAIGN, HOMES):
        readers("a@readers-host.org", campaign=campaign)
        built = building.build(two, settings, campaign, now=MONDAY)
        lifecycle.publish(two, settings, built.edition, by="tests", now=MONDAY)
        with db.reading(two) as session:
            told.append(session.get_one(Edition, built.edition).quiet)
    assert told == [False, False]
