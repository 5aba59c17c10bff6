"""Before and during a call: the script, which office, both languages side by side, a reminder to try again.

Read ``visit`` first: every page here is about one person who speaks for one seat.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import Flask, abort, current_app, g, make_response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from campaign.congress.members import Person
from campaign.congress.seats import read_seat
from campaign.db import utcnow
from campaign.districts import finder
from campaign.outreach import conversations, names, offices, phone_numbers, reminders, week_ahead, wordings
from campaign.outreach.asks import Ask
from campaign.outreach.offices import OfficeNow, Offices
from campaign.outreach.outcomes import ConnectionLimits, FormTokens
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web.core import page_cache, served
from campaign.web.core.database import session
from campaign.web.core.languages import _, current
from campaign.web.core.render import page
from campaign.web.core.routing import kept_query, place
from campaign.web.public import computed, content
from campaign.web.public.content import Delegation, Speaker
from campaign.web.public.room import route


def attach(app: Flask, settings: Settings) -> None:
    """What counts each report once, and few of one connection: of calls, and of numbers that do not work."""
    app.extensions["form_tokens"] = FormTokens(settings.signing_key(), settings.retired_keys)
    app.extensions["connections"] = ConnectionLimits()
    app.extensions["phone_connections"] = ConnectionLimits(phone_numbers.CONNECTION_A_DAY, timedelta(days=1))


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
        """Those that an office can answer with yes or no."""
        return tuple(ask for ask in self.covered if ask.kind.takes_answer)

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
    people = computed.delegation(known.id, now=now)
    speaker, ask = content.chosen(people, bioguide, bill)
    whole = len(speaker.asks) > 1 and bool(bill) and bill == ask.matter.campaign
    return Visit(people, speaker, ask, whole)


def offices_of(chosen: Visit, *, now: datetime, zip: str = "") -> Offices:
    """The person's offices, those at home by distance from a ZIP code or from amid the seat's."""
    here = offices.centre_of_zip(session(), zip) if zip else None
    return offices.arranged(
        computed.offices_now(chosen.person, now=now),
        here or computed.middle_of(chosen.seat, now=now),
        from_caller=here is not None,
        at_home=computed.recess(chosen.person, now=now) is not None,
    )


# --- before and during a call ----------------------------------------------------------------------


@route("/act/<seat>/both", methods=("GET", "POST"), query=("member", "bill", "kind", "office"))
def both(seat: str) -> Response:
    """One call for all of the campaign's bills."""
    now = utcnow()
    chosen = visit(seat, request.args, now=now)
    return script(replace(chosen, whole=len(chosen.speaker.asks) > 1), now=now)


def script(chosen: Visit, *, now: datetime) -> Response:
    """What to say and the number to dial; without ``kind`` in the address the words for the hour, without
    ``office`` the office to call now."""
    found = offices_of(chosen, now=now)
    office = found.by_id(request.args.get("office", "")) or found.first
    kind = request.args.get("kind") or usual_kind(office)
    if chosen.whole and kind in wordings.KINDS:
        text = conversations.whole(chosen.speaker.asks, chosen.person, kind, current())
    else:
        text = wordings.write(session(), chosen.ask, chosen.person, kind, current()).text
    out, once = computed.recess(chosen.person, now=now), new_form(now=now)
    if request.method == "GET":
        page_cache.has_form(once)
    return page(
        "public/script.html",
        shown=chosen,
        kind=kind,
        text=text,
        office=office,
        offices=found,
        timely=content.timely(session(), [chosen.speaker], now=now).get(chosen.person.bioguide),
        recess=week_ahead.recess_line(out) if out else None,
        once=once,
        cached=False,
    )


def usual_kind(office: OfficeNow | None) -> str:
    """A call while somebody is likely to answer, else a voicemail."""
    return "call" if office is None or office.answers else "voicemail"


@route("/act/<seat>/aloud", methods=("GET", "POST"), query=("member", "bill", "office"))
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
    found = offices_of(chosen, now=now)
    office = found.by_id(request.args.get("office", "")) or found.first
    return page(
        "public/aloud.html",
        shown=chosen,
        lines=lines,
        office=office,
        offices=found,
        once=new_form(now=now),
        cached=False,
    )


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
    link = served.origin() + place("act", seat=chosen.seat, member=chosen.person.bioguide, bill=chosen.about)
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


# --- the form after a call --------------------------------------------------------------------------


def new_form(*, now: datetime) -> str:
    """The token of a form under a script, so that it counts once."""
    return form_tokens().form(now=now)


def form_tokens() -> FormTokens:
    found: FormTokens = current_app.extensions["form_tokens"]
    return found
