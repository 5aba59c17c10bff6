"""Addresses of people: what counts as one, when two are the same, and the keys and tokens made of them.

Two spellings are one person when they differ in case, in a ``+tag``, in how a domain is written, or for
Gmail in dots. Mail always goes to what was typed; only its domain is put into ASCII on the wire.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from email.utils import parseaddr

from campaign import mailbox
from campaign.refusals import Refused
from campaign.settings import Settings

DOTLESS = {"gmail.com", "googlemail.com"}
PLACEHOLDERS = ("example.com", "example.org", "example.net", "localhost", "invalid", "test", "example")
MAC_BYTES = 16
KEY_BYTES = 16
# A search begins at the start of a word alone, so that a long one is read once.
_ADDRESS = re.compile(r"(?<![^\s<>@,;:])[^\s<>@,;:]+@[^\s<>@,;:]+")


@dataclass(frozen=True)
class Address:
    """An address as it was typed, as it goes onto the wire, and in the form that tells people apart."""

    typed: str
    wire: str
    normal: str


def read_address(text: str) -> Address:
    """Raises Refused for what cannot be an address; whether it exists is not asked."""
    typed = text.strip()
    found = mailbox.read(typed)
    if found is None:
        raise _no_address()
    if found.domain == mailbox.SIMULATED:
        return Address(typed, typed.lower(), typed.lower())
    local, domain = typed.rpartition("@")[0], found.domain
    normal = f"{_normal_local(found.local, domain)}@{'gmail.com' if domain in DOTLESS else domain}"
    return Address(typed, f"{local}@{domain}", normal)


def _normal_local(local: str, domain: str) -> str:
    plain = unicodedata.normalize("NFKC", local).casefold()
    plain = plain.split("+", 1)[0] or plain
    if domain in DOTLESS:
        plain = plain.replace(".", "")
    return plain


def wire(typed: str) -> str:
    """A stored address as it goes onto the wire; nearly all of them need no second look."""
    if mailbox.PLAIN.fullmatch(typed):
        local, _, domain = typed.rpartition("@")
        return f"{local}@{domain.lower()}"
    return read_address(typed).wire


def _no_address() -> Refused:
    return Refused(
        "That doesn’t look like an email address. Example: maria@example.org.",
        "Eso no parece un correo electrónico. Ejemplo: maria@example.org.",
    )


def masked(text: str) -> str:
    """Any text with the addresses in it blotted out: for logs, and for the words of a relay."""
    return _ADDRESS.sub("…@…", text)


def placeholder(address: str) -> bool:
    """Whether a sender's address is one of those that documentation uses."""
    domain = parseaddr(address)[1].rpartition("@")[2].lower()
    return not domain or any(domain == name or domain.endswith(f".{name}") for name in PLACEHOLDERS)


class Keys:
    """What the secret key makes of addresses and links. Retired keys still open what they made."""

    def __init__(self, settings: Settings) -> None:
        secrets = [settings.signing_key(), *settings.retired_keys]
        self._keys = [hashlib.blake2b(b"campaign.mailing " + secret.encode()).digest() for secret in secrets]

    def of(self, address: Address, campaign: str) -> str:
        """The keyed hash of an address in a campaign: tells whether two are the same, and nothing else.

        In another campaign it is another one, so nobody can tell who reads both.
        """
        return self.all_of(address, campaign)[0]

    def all_of(self, address: Address, campaign: str) -> list[str]:
        """The hash by the key of today and by every retired one, and as it was made before 0.2.0, when an
        installation had one list."""
        texts = f"{campaign} {address.normal}", address.normal
        return [_mac(key, "address", text.encode())[:KEY_BYTES].hex() for text in texts for key in self._keys]

    def of_place(self, ip: str) -> str:
        """The keyed hash of a network address, as limits count it (web/core/proxies.py)."""
        return _mac(self._keys[0], "place", ip.encode())[:KEY_BYTES].hex()

    def sign(self, purpose: str, payload: bytes) -> str:
        """A token that carries ``payload`` openly and cannot be made or moved to another purpose by others."""
        return _text(payload + _mac(self._keys[0], purpose, payload)[:MAC_BYTES])

    def open(self, purpose: str, token: str) -> bytes | None:
        """The payload of a token of this purpose; None for anything else."""
        raw = _bytes(token)
        payload, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        good = [hmac.compare_digest(_mac(key, purpose, payload)[:MAC_BYTES], mac) for key in self._keys]
        return payload if payload and any(good) else None

    def tags(self, purpose: str, number: int) -> list[str]:
        """The short signature of a delivery's number, by the key of today and by every retired one."""
        return [_mac(key, purpose, str(number).encode())[:10].hex() for key in self._keys]

    def stop_token(self, key: str) -> str:
        """The link that ends a subscription, for the address with this hash: always 43 characters."""
        return self.sign("unsubscribe", bytes.fromhex(key))

    def stopped(self, token: str) -> str | None:
        """The hash of the address a stop link speaks for."""
        return self._address_key("unsubscribe", token)

    def place_token(self, key: str) -> str:
        """The link on which the address with this hash tells its district after a change of districts."""
        return self.sign("place", bytes.fromhex(key))

    def placed(self, token: str) -> str | None:
        """The hash of the address a place link speaks for."""
        return self._address_key("place", token)

    def _address_key(self, purpose: str, token: str) -> str | None:
        payload = self.open(purpose, token)
        return payload.hex() if payload and len(payload) == KEY_BYTES else None


def digest(token: str) -> str:
    """What is stored of a secret link."""
    return hashlib.sha256(token.encode()).hexdigest()


def _mac(key: bytes, purpose: str, payload: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + payload, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Only the one spelling that ``_text`` gives is read, so that a changed last letter is another token."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,200}", text):
        return b""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
    return raw if _text(raw) == text else b""
