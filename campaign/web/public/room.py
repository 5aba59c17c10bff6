"""The supporters' pages as a room: ``@route`` declares the address of a page."""

from campaign.web.core.routing import Room

room = Room("public", translated=True, cached=True)
route = room.route
