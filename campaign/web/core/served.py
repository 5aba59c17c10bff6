"""Which campaign a request is for: ``/c/SLUG/…`` says it, else its host name (CAMPAIGN_HOSTS), else it is the
installation's first one.

The prefix becomes the request's script name, as behind a proxy that serves the app below a path. So every
address made by ``url_for`` has it, and no route knows of it.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from flask import Flask, current_app, g, redirect, request
from sqlalchemy.engine import Engine
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign.organizing.cache import ResultCache
from campaign.outreach.asks import CampaignAsks, campaign_asks
from campaign.proposals import campaigns
from campaign.proposals.models import Campaign
from campaign.settings import Settings
from campaign.web.core import database, routing
from campaign.web.core.languages import LANGUAGES, current

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = re.compile(r"/c/([a-z0-9-]{1,80})(?=/|$)", re.ASCII)
# Where a request's environment holds the slug that its address names.
NAMED = "campaign.slug"
# The ResultCache of what visitors are shown alike.
COMPUTED = "campaign.computed"
# A thing or two of each of 441 seats, for a few campaigns.
MOST_COMPUTED = 3000
T = TypeVar("T")
# The script name without it.
ROOT = "campaign.root"


def attach(app: Flask, settings: Settings, engine: Engine) -> None:
    """Put the prefix before everything that reads a request's path."""
    app.wsgi_app = Mount(app.wsgi_app, settings.campaign_of_host)  # type: ignore[method-assign]
    app.extensions[COMPUTED] = ResultCache(engine, MOST_COMPUTED)
    app.before_request(_refuse_unknown)
    app.before_request(_lead_to_offered_language)
    app.jinja_env.globals.update(
        address_in=address_in,
        origin=origin,
        offered=offered,
        page_languages=page_languages,
        this_campaign=campaign,
        state_in_words=lambda: state_names()[state()],
    )


class Mount:
    """WSGI middleware that moves ``/c/SLUG`` from the path to the script name; ``hosts`` has slugs by host."""

    def __init__(self, app: "WSGIApplication", hosts: Mapping[str, str]) -> None:
        self._app = app
        self._hosts = hosts

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if found := PREFIX.match(environ["PATH_INFO"]):
            environ[NAMED], environ[ROOT] = found[1], environ["SCRIPT_NAME"]
            environ["SCRIPT_NAME"] += found[0]
            environ["PATH_INFO"] = environ["PATH_INFO"][found.end() :] or "/"
        elif slug := self._hosts.get(environ.get("HTTP_HOST", "").lower()):
            environ[NAMED] = slug
        return self._app(environ, start_response)


def named() -> str:
    """The slug that this request's address or host names; empty where it names none."""
    return str(request.environ.get(NAMED, ""))


def origin() -> str:
    """The origin of the links that this request's pages show: the host's own, else the service's."""
    settings: Settings = current_app.extensions["settings"]
    return settings.origin(settings.campaign_of_host.get(request.host.lower(), ""))


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


# --- its languages ---------------------------------------------------------------------------------


def offered() -> dict[str, str]:
    """The languages that this request's campaign offers, with their names; both before one has been set up."""
    found = campaign()
    return {lang: name for lang, name in LANGUAGES.items() if found is None or lang in found.offered}


def page_languages() -> dict[str, str]:
    """The languages in which this very page exists; organizers' pages are in both. Asks the database nothing:
    an error page may need it while the database fails."""
    return {lang: LANGUAGES[lang] for lang in g.get("languages", LANGUAGES)}


def _lead_to_offered_language() -> Response | None:
    """A public page in a language that its campaign does not offer leads to the same page in the one it offers.

    Only to be read: a form of an old page, and the request by which a mail service ends a subscription, are
    taken as they come.
    """
    public = (request.blueprint or "").startswith("public_")
    if public or (request.endpoint is None and not routing.is_organizers(request.path)):
        g.languages = _listed() or list(offered())
    if not public or current() in g.languages or request.method not in ("GET", "HEAD"):
        return None
    return redirect(routing.same_page(g.languages[0]), 302)


def _listed() -> list[str]:
    """The languages of the list of campaigns, where this request's page is that list: all of theirs."""
    if named() or not routing.here("campaign") or len(live := campaigns.live(database.session())) < 2:
        return []
    return [lang for lang in LANGUAGES if any(lang in each.offered for each in live)]


# --- its state -------------------------------------------------------------------------------------


def is_asking() -> bool:
    """Whether this request's campaign asks for anything: neither once it is paused nor archived."""
    return state() not in campaigns.RESTING


def may_name(campaign: str) -> bool:
    """Whether this request may name what belongs to a campaign: a draft is told of at its own address alone."""
    return campaign == slug() or campaigns.state(database.session(), campaign) != "draft"


def asks(*, now: datetime) -> CampaignAsks:
    """What this request's campaign asks for; nothing where it asks for nothing now.

    The same for every visitor, and half of the work of a page that is not.
    """
    if not is_asking():
        return CampaignAsks(database.session(), [])
    named = slug()
    return computed_once(("asks", named), lambda session: campaign_asks(session, now=now, campaign=named))


def computed_once(key: Hashable, compute: Callable[[Session], T], *, at: Hashable = None) -> T:
    """What is the same for every visitor, computed once for each state of the record that pages go by.

    ``key`` names it among all that is computed. What ``compute`` brings along from outside is read after ``at``
    (``record_state``): else an older reading would pass for one of a newer state.
    """
    results: ResultCache = current_app.extensions[COMPUTED]
    return results.get(key, at or record_state(), compute)


def record_state() -> Hashable:
    """The state of the record that pages are rendered in now; readings that say nothing new change nothing."""
    # By its name: the page cache counts visits of campaigns, so it stands above this module.
    found: Hashable = current_app.extensions["page_cache"].state().record
    return found


def state() -> str:
    """The state of this request's campaign, as the request found it."""
    if "stored_state" not in g:
        g.stored_state = campaigns.state(database.session(), slug())
    return str(g.stored_state)


def state_names() -> dict[str, str]:
    """The states of a campaign as people call them."""
    return campaigns.STATE_NAMES[current()]
