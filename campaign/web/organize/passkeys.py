"""Passkeys: making and removing one's own, signing in and proving again with one.

The browser answers only to a script (static/passkey.js). Whoever runs none signs in by password or link.
"""

from urllib.parse import urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response

from campaign import db
from campaign.accounts import passkeys, signin
from campaign.accounts.passkeys import Site
from campaign.refusals import Refused
from campaign.web.core import database, served
from campaign.web.core.languages import _, current
from campaign.web.core.render import settings
from campaign.web.organize.access import current_signed, me, page, route, safe_next, to, token, told, visitor
from campaign.web.organize.account import arrive, slow


def _site() -> Site:
    """This host: passkeys of another one do not work here."""
    origin = served.origin()
    config = settings()
    return Site(urlsplit(origin).hostname or "", origin, "Campaign", config.signing_key(), config.zone)


@route("/passkey", role="")
def passkey() -> Response:
    return _asked(request.args.get("next", ""))


def _asked(target: str, *, problem: str = "", status: int = 200) -> Response:
    """The page that asks for a passkey, with a new challenge."""
    options = passkeys.options_to_use(_site(), now=db.utcnow())
    return page(
        "passkey.html",
        options=options,
        next=target,
        signed=bool(current_signed()),
        problem=problem,
        status=status,
    )


@route("/passkey", role="", methods=("POST",))
def use_passkey() -> Response:
    """Sign in; whoever is signed in proves again that it is them."""
    target, answer, now = request.form.get("next", ""), request.form.get("answer", ""), db.utcnow()
    refused = _("That passkey is not known here. Sign in another way.")
    if current_signed():
        if signin.prove_with_passkey(database.engine(), me(), token(), _site(), answer, now=now):
            return redirect(safe_next(target), code=303)
        return _asked(target, problem=refused, status=403)
    outcome = signin.with_passkey(database.engine(), _site(), answer, visitor(), now=now)
    if outcome.result == "slow":
        return _asked(target, problem=slow(), status=429)
    if outcome.result == "refused":
        return _asked(target, problem=refused, status=403)
    return arrive(outcome, target)


@route("/account/passkey", proven=True)
def new_passkey() -> Response:
    return _new()


def _new(*, problem: str = "", status: int = 200) -> Response:
    options = passkeys.options_to_make(database.session(), me(), _site(), now=db.utcnow())
    name = request.form.get("name", visitor().device)
    return page("new_passkey.html", options=options, name=name, problem=problem, status=status)


@route("/account/passkey", proven=True, methods=("POST",))
def add_passkey() -> Response:
    answer, name = request.form.get("answer", ""), request.form.get("name", "")
    try:
        with db.writing_alone(database.engine()) as writer:
            passkeys.add(writer, me(), _site(), answer, name, now=db.utcnow())
    except Refused as refused:
        return _new(problem=refused.text(current()), status=refused.status)
    told(_("The passkey is stored. From now on it signs you in."))
    return to("account", _anchor="passkeys")


@route("/account/passkeys/<int:id>/remove", proven=True, methods=("POST",))
def remove_passkey(id: int) -> Response:
    with db.writing_alone(database.engine()) as writer:
        passkeys.remove(writer, me(), id, now=db.utcnow())
    told(_("The passkey is removed. It no longer signs anyone in."))
    return to("account", _anchor="passkeys")
