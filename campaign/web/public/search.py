"""One box for all: a ZIP code, a seat, a state, a member's name, a bill or a word."""

import re
from datetime import datetime
from typing import Final

from flask import redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign.congress import members, seats
from campaign.congress.members import Person
from campaign.db import utcnow
from campaign.organizing.member_filter import matcher, seat_of, state_of
from campaign.proposals import lookup
from campaign.proposals.lookup import Candidate
from campaign.refusals import Refused
from campaign.web.core.database import session
from campaign.web.core.render import page
from campaign.web.core.routing import place
from campaign.web.public.room import route

LONGEST: Final = 120
MOST: Final = 30
# Four digits are a bill's number; a ZIP code that lost its zero is read where one asks for a ZIP code.
ZIP: Final = re.compile(r"\d{5}(?:[- ]?\d{4})?", re.ASCII)


@route("/search", query=("q",))
def search() -> Response:
    """The page of what was typed, where it means one thing; else all that it can mean."""
    text, now = request.args.get("q", "").strip()[:LONGEST], utcnow()
    if ZIP.fullmatch(text):
        return redirect(place("find", zip=text), 302)
    state = state_of(text)
    if seat := _only_seat(session(), text, state):
        return redirect(place("act", seat=seat), 302)
    people, bills = _people(session(), text, now), _bills(session(), text, now)
    if len(people) + len(bills) == 1 and not state:
        return redirect(_address(people, bills), 302)
    return page(
        "public/search.html",
        typed=text,
        people=people[:MOST],
        more=max(0, len(people) - MOST),
        bills=bills,
        state=state,
    )


def _only_seat(reader: Session, text: str, state: str) -> str:
    """The seat that is meant by itself: ``TX-20``, or a state with a single one."""
    if named := seat_of(text):
        try:
            return seats.read_seat(reader, named).id
        except Refused:
            return ""
    own = seats.house_seats(reader, state) if state else []
    return own[0].id if len(own) == 1 else ""


def _address(people: list[Person], bills: list[Candidate]) -> str:
    if people:
        return place("act", seat=people[0].seat)
    return place("bill", text=str(bills[0].bill_id))


def _people(reader: Session, text: str, now: datetime) -> list[Person]:
    if not text:
        return []
    is_meant = matcher(text)
    found = [person for person in members.people(reader, now=now).values() if person.seat and is_meant(person)]
    return sorted(found, key=lambda person: (person.state, person.district or 0, person.last))


def _bills(reader: Session, text: str, now: datetime) -> list[Candidate]:
    """None where the text is no bill, or one that the record does not hold: it may mean a member."""
    try:
        return lookup.search(reader, text, now=now) if text else []
    except Refused:
        return []
