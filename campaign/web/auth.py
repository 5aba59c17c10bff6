"""The door to the organizer's pages: who is signed in, what each page asks for, and the pages of the door.

Every organizer's route is declared with ``route``, which says who may come in; nothing is open by default. Read
``route`` and ``guard`` first.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import flask_login
from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import generate_csrf, validate_csrf
from sqlmodel import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from campaign import db
from campaign.accounts import audit, factors, passwords, sessions, signin, users
from campaign.accounts.models import User, UserSession
from campaign.accounts.signin import Visitor
from campaign.organizing import exports
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web import linkmail, reads
from campaign.web.languages import LANGUAGES, _, current
from campaign.web.traces import request_id

bp = Blueprint("organize", __name__)
# What each view asks for: "" is open to everybody, else the least role; and whether a fresh proof is needed.
ACCESS: dict[str, tuple[str, bool]] = {}
# Views that take a file; every other form is small.
UPLOADS = {"bring"}
LARGEST_UPLOAD = exports.MOST_BYTES + 64 * 1024
OWED = "owed"
View = Callable[..., Any]


# --- putting it into the service ---


def attach(app: Flask, settings: Settings) -> None:
    """Flask-Login as the front of our own sessions.

    ``LoginManager.init_app`` is not called: its hooks read the cookie on every page, and public pages are the
    same for everybody.
    """
    secure = settings.base_url.startswith("https://")
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
    app.register_blueprint(bp, name="organize_en", url_prefix="/organize")
    app.register_blueprint(bp, name="organize_es", url_prefix="/es/organize")
    app.jinja_env.globals.update(desk=desk, desk_in=desk_in, me=me, may=may, csrf_token=generate_csrf)


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
    found = sessions.find(reads.session(), token, now=now)
    if found is None:
        return None
    user, row = found
    if now - row.seen_at > sessions.SEEN_EVERY:
        with db.writing(reads.engine()) as writer:
            sessions.seen(writer, token, now=now)
    return SignedIn(user, row, token)


def route(
    rule: str, *, role: str = "viewer", proven: bool = False, methods: tuple[str, ...] = ("GET",)
) -> Callable[[View], View]:
    """A route of the organizer's pages.

    ``role=""`` opens it to everybody; ``proven`` asks for a fresh proof of who it is.
    """

    def declare(view: View) -> View:
        ACCESS[view.__name__] = (role, proven)
        return bp.route(rule, methods=list(methods))(view)

    return declare


@bp.before_request
def guard() -> Response | None:
    """The one place that decides who comes in."""
    view = (request.endpoint or "").rpartition(".")[2]
    role, proven = ACCESS[view]
    if view in UPLOADS:
        request.max_content_length = LARGEST_UPLOAD
    if request.method == "POST":
        _check_form()
    if not role:
        return None
    signed = current_signed()
    if signed is None:
        return _to("sign_in", next=request.full_path if request.method == "GET" else "")
    if not users.may(signed.user, role):
        raise Refused(
            "Your role does not reach this page. Ask an administrator if you need it.",
            "Su papel no llega a esta página. Pídalo a quien administra si lo necesita.",
            status=403,
        )
    if proven and not sessions.is_proven(signed.row, now=db.utcnow()):
        return _to("prove", next=request.full_path if request.method == "GET" else request.path)
    return None


@bp.after_request
def keep_nowhere(response: Response) -> Response:
    """Nothing of these pages stays in a cache on the way, nor their addresses in another site's log."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _check_form() -> None:
    """Beside ``security``'s check of where a post comes from: the form must be one we gave to this cookie."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        raise Refused(
            "This form is out of date. Nothing was changed; open the page again and repeat it.",
            "Este formulario caducó. No se cambió nada; abra de nuevo la página y repítalo.",
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


# --- answering ---


def desk(view: str, **values: Any) -> str:
    """The address of an organizer's page in the reader's language."""
    return url_for(f"organize_{current()}.{view}", **values)


def desk_in(lang: str) -> str:
    """Where this very page is in another language, with its query."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if endpoint not in ACCESS or request.method != "GET":
        endpoint, values = "dashboard", {}
    else:
        values = {**request.args.to_dict(flat=False), **(request.view_args or {})}
    return url_for(f"organize_{lang}.{endpoint}", **values)


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """An organizer's page."""
    return make_response(render_template(f"organize/{template}", **context), status)


def _to(view: str, **values: Any) -> Response:
    kept = {name: value for name, value in values.items() if value}
    return redirect(desk(view, **kept), code=303)


def to(view: str, **values: Any) -> Response:
    """After a post: the page to look at next."""
    return _to(view, **values)


def told(text: str) -> None:
    """A line to show at the top of the next page."""
    flash(text)


def safe_next(target: str) -> str:
    """Where to go after signing in: one of our own pages that can be looked at, or the first page (S16)."""
    fallback = desk("dashboard")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", target):
        return fallback
    try:
        endpoint, _values = current_app.url_map.bind("").match(parts.path, method="GET")
    except HTTPException:
        return fallback
    blueprint, _dot, view = str(endpoint).rpartition(".")
    ours = blueprint in {f"organize_{lang}" for lang in LANGUAGES} and ACCESS.get(view, ("", False))[0]
    return target if ours else fallback


def visitor() -> Visitor:
    """Who knocks. The address is the connection's own; a header that anybody can write is not read (S19)."""
    settings: Settings = current_app.extensions["settings"]
    agent = request.user_agent.string
    return Visitor(
        address=request.remote_addr or "",
        device=device(agent),
        secret=settings.signing_key(),
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


# --- coming in and going out ---


@route("/sign-in", role="")
def sign_in() -> Response:
    if current_signed():
        return redirect(safe_next(request.args.get("next", "")), code=303)
    return page("sign_in.html", next=request.args.get("next", ""), email="")


@route("/sign-in", role="", methods=("POST",))
def sign_in_now() -> Response:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    target = request.form.get("next", "")
    if not password:
        return _send_link(email)
    outcome = signin.with_password(reads.engine(), email, password, visitor(), now=db.utcnow())
    return _arrive(outcome, target, email=email)


def _send_link(email: str) -> Response:
    """The same answer for every address. The mail leaves after the answer, so its time tells nothing."""
    made = signin.ask_for_link(reads.engine(), email, visitor(), now=db.utcnow())
    response = page("link_sent.html", email=email.strip()[:254])
    if made:
        user, secret = made
        settings: Settings = current_app.extensions["settings"]
        address = settings.base_url + desk("link", secret=secret)
        letter = linkmail.letter(user.email, address, current())
        response.call_on_close(lambda: linkmail.send(settings, letter, now=db.utcnow()))
    return response


@route("/link/<secret>", role="")
def link(secret: str) -> Response:
    """Looking uses nothing up: mail scanners look, too."""
    open_now = users.is_open(reads.session(), secret, now=db.utcnow())
    return page("link.html", status=200 if open_now else 410, secret=secret, open=open_now)


@route("/link/<secret>", role="", methods=("POST",))
def use_link(secret: str) -> Response:
    outcome = signin.with_link(reads.engine(), secret, visitor(), now=db.utcnow())
    if outcome.result == "refused":
        return page("link.html", status=410, secret="", open=False)
    return _arrive(outcome, "")


@route("/code", role="")
def code() -> Response:
    if not session.get(OWED):
        return to("sign_in")
    return page("code.html", next=request.args.get("next", ""))


@route("/code", role="", methods=("POST",))
def give_code() -> Response:
    outcome = signin.with_code(
        reads.engine(), session.get(OWED, ""), request.form.get("code", ""), visitor(), now=db.utcnow()
    )
    if outcome.result == "in":
        return _arrive(outcome, request.form.get("next", ""))
    words = (
        _slow()
        if outcome.result == "slow"
        else _("That code does not fit. Codes work once; wait for the next one.")
    )
    return page("code.html", status=429 if outcome.result == "slow" else 403, problem=words, next="")


def _arrive(outcome: signin.Outcome, target: str, *, email: str = "") -> Response:
    if outcome.result == "slow":
        return page("sign_in.html", status=429, problem=_slow(), email=email, next=target)
    if outcome.result == "refused":
        words = _("This address and password do not go together.")
        return page("sign_in.html", status=403, problem=words, email=email, next=target)
    # Whatever the cookie held before was not this person's: nothing of it stays (S04).
    session.clear()
    session.permanent = True
    if outcome.result == "code":
        session[OWED] = outcome.token
        return to("code", next=target)
    now = db.utcnow()
    found = sessions.find(reads.session(), outcome.token, now=now)
    if found is None:
        return to("sign_in")
    flask_login.login_user(SignedIn(*found, outcome.token))
    return redirect(safe_next(target), code=303)


def _slow() -> str:
    return _("There were many attempts. Nothing is lost; please wait a few minutes and try again.")


@route("/sign-out", methods=("POST",))
def sign_out() -> Response:
    with db.writing(reads.engine()) as writer:
        sessions.end(writer, token())
        note(writer, "signed out")
    flask_login.logout_user()
    session.clear()
    return to("sign_in")


@route("/prove")
def prove() -> Response:
    user = me()
    return page(
        "prove.html", next=request.args.get("next", ""), can=bool(user.password_hash or user.totp_secret)
    )


@route("/prove", methods=("POST",))
def prove_now() -> Response:
    target, answer = request.form.get("next", ""), request.form.get("answer", "")
    result = signin.prove_again(reads.engine(), me(), token(), answer, visitor(), now=db.utcnow())
    if result == "in":
        return redirect(safe_next(target), code=303)
    words = _slow() if result == "slow" else _("That is neither your password nor a fresh code.")
    return page("prove.html", status=429 if result == "slow" else 403, problem=words, next=target, can=True)


# --- one's own account ---


@route("/account")
def account() -> Response:
    user = me()
    now = db.utcnow()
    rows = sessions.of_user(reads.session(), user, now=now)
    this = current_signed()
    return page(
        "account.html",
        sessions=rows,
        this=this.row.token_hash if this else "",
        codes_left=factors.recovery_codes_left(reads.session(), user),
        shortest=passwords.SHORTEST,
    )


@route("/account/password", proven=True, methods=("POST",))
def set_password() -> Response:
    new = request.form.get("password", "")
    signin.change_password(reads.engine(), me(), token(), new, now=db.utcnow(), request=request_id())
    told(_("Your password is set. Your other sessions have ended."))
    return to("account")


@route("/account/authenticator", proven=True)
def authenticator() -> Response:
    with db.writing(reads.engine()) as writer:
        secret = signin.begin_authenticator(writer, token(), me())
    return page("authenticator.html", secret=secret, picture=factors.picture(secret, me().email, "Campaign"))


@route("/account/authenticator", proven=True, methods=("POST",))
def set_authenticator() -> Response:
    with db.writing(reads.engine()) as writer:
        codes = signin.confirm_authenticator(
            writer, me(), token(), request.form.get("code", ""), now=db.utcnow(), request=request_id()
        )
    return page("recovery_codes.html", codes=codes)


@route("/account/recovery-codes", proven=True, methods=("POST",))
def new_recovery_codes() -> Response:
    with db.writing(reads.engine()) as writer:
        codes = factors.new_recovery_codes(writer, users.find(writer, me().id or 0))
        note(writer, "recovery codes renewed", me().email)
    return page("recovery_codes.html", codes=codes)


@route("/account/sessions", methods=("POST",))
def end_sessions() -> Response:
    with db.writing(reads.engine()) as writer:
        if one := request.form.get("session"):
            sessions.end_by_hash(writer, me(), one)
        else:
            sessions.end_all(writer, me(), but=token())
        note(writer, "sessions ended", me().email)
    told(_("Done. Whoever used it has to sign in again."))
    return to("account")


# --- users ---


@route("/users", role="admin", proven=True)
def people() -> Response:
    return page("users.html", users=users.everybody(reads.session()), roles=users.ROLES)


@route("/users", role="admin", proven=True, methods=("POST",))
def invite() -> Response:
    now = db.utcnow()
    with db.writing(reads.engine()) as writer:
        user, secret = users.add(
            writer, request.form.get("email", ""), request.form.get("role", "viewer"), now=now, by=me()
        )
    settings: Settings = current_app.extensions["settings"]
    address = settings.base_url + desk("link", secret=secret)
    hours = int(users.INVITATION_LASTS / timedelta(hours=1))
    response = page("invited.html", user=user, address=address, hours=hours)
    letter = linkmail.letter(user.email, address, current())
    response.call_on_close(lambda: linkmail.send(settings, letter, now=now))
    return response


@route("/users/<int:id>", role="admin", proven=True, methods=("POST",))
def change_user(id: int) -> Response:
    now, act = db.utcnow(), request.form.get("act", "")
    with db.writing(reads.engine()) as writer:
        user = users.find(writer, id)
        if act == "role":
            users.set_role(writer, user, request.form.get("role", ""), by=me(), now=now)
        elif act in ("on", "off"):
            users.switch(writer, user, act == "on", by=me(), now=now)
        elif act == "authenticator":
            users.reset_factor(writer, user, by=me(), now=now)
        else:
            raise Refused("Nothing was chosen.", "No se eligió nada.")
        told(_("Done: %(who)s.", who=user.email))
    return to("people")


@route("/log", role="admin", proven=True)
def log() -> Response:
    before = request.args.get("before", type=int)
    return page("log.html", entries=audit.entries(reads.session(), before=before, limit=100))
