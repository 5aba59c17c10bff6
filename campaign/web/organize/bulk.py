"""Bulk changes from the board and the worklists, and their undo."""

import re
from urllib.parse import parse_qsl, urlencode

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.organizing import whip_batches
from campaign.organizing.whip_batches import Batch
from campaign.proposals import lookup
from campaign.refusals import Refused
from campaign.web.core import database
from campaign.web.core.languages import _, ngettext
from campaign.web.organize import access
from campaign.web.organize.access import me, route, told
from campaign.web.organize.shared import batch_of, to_filtered

# A form's field and the field of the entry that it sets.
SETS = {"set_owner": "owner", "set_lean": "lean", "set_next_step": "next_step", "set_next_on": "next_on"}
NOBODY = "-"


@route("/board/changes", role="organizer", methods=("POST",))
def change_many() -> Response:
    form = request.form
    given = {field: form[name].strip() for name, field in SETS.items() if form.get(name, "").strip()}
    if given.get("owner") == NOBODY:
        given["owner"] = ""
    with db.writing(database.engine()) as writer:
        bill = str(lookup.resolve(writer, form.get("bill", "")))
        done = whip_batches.change_many(
            writer, bill, _ticked(), given, add_tags=form.get("add_tags", ""), by=me().email, now=db.utcnow()
        )
        access.note(writer, "board changed", bill, rows=len(done.changed), left=len(done.left))
    return _shown(bill, done)


def _ticked() -> dict[str, int]:
    """Each ticked member with the version that the page showed."""
    found = {}
    for value in request.form.getlist("who"):
        match = re.fullmatch(r"(\w{1,12})\.(\d{1,9})", value)
        if match is None:
            raise Refused("There is no such member.", "No existe ese miembro.", status=404)
        found[match[1]] = int(match[2])
    return found


@route("/board/undo", role="organizer", methods=("POST",))
def undo_changes() -> Response:
    rows = batch_of(request.form.get("changes", ""))
    if rows is None:
        raise Refused("There is nothing to undo.", "No hay nada que deshacer.", status=404)
    with db.writing(database.engine()) as writer:
        bill = str(lookup.resolve(writer, request.form.get("bill", "")))
        done = whip_batches.undo(writer, bill, *rows, by=me().email, now=db.utcnow())
        access.note(writer, "board change undone", bill, rows=len(done.changed), left=len(done.left))
    return _shown(bill, done)


def _shown(bill: str, done: Batch) -> Response:
    """Back to the page with its filters, with what was done and the press that undoes it."""
    told(ngettext("Changed: %(num)s member.", "Changed: %(num)s members.", len(done.changed)))
    if done.left:
        told(
            _(
                "Not changed, because someone else changed them meanwhile: %(names)s.",
                names=", ".join(done.left),
            )
        )
    query = {**dict(parse_qsl(request.form.get("query", ""))), "bill": bill, "changes": done.rows}
    return to_filtered(request.form.get("page", ""), urlencode(query))
