"""What a phone needs to put the campaign on its home screen, and to read the last script without a network."""

from flask import jsonify, make_response
from werkzeug.wrappers import Response

from campaign.web.core import assets, look, served
from campaign.web.core.languages import current
from campaign.web.core.render import site_name
from campaign.web.core.routing import place
from campaign.web.public.previews import ACCENT
from campaign.web.public.room import route


@route("/manifest.webmanifest", in_draft=True)
def manifest() -> Response:
    """The web app manifest (W3C) of the campaign, in the language of its address."""
    campaign, start = served.campaign(), place("campaign")
    response = jsonify(
        name=site_name(),
        short_name=site_name()[:30],
        lang=current(),
        id=start,
        start_url=start,
        scope=start,
        display="minimal-ui",
        background_color=look.PAPER,
        theme_color=campaign.accent if campaign and campaign.accent else ACCENT,
        icons=[
            {"src": place("icon", size=size), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (192, 512)
        ],
    )
    response.headers["Content-Type"] = "application/manifest+json"
    response.headers["Cache-Control"] = "public, no-cache"
    return response


@route("/worker.js", in_draft=True)
def worker() -> Response:
    """The service worker. It is at the root of the campaign's addresses, since it reaches no page above its
    own."""
    response = make_response((assets.STATIC / "worker.js").read_bytes())
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "public, no-cache"
    return response
