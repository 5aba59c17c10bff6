"""Queue and delivery: one row a reader, claimed, marked, sent, recorded (E01–E17)."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import db
from campaign.mailing import queue, relay_limits
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import editions
from campaign.mailing.message import Envelope
from campaign.mailing.models import Content, Delivery, Edition, RelayLimits, Subscriber, Suppression
from campaign.mailing.readers import subscribers
from campaign.mailing.transport import Folder, Relay, Simulating, Smtp, open_transport
from campaign.refusals import Refused
from campaign.settings import Settings

from mondays import MONDAY, Clock  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]


def addresses(number: int, start: str = "r") -> list[str]:
    return [f"{start}{place}@readers-host.org" for place in range(number)]


# --- publishing ---


def test_e01_one_row_per_confirmed_unsuppressed_reader(
    engine: Engine, keys: Keys, readers: Make, published: Make, states: Make
) -> None:
    readers("a@readers-host.org", "b@readers-host.org", seat="TX-20")
    readers("waiting@readers-host.org", state="pending")
    readers("gone@readers-host.org", state="stopped")
    (barred,) = readers("barred@readers-host.org")
    with db.writing(engine) as session:
        key = session.get_one(Subscriber, barred).key
        session.add(Suppression(key=key, reason="organizer", since=MONDAY))
    published()
    assert states() == {"a@readers-host.org": "pending", "b@readers-host.org": "pending"}


def test_e01_a_failure_while_publishing_creates_no_row(
    engine: Engine, settings: Settings, readers: Make, rules: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers(*addresses(5))
    rules(quiet_week="note")
    built = editions.build(engine, settings, now=MONDAY, period="2026-W26")
    whole = editions._add_rows

    def breaks(*given: Any) -> int:
        whole(*given)
        raise RuntimeError("the power went out")

    monkeypatch.setattr(editions, "_add_rows", breaks)
    with pytest.raises(RuntimeError):
        editions.publish(engine, settings, built.edition, by="tests", now=MONDAY)
    with db.reading(engine) as session:
        assert session.exec(select(Delivery)).all() == []
        assert session.get_one(Edition, built.edition).state == "draft"


def test_e02_publishing_twice_or_at_once_adds_nothing(
    engine: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    readers(*addresses(20))
    rules(quiet_week="note")
    built = editions.build(engine, settings, now=MONDAY, period="2026-W26")
    added: list[int] = []

    def publish() -> None:
        added.append(editions.publish(engine, settings, built.edition, by="tests", now=MONDAY))

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publish()
    assert sorted(added) == [0, 0, 0, 0, 20]


def test_e02_the_database_itself_refuses_a_second_row(engine: Engine, readers: Make, published: Make) -> None:
    readers("a@readers-host.org")
    edition = published()
    with db.reading(engine) as session:
        row = session.exec(select(Delivery)).one()
    twin = sa.insert(Delivery).values({**row.model_dump(exclude={"id"}), "edition": edition})
    with pytest.raises(sa.exc.IntegrityError), engine.execution_options(writes=True).connect() as connection:
        connection.execute(twin)


def test_e02_building_a_week_again_keeps_its_edition(
    engine: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    readers("a@readers-host.org")
    rules(quiet_week="note")
    first = editions.build(engine, settings, now=MONDAY)
    assert editions.build(engine, settings, now=MONDAY + timedelta(hours=1)) == first


# --- crashes ---

# Where a worker is killed, told by what it was doing: a function of the running code.
POINTS = {
    "before the claim": "campaign.mailing.queue.claim",
    "after the claim": "campaign.mailing.queue.begin",
    "before DATA": "campaign.mailing.transport.Smtp._announce",
    "after DATA, before the record": "campaign.mailing.queue.end",
    "after the record": "campaign.mailing.transport.Simulating.send",
}
WORKER = """
import os, signal, sys
from importlib import import_module
from campaign import db
from campaign.mailing.delivery.sending import Outbox, deliver
from campaign.settings import read_settings
settings = read_settings()
where, nth = sys.argv[1], int(sys.argv[2])
path, name = where.rsplit(".", 1)
try:
    owner = import_module(path)
except ModuleNotFoundError:
    module, cls = path.rsplit(".", 1)
    owner = getattr(import_module(module), cls)
whole, calls = getattr(owner, name), 0
def die(*given, **named):
    global calls
    calls += 1
    if calls == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*given, **named)
setattr(owner, name, die)
deliver(Outbox(db.open_engine(settings.database_url), settings, batch=10))
"""


def environment(engine: Engine, settings: Settings, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "CAMPAIGN_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "CAMPAIGN_SECRET_KEY": settings.secret_key.get_secret_value(),
        "CAMPAIGN_BASE_URL": settings.base_url,
        "CAMPAIGN_MAIL_FROM": settings.mail_from,
        "CAMPAIGN_POSTAL_ADDRESS": settings.postal_address,
        "CAMPAIGN_SMTP_URL": f"smtp://127.0.0.1:{port}",
    }


@pytest.mark.parametrize("point", POINTS)
def test_e03_kill_at_five_points_loses_nobody_and_doubles_nobody(
    engine: Engine, settings: Settings, box: Box, readers: Make, published: Make, outbox: Make, point: str
) -> None:
    names = addresses(12)
    readers(*names)
    edition = published()
    port = box.port  # type: ignore[attr-defined]
    command = [sys.executable, "-c", WORKER, POINTS[point], "2" if "claim" in point else "4"]
    ended = subprocess.run(command, env=environment(engine, settings, port), capture_output=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-800:]
    let_leases_end(engine)
    deliver(outbox())
    with db.reading(engine) as session:
        counts = queue.counts(session, session.get_one(Edition, edition))
    got = box.got
    # Whoever is not shown as unknown has exactly one copy, and at most one row a killed worker is unknown.
    assert counts.get("unknown", 0) <= 1
    assert counts["sent"] + counts.get("unknown", 0) == 12
    assert max(got.values()) == 1
    assert counts["sent"] <= len(got) <= 12
    queue.resend_unknown(engine, edition, now=MONDAY)
    deliver(outbox())
    assert set(box.got) == set(names)
    assert sum(box.got.values()) <= 13


def let_leases_end(engine: Engine) -> None:
    """What a minute and a half would do."""
    with db.writing(engine) as session:
        held = sa.update(Delivery).where(col(Delivery.lease).is_not(None))
        session.execute(held.values(lease=MONDAY - timedelta(minutes=1)))


def test_e04_two_workers_send_no_row_twice(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box, states: Make
) -> None:
    names = addresses(150)
    readers(*names)
    published()
    reports: list[Any] = []

    def work() -> None:
        reports.append(deliver(outbox(batch=7), connections=2))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.counts["sent"] for report in reports) == 150
    assert box.got == dict.fromkeys(names, 1)
    assert set(states().values()) == {"sent"}


def test_e04_a_mark_holds_for_the_worker_that_claimed_the_row(
    engine: Engine, readers: Make, published: Make, clock: Clock
) -> None:
    readers(*addresses(2))
    published()
    (mine,) = queue.claim(engine, owner="a", now=clock(), most=1).claimed
    (other,) = queue.claim(engine, owner="b", now=clock(), most=1).claimed
    with engine.execution_options(writes=True).begin() as connection:
        assert queue.begin(connection, mine, owner="a", now=clock())
        assert not queue.begin(connection, other, owner="a", now=clock())
        assert not queue.begin(connection, mine, owner="a", now=clock())


def test_e05_an_abandoned_row_comes_back_when_its_lease_ends(
    engine: Engine, readers: Make, published: Make, outbox: Make, clock: Clock, box: Box
) -> None:
    readers("a@readers-host.org")
    published()
    assert len(queue.claim(engine, owner="dead", now=clock(), most=5).claimed) == 1
    assert deliver(outbox()).counts["sent"] == 0
    clock.sleep(queue.LEASE.total_seconds() + 1)
    assert deliver(outbox()).counts["sent"] == 1


def test_e05_a_live_worker_keeps_its_lease_and_a_late_one_loses_it(
    engine: Engine, readers: Make, published: Make, clock: Clock
) -> None:
    readers("a@readers-host.org")
    published()
    (row,) = queue.claim(engine, owner="slow", now=clock(), most=5).claimed
    clock.sleep(60)
    queue.renew(engine, owner="slow", now=clock())
    clock.sleep(60)
    assert queue.claim(engine, owner="other", now=clock(), most=5).claimed == ()
    clock.sleep(60)
    assert len(queue.claim(engine, owner="other", now=clock(), most=5).claimed) == 1
    with engine.execution_options(writes=True).begin() as connection:
        assert not queue.begin(connection, row, owner="slow", now=clock())


# --- what relays say ---


def test_e06_4xx_waits_longer_each_time_and_is_given_up_after_72_hours(
    engine: Engine, readers: Make, published: Make, outbox: Make, clock: Clock, rules: Make
) -> None:
    readers("later-a@readers-host.org")
    published(breaker_after=1000)
    start, waits = clock(), []
    while True:
        deliver(outbox())
        with db.reading(engine) as session:
            row = session.exec(select(Delivery)).one()
        if row.state == "failed":
            break
        assert row.state == "deferred"
        waits.append((row.due - clock()).total_seconds())
        clock.at = row.due
    assert 4 * 60 <= waits[0] <= 6 * 60
    assert waits[2] > waits[0]
    assert max(waits) <= 6 * 3600 * 1.2 + 1
    assert timedelta(hours=72) <= clock() - start < timedelta(hours=82)
    assert "451" in row.reply
    assert "@" not in row.reply.replace("…@…", "")


def test_e06_5xx_fails_at_once_and_the_last_words_are_kept(
    readers: Make, published: Make, outbox: Make, engine: Engine
) -> None:
    readers("gone-a@readers-host.org", "refused-b@readers-host.org", "c@readers-host.org")
    published()
    report = deliver(outbox())
    assert report.counts == {"failed": 2, "sent": 1}
    with db.reading(engine) as session:
        words = {row.reply[:9] for row in session.exec(select(Delivery).where(Delivery.state == "failed"))}
    assert words == {"550 5.1.1", "554 5.7.1"}


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (["250 ok", "250 ok", "354 go on", "250 taken"], "sent"),
        (["250 ok", "251 forwarded", "354 go on", "250 taken"], "sent"),
        (["250 ok", "550 gone", "250 reset"], "failed"),
        (["250 ok", "250 ok", "451 later", "250 reset"], "deferred"),
        (["250 ok", "250 ok", "354 go on", "552 too much", "250 reset"], "failed"),
        (["250 ok", "250 ok", "354 go on", "999 what"], "deferred"),
        (["550 not you", "250 reset"], "refused"),
        (["421 busy"], "throttled"),
        (["250 ok", "421 busy"], "throttled"),
        (["250 ok", "454 slow"], "throttled"),
    ],
)
def test_e06_what_a_relay_answers_is_sorted_by_what_it_speaks_of(says: list[str], kind: str) -> None:
    """What a scripted relay says to MAIL, RCPT, DATA, the message and RSET."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_scripted, args=(server, says), daemon=True)
        thread.start()
        smtp = Smtp(Relay("127.0.0.1", server.getsockname()[1]), command_seconds=5, answer_seconds=5)
        raw = b"Subject: x\r\n\r\nwords\r\n"
        assert smtp.send(Envelope("news@campaign-host.org", "a@readers-host.org", raw)).kind == kind
        smtp.close()
        thread.join(10)


def _scripted(server: socket.socket, says: list[str]) -> None:
    """Answers each thing it hears after EHLO from the script, then hangs up."""
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"220 here\r\n")
        for line in ["250 here", *says]:
            connection.recv(65536)
            connection.sendall(f"{line}\r\n".encode())


@pytest.mark.parametrize("kind", ["slow", "busy"])
def test_e06_throttling_slows_the_pipe_and_is_nobodys_error(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box, clock: Clock, kind: str
) -> None:
    readers(*addresses(6), f"{kind}-z@readers-host.org")
    published(per_second=100)
    report = deliver(outbox(batch=2))
    assert report.blocked.startswith("throttled")
    with db.reading(engine) as session:
        way = session.exec(select(RelayLimits)).one()
        assert way.pace == 0.5
        assert {row.state for row in session.exec(select(Delivery))} <= {"sent", "pending"}
        assert all(row.attempts == 0 for row in session.exec(select(Delivery)) if row.state == "pending")
    assert queue.claim(engine, owner="x", now=clock(), most=5).claimed == ()
    box.mood[kind] = "fine"
    clock.sleep(120)
    deliver(outbox())
    assert len(box.got) == 7
    assert max(box.got.values()) == 1


def test_e07_a_relay_that_is_down_for_an_hour_costs_nobody_a_copy(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box, clock: Clock
) -> None:
    names = addresses(8)
    readers(*names)
    published()
    nowhere = Relay("127.0.0.1", 1)
    for _ in range(12):
        report = deliver(outbox(transport=lambda _: Smtp(nowhere)))
        assert report.blocked.startswith("down")
        clock.sleep(300)
    with db.reading(engine) as session:
        assert session.exec(select(RelayLimits)).one().trouble == "down"
        (trouble,) = queue.troubles(session)
        assert trouble.about == "relay"
        assert trouble.en.startswith("the relay cannot be reached since ")
        assert trouble.es.startswith("no se puede llegar al servidor de correo desde ")
        assert {row.attempts for row in session.exec(select(Delivery))} == {0}
    clock.sleep(400)
    assert deliver(outbox()).counts["sent"] == 8
    assert box.got == dict.fromkeys(names, 1)
    with db.reading(engine) as session:
        assert session.exec(select(RelayLimits)).one().trouble == ""


@pytest.mark.parametrize("kind", ["silent", "hush"])
def test_e08_no_answer_after_the_message_is_unknown_and_not_sent_again(
    engine: Engine,
    readers: Make,
    published: Make,
    outbox: Make,
    box: Box,
    states: Make,
    clock: Clock,
    kind: str,
) -> None:
    name = f"{kind}-a@readers-host.org"
    readers(name, "b@readers-host.org")
    edition = published()
    assert deliver(outbox()).counts == {"unknown": 1, "sent": 1}
    clock.sleep(7200)
    deliver(outbox())
    assert states()[name] == "unknown"
    assert box.got[name] == 1
    with db.reading(engine) as session:
        found = editions.status(session, session.get_one(Edition, edition))
    assert (found["sent"], found["unknown"]) == (1, 1)


def test_e08_the_setting_to_resend_unknown_defaults_to_no(
    engine: Engine, readers: Make, published: Make, clock: Clock, rules: Make, states: Make
) -> None:
    readers("a@readers-host.org", "b@readers-host.org")
    published()
    one, two = queue.claim(engine, owner="dead", now=clock(), most=2).claimed
    with engine.execution_options(writes=True).begin() as connection:
        assert queue.begin(connection, one, owner="dead", now=clock())
    clock.sleep(100)
    assert queue.sweep(engine, now=clock()) == 1
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(
            sa.update(Delivery).where(col(Delivery.id) == two.id).values(state="sending", lease=MONDAY)
        )
    rules(resend_unknown=True)
    queue.sweep(engine, now=clock())
    assert sorted(states().values()) == ["pending", "unknown"]


def test_e08_a_slow_worker_that_was_given_up_still_records_the_truth(
    engine: Engine, readers: Make, published: Make, clock: Clock, states: Make
) -> None:
    readers("a@readers-host.org")
    published()
    (row,) = queue.claim(engine, owner="slow", now=clock(), most=1).claimed
    writes = engine.execution_options(writes=True)
    with writes.begin() as connection:
        queue.begin(connection, row, owner="slow", now=clock())
    clock.sleep(100)
    queue.sweep(engine, now=clock())
    with writes.begin() as connection:
        verdict = queue.Verdict("sent", "250 late")
        queue.end(connection, queue.Ended(row, verdict, clock()), owner="slow")
    assert set(states().values()) == {"sent"}


def test_e09_many_refusals_in_a_row_pause_the_edition_and_tell_somebody_once(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box, edition_row: Make
) -> None:
    readers(*addresses(12, "gone-"))
    edition = published(breaker_after=5, notify_email="desk@campaign-host.org")
    deliver(outbox(), connections=2)
    row = edition_row(edition)
    assert row.state == "paused"
    assert "550" in row.problem
    with db.reading(engine) as session:
        notices = session.exec(select(Delivery).where(Delivery.kind == "notice")).all()
        waiting = session.exec(select(Delivery).where(Delivery.state == "pending")).all()
    assert len(notices) == 1
    assert len([one for one in waiting if one.kind == "digest"]) >= 2
    deliver(outbox())
    assert [name for name in box.got if name.startswith("desk")] == ["desk@campaign-host.org"]
    editions.resume(engine, edition)
    assert edition_row(edition).state == "sending"


@pytest.mark.parametrize(("per_second", "per_hour", "seconds"), [(10, 0, 60), (0, 1800, 600), (100, 3600, 120)])
def test_e10_the_rate_holds_over_workers_within_five_percent(
    engine: Engine,
    readers: Make,
    published: Make,
    clock: Clock,
    per_second: float,
    per_hour: float,
    seconds: int,
) -> None:
    limit = min(per_second or 1e9, (per_hour or 1e9) / 3600)
    readers(*addresses(int(limit * seconds) + 200))
    published(per_second=per_second, per_hour=per_hour)
    # What was saved up at the start is spent before measuring.
    while queue.claim(engine, owner="warm-up", now=clock(), most=50).claimed:
        pass
    claimed = 0
    for step in range(seconds * 4):
        clock.sleep(0.25)
        claimed += len(queue.claim(engine, owner=f"worker {step % 3}", now=clock(), most=50).claimed)
    assert abs(claimed - limit * seconds) <= max(1.0, 0.05 * limit * seconds)


def test_e11_no_database_connection_is_held_while_a_message_is_on_its_way(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box
) -> None:
    readers(*addresses(3))
    published()
    held: list[int] = []
    box.on_data = lambda _recipient: held.append(engine.pool.checkedout())  # type: ignore[attr-defined]
    assert deliver(outbox()).counts["sent"] == 3
    assert held == [0, 0, 0]


def test_e12_sigterm_finishes_the_message_in_flight_and_gives_the_rest_back(
    engine: Engine, settings: Settings, readers: Make, published: Make, box: Box, states: Make
) -> None:
    readers(*addresses(40))
    published()
    port = box.port  # type: ignore[attr-defined]
    script = """
import signal, threading
from campaign import db
from campaign.mailing.delivery.sending import Outbox, deliver
from campaign.settings import read_settings
settings = read_settings(); stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
outbox = Outbox(db.open_engine(settings.database_url), settings, stopping=stop.is_set)
print("begins", flush=True)
print(deliver(outbox).summary)
"""
    worker = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment(engine, settings, port),
        stdout=subprocess.PIPE,
        text=True,
    )
    reached = threading.Event()
    box.on_data = lambda _recipient: reached.set() if len(box.messages) >= 3 else None
    assert reached.wait(30)
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=10)
    assert worker.returncode == 0
    found = states()
    assert set(found.values()) <= {"sent", "pending"}
    assert sorted(box.got) == sorted(name for name, state in found.items() if state == "sent")
    with db.reading(engine) as session:
        assert session.exec(select(Delivery).where(col(Delivery.lease).is_not(None))).all() == []


# --- what happens meanwhile ---


@pytest.mark.parametrize("how", ["unsubscribe", "erase", "complaint"])
def test_e13_whoever_stops_after_queuing_is_suppressed(
    engine: Engine, keys: Keys, readers: Make, published: Make, outbox: Make, box: Box, clock: Clock, how: str
) -> None:
    (who,) = readers("a@readers-host.org")
    readers("b@readers-host.org")
    published()
    claimed = queue.claim(engine, owner="early", now=clock(), most=5).claimed
    with db.writing(engine) as session:
        reader = session.get_one(Subscriber, who)
        if how == "unsubscribe":
            assert subscribers.unsubscribe(session, keys, keys.stop_token(reader.key), now=clock())
        elif how == "erase":
            subscribers.erase(session, reader, now=clock())
        else:
            subscribers.stop(session, reader, "complaint", now=clock())
    with engine.execution_options(writes=True).begin() as connection:
        begun = [queue.begin(connection, row, owner="early", now=clock()) for row in claimed]
    assert sorted(begun) == [False, True]
    queue.release(engine, claimed, owner="early")
    let_leases_end(engine)
    deliver(outbox())
    assert "a@readers-host.org" not in box.got
    with db.reading(engine) as session:
        assert len(session.exec(select(Delivery).where(Delivery.state == "suppressed")).all()) == 1


def test_e13_readers_who_stopped_do_not_end_a_run(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box, states: Make
) -> None:
    gone, *others = addresses(4)
    readers(gone, *others)
    published()
    with db.writing(engine) as session:
        session.execute(sa.update(Subscriber).where(col(Subscriber.email) == gone).values(state="stopped"))
    assert deliver(outbox(batch=1)).counts["sent"] == len(others)
    assert states()[gone] == "suppressed"


def test_e14_what_is_queued_is_not_changed_by_later_edits(
    engine: Engine, settings: Settings, readers: Make, published: Make, outbox: Make, box: Box
) -> None:
    readers("a@readers-host.org")
    edition = published()
    with pytest.raises(Refused):
        editions.set_note(engine, settings, edition, "Late", "Tarde", now=MONDAY)
    with db.reading(engine) as session:
        kept = session.exec(select(Content)).one().body
    deliver(outbox())
    (_, _, raw) = box.messages[0]
    assert b"Late" not in raw
    assert raw.split(b"\r\n\r\n", 1)[1][:400] == kept[:400]


def test_e16_the_sweeper_finds_missing_rows_and_stuck_ones(
    engine: Engine, readers: Make, published: Make, states: Make, clock: Clock
) -> None:
    readers(*addresses(3))
    edition = published()
    with db.writing(engine) as session:
        session.execute(sa.delete(Delivery).where(col(Delivery.id) == 2))
        session.execute(
            sa.update(Delivery)
            .where(col(Delivery.id) == 1)
            .values(state="sending", owner="dead", lease=MONDAY - timedelta(hours=1))
        )
    assert editions.mend(engine, now=clock()) == 1
    assert editions.mend(engine, now=clock()) == 0
    assert queue.sweep(engine, now=clock()) == 1
    assert sorted(states().values()) == ["pending", "pending", "unknown"]
    assert edition == 1


def test_e16_a_dead_man_check_hears_of_start_end_and_failure(
    engine: Engine, settings: Settings, readers: Make, published: Make, httpserver: Any
) -> None:
    from jobs import deliver_mail

    readers("a@readers-host.org")
    published()
    for path in ("/ping/start", "/ping", "/ping/fail"):
        httpserver.expect_request(path).respond_with_data("OK")
    watched = settings.model_copy(update={"heartbeat_url": httpserver.url_for("/ping")})
    deliver_mail.run(engine, watched, now=MONDAY)
    broken = watched.model_copy(update={"mail_from": ""})
    editions_before = [request.path for request, _ in httpserver.log]
    assert editions_before == ["/ping/start", "/ping"]
    with pytest.raises(RuntimeError):
        deliver_mail.run(_Broken(engine), broken, now=MONDAY)  # type: ignore[arg-type]
    assert [request.path for request, _ in httpserver.log][-1] == "/ping/fail"


class _Broken:
    """An engine whose database goes away after the first question."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked = 0

    def __getattr__(self, name: str) -> Any:
        self._asked += 1
        if self._asked > 1:
            raise RuntimeError("the database went away")
        return getattr(self._engine, name)


@pytest.mark.parametrize(
    ("local", "kind"),
    [("delivered", "sent"), ("temporary-failure", "deferred"), ("permanent-failure", "failed")],
)
def test_e17_simulated_addresses_open_no_socket(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box, local: str, kind: str
) -> None:
    readers(f"{local}@simulate.invalid")
    published()
    nowhere = Relay("127.0.0.1", 1)
    report = deliver(outbox(transport=lambda _: Simulating(Smtp(nowhere))))
    assert report.counts == {kind: 1}


def test_e17_the_default_writes_files_and_writes_them_whole(
    engine: Engine, settings: Settings, readers: Make, published: Make, outbox: Make, tmp_path: Path
) -> None:
    assert Settings(secret_key="k" * 40).smtp_url.get_secret_value() == "file:var/outbox"  # type: ignore[arg-type]
    readers("a@readers-host.org", "b@readers-host.org")
    published()
    assert deliver(outbox(transport=open_transport)).counts["sent"] == 2
    files = sorted((tmp_path / "outbox").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    assert all(file.read_bytes().endswith(b"--\r\n") for file in files)


def test_e17_a_full_disk_holds_the_mail_and_leaves_nothing_half_written(
    readers: Make, published: Make, outbox: Make, tmp_path: Path, states: Make
) -> None:
    readers("a@readers-host.org")
    published()
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    folder = tmp_path / "full"
    folder.mkdir()
    report = deliver(outbox(transport=lambda _: _FullDisk(folder)))
    assert "No space left" in report.blocked
    assert list(folder.iterdir()) == []
    assert set(states().values()) == {"pending"}


class _FullDisk(Folder):
    """A folder on a disk that takes no byte more."""

    def send(self, envelope: Any) -> Any:
        from campaign.mailing import transport

        whole = transport._write

        def write(_path: Path, raw: bytes) -> None:
            whole(Path("/dev/full"), raw)

        transport._write = write
        try:
            return super().send(envelope)
        finally:
            transport._write = whole


def test_pace_recovers_by_itself(engine: Engine, clock: Clock, rules: Make) -> None:
    rules(per_second=8)
    relay_limits.block(engine, queue.Verdict("throttled", "454 slow"), now=clock())
    with db.reading(engine) as session:
        assert relay_limits.state(session).pace == 0.5
    clock.sleep(1300)
    queue.claim(engine, owner="x", now=clock(), most=1)
    with db.reading(engine) as session:
        assert relay_limits.state(session).pace == 1.0


def test_a_worker_stops_between_two_messages(readers: Make, published: Make, outbox: Make, box: Box) -> None:
    readers(*addresses(5))
    published()
    assert deliver(outbox(stopping=lambda: len(box.messages) >= 2)).counts["sent"] == 2


def test_a_message_that_cannot_be_made_stops_no_other(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box
) -> None:
    readers("a@readers-host.org")
    published()
    with db.writing(engine) as session:
        broken = {"edition": 1, "group": {"language": "en"}}
        session.add(Delivery(kind="test", address="desk@campaign-host.org", due=MONDAY, detail=broken))
    assert deliver(outbox()).counts == {"failed": 1, "sent": 1}
    with db.reading(engine) as session:
        row = session.exec(select(Delivery).where(Delivery.kind == "test")).one()
    assert (row.state, row.reply) == ("failed", "could not be put together: KeyError")
