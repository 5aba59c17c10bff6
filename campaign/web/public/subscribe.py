"""Signing up, confirming, choosing and stopping. Pages answer the same whoever asks: what differs is mailed.

No GET changes anything: mail scanners follow links. The POST that ends a subscription needs no cookie and no
page before it (RFC 8058); its token is all the standing it has.
"""

from collections.abc import Mapping
from typing import Any

from flask import request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress.seats import read_seat
from campaign.db import utcnow
from campaign.mailing import askings
from campaign.mailing import places as reader_places
from campaign.mailing.addresses import Keys
from campaign.mailing.models import Subscriber
from campaign.mailing.readers import subscribers
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.mailing.returned import webhooks
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.web.core import database, proxies, security, served
from campaign.web.core.languages import current
from campaign.web.core.render import page, settings
from campaign.web.public import places
from campaign.web.public.room import route

# A field that people do not see and do not fill.
TRAP = "website"


def private(template: str, *, status: int = 200, **context: Any) -> Response:
    """A page that is nobody else's: not cached, not indexed, and its address is told to no other site."""
    answer = page(template, status=status, cached=False, **context)
    answer.headers["Referrer-Policy"] = security.OWN_SITE_ONLY
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _keys() -> Keys:
    return Keys(settings())


def _asked() -> Asked:
    # The page without the secret that its address may end with.
    page = request.path.rpartition("/")[0] if request.view_args else request.path
    return Asked(page=page, ip=proxies.place())


@route("/subscribe", query=("seat",))
def subscribe() -> Response:
    """The form; ``seat`` comes along from the pages of a district."""
    return _form(seat=_seat(request.args.get("seat", "")))


def _form(
    *,
    seat: str = "",
    zip: str = "",
    email: str = "",
    found: places.Answer | None = None,
    problem: str = "",
    status: int = 400,
) -> Response:
    proposals = campaigns.campaign_proposals(database.session(), served.slug())
    return private(
        "public/subscribe.html",
        status=status if problem else 200,
        seat=seat,
        zip=zip,
        email=email,
        found=found,
        problem=problem,
        proposals=proposals,
        trap=TRAP,
    )


@route("/subscribe", methods=("POST",))
def sign_up() -> Response:
    """Queue a letter to the address, if one is due; the page says nothing of the address."""
    form = request.form
    email, zip = form.get("email", "").strip()[:300], form.get("zip", "").strip()[:60]
    seat = ""
    try:
        seat = named_seat(form.get("seat", ""))
        found = known_zip(database.session(), zip) if zip and not seat else None
        if found and found.choices and not form.get("no_district"):
            return _form(zip=zip, email=email, found=found)
        if not form.get(TRAP):
            wish = _wish(form, seat or _place(found), form.getlist("proposals"))
            with db.writing(database.engine()) as session:
                done = subscribers.ask(session, _keys(), served.slug(), email, wish, _asked(), now=utcnow())
            if done == "slow":
                raise askings.slow()
    except Refused as refusal:
        words, status = refusal.text(current()), 429 if refusal.status == 429 else 400
        return _form(seat=seat, zip=zip, email=email, problem=words, status=status)
    return private("public/confirm.html", step="sent", token="")


def _wish(form: Mapping[str, str], seat: str, proposals: list[str]) -> Wish:
    return Wish(
        language=campaigns.spoken(database.session(), served.slug(), form.get("language", current())),
        seat=seat,
        proposals=tuple(proposals),
        alerts=bool(form.get("alerts")),
    ).checked()


def _place(found: places.Answer | None) -> str:
    """The seat of a ZIP code; the state alone where several of its districts share it or one is only likely."""
    return found.found.sure_place if found else ""


def known_zip(session: Session, zip: str) -> places.Answer:
    """Where a ZIP code lies. Raises Refused for one that no table has."""
    found = places.by_zip(session, zip, now=utcnow())
    if not found.found.seats and not found.found.state:
        raise Refused(
            f"We don’t know where ZIP code {zip[:10]} is. Check it, or leave it blank.",
            f"No sabemos dónde queda el código postal {zip[:10]}. Revíselo o déjelo vacío.",
        )
    return found


def named_seat(text: str) -> str:
    """A seat by its name (``ak-1`` is ``AK-0``), or nothing. Raises Refused for one that does not exist."""
    return read_seat(database.session(), text).id if text.strip() else ""


def _seat(text: str) -> str:
    """The seat that a link names, to fill a form in; empty for one that does not exist."""
    try:
        return named_seat(text)
    except Refused:
        return ""


@route("/confirm/<token>", in_draft=True)
def confirm(token: str) -> Response:
    return private("public/confirm.html", step="ask", token=token)


@route("/confirm/<token>", methods=("POST",), in_draft=True)
def confirmed(token: str) -> Response:
    with db.writing(database.engine()) as session:
        who = subscribers.confirm(session, token, _asked(), now=utcnow())
        seat = who.seat if who else ""
    if who is None:
        return private("public/confirm.html", step="old", token="", status=410)
    return private("public/confirm.html", step="done", token="", seat=seat if "-" in seat else "")


@route("/unsubscribe/<token>", in_draft=True)
def unsubscribe(token: str) -> Response:
    return private("public/unsubscribe.html", done=False, token=token)


@route("/unsubscribe/<token>", methods=("POST",), in_draft=True, any_origin=True)
def unsubscribed(token: str) -> Response:
    """One press, or one request of a mail service: the same answer whatever the token."""
    with db.writing(database.engine()) as session:
        subscribers.unsubscribe(session, _keys(), token, now=utcnow(), page="unsubscribe")
    return private("public/unsubscribe.html", done=True, token="")


@route("/preferences", in_draft=True)
def preferences() -> Response:
    return private("public/preferences.html", step="ask", problem="")


@route("/preferences", methods=("POST",), in_draft=True)
def ask_for_link() -> Response:
    """Mail a link to whoever holds the mailbox; the page says nothing of the address."""
    try:
        if not request.form.get(TRAP):
            email = request.form.get("email", "")[:300]
            with db.writing(database.engine()) as session:
                done = subscribers.ask_to_manage(session, _keys(), served.slug(), email, _asked(), now=utcnow())
            if done == "slow":
                raise askings.slow()
    except Refused as refusal:
        words, status = refusal.text(current()), refusal.status
        return private("public/preferences.html", step="ask", problem=words, status=status)
    return private("public/preferences.html", step="sent", problem="")


@route("/preferences/<token>", in_draft=True)
def choices(token: str) -> Response:
    session = database.session()
    who = subscribers.holder(session, token, "manage", now=utcnow())
    return _old_link() if who is None else _choices(session, who, token)


def _old_link() -> Response:
    return private("public/preferences.html", step="old", problem="", status=410)


def _choices(session: Session, who: Subscriber, token: str, *, said: str = "", problem: str = "") -> Response:
    stood = reader_places.place_of(session, who, now=utcnow())
    return private(
        "public/preferences.html",
        step="choose",
        status=400 if problem else 200,
        who=who,
        seat=stood,
        old_map=stood != who.seat,
        typed=request.form if problem else None,
        followed=request.form.getlist("proposals") if problem else who.proposals.split(),
        proposals=campaigns.campaign_proposals(session, who.campaign),
        token=token,
        said=said,
        problem=problem,
    )


@route("/preferences/<token>", methods=("POST",), in_draft=True)
def choose(token: str) -> Response:
    """Save, mail a copy of everything, stop or erase, as the pressed button says."""
    now, action = utcnow(), request.form.get("action", "")
    with db.writing(database.engine()) as session:
        who = subscribers.holder(session, token, "manage", now=now)
        if who is None:
            return _old_link()
        try:
            _act(session, who, action)
        except Refused as refusal:
            return _choices(session, who, token, problem=refusal.text(current()))
        if action == "erase":
            return private("public/preferences.html", step="erased", problem="")
        return _choices(session, who, token, said=action)


def _act(session: Any, who: Subscriber, action: str) -> None:
    now, form = utcnow(), request.form
    if action == "export":
        subscribers.ask_for_export(session, who, now=now)
    elif action == "erase":
        subscribers.erase(session, who, now=now)
    elif action == "stop":
        subscribers.stop(session, who, "unsubscribed", now=now, page="preferences")
    elif action == "save":
        zip = form.get("zip", "").strip()
        stood = reader_places.place_of(session, who, now=now)
        moved = _moved_seat(stood, known_zip(session, zip)) if zip else None
        seat = _chosen_seat(stood, form.get("seat")) if moved is None else moved
        wish = _wish(form, seat, form.getlist("proposals"))
        subscribers.change(session, who, wish, now=now, page="preferences")


def _moved_seat(stood: str, found: places.Answer) -> str:
    """The place of a new ZIP code; one that tells no more than the state leaves a seat in that state."""
    place = _place(found)
    return stood if place and place == stood[:2] else place


def _chosen_seat(stood: str, typed: str | None) -> str:
    """What stands in the field: a seat, the state alone as it was, or nothing."""
    if typed is None or typed.strip().upper() == stood:
        return stood
    return named_seat(typed)


@route("/webhooks/mail/<provider>", methods=("POST",), in_draft=True, any_origin=True)
def report(provider: str) -> Response:
    """A mail provider tells of bounces and complaints; its signature is its standing."""
    outcome = webhooks.take(
        database.engine(), settings(), provider, dict(request.headers), request.get_data(), now=utcnow()
    )
    answer = Response(outcome.words, status=outcome.status, mimetype="text/plain")
    if outcome.status == 503:
        answer.headers["Retry-After"] = "60"
    return answer
