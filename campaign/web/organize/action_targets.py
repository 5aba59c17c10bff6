"""The offices that an action is addressed to: a table is looked at first, then taken whole or not at all.

Nothing of it is stored before: its text travels in the form.
"""

from collections.abc import Sequence

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.actions import editing
from campaign.actions.models import Target
from campaign.organizing import exports, target_lists
from campaign.organizing.exports import Fault
from campaign.refusals import Refused
from campaign.web.core import database, served
from campaign.web.core.languages import _, current
from campaign.web.organize import access
from campaign.web.organize.access import page, route, to, told
from campaign.web.organize.actions import found_action
from campaign.web.organize.shared import KINDS, attachment

MOST_BYTES = 200_000
# The text of a table, which a form carries in escapes.
LARGEST_FORM = 4 * MOST_BYTES


@route("/actions/<int:id>/targets", role="organizer")
def action_targets(id: int) -> Response:
    action = found_action(id)
    written = target_lists.write(editing.targets(database.session(), action))
    return _form(id, exports.decoded(written))


def _form(
    id: int,
    text: str,
    found: Sequence[Target] = (),
    *,
    faults: Sequence[Fault] = (),
    problem: str = "",
    status: int = 200,
) -> Response:
    """The table to fill in; with ``found`` what was read of it, before it is taken."""
    action = found_action(id)
    return page(
        "action_targets.html",
        status=status,
        problem=problem,
        action=action,
        text=text,
        found=found,
        faults=faults,
        now=editing.targets(database.session(), action),
        columns=target_lists.COLUMNS,
    )


@route("/actions/<int:id>/targets", role="organizer", methods=("POST",), max_body=LARGEST_FORM)
def look_at_targets(id: int) -> Response:
    text = request.form.get("text", "")
    try:
        text = _text(text)
        found, faults = target_lists.read(text.encode(), list(served.offered()))
    except Refused as refusal:
        return _form(id, text, problem=refusal.text(current()), status=refusal.status)
    return _form(id, text, () if faults else found, faults=faults, status=422 if faults else 200)


def _text(typed: str) -> str:
    """The table of the form: the file that came with it, else what stands in its field."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return typed
    with file.stream:
        raw = file.stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise Refused("The file is too large. Nothing was read.", "El archivo es muy grande. No se leyó nada.",
                      status=413)  # fmt: skip
    return exports.decoded(raw)


@route("/actions/<int:id>/targets/take", role="organizer", methods=("POST",), max_body=LARGEST_FORM)
def take_targets(id: int) -> Response:
    text = request.form.get("text", "")
    try:
        found, faults = target_lists.read(text.encode(), list(served.offered()))
        if faults:
            return _form(id, text, faults=faults, status=422)
        with db.writing_alone(database.engine()) as writer:
            action = editing.find(writer, served.slug(), id)
            editing.replace_targets(writer, action, found)
            access.note(writer, "offices imported", f"{served.slug()} {action.slug}", rows=len(found))
    except Refused as refusal:
        return _form(id, text, problem=refusal.text(current()), status=refusal.status)
    told(_("Saved."))
    return to("action_page", id=id)


@route("/actions/<int:id>/targets.csv", role="organizer")
def export_targets(id: int) -> Response:
    action = found_action(id)
    raw = target_lists.write(editing.targets(database.session(), action))
    return attachment(raw, KINDS["csv"], f"offices-{action.slug}.csv")
