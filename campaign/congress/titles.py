"""Titles of bills made comparable, and the kinds of titles that name no idea. No I/O."""

import re
import unicodedata

_LONGEST = 400
_NOT_WORDS = re.compile(r"[^\w\s]|_")
_SPACES = re.compile(r"\s+")
_OPENING = re.compile(r"^(?:an? (?:original )?(?:bill|(?:joint |concurrent )?resolution)(?: to)?|the|to) ")
_ENDING = re.compile(r" (?:and for other purposes|(?:for |of )?(?:fiscal year )?(?:19|20)\d\d|act)$")

# Titles shared by measures that have nothing else in common, or that come back every year by nature.
_NAMES_NO_IDEA = re.compile(
    r"^(?:a (?:joint |concurrent )?resolution )?(?:reserved for"
    r"|providing for congressional disapproval"
    r"|providing for (?:the )?(?:further )?(?:consideration|disposition)"
    r"|electing |expressing (?:support for|the sense|condolences)|recogni[sz]ing |commemorating |honoring "
    r"|congratulating |celebrating |designating |supporting the (?:designation|goals)"
    r"|authorizing expenditures|relating to )",
    re.IGNORECASE,
)


def title_key(title: str | None) -> str:
    """What stays of a title once case, marks, years and the words every title has are gone.

    ``ARMAS Act of 2025`` and ``ARMAS Act of 2024`` give ``armas``; ``A bill to prohibit X, and for other
    purposes.`` and ``To prohibit X.`` give ``prohibit x``. Empty where nothing is left to compare.
    """
    if not title:
        return ""
    plain = _NOT_WORDS.sub(
        " ", unicodedata.normalize("NFKC", title).casefold().replace("’", "'").replace("'", "")
    )
    key = _SPACES.sub(" ", plain).strip()
    while (shorter := _OPENING.sub("", key, count=1)) != key:
        key = shorter
    while (shorter := _ENDING.sub("", key, count=1)) != key:
        key = shorter
    return key[:_LONGEST]


def words(key: str) -> int:
    """How many words a title key has; one or two make an acronym that many bills share."""
    return len(key.split())


def names_an_idea(*titles: str | None) -> bool:
    """False for numbers held in reserve, rules and procedure, disapprovals and commemorations: equal titles
    of these say nothing about kinship."""
    return not any(title and _NAMES_NO_IDEA.search(title) for title in titles)
