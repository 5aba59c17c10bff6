"""oEmbed (https://oembed.com, version 1.0): which frame stands for one of our addresses, for programs that turn
a pasted link into a frame."""

from typing import Final, NamedTuple
from urllib.parse import urlsplit

from flask import current_app, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from campaign.proposals import campaigns, lookup
from campaign.proposals.models import Campaign
from campaign.refusals import Refused
from campaign.web.core import languages, served
from campaign.web.core.database import session
from campaign.web.core.render import settings
from campaign.web.public import embeds, overview
from campaign.web.public.room import route

WIDTH: Final = 600
CACHE_SECONDS: Final = 86_400
LARGEST_SIZE: Final = 100_000


class Page(NamedTuple):
    """One of our pages; ``prefix`` is ``/c/SLUG`` or empty, ``about`` the values of its address."""

    origin: str
    prefix: str
    campaign: Campaign
    lang: str
    view: str
    about: dict[str, str]


@route("/oembed", query=("url", "format", "maxwidth", "maxheight"))
def oembed() -> Response:
    """The frame for the address ``url``. Raises Refused: 404 for an address that is none of ours or has no
    frame, 501 for a format other than JSON."""
    if request.args.get("format", "json") != "json":
        raise Refused("Only JSON is answered here.", "Aquí solo se responde en JSON.", status=501)
    width = min(WIDTH, _size("maxwidth"))
    page = _page(request.args.get("url", ""))
    try:
        kind, proposal, bill = _frame(page)
    except Refused:
        raise _unknown() from None
    height = min(embeds.HEIGHTS[kind], _size("maxheight"))
    address = page.origin + served.without(
        embeds.address_of(kind, page.lang, proposal=proposal, bill=bill), page.prefix
    )
    title = f"{embeds.TITLES[kind].of(page.lang)} · {_title(page)}"
    response = jsonify(
        version="1.0",
        type="rich",
        title=title,
        provider_name=page.campaign.organization or _title(page),
        provider_url=page.origin + page.prefix + "/",
        cache_age=CACHE_SECONDS,
        html=embeds.iframe(address, title, width, height),
        width=width,
        height=height,
    )
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _title(page: Page) -> str:
    return str(getattr(page.campaign, f"title_{page.lang}"))


def _size(name: str) -> int:
    """A limit in pixels. Raises Refused for one that is no positive number."""
    text = request.args.get(name, str(LARGEST_SIZE))
    if not (text.isascii() and text.isdecimal() and int(text[:9]) > 0):
        raise Refused(f"{name} is a number of pixels.", f"{name} es un número de píxeles.")
    return min(int(text[:9]), LARGEST_SIZE)


def _page(url: str) -> Page:
    """The page of an address. Raises Refused (404) where it is none of ours."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _unknown() from None
    origin, slug = _origins().get(parts.netloc.lower(), ("", ""))
    if not origin or parts.scheme not in ("http", "https"):
        raise _unknown()
    named = served.PREFIX.match(parts.path)
    prefix = named[0] if named else ""
    path = parts.path.removeprefix(prefix) or "/"
    view, about = _view(path)
    return Page(origin, prefix, _open(named[1] if named else slug), languages.of_path(path), view, about)


def _origins() -> dict[str, tuple[str, str]]:
    """Our origins by host, each with the slug of its campaign; empty for that of the first one."""
    ours = settings()
    hosts = {urlsplit(ours.base_url).netloc: ""} | dict(ours.campaign_of_host)
    return {host: (ours.origin(slug), slug) for host, slug in hosts.items()}


def _open(slug: str) -> Campaign:
    found = campaigns.campaign(session(), slug) if slug else campaigns.first(session())
    if found is None or campaigns.state(session(), found.slug) == "draft":
        raise _unknown()
    return found


def _view(path: str) -> tuple[str, dict[str, str]]:
    """The name of a public view and its values."""
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        raise _unknown() from None
    room, _dot, view = endpoint.rpartition(".")
    if not room.startswith("public_"):
        raise _unknown()
    return view, dict(values)


def _frame(page: Page) -> tuple[str, str, str]:
    """Which frame stands for a page: its kind, and the proposal or the bill that it is about."""
    about = page.about
    match page.view:
        case "campaign" | "find" | "embed_find":
            return "find", "", ""
        case "proposal" | "embed_proposal":
            found = overview.proposal_named(session(), about["slug"])
            if found.campaign == page.campaign.slug:
                return about.get("kind", "count"), found.slug, ""
        case "bill" | "embed_bill":
            return about.get("kind", "count"), "", str(lookup.resolve(session(), about["text"]))
        case "embed_campaign":
            return about["kind"], "", ""
    raise _unknown()


def _unknown() -> Refused:
    return Refused(
        "That address has nothing to embed.", "Esa dirección no tiene nada que insertar.", status=404
    )
