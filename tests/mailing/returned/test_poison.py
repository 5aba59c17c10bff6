"""Anybody may write to the return path: no message stops the others, none takes long."""

import imaplib
from typing import Any, cast

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing import senders
from campaign.mailing.addresses import Keys, masked
from campaign.mailing.message import return_path
from campaign.mailing.models import Delivery
from campaign.mailing.returned import bounces
from campaign.settings import Settings
from jobs import deliver_mail

from mondays import MONDAY  # isort: skip

# Each made Python's own header parser raise.
SLOPPY = [
    b"To: a@\r\n",
    b'To: "\r\n',
    b"To: Undisclosed recipients:;;\r\n",
    b"To: =?utf-8?b??=\r\n",
    b"To: " + b"(" * 400 + b"\r\n",
    b"Content-Type: multipart/report; boundary=\r\n",
    b"Content-Type: ;;;=\r\n",
    b"\xff\xfe\x00\r\n",
]


@pytest.mark.parametrize("header", SLOPPY)
def test_a_sloppy_message_is_no_report_and_raises_nothing(
    engine: Engine, settings: Settings, header: bytes
) -> None:
    raw = b"From: x@y-host.org\r\n" + header + b"Subject: hi\r\n\r\nhi\r\n"
    assert deliver_mail.take_report(engine, settings, raw, now=MONDAY) == "no report of ours"


@pytest.mark.parametrize("header", SLOPPY)
def test_the_report_after_a_sloppy_one_is_read(engine: Engine, settings: Settings, header: bytes) -> None:
    with db.writing(engine) as session:
        session.add(Delivery(kind="digest", due=MONDAY, state="sent"))
        session.flush()
        sender = senders.of_answers(session, settings)
    report = (
        f"To: {return_path(sender, Keys(settings), 1)}\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    box = Box([b"From: x@y-host.org\r\n" + header + b"\r\nhi", report.encode()])
    number = bounces.read_mailbox(
        "imaps://u:p@mail.test-host.org",
        lambda raw: deliver_mail.take_report(engine, settings, raw, now=MONDAY),
        connect=lambda _host, _port: cast(imaplib.IMAP4, box),
    )
    assert (number, box.seen) == (2, ["0", "1"])
    with db.reading(engine) as session:
        assert [row.state for row in session.exec(select(Delivery))] == ["failed"]


class Box:
    """A mailbox as far as it is asked for: messages, and which of them were marked as seen."""

    def __init__(self, messages: list[bytes]) -> None:
        self.messages, self.seen = messages, []  # type: list[bytes], list[str]

    def login(self, *_who: str) -> None: ...

    def select(self, *_name: str) -> None: ...

    def logout(self) -> None: ...

    def uid(self, what: str, *rest: Any) -> tuple[str, list[Any]]:
        if what == "SEARCH":
            return "OK", [b" ".join(str(place).encode() for place in range(len(self.messages)))]
        if what == "FETCH":
            return "OK", [(b"1", self.messages[int(rest[0])])]
        self.seen.append(rest[0])
        return "OK", []


@pytest.mark.parametrize("letters", ["a" * 1_000_000, "a@" * 300_000, " a" * 500_000, "a," * 500_000])
def test_masking_is_linear(letters: str) -> None:
    """A quadratic search would take hours on these."""
    assert len(masked(letters)) <= len(letters) + 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to maria@example.org: no", "to …@…: no"),
        ("<maria@example.org>", "<…@…>"),
        ("a,b@c.org;d@e.org", "a,…@…;…@…"),
        ("no address", "no address"),
    ],
)
def test_addresses_are_masked_as_before(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_long_report_is_read_in_part(engine: Engine, settings: Settings) -> None:
    raw = b"From: x@y-host.org\r\n\r\n" + b"Message-ID: <" + b"a" * 3_000_000
    assert deliver_mail.take_report(engine, settings, raw, now=MONDAY) == "no report of ours"
