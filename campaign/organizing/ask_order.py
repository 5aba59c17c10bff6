"""The order of a campaign's asks for a reader who begins with one (``Campaign.ask_order``)."""

from typing import Final

from sqlmodel import Session

from campaign.outreach import ask_kinds
from campaign.proposals import campaigns

MOVES: Final = ("first", "up", "down")


def order(session: Session, slug: str) -> tuple[str, ...]:
    """All kinds of asks by their texts. Raises Refused (404) for an unknown campaign."""
    return ask_kinds.in_order(campaigns.campaign(session, slug).first_asks)


def move(session: Session, slug: str, kind: str, where: str) -> tuple[str, ...]:
    """Move a kind one of ``MOVES``, in the caller's transaction; returns the order then.

    Raises Refused for no kind or move, or (404) for an unknown campaign.
    """
    if kind not in ask_kinds.BY_TEXTS or where not in MOVES:
        raise ask_kinds.no_kind(kind)
    kinds = list(order(session, slug))
    place = kinds.index(kind)
    kinds.remove(kind)
    kinds.insert({"first": 0, "up": max(0, place - 1), "down": place + 1}[where], kind)
    row = campaigns.campaign(session, slug)
    row.ask_order = "" if tuple(kinds) == ask_kinds.ORDER else " ".join(kinds)
    return tuple(kinds)


def reset(session: Session, slug: str) -> None:
    """Back to the program's order. Raises Refused (404) for an unknown campaign."""
    campaigns.campaign(session, slug).ask_order = ""
