"""Taking part in an action by mail: confirmed once, counted once, taken back; the reminder of a pledge."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel, select

from campaign import db
from campaign.actions import editing, signatures
from campaign.actions.models import CampaignAction, Signature, Target
from campaign.actions.signatures import Entry
from campaign.app import create_app
from campaign.mailing import askings, signing
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.models import Delivery, Subscriber, Suppression
from campaign.mailing.readers import subscribers
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.proposals import campaigns
from campaign.settings import Settings
from jobs import deliver_mail, remind_pledges

from mondays import CAMPAIGN, MONDAY, Clock  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]
EMAIL = "Maria.Lopez@readers-host.org"
FORM = {"email": EMAIL, "name": "María López", "town": "Austin", "organization": "Wells for all"}
TODAY = MONDAY.astimezone(ZoneInfo("America/New_York")).date()


@pytest.fixture
def client(engine: Engine, settings: Settings) -> FlaskClient:
    here = settings.model_copy(update={"base_url": "http://localhost"})
    return create_app(here, engine=engine).test_client()


@pytest.fixture(autouse=True)
def monday(clock: Clock) -> Any:
    """The pages' clock is the tests' own."""
    with time_machine.travel(clock.at, tick=False) as moving:
        yield moving


@pytest.fixture
def opened(engine: Engine) -> Callable[..., int]:
    """An open action of a kind; its number."""

    def make(kind: str, **more: Any) -> int:
        with db.writing(engine) as session:
            campaigns.add_campaign(session, CAMPAIGN, title_en="Arms", title_es="Armas")
            action = CampaignAction(
                campaign=CAMPAIGN, slug=kind, kind=kind, title_en="Clean water", title_es="Agua limpia",
                text_en="We ask.", text_es="Pedimos.", day=TODAY, state="open", **more,
            )  # fmt: skip
            session.add(action)
            session.flush()
            return editing.number(action)

    return make


def mail_in(box: Box) -> str:
    return str(box.messages[-1][2].replace(b"=\r\n", b"").decode())


def link_in(box: Box) -> str:
    found = re.search(r"(/(?:es/)?signature/[A-Za-z0-9_-]+)", mail_in(box))
    assert found, mail_in(box)
    return found[1]


def count(engine: Engine, number: int) -> int:
    with db.reading(engine) as session:
        action = session.get_one(CampaignAction, number)
        assert action.counted == signatures.counts(session, [action])[number].counted
        return action.counted


def everything(engine: Engine) -> str:
    """All rows of all tables as text."""
    with engine.connect() as connection:
        tables = SQLModel.metadata.tables.values()
        return str([[tuple(row) for row in connection.execute(sa.select(table))] for table in tables])


def ask(engine: Engine, keys: Keys, number: int, clock: Clock, email: str = EMAIL, ip: str = "") -> str:
    with db.writing(engine) as session:
        action = session.get_one(CampaignAction, number)
        return signing.sign(session, keys, action, email, Entry("María", organization="x"), ip=ip, now=clock())


@pytest.mark.parametrize(
    ("kind", "start"), [("petition", ""), ("signon", "/es"), ("pledge", "/es"), ("letter", "")]
)
def test_it_counts_once_it_is_confirmed_and_until_it_is_taken_back(
    engine: Engine, client: FlaskClient, outbox: Make, box: Box, opened: Make, kind: str, start: str
) -> None:
    number = opened(kind)
    page = f"{start}/actions/{kind}"
    answer = client.post(page, data={**FORM, "show_name": "yes"})
    assert answer.status_code == 200
    assert EMAIL not in answer.text
    assert deliver(outbox()).counts == {"sent": 1}
    link = link_in(box)
    assert link.startswith(f"{start}/signature/")
    assert ("Agua limpia" if start else "Clean water") in mail_in(box)
    assert "Wells for all" not in mail_in(box)
    for look in (client.get, client.head):
        assert look(link).status_code == 200
    assert count(engine, number) == 0
    for _ in range(2):
        assert client.post(link, data={"action": "confirm"}).status_code == 200
    if kind == "signon":
        assert count(engine, number) == 0
        with db.writing(engine) as session:
            signatures.approve(session, session.exec(select(Signature)).one(), now=MONDAY)
    assert count(engine, number) == 1
    assert "María López" in client.get(page).text
    client.post(page, data={**FORM, "email": "MARIA.LOPEZ+again@readers-host.org", "name": "Other"})
    assert deliver(outbox()).counts == {"sent": 1}
    assert link_in(box) == link
    assert count(engine, number) == 1
    assert "María López" in client.get(page).text
    assert client.post(link, data={"action": "withdraw"}).status_code == 200
    assert count(engine, number) == 0
    kept = everything(engine)
    assert "Lopez" not in kept
    assert "María" not in kept
    assert "María López" not in client.get(page).text
    assert client.post(link, data={"action": "confirm"}).status_code == 200
    assert count(engine, number) == 0


@pytest.mark.parametrize("start", ["", "/es"])
@pytest.mark.parametrize(("state", "invited"), [("live", True), ("paused", False)])
def test_who_looks_at_their_pledge_on_its_day_is_sent_to_call_if_anything_is_asked(
    engine: Engine,
    client: FlaskClient,
    outbox: Make,
    box: Box,
    opened: Make,
    state: str,
    invited: bool,
    start: str,
) -> None:
    opened("pledge")
    client.post(f"{start}/actions/pledge", data=FORM)
    deliver(outbox())
    link = link_in(box)
    client.post(link, data={"action": "confirm"})
    with db.writing(engine) as session:
        campaigns.set_state(session, CAMPAIGN, state, by="x", now=MONDAY)
    page = client.get(link).text
    assert ("Gracias. Ya cuenta." if start else "Thank you. It counts.") in page
    assert (("Hoy es el día" if start else "Today is the day") in page) is invited


@pytest.mark.parametrize("start", ["", "/es"])
def test_whoever_asks_gets_the_same_answer_and_what_was_typed_stays(
    engine: Engine, keys: Keys, client: FlaskClient, clock: Clock, opened: Make, start: str
) -> None:
    number = opened("petition")
    with db.writing(engine) as session:
        gone = keys.of(read_address("gone@readers-host.org"), CAMPAIGN)
        session.add(Suppression(key=gone, campaign=CAMPAIGN, reason="complaint", since=MONDAY))
    ask(engine, keys, number, clock, "known@readers-host.org")
    page = f"{start}/actions/petition"
    names = ("new", "known", "gone")
    sent = [client.post(page, data={**FORM, "email": f"{name}@readers-host.org"}) for name in names]
    assert len({(answer.status_code, answer.data) for answer in sent}) == 1
    with db.reading(engine) as session:
        assert gone not in session.exec(select(Signature.key)).all()
    for wrong in ({"email": "nobody"}, {"name": " "}, {"name": "x" * 81}, {"town": "y" * 81}):
        answer = client.post(page, data={**FORM, "show_name": "yes", **wrong})
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert 'id="show_name" name="show_name" value="yes" checked' in answer.text
    assert client.post(page, data={**FORM, "website": "https://spam"}).status_code == 200
    with db.reading(engine) as session:
        assert len(session.exec(select(Signature)).all()) == 2


def test_caps_of_an_address_and_of_a_place(
    engine: Engine, keys: Keys, clock: Clock, client: FlaskClient, opened: Make, monkeypatch: Any
) -> None:
    number = opened("petition")
    assert [ask(engine, keys, number, clock) for _ in range(4)] == ["sign"] * 3 + ["nothing"]
    clock.sleep(7 * 24 * 3600 + 1)
    assert ask(engine, keys, number, clock) == "sign"
    monkeypatch.setattr(askings, "ASKS_A_PLACE_AN_HOUR", 1)
    assert ask(engine, keys, number, clock, "bo@readers-host.org", ip="192.0.2.7") == "sign"
    assert ask(engine, keys, number, clock, "cy@readers-host.org", ip="192.0.2.7") == "slow"
    monkeypatch.setattr(askings, "ASKS_A_PLACE_AN_HOUR", 0)
    assert client.post("/actions/petition", data=FORM).status_code == 429


def test_only_the_newest_link_confirms_and_only_for_a_week(
    engine: Engine, keys: Keys, clock: Clock, opened: Make
) -> None:
    number = opened("petition")
    ask(engine, keys, number, clock)
    with db.reading(engine) as session:
        old = signing.token(keys, session.exec(select(Signature)).one())
    clock.sleep(1)
    ask(engine, keys, number, clock)
    with db.writing(engine) as session:
        row = session.exec(select(Signature)).one()
        new, found = signing.token(keys, row), signing.holder(session, keys, old)
        assert found is not None
        assert not signing.confirm(session, found, today=TODAY, now=clock())
        assert signing.holder(session, keys, new[:-1] + ("A" if new[-1] != "A" else "B")) is None
        assert signing.holder(session, keys, keys.stop_token(row.key)) is None
        found = signing.holder(session, keys, new)
        assert found is not None
        late = clock() + signatures.CONFIRM_FOR
        assert not signing.confirm(session, found, today=TODAY, now=late)
        assert not signing.confirm(session, found, today=TODAY + timedelta(days=1), now=clock())
        assert signing.confirm(session, found, today=TODAY, now=late - timedelta(seconds=1))


def test_what_is_over_takes_nobody_in(engine: Engine, client: FlaskClient, opened: Make) -> None:
    number = opened("petition")
    with db.writing(engine) as session:
        editing.set_state(session, session.get_one(CampaignAction, number), "closed", today=TODAY)
    answer = client.post("/actions/petition", data=FORM)
    assert (answer.status_code, "This has ended" in answer.text) == (409, True)
    assert client.get("/actions/petition").status_code == 200
    assert client.get("/actions/nothing").status_code == 404
    assert client.get("/signature/nothing").status_code == 410
    assert client.get("/actions/petition/letter").status_code == 404


def test_a_pledge_is_reminded_of_once_on_its_morning(
    engine: Engine, settings: Settings, keys: Keys, clock: Clock, outbox: Make, box: Box, opened: Make
) -> None:
    number = opened("pledge")
    for name in ("ana", "bo", "cy", "di"):
        ask(engine, keys, number, clock, f"{name}@readers-host.org")
    with db.writing(engine) as session:
        for row in session.exec(select(Signature)).all():
            if row.email != "di@readers-host.org":
                row.confirmed_at = MONDAY
            if row.email == "cy@readers-host.org":
                session.add(Suppression(key=row.key, campaign=CAMPAIGN, reason="complaint", since=MONDAY))
            if row.email == "bo@readers-host.org":
                row.language = "es"
                seat = {"seat": "TX-20", "state": "confirmed", "created": MONDAY}
                session.add(Subscriber(campaign=CAMPAIGN, email=row.email, key=row.key, **seat))
        session.execute(sa.delete(Delivery))
        assert signing.queue_reminders(session, day=TODAY + timedelta(days=1), now=MONDAY) == 0
        campaigns.set_state(session, CAMPAIGN, "paused", by="x", now=MONDAY)
        assert signing.queue_reminders(session, day=TODAY, now=MONDAY) == 0
        campaigns.set_state(session, CAMPAIGN, "live", by="x", now=MONDAY)
    assert remind_pledges.run(engine, settings, now=MONDAY).summary == "2 reminders of pledges queued"
    assert remind_pledges.run(engine, settings, now=MONDAY).summary == "0 reminders of pledges queued"
    assert deliver(outbox()).counts == {"sent": 2}
    mails = {to: raw.replace(b"=\r\n", b"").decode() for _, to, raw in box.messages}
    assert "/find" in mails["ana@readers-host.org"]
    assert "Today is the day to call" in mails["ana@readers-host.org"]
    assert "/es/act/TX-20" in mails["bo@readers-host.org"]


def test_who_took_a_pledge_back_is_reminded_of_none(
    engine: Engine, keys: Keys, clock: Clock, outbox: Make, box: Box, opened: Make
) -> None:
    """Not even where somebody signs anew with the address while it waits: nobody has confirmed that."""
    number = opened("pledge")
    ask(engine, keys, number, clock)
    with db.writing(engine) as session:
        row = session.exec(select(Signature)).one()
        row.confirmed_at = MONDAY
        session.execute(sa.delete(Delivery))
        assert signing.queue_reminders(session, day=TODAY, now=MONDAY) == 1
        signatures.withdraw(session, row, now=MONDAY)
    ask(engine, keys, number, clock)
    deliver(outbox())
    assert [b"Today is the day" in raw for _, _, raw in box.messages] == [False]


@pytest.mark.parametrize("first", ["reader", "signer"])
def test_one_person_is_found_by_one_hash_whatever_key_they_came_under(
    engine: Engine, settings: Settings, keys: Keys, clock: Clock, opened: Make, first: str
) -> None:
    """Else who is erased as a reader would still be reminded of a pledge."""
    number = opened("pledge")
    retired = SecretStr(settings.secret_key.get_secret_value())
    changed = {"secret_key": SecretStr("n" * 40), "secret_key_fallbacks": retired}
    new = Keys(settings.model_copy(update=changed))

    def sign_up(keys: Keys) -> None:
        with db.writing(engine) as session:
            subscribers.ask(session, keys, CAMPAIGN, EMAIL, Wish(), Asked(), now=clock())

    if first == "reader":
        sign_up(keys)
        ask(engine, new, number, clock)
    else:
        ask(engine, keys, number, clock)
        sign_up(new)
    with db.writing(engine) as session:
        reader = session.exec(select(Subscriber)).one()
        assert len(subscribers.export(session, reader)["actions"]) == 1
        subscribers.erase(session, reader, now=clock())
        assert session.exec(select(Signature)).all() == []


def complaint(raw: bytes) -> bytes:
    """What a provider sends when somebody calls this message junk (RFC 5965)."""
    head = (
        "From: fbl@provider.org\r\nTo: <desk@campaign-host.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
    )
    return head.encode() + raw + b"\r\n--b--\r\n"


def test_e37_a_complaint_about_an_actions_mail_bars_the_address(
    engine: Engine, settings: Settings, keys: Keys, clock: Clock, outbox: Make, box: Box, opened: Make
) -> None:
    """Of that campaign: neither a new confirmation, nor what is queued, nor a reminder goes there."""
    pledge, petition = opened("pledge"), opened("petition")
    ask(engine, keys, pledge, clock)
    ask(engine, keys, pledge, clock, "bo@readers-host.org")
    assert deliver(outbox()).counts == {"sent": 2}
    ask(engine, keys, petition, clock)
    with db.writing(engine) as session:
        session.execute(sa.update(Signature).values(confirmed_at=MONDAY))
    raw = next(raw for _, to, raw in box.messages if to.lower() == EMAIL.lower())
    assert deliver_mail.take_report(engine, settings, complaint(raw), now=clock()) == "complaint"
    assert deliver_mail.take_report(engine, settings, complaint(raw), now=clock()) == "known"
    with db.reading(engine) as session:
        barred = session.exec(select(Suppression)).one()
        assert (barred.key, barred.campaign) == (keys.of(read_address(EMAIL), CAMPAIGN), CAMPAIGN)
        assert (barred.reason, barred.since) == ("complaint", MONDAY)
    clock.sleep(8 * 24 * 3600)
    assert deliver(outbox()).counts == {}
    assert ask(engine, keys, petition, clock) == "nothing"
    with db.writing(engine) as session:
        assert signing.queue_reminders(session, day=TODAY, now=clock()) == 1
    assert deliver(outbox()).counts == {"sent": 1}
    assert box.messages[-1][1] == "bo@readers-host.org"


def test_e37_who_complains_about_an_actions_mail_gets_no_digest_either(
    engine: Engine, settings: Settings, keys: Keys, clock: Clock, outbox: Make, box: Box, opened: Make,
    readers: Make,
) -> None:  # fmt: skip
    number = opened("petition")
    readers(EMAIL, "bo@readers-host.org")
    ask(engine, keys, number, clock)
    assert deliver(outbox()).counts == {"sent": 1}
    deliver_mail.take_report(engine, settings, complaint(box.messages[-1][2]), now=clock())
    with db.reading(engine) as session:
        states = {row.email: (row.state, row.why_stopped) for row in session.exec(select(Subscriber))}
    assert states == {EMAIL: ("stopped", "complaint"), "bo@readers-host.org": ("confirmed", "")}


def test_a_complaint_about_mail_of_a_row_that_is_gone_changes_nothing(
    engine: Engine, settings: Settings, keys: Keys, clock: Clock, outbox: Make, box: Box, opened: Make
) -> None:
    ask(engine, keys, opened("petition"), clock)
    deliver(outbox())
    with db.writing(engine) as session:
        session.execute(sa.delete(Signature))
    raw = complaint(box.messages[-1][2])
    assert deliver_mail.take_report(engine, settings, raw, now=clock()) == "complaint"
    with db.reading(engine) as session:
        assert session.exec(select(Suppression)).all() == []


def test_a_reader_gets_and_erases_what_is_kept_of_them_here_too(
    engine: Engine, keys: Keys, clock: Clock, readers: Make, opened: Make
) -> None:
    number = opened("petition")
    (who,) = readers(EMAIL)
    ask(engine, keys, number, clock)
    with db.writing(engine) as session:
        reader = session.get_one(Subscriber, who)
        (kept,) = subscribers.export(session, reader)["actions"]
        assert set(kept) == set(Signature.model_fields)
        subscribers.erase(session, reader, now=clock())
    assert "readers-host" not in everything(engine)


def test_what_is_never_confirmed_goes_after_a_month(
    engine: Engine, keys: Keys, clock: Clock, opened: Make
) -> None:
    number = opened("petition")
    ask(engine, keys, number, clock)
    with db.writing(engine) as session:
        assert signatures.tidy(session, now=clock() + signatures.UNCONFIRMED_KEPT) == 0
        assert signatures.tidy(session, now=clock() + signatures.UNCONFIRMED_KEPT + timedelta(seconds=1)) == 1


def test_a_letter_to_an_office_is_written_and_taken_away(
    engine: Engine, client: FlaskClient, opened: Make
) -> None:
    number = opened("letter", points_en="## cost: Cost\nIt costs.", points_es="## cost: Costo\nCuesta.")
    with db.writing(engine) as session:
        for place, (en, es) in enumerate((("President", "Presidenta"), ("Governor", "Gobernador"))):
            session.add(
                Target(
                    action=number, position=place, title_en=en, title_es=es, salutation_en=f"Dear {en}",
                    salutation_es=f"A su atención, {es}",
                )
            )  # fmt: skip
    page = client.get("/es/actions/letter/letter?v=3&points=cost")
    assert page.headers["Cache-Control"] == "no-store"
    for words in ("A su atención, Presidenta:", "Pedimos.", "Cuesta.", "Gobernador"):
        assert words in page.text
    written = {"name": "Ana Ruiz", "sentence": "My well is dry.", "v": "3", "target": "2"}
    answer = client.post("/actions/letter/letter", data={**written, "as": "txt"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="letter-letter.txt"'
    for words in ("Dear Governor:", "We ask.", "My well is dry.", "It costs.", "Respectfully,\nAna Ruiz"):
        assert words in answer.text
    assert client.post("/actions/letter/letter", data={**written, "as": "pdf"}).data.startswith(b"%PDF")
    again = client.post("/actions/letter/letter", data={**written, "name": "x" * 81})
    assert (again.status_code, "My well is dry." in again.text) == (400, True)
    assert client.get("/actions/letter/letter?target=9").status_code == 404
    assert "Ana Ruiz" not in everything(engine)
