"""Titles of bills in comparable form, and kinds of titles that name no idea. No I/O."""

import re
import unicodedata

_LONGEST = 400
_NOT_WORDS = re.compile(r"[^\w\s]|_")
_SPACES = re.compile(r"\s+")
_OPENING = re.compile(r"^(?:an? (?:original )?(?:bill|(?:joint |concurrent )?resolution)(?: to)?|the|to) ")
_ENDING = re.compile(r" (?:and for other purposes|(?:for |of )?(?:fiscal year )?(?:19|20)\d\d|act)$")

# Titles shared by measures that have nothing else in common, or that recur every year.
_NAMES_NO_IDEA = re.compile(
    r"^(?:a (?:joint |concurrent )?resolution )?(?:reserved for"
    r"|providing for congressional disapproval"
    r"|providing for (?:the )?(?:further )?(?:consideration|disposition)"
    r"|electing |expressing (?:support for|the sense|condolences)|recogni[sz]ing |commemorating |honoring "
    r"|congratulating |celebrating |designating |supporting the (?:designation|goals)"
    r"|authorizing expenditures|relating to "
    # Yearly funding: each Congress passes its own, and two of one Congress differ by the year only.
    r"|(?:an act |a bill )?(?:to make |making )(?:\w+ ){0,3}appropriations for "
    # The business of a chamber, in the same words whenever it comes up.
    r"|(?:amending|adopting) the (?:standing )?rules of|authorizing the (?:use of|printing)"
    r"|notifying the president|raising a question of|providing for a joint session"
    r"|to authorize (?:testimony|representation))",
    re.IGNORECASE,
)


def title_key(title: str | None) -> str:
    """A title without case, punctuation, years and the words that every title has.

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
    """The number of words in a title key; keys of one or two are often acronyms that many bills share."""
    return len(key.split())


def names_an_idea(*titles: str | None) -> bool:
    """False for reserved numbers, rules and procedure, disapprovals and commemorations: that two such titles
    are equal says nothing about kinship."""
    return not any(title and _NAMES_NO_IDEA.search(title) for title in titles)
