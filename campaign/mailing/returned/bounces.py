"""Bounces and complaints: what a report means, and what it does to a reader's score.

Reports are read as RFC 3464 (delivery status) and RFC 5965 (feedback) define them; those that mailers write in
forms of their own are recognised by flufl.bounce. A dead mailbox counts one, a passing failure half, at most
once a day, and the score halves in a month. What speaks against the sender instead of the mailbox (a policy, a
full mailbox, a lost route) counts nothing.
"""

import email
import hashlib
import imaplib
import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage, Message
from email.policy import compat32, default
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
import structlog
from flufl.bounce import all_failures
from sqlmodel import Session, col, select

from campaign.actions.models import CampaignAction, Signature
from campaign.mailing.addresses import Keys, masked, read_address
from campaign.mailing.message import identified_number, returned_number
from campaign.mailing.models import SINGLE, Delivery, MailEvent, Subscriber
from campaign.mailing.readers import subscribers
from campaign.refusals import Refused

log = structlog.get_logger(__name__)

Kind = Literal["hard", "soft", "harmless", "complaint", "unsubscribed", "delivered"]
# What is said of us, of a route or of a full mailbox says nothing of whether somebody reads it.
HARMLESS = re.compile(r"(5\.7\.\d+|[45]\.4\.4|[45]\.2\.2)$")
DEAD = re.compile(r"5\.(1\.(0|1|2|3|6|10)|2\.1)$")
# What mailers say beside a code that says little; phrases of Microsoft, Yahoo, Postfix, Exim and Google.
FULL = re.compile(
    r"over quota|quota exceeded|exceeded .{0,20}quota|mailbox (is )?full|insufficient .{0,10}storage", re.I
)
POLICY = re.compile(
    r"policy|spam|block(ed|list)|blacklist|reputation|unauthenticated|message not allowed|dmarc", re.I
)
NOBODY = re.compile(
    r"recipient address rejected|mailbox (unavailable|not found)|no such (user|mailbox|recipient)|"
    r"(user|recipient|mailbox) unknown|unknown (user|recipient)|have an account|does(n't| not) exist",
    re.I,
)
PERMANENT = re.compile(r"\b5(\d\d\b|\.\d)")
TRANSIENT = re.compile(r"\b4(\d\d |\.\d\.)")
# Folding a long header anew would encode it, and our own link in it would not be found.
AS_IT_CAME = default.clone(refold_source="none")
POINTS = {"hard": 1.0, "soft": 0.5}
DISABLED_AT = 3.0
HALVED_IN = timedelta(days=30)
ONCE_IN = timedelta(hours=20)
_MESSAGE_ID = re.compile(r"^Message-ID:[ \t]*(<[^>\s]{1,300}>)", re.MULTILINE | re.IGNORECASE)
# A report holds headers and a few lines; what comes after is the mail that came back.
LARGEST = 1_000_000
LONGEST_WORDS = 2000
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_UNSUBSCRIBE = re.compile(r"/unsubscribe/([A-Za-z0-9_-]{43})")
_RETURNED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True)
class Finding:
    """What a report says of one message: the delivery or the reader it belongs to, as far as it tells."""

    kind: Kind
    number: int | None = None
    # Keyed hashes of the reader's address.
    reader: tuple[str, ...] = ()
    words: str = ""

    @property
    def known(self) -> bool:
        return self.number is not None or bool(self.reader)


# --- reading reports -------------------------------------------------------------------------------


def read_report(raw: bytes, keys: Keys) -> Finding | None:
    """What a message to the return path says; None for one that reports nothing (an absence note, a reply), and
    for one that nobody can read: anybody may write to that address, and no message may stop the others."""
    try:
        return _read_report(raw[:LARGEST], keys)
    except Exception:  # the standard parsers raise many kinds of errors on headers that nobody meant
        log.warning("returned mail could not be read", event_of=event_of(raw), exc_info=True)
        return None


def _read_report(raw: bytes, keys: Keys) -> Finding | None:
    message = email.message_from_bytes(raw, policy=AS_IT_CAME)
    headers = email.message_from_bytes(raw, policy=compat32)
    kind = str(message.get_param("report-type", "")).lower()
    number, reader = _of_whom(headers, message, keys)
    if kind == "feedback-report":
        return _feedback(message, number, reader)
    if _is_hotmail_complaint(headers, message):
        return Finding("complaint", number, reader, "abuse")
    if kind == "delivery-status" or any(_status_parts(message)):
        return _status(message, number, reader)
    return _foreign_form(message, number) if number is not None else None


def _of_whom(headers: Message, message: EmailMessage, keys: Keys) -> tuple[int | None, tuple[str, ...]]:
    """The delivery by the signed return path, else by our Message-ID in what came back; the reader by link.

    ``headers`` are those of ``message`` as they came: parsing an address that is none raises.
    """
    for name in _RETURNED_TO:
        for value in headers.get_all(name, []):
            if (number := returned_number(keys, str(value).strip("<> "))) is not None:
                return number, ()
    for part in message.walk():
        text = _text_of(part) if part.get_content_type() in ("message/rfc822", "text/rfc822-headers") else ""
        found = _MESSAGE_ID.search(text)
        number = identified_number(keys, found[1]) if found else None
        link = _UNSUBSCRIBE.search(text)
        key = keys.stopped(link[1]) if link else None
        if number is not None or key:
            return number, (key,) if key else ()
    return None, ()


def _text_of(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(str(part) for part in payload)
    raw = part.get_payload(decode=True)
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(payload)


def _status_parts(message: EmailMessage) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            yield from (
                (part for part in payload if isinstance(part, Message)) if isinstance(payload, list) else ()
            )


def _status(message: EmailMessage, number: int | None, reader: tuple[str, ...]) -> Finding | None:
    for fields in _status_parts(message):
        action = str(fields.get("Action", "")).strip().lower()
        if not action:
            continue
        status = str(fields.get("Status", "")).split("(")[0].strip()
        said = masked(f"{status} {fields.get('Diagnostic-Code', '')}"[:LONGEST_WORDS])[:300]
        if action in ("delivered", "relayed", "expanded"):
            return Finding("delivered", number, reader, said)
        # OpenSMTPD writes "error", and some mailers add a comment.
        if action.startswith(("fail", "error")):
            return Finding(judge(status, said), number, reader, said)
        return Finding("harmless", number, reader, said)
    return None


def judge(status: str, words: str = "") -> Kind:
    """What an enhanced status code (RFC 3463) of a failed delivery means; the words where there is no code."""
    closer = _STATUS.search(words.split(" ", 1)[-1])
    if not _STATUS.search(status) or status.endswith(".0.0"):
        status = closer[0] if closer else status
    if HARMLESS.search(status) or (closer and HARMLESS.search(closer[0])):
        return "harmless"
    if DEAD.search(status):
        return "hard"
    if FULL.search(words) or POLICY.search(words):
        return "harmless"
    said = f"{status} {words}"
    permanent = PERMANENT.search(said) and not TRANSIENT.search(said)
    return "hard" if permanent and NOBODY.search(words) else "soft"


def _feedback(message: EmailMessage, number: int | None, reader: tuple[str, ...]) -> Finding | None:
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            kind = re.search(r"^Feedback-Type:\s*(\S+)", _text_of(part), re.MULTILINE | re.IGNORECASE)
            if kind and kind[1].lower() in ("abuse", "fraud", "opt-out", "not-spam"):
                grave = kind[1].lower() != "not-spam"
                return Finding("complaint" if grave else "harmless", number, reader, kind[1].lower())
    return None


def _is_hotmail_complaint(headers: Message, message: EmailMessage) -> bool:
    """Microsoft's Junk Mail Reporting Program sends the mail itself, with a header of its own and no report."""
    sender = str(headers.get("From", "")).lower()
    return "staff@hotmail.com" in sender and any("X-HmXmrOriginalRecipient" in part for part in message.walk())


def _foreign_form(message: EmailMessage, number: int) -> Finding | None:
    """A report in a mailer's own form (qmail, Exim, Exchange …): judged by the code in its words, else soft."""
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # its detectors are written for mail that is at least well formed
        log.warning("returned mail could not be read", exc_info=True)
        return None
    if not permanent and not _from_a_machine(message):
        return Finding("harmless", number) if temporary else None
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    found = _STATUS.search(text)
    return Finding(judge(found[0], text[:2000]) if found else "soft", number, (), found[0] if found else "")


def _from_a_machine(message: EmailMessage) -> bool:
    replied = str(message.get("Auto-Submitted", "")).lower()
    sender = str(message.get("From", "")).lower()
    return "auto-replied" not in replied and ("mailer-daemon" in sender or "postmaster" in sender)


# --- what a report does ----------------------------------------------------------------------------


def record(session: Session, finding: Finding, event: str, *, now: datetime) -> bool:
    """Take a report over; False where it was taken before. No final state of a delivery is overwritten."""
    if session.get(MailEvent, event):
        return False
    session.add(MailEvent(id=event, seen_at=now, kind=finding.kind))
    session.flush()
    delivery = session.get(Delivery, finding.number) if finding.number is not None else None
    readers = _readers(session, finding, delivery)
    if delivery is not None:
        _note(session, delivery, finding, now)
    if delivery is not None and finding.kind == "complaint":
        _bar_signer(session, delivery, now)
    for who in readers:
        if finding.kind in ("complaint", "unsubscribed"):
            subscribers.stop(session, who, finding.kind, now=now)
        elif finding.kind in POINTS:
            add_score(session, who, POINTS[finding.kind], now=now)
    return True


def _readers(session: Session, finding: Finding, delivery: Delivery | None) -> Sequence[Subscriber]:
    """The reader of the copy; where that is not known, the address in each campaign that it reads. Of an
    action's mail, whoever took part, if they read that campaign's digest, too."""
    if delivery is not None and delivery.subscriber is not None:
        who = session.get(Subscriber, delivery.subscriber)
        return (who,) if who else ()
    signer = _signer(session, delivery)
    keys = [*finding.reader, *([signer.key] if signer else [])]
    known = select(Subscriber).where(col(Subscriber.key).in_(keys))
    return session.exec(known.order_by(col(Subscriber.id))).all()


def _signer(session: Session, delivery: Delivery | None) -> Signature | None:
    """Who takes part in the action that a mail was about, as far as that is still kept."""
    if delivery is None or delivery.signature is None:
        return None
    return session.get(Signature, delivery.signature)


def _bar_signer(session: Session, delivery: Delivery, now: datetime) -> None:
    """No more mail about any action of the campaign to who complained of one, not even what is queued."""
    if (signer := _signer(session, delivery)) is None:
        return
    campaign = session.get_one(CampaignAction, signer.action).campaign
    subscribers.bar(session, signer.key, "complaint", campaign=campaign, now=now)
    theirs = select(Signature.id).where(Signature.key == signer.key)
    waiting = sa.update(Delivery).where(
        sa.text(SINGLE), col(Delivery.signature).in_(theirs), col(Delivery.state) != "sending"
    )
    session.execute(waiting.values(state="suppressed", ended_at=now, lease=None, owner="", reply="complaint"))


def _note(session: Session, delivery: Delivery, finding: Finding, now: datetime) -> None:
    """A copy that came back was not delivered; one whose fate was unknown is known now."""
    after = {"hard": "failed", "soft": "failed", "harmless": "failed", "delivered": "sent"}.get(finding.kind)
    before = ("unknown",) if finding.kind in ("delivered", "harmless") else ("sent", "unknown")
    if after is None or (finding.kind == "harmless" and not finding.words.startswith("5")):
        return
    changed = sa.update(Delivery).where(col(Delivery.id) == delivery.id, col(Delivery.state).in_(before))
    words = f"came back: {finding.words}" if after == "failed" else delivery.reply
    session.execute(changed.values(state=after, reply=words, ended_at=now))


def add_score(session: Session, who: Subscriber, points: float, *, now: datetime) -> None:
    """Count a returned mail, at most once a day; at three the address is left alone, with the reason shown."""
    if who.score_at is not None and now - who.score_at < ONCE_IN:
        return
    who.score = score(who, now) + points
    who.score_at = now
    if who.score >= DISABLED_AT and who.state == "confirmed":
        subscribers.stop(session, who, "bounced", now=now)


def score(who: Subscriber, now: datetime) -> float:
    """What is left of a reader's score: half after a month."""
    if who.score_at is None:
        return 0.0
    return float(who.score * 0.5 ** ((now - who.score_at) / HALVED_IN))


def reader_keys(keys: Keys, campaigns: Iterable[str], address: str) -> tuple[str, ...]:
    """Whose address this is, in each of the campaigns; nobody's for what is no address."""
    try:
        read = read_address(address)
        return tuple(key for campaign in campaigns for key in keys.all_of(read, campaign))
    except Refused:
        return ()


# --- where reports come from -----------------------------------------------------------------------


def event_of(raw: bytes) -> str:
    """An id for a report that has none of its own: equal bytes are one report."""
    return f"mail:{hashlib.sha256(raw).hexdigest()}"


Open = Callable[[str, int], imaplib.IMAP4]


def _open(host: str, port: int) -> imaplib.IMAP4:
    return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=60)


def read_mailbox(url: str, take: Callable[[bytes], Any], *, most: int = 500, connect: Open = _open) -> int:
    """Hand each unseen message of a mailbox to ``take`` and mark it seen when that returned; how many."""
    parts = urlsplit(url)
    box = connect(parts.hostname or "", parts.port or 993)
    try:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        box.select(parts.path.strip("/") or "INBOX")
        _, found = box.uid("SEARCH", "UNSEEN")
        numbers = (found[0] or b"").split()[:most] if found else []
        for number in numbers:
            _, answer = box.uid("FETCH", number.decode(), "(BODY.PEEK[])")
            raw = next((bytes(item[1]) for item in answer if isinstance(item, tuple)), b"")
            take(raw)
            box.uid("STORE", number.decode(), "+FLAGS", r"(\Seen)")
        return len(numbers)
    finally:
        box.logout()
