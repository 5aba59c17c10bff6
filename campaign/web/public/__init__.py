"""The supporters' pages. Each module declares the addresses of its pages when the room is imported."""

from campaign.web.public import (
    actions,
    calendars,
    calls,
    confirm_place,
    developers,
    embeds,
    feeds,
    installing,
    kits,
    letters,
    oembed,
    office_letters,
    phone_reports,
    previews,
    reports,
    routes,
    scorecard,
    search,
    shared,
    subscribe,
)
from campaign.web.public.room import room

__all__ = [
    "actions", "calendars", "calls", "confirm_place", "developers", "embeds", "feeds", "installing", "kits",
    "letters", "oembed", "office_letters", "phone_reports", "previews", "reports", "room", "routes",
    "scorecard", "search", "shared", "subscribe",
]  # fmt: skip
