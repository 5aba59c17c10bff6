"""Reports that mail providers post: Amazon SES (by SNS), Postmark and Mailgun.

Each proves itself in its provider's way, counts once by its own id, and may come in any order or before our own
record of the sending is written; then it is asked to come again.
"""

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy.engine import Engine

from campaign import __version__, db
from campaign.fetch import Fetcher
from campaign.mailing.addresses import Keys, masked
from campaign.mailing.message import identified_number
from campaign.mailing.models import Delivery
from campaign.mailing.returned import bounces
from campaign.mailing.returned.bounces import Finding
from campaign.proposals import campaigns
from campaign.refusals import SourceError
from campaign.settings import Settings

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
except ImportError:  # the extra ``ses`` is not installed
    x509 = None  # type: ignore[assignment]

log = structlog.get_logger(__name__)

FRESH = timedelta(hours=1)
# A report can be quicker than our own record of the sending.
AHEAD = timedelta(minutes=5)
_SNS = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_SNS_FIELDS = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class Outcome:
    """What the provider is answered."""

    status: int
    words: str


@dataclass(frozen=True)
class Event:
    """One report, in no provider's shape."""

    id: str
    finding: Finding
    at: datetime


class Doubtful(Exception):
    """A report that does not prove itself."""


def _fetch(url: str) -> bytes:
    with Fetcher(user_agent=f"campaign/{__version__}", attempts=2) as fetcher:
        return fetcher.get(url).body


def take(
    engine: Engine,
    settings: Settings,
    provider: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    fetch: Fetch = _fetch,
) -> Outcome:
    """Take a posted report over. 403 where it does not prove itself, 503 where it should come again."""
    key = settings.bounce_webhook_key.get_secret_value()
    if not key or provider not in PROVIDERS:
        return Outcome(404, "nothing here")
    try:
        if b"\\u0000" in body:
            raise ValueError("a character that no database stores")
        told = json.loads(body)
        readers = _Readers(Keys(settings), _slugs(engine))
        events = list(PROVIDERS[provider](told, headers, key, readers, now, fetch))
    except Doubtful as doubt:
        log.warning("webhook refused", provider=provider, reason=str(doubt))
        return Outcome(403, "not proven")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return Outcome(400, "not understood")
    return _record(engine, events, now)


@dataclass(frozen=True)
class _Readers:
    """How a reader is found by the address that a provider names."""

    keys: Keys
    campaigns: tuple[str, ...]

    def number(self, identifier: str) -> int | None:
        """The delivery that a Message-ID of ours belongs to."""
        return identified_number(self.keys, identifier)

    def by_address(self, address: str) -> tuple[str, ...]:
        return bounces.reader_keys(self.keys, self.campaigns, address)


def _slugs(engine: Engine) -> tuple[str, ...]:
    with db.reading(engine) as session:
        return ("", *(row.slug for row, _state in campaigns.campaigns(session)))


def _record(engine: Engine, events: list[Event], now: datetime) -> Outcome:
    with db.writing(engine) as session:
        for event in events:
            delivery = session.get(Delivery, event.finding.number) if event.finding.number else None
            if delivery is not None and delivery.state in ("pending", "sending") and now - event.at < AHEAD:
                return Outcome(503, "come again in a minute")
        for event in events:
            bounces.record(session, event.finding, event.id, now=now)
    return Outcome(200, "taken")


def _fresh(at: datetime, now: datetime) -> None:
    if abs(now - at) > FRESH:
        raise Doubtful("too old, or from the future")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


# --- Postmark --------------------------------------------------------------------------------------


def _postmark(
    told: Any, headers: Mapping[str, str], key: str, readers: _Readers, now: datetime, _fetch: Fetch
) -> Iterator[Event]:
    """Postmark signs nothing; its address holds our key as a password (its own advice: basic auth over TLS)."""
    given = headers.get("Authorization", "")
    try:
        password = base64.b64decode(given.removeprefix("Basic "), validate=True).decode().partition(":")[2]
    except ValueError:
        password = ""
    if not hmac.compare_digest(password.encode(), key.encode()):
        raise Doubtful("wrong password")
    kind = told["RecordType"]
    at = _moment(told.get("BouncedAt") or told.get("DeliveredAt") or now.isoformat())
    who = readers.by_address(told.get("Email") or told.get("Recipient") or "")
    words = str(told.get("Details", ""))
    number = readers.number(str(told.get("Metadata", {}).get("message-id", "")))
    if kind == "SpamComplaint":
        yield Event(f"postmark:{told['ID']}", Finding("complaint", number, who, "complaint"), at)
    elif kind == "Bounce":
        sort = _postmark_kind(str(told["Type"]), words)
        yield Event(f"postmark:{told['ID']}", Finding(sort, number, who, masked(words[:2000])[:300]), at)
    elif kind == "SubscriptionChange" and told["SuppressSending"] and told.get("Origin") == "Recipient":
        name = f"postmark:s:{told['MessageID']}:{told['ChangedAt']}"
        yield Event(name, Finding("unsubscribed", number, who), _moment(told["ChangedAt"]))
    elif kind == "Delivery":
        yield Event(f"postmark:d:{told['MessageID']}", Finding("delivered", number, who), at)


def _postmark_kind(said: str, words: str) -> bounces.Kind:
    """https://postmarkapp.com/developer/api/bounce-api (bounce types); what is not named here is an absence
    note, a challenge, or speaks of us."""
    kinds: dict[str, bounces.Kind] = {
        "HardBounce": "hard",
        "BadEmailAddress": "hard",
        "SoftBounce": "soft",
        "Transient": "soft",
        "Unknown": "soft",
        "SpamComplaint": "complaint",
        "Unsubscribe": "unsubscribed",
    }
    kind = kinds.get(said, "harmless")
    excused = kind in ("hard", "soft") and bounces.judge("", f". {words[:2000]}") == "harmless"
    return "harmless" if excused else kind


# --- Mailgun ---------------------------------------------------------------------------------------


def _mailgun(
    told: Any, _headers: Mapping[str, str], key: str, readers: _Readers, now: datetime, _fetch: Fetch
) -> Iterator[Event]:
    signed, data = told["signature"], told["event-data"]
    stamp = str(signed["timestamp"])
    expected = hmac.digest(key.encode(), f"{stamp}{signed['token']}".encode(), "sha256").hex()
    if not hmac.compare_digest(expected, str(signed["signature"])):
        raise Doubtful("wrong signature")
    _fresh(datetime.fromtimestamp(float(stamp), UTC), now)
    at = datetime.fromtimestamp(float(data["timestamp"]), UTC)
    number = identified_number(
        readers.keys, str(data.get("message", {}).get("headers", {}).get("message-id", ""))
    )
    who = readers.by_address(str(data.get("recipient", "")))
    status = data.get("delivery-status", {})
    code = str(status.get("enhanced-code", ""))
    words = masked(f"{code or status.get('code', '')} {status.get('message', '')}"[:2000])[:300]
    name = f"mailgun:{data['id']}"
    if data["event"] == "complained":
        yield Event(name, Finding("complaint", number, who, "complaint"), at)
    elif data["event"] == "unsubscribed":
        yield Event(name, Finding("unsubscribed", number, who), at)
    elif data["event"] == "delivered":
        yield Event(name, Finding("delivered", number, who), at)
    elif data["event"] == "failed":
        kind = bounces.judge(code, words)
        if data.get("severity") != "permanent":
            kind = "harmless"
        elif kind == "soft" and not code:
            kind = "hard"
        yield Event(name, Finding(kind, number, who, words), at)


# --- Amazon SES, by SNS ----------------------------------------------------------------------------


def _ses(
    told: Any, _headers: Mapping[str, str], key: str, readers: _Readers, now: datetime, fetch: Fetch
) -> Iterator[Event]:
    """Signed by Amazon; ours by the topic: its name is the key, or ends with it."""
    if not str(told["TopicArn"]).endswith(key):
        raise Doubtful("another topic")
    _check_sns(told, fetch)
    _fresh(_moment(told["Timestamp"]), now)
    if told["Type"] == "SubscriptionConfirmation":
        _amazon(told["SubscribeURL"])
        fetch(told["SubscribeURL"])
        return
    note = json.loads(told["Message"])
    kind = note.get("notificationType") or note.get("eventType")
    number = identified_number(
        readers.keys, str(note.get("mail", {}).get("commonHeaders", {}).get("messageId", ""))
    )
    name, at = f"ses:{told['MessageId']}", _moment(told["Timestamp"])
    if kind == "Bounce":
        for place, recipient in enumerate(note["bounce"]["bouncedRecipients"]):
            said = f"{recipient.get('status', '')} {recipient.get('diagnosticCode', '')}"
            words = masked(said[:2000])[:300]
            sort = bounces.judge(str(recipient.get("status", "")), words)
            if note["bounce"]["bounceType"] != "Permanent":
                sort = "harmless" if sort == "harmless" else "soft"
            who = readers.by_address(str(recipient["emailAddress"]))
            yield Event(f"{name}:{place}", Finding(sort, number, who, words), at)
    elif kind == "Complaint":
        for place, recipient in enumerate(note["complaint"]["complainedRecipients"]):
            who = readers.by_address(str(recipient["emailAddress"]))
            yield Event(f"{name}:{place}", Finding("complaint", number, who, "complaint"), at)
    elif kind == "Subscription" and note["subscription"].get("newTopicPreferences", {}).get("unsubscribeAll"):
        for place, recipient in enumerate(note["mail"]["destination"]):
            yield Event(
                f"{name}:{place}", Finding("unsubscribed", number, readers.by_address(str(recipient))), at
            )
    elif kind == "Delivery":
        yield Event(name, Finding("delivered", number), at)


def _check_sns(told: Any, fetch: Fetch) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html"""
    if x509 is None:
        raise Doubtful("signatures of Amazon cannot be checked here; install the extra: campaign[ses]")
    fields = [name for name in _SNS_FIELDS[told["Type"]] if name in told]
    text = "".join(f"{name}\n{told[name]}\n" for name in fields)
    _amazon(told["SigningCertURL"])
    try:
        certificate = x509.load_pem_x509_certificate(fetch(told["SigningCertURL"]))
    except SourceError as error:
        raise Doubtful(f"the certificate could not be read: {error.reason}") from None
    public = certificate.public_key()
    sort = hashes.SHA256() if str(told["SignatureVersion"]) == "2" else hashes.SHA1()  # noqa: S303 -- SNS version 1
    if not isinstance(public, rsa.RSAPublicKey):
        raise Doubtful("not an RSA certificate")
    try:
        public.verify(base64.b64decode(told["Signature"]), text.encode(), padding.PKCS1v15(), sort)
    except InvalidSignature:
        raise Doubtful("wrong signature") from None


def _amazon(url: str) -> None:
    parts = urlsplit(str(url))
    if parts.scheme != "https" or not _SNS.fullmatch(parts.hostname or "") or parts.port or parts.username:
        raise Doubtful("an address that is not Amazon's")


PROVIDERS = {"postmark": _postmark, "mailgun": _mailgun, "ses": _ses}
