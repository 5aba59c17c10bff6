"""The door to the organizer's pages: who is signed in, what each page asks for, and the pages of the door.

Every organizer's route is declared with ``route``, which says who may come in; nothing is open by default. Read
``guard`` first.
"""

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import flask_login
from flask import (
    Flask,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import generate_csrf, validate_csrf
from sqlmodel import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from campaign import db
from campaign.accounts import audit, sessions, users
from campaign.accounts.models import User, UserSession
from campaign.accounts.signin import Visitor
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web.core import database, proxies, routing, security, served
from campaign.web.core.languages import LANGUAGES, current
from campaign.web.core.render import settings
from campaign.web.core.request_log import request_id
from campaign.web.core.routing import Room

room = Room("organize", prefix="/organize", translated=True, role="viewer")
route = room.route
OWED = "owed"
BLUEPRINTS = {f"organize_{lang}" for lang in LANGUAGES}


# --- putting it into the service ---


def attach(app: Flask) -> None:
    """Flask-Login as the front of our own sessions.

    ``LoginManager.init_app`` is not called: its hooks read the cookie on every page, and public pages are the
    same for everybody.
    """
    config: Settings = app.extensions["settings"]
    secure = config.base_url.startswith("https://")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-campaign" if secure else "campaign",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=sessions.LONGEST,
        # Else every page, public ones too, would send the cookie again.
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    manager = flask_login.LoginManager()
    # Addresses change under a phone; what ends a session is written in its row.
    manager.session_protection = None
    manager.user_loader(_load)
    app.login_manager = manager  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        organizer_url=organizer_url, organizer_url_in=organizer_url_in, me=me, may=may, csrf_token=generate_csrf
    )


class SignedIn(flask_login.UserMixin):  # type: ignore[misc]
    """A user with the session they came by. What Flask-Login keeps is the session's token."""

    def __init__(self, user: User, row: UserSession, token: str) -> None:
        self.user = user
        self.row = row
        self.token = token

    def get_id(self) -> str:
        return self.token


def _load(token: str) -> SignedIn | None:
    now = db.utcnow()
    found = sessions.find(database.session(), token, now=now)
    if found is None:
        return None
    user, row = found
    if now - row.seen_at > sessions.SEEN_EVERY:
        with db.writing_alone(database.engine()) as writer:
            sessions.seen(writer, token, now=now)
    return SignedIn(user, row, token)


@room.blueprint.before_request
def guard() -> Response | None:
    """The one place that decides who comes in."""
    asked = routing.access()
    if asked is None:
        abort(403)
    if asked.max_body:
        request.max_content_length = request.max_form_memory_size = asked.max_body
    if request.method == "POST":
        _check_form()
    if not asked.role:
        return None
    signed = current_signed()
    if signed is None:
        return _to("sign_in", next=request.full_path if request.method == "GET" else "")
    if not users.may(signed.user, asked.role):
        raise Refused(
            "Your role can’t open this page. Ask an administrator if you need it.",
            "Su función no puede abrir esta página. Pídalo a quien administra si lo necesita.",
            status=403,
        )
    if signed.user.campaigns and (elsewhere := _elsewhere(signed.user, asked)):
        return elsewhere
    if asked.proven and not sessions.is_proven(signed.row, now=db.utcnow()):
        return _to("prove", next=request.full_path if request.method == "GET" else request.path)
    return None


def _elsewhere(user: User, asked: routing.Access) -> Response | None:
    """Where somebody belongs whose role is one in some campaigns only; None where they belong here.

    Raises Refused (403) for an address that names a campaign of others, or is about all of them.
    """
    slug = str((request.view_args or {}).get("slug") or served.slug())
    if users.may_enter(user, slug) and not asked.everywhere:
        return None
    if request.method == "GET" and not served.named() and not asked.everywhere:
        return redirect(served.address_in(user.campaigns.split()[0], request.full_path), code=303)
    raise not_yours(user)


def not_yours(user: User) -> Refused:
    """What somebody is told whose role is one in some campaigns only."""
    return Refused(
        f"Your account is for: {user.campaigns}. Ask an administrator if you need more.",
        f"Su cuenta es para: {user.campaigns}. Pida más a quien administra si lo necesita.",
        status=403,
    )


@room.blueprint.after_request
def keep_nowhere(response: Response) -> Response:
    """Nothing of these pages stays in a cache on the way, nor their addresses in another site's log."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = security.OWN_SITE_ONLY
    return response


def _check_form() -> None:
    """Beside ``security``'s check of where a post comes from: the form must be one we gave to this cookie."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        raise Refused(
            "This form has expired. Nothing was changed. Open the page again and repeat it.",
            "Este formulario venció. No se cambió nada. Abra de nuevo la página y repítalo.",
        ) from None


def current_signed() -> SignedIn | None:
    user = flask_login.current_user
    found: SignedIn | None = user._get_current_object() if user and user.is_authenticated else None
    return found


def me() -> User:
    """Who is signed in; for pages behind ``guard``."""
    signed = current_signed()
    if signed is None:
        raise Refused("Please sign in.", "Entre, por favor.", status=403)
    return signed.user


def may(role: str) -> bool:
    """Whether who is signed in reaches ``role``; for templates that leave out what would be refused."""
    signed = current_signed()
    return signed is not None and users.may(signed.user, role)


def token() -> str:
    signed = current_signed()
    return signed.token if signed else ""


def note(writer: Session, act: str, object: str = "", **more: Any) -> None:
    """Log an act of who is signed in, in the transaction of the act."""
    audit.note(writer, me(), act, object, now=db.utcnow(), request=request_id(), **more)


def cookie_of(app: Flask, token: str) -> tuple[str, str]:
    """Name and value of the cookie that carries a session, for a client that does not come by the sign-in."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return app.config["SESSION_COOKIE_NAME"], serializer.dumps({"_user_id": token, "_fresh": True})


# --- answering ---


def organizer_url(view: str, **values: Any) -> str:
    """The address of an organizer's page in the reader's language."""
    return url_for(f"organize_{current()}.{view}", **values)


def organizer_url_in(lang: str) -> str:
    """Where this very page is in another language, with its query."""
    if request.blueprint not in BLUEPRINTS or request.method != "GET":
        return url_for(f"organize_{lang}.dashboard")
    address = url_for(f"organize_{lang}.{routing.view_name()}", **(request.view_args or {}))
    # Not by ``url_for``: a visitor's parameter may have the name of one of its own.
    query = urlencode(list(request.args.items(multi=True)))
    return f"{address}?{query}" if query else address


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """An organizer's page."""
    return make_response(render_template(f"organize/{template}", **context), status)


def _to(view: str, **values: Any) -> Response:
    kept = {name: value for name, value in values.items() if value}
    return redirect(organizer_url(view, **kept), code=303)


def to(view: str, **values: Any) -> Response:
    """After a post: the page to look at next."""
    return _to(view, **values)


def told(text: str) -> None:
    """A line to show at the top of the next page."""
    flash(text)


def safe_next(target: str) -> str:
    """Where to go after signing in: one of our own pages that can be looked at, or the first page (S16).

    ``target`` is a path as ``guard`` gives it: below this request's script name, which names its campaign.
    """
    fallback = organizer_url("dashboard")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", target):
        return fallback
    try:
        endpoint = current_app.url_map.bind("").match(parts.path, method="GET")[0]
    except HTTPException:
        return fallback
    asked = routing.access(endpoint)
    ours = endpoint.rpartition(".")[0] in BLUEPRINTS and asked is not None and asked.role
    return request.script_root + target if ours else fallback


def visitor() -> Visitor:
    """Who knocks. The address is the connection's own, or the one that a trusted proxy names (S19)."""
    return Visitor(
        address=proxies.place(),
        device=device(request.user_agent.string),
        secret=settings().signing_key(),
        request=request_id(),
    )


# The first mark that is found wins: every browser says it is Safari, every telephone that it is Linux.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def device(agent: str) -> str:
    """``Firefox on Android``: enough to tell one's devices apart, too little to follow anybody."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), "Browser")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    return f"{browser} on {system}" if system else browser
