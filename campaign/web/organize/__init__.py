"""The organizers' pages, behind sign-in. Each module declares the addresses of its pages when the room is
imported."""

from campaign.web.organize import (
    account,
    action_signatures,
    action_targets,
    actions,
    ask_order,
    bills,
    board,
    bulk,
    campaigns,
    digest,
    find,
    january,
    lists,
    member,
    notes,
    passkeys,
    phone_numbers,
    preferences,
    reader_lists,
    readers,
    steps,
    system,
    webhooks,
    week,
    wordings,
)
from campaign.web.organize.access import room

__all__ = [
    "account", "action_signatures", "action_targets", "actions", "ask_order", "bills", "board", "bulk",
    "campaigns", "digest", "find", "january", "lists", "member", "notes", "passkeys", "phone_numbers",
    "preferences", "reader_lists", "readers", "room", "steps", "system", "webhooks",
    "week", "wordings",
]  # fmt: skip
