"""How the organization wants its mail sent: the stored policy, and reading it from a form."""

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session

from campaign import ssrf
from campaign.mailing.addresses import read_address
from campaign.mailing.models import MailPolicy
from campaign.refusals import Refused

CHOICES = {
    "approve": ("by_hand", "automatic"),
    "quiet_week": ("nothing", "note"),
    "notify_language": ("en", "es"),
}
# The least and the most of each number; a rate of zero is no limit.
BOUNDS = {
    "send_hour": (0, 23),
    "per_second": (0, 1000),
    "per_hour": (0, 1_000_000),
    "breaker_after": (1, 1000),
}
WHOLE = ("send_hour", "breaker_after")
YES_OR_NO = ("resend_unknown", "keep_ip")
TYPED = (*CHOICES, *BOUNDS, "notify_email", "reply_to", "notify_webhook")
LONGEST_WEBHOOK = 500


class RefusedRule(Refused):
    """A value that cannot be meant; ``name`` is its field."""

    def __init__(self, name: str, refusal: Refused) -> None:
        super().__init__(refusal.en, refusal.es, status=refusal.status)
        self.name = name


def choose(session: Session, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Take the organization's choices from a form; the names of those that changed.

    Raises RefusedRule for a value that cannot be meant; then nothing is changed.
    """
    chosen = {name: _read(name, wanted.get(name, "")) for name in TYPED}
    chosen |= {name: name in wanted for name in YES_OR_NO}
    before = policy(session).model_dump()
    changed = tuple(name for name, value in chosen.items() if before[name] != value)
    if changed:
        session.merge(MailPolicy(**{**before, **chosen}))
    return changed


def _read(name: str, text: str) -> Any:
    try:
        if name in CHOICES:
            return _one_of(name, text)
        if name in BOUNDS:
            return _number(name, text)
        return _webhook(text) if name == "notify_webhook" else _address(text)
    except Refused as refusal:
        raise RefusedRule(name, refusal) from None


def _one_of(name: str, value: str) -> str:
    if value in CHOICES[name]:
        return value
    raise Refused("Choose one of the options.", "Elija una de las opciones.")


def _number(name: str, text: str) -> float:
    least, most = BOUNDS[name]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most or (name in WHOLE and value != int(value)):
        en, es = ("whole number", "número entero") if name in WHOLE else ("number", "número")
        raise Refused(f"Write a {en} from {least} to {most:,}.", f"Escriba un {es} del {least} al {most:,}.")
    return int(value) if name in WHOLE else value


def _address(text: str) -> str:
    return read_address(text).typed if text.strip() else ""


def _webhook(text: str) -> str:
    address = text.strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        good = parts.scheme == "https" and ssrf.may_be_public(parts.hostname or "") and not parts.username
    except ValueError:
        good = False
    if not good or len(address) > LONGEST_WEBHOOK or not address.isprintable() or " " in address:
        raise Refused(
            "The chat's address begins with https:// and names a host on the internet.",
            "La dirección del chat empieza con https:// y nombra un servidor en internet.",
        )
    return address


def policy(session: Session) -> MailPolicy:
    """How the organization wants its mail; the defaults until somebody chose."""
    return session.get(MailPolicy, 1) or MailPolicy()
