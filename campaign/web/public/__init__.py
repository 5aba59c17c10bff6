"""The supporters' pages. Each module declares the addresses of its pages when the room is imported."""

from campaign.web.public import (
    calls,
    confirm_place,
    feeds,
    installing,
    kits,
    letters,
    previews,
    reports,
    routes,
    search,
    subscribe,
)
from campaign.web.public.room import room

__all__ = [
    "calls", "confirm_place", "feeds", "installing", "kits", "letters", "previews", "reports", "room", "routes",
    "search", "subscribe",
]  # fmt: skip
