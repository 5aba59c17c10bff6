"""ZIP codes and states in the text that people type: every form that has only one meaning is read."""

import re
import unicodedata
from typing import NamedTuple

from campaign.congress.state_names import ENGLISH, OTHERWISE_IN_SPANISH
from campaign.refusals import Refused

LONGEST = 60
# Phones set digits in the width of East Asian text; word processors set other hyphens.
PLAIN = {0xFF10 + digit: str(digit) for digit in range(10)}
PLAIN |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d"), "-")
# Characters that show nothing come along when text is copied.
PLAIN |= dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff"), "")
ZIP = re.compile(r"([^0-9]*)([0-9]{4,5})(?:[- ]?[0-9]{4})?([^0-9]*)", re.ASCII)
# Words before a ZIP code that say nothing of the place, and those of military mail.
LABEL = re.compile(
    r"(?:ZIP(?: ?CODE)?|C\.? ?P\.?|C[ÓO]DIGO POSTAL)[ :.#]*|(?:[AFD]PO)?[ ,]*A[AEP][ ,]*|[AFD]PO[ ,]*",
    re.IGNORECASE,
)
COUNTRY = re.compile(r"[ ,]*\b(?:U\.?S\.?A?\.?|UNITED STATES|ESTADOS UNIDOS|EE\. ?UU\.)[ .]*", re.IGNORECASE)
LAST_ZIP = re.compile(r"(?<![0-9-])([0-9]{5})(?:[- ]?[0-9]{4})?[ .]*", re.ASCII)
# Five digits behind one of these are not a ZIP code.
NUMBERED = re.compile(r"(?:BOX|APARTADO|APT|UNIT|SUITE|STE|NO|ROUTE|HIGHWAY|HWY|#)[ .#]*", re.IGNORECASE)
# "Washington" at the end of an address is more often the city.
NAMES = {
    re.sub(r"[^A-Z ]", "", unicodedata.normalize("NFD", name.upper())): code
    for names in (ENGLISH, OTHERWISE_IN_SPANISH)
    for code, name in names.items()
    if code != "WA"
} | {"VIRGIN ISLANDS": "VI", "WASHINGTON STATE": "WA"}
STATE_AT_END = re.compile(r"(?:^|[ ,])(" + "|".join([*NAMES, *ENGLISH]) + ")$")
# Before a ZIP code this is the state or the city.
EITHER_WASHINGTON = re.compile(r"WASHINGTON[ ,]*", re.IGNORECASE)


class TypedZip(NamedTuple):
    """A ZIP code as typed. ``completed``: a zero was put before its four digits. ``state``: the two letters of
    the state that was typed with it, or empty."""

    zip: str
    completed: bool = False
    state: str = ""


class TypedPlace(NamedTuple):
    """The ZIP code and the state at the end of an address; each empty where there is none."""

    zip: str = ""
    state: str = ""


def read_zip(text: str) -> TypedZip:
    """The ZIP code of a text that holds nothing but one: ``78205``, ``78205-1234``, ``782051234``, ``2138``,
    ``TX 78205``, ``San Antonio, TX 78205``, ``C.P. 78205``. Raises Refused for any other text."""
    found = ZIP.fullmatch(plain(text)) if len(text) <= LONGEST else None
    if found is None:
        raise no_zip()
    before, digits, after = found.groups()
    if LABEL.fullmatch(before) or EITHER_WASHINGTON.fullmatch(before):
        before = ""
    states = {state_at_end(part) for part in (before, COUNTRY.sub("", after)) if part.strip(" ,.")}
    if "" in states or len(states) > 1 or before.strip() in {"-", ",", "."}:
        raise no_zip()
    return TypedZip(digits.zfill(5), len(digits) == 4, "".join(states))


def no_zip() -> Refused:
    return Refused(
        "Enter a five-digit ZIP code, like 78205.",
        "Escriba un código postal de cinco dígitos, por ejemplo 78205.",
    )


def read_place(address: str) -> TypedPlace:
    """The ZIP code and the state with which an address ends.

    A state without a ZIP code counts only behind a comma: ``12 Oak Ct`` is a street.
    """
    text = COUNTRY.sub("", plain(address)) if COUNTRY.search(plain(address)[-20:]) else plain(address)
    before, zip_code = _split_zip(text.strip(" ,."))
    if not zip_code and "," not in before:
        return TypedPlace()
    return TypedPlace(zip_code, state_at_end(before))


def _split_zip(text: str) -> tuple[str, str]:
    for found in LAST_ZIP.finditer(text):
        if found.end() == len(text) and not re.search(NUMBERED.pattern + "$", text[: found.start()], re.I):
            return text[: found.start()], found[1]
    return text, ""


def state_at_end(text: str) -> str:
    """The code of the state, by name or two letters, with which a text ends; empty where there is none."""
    letters = unicodedata.normalize("NFD", text.upper())
    words = re.sub(r"[^A-Z, ]", "", letters.replace("-", " ")).strip(" ,")
    found = STATE_AT_END.search(words)
    return NAMES.get(found[1], found[1]) if found else ""


def plain(text: str) -> str:
    """A text with ASCII digits and hyphens and single spaces."""
    return " ".join(text.translate(PLAIN).split())
