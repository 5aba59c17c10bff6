"""Which members a typed word means: a name, a seat, a state by its name or code, in any case, with or without
accents."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from campaign.congress.members import Person
from campaign.congress.state_names import ENGLISH, state_name

_SEAT = re.compile(r"([a-z]{2}) ?0*(\d{1,2}|al)")


def folded(text: str) -> str:
    """In small letters without accents, only letters, figures and single spaces: ``García`` is ``garcia``."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c))))


_STATES: Final = {
    folded(name): code for code in ENGLISH for name in (code, state_name(code, "en"), state_name(code, "es"))
}


def state_of(text: str) -> str:
    """The code of a state named by code or name, English or Spanish; empty for anything else."""
    return _STATES.get(folded(text), "")


def seat_of(text: str) -> str:
    """``TX-16`` for "tx 16", "TX16", "tx-016"; ``AK-0`` for "AK-AL"; empty for anything else."""
    match = _SEAT.fullmatch(folded(text))
    if match is None or match[1].upper() not in ENGLISH:
        return ""
    return f"{match[1].upper()}-{match[2].replace('al', '0')}"


def matcher(text: str) -> Callable[[Person], bool]:
    """Whether a member is meant by the text; everybody is by an empty one.

    Two letters that are a state's code mean the state alone; a state's name may be a member's name, too.
    """
    words, state, seat = folded(text).split(), state_of(text), seat_of(text)
    if not text.strip():
        return lambda _person: True
    if seat:
        # The only seat of a state is called its first one, too.
        known = (seat, f"{seat[:2]}-0") if seat.endswith("-1") else (seat,)
        return lambda person: person.seat in known
    if state and len(text.strip()) == 2:
        return lambda person: person.state == state
    return lambda person: (state != "" and person.state == state) or _is_named(person, words)


def _is_named(person: Person, words: list[str]) -> bool:
    names = folded(person.name).split()
    return bool(words) and all(any(name.startswith(word) for name in names) for word in words)
