"""Texts that several asks share: the call about all bills, the office's lines, a letter's points and variants.

Each has a group and a name. The shipped ones are ``templates/wordings/<folder of the
group>/<name>.<lang>.txt``, and organizers may publish their own instead.
"""

from functools import cache
from typing import Final

from campaign.outreach.ask_kinds import TEXTS
from campaign.outreach.asks import ProposalBills
from campaign.settings import shipped

FOLDERS: Final = {
    "whole": "whole",
    "staff": "staff",
    "letters": "letters",
    "openings": "letters/openings",
    "requests": "letters/requests",
}
NAMES: Final = {
    "whole": (
        "call", "question", "reason", "friends", "leads", "voicemail", "tally", "thanks_call",
        "thanks_voicemail", "thanks_tally", "next_call", "next_voicemail",
    ),
    "staff": ("hello", "who", "me", "position", "noted", "goodbye"),
    "letters": ("bridges", "thanks", "example"),
    "openings": TEXTS,
    "requests": TEXTS,
}  # fmt: skip
# Groups with a text for each proposal, named by its slug: what it does, and the points that a letter's writer
# chooses from. None ships.
OF_PROPOSALS: Final = ("points", "choices")


def phrase(matter: ProposalBills, group: str, name: str, lang: str) -> str:
    """The text that organizers published, else the shipped one, else an empty one."""
    return (matter.wordings.get((group, name, lang)) or as_shipped(group, name, lang)).strip()


@cache
def as_shipped(group: str, name: str, lang: str) -> str:
    """The text that comes with the service; empty where there is none."""
    if group in OF_PROPOSALS:
        return ""
    path = shipped("templates") / "wordings" / FOLDERS[group] / f"{name}.{lang}.txt"
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]
