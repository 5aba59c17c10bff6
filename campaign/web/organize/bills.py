"""The organizers' page of one bill, its pictures and its goal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template, request
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress import members
from campaign.congress.bills import WASHINGTON, BillId, congress_on
from campaign.congress.members import Person
from campaign.congress.models import CommitteeSeat, Cosponsorship
from campaign.dates import parse_day
from campaign.organizing import dashboard as boards
from campaign.organizing import worklist_entries, worklists
from campaign.organizing.worklists import Worklists
from campaign.proposals import lineage
from campaign.refusals import Refused
from campaign.web.core import database, png, routing
from campaign.web.core.languages import _
from campaign.web.organize import access, pictures
from campaign.web.organize.access import me, page, route, to, told
from campaign.web.organize.pictures import Growth, Seating, TileMap
from campaign.web.organize.shared import attachment, list_names, own_bill

# A title and a legend need this much room.
LEAST_WIDTH = 640


@route("/bills/<bill>")
def bill_page(bill: str) -> Response:
    now, session = db.utcnow(), database.session()
    found = own_bill(session, bill)
    strip = boards.bill_summary(session, str(found), now=now)
    lists = _lists_or_none(session, found, now)
    drawn = {**_pictures(session, strip, lists), "growth": _growth(session, strip, now)}
    return page("bill.html", strip=strip, lists=lists, names=list_names(), **drawn)


def _lists_or_none(session: Session, bill: BillId, now: datetime) -> Worklists | None:
    if bill.congress != congress_on(now):
        return None
    return worklists.worklists(session, bill, now=now)


def _growth(session: Session, strip: boards.BillSummary, now: datetime) -> Growth | None:
    kin = lineage.family(session, strip.id) or [strip.record.bill]
    same = [bill for bill in kin if BillId.of(bill.id).chamber == strip.record.id.chamber]
    ids = [bill.id for bill in same]
    rows: dict[str, list[Cosponsorship]] = {}
    for row in session.exec(select(Cosponsorship).where(col(Cosponsorship.bill).in_(ids))):
        rows.setdefault(row.bill, []).append(row)
    today = now.astimezone(WASHINGTON).date()
    return pictures.growth([(bill, rows.get(bill.id, [])) for bill in same], today=today)


def _pictures(session: Session, strip: boards.BillSummary, lists: Worklists | None) -> dict[str, Any]:
    record, sitting = strip.record, members.people(session, now=strip.record.moment)
    was = _who(lists, worklist_entries.ASK_AGAIN) | _who(lists, worklist_entries.WITHDREW)
    seated = _who(lists, worklist_entries.COMMITTEE)
    shown = [share.committee.id for share in strip.committees]
    places = _places(session, shown, record.bill.congress, sitting)
    return {
        "map": pictures.tile_map(record, members.seats(session), sitting.values(), was, seated),
        "seatings": [
            pictures.seating(record, share.committee, places.get(share.committee.id, []))
            for share in strip.committees
        ],
    }


def _who(lists: Worklists | None, name: str) -> set[str]:
    return set(lists.bioguides(name)) if lists else set()


def _places(
    session: Session, committees: list[str], congress: int, sitting: Mapping[str, Person]
) -> dict[str, list[tuple[Person, CommitteeSeat]]]:
    found: dict[str, list[tuple[Person, CommitteeSeat]]] = {}
    seats = select(CommitteeSeat).where(col(CommitteeSeat.committee).in_(committees))
    for place in session.exec(seats.where(CommitteeSeat.congress == congress)):
        if place.bioguide in sitting:
            found.setdefault(place.committee, []).append((sitting[place.bioguide], place))
    return found


@route("/bills/<bill>/<name>.svg")
def picture(bill: str, name: str) -> Response:
    """A picture to take away; the same drawing as on the page."""
    found, drawing = _to_take_away(bill, name)
    return attachment(drawing.encode(), "image/svg+xml; charset=utf-8", f"{found}-{name}.svg")


@route("/bills/<bill>/<name>.png")
def picture_png(bill: str, name: str) -> Response:
    """The same as pixels, for slides and messages that take no SVG."""
    found, drawing = _to_take_away(bill, name)
    return attachment(png.png(drawing), "image/png", f"{found}-{name}.png")


def _to_take_away(bill: str, name: str) -> tuple[BillId, str]:
    """The bill that was meant, and its picture as SVG. Raises Refused (404) for one that does not exist."""
    now, session = db.utcnow(), database.session()
    found = own_bill(session, bill)
    strip = boards.bill_summary(session, str(found), now=now)
    kind, drawn = _drawn(session, strip, name, now)
    width = max(drawn.width, LEAST_WIDTH) + 48
    return found, render_template("organize/_picture.html", kind=kind, picture=drawn, strip=strip, width=width)


def _drawn(
    session: Session, strip: boards.BillSummary, name: str, now: datetime
) -> tuple[str, Growth | TileMap | Seating]:
    if name == "growth" and (growth := _growth(session, strip, now)):
        return name, growth
    shown = _pictures(session, strip, _lists_or_none(session, strip.record.id, now))
    if name == "map":
        return name, shown["map"]
    for seating in shown["seatings"]:
        if seating.committee.id == name:
            return "seating", seating
    raise Refused("There is no such picture.", "No existe esa imagen.", status=404)


@route("/bills/<bill>/goal", role="organizer", methods=("POST",))
def set_goal(bill: str) -> Response:
    target, by = request.form.get("target", type=routing.number) or 0, request.form.get("by", "")
    day = parse_day(by) if by else None
    with db.writing_alone(database.engine()) as writer:
        found = own_bill(writer, bill)
        boards.set_goal(writer, str(found), target, day, by=me().email, now=db.utcnow())
        access.note(writer, "goal set", str(found), target=target)
    told(_("The goal is saved."))
    return to("bill_page", bill=str(found))
