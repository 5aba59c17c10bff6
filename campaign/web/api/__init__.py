"""The JSON interface."""

from campaign.web.api.routes import room

__all__ = ["room"]
