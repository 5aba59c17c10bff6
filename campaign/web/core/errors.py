"""Error responses: a page for readers, one for organizers, JSON for programs; never a traceback."""

import structlog
from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from campaign.db import UNREADABLE
from campaign.refusals import Refused
from campaign.web.core import languages, routing
from campaign.web.core.languages import _
from campaign.web.core.request_log import request_id

log = structlog.get_logger(__name__)
RETRY_SECONDS = "60"


def attach(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    for kind in UNREADABLE:
        app.register_error_handler(kind, _database)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(Exception, _unexpected)


def answer(status: int, heading: str, text: str) -> Response:
    """An error in the form that its audience reads, in the language of the address."""
    if request.path.startswith("/api/") or routing.here("oembed"):
        response = jsonify(error={"status": status, "message": text, "request": request_id()})
    else:
        body = render_template(
            f"{_audience()}/error.html", heading=heading, text=text, status=status, request_id=request_id()
        )
        response = Response(body, mimetype="text/html")
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _audience() -> str:
    """The folder of the templates for who reads this request's answer."""
    asked = routing.access()
    if asked is not None and asked.framed:
        return "embed"
    return "organize" if routing.is_organizers(request.path) else "public"


def _refused(error: Refused) -> Response:
    heading = _("We couldn’t find that") if error.status == 404 else _("That didn’t work")
    return answer(error.status, heading, error.text(languages.current()))


def _foreign_host(_error: SecurityError) -> Response:
    """The Host header names another site: no link of ours can be made for it."""
    return Response("400: this service does not answer to that name.\n", 400, mimetype="text/plain")


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    response = answer(error.code, *_words(error.code))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def _database(error: Exception) -> Response:
    # Without the statement and its values, which may hold what somebody typed.
    log.error("database failed", kind=type(error).__name__, cause=str(getattr(error, "orig", ""))[:200])
    response = answer(503, *_words(503))
    response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected error", exc_info=error)
    return answer(500, *_words(500))


def _words(status: int) -> tuple[str, str]:
    """Heading and text for a status; an unlisted one has those of its class, 400 or 500."""
    known = {
        400: (_("That didn’t work"), _("We couldn’t read that. Nothing was changed. Go back and try again.")),
        401: (
            _("Not without a token"),
            _("This needs an organizer’s token in the Authorization header."),
        ),
        403: (
            _("Please send the form again"),
            _("It was open too long, or it came from another page. Nothing was saved."),
        ),
        404: (
            _("Page not found"),
            _(
                "The link may be old or mistyped. Bill numbers change every two years. Start from the "
                "home page to find the current bills."
            ),
        ),
        405: (
            _("That isn’t possible here"),
            _("This page is only for reading. Nothing was changed."),
        ),
        413: (
            _("That is too long"),
            _("That is longer than this page accepts. Please shorten it and send it again."),
        ),
        429: (
            _("A moment, please"),
            _("We got too many requests from your connection. Nothing is lost. Try again in a minute."),
        ),
        503: (
            _("Back in a moment"),
            _("We can’t open our records right now. Nothing is lost. Try again in a minute."),
        ),
    }
    unknown = 500 if status >= 500 else 400
    fault = (
        _("Something went wrong on our side"),
        _("What you typed was not saved. Please try again in a minute."),
    )
    return known.get(status) or known.get(unknown) or fault
