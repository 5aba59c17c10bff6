"""Pages for signing in and out, one's own account, and the users of the installation."""

import re
from datetime import timedelta
from functools import partial

import flask_login
from flask import (
    redirect,
    request,
    session,
)
from werkzeug.wrappers import Response

from campaign import db
from campaign.accounts import api_tokens, audit, factors, passkeys, passwords, sessions, signin, users
from campaign.mailing import sign_in_links
from campaign.proposals import campaigns
from campaign.proposals.models import Proposal
from campaign.refusals import Refused
from campaign.web.core import database, routing, served
from campaign.web.core.languages import _, current
from campaign.web.core.request_log import request_id
from campaign.web.organize.access import (
    OWED,
    SignedIn,
    current_signed,
    me,
    note,
    organizer_url,
    page,
    route,
    safe_next,
    to,
    token,
    told,
    visitor,
)


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
    outcome = signin.with_password(database.engine(), email, password, visitor(), now=db.utcnow())
    return arrive(outcome, target, email=email)


def _send_link(email: str) -> Response:
    """The same answer for every address, in the same time: the mail is queued, and a worker sends it."""
    now = db.utcnow()
    to_user = partial(sign_in_links.queue, start=_start(), language=current(), now=now)
    signin.ask_for_link(database.engine(), email, visitor(), now=now, queue=to_user)
    return page("link_sent.html", email=email.strip()[:254])


def _start() -> str:
    """What stands before ``/organize`` in the addresses of this request's host and language."""
    return served.origin() + organizer_url("sign_in").partition("/organize/")[0]


@route("/link/<secret>", role="")
def link(secret: str) -> Response:
    """Looking uses nothing up: mail scanners look, too."""
    open_now = users.is_open(database.session(), secret, now=db.utcnow())
    return page("link.html", status=200 if open_now else 410, secret=secret, open=open_now)


@route("/link/<secret>", role="", methods=("POST",))
def use_link(secret: str) -> Response:
    outcome = signin.with_link(database.engine(), secret, visitor(), now=db.utcnow())
    if outcome.result == "refused":
        return page("link.html", status=410, secret="", open=False)
    return arrive(outcome, "")


@route("/code", role="")
def code() -> Response:
    if not session.get(OWED):
        return to("sign_in")
    return page("code.html", next=request.args.get("next", ""))


@route("/code", role="", methods=("POST",))
def give_code() -> Response:
    outcome = signin.with_code(
        database.engine(), session.get(OWED, ""), request.form.get("code", ""), visitor(), now=db.utcnow()
    )
    if outcome.result == "in":
        return arrive(outcome, request.form.get("next", ""))
    words = (
        slow()
        if outcome.result == "slow"
        else _("That code didn’t match. Codes work once. Wait for the next one.")
    )
    return page("code.html", status=429 if outcome.result == "slow" else 403, problem=words, next="")


def arrive(outcome: signin.Outcome, target: str, *, email: str = "") -> Response:
    """The page after an attempt to sign in: where the person wanted to go, the code, or the form again."""
    if outcome.result == "slow":
        return page("sign_in.html", status=429, problem=slow(), email=email, next=target)
    if outcome.result == "refused":
        words = _("Wrong email or password.")
        return page("sign_in.html", status=403, problem=words, email=email, next=target)
    # Whatever the cookie held before was not this person's: nothing of it stays (S04).
    session.clear()
    session.permanent = True
    if outcome.result == "code":
        session[OWED] = outcome.token
        return to("code", next=target)
    now = db.utcnow()
    found = sessions.find(database.session(), outcome.token, now=now)
    if found is None:
        return to("sign_in")
    flask_login.login_user(SignedIn(*found, outcome.token))
    return redirect(safe_next(target), code=303)


def slow() -> str:
    """What somebody reads who tried too often."""
    return _("There were too many attempts. Nothing is lost. Wait a few minutes and try again.")


@route("/sign-out", methods=("POST",))
def sign_out() -> Response:
    with db.writing_alone(database.engine()) as writer:
        sessions.end(writer, token())
        note(writer, "signed out")
    flask_login.logout_user()
    session.clear()
    return to("sign_in")


@route("/prove")
def prove() -> Response:
    user = me()
    return page(
        "prove.html",
        next=request.args.get("next", ""),
        can=bool(user.password_hash or user.totp_secret),
        passkeys=passkeys.of_user(database.session(), user),
    )


@route("/prove", methods=("POST",))
def prove_now() -> Response:
    target, answer = request.form.get("next", ""), request.form.get("answer", "")
    result = signin.prove_again(database.engine(), me(), token(), answer, visitor(), now=db.utcnow())
    if result == "in":
        return redirect(safe_next(target), code=303)
    words = slow() if result == "slow" else _("That is not your password or a current code.")
    return page(
        "prove.html",
        status=429 if result == "slow" else 403,
        problem=words,
        next=target,
        can=True,
        passkeys=passkeys.of_user(database.session(), me()),
    )


@route("/account")
def account() -> Response:
    return account_page()


def account_page(*, status: int = 200, problem: str = "") -> Response:
    """One's own account; with a problem, what was typed stays in its form."""
    user = me()
    now = db.utcnow()
    rows = sessions.of_user(database.session(), user, now=now)
    this = current_signed()
    return page(
        "account.html",
        status=status,
        problem=problem,
        typed=request.form,
        reminders={kind: users.wants(user, kind) for kind in users.REMINDERS},
        passkeys=passkeys.of_user(database.session(), user),
        tokens=api_tokens.of_user(database.session(), user),
        sessions=rows,
        this=this.row.token_hash if this else "",
        codes_left=factors.recovery_codes_left(database.session(), user),
        shortest=passwords.SHORTEST,
    )


@route("/account/password", proven=True, methods=("POST",))
def set_password() -> Response:
    new = request.form.get("password", "")
    signin.change_password(
        database.engine(), me(), token(), new, now=db.utcnow(), words=_campaign_words(), request=request_id()
    )
    told(_("Your password is saved. Your other sessions have ended."))
    return to("account")


def _campaign_words() -> tuple[str, ...]:
    """The words of the campaign's and its proposals' names, which a guesser tries first."""
    names = [proposal.name_en + " " + proposal.name_es for proposal in _proposals()]
    if campaign := served.campaign():
        names.append(f"{campaign.title_en} {campaign.title_es}")
    return tuple(re.findall(r"\w+", " ".join(names)))


def _proposals() -> list[Proposal]:
    return campaigns.campaign_proposals(database.session(), served.slug())


@route("/account/authenticator", proven=True)
def authenticator() -> Response:
    with db.writing_alone(database.engine()) as writer:
        secret = signin.begin_authenticator(writer, token(), me())
    return page("authenticator.html", secret=secret, picture=factors.picture(secret, me().email, "Campaign"))


@route("/account/authenticator", proven=True, methods=("POST",))
def set_authenticator() -> Response:
    with db.writing_alone(database.engine()) as writer:
        codes = signin.confirm_authenticator(
            writer, me(), token(), request.form.get("code", ""), now=db.utcnow(), request=request_id()
        )
    return page("recovery_codes.html", codes=codes)


@route("/account/recovery-codes", proven=True, methods=("POST",))
def new_recovery_codes() -> Response:
    with db.writing_alone(database.engine()) as writer:
        codes = factors.new_recovery_codes(writer, users.find(writer, me().id or 0))
        note(writer, "recovery codes renewed", me().email)
    return page("recovery_codes.html", codes=codes)


@route("/account/sessions", methods=("POST",))
def end_sessions() -> Response:
    with db.writing_alone(database.engine()) as writer:
        if chosen := request.form.get("session"):
            sessions.end_by_hash(writer, me(), chosen)
        else:
            sessions.end_all(writer, me(), but=token())
        note(writer, "sessions ended", me().email)
    told(_("Done. The person who used it has to sign in again."))
    return to("account")


@route("/users", role="admin", proven=True)
def people() -> Response:
    session = database.session()
    return page(
        "users.html",
        users=users.everybody(session),
        roles=users.ROLES,
        campaigns=[campaign for campaign, _state in campaigns.campaigns(session)],
    )


@route("/users", role="admin", proven=True, methods=("POST",))
def invite() -> Response:
    now = db.utcnow()
    with db.writing_alone(database.engine()) as writer:
        user, secret = users.add(
            writer, request.form.get("email", ""), request.form.get("role", "viewer"), now=now, by=me()
        )
        lasts = users.INVITATION_LASTS
        sign_in_links.queue(writer, user, start=_start(), language=current(), now=now, lasts=lasts)
    address = served.origin() + organizer_url("link", secret=secret)
    return page("invited.html", user=user, address=address, hours=lasts // timedelta(hours=1))


@route("/users/<int:id>", role="admin", proven=True, methods=("POST",))
def change_user(id: int) -> Response:
    now, act = db.utcnow(), request.form.get("act", "")
    with db.writing_alone(database.engine()) as writer:
        user = users.find(writer, id)
        if act == "role":
            chosen = [campaigns.campaign(writer, slug).slug for slug in request.form.getlist("campaigns")]
            users.set_role(writer, user, request.form.get("role", ""), campaigns=chosen, by=me(), now=now)
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
    before = request.args.get("before", type=routing.number)
    return page("log.html", entries=audit.entries(database.session(), before=before, limit=100))
