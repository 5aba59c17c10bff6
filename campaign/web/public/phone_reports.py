"""“This number doesn’t work”: a report from the page of a call, what to do instead, and its undo.

As after a call, a form leads on to an address of its own. docs/decisions/0016-numbers-that-do-not-work.md says
what is stored.
"""

from datetime import datetime

from flask import current_app, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress.models import Office
from campaign.db import utcnow
from campaign.mailing import notices
from campaign.outreach import phone_numbers
from campaign.outreach.offices import OfficeNow
from campaign.outreach.outcomes import ConnectionLimits
from campaign.refusals import Refused
from campaign.web.core import proxies
from campaign.web.core.database import engine, session
from campaign.web.core.languages import current
from campaign.web.core.render import page, settings
from campaign.web.core.routing import place
from campaign.web.public.calls import Visit, form_tokens, new_form, offices_of, visit
from campaign.web.public.room import route


@route("/act/<seat>/number", methods=("GET", "POST"), query=("member", "bill", "office", "done"))
def phone_report(seat: str) -> Response:
    """Report the number of an office, once; ``done`` is a report that was stored, ``undo`` takes it back."""
    now = utcnow()
    chosen = visit(seat, request.values, now=now)
    found, asked = offices_of(chosen, now=now), request.values.get("office", "")
    office = found.known(asked) if asked else found.first
    if office is None:
        return redirect(place("act", seat=chosen.seat, member=chosen.person.bioguide, bill=chosen.about), 303)
    if request.method == "GET":
        return _shown(chosen, office, now, became=_became(request.args.get("done", ""), now))
    try:
        if token := request.form.get("undo", ""):
            return _undo(chosen, office, token, now)
        nonce = form_tokens().read_form(request.form.get("once", ""), now=now)
        return _report(chosen, office, nonce, now)
    except Refused as refused:
        return _shown(chosen, office, now, problem=refused.text(current()), status=refused.status)


def _report(chosen: Visit, office: OfficeNow, nonce: str, now: datetime) -> Response:
    if not office.office.phone:
        # It is hidden since the form was opened.
        return _to_report(chosen, office, None)
    if not _connections().allow(proxies.place(), now=now):
        raise phone_numbers.too_many()
    where = phone_numbers.place_of(settings().signing_key(), office.office, proxies.place())
    with db.writing(engine()) as writer:
        if phone_numbers.report(writer, office.office, where, nonce, now=now):
            _tell(writer, chosen, office.office, now)
    return _to_report(chosen, office, form_tokens().undo(nonce, now=now))


def _tell(writer: Session, chosen: Visit, office: Office, now: datetime) -> None:
    """Queue a notice to the organizers, in the transaction that hides the number."""
    detail = {
        "who": chosen.person.name,
        "city": office.city,
        "phone": office.phone,
        "number": phone_numbers.ENOUGH,
    }
    notices.notify(writer, "number", detail, now=now)


def _undo(chosen: Visit, office: OfficeNow, token: str, now: datetime) -> Response:
    nonce = form_tokens().read_undo(token, now=now)
    with db.writing(engine()) as writer:
        phone_numbers.undo(writer, nonce, now=now)
    return _to_report(chosen, office, token)


def _to_report(chosen: Visit, office: OfficeNow, token: str | None) -> Response:
    where = place(
        "phone_report",
        seat=chosen.seat,
        member=chosen.person.bioguide,
        bill=chosen.about,
        office=office.office.id,
        done=token,
    )
    return redirect(where, 303)


def _became(token: str, now: datetime) -> str:
    """What became of a report: ``stored`` or ``undone``; empty where none is known."""
    try:
        nonce = form_tokens().read_undo(token, now=now) if token else ""
    except Refused:
        return ""
    if not nonce:
        return ""
    return "stored" if phone_numbers.is_reported(session(), nonce) else "undone"


def _shown(
    chosen: Visit, office: OfficeNow, now: datetime, *, became: str = "", problem: str = "", status: int = 200
) -> Response:
    """The other way to reach the person; without a stored report the form, too."""
    return page(
        "public/number.html",
        shown=chosen,
        office=office,
        other=offices_of(chosen, now=now).instead_of(office.office.id),
        done=request.args.get("done", ""),
        became=became,
        once=new_form(now=now),
        problem=problem,
        cached=False,
        status=status,
    )


def _connections() -> ConnectionLimits:
    found: ConnectionLimits = current_app.extensions["phone_connections"]
    return found
