"""How long a script takes to say, at 150 words a minute; numbers are read one digit at a time."""

import re
from typing import Final

from campaign.outreach.blanks import example

WORDS_A_MINUTE: Final = 150
# The most seconds of each kind. A tally of one bill takes 15: see docs/writing.md.
MOST_SECONDS: Final = {"call": 40, "voicemail": 30, "tally": 20}
# A word, a number, or an abbreviation like H.R.; "co-sponsor" and "I'm" are one word each.
WORD: Final = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
_DIGIT: Final = re.compile(r"\d")


def spoken_words(text: str) -> int:
    """The words of a text as it is said: each digit of a number is one."""
    words = WORD.findall(text)
    return sum(1 if word.isalpha() else len(_DIGIT.findall(word)) or 1 for word in words)


def seconds(text: str) -> float:
    """How long a text takes to say with its blanks filled."""
    return spoken_words(example(text)) * 60 / WORDS_A_MINUTE


def fits(text: str, kind: str) -> bool:
    """Whether a script can be said in time; a letter is not said."""
    return kind not in MOST_SECONDS or seconds(text) <= MOST_SECONDS[kind]
