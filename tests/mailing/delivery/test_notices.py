"""What organizers are told of the mail, by e-mail and in their chat: once each, whatever dies meanwhile."""

import email
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from email.policy import default
from typing import Any

import forked
import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing import queue
from campaign.mailing.models import Delivery, Edition, RelayLimits
from campaign.settings import Settings
from jobs.deliver_mail import Runs

from mondays import MONDAY, Clock, environment, let_leases_end  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]
DESK = "desk@campaign-host.org"
NOWHERE = SecretStr("smtp://127.0.0.1:1")


@pytest.fixture
def relay(settings: Settings, box: Box) -> Settings:
    """Settings whose relay is ``box``."""
    return settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{box.port}")})  # type: ignore[attr-defined]


@pytest.fixture
def chat(httpserver: HTTPServer) -> Callable[[], list[str]]:
    """A chat that takes Slack's messages: the texts that were posted."""
    httpserver.expect_request("/hook", method="POST").respond_with_data("ok")

    def posted() -> list[str]:
        return [request.json["text"] for request, _ in httpserver.log if request.path == "/hook"]

    return posted


@pytest.fixture
def told(rules: Make, httpserver: HTTPServer) -> Callable[..., dict[str, Any]]:
    """Policy values under which organizers are notified at both places."""

    def values(**more: Any) -> dict[str, Any]:
        return {"notify_email": DESK, "notify_webhook": httpserver.url_for("/hook"), **more}

    return values


def mailed(box: Box) -> list[tuple[str, str]]:
    """Subject and text of each notice that the organizers' address got."""
    found = []
    for _, recipient, raw in box.messages:
        if recipient == DESK:
            message = email.message_from_bytes(raw, policy=default)
            text = message.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
            found.append((str(message["Subject"]), " ".join(text.split())))
    return found


def run_for(runs: Runs, clock: Clock, seconds: float, *, step: float = 30) -> None:
    for _ in range(int(seconds / step)):
        runs.run(clock())
        clock.sleep(step)


# --- an edition has been sent ---


@pytest.mark.parametrize(
    ("lang", "subject", "text"),
    [
        (
            "en",
            "The digest of 2026-W26 has been sent",
            "Accepted by your mail server: 2 of 3 copies. Not delivered: 1. May or may not have arrived: 0. "
            "Not sent, because the reader unsubscribed first: 0.",
        ),
        (
            "es",
            "El boletín de 2026-W26 ya se envió",
            "Aceptadas por su servidor de correo: 2 de 3 copias. No entregadas: 1. Quizá no llegaron: 0. "
            "No enviadas porque la persona canceló antes: 0.",
        ),
    ],
)
def test_organizers_hear_once_that_an_edition_has_been_sent(
    engine: Engine,
    relay: Settings,
    readers: Make,
    published: Make,
    clock: Clock,
    box: Box,
    chat: Make,
    told: Make,
    lang: str,
    subject: str,
    text: str,
) -> None:
    readers("a@readers-host.org", "b@readers-host.org", "gone-c@readers-host.org")
    published(**told(notify_language=lang))
    run_for(Runs(engine, relay, clock=clock), clock, 300, step=60)
    assert chat() == [f"*{subject}*\n{text}"]
    ((found, body),) = mailed(box)
    assert found == subject
    assert text in body


def test_an_edition_opened_again_for_unknown_copies_is_not_announced_again(
    engine: Engine,
    relay: Settings,
    readers: Make,
    published: Make,
    clock: Clock,
    box: Box,
    chat: Make,
    told: Make,
) -> None:
    readers("hush-a@readers-host.org", "b@readers-host.org")
    edition = published(**told())
    runs = Runs(engine, relay, clock=clock)
    run_for(runs, clock, 120)
    assert queue.resend_unknown(engine, edition, now=clock()) == 1
    run_for(runs, clock, 120)
    with db.reading(engine) as session:
        assert session.get_one(Edition, edition).state == "done"
    assert (len(chat()), len(mailed(box))) == (1, 1)


def test_an_alert_that_has_been_sent_is_no_news_for_organizers(
    engine: Engine, relay: Settings, clock: Clock, box: Box, chat: Make, told: Make, rules: Make
) -> None:
    rules(**told())
    with db.writing(engine) as session:
        session.add(Edition(kind="alert", period="2026-06-22", state="sending", built_at=MONDAY))
    run_for(Runs(engine, relay, clock=clock), clock, 60)
    with db.reading(engine) as session:
        assert session.exec(select(Edition.state)).one() == "done"
    assert (chat(), mailed(box)) == ([], [])


def test_two_workers_that_find_an_edition_sent_announce_it_once(
    engine: Engine, readers: Make, published: Make, clock: Clock, told: Make
) -> None:
    published(**told())
    threads = [threading.Thread(target=queue.sweep, args=(engine,), kwargs={"now": clock()}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading(engine) as session:
        kinds = sorted(session.exec(select(Delivery.kind)))
    assert kinds == ["hook", "notice"]


# Where a worker is killed, by the function it is about to call (before) or has called (after).
KILLS = {
    "while the edition is being closed": ("campaign.mailing.notices.notify", "after"),
    "when the notice waits": ("campaign.mailing.queue.claim", "before", 2),
    "before the mail is marked": ("campaign.mailing.queue.begin", "before", 2),
    "after the mail was handed over and recorded": ("campaign.mailing.queue.release", "after", 2),
    "before the chat is looked at": ("campaign.mailing.delivery.chat_notices.post", "before"),
    "before the chat is marked": ("campaign.mailing.delivery.chat_notices._take", "before"),
    "after the chat was posted": ("campaign.mailing.delivery.chat_notices._end", "before"),
}
WORKER = """
import sys
import forked
from campaign import db
from campaign.settings import read_settings
from jobs.deliver_mail import Runs
forked.kill_at(sys.argv[1], int(sys.argv[3]), sys.argv[2])
settings = read_settings()
runs = Runs(db.open_engine(settings.database_url), settings)
for _ in range(3):
    runs.run(db.utcnow(), connections=1)
"""


@pytest.mark.parametrize("point", KILLS)
def test_a_killed_worker_neither_loses_nor_doubles_a_notice(
    engine: Engine,
    relay: Settings,
    readers: Make,
    published: Make,
    box: Box,
    chat: Make,
    told: Make,
    point: str,
) -> None:
    readers("a@readers-host.org")
    published(**told())
    name, when, nth = (*KILLS[point], 1)[:3]
    ended, failure = forked.run(WORKER, name, when, str(nth), env=environment(engine, relay, box.port))
    assert ended == -signal.SIGKILL, failure
    let_leases_end(engine)
    runs = Runs(engine, relay)
    for _ in range(3):
        runs.run(db.utcnow())
    assert len(chat()) == 1
    assert [subject for subject, _ in mailed(box)] == ["The digest of 2026-W26 has been sent"]
    assert box.got["a@readers-host.org"] == 1


# --- mail is stuck ---


def test_organizers_hear_once_that_mail_is_stuck_and_once_more_the_next_time(
    engine: Engine,
    relay: Settings,
    readers: Make,
    published: Make,
    clock: Clock,
    box: Box,
    chat: Make,
    told: Make,
) -> None:
    readers("a@readers-host.org")
    published(**told())
    down = relay.model_copy(update={"smtp_url": NOWHERE})
    run_for(Runs(engine, down, clock=clock), clock, 240, step=60)
    assert chat() == []
    run_for(Runs(engine, down, clock=clock), clock, 2400, step=300)
    (text,) = chat()
    assert text.startswith(
        "*Email is not going out*\n"
        "No email has gone out since 2026-06-22 16:00 UTC: the relay cannot be reached (no"
    )
    assert mailed(box) == []
    run_for(Runs(engine, relay, clock=clock), clock, 900, step=180)
    words = [text.partition("\n")[0] for text in chat()]
    assert words == ["*Email is not going out*", "*The digest of 2026-W26 has been sent*"]
    subjects = [subject for subject, _ in mailed(box)]
    assert subjects == ["Email was held up", "The digest of 2026-W26 has been sent"]
    assert "From 2026-06-22 16:00 UTC no email could go out: the relay cannot be reached" in mailed(box)[0][1]
    clock.at = MONDAY + timedelta(days=7)
    published("2026-W27", now=clock(), **told())
    run_for(Runs(engine, down, clock=clock), clock, 1200, step=200)
    assert [text.partition("\n")[0] for text in chat()][2:] == ["*Email is not going out*"]


def test_a_relay_that_fails_in_turns_in_two_ways_is_stuck_all_the_same(
    engine: Engine,
    relay: Settings,
    readers: Make,
    published: Make,
    clock: Clock,
    box: Box,
    chat: Make,
    told: Make,
) -> None:
    readers("a@readers-host.org")
    published(**told(notify_language="es"))
    box.mood["rcpt"] = "421 4.7.0 busy"
    for turn in range(10):
        way = relay if turn % 2 else relay.model_copy(update={"smtp_url": NOWHERE})
        Runs(engine, way, clock=clock).run(clock())
        with db.reading(engine) as session:
            found = session.get_one(RelayLimits, "relay")
        assert found.trouble == ("throttled" if turn % 2 else "down")
        # It is asked again as soon as it may be, so that each turn fails.
        clock.at = found.blocked_until or clock.at
    (text,) = chat()
    assert text.startswith("*El correo no está saliendo*\nNingún correo ha salido desde 2026-06-22 16:00 UTC: ")
