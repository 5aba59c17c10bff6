"""From a due row to a recorded verdict, whatever a relay says (E04–E17)."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select
from structlog.testing import capture_logs

from campaign import db
from campaign.mailing import notices, queue
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import building, editions, lifecycle
from campaign.mailing.message import Envelope
from campaign.mailing.models import Content, Delivery, Edition, RelayLimits
from campaign.mailing.transport import Folder, Relay, Simulating, Smtp, open_transport
from campaign.refusals import Refused
from campaign.settings import Settings

from mondays import MONDAY, Clock, addresses  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]
DESK = "desk@campaign-host.org"
NOTICE = {"what": "paused", "campaign": "", "edition": 1, "problem": "x"}


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


def test_a_relay_whose_cable_is_cut_is_noticed_long_before_ten_minutes() -> None:
    """By the kernel: as long as the relay's confirms that it is there, its answer is waited for."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        says = ["250 ok", "250 ok", "354 go on", "250 taken"]
        threading.Thread(target=_scripted, args=(server, says), daemon=True).start()
        smtp = Smtp(Relay("127.0.0.1", server.getsockname()[1]), command_seconds=5, answer_seconds=5)
        assert smtp.send(Envelope("news@campaign-host.org", "a@readers-host.org", b"\r\n")).kind == "sent"
        assert smtp._open is not None
        asked = smtp._open.sock
        assert asked is not None
        assert asked.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        idle, interval, count = (
            asked.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        assert idle + interval * count <= 30
        assert 0 < asked.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 30_000
        smtp.close()


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
    # It is left alone for up to six minutes.
    for _ in range(9):
        report = deliver(outbox(transport=lambda _: Smtp(nowhere)))
        assert report.blocked.startswith("down")
        clock.sleep(400)
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
        told = session.exec(select(Delivery).where(Delivery.kind == "notice")).all()
        waiting = session.exec(select(Delivery).where(Delivery.state == "pending")).all()
    assert len(told) == 1
    english, spanish = (notices.text(told[0].detail, lang)[1] for lang in ("en", "es"))
    assert english.startswith("5 messages in a row were not taken; the last answer was: 550 ")
    assert spanish.startswith("No se aceptaron 5 mensajes seguidos; la última respuesta fue: 550 ")
    assert len([one for one in waiting if one.kind == "digest"]) >= 2
    deliver(outbox())
    assert [name for name in box.got if name.startswith("desk")] == ["desk@campaign-host.org"]
    lifecycle.resume(engine, edition, now=MONDAY)
    assert edition_row(edition).state == "sending"


def test_e11_no_database_connection_is_held_while_a_message_is_on_its_way(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box
) -> None:
    readers(*addresses(3))
    published()
    held: list[int] = []
    box.on_data = lambda _recipient: held.append(engine.pool.checkedout())  # type: ignore[attr-defined]
    assert deliver(outbox()).counts["sent"] == 3
    assert held == [0, 0, 0]


def test_e14_what_is_queued_is_not_changed_by_later_edits(
    engine: Engine, settings: Settings, readers: Make, published: Make, outbox: Make, box: Box
) -> None:
    readers("a@readers-host.org")
    edition = published()
    with pytest.raises(Refused, match="is sending") as refused:
        building.set_note(engine, settings, edition, "Late", "Tarde", now=MONDAY)
    state = "El estado de la edición 2026-W26 es «enviándose»"
    assert refused.value.es == f"{state}; solo se puede cambiar un borrador."
    with db.reading(engine) as session:
        kept = session.exec(select(Content)).one().body
    deliver(outbox())
    (_, _, raw) = box.messages[0]
    assert b"Late" not in raw
    assert raw.split(b"\r\n\r\n", 1)[1][:400] == kept[:400]


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
    # Drawing the traceback in the log takes as long as the test.
    with capture_logs():
        assert deliver(outbox()).counts == {"failed": 1, "sent": 1}
    with db.reading(engine) as session:
        row = session.exec(select(Delivery).where(Delivery.kind == "test")).one()
    assert (row.state, row.reply) == ("failed", "could not be put together: KeyError")


@pytest.mark.parametrize("kind", ["bad address", "no edition", "too heavy"])
def test_what_is_wrong_with_one_row_is_no_fault_of_the_relay(
    engine: Engine, readers: Make, published: Make, outbox: Make, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The row fails, once; the copies behind it leave in the same run."""
    readers("a@readers-host.org")
    edition = published()
    chosen = {"edition": edition, "group": {"language": "en", "seat": "", "proposals": ["none"]}}
    row = {
        "bad address": Delivery(kind="notice", address="desk@campaign-host.org,", due=MONDAY, detail=NOTICE),
        "no edition": Delivery(kind="test", address=DESK, due=MONDAY, detail={**chosen, "edition": 999}),
        "too heavy": Delivery(kind="test", address=DESK, due=MONDAY, detail=chosen),
    }[kind]
    if kind == "too heavy":
        monkeypatch.setattr("campaign.mailing.message.BUDGET", 10)
    with db.writing(engine) as session:
        session.add(row)
    report = deliver(outbox())
    assert (report.counts, report.blocked) == ({"failed": 1, "sent": 1}, "")
    with db.reading(engine) as session:
        assert session.exec(select(RelayLimits.trouble)).first() in (None, "")
        failed = session.exec(select(Delivery).where(Delivery.state == "failed")).one()
    assert failed.edition is None
    assert failed.reply


@pytest.mark.parametrize("kind", ["digest", "test", "notice"])
def test_without_a_sender_everything_waits(
    engine: Engine, settings: Settings, readers: Make, published: Make, outbox: Make, box: Box, kind: str
) -> None:
    """That is a fault of the installation: no row has failed when it is mended."""
    readers("a@readers-host.org")
    edition = published()
    chosen = {"edition": edition, "group": {"language": "en", "seat": "", "proposals": []}}
    with db.writing(engine) as session:
        if kind != "digest":
            detail = chosen if kind == "test" else NOTICE
            session.add(Delivery(kind=kind, address=DESK, due=MONDAY, detail=detail))
    nobody = settings.model_copy(update={"mail_from": "", "smtp_url": SecretStr("smtp://127.0.0.1")})
    report = deliver(replace(outbox(), settings=nobody))
    assert report.blocked.startswith("refused: ")
    assert "CAMPAIGN_MAIL_FROM" in report.blocked
    with db.reading(engine) as session:
        assert set(session.exec(select(Delivery.state))) == {"pending"}
    assert box.messages == []
