"""What people choose for themselves: their name, their reminders, and tokens for programs of their own."""

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.accounts import api_tokens, users
from campaign.refusals import Refused
from campaign.web.core import database
from campaign.web.core.languages import _, current
from campaign.web.core.request_log import request_id
from campaign.web.organize.access import me, note, page, route, to, told
from campaign.web.organize.account import account_page


@route("/account/name", methods=("POST",))
def set_name() -> Response:
    try:
        with db.writing_alone(database.engine()) as writer:
            users.rename(
                writer, users.find(writer, me().id or 0), request.form.get("name", ""), now=db.utcnow()
            )
    except Refused as refusal:
        return account_page(status=refusal.status, problem=refusal.text(current()))
    told(_("Saved."))
    return to("account")


@route("/account/reminders", methods=("POST",))
def set_reminders() -> Response:
    with db.writing_alone(database.engine()) as writer:
        users.choose_reminders(writer, users.find(writer, me().id or 0), request.form.getlist("reminder"))
        note(writer, "reminders chosen", me().email)
    told(_("Saved."))
    return to("account", _anchor="reminders")


@route("/account/tokens", role="organizer", proven=True, methods=("POST",))
def make_token() -> Response:
    """Make a token and show it, this once."""
    name = request.form.get("token_name", "")
    try:
        with db.writing_alone(database.engine()) as writer:
            made = api_tokens.make(writer, me(), name, now=db.utcnow(), request=request_id())
    except Refused as refusal:
        return account_page(status=refusal.status, problem=refusal.text(current()))
    return page("token.html", token=made)


@route("/account/tokens/<int:id>/revoke", methods=("POST",))
def revoke_token(id: int) -> Response:
    with db.writing_alone(database.engine()) as writer:
        api_tokens.revoke(writer, me(), id, now=db.utcnow(), request=request_id())
    told(_("The token is revoked. What used it can read nothing any more."))
    return to("account", _anchor="tokens")
