"""The forms below the board and the worklists: changes of all that are ticked with their undo, and saved views.

What is refused is answered in the table it came from, with everything that was ticked and typed.
"""

import re
from urllib.parse import parse_qsl

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.organizing import saved_views, whip_batches
from campaign.organizing.whip_batches import Batch
from campaign.refusals import Refused
from campaign.web.core import database
from campaign.web.core.languages import _, current, ngettext
from campaign.web.organize import access
from campaign.web.organize.access import me, route, to, told
from campaign.web.organize.board import board_page
from campaign.web.organize.lists import lists_page
from campaign.web.organize.shared import batch_of, filters_shown, own_bill, to_filtered

# A form's field and the field of the entry that it sets.
SETS = {"set_owner": "owner", "set_lean": "lean", "set_next_step": "next_step", "set_next_on": "next_on"}
NOBODY = "-"
TABLES = {"board": board_page, "lists": lists_page}


@route("/board/changes", role="organizer", methods=("POST",))
def change_many() -> Response:
    form = request.form
    given = {field: form[name].strip() for name, field in SETS.items() if form.get(name, "").strip()}
    if given.get("owner") == NOBODY:
        given["owner"] = ""
    try:
        with db.writing_alone(database.engine()) as writer:
            bill = str(own_bill(writer, form.get("bill", "")))
            done = whip_batches.change_many(
                writer,
                bill,
                _ticked(),
                given,
                add_tags=form.get("add_tags", ""),
                by=me().email,
                now=db.utcnow(),
            )
            access.note(writer, "board changed", bill, rows=len(done.changed), left=len(done.left))
    except Refused as refusal:
        return _in_its_table(refusal)
    return _shown(bill, done)


def _in_its_table(refusal: Refused) -> Response:
    show = TABLES.get(request.form.get("page", ""))
    if show is None:
        raise refusal
    return show(status=refusal.status, problem=refusal.text(current()))


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
    with db.writing_alone(database.engine()) as writer:
        bill = str(own_bill(writer, request.form.get("bill", "")))
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
    return to_filtered(request.form.get("page", ""), {**filters_shown(), "bill": bill, "changes": done.rows})


@route("/views", methods=("POST",))
def save_view() -> Response:
    where, query = request.form.get("page", ""), request.form.get("query", "")
    try:
        with db.writing_alone(database.engine()) as writer:
            view = saved_views.save(writer, me().email, where, request.form.get("name", ""), query)
            shown = dict(parse_qsl(view.query))
    except Refused as refusal:
        return _in_its_table(refusal)
    told(_("The view is saved."))
    return to_filtered(where, shown)


@route("/views/<int:id>/remove", methods=("POST",))
def remove_view(id: int) -> Response:
    with db.writing_alone(database.engine()) as writer:
        where = saved_views.remove(writer, me().email, id)
    return to(where)
