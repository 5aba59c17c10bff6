"""Who takes part in an action: found, approved, taken out.

No e-mail address stands on these pages but that of who signs for an organization, whom somebody has to check.
"""

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.actions import editing, signatures
from campaign.mailing.addresses import Keys, read_address
from campaign.refusals import Refused
from campaign.web.core import database, routing, served
from campaign.web.core.languages import _
from campaign.web.core.render import settings
from campaign.web.organize import access
from campaign.web.organize.access import page, route, to, told
from campaign.web.organize.actions import found_action

LONGEST_TEXT = 254


@route("/actions/<int:id>/signatures", role="organizer")
def action_signatures(id: int) -> Response:
    return _list(id, "", 1)


@route("/actions/<int:id>/signatures", role="organizer", methods=("POST",))
def find_signatures(id: int) -> Response:
    number = request.form.get("page", type=routing.number) or 1
    return _list(id, request.form.get("text", "").strip()[:LONGEST_TEXT], number)


def _list(id: int, text: str, number: int) -> Response:
    action, session = found_action(id), database.session()
    return page(
        "action_signatures.html",
        action=action,
        text=text,
        found=signatures.search(session, action, text, _keys(text), number),
        counts=signatures.counts(session, [action])[id],
        alike=signatures.alike(session, action) if action.kind == "signon" else set(),
    )


def _keys(text: str) -> list[str]:
    """The hashes of an address, however it is spelled; none for a text that is none."""
    try:
        return Keys(settings()).all_of(read_address(text), served.slug())
    except Refused:
        return []


@route("/actions/<int:id>/signatures/<int:number>", role="organizer", methods=("POST",))
def change_signature(id: int, number: int) -> Response:
    """Put an organization on the list, or take somebody out."""
    act = request.form.get("act", "")
    with db.writing_alone(database.engine()) as writer:
        action = editing.find(writer, served.slug(), id)
        row = signatures.of_action(writer, action, number)
        if act == "approve" and action.kind == "signon":
            signatures.approve(writer, row, now=db.utcnow())
        elif act == "remove":
            signatures.withdraw(writer, row, now=db.utcnow())
        else:
            raise Refused("That can’t be done here.", "Eso no se puede hacer aquí.", status=404)
        access.note(writer, f"signature: {act}", f"{served.slug()} {action.slug} {number}")
    gone = _("It is off the list, and what was kept of it is deleted.")
    told(_("It is on the list.") if act == "approve" else gone)
    return to("action_signatures", id=id)
