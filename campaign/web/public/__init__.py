"""The supporters' pages. Each module declares the addresses of its pages when the room is imported."""

from campaign.web.public import (
    actions,
    calls,
    confirm_place,
    feeds,
    kits,
    letters,
    office_letters,
    reports,
    routes,
    subscribe,
)
from campaign.web.public.room import room

__all__ = [
    "actions", "calls", "confirm_place", "feeds", "kits", "letters", "office_letters", "reports", "room",
    "routes", "subscribe",
]  # fmt: skip
