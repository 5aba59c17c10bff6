"""Texts that several asks share: the call about all bills, what an office answers, a letter's points and turns.

Each is known by its group and its name in it. Organizers may publish their own in place of the shipped ones,
``templates/wordings/<folder of the group>/<name>.<lang>.txt``.
"""

from functools import cache
from typing import Final

from campaign.outreach.ask_kinds import CODES
from campaign.outreach.asks import Matter
from campaign.settings import shipped

FOLDERS: Final = {
    "whole": "whole",
    "staff": "staff",
    "points": "points",
    "letters": "letters",
    "openings": "letters/openings",
    "requests": "letters/requests",
    "choices": "letters/points",
}
NAMES: Final = {
    "whole": ("call", "question", "friends", "voicemail", "tally"),
    "staff": ("hello", "who", "me", "position", "bye"),
    "letters": ("bridges", "thanks"),
    "openings": CODES,
    "requests": CODES,
}
# These are written for each proposal, by its slug.
OF_PROPOSALS: Final = ("points", "choices")
# These hold several texts, an empty line between them, of which a letter takes one.
TURNS: Final = ("letters", "openings", "requests")


def phrase(matter: Matter, group: str, name: str, lang: str) -> str:
    """The text: the one that organizers published, else the shipped one, else empty."""
    return (matter.wordings.get((group, name, lang)) or as_shipped(group, name, lang)).strip()


@cache
def as_shipped(group: str, name: str, lang: str) -> str:
    """The text that comes with the service; empty where nobody wrote one."""
    path = shipped("templates") / "wordings" / FOLDERS[group] / f"{name}.{lang}.txt"
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]
