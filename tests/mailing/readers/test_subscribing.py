"""Signing up, confirming, choosing and stopping, on the pages themselves (E28–E35)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.app import create_app
from campaign.mailing import askings
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import building, lifecycle
from campaign.mailing.models import Consent, Delivery, MailToken, Subscriber, Suppression
from campaign.mailing.readers import subscribers
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.proposals import campaigns
from campaign.proposals.models import Campaign, Proposal
from campaign.settings import Settings

from mondays import CAMPAIGN, MONDAY, Clock  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]
EMAIL = "maria@readers-host.org"


@pytest.fixture
def client(engine: Engine, settings: Settings) -> FlaskClient:
    here = settings.model_copy(update={"base_url": "http://localhost"})
    return create_app(here, engine=engine).test_client()


@pytest.fixture(autouse=True)
def monday(clock: Clock) -> Any:
    """The pages' clock is the tests' own."""
    with time_machine.travel(clock.at, tick=False) as moving:
        yield moving


def queued(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return [row.kind for row in session.exec(select(Delivery)) if row.state == "pending"]


def reader(engine: Engine) -> Subscriber:
    with db.reading(engine) as session:
        return session.exec(select(Subscriber)).one()


def link_in(box: Box, what: str = "confirm") -> str:
    raw = box.messages[-1][2].replace(b"=\r\n", b"").decode()
    found = re.search(rf"(/(?:es/)?{what}/[A-Za-z0-9_-]+)", raw)
    assert found, raw
    return found[1]


def asked(engine: Engine, keys: Keys, clock: Clock, email: str = EMAIL, ip: str = "", **wish: Any) -> str:
    with db.writing(engine) as session:
        return subscribers.ask(
            session, keys, CAMPAIGN, email, Wish(**wish), Asked("/subscribe", ip), now=clock()
        )


# --- double opt-in ---


def test_e28_a_sign_up_gets_nothing_until_its_link_is_used(
    engine: Engine,
    settings: Settings,
    keys: Keys,
    client: FlaskClient,
    outbox: Make,
    box: Box,
    rules: Make,
) -> None:
    rules(quiet_week="note", per_second=0)
    client.post("/subscribe", data={"email": EMAIL, "language": "es"})
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    assert lifecycle.publish(engine, settings, built.edition, by="t", now=MONDAY) == 0
    assert deliver(outbox()).counts == {"sent": 1}
    path = link_in(box)
    token = path.rpartition("/")[2]
    assert path.startswith("/es/confirm/")
    assert len(token) >= 43
    with db.reading(engine) as session:
        kept = session.exec(select(MailToken)).one()
        assert token not in (kept.digest, str(kept.wish))
        assert [row.detail for row in session.exec(select(Delivery)) if token in str(row.model_dump())] == []
    assert client.post(path).status_code == 200
    assert reader(engine).state == "confirmed"
    assert client.post(path).status_code == 410


def test_e28_a_link_ends_after_48_hours_and_is_forgotten_after_a_week(
    engine: Engine, keys: Keys, clock: Clock, outbox: Make, box: Box
) -> None:
    asked(engine, keys, clock)
    deliver(outbox())
    token = link_in(box).rpartition("/")[2]
    clock.sleep(48 * 3600)
    with db.writing(engine) as session:
        assert subscribers.confirm(session, token, Asked(), now=clock()) is None
    clock.sleep(7 * 24 * 3600 + 1)
    with db.writing(engine) as session:
        assert subscribers.tidy(session, now=clock())["links"] == 1


def test_who_asks_anew_has_a_month_from_then(
    engine: Engine, keys: Keys, clock: Clock, outbox: Make, box: Box
) -> None:
    """A link that holds is never ended by the day of an older sign-up."""
    assert asked(engine, keys, clock) == "confirm"
    clock.sleep(29 * 24 * 3600)
    assert asked(engine, keys, clock) == "confirm"
    assert asked(engine, keys, clock) == "nothing"
    deliver(outbox())
    clock.sleep(47 * 3600)
    with db.writing(engine) as session:
        assert subscribers.tidy(session, now=clock())["sign-ups"] == 0
    token = link_in(box).rpartition("/")[2]
    with db.reading(engine) as session:
        assert subscribers.holder(session, token, "confirm", now=clock()) is not None
    clock.sleep(28 * 24 * 3600 + 3601)
    with db.writing(engine) as session:
        assert subscribers.tidy(session, now=clock())["sign-ups"] == 1


def test_who_reads_already_stays_a_reader_since_they_came(
    engine: Engine, keys: Keys, clock: Clock, readers: Make
) -> None:
    readers(EMAIL)
    since = reader(engine).created
    assert asked(engine, keys, clock) == "already"
    assert reader(engine).created == since


def test_e29_looking_at_the_link_confirms_nothing(
    engine: Engine, keys: Keys, clock: Clock, client: FlaskClient, outbox: Make, box: Box
) -> None:
    asked(engine, keys, clock)
    deliver(outbox())
    path = link_in(box)
    for look in (client.get, client.head, client.options):
        look(path)
    page = client.get(path)
    assert page.status_code == 200
    assert '<button class="button" type="submit">' in page.text
    assert reader(engine).state == "pending"


@pytest.mark.parametrize(("state", "invited"), [("live", True), ("paused", False)])
def test_who_confirms_is_sent_to_call_if_anything_is_asked(
    engine: Engine,
    keys: Keys,
    clock: Clock,
    client: FlaskClient,
    outbox: Make,
    box: Box,
    state: str,
    invited: bool,
) -> None:
    asked(engine, keys, clock)
    deliver(outbox())
    with db.writing(engine) as session:
        session.add(Campaign(slug=CAMPAIGN, title_en="Fewer guns", title_es="Menos armas"))
        session.flush()
        campaigns.set_state(session, CAMPAIGN, state, by="x", now=clock())
    page = client.post(link_in(box))
    assert page.status_code == 200
    assert ("Make your first call now" in page.text) is invited


@pytest.mark.parametrize("lang", ["", "/es"])
def test_e30_the_answer_is_the_same_whoever_asks(
    engine: Engine, keys: Keys, readers: Make, client: FlaskClient, clock: Clock, lang: str
) -> None:
    readers("known@readers-host.org")
    readers("waiting@readers-host.org", state="pending")
    (gone,) = readers("gone@readers-host.org")
    with db.writing(engine) as session:
        subscribers.stop(session, session.get_one(Subscriber, gone), "complaint", now=clock())
        session.add(
            Suppression(
                key=keys.of(read_address("erased@readers-host.org"), CAMPAIGN), reason="erased", since=MONDAY
            )
        )
    names = ["new", "known", "waiting", "gone", "erased", "no-such-person+x"]
    answers = [client.post(f"{lang}/subscribe", data={"email": f"{name}@readers-host.org"}) for name in names]
    assert len({(answer.status_code, answer.data) for answer in answers}) == 1
    links = [client.post(f"{lang}/preferences", data={"email": f"{name}@readers-host.org"}) for name in names]
    assert len({(answer.status_code, answer.data) for answer in links}) == 1


def test_e31_caps_against_list_bombing(engine: Engine, keys: Keys, clock: Clock) -> None:
    # Each hour of the first day, then those in which a day ends: at most one a day, three in any week.
    hours = [*range(26), *(24 * day + hour for day in range(2, 7) for hour in (-1, 0, 1)), 24 * 7 - 1]
    sent = {}
    for hour in hours:
        clock.at = MONDAY + timedelta(hours=hour)
        sent[hour] = asked(engine, keys, clock)
    assert [hour for hour, what in sent.items() if what == "confirm"] == [0, 24, 48]
    assert set(sent.values()) == {"confirm", "nothing"}


def test_e31_a_place_and_everybody_together_are_capped(
    engine: Engine, keys: Keys, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(askings, "ASKS_A_PLACE_AN_HOUR", 10)
    many = [asked(engine, keys, clock, email=f"x{n}@readers-host.org", ip="203.0.113.7") for n in range(15)]
    assert many == ["confirm"] * 10 + ["slow"] * 5
    monkeypatch.setattr(askings, "ASKS_AN_HOUR", 15)
    spread = [
        asked(engine, keys, clock, email=f"y{n}@readers-host.org", ip=f"198.51.100.{n}") for n in range(15)
    ]
    # What was refused to one place counts for nobody.
    assert spread == ["confirm"] * 5 + ["slow"] * 10
    with db.reading(engine) as session:
        kept = str([row.model_dump() for row in session.exec(select(subscribers.Attempt))])
    assert "203.0.113.7" not in kept


@pytest.mark.parametrize(
    ("lang", "says"), [("", "too many requests from your connection"), ("/es", "demasiadas solicitudes")]
)
@pytest.mark.parametrize("page", ["subscribe", "preferences"])
def test_who_is_refused_is_told_and_keeps_what_was_typed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, lang: str, says: str, page: str
) -> None:
    monkeypatch.setattr(askings, "ASKS_A_PLACE_AN_HOUR", 0)
    answer = client.post(f"{lang}/{page}", data={"email": EMAIL})
    assert answer.status_code == 429
    assert says in answer.text


@pytest.mark.parametrize(("zip", "status"), [("00000", 400), ("", 429)])
@pytest.mark.parametrize(("lang", "chosen"), [("", "es"), ("/es", "en")])
def test_a_refused_form_keeps_every_choice(
    engine: Engine,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    zip: str,
    status: int,
    lang: str,
    chosen: str,
) -> None:
    with db.writing(engine) as session:
        session.add(Campaign(slug=CAMPAIGN, title_en="Arms", title_es="Armas"))
        session.flush()
        for slug in ("armas", "report"):
            session.add(Proposal(slug=slug, campaign=CAMPAIGN, name_en=slug, name_es=slug))
    if status == 429:
        monkeypatch.setattr(askings, "ASKS_A_PLACE_AN_HOUR", 0)
    plain = client.get(f"{lang}/subscribe").text
    assert " checked" not in plain
    typed = {"email": EMAIL, "zip": zip, "language": chosen, "proposals": "report", "alerts": "1"}
    answer = client.post(f"{lang}/subscribe", data=typed)
    assert answer.status_code == status
    assert f'value="{EMAIL}"' in answer.text
    assert f'<option value="{chosen}" lang="{chosen}" selected>' in answer.text
    assert re.findall(r'id="([\w-]+)"[^>]* checked', answer.text) == ["p-report", "alerts"]
    assert answer.text.count(" selected>") == 1


def test_e31_already_subscribed_is_said_once_a_week(
    engine: Engine, keys: Keys, readers: Make, clock: Clock
) -> None:
    readers(EMAIL)
    said = []
    for _ in range(8):
        said.append(asked(engine, keys, clock))
        clock.sleep(86_400)
    assert [day for day, one in enumerate(said) if one == "already"] == [0, 7]


def test_e31_s22_machines_that_fill_every_field_get_the_page_and_no_mail(
    engine: Engine, client: FlaskClient
) -> None:
    plain = client.post("/subscribe", data={"email": EMAIL})
    trapped = client.post("/subscribe", data={"email": "bot@readers-host.org", "website": "http://spam"})
    assert trapped.data == plain.data
    assert queued(engine) == ["confirm"]


# --- stopping ---

BODIES = [
    {"data": {"List-Unsubscribe": "One-Click"}},
    {"data": {"List-Unsubscribe": "One-Click"}, "content_type": "multipart/form-data"},
    {"data": b""},
]


@pytest.mark.parametrize("body", BODIES)
def test_e32_one_click_stops_at_once_a_year_later_and_twice(
    engine: Engine,
    keys: Keys,
    readers: Make,
    published: Make,
    client: FlaskClient,
    monday: Any,
    states: Make,
    body: dict[str, Any],
) -> None:
    (who,) = readers(EMAIL)
    published()
    token = keys.stop_token(reader(engine).key)
    monday.shift(timedelta(days=365))
    answer = client.post(f"/unsubscribe/{token}", **body)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert reader(engine).state == "stopped"
    assert states() == {EMAIL: "suppressed"}
    assert client.post(f"/unsubscribe/{token}", **body).data == answer.data
    with db.writing(engine) as session:
        subscribers.erase(session, session.get_one(Subscriber, who), now=MONDAY)
    assert client.post(f"/unsubscribe/{token}", **body).status_code == 200


def test_e33_get_shows_one_button_and_preferences_are_never_required(
    engine: Engine, keys: Keys, readers: Make, client: FlaskClient
) -> None:
    readers(EMAIL)
    page = client.get(f"/unsubscribe/{keys.stop_token(reader(engine).key)}")
    assert page.text.partition("<main")[2].partition("</main>")[0].count("<button") == 1
    assert '<form action="/unsubscribe/' in page.text
    assert 'href="/preferences"' in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert reader(engine).state == "confirmed"


def test_e34_tokens_cut_forged_old_or_anothers_change_nothing(
    engine: Engine, keys: Keys, readers: Make, client: FlaskClient, settings: Settings
) -> None:
    readers(EMAIL)
    key = reader(engine).key
    good = keys.stop_token(key)
    other_list = Keys(settings.model_copy(update={"secret_key": SecretStr("z" * 40)}))
    bad = [
        good[:-1],
        good[:20],
        good + "A",
        ("B" if good[0] == "A" else "A") + good[1:],
        good[:-1] + ("B" if good[-1] == "A" else "A"),
        keys.sign("confirm", bytes.fromhex(key)),
        other_list.stop_token(key),
        "x",
        "ñ" * 43,
    ]
    answers = [client.post(f"/unsubscribe/{token}") for token in [*bad, keys.stop_token("00" * 16)]]
    assert reader(engine).state == "confirmed"
    assert {answer.status_code for answer in answers} == {200}
    answers.append(client.post(f"/unsubscribe/{good}"))
    assert len({answer.text.partition("<main")[2].partition("</main>")[0] for answer in answers}) == 1
    assert reader(engine).state == "stopped"


def test_e34_links_outlive_a_change_of_the_key(
    engine: Engine, keys: Keys, readers: Make, settings: Settings
) -> None:
    readers(EMAIL)
    token = keys.stop_token(reader(engine).key)
    turned = settings.model_copy(
        update={"secret_key": SecretStr("n" * 40), "secret_key_fallbacks": SecretStr("o" * 40 + "," + "k" * 40)}
    )
    client = create_app(turned.model_copy(update={"base_url": "http://localhost"}), engine=engine).test_client()
    client.post(f"/unsubscribe/{token}")
    assert reader(engine).state == "stopped"
    with db.writing(engine) as session:
        assert subscribers.ask(session, Keys(turned), CAMPAIGN, EMAIL, Wish(), Asked(), now=MONDAY) == "confirm"
    assert reader(engine).email == EMAIL


def test_e35_consent_says_when_where_and_to_which_words(
    engine: Engine, keys: Keys, client: FlaskClient, outbox: Make, box: Box
) -> None:
    client.post("/es/subscribe", data={"email": EMAIL}, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    deliver(outbox())
    client.post(link_in(box))
    with db.reading(engine) as session:
        rows = session.exec(select(Consent).order_by(Consent.id)).all()  # type: ignore[arg-type]
    assert [(row.kind, row.page) for row in rows] == [
        ("asked", "/es/subscribe"),
        ("confirmed", "/es/confirm"),
    ]
    assert {row.wording for row in rows} == {subscribers.WORDING}
    assert {row.at for row in rows} == {MONDAY}
    assert {row.ip for row in rows} == {""}


def test_e35_the_network_address_is_kept_only_where_that_was_turned_on(
    engine: Engine, client: FlaskClient, rules: Make
) -> None:
    rules(keep_ip=True)
    client.post("/subscribe", data={"email": EMAIL}, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    with db.reading(engine) as session:
        assert session.exec(select(Consent)).one().ip == "203.0.113.9"


def test_e35_no_link_is_kept_in_a_consent(
    engine: Engine, keys: Keys, client: FlaskClient, outbox: Make, box: Box
) -> None:
    client.post("/subscribe", data={"email": EMAIL})
    deliver(outbox())
    path = link_in(box)
    client.post(path)
    with db.reading(engine) as session:
        assert [row.page for row in session.exec(select(Consent)) if path.rpartition("/")[2] in row.page] == []


# --- a stranger, and a reader who comes back ---


def test_a_stranger_cannot_change_what_a_reader_gets(
    engine: Engine, keys: Keys, readers: Make, clock: Clock
) -> None:
    readers(EMAIL, seat="TX-20", language="es")
    asked(engine, keys, clock, language="en", seat="CA-34")
    assert (reader(engine).seat, reader(engine).language) == ("TX-20", "es")


def test_a_reader_who_stopped_may_come_back_by_the_same_door(
    engine: Engine, keys: Keys, readers: Make, clock: Clock, outbox: Make, box: Box, client: FlaskClient
) -> None:
    readers(EMAIL)
    client.post(f"/unsubscribe/{keys.stop_token(reader(engine).key)}")
    asked(engine, keys, clock, seat="TX-20")
    deliver(outbox())
    assert reader(engine).state == "stopped"
    assert client.post(link_in(box)).status_code == 200
    assert (reader(engine).state, reader(engine).seat) == ("confirmed", "TX-20")
    with db.reading(engine) as session:
        assert session.exec(select(Suppression)).all() == []


@pytest.mark.parametrize("text", ["", "nobody", "a@b", "a b@c.org", "a@b.org\nBcc: c@d.org", "@x.org"])
def test_what_cannot_be_an_address_is_said_kindly(client: FlaskClient, engine: Engine, text: str) -> None:
    answer = client.post("/es/subscribe", data={"email": text})
    assert answer.status_code == 400
    assert "Eso no parece un correo electrónico" in answer.text
    assert queued(engine) == []


def test_choices_are_changed_after_proof_of_the_mailbox(
    engine: Engine, readers: Make, client: FlaskClient, outbox: Make, box: Box
) -> None:
    readers(EMAIL, seat="TX-20")
    client.post("/preferences", data={"email": EMAIL})
    deliver(outbox())
    path = link_in(box, "preferences")
    page = client.get(path)
    assert 'value="TX-20"' in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    client.post(path, data={"action": "save", "language": "es", "seat": "", "alerts": "1"})
    changed = reader(engine)
    assert (changed.language, changed.seat, changed.alerts) == ("es", "", True)
    client.post(path, data={"action": "stop"})
    assert reader(engine).state == "stopped"
