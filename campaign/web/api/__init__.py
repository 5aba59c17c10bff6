"""The JSON interface: the public record, and what organizers' own programs read by a token."""

from campaign.web.api import calendar, votes
from campaign.web.api.metrics import room as metrics_room
from campaign.web.api.organize import room as organize_room
from campaign.web.api.routes import room

# Importing a module declares its operations.
__all__ = ["calendar", "metrics_room", "organize_room", "room", "votes"]
