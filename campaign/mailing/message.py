"""Messages as bytes: headers that mail systems obey, text before HTML, nothing fetched from elsewhere.

What a group of readers gets is put together once (``Sealed``): finished bytes in which ``MARK`` stands where
the reader's own link belongs. A copy is those bytes with four headers before them and the mark replaced by a
token of the same length, so a preview and what is sent cannot differ.
Rules: RFC 5322, 2369, 2919, 8058; docs/promises.md E18–E27.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from urllib.parse import urlsplit

from campaign.mailing.addresses import Keys, placeholder
from campaign.refusals import Refused
from campaign.settings import Settings

# With Python's default line length a long List-Unsubscribe becomes an encoded word, and one-click
# unsubscribing is broken (cpython issue 85725).
LISTED = SMTP.clone(max_line_length=998)
# Gmail clips a mail near 102 kB.
BUDGET = 100_000
LONGEST_SUBJECT = 150
LONGEST_RETURN_LOCAL = 64
# As long as ``Keys.stop_token`` makes them, and of letters that quoted-printable leaves alone.
MARK = "UNSUBSCRIBE-MARK-UNSUBSCRIBE-MARK-UNSUBSCRI"
_BROKEN_MARK = re.compile(b"(?:=\r\n)?".join(re.escape(bytes([character])) for character in MARK.encode()))
# Direction overrides and isolates can make a subject or a name read as what it is not (Unicode TR 36).
_UNSEEN = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}


@dataclass(frozen=True)
class Sender:
    """Who writes. ``host`` is the domain of the sender's address, ``base_url`` the address of the campaign's
    pages."""

    name: str
    address: str
    postal: str
    base_url: str
    return_local: str
    return_host: str
    reply_to: str = ""
    campaign: str = ""

    @property
    def host(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def list_id(self) -> str:
        """RFC 2919: stable for ever, whatever the subject says."""
        return f"<{self.campaign or 'digest'}.{self.host}>"


@dataclass(frozen=True)
class Picture:
    """A PNG that travels inside the message; ``cid`` is its name in the HTML."""

    cid: str
    png: bytes


@dataclass(frozen=True)
class Attachment:
    """A file of text that comes with a letter."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Sealed:
    """The part of a message that all its readers share, as bytes ready for the wire."""

    head: bytes
    body: bytes


@dataclass(frozen=True)
class Envelope:
    """One message as the relay takes it."""

    sender: str
    recipient: str
    raw: bytes


class NoSender(Refused):
    """No mail of a kind can leave, to anybody: the installation does not say who writes it."""


def sender_of(settings: Settings, *, postal: str = "") -> Sender:
    """The installation's sender, with a campaign's own postal address if it has one.

    Raises NoSender until sender and postal address are set to real ones (CAN-SPAM, E25).
    """
    postal = " ".join((postal or settings.postal_address).split())
    name, address = parseaddr(settings.mail_from)
    if placeholder(address):
        raise NoSender(
            "The digest is not sent until CAMPAIGN_MAIL_FROM is the address your organization sends from.",
            "No se envía correo hasta que CAMPAIGN_MAIL_FROM sea la dirección de su organización.",
        )
    if len(postal) < 10 or "refused" in postal.lower():
        raise NoSender(
            "The digest is not sent until CAMPAIGN_POSTAL_ADDRESS is your street address or post-office box: "
            "the law asks for it under every email.",
            "No se envía correo hasta que CAMPAIGN_POSTAL_ADDRESS sea su dirección postal: "
            "la ley la exige al pie de cada correo.",
        )
    returned = parseaddr(settings.return_path)[1] or address
    local, _, host = returned.rpartition("@")
    return Sender(
        name=plain(name, 60),
        address=address,
        postal=postal,
        base_url=settings.base_url,
        return_local=local,
        return_host=host,
        reply_to=address,
    )


def plain(text: str, longest: int = 998) -> str:
    """Text that can stand in a header: one line, no controls, no reversal of direction, not endless."""
    kept = (" " if c in "\r\n\t\v\f\x85\u2028\u2029" else c for c in text if ord(c) not in _UNSEEN)
    line = "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return " ".join(line.split())[:longest].rstrip()


def seal(
    sender: Sender,
    *,
    subject: str,
    text: str,
    html: str,
    pictures: tuple[Picture, ...] = (),
    attachment: Attachment | None = None,
    listed: bool = True,
) -> Sealed:
    """Put together what all readers of one text share. Raises Refused when it is over the budget.

    ``listed`` mail is the digest; everything else answers something a person did and says so
    (RFC 3834), without the headers of a list.
    """
    inner, body = _content(text, html, pictures, attachment)
    of_list = EmailMessage(policy=LISTED)
    named = [
        f"From: {_from(sender)}",
        f"Reply-To: {sender.reply_to}",
        f"Subject: {_encoded(plain(subject, LONGEST_SUBJECT))}",
    ]
    if listed:
        of_list["List-Id"] = sender.list_id
        of_list["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        of_list["Auto-Submitted"] = "auto-generated"
    outer = "\r\n".join([*named, of_list.as_bytes().decode().strip(), "MIME-Version: 1.0"]).encode()
    sealed = Sealed(outer + b"\r\n" + inner + b"\r\n\r\n", _mend(body))
    if attachment is None:
        check_size(sealed)
    return sealed


def _from(sender: Sender) -> str:
    """Name and address; a name that looks like an encoded word is encoded, or it would be decoded as one."""
    if "=?" in sender.name:
        return f"{_encoded(sender.name)} <{sender.address}>"
    return formataddr((sender.name, sender.address))


def _encoded(subject: str) -> str:
    """The modern header classes of Python 3.11 lose a space between two encoded words; the old one does not."""
    if subject.isascii() and "=?" not in subject:
        return subject
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def check_size(sealed: Sealed) -> None:
    size = len(sealed.head) + len(sealed.body)
    if size > BUDGET:
        raise Refused(
            f"This email would weigh {size // 1000} kB. Email programs cut what is over {BUDGET // 1000} kB. "
            "Shorten the note or follow fewer proposals.",
            f"Este correo pesaría {size // 1000} kB. Los programas de correo cortan lo que pasa de "
            f"{BUDGET // 1000} kB. "
            "Acorte la nota o siga menos propuestas.",
        )


def _content(
    text: str, html: str, pictures: tuple[Picture, ...], attachment: Attachment | None
) -> tuple[bytes, bytes]:
    """multipart/alternative: text, then HTML with the pictures it shows; its header and its body.

    Boundaries come from the content, so equal content gives equal bytes.
    """
    content = MIMEPart(policy=SMTP)
    content.set_content(text, cte="quoted-printable")
    content.add_alternative(html, subtype="html", cte="quoted-printable")
    (*_, shown) = content.iter_parts()
    for picture in pictures:
        name = f"{picture.cid}.png"
        shown.add_related(
            picture.png, "image", "png", cid=f"<{picture.cid}>", disposition="inline", filename=name
        )
    if attachment is not None:
        content.add_attachment(attachment.content, "application", "json", filename=attachment.name)
    mark = hashlib.blake2b(f"{text}\0{html}".encode(), digest_size=12).hexdigest()
    for level, part in enumerate(part for part in content.walk() if part.is_multipart()):
        part.set_boundary(f"=_{mark}_{level}")
    head, _, body = content.as_bytes().partition(b"\r\n\r\n")
    return head, body


def _mend(body: bytes) -> bytes:
    """Put marks together again that line wrapping has cut, so that one replacement finds each; lines stay
    within 76 characters because such a mark gets a line of its own."""
    whole = MARK.encode()
    return _BROKEN_MARK.sub(lambda m: whole if m[0] == whole else b"=\r\n" + whole + b"=\r\n", body)


def copy_of(
    sealed: Sealed, sender: Sender, keys: Keys, *, to: str, number: int, now: datetime, token: str | None
) -> bytes:
    """One reader's copy. ``number`` is the delivery's: the same one gives the same Message-ID at each try."""
    own = [f"To: {to}", f"Message-ID: {message_id(sender, keys, number)}", f"Date: {format_datetime(now)}"]
    body = sealed.body
    if token is not None:
        own.append(f"List-Unsubscribe: {_angle(sender.base_url)}/unsubscribe/{token}>")
        body = body.replace(MARK.encode(), token.encode())
    if any("\r" in line or "\n" in line for line in own):
        raise ValueError("a header of a copy holds a line break")
    return "\r\n".join(own).encode() + b"\r\n" + sealed.head + body


@cache
def _angle(base_url: str) -> str:
    """The start of the link that ends a subscription, as the email library would write it and not encode it."""
    header = EmailMessage(policy=LISTED)
    header["List-Unsubscribe"] = f"<{base_url}"
    return header.as_bytes().decode().strip().removeprefix("List-Unsubscribe: ")


def message_id(sender: Sender, keys: Keys, number: int) -> str:
    return f"<{_tag(keys, 'message-id', number)}@{sender.host}>"


def return_path(sender: Sender, keys: Keys, number: int) -> str:
    """Where a bounce of this delivery goes: signed, so that nobody else's bounce can be made up (VERP)."""
    tag = _tag(keys, "return-path", number)
    room = LONGEST_RETURN_LOCAL - len(tag) - 1
    return f"{sender.return_local[:room]}+{tag}@{sender.return_host}"


def returned_number(keys: Keys, address: str) -> int | None:
    """The delivery that a return path belongs to; None for one that we did not make."""
    tag = address.rpartition("@")[0].rpartition("+")[2]
    return _tagged(keys, "return-path", tag)


def identified_number(keys: Keys, identifier: str) -> int | None:
    """The delivery that a Message-ID of ours belongs to."""
    return _tagged(keys, "message-id", identifier.strip().strip("<>").rpartition("@")[0])


def _tag(keys: Keys, purpose: str, number: int) -> str:
    """Lower-case on purpose: some systems fold the case of what they send back."""
    signed = keys.tags(purpose, number)[0]
    return f"d{number}-{signed}"


def _tagged(keys: Keys, purpose: str, tag: str) -> int | None:
    found = re.fullmatch(r"d([0-9]{1,18})-([0-9a-f]{20})", tag.lower())
    if found and found[2] in keys.tags(purpose, int(found[1])):
        return int(found[1])
    return None


def https(settings: Settings) -> bool:
    """Whether links sent out are what RFC 8058 asks for."""
    return urlsplit(settings.base_url).scheme == "https"
