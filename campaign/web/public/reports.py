"""After a call: how it went, what the office said, what to do next. Read ``calls.visit`` first.

Each form leads on to an address of its own, so that going back or loading again sends nothing twice.
"""

from datetime import datetime
from typing import Any

from flask import current_app, redirect, request
from werkzeug.wrappers import Response

from campaign import db
from campaign.db import utcnow
from campaign.outreach import outcomes
from campaign.outreach.models import CallReceipt
from campaign.outreach.offices import OfficeNow, Offices
from campaign.outreach.outcomes import ConnectionLimits
from campaign.refusals import Refused
from campaign.web.core import proxies, visits
from campaign.web.core.database import engine, session
from campaign.web.core.languages import current
from campaign.web.core.render import page, settings
from campaign.web.core.routing import place
from campaign.web.public import computed, overview
from campaign.web.public.calls import Visit, form_tokens, new_form, offices_of, visit
from campaign.web.public.room import route


@route("/act/<seat>/called", methods=("GET", "POST"), query=("member", "bill", "office", "done"))
def called(seat: str) -> Response:
    """How did it go? A count goes up by one, once; ``done`` is a report that was counted: what the office said
    can be added to it, and ``undo`` takes exactly that one back."""
    now = utcnow()
    chosen = visit(seat, request.values, now=now)
    if request.method == "GET":
        return _shown(chosen, now)
    try:
        if token := request.form.get("undo", ""):
            return _undo(chosen, token, now)
        if token := request.form.get("done", ""):
            return _answer(chosen, token, now)
        nonce = form_tokens().read_form(request.form.get("once", ""), now=now)
        report = _report(chosen, now)
    except Refused as refused:
        return _form(chosen, now, problem=refused.text(current()), status=refused.status)
    return _count(chosen, report, nonce, now)


# --- what a form does ------------------------------------------------------------------------------


def _report(chosen: Visit, now: datetime) -> outcomes.Report:
    kind = _kind_of_office(offices_of(chosen, now=now), request.form.get("office", ""))
    return outcomes.read_report(chosen.about, chosen.person.bioguide, kind, request.form.get("result", ""))


def _kind_of_office(found: Offices, sent: str) -> str:
    """``washington`` or ``district``: of an office by its id, by its kind, or of the one to call now."""
    office = found.known(sent) if sent else found.first
    if office is None:
        return sent or "washington"
    return "washington" if office.is_washington else "district"


def _count(chosen: Visit, report: outcomes.Report, nonce: str, now: datetime) -> Response:
    try:
        if not _connections().allow(proxies.place(), now=now):
            raise outcomes.too_many()
        today = now.astimezone(settings().zone).date()
        is_new = outcomes.take(engine(), report, nonce, now=now, today=today)
    except Refused as refused:
        return _next_step(chosen, report.outcome, now, problem=refused.text(current()), status=refused.status)
    if is_new:
        visits.count("reported")
    return _to_report(chosen, form_tokens().undo(nonce, now=now))


def _answer(chosen: Visit, token: str, now: datetime) -> Response:
    """``said`` is an answer with the bill it is about: ``undecided@s367-119``."""
    nonce = form_tokens().read_undo(token, now=now)
    said, _mark, bill = request.form.get("said", "").partition("@")
    if bill not in {str(ask.bill) for ask in chosen.open_asks}:
        said = ""
    bills = [str(ask.bill) for ask in chosen.covered]
    with db.writing(engine()) as writer:
        outcomes.answer(writer, nonce, bill, said, bills=bills, now=now)
    return _to_report(chosen, token)


def _undo(chosen: Visit, token: str, now: datetime) -> Response:
    nonce = form_tokens().read_undo(token, now=now)
    with db.writing(engine()) as writer:
        outcomes.undo(writer, nonce, now=now)
    return _to_report(chosen, token)


def _to_report(chosen: Visit, token: str) -> Response:
    """The address of a report, that shows what became of it."""
    office = request.form.get("office") or None
    where = place(
        "called", seat=chosen.seat, member=chosen.person.bioguide, bill=chosen.about, office=office, done=token
    )
    return redirect(where, 303)


# --- what is shown ---------------------------------------------------------------------------------


def _shown(chosen: Visit, now: datetime) -> Response:
    token = request.args.get("done", "")
    try:
        nonce = form_tokens().read_undo(token, now=now) if token else ""
    except Refused:
        nonce = ""
    receipts = outcomes.receipts(session(), nonce) if nonce else []
    if not receipts or receipts[0].member != chosen.person.bioguide:
        return _form(chosen, now)
    if receipts[0].undone:
        return _form(chosen, now, undone=True)
    return _next_step(chosen, receipts[0].outcome, now, done=token, receipts=receipts)


def _form(chosen: Visit, now: datetime, *, status: int = 200, **said: Any) -> Response:
    found = offices_of(chosen, now=now)
    return page(
        "public/called.html",
        shown=chosen,
        office=_office(found),
        once=new_form(now=now),
        cached=False,
        status=status,
        **said,
    )


def _next_step(
    chosen: Visit,
    outcome: str,
    now: datetime,
    *,
    done: str = "",
    receipts: list[CallReceipt] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    """Thanks, or another way where nobody answered; and whom to call next. ``done`` is empty for a report that
    was not counted."""
    found = offices_of(chosen, now=now)
    tried = _office(found)
    return page(
        "public/counted.html",
        shown=chosen,
        outcome=outcome,
        problem=problem,
        done=done,
        said={row.about: row.said for row in receipts or () if row.said},
        calls=overview.calls(session(), computed.front(now=now)),
        tried=tried,
        other=found.after(tried.office.id) if tried else None,
        cached=False,
        status=status,
    )


def _office(found: Offices) -> OfficeNow | None:
    """The office that was called: the one of the address or the form, else the one to call now."""
    return found.by_id(request.values.get("office", "")) or found.first


def _connections() -> ConnectionLimits:
    found: ConnectionLimits = current_app.extensions["connections"]
    return found
