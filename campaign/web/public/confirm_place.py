"""The page to which the question after new districts leads: of what is typed, the district alone is kept."""

from collections.abc import Mapping

from flask import request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.db import utcnow
from campaign.mailing import places as reader_places
from campaign.mailing.addresses import Keys
from campaign.mailing.models import Subscriber
from campaign.mailing.readers import subscribers
from campaign.refusals import Refused
from campaign.web.core import database
from campaign.web.core.languages import current
from campaign.web.core.render import settings
from campaign.web.public import places
from campaign.web.public.room import route
from campaign.web.public.subscribe import known_zip, named_seat, private


@route("/place/<token>", in_draft=True)
def new_place(token: str) -> Response:
    who = _asked(database.session(), token)
    return _form(who, token) if who else _nothing_to_confirm()


@route("/place/<token>", methods=("POST",), in_draft=True)
def confirm_place(token: str) -> Response:
    """Keep the one district of what was typed; where there are several, or none is sure, ask which."""
    found, problem = None, ""
    try:
        found = _look_up(request.form)
        seat = named_seat(request.form.get("seat", "")) or _sure_seat(found)
    except Refused as refusal:
        seat, problem = "", refusal.text(current())
    with db.writing(database.engine()) as session:
        who = _asked(session, token)
        if who is None:
            return _nothing_to_confirm()
        if not seat:
            return _form(who, token, found=found, problem=problem)
        subscribers.settle(session, who, seat, now=utcnow(), page="place")
    return private("public/place.html", step="done", seat=seat)


def _asked(session: Session, token: str) -> Subscriber | None:
    """The reader whose link this is, while the mail comes and the district is still to be told."""
    key = Keys(settings()).placed(token)
    who = subscribers.by_key(session, key) if key else None
    if who is None or who.state != "confirmed":
        return None
    return who if reader_places.is_unsettled(session, who, now=utcnow()) else None


def _look_up(form: Mapping[str, str]) -> places.Answer | None:
    """Where the typed place lies; None where a district was chosen. What is typed is forgotten."""
    zip, street = form.get("zip", "").strip()[:60], form.get("street", "").strip()
    if form.get("seat"):
        return None
    if street and settings().geocoder_url:
        return places.by_address(settings(), database.session(), form, now=utcnow())
    if zip:
        return known_zip(database.session(), zip)
    raise Refused("Enter your ZIP code.", "Escriba su código postal.")


def _sure_seat(found: places.Answer | None) -> str:
    """The one district of a place; empty where the state alone is sure."""
    place = found.found.sure_place if found else ""
    return place if "-" in place else ""


def _form(who: Subscriber, token: str, *, found: places.Answer | None = None, problem: str = "") -> Response:
    return private(
        "public/place.html",
        step="ask",
        status=400 if problem else 200,
        token=token,
        state=who.seat[:2],
        found=found,
        people={choice.hit.seat: choice.person for choice in found.choices} if found else {},
        problem=problem,
        geocodes=bool(settings().geocoder_url),
        zip=request.form.get("zip", "")[:60],
    )


def _nothing_to_confirm() -> Response:
    return private("public/place.html", step="old", status=410)
