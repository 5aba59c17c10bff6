"""Passwords: which are taken, how they are kept (OWASP ASVS 5.0, 6.2 and 11.4.2)."""

import re
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from campaign.refusals import Refused

SHORTEST, LONGEST = 12, 200
# zxcvbn's own measure: 3 is "safely unguessable" against a slow hash.
STRONG_ENOUGH = 3
# It refuses more than 72 characters; what is strong in 72 is strong.
WEIGHED = 72
# What is left of a password without the campaign's own words must still be long enough to matter.
LEAST_OWN = 8
OWN_WORDS = ("campaign", "campaña", "congress", "congreso", "organize", "admin", "password")
# One hash takes 64 MiB; more than these at once wait their turn instead of filling the memory.
HASHES_AT_ONCE = 2

_hasher = PasswordHasher()
_hashing_slot = threading.BoundedSemaphore(HASHES_AT_ONCE)


def check(password: str, *, email: str = "", words: tuple[str, ...] = ()) -> None:
    """Raises Refused, saying what to do, for a password that is short, known, or made of our own words and of
    ``words``, those of the campaign."""
    if len(password) < SHORTEST:
        raise Refused(
            f"Use at least {SHORTEST} characters. Four words that do not belong together are easy to keep.",
            f"Use al menos {SHORTEST} caracteres. Cuatro palabras sin relación son fáciles de recordar.",
        )
    if len(password) > LONGEST:
        raise Refused(f"Use at most {LONGEST} characters.", f"Use como máximo {LONGEST} caracteres.")
    own = [*OWN_WORDS, *map(str.lower, words), *filter(None, re.split(r"[@.\W]+", email.lower()))]
    if _mostly(password.lower(), own) or int(zxcvbn(password[:WEIGHED], own)["score"]) < STRONG_ENOUGH:
        raise Refused(
            "This password is among those tried first. Use four words that do not belong together.",
            "Esa contraseña es de las que se prueban primero. Use cuatro palabras sin relación.",
        )


def _mostly(password: str, words: list[str]) -> bool:
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= 4:
            password = password.replace(word, "")
    return len(re.sub(r"[\W\d_]", "", password)) < LEAST_OWN and len(password) < SHORTEST


def hashed(password: str) -> str:
    with _hashing_slot:
        return _hasher.hash(password)


def matches(password: str, kept: str) -> bool:
    """Whether this is the password. Takes the same time where there is none to compare with."""
    with _hashing_slot:
        try:
            return _hasher.verify(kept or _nobody(), password[: LONGEST + 1]) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return bool(kept) and _hasher.check_needs_rehash(kept)


_NOBODY: list[str] = []


def _nobody() -> str:
    if not _NOBODY:
        _NOBODY.append(_hasher.hash("nobody's password"))
    return _NOBODY[0]
