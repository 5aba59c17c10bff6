"""The pages that everybody reads. A view loads, asks and answers; what a page shows is in ``content``."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from flask import abort, make_response, redirect, request
from werkzeug.wrappers import Response

from campaign.actions import editing
from campaign.congress import ledger, state_names
from campaign.congress.bill_input import parse_bill
from campaign.congress.bills import BillId, congress_on, congress_start
from campaign.congress.seats import read_seat
from campaign.dates import parse_day
from campaign.db import utcnow
from campaign.districts import finder, maps
from campaign.mailing.edition import send_times
from campaign.proposals import campaigns, logos, lookup
from campaign.refusals import Refused
from campaign.web.core import assets, look, served
from campaign.web.core.database import session
from campaign.web.core.languages import current
from campaign.web.core.render import page, settings, today
from campaign.web.core.routing import kept_query, place
from campaign.web.public import calls, computed, content, overview, places
from campaign.web.public.privacy import statements
from campaign.web.public.room import route

# More than any field of the page takes.
LONGEST_TYPED = 120


@route("/")
def campaign() -> Response:
    """The campaign; where several are live and the address names none, their list."""
    live = campaigns.live(session())
    if len(live) > 1 and not served.named():
        return page("public/campaigns.html", live=live)
    shown = computed.front(now=utcnow())
    acts = editing.open_actions(session(), served.slug(), today=today())
    return page(
        "public/campaign.html",
        shown=shown,
        figure=overview.leading_figure(shown.facts, current()),
        open_actions=acts,
    )


@route("/find", query=("zip", "state", "district"))
def find() -> Response:
    """The three ways to say where one lives; with ``zip`` or ``state`` and ``district`` their answer."""
    now, zip, state = utcnow(), request.args.get("zip", "").strip(), request.args.get("state", "")
    try:
        if zip:
            return _answer_place(places.by_zip(session(), zip, now=now), zip=zip)
        if state.upper() in state_names.ENGLISH and "district" not in request.args:
            # From the page of a seat that is not the reader's: the form with what is known.
            return _find_page(typed=request.args)
        if state:
            return redirect(place("act", seat=places.chosen_seat(session(), request.args)), 303)
        if "state" in request.args:
            raise Refused("Choose your state or territory.", "Elija su estado o territorio.")
    except Refused as refusal:
        field = "zip" if zip else "state"
        meanwhile = places.in_state(session(), state, now=now) if state and not zip else None
        return _find_page(found=meanwhile, zip=zip, problem=Problem(field, refusal), typed=request.args)
    return _find_page()


@route("/find", methods=("POST",))
def find_address() -> Response:
    """A street address or a position, looked up and forgotten: in no address line, no log and no table. What
    was not found stays in its fields."""
    now, form = utcnow(), request.form
    try:
        if "point" in form:
            return _answer_place(places.by_point(session(), form["point"], now=now), cached=False)
        found = places.by_address(settings(), session(), form, now=now)
    except Refused as refusal:
        field = "point" if "point" in form else "street"
        return _find_page(problem=Problem(field, refusal), typed=form, cached=False)
    typed = form if found.found.result == "unknown" else {}
    return _answer_place(found, typed=typed, cached=False)


class Problem(NamedTuple):
    """What was wrong with a field (zip, state, street or point)."""

    field: str
    refusal: Refused


def _answer_place(
    found: places.Answer, *, zip: str = "", typed: Mapping[str, str] = {}, cached: bool = True
) -> Response:
    if found.only_seat:
        codes = found.note_codes
        return redirect(place("act", seat=found.only_seat, **({"note": codes} if codes else {})), 303)
    return _find_page(found=found, zip=zip, typed=typed, cached=cached)


def _find_page(
    *,
    found: places.Answer | None = None,
    zip: str = "",
    problem: Problem | None = None,
    typed: Mapping[str, str] = {},
    cached: bool = True,
) -> Response:
    now = utcnow()
    return page(
        "public/find.html",
        found=found,
        zip=zip[:LONGEST_TYPED],
        problem=problem and problem.refusal.text(current()),
        wrong=problem.field if problem else "",
        typed={name: value[:LONGEST_TYPED] for name, value in typed.items()},
        state=(typed.get("state") or (found.found.state or found.likely_state if found else "")).upper(),
        geocodes=bool(settings().geocoder_url),
        takes_points=finder.has_boundaries(session(), now=now),
        states=state_names.choices(current()),
        congress=congress_on(now),
        without_map=places.without_map(session(), now=now),
        redrawn=_redrawn(found, now) if found else [],
        cached=cached and problem is None,
        status=problem.refusal.status if problem else 200,
    )


def _redrawn(found: places.Answer, now: datetime) -> list[str]:
    """The states of an answer whose districts change with the next Congress."""
    codes = dict.fromkeys(hit.seat[:2] for hit in found.found.seats)
    return [code for code in codes if maps.redrawn(code, now=now)]


@route("/districts")
def districts() -> Response:
    """Which map is used, since when, and which states have drawn the next one."""
    now = utcnow()
    return page(
        "public/districts.html",
        congress=congress_on(now),
        without_map=places.without_map(session(), now=now),
        next_counts=now >= congress_start(maps.NEXT_MAPS),
        from_day=congress_start(maps.NEXT_MAPS).date(),
        maps=maps.REDRAWN,
        as_of=maps.REDRAWN_AS_OF,
    )


@route("/act/<seat>", methods=("GET", "POST"), query=("member", "bill", "kind", "office", "note"))
def act(seat: str) -> Response:
    """Who speaks for a seat and where each stands; with ``member`` the words for a call to that one. ``note``
    is what the search for the place had to say, by its codes.

    A POST brings what the reader puts into the words; it goes back in the answer and nowhere else.
    """
    known = read_seat(session(), seat)
    if known.id != seat:
        return redirect(place("act", seat=known.id, **kept_query()), 301)
    if "member" in request.args:
        return _words(known.id)
    now = utcnow()
    people = computed.delegation(known.id, now=now)
    return page(
        "public/act.html",
        seat=known,
        shown=people,
        front=computed.front(now=now),
        timely=content.timely(session(), people.speakers, now=now),
        note=places.carried_note(request.args.get("note", ""), now=now),
        map_note=places.map_note(session(), known, now=now),
        redrawn=maps.redrawn(known.state, now=now),
    )


def _words(seat: str) -> Response:
    """All of the campaign in one call where there is more than one thing to ask; with ``bill`` that alone."""
    bill = request.args.get("bill", "")
    if request.args.get("kind") == "letter":
        kept = {"bill": bill} if bill else {}
        return redirect(place("letter", seat=seat, member=request.args["member"], **kept), 302)
    now = utcnow()
    chosen = calls.visit(seat, request.args, now=now)
    several = len(chosen.speaker.asks) > 1 and not bill
    return calls.script(replace(chosen, whole=several or chosen.whole), now=now)


@route("/act/<seat>/thanks")
def thanks(seat: str) -> Response:
    """At the end of the list: what the calls add up to, and what else helps."""
    now = utcnow()
    known = read_seat(session(), seat)
    front = computed.front(now=now)
    return page(
        "public/thanks.html",
        seat=known,
        shown=front,
        people=computed.delegation(known.id, now=now),
        calls=overview.calls(session(), front),
        address=served.origin() + place("campaign"),
        monday=send_times.next_monday(now, settings()),
    )


@route("/bills", query=("q",))
def bills() -> Response:
    """The campaign's bills; with ``q`` every bill that fits the number or words that were typed."""
    typed = request.args.get("q", "").strip()
    if not typed:
        return _bills()
    try:
        found = lookup.search(session(), typed, now=utcnow())
    except Refused as refused:
        return _bills(typed, problem=refused.text(current()), status=refused.status)
    if len(found) == 1:
        return redirect(place("bill", text=str(found[0].bill_id)), 302)
    by_number = len({candidate.bill_id.number for candidate in found}) == 1
    return page("public/bills.html", shown=None, typed=typed, found=found, by_number=by_number)


def _bills(typed: str = "", *, problem: str = "", status: int = 200) -> Response:
    """The campaign's bills, with what was typed in the field of the search where it found nothing."""
    shown = computed.front(now=utcnow())
    return page(
        "public/bills.html",
        shown=shown,
        typed=typed[:LONGEST_TYPED],
        found=[],
        problem=problem,
        cached=not problem,
        status=status,
    )


@route("/bills/<path:text>", query=("on", "sort"))
def bill(text: str) -> Response:
    """One bill, now or with ``on`` as it stood at the end of a day."""
    try:
        known = BillId.of(text)
    except ValueError:
        return _canonical(text)
    now = utcnow()
    if on := request.args.get("on"):
        record = ledger.as_of(session(), str(known), parse_day(on), now=now)
    else:
        record = ledger.current(session(), str(known), now=now)
    chosen = content.bill(session(), record, sort=request.args.get("sort", ""), now=now)
    of_campaign = chosen.proposal is not None and chosen.proposal.campaign == served.slug()
    return page("public/bill.html", shown=chosen, of_campaign=of_campaign)


def _canonical(text: str) -> Response:
    """Any other form of a bill's name leads to its one address, or to the choice of those that share it."""
    typed = text.strip("/")
    number = parse_bill(typed)
    if number.congress is None:
        return redirect(f"{place('bills')}?{urlencode({'q': number.short})}", 302)
    return redirect(place("bill", text=str(BillId(number.congress, number.type, number.number))), 301)


@route("/proposals/<slug>")
def proposal(slug: str) -> Response:
    """A proposal; one of another campaign is shown there."""
    found = overview.proposal_named(session(), slug)
    if found.campaign != served.slug():
        return redirect(served.address_in(found.campaign, place("proposal", slug=slug)))
    return page("public/proposal.html", shown=overview.chapter(session(), found, now=utcnow()))


@route("/about", in_draft=True)
def about() -> Response:
    """Who runs the campaign, what for, and how to reach them."""
    proposals = campaigns.campaign_proposals(session(), served.slug()) if served.slug() else []
    return page("public/about.html", proposals=proposals)


@route("/privacy", in_draft=True)
def privacy() -> Response:
    return page(
        "public/privacy.html",
        geocodes=bool(settings().geocoder_url),
        takes_points=finder.has_boundaries(session(), now=utcnow()),
        statements=statements(session()),
    )


@route("/look.css", in_draft=True)
def look_css() -> Response:
    """The campaign's color; an empty sheet where it has none."""
    campaign = served.campaign()
    response = make_response(look.style_sheet(campaign.accent) if campaign and campaign.accent else "")
    response.headers["Content-Type"] = "text/css; charset=utf-8"
    response.headers["Cache-Control"] = "public, no-cache"
    return response


@route("/logo/<fingerprint>.png", in_draft=True)
def logo(fingerprint: str) -> Response:
    """The campaign's logo; another one has another address."""
    campaign = served.campaign()
    png = logos.png(session(), campaign.slug) if campaign and campaign.logo == fingerprint else None
    if png is None:
        abort(404)
    response = make_response(png)
    response.headers["Content-Type"] = "image/png"
    response.headers["Cache-Control"] = f"public, max-age={assets.SECONDS}, immutable"
    return response


@route("/picture/<fingerprint>.webp", in_draft=True)
def picture(fingerprint: str) -> Response:
    """The picture on the campaign's first page; another one has another address."""
    campaign = served.campaign()
    webp = logos.picture(session(), campaign.slug) if campaign and campaign.picture == fingerprint else None
    if webp is None:
        abort(404)
    response = make_response(webp)
    response.headers["Content-Type"] = "image/webp"
    response.headers["Cache-Control"] = f"public, max-age={assets.SECONDS}, immutable"
    return response


@route("/data", in_draft=True)
def data() -> Response:
    """Where the record comes from, how old it is, and how others may read it."""
    return page("public/data.html", shown=content.sources(session()))
