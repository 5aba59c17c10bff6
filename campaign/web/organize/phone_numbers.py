"""Telephone numbers of offices that callers report as not working: whether one works, or another instead."""

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress import members
from campaign.outreach import phone_numbers
from campaign.refusals import Refused
from campaign.web.core import database
from campaign.web.core.languages import _, current
from campaign.web.organize.access import me, note, page, route, to, told


@route("/phone-numbers")
def phone_page() -> Response:
    return _page(request.args.get("office", ""))


def _page(also: str, *, typed: str = "", problem: str = "", status: int = 200) -> Response:
    """The numbers to look at; ``also`` is the office whose form was sent, or that a member's page asks for."""
    now, session = db.utcnow(), database.session()
    rows = phone_numbers.review_list(session, also=also)
    return page(
        "phone_numbers.html",
        status=status,
        problem=problem,
        rows=rows,
        people=members.people(session, {row.office.bioguide for row in rows}, now=now),
        asked=also,
        typed=typed,
        days=phone_numbers.REPORTS_KEPT.days,
    )


@route("/phone-numbers", role="organizer", methods=("POST",))
def set_phone() -> Response:
    """Say that a number works, set another one (``phone``), or go back to the record's (empty)."""
    office, typed = request.form.get("office", ""), request.form.get("phone", "")
    try:
        with db.writing_alone(database.engine()) as writer:
            by, now = me().email, db.utcnow()
            if request.form.get("works"):
                phone_numbers.works(writer, office, by=by, now=now)
                note(writer, "phone works", office)
            else:
                number = phone_numbers.replace_number(writer, office, typed, by=by, now=now)
                note(writer, "phone set", office, to=number)
    except Refused as refused:
        if refused.status == 404:
            raise
        return _page(office, typed=typed, problem=refused.text(current()), status=refused.status)
    told(_("Saved. The public pages show it now."))
    return to("phone_page")
