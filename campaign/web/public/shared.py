"""Somebody used a link to share a page: one more in the count of the day. The link works without it."""

from werkzeug.wrappers import Response

from campaign.web.core import visits
from campaign.web.public.room import route


@route("/shared", methods=("POST",))
def shared() -> Response:
    visits.count("shared")
    return Response(status=204, headers={"Cache-Control": "no-store"})
