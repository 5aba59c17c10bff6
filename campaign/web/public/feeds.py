"""What changed, as Atom (RFC 4287) and JSON Feed (https://www.jsonfeed.org/version/1.1): of the campaign, of a
proposal, of a bill and of a seat, each in the language of its address."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby

from flask import jsonify, make_response, render_template, request, url_for
from sqlmodel import col, select
from werkzeug.wrappers import Response

from campaign.congress import members
from campaign.congress.bills import WASHINGTON
from campaign.congress.models import Change
from campaign.congress.seats import read_seat
from campaign.db import utcnow
from campaign.proposals import lineage, lookup
from campaign.web.core import history, served
from campaign.web.core.database import session
from campaign.web.core.history import Event
from campaign.web.core.languages import _, current
from campaign.web.core.render import numbered, seat_name, site_name
from campaign.web.core.routing import place
from campaign.web.public import computed, overview
from campaign.web.public.room import route

NEWEST = 50
# So many rows make ``NEWEST`` entries, for what several members did in one reading is one entry.
ROWS = 10 * NEWEST
# Before the first change, a feed is as old as the first Congress of this record.
BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
FORMS = "<any(atom, json):form>"


@dataclass(frozen=True)
class Entry:
    """``id`` never changes: it names the first row of the ledger that the entry tells of."""

    id: str
    link: str
    title: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Feed:
    title: str
    home: str
    entries: Sequence[Entry]
    updated: datetime


@route("/feeds/changes.atom")
def changes() -> Response:
    """The newest joinings, leavings and steps on the campaign's bills."""
    return _campaign("atom")


@route("/feeds/changes.json")
def changes_as_json() -> Response:
    """The same as a JSON feed."""
    return _campaign("json")


def _campaign(form: str) -> Response:
    """Ended bills stay, so that a feed whose Congress ends does not go empty."""
    front = computed.front(now=utcnow())
    bills = [str(card.record.id) for chapter in front.chapters for card in chapter.cards]
    return _answer(form, _("What changed"), place("campaign"), bills)


@route(f"/feeds/proposals/<slug>.{FORMS}")
def proposal_feed(slug: str, form: str) -> Response:
    """What changed on the bills of one proposal, over all Congresses."""
    found = overview.proposal_named(session(), slug)
    bills = [bill.id for bill, _kin in lineage.bills_of(session(), found.slug)]
    name = found.name_es if current() == "es" else found.name_en
    return _answer(form, name, place("proposal", slug=found.slug), bills)


@route(f"/feeds/bills/<text>.{FORMS}")
def bill_feed(text: str, form: str) -> Response:
    """What changed on one bill."""
    bill = lookup.resolve(session(), text)
    return _answer(form, numbered(str(bill)), place("bill", text=str(bill)), [str(bill)])


@route(f"/feeds/seats/<seat>.{FORMS}")
def seat_feed(seat: str, form: str) -> Response:
    """What those who speak for a seat did on the campaign's bills."""
    known, now = read_seat(session(), seat), utcnow()
    people = computed.delegation(known.id, now=now)
    front = computed.front(now=now)
    bills = [str(card.record.id) for chapter in front.chapters for card in chapter.cards]
    theirs = {speaker.person.bioguide for speaker in people.speakers}
    return _answer(form, seat_name(known.id), place("act", seat=known.id), bills, theirs)


def _answer(
    form: str, title: str, home: str, bills: Sequence[str], who: Collection[str] | None = None
) -> Response:
    rows = _newest(bills, who)
    entries = tuple(_entry(event) for event in _events(rows))[:NEWEST]
    updated = max((row.seen_at for row in rows), default=BEFORE)
    feed = Feed(f"{site_name()}: {title}", served.origin() + home, entries, updated)
    response = _WRITERS[form](feed)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _newest(bills: Sequence[str], who: Collection[str] | None) -> Sequence[Change]:
    rows = select(Change).where(col(Change.bill).in_(bills), col(Change.kind).in_(overview.NEWS))
    if who is not None:
        rows = rows.where(col(Change.bioguide).in_(who))
    return session().exec(rows.order_by(col(Change.seen_at).desc(), col(Change.seq).desc()).limit(ROWS)).all()


def _events(rows: Sequence[Change]) -> list[Event]:
    """What one reading found is one set of entries, and no later reading changes it."""
    people = members.people(session(), {row.bioguide for row in rows if row.bioguide}, now=utcnow())
    found: list[Event] = []
    for _moment, group in groupby(rows, key=lambda row: row.seen_at):
        found += history.events(group, people, actions=False)
    return sorted(found, key=lambda event: (event.day, event.seq), reverse=True)


def _entry(event: Event) -> Entry:
    base = served.origin()
    return Entry(
        id=f"{base}{place('bill', 'en', text=event.bill)}#{event.seq}",
        link=base + place("bill", text=event.bill),
        title=f"{numbered(event.bill)}: {event.text}",
        text=event.text,
        # Noon in Washington: a day has no moment, and a feed asks for one.
        at=datetime.combine(event.day, time(12), WASHINGTON),
    )


def _own_address() -> str:
    return served.origin() + url_for(request.endpoint or "", **(request.view_args or {}))


def _atom(feed: Feed) -> Response:
    response = make_response(render_template("public/feed.atom", feed=feed, own=_own_address()))
    response.mimetype = "application/atom+xml"
    return response


def _json(feed: Feed) -> Response:
    items = [
        {
            "id": entry.id,
            "url": entry.link,
            "title": entry.title,
            "content_text": entry.text,
            "date_published": entry.at.isoformat(),
        }
        for entry in feed.entries
    ]
    response = jsonify(
        version="https://jsonfeed.org/version/1.1",
        title=feed.title,
        home_page_url=feed.home,
        feed_url=_own_address(),
        language=current(),
        items=items,
    )
    response.mimetype = "application/feed+json"
    return response


_WRITERS: dict[str, Callable[[Feed], Response]] = {"atom": _atom, "json": _json}
