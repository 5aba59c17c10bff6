"""How a finished message leaves: through the organization's relay, or into a folder to look at.

One transport is one connection and belongs to one thread. What the relay says is sorted into verdicts; an
address never appears in one. The only module that knows smtplib.
"""

import os
import re
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from campaign.mailbox import SIMULATED
from campaign.mailing.addresses import masked
from campaign.mailing.message import Envelope
from campaign.refusals import Refused
from campaign.settings import Settings

Kind = Literal["sent", "failed", "deferred", "throttled", "down", "refused", "unknown"]
COMMAND_SECONDS = 60.0
# RFC 5321 section 4.5.3.2.6: the relay may take ten minutes to answer the end of a message.
ANSWER_SECONDS = 600.0
# A relay that went silently (a cut cable, no power) is noticed within half a minute, as a PostgreSQL server is
# (db.POSTGRES): a slow one still confirms that it is there. Systems other than Linux lack some of these.
LIVENESS = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 20_000}
LONGEST_WORDS = 300
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Verdict:
    """What became of a message.

    ``failed``: this reader's address or this message is refused for good. ``deferred``: try this one later.
    ``throttled``: try everything later. ``down``: no relay there. ``refused``: the relay will not serve us at
    all. ``unknown``: handed over, and no answer came; it may have arrived.
    """

    kind: Kind
    words: str = ""


class Transport(Protocol):
    def send(self, envelope: Envelope) -> Verdict: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Relay:
    """Where the relay is and how to greet it, read from CAMPAIGN_SMTP_URL."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: Literal["none", "starttls", "implicit"] = "none"


def read_relay(url: str) -> Relay:
    """Raises Refused for an address that would send a password in clear."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query).get("starttls", ["0"])[0]
    tls: Literal["none", "starttls", "implicit"] = (
        "starttls" if asked not in ("0", "no", "false", "") else "none"
    )
    if parts.scheme == "smtps":
        tls = "implicit"
    host = parts.hostname or ""
    if not host:
        raise _refused("names no host", "no nombra ningún servidor")
    if parts.username and tls == "none" and host not in LOOPBACK:
        raise _refused(
            "would send a password in clear; add ?starttls=1 or use smtps://",
            "enviaría la contraseña sin cifrar; agregue ?starttls=1 o use smtps://",
        )
    port = parts.port or {"none": 25, "starttls": 587, "implicit": 465}[tls]
    return Relay(host, port, unquote(parts.username or ""), unquote(parts.password or ""), tls)


def _refused(en: str, es: str) -> Refused:
    return Refused(f"CAMPAIGN_SMTP_URL {en}.", f"CAMPAIGN_SMTP_URL {es}.")


def open_transport(settings: Settings) -> Transport:
    """One connection's worth of transport; nothing is opened before the first message."""
    url = settings.smtp_url.get_secret_value()
    inner: Transport
    if url.startswith("file:"):
        inner = Folder(Path(url.removeprefix("file:").removeprefix("//")))
    else:
        inner = Smtp(read_relay(url))
    return Simulating(inner)


class Simulating:
    """Answers for addresses at simulate.invalid itself, so that trying out opens no connection."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    def send(self, envelope: Envelope) -> Verdict:
        local, _, domain = envelope.recipient.rpartition("@")
        if domain != SIMULATED:
            return self.inner.send(envelope)
        simulated: dict[str, Verdict] = {
            "temporary-failure": Verdict("deferred", "451 simulated"),
            "permanent-failure": Verdict("failed", "550 simulated"),
        }
        return simulated.get(local, Verdict("sent", "250 simulated"))

    def close(self) -> None:
        self.inner.close()


class Folder:
    """One ``.eml`` a message, complete or not there at all. The same message written twice is one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, envelope: Envelope) -> Verdict:
        name = re.search(rb"^Message-ID: <([A-Za-z0-9_-]+)@", envelope.raw, re.MULTILINE)
        if name is None:
            raise ValueError("a message without our Message-ID")
        target = self.path / f"{name[1].decode()}.eml"
        partial = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.partial")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            _write(partial, envelope.raw)
            partial.replace(target)
        except OSError as error:
            partial.unlink(missing_ok=True)
            return Verdict("down", f"the folder for mail cannot be written: {error.strerror}")
        return Verdict("sent", "written to a file")

    def close(self) -> None:
        """Nothing is kept open."""


def _write(path: Path, raw: bytes) -> None:
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


class Smtp:
    """One connection to the relay, kept open between messages."""

    def __init__(
        self,
        relay: Relay,
        *,
        context: ssl.SSLContext | None = None,
        command_seconds: float = COMMAND_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.relay = relay
        self._context = context
        self.command_seconds = command_seconds
        self.answer_seconds = answer_seconds
        self._open: smtplib.SMTP | None = None

    def send(self, envelope: Envelope) -> Verdict:
        reused = self._open is not None
        verdict = self._try(envelope)
        if reused and verdict.kind == "down":
            # A relay may close a connection it finds idle; nothing was handed over yet.
            verdict = self._try(envelope)
        return verdict

    def close(self) -> None:
        connection, self._open = self._open, None
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def _drop(self) -> None:
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def _try(self, envelope: Envelope) -> Verdict:
        try:
            connection = self._connected()
            refusal = self._announce(connection, envelope)
        except smtplib.SMTPResponseException as error:
            self._drop()
            return _greeting_verdict(error.smtp_code, error.smtp_error)
        except smtplib.SMTPNotSupportedError as error:
            self._drop()
            return Verdict("refused", f"the relay lacks what is asked of it: {error}")
        except ssl.SSLError as error:
            self._drop()
            return Verdict("refused", f"TLS with the relay failed: {error.reason}")
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Verdict("down", f"no relay: {type(error).__name__}")
        return refusal or self._hand_over(connection, envelope.raw)

    def _connected(self) -> smtplib.SMTP:
        if self._open is not None:
            return self._open
        relay = self.relay
        if relay.tls == "implicit":
            self._open = smtplib.SMTP_SSL(
                relay.host, relay.port, timeout=self.command_seconds, context=self._checked_tls()
            )
        else:
            self._open = smtplib.SMTP(relay.host, relay.port, timeout=self.command_seconds)
        _keep_alive(self._open.sock)
        if relay.tls == "starttls":
            self._open.starttls(context=self._checked_tls())
        self._open.ehlo_or_helo_if_needed()
        if relay.user:
            self._open.login(relay.user, relay.password)
        return self._open

    def _checked_tls(self) -> ssl.SSLContext:
        """smtplib's own default does not check certificates. Reading the authorities takes 20 ms."""
        self._context = self._context or ssl.create_default_context()
        return self._context

    def _announce(self, connection: smtplib.SMTP, envelope: Envelope) -> Verdict | None:
        """MAIL, RCPT and DATA; None where the relay takes all three, else what its refusal means."""
        options, connection.command_encoding = "", "ascii"
        if not envelope.recipient.isascii():
            if not connection.has_extn("smtputf8"):
                return Verdict("failed", "the relay cannot carry letters beyond ASCII before the @")
            options, connection.command_encoding = " SMTPUTF8 BODY=8BITMIME", "utf-8"
        # Not connection.mail() and rcpt(): they parse an address anew, as if a person had typed it.
        code, words = connection.docmd(f"MAIL FROM:<{envelope.sender}>{options}")
        if code != 250:
            return self._refusal(code, words, of_us=True)
        code, words = connection.docmd(f"RCPT TO:<{envelope.recipient}>")
        if code not in (250, 251):
            return self._refusal(code, words)
        code, words = connection.docmd("DATA")
        return None if code == 354 else self._refusal(code, words)

    def _hand_over(self, connection: smtplib.SMTP, raw: bytes) -> Verdict:
        try:
            # In one piece: two would wait for each other's acknowledgement (40 ms a message).
            # No message begins with a full stop: it begins with a header.
            stuffed = raw.replace(b"\n.", b"\n..")
            connection.send(stuffed + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"))
        except (OSError, smtplib.SMTPException) as error:
            # The end of the message never left, so nobody can have taken it.
            self._drop()
            return Verdict("down", f"the relay hung up: {type(error).__name__}")
        self._wait(connection, self.answer_seconds)
        try:
            code, words = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Verdict("unknown", f"no answer after the message was handed over: {type(error).__name__}")
        self._wait(connection, self.command_seconds)
        if 200 <= code < 300:
            return Verdict("sent", _words(code, words))
        return self._refusal(code, words)

    def _wait(self, connection: smtplib.SMTP, seconds: float) -> None:
        if connection.sock is not None:
            connection.sock.settimeout(seconds)

    def _refusal(self, code: int, words: bytes, *, of_us: bool = False) -> Verdict:
        """Sort a refusal and leave the connection ready for the next message."""
        said = _words(code, words)
        if code in (421, 454):
            self._drop()
            return Verdict("throttled", said)
        self._reset()
        if 400 <= code < 500:
            return Verdict("deferred", said)
        if 500 <= code < 600:
            return Verdict("refused" if of_us else "failed", said)
        self._drop()
        return Verdict("deferred", f"the relay said what no relay says: {said}")

    def _reset(self) -> None:
        try:
            code, _ = self._open.rset() if self._open else (250, b"")
        except (OSError, smtplib.SMTPException):
            code = 0
        if code != 250:
            self._drop()


def _keep_alive(connection: socket.socket | None) -> None:
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in LIVENESS.items():
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _greeting_verdict(code: int, words: bytes | str) -> Verdict:
    """What a relay means that does not even let us in."""
    said = _words(code, words)
    if code in (421, 454):
        return Verdict("throttled", said)
    if 500 <= code < 600:
        return Verdict("refused", said)
    return Verdict("down", said)


def _words(code: int, words: bytes | str) -> str:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    line = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return masked(f"{code} {line}")[:LONGEST_WORDS]
