"""What organizers write on the page of a member: notes and contacts, and who works in the office.

What is refused is answered on that page, with everything that was typed.
"""

from flask import request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.organizing import notes, staff
from campaign.refusals import Refused
from campaign.web.core import database, routing, served
from campaign.web.core.languages import _, current
from campaign.web.organize.access import me, route, to, told
from campaign.web.organize.member import show_member
from campaign.web.organize.shared import own_bill

STEP = ("next_step", "next_on")


@route("/members/<bioguide>/notes", role="organizer", methods=("POST",))
def add_note(bioguide: str) -> Response:
    """Keep a note or a contact, and make its next step that of the board."""
    try:
        with db.writing_alone(database.engine()) as writer:
            note = notes.add(writer, served.slug(), bioguide, _given(writer), by=me().email, now=db.utcnow())
            if any(request.form.get(name, "").strip() for name in STEP):
                step = {name: request.form.get(name, "") for name in STEP}
                version = request.form.get(f"version-{note.bill}", type=routing.number) or 0
                notes.plan(writer, note, step, version=version, by=me().email, now=db.utcnow())
    except Refused as refusal:
        return show_member(bioguide, status=refusal.status, problem=refusal.text(current()), typed=request.form)
    told(_("It is kept."))
    return to("member_page", bioguide=bioguide, _anchor="notes")


def _given(writer: Session) -> dict[str, str]:
    given = {name: request.form.get(name, "") for name in notes.FIELDS}
    return {**given, "bill": str(own_bill(writer, given["bill"])) if given["bill"] else ""}


@route("/members/<bioguide>/notes/<int:id>", role="organizer", methods=("POST",))
def change_note(bioguide: str, id: int) -> Response:
    """Edit a note, delete it, or put back what was there before."""
    act, version = request.form.get("act", ""), request.form.get("version", type=routing.number) or 0
    try:
        with db.writing_alone(database.engine()) as writer:
            note, by, now = notes.find(writer, served.slug(), bioguide, id), me().email, db.utcnow()
            if act == "delete":
                notes.delete(writer, note, version=version, by=by, now=now)
            elif act == "undo":
                notes.undo(writer, note, version=version, by=by, now=now)
            else:
                notes.edit(writer, note, _given(writer), version=version, by=by, now=now)
    except Refused as refusal:
        if refusal.status == 404:
            raise
        return _refused_change(bioguide, id, refusal)
    told({"delete": _("The note is deleted."), "undo": _("It is as it was.")}.get(act, _("Saved.")))
    return to("member_page", bioguide=bioguide, changed="" if act == "undo" else id, _anchor="notes")


def _refused_change(bioguide: str, id: int, refusal: Refused) -> Response:
    """An edit stays in its form. Where somebody was quicker, the form takes their version: sending it again
    decides."""
    typed = {name: value for name, value in request.form.items() if refusal.status != 409 or name != "version"}
    edit = None if "act" in request.form else id
    return show_member(
        bioguide,
        status=refusal.status,
        problem=refusal.text(current()),
        edit=edit,
        typed=typed if edit else {},
    )


@route("/members/<bioguide>/contacts", role="organizer", methods=("POST",))
def add_contact(bioguide: str) -> Response:
    """Note who works in the office, or that they do so no longer."""
    try:
        with db.writing_alone(database.engine()) as writer:
            if over := request.form.get("over", type=routing.number):
                staff.end(writer, served.slug(), over, now=db.utcnow())
            else:
                staff.add(writer, served.slug(), bioguide, request.form, by=me().email, now=db.utcnow())
    except Refused as refusal:
        return show_member(
            bioguide, status=refusal.status, problem=refusal.text(current()), typed_person=request.form
        )
    told(_("Done."))
    return to("member_page", bioguide=bioguide)
