"""The supporters' pages. Each module declares the addresses of its pages when the room is imported."""

from campaign.web.public import (
    actions,
    calls,
    confirm_place,
    feeds,
    kits,
    letters,
    office_letters,
    phone_reports,
    reports,
    routes,
    shared,
    subscribe,
)
from campaign.web.public.room import room

__all__ = [
    "actions", "calls", "confirm_place", "feeds", "kits", "letters", "office_letters", "phone_reports",
    "reports", "room", "routes", "shared", "subscribe",
]  # fmt: skip
