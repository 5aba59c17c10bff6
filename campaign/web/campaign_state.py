"""What the state of a campaign means to its readers: a draft is not open yet; paused, won and archived ones
say so at the top of every page. Whether a page invites its readers to ask is decided in ``_invites``, what is
asked of whom in ``outreach.asks``."""

from flask import Flask, g, request
from werkzeug.wrappers import Response

from campaign.web.core import errors, routing, served
from campaign.web.core.languages import _
from campaign.web.organize import access
from campaign.web.public.overview import Chapter


def attach(app: Flask) -> None:
    app.before_request(_gate)
    app.after_request(_keep_drafts_out_of_caches)
    app.jinja_env.globals.update(campaign_state=_current, invites=_invites)


def _current() -> str:
    """The state of the campaign that this request's page belongs to."""
    return str(g.get("campaign_state", "live"))


def _invites(chapter: Chapter | None = None) -> bool:
    """Whether a page may invite its readers to ask for this campaign, or about one of its proposals."""
    return served.is_asking() and (chapter is None or chapter.asks)


def _gate() -> Response | None:
    """A draft's pages are shown to organizers alone."""
    if not (request.blueprint or "").startswith("public_"):
        return None
    state = served.state()
    if state != "draft":
        g.campaign_state = state
        return None
    asked = routing.access()
    if asked is None or asked.in_draft:
        return None
    if asked.framed or not access.may("viewer"):
        return _not_open()
    g.campaign_state = "draft"
    return None


def _keep_drafts_out_of_caches(response: Response) -> Response:
    if _current() == "draft":
        response.headers["Cache-Control"] = "no-store"
    return response


def _not_open() -> Response:
    text = _("The people behind this campaign are still preparing it. Please come back soon.")
    return errors.answer(404, _("Not open yet"), text)
