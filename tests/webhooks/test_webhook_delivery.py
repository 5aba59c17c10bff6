"""Messages of webhooks: signed, once each, tried again over a day, and no endpoint in another's way."""

import base64
import hashlib
import hmac
import json
import re
import signal
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import forked
import pytest
import sqlalchemy as sa
import time_machine
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug import Request, Response

from campaign import db, removal, ssrf
from campaign.fetch import Fetcher
from campaign.mailing.models import Delivery, MailPolicy
from campaign.proposals import campaigns
from campaign.refusals import Refused, SourceError
from campaign.settings import Settings
from campaign.webhooks import delivery, endpoints, queue, signing
from campaign.webhooks.models import WebhookMessage
from jobs import deliver_webhooks, housekeeping

ROOT = Path(__file__).parents[2]
OURS = "us-guns-abroad"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
World = Any


def secret_of(world: World, endpoint: int) -> str:
    return signing.secret(world.settings.signing_key(), world.row(endpoint).salt)


# --- what is sent ----------------------------------------------------------------------------------


def test_a_change_is_told_once_and_signed(loaded_engine: Engine, make_world: Any, inside_allowed: Any) -> None:
    world = make_world(loaded_engine)
    world.answer(204)
    endpoint, seq = world.endpoint(), world.change()
    assert world.run() == delivery.Counts(queued=1, sent=1, failed=0)
    assert world.run(DAY) == delivery.Counts(queued=0, sent=0, failed=0)
    (request,) = world.received
    body = request.get_data()
    key = base64.b64decode(secret_of(world, endpoint).removeprefix("whsec_"))
    assert len(key) == 32
    signed = b".".join(
        (request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), body)
    )
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"
    assert int(request.headers["webhook-timestamp"]) == int((world.now - DAY).timestamp())
    assert request.headers["Content-Type"] == "application/json"
    found = json.loads(body)
    assert found == {
        "type": "bill.cosponsored",
        "timestamp": "2026-06-20T15:00:00Z",
        "data": {
            "campaign": OURS,
            "seq": seq,
            "bill": "hr6736-119",
            "kind": "cosponsored",
            "bioguide": "C001091",
            "name": "Joaquin Castro",
            "date": "2026-06-20",
            "detail": {},
            "text": {
                "en": "ARMAS Act, H.R. 6736: Joaquin Castro (D-TX) signed on as co-sponsor.",
                "es": "Ley ARMAS, H.R. 6736: firmó el proyecto Joaquin Castro (D-TX).",
            },
            "url": {
                "en": "http://127.0.0.1:5000/bills/hr6736-119",
                "es": "http://127.0.0.1:5000/es/bills/hr6736-119",
            },
        },
    }
    (message,) = world.messages()
    assert (message.state, message.status, message.attempts) == ("sent", 204, 1)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("withdrew", "Joaquin Castro (D-TX) withdrew as co-sponsor."),
        ("withdrawal_retracted", "Congress corrected its record, Joaquin Castro (D-TX) did not withdraw."),
        ("stage", "H.R. 6736: Out of committee."),
    ],
)
def test_each_kind_has_its_words(world: World, kind: str, text: str) -> None:
    world.answer(200)
    world.endpoint()
    world.change(kind)
    world.run()
    found = json.loads(world.received[0].get_data())
    assert found["type"] == f"bill.{kind}"
    assert found["data"]["text"]["en"].endswith(text)
    assert found["data"]["text"]["es"] != found["data"]["text"]["en"]


@pytest.mark.parametrize(
    ("shape", "field", "link"),
    [("slack", "text", "<{}>"), ("discord", "content", "{}"), ("mattermost", "text", "{}")],
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_chat_gets_its_own_shape_in_its_language(
    world: World, shape: str, field: str, link: str, lang: str
) -> None:
    world.answer(200)
    world.endpoint(shape=shape, language=lang)
    world.change()
    world.run()
    found = json.loads(world.received[0].get_data())
    text = found[field].split("\n")
    assert ("firmó el proyecto" in text[0]) == (lang == "es")
    assert text[1] == link.format(f"http://127.0.0.1:5000{'/es' if lang == 'es' else ''}/bills/hr6736-119")
    if shape == "discord":
        assert found["allowed_mentions"] == {"parse": []}


def test_a_chat_goes_on_in_the_language_that_its_campaign_has_left(world: World) -> None:
    world.answer(200)
    world.endpoint(shape="slack", language="en")
    with db.writing(world.engine) as session:
        campaigns.campaign(session, OURS).languages = "es"
    world.change()
    assert world.run().sent == 1
    assert "firmó el proyecto" in json.loads(world.received[0].get_data())["text"]


def test_slack_takes_no_name_for_a_command(world: World) -> None:
    world.answer(200)
    world.endpoint(shape="slack")
    with db.writing(world.engine) as session:
        campaigns.proposal(session, "armas-act").name_en = "<!channel> & Act"
    world.change()
    world.run()
    assert json.loads(world.received[0].get_data())["text"].startswith("&lt;!channel&gt; &amp; Act")


def test_only_what_was_chosen_is_told_and_only_what_comes_after(world: World) -> None:
    world.answer(200)
    world.change("withdrew")
    world.endpoint(events=["withdrew"])
    world.change("cosponsored")
    world.change("title", detail={"to": "x"}, bioguide=None)
    world.change("withdrew", baseline=True)
    world.change("withdrew", bill="hr8427-118")
    assert world.run().queued == 1
    assert json.loads(world.received[0].get_data())["data"]["bill"] == "hr8427-118"


def test_another_campaigns_bills_are_not_told(world: World) -> None:
    world.answer(200)
    world.endpoint()
    with db.writing(world.engine) as session:
        campaigns.add_campaign(session, "other", title_en="Other", title_es="Otra")
        campaigns.proposal(session, "armas-act").campaign = "other"
    world.change()
    assert world.run().queued == 0


def test_more_changes_than_one_run_takes_follow_in_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_CHANGES", 2)
    world.answer(200)
    world.endpoint()
    seqs = [world.change() for _each in range(5)]
    assert [world.run().queued for _each in range(4)] == [2, 2, 1, 0]
    assert [json.loads(request.get_data())["data"]["seq"] for request in world.received] == seqs


# --- signatures ------------------------------------------------------------------------------------


def documented(text: str) -> Callable[..., None]:
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102
    found: Callable[..., None] = names["verify"]
    return found


def test_the_documented_example_runs_and_verifies_a_message(world: World) -> None:
    example = (ROOT / "templates/public/webhook_example.txt").read_text()
    (in_docs,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/webhooks.md").read_text(), re.DOTALL)
    assert in_docs == example
    verify = documented(example)
    world.answer(200)
    secret = secret_of(world, endpoint := world.endpoint())
    world.change()
    world.run()
    (request,) = world.received
    headers, body = request.headers, request.get_data()
    with time_machine.travel(world.now + 4 * MINUTE, tick=False):
        verify(secret, headers, body)
        with pytest.raises(ValueError, match="not signed"):
            verify(secret, headers, body + b" ")
        with pytest.raises(ValueError, match="not signed"):
            verify(signing.secret("another key", world.row(endpoint).salt), headers, body)
        forged = {
            **dict(headers.items()),
            "webhook-id": "msg_x",
            "webhook-timestamp": headers["webhook-timestamp"],
        }
        forged["webhook-signature"] = headers["webhook-signature"]
        with pytest.raises(ValueError, match="not signed"):
            verify(secret, forged, body)
    with time_machine.travel(world.now + 6 * MINUTE, tick=False), pytest.raises(ValueError, match="too old"):
        verify(secret, headers, body)


def test_a_secret_outlives_a_change_of_the_services_key(world: World) -> None:
    verify = documented((ROOT / "templates/public/webhook_example.txt").read_text())
    secret, old = secret_of(world, world.endpoint()), world.settings.signing_key()
    world.answer(200)
    world.settings = Settings(
        secret_key="a new key for tests and long enough", secret_key_fallbacks=SecretStr(old)
    )
    world.change()
    world.run()
    (request,) = world.received
    assert len(request.headers["webhook-signature"].split()) == 2
    with time_machine.travel(world.now, tick=False):
        verify(secret, request.headers, request.get_data())


def test_the_database_holds_no_secret(world: World) -> None:
    endpoint = world.endpoint()
    row = world.row(endpoint)
    secret = secret_of(world, endpoint)
    assert secret not in repr(row.model_dump())
    assert signing.secret("another key of the service", row.salt) != secret
    assert secret_of(world, world.endpoint("/other")) != secret


# --- trying again ----------------------------------------------------------------------------------


def test_it_is_tried_again_with_growing_pauses_over_a_day_then_parked_and_told(world: World) -> None:
    with db.writing(world.engine) as session:
        session.merge(MailPolicy(id=1, notify_email="staff@example.org"))
    world.answer(500)
    endpoint = world.endpoint()
    world.change()
    world.run()
    began, pauses = world.now, []
    while (message := world.messages()[0]).state == "pending":
        pause = message.due - world.now
        pauses.append(pause / MINUTE)
        assert world.run(pause - timedelta(seconds=1)).failed == 0
        assert world.run(timedelta(seconds=1)).failed == 1
    assert (message.state, message.attempts, message.status) == ("parked", delivery.ATTEMPTS, 500)
    assert len(pauses) == 8
    for number, pause in enumerate(pauses):
        assert 5 * 2**number <= pause <= 5 * 2**number * 1.25
    assert any(pause != 5 * 2**number for number, pause in enumerate(pauses))
    assert 21 * HOUR < world.now - began < 27 * HOUR
    bodies = {request.get_data() for request in world.received}
    ids = {request.headers["webhook-id"] for request in world.received}
    assert (len(world.received), len(bodies), len(ids)) == (delivery.ATTEMPTS, 1, 1)
    stamps = {request.headers["webhook-timestamp"] for request in world.received}
    assert len(stamps) == delivery.ATTEMPTS
    assert notices(world) == ["webhook_parked"]
    assert world.row(endpoint).failing_since == began
    assert world.row(endpoint).state == "on"


def notices(world: World) -> list[str]:
    with db.reading(world.engine) as session:
        return [row.detail["what"] for row in session.exec(select(Delivery).where(Delivery.kind == "notice"))]


def test_organizers_are_told_once_until_something_arrives_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ATTEMPTS", 1)
    with db.writing(world.engine) as session:
        session.merge(MailPolicy(id=1, notify_email="staff@example.org"))
    world.answer(500, 500, 200, 500)
    endpoint = world.endpoint()
    said = []
    for _each in range(4):
        world.change()
        world.run(MINUTE)
        said.append(len(notices(world)))
    assert said == [1, 1, 1, 2]
    assert world.row(endpoint).failing_since == world.now


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = {delivery.wait(f"msg_{number}", 3) for number in range(20)}
    assert len(waits) == 20
    assert delivery.wait("msg_1", 3) == delivery.wait("msg_1", 3)


def test_a_message_arrives_after_a_failure_and_the_endpoint_is_well_again(world: World) -> None:
    world.answer(503, 200)
    endpoint = world.endpoint()
    world.change()
    world.run()
    assert world.row(endpoint).failing_since == world.now
    assert world.run(10 * MINUTE).sent == 1
    assert world.row(endpoint).failing_since is None


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308])
def test_s15_a_redirect_is_a_failure_and_not_followed(world: World, status: int) -> None:
    world.server.expect_request("/hook").respond_with_data(
        "", status=status, headers={"Location": world.server.url_for("/inside")}
    )
    world.endpoint()
    world.change()
    assert world.run().failed == 1
    assert [request.path for request in world.received] == ["/hook"]
    assert world.messages()[0].status == status


def test_gone_switches_the_endpoint_off_and_what_waits_is_parked(world: World) -> None:
    with db.writing(world.engine) as session:
        session.merge(MailPolicy(id=1, notify_email="staff@example.org"))
    world.answer(410)
    endpoint = world.endpoint()
    for _each in range(3):
        world.change()
    world.run()
    world.change()
    assert world.run(DAY) == delivery.Counts(0, 0, 0)
    assert world.row(endpoint).state == "gone"
    assert [message.state for message in world.messages()] == ["parked"] * 3
    assert all(message.ended_at for message in world.messages())
    assert len(world.received) == 1
    assert notices(world) == ["webhook_gone"]


def test_a_dead_endpoint_delays_no_other_one(world: World) -> None:
    """The dead one does not answer until the other one got everything."""
    arrived = threading.Event()
    waited = []

    def hang(_request: Request) -> Response:
        waited.append(arrived.wait(30))
        return Response("", 500)

    def arrive(request: Request) -> Response:
        if json.loads(request.get_data())["data"]["seq"] == last:
            arrived.set()
        return Response("", 200)

    world.server.expect_request("/dead").respond_with_handler(hang)
    world.server.expect_request("/alive").respond_with_handler(arrive)
    dead, alive = world.endpoint("/dead"), world.endpoint("/alive")
    last = [world.change() for _each in range(5)][-1]
    counts = world.run()
    assert waited == [True]
    assert (counts.sent, counts.failed) == (5, 1)
    assert [message.attempts for message in world.messages(dead)] == [1, 0, 0, 0, 0]
    assert {message.state for message in world.messages(alive)} == {"sent"}


# Where a sender is killed, and how often the message is then received in all.
KILLS = {
    "before anything is queued": ("campaign.webhooks.queue.queue_changes", "before", 1),
    "before the message is taken": ("campaign.webhooks.delivery._claim", "before", 1),
    "taken and not sent": ("campaign.webhooks.delivery._post", "before", 1),
    "sent and not written": ("campaign.webhooks.delivery._end", "before", 2),
    "written": ("campaign.webhooks.delivery._end", "after", 1),
}
SENDER = """
import sys
from datetime import datetime
import forked
from campaign import db, ssrf
from campaign.settings import read_settings
from jobs import deliver_webhooks
forked.kill_at(sys.argv[1], 1, sys.argv[2])
ssrf.resolve = lambda url: "127.0.0.1"
settings = read_settings()
deliver_webhooks.run(db.open_engine(settings.database_url), settings, now=datetime.fromisoformat(sys.argv[3]))
"""


@pytest.mark.parametrize("point", KILLS)
def test_a_killed_sender_loses_nothing_and_sends_again_with_the_same_id(
    loaded_engine: Engine, make_world: Any, inside_allowed: Any, point: str
) -> None:
    world = make_world(loaded_engine)
    world.answer(200)
    world.endpoint()
    world.change()
    name, when, times = KILLS[point]
    env = {
        "CAMPAIGN_DATABASE_URL": loaded_engine.url.render_as_string(hide_password=False),
        "CAMPAIGN_SECRET_KEY": world.settings.signing_key(),
    }
    ended, failure = forked.run(SENDER, name, when, world.now.isoformat(), env=env)
    assert ended == -signal.SIGKILL, failure
    world.run(MINUTE)
    world.run(2 * MINUTE)
    assert len(world.received) == times
    assert len({request.headers["webhook-id"] for request in world.received}) == 1
    assert len({request.get_data() for request in world.received}) == 1
    assert [message.state for message in world.messages()] == ["sent"]


def test_a_message_that_somebody_took_is_left_alone_until_the_lease_ends(world: World) -> None:
    world.answer(200)
    world.endpoint()
    world.change()
    with db.writing(world.engine) as session:
        queue.queue_changes(session, world.settings, now=world.now)
    assert delivery._claim(world.engine, world.messages()[0].id or 0, now=world.now)
    assert world.run(delivery.LEASE).sent == 0
    assert world.run(timedelta(seconds=1)).sent == 1


def test_two_senders_do_not_send_one_message_twice(world: World) -> None:
    world.answer(200)
    endpoint = world.endpoint()
    with db.writing(world.engine) as session:
        id = queue.queue_test(session, endpoints.find(session, OURS, endpoint), now=world.now).id or 0
    assert delivery._claim(world.engine, id, now=world.now)
    assert delivery.send(world.engine, world.settings, id, now=world.now) is None
    assert world.received == []


def test_an_event_is_queued_once_for_an_endpoint(world: World) -> None:
    """By the database, whatever a program does."""
    endpoint = world.endpoint()
    given = {"endpoint": endpoint, "event": "change-1", "body": "{}", "due": world.now, "made_at": world.now}
    with db.writing(world.engine) as session:
        session.add(WebhookMessage(webhook_id="msg_1", **given))
    with db.writing(world.engine) as session:
        session.add(WebhookMessage(webhook_id="msg_1", **given))
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
        session.rollback()


# --- by hand ---------------------------------------------------------------------------------------


def test_a_replay_is_the_same_message(world: World) -> None:
    world.answer(200)
    endpoint = world.endpoint()
    world.change()
    world.run()
    (message,) = world.messages()
    with db.writing(world.engine) as session:
        row = endpoints.find(session, OURS, endpoint)
        queue.replay(session, row, message.id or 0, now=world.now + HOUR)
        with pytest.raises(Refused) as refused:
            queue.replay(session, row, message.id or 0, now=world.now + HOUR)
    assert refused.value.status == 409
    assert world.messages()[0].attempts == 0
    assert world.run(HOUR).sent == 1
    first, second = world.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.get_data() == second.get_data()


def test_a_page_of_an_endpoint_has_its_own_messages_the_newest_first(world: World) -> None:
    first, second = world.endpoint("/hook"), world.endpoint("/other")
    with db.writing(world.engine) as session:
        rows = [endpoints.find(session, OURS, id) for id in (first, second, first, first)]
        ids = [queue.queue_test(session, row, now=world.now).id for row in rows]
        shown = queue.newest(session, rows[0], limit=2)
        assert [message.id for message in shown] == [ids[3], ids[2]]
        with pytest.raises(Refused) as refused:
            queue.replay(session, rows[0], ids[1] or 0, now=world.now)
    assert refused.value.status == 404


def test_while_it_is_paused_nothing_is_sent_and_afterwards_nothing_is_lost(world: World) -> None:
    world.answer(200)
    endpoint = world.endpoint()
    world.change()
    with db.writing(world.engine) as session:
        endpoints.pause(session, endpoints.find(session, OURS, endpoint))
    assert world.run() == delivery.Counts(0, 0, 0)
    world.change()
    with db.writing(world.engine) as session:
        endpoints.resume(session, endpoints.find(session, OURS, endpoint))
    assert world.run().sent == 2


def test_removing_an_endpoint_or_its_campaign_removes_its_messages(world: World) -> None:
    world.answer(200)
    first, second = world.endpoint("/hook"), world.endpoint("/other")
    world.change()
    with db.writing(world.engine) as session:
        queue.queue_changes(session, world.settings, now=world.now)
        endpoints.remove(session, endpoints.find(session, OURS, first))
    assert [message.endpoint for message in world.messages()] == [second]
    with db.writing(world.engine) as session:
        removal.remove(session, OURS)
    assert world.messages() == []


def test_old_messages_are_forgotten_and_not_sent_again(world: World) -> None:
    world.answer(200)
    world.endpoint()
    world.change()
    summary = deliver_webhooks.run(world.engine, world.settings, now=world.now).summary
    assert summary == "1 messages queued, 1 sent, 0 to be tried again"
    housekeeping.run(world.engine, world.settings, now=world.now + 29 * DAY)
    assert len(world.messages()) == 1
    housekeeping.run(world.engine, world.settings, now=world.now + 31 * DAY)
    assert world.messages() == []
    assert world.run(31 * DAY).queued == 0


# --- where it goes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "addresses", [["10.0.0.8"], ["93.184.216.34", "127.0.0.1"], ["::ffff:169.254.169.254"], ["fd00::1"]]
)
def test_s15_a_name_that_leads_inside_is_told_nothing(
    snapshot_copy: Engine, make_world: Any, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    world = make_world(snapshot_copy)
    world.answer(200)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in addresses]
    world.endpoint(url=f"http://hooks.example.org:{world.server.port}/hook")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_all, **_named: found)
    world.change()
    assert world.run().failed == 1
    assert world.received == []
    assert world.messages()[0].problem == "inside"


def test_s15_the_name_is_looked_up_once_and_asked_at_that_address(
    world: World, inside_allowed: list[str]
) -> None:
    world.answer(200)
    url = f"http://hooks.example.org:{world.server.port}/hook"
    world.endpoint(url=url)
    world.change()
    assert world.run().sent == 1
    assert inside_allowed == [url]
    assert world.received[0].host == f"hooks.example.org:{world.server.port}"


def test_s15_the_guard_stands_in_development_too(snapshot_copy: Engine, make_world: Any) -> None:
    world = make_world(snapshot_copy)
    world.answer(200)
    world.endpoint()
    world.change()
    assert world.run().failed == 1
    assert world.received == []


def test_nobody_there_is_a_failure_with_its_reason(world: World) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        world.endpoint(url=f"http://hooks.example.org:{free.getsockname()[1]}/hook")
    world.change()
    assert world.run().failed == 1
    assert world.messages()[0].problem == "unreachable"


def test_a_host_that_answers_byte_by_byte_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would hold a sender for hours: each byte is within the time for one."""
    monkeypatch.setattr(ssrf, "resolve", lambda _url: "127.0.0.1")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Fetcher(user_agent="tests", read_timeout=30) as fetcher,
    ):
        ended = threading.Event()

        def drip() -> None:
            connection, _address = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                # Until the other side hangs up.
                while connection.recv(4096):
                    pass
            ended.set()

        threading.Thread(target=drip, daemon=True).start()
        url = f"http://hooks.example.org:{server.getsockname()[1]}/hook"
        with pytest.raises(SourceError, match="not reached"):
            fetcher.post(url, b"{}", public=True, seconds=0.2)
        assert ended.wait(20)
