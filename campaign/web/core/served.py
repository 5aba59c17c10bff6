"""Which campaign a request is for: ``/c/SLUG/…`` says it, else it is the installation's first one.

The prefix becomes the request's script name, as behind a proxy that serves the app below a path. So every
address made by ``url_for`` has it, and no route knows of it.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Flask, g, request

from campaign.outreach.asks import CampaignAsks, campaign_asks
from campaign.proposals import campaigns
from campaign.proposals.models import Campaign
from campaign.web.core import database

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = re.compile(r"/c/([a-z0-9-]{1,80})(?=/|$)", re.ASCII)
# Where a request's environment holds the slug that its address names.
NAMED = "campaign.slug"
# The script name without it.
ROOT = "campaign.root"


def attach(app: Flask) -> None:
    """Put the prefix before everything that reads a request's path."""
    app.wsgi_app = Mount(app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(_refuse_unknown)
    app.jinja_env.globals.update(address_in=address_in)


class Mount:
    """WSGI middleware that moves ``/c/SLUG`` from the path to the script name."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if found := PREFIX.match(environ["PATH_INFO"]):
            environ[NAMED], environ[ROOT] = found[1], environ["SCRIPT_NAME"]
            environ["SCRIPT_NAME"] += found[0]
            environ["PATH_INFO"] = environ["PATH_INFO"][found.end() :] or "/"
        return self._app(environ, start_response)


def named() -> str:
    """The slug in this request's address; empty where it names none."""
    return str(request.environ.get(NAMED, ""))


def address_in(slug: str, address: str) -> str:
    """An address of this request's campaign, as ``url_for`` gives it, in another campaign."""
    return without(address, f"/c/{slug}")


def without(address: str, prefix: str = "") -> str:
    """An address of this request's campaign as one that names no campaign, or with another ``prefix``."""
    environ = request.environ
    root = str(environ.get(ROOT, environ["SCRIPT_NAME"]))
    return root + prefix + address.removeprefix(str(environ["SCRIPT_NAME"]))


def _refuse_unknown() -> None:
    if named() and request.blueprint:
        campaigns.campaign(database.session(), named())


def campaign() -> Campaign | None:
    """The campaign of this request; None before one has been set up."""
    if "campaign" not in g:
        session = database.session()
        g.campaign = campaigns.campaign(session, named()) if named() else campaigns.first(session)
    found: Campaign | None = g.campaign
    return found


def slug() -> str:
    """The slug of this request's campaign; empty before one has been set up."""
    found = campaign()
    return found.slug if found else ""


def asks(*, now: datetime) -> CampaignAsks:
    """What this request's campaign asks for; nothing once it is paused or archived."""
    session = database.session()
    if state() in ("paused", "archived"):
        return CampaignAsks(session, [])
    return campaign_asks(session, now=now, campaign=slug())


def state() -> str:
    """The state of this request's campaign."""
    return campaigns.state(database.session(), slug())
