"""Around a call: which office, both languages side by side, how it went, a reminder to try again.

Read ``visit`` first: every page here is about one person who speaks for one seat.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, abort, current_app, g, make_response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress.members import Person
from campaign.congress.seats import read_seat
from campaign.db import utcnow
from campaign.districts import finder
from campaign.outreach import conversations, names, offices, outcomes, reminders
from campaign.outreach.asks import Ask
from campaign.outreach.offices import OfficeNow, Offices
from campaign.outreach.outcomes import ConnectionLimits, FormTokens
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web.core import proxies, served
from campaign.web.core.database import engine, session
from campaign.web.core.languages import _, current
from campaign.web.core.render import page, settings
from campaign.web.core.routing import kept_query, place
from campaign.web.public import content
from campaign.web.public.content import Delegation, Speaker
from campaign.web.public.room import route


def attach(app: Flask, settings: Settings) -> None:
    """What counts each report once, and few of one connection."""
    app.extensions["form_tokens"] = FormTokens(settings.signing_key(), settings.retired_keys)
    app.extensions["connections"] = ConnectionLimits()


@dataclass(frozen=True)
class Visit:
    """One person who speaks for a seat, and what is asked of them; ``whole`` is all bills in one call."""

    people: Delegation
    speaker: Speaker
    ask: Ask
    whole: bool

    @property
    def person(self) -> Person:
        return self.speaker.person

    @property
    def seat(self) -> str:
        return self.people.seat.id

    @property
    def covered(self) -> tuple[Ask, ...]:
        """What this call asks: one bill, or all of the campaign's."""
        return self.speaker.asks if self.whole else (self.ask,)

    @property
    def open_asks(self) -> tuple[Ask, ...]:
        """Those of a member who does not support the bill yet, so that the office may say what they will do."""
        return tuple(ask for ask in self.covered if not ask.kind.supports)

    @property
    def about(self) -> str:
        """What a report is counted under: the bill, or the campaign for all of its bills."""
        return self.ask.matter.campaign if self.whole else str(self.ask.bill)

    @property
    def subject(self) -> str:
        """The bills as people name them."""
        return " + ".join(ask.matter.name(current()) for ask in self.covered)

    @property
    def place_in_line(self) -> tuple[int, int]:
        """Which call this is, and of how many."""
        asked = [speaker for speaker in self.people.speakers if speaker.asks]
        return asked.index(self.speaker) + 1 if self.speaker in asked else 1, len(asked)

    @property
    def next(self) -> Speaker | None:
        following = self.people.speakers[self.people.speakers.index(self.speaker) + 1 :]
        return next((speaker for speaker in following if speaker.asks), None)


def visit(seat: str, values: MultiDict[str, str], *, now: datetime) -> Visit:
    """Who the address or the form is about. Without a name it leads to the page where one chooses.

    Raises Refused (404) where the person does not speak for the seat, or there is nothing to ask of them.
    """
    known = read_seat(session(), seat)
    bioguide, bill = values.get("member", ""), values.get("bill", "")
    if not bioguide:
        abort(redirect(place("act", seat=known.id), 303))
    # The error page leads back to this seat.
    g.seat_asked = known.id
    people = content.delegation(session(), known, served.asks(now=now), now=now)
    speaker, ask = content.chosen(people, bioguide, bill)
    whole = len(speaker.asks) > 1 and bool(bill) and bill == ask.matter.campaign
    return Visit(people, speaker, ask, whole)


def offices_of(chosen: Visit, *, now: datetime, zip: str = "") -> Offices:
    """The person's offices, those at home by distance from a ZIP code or from amid the seat's."""
    here = offices.centre_of_zip(session(), zip) if zip else None
    near = here or offices.centre_of_seat(session(), chosen.seat, now=now)
    return offices.offices_for(session(), chosen.person.bioguide, near, now=now, from_caller=here is not None)


# --- before and during a call ----------------------------------------------------------------------


@route("/act/<seat>/both", methods=("GET", "POST"), query=("member", "bill", "kind"))
def both(seat: str) -> Response:
    """One call for all of the campaign's bills."""
    now = utcnow()
    chosen = visit(seat, request.args, now=now)
    kind = request.args.get("kind", "call")
    text = conversations.whole(chosen.speaker.asks, chosen.person, kind, current())
    whole = Visit(chosen.people, chosen.speaker, chosen.ask, len(chosen.speaker.asks) > 1)
    return page("public/script.html", shown=whole, kind=kind, text=text, offices=offices_of(chosen, now=now))


@route("/act/<seat>/aloud", methods=("GET", "POST"), query=("member", "bill"))
def aloud(seat: str) -> Response:
    """A call in English with the Spanish beside it, and what the office is likely to say; where no Spanish is
    offered, the call alone."""
    now = utcnow()
    chosen = visit(seat, request.args, now=now)
    if "es" not in served.offered():
        return redirect(place("act", seat=chosen.seat, **kept_query()), 302)
    if chosen.whole:
        lines = conversations.whole_dialogue(chosen.speaker.asks, chosen.person)
    else:
        lines = conversations.dialogue(chosen.ask, chosen.person)
    return page("public/aloud.html", shown=chosen, lines=lines, offices=offices_of(chosen, now=now))


@route("/act/<seat>/offices", methods=("GET", "POST"), query=("member", "bill"))
def office_list(seat: str) -> Response:
    """All offices with their hours; a ZIP code that is sent puts the nearest first and is forgotten."""
    now = utcnow()
    chosen = visit(seat, request.values, now=now)
    typed, problem = request.form.get("zip", "").strip(), ""
    try:
        zip = finder.zip_of(typed) if typed else ""
    except Refused as refused:
        zip, problem = "", refused.text(current())
    found = offices_of(chosen, now=now, zip=zip)
    unknown = bool(zip) and offices.centre_of_zip(session(), zip) is None
    return page(
        "public/offices.html",
        shown=chosen,
        offices=found,
        zip=typed[:60],
        problem=_("We don’t know where ZIP code %(zip)s is.", zip=zip) if unknown else problem,
        cached=False,
        status=400 if problem else 200,
    )


@route("/act/<seat>/reminder.ics", query=("member", "bill", "office"))
def reminder(seat: str) -> Response:
    """A calendar file for ten o'clock on the office's next working day."""
    now = utcnow()
    chosen = visit(seat, request.args, now=now)
    found = offices_of(chosen, now=now)
    office = found.by_id(request.args.get("office", "")) or found.first
    if office is None:
        raise Refused(
            f"We don’t have a phone number for {chosen.person.name}.",
            f"No tenemos el teléfono de {chosen.person.name}.",
            status=404,
        )
    starts = offices.next_morning(office, now=now)
    link = served.origin() + place(
        "act", seat=chosen.seat, member=chosen.person.bioguide, bill=str(chosen.ask.bill)
    )
    return _calendar(chosen, office, starts, link, now)


def _calendar(chosen: Visit, office: OfficeNow, starts: datetime, link: str, now: datetime) -> Response:
    title = _("Call %(name)s: %(bill)s", name=names.spoken_to(chosen.person, current()), bill=chosen.subject)
    text = _("%(city)s office: %(phone)s. Script:", city=office.office.city, phone=office.office.phone)
    uid = f"{chosen.person.bioguide}-{chosen.about}-{starts:%Y%m%d}@{request.host.partition(':')[0]}"
    file = reminders.reminder(title, f"{text} {link}", link, starts, uid=uid, now=now)
    response = make_response(file)
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = f'attachment; filename="call-{chosen.person.bioguide}.ics"'
    response.headers["Cache-Control"] = "no-store"
    return response


# --- after a call ----------------------------------------------------------------------------------


@route("/act/<seat>/called", methods=("GET", "POST"), query=("member", "bill", "office"))
def called(seat: str) -> Response:
    """How did it go? A count goes up by one, once; ``undo`` takes exactly that one back."""
    now = utcnow()
    chosen = visit(seat, request.values, now=now)
    if request.method == "GET":
        return _form(chosen, now)
    if word := request.form.get("undo", ""):
        return _take_back(chosen, word, now)
    try:
        nonce = _form_tokens().read_form(request.form.get("once", ""), now=now)
        office = request.form.get("office", "") or "washington"
        report = _report(chosen, office, request.form.get("result", ""))
    except Refused as refused:
        return _form(chosen, now, problem=refused.text(current()), status=refused.status)
    return _count(chosen, report, nonce, now)


def _report(chosen: Visit, office: str, result: str) -> outcomes.Report:
    """The report of a form. An answer about one bill of a call about several (``talked:undecided@hr923-119``)
    counts under that bill; raises Refused for one that this call does not ask about."""
    result, _mark, bill = result.partition("@")
    about = (
        next((str(ask.bill) for ask in chosen.open_asks if str(ask.bill) == bill), "") if bill else chosen.about
    )
    if not about or (result.startswith("talked:") and not chosen.open_asks):
        result = ""
    return outcomes.read_report(about, chosen.person.bioguide, office, result)


def _form(chosen: Visit, now: datetime, *, status: int = 200, **said: Any) -> Response:
    """The form; the office that the call page showed is chosen (``office`` in the address), else the one to
    call now."""
    found = offices_of(chosen, now=now)
    shown = found.by_id(request.values.get("office", "")) or found.first
    local = shown if shown and not shown.is_washington else found.nearest_open or next(iter(found.local), None)
    return page(
        "public/called.html",
        shown=chosen,
        offices=found,
        local=local,
        chosen=_chosen_office(shown),
        once=_form_tokens().form(now=now),
        cached=False,
        status=status,
        **said,
    )


def _chosen_office(shown: OfficeNow | None) -> str:
    """The kind of office that a reader chose before, else that of the office shown."""
    sent = request.form.get("office", "")
    if sent in outcomes.OFFICES:
        return sent
    return "washington" if shown is None or shown.is_washington else "district"


def _take_back(chosen: Visit, word: str, now: datetime) -> Response:
    try:
        nonce = _form_tokens().read_undo(word, now=now)
        with db.writing(engine()) as writer:
            outcomes.undo(writer, nonce, now=now)
    except Refused as refused:
        return _form(chosen, now, problem=refused.text(current()), status=refused.status)
    return _form(chosen, now, undone=True)


def _count(chosen: Visit, report: outcomes.Report, nonce: str, now: datetime) -> Response:
    problem, status = "", 200
    try:
        if not _connections().allow(proxies.place(), now=now):
            raise outcomes.too_many()
        with db.writing(engine()) as writer:
            outcomes.record(writer, report, nonce, now=now, today=now.astimezone(settings().zone).date())
    except Refused as refused:
        problem, status = refused.text(current()), refused.status
    found = offices_of(chosen, now=now)
    local = found.by_id(request.form.get("local", "")) or next(iter(found.local), None)
    tried = found.washington if report.office == "washington" else local
    with db.reading(engine()) as fresh:
        calls = outcomes.published(fresh, about=report.about)
    return page(
        "public/counted.html",
        shown=chosen,
        report=report,
        problem=problem,
        undo="" if problem else _form_tokens().undo(nonce, now=now),
        calls=calls,
        tried=tried,
        other=found.after(tried.office.id) if tried else found.first,
        cached=False,
        status=status,
    )


def _form_tokens() -> FormTokens:
    found: FormTokens = current_app.extensions["form_tokens"]
    return found


def _connections() -> ConnectionLimits:
    found: ConnectionLimits = current_app.extensions["connections"]
    return found
