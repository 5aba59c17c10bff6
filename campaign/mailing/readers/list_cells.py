"""What a cell of a list says, as people and programs write it: addresses, ZIP codes, languages, consent."""

import re

from campaign.mailing.readers.list_columns import plain
from campaign.refusals import Refused

# What a list says of somebody who is not to be mailed; the first three are reasons of a Suppression.
LEFT = ("unsubscribed", "bounced", "complaint", "not_subscribed")
_LANGUAGES = {
    **dict.fromkeys(("en", "eng", "english", "ingles"), "en"),
    **dict.fromkeys(("es", "esp", "spa", "spanish", "espanol", "castellano"), "es"),
}
_STATUS = {
    **dict.fromkeys(
        (
            "subscribed", "active", "confirmed", "explicit", "implicit", "express", "opted in", "opt in",
            "yes", "y", "true", "t", "1", "s", "x", "ok", "si", "suscrito", "suscrita", "activo", "activa",
            "confirmado", "confirmada", "verdadero",
        ),
        "",
    ),
    **dict.fromkeys(
        (
            "unsubscribed", "unsubscribe", "opted out", "opt out", "optout", "u", "removed", "left",
            "do not email", "do not contact", "baja", "de baja", "dado de baja", "dada de baja", "desuscrito",
            "desuscrita", "cancelado", "cancelada", "suscripcion cancelada",
        ),
        "unsubscribed",
    ),
    **dict.fromkeys(
        (
            "bounced", "bouncing", "bounce", "previous bounce", "hard bounce", "hard bounced", "cleaned", "bad",
            "invalid", "undeliverable", "rebotado", "rebotada", "devuelto", "devuelta", "limpiado", "invalido",
        ),
        "bounced",
    ),
    **dict.fromkeys(
        (
            "spam complaint", "previous spam complaint", "complaint", "complained", "spam", "reported spam",
            "abuse", "abuse complaint", "queja", "queja de spam",
        ),
        "complaint",
    ),
    # An empty cell too: a person without a status has not asked for mail.
    **dict.fromkeys(
        (
            "", "non subscribed", "not subscribed", "nonsubscribed", "never subscribed", "neutral", "n", "no",
            "false", "f", "0", "pending", "pending confirmation", "awaiting confirmation", "unconfirmed",
            "temp hold", "not set", "archived", "inactive", "deleted", "none", "null", "unknown",
            "no suscrito", "no suscrita", "pendiente", "sin confirmar", "inactivo", "inactiva", "falso",
        ),
        "not_subscribed",
    ),
}  # fmt: skip
_NO = {"", "no", "n", "false", "f", "0", "none", "null", "na", "n a", "never", "nunca", "falso"}
# Characters that show nothing come along when text is copied.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


def address_of(text: str) -> str:
    """The address of ``Maria Lopez <maria@example.org>`` or ``mailto:maria@example.org``; else the text."""
    text = text.translate(_INVISIBLE).strip()
    if named := re.fullmatch(r"[^<>]*<([^<>]+)>[;,]?", text):
        text = named[1].strip()
    if linked := re.fullmatch(r"mailto:([^?]*)(\?.*)?", text, re.IGNORECASE):
        text = linked[1].strip()
    return text


def zip_of(text: str) -> str:
    """A ZIP code with what spreadsheets take from it: leading zeros, the hyphen of ZIP+4; and without what
    they add: ``2138.0``, ``="02138"``. Any other text as it is."""
    bare = re.sub(r"\.0+$", "", text.strip("='\" "))
    if found := re.fullmatch(r"([0-9]{3,5})(?:[- ]([0-9]{4}))?", bare, re.ASCII):
        return found[1].zfill(5)
    if re.fullmatch(r"[0-9]{7,9}", bare, re.ASCII):
        return bare.zfill(9)[:5]
    return text


def language_of(text: str) -> str:
    """``en`` or ``es``; English where the cell is empty. Raises Refused for another language."""
    words = plain(text).split()
    if not words:
        return "en"
    if words[0] not in _LANGUAGES:
        raise Refused(f"unknown language {_short(text)}", f"idioma desconocido {_short(text)}")
    return _LANGUAGES[words[0]]


def left_of(text: str) -> str:
    """Which of ``LEFT`` a status or a consent says, empty for a person who may be mailed.

    Raises Refused for a word that could mean either.
    """
    found = _STATUS.get(plain(text))
    if found is None:
        raise Refused(
            f"unknown status {_short(text)}: is it about mail?",
            f"estado desconocido {_short(text)}: ¿es del correo?",
        )
    return found


def is_yes(text: str) -> bool:
    """Whether a cell that is filled for those who left is filled: with a date, or any word but no."""
    return plain(text) not in _NO


def _short(text: str) -> str:
    return repr(text.strip()[:40])
