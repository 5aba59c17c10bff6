"""Mail that comes back: reports, scores, webhooks (E36–E38)."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.message import message_id, return_path, sender_of
from campaign.mailing.models import Delivery, Subscriber, Suppression
from campaign.mailing.returned import bounces, webhooks
from campaign.mailing.returned.bounces import Finding
from campaign.settings import Settings
from jobs import deliver_mail

from mondays import MONDAY, Clock  # isort: skip

Make = Callable[..., Any]
Post = tuple[str, dict[str, str], bytes]
EMAIL = "maria@readers-host.org"


def a_bounce(to: str, status: str, words: str, *, action: str = "failed", original: str = "") -> bytes:
    back = f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n" if original else ""
    return (
        f"From: Mail Delivery System <MAILER-DAEMON@relay-host.org>\r\nTo: <{to}>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay-host.org\r\n\r\n"
        f"Final-Recipient: rfc822; {EMAIL}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {words}\r\n{back}--b--\r\n"
    ).encode()


# Status and words as large providers write them, and what they mean for the mailbox.
CORPUS = [
    ("5.1.1", "550 5.1.1 The email account that you tried to reach does not exist (Gmail)", "hard"),
    ("5.1.1", "550-5.1.1 <x@y.org>: Recipient address rejected: User unknown (Postfix)", "hard"),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound (Exchange Online)", "hard"),
    ("5.1.2", "550 5.1.2 Bad destination mailbox address; domain does not exist", "hard"),
    ("5.1.3", "553 5.1.3 Bad recipient address syntax", "hard"),
    ("5.1.6", "551 5.1.6 Destination mailbox has moved, no forwarding address", "hard"),
    ("5.1.0", "550 5.1.0 Address rejected", "hard"),
    ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled (Gmail)", "hard"),
    ("5.0.0", "550 5.1.1 user unknown (status of a lazy relay)", "hard"),
    ("5.0.0", "554 delivery error: This user doesn't have an account", "hard"),
    ("5.2.2", "552 5.2.2 The email account that you tried to reach is over quota", "harmless"),
    ("5.0.0", "554 Message not allowed - [PH01] Email not accepted for policy reasons (Yahoo)", "harmless"),
    ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable (Outlook.com)", "hard"),
    ("4.5.0", "450 4.5.0 mailbox unavailable", "soft"),
    ("4.1.1", "450 4.1.1 recipient address rejected: greylisted", "soft"),
    ("4.2.2", "452 4.2.2 mailbox full, gave up", "harmless"),
    ("4.4.1", "451 4.4.1 connection timed out", "soft"),
    ("4.4.7", "450 4.4.7 message expired", "soft"),
    ("4.3.0", "451 4.3.0 temporary failure", "soft"),
    ("4.4.4", "451 4.4.4 unable to route", "harmless"),
    ("5.4.4", "550 5.4.4 [internal] no MX for the domain at the moment", "harmless"),
    ("5.4.4", "554 5.4.4 SMTPSEND.DNS.NonExistentDomain", "harmless"),
    ("5.7.1", "550 5.7.1 message content rejected", "harmless"),
    ("5.7.0", "552-5.7.0 This message was blocked because its content presents a potential issue", "harmless"),
    (
        "5.7.26",
        "550-5.7.26 This mail has been blocked because the sender is unauthenticated (Gmail)",
        "harmless",
    ),
    (
        "5.7.515",
        "550 5.7.515 Access denied, sending domain does not meet the required level (Outlook)",
        "harmless",
    ),
    ("5.7.606", "550 5.7.606 Access denied, banned sending IP", "harmless"),
    ("5.7.9", "554 5.7.9 Message not accepted for policy reasons (Yahoo)", "harmless"),
    ("5.0.0", "550 5.7.1 blocked by policy (status of a lazy relay)", "harmless"),
    ("5.3.4", "552 5.3.4 message size exceeds limit", "soft"),
    ("5.5.0", "550 5.5.0 requested action not taken (Hotmail)", "soft"),
    ("5.6.1", "554 5.6.1 body type not supported", "soft"),
    ("5.2.0", "550 5.2.0 mailbox unavailable", "hard"),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) (Exchange)", "hard"),
    ("5.4.6", "554 5.4.6 routing loop detected", "soft"),
    ("5.1.1", "", "hard"),
]


@pytest.fixture
def copy_sent(engine: Engine, settings: Settings, readers: Make) -> str:
    """A copy that went out to EMAIL; the return path it carried."""
    (reader,) = readers(EMAIL)
    with db.writing(engine) as session:
        session.add(Delivery(id=1, subscriber=reader, state="sent", due=MONDAY, ended_at=MONDAY))
    return return_path(sender_of(settings), Keys(settings), 1)


def reader(engine: Engine) -> Subscriber:
    with db.reading(engine) as session:
        return session.exec(select(Subscriber)).one()


@pytest.mark.parametrize(("status", "words", "kind"), CORPUS)
def test_e36_reports_are_read_as_they_mean(
    keys: Keys, settings: Settings, status: str, words: str, kind: str
) -> None:
    path = return_path(sender_of(settings), keys, 42)
    found = bounces.read_report(a_bounce(path, status, words), keys)
    assert found is not None
    assert (found.kind, found.number) == (kind, 42)
    assert "@" not in found.words.replace("…@…", "")


def test_e36_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 30


def test_e36_a_report_to_another_mailbox_is_known_by_our_message_id(keys: Keys, settings: Settings) -> None:
    original = f"From: us\r\nMessage-ID: {message_id(sender_of(settings), keys, 9)}\r\nSubject: x"
    found = bounces.read_report(a_bounce("desk@x.org", "5.1.1", "gone", original=original), keys)
    assert found == Finding("hard", 9, (), "5.1.1 gone") or (found and found.number == 9)


def test_e36_delays_absences_and_strangers_reports_count_nothing(keys: Keys, settings: Settings) -> None:
    path = return_path(sender_of(settings), keys, 3)
    delayed = bounces.read_report(a_bounce(path, "4.4.1", "still trying", action="delayed"), keys)
    assert delayed is not None
    assert delayed.kind == "harmless"
    head = f"From: Maria <{EMAIL}>\r\nTo: <{path}>\r\nAuto-Submitted: auto-replied"
    away = f"{head}\r\nSubject: away\r\n\r\nBack Monday."
    assert bounces.read_report(away.encode(), keys) is None
    forged = bounces.read_report(a_bounce(path.replace("d3-", "d4-"), "5.1.1", "x"), keys)
    assert forged is None or not forged.known


def test_e36_words_of_an_old_mailer_are_read_too(keys: Keys, settings: Settings) -> None:
    path = return_path(sender_of(settings), keys, 3)
    head = f"From: MAILER-DAEMON@old.org\r\nTo: <{path}>\r\nSubject: failure notice"
    raw = f"{head}\r\n\r\n<x@y.org>: 550 5.1.1 unknown"
    found = bounces.read_report(raw.encode(), keys)
    assert found is not None
    assert found.kind == "hard"


# Reports of mailers that write none as RFC 3464 has it: sender, subject, words, and what they mean.
FOREIGN = {
    "qmail": (
        "MAILER-DAEMON@q.org",
        "failure notice",
        "Hi. This is the qmail-send program at q.org.\r\nI'm afraid I wasn't able to deliver your message "
        "to the following addresses.\r\nThis is a permanent error; I've given up. Sorry it didn't work "
        "out.\r\n\r\n"
        f"<{EMAIL}>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n",
        "hard",
    ),
    "exim": (
        "Mail Delivery System <Mailer-Daemon@e.org>",
        "Mail delivery failed: returning message to sender",
        "A message that you sent could not be delivered to one or more of its\r\nrecipients. This is a "
        f"permanent error. The following address(es) failed:\r\n\r\n  {EMAIL}\r\n    host mx.readers-host.org "
        "[192.0.2.1]\r\n    550 5.7.1 blocked by policy\r\n",
        "harmless",
    ),
    # Not from a daemon, and without a code.
    "exchange": (
        "System Administrator <admin@x.org>",
        "Undeliverable: News",
        "Your message\r\n\r\n  To:      Maria\r\n\r\ndid not reach the following recipient(s):\r\n\r\n"
        f"{EMAIL} on Mon, 22 Jun 2026 09:00:00 -0600\r\n    The recipient name is not recognized\r\n"
        f"\tThe MTS-ID of the original message is: c=us;a= ;p=x;l=X0622\r\n    MSEXCH:IMS:X:X:X 0 (000C05A6) "
        "Unknown Recipient\r\n",
        "soft",
    ),
    "a person": (f"Maria <{EMAIL}>", "Re: News", "Thank you, 5.1.1 times!", None),
}


@pytest.mark.parametrize("mailer", FOREIGN)
def test_e36_forms_of_their_own_are_read_as_they_mean(keys: Keys, settings: Settings, mailer: str) -> None:
    sender, subject, words, kind = FOREIGN[mailer]
    path = return_path(sender_of(settings), keys, 3)
    raw = f"From: {sender}\r\nTo: <{path}>\r\nSubject: {subject}\r\n\r\n{words}".encode()
    found = bounces.read_report(raw, keys)
    assert (found and (found.kind, found.number)) == (kind and (kind, 3))
    stranger = raw.replace(path.encode(), b"desk@campaign-host.org")
    assert bounces.read_report(stranger, keys) is None


def test_e36_a_report_that_confuses_the_library_is_left_unread(
    keys: Keys, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def confused(_message: object) -> None:
        raise TypeError("no payload")

    monkeypatch.setattr(bounces, "all_failures", confused)
    path = return_path(sender_of(settings), keys, 3)
    raw = f"From: MAILER-DAEMON@q.org\r\nTo: <{path}>\r\n\r\n5.1.1".encode()
    assert bounces.read_report(raw, keys) is None


@pytest.mark.parametrize(
    ("action", "kind"), [("error", "hard"), ("failed (5 tries)", "hard"), ("relayed", "delivered")]
)
def test_e36_actions_are_read_in_every_spelling(keys: Keys, settings: Settings, action: str, kind: str) -> None:
    path = return_path(sender_of(settings), keys, 3)
    found = bounces.read_report(a_bounce(path, "5.1.1", "550 5.1.1 gone", action=action), keys)
    assert found is not None
    assert found.kind == kind


def a_complaint(link: str) -> bytes:
    return (
        "From: <fbl@provider-host.com>\r\nTo: <abuse@campaign-host.org>\r\nSubject: FW\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: us\r\nSubject: News\r\n"
        f"List-Unsubscribe: <https://campaign.test-host.org/unsubscribe/{link}>\r\n\r\nbody\r\n--b--\r\n"
    ).encode()


def test_e37_hard_one_soft_half_once_a_day_and_time_forgives(
    engine: Engine, readers: Make, clock: Clock
) -> None:
    readers(EMAIL)

    def count(points: float) -> float:
        with db.writing(engine) as session:
            who = session.exec(select(Subscriber)).one()
            bounces.add_score(session, who, points, now=clock())
            return bounces.score(who, clock())

    assert count(0.5) == 0.5
    assert count(1.0) == 0.5
    clock.sleep(86_400)
    assert 1.48 < count(1.0) < 1.5
    clock.sleep(30 * 86_400)
    assert 0.73 < bounces.score(reader(engine), clock()) < 0.76


def test_e37_at_three_the_address_is_left_alone_with_the_reason(
    engine: Engine, settings: Settings, copy_sent: str, clock: Clock
) -> None:
    for day in range(4):
        raw = a_bounce(copy_sent, "5.1.1", f"550 5.1.1 gone, day {day}")
        deliver_mail.take_report(engine, settings, raw, now=clock())
        clock.sleep(86_400)
    who = reader(engine)
    assert (who.state, who.why_stopped) == ("undeliverable", "bounced")
    with db.reading(engine) as session:
        assert session.exec(select(Suppression)).one().reason == "bounced"
        row = session.exec(select(Delivery)).one()
    assert row.state == "failed"
    assert row.reply.startswith("came back: 5.1.1")


@pytest.mark.parametrize("status", ["4.2.2", "5.7.1", "5.4.4"])
def test_e37_what_speaks_against_us_never_stops_a_reader(
    engine: Engine, settings: Settings, copy_sent: str, clock: Clock, status: str
) -> None:
    for day in range(10):
        deliver_mail.take_report(engine, settings, a_bounce(copy_sent, status, f"{status} {day}"), now=clock())
        clock.sleep(86_400)
    assert (reader(engine).state, reader(engine).score) == ("confirmed", 0)


def test_e37_a_complaint_stops_at_once(engine: Engine, settings: Settings, keys: Keys, copy_sent: str) -> None:
    raw = a_complaint(keys.stop_token(reader(engine).key))
    assert deliver_mail.take_report(engine, settings, raw, now=MONDAY) == "complaint"
    assert deliver_mail.take_report(engine, settings, raw, now=MONDAY) == "known"
    assert (reader(engine).state, reader(engine).why_stopped) == ("stopped", "complaint")


# --- webhooks ---

KEY = "a-key-of-the-webhook"


@pytest.fixture
def hooked(settings: Settings) -> Settings:
    return settings.model_copy(update={"bounce_webhook_key": SecretStr(KEY)})


def postmark(**told: Any) -> Post:
    password = base64.b64encode(f"hook:{told.pop('key', KEY)}".encode()).decode()
    body = {"RecordType": "Bounce", "Type": "HardBounce", "ID": 1, "Email": EMAIL, "Details": "550 5.1.1 gone"}
    return "postmark", {"Authorization": f"Basic {password}"}, json.dumps({**body, **told}).encode()


def mailgun(
    *, key: str = KEY, at: datetime = MONDAY, number: str = "", **told: Any
) -> tuple[str, dict[str, str], bytes]:
    stamp, token = str(int(at.timestamp())), "t" * 50
    signature = hmac.digest(key.encode(), f"{stamp}{token}".encode(), "sha256").hex()
    data = {
        "event": "failed",
        "severity": "permanent",
        "id": "mg-1",
        "timestamp": at.timestamp(),
        "recipient": EMAIL,
        "message": {"headers": {"message-id": number}},
        "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "gone"},
        **told,
    }
    signed = {"timestamp": stamp, "token": token, "signature": signature}
    return "mailgun", {}, json.dumps({"signature": signed, "event-data": data}).encode()


AMAZON = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(AMAZON.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(AMAZON, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM)


def ses(
    *, topic: str = KEY, url: str = "", at: datetime = MONDAY, spoil: bool = False
) -> tuple[str, dict[str, str], bytes]:
    note = {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bouncedRecipients": [
                {"emailAddress": EMAIL, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1"}
            ],
        },
        "mail": {"commonHeaders": {}},
    }
    told = {
        "Type": "Notification",
        "MessageId": "sns-1",
        "TopicArn": f"arn:aws:sns:us-east-1:1:{topic}",
        "Message": json.dumps(note),
        "Timestamp": at.isoformat().replace("+00:00", "Z"),
        "SignatureVersion": "2",
        "SigningCertURL": url or "https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem",
    }
    text = "".join(
        f"{name}\n{told[name]}\n" for name in ("Message", "MessageId", "Timestamp", "TopicArn", "Type")
    )
    told["Signature"] = base64.b64encode(
        AMAZON.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    ).decode()
    if spoil:
        told["Message"] = told["Message"].replace(EMAIL, "else@readers-host.org")
    return "ses", {}, json.dumps(told).encode()


def post(engine: Engine, settings: Settings, told: Post, now: datetime = MONDAY) -> int:
    pem = certificate()
    return webhooks.take(engine, settings, *told, now=now, fetch=lambda _url: pem).status


@pytest.mark.parametrize(
    ("told", "score", "state"),
    [
        (postmark(Type="AutoResponder"), 0, "confirmed"),
        (postmark(Type="ChallengeVerification"), 0, "confirmed"),
        (postmark(Type="DMARCPolicy"), 0, "confirmed"),
        (postmark(Type="BadEmailAddress"), 1, "confirmed"),
        (postmark(Type="SoftBounce", Details="452 4.3.1"), 0.5, "confirmed"),
        (postmark(Type="SoftBounce", Details="552 5.2.2 over quota"), 0, "confirmed"),
        (postmark(Type="Unsubscribe"), 0, "stopped"),
        (
            postmark(
                RecordType="SubscriptionChange",
                SuppressSending=True,
                Origin="Recipient",
                Recipient=EMAIL,
                MessageID="m",
                ChangedAt=MONDAY.isoformat(),
            ),
            0,
            "stopped",
        ),
        (mailgun(event="unsubscribed"), 0, "stopped"),
        (
            mailgun(**{"delivery-status": {"code": 552, "message": "552 5.2.2 mailbox over quota"}}),
            0,
            "confirmed",
        ),
        (mailgun(**{"delivery-status": {"code": 550, "message": "no such user"}}), 1, "confirmed"),
    ],
)
def test_what_a_provider_says_of_a_reader_is_taken_as_it_means(
    engine: Engine, hooked: Settings, readers: Make, told: Post, score: float, state: str
) -> None:
    readers(EMAIL)
    assert post(engine, hooked, told) == 200
    found = reader(engine)
    assert (found.score, found.state) == (score, state)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b"[" * 900_000,
        mailgun(timestamp=1e300)[2],
        mailgun(timestamp=-1e300)[2],
        b"{}",
        b"[1]",
        b"\xff",
    ],
)
def test_what_no_provider_posts_is_refused(engine: Engine, hooked: Settings, body: bytes) -> None:
    assert post(engine, hooked, ("mailgun", {}, body)) == 400


def test_hotmails_complaint_is_the_mail_itself(
    engine: Engine, settings: Settings, keys: Keys, copy_sent: str
) -> None:
    """Microsoft forwards what a reader called junk, whole, without a report beside it."""
    inner = (
        f"X-HmXmrOriginalRecipient: {EMAIL}\r\nMessage-ID: {message_id(sender_of(settings), keys, 1)}\r\n"
        "Subject: Week\r\n\r\nText"
    )
    raw = (
        "From: staff@hotmail.com\r\nSubject: complaint about message\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n'
        f"{inner}\r\n--b--\r\n"
    ).encode()
    found = bounces.read_report(raw, keys)
    assert found is not None
    assert (found.kind, found.number) == ("complaint", 1)


@pytest.mark.parametrize("make", [postmark, mailgun, ses])
def test_e38_each_provider_is_believed_once(
    engine: Engine, hooked: Settings, readers: Make, clock: Clock, make: Make
) -> None:
    readers(EMAIL)
    assert [post(engine, hooked, make()) for _ in range(3)] == [200, 200, 200]
    assert reader(engine).score == 1


@pytest.mark.parametrize(
    "told",
    [
        postmark(key="wrong"),
        mailgun(key="wrong"),
        mailgun(at=MONDAY - timedelta(hours=2)),
        mailgun(at=MONDAY + timedelta(hours=2)),
        ses(topic="another"),
        ses(spoil=True),
        ses(url="https://sns.us-east-1.amazonaws.com.evil.org/x.pem"),
        ses(url="http://sns.us-east-1.amazonaws.com/x.pem"),
        ses(at=MONDAY - timedelta(hours=2)),
    ],
)
def test_e38_what_does_not_prove_itself_changes_nothing(
    engine: Engine, hooked: Settings, readers: Make, told: Post
) -> None:
    readers(EMAIL)
    assert post(engine, hooked, told) == 403
    assert reader(engine).score == 0


def test_e38_without_a_key_there_is_no_such_page_and_nonsense_is_refused(
    engine: Engine, settings: Settings, hooked: Settings
) -> None:
    assert post(engine, settings, postmark()) == 404
    assert post(engine, hooked, ("someone-else", {}, b"{}")) == 404
    assert post(engine, hooked, ("mailgun", {}, b"[1")) == 400
    assert post(engine, hooked, ("mailgun", {}, b'{"signature": 1}')) == 400


def test_e38_final_states_stand_whatever_comes_late(
    engine: Engine, hooked: Settings, keys: Keys, copy_sent: str
) -> None:
    number = message_id(sender_of(hooked), keys, 1)
    assert post(engine, hooked, mailgun(number=number)) == 200
    assert post(engine, hooked, mailgun(number=number, event="delivered", id="mg-2")) == 200
    with db.reading(engine) as session:
        assert session.exec(select(Delivery)).one().state == "failed"


def test_e38_a_report_ahead_of_our_own_record_is_asked_to_come_again(
    engine: Engine, hooked: Settings, keys: Keys, readers: Make, published: Make
) -> None:
    readers(EMAIL)
    published()
    number = message_id(sender_of(hooked), keys, 1)
    assert post(engine, hooked, mailgun(number=number)) == 503
    assert reader(engine).score == 0
    late = MONDAY + timedelta(minutes=6)
    assert post(engine, hooked, mailgun(number=number), now=late) == 200


def test_e38_an_answer_that_was_missing_is_learned_from_the_provider(
    engine: Engine, hooked: Settings, keys: Keys, readers: Make, published: Make, outbox: Make
) -> None:
    readers("hush-a@readers-host.org")
    published()
    deliver(outbox())
    number = message_id(sender_of(hooked), keys, 1)
    assert post(engine, hooked, mailgun(number=number, event="delivered")) == 200
    with db.reading(engine) as session:
        assert session.exec(select(Delivery)).one().state == "sent"


class Mailbox:
    """What imaplib shows of a mailbox with two unseen messages."""

    def __init__(self, raws: list[bytes]) -> None:
        self.raws, self.seen = raws, set()

    def login(self, user: str, password: str) -> None:
        assert (user, password) == ("us", "p@ss")

    def select(self, name: str) -> None:
        assert name == "INBOX"

    def uid(self, command: str, *given: str) -> tuple[str, list[Any]]:
        if command == "SEARCH":
            left = [str(place) for place in range(len(self.raws)) if str(place) not in self.seen]
            return "OK", [" ".join(left).encode()]
        if command == "FETCH":
            return "OK", [(b"1 (BODY[] {9}", self.raws[int(given[0])]), b")"]
        self.seen.add(given[0])
        return "OK", []

    def logout(self) -> None: ...


def test_e36_a_mailbox_is_read_once(engine: Engine, settings: Settings, copy_sent: str) -> None:
    box = Mailbox([a_bounce(copy_sent, "5.1.1", "gone"), b"Subject: hello\r\n\r\nhello"])
    found: list[str] = []

    def take(raw: bytes) -> None:
        found.append(deliver_mail.take_report(engine, settings, raw, now=MONDAY))

    url = "imaps://us:p%40ss@mail.campaign-host.org/INBOX"
    assert bounces.read_mailbox(url, take, connect=lambda _host, _port: box) == 2  # type: ignore[arg-type, return-value]
    assert bounces.read_mailbox(url, take, connect=lambda _host, _port: box) == 0  # type: ignore[arg-type, return-value]
    assert found == ["hard", "no report of ours"]
